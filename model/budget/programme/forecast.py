"""Spending to the end of the plan: the forecast, its interval, and its errors so far.

One-to-one and group money goes on at the rate per active learner of the last weeks, sessions being
booked a week ahead; learners still to come are those of the plan, and who is there runs off as the
plan's offered hours do. The next week brings of what is committed what the last weeks brought of
theirs. Other money is spread evenly. No bucket spends more than it has, approved moves included.
On simulated quarters of the shipped plans that misses 27 to 68% of what the rate along the plan's
offered hours missed, which rule R18 still reads (`shortage`).

The interval rests on the errors that the same method would have made one week ahead, from every
week so far (rolling origin). It allows for a rate taken from few weeks, and by Student's t for few
origins. Where it is known how far such forecasts missed the end of simulated quarters (`misses`),
the interval reaches as far at least: a programme's own weeks tell nothing of what bends later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.budget.plan.plan import GRP, ONE, Plan
from model.budget.programme.misses import Misses
from model.budget.programme.weeks import Signals
from model.engine.projection import ratio
from model.tolerance import RELATIVE

ALL = "all"
# The rate is that of the last four weeks, or of all where there are fewer, but at least of two.
WINDOW = 4
LEAST_WEEKS = 2
LEAST_ORIGINS = 3


@dataclass(frozen=True)
class Forecast:
    """Spending of one bucket, or of all, at the end of the plan. [cents]

    `demand` is what would be spent if there were no end of money, `expected` no more than there is;
    `expected` is None where `reason` says why there is no forecast, `low` and `high` where `unsure`
    says why there is no interval; `coverage` is how often one should hold the outcome. `error` is
    that of forecasts one week ahead from `origins` weeks, over what was spent; None where nothing
    was. Paths, (week,), are spending to each week's end; `runs_out` is the week, from 1, in which
    what is planned does.
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
    runs_out: int | None
    reason: str | None = None
    unsure: str | None = None
    demand: float | None = None


def outlook(past: np.ndarray, course: np.ndarray) -> np.ndarray:
    """What the weeks still to come will bring if the rate of the last weeks goes on.

    `past` has shape (complete weeks, *replications). `course` says how much of the whole a week
    usually brings, (weeks,) or (weeks, *replications). Gives (weeks left, *replications), NaN
    where there is no rate: after fewer than LEAST_WEEKS weeks, or where the course is 0.
    """
    complete = len(past)
    window = slice(max(0, complete - WINDOW), complete)
    course = course.reshape(course.shape + (1,) * (past.ndim - course.ndim))
    share = course[window].sum(axis=0)
    if complete < LEAST_WEEKS:
        share = np.zeros_like(share)
    return course[complete:] * ratio(past[window].sum(axis=0), share)


def course(plan: Plan) -> np.ndarray:
    """Share of each bucket's money that the plan uses in each week, (week, bucket)."""
    shares = np.full((plan.weeks, len(plan.buckets)), 1 / plan.weeks)
    shares[:, [ONE, GRP]] = plan.profile[:, None]
    return shares


def learners_course(plan: Plan, active: np.ndarray, enrolled: np.ndarray) -> np.ndarray:
    """By how many active learners a week's sessions were booked, and will be. Shape (weeks,
    *replications).

    `active` are those on the Monday of each complete week, (complete weeks, *replications),
    `enrolled` those who have come by its end, (*replications). As many as until now, of those whom
    the plan expected by then, come with its later cohorts; with nobody to come they run off as its
    offered hours do, which stand for all where no learner was there in the last weeks.
    """
    complete, hours = len(active), plan.profile
    index = np.zeros((plan.weeks, *active.shape[1:]))
    index[1:complete] = active[:max(0, complete - 1)]
    starts = [int(week) for week in plan.values["cohorts.start_weeks"]]
    learners = plan.whole("cohorts.learners")
    expected = learners * sum(start <= complete for start in starts)
    each = learners * (enrolled / expected if expected else 1.0)
    level = active[-1] if complete else index[0]
    for week in range(complete, plan.weeks):
        index[week] = level
        new = starts.count(week + 1) * each
        ends = week + 1 not in starts and week + 1 > max(starts) and hours[week - 1] > 0
        level = level * min(1.0, hours[week] / hours[week - 1]) if ends else level + new
    # With nobody there in the last weeks, their spending tells nothing by learner.
    known = index[max(0, complete - WINDOW):complete].any(axis=0)
    return np.where(known, index, hours.reshape(-1, *[1] * (index.ndim - 1)))


def without_bookings(index: np.ndarray, complete: int, frozen: Collection[int]) -> np.ndarray:
    """A course in which the weeks after those (from 1) without new bookings bring nothing; as it
    is where that would leave no week to take a rate from."""
    weeks = [week for week in frozen if 1 <= week < len(index)]
    bare = index.copy()
    bare[weeks] = 0
    return bare if bare[max(0, complete - WINDOW):complete].any() else index


