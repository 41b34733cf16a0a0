"""Sizes, notation and the measuring of text for charts; lengths are points (1/72 inch)."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import get_font

from model.views.colors import (
    AXIS,
    GREYS,
    GRID,
    INK,
    MAIN,
    MUTED,
    SECOND,
    SERIES,
    THIRD,
    TILE,
    TINTS,
    WARN,
    WHITE,
    contrast,
    on_ground,
    pale,
)
from model.views.markup import plain

__all__ = [
    "ACTUAL", "AXIS", "FAVORABLE", "FORECAST", "GREYS", "GRID", "INK", "LINE", "MAIN", "MUTED",
    "NOTATIONS", "PHONE", "PHONE_ROW", "PLAN", "PREVIOUS", "RIM", "ROW", "SECOND", "SERIES", "SIZE",
    "THIRD", "TILE", "TINTS", "UNFAVORABLE", "WARN", "WHITE", "WIDE", "contrast", "drawable", "fit",
    "on_ground", "pale", "text_width", "widest", "wrap",
]

FAVORABLE, UNFAVORABLE = MAIN, WARN

# What a mark says of its figure, after IBCS: actual solid, plan outlined, forecast hatched,
# previous (or base, where a scenario is compared with it) light.
ACTUAL, PLAN, FORECAST, PREVIOUS = NOTATIONS = ("actual", "plan", "forecast", "previous")
RIM = 1.0  # width of an outline

WIDE, PHONE = 518.4, 268.5  # 7.2 in.; 358 CSS pixels, the column of a 390 px screen
SIZE, LINE = 9.0, 12.0
ROW, PHONE_ROW = 23.0, 34.0  # 0.32 in.; on a phone the label stands above its bar

# Texts are measured in the font that matplotlib ships, so that a drawing is the same on every
# machine; it is wide, so what fits in it fits in a reader's own.
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_BLANKS = re.compile(r"[^\S\u202f]+")
_FILES = {False: str(_FONTS / "DejaVuSans.ttf"), True: str(_FONTS / "DejaVuSans-Bold.ttf")}


@cache
def _fonts(bold: bool) -> frozenset[int]:
    return frozenset(get_font(_FILES[bold]).get_charmap())


def drawable(text: object, bold: bool = False) -> str:
    """The text in one line, with what the font cannot draw replaced by U+FFFD."""
    # A narrow space groups the digits of a number; every other blank is one as good as another.
    line = _BLANKS.sub(" ", plain(text)[:2000]).strip()
    fonts = _fonts(bold)
    return "".join(sign if ord(sign) in fonts else "\ufffd" for sign in line)


@cache
def _advance(sign: str, bold: bool) -> float:
    face = get_font(_FILES[bold])
    face.set_size(100, 72)
    return face.load_char(ord(sign)).linearHoriAdvance / 65536 / 100


def text_width(text: str, bold: bool = False) -> float:
    """Width of one line in points, from the characters' advances (kerning only narrows it)."""
    return SIZE * sum(_advance(sign, bold) for sign in text)


def fit(text: object, width: float, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    line = drawable(text, bold)
    if text_width(line, bold) <= width:
        return line
    kept = bisect(range(1, len(line) + 1), width,
                  key=lambda end: text_width(line[:end].rstrip() + "…", bold))
    return line[:kept].rstrip() + "…"


def wrap(text: object, width: float, bold: bool, most: int) -> list[str]:
    """The text in at most `most` lines of `width`; the last one is cut if it must be."""
    words, lines = drawable(text, bold).split(" "), []
    while words and words[0]:
        end = 1
        while end < len(words) and text_width(" ".join(words[: end + 1]), bold) <= width:
            end += 1
        last = len(lines) == most - 1
        lines.append(fit(" ".join(words if last else words[:end]), width, bold))
        words = [] if last else words[end:]
    return lines


def widest(texts: Sequence[str], bold: bool = False) -> float:
    return max((text_width(drawable(text, bold), bold) for text in texts), default=0.0)
