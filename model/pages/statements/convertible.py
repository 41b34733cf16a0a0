"""Money that becomes shares later, and money that hangs on a milestone, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.breakeven import breakeven
from model.analysis.investors.milestones import Tranche, odds, tranches, without
from model.analysis.investors.rounds import CapTable, Early, Rounds, shares_of
from model.pages import frame
from model.pages.sensitivity.shares import share_of
from model.pages.view import View
from model.views.blocks import Table
from model.views.formats import format_month, format_value, say

_KINDS = {"shares": "shares", "safe": "SAFE", "note": "convertible note"}
_SAFE = (" A SAFE is money that becomes shares in the next round that sells some: at a discount to "
         "that round's price, or as if the company with all that converts, but before the round's "
         "money and what the pool is raised by, were worth the cap, whichever gives more shares "
         "(the post-money form).")
_NOTE = (" A convertible note is a loan that does the same with its simple interest; its cap is "
         "for the shares that were there before anything converts. The statements count it as "
         "equity from the day on which it comes, and its interest, which is paid in shares, not "
         "at all.")


def called(view: View, early: Early) -> str:
    """`SAFE of Jul 2026`."""
    return f"{_KINDS[early.terms.kind]} of {format_month(view.months[early.month - 1])}"


def terms(found: Rounds) -> str:
    """What the words mean, where they are used."""
    kinds = {each.terms.kind for each in found.early}
    return f"{_SAFE if 'safe' in kinds else ''}{_NOTE if 'note' in kinds else ''}"


def words(view: View, found: Rounds, tables: Sequence[CapTable]) -> str:
    """What becomes of money that becomes shares later, behind another sentence."""
    parts = []
    for each, table in zip(found.each, tables, strict=True):
        when = f" in {format_month(view.months[min(each.money) - 1])}" if len(tables) > 1 else ""
        for early in each.early:
            shares = table.converts[early.holder]
            paid = early.amount / shares
            below = 1 - paid / table.price
            parts.append(
                f" The {called(view, early)}, {say(early.amount, 'USD')}, becomes "
                f"{format_value(shares_of(table.after)[early.holder], 'fraction')} of the company "
                f"in the round{when}: its holders have paid {say(paid, 'USD/share')}, "
                f"{format_value(below, 'fraction')} less than the round's investors.")
    return "".join(parts) + (f" {unconverted(view, found)}" if found.open else "")


def unconverted(view: View, found: Rounds) -> str:
    """What is said of money that finds no round to become shares in."""
    parts = []
    for early in found.open:
        cap = (f"; at its cap of {say(early.terms.cap, 'USD')} it would be "
               f"{format_value(early.amount / early.terms.cap, 'fraction')} of the company before "
               "that round's money") if early.terms.cap and early.terms.kind == "safe" else ""
        parts.append(f"The {called(view, early)}, {say(early.amount, 'USD')}, becomes shares only "
                     f"in a later round, and the plan has none{cap}.")
    return " ".join(parts)


def proceeds(view: View) -> Table:
    """What comes in by month, what it costs to raise, and on which terms."""
    raised, costs = (view.projection[line][0] for line in ("raised", "raise_costs"))
    months = [int(month) for month in np.flatnonzero(raised)]
    labels = [format_month(view.months[month]) for month in months]
    of = [view.assumptions.financing.of(view.months[month]) for month in months]
    hang = {each.month: each for each in tranches(view.projection)}
    columns: dict[str, list] = {
        "As": [_KINDS[each.kind] if each else _KINDS["shares"] for each in of],
        "Raised": [*raised[months]], "Cost of raising": [*costs[months]],
        "Left": [*(raised - costs)[months]]}
    if hang:
        columns["Comes only with"] = [
            _goal(view, hang[view.months[month]]) if view.months[month] in hang else "–"
            for month in months]
    sums = {"As": "", "Raised": raised.sum(), "Cost of raising": costs.sum(),
            "Left": (raised - costs).sum(), "Comes only with": ""}
    return Table("What is raised, and what is left of it", [*labels, "All"],
                 {head: [*values, sums[head]] for head, values in columns.items()},
                 units=dict.fromkeys(("Raised", "Cost of raising", "Left"), "USD"),
                 corner="Month", totals=("All",))


def milestones(view: View) -> str:
    """Which money hangs on what, and what becomes of the plan where it does not come."""
    every = tranches(view.projection)
    missed = tuple(each for each in every if not each.met)
    parts = [f" The {say(each.amount, 'USD')} of {format_month(each.month)} comes only with "
             f"{_goal(view, each)}; the plan has {_has(view, each)}"
             f"{'' if each.met else ', so it would not come'}.{_odds(view, each)}"
             for each in every]
    if missed:
        rest = breakeven(without(view.projection, missed))
        out = (f"cash is below zero from {format_month(rest.out_of_cash)}" if rest.out_of_cash else
               f"cash is lowest in {format_month(rest.trough_month)}, with "
               f"{say(rest.trough_cash, 'USD')}")
        parts.append(f" All figures count it all the same; without it, {out}.")
    return "".join(parts)


def _odds(view: View, tranche: Tranche) -> str:
    found = odds(view.projection, tranche)
    return f" It is reached in {share_of(found, f'{found.size:,} random draws')}." if found else ""


def _goal(view: View, tranche: Tranche) -> str:
    goal = tranche.terms.milestone
    bound = "at least" if goal.at_least is not None else "at most"
    limit = goal.at_least if goal.at_least is not None else goal.at_most
    if not np.isfinite(tranche.value):
        return f"{goal.line} of {bound} {limit:g} in {format_month(tranche.before)}"
    return (f"{frame.inside(view.line(goal.line))} of {bound} "
            f"{_level(view, tranche, limit)} in {format_month(tranche.before)}")


def _level(view: View, tranche: Tranche, value: float) -> str:
    """A level of a milestone's line; only money needs a unit beside the line's name."""
    unit = view.glossary.term(tranche.terms.milestone.line).unit
    return (say if unit.startswith("USD") else format_value)(value, unit)


def _has(view: View, tranche: Tranche) -> str:
    if not np.isfinite(tranche.value):
        return "no line of that name"
    return _level(view, tranche, tranche.value)
