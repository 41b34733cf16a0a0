"""What buckets of money have, have promised and have spent, week by week: a panel each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.views import style
from model.views.charts import axes
from model.views.charts.layout import Panel, known, numbers, ticks
from model.views.charts.sheet import Sheet, begin, chart
from model.views.formats import format_value


@dataclass(frozen=True)
class Flow:
    """One bucket by week, each from zero; None or NaN in weeks that are not known.

    planned    what it has at the week's end
    spent, committed   what of it is spent, and what is committed on top
    ahead, low, high   spending expected by the end of later weeks, and its interval
    """

    planned: Sequence[Any]
    spent: Sequence[Any] = ()
    committed: Sequence[Any] = ()
    ahead: Sequence[Any] = ()
    low: Sequence[Any] = ()
    high: Sequence[Any] = ()


@chart
def envelope(
    weeks: Sequence[str], panels: Mapping[str, Flow], *, unit: str = "USD", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """A panel for each bucket, each on a scale of its own from zero.

    Spent is a solid area, committed a pale one on top of it, planned a line of steps, what is
    expected dashed within its interval. Beside a panel's name stands what is planned.
    """
    per_row = min(3 if width > 400 else 1, max(1, len(panels)))
    gap, tall, head = 14.0, 84.0, 21.0
    foot = axes.FOOT_ONE + 4
    pitch = tall + head + foot
    lines = -(-len(panels) // per_row)
    sheet, body = begin(title, subtitle, unit, width, lines * pitch)
    cell = (width - gap * (per_row - 1)) / per_row
    for place, (label, flow) in enumerate(panels.items()):
        left = place % per_row * (cell + gap)
        top = body - place // per_row * pitch
        _panel(sheet, left, top, cell, tall, head, weeks, label, flow, unit)
    return sheet


def _panel(sheet: Sheet, left: float, top: float, cell: float, tall: float, head: float,
           weeks: Sequence[str], label: str, flow: Flow, unit: str) -> None:
    planned, spent, committed, ahead, low, high = (
        [*numbers(row), *[math.nan] * (len(weeks) - len(row))]
        for row in (flow.planned, flow.spent, flow.committed, flow.ahead, flow.low, flow.high))
    used = [one + other for one, other in zip(spent, committed, strict=True)]
    scale = ticks([0.0, *known([*planned, *used, *ahead, *high])], about=3)
    room = axes.tick_room(scale, unit)
    panel = Panel(left + room, left + cell, top - head - tall + 6, top - head, 0,
                  max(1, len(weeks)), scale[0], scale[-1])
    last = known(planned)
    amount = format_value(last[-1], unit) if last else ""
    sheet.words(left, top - 10, style.fit(label, cell - style.text_width(amount) - 8), bold=True)
    sheet.words(left + cell, top - 10, amount, color=style.MUTED, ha="right")
    axes.value_axis(sheet, panel, scale, unit)
    _area(sheet, panel, low, high, style.TINTS[1])
    _area(sheet, panel, spent, used, style.TINTS[2])
    _area(sheet, panel, [0.0] * len(weeks), spent, style.MAIN)
    done = [place for place, value in enumerate(spent) if not math.isnan(value)]
    if done and known(ahead):
        ahead[done[-1]] = spent[done[-1]]
    if len(known(ahead)) > 1:
        sheet.line([(panel.x(place + 0.5), panel.y(value)) for place, value in enumerate(ahead)],
                   style.MAIN, 1.4, (4, 2))
    steps = [(panel.x(place + side), panel.y(value)) for place, value in enumerate(planned)
             if not math.isnan(value) for side in (0, 1)]
    if steps:
        sheet.line(steps, style.INK, 1.2)
    for place in dict.fromkeys((0, len(weeks) - 1)):
        if weeks:
            half = style.text_width(weeks[place]) / 2
            x = min(max(panel.x(place + 0.5), panel.left + half), panel.right - half)
            sheet.words(x, panel.bottom - 11, weeks[place], color=style.MUTED, ha="center")


def _area(sheet: Sheet, panel: Panel, low: Sequence[float], high: Sequence[float],
          color: str) -> None:
    both = [place for place, pair in enumerate(zip(low, high, strict=True))
            if not any(map(math.isnan, pair))]
    if not both or all(low[place] == high[place] for place in both):
        return
    # A week is as wide as its place, so a single one is seen as well.
    edge = [(place + side, place) for place in both for side in (0.0, 1.0)]
    up = [(panel.x(x), panel.y(high[place])) for x, place in edge]
    down = [(panel.x(x), panel.y(low[place])) for x, place in reversed(edge)]
    sheet.fill([up + down], color)