def spending_forecast(signals: Signals, plan: Plan, planned: np.ndarray | None = None,
                      misses: Misses | None = None, frozen: Collection[int] = (),
                      spent: np.ndarray | None = None) -> tuple[Forecast, ...]:
    """The forecast of every bucket and of all, with what is `planned` by now, the weeks in which a
    freeze that was approved lets no one-to-one session be booked, and what is `spent` by now, of
    the week that is not complete too. [cents]"""
    complete = signals.complete
    index = learners_course(
        plan, np.nansum(signals.cohort_active[:complete], axis=1),
        np.nansum(signals.cohort_enrolled[max(0, complete - 1)], axis=0))
    shares = course(plan)
    for bucket, own in ((ONE, without_bookings(index, complete, frozen)), (GRP, index)):
        shares[:, bucket] = own / own.sum()
    planned = plan.opening if planned is None else np.asarray(planned)
    commitments = signals.committed[complete - 1] if complete else np.zeros_like(planned)
    ahead = _ahead(signals, plan, shares, misses, planned,
                   signals.committed[:complete].astype(float), spent)
    names = (*plan.buckets, ALL)
    groups = [[bucket] for bucket in range(len(planned))] + [list(range(len(planned)))]
    return tuple(ahead.forecast(name, group, int(planned[group].sum()),
                                int(commitments[group].sum()))
                 for name, group in zip(names, groups, strict=True))


def shortage(signals: Signals, plan: Plan, planned: np.ndarray) -> np.ndarray:
    """What each bucket will lack at the end even by the low forecast, as rule R18 reads it: along
    the plan's offered hours, whatever there is. Shape (bucket,), [cents]"""
    short = np.zeros(len(planned), np.int64)
    ahead = _ahead(signals, plan, course(plan))
    ends = ahead.paths[-1] if ahead.left else ahead.spent.sum(axis=0)
    # Most buckets lack nothing, and an interval takes time.
    for bucket in np.flatnonzero(ends > planned):
        each = ahead.forecast(tuple(plan.buckets)[bucket], [bucket], int(planned[bucket]), 0)
        if each.low is not None and each.low > each.planned:
            short[bucket] = max(0, round(each.expected) - each.planned)
    return short


def _ahead(signals: Signals, plan: Plan, shares: np.ndarray, *options) -> _Ahead:
    spending = signals.spent[:signals.complete].astype(float)
    return _Ahead(spending, shares, plan["forecasting.interval"], *options)


def with_commitments(ahead: np.ndarray, spent: np.ndarray, committed: np.ndarray) -> np.ndarray:
    """What the weeks to come will bring, (week, bucket, *replications), the next of them as much of
    what is committed now as the last weeks brought of what was committed before them; as it was
    where few of their sessions had been booked by then. `spent` and `committed` have shape
    (complete weeks, bucket, *replications). [cents]"""
    complete = len(spent)
    first = max(1, complete - WINDOW)
    if complete < LEAST_WEEKS or not len(ahead):
        return ahead
    before, came = committed[first - 1:complete - 1].sum(axis=0), spent[first:].sum(axis=0)
    known = (before > 0) & (2 * before >= came)
    later = ahead.copy()
    later[0] = np.where(known, committed[-1] * ratio(came, before), ahead[0])
    return later


def within(ahead: np.ndarray, spent: np.ndarray, planned: np.ndarray) -> np.ndarray:
    """Spending of each bucket up to the end of each week to come, (week, bucket, *replications), no
    more than is planned for it, unless more was spent before. [cents]"""
    return np.minimum(spent + ahead.cumsum(axis=0), np.where(spent > planned, np.inf, planned))


