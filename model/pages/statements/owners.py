"""Who owns the company before and after its rounds, and what who joins would get back: cells of the
statements notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from model.analysis.investors.returns import Exit, Returns
from model.analysis.investors.returns import returns as returned
from model.analysis.investors.rounds import (
    FOUNDERS,
    POOL,
    PRE_MONEY,
    CapTable,
    Rounds,
    cap_tables,
    rounds,
    shares_of,
)
from model.analysis.investors.valuation import valuation as valued
from model.counts import count
from model.pages import frame
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, format_value, say, sentence_case

_KNOWN = {FOUNDERS: "Founders", POOL: "Option pool"}
_ROUNDS = {
    "planned": "The round brings all equity that the plan raises, before the cost of raising",
    "asked": "The round brings what is asked for, before the cost of raising",
    "if": "The round would bring what an empty account would need, contingency included, before "
          "the cost of raising",
}
# Multiples of EBITDA over which returns are shown: a scale, and no estimate of any price.
_MULTIPLES = (2, 4, 6, 8, 10, 12)
_CORNER = "Sold at the end of"
# What is told of a return: three times the money.
_TIMES = 3


def ownership(view: View) -> Block | Note:
    """Each round and who then owns what; only as a question where the plan asks for no money."""
    found, tables = rounds(view.projection), cap_tables(view.projection)
    if not found.amount:
        return Note("The plan needs no money from outside, so no shares are sold.")
    if tables is None:
        return Note(f"At a value of {_values(found)} before the money, investors and the option "
                    "pool would take all shares and leave the founders none, so there is no table "
                    "to draw up.")
    names, after = _names(view, found, tables), shares_of(tables[-1].after)
    offer, opening = found.why != "if", float(
        view.projection.openings["paid_in_capital"][0])
    paid_in = (f"; the {say(opening, 'USD')} with which the plan opens are paid in already, by the "
               "founders") if offer and opening else ""
    # A chart of shares that nobody is offered would look like an offer.
    figure = charts.shares(
        [names[holder] for holder in after], list(after.values()), unit="fraction",
        subtitle=frame.subject(view, "ownership after the round · %")) if offer else None
    alone = len(tables) == 1
    brings = _ROUNDS[found.why] if alone else (
        "A round begins where money comes at another value before it; all are before the cost of "
        "raising")
    return Block(
        _ownership_message(found, tables, names), figure, "bar of shares",
        "ownership after the round", f"{_worth(view, found)} {brings}{paid_in}; what the option "
        "pool lacks is made before a round, so those who own the company bear it.",
        [_round(tables, names), _holders(tables, names),
         *([_other_values(view, found)] if alone else [])], open=offer)


def _names(view: View, found: Rounds, tables: Sequence[CapTable]) -> dict[str, str]:
    """What each holder is called: investors by the month of their round if there are several."""
    if len(tables) == 1:
        return _KNOWN | {tables[0].joins: sentence_case(tables[0].joins)}
    return _KNOWN | {table.joins: f"Investors of {format_month(view.months[min(each.money) - 1])}"
                     for table, each in zip(tables, found.each, strict=True)}


def _values(found: Rounds) -> str:
    """The values before the money, each once."""
    return " and ".join(dict.fromkeys(say(each.pre_money, "USD") for each in found.each))


def _ownership_message(found: Rounds, tables: list[CapTable], names: dict[str, str]) -> str:
    after = {holder: format_value(share, "fraction")
             for holder, share in shares_of(tables[-1].after).items()}
    if len(tables) > 1:
        last = tables[-1].joins
        holds = [f"{_within(names[holder])} {share}" for holder, share in after.items()
                 if holder != last]
        return (f"{count(len(tables), 'round').capitalize()} bring the {say(found.amount, 'USD')} "
                f"that the plan raises, at {_values(found)} before the money: after the last, "
                f"{_within(names[last])} hold {after[last]}, {', '.join(holds[:-1])} and "
                f"{holds[-1]}.")
    start = {"planned": "If one round brought the {} that the plan raises",
             "asked": "If one round brought the {} that must be raised",
             "if": "Nothing is asked for, so no shares are sold. Only if the account were empty "
                   "and one round filled it with {}"}[found.why].format(say(found.amount, "USD"))
    return (f"{start}, at {_values(found)} before the money, investors would hold "
            f"{after[tables[0].joins]}, the option pool {after[POOL]} and the founders "
            f"{after[FOUNDERS]}.")


def _within(name: str) -> str:
    """A holder's name within a sentence."""
    return ("" if name.startswith("Investors") else "the ") + name[0].lower() + name[1:]


