"""Money that comes only if the plan has reached something in the month before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.engine.numbers import project
from model.engine.projection import Projection
from model.params.entry import Terms
from model.tolerance import MONEY

RAISES = "equity.raises"


@dataclass(frozen=True)
class Tranche:
    """Money of a month that hangs on a milestone: its amount before the cost of raising [USD], and
    what the plan has of the milestone's line in the month before; NaN where it has no such line."""

    month: str
    amount: float
    terms: Terms
    before: str
    value: float

    @property
    def met(self) -> bool:
        """Whether the plan reaches it. What is no line of the plan is not reached."""
        goal = self.terms.milestone
        if goal.at_least is not None:
            return bool(self.value >= goal.at_least - MONEY)
        return bool(self.value <= goal.at_most + MONEY)


def tranches(projection: Projection) -> tuple[Tranche, ...]:
    """The money of a plan that hangs on milestones, in order."""
    found = []
    for number, (month, amount) in enumerate(zip(
            projection.months, projection["raised"][0], strict=True)):
        terms = projection.assumptions.financing.of(month)
        if amount and terms and terms.milestone and number:
            line = terms.milestone.line
            value = float(projection[line][0, number - 1]) if line in projection else np.nan
            found.append(Tranche(month, float(amount), terms, projection.months[number - 1], value))
    return tuple(found)


def without(projection: Projection, missing: tuple[Tranche, ...]) -> Projection:
    """The plan without some of its money. No other line of a company's month hangs on what its
    owners pay in, so that what is reached stays so."""
    raises = projection.assumptions.monthly(RAISES).T.copy()
    raises[:, [projection.months.index(each.month) for each in missing]] = 0.0
    return project(projection.assumptions.with_values({RAISES: raises}))
