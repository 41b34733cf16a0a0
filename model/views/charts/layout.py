"""How a column or bar is drawn says what its figure is: one notation (IBCS) for all charts.

Actual is solid, plan outlined, forecast hatched, previous light. The rim lies inside the mark, so
its outer edge stands where the value is.

Where things go: scales, ticks and labels that keep out of each other's way. Numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.views import style
from model.views.charts.sheet import Point, Sheet, box

_HATCH = 3.6  # points from stroke to stroke


_Edges = tuple[float, float, float, float]


def draw(sheet: Sheet, boxes: Iterable[_Edges], color: str, notation: str = style.PLAN) -> None:
    """Upright rectangles of one color, given by two opposite corners (x0, y0, x1, y1), in one
    notation of model.views.style. Raises ValueError for another notation."""
    edges = [(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)) for x0, y0, x1, y1 in boxes]
    if notation not in style.NOTATIONS:
        raise ValueError(f"marks: no notation {notation!r}; one of {', '.join(style.NOTATIONS)}")
    if notation == style.PREVIOUS:
        sheet.fill((box(*edge) for edge in edges), style.AXIS)
        return
    sheet.fill((box(*edge) for edge in edges), color)
    if notation == style.ACTUAL:
        return
    inner = [inside for edge in edges if (inside := _inside(edge))]
    sheet.fill((box(*edge) for edge in inner),
               style.pale(color) if notation == style.PLAN else style.WHITE)
    if notation == style.FORECAST:
        for edge in inner:
            for stroke in _strokes(edge):
                sheet.line(stroke, color, 0.8)


def columns(sheet: Sheet, panel: Panel, values: Sequence[float], left: float, right: float,
            notation: str = style.PLAN) -> None:
    """Columns from zero, colored by effect, between two shares of the width of each place."""
    for color, sign in ((style.FAVORABLE, 1), (style.UNFAVORABLE, -1)):
        draw(sheet, ((panel.x(place + left), panel.y(0), panel.x(place + right), panel.y(value))
                     for place, value in enumerate(values) if value * sign > 0), color, notation)


def _inside(edge: _Edges) -> _Edges | None:
    """What the rim leaves open; None where the mark is too small to have an inside."""
    left, bottom, right, top = edge
    rim = min(style.RIM, 0.25 * (right - left))
    if top - bottom < 3 * rim or right - left < 1.2:
        return None
    return left + rim, bottom + rim, right - rim, top - rim


def _strokes(edge: _Edges) -> list[tuple[Point, Point]]:
    """Rising strokes through a rectangle, cut at its edges."""
    left, bottom, right, top = edge
    strokes, start = [], left - (top - bottom) + _HATCH / 2
    while start < right:
        # On the line y - bottom = x - start.
        x0, x1 = max(left, start), min(right, start + top - bottom)
        if x1 > x0:
            strokes.append(((x0, bottom + x0 - start), (x1, bottom + x1 - start)))
        start += _HATCH
    return strokes


HUGE = 1e290  # beyond it differences overflow


def number(value: Any) -> float:
    """The value as a float; None, text, infinity and the absurdly large are NaN."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return math.nan
    return result if abs(result) < HUGE else math.nan


def numbers(values: Iterable[Any]) -> list[float]:
    return [number(value) for value in values]


