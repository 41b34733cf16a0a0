"""What will be spent by the end of the plan, how sure that is, and how such forecasts have done.

The rate of the last weeks goes on, along the plan's own course: one-to-one and group money follow
the offered hours, other money is spread evenly. The interval rests on the errors that the same
method would have made one week ahead, from every week so far (rolling origin); that a rate taken
from few weeks is itself uncertain is in it, and so is Student's t for few origins.

Weeks that are unlike the others, with the figures that say so; a person decides what they mean.

The measure is the robust z of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993): the
distance from the median over the median distance, 0.6745 times. A level is compared with the
plan's course and a rate with the other rates, both in proportion to the root of the week's size,
since few sessions vary more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.budget import money
from model.budget.plan.plan import GRP, ONE, Plan
from model.budget.programme.weeks import Signals
from model.views.formats import MINUS

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


# With fewer weeks than this nothing is usual.
LEAST_RESIDUALS = 5
# 0.6745 of a normal distribution's deviation is its median distance from the middle; where more
# than half of the weeks are alike, the mean distance takes its place.
_MEDIAN_DISTANCE = 0.6745
_MEAN_DISTANCE = 0.7979


@dataclass(frozen=True)
class Anomaly:
    """A week that is unlike the others. `usual` is what the week would be at the median."""

    series: str
    week: int
    observed: float
    usual: float
    z: float
    words: str


@dataclass(frozen=True)
class _Series:
    """Weekly values, what is usual of them, the size of each week, and how one is said."""

    name: str
    label: str
    values: np.ndarray
    usual: np.ndarray
    size: np.ndarray
    unit: str


def anomalies(seen: Signals, plan: Plan) -> tuple[Anomaly, ...]:
    """Unusual weeks among the complete ones, by week: bookings, requests, spending by bucket,
    utilization, cancellations and no-shows."""
    line = plan["anomaly.robust_z"]
    found = [anomaly for series in _series(seen, plan) for anomaly in _unusual(series, line)]
    return tuple(sorted(found, key=lambda anomaly: (anomaly.week, anomaly.series)))


def robust_z(residuals: np.ndarray) -> np.ndarray:
    """Robust z of each residual, NaN where it is NaN; 0 where all are alike."""
    known = residuals[np.isfinite(residuals)]
    if not known.size:
        return np.full(residuals.shape, np.nan)
    away = residuals - np.median(known)
    distances = np.abs(away[np.isfinite(away)])
    # Values that differ by rounding alone are alike.
    nothing = 1e-12 * max(1.0, float(np.abs(known).max()))
    if (median := np.median(distances)) > nothing:
        return _MEDIAN_DISTANCE * away / median
    if (mean := np.mean(distances)) > nothing:
        return _MEAN_DISTANCE * away / mean
    return np.where(np.isfinite(residuals), 0.0, np.nan)


def _series(seen: Signals, plan: Plan) -> Iterable[_Series]:
    weeks, weights = slice(seen.complete), course(plan)
    sessions = weights[weeks, ONE]
    yield _level("booked", "sessions booked", seen.booked[weeks], sessions, "sessions")
    yield _level("requests", "requests", seen.requests[weeks].sum(axis=1), sessions, "requests")
    for at, bucket in enumerate(seen.buckets):
        spent = seen.spent[weeks, at].astype(float)
        # What is paid now and then has no usual week.
        if np.count_nonzero(spent) * 2 > len(spent):
            yield _level(f"spent {bucket}", f"spending of {bucket}", spent, weights[weeks, at],
                         "cents")
    canceled = seen.canceled
    yield _rate("utilization", "one-to-one utilization", seen.used_hours[weeks],
                seen.offered_hours[weeks], "of {:g} hours")
    yield _rate("cancellation_rate", "the cancellation rate", canceled[weeks], seen.booked[weeks],
                "of {:g} sessions")
    yield _rate("no_show_rate", "the no-show rate", seen.no_shows[weeks],
                (seen.booked - canceled)[weeks], "of {:g} sessions")


def _level(name: str, label: str, values: np.ndarray, weights: np.ndarray, unit: str) -> _Series:
    usual = weights * _median(ratio(values, weights))
    return _Series(name, label, values, usual, ratio(1, np.sqrt(weights)), unit)


def _rate(name: str, label: str, over: np.ndarray, under: np.ndarray, unit: str) -> _Series:
    values = ratio(over, under)
    usual = np.full(len(values), _median(values))
    return _Series(name, label, values, usual, np.sqrt(under), unit)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else np.nan


def _unusual(series: _Series, line: float) -> Iterable[Anomaly]:
    residuals = (series.values - series.usual) * series.size
    if np.isfinite(residuals).sum() < LEAST_RESIDUALS:
        return
    for week, z in enumerate(robust_z(residuals)):
        if abs(z) > line * (1 + 1e-9):
            observed, usual = float(series.values[week]), float(series.usual[week])
            yield Anomaly(series.name, week + 1, observed, usual, float(z),
                          _words(series, week, z, line))


def _words(series: _Series, week: int, z: float, line: float) -> str:
    observed, usual = (_said(series, values[week]) for values in (series.values, series.usual))
    sign = MINUS if z < 0 else ""
    of = (" " + series.unit.format(series.size[week] ** 2)
          if series.unit.startswith("of") else "")
    return (f"Week {week + 1}: {series.label} stood at {observed}{of}, where {usual} would be "
            f"usual; robust z {sign}{abs(z):.1f}, and {line:g} is the line.")


def _said(series: _Series, value: float) -> str:
    if series.unit == "cents":
        return money.shown(round(value))
    return f"{value:.1%}" if series.unit.startswith("of") else f"{value:,.0f}"
