"""Cash over months with its lowest point, and below it how long it would last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import axes, marks, time
from model.views.charts.layout import Panel, known, number, numbers, ticks
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_value

# A runway beyond this many months says nothing that a reader acts on; its column is cut.
MOST = 36.0
_UNIT = "months"
_TALL = 132.0


@chart
def cash_runway(
    months: Sequence[str], cash: Sequence[Any], left: Sequence[Any], wanted: Sequence[Any], *,
    point: tuple[Any, Any, str] | None = None, reference: Mapping[str, Sequence[Any]] | None = None,
    unit: str = "USD", title: str = "", subtitle: str = "", width: float = style.WIDE,
    name: str = "Runway",
) -> Sheet:
    """Cash above, runway below, over the same months.

    left       months that cash lasts; None or NaN where nothing is burned, which has no column
    wanted     months that it should last, a dashed line; NaN where there is no such wish
    point      (month, value, label) of a dot, for example the lowest cash
    reference  lines in grey behind the cash, for example the base case
    name       what the runway is called
    Columns of less than is wanted are orange; those beyond 36 months are cut and open at the top.
    """
    drawn = [(label, numbers(values), True) for label, values in (reference or {}).items()]
    drawn.append(("Cash", numbers(cash), False))
    covered = [value for _, values, _ in drawn for value in values]
    low = point is not None and time.is_low(number(point[1]), known(covered)) and not (
        time.room_above(months, [values for _, values, _ in drawn], covered, point, unit,
                        0.75 * width, _TALL))
    scale = time.point_scale(covered, point, low)
    runway, goal = numbers(left), numbers(wanted)
    below = ticks([0.0, *(min(value, MOST) for value in known([*runway, *goal]))], about=3)
    names = [time.end_of(label, values, unit, style.MUTED if grey else style.MAIN)
             for label, values, grey in drawn]
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
    for (_, values, grey), end in zip(drawn, names, strict=True):
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
        marks.draw(sheet, shapes, color)
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
