"""What happened before the plan began: a cell that shows nothing where nobody wrote it down."""

from __future__ import annotations

import numpy as np

from model.analysis import forecast, history
from model.analysis.doubts import is_flow
from model.analysis.variance import actuals
from model.companies.vocabulary import YEAR
from model.counts import count
from model.pages import frame
from model.pages.scoreboard.actuals import (
    FIRST,
    beside,
    remark_of,
    source_of,
    unit_of,
    with_sign,
)
from model.pages.view import View, cell
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_month, say, sentence_case


@cell
def before_the_plan(view: View) -> Block | None:
    """What was observed before the plan, growth on the year before, and the last twelve months."""
    file = actuals(view.projection)
    lines = {each.line: each for each in history.observed(view.projection, file)} if file else {}
    if not lines:
        return None
    lead = next((lines[name] for name in FIRST if name in lines), next(iter(lines.values())))
    first = lead.months.index(view.months[0])
    window = slice(max(0, first - 2 * YEAR), first + YEAR)
    ahead = forecast.forecast(view.projection, file)
    plan = view.projection[lead.line][0]
    nothing = np.full(first, np.nan)
    figure = charts.outlook(
        lead.months[window], lead.values[window],
        np.concatenate([nothing, ahead.ahead[lead.line][0] if ahead else plan])[window],
        np.concatenate([nothing, plan])[window], unit=unit_of(view, lead.line),
        subtitle=frame.subject(view, f"{frame.inside(view.line(lead.line))} · by month"),
        markers=[(view.months[0], "plan begins")])
    units, names = [unit_of(view, line) for line in lines], list(map(view.line, lines))
    growth = Table("Growth on the year before, the latest month of each", names, {
        "Month": [format_month(each.months[each.last]) for each in lines.values()],
        "A year before": [each.year_before[each.last] for each in lines.values()],
        "Actual": [each.values[each.last] for each in lines.values()],
        "Growth": [with_sign(each.growth[each.last], "fraction")
                   if np.isfinite(each.growth[each.last]) else "–" for each in lines.values()],
        "Twelve months to it": [each.twelve_months[each.last] if is_flow(
            view.projection, each.line) else np.nan for each in lines.values()]},
        row_units=beside(units), corner="Line")
    months = lead.months[max(0, first - YEAR):first]
    table = Table("Observed before the plan", names, {
        month: [each.values[each.months.index(month)] for each in lines.values()]
        for month in months}, row_units=beside(units), corner="Line")
    return Block(
        remark_of(file) + _before_message(view, lead, first), figure, "line chart",
        f"{frame.inside(view.line(lead.line))} before the plan and in it",
        f"From {source_of(file)}. Solid: actual. Grey: plan. Dashed: forecast. Months before the "
        "plan are held against no plan; growth is that on the same month a year before. KPIs such "
        "as the rule of 40 know the plan's months alone.",
        [growth, table])


def _before_message(view: View, lead: history.Observed, first: int) -> str:
    unit, label, at = unit_of(view, lead.line), frame.inside(view.line(lead.line)), lead.last
    said = (f"{sentence_case(label)} of {format_month(lead.months[at])} is "
            f"{say(lead.values[at], unit)}")
    growth = lead.growth[at]
    if np.isfinite(growth):
        size = f"{100 * abs(growth):.1f}% {'above' if growth > 0 else 'below'}"
        said += (f", {size if growth else 'as much as'} that of "
                 f"{format_month(lead.months[at - YEAR])}")
    known = int(np.isfinite(lead.values[:first]).sum())
    said += f"; {count(known, 'month')} before the plan {'is' if known == 1 else 'are'} known"
    if is_flow(view.projection, lead.line) and np.isfinite(lead.twelve_months[at]):
        said += f", and the last twelve bring {say(lead.twelve_months[at], unit)}"
    return f"{said}."
