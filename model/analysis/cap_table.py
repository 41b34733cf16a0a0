"""Who owns the company before and after one round: the plan's, the one that is asked for, or, where
there is neither, the one that an empty account would need.

The option pool is made before the round and counts in its price, so that the founders bear it
and not the investors; its size is a share of all shares after the round. The value before the
money is an assumption, and no claim about what the company is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.funding import asked, raise_of
from model.engine.projection import Projection

HOLDERS = ("founders", "pool", "investors")


@dataclass(frozen=True)
class CapTable:
    """One round. Amounts in USD, shares are not rounded."""

    pre_money: float
    amount: float
    founder_shares: float
    pool_shares: float
    new_shares: float

    @property
    def post_money(self) -> float:
        return self.pre_money + self.amount

    @property
    def price(self) -> float:
        """What one share costs in the round: the value before over all shares before."""
        return self.pre_money / (self.founder_shares + self.pool_shares)

    @property
    def today(self) -> dict[str, float]:
        """Shares before the pool is made."""
        return {"founders": self.founder_shares, "pool": 0.0, "investors": 0.0}

    @property
    def before(self) -> dict[str, float]:
        """Shares before the money comes in, with the pool."""
        return self.today | {"pool": self.pool_shares}

    @property
    def after(self) -> dict[str, float]:
        """Shares after the money has come in."""
        return self.before | {"investors": self.new_shares}


def shares_of(holding: dict[str, float]) -> dict[str, float]:
    """Each holder's share of all shares."""
    total = sum(holding.values())
    return {holder: held / total for holder, held in holding.items()}


def cap_table(pre_money: float, amount: float, founder_shares: float,
              pool: float) -> CapTable | None:
    """The round in which investors pay `amount` for their share of the value after it, and the
    pool is a share `pool` of all shares after it. None where that leaves founders nothing."""
    pools_worth = pool * (pre_money + amount)
    founders_worth = pre_money - pools_worth
    if founders_worth <= 0:
        return None
    return CapTable(pre_money, amount, founder_shares,
                    founder_shares * pools_worth / founders_worth,
                    founder_shares * amount / founders_worth)


@dataclass(frozen=True)
class Round:
    """The money of one round before the cost of raising, and why it comes: `planned` by the plan,
    `asked` for beside what it has, or, `if` neither, what an empty account would raise. [USD]"""

    amount: float
    why: str


def round_needed(projection: Projection, scenario: int = 0) -> Round:
    """The round that a plan has or asks for; where it does neither, the one that could take the
    place of all that it opens with. Costs that take all of a raise are left out of it."""
    planned = float(projection["raised"][scenario].sum())
    if planned:
        return Round(planned, "planned")
    found, needed = asked(projection, scenario), raise_of(projection)
    net, gross, why = ((found.net, found.gross, "asked") if found.net else
                       (float(needed.amount[scenario]), float(needed.gross[scenario]), "if"))
    return Round(net if np.isnan(gross) else gross, why)


def round_of(projection: Projection, pre_money: float | None = None,
             scenario: int = 0) -> CapTable | None:
    """One round of a plan, at its own value before the money or at another."""
    def of(name: str) -> float:
        values = projection.assumptions.series[f"cap_table.{name}"].values[0]
        return float(values[scenario % len(values)])

    return cap_table(of("pre_money") if pre_money is None else pre_money,
                     round_needed(projection, scenario).amount, of("founder_shares"),
                     of("option_pool"))