def _worth(view: View, found: Rounds) -> str:
    """What the value before the money is, and how it stands against the discounted flows."""
    own = found.each[0].pre_money
    first = " of the first round" if len(found.each) > 1 else ""
    sentence = (f"The value before the money{first}, {say(own, 'USD')}, is an estimate chosen "
                "here, and no claim about what the company is worth; the discounted flows of the "
                "plan")
    flows = _worth_of_flows(view, found)
    if flows is None:
        return f"{sentence} give no value to hold it against."
    cash = "without" if found.why == "if" else "with"
    debt = ", less the opening debt" if cash == "with" and "debt" in view.projection.openings \
        else ""
    times = f", {flows / own:.1f} times that" if own else ""
    return (f"{sentence} come to {say(flows, 'USD')} {cash} the opening cash{debt}{times}, but "
            "take every flow as certain, which no investor would.")


def _worth_of_flows(view: View, found: Rounds) -> float | None:
    """The discounted flows, with the opening cash where the company has it before the round; None
    where the method gives no value."""
    worth = valued(view.projection)
    # The round would be one into an empty account.
    value = float((worth.value if found.why == "if" else worth.with_cash)[0])
    return value if np.isfinite(value) and value > 0 else None


def _round(tables: list[CapTable], names: dict[str, str]) -> Table:
    units = {"Value before the money": "USD", "Money of the round": "USD",
             "Value after the money": "USD", "Shares before, pool included": "shares",
             "Price of a share": "USD/share", "New shares": "shares"}
    columns = {"Amount" if len(tables) == 1 else names[table.joins]: [
        table.pre_money, table.amount, table.post_money, sum(table.before.values()), table.price,
        table.new_shares] for table in tables}
    return Table("The round" if len(tables) == 1 else "The rounds", list(units), columns,
                 row_units=list(units.values()), corner="Item")


def _holders(tables: list[CapTable], names: dict[str, str]) -> Table:
    holders = list(tables[-1].after)
    stages = {"today": tables[0].today, "with the pool": tables[0].before,
              "after": tables[0].after} if len(tables) == 1 else {
        "today": tables[0].today, **{
            f"after {number}": table.after for number, table in enumerate(tables, 1)}}
    columns, units = {}, {}
    for stage, shares in stages.items():
        for head, held, unit in (("Shares", shares, "shares"),
                                 ("Owned", shares_of(shares), "fraction")):
            of = [held.get(holder, 0.0) for holder in holders]
            columns[f"{head} {stage}"], units[f"{head} {stage}"] = [*of, sum(of)], unit
    worth = [shares * tables[-1].price for shares in tables[-1].after.values()]
    price = "At the round's price" if len(tables) == 1 else "At the last price"
    columns[price], units[price] = [*worth, sum(worth)], "USD"
    return Table("Who owns what", [*(names[holder] for holder in holders), "All"], columns,
                 units=units, corner="Holder", totals=("All",))


def _other_values(view: View, found: Rounds) -> Table:
    """Ownership at the ends of the plausible range of the value before the money, and at the
    discounted flows."""
    flows, own = _worth_of_flows(view, found), found.each[0].pre_money
    values = {*view.entries[PRE_MONEY].range, own, *([flows] if flows else [])}
    at = {value: cap_tables(view.projection, value) for value in sorted(values)}
    heads = [f"{say(value, 'USD')}, the discounted flows" if value == flows else say(value, "USD")
             for value in at]
    holders = {**_KNOWN, "investors": "Investors"}
    columns = {name: [shares_of(tables[-1].after)[holder] if tables else None
                      for tables in at.values()] for holder, name in holders.items()}
    return Table("Ownership after the round, at other values before the money",
                 heads, columns, units="fraction", corner="Value before the money",
                 absent=dict.fromkeys(heads, "none left"))


def returns(view: View) -> Block | Note:
    """What who joins would get back by year and price of a sale."""
    found = returned(view.projection)
    if found is None:
        return Note("No shares are sold, so there is nothing that who joins could get back.")
    if not found.exits:
        return Note("Money comes in up to the end of the plan, so no year is left after which a "
                    "sale could be worked out.")
    heads = [*_MULTIPLES, *([found.implied] if np.isfinite(found.implied) else [])]
    names = _names(view, found.rounds, found.tables)
    outs = [str(each.year) for each in found.exits]
    first = [[found.of(0, out, multiple).rate for multiple in sorted(heads)]
             for out in found.exits]
    figure = charts.heat_grid(
        outs, [_head(each) for each in sorted(heads)], first, unit="fraction",
        row_title=_CORNER, column_title="Price, times EBITDA of the year",
        never="all lost", subtitle=frame.subject(
            view, f"return a year of {_within(names[found.tables[0].joins])} · %"),
        base=(len(outs) - 1, sorted(heads).index(found.implied))
        if np.isfinite(found.implied) else None)
    return Block(
        _returns_message(found, names), figure, "heat map",
        "return a year by year and price of a sale",
        "A method, and no forecast that anybody buys: the multiples are a scale chosen here"
        + (", with the one that the discounted flows imply for what follows the plan"
           if np.isfinite(found.implied) else "") +
        ". The price goes with the cash and less the debt to all shares alike, the whole option "
        "pool among them; none is served before others, and tax and the cost of selling are left "
        "out. A return is the rate a year at which what is paid in and what comes back are worth "
        "the same.", list(_return_tables(found, names, sorted(heads))))


