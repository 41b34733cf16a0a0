"""The sheet that charts are drawn on, its frame, and the SVG.

Charts are put together from text, lines and filled shapes in points instead of matplotlib's
axes: a drawing takes a fraction of the time, and every label's place is known when it is set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from model.currency import on_page
from model.views import style
from model.views.charts.pen import draw
from model.views.formats import format_value, unit_label

_SETTINGS = {
    "svg.hashsalt": "model",
    "svg.fonttype": "path",
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}
_NOISE = re.compile(r"<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<!--.*?-->\s*|<metadata>.*?</metadata>\s*",
                    re.DOTALL)

Point = tuple[float, float]


class Sheet(Figure):
    """A figure whose artists are placed in points from its lower left corner."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width / 72, height / 72), dpi=72)
        self.patch.set_visible(False)
        self.width, self.height = width, height
        self._points = Affine2D().scale(1 / 72) + self.dpi_scale_trans
        self._phone: Callable[[], Sheet] | None = None

    def for_phone(self) -> Sheet | None:
        """The same chart drawn for a screen of 390 pixels."""
        return self._phone() if self._phone else None

    def words(self, x: float, y: float, text: str, *, bold: bool = False, color: str = style.INK,
              ha: str = "left", ground: bool = False) -> Text:
        """One line of text, never read as mathematics; `ground` clears what lies below it."""
        text = on_page(text)
        if ground:
            wide = style.text_width(style.drawable(text, bold), bold)
            left = x - wide * {"left": 0, "center": 0.5, "right": 1}[ha]
            self.fill([box(left - 1.5, y - 2.5, left + wide + 1.5, y + 8)], style.WHITE)
        return self.text(
            round(x, 1), round(y, 1), style.drawable(text, bold), color=color, ha=ha,
            fontproperties=style.font(bold), transform=self._points, parse_math=False,
            zorder=self._next(),
        )

    def line(self, points: Sequence[Point], color: str, width: float = 0.8,
             dash: tuple[float, ...] | None = None) -> None:
        """A line through the points; a NaN is a gap, and no points are no line."""
        if not points:
            return
        xs, ys = zip(*points, strict=True)
        self.add_artist(Line2D(
            [round(x, 1) for x in xs], [round(y, 1) for y in ys], color=color, linewidth=width,
            linestyle=(0, dash) if dash else "-", transform=self._points, zorder=self._next(),
            solid_capstyle="butt", solid_joinstyle="round",
        ))

    def upright(self, x: float, low: float, high: float, color: str, width: float = 0.8) -> None:
        self.line([(x, low), (x, high)], color, width)

    def level(self, y: float, left: float, right: float, color: str, width: float = 0.8) -> None:
        self.line([(left, y), (right, y)], color, width)

    def fill(self, shapes: Iterable[Sequence[Point]], color: str | None, *,
             edge: str | None = None, width: float = 0.8) -> None:
        """Closed polygons of one color, as one path."""
        paths = [
            Path([(round(x, 1), round(y, 1)) for x, y in (*shape, shape[0])], closed=True)
            for shape in shapes
        ]
        if paths:
            self.add_artist(PathPatch(
                Path.make_compound_path(*paths), facecolor=color or "none",
                edgecolor=edge or "none", linewidth=width if edge else 0,
                transform=self._points, zorder=self._next(),
            ))

    def dot(self, x: float, y: float, color: str, radius: float = 3.2) -> None:
        """A filled dot with a white rim, so that it stands off its line."""
        circle = Path.circle((round(x, 1), round(y, 1)), radius)
        self.add_artist(PathPatch(circle, facecolor=color, edgecolor=style.WHITE, linewidth=1,
                                  transform=self._points, zorder=self._next()))

    def _next(self) -> int:
        # What is drawn later lies above, whatever its kind.
        self._layer = getattr(self, "_layer", 0) + 1
        return self._layer


def box(x0: float, y0: float, x1: float, y1: float) -> list[Point]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def begin(subtitle: str, unit: str, width: float, body: float) -> tuple[Sheet, float]:
    """A sheet with `body` points below its subtitle, and the top of that body.

    The unit is added to the subtitle where it does not name it.
    """
    label = unit_label(unit)
    if label and unit != "month" and label.lower() not in subtitle.lower():
        subtitle = f"{subtitle} · {label}" if subtitle else label
    notes = style.wrap(subtitle, width - 4, False, 3)
    sheet = Sheet(width, body + style.LINE * len(notes) + 7)
    for place, text in enumerate(notes, 1):
        sheet.words(0, sheet.height - place * style.LINE + 1, text, color=style.MUTED)
    return sheet, body


def chart(draw: Callable[..., Sheet]) -> Callable[..., Sheet]:
    """Makes of `draw(…, width=points)` a chart that is drawn wide and, when asked, for a phone."""

    @wraps(draw)
    def figure(*args: Any, **options: Any) -> Sheet:
        sheet = draw(*args, width=style.WIDE, **options)
        sheet._phone = lambda: draw(*args, width=style.PHONE, **options)
        return sheet

    return figure


def tick_text(value: float, unit: str) -> str:
    """A tick's value: as everywhere, less the decimals that are all zero (250k, 1.5m, 80%)."""
    text = format_value(0.0 if abs(value) < 1e-12 else value, unit)
    return re.sub(r"(\.\d*?)0+(?=[kmb%]|$)", r"\1", text).replace(".k", "k").replace(
        ".m", "m").replace(".b", "b").replace(".%", "%").rstrip(".")


def render(figure: Figure) -> bytes:
    """The figure as SVG: the same bytes for the same drawing, without dates or versions."""
    with matplotlib.rc_context(_SETTINGS):
        svg = _NOISE.sub("", draw(figure))
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").encode()


def pixel_size(figure: Figure) -> tuple[int, int]:
    """Width and height of the figure in CSS pixels."""
    width, height = figure.get_size_inches() * 96
    return round(width), round(height)
