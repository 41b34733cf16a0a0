"""Where money comes from and where it goes: two bars of one length."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.views import style
from model.views.charts import marks
from model.views.charts.layout import number
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_value

_BAR, _HEAD, _ROW = 20.0, 16.0, 15.0
_SPACE, _INSET, _MARGIN = 4.0, 6.0, 2.0

_Part = tuple[str, float, str]  # label, amount as shown, color


@dataclass(frozen=True)
class _Hung:
    """A label below its part of the bar: `line` leads from the part to it."""

    text: str
    line: float
    left: float
    right: float
    row: int = -1

    def covers(self, other: _Hung) -> bool:
        """Whether this text stands in the way of another's line."""
        return self.left - 1 < other.line < self.right

    def touches(self, other: _Hung) -> bool:
        return self.left < other.right + _SPACE and other.left < self.right + _SPACE


@chart
def sources_and_uses(
    sources: Mapping[str, Any], uses: Mapping[str, Any], *, unit: str = "USD", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Sources above, uses below, each part with its name and amount; both bars are equally long.

    A use below zero brings money, so it stands with the sources, in the color of the uses; a
    source below zero stands with the uses. Both are shown as what they bring or take, above zero.
    Raises ValueError where both do not sum to the same.
    """
    given, taken = _amounts(sources), _amounts(uses)
    total, spent = sum(given.values()), sum(taken.values())
    if abs(total - spent) > 1e-6 * max(abs(total), abs(spent), 1.0):
        raise ValueError(f"sources_and_uses: sources sum to {total:g} {unit}, uses to {spent:g}; "
                         "pass what is left as a use")
    above = [(label, value, style.INK) for label, value in given.items() if value > 0]
    above += [(label, -value, style.MAIN) for label, value in taken.items() if value < 0]
    below = [(label, value, style.MAIN) for label, value in taken.items() if value > 0]
    below += [(label, -value, style.INK) for label, value in given.items() if value < 0]
    hung = [_hung(parts, unit, width) for parts in (above, below)]
    heights = [_HEAD + _BAR + 8 + _ROW * (1 + max((label.row for label in each), default=-1))
               for each in hung]
    sheet, top = begin(title, subtitle, unit, width, sum(heights) + 12)
    for name, parts, labels, height in zip(("Sources", "Uses"), (above, below), hung, heights,
                                           strict=True):
        sheet.words(0, top - 11, name, bold=True)
        if not parts:
            sheet.words(0, top - 30, "none", color=style.MUTED)
        bar = top - _HEAD - _BAR
        for (_, _, color), (start, end) in zip(parts, _spans(parts, width), strict=True):
            marks.draw(sheet, [box(start, bar, max(end - 1.5, start + 0.5), bar + _BAR)], color)
        for label in labels:
            y = bar - 16 - label.row * _ROW
            sheet.line([(label.line, bar - 1), (label.line, y + 9)], style.AXIS, 0.6)
            sheet.words(label.left, y, label.text)
        top -= height + 8
    return sheet


def _amounts(parts: Mapping[str, Any]) -> dict[str, float]:
    found = {label: number(value) for label, value in parts.items()}
    return {label: 0.0 if math.isnan(value) else value for label, value in found.items()}


def _spans(parts: list[_Part], width: float) -> list[tuple[float, float]]:
    total = sum(value for _, value, _ in parts)
    spans, start = [], 0.0
    for _, value, _ in parts:
        end = start + value / total * width
        spans.append((start, end))
        start = end
    return spans


def _hung(parts: list[_Part], unit: str, width: float) -> list[_Hung]:
    """Each part's label below the bar, led to from its own part.

    A label begins where its part begins, or as near as the sheet allows. Where a line would then
    run through another label, as few of the last ones as that needs end where their part ends.
    Where nothing helps, each has a row of its own.
    """
    spans = _spans(parts, width)
    texts = [style.fit(f"{label} {format_value(value, unit)}", width - _MARGIN)
             for label, value, _ in parts]
    for turn in range(len(parts), -1, -1):
        labels = [_placed(text, span, width, at_start=place < turn)
                  for place, (text, span) in enumerate(zip(texts, spans, strict=True))]
        found = _in_rows(labels)
        if found is not None:
            return found
    return [replace(label, row=row) for row, label in enumerate(labels)]


def _placed(text: str, span: tuple[float, float], width: float, at_start: bool) -> _Hung:
    start, end = span
    wide, inset = style.text_width(text), min((end - start) / 2, _INSET)
    line = start + inset if at_start else end - inset
    left = min(start, width - _MARGIN - wide) if at_start else max(0.0, line - wide)
    return _Hung(text, line, left, left + wide)


def _in_rows(labels: Sequence[_Hung]) -> list[_Hung] | None:
    """The labels with their rows, 0 next to the bar; None where a line would cross a label."""
    rows: dict[int, int] = {}
    while len(rows) < len(labels):
        # Whose line a label stands in the way of comes before it, and so nearer to the bar.
        free = [place for place, label in enumerate(labels) if place not in rows
                and all(other in rows for other, one in enumerate(labels)
                        if other != place and label.covers(one))]
        if not free:
            return None
        for place in reversed(free):
            label = labels[place]
            low = max((rows[other] + 1 for other, one in enumerate(labels)
                       if other != place and label.covers(one)), default=0)
            taken = {rows[other] for other in rows if label.touches(labels[other])}
            rows[place] = next(row for row in range(low, low + len(labels) + 1)
                               if row not in taken)
    return [replace(label, row=rows[place]) for place, label in enumerate(labels)]
