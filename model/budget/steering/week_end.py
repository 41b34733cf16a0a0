"""A week's end as rules read it, and what they ask for: the same for one programme and for many
replications.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from model.budget.accounts import moves
from model.budget.accounts.balances import Balances
from model.budget.plan.plan import Plan
from model.budget.programme.weeks import LATE, Signals
from model.engine.projection import ratio


@dataclass(frozen=True)
class Readings:
    """The signals of the rules, arrays (week, *replications) or (week, cohort, *replications).

    Week w is row w − 1; rows after the week that is judged are not read. NaN is not reported.
    `cohort_start` is the week in which each starts, `cohort_end` that of its scheduled end (the
    plan's where it is None), `cohort_active` counts learners at a week's start, `cohort_size` those
    enrolled, `cohorts` names them where they have names. `on_track` turns into the completion rate
    once the scheduled end is over. `cost_per_completion` is in USD so far; `short`, (bucket,
    *replications), is demand in cents that a bucket's money does not cover, None where nobody
    forecasts it.
    """

    utilization: np.ndarray
    booked: np.ndarray
    canceled_by_mentor: np.ndarray
    canceled_by_learner: np.ndarray
    cohort_start: np.ndarray
    cohort_utilization: np.ndarray
    cohort_active: np.ndarray
    cohort_size: np.ndarray
    on_track: np.ndarray
    cost_per_completion: np.ndarray
    short: np.ndarray | None = None
    cohort_end: np.ndarray | None = None
    cohorts: tuple[str, ...] = ()


def readings(signals: Signals) -> Readings:
    completions = signals.cohort_completed.sum(axis=1)
    spending = np.where(signals.spent == LATE, 0, signals.spent)
    to_date = np.cumsum(spending.sum(axis=1), axis=0) / 100
    over = ~np.isnan(signals.completion_rate)
    return Readings(
        utilization=signals.utilization, booked=signals.booked,
        canceled_by_mentor=signals.canceled_by_mentor,
        canceled_by_learner=signals.canceled_by_learner,
        cohort_start=signals.cohort_start + 1, cohort_utilization=signals.cohort_utilization,
        cohort_active=signals.cohort_active, cohort_size=signals.cohort_enrolled,
        on_track=np.where(over, signals.completion_rate, signals.on_track_rate),
        cost_per_completion=ratio(to_date, completions), cohort_end=signals.cohort_end + 1,
        cohorts=signals.cohorts)


@dataclass(frozen=True)
class RuleState:
    """What rules remember from week to week, each of shape (*replications) or, by cohort,
    (cohort, *replications); a first axis of 1 stands for all cohorts.

    New one-to-one bookings are frozen up to the week `frozen_until`; 0 is never. Once the gate has
    fired for a cohort, it cannot before that cohort is back at the release line: `can_fire`, by
    cohort. `r17_is_over` says that unused hours have moved to workshops, `has_grown`, by cohort,
    that rule B has asked for more because of it.
    """

    frozen_until: np.ndarray
    can_fire: np.ndarray
    r17_is_over: np.ndarray
    has_grown: np.ndarray


def open_state(replications: tuple[int, ...] = ()) -> RuleState:
    return RuleState(np.zeros(replications, np.int64), np.ones((1, *replications), bool),
                     np.zeros(replications, bool), np.zeros((1, *replications), bool))


@dataclass(frozen=True)
class WeekEnd:
    """A week's end as rules read it; moves that wait for approval count as made in its balances.

    `sources` are the buckets from which a rule of this week takes, (bucket, *replications). A rule
    in `answers` has been refused what it asks for, and does not ask again while its condition
    holds.
    """

    plan: Plan
    week: int
    readings: Readings
    balances: Balances
    state: RuleState
    sources: np.ndarray | None = None
    answers: frozenset[str] = frozenset()

    def now(self, values: np.ndarray) -> np.ndarray:
        """What a reading says of this week."""
        return np.asarray(values[self.week - 1])

    @property
    def warming_up(self) -> bool:
        """Whether the week is one of those that count towards no run."""
        return self.week <= self.plan.whole("warm_up")

    def is_free(self, bucket: int) -> np.ndarray | bool:
        """Where no rule of this week takes from a bucket."""
        return True if self.sources is None else ~self.sources[bucket]

    def headroom(self, rule: str, source: int) -> np.ndarray:
        """The most that a rule may move out of a bucket. [cents]"""
        return moves.headroom(self.plan, self.balances, source, rule)

    def after(self, verdict: Verdict) -> WeekEnd:
        """The week's end as the next rule reads it."""
        sources = np.zeros(self.balances.planned.shape, bool) if self.sources is None \
            else self.sources.copy()
        for firing in verdict.firings:
            if firing.kind == "move":
                sources[firing.source] |= firing.where
        return replace(self, state=verdict.state or self.state, sources=sources)


@dataclass(frozen=True)
class Firing:
    """A move, freeze, unfreeze or increase that a rule asks for; `where` and `cents` have shape
    (*replications)."""

    rule: str
    kind: str
    week: int
    where: np.ndarray
    cents: np.ndarray
    source: int | None = None
    destination: int | None = None


class Verdict(NamedTuple):
    """What one rule says of a week.

    unknown   where its signal is missing, (*replications); None where it needs none
    state     what rules remember afterwards; None where that is as before
    holds     where its condition holds, whether or not there is anything to move
    """

    firings: tuple[Firing, ...] = ()
    unknown: np.ndarray | None = None
    state: RuleState | None = None
    holds: np.ndarray | bool = False


@dataclass(frozen=True)
class Outcome:
    """What a week's rules ask for, what they remember, and by rule where it could not be judged,
    as its signal is missing, and where its condition holds."""

    firings: tuple[Firing, ...]
    state: RuleState
    unknown: dict[str, np.ndarray]
    holds: dict[str, np.ndarray | bool]
