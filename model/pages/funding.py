"""How much money the plan needs: cells of the break-even and statements notebooks."""

from __future__ import annotations

from model.analysis.funding import BURN_MONTHS, raise_of, sources_and_uses, use_of_funds
from model.companies.glossary import glossary
from model.counts import count
from model.pages import shared
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Note, Table
from model.views.formats import format_month, say

_NAMES = {
    "ebitda": "Operating losses until then", "working_capital": "Working capital",
    "contingency": "Contingency", "opening_cash": "Opening cash, paid in before",
    "unrestricted_cash": "Cash left",
}


def needed(view: View) -> Block | Note:
    """The required raise: what an empty account would need, with its contingency."""
    found, months = raise_of(view.projection), view.projection.months
    if not found.need[0]:
        return Note("Nothing is asked for: the plan needs no money from outside, as what it earns "
                    "covers what it spends from the first month.")
    spare = view.assumptions.series["funding.contingency_months"].values[0, 0]
    amount, start = float(found.amount[0]), float(view.projection.openings["cash"][0])
    uses = {name: value for name, value in use_of_funds(view.projection).items() if value}
    month = format_month(months[int(found.month[0]) - 1])
    figure = charts.waterfall(
        [*((_label(name), value, "flow") for name, value in uses.items()),
         ("Required raise", amount, "subtotal")], unit="USD",
        subtitle=shared.subject(view, f"use of funds · USD · to {month} and "
                               f"{count(round(spare), 'month')}"))
    message = (f"Needed: {say(amount, 'USD')} from an empty account, "
               f"{say(float(found.need[0]), 'USD')} until {month} and "
               f"{say(float(found.contingency[0]), 'USD')} for "
               f"{count(round(spare), 'more month')}. The plan "
               f"opens with {say(start, 'USD')}{_later(view)}{_asked(view, start, amount)}.")
    if int(found.month[0]) == len(months):
        message += " That is the least: the plan still burns cash at its end."
    return Block(
        message, figure, "waterfall chart", "the use of funds",
        f"Up to the month in which the money put in is greatest. The contingency is "
        f"{spare:.0f} times the mean net burn of the "
        f"{count(min(BURN_MONTHS, int(found.month[0])), 'month')} up to then. Below zero: "
        "what the plan is paid ahead, or owes. Interest, loans and "
        "dividends are left out: an account that owners fill has none to pay.",
        Table("Use of funds", [_label(name) for name in uses] + ["Required raise"],
              {"Amount": [*uses.values(), amount],
               "Share": [value / amount for value in (*uses.values(), amount)]},
              units={"Amount": "USD", "Share": "fraction"}, corner="Use",
              totals=("Required raise",)))


def _outside(view: View) -> float:
    """What owners and lenders put in later than at the start. [USD]"""
    return float(view.projection["raised"][0].sum() + view.projection["drawn"][0].sum())


def _later(view: View) -> str:
    later = _outside(view)
    return f" and plans {say(later, 'USD')} more from owners and lenders" if later else ""


def _asked(view: View, start: float, amount: float) -> str:
    """Whether more is asked for than the plan opens with and plans to raise, and how much."""
    later, found = _outside(view), view.breakeven
    beside = "beside these " if later else ""
    missing = amount - start - later
    if missing > 0:
        return f", so {beside}{say(missing, 'USD')} more is asked for"
    if found.trough_cash < 0:
        return (f". That is enough in all, but cash still falls to {say(found.trough_cash, 'USD')} "
                f"in {format_month(found.trough_month)}, so {say(-found.trough_cash, 'USD')} more "
                "is asked for by then")
    return f", so {beside}nothing more is asked for; {say(-missing, 'USD')} of it is to spare"


def sources(view: View) -> Block:
    """Sources and uses of all money from outside, up to the month of the lowest cash."""
    found = sources_and_uses(view.projection)
    sources = {name: value for name, value in found.sources.items() if value}
    uses = {name: value for name, value in found.uses.items() if value}
    total = found.total
    left = found.uses["unrestricted_cash"]
    rows = [*sources, "total_sources", *uses, "total_uses"]
    names = {"total_sources": "Sources", "total_uses": "Uses"}
    amounts = [*sources.values(), total, *uses.values(), sum(uses.values())]
    labels = [names.get(name) or _label(name) for name in rows]
    return Block(
        f"Up to {format_month(found.month)}, {_when(view, found.month)}, {say(total, 'USD')} came "
        f"from outside and {_left(left, total)}.",
        table=Table(f"Sources and uses to {format_month(found.month)}", labels,
                    {"Amount": amounts,
                     "Share": [value / total if total else None for value in amounts]},
                    units={"Amount": "USD", "Share": "fraction"}, corner="Item",
                    totals=("Sources", "Uses"), groups=(labels[len(sources) + 1],)),
        open=True, reading="Working capital below zero: the company is paid, or pays, such that "
                           "others lend it money. Nothing balances the two sides: uses are added "
                           "up from their own lines.")


def _when(view: View, month: str) -> str:
    return ("when cash is lowest" if month == view.breakeven.trough_month else
            "when the last money from outside comes in")


def _left(left: float, total: float) -> str:
    if left < 0:
        return f"{say(-left, 'USD')} is missing"
    if left > total:
        return f"{say(left, 'USD')} is in the account, more than that"
    return f"{say(left, 'USD')} is left of it"


def _label(name: str) -> str:
    return _NAMES.get(name) or glossary().label(name)