def known(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def there(values: Sequence[float]) -> list[int]:
    """The places of the values that are there."""
    return [place for place, value in enumerate(values) if not math.isnan(value)]


@dataclass(frozen=True)
class Panel:
    """A rectangle in points and the values that its edges stand for."""

    left: float
    right: float
    bottom: float
    top: float
    x0: float = 0.0
    x1: float = 1.0
    y0: float = 0.0
    y1: float = 1.0

    def x(self, value: float) -> float:
        """Points from the left of the sheet."""
        return self.left + (value - self.x0) / (self.x1 - self.x0) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Points from the bottom of the sheet."""
        return self.bottom + (value - self.y0) / (self.y1 - self.y0) * (self.top - self.bottom)

    def over(self, count: int, scale: Sequence[float]) -> Panel:
        """The same rectangle over so many places, and over the values of a scale."""
        return replace(self, x1=max(1, count), y0=scale[0], y1=scale[-1])

    def path(self, values: Iterable[float]) -> list[Point]:
        """The points of values that stand in the middle of their places."""
        return [(self.x(place + 0.5), self.y(value)) for place, value in enumerate(values)]

    def band(self, low: Sequence[float], high: Sequence[float],
             sides: Sequence[float] = (0.5,)) -> list[Point]:
        """The outline between two rows of values, at these shares of the width of each place; gaps
        are passed over."""
        both = [place for place, pair in enumerate(zip(low, high, strict=True))
                if not any(map(math.isnan, pair))]
        edge = [(self.x(place + side), place) for place in both for side in sides]
        return [*((x, self.y(high[place])) for x, place in edge),
                *((x, self.y(low[place])) for x, place in reversed(edge))]

    def middle(self, x: float, text: str) -> float:
        """The place nearest to x for the middle of a text that must stay between the sides."""
        half = style.text_width(text) / 2
        return min(max(x, self.left + half), self.right - half)


def ticks(values: Iterable[float], about: int = 5, zero: bool = False) -> list[float]:
    """Round values at even steps that enclose all given ones; `zero` makes 0 one of them."""
    ends = known(values)
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    if zero or (0 < low < 0.4 * high) or (0.4 * low < high < 0):
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        low, high = (low, low + (abs(low) or 1.0)) if low >= 0 else (low, 0.0)
    step = _round_step((high - low) / about)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def tight(values: Iterable[float], zero: bool = False) -> tuple[float, float, list[float]]:
    """The range of the values, not widened to round ones, and the round values inside it."""
    bounds = known(values) + [0.0] * zero
    marks = ticks(bounds, zero=zero)
    low, high = (min(bounds), max(bounds)) if bounds else (marks[0], marks[-1])
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        return marks[0], marks[-1], marks
    slack = 1e-9 * (high - low)
    return low, high, [mark for mark in marks if low - slack <= mark <= high + slack]


def with_label_room(values: Iterable[float], share: float = 0.07) -> list[float]:
    """The values and what the scale must reach beyond them for labels outside columns."""
    ends = [*known(values), 0.0]
    room = share * (max(ends) - min(ends))
    return ends + [max(ends) + room] * (max(ends) > 0) + [min(ends) - room] * (min(ends) < 0)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * (1 - 1e-9))


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to the wanted ones as a distance of `gap` allows, within low … high.

    Where they cannot all fit, the gap shrinks evenly.
    """
    if not places:
        return []
    gap = min(gap, (high - low) / max(1, len(places) - 1))
    order = sorted(range(len(places)), key=places.__getitem__)
    # Groups of touching labels, each centered on the mean of what its members want.
    groups: list[list[float]] = []  # [sum of (wanted - own offset), count]
    for place in order:
        groups.append([places[place], 1])
        while len(groups) > 1 and (
                _start(groups[-2]) + groups[-2][1] * gap > _start(groups[-1])):
            total, count = groups.pop()
            groups[-1][0] += total - count * groups[-1][1] * gap
            groups[-1][1] += count
    spots = [_start(group) + rank * gap for group in groups for rank in range(int(group[1]))]
    last = len(spots) - 1
    spots = [min(max(spot, low + rank * gap), high - (last - rank) * gap)
             for rank, spot in enumerate(spots)]
    return [position for _, position in sorted(zip(order, spots, strict=True))]


def _start(group: list[float]) -> float:
    return group[0] / group[1]


@dataclass(frozen=True)
class Flag:
    """A label beside a vertical line: its extent, the side it stands on and its row (0 lowest)."""

    line: float
    left: float
    right: float
    row: int

    @property
    def on_right(self) -> bool:
        """Whether the text starts at the line instead of ending there."""
        return self.left >= self.line


def flags(lines: Sequence[float], widths: Sequence[float], low: float, high: float,
          space: float = 3.0) -> list[Flag]:
    """Labels of vertical lines, none touching another label or crossed by another line.

    A label stands right of its line unless it would leave low … high; then left, and so do those
    that would run into its line. Rows are as few as that allows. Where there is no such place for
    all, each label has a row of its own, and a line may cross one (`cross` says so).
    """
    count = len(lines)
    right = [lines[i] + space + widths[i] <= high for i in range(count)]
    for i in sorted(range(count), key=lambda i: -lines[i]):
        blocks = any(not right[j] and lines[i] < lines[j] < lines[i] + widths[i] + 2 * space
                     and lines[j] - widths[j] - 2 * space < lines[i] for j in range(count))
        if blocks and lines[i] - space - widths[i] >= low:
            right[i] = False
    spans = [(lines[i] + space, lines[i] + space + widths[i]) if right[i]
             else (lines[i] - space - widths[i], lines[i] - space) for i in range(count)]
    rows = [0] * count
    # Lift labels until nothing conflicts; each lift is forced, so the rows stay few.
    for _ in range(count * count + 1):
        lift = _conflict(lines, spans, rows, space)
        if lift is None:
            break
        rows[lift] += 1
    else:
        # Two labels that would each cross the other's line: a row for each, so that at least no
        # text covers another.
        rows = list(range(count))
    return [Flag(lines[i], *spans[i], rows[i]) for i in range(count)]


def cross(spots: Sequence[Flag]) -> bool:
    """Whether the line of one flag runs through the label of another."""
    return any(one.left - 1 < other.line < one.right + 1 and other.row >= one.row
               for one in spots for other in spots if one is not other)


def _conflict(lines: Sequence[float], spans: Sequence[tuple[float, float]], rows: Sequence[int],
              space: float) -> int | None:
    """The label to lift next: one that a line crosses, else one that touches another."""
    pairs = [(i, j) for i in range(len(lines)) for j in range(len(lines)) if i != j]
    for i, j in pairs:
        if spans[i][0] - 1 < lines[j] < spans[i][1] + 1 and rows[j] >= rows[i]:
            return i
    for i, j in pairs:
        touching = spans[i][0] < spans[j][1] + space and spans[j][0] < spans[i][1] + space
        if touching and rows[i] == rows[j]:
            return min(i, j)
    return None
