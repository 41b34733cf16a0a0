"""Who owns the company before and after the raise: a cell of the statements notebook."""

from __future__ import annotations

import numpy as np

from model.analysis.funding import HOLDERS, CapTable, round_needed, round_of, shares_of
from model.analysis.valuation import valuation
from model.pages import frame
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

_NAMES = {"founders": "Founders", "pool": "Option pool", "investors": "Investors"}
_PRE_MONEY = "cap_table.pre_money"
_ROUNDS = {
    "planned": "The round brings all equity that the plan raises, before the cost of raising",
    "asked": "The round brings what is asked for, before the cost of raising",
    "if": "The round would bring what an empty account would need, contingency included, before "
          "the cost of raising",
}


def ownership(view: View) -> Block | Note:
    """One round and who then owns what; only as a question where the plan asks for no money."""
    table, need = round_of(view.projection), round_needed(view.projection)
    if not need.amount:
        return Note("The plan needs no money from outside, so no shares are sold.")
    if table is None:
        return Note(f"At a value of {_pre_money(view)} before the money, investors and the option "
                    "pool would take all shares and leave the founders none, so there is no table "
                    "to draw up.")
    after = shares_of(table.after)
    offer = need.why != "if"
    # A chart of shares that nobody is offered would look like an offer.
    figure = charts.shares([_NAMES[holder] for holder in HOLDERS],
                           [after[holder] for holder in HOLDERS], unit="fraction",
                           subtitle=frame.subject(view, "ownership after the round · %")
                           ) if offer else None
    return Block(
        _message(table, need.why), figure, "bar of shares", "ownership after the round",
        f"{_worth(view)} {_ROUNDS[need.why]}{_paid_in(view) if offer else ''}; the option pool "
        "is made before it, so the founders bear it.",
        [_round(table), _holders(table), _other_values(view)], open=offer)


def _message(table: CapTable, why: str) -> str:
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
    sentence = (f"The value before the money, {_pre_money(view)}, is an estimate chosen here, and "
                "no claim about what the company is worth; the discounted flows of the plan")
    flows = _flows(view)
    if flows is None:
        return f"{sentence} give no value to hold it against."
    cash, own = "without" if _empty(view) else "with", view.value(_PRE_MONEY)
    times = f", {flows / own:.1f} times that" if own else ""
    return (f"{sentence} come to {say(flows, 'USD')} {cash} the opening cash{times}, but take "
            "every flow as certain, which no investor would.")


def _empty(view: View) -> bool:
    """Whether the round is one into an empty account."""
    return round_needed(view.projection).why == "if"


def _flows(view: View) -> float | None:
    """The discounted flows, with the opening cash where the company has it before the round; None
    where the method gives no value."""
    worth = valuation(view.projection)
    value = float((worth.value if _empty(view) else worth.with_cash)[0])
    return value if np.isfinite(value) and value > 0 else None


def _paid_in(view: View) -> str:
    opening = view.projection.openings["cash"][0]
    return (f"; the {say(opening, 'USD')} with which the plan opens are paid in already, by the "
            "founders") if opening else ""


def _pre_money(view: View) -> str:
    return say(view.value(_PRE_MONEY), "USD")


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
    return Table("Who owns what", [*(_NAMES[holder] for holder in HOLDERS), "All"], columns,
                 units=units | {"At the round's price": "USD"}, corner="Holder", totals=("All",))


def _other_values(view: View) -> Table:
    """Ownership at the ends of the plausible range of the value before the money, and at the
    discounted flows."""
    flows = _flows(view)
    values = {*view.entries[_PRE_MONEY].range, view.value(_PRE_MONEY), *([flows] if flows else [])}
    rounds = {value: round_of(view.projection, value) for value in sorted(values)}
    heads = [f"{say(value, 'USD')}, the discounted flows" if value == flows else say(value, "USD")
             for value in rounds]
    columns = {_NAMES[holder]: [shares_of(table.after)[holder] if table else None
                                for table in rounds.values()] for holder in HOLDERS}
    return Table("Ownership after the round, at other values before the money",
                 heads, columns, units="fraction", corner="Value before the money",
                 absent=dict.fromkeys(heads, "none left"))
