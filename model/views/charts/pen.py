"""How charts become SVG: matplotlib's renderer, which sets no text a second time.

To set texts takes half the time of a drawing, and most of them are months, years and labels that
stand in many charts, and on the same chart for a phone.
"""

from __future__ import annotations

from functools import lru_cache
from io import StringIO
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextToPath

_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_TEXTS = 5_000


class _Letters(TextToPath):
    """The outlines and the extent of texts in fonts that are named by their files."""

    def _get_font(self, prop: FontProperties) -> FT2Font:
        return _font(prop.get_file())

    def get_text_width_height_descent(self, s: str, prop: FontProperties,
                                      ismath: bool | str) -> tuple[float, float, float]:
        wide, high, deep = _extent(s, prop.get_file(), ismath)
        scale = prop.get_size_in_points() / self.FONT_SCALE
        return wide * scale, high * scale, deep * scale

    def get_glyphs_with_font(self, font: FT2Font, s: str, glyph_map: dict | None = None,
                             return_new_glyphs_only: bool = False, **options: Any) -> tuple:
        places, outlines = _outlines(s, font.fname, **options)
        known = glyph_map or {}
        new = {name: path for name, path in outlines.items() if name not in known}
        return places, new if return_new_glyphs_only else {**known, **new}, []


@lru_cache
def _font(file: str) -> FT2Font:
    font = get_font(file)
    font.set_size(TextToPath.FONT_SCALE, TextToPath.DPI)
    return font


@lru_cache(_TEXTS)
def _extent(text: str, file: str, mathematics: bool | str) -> tuple[float, float, float]:
    """Width, height and descent at matplotlib's own size."""
    font = FontProperties(fname=file, size=TextToPath.FONT_SCALE)
    return TextToPath().get_text_width_height_descent(text, font, mathematics)


@lru_cache(_TEXTS)
def _outlines(text: str, file: str, **options: Any) -> tuple[list, dict]:
    """Name and place of each letter, and the outlines by name."""
    places, outlines, _ = TextToPath().get_glyphs_with_font(_font(file), text, **options)
    return places, outlines


class _Pen(RendererSVG):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._text2path = _Letters()


def draw(figure: Figure) -> str:
    """The figure as matplotlib writes it, without metadata."""
    width, height = figure.get_size_inches() * 72
    target = StringIO()
    pen = _Pen(width, height, target, image_dpi=72, metadata=_NO_METADATA)
    figure.draw(pen)
    pen.finalize()
    return target.getvalue()
