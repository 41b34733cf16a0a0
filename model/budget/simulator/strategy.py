"""What a strategy sees of a simulated quarter, and what it may ask for.

A strategy is a pure function of an `Observation` and of what it remembers itself. An observation
holds the present and the past, and of the future only the hours that are published ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from model.budget.accounts.balances import Balances
from model.budget.plan.plan import Plan
from model.budget.steering.week_end import Readings

NO_CAP = np.int64(2**60)


@dataclass(frozen=True)
class Observation:
    """What a strategy may know at the start of a day (0 to 4), or at the end of a week (day 5).

    Arrays end with their replications; those from `requests` to `season` begin with weeks, which
    are NaN or 0 where they are not over. `ahead` are the balances after the moves that wait for
    approval. `requests` and `unmet` go by the bucket that learners prefer, `served` by the one that
    pays. Hours are NaN where they are not yet published, `season` is what past quarters say of
    demand, and `progress` the mean of active learners in units. `milestones` and `completions` are
    those verified; a freeze lasts up to `frozen_until`, 0 for none.
    """

    plan: Plan
    week: int
    day: int
    balances: Balances
    ahead: Balances
    readings: Readings
    requests: np.ndarray
    unmet: np.ndarray
    served: np.ndarray
    workshops: np.ndarray
    offered: np.ndarray
    booked_hours: np.ndarray
    season: np.ndarray
    active: np.ndarray
    progress: np.ndarray
    milestones: np.ndarray
    completions: np.ndarray
    frozen_until: np.ndarray

    @property
    def size(self) -> int:
        return len(self.active)

    @property
    def weeks_left(self) -> int:
        return self.plan.weeks - self.week


@dataclass(frozen=True)
class Move:
    """Move cents (…) from one bucket to another, where they are not 0, under a rule."""

    source: int
    destination: int
    cents: np.ndarray
    rule: str = ""


@dataclass(frozen=True)
class Freeze:
    """Take no new one-to-one bookings up to and with a week, where asked."""

    until: np.ndarray
    where: np.ndarray


@dataclass(frozen=True)
class Unfreeze:
    """End a freeze now, where asked."""

    where: np.ndarray


@dataclass(frozen=True)
class Release:
    """Raise what may be spent so far to an amount, where it is above what is released."""

    total: np.ndarray


@dataclass(frozen=True)
class DailyCap:
    """The most that a bucket may commit and spend on one day from now on; NO_CAP lifts it."""

    bucket: int
    cents: np.ndarray


Action = Move | Freeze | Unfreeze | Release | DailyCap
# What a strategy asks for, and what it remembers from then on.
Choice = tuple[Sequence[Action], object]


@dataclass(frozen=True)
class Strategy:
    """A way of steering a budget. Subclasses override what they steer.

    `review` is the check that people make, `daily`, `weekly`, `rolling` or none; `opening` are
    cents by bucket that replace the plan's.
    """

    name: str = "S0"
    review: str = "none"
    verifies: bool = False
    opening: tuple[int, ...] | None = field(default=None, repr=False)

    def split(self, plan: Plan) -> np.ndarray:
        """What each bucket opens with, (bucket,) or (bucket, replication). [cents]"""
        return plan.opening if self.opening is None else np.array(self.opening)

    def first_release(self, plan: Plan) -> int:
        """What may be spent from the start. [cents]"""
        return plan.total

    def memory(self, plan: Plan, size: int) -> object:
        """What the strategy remembers before the first week."""
        return None

    def daily(self, observation: Observation, memory) -> Choice:
        """What it asks for at the start of a day."""
        return (), memory

    def weekly(self, observation: Observation, memory) -> Choice:
        """What it asks for at the end of a week."""
        return (), memory
