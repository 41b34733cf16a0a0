"""What who joins in a round would get back, if all shares were sold at the end of a year.

The price of the company is a multiple of the EBITDA of its last twelve months; with its cash and
less its debt it goes to all shares alike, the whole option pool among them. No share is served
before others, and nothing is taken off for tax or the cost of selling. What is paid in or out
counts at the end of its month; money without a month of its own comes before the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from model.analysis.investors.funding import asked, raise_of
from model.analysis.investors.rounds import CapTable, Rounds, cap_tables, rounds, shares_of
from model.analysis.investors.valuation import valuation
from model.analysis.statements import opening
from model.engine.projection import Projection
from model.params.calendar import MONTHS_PER_YEAR, Year

# Between these annual rates a return is sought, on so many steps; two within one step, which would
# need money that flows back and forth, are not told apart.
_LEAST, _MOST, _STEPS = 1e-12 - 1, 1e12, 10_000


def rates_of_return(flows: Mapping[int, float]) -> tuple[float, ...]:
    """The annual rates, lowest first, at which flows by month number are worth nothing together:
    one where money is first paid in and then only taken out, none where it never comes back, and
    maybe several where it flows back and forth."""
    months = np.array(sorted(flows), float)
    amounts = np.array([flows[int(month)] for month in months])

    def worth(monthly: float) -> float:
        """The present value at a monthly rate of growth, in logarithms. Each is told from the
        middle of all, so that no power is out of reach."""
        return float(amounts @ np.exp(-monthly * (months - months.mean())))
    if not amounts.size:
        return ()
    grid = np.linspace(*np.log1p([_LEAST, _MOST]) / MONTHS_PER_YEAR, _STEPS)
    values = np.exp(np.outer(grid, -(months - months.mean()))) @ amounts
    starts = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    found = {*grid[values == 0], *(brentq(worth, grid[at], grid[at + 1], xtol=1e-15)
                                   for at in starts)} if amounts.any() else ()
    return tuple(float(np.expm1(each * MONTHS_PER_YEAR)) for each in sorted(found))


@dataclass(frozen=True)
class Exit:
    """A sale at the end of a year, which is that of month number `month`: EBITDA of the twelve
    months before it, and cash less debt on the day, of which the plan itself has all but what is
    `beside` it. [USD]"""

    year: Year
    month: int
    ebitda: float
    cash: float
    beside: float = 0.0

    def price(self, multiple: float) -> float:
        """What all shares get, at a multiple of EBITDA. Who owns them owes nothing."""
        return max(multiple * max(self.ebitda, 0.0) + self.cash, 0.0)


@dataclass(frozen=True)
class Return:
    """What a holder gets of one exit: its money so many `times`, and a `rate` a year; NaN where
    there is none."""

    times: float
    rate: float


@dataclass(frozen=True)
class Holder:
    """Who paid for shares, by the name in the tables of who owns what, and the money by month
    number. [USD]"""

    name: str
    money: Mapping[int | None, float]

    @property
    def amount(self) -> float:
        return sum(self.money.values())


@dataclass(frozen=True)
class Returns:
    """The rounds of a plan, who paid for shares in them or before them, the exits after all of the
    money has come in, and the multiple of EBITDA that the discounted flows imply for what follows
    the plan; NaN where they imply none."""

    rounds: Rounds
    tables: tuple[CapTable, ...]
    holders: tuple[Holder, ...]
    exits: tuple[Exit, ...]
    dividends: np.ndarray
    implied: float

    def share(self, number: int) -> float:
        """What a holder, counted from 0, has of all shares at an exit."""
        return shares_of(self.tables[-1].after)[self.holders[number].name]

    def of(self, number: int, out: Exit, multiple: float) -> Return:
        """What a holder, counted from 0, gets of an exit."""
        money = {month or 0: amount for month, amount in self.holders[number].money.items()}
        flows = dict.fromkeys(range(out.month + 1), 0.0)
        for month, paid in enumerate(self.dividends[:out.month], 1):
            held = [table for table, each in zip(self.tables, self.rounds.each, strict=True)
                    if min(at or 0 for at in each.money) <= month]
            flows[month] += paid * (shares_of(held[-1].after).get(self.holders[number].name, 0.0)
                                    if held else 0.0)
        flows[out.month] += self.share(number) * out.price(multiple)
        back = sum(flows.values())
        for month, amount in money.items():
            flows[month] -= amount
        # Who pays first and then only takes has one rate; none where nothing comes back.
        rates = rates_of_return({month: flow for month, flow in flows.items() if flow})
        return Return(back / sum(money.values()), rates[0] if len(rates) == 1 else np.nan)

    def multiple_for(self, number: int, out: Exit, times: float) -> float:
        """The multiple of EBITDA at which a holder gets its money so many times; NaN where EBITDA
        is not above 0. Dividends before are left out."""
        if out.ebitda <= 0:
            return np.nan
        wanted = times * self.holders[number].amount / self.share(number)
        return max(wanted - out.cash, 0.0) / out.ebitda


def returns(projection: Projection) -> Returns | None:
    """The returns of a plan; None where no shares are sold, or none are left to who owns them."""
    found, tables = rounds(projection), cap_tables(projection)
    if not found.amount or not tables:
        return None
    last = max(month or 0 for each in found.each for month in each.money)
    holders = [Holder(early.holder, {early.month: early.amount})
               for each in found.each for early in each.early]
    holders = [*(Holder(table.joins, each.money) for table, each in zip(
        tables, found.each, strict=True)), *holders]
    return Returns(found, tuple(tables), tuple(holders), tuple(_exits(projection, found.why, last)),
                   projection["dividends"][0], float(valuation(projection).times_ebitda[0]))


def _exits(projection: Projection, why: str, last: int) -> Iterable[Exit]:
    """The ends of whole years after a month number."""
    calendar = projection.calendar
    beside = _beside(projection, why)
    own = projection["unrestricted_cash"][0] - projection["debt"][0] + beside
    ebitda = projection["ebitda"][0]
    for year, end in zip(calendar.named_years, calendar.closes(), strict=False):
        if calendar.whole(year) and end + 1 > last:
            yield Exit(year, end + 1, float(ebitda[end + 1 - MONTHS_PER_YEAR:end + 1].sum()),
                       float(own[end]), beside)


def _beside(projection: Projection, why: str) -> float:
    """Money of a round that the plan's own cash leaves out: what is asked for comes in beside it,
    what would fill an empty account takes the place of what the plan opens with. [USD]"""
    if why == "asked":
        return asked(projection).net
    return (float(raise_of(projection).amount[0] - opening(projection, "unrestricted_cash")[0])
            if why == "if" else 0.0)
