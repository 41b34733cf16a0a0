"""What the flows of the plan come to discounted, and who owns the company before and after the
raise: cells of the statements notebook."""

from __future__ import annotations

import numpy as np

from model.analysis.funding import HOLDERS, CapTable, round_needed, round_of, shares_of
from model.analysis.valuation import GROWTH, RATE, Grid, Valuation, grid
from model.analysis.valuation import valuation as valued
from model.pages import frame
from model.pages.view import View
from model.params.calendar import Year
from model.params.values import CONFIDENCE
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, format_value, say, sentence_case

_HOLDERS = {"founders": "Founders", "pool": "Option pool", "investors": "Investors"}
_LAST = "the last twelve months"
_PRE_MONEY = "cap_table.pre_money"
_ROUNDS = {
    "planned": "The round brings all equity that the plan raises, before the cost of raising",
    "asked": "The round brings what is asked for, before the cost of raising",
    "if": "The round would bring what an empty account would need, contingency included, before "
          "the cost of raising",
}


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
    return (f"{text}. Over the plausible ranges of both it is {say(values.min(), 'USD')} to "
            f"{say(values.max(), 'USD')}.")


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


def ownership(view: View) -> Block | Note:
    """One round and who then owns what; only as a question where the plan asks for no money."""
    table, need = round_of(view.projection), round_needed(view.projection)
    if not need.amount:
        return Note("The plan needs no money from outside, so no shares are sold.")
    if table is None:
        return Note(f"At a value of {say(view.value(_PRE_MONEY), 'USD')} before the money, "
                    "investors and the option pool would take all shares and leave the founders "
                    "none, so there is no table to draw up.")
    after = shares_of(table.after)
    offer, opening = need.why != "if", float(
        view.projection.openings["paid_in_capital"][0])
    paid_in = (f"; the {say(opening, 'USD')} with which the plan opens are paid in already, by the "
               "founders") if offer and opening else ""
    # A chart of shares that nobody is offered would look like an offer.
    figure = charts.shares(
        [_HOLDERS[holder] for holder in HOLDERS], [after[holder] for holder in HOLDERS],
        unit="fraction", subtitle=frame.subject(view, "ownership after the round · %")
        ) if offer else None
    return Block(
        _ownership_message(table, need.why), figure, "bar of shares", "ownership after the round",
        f"{_worth(view)} {_ROUNDS[need.why]}{paid_in}; the option pool "
        "is made before it, so the founders bear it.",
        [_round(table), _holders(table), _other_values(view)], open=offer)


def _ownership_message(table: CapTable, why: str) -> str:
    after = {holder: format_value(share, "fraction")
             for holder, share in shares_of(table.after).items()}
    start = {"planned": "If one round brought the {} that the plan raises",
             "asked": "If one round brought the {} that must be raised",
             "if": "Nothing is asked for, so no shares are sold. Only if the account were empty "
                     "and one round filled it with {}"}[why].format(say(table.amount, "USD"))
    return (f"{start}, at {say(table.pre_money, 'USD')} before the money, investors would hold "
            f"{after['investors']}, the option pool {after['pool']} and the founders "
            f"{after['founders']}.")


def _worth(view: View) -> str:
    """What the value before the money is, and how it stands against the discounted flows."""
    own = view.value(_PRE_MONEY)
    sentence = (f"The value before the money, {say(own, 'USD')}, is an estimate chosen here, and "
                "no claim about what the company is worth; the discounted flows of the plan")
    flows = _worth_of_flows(view)
    if flows is None:
        return f"{sentence} give no value to hold it against."
    cash = "without" if round_needed(view.projection).why == "if" else "with"
    debt = ", less the opening debt" if cash == "with" and "debt" in view.projection.openings \
        else ""
    times = f", {flows / own:.1f} times that" if own else ""
    return (f"{sentence} come to {say(flows, 'USD')} {cash} the opening cash{debt}{times}, but "
            "take every flow as certain, which no investor would.")


def _worth_of_flows(view: View) -> float | None:
    """The discounted flows, with the opening cash where the company has it before the round; None
    where the method gives no value."""
    worth = valued(view.projection)
    # The round would be one into an empty account.
    empty = round_needed(view.projection).why == "if"
    value = float((worth.value if empty else worth.with_cash)[0])
    return value if np.isfinite(value) and value > 0 else None


def _round(table: CapTable) -> Table:
    rows = {"Value before the money": (table.pre_money, "USD"),
            "Money of the round": (table.amount, "USD"),
            "Value after the money": (table.post_money, "USD"),
            "Shares before, pool included": (sum(table.before.values()), "shares"),
            "Price of a share": (table.price, "USD/share"),
            "New shares": (table.new_shares, "shares")}
    return Table("The round", list(rows), {"Amount": [value for value, _ in rows.values()]},
                 row_units=[unit for _, unit in rows.values()], corner="Item")


def _holders(table: CapTable) -> Table:
    columns, units = {}, {}
    for stage, shares in (("today", table.today), ("with the pool", table.before),
                          ("after", table.after)):
        of = shares_of(shares)
        columns |= {f"Shares {stage}": [*shares.values(), sum(shares.values())],
                    f"Owned {stage}": [*of.values(), sum(of.values())]}
        units |= {f"Shares {stage}": "shares", f"Owned {stage}": "fraction"}
    worth = [count * table.price for count in table.after.values()]
    columns["At the round's price"] = [*worth, sum(worth)]
    return Table("Who owns what", [*(_HOLDERS[holder] for holder in HOLDERS), "All"], columns,
                 units=units | {"At the round's price": "USD"}, corner="Holder", totals=("All",))


def _other_values(view: View) -> Table:
    """Ownership at the ends of the plausible range of the value before the money, and at the
    discounted flows."""
    flows = _worth_of_flows(view)
    values = {*view.entries[_PRE_MONEY].range, view.value(_PRE_MONEY), *([flows] if flows else [])}
    rounds = {value: round_of(view.projection, value) for value in sorted(values)}
    heads = [f"{say(value, 'USD')}, the discounted flows" if value == flows else say(value, "USD")
             for value in rounds]
    columns = {_HOLDERS[holder]: [shares_of(table.after)[holder] if table else None
                                for table in rounds.values()] for holder in HOLDERS}
    return Table("Ownership after the round, at other values before the money",
                 heads, columns, units="fraction", corner="Value before the money",
                 absent=dict.fromkeys(heads, "none left"))
