"""Who owns the company before and after its rounds: a cell of the statements notebook."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
from model.pages.statements import convertible
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
_AS_SHARES = "The round brings what the plan raises as shares, before the cost of raising"


def ownership(view: View) -> Block | Note:
    """Each round and who then owns what; only as a question where the plan asks for no money."""
    found, tables = rounds(view.projection), cap_tables(view.projection)
    if not found.amount:
        return Note("The plan needs no money from outside, so no shares are sold.")
    if tables is None:
        return Note(f"At a value of {_values(found)} before the money, investors and the option "
                    "pool would take all shares and leave the founders none, so there is no table "
                    "to draw up.")
    if not tables:
        return Note(convertible.unconverted(view, found))
    names, after = names_of(view, found, tables), shares_of(tables[-1].after)
    offer, opening = found.why != "if", float(
        view.projection.openings["paid_in_capital"][0])
    paid_in = (f"; the {say(opening, 'USD')} with which the plan opens are paid in already, by the "
               "founders") if offer and opening else ""
    # A chart of shares that nobody is offered would look like an offer.
    figure = charts.shares(
        [names[holder] for holder in after], list(after.values()), unit="fraction",
        subtitle=frame.subject(view, "ownership after the round · %")) if offer else None
    alone = len(tables) == 1
    brings = _AS_SHARES if alone and found.early else _ROUNDS[found.why] if alone else (
        "A round begins where money comes at another value before it; all are before the cost of "
        "raising")
    return Block(
        _ownership_message(found, tables, names) + convertible.words(view, found, tables)
        + convertible.milestones(view), figure, "bar of shares",
        "ownership after the round", f"{_worth(view, found)} {brings}{paid_in}; what the option "
        "pool lacks is made before a round, so those who own the company bear it."
        + convertible.terms(found),
        [_round(tables, names), _holders(tables, names),
         *([convertible.proceeds(view)] if found.why == "planned" else []),
         *([_other_values(view, found)] if alone else [])], open=offer)


def names_of(view: View, found: Rounds, tables: Sequence[CapTable]) -> dict[str, str]:
    """What each holder is called: investors by the month of their round if there are several."""
    early = {each.holder: f"Holders of the {convertible.called(view, each)}"
             for each in found.early}
    if not tables:
        return _KNOWN | early
    if len(tables) == 1:
        return _KNOWN | early | {tables[0].joins: sentence_case(tables[0].joins)}
    return _KNOWN | early | {
        table.joins: f"Investors of {format_month(view.months[min(each.money) - 1])}"
        for table, each in zip(tables, found.each, strict=True)}


def _values(found: Rounds) -> str:
    """The values before the money, each once."""
    return " and ".join(dict.fromkeys(say(each.pre_money, "USD") for each in found.each))


def _ownership_message(found: Rounds, tables: list[CapTable], names: dict[str, str]) -> str:
    after = {holder: format_value(share, "fraction")
             for holder, share in shares_of(tables[-1].after).items()}
    if len(tables) > 1:
        last = tables[-1].joins
        holds = [f"{within(names[holder])} {share}" for holder, share in after.items()
                 if holder != last]
        amount = sum(each.amount for each in found.each)
        return (f"{count(len(tables), 'round').capitalize()} bring the {say(amount, 'USD')} "
                f"that the plan raises{' so' if found.early else ''}, at {_values(found)} before "
                "the money: after the last, "
                f"{within(names[last])} hold {after[last]}, {', '.join(holds[:-1])} and "
                f"{holds[-1]}.")
    shares = " as shares" if found.early else ""
    start = {"planned": f"If one round brought the {{}} that the plan raises{shares}",
             "asked": "If one round brought the {} that must be raised",
             "if": "Nothing is asked for, so no shares are sold. Only if the account were empty "
                   "and one round filled it with {}"}[found.why].format(
                       say(found.each[0].amount, "USD"))
    return (f"{start}, at {_values(found)} before the money, investors would hold "
            f"{after[tables[0].joins]}, the option pool {after[POOL]} and the founders "
            f"{after[FOUNDERS]}.")


def within(name: str) -> str:
    """A holder's name within a sentence."""
    the = "" if name.startswith(("Investors", "Holders")) else "the "
    return the + name[0].lower() + name[1:]


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
    holders = {**names_of(view, found, ()), "investors": "Investors"}
    columns = {name: [shares_of(tables[-1].after).get(holder, 0.0) if tables else None
                      for tables in at.values()] for holder, name in holders.items()
               if holder not in {early.holder for early in found.open}}
    return Table("Ownership after the round, at other values before the money",
                 heads, columns, units="fraction", corner="Value before the money",
                 absent=dict.fromkeys(heads, "none left"))
