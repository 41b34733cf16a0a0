"""What revenue leaves layer by layer, and which line of revenue a lifetime value comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.analysis.unit_economics import economics
from model.companies.sides import Side
from model.engine.figures import YEAR, figures
from model.engine.projection import Projection


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
