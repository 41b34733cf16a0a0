"""How much money the plan needs: cells of the break-even and statements notebooks."""

from __future__ import annotations

import numpy as np

from model.analysis.investors import funding, spending
from model.analysis.investors.funding import Asked, asked
from model.analysis.statements import part_label
from model.counts import count
from model.engine.figures import QUARTER
from model.pages import frame, years
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, say

_NAMES = {
    "ebitda": "Operating losses until then", "working_capital": "Working capital",
    "contingency": "Contingency", "opening_cash": "Opening cash, paid in before",
    "unrestricted_cash": "Cash left",
}
# Uses that a sentence names, and the balances around a quarter.
_NAMED = 4
_START, _END = "Unrestricted cash at the start", "Unrestricted cash at the end"
_TOTAL = "All that an empty account would raise"


def funding_need(view: View) -> Block | Note:
    """What an empty account would need with its contingency, what it would have to raise for it,
    and what the plan asks for."""
    need, months = funding.raise_of(view.projection), view.months
    if not need.need[0]:
        return Note("Nothing is asked for: the plan needs no money from outside, as what it earns "
                    "covers what it spends from the first month.")
    spare = round(float(need.months[0]))
    uses = {name: value for name, value in funding.use_of_funds(view.projection).items() if value}
    amount = sum(uses.values())
    number = int(need.month[0])
    month = format_month(months[number - 1])
    worst = (f" ({say(need.worst_contingency[0], 'USD')} at the burn of the worst {QUARTER} months "
             f"in a row, {say(need.worst_amount[0], 'USD')} in all)"
             if need.worst_burn[0] > need.burn[0] else "")
    # The table has what must be raised.
    never = (" No raise could bring it, as raising costs all that is raised."
             if np.isnan(need.gross[0]) else "")
    figure = charts.waterfall(
        [*((_label(view, name), value, "flow") for name, value in uses.items()),
         ("To raise", amount, "subtotal")], unit="USD",
        subtitle=frame.subject(view, "use of funds of an empty account · USD · to "
                                f"{month} and {count(spare, 'month')}"))
    message = (f"Needed: {say(need.amount[0], 'USD')} from an empty account, "
               f"{say(need.need[0], 'USD')} until {month} and "
               f"{say(need.contingency[0], 'USD')} for {count(spare, 'more month')}"
               f"{worst}.{never} {_request(view, asked(view.projection))}")
    if number == len(months):
        message += " That is the least: the plan still burns cash at its end."
    over = f"the {number} months" if number > 1 else "the one month"
    amounts = [*uses.values(), amount]
    return Block(
        message, figure, "waterfall chart", "the use of funds of an empty account",
        f"A month of contingency is the mean net burn of {over} up to that in which the money put "
        "in is greatest, dated purchases counted. Interest, loans and dividends are left out: an "
        "account that owners fill has none to pay.",
        Table("Use of funds of an empty account", [_label(view, name) for name in uses] + [_TOTAL],
              {"Amount": amounts, "Share": [value / amount for value in amounts]},
              units={"Amount": "USD", "Share": "fraction"}, corner="Use", totals=(_TOTAL,)))


def _request(view: View, request: Asked) -> str:
    """Whether more is asked for than the plan takes as given, how much, and what it takes."""
    has = f"The plan opens with {say(request.opening, 'USD')}"
    if request.later:
        has += (f" and plans {say(request.later, 'USD')} more from owners and lenders, after the "
                "cost of raising")
    beside = "beside these " if request.later else ""
    low, month = view.breakeven.trough_cash, format_month(view.breakeven.trough_month)
    if request.late:
        so = (f". That is as much as is needed in all, but cash still falls to {say(low, 'USD')} "
              f"in {month}, so {_more(request)} by then.")
    elif request.net:
        so = f", so {beside}{_more(request)}."
    else:
        so = (f", so {beside}nothing more is asked for: {say(-request.missing, 'USD')} of it is to "
              f"spare{_at_worst(request)}.")
    return has + so + (
        f" Someone must put in the {say(request.opening, 'USD')} with which the plan opens: that "
        "it is there is an assumption." if request.opening else "")


