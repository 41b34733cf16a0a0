"""The KPIs of the sources by year and by month, held against targets and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.companies.profiles import TESTS, Benchmark, Goal, profile
from model.counts import count
from model.engine.figures import MONTH, YEAR, figures
from model.engine.projection import Projection
from model.params.calendar import Calendar
from model.tolerance import near

# What only a running company can know; the plan says nothing about it.
NEEDS_ACTUALS = "not modeled; needs actuals"
NOT_JUDGED = "not judged"
# What was observed of a KPI by month, (month,), by its name; NaN where nothing was.
Observed = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Kpi:
    """A KPI in one period. `value` is None where it is undefined; `reason` says why it is, or why
    it is not judged.

    status    met, missed, watch (missed, but not by much), no target, undefined, or not judged
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


def kpi_values(projection: Projection, name: str, months: int = YEAR) -> np.ndarray:
    """One KPI of every scenario, (scenario, period of so many months); NaN is undefined."""
    model = figures(projection)
    if name in model.texts.kpis:
        return model.kpi(name, months)
    return np.full((projection.scenarios, projection.calendar.periods(months)), np.nan)


def kpi_months(projection: Projection, name: str, observed: Observed | None = None) -> np.ndarray:
    """One KPI of every scenario, (scenario, month), as observed or else as planned."""
    plan = kpi_values(projection, name, MONTH)
    if not observed or name not in observed:
        return plan
    return np.where(np.isfinite(observed[name]), observed[name], plan)


def kpis(projection: Projection, scenario: int = 0,
         observed: Observed | None = None) -> dict[str, dict[int, Kpi]]:
    """Every KPI of the company by name and year. Of a KPI that the plan does not model, a year
    shows the last of its months that was observed."""
    def values(name: str, goal: Goal) -> Sequence[float]:
        if observed and name in observed and not goal.modeled:
            return _last_of_year(observed[name], projection.calendar)
        return kpi_values(projection, name)[scenario]
    found = _by_period(projection, scenario, values, YEAR, projection.years)
    for _name, by_year in found.items():
        for year, kpi in by_year.items():
            if reason := not_judged(projection.calendar, kpi.goal, year):
                by_year[year] = replace(kpi, target=None, band=None, **(
                    {} if kpi.value is None or kpi.target is None else
                    {"status": NOT_JUDGED, "reason": reason}))
    return found


def not_judged(calendar: Calendar, goal: Goal, year: int) -> str:
    """Why no verdict on a KPI of a year can be given; empty where one can."""
    if not calendar.whole(year):
        months = count(calendar.months_in(year), "month")
        return f"the plan has {months} of this year, which are not judged like twelve"
    if isinstance(goal.target, Mapping) and not calendar.is_calendar_year(year):
        return "its target is one of calendar years"
    return ""


def kpis_by_month(projection: Projection,
                  observed: Observed | None = None) -> dict[str, dict[str, Kpi]]:
    """Every KPI of the company by name and month (YYYY-MM), of the first scenario."""
    return _by_period(projection, 0, lambda name, goal: kpi_months(projection, name, observed)[0],
                      MONTH, projection.months)


def _by_period(projection: Projection, scenario: int,
               values: Callable[[str, Goal], Sequence[float]], months: int,
               periods: Sequence) -> dict[str, dict]:
    """Every KPI by name and period of so many months, against the target of the period."""
    kpis = {}
    for name, goal in profile(projection.company).kpis.items():
        targets = (figures(projection).kpi(goal.moving, months)[scenario] if goal.moving else
                   [goal.target_in(int(str(period)[:4]) if months == MONTH else period)
                    for period in periods])
        kpis[name] = {period: judged(name, goal, target, value) for period, target, value
                      in zip(periods, targets, values(name, goal), strict=True)}
    return kpis


def _last_of_year(values: np.ndarray, calendar: Calendar) -> list[float]:
    years = [np.asarray(values[calendar.months_of(year)], float) for year in calendar.years]
    return [year[np.isfinite(year)][-1] if np.isfinite(year).any() else np.nan for year in years]


def judged(name: str, goal: Goal, target: float | None, value: float) -> Kpi:
    """A value of a KPI against its target; NaN is undefined."""
    target = None if target is None else float(target)
    if np.isnan(value):
        return Kpi(name, goal, target, None, "undefined", goal.undefined or NEEDS_ACTUALS)
    value = float(value)
    status = "no target" if target is None else next(
        (status for status, bound, test in goal.states(target) if met(value, bound, test)),
        "missed")
    return Kpi(name, goal, target, value, status, None, band_of(goal.benchmark, value))


def band_of(benchmark: Benchmark | None, value: float) -> str | None:
    """The first band of a benchmark that fits a value."""
    if benchmark is None:
        return None
    return next((band.label for band in benchmark.bands
                 if band.test is None or met(value, band.bound, band.test)), None)


def on_target(value: float, target: float) -> bool:
    """Whether a value counts as equal to a target."""
    return bool(near(value, target))


def met(value: float, target: float, test: str) -> bool:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    criterion = TESTS[test]
    if on_target(value, target):
        return criterion.bound
    return value > target if criterion.above else value < target
