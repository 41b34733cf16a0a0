"""Who owns the company before and after each round in which it sells shares.

What the option pool lacks is made before a round and counts in its price, so that those who own
the company bear it, not those who join; its size is a share of all shares after the round. The
value before the money is an assumption, and no claim about what the company is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from model.analysis.investors.funding import asked, raise_of
from model.engine.projection import Projection

PRE_MONEY, POOL_SHARE = "cap_table.pre_money", "cap_table.option_pool"
FOUNDERS, POOL = "founders", "pool"
# Who joins in the one round of a plan that gives no values by month.
INVESTORS = "investors"


@dataclass(frozen=True)
class CapTable:
    """One round, in which `joins` pays `amount`. `today` are the shares by holder before anything
    is made, `pool_shares` what is made for the pool. Amounts in USD; shares are not rounded."""

    joins: str
    pre_money: float
    amount: float
    today: Mapping[str, float]
    pool_shares: float

    @property
    def post_money(self) -> float:
        return self.pre_money + self.amount

    @property
    def price(self) -> float:
        """What one share costs in the round: the value before over all shares before."""
        return self.pre_money / sum(self.before.values())

    @property
    def before(self) -> dict[str, float]:
        """Shares before the money comes in, with the pool."""
        return {**self.today, POOL: self.today.get(POOL, 0.0) + self.pool_shares}

    @property
    def new_shares(self) -> float:
        return self.amount / self.price

    @property
    def after(self) -> dict[str, float]:
        """Shares after the money has come in."""
        return self.before | {self.joins: self.new_shares}


def shares_of(holding: Mapping[str, float]) -> dict[str, float]:
    """What each holder has of all shares."""
    total = sum(holding.values())
    return {holder: shares / total for holder, shares in holding.items()}


def cap_table(pre_money: float, amount: float, today: Mapping[str, float], pool: float,
              joins: str = INVESTORS) -> CapTable | None:
    """The round in which who joins pays `amount` for a share of the value after it, and the pool
    has at least a share `pool` of all shares after it. None where that leaves those who own the
    company nothing."""
    post_money, all_today = pre_money + amount, sum(today.values())
    if pre_money <= 0:
        return None
    lacking = pool * post_money * all_today - today.get(POOL, 0.0) * pre_money
    if lacking <= 0:
        return CapTable(joins, pre_money, amount, today, 0.0)
    # Founders keep what the pool leaves of the value before the money.
    kept = pre_money - pool * post_money
    return CapTable(joins, pre_money, amount, today, lacking / kept) if kept > 0 else None


@dataclass(frozen=True)
class Round:
    """The money of a round before the cost of raising, by month number (counted from 1; none where
    the plan does not say when), at a value before it. [USD]"""

    pre_money: float
    pool: float
    money: Mapping[int | None, float]

    @property
    def amount(self) -> float:
        return sum(self.money.values())


@dataclass(frozen=True)
class Rounds:
    """The rounds of a plan in order, and why they come: they are `planned`, or one is `asked` for
    beside what the plan has, or, `if` neither, would fill an empty account."""

    why: str
    each: tuple[Round, ...]

    @property
    def amount(self) -> float:
        """The money of all of them. [USD]"""
        return sum(each.amount for each in self.each)


def rounds(projection: Projection, pre_money: float | None = None) -> Rounds:
    """The rounds of a plan, at its own values before the money or all at another.

    Money that comes while the value before it stays the same is of one round, at one price; where
    money comes at another value, another round begins. A plan that raises nothing has the round
    that it asks for, or that which could take the place of all that it opens with; costs that take
    all of a raise are left out of it.
    """
    raises = projection["raised"][0]
    values, pool = (projection.assumptions.monthly(path)[:, 0] for path in (PRE_MONEY, POOL_SHARE))
    months = [int(month) for month in np.flatnonzero(raises)]
    if not months:
        ask, need = asked(projection), raise_of(projection)
        net, gross, why = ((ask.net, ask.gross, "asked") if ask.net else
                           (float(need.amount[0]), float(need.gross[0]), "if"))
        found = [({None: net if np.isnan(gross) else gross}, 0)]
    else:
        why, found = "planned", []
        for _, some in groupby(months, lambda month: values[month]):
            money = {month + 1: float(raises[month]) for month in some}
            found.append((money, min(money) - 1))
    return Rounds(why, tuple(
        Round(float(values[first]) if pre_money is None else pre_money, float(pool[first]), money)
        for money, first in found))


def cap_tables(projection: Projection, pre_money: float | None = None) -> list[CapTable] | None:
    """The rounds of a plan, each from the shares that the one before has left; None where one
    leaves those who own the company nothing."""
    found, of = rounds(projection, pre_money), projection.assumptions.series
    holding: dict[str, float] = {FOUNDERS: float(of["cap_table.founder_shares"].values[0, 0]),
                                 POOL: 0.0}
    tables: list[CapTable] = []
    for number, each in enumerate(found.each, 1):
        joins = INVESTORS if len(found.each) == 1 else f"{INVESTORS} {number}"
        table = cap_table(each.pre_money, each.amount, holding, each.pool, joins)
        if table is None:
            return None
        tables.append(table)
        holding = table.after
    return tables
