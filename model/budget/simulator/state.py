"""What a simulated quarter leaves behind: counts by week, and what became of every learner.

The money of many replications at once: CORE's postings, and a log of some of the replications.

A lane is one replication under one strategy. Postings of a day are made in sums by bucket; what a
strategy asks for goes through the same rules as a person's move, refused lane by lane.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts import moves, posting
from model.budget.accounts.balances import REASONS, Balances, Posted
from model.budget.accounts.ledger import OPENED, REJECTED, cells, touched
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.day import REFUSALS
from model.budget.simulator.world import QUARTERS, World
from model.budget.steering.rules import Readings

NOT_STARTED, ACTIVE, COMPLETED, DROPPED, EXITED = range(5)
# What people do, counted by lane; the minutes of each are in the params.
CHORES = ("moves_by_hand", "rule_actions", "reviews")


@dataclass
class Weeks:
    """Counts by week and lane, arrays (week, …, lane), filled as the quarter goes on.

    Sessions count to the week in which they were due, requests to that in which they were made.
    `used` and `offered` are quarters of an hour.
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
    taken: np.ndarray
    workshops: np.ndarray
    refused: np.ndarray
    spent: np.ndarray
    cohort_used: np.ndarray
    cohort_active: np.ndarray
    cohort_enrolled: np.ndarray
    cohort_completed: np.ndarray
    on_track: np.ndarray

    @classmethod
    def empty(cls, weeks: int, cohorts: int, lanes: int) -> Weeks:
        count, cohort = (weeks, lanes), (weeks, cohorts, lanes)
        bucket = (weeks, len(BUCKETS), lanes)
        shapes = {"requests": bucket, "unmet": bucket, "taken": bucket, "spent": bucket,
                  "refused": (weeks, len(REFUSALS), lanes), "cohort_used": cohort,
                  "cohort_active": cohort, "cohort_enrolled": cohort, "cohort_completed": cohort,
                  "on_track": cohort}
        made = {name: np.zeros(shapes.get(name, count), np.int64)
                for name in cls.__dataclass_fields__ if name != "on_track"}
        return cls(**made, on_track=np.full(cohort, np.nan))

    def readings(self, world: World, week: int, lanes: slice) -> Readings:
        """What rules read at the end of a week, of some lanes; NaN in the weeks to come."""
        over = np.arange(len(self.booked)) < week

        def known(values: np.ndarray) -> np.ndarray:
            found = values[..., lanes].astype(float)
            found[~over] = np.nan
            return found

        offered, active = known(self.offered), known(self.cohort_active)
        everybody = active.sum(axis=1, keepdims=True)
        shared = offered[:, None] * ratio(active, everybody)
        completed = known(self.cohort_completed)
        enrolled = known(self.cohort_enrolled)
        ended = np.arange(1, len(over) + 1) >= world.plan.whole("cohorts.end_week")
        track = np.where(ended[:, None, None], ratio(completed, enrolled),
                         known(self.on_track))
        spent = np.cumsum(self.spent[..., lanes].sum(axis=1), axis=0) / 100
        return Readings(
            utilization=ratio(known(self.used), offered), booked=known(self.booked),
            canceled_by_mentor=known(self.by_mentor), canceled_by_learner=known(self.by_learner),
            cohort_start=np.array(world.plan.values["cohorts.start_weeks"], int),
            cohort_utilization=ratio(known(self.cohort_used), shared), cohort_active=active,
            cohort_size=enrolled, on_track=track,
            cost_per_completion=ratio(spent, completed.sum(axis=1)))


@dataclass(frozen=True)
class Quarter:
    """A quarter that is over, for the lanes of one strategy.

    status, ended, progress, requirement, equity, exists, start   (learner, replication); `ended`
    is the week in which a learner completed or left, 0 for never
    asked, served  (learner, replication) requests, and those that were met
    chores         by kind, (replication,)
    moved          (source, destination, replication) cents
    rejected       (replication,) actions that were refused
    broken         (replication,) whether an equity learner was refused for money while the reserve
                   held a price
    """

    strategy: str
    world: World = field(repr=False)
    balances: Balances = field(repr=False)
    weeks: Weeks = field(repr=False)
    status: np.ndarray = field(repr=False)
    ended: np.ndarray = field(repr=False)
    progress: np.ndarray = field(repr=False)
    requirement: np.ndarray = field(repr=False)
    equity: np.ndarray = field(repr=False)
    exists: np.ndarray = field(repr=False)
    asked: np.ndarray = field(repr=False)
    served: np.ndarray = field(repr=False)
    chores: dict[str, np.ndarray] = field(repr=False)
    moved: np.ndarray = field(repr=False)
    rejected: np.ndarray = field(repr=False)
    broken: np.ndarray = field(repr=False)

    @property
    def completions(self) -> np.ndarray:
        return (self.status == COMPLETED).sum(axis=0)

    @property
    def offered_hours(self) -> np.ndarray:
        return self.weeks.offered.sum(axis=0) / QUARTERS


