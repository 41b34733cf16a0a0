"""Weeks that are unlike the others, with the figures that say so; a person decides what they mean.

The measure is the robust z of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993): the
distance from the median over the median distance, 0.6745 times. A level is compared with the
plan's course and a rate with the other rates, both in proportion to the root of the week's size,
since few sessions vary more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.budget import money
from model.budget.plan.plan import ONE, Plan
from model.budget.programme.forecast import course
from model.budget.programme.weeks import Signals
from model.views.formats import MINUS

# With fewer weeks than this nothing is usual.
LEAST_WEEKS = 5
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
    if np.isfinite(residuals).sum() < LEAST_WEEKS:
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
