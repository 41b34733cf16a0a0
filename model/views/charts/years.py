"""Columns by year: one panel per line, panels of one unit on one scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import layout
from model.views.charts.layout import Panel, known, numbers, with_label_room
from model.views.charts.sheet import Sheet, begin, chart
from model.views.formats import format_value, unit_label

_LABEL_ROOM = 0.14  # of the scale, for a label outside its column


@chart
def columns_by_year(
    years: Sequence[Any], panels: Mapping[str, Sequence[Any]], *,
    unit: str | Mapping[str, str] = "", subtitle: str = "",
    reference: Mapping[str, Sequence[Any]] | None = None,
    notation: str | Mapping[str, str] = style.PLAN, width: float = style.WIDE,
) -> Sheet:
    """One panel of columns per label; panels of the same unit share their scale.

    unit       may differ by panel, {label: unit}
    reference  what stands light behind a panel's columns, {label: values}: base, or last year
    notation   what the figures are, for all panels or {label: notation}: style.PLAN, ACTUAL, …
    """
    behind = {label: numbers((reference or {}).get(label, ())) for label in panels}
    units = {label: unit if isinstance(unit, str) else unit.get(label, "") for label in panels}
    data = {label: numbers(values) for label, values in panels.items()}
    span = {label: row + behind[label] for label, row in data.items()}
    scales = _scales(span, units)
    texts = [format_value(value, units[label]) for label, row in data.items() for value in row]
    # A year of which months are missing says so in a line of its own.
    heads = [str(year).partition(" ") for year in years]
    pitch = max(style.widest(texts) + 3, 26.0,
                *(style.widest([name, rest]) + 3 for name, _, rest in heads if rest))
    foot = 44.0 + 11.0 * any(rest for _, _, rest in heads)
    gap, count, labels = 14.0, max(1, len(years)), list(data)
    per_row = max(1, min(len(data) or 1, int((width + gap) / (pitch * count + gap))))
    lines = [labels[at : at + per_row] for at in range(0, len(labels), per_row)]
    ranges = [_line_ranges(line, span, units, scales) for line in lines]
    full = 96.0 if width > 400 else 84.0
    heights = [max(full * (high - low) / (scales[of][1] - scales[of][0])
                   for of, (low, high) in each.items()) for each in ranges]
    sheet, top = begin(subtitle, unit if isinstance(unit, str) else "", width,
                       sum(heights) + foot * len(lines))
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
            _year_columns(sheet, panel, years, data[label], of, behind[label], notation
                          if isinstance(notation, str) else notation.get(label, style.PLAN))
        top -= height + foot
    return sheet


def _scales(data: Mapping[str, list[float]],
            units: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """The lowest and highest value that each unit's panels show, with room for labels."""
    scales = {}
    for unit in units.values():
        values = [v for label, row in data.items() if units[label] == unit for v in row]
        reach = with_label_room(values, _LABEL_ROOM)
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
    layout.draw(sheet, ((panel.x(i + 0.05), zero, panel.x(i + 0.36), panel.y(behind[i]))
                        for i in layout.there(behind) if behind[i]), style.AXIS, style.PREVIOUS)
    left, right = (0.24, 0.92) if behind else (0.16, 0.84)
    layout.columns(sheet, panel, values, left, right, notation)
    sheet.level(zero, panel.left, panel.right, style.AXIS)
    pitch = panel.x(1) - panel.x(0)
    for i, (year, value) in enumerate(zip(years, values, strict=True)):
        text = style.fit(format_value(value, unit), pitch)
        half = style.text_width(text) / 2
        x = min(panel.x(i + (left + right) / 2), panel.x(i + 1) - half)
        height = zero if math.isnan(value) else panel.y(value)
        sheet.words(x, height + (-10.5 if value < 0 else 3.5), text, ha="center",
                    ground=bool(behind))
        name, _, rest = str(year).partition(" ")
        sheet.words(panel.x(i + 0.5), panel.bottom - 13, style.fit(name, pitch),
                    color=style.MUTED, ha="center")
        # Whole years have nothing below their name, so there is room beside.
        if words := style.fit(rest, 1.5 * pitch):
            sheet.words(panel.middle(panel.x(i + 0.5), words), panel.bottom - 24, words,
                        color=style.MUTED, ha="center")
