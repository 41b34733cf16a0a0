"""What lenders demand while there is debt, and how far the plan is from breaking it.

Each demand is told as an amount: by how much cash, EBITDA or operating profit of twelve months
could be lower before it is broken. Cash is held to it at the end of every month, the others at the
end of each quarter, once twelve months are over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.companies.vocabulary import QUARTER
from model.engine.projection import Projection
from model.params.calendar import MONTHS_PER_YEAR
from model.params.entry import Covenant
from model.tolerance import MONEY


@dataclass(frozen=True, eq=False)
class Headroom:
    """One covenant by quarter: `amounts` are how much could be lost [USD], below zero where it is
    broken, and `values` what is held against its limit, infinite where debt stands against an
    EBITDA that is not above zero; NaN where it is not tested. `broken` is the first month of a
    breach, or None."""

    covenant: Covenant
    values: np.ndarray
    amounts: np.ndarray
    broken: str | None


def has_debt(projection: Projection) -> bool:
    """Whether the plan owes lenders anything at the end of any month."""
    return bool((projection["debt"][0] > MONEY).any())


def headroom(projection: Projection) -> tuple[Headroom, ...]:
    """Each covenant of a plan; none where no debt is planned."""
    covenants = projection.assumptions.financing.covenants if has_debt(projection) else ()
    return tuple(_headroom(projection, each) for each in covenants)


def _headroom(projection: Projection, covenant: Covenant) -> Headroom:
    values, amounts = _by_month(projection, covenant)
    calendar, cash = projection.calendar, covenant.of == "minimum_cash"
    tested = projection["debt"][0] > MONEY
    if covenant.starts:
        tested &= np.arange(len(tested)) >= projection.months.index(covenant.starts)
    if not cash:
        # A quarter that goes on after the plan has no end in it.
        tested &= np.isin(np.arange(len(tested)), calendar.closes(QUARTER))
    amounts = np.where(tested, amounts, np.nan)
    missed = amounts < -MONEY
    # Of a quarter stands its worst test.
    places = [first + int(np.argmin(np.where(np.isnan(part), np.inf, part)))
              for first, part in ((first, amounts[first:end]) for first, end in zip(
                  calendar.bounds(QUARTER), calendar.bounds(QUARTER)[1:], strict=False))]
    return Headroom(covenant, np.where(np.isnan(amounts), np.nan, values)[places], amounts[places],
                    projection.months[int(np.argmax(missed))] if missed.any() else None)


def _by_month(projection: Projection, covenant: Covenant) -> tuple[np.ndarray, np.ndarray]:
    """What is held against the limit and what could be lost, (month,); NaN before twelve months are
    over where twelve are counted."""
    cash, debt = projection["unrestricted_cash"][0], projection["debt"][0]
    match covenant.of:
        case "minimum_cash":
            return cash, cash - covenant.limit
        case "debt_to_ebitda":
            ebitda = _of_year(projection["ebitda"][0])
            times = np.divide(debt, ebitda, out=np.full(len(debt), np.inf), where=ebitda > 0)
            return times, ebitda - debt / covenant.limit
    profit, interest = (_of_year(projection[line][0]) for line in ("operating_profit", "interest"))
    times = np.divide(profit, interest, out=np.full(len(debt), np.inf), where=interest > 0)
    # Twelve months without interest demand nothing.
    return times, np.where(interest > 0, profit - covenant.limit * interest, np.nan)


def _of_year(months: np.ndarray) -> np.ndarray:
    """The sum of each month and the eleven before it; NaN where there are not so many."""
    found = np.full(len(months), np.nan)
    for end in range(MONTHS_PER_YEAR, len(months) + 1):
        found[end - 1] = months[end - MONTHS_PER_YEAR:end].sum()
    return found