def _returns_message(found: Returns, names: dict[str, str]) -> str:
    start = ("Nothing is asked for, so nobody joins. If the account were empty and one round "
             f"filled it with {say(found.rounds.amount, 'USD')}, and "
             if found.rounds.why == "if" else "If ")
    out = found.exits[-1]
    price = (f" for {_multiple(found.implied)} its EBITDA, as the discounted flows imply"
             if np.isfinite(found.implied) and out.ebitda > 0 else "")
    told = [_told(found, number, out, _within(names[table.joins]))
            for number, table in enumerate(found.tables)]
    return f"{start}all shares were sold at the end of {out.year}{price}, {'; '.join(told)}."


def _told(found: Returns, number: int, out: Exit, who: str) -> str:
    """What who joins in a round gets of the last exit, at the multiple that the flows imply."""
    share = format_value(found.share(number), "fraction")
    if out.ebitda <= 0:
        gets = found.of(number, out, 0.0)
        return (f"{who} would get {share} of the cash alone, {_times(gets.times)} what they pay "
                "in, as EBITDA of the year is not above zero and no multiple of it is a price")
    needed = found.multiple_for(number, out, _TIMES)
    enough = (f"{_multiple(needed)} EBITDA would bring {_TIMES} times it" if needed else
              f"the cash alone would bring at least {_TIMES} times it")
    if not np.isfinite(found.implied):
        return f"{who} would get {share} of the price; of their money, {enough}"
    gets = found.of(number, out, found.implied)
    rate = f", {format_value(gets.rate, 'fraction')} a year" if np.isfinite(gets.rate) else ""
    return f"{who} would get back {_times(gets.times)} their money{rate}, and {enough}"


def _times(number: float) -> str:
    return f"{format_value(number, 'ratio')} times"


def _multiple(number: float) -> str:
    return f"{number:.1f} times" if number != int(number) else f"{number:.0f} times"


def _formulas(found: Returns, number: int, multiples: list[float]) -> dict[str, str]:
    """What a round's money becomes, as pages work it out again: by exit whether EBITDA has a price,
    by multiple the rest. None where a dividend comes back as well, or an exit brings nothing."""
    if found.dividends.any() or any(out.price(0) <= 0 for out in found.exits):
        return {}
    amount, share = found.rounds.each[number].amount, found.share(number)
    return {str(out.year): "ebitda" if out.ebitda > 0 else "0" for out in found.exits} | {
        _head(multiple): f"{share:.15f}*({multiple:.15f}*{{0}}+unrestricted_cash-debt"
                         f"+{found.exits[0].beside:.6f})/{amount:.6f}" for multiple in multiples}


def _head(multiple: float) -> str:
    """A multiple as the head of a column."""
    return f"{_multiple(multiple).split()[0]}\u00d7"


def _return_tables(found: Returns, names: dict[str, str], multiples: list[float],
                   ) -> Iterator[Table]:
    """For each round, its money so many times and the return a year, by exit and multiple."""
    outs = [str(each.year) for each in found.exits]
    for number, table in enumerate(found.tables):
        who = names[table.joins]
        gets = [[found.of(number, out, multiple) for out in found.exits] for multiple in multiples]
        yield Table(f"{who}: how many times their money, by price in times EBITDA", outs, {
            _head(multiple): [each.times for each in of]
            for multiple, of in zip(multiples, gets, strict=True)},
            units="ratio", corner=_CORNER, lines=_formulas(found, number, multiples))
        yield Table(f"{who}: return a year, by price in times EBITDA", outs, {
            _head(multiple): [each.rate for each in of]
            for multiple, of in zip(multiples, gets, strict=True)},
            units="fraction", corner=_CORNER,
            absent=dict.fromkeys(outs, "all lost"))
    first = found.exits
    yield Table("What is sold", outs, {
        "EBITDA of the year": [each.ebitda for each in first],
        "Cash less debt": [each.cash for each in first],
        **({"Price at the multiple implied": [each.price(found.implied) for each in first]}
           if np.isfinite(found.implied) else {})},
        units="USD", scale="k", corner=_CORNER)
