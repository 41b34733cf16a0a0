"""Columns by year: one panel per line, panels of one unit on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import marks
from model.views.charts.layout import Panel, known, numbers, with_label_room
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_value, unit_label

_LABEL_ROOM = 0.14  # of the scale, for a label outside its column


@chart
def columns_by_year(
    years: Sequence[Any], panels: Mapping[str, Sequence[Any]], *,
    unit: str | Mapping[str, str] = "", title: str = "", subtitle: str = "",
    include: Iterable[Any] = (), reference: Mapping[str, Sequence[Any]] | None = None,
    notation: str | Mapping[str, str] = style.PLAN, width: float = style.WIDE,
) -> Sheet:
    """One panel of columns per label; panels of the same unit share their scale.

    unit       may differ by panel, {label: unit}; `include` then applies to the first one's unit
    reference  what stands light behind a panel's columns, {label: values}: base, or last year
    notation   what the figures are, for all panels or {label: notation}: style.PLAN, ACTUAL, …
    """
    kinds = {label: notation if isinstance(notation, str) else notation.get(label, style.PLAN)
             for label in panels}
    behind = {label: numbers((reference or {}).get(label, ())) for label in panels}
    units = {label: unit if isinstance(unit, str) else unit.get(label, "") for label in panels}
    data = {label: numbers(values) for label, values in panels.items()}
    covered = {label: row + behind[label] for label, row in data.items()}
    scales = _scales(covered, units, numbers(include))
    texts = [format_value(value, units[label]) for label, row in data.items() for value in row]
    pitch = max(style.widest(texts) + 3, 26.0)
    gap, count = 14.0, max(1, len(years))
    per_row = max(1, min(len(data) or 1, int((width + gap) / (pitch * count + gap))))
    labels = list(data)
    lines = [labels[at : at + per_row] for at in range(0, len(labels), per_row)]
    ranges = [_line_ranges(line, covered, units, scales) for line in lines]
    full = 96.0 if width > 400 else 84.0
    heights = [max(full * (high - low) / (scales[of][1] - scales[of][0])
                   for of, (low, high) in each.items()) for each in ranges]
    sheet, top = begin(title, subtitle, unit if isinstance(unit, str) else "", width,
                       sum(heights) + 44 * len(lines))
    cell = (width + gap) / per_row - gap
    for line, each, height in zip(lines, ranges, heights, strict=True):
        for place, label in enumerate(line):
            of, left = units[label], place * (cell + gap)
            low, high = each[of]
            base = top - 24 - height
            reach = full * (high - low) / (scales[of][1] - scales[of][0])
            # Columns stay columns: a single year does not fill the sheet.
            right = left + min(cell, 64.0 * count)
            panel = Panel(left, right, base, base + reach, 0, count, low, high)
            name = label if isinstance(unit, str) else f"{label}, {unit_label(of)}"
            sheet.words(left, top - 12, style.fit(name, cell, bold=True), bold=True)
            _year_columns(sheet, panel, years, data[label], of, behind[label], kinds[label])
        top -= height + 44
    return sheet


def _scales(data: Mapping[str, list[float]], units: Mapping[str, str],
            include: list[float]) -> dict[str, tuple[float, float]]:
    """The lowest and highest value that each unit's panels show, with room for labels."""
    scales = {}
    first = next(iter(units.values()), "")
    for unit in units.values():
        values = [v for label, row in data.items() if units[label] == unit for v in row]
        reach = with_label_room(values + (include if unit == first else []), _LABEL_ROOM)
        low, high = min(reach), max(reach)
        scales[unit] = (low, high if high > low else low + 1.0)
    return scales


def _line_ranges(line: Sequence[str], data: Mapping[str, list[float]], units: Mapping[str, str],
                 scales: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """The part of each unit's scale that one line of panels needs, at least a label's height."""
    ranges = {}
    for unit in {units[label] for label in line}:
        low, high = scales[unit]
        room = _LABEL_ROOM * (high - low)
        values = known(value for label in line if units[label] == unit for value in data[label])
        most, least = max(values, default=0.0), min(values, default=0.0)
        ranges[unit] = (least - room if least < 0 else 0.0, max(most, 0.0) + room)
    return ranges


def _year_columns(sheet: Sheet, panel: Panel, years: Sequence[Any], values: Sequence[float],
                  unit: str, behind: Sequence[float], notation: str) -> None:
    zero = panel.y(0)
    marks.draw(sheet, (box(panel.x(i + 0.05), zero, panel.x(i + 0.36), panel.y(value))
                       for i, value in enumerate(behind) if value and not math.isnan(value)),
               style.AXIS, style.PREVIOUS)
    left, right = (0.24, 0.92) if behind else (0.16, 0.84)
    for color, wanted in ((style.FAVORABLE, 1), (style.UNFAVORABLE, -1)):
        marks.draw(sheet, (box(panel.x(i + left), zero, panel.x(i + right), panel.y(value))
                           for i, value in enumerate(values) if value * wanted > 0),
                   color, notation)
    sheet.line([(panel.left, zero), (panel.right, zero)], style.AXIS)
    pitch = panel.x(1) - panel.x(0)
    for i, (year, value) in enumerate(zip(years, values, strict=True)):
        text = style.fit(format_value(value, unit), pitch)
        half = style.text_width(text) / 2
        x = min(panel.x(i + (left + right) / 2), panel.x(i + 1) - half)
        height = zero if math.isnan(value) else panel.y(value)
        sheet.words(x, height + (-10.5 if value < 0 else 3.5), text, ha="center",
                    ground=bool(behind))
        sheet.words(panel.x(i + 0.5), panel.bottom - 13, style.fit(str(year), pitch),
                    color=style.MUTED, ha="center")
