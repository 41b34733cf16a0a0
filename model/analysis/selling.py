"""How much must be sold to pay the overhead: of everything as planned, or of one thing alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.division import annual_sum, ratio
from model.engine.projection import Projection

# A count this little above a whole number is that number. [share of the count]
SLACK = 1e-9
# Units of prices that customers pay again and again, or by the piece.
PRICES = ("USD/mentee/month", "USD/mentor/month", "USD/hour")


def units(fixed, each):
    """The whole number of units whose income covers a fixed amount; NaN where none does."""
    exact = ratio(fixed, each)
    return np.where(np.asarray(each) > 0, np.ceil(exact * (1 - SLACK)), np.nan)


OVERHEAD = ("payroll", "fixed_opex")


def overhead(projection: Projection, lines: tuple[str, ...] = OVERHEAD) -> np.ndarray:
    """Payroll and fixed cost of a month, or other cost lines, the mean of each year,
    (scenario, year). [USD]"""
    return sum(projection.by_year(line) for line in lines) / 12


def sold(projection: Projection, line: str) -> np.ndarray:
    """Units a month (of `line`) that are planned, the mean of each year, (scenario, year)."""
    return annual_sum(projection[line]) / 12


def volume(projection: Projection, line: str, marketing: bool = False) -> np.ndarray:
    """Units a month (of `line`) at which contribution pays payroll and fixed cost, by year; with
    `marketing` that too, so that EBITDA is zero.

    Contribution per unit is the year's own: the plan's whole contribution over its units, so
    subscriptions count with the units that they come with. NaN where nothing is sold or a unit
    brings nothing. Shape (scenario, year), not rounded up.
    """
    per_unit = ratio(projection.by_year("contribution"), 12 * sold(projection, line))
    paid = overhead(projection, (*OVERHEAD, "marketing") if marketing else OVERHEAD)
    return np.where(per_unit > 0, ratio(paid, per_unit), np.nan)


@dataclass(frozen=True)
class Alone:
    """One thing sold alone: what it brings, and how many a month pay the overhead. `plain`
    counts revenue, as the sources do; `needed` counts the contribution that is left of it, the
    year's `margin` (NaN where nothing is sold)."""

    label: str
    unit: str
    price: float
    plain: float
    needed: float
    margin: float


def alone(projection: Projection, year: int, scenario: int = 0) -> list[Alone]:
    """Every price of a year by itself, subscriptions and hours first, then orders by segment."""
    assumptions, column = projection.assumptions, projection.years.index(year)
    prices = [(entry.label, entry.shown_unit, float(assumptions.yearly(path)[column].flat[0]))
              for path, entry in assumptions.entries.items() if entry.unit in PRICES]
    for segment in projection.segments("orders"):
        kept = ratio(projection.by_year(f"commission.{segment}"),
                     projection.by_year(f"orders.{segment}"))
        prices.append((f"orders.{segment}", "USD/order", float(kept[scenario, column])))
    fixed = overhead(projection)[scenario, column]
    margin = ratio(projection.by_year("contribution"), projection.by_year("revenue"))
    return [Alone(label, unit, price, float(units(fixed, price)),
                  float(units(fixed, price * margin[scenario, column])),
                  float(margin[scenario, column]))
            for label, unit, price in prices]
