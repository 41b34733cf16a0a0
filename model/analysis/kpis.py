"""The KPIs of the sources by calendar year and by month, held against targets and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.companies.profiles import TESTS, Benchmark, Goal, profile
from model.engine.figures import MONTH, YEAR, figures
from model.engine.projection import Projection
from model.tolerance import RELATIVE

# What only a running company can know; the plan says nothing about it.
NEEDS_ACTUALS = "not modeled; needs actuals"
# What was observed of a KPI by month, (month,), by its name; NaN where nothing was.
Observed = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Kpi:
    """A KPI in one period. `value` is None where it is undefined, and `reason` says why.

    status    met, missed, watch (missed, but not by much), no target, or undefined
    band      where the value lies among the bands of the goal's benchmark
    """

    name: str
    goal: Goal
    target: float | None
    value: float | None
    status: str
    reason: str | None
    band: str | None = None

    def as_dict(self) -> dict:
        return {"value": self.value, "unit": self.goal.unit, "target": self.target,
                "status": self.status, "reason": self.reason}


def kpi_values(projection: Projection, name: str) -> np.ndarray:
    """One KPI of every scenario, (scenario, year); NaN is undefined."""
    return _planned(projection, name, YEAR)


def kpi_months(projection: Projection, name: str, observed: Observed | None = None) -> np.ndarray:
    """One KPI of every scenario, (scenario, month); NaN is undefined. What was observed stands in
    place of what is planned."""
    planned = _planned(projection, name, MONTH)
    if not observed or name not in observed:
        return planned
    return np.where(np.isfinite(observed[name]), observed[name], planned)


def _planned(projection: Projection, name: str, months: int) -> np.ndarray:
    """A KPI's value in periods of so many months; NaN where no text gives it."""
    found = figures(projection)
    if name in found.texts.kpis:
        return found.kpi(name, months)
    return np.full((projection.scenarios, len(projection.months) // months), np.nan)


def kpis(projection: Projection, scenario: int = 0,
         observed: Observed | None = None) -> dict[str, dict[int, Kpi]]:
    """Every KPI of the company by name and year.

    Of a KPI that the plan does not model, a year shows the last of its months that was observed;
    the others are those of the projection.
    """
    found = {}
    for name, goal in profile(projection.assumptions.company).kpis.items():
        values = kpi_values(projection, name)[scenario]
        if observed and name in observed and not goal.modeled:
            values = _last_of_year(observed[name])
        targets = [goal.target_in(year) for year in projection.years]
        if goal.moving:
            targets = figures(projection).kpi(goal.moving, YEAR)[scenario]
        found[name] = {year: judged(name, goal, target, value) for year, target, value
                       in zip(projection.years, targets, values, strict=True)}
    return found


def kpis_by_month(projection: Projection, scenario: int = 0,
                  observed: Observed | None = None) -> dict[str, dict[str, Kpi]]:
    """Every KPI of the company by name and month (YYYY-MM)."""
    found = {}
    for name, goal in profile(projection.assumptions.company).kpis.items():
        values = kpi_months(projection, name, observed)[scenario]
        targets = [goal.target_in(int(month[:4])) for month in projection.months]
        if goal.moving:
            targets = figures(projection).kpi(goal.moving, MONTH)[scenario]
        found[name] = {month: judged(name, goal, target, value) for month, target, value
                       in zip(projection.months, targets, values, strict=True)}
    return found


def _last_of_year(values: np.ndarray) -> list[float]:
    years = np.asarray(values, float).reshape(-1, 12)
    return [year[np.isfinite(year)][-1] if np.isfinite(year).any() else np.nan for year in years]


def judged(name: str, goal: Goal, target: float | None, value: float) -> Kpi:
    """A value of a KPI against its target; NaN is undefined."""
    target = None if target is None else float(target)
    if np.isnan(value):
        return Kpi(name, goal, target, None, "undefined", goal.undefined or NEEDS_ACTUALS)
    value, band = float(value), band_of(goal.benchmark, float(value))
    if target is None:
        status = "no target"
    elif met(value, target, goal.test):
        status = "met"
    elif goal.watch is not None and met(value, goal.watch, goal.watch_test):
        status = "watch"
    else:
        status = "missed"
    return Kpi(name, goal, target, value, status, None, band)


def band_of(benchmark: Benchmark | None, value: float) -> str | None:
    """The first band of a benchmark that fits a value."""
    if benchmark is None:
        return None
    return next((band.label for band in benchmark.bands
                 if band.test is None or met(value, band.bound, band.test)), None)


def on_target(value: float, target: float) -> bool:
    """Whether a value counts as equal to a target."""
    return abs(value - target) <= RELATIVE * max(1.0, abs(target))


def met(value: float, target: float, test: str) -> bool:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    criterion = TESTS[test]
    if on_target(value, target):
        return criterion.bound
    return value > target if criterion.above else value < target
