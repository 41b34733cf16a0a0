"""Charts whose horizontal axis is time: lines, columns, quantile fans.

Months are "2026-01" strings in order, values one number per month; None and NaN are gaps.
`include` lists values the axis must cover, so that charts of one unit can share a scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.views import style
from model.views.charts import axes, layout
from model.views.charts.layout import Panel, known, number, numbers, ticks, with_label_room
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_month, format_value, say

PLOT, PHONE_PLOT = 186.0, 158.0  # height of a panel

Values = Sequence[Any]
Markers = Iterable[tuple[Any, str]]


@chart
def line_over_months(
    months: Sequence[str], series: Mapping[str, Values], *, unit: str = "", title: str = "",
    subtitle: str = "", markers: Markers = (), point: tuple[Any, Any, str] | None = None,
    highlight: str | None = None, reference: Mapping[str, Values] | None = None,
    include: Iterable[Any] = (), width: float = style.WIDE,
) -> Sheet:
    """Lines with their names and last values at the end.

    markers    (month, name) of thin vertical lines
    point      (month, value, label) of a dot with its amount, for example the cash trough
    highlight  the series in color, all others grey; without it up to three have colors
    reference  lines in grey behind, for example the base case
    """
    lines = [(label, numbers(values), True) for label, values in (reference or {}).items()]
    lines += [(label, numbers(values), False) for label, values in series.items()]
    colors = _line_colors([label for label, _, grey in lines if not grey], highlight)
    span = [value for _, values, _ in lines for value in values] + numbers(include)
    low_point = point is not None and is_low(number(point[1]), known(span)) and not (
        room_above(months, [values for _, values, _ in lines], span, point, unit,
                   0.8 * width, PLOT if width > 400 else PHONE_PLOT))
    scale = point_scale(span, point, low_point)
    names = [end_of(label, values, unit, style.MUTED if grey else colors[label],
                  not grey and label == highlight) for label, values, grey in lines]
    sheet, panel = _time_panel(months, scale, unit, title, subtitle, markers, width, names)
    ends = []
    for (_, values, grey), end in zip(lines, names, strict=True):
        quiet = grey or end.color == style.MUTED
        trace(sheet, panel, values, style.AXIS if quiet else end.color, 1.2 if quiet else 1.8)
        ends += at_end(panel, values, end)
    axes.end_labels(sheet, panel, ends)
    if point is not None:
        dot(sheet, panel, months, point, unit, below=low_point)
    return sheet


@chart
def columns_over_months(
    months: Sequence[str], values: Values, *, unit: str = "", title: str = "",
    subtitle: str = "", markers: Markers = (), include: Iterable[Any] = (),
    notation: str = style.PLAN, width: float = style.WIDE,
) -> Sheet:
    """Columns from zero, positive blue and negative orange; markers as in line_over_months.

    The first, the last, the highest and the lowest column carry their values. `notation` says
    what the figures are: style.PLAN, ACTUAL, FORECAST or PREVIOUS.
    """
    amounts = numbers(values)
    scale = ticks(with_label_room([*amounts, *numbers(include)]), zero=True)
    sheet, panel = _time_panel(months, scale, unit, title, subtitle, markers, width)
    zero, gap = panel.y(0), 0.14
    for color, sign in ((style.FAVORABLE, 1), (style.UNFAVORABLE, -1)):
        layout.draw(
            sheet, (box(panel.x(place + gap), zero, panel.x(place + 1 - gap), panel.y(amount))
                    for place, amount in enumerate(amounts) if amount * sign > 0),
            color, notation)
    _column_values(sheet, panel, amounts, unit)
    return sheet


@chart
def fan(
    months: Sequence[str], quantiles: Mapping[float, Values], *, base: Values | None = None,
    base_label: str = "base case", unit: str = "", title: str = "", subtitle: str = "",
    include: Iterable[Any] = (), width: float = style.WIDE,
) -> Sheet:
    """Bands between quantiles {0.05: values, …}, paired from the outside in, around the median."""
    levels = sorted(quantiles)
    paths = {level: numbers(quantiles[level]) for level in levels}
    bases = numbers(base) if base is not None else []
    span = [value for path in paths.values() for value in path] + bases + numbers(include)
    names = {level: end_of("median" if level == 0.5 else f"P{level * 100:g}", paths[level], unit,
                         style.MAIN if level == 0.5 else style.MUTED, level == 0.5)
             for level in levels}
    base_end = [end_of(base_label, bases, unit, style.INK)] if bases else []
    sheet, panel = _time_panel(months, ticks(span), unit, title, subtitle, (), width,
                               [*names.values(), *base_end])
    for pair in range(len(levels) // 2):
        _band(sheet, panel, paths[levels[pair]], paths[levels[-1 - pair]],
              style.TINTS[min(1 + pair, 3)])
    zero_line(sheet, panel)
    if 0.5 in paths:
        trace(sheet, panel, paths[0.5], style.MAIN, 1.8)
    if bases:
        trace(sheet, panel, bases, style.INK, 1.2, (4, 2))
    ends = [end for level in levels for end in at_end(panel, paths[level], names[level])]
    axes.end_labels(sheet, panel, ends + (at_end(panel, bases, base_end[0]) if bases else []))
    return sheet


@chart
def outlook(
    months: Sequence[str], actual: Values, forecast: Values, plan: Values, *, unit: str = "",
    title: str = "", subtitle: str = "", markers: Markers = (), include: Iterable[Any] = (),
    width: float = style.WIDE,
) -> Sheet:
    """What happened, what is expected and what was planned, of one amount.

    Actual is solid ink, the forecast dashed ink from the last actual on and in the gaps between
    actuals, the plan grey behind.
    """
    actuals, ahead, plans = numbers(actual), numbers(forecast), numbers(plan)
    scale = ticks([*actuals, *ahead, *plans, *numbers(include)])
    names = [end_of("plan", plans, unit, style.MUTED), end_of("forecast", ahead, unit, style.INK)]
    sheet, panel = _time_panel(months, scale, unit, title, subtitle, markers, width, names)
    zero_line(sheet, panel)
    trace(sheet, panel, plans, style.AXIS, 1.2)
    trace(sheet, panel, ahead, style.INK, 1.4, (4, 2))
    span = [place for place, value in enumerate(actuals) if not math.isnan(value)]
    runs = [place for place in span if place - 1 in span or place + 1 in span]
    trace(sheet, panel, [value if place in runs else math.nan
                          for place, value in enumerate(actuals)], style.INK, 2.2)
    for place in span:
        if place not in runs:
            sheet.dot(panel.x(place + 0.5), panel.y(actuals[place]), style.INK)
    axes.end_labels(sheet, panel, at_end(panel, plans, names[0])
                    + at_end(panel, ahead, names[1]))
    return sheet


def _time_panel(months: Sequence[str], scale: Sequence[float], unit: str, title: str,
                subtitle: str, markers: Markers, width: float,
                ends: Sequence[axes.End] = ()) -> tuple[Sheet, Panel]:
    """The sheet with both axes and the markers, and the panel; x runs from 0 to the month count."""
    left = axes.tick_room(scale, unit)
    right = width - axes.end_room(ends, width)
    spots = axes.marker_flags(months, markers, left, right, width)
    plot = PLOT if width > 400 else PHONE_PLOT
    band = max(axes.marker_room(spots), 8)
    sheet, body = begin(title, subtitle, unit, width, plot + band + axes.foot(months))
    panel = Panel(left, right, axes.foot(months), body - band, 0, max(1, len(months)),
                  scale[0], scale[-1])
    axes.value_axis(sheet, panel, scale, unit)
    axes.time_axis(sheet, panel, months)
    axes.draw_markers(sheet, panel, spots)
    return sheet, panel


def _line_colors(labels: Sequence[str], highlight: str | None) -> dict[str, str]:
    if highlight is not None or len(labels) > len(style.SERIES):
        return {label: style.MAIN if label == highlight else style.MUTED for label in labels}
    return dict(zip(labels, style.SERIES, strict=False))


def point_scale(span: Sequence[float], point: Any, low: bool) -> list[float]:
    scale = ticks(span)
    value = number(point[1]) if point is not None else math.nan
    if math.isnan(value):
        return scale
    # The dot's label needs 18 of about 170 points between the dot and the edge.
    room = 0.11 * (scale[-1] - scale[0])
    return ticks([*span, value - room if low else value + room])


def room_above(months: Sequence[str], rows: Sequence[Sequence[float]], span: Sequence[float],
               point: tuple[Any, Any, str], unit: str, across: float, tall: float) -> bool:
    """Whether the label of a low point finds room above its dot, clear of the lines beside it.

    Then the scale need not reach lower for it. `across` and `tall` are the size of the plot.
    """
    places = [str(month) for month in months]
    value = number(point[1])
    if math.isnan(value) or str(point[0]) not in places or len(places) < 2:
        return False
    scale = ticks(span)
    text = style.drawable(_point_text(point, value, unit))
    half = style.text_width(text) / 2 / across * len(places)
    at = min(max(places.index(str(point[0])), half), len(places) - half)
    near = [row[place] for row in rows for place in range(len(row))
            if abs(place - at) <= half + 1 and not math.isnan(row[place])]
    # The text begins 8 points above the dot.
    free = value + 6 / tall * (scale[-1] - scale[0])
    headroom = scale[-1] - value > 24 / tall * (scale[-1] - scale[0])
    return headroom and max(near, default=math.inf) <= free


def _point_text(point: tuple[Any, Any, str], amount: float, unit: str) -> str:
    return f"{point[2]}: {say(amount, unit)}, {format_month(point[0])}"


def is_low(value: float, span: Sequence[float]) -> bool:
    return bool(span) and value <= (min(span) + max(span)) / 2


def trace(sheet: Sheet, panel: Panel, values: Sequence[float], color: str, width: float,
           dash: tuple[float, ...] | None = None) -> None:
    if len(known(values)) == 1:
        place = last_place(values)
        sheet.dot(panel.x(place + 0.5), panel.y(values[place]), color)
    elif values:
        sheet.line([(panel.x(place + 0.5), panel.y(value)) for place, value in enumerate(values)],
                   color, width, dash)


def _band(sheet: Sheet, panel: Panel, low: Sequence[float], high: Sequence[float],
          color: str) -> None:
    both = [place for place in range(len(low))
            if not (math.isnan(low[place]) or math.isnan(high[place]))]
    if len(both) > 1:
        up = [(panel.x(place + 0.5), panel.y(high[place])) for place in both]
        down = [(panel.x(place + 0.5), panel.y(low[place])) for place in reversed(both)]
        sheet.fill([up + down], color)


def zero_line(sheet: Sheet, panel: Panel) -> None:
    if panel.y0 < 0 < panel.y1:
        sheet.line([(panel.left, panel.y(0)), (panel.right, panel.y(0))], style.AXIS)


def last_place(values: Sequence[float]) -> int | None:
    return next((place for place in reversed(range(len(values)))
                 if not math.isnan(values[place])), None)


def end_of(label: str, values: Sequence[float], unit: str, color: str,
         bold: bool = False) -> axes.End:
    last = last_place(values)
    text = format_value(None if last is None else values[last], unit)
    return axes.End(style.fit(label, 120, bold=bold), text, color=color, bold=bold)


def at_end(panel: Panel, values: Sequence[float], end: axes.End) -> list[axes.End]:
    """The label with its place; none for a line without values."""
    last = last_place(values)
    if last is None:
        return []
    return [replace(end, x=panel.x(last + 0.5), y=panel.y(values[last]))]


def dot(sheet: Sheet, panel: Panel, months: Sequence[str], point: tuple[Any, Any, str],
         unit: str, below: bool) -> None:
    month, amount = point[0], number(point[1])
    places = [str(each) for each in months]
    if math.isnan(amount) or str(month) not in places:
        return
    x, y = panel.x(places.index(str(month)) + 0.5), panel.y(amount)
    text = style.fit(_point_text(point, amount, unit), panel.right - panel.left)
    half = style.text_width(text) / 2
    middle = min(max(x, panel.left + half + 2), panel.right - half)
    base = y - 15 if below else y + 8
    sheet.words(middle, base, text, ha="center", ground=True)
    sheet.dot(x, y, style.INK)


def _column_values(sheet: Sheet, panel: Panel, amounts: Sequence[float], unit: str) -> None:
    there = [place for place in range(len(amounts)) if not math.isnan(amounts[place])]
    if not there:
        return
    # The extremes come first: a label that would touch an earlier one is left out.
    choice = [max(there, key=amounts.__getitem__), min(there, key=amounts.__getitem__),
              there[-1], there[0]]
    rows: list[tuple[float, float]] = []
    for place in dict.fromkeys(choice):
        text = format_value(amounts[place], unit)
        half = style.text_width(text) / 2
        x = min(max(panel.x(place + 0.5), panel.left + half), panel.right - half)
        if any(x - half < right + 4 and left - 4 < x + half for left, right in rows):
            continue
        rows.append((x - half, x + half))
        up = amounts[place] >= 0
        y = panel.y(amounts[place]) + (3.5 if up else -10.5)
        sheet.words(x, y, text, ha="center", ground=True)
