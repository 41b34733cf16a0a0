"""What a simulated quarter leaves behind: counts by week, and what became of every learner."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts.balances import Balances
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.requests import REFUSALS
from model.budget.simulator.world import QUARTERS, World
from model.budget.steering.readings import Readings

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
