"""A projection as JSON, the form in which other programs read it."""

from __future__ import annotations

import json
import math

from model.analysis.breakeven import breakeven
from model.analysis.kpis import kpis
from model.analysis.variance import observed_kpis
from model.audit.checks import Checks
from model.engine.projection import Projection


def as_json(projection: Projection, checks: Checks, monthly: bool = False) -> str:
    """The first scenario of a projection. Undefined figures are null."""
    assumptions = projection.assumptions
    breakevens = breakeven(projection)
    content = {
        "company": assumptions.company,
        "scenario": assumptions.scenario,
        "currency": assumptions.currency,
        "months": list(projection.months),
        "annual": {str(year): {line: _number(projection.by_year(line)[0, i])
                               for line in projection.lines}
                   for i, year in enumerate(projection.years)},
        "kpis": {name: {str(year): kpi.as_dict() for year, kpi in by_year.items()}
                 for name, by_year in kpis(projection,
                                           observed=observed_kpis(projection)).items()},
        "breakeven": breakevens.months(),
        "trough": {"month": breakevens.trough_month, "cash": breakevens.trough_cash},
        "checks": {"master": checks.master, "failed": list(checks.failed),
                   "alerts": list(checks.alerts)},
    }
    if monthly:
        content["monthly"] = {line: [_number(v) for v in projection[line][0]]
                              for line in projection.lines}
    return json.dumps(content, indent=1, allow_nan=False)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