@dataclass
class Recorder:
    """Entries for the logs of some lanes, as `Log.append_all` takes them."""

    plan: Plan
    lanes: Sequence[int]
    entries: dict[int, list[dict]] = field(default_factory=dict)
    time: str = ""

    def open(self, balances: Balances) -> None:
        """Begin the logs with the balances at the opening."""
        self.at(0)
        for lane in self.lanes:
            self._add(lane, OPENED, "simulator", "", {"scenario": self.plan.scenario}, {},
                      cells(balances, (lane,)))

    def at(self, day: int) -> None:
        """Date what follows by a day of the plan."""
        self.time = (self.plan.start + timedelta(days=day)).isoformat()

    def note(self, kind: str, actor: Sequence[str], rule: str, before: Balances, posted: Posted,
             inputs: dict) -> None:
        """Log a posting in the lanes in which it was made or refused."""
        for lane in self.lanes:
            said = {name: _lane(value, lane) for name, value in inputs.items()}
            if _lane(posted.accepted, lane):
                self._add(lane, kind, actor[lane], rule, said,
                          *touched(before, posted.balances, (lane,)))
            elif reason := _lane(posted.reason, lane):
                self._add(lane, REJECTED, actor[lane], rule,
                          {"asked": kind, **said, "why": REASONS[reason]}, {}, {})

    def say(self, kind: str, actor: Sequence[str], where: np.ndarray, inputs: dict) -> None:
        """Log what changes no money."""
        for lane in self.lanes:
            if where[lane]:
                said = {name: _lane(value, lane) for name, value in inputs.items()}
                self._add(lane, kind, actor[lane], "", said, {}, {})

    def _add(self, lane, kind, actor, rule, inputs, before, after) -> None:
        self.entries.setdefault(lane, []).append({
            "kind": kind, "time": self.time, "actor": actor, "rule": rule, "inputs": inputs,
            "before": before, "after": after})


def _lane(value, lane: int):
    if isinstance(value, np.ndarray):
        value = value[lane] if value.ndim else value[()]
    return value.item() if isinstance(value, np.generic) else value


@dataclass
class Books:
    """The balances of all lanes as they are now, and who acts in each lane."""

    plan: Plan
    balances: Balances
    actors: Sequence[str]
    recorder: Recorder | None = None

    def spend(self, bucket: int, cents, equity: bool = False) -> None:
        """Spend sums that are known to be there."""
        self._must("spend", posting.spend(self.balances, bucket, cents, equity, cents > 0), cents,
                   bucket=BUCKETS[bucket], cents=cents, equity=equity)

    def commit(self, bucket: int, cents, equity: bool) -> None:
        """Commit sums that are known to be there."""
        self._must("commit", posting.commit(self.balances, bucket, cents, equity, cents > 0),
                   cents, bucket=BUCKETS[bucket], cents=cents, equity=equity)

    def settle(self, bucket: int, committed, charge, equity: bool) -> None:
        """End commitments with a charge."""
        where = committed > 0
        posted = posting.settle(self.balances, bucket, committed, charge, equity, where)
        self._must("settle", posted, committed, bucket=BUCKETS[bucket], cents=committed,
                   charge=charge, equity=equity)

    def open_equity(self) -> None:
        """Open the equity reserve to all learners."""
        posted = posting.open_equity(self.balances)
        self._note("open_equity", posted, "R20", {})

    def close(self) -> None:
        """End the quarter."""
        self._note("close", posting.close(self.balances), "", {})

    def release(self, cents: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Raise what may be spent so far; where that was done."""
        posted = posting.set_released(self.balances, cents, where)
        self._note("set_released", posted, "", {"cents": cents})
        return posted.accepted

    def move(self, source: int, destination: int, cents: np.ndarray, rule: str, day: int,
             approved: int, where: np.ndarray) -> np.ndarray:
        """Make a move where the plan allows it; where it was made."""
        posted = moves.make(self.plan, self.balances, source, destination, cents, rule=rule,
                            approved=approved, day=day, explained=True, where=where)
        self._note("move", posted, rule, {
            "source": BUCKETS[source], "destination": BUCKETS[destination], "cents": cents,
            "approved": approved})
        return posted.accepted

    def _must(self, kind: str, posted: Posted, amount, **inputs) -> None:
        """Sums that a day's requests and resolutions make up are always there; else the simulator
        is wrong."""
        if not posted.accepted[np.broadcast_to(amount, posted.accepted.shape) > 0].all():
            why = sorted({REASONS[int(code)] for code in np.unique(posted.reason) if code})
            raise AssertionError(f"{kind} of {inputs['bucket']}: {'; '.join(why)}")
        self._note(kind, posted, "", inputs)

    def _note(self, kind: str, posted: Posted, rule: str, inputs: dict) -> None:
        if self.recorder:
            self.recorder.note(kind, self.actors, rule, self.balances, posted, inputs)
        self.balances = posted.balances
