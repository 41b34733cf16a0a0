"""What the flows of the plan come to discounted: a cell of the statements notebook."""

from __future__ import annotations

import numpy as np

from model.analysis.investors.valuation import GROWTH, RATE, Grid, Valuation, grid
from model.analysis.investors.valuation import valuation as valued
from model.pages import frame
from model.pages.view import View
from model.params.calendar import Year
from model.params.values import CONFIDENCE
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_month, format_value, say, sentence_case

_LAST = "the last twelve months"


def discounted_cash_flow(view: View) -> Block:
    """What the plan's flows are worth by one method, and how far its two assumptions carry it."""
    result, over = valued(view.projection), grid(view.projection)
    calendar = view.projection.calendar
    year = view.years[-1] if calendar.whole(view.years[-1]) else _LAST
    figure = charts.heat_grid(
        [_percent(rate) for rate in over.rates], [_percent(each) for each in over.growths],
        over.values.tolist(), row_title=view.label(RATE), column_title=view.label(GROWTH),
        unit="USD", base=over.plan, never="no value",
        subtitle=frame.subject(view, "discounted flows · USD")) \
        if np.isfinite(over.values).any() else None
    return Block(
        _message(view, result, over), figure, "heat map",
        "discounted flows by discount rate and growth after the plan",
        "A method, not a claim about what the company is worth, and no advice: it takes every "
        "flow of the plan as certain and leaves the risk to the rate. Free cash flow before "
        "interest is discounted from the end of its month to the start of "
        f"{format_month(view.months[0])}; after the plan the flow of {_LAST}, with "
        "tax at the full rate and no change of working capital, grows forever (Gordon).",
        [_flows(view, result), _normal(result, year), _assumptions(view)], open=True)


def _percent(value: float) -> str:
    return format_value(value, "fraction")


def _message(view: View, result: Valuation, over: Grid) -> str:
    start = (f"Discounted at {_percent(result.rate[0])} a year, with growth of "
             f"{_percent(result.growth[0])} a year after the plan,")
    if refusal := result.refused():
        return (f"{start} the method gives no value: {refusal}. The flows of the plan alone "
                f"come to {say(result.within[0], 'USD')}.")
    text, share = f"{start} the flows come to {say(result.value[0], 'USD')}", result.share_beyond[0]
    if np.isfinite(share):
        last = format_month(view.months[-1])
        text += " by this method" + (
            f", {_percent(share)} of it from after {last}" if share <= 1 else
            f"; what comes after {last} makes {say(result.beyond[0], 'USD')}, more than all of it")
    values = over.values[np.isfinite(over.values)]
    times = result.times_ebitda[0]
    last = (f" What follows the plan counts with {times:.1f} times EBITDA of its last twelve "
            "months." if np.isfinite(times) else "")
    return (f"{text}. Over the plausible ranges of both it is {say(values.min(), 'USD')} to "
            f"{say(values.max(), 'USD')}.{last}")


def _flows(view: View, result: Valuation) -> Table:
    flow, worth = (view.projection.calendar.sums(values[0])
                   for values in (result.flows, result.discounted))
    after = f"After {view.years[-1]}, worth at its end"
    cash, debt = float(result.opening_cash[0]), float(result.opening_debt[0])
    opens = {"Opening cash": cash} | ({"less opening debt": -debt} if debt else {})
    total = "With opening cash, less debt" if debt else "With opening cash"
    labels = [*map(str, view.years), after, "Discounted flows", *opens, total]
    return Table("Flows and what they come to at the start", labels, {
        "Flow": [*flow, result.terminal[0], "", *opens.values(), ""],
        "Discounted": [*worth, result.beyond[0], result.value[0], *opens.values(),
                       result.with_cash[0]]},
        units="USD", scale="k", corner="Year", totals=("Discounted flows", total),
        absent=dict.fromkeys((after, "Discounted flows", total), "no value")
        if result.refused() else None)


def _normal(result: Valuation, year: Year | str) -> Table:
    last, growth = result.normal, result.growth[0]
    steps = {"Operating profit": last.operating_profit, "less tax at the full rate": last.tax,
             "plus depreciation": last.depreciation, "less capital spending": last.capex,
             "Flow that could repeat itself": last.flow,
             f"The same a year later, with {_percent(growth)} of growth": last.flow * (1 + growth)}
    return Table(f"The flow of {year}, made normal", list(steps),
                 {sentence_case(str(year)): [value[0] for value in steps.values()]}, units="USD",
                 scale="k", corner="Step", totals=("Flow that could repeat itself",))


def _assumptions(view: View) -> Table:
    entries = [view.entries[path] for path in (RATE, GROWTH)]
    return Table("What the method assumes", [entry.label for entry in entries], {
        "Value": [_percent(view.value(path)) for path in (RATE, GROWTH)],
        "Plausible": [" to ".join(map(_percent, entry.range)) for entry in entries],
        CONFIDENCE: [entry.confidence for entry in entries],
        "Source": [entry.source for entry in entries]}, corner="Assumption")
