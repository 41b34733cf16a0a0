"""All that changes in a simulated quarter: learners, hours, money, requests of strategies, counts.

A lane is one replication under one strategy. Arrays end with their lanes; a strategy's lanes stand
side by side. When the quarter is over, `Quarter` holds what one strategy's lanes reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import groupby
from typing import Any

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances, Posting, Reason
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.strategy import NO_CAP, Move, Strategy
from model.budget.simulator.world import World
from model.budget.steering.week_end import Readings
from model.engine.projection import ratio

NOT_STARTED, ACTIVE, COMPLETED, DROPPED, EXITED = range(5)
# Why a request for one-to-one was not met, in the order in which it is asked.
REFUSALS = ("frozen", "hours", "money", "room", "cap")
# What people do, counted by lane; the minutes of each are in the params.
CHORES = ("moves_by_hand", "rule_actions", "reviews")


def of_lanes(arrays, lanes: slice):
    """A dataclass of arrays with some of its lanes alone."""
    return replace(arrays, **{each.name: getattr(arrays, each.name)[..., lanes]
                              for each in fields(arrays)})


@dataclass
class Weeks:
    """Counts by week and lane, arrays (week, …, lane), filled as the quarter goes on.

    `booked` are sessions due in the week, which end in one of `held`, `no_shows`, `by_mentor` and
    `by_learner` (canceled). `used` are quarters of an hour of one-to-one that were held or charged,
    `held_hours` those held, `offered` those on offer. By bucket, (week, bucket, lane): `requests`
    go by the one that learners prefer, `unmet` are those refused or canceled by mentors; `served`
    goes by the one that paid; `spent` is cents, `planned` and `committed` those at its
    end. `refusals` of one-to-one are by reason; `on_track` is a share of the cohort.
    """

    booked: np.ndarray
    held: np.ndarray
    no_shows: np.ndarray
    by_mentor: np.ndarray
    by_learner: np.ndarray
    used: np.ndarray
    held_hours: np.ndarray
    offered: np.ndarray
    requests: np.ndarray
    unmet: np.ndarray
    served: np.ndarray
    workshops: np.ndarray
    refusals: np.ndarray
    spent: np.ndarray
    planned: np.ndarray
    committed: np.ndarray
    cohort_used: np.ndarray
    cohort_active: np.ndarray
    cohort_enrolled: np.ndarray
    cohort_completed: np.ndarray
    on_track: np.ndarray

    @classmethod
    def empty(cls, weeks: int, cohorts: int, lanes: int) -> Weeks:
        count, cohort = (weeks, lanes), (weeks, cohorts, lanes)
        bucket = (weeks, len(BUCKETS), lanes)
        shapes = {"requests": bucket, "unmet": bucket, "served": bucket, "spent": bucket,
                  "planned": bucket, "committed": bucket,
                  "refusals": (weeks, len(REFUSALS), lanes), "cohort_used": cohort,
                  "cohort_active": cohort, "cohort_enrolled": cohort, "cohort_completed": cohort}
        counts = {each.name: np.zeros(shapes.get(each.name, count), np.int64)
                  for each in fields(cls) if each.name != "on_track"}
        return cls(**counts, on_track=np.full(cohort, np.nan))

    def readings(self, world: World, week: int, lanes: slice) -> Readings:
        """What rules read at the end of a week, of some lanes; NaN in the weeks to come."""
        over = np.arange(len(self.booked)) < week

        def to_date(values: np.ndarray) -> np.ndarray:
            past = values[..., lanes].astype(float)
            past[~over] = np.nan
            return past

        hours, active = to_date(self.offered), to_date(self.cohort_active)
        everybody = active.sum(axis=1, keepdims=True)
        cohort_hours = hours[:, None] * ratio(active, everybody)
        completions = to_date(self.cohort_completed)
        enrolments = to_date(self.cohort_enrolled)
        is_over = np.arange(1, len(over) + 1) >= world.plan.whole("cohorts.end_week")
        track = np.where(is_over[:, None, None], ratio(completions, enrolments),
                         to_date(self.on_track))
        spending = np.cumsum(self.spent[..., lanes].sum(axis=1), axis=0) / 100
        return Readings(
            utilization=ratio(to_date(self.used), hours), booked=to_date(self.booked),
            canceled_by_mentor=to_date(self.by_mentor),
            canceled_by_learner=to_date(self.by_learner),
            cohort_start=np.array(world.plan.values["cohorts.start_weeks"], int),
            cohort_utilization=ratio(to_date(self.cohort_used), cohort_hours), cohort_active=active,
            cohort_size=enrolments, on_track=track,
            cost_per_completion=ratio(spending, completions.sum(axis=1)))


@dataclass
class Books:
    """The balances of all lanes, the postings that change them, and the log of some lanes.

    A day's postings are sums by bucket. A move that a strategy asks for goes through the same rules
    as a person's, lane by lane. `actors` names the strategy of each lane. A `recorder` is told of
    the opening (`open`), the day (`at`), every posting (`note`) and all else that is done (`say`).
    """

    plan: Plan
    balances: Balances
    actors: Sequence[str]
    recorder: Any = None

    def post(self, kind: str, bucket: int, *cents: np.ndarray, equity: bool = False) -> None:
        """Commit or spend sums, or settle them with a charge, as the day's own rules allow.

        A refusal is an error of the simulator and raises AssertionError.
        """
        result = getattr(posting, kind)(self.balances, bucket, *cents, equity, cents[0] > 0)
        if not result.accepted[np.broadcast_to(cents[0], result.accepted.shape) > 0].all():
            why = sorted({Reason(int(code)).words for code in np.unique(result.reason) if code})
            raise AssertionError(f"{kind} of {BUCKETS[bucket]}: {'; '.join(why)}")
        self._note(kind, result, "", {
            "bucket": BUCKETS[bucket], **dict(zip(("cents", "charge"), cents, strict=False)),
            "equity": equity})

    def open_equity(self) -> None:
        result = posting.open_equity(self.balances)
        self._note("open_equity", result, "R20", {})

    def close(self) -> None:
        self._note("close", posting.close(self.balances), "", {})

    def release(self, cents: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Raise what may be spent so far to an amount; the lanes in which that was accepted."""
        result = posting.set_released(self.balances, cents, where)
        self._note("set_released", result, "", {"cents": cents})
        return result.accepted

    def move(self, source: int, destination: int, cents: np.ndarray, rule: str, day: int,
             approval_day: int, where: np.ndarray) -> np.ndarray:
        """Make a move where the plan allows it; the lanes in which that was accepted."""
        result = moves.make(self.plan, self.balances, source, destination, cents, rule=rule,
                            approval_day=approval_day, day=day, has_reason=True, where=where)
        self._note("move", result, rule, {
            "source": BUCKETS[source], "destination": BUCKETS[destination], "cents": cents,
            "approved": approval_day})
        return result.accepted

    def _note(self, kind: str, result: Posting, rule: str, inputs: dict) -> None:
        if self.recorder:
            self.recorder.note(kind, self.actors, rule, self.balances, result, inputs)
        self.balances = result.balances


