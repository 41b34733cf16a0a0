"""States over months: what holds when, a strip for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from model.views import style
from model.views.charts import axes
from model.views.charts.rows import Rows
from model.views.charts.sheet import Sheet, begin, box, chart

# How a state is drawn: height of its strip as a share of the row, and its color. The height alone
# tells apart what holds from what does not.
MARKS = {"good": (0.16, style.MAIN), "watch": (0.55, style.WARN), "bad": (1.0, style.WARN),
         "call": (1.0, style.MAIN)}


@chart
def state_strips(
    months: Sequence[str], rows: Mapping[str, Sequence[str]], *, texts: Sequence[str] = (),
    title: str = "", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """One strip over the months for each label, of marks or "" for no value, which is dotted.

    A mark is good (thin), watch (half as tall), bad (tall) or call (tall, and not bad). `texts` are
    short words beside the strips, one a row.
    """
    said = list(texts) or [""] * len(rows)
    places = Rows(list(rows), width, style.widest(said) + 8)
    sheet, body = begin(title, subtitle, "", width, places.height + axes.foot(months))
    panel = places.panel(0, max(1, len(months)), axes.foot(months), body)
    _years(sheet, panel, months)
    for place, states in enumerate(rows.values()):
        places.label(sheet, panel, place)
        bottom, top = places.bar(panel, place)
        for state, start, end in _runs(states):
            if state in MARKS:
                share, color = MARKS[state]
                sheet.fill([box(panel.x(start), bottom, panel.x(end),
                                bottom + share * (top - bottom))], color)
            else:
                y = bottom + MARKS["good"][0] * (top - bottom) / 2
                sheet.line([(panel.x(start), y), (panel.x(end), y)], style.AXIS, 0.9, (1, 2))
        sheet.words(panel.right + 6, places.baseline(panel, place),
                    style.fit(said[place], width - panel.right - 7), color=style.MUTED)
    axes.time_axis(sheet, panel, months)
    return sheet


def _runs(states: Sequence[str]) -> list[tuple[str, int, int]]:
    """Each run of one state with the places where it starts and ends."""
    found, start = [], 0
    for state, run in groupby(states):
        end = start + len(list(run))
        found.append((state, start, end))
        start = end
    return found


def _years(sheet: Sheet, panel, months: Sequence[str]) -> None:
    for place, month in enumerate(months):
        if place and str(month)[5:7] == "01":
            sheet.line([(panel.x(place), panel.bottom), (panel.x(place), panel.top)], style.GRID,
                       0.6)
