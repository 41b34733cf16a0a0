"""The plan with a reading of a published claim that the plan itself does not take."""

from __future__ import annotations

import math

from model.analysis.alternatives import Implied, LeftOut, at_printed
from model.analysis.source_check import SourceCheck
from model.companies.claims import Claim, Reading
from model.engine.numbers import project
from model.engine.projection import Projection


def plan_with(check: SourceCheck, claim: Claim, reading: Reading) -> Projection:
    """The projection of the check with what a reading says of its assumptions; itself where the
    reading says nothing of them, or what it says is undefined."""
    plan = check.projection
    if reading.sets:
        values = {each.path: check.value(each.to) for each in reading.sets}
        known = all(map(math.isfinite, values.values()))
        return project(plan.assumptions.with_values(values)) if known else plan
    if reading.implies is None or not math.isfinite(value := check.value(reading.implies.to)):
        return plan
    implied = tuple(Implied(path, 0, value, -math.inf, math.inf) for path in reading.implies.paths)
    return at_printed(plan, LeftOut(claim, check.printed(claim), reading.label,
                                    reading.implies.words, implied))
