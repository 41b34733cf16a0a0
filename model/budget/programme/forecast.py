"""What will be spent by the end of the plan, how sure that is, and how such forecasts have done.

The rate of the last weeks goes on, along the plan's own course: one-to-one and group money follow
the offered hours, other money is spread evenly. The interval rests on the errors that the same
method would have made one week ahead, from every week so far (rolling origin); that a rate taken
from few weeks is itself uncertain is in it, and so is Student's t for few origins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.budget.plan.plan import GRP, ONE, Plan
from model.budget.programme.weeks import Signals

ALL = "all"
# The rate is that of so many weeks, or of as many as there are, but at least of two.
WINDOW = 4
LEAST_WEEKS = 2
LEAST_ORIGINS = 3


@dataclass(frozen=True)
class Forecast:
    """Spending of one bucket, or of all, at the end of the plan. [cents]

    planned        what the bucket has; spent and committed at the end of the last complete week
    expected       None where `reason` says why there is no forecast
    low, high      ends of the interval; None where `unsure` says why there is none
    coverage       how often such an interval should hold the outcome
    error          sum of the errors one week ahead over what was spent in those weeks; `origins`
                   says from how many weeks; None where there is none, or nothing was spent
    path, path_low, path_high
                   (week,) spending up to the end of each week; what was, and then what is expected
    exhausted      number, from 1, of the week in which what is planned runs out; None for never
    """

    bucket: str
    planned: int
    spent: int
    committed: int
    expected: float | None
    low: float | None
    high: float | None
    coverage: float
    error: float | None
    origins: int
    path: np.ndarray
    path_low: np.ndarray
    path_high: np.ndarray
    exhausted: int | None
    reason: str | None = None
    unsure: str | None = None


def remaining(seen: np.ndarray, course: np.ndarray) -> np.ndarray:
    """What the weeks still to come will bring if the rate of the last weeks goes on.

    `seen` has shape (complete weeks, *replications), `course` says how much of the whole a week
    usually brings, (weeks,) or (weeks, *replications). Gives (weeks left, *replications), NaN
    where no rate can be told: after fewer than LEAST_WEEKS weeks, or where the course is 0.
    """
    complete = len(seen)
    window = slice(max(0, complete - WINDOW), complete)
    course = course.reshape(course.shape + (1,) * (seen.ndim - course.ndim))
    share = course[window].sum(axis=0)
    if complete < LEAST_WEEKS:
        share = np.zeros_like(share)
    return course[complete:] * ratio(seen[window].sum(axis=0), share)


def course(plan: Plan) -> np.ndarray:
    """Share of each bucket's money that the plan uses in each week, (week, bucket)."""
    found = np.full((plan.weeks, len(plan.buckets)), 1 / plan.weeks)
    found[:, [ONE, GRP]] = plan.profile[:, None]
    return found


def spending_forecast(seen: Signals, plan: Plan,
                      planned: np.ndarray | None = None) -> tuple[Forecast, ...]:
    """The forecast of every bucket, and last that of all together.

    `planned` is what the buckets have by now, (bucket,) in cents; the plan's opening unless given.
    """
    planned = plan.opening if planned is None else np.asarray(planned)
    spent = seen.spent[:seen.complete]
    committed = seen.committed[seen.complete - 1] if seen.complete else np.zeros_like(planned)
    ahead = _Ahead(spent.astype(float), course(plan), plan["forecasting.interval"])
    names = (*plan.buckets, ALL)
    groups = [[bucket] for bucket in range(len(planned))] + [list(range(len(planned)))]
    return tuple(ahead.forecast(name, group, int(planned[group].sum()),
                                int(committed[group].sum()))
                 for name, group in zip(names, groups, strict=True))


