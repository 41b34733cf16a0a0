"""Columns by year: one panel per line, panels of one unit on one scale.

Cash over months with its lowest point, and below it how long it would last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import axes, layout, time
from model.views.charts.layout import Panel, known, number, numbers, ticks, with_label_room
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
    span = {label: row + behind[label] for label, row in data.items()}
    scales = _scales(span, units, numbers(include))
    texts = [format_value(value, units[label]) for label, row in data.items() for value in row]
    pitch = max(style.widest(texts) + 3, 26.0)
    gap, count = 14.0, max(1, len(years))
    per_row = max(1, min(len(data) or 1, int((width + gap) / (pitch * count + gap))))
    labels = list(data)
    lines = [labels[at : at + per_row] for at in range(0, len(labels), per_row)]
    ranges = [_line_ranges(line, span, units, scales) for line in lines]
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
    layout.draw(sheet, (box(panel.x(i + 0.05), zero, panel.x(i + 0.36), panel.y(value))
                       for i, value in enumerate(behind) if value and not math.isnan(value)),
               style.AXIS, style.PREVIOUS)
    left, right = (0.24, 0.92) if behind else (0.16, 0.84)
    for color, sign in ((style.FAVORABLE, 1), (style.UNFAVORABLE, -1)):
        layout.draw(sheet, (box(panel.x(i + left), zero, panel.x(i + right), panel.y(value))
                           for i, value in enumerate(values) if value * sign > 0),
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


# A runway beyond this many months says nothing that a reader acts on; its column is cut.
MOST = 36.0
_UNIT = "months"
_TALL = 132.0


@chart
def cash_runway(
    months: Sequence[str], cash: Sequence[Any], left: Sequence[Any], target: Sequence[Any], *,
    point: tuple[Any, Any, str] | None = None, reference: Mapping[str, Sequence[Any]] | None = None,
    unit: str = "USD", title: str = "", subtitle: str = "", width: float = style.WIDE,
    name: str = "Runway",
) -> Sheet:
    """Cash above, runway below, over the same months.

    left       months that cash lasts; None or NaN where nothing is burned, which has no column
    target     months that it should last, a dashed line; NaN where there is none
    point      (month, value, label) of a dot, for example the lowest cash
    reference  lines in grey behind the cash, for example the base case
    name       what the runway is called
    Columns below the target are orange; those beyond 36 months are cut and open at the top.
    """
    lines = [(label, numbers(values), True) for label, values in (reference or {}).items()]
    lines.append(("Cash", numbers(cash), False))
    span = [value for _, values, _ in lines for value in values]
    low = point is not None and time.is_low(number(point[1]), known(span)) and not (
        time.room_above(months, [values for _, values, _ in lines], span, point, unit,
                        0.75 * width, _TALL))
    scale = time.point_scale(span, point, low)
    runway, goal = numbers(left), numbers(target)
    below = ticks([0.0, *(min(value, MOST) for value in known([*runway, *goal]))], about=3)
    names = [time.end_of(label, values, unit, style.MUTED if grey else style.MAIN)
             for label, values, grey in lines]
    edge = max(axes.tick_room(scale, unit), axes.tick_room(below, _UNIT))
    right = width - axes.end_room(names, width)
    tall, short, head, foot = _TALL, 62.0, 30.0, axes.foot(months)
    sheet, _ = begin(title, subtitle, unit, width, foot + short + head + tall + 8)
    count = max(1, len(months))
    lower = Panel(edge, right, foot, foot + short, 0, count, below[0], below[-1])
    upper = Panel(edge, right, foot + short + head, foot + short + head + tall, 0, count,
                  scale[0], scale[-1])
    axes.value_axis(sheet, upper, scale, unit)
    axes.value_axis(sheet, lower, below, _UNIT)
    axes.time_axis(sheet, lower, months)
    ends = []
    for (_, values, grey), end in zip(lines, names, strict=True):
        time.trace(sheet, upper, values, style.AXIS if grey else style.MAIN, 1.2 if grey else 1.8)
        ends += time.at_end(upper, values, end)
    axes.end_labels(sheet, upper, ends)
    if point is not None:
        time.dot(sheet, upper, months, point, unit, below=low)
    sheet.words(0, lower.top + 9, style.fit(_heading(name, runway, goal), width), color=style.MUTED)
    _columns(sheet, lower, runway, goal)
    return sheet


def _heading(name: str, runway: Sequence[float], goal: Sequence[float]) -> str:
    words = f"{name}, months" + (" · dashed: what is wanted" if known(goal) else "")
    return words if known(runway) else f"{name}: nothing is burned in any month"


def _columns(sheet: Sheet, panel: Panel, runway: Sequence[float], goal: Sequence[float]) -> None:
    wishes = [*goal, *[math.nan] * (len(runway) - len(goal))]
    enough: list[list] = []
    short: list[list] = []
    for place, (value, wish) in enumerate(zip(runway, wishes, strict=False)):
        if not math.isnan(value):
            shape = box(panel.x(place + 0.14), panel.y(0), panel.x(place + 0.86),
                        panel.y(min(value, MOST)))
            (short if value < wish else enough).append(shape)
    for shapes, color in ((enough, style.FAVORABLE), (short, style.UNFAVORABLE)):
        layout.draw(sheet, shapes, color)
    cut = [place for place, value in enumerate(runway) if value > MOST]
    for place in cut:
        # An open top is the sign of a column that goes on.
        y = panel.y(MOST)
        sheet.fill([box(panel.x(place + 0.1), y - 3, panel.x(place + 0.9), y - 1.6)], style.WHITE)
    if known(goal):
        sheet.line([(panel.x(place + 0.5), panel.y(min(wish, MOST)))
                    for place, wish in enumerate(goal)], style.INK, 1.0, (3, 2))
    there = [place for place, value in enumerate(runway) if not math.isnan(value)]
    if there:
        least = min(there, key=lambda place: runway[place])
        text = format_value(runway[least], _UNIT)
        half = style.text_width(text) / 2
        x = min(max(panel.x(least + 0.5), panel.left + half), panel.right - half)
        top = max(panel.y(min(runway[place], MOST)) for place in there
                  if abs(panel.x(place + 0.5) - x) < half + 3)
        sheet.words(x, min(top + 3, panel.top - 8), text, ha="center", ground=True)
