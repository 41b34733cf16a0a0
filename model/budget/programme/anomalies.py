"""Weeks that are unlike the others, with the figures that say so; a person decides what they mean.

The measure is the robust z of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993):
0.6745 times the distance from the median over the median distance. A level is compared with the
plan's course and a rate with the other rates, both in proportion to the root of the week's size,
since few sessions vary more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.budget.money import dollars
from model.budget.plan.plan import ONE, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.forecast import course
from model.budget.programme.weeks import Signals
from model.counts import inside
from model.engine.projection import ratio
from model.tolerance import RELATIVE
from model.views.formats import signed

# With fewer weeks than this nothing is usual.
LEAST_RESIDUALS = 5
# 0.6745 of a normal distribution's deviation is its median distance from the middle; where more
# than half of the weeks are alike, the mean distance takes its place.
_MEDIAN_DISTANCE = 0.6745
_MEAN_DISTANCE = 0.7979


@dataclass(frozen=True)
class Anomaly:
    """A week that is unlike the others; at the median the series would stand at `usual`."""

    series: str
    week: int
    value: float
    usual: float
    z: float
    words: str


@dataclass(frozen=True)
class _Series:
    """Weekly values with what is usual in each week, and the size of the week.

    `unit` is sessions, requests or cents, or begins with "of" where the values are shares.
    """

    name: str
    label: str
    values: np.ndarray
    usual: np.ndarray
    size: np.ndarray
    unit: str


def anomalies(signals: Signals, plan: Plan) -> tuple[Anomaly, ...]:
    """Unusual weeks among the complete ones, in order."""
    line = plan["anomaly.robust_z"]
    weeks = [anomaly for series in _series(signals, plan) for anomaly in _unusual(series, line)]
    return tuple(sorted(weeks, key=lambda anomaly: (anomaly.week, anomaly.series)))


def robust_z(residuals: np.ndarray) -> np.ndarray:
    """Robust z of each residual, NaN where it is NaN; 0 where all are alike."""
    finite = residuals[np.isfinite(residuals)]
    if not finite.size:
        return np.full(residuals.shape, np.nan)
    away = residuals - np.median(finite)
    distances = np.abs(away[np.isfinite(away)])
    # Values that differ by rounding alone are alike.
    nothing = 1e-12 * max(1.0, float(np.abs(finite).max()))
    if (median := np.median(distances)) > nothing:
        return _MEDIAN_DISTANCE * away / median
    if (mean := np.mean(distances)) > nothing:
        return _MEAN_DISTANCE * away / mean
    return np.where(np.isfinite(residuals), 0.0, np.nan)


def _series(signals: Signals, plan: Plan) -> Iterable[_Series]:
    weeks, weights = slice(signals.complete), course(plan)
    sessions = weights[weeks, ONE]
    yield _level("booked", "sessions booked", signals.booked[weeks], sessions, "sessions")
    yield _level("requests", "requests", signals.requests[weeks].sum(axis=1), sessions, "requests")
    for at, bucket in enumerate(BUCKETS):
        spending = signals.spent[weeks, at].astype(float)
        # What is paid now and then has no usual week.
        if np.count_nonzero(spending) * 2 > len(spending):
            label = f"spending of {inside(plan.buckets[bucket].label)}"
            yield _level(f"spent {bucket}", label, spending, weights[weeks, at], "cents")
    bookings, cancellations = signals.booked, signals.cancellations
    yield _rate("utilization", "one-to-one utilization", signals.used_hours[weeks],
                signals.offered_hours[weeks], "of {:g} hours")
    yield _rate("cancellation_rate", "the cancellation rate", cancellations[weeks], bookings[weeks],
                "of {:g} sessions")
    yield _rate("no_show_rate", "the no-show rate", signals.no_shows[weeks],
                (bookings - cancellations)[weeks], "of {:g} sessions")


def _level(name: str, label: str, values: np.ndarray, weights: np.ndarray, unit: str) -> _Series:
    usual = weights * _median(ratio(values, weights))
    return _Series(name, label, values, usual, ratio(1, np.sqrt(weights)), unit)


def _rate(name: str, label: str, over: np.ndarray, under: np.ndarray, unit: str) -> _Series:
    values = ratio(over, under)
    usual = np.full(len(values), _median(values))
    return _Series(name, label, values, usual, np.sqrt(under), unit)


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else np.nan


def _unusual(series: _Series, line: float) -> Iterable[Anomaly]:
    residuals = (series.values - series.usual) * series.size
    if np.isfinite(residuals).sum() < LEAST_RESIDUALS:
        return
    for week, z in enumerate(robust_z(residuals)):
        if abs(z) > line * (1 + RELATIVE):
            value, usual = float(series.values[week]), float(series.usual[week])
            yield Anomaly(series.name, week + 1, value, usual, float(z),
                          _sentence(series, week, z, line))


def _sentence(series: _Series, week: int, z: float, line: float) -> str:
    value, usual = (_text(series, values[week]) for values in (series.values, series.usual))
    of = (" " + series.unit.format(series.size[week] ** 2) if series.unit.startswith("of") else "")
    return (f"Week {week + 1}: {series.label} stood at {value}{of}, where {usual} would be "
            f"usual; robust z {signed(f'{abs(z):.1f}', z)}, and {line:g} is the line.")


def _text(series: _Series, value: float) -> str:
    if series.unit == "cents":
        return dollars(round(value))
    return f"{value:.1%}" if series.unit.startswith("of") else f"{value:,.0f}"
