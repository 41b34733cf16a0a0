"""Customers by the month in which they were won: who stays, what they bring, what they cost.

A cohort is a month of signing; month of life 1 is that month. Everything follows from the
plan's lines: customers won, churn and price of each calendar month. So the cohorts add up to the
lines, month by month. Contribution is before digital ads, as everywhere that CAC is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.analysis.unit_economics import payback
from model.companies.sides import Side
from model.engine.figures import figures
from model.engine.projection import Projection

QUARTER = 3


@dataclass(frozen=True)
class Lives:
    """One customer of a segment, by month of signing and of life: (scenario, cohort, month).

    `survival` is the chance to be still there; `revenue` and `contribution` are those of one who
    is, in USD. After the horizon the last month's churn, price and margin hold. `observed`,
    (cohort, month), is where the horizon has not ended; `last_retention`, (scenario, 1), is what
    holds after all of it.
    """

    survival: np.ndarray
    revenue: np.ndarray
    contribution: np.ndarray
    observed: np.ndarray
    last_retention: np.ndarray


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of a segment or of a whole side; beyond the horizon everything is 0.

    signed        customers won, (scenario, cohort)
    spent         marketing that won them [USD], (scenario, cohort)
    remaining     who are still there when the plan ends, (scenario, cohort)
    customers     who are still there, (scenario, cohort, month of life)
    revenue       of the month [USD], same shape
    contribution  of the month, before digital ads [USD], same shape
    observed      whether all of the cohort reach the month within the horizon,
                  (cohort, month of life)

    What is summed over months of life is what the cohort brings up to the end of the plan.
    """

    side: Side
    segment: str | None
    signed: np.ndarray
    spent: np.ndarray
    remaining: np.ndarray
    customers: np.ndarray
    revenue: np.ndarray
    contribution: np.ndarray
    observed: np.ndarray

    @property
    def retention(self) -> np.ndarray:
        """Share of a cohort that is still there, by month of life; NaN beyond the horizon."""
        return self._seen(ratio(self.customers, self.signed[..., None]))

    @property
    def recovered(self) -> np.ndarray:
        """Contribution since signing over what the cohort cost; NaN beyond the horizon."""
        earned = np.cumsum(self.contribution, axis=-1)
        return self._seen(ratio(earned, self.spent[..., None]))

    @property
    def payback_months(self) -> np.ndarray:
        """The month of life in which contribution since signing reaches what the cohort cost,
        (scenario, cohort); NaN where it does not within the horizon. Where only some of a cohort
        of several months reach a month of life, it counts what these bring."""
        earned = np.cumsum(self.contribution, axis=-1)
        return payback(np.moveaxis(earned, -1, 0), self.spent)

    def _seen(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.observed, values, np.nan)

    def grouped(self, months: int = QUARTER) -> Cohorts:
        """Cohorts of several months as one, each customer at its own month of life. Nothing up
        to the end of the plan is left out; shares are known where all have reached the month."""
        def together(values: np.ndarray) -> np.ndarray:
            return values.reshape(len(values), -1, months, *values.shape[2:]).sum(axis=2)

        observed = self.observed.reshape(-1, months, self.observed.shape[1]).all(axis=1)
        return Cohorts(self.side, self.segment, together(self.signed), together(self.spent),
                       together(self.remaining), together(self.customers),
                       together(self.revenue), together(self.contribution), observed)


def cohorts(projection: Projection, side: Side, segment: str | None = None) -> Cohorts:
    """Cohorts by month of signing, of one segment or of a side's segments together."""
    segments = side.segments if segment is None else (segment,)
    every = [lives(projection, side, name) for name in segments]
    won = [projection[f"{side.new}.{name}"] for name in segments]
    there = [new[..., None] * life.survival * life.observed
             for new, life in zip(won, every, strict=True)]

    def total(of: str) -> np.ndarray:
        # Where nobody is billed there is no price, and nothing to multiply it with.
        return sum(customers * np.nan_to_num(getattr(life, of))
                   for customers, life in zip(there, every, strict=True))

    signed = sum(won)
    cac = ratio(projection[side.marketing], projection[side.new])
    customers = sum(there)
    first, oldest = np.arange(signed.shape[1]), np.arange(signed.shape[1])[::-1]
    return Cohorts(side, segment, signed, np.where(signed > 0, signed * cac, 0),
                   customers[:, first, oldest], customers, total("revenue"),
                   total("contribution"), every[0].observed)


def lives(projection: Projection, side: Side, segment: str) -> Lives:
    """How long one customer of each month stays, and what it brings."""
    months = projection.assumptions.calendar.months
    life = np.arange(months)
    when = life[:, None] + life
    observed, at = when < months, np.minimum(when, months - 1)
    churn = _monthly(projection, f"{side.section}.{segment}.churn")
    kept = (1 - churn)[:, at]
    kept[:, :, 0] = 1
    survival = np.cumprod(kept, axis=-1)
    price = ratio(projection[f"revenue.{segment}"], projection[f"{side.billed}.{segment}"])
    margin = ratio(figures(projection).line("contribution_before_ads"), projection["revenue"])
    share = _billed_share(projection, side, at)
    revenue = np.where(share > 0, price[:, at] * share, 0)
    contribution = np.where(share > 0, margin[:, at] * revenue, 0)
    return Lives(survival, revenue, contribution, observed, 1 - churn[:, -1:])


def survivors(projection: Projection, side: Side, segment: str | None = None) -> np.ndarray:
    """Customers whom all cohorts have left at each month-end, (scenario, month): each cohort is
    followed on its own, from who was won and the churn of each month."""
    segments = side.segments if segment is None else (segment,)
    return sum(_followed(projection[f"{side.new}.{name}"].T,
                         1 - _monthly(projection, f"{side.section}.{name}.churn").T)
               for name in segments).T


def _followed(new: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Sum over cohorts, (month, scenario)."""
    standing, left = np.zeros((len(new), new.shape[1])), np.empty_like(new)
    for month, won in enumerate(new):
        standing[:month] *= kept[month]
        standing[month] = won
        left[month] = standing[:month + 1].sum(axis=0)
    return left


def _monthly(projection: Projection, path: str) -> np.ndarray:
    """An assumption by scenario and month."""
    assumptions = projection.assumptions
    return assumptions.series[path].monthly(assumptions.calendar.months).T


def _billed_share(projection: Projection, side: Side, at: np.ndarray) -> np.ndarray:
    """Share of a customer's month of life that is billed, (scenario, cohort, month of life)."""
    firsts = [np.full((1, len(at)), first) if isinstance(first, float)
              else _monthly(projection, first) for first in side.first_months]
    share = np.ones((max((len(first) for first in firsts), default=1), *at.shape))
    for month, first in enumerate(firsts):
        share[:, :, month] = first[:, at[:, month]]
    return share
