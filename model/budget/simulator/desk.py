"""What a strategy sees and what it may ask for.

A strategy is a pure function of an `Observation` and of what it remembers itself. An observation
holds the present and the past: no draws, no hidden requirement, nothing to come except the hours
that are published ahead. What is asked for may be refused; the engine decides, and notes it.

What a strategy may see of a simulated quarter: nothing that lies ahead.

The desk at which strategies ask: what they ask for is checked, made or refused, and noted.

A move that needs a person's approval waits for it; the approval comes after the plan's lag. A
freeze is never longer than the plan allows, and the next one does not follow upon it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.state import ACTIVE, CHORES, COMPLETED
from model.budget.simulator.tape import DAYS
from model.budget.simulator.world import QUARTERS
from model.budget.steering.rules import Readings

NO_CAP = np.int64(2**60)


@dataclass(frozen=True)
class Observation:
    """What is known at the start of a day, or (day 5) at the end of a week.

    Arrays end with their replications; rows of weeks that are not over are NaN or 0.

    week         number of the week, from 1; day from 0 to 4, 5 at the end of the week
    balances     as they are; `expected` with the moves that wait for approval already made
    readings     what rules read
    requests     (week, bucket, …) sessions asked for by the bucket that learners prefer
    unmet        (week, bucket, …) those that were refused, and canceled by mentors
    taken        (week, bucket, …) sessions booked by the bucket that pays; workshops opened are
                 in `workshops` (week, …)
    offered      (week, …) published hours, NaN where they are not yet published
    booked_hours (week, …) hours of the published weeks that are booked
    season       (week, …) what past quarters say of the demand of each week
    active       learners who are active now, (…)
    progress     mean progress of active learners, in units, (…)
    milestones, completions   verified so far, (…)
    frozen_until last week of a freeze, 0 for none, (…)
    """

    plan: Plan
    week: int
    day: int
    balances: Balances
    expected: Balances
    readings: Readings
    requests: np.ndarray
    unmet: np.ndarray
    taken: np.ndarray
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
        """How many replications there are."""
        return len(self.active)

    @property
    def weeks_left(self) -> int:
        """Weeks after this one."""
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


@dataclass(frozen=True)
class Strategy:
    """A way of steering a budget. Subclasses override what they steer.

    name       what it is called in results
    review     which check people make: `daily`, `weekly`, `rolling` or none
    verifies   whether people verify outcomes
    """

    name: str = "S0"
    review: str = "none"
    verifies: bool = False
    opening: tuple[int, ...] | None = field(default=None, repr=False)

    def split(self, plan: Plan) -> np.ndarray:
        """What each bucket opens with, (bucket,) or (bucket, replication). [cents]"""
        return plan.opening if self.opening is None else np.array(self.opening)

    def released(self, plan: Plan) -> int:
        """What may be spent from the start. [cents]"""
        return plan.total

    def memory(self, plan: Plan, size: int) -> object:
        """What the strategy remembers before the first week."""
        return None

    def daily(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        """What it asks for at the start of a day."""
        return (), memory

    def weekly(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        """What it asks for at the end of a week."""
        return (), memory


def observation(state, number: int, lanes: slice, week: int, day: int,
                expected: Balances) -> Observation:
    """What the strategy of some lanes may see: copies and views of the present and the past.

    `expected` are all lanes' balances with what waits for approval already moved.
    """
    plan, over = state.world.plan, week if day >= DAYS else week - 1
    offered = state.offered[:plan.weeks, lanes] / QUARTERS
    booked = offered - state.hours[:plan.weeks, lanes] / QUARTERS
    unknown = np.arange(plan.weeks) >= week + state.world.lead
    offered[unknown], booked[unknown] = np.nan, np.nan
    # What ends with a week stays as it is until the next one ends.
    if state.seen.get(number, (None,))[0] != over:
        state.seen[number] = over, _of_weeks(state, lanes, over)
    balances = sliced(state.books.balances, lanes)
    return Observation(
        plan=state.believed, week=week, day=day, balances=balances,
        expected=balances if expected is state.books.balances else sliced(expected, lanes),
        offered=offered, booked_hours=booked,
        season=state.world.tape.season[:, state.columns[lanes]],
        frozen_until=state.desk.frozen_until[lanes], **state.seen[number][1])


def _of_weeks(state, lanes: slice, over: int) -> dict:
    """What is known of the weeks that are over."""
    weeks = state.weeks
    active = state.status[:, lanes] == ACTIVE
    after = state.world.verified_after[:, state.columns[lanes]]
    done = np.where(state.status[:, lanes] == COMPLETED, state.ended[:, lanes], 0)
    count = active.sum(axis=0)

    def so_far(values: np.ndarray) -> np.ndarray:
        found = values[..., lanes].copy()
        found[over:] = 0
        return found

    def verified(since: np.ndarray) -> np.ndarray:
        return ((since > 0) & (since + after <= over)).sum(axis=0)

    return {
        "readings": weeks.readings(state.world, over, lanes), "active": count,
        "requests": so_far(weeks.requests), "unmet": so_far(weeks.unmet),
        "taken": so_far(weeks.taken), "workshops": so_far(weeks.workshops),
        "progress": ratio((active * state.progress[:, lanes]).sum(axis=0), count.astype(float)),
        "milestones": verified(state.halfway[:, lanes]), "completions": verified(done)}


def sliced(balances: Balances, lanes: slice) -> Balances:
    """The balances of some lanes."""
    return Balances(**{each.name: getattr(balances, each.name)[..., lanes]
                       for each in fields(balances)})


_LAST_DAY = 4


@dataclass(frozen=True)
class Waiting:
    """A move that waits for approval in some lanes, and the week at whose end it comes."""

    move: Move
    where: np.ndarray
    due: int


@dataclass
class Desk:
    """What has been asked and decided, by lane. `memories` are the strategies' own."""

    plan: Plan
    strategies: Sequence[Strategy]
    size: int
    memories: list
    frozen_until: np.ndarray
    caps_asked: np.ndarray
    caps: np.ndarray
    chores: dict[str, np.ndarray]
    moved: np.ndarray
    rejected: np.ndarray
    waiting: list[Waiting] = field(default_factory=list)

    @classmethod
    def open(cls, plan: Plan, strategies: Sequence[Strategy], size: int) -> Desk:
        lanes, buckets = size * len(strategies), len(BUCKETS)
        caps = np.full((buckets, lanes), NO_CAP)
        return cls(
            plan, strategies, size, [each.memory(plan, size) for each in strategies],
            np.zeros(lanes, np.int64), caps, caps.copy(),
            {kind: np.zeros(lanes, np.int64) for kind in CHORES},
            np.zeros((buckets, buckets, lanes), np.int64), np.zeros(lanes, np.int64))

    def today(self, state, week: int, day: int) -> None:
        """Let every strategy ask at the start of a day."""
        self._ask(state, week, day, "daily")
        self.caps = self.caps_asked.copy()

    def at_week_end(self, state, week: int) -> None:
        """Carry out what was approved, then let every strategy ask."""
        ready = [each for each in self.waiting if each.due <= week]
        self.waiting = [each for each in self.waiting if each.due > week]
        for each in ready:
            self._make(state, each.move, each.where, week, _LAST_DAY, approved=True)
        self._ask(state, week, DAYS, "weekly")

    def _lanes(self):
        for number, strategy in enumerate(self.strategies):
            yield slice(number * self.size, (number + 1) * self.size), strategy

    def _ask(self, state, week: int, day: int, hook: str) -> None:
        default = getattr(Strategy, hook)
        expected = None
        for number, (lanes, strategy) in enumerate(self._lanes()):
            if getattr(type(strategy), hook) is default:
                continue
            if expected is None:
                expected = self._expected(state.books.balances)
            seen = observation(state, number, lanes, week, day, expected)
            actions, self.memories[number] = getattr(strategy, hook)(seen, self.memories[number])
            for action in actions:
                self._do(state, action, lanes, week, min(day, _LAST_DAY))

    def _expected(self, balances: Balances) -> Balances:
        """The balances with the moves that wait for approval already made."""
        for each in self.waiting:
            cents = np.where(each.where, each.move.cents, 0)
            balances = posting.move(balances, each.move.source, each.move.destination, cents,
                                    moves.lifts_cap(self.plan, each.move.rule),
                                    each.move.rule == "R10", cents > 0).balances
        return balances

    def _do(self, state, action, lanes: slice, week: int, day: int) -> None:
        if isinstance(action, Move):
            cents = self._whole(action.cents, lanes)
            whole = Move(action.source, action.destination, cents, action.rule)
            where = cents != 0
            wanted = moves.needs_approval(self.plan, action.rule, cents) & where
            self._make(state, whole, where & ~wanted, week, day, approved=False)
            if wanted.any():
                self.chores["reviews"] += wanted
                lag = self.plan.whole("review.lag")
                if lag:
                    self.waiting.append(Waiting(whole, wanted, week + lag))
                    self._say(state, "request_approval", wanted, rule=action.rule, cents=cents)
                else:
                    self._make(state, whole, wanted, week, day, approved=True)
        elif isinstance(action, Freeze):
            self._freeze(state, self._whole(action.until, lanes),
                         self._whole(action.where, lanes, bool), week)
        elif isinstance(action, Unfreeze):
            where = self._whole(action.where, lanes, bool) & (self.frozen_until > week)
            self.frozen_until = np.where(where, week, self.frozen_until)
            self._say(state, "unfreeze", where)
        elif isinstance(action, Release):
            total = self._whole(action.total, lanes)
            asked = np.zeros(len(total), bool)
            asked[lanes] = total[lanes] != state.books.balances.released_total[lanes]
            made = state.books.release(total, asked)
            self.rejected += asked & ~made
        elif isinstance(action, DailyCap):
            cents = self._whole(action.cents, lanes)
            good = np.zeros(len(cents), bool)
            good[lanes] = cents[lanes] >= 0
            self.caps_asked[action.bucket] = np.where(good, cents, self.caps_asked[action.bucket])
            asked = np.zeros(len(cents), bool)
            asked[lanes] = True
            self.rejected += asked & ~good

    def _freeze(self, state, until: np.ndarray, where: np.ndarray, week: int) -> None:
        longest = week + self.plan.whole("gate.longest_freeze")
        # A freeze that is on or ended just now is a person's to prolong, not a rule's.
        good = where & (until <= longest) & (until > week) & (self.frozen_until < week)
        self.rejected += where & ~good
        self.frozen_until = np.where(good, until, self.frozen_until)
        self.chores["rule_actions"] += good
        self._say(state, "freeze", good, until=until)
        self._say(state, "rejected", where & ~good, asked="freeze", until=until)

    def _make(self, state, move: Move, where: np.ndarray, week: int, day: int,
              approved: bool) -> None:
        if not where.any():
            return
        today = 7 * (week - 1) + day
        made = state.books.move(move.source, move.destination, move.cents, move.rule, today,
                                today if approved else moves.NEVER, where)
        self.moved[move.source, move.destination] += np.where(made, move.cents, 0)
        self.rejected += where & ~made
        self.chores["rule_actions" if move.rule else "moves_by_hand"] += made

    def _whole(self, values, lanes: slice, kind=np.int64) -> np.ndarray:
        """A strategy's values in an array for all lanes, 0 or no elsewhere."""
        found = np.zeros(len(self.frozen_until), kind)
        found[lanes] = values
        return found

    def _say(self, state, kind: str, where: np.ndarray, **inputs) -> None:
        if state.books.recorder:
            state.books.recorder.say(kind, state.books.actors, where, inputs)