@dataclass
class Bookings:
    """The one-to-one sessions that were booked on one day of a week.

    By place and lane, `learner` is who booked, and `stands` that nobody has canceled.
    """

    learner: np.ndarray
    stands: np.ndarray
    week: int


@dataclass(frozen=True)
class Request:
    """A move that waits for approval in some lanes, and the week at whose end it comes."""

    move: Move
    where: np.ndarray
    due: int


def _lanes(strategies: Sequence[Strategy], size: int) -> list[tuple[Strategy, slice]]:
    """Strategies with their lanes. Where neighbours differ by their opening alone, one of them
    decides for all, as a decision depends on nothing but what is seen."""
    def what(number: int) -> tuple:
        strategy = strategies[number]
        if strategy.opening is None:
            return (number,)
        return type(strategy), replace(strategy, name="", opening=())

    return [(strategies[numbers[0]], slice(numbers[0] * size, (numbers[-1] + 1) * size))
            for _, group in groupby(range(len(strategies)), key=what) for numbers in [list(group)]]


@dataclass
class Actions:
    """What strategies remember and have asked for so far, and what came of it, by lane.

    `strategies` are those that decide, each with the lanes in which it does.
    A freeze lasts up to `frozen_until`, 0 for none. `caps` are today's, (bucket, lane) cents.
    `chores` count what people did, `transfers`, (source, destination, lane), the cents moved, and
    `rejections` the actions refused.
    """

    strategies: Sequence[tuple[Strategy, slice]]
    memories: list
    frozen_until: np.ndarray
    caps: np.ndarray
    next_caps: np.ndarray
    chores: dict[str, np.ndarray]
    transfers: np.ndarray
    rejections: np.ndarray
    requests: list[Request] = field(default_factory=list)

    @classmethod
    def none(cls, plan: Plan, strategies: Sequence[Strategy], size: int) -> Actions:
        """Before the first day, with so many replications of each strategy."""
        lanes, buckets = size * len(strategies), len(BUCKETS)
        caps = np.full((buckets, lanes), NO_CAP)
        own = _lanes(strategies, size)
        return cls(
            own, [each.memory(plan, part.stop - part.start) for each, part in own],
            np.zeros(lanes, np.int64), caps, caps.copy(),
            {kind: np.zeros(lanes, np.int64) for kind in CHORES},
            np.zeros((buckets, buckets, lanes), np.int64), np.zeros(lanes, np.int64))


