"""Money that comes only if the plan has reached something in the month before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.chances import Share
from model.analysis.uncertainty.sensitivity import DRAWS, SEED
from model.engine.numbers import batch, project
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
        return bool(self.reached(np.array([self.value]))[0])

    def reached(self, values: np.ndarray) -> np.ndarray:
        """Whether values of the milestone's line reach it."""
        goal = self.terms.milestone
        if goal.at_least is not None:
            return values >= goal.at_least - MONEY
        return values <= goal.at_most + MONEY


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


def odds(projection: Projection, tranche: Tranche, size: int = DRAWS,
         seed: int = SEED) -> Share | None:
    """In how many random draws around a plan a milestone is reached; None without such a line."""
    plan, line = projection.assumptions, tranche.terms.milestone.line
    if not np.isfinite(tranche.value):
        return None
    values = sampling.drawn(plan, sampling.uncertain(plan), size, seed)
    months = projection.months.index(tranche.before) + 1
    reached = tranche.reached(batch(plan, values, (line,), months)[line][:, -1])
    return Share(int(reached.sum()), size)


def without(projection: Projection, missing: tuple[Tranche, ...]) -> Projection:
    """The plan without some of its money. No other line of a company's month hangs on what its
    owners pay in, so that what is reached stays so."""
    raises = projection.assumptions.monthly(RAISES).T.copy()
    raises[:, [projection.months.index(each.month) for each in missing]] = 0.0
    return project(projection.assumptions.with_values({RAISES: raises}))
