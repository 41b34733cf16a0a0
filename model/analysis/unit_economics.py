"""What one customer brings and costs, by side and segment, and what revenue leaves layer by layer.

LTV counts contribution before digital ads, and CAC is what the marketing budget alone pays: the
ads stand in neither, and `full_cost` counts them. A lifetime is capped at five years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.statements import INCOME
from model.companies import company_module
from model.companies.glossary import Side
from model.engine.figures import YEAR, figures
from model.engine.projection import Projection, ratio
from model.tolerance import RELATIVE


@dataclass(frozen=True)
class Economics:
    """Unit economics of one segment, or of a whole side, by calendar year.

    Arrays are (scenario, year), in USD a customer; NaN is undefined, as what they cost is where
    nothing is spent to win them. `ltv` is contribution before
    ads over a customer's expected life. `life` is the mean of their lives in months, and `churn`
    the mean share that leaves, so for a side it is not one over the other. `earned` is contribution
    before ads since signing, (month of life, scenario, year).
    """

    revenue_per_month: np.ndarray
    margin: np.ndarray
    churn: np.ndarray
    life: np.ndarray
    cac: np.ndarray
    customer_months: np.ndarray
    payback_months: np.ndarray
    ltv: np.ndarray
    earned: np.ndarray

    @property
    def contribution_per_month(self) -> np.ndarray:
        return self.revenue_per_month * self.margin

    @property
    def ltv_to_cac(self) -> np.ndarray:
        return ratio(self.ltv, self.cac)

    def months_to(self, multiple: float) -> np.ndarray:
        """The month of life in which contribution reaches a multiple of the CAC; NaN for never."""
        return payback(self.earned, multiple * self.cac)


def sides(company: str) -> tuple[Side, ...]:
    return company_module(company).SIDES


def economics(projection: Projection, side: Side, segment: str | None = None) -> Economics:
    """Unit economics of one segment of a side, or of the side's new customers as they come."""
    model, who = figures(projection), segment or side.name
    months = model.life(f"lived.{who}")[-1]
    worth = model.life(f"worth.{who}")
    # Who moves between segments pays the price of each.
    per_month = (model.customer(f"price.{segment}") if segment and not side.climbs
                 else ratio(model.life(f"earned.{who}")[-1], months))
    ltv = np.where(months > 0, worth[-1], np.nan)
    cac, back = ((model.customer(f"cac.{side.name}"), model.kpi(f"payback.{who}"))
                 if side.marketing else np.full((2, *ltv.shape), np.nan))
    return Economics(per_month, model.customer("margin_before_ads"),
                     model.customer(f"churn.{who}"), model.customer(f"mean_life.{who}"), cac,
                     months, back, ltv, worth)


def payback(contribution: np.ndarray, cac: np.ndarray) -> np.ndarray:
    """The month of life in which cumulative contribution (month of life, …) recovers the CAC;
    NaN where it does not within the longest life, or where a customer brings nothing."""
    enough = contribution >= cac * (1 - RELATIVE)
    first = np.argmax(enough, axis=0) + 1.0
    return np.where(enough.any(axis=0) & (contribution[-1] > 0), first, np.nan)


def before_ads(company: str) -> str:
    """What stands behind the word contribution where digital ads are left out of it; nothing where
    a company has none, whose contribution is all of it."""
    return " before ads" if company_module(company).ADS else ""


@dataclass(frozen=True)
class Match:
    """One who pays, and the share that serves it of one on the other side, (scenario, year)."""

    payer: Economics
    server: Economics
    share: np.ndarray

    @property
    def cac(self) -> np.ndarray:
        """What it costs to win both ends of a match: the supply-loaded CAC. [USD]"""
        return self.payer.cac + self.share * self.server.cac

    @property
    def ltv(self) -> np.ndarray:
        """What both ends bring, the other side for its share. [USD]"""
        return self.payer.ltv + self.share * self.server.ltv

    @property
    def ltv_to_cac(self) -> np.ndarray:
        return ratio(self.ltv, self.cac)

    @property
    def payer_ltv_to_cac(self) -> np.ndarray:
        """The value of one who pays alone over what both ends cost."""
        return ratio(self.payer.ltv, self.cac)


def match(projection: Projection, segment: str | None = None) -> Match:
    """The match of one of a segment, or of those who pay as they come, and of the other side as it
    comes."""
    payers, servers = sides(projection.company)
    yearly = projection.assumptions.yearly
    need = {name: 1 / yearly(f"{payers.section}.{name}.{payers.served}").T
            for name in payers.segments}
    if segment is not None:
        share = need[segment]
    else:
        new = {name: projection.by_year(f"{payers.new}.{name}") for name in payers.segments}
        share = ratio(sum(new[name] * need[name] for name in new), sum(new.values()))
    return Match(economics(projection, payers, segment), economics(projection, servers), share)


def layers(projection: Projection, year: int) -> list[tuple[str, float, str]]:
    """From revenue to EBITDA in one year: (line, signed amount in USD, `flow` or `subtotal`)."""
    column = projection.years.index(year)

    def amount(line: str) -> float:
        return float(projection.by_year(line)[0, column])

    steps = []
    for row in INCOME.rows:
        if row.total or row.line == "revenue":
            steps.append((row.line, amount(row.line), "subtotal"))
        else:
            names = projection.segments(row.line) if row.by_segment else ()
            steps += [(line, -amount(line), "flow") for line in
                      ([f"{row.line}.{name}" for name in names] or [row.line])]
        if row.line == "ebitda":
            break
    return steps


@dataclass(frozen=True)
class Stack:
    """Contribution layers, arrays (scenario, year) in USD. Their names are not standard:

    cm1           revenue less cost of revenue: gross profit
    cm2           cm1 less other variable cost of serving: contribution before digital ads
    contribution  cm2 less digital ads: the published contribution margin
    cm3           contribution less marketing that wins customers
    """

    revenue: np.ndarray
    cm1: np.ndarray
    cm2: np.ndarray
    contribution: np.ndarray
    cm3: np.ndarray


def stack(projection: Projection) -> Stack:
    """The layers of all that is sold in a year; marketing is that of the year."""
    contribution = projection.by_year("contribution")
    return Stack(projection.by_year("revenue"), projection.by_year("gross_profit"),
                 figures(projection).over("contribution_before_ads", YEAR), contribution,
                 contribution - projection.by_year("marketing"))


def stack_of_customer(projection: Projection, side: Side, segment: str | None = None) -> Stack:
    """The layers of one customer's life at the year's margins; marketing is its CAC."""
    whole, one = stack(projection), economics(projection, side, segment)
    revenue = one.revenue_per_month * one.customer_months
    cm1, cm2, contribution = (revenue * ratio(layer, whole.revenue)
                              for layer in (whole.cm1, whole.cm2, whole.contribution))
    return Stack(revenue, cm1, cm2, contribution, contribution - one.cac)


def streams(projection: Projection, side: Side, segment: str) -> dict[str, np.ndarray]:
    """LTV of each line of revenue that a segment pays, (scenario, year), in USD."""
    one, revenue = economics(projection, side, segment), projection.by_year(f"revenue.{segment}")
    return {line: one.ltv * ratio(projection.by_year(f"{line}.{segment}"), revenue)
            for line in side.streams}
