"""How a column or bar is drawn says what its figure is: one notation (IBCS) for all charts.

Actual is solid, plan outlined, forecast hatched, previous light. The rim lies inside the mark, so
its outer edge stands where the value is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model.views import style
from model.views.charts.sheet import Point, Sheet, box

_HATCH = 3.6  # points from stroke to stroke


def draw(sheet: Sheet, boxes: Iterable[Sequence[Point]], color: str,
         notation: str = style.PLAN) -> None:
    """Upright rectangles of one color in one notation of model.views.style.

    Raises ValueError for another notation.
    """
    edges = [_edges(corners) for corners in boxes]
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


_Edges = tuple[float, float, float, float]


def _edges(corners: Sequence[Point]) -> _Edges:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


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
    found, start = [], left - (top - bottom) + _HATCH / 2
    while start < right:
        # On the line y - bottom = x - start.
        x0, x1 = max(left, start), min(right, start + top - bottom)
        if x1 > x0:
            found.append(((x0, bottom + x0 - start), (x1, bottom + x1 - start)))
        start += _HATCH
    return found
