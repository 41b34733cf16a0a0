"""Charts whose horizontal axis is time: lines, columns, quantile fans.

Months are "2026-01" strings in order, values one number per month; None and NaN are gaps.
`include` lists values that the axis must cover.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.views import style
from model.views.charts import axes
from model.views.charts.layout import (
    Panel,
    columns,
    known,
    number,
    numbers,
    there,
    ticks,
    with_label_room,
)
from model.views.charts.sheet import Sheet, begin, chart
from model.views.formats import format_month, format_value, say

PLOT, PHONE_PLOT = 186.0, 158.0  # height of a panel

Values = Sequence[Any]
Markers = Iterable[tuple[Any, str]]
Point = tuple[Any, Any, str]


@chart
def line_over_months(
    months: Sequence[str], series: Mapping[str, Values], *, unit: str = "", subtitle: str = "",
    markers: Markers = (), point: Point | None = None,
    reference: Mapping[str, Values] | None = None, include: Values = (), width: float = style.WIDE,
) -> Sheet:
    """Lines with their names and last values at the end; up to three have colors.

    markers    (month, name) of thin vertical lines
    point      (month, value, label) of a dot with its amount, for example the cash trough
    reference  lines in grey behind, for example the base case
    """
    lines = Lines.of(months, series, reference, point, unit, 0.8 * width,
                     PLOT if width > 400 else PHONE_PLOT, include)
    sheet, panel = _time_panel(months, lines.scale, unit, subtitle, markers, width, lines.names)
    lines.draw(sheet, panel)
    return sheet


@dataclass(frozen=True)
class Lines:
    """Lines over months, each with its name; grey ones are thin. The scale has room for the label
    of the point, below its dot where it is `low`."""

    months: Sequence[str]
    rows: Sequence[list[float]]
    names: Sequence[axes.End]
    point: Point | None
    unit: str
    low: bool
    scale: list[float]

    @classmethod
    def of(cls, months: Sequence[str], series: Mapping[str, Values],
           reference: Mapping[str, Values] | None, point: Point | None, unit: str, across: float,
           tall: float, include: Values = ()) -> Lines:
        """Lines with those of the reference behind; `across` and `tall` are the plot's size."""
        behind = reference or {}
        rows = list(map(numbers, (*behind.values(), *series.values())))
        colors = [*[style.MUTED] * len(behind),
                  *(style.SERIES if len(series) <= len(style.SERIES) else
                    [style.MUTED] * len(series))]
        names = [end_of(label, row, unit, color)
                 for label, row, color in zip((*behind, *series), rows, colors, strict=False)]
        span = [value for row in (*rows, include) for value in row]
        value, scale = number(point[1]) if point else math.nan, ticks(span)
        ends = known(span)
        low = bool(ends) and value <= (min(ends) + max(ends)) / 2 and not _room_above(
            months, rows, scale, point, unit, across, tall)
        if not math.isnan(value):
            # The dot's label needs 18 of about 170 points between the dot and the edge.
            room = 0.11 * (scale[-1] - scale[0])
            scale = ticks([*span, value - room if low else value + room])
        return cls(months, rows, names, point, unit, low, scale)

    def draw(self, sheet: Sheet, panel: Panel) -> None:
        for row, name in zip(self.rows, self.names, strict=True):
            grey = name.color == style.MUTED
            trace(sheet, panel, row, style.AXIS if grey else name.color, 1.2 if grey else 1.8)
        end_labels(sheet, panel, self.rows, self.names)
        if self.point:
            _dot(sheet, panel, self.months, self.point, self.unit, self.low)
        axes.readings(sheet, panel, self.months,
                      {name.name: row for name, row in zip(self.names, self.rows, strict=True)},
                      self.unit)


@chart
def columns_over_months(
    months: Sequence[str], values: Values, *, unit: str = "", subtitle: str = "",
    markers: Markers = (), notation: str = style.PLAN, width: float = style.WIDE,
) -> Sheet:
    """Columns from zero, positive blue and negative orange; markers as in line_over_months.

    The first, the last, the highest and the lowest column carry their values. `notation` says
    what the figures are: style.PLAN, ACTUAL, FORECAST or PREVIOUS.
    """
    amounts = numbers(values)
    scale = ticks(with_label_room(amounts), zero=True)
    sheet, panel = _time_panel(months, scale, unit, subtitle, markers, width)
    columns(sheet, panel, amounts, 0.14, 0.86, notation)
    _column_values(sheet, panel, amounts, unit)
    axes.readings(sheet, panel, months, {"": amounts}, unit)
    return sheet


