"""Who owns the company before and after the raise: a cell of the statements notebook."""

from __future__ import annotations

from collections.abc import Mapping

from model.analysis.cap_table import HOLDERS, CapTable, planned, round_of, shares_of
from model.analysis.funding import raise_of
from model.pages import shared
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

_NAMES = {"founders": "Founders", "pool": "Option pool", "investors": "Investors"}
_PRE_MONEY = "cap_table.pre_money"


def ownership(view: View) -> Block | Note:
    """One round that brings what the plan needs, and who then owns what."""
    found = round_of(view.projection)
    if found is None:
        return Note(f"At a value of {_pre_money(view)} before the money, investors and the option "
                    "pool would take all shares and leave the founders none, so there is no table "
                    "to draw up.")
    after = shares_of(found.after)
    figure = charts.shares([_NAMES[holder] for holder in HOLDERS],
                           [after[holder] for holder in HOLDERS], unit="fraction",
                           subtitle=shared.subject(view, "ownership after the round · %"))
    return Block(
        _message(view, found), figure, "bar of shares", "ownership after the round",
        "An example that shows dilution. The value before the money is an assumption, and no claim "
        f"about what the company is worth. {_amount(view)}{_paid_in(view)}. "
        "The option pool is made before the round, so the founders bear it; nobody else holds "
        "shares.",
        [_round(found), _holders(found), _other_values(view)], open=True)


def _amount(view: View) -> str:
    if planned(view.projection):
        return "The round brings all equity that the plan raises, before the cost of raising"
    return ("The round brings the required raise: what an empty account would need, contingency "
            "included, before the cost of raising")


def _paid_in(view: View) -> str:
    opening = float(view.projection.openings["cash"][0])
    return (f"; the {say(opening, 'USD')} with which the plan opens are paid in already, by the "
            "founders") if opening else ""


def _pre_money(view: View) -> str:
    return say(float(view.assumptions.series[_PRE_MONEY].values[0, 0]), "USD")


def _message(view: View, found: CapTable) -> str:
    shares = {holder: format_value(share, "fraction")
              for holder, share in shares_of(found.after).items()}
    raised = planned(view.projection)
    if not raised and not raise_of(view.projection).need[0]:
        return ("The plan needs no money from outside, so no shares are sold: founders hold "
                f"{shares['founders']} and the option pool {shares['pool']}.")
    return (f"If one round brought the {say(found.amount, 'USD')} that the plan "
            f"{'raises' if raised else 'needs'}, at "
            f"{say(found.pre_money, 'USD')} before the money, investors would hold "
            f"{shares['investors']}, the option pool {shares['pool']} and the founders "
            f"{shares['founders']}.")


def _round(found: CapTable) -> Table:
    rows = {"Value before the money": (found.pre_money, "USD"),
            "Money of the round": (found.amount, "USD"),
            "Value after the money": (found.post_money, "USD"),
            "Shares before, pool included": (sum(found.before.values()), "shares"),
            "Price of a share": (found.price, "USD/share"),
            "New shares": (found.new_shares, "shares")}
    return Table("The round", list(rows), {"Amount": [value for value, _ in rows.values()]},
                 row_units=[unit for _, unit in rows.values()], corner="Item")


def _holders(found: CapTable) -> Table:
    stages: Mapping[str, dict[str, float]] = {
        "today": found.today, "with the pool": found.before, "after": found.after}
    columns, units = {}, {}
    for stage, held in stages.items():
        of = shares_of(held)
        columns |= {f"Shares {stage}": [*held.values(), sum(held.values())],
                    f"Owned {stage}": [*of.values(), sum(of.values())]}
        units |= {f"Shares {stage}": "shares", f"Owned {stage}": "fraction"}
    worth = [count * found.price for count in found.after.values()]
    columns["At the round's price"] = [*worth, sum(worth)]
    return Table("Who owns what", [*(_NAMES[holder] for holder in HOLDERS), "All"], columns,
                 units=units | {"At the round's price": "USD"}, corner="Holder", totals=("All",))


def _other_values(view: View) -> Table:
    """Ownership at the ends of the plausible range of the value before the money."""
    entry = view.assumptions.entries[_PRE_MONEY]
    own = float(view.assumptions.series[_PRE_MONEY].values[0, 0])
    rounds = {value: round_of(view.projection, value) for value in sorted({*entry.range, own})}
    columns = {_NAMES[holder]: [shares_of(found.after)[holder] if found else None
                                for found in rounds.values()] for holder in HOLDERS}
    return Table("Ownership after the round, at other values before the money",
                 [say(value, "USD") for value in rounds], columns, units="fraction",
                 corner="Value before the money",
                 absent=dict.fromkeys((say(value, "USD") for value in rounds), "none left"))
