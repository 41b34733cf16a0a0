"""LTV:CAC with the costs that the plain ratio leaves out: digital ads, the people who deliver and
sell, and other costs that a company declares to win those who pay.

Ads are charged to the side that pays first, which they win; those who sell, and what else wins, are
shared among the sides by their marketing budgets. Those who deliver take the same share of every
customer's revenue.
Commissions, which are paid for as long as a customer pays, stay in its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.unit_economics import economics
from model.companies import company_module
from model.companies.glossary import Side
from model.engine.figures import YEAR, figures
from model.engine.projection import Projection, ratio
from model.tolerance import RELATIVE


@dataclass(frozen=True)
class LtvAndCac:
    """Lifetime value and acquisition cost under one way of counting, (scenario, year). [USD]"""

    ltv: np.ndarray
    cac: np.ndarray

    @property
    def ltv_to_cac(self) -> np.ndarray:
        return ratio(self.ltv, self.cac)


def with_ads(projection: Projection, side: Side, segment: str | None = None) -> LtvAndCac:
    """Digital ads in the CAC; the LTV as it is used."""
    one = economics(projection, side, segment)
    return LtvAndCac(one.ltv, _with(projection, side, one.cac, _ads(projection, side)))


def fully_loaded(projection: Projection, side: Side, segment: str | None = None) -> LtvAndCac:
    """All that wins a customer in the CAC, and those who deliver taken out of the LTV."""
    one, module = economics(projection, side, segment), company_module(projection.company)
    revenue = projection.by_year("revenue")
    margin = (figures(projection).over("contribution_before_ads", YEAR)
              - payroll_of(projection, module.DELIVERS))
    selling = cost_of_selling(projection) * ratio(projection.by_year(side.marketing),
                                                  projection.by_year("marketing"))
    cac = _with(projection, side, one.cac, selling + _ads(projection, side))
    return LtvAndCac(one.revenue_per_month * one.customer_months * ratio(margin, revenue), cac)


def by_hours(projection: Projection, side: Side) -> dict[str, LtvAndCac]:
    """LTV over plain CAC of the segments that use hours of staff, with those who deliver charged
    to them by the hour; nothing where a company counts no such hours."""
    module, by_segment = company_module(projection.company), {}
    if (capacity := module.CAPACITY) is None:
        return {}
    hour = ratio(payroll_of(projection, module.DELIVERS), projection.by_year(capacity.needed))
    for segment in capacity.segments:
        one = economics(projection, side, segment)
        hours = projection.assumptions.yearly(f"{side.section}.{segment}.{capacity.use}").T
        by_segment[segment] = LtvAndCac(one.ltv - hours * one.customer_months * hour, one.cac)
    return by_segment


def gross_margin_with_staff(projection: Projection) -> np.ndarray:
    """Gross margin after those who deliver, (scenario, year)."""
    margin = (projection.by_year("gross_profit")
              - payroll_of(projection, company_module(projection.company).DELIVERS))
    return ratio(margin, projection.by_year("revenue"))


def cost_of_selling(projection: Projection) -> np.ndarray:
    """What wins those who pay beside marketing and ads, (scenario, year): the pay of those who
    sell, and other costs that are declared so. [USD]"""
    module = company_module(projection.company)
    return payroll_of(projection, module.SELLS) + _lines(projection, module.WINS)


def payroll_of(projection: Projection, roles: tuple[str, ...]) -> np.ndarray:
    """What some roles are paid in a year, (scenario, year); nothing for absent ones."""
    return _lines(projection, [f"payroll.{role}" for role in roles])


def _lines(projection: Projection, lines: Sequence[str]) -> np.ndarray:
    amounts = [projection.by_year(line) for line in lines if line in projection]
    return sum(amounts, np.zeros_like(projection.by_year("revenue")))


def _ads(projection: Projection, side: Side) -> np.ndarray:
    """Digital ads, all charged to the side that pays first."""
    module = company_module(projection.company)
    return _lines(projection, module.ADS if side == module.SIDES[0] else ())


def _with(projection: Projection, side: Side, cac: np.ndarray, more: np.ndarray) -> np.ndarray:
    """The CAC with more money spent on the same customers."""
    return cac + ratio(more, projection.by_year(side.new))


def short_of_hours(projection: Projection) -> np.ndarray:
    """Hours sold beyond what a delivery team, if there is one, can bill, (scenario, month)."""
    capacity = company_module(projection.company).CAPACITY
    if capacity is None:
        return np.zeros((projection.scenarios, len(projection.months)))
    missing = projection[capacity.needed] - projection[capacity.there]
    return np.where(missing > RELATIVE * projection[capacity.there], missing, 0)
