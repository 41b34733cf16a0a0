"""What one customer brings and costs, by side and segment.

LTV counts contribution before digital ads, so that no acquisition cost is charged twice: ads are
a percentage cost line inside contribution, and CAC is what the marketing budget pays beside it.
A lifetime is capped at the plan's horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.ratios import annual_sum, ratio
from model.companies import company_module
from model.companies.sides import Side
from model.projection import Projection

ADS = "variable_opex.digital_ads"


@dataclass(frozen=True)
class Economics:
    """Unit economics of one segment, or of a whole side (`segment` None), by calendar year.

    Every array has shape (scenario, year); NaN is undefined. Amounts in USD a customer.
    """

    side: Side
    segment: str | None
    revenue_per_month: np.ndarray
    margin: np.ndarray
    churn: np.ndarray
    cac: np.ndarray
    customer_months: np.ndarray
    payback_months: np.ndarray

    @property
    def contribution_per_month(self) -> np.ndarray:
        return self.revenue_per_month * self.margin

    @property
    def ltv(self) -> np.ndarray:
        """Contribution before ads over a customer's expected life."""
        return self.contribution_per_month * self.customer_months

    @property
    def ltv_to_cac(self) -> np.ndarray:
        return ratio(self.ltv, self.cac)


def sides(company: str) -> tuple[Side, ...]:
    return company_module(company).SIDES


def economics(projection: Projection, side: Side, segment: str | None = None) -> Economics:
    """Unit economics of one segment of a side, or of the side's new customers as they come."""
    if segment is None:
        return _whole_side(projection, side)
    billed = annual_sum(projection[f"{side.billed}.{segment}"])
    revenue = projection.by_year(f"revenue.{segment}")
    churn = _yearly(projection, f"{side.section}.{segment}.churn")
    revenue_per_month = ratio(revenue, billed)
    margin = margin_before_ads(projection)
    cac = ratio(projection.by_year(side.marketing), projection.by_year(side.new))
    weights = _billing_weights(projection, side)
    months, payback = _lifetime(churn, weights, ratio(cac, revenue_per_month * margin))
    return Economics(side, segment, revenue_per_month, margin, churn, cac, months, payback)


def _whole_side(projection: Projection, side: Side) -> Economics:
    parts = [economics(projection, side, segment) for segment in side.segments]
    new = [projection.by_year(f"{side.new}.{segment}") for segment in side.segments]
    shares = [ratio(part, sum(new)) for part in new]
    months = sum(p.customer_months * w for p, w in zip(parts, shares, strict=True))
    revenue = sum(np.nan_to_num(p.revenue_per_month) * p.customer_months * w
                  for p, w in zip(parts, shares, strict=True))
    per_month = ratio(revenue, months)
    churn = sum(p.churn * w for p, w in zip(parts, shares, strict=True))
    weights = _billing_weights(projection, side)
    _, payback = _lifetime(churn, weights, ratio(parts[0].cac, per_month * parts[0].margin))
    return Economics(side, None, per_month, parts[0].margin, churn, parts[0].cac, months, payback)


def margin_before_ads(projection: Projection) -> np.ndarray:
    """Contribution before digital ads as a share of revenue, (scenario, year)."""
    kept = projection.by_year("contribution")
    if ADS in projection:
        kept = kept + projection.by_year(ADS)
    return ratio(kept, projection.by_year("revenue"))


def supply_loaded_cac(projection: Projection) -> np.ndarray:
    """CAC of a mentee with a share of a mentor's: what it costs to win both ends of a match.

    Shape (scenario, year), USD. Mentors wanted per active mentee carry the share.
    """
    mentees, mentors = sides("mentorship")
    own = ratio(projection.by_year(mentees.marketing), projection.by_year(mentees.new))
    other = ratio(projection.by_year(mentors.marketing), projection.by_year(mentors.new))
    return own + other * ratio(projection.by_year("mentors_wanted"),
                               projection.by_year("active_mentees"))


def _yearly(projection: Projection, path: str) -> np.ndarray:
    return projection.assumptions.yearly(path).T


def _billing_weights(projection: Projection, side: Side) -> np.ndarray:
    """Share of each month of life that is billed, (scenario, month of life)."""
    horizon = projection.assumptions.calendar.months
    firsts = [np.full(1, w) if isinstance(w, float) else _yearly(projection, w)[:, 0]
              for w in side.first_months]
    weights = np.ones((max((len(f) for f in firsts), default=1), horizon))
    for month, first in enumerate(firsts):
        weights[:, month] = first
    return weights


def _lifetime(churn: np.ndarray, weights: np.ndarray, months_to_pay: np.ndarray):
    """Expected billed months of a customer, and the month of life in which CAC is recovered.

    Survival is (1 − churn)^k with the first month at 1, as a customer is counted from signing.
    Payback is NaN where the CAC is not recovered within the horizon.
    """
    life = np.arange(weights.shape[1])
    billed = (1 - churn)[..., None] ** life * weights[:, None, :]
    running = np.cumsum(billed, axis=-1)
    recovered = running >= months_to_pay[..., None] - 1e-9
    first = np.argmax(recovered, axis=-1) + 1.0
    return running[..., -1], np.where(recovered.any(axis=-1), first, np.nan)


def layers(projection: Projection, year: int) -> list[tuple[str, float, str]]:
    """From revenue to EBITDA in one year: (line, signed amount in USD, `flow` or `subtotal`)."""
    column = projection.years.index(year)

    def amount(line: str) -> float:
        return float(projection.by_year(line)[0, column])

    steps = [("revenue", amount("revenue"), "subtotal")]
    steps += [(f"cost_of_revenue.{s}", -amount(f"cost_of_revenue.{s}"), "flow")
              for s in projection.segments("cost_of_revenue")]
    steps.append(("gross_profit", amount("gross_profit"), "subtotal"))
    steps += [(f"variable_opex.{s}", -amount(f"variable_opex.{s}"), "flow")
              for s in projection.segments("variable_opex")]
    steps.append(("contribution", amount("contribution"), "subtotal"))
    steps += [(line, -amount(line), "flow") for line in ("marketing", "payroll", "fixed_opex")]
    steps.append(("ebitda", amount("ebitda"), "subtotal"))
    return steps