def _at_worst(request: Asked) -> str:
    """What is left of what is to spare at the burn of the worst months."""
    if request.worst_missing <= request.missing:
        return ""
    left = (f"{say(request.worst_missing, 'USD')} is missing" if request.worst_missing > 0 else
            f"{say(-request.worst_missing, 'USD')} is")
    return f" at the mean burn, and {left} at that of the worst {QUARTER} months in a row"


def _more(request: Asked) -> str:
    net = f"{say(request.net, 'USD')} more is asked for"
    if request.gross == request.net:
        return net
    if np.isnan(request.gross):
        return f"{net}, which no raise could bring, as raising costs all that is raised"
    return (f"{net} after the cost of raising it, for which {say(request.gross, 'USD')} must be "
            "raised")


def sources(view: View) -> Block:
    """Sources and uses of all money from outside, up to the month of the lowest cash."""
    flows = funding.sources_and_uses(view.projection)
    sources, uses = ({_label(view, name): value for name, value in parts.items() if value}
                     for parts in (flows.sources, flows.uses))
    total, month = flows.total, format_month(flows.month)
    labels = [*sources, "Sources", *uses, "Uses"]
    amounts = [*sources.values(), total, *uses.values(), sum(uses.values())]
    when = ("when cash is lowest" if flows.month == view.breakeven.trough_month else
            "when the last money from outside comes in")
    return Block(
        f"Up to {month}, {when}, {say(total, 'USD')} came from outside and "
        f"{_left(flows.uses['unrestricted_cash'], total)}.",
        table=Table(f"Sources and uses to {month}", labels,
                    {"Amount": amounts,
                     "Share": [value / total if total else None for value in amounts]},
                    units={"Amount": "USD", "Share": "fraction"}, corner="Item",
                    totals=("Sources", "Uses"), groups=(labels[len(sources) + 1],)),
        open=True)


def by_quarter(view: View) -> tuple[str, Table] | None:
    """What money goes into by quarter up to the greatest need, in a sentence and as a table; None
    where no money is needed."""
    found = spending.spending(view.projection)
    if found is None:
        return None
    calendar, month = view.projection.calendar, format_month(found.last)
    quarters = [years.quarter_name(quarter, calendar) for quarter in found.quarters]
    names = {row: _use(view, row) for row in found.rows}
    out = sorted((row for row in found.rows if found.total(row) < 0), key=found.total)
    spent = -sum(map(found.total, out))
    largest = [f"{frame.inside(names[row])} {say(-found.total(row), 'USD')}"
               for row in out[:_NAMED]]
    rest = spent - sum(-found.total(row) for row in out[:_NAMED])
    more = [f"all else {say(rest, 'USD')}"] if rest > 0 else []
    earned = found.total("contribution") if "contribution" in found.rows else 0.0
    pays = (f" Sales pay for {say(earned, 'USD')} of it, after their own cost."
            if earned > 0 else "")
    sentence = (f"Up to {quarters[-1]}, in which the money put in is greatest ({month}), "
                f"{say(spent, 'USD')} goes out: {frame.listed([*largest, *more])}.{pays}")
    columns = {quarter: [found.start[at], *(values[at] for values in found.rows.values()),
                         found.end[at]] for at, quarter in enumerate(quarters)}
    columns["All"] = [found.start[0], *map(found.total, found.rows), found.end[-1]]
    return sentence, Table(
        "What the money goes into, by quarter", [_START, *names.values(), _END], columns,
        units="USD", scale="k", corner="Use", totals=(_START, _END))


def _use(view: View, row: str) -> str:
    """What a row is called: a purchase as its assumption is."""
    if row.startswith(f"{spending.CAPEX}."):
        return part_label(view.glossary, view.entries, row)
    return {**_NAMES, "contribution": "What sales leave after their own cost",
            "financing_cash_flow": "From owners and lenders"}.get(row) or view.glossary.label(row)


def _left(left: float, total: float) -> str:
    if left < 0:
        return f"{say(-left, 'USD')} is missing"
    if left > total:
        return f"{say(left, 'USD')} is in the account, more than that"
    return f"{say(left, 'USD')} is left of it"


def _label(view: View, name: str) -> str:
    return _NAMES.get(name) or view.glossary.label(name)