@chart
def fan(
    months: Sequence[str], quantiles: Mapping[float, Values], *, base: Values | None = None,
    base_label: str = "base case", unit: str = "", subtitle: str = "", include: Values = (),
    width: float = style.WIDE, ends: Mapping[float, str] | None = None,
) -> Sheet:
    """Bands between quantiles {0.05: values, …}, paired from the outside in, around the median.
    `ends` says how the last value of each is written where not all of its digits are known."""
    levels = sorted(quantiles)
    paths = {level: numbers(quantiles[level]) for level in levels}
    names = [end_of("median" if level == 0.5 else f"P{level * 100:g}", paths[level], unit,
                    style.MAIN if level == 0.5 else style.MUTED, level == 0.5) for level in levels]
    if ends:
        names = [replace(name, value=ends[level])
                 for name, level in zip(names, levels, strict=True)]
    rows = list(paths.values())
    if base is not None:
        rows.append(numbers(base))
        names.append(end_of(base_label, rows[-1], unit, style.INK))
    scale = ticks([value for row in (*rows, include) for value in row])
    sheet, panel = _time_panel(months, scale, unit, subtitle, (), width, names)
    for pair in range(len(levels) // 2):
        outline = panel.band(paths[levels[pair]], paths[levels[-1 - pair]])
        if len(outline) > 2:
            sheet.fill([outline], style.TINTS[min(1 + pair, 3)])
    zero_line(sheet, panel)
    if 0.5 in paths:
        trace(sheet, panel, paths[0.5], style.MAIN, 1.8)
    if base is not None:
        trace(sheet, panel, rows[-1], style.INK, 1.2, (4, 2))
    end_labels(sheet, panel, rows, names)
    axes.readings(sheet, panel, months,
                  {name.name: row for name, row in zip(names, rows, strict=True)}, unit)
    return sheet


@chart
def outlook(
    months: Sequence[str], actual: Values, forecast: Values, plan: Values, *, unit: str = "",
    subtitle: str = "", markers: Markers = (), width: float = style.WIDE,
) -> Sheet:
    """What happened, what is expected and what was planned, of one amount.

    Actual is solid ink, the forecast dashed ink from the last actual on and in the gaps between
    actuals, the plan grey behind.
    """
    actuals, ahead, plans = numbers(actual), numbers(forecast), numbers(plan)
    scale = ticks([*actuals, *ahead, *plans])
    names = [end_of("plan", plans, unit, style.MUTED), end_of("forecast", ahead, unit, style.INK)]
    sheet, panel = _time_panel(months, scale, unit, subtitle, markers, width, names)
    zero_line(sheet, panel)
    trace(sheet, panel, plans, style.AXIS, 1.2)
    trace(sheet, panel, ahead, style.INK, 1.4, (4, 2))
    span = there(actuals)
    runs = [place for place in span if place - 1 in span or place + 1 in span]
    trace(sheet, panel, [value if place in runs else math.nan
                          for place, value in enumerate(actuals)], style.INK, 2.2)
    for place in span:
        if place not in runs:
            sheet.dot(panel.x(place + 0.5), panel.y(actuals[place]), style.INK)
    end_labels(sheet, panel, (plans, ahead), names)
    axes.readings(sheet, panel, months, {"actual": actuals, "forecast": ahead, "plan": plans},
                  unit)
    return sheet


def _time_panel(months: Sequence[str], scale: Sequence[float], unit: str, subtitle: str,
                markers: Markers, width: float,
                ends: Sequence[axes.End] = ()) -> tuple[Sheet, Panel]:
    """The sheet with both axes and the markers, and the panel; x runs from 0 to the month count."""
    left = axes.tick_room(scale, unit)
    right = width - axes.end_room(ends, width)
    spots = axes.marker_flags(months, markers, left, right, width)
    plot = PLOT if width > 400 else PHONE_PLOT
    band = max(axes.marker_room(spots), 8)
    sheet, body = begin(subtitle, unit, width, plot + band + axes.foot(months))
    panel = Panel(left, right, axes.foot(months), body - band).over(len(months), scale)
    axes.value_axis(sheet, panel, scale, unit)
    axes.time_axis(sheet, panel, months)
    axes.draw_markers(sheet, panel, spots)
    return sheet, panel


def _room_above(months: Sequence[str], rows: Sequence[Sequence[float]], scale: Sequence[float],
                point: Point, unit: str, across: float, tall: float) -> bool:
    """Whether the label of a low point finds room above its dot, clear of the lines beside it.

    Then the scale need not reach lower for it.
    """
    places, value = list(map(str, months)), number(point[1])
    if str(point[0]) not in places or len(places) < 2:
        return False
    text = style.drawable(_point_text(point, value, unit))
    half = style.text_width(text) / 2 / across * len(places)
    at = min(max(places.index(str(point[0])), half), len(places) - half)
    near = [row[place] for row in rows for place in there(row) if abs(place - at) <= half + 1]
    # The text begins 8 points above the dot.
    free = value + 6 / tall * (scale[-1] - scale[0])
    headroom = scale[-1] - value > 24 / tall * (scale[-1] - scale[0])
    return headroom and max(near, default=math.inf) <= free


def _point_text(point: Point, amount: float, unit: str) -> str:
    return f"{point[2]}: {say(amount, unit)}, {format_month(point[0])}"


def trace(sheet: Sheet, panel: Panel, values: Sequence[float], color: str, width: float,
          dash: tuple[float, ...] | None = None) -> None:
    path = panel.path(values)
    if len(places := there(values)) == 1:
        sheet.dot(*path[places[0]], color)
    else:
        sheet.line(path, color, width, dash)


def zero_line(sheet: Sheet, panel: Panel) -> None:
    if panel.y0 < 0 < panel.y1:
        sheet.level(panel.y(0), panel.left, panel.right, style.AXIS)


def end_of(label: str, values: Sequence[float], unit: str, color: str,
           bold: bool = False) -> axes.End:
    text = format_value(next(reversed(known(values)), None), unit)
    return axes.End(style.fit(label, 120, bold), text, color=color, bold=bold)


def end_labels(sheet: Sheet, panel: Panel, rows: Sequence[Sequence[float]],
               names: Sequence[axes.End]) -> None:
    """The labels where their lines end; none for a line without values."""
    ends = []
    for row, name in zip(rows, names, strict=True):
        if places := there(row):
            x, y = panel.path(row)[places[-1]]
            ends.append(replace(name, x=x, y=y))
    axes.end_labels(sheet, panel, ends)


def _dot(sheet: Sheet, panel: Panel, months: Sequence[str], point: Point, unit: str,
         below: bool) -> None:
    places, amount = list(map(str, months)), number(point[1])
    if math.isnan(amount) or str(point[0]) not in places:
        return
    x, y = panel.x(places.index(str(point[0])) + 0.5), panel.y(amount)
    text = style.fit(_point_text(point, amount, unit), panel.right - panel.left)
    middle = replace(panel, left=panel.left + 2).middle(x, text)
    sheet.words(middle, y - 15 if below else y + 8, text, ha="center", ground=True)
    sheet.dot(x, y, style.INK)


def _column_values(sheet: Sheet, panel: Panel, amounts: Sequence[float], unit: str) -> None:
    places = there(amounts)
    if not places:
        return
    # The extremes come first: a label that would touch an earlier one is left out.
    choice = [max(places, key=amounts.__getitem__), min(places, key=amounts.__getitem__),
              places[-1], places[0]]
    rows: list[tuple[float, float]] = []
    for place in dict.fromkeys(choice):
        text = format_value(amounts[place], unit)
        x, half = panel.middle(panel.x(place + 0.5), text), style.text_width(text) / 2
        if any(x - half < right + 4 and left - 4 < x + half for left, right in rows):
            continue
        rows.append((x - half, x + half))
        y = panel.y(amounts[place]) + (3.5 if amounts[place] >= 0 else -10.5)
        sheet.words(x, y, text, ha="center", ground=True)
