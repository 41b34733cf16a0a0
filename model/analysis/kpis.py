"""The KPIs of the sources by calendar year, against their targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.analysis.breakeven import months_to_breakeven
from model.analysis.ratios import ratio
from model.analysis.unit_economics import economics, sides
from model.companies.profiles import Goal, profile
from model.projection import Projection

# A value this close to its target counts as on it. [share of the target]
TOLERANCE = 1e-9

_UNDEFINED = {
    "months_to_breakeven": "EBITDA never reaches zero within the horizon",
    "ltv": "no customer is won, or nothing is billed, in the year",
    "ltv_to_cac": "no customer is won, or nothing is billed, in the year",
}


@dataclass(frozen=True)
class Kpi:
    """A KPI in one year. `value` is None where it is undefined, and `reason` says why."""

    name: str
    goal: Goal
    target: float | None
    value: float | None
    status: str
    reason: str | None

    def as_dict(self) -> dict:
        return {"value": self.value, "unit": self.goal.unit, "target": self.target,
                "status": self.status, "reason": self.reason}


def _of(over: str, under: str) -> Callable[[Projection], np.ndarray]:
    return lambda p: ratio(p.by_year(over), p.by_year(under))


def _ltv(p: Projection) -> np.ndarray:
    return economics(p, sides(p.assumptions.company)[0]).ltv


def _ltv_to_cac(p: Projection) -> np.ndarray:
    return economics(p, sides(p.assumptions.company)[0]).ltv_to_cac


def _every_year(values: Callable[[Projection], np.ndarray]):
    return lambda p: np.repeat(values(p)[:, None], len(p.years), axis=1)


_VALUES: dict[str, Callable[[Projection], np.ndarray]] = {
    "cac": _of("marketing", "new_customers"),
    "mentee_cac": _of("mentee_marketing", "new_mentees"),
    "mentor_cac": _of("mentor_marketing", "new_mentors"),
    "ltv": _ltv,
    "ltv_to_cac": _ltv_to_cac,
    "gross_margin": _of("gross_profit", "revenue"),
    "contribution_margin": _of("contribution", "revenue"),
    "match_rate": _of("new_mentees", "onboarded_mentees"),
    "take_rate": _of("commission", "gmv"),
    "fill_rate": _of("orders", "orders_wanted"),
    "mentees_per_mentor": _of("active_mentees", "active_mentors"),
    "average_billable_rate": _of("revenue", "billable_hours"),
    "high_value_mix": _of("high_value_revenue", "revenue"),
    "months_to_breakeven": _every_year(months_to_breakeven),
}


def kpi_values(projection: Projection, name: str) -> np.ndarray:
    """One KPI of every scenario, (scenario, year); NaN is undefined."""
    return _VALUES[name](projection)


def kpis(projection: Projection, scenario: int = 0) -> dict[str, dict[int, Kpi]]:
    """Every KPI of the company by name and year."""
    found = {}
    for name, goal in profile(projection.assumptions.company).kpis.items():
        values = kpi_values(projection, name)[scenario]
        found[name] = {year: _judged(name, goal, goal.target_in(year), float(value))
                       for year, value in zip(projection.years, values, strict=True)}
    return found


def _judged(name: str, goal: Goal, target: float | None, value: float) -> Kpi:
    if np.isnan(value):
        reason = _UNDEFINED.get(name, "there is nothing to divide by in the year")
        return Kpi(name, goal, target, None, "undefined", reason)
    if target is None:
        return Kpi(name, goal, target, value, "no target", None)
    return Kpi(name, goal, target, value, "met" if met(value, target, goal.test) else "missed",
               None)


def met(value: float, target: float, test: str) -> bool:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    near = abs(value - target) <= TOLERANCE * max(1.0, abs(target))
    return {"at_least": near or value > target, "at_most": near or value < target,
            "above": not near and value > target, "below": not near and value < target}[test]