class _Ahead:
    """Spending of all buckets so far, (complete weeks, bucket), and what follows from it."""

    def __init__(self, spent: np.ndarray, course: np.ndarray, coverage: float) -> None:
        self.spent, self.course, self.coverage = spent, course, coverage
        self.complete, self.weeks = len(spent), len(course)
        self.left = self.weeks - self.complete
        self.ahead = remaining(spent, course)
        self.origins = range(LEAST_WEEKS, self.complete)
        self.errors, self.scaled = self._back_test()

    def _back_test(self) -> tuple[np.ndarray, np.ndarray]:
        """Errors of what the next week brings, (origin, bucket), and the same as shares of the
        course, each scaled to the noise of a single week."""
        errors, scaled = [], []
        for origin in self.origins:
            told, due = remaining(self.spent[:origin], self.course)[0], self.course[origin]
            errors.append(self.spent[origin] - told)
            usual = due * np.sqrt(1 + self._doubt(origin))
            scaled.append(ratio(errors[-1], usual))
        shape = (-1, self.course.shape[1])
        return np.reshape(errors, shape), np.reshape(scaled, shape)

    def _doubt(self, complete: int) -> np.ndarray:
        """Variance of a rate from the last weeks, in units of the variance of one week."""
        window = self.course[max(0, complete - WINDOW):complete]
        return ratio((window ** 2).sum(axis=0), window.sum(axis=0) ** 2)

    def forecast(self, name: str, group: list[int], planned: int, committed: int) -> Forecast:
        spent = self.spent[:, group].sum(axis=1)
        ahead = self.ahead[:, group].sum(axis=1)
        path = np.concatenate([spent, ahead]).cumsum()
        reason = self._no_rate(ahead)
        spread = self._spread(group)
        unsure = reason or self._unsure(spent, spread)
        reach = np.concatenate([np.zeros(self.complete), spread])
        if unsure:
            reach[self.complete:] = np.nan
        done = float(spent.sum())
        low, high = np.maximum(path - reach, np.minimum(path, done)), path + reach
        error, origins = _error(spent, self.errors[:, group])
        over = np.flatnonzero(path > planned * (1 + 1e-9))
        return Forecast(
            name, planned, int(done), committed, None if reason else float(path[-1]),
            None if unsure else float(low[-1]), None if unsure else float(high[-1]),
            self.coverage, error, origins, path, low, high,
            int(over[0]) + 1 if over.size else None, reason, unsure)

    def _no_rate(self, ahead: np.ndarray) -> str | None:
        """Why there is no forecast."""
        if self.left == 0 or np.isfinite(ahead).all():
            return None
        if self.complete < LEAST_WEEKS:
            return f"a forecast needs {LEAST_WEEKS} complete weeks, and there are {self.complete}"
        return "the plan offers no hours in the last weeks, so they tell no rate"

    def _unsure(self, spent: np.ndarray, spread: np.ndarray) -> str | None:
        """Why there is no interval."""
        if self.left == 0:
            return None
        if len(self.origins) < LEAST_ORIGINS:
            return (f"an interval needs forecasts from {LEAST_ORIGINS} earlier weeks to compare "
                    f"with what came, and there are {len(self.origins)}")
        if not spent.any():
            return "nothing has been spent, so nothing is known of how it varies"
        return None if np.isfinite(spread).all() else "the plan offers no hours in earlier weeks"

    def _spread(self, group: list[int]) -> np.ndarray:
        """Half the width of the interval at the end of each week to come, (weeks left,)."""
        if len(self.origins) < LEAST_ORIGINS or not self.left:
            return np.full(self.left, np.nan)
        noise = np.nan_to_num(self.scaled[:, group])
        shared = noise.T @ noise / len(noise)
        weeks = self.course[self.complete:, group]
        together, doubt = weeks.cumsum(axis=0), np.sqrt(self._doubt(self.complete)[group])
        own = np.cumsum(np.einsum("wb,bc,wc->w", weeks, shared, weeks))
        rate = np.einsum("wb,bc,wc->w", together * doubt, shared, together * doubt)
        return students_t(self.coverage, len(noise)) * np.sqrt(own + rate)


def _error(spent: np.ndarray, errors: np.ndarray) -> tuple[float | None, int]:
    """Sum of the absolute errors over what was spent in the weeks forecast, and the origins."""
    errors = errors.sum(axis=1)
    known = np.isfinite(errors)
    whole = np.sum(spent[LEAST_WEEKS:LEAST_WEEKS + len(errors)][known]) if known.any() else 0
    return (float(np.abs(errors[known]).sum() / whole) if whole else None), int(known.sum())


def students_t(coverage: float, freedom: int) -> float:
    """The t beyond which Student's distribution leaves 1 − coverage on both sides together.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    coverage = min(max(coverage, 0.0), 0.999)
    low, high = 0.0, 1.0
    while _within(high, freedom) < coverage:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < coverage else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between −t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, odd = math.cos(angle), freedom % 2
    term, series = (cosine if odd else 1.0), 0.0
    for step in range(2 + odd, freedom + 1, 2):
        series += term
        term *= cosine ** 2 * (step - 1) / step
    inside = math.sin(angle) * series
    return (angle + inside) * 2 / math.pi if odd else inside