@dataclass
class Learners:
    """What learners are and have reached, (learner, lane).

    `status` is NOT_STARTED to EXITED, `end_week` the week of completing or leaving, 0 for never,
    and `progress` units; `served` are the requests that were met.
    """

    exists: np.ndarray
    requirement: np.ndarray
    equity: np.ndarray
    status: np.ndarray
    end_week: np.ndarray
    progress: np.ndarray
    requests: np.ndarray
    served: np.ndarray


@dataclass
class State(Learners):
    """All lanes at one moment; hours in quarters of an hour.

    `belief` is the plan that strategies reason with, `columns` the replication of each lane. Of
    learners, `streak` is unserved requests in a row, `halfway` the week in which half of the
    requirement was reached; `asks` says who wants a session this week, and `empty` whose last
    request this week was unserved. `offered` and `hours`, those not booked, are (week, lane).
    `breach` says that an equity learner was refused for money while the reserve held a price.
    `fewer` and `more` are redesign's factors this week. `bookings` ahead go by week and day;
    `past` is what each strategy may know of so many weeks.
    """

    world: World
    belief: Plan
    columns: np.ndarray
    books: Books
    actions: Actions
    weeks: Weeks
    patience: np.ndarray
    streak: np.ndarray
    halfway: np.ndarray
    offered: np.ndarray
    hours: np.ndarray
    seats: np.ndarray
    breach: np.ndarray
    asks: np.ndarray
    empty: np.ndarray
    fewer: np.ndarray
    more: np.ndarray
    bookings: dict[tuple[int, int], Bookings] = field(default_factory=dict)
    redesign_spending: list[np.ndarray] = field(default_factory=list)
    past: dict[int, tuple[int, dict]] = field(default_factory=dict)

    def by_cohort(self, values: np.ndarray) -> np.ndarray:
        """Sums over the learners of each cohort, (cohort, lane)."""
        tape = self.world.tape
        return values.reshape(tape.cohorts, tape.slots, -1).sum(axis=1)

    def date(self, week: int, day: int) -> None:
        """Date what the log records from now on, by week from 1 and day from 0."""
        if self.books.recorder:
            self.books.recorder.at(7 * (week - 1) + day)


@dataclass(repr=False)
class Quarter(Learners):
    """A quarter that is over, for the lanes of one strategy; what is counted is as in `Actions`."""

    strategy: str
    world: World
    balances: Balances
    weeks: Weeks
    chores: dict[str, np.ndarray]
    transfers: np.ndarray
    rejections: np.ndarray
    breach: np.ndarray

    @property
    def completions(self) -> np.ndarray:
        """Learners who completed, (replication,)."""
        return (self.status == COMPLETED).sum(axis=0)
