"""Where money comes from and where it goes: two bars of one length."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from model.views import style
from model.views.charts import marks
from model.views.charts.layout import flags, number
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_value

_BAR, _HEAD, _ROW = 20.0, 16.0, 15.0

_Part = tuple[str, float, str]  # label, amount as given, color


@chart
def sources_and_uses(
    sources: Mapping[str, Any], uses: Mapping[str, Any], *, unit: str = "USD", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Sources above, uses below, each part with its name and amount; both bars are equally long.

    A use below zero brings money, so it stands with the sources, in the color of the uses; a
    source below zero stands with the uses. Raises ValueError where both do not sum to the same.
    """
    given, taken = _amounts(sources), _amounts(uses)
    total, spent = sum(given.values()), sum(taken.values())
    if abs(total - spent) > 1e-6 * max(abs(total), abs(spent), 1.0):
        raise ValueError(f"sources_and_uses: sources sum to {total:g} {unit}, uses to {spent:g}; "
                         "pass what is left as a use")
    above = [(label, value, style.INK) for label, value in given.items() if value > 0]
    above += [(label, value, style.MAIN) for label, value in taken.items() if value < 0]
    below = [(label, value, style.MAIN) for label, value in taken.items() if value > 0]
    below += [(label, value, style.INK) for label, value in given.items() if value < 0]
    hung = [_hung(parts, unit, width) for parts in (above, below)]
    heights = [_HEAD + _BAR + 4 + _ROW * (1 + max((flag.row for flag, _ in each), default=-1))
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
        for flag, text in labels:
            y = bar - 12 - flag.row * _ROW
            sheet.line([(flag.line, bar - 1), (flag.line, y - 1)], style.AXIS, 0.6)
            sheet.words(flag.left if flag.on_right else flag.right, y, text,
                        ha="left" if flag.on_right else "right")
        top -= height + 8
    return sheet


def _amounts(parts: Mapping[str, Any]) -> dict[str, float]:
    found = {label: number(value) for label, value in parts.items()}
    return {label: 0.0 if math.isnan(value) else value for label, value in found.items()}


def _spans(parts: list[_Part], width: float) -> list[tuple[float, float]]:
    total = sum(abs(value) for _, value, _ in parts)
    spans, start = [], 0.0
    for _, value, _ in parts:
        end = start + abs(value) / total * width
        spans.append((start, end))
        start = end
    return spans


def _hung(parts: list[_Part], unit: str, width: float) -> list:
    """Each part's label with its place below the bar."""
    starts = [start + 0.5 for start, _ in _spans(parts, width)]
    texts = [style.fit(f"{label} {format_value(value, unit)}", max(start, width - start) - 6)
             for (label, value, _), start in zip(parts, starts, strict=True)]
    placed = flags(starts, [style.text_width(text) for text in texts], 0, width, space=4)
    return list(zip(placed, texts, strict=True))
