"""Who owns the company before and after each round in which it sells shares.

What the option pool lacks is made before a round and counts in its price, so that those who own
the company bear it, not those who join; its size is a share of all shares after the round. The
value before the money is an assumption, and no claim about what the company is worth. What was paid
in for a SAFE or a note becomes shares in the next round, and counts in its price too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from model.analysis.investors.convertibles import Convertible, converted
from model.analysis.investors.funding import asked, raise_of
from model.engine.projection import Projection
from model.params.calendar import MONTHS_PER_YEAR
from model.params.entry import Terms

PRE_MONEY, POOL_SHARE = "cap_table.pre_money", "cap_table.option_pool"
FOUNDERS, POOL = "founders", "pool"
# Who joins in the one round of a plan that gives no values by month.
INVESTORS = "investors"


@dataclass(frozen=True)
class CapTable:
    """One round, in which `joins` pays `amount`. `today` are the shares by holder before anything
    is made, `pool_shares` what is made for the pool, and `converts` the shares by holder that SAFEs
    and notes become. Amounts in USD; shares are not rounded."""

    joins: str
    pre_money: float
    amount: float
    today: Mapping[str, float]
    pool_shares: float
    converts: Mapping[str, float] = field(default_factory=dict)

    @property
    def post_money(self) -> float:
        return self.pre_money + self.amount

    @property
    def price(self) -> float:
        """What one share costs in the round: the value before over all shares before."""
        return self.pre_money / sum(self.before.values())

    @property
    def before(self) -> dict[str, float]:
        """Shares before the money comes in, with the pool and what converts."""
        return {**self.today, POOL: self.today.get(POOL, 0.0) + self.pool_shares, **self.converts}

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
              joins: str = INVESTORS, every: Sequence[Convertible] = ()) -> CapTable | None:
    """The round in which who joins pays `amount` for a share of the value after it, the pool has at
    least a share `pool` of all shares after it, and SAFEs and notes become shares. None where that
    leaves those who own the company nothing."""
    post_money, all_today = pre_money + amount, sum(today.values())
    if pre_money <= 0:
        return None
    if every:
        made = converted(every, pre_money, amount, all_today, today.get(POOL, 0.0), pool)
        return made and CapTable(joins, pre_money, amount, today, made.pool, made.converted)
    lacking = pool * post_money * all_today - today.get(POOL, 0.0) * pre_money
    if lacking <= 0:
        return CapTable(joins, pre_money, amount, today, 0.0)
    # Founders keep what the pool leaves of the value before the money.
    kept = pre_money - pool * post_money
    return CapTable(joins, pre_money, amount, today, lacking / kept) if kept > 0 else None


@dataclass(frozen=True)
class Early:
    """Money that becomes shares later: its month number, counted from 1, its amount before the cost
    of raising [USD], and its terms."""

    month: int
    amount: float
    terms: Terms

    @property
    def holder(self) -> str:
        return f"{self.terms.kind} {self.month}"

    def at(self, month: int) -> Convertible:
        """What converts in a month, with simple interest up to then."""
        owed = self.amount * (1 + self.terms.interest * (month - self.month) / MONTHS_PER_YEAR)
        return Convertible(self.holder, self.amount, owed, self.terms.cap, self.terms.discount,
                           self.terms.kind == "safe")


@dataclass(frozen=True)
class Round:
    """The money of a round before the cost of raising, by month number (counted from 1; none where
    the plan does not say when), at a value before it [USD], and what becomes shares in it."""

    pre_money: float
    pool: float
    money: Mapping[int | None, float]
    early: tuple[Early, ...] = ()

    @property
    def amount(self) -> float:
        return sum(self.money.values())


@dataclass(frozen=True)
class Rounds:
    """The rounds of a plan in order, and why they come: they are `planned`, or one is `asked` for
    beside what the plan has, or, `if` neither, would fill an empty account. What finds no later
    round to become shares in is `open`."""

    why: str
    each: tuple[Round, ...]
    open: tuple[Early, ...] = ()

    @property
    def early(self) -> tuple[Early, ...]:
        """All money that becomes shares later."""
        return (*(early for each in self.each for early in each.early), *self.open)

    @property
    def amount(self) -> float:
        """The money of all of them. [USD]"""
        return sum(each.amount for each in (*self.each, *self.early))


def rounds(projection: Projection, pre_money: float | None = None) -> Rounds:
    """The rounds of a plan, at its own values before the money or all at another.

    Money that comes while the value before it stays the same is of one round, at one price; where
    money comes at another value, another round begins. A plan that raises nothing has the round
    that it asks for, or that which could take the place of all that it opens with; costs that take
    all of a raise are left out of it.
    """
    raises = projection["raised"][0]
    values, pool = (projection.assumptions.monthly(path)[:, 0] for path in (PRE_MONEY, POOL_SHARE))
    every = [int(month) for month in np.flatnonzero(raises)]
    early = early_money(projection)
    months = [month for month in every if month + 1 not in {each.month for each in early}]
    if not every:
        ask, need = asked(projection), raise_of(projection)
        net, gross, why = ((ask.net, ask.gross, "asked") if ask.net else
                           (float(need.amount[0]), float(need.gross[0]), "if"))
        found = [({None: net if np.isnan(gross) else gross}, 0)]
    else:
        why, found = "planned", []
        for _, some in groupby(months, lambda month: values[month]):
            money = {month + 1: float(raises[month]) for month in some}
            found.append((money, min(money) - 1))
    made, left = [], list(early)
    for money, first in found:
        converts = tuple(each for each in left if each.month <= first)
        left = [each for each in left if each not in converts]
        made.append(Round(float(values[first]) if pre_money is None else pre_money,
                          float(pool[first]), money, converts))
    return Rounds(why, tuple(made), tuple(left))


def early_money(projection: Projection) -> tuple[Early, ...]:
    """The equity of a plan that becomes shares in a later round."""
    raises, financing = projection["raised"][0], projection.assumptions.financing
    return tuple(Early(number, float(amount), terms) for number, (month, amount) in enumerate(
        zip(projection.months, raises, strict=True), 1)
        if amount and (terms := financing.of(month)) and terms.kind != "shares")


def cap_tables(projection: Projection, pre_money: float | None = None) -> list[CapTable] | None:
    """The rounds of a plan, each from the shares that the one before has left; None where one
    leaves those who own the company nothing."""
    found, of = rounds(projection, pre_money), projection.assumptions.series
    holding: dict[str, float] = {FOUNDERS: float(of["cap_table.founder_shares"].values[0, 0]),
                                 POOL: 0.0}
    tables: list[CapTable] = []
    for number, each in enumerate(found.each, 1):
        joins = INVESTORS if len(found.each) == 1 else f"{INVESTORS} {number}"
        table = cap_table(each.pre_money, each.amount, holding, each.pool, joins,
                          [early.at(min(each.money)) for early in each.early])
        if table is None:
            return None
        tables.append(table)
        holding = table.after
    return tables