class _Ahead:
    """The forecast from the spending of all buckets so far, (complete weeks, bucket); `most` is
    what each may spend, None for no end, `committed` was so at the end of each week, and `least` is
    spent by now."""

    def __init__(self, spending: np.ndarray, course: np.ndarray, coverage: float,
                 misses: Misses | None = None, most: np.ndarray | None = None,
                 committed: np.ndarray | None = None, least: np.ndarray | None = None) -> None:
        self.spent, self.course, self.coverage, self.misses = spending, course, coverage, misses
        self.committed = committed
        self.complete, self.weeks = len(spending), len(course)
        self.left = self.weeks - self.complete
        self.ahead = self._outlook(self.complete)
        to_date = spending.sum(axis=0)
        self.paths = to_date + self.ahead.cumsum(axis=0) if most is None else \
            within(self.ahead, to_date, most)
        self.least = np.zeros(len(to_date)) if least is None else np.asarray(least, float)
        # A week that has begun may have spent more than the rate knows of.
        self.paths = np.maximum(self.paths, self.least)
        self.origins = range(LEAST_WEEKS, self.complete)
        self.errors, self.noise = self._back_test()

    def _outlook(self, complete: int) -> np.ndarray:
        """What the weeks after some would bring, (week, bucket)."""
        ahead = outlook(self.spent[:complete], self.course)
        return ahead if self.committed is None else with_commitments(
            ahead, self.spent[:complete], self.committed[:complete])

    def _back_test(self) -> tuple[np.ndarray, np.ndarray]:
        """Errors one week ahead, (origin, bucket), and their noise as shares of the course."""
        errors, shares = [], []
        for origin in self.origins:
            errors.append(self.spent[origin] - self._outlook(origin)[0])
            usual = self.course[origin] * np.sqrt(1 + self._doubt(origin))
            shares.append(ratio(errors[-1], usual))
        shape = (-1, self.course.shape[1])
        return np.reshape(errors, shape), np.reshape(shares, shape)

    def _doubt(self, complete: int) -> np.ndarray:
        """Variance of a rate from the last weeks, in units of the variance of one week."""
        window = self.course[max(0, complete - WINDOW):complete]
        return ratio((window ** 2).sum(axis=0), window.sum(axis=0) ** 2)

    def forecast(self, name: str, group: list[int], planned: int, committed: int) -> Forecast:
        spending = self.spent[:, group].sum(axis=1)
        ahead = self.ahead[:, group].sum(axis=1)
        demand = np.concatenate([spending, ahead]).cumsum()
        path = np.concatenate([spending.cumsum(), self.paths[:, group].sum(axis=1)])
        reason = self._no_rate(ahead)
        half_width = self._half_width(group)
        unsure = reason or self._unsure(spending, half_width)
        below = above = np.full(self.left, np.nan) if unsure else half_width
        if not reason and (known := self._of_quarters(name, group, planned)):
            (below, above), unsure = (np.fmax(side, each) for side, each in zip(
                (below, above), known, strict=True)), None
        below, above = (np.concatenate([np.zeros(self.complete), side]) for side in (below, above))
        to_date = float(spending.sum())
        least = max(to_date, float(self.least[group].sum()))
        low, high = np.maximum(path - below, np.minimum(path, least)), path + above
        error, origins = _error(spending, self.errors[:, group])
        if name == ALL and not np.array_equal(path, demand):
            high = np.minimum(high, np.maximum(planned, path))
        over = np.flatnonzero(demand > planned * (1 + RELATIVE))
        return Forecast(
            name, planned, int(to_date), committed, None if reason else float(path[-1]),
            None if unsure else float(low[-1]), None if unsure else float(high[-1]),
            self.coverage, error, origins, path, low, high,
            int(over[0]) + 1 if over.size else None, reason, unsure,
            None if reason else float(demand[-1]))

    def _no_rate(self, ahead: np.ndarray) -> str | None:
        if self.left == 0 or np.isfinite(ahead).all():
            return None
        if self.complete < LEAST_WEEKS:
            return f"a forecast needs {LEAST_WEEKS} complete weeks, and there are {self.complete}"
        return "the plan offers no hours in the last weeks, so they tell no rate"

    def _unsure(self, spending: np.ndarray, half_width: np.ndarray) -> str | None:
        if self.left == 0:
            return None
        if len(self.origins) < LEAST_ORIGINS:
            return (f"an interval needs forecasts from {LEAST_ORIGINS} earlier weeks to compare "
                    f"with what came, and there are {len(self.origins)}")
        if not spending.any():
            return "nothing has been spent, so nothing is known of how it varies"
        if not np.isfinite(half_width).all():
            return "the plan offers no hours in earlier weeks"
        return None

    def _of_quarters(self, name: str, group: list[int],
                     planned: int) -> tuple[np.ndarray, np.ndarray] | None:
        """How far below and above its path spending may come to lie at the end of each week to
        come, by what simulated quarters missed; it grows with the course."""
        known = self.misses and self.misses.of(name, self.complete, self.coverage)
        if not known or not self.left:
            return None
        part = self.course[self.complete:, group].sum(axis=1).cumsum()
        part = part / part[-1] if part[-1] > 0 else np.linspace(0, 1, self.left + 1)[1:]
        return known[0] * planned * part, known[1] * planned * part

    def _half_width(self, group: list[int]) -> np.ndarray:
        """Half the width of the interval at the end of each week to come, (weeks left,)."""
        if len(self.origins) < LEAST_ORIGINS or not self.left:
            return np.full(self.left, np.nan)
        noise = np.nan_to_num(self.noise[:, group])
        covariance = noise.T @ noise / len(noise)
        weeks = self.course[self.complete:, group]
        together, doubt = weeks.cumsum(axis=0), np.sqrt(self._doubt(self.complete)[group])
        own = np.cumsum(np.einsum("wb,bc,wc->w", weeks, covariance, weeks))
        rate = np.einsum("wb,bc,wc->w", together * doubt, covariance, together * doubt)
        return students_t(self.coverage, len(noise)) * np.sqrt(own + rate)


def _error(spending: np.ndarray, errors: np.ndarray) -> tuple[float | None, int]:
    """Sum of absolute errors over what was spent in their weeks, and how many those are."""
    errors = errors.sum(axis=1)
    finite = np.isfinite(errors)
    whole = np.sum(spending[LEAST_WEEKS:LEAST_WEEKS + len(errors)][finite])
    return (float(np.abs(errors[finite]).sum() / whole) if whole else None), int(finite.sum())


@lru_cache(maxsize=256)
def students_t(coverage: float, freedom: int) -> float:
    """The t beyond which Student's distribution leaves 1 − coverage on both sides together."""
    # SciPy takes longer to load than most commands take to run.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + min(max(coverage, 0.0), 0.999)) / 2))
