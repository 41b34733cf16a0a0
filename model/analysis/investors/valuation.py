"""Discounted cash flow: it turns the plan's flows into one figure, and claims nothing about what
the company is worth.

Flows are free cash flow before interest, so that they do not depend on who lends. Each counts at
the end of its month; what comes after the plan, at the end of its year, which is a little late.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.analysis.lifetime import monthly_rate
from model.engine.projection import Projection, ratio
from model.params.calendar import MONTHS_PER_YEAR, in_order

RATE, GROWTH = "valuation.discount_rate", "valuation.terminal_growth"


@dataclass(frozen=True)
class Normal:
    """The last year's flow as it could repeat itself, (scenario,), without what does not last.
    [USD/year]

    Tax is at the full rate on the year's operating profit: the plan pays tax a year late and after
    losses carried forward. Working capital does not change, as its moves came from growth.
    """

    operating_profit: np.ndarray
    tax: np.ndarray
    depreciation: np.ndarray
    capex: np.ndarray

    @property
    def flow(self) -> np.ndarray:
        return self.operating_profit - self.tax + self.depreciation - self.capex


@dataclass(frozen=True)
class Valuation:
    """Present values at the start of the plan, (scenario,); NaN is undefined. [USD] `flows` and
    `discounted` are by month; `terminal` is the value at the end of the plan of all that follows,
    `beyond` the same at its start; `ebitda` is that of its last twelve months."""

    rate: np.ndarray
    growth: np.ndarray
    flows: np.ndarray
    discounted: np.ndarray
    normal: Normal
    terminal: np.ndarray
    beyond: np.ndarray
    opening_cash: np.ndarray
    opening_debt: np.ndarray
    ebitda: np.ndarray

    @property
    def within(self) -> np.ndarray:
        return self.discounted.sum(axis=1)

    @property
    def value(self) -> np.ndarray:
        """The flows of the plan and all that follow, before financing."""
        return self.within + self.beyond

    @property
    def with_cash(self) -> np.ndarray:
        """The same and the cash with which the plan opens, less the debt that it opens with."""
        return self.value + self.opening_cash - self.opening_debt

    @property
    def share_beyond(self) -> np.ndarray:
        """How much of the value lies after the plan; NaN where the value is not above zero."""
        return np.where(self.value > 0, ratio(self.beyond, self.value), np.nan)

    @property
    def times_ebitda(self) -> np.ndarray:
        """What follows the plan as a multiple of the EBITDA of its last twelve months; NaN where
        that is not above zero."""
        return np.where(self.ebitda > 0, ratio(self.terminal, self.ebitda), np.nan)

    def refused(self, scenario: int = 0) -> str | None:
        """Why the method gives no value, in words; None where it does."""
        if self.rate[scenario] <= self.growth[scenario]:
            return "what grows forever at the discount rate or faster has no finite value"
        if self.normal.flow[scenario] <= 0:
            return ("the last year's flow, as it could repeat itself, is not above zero, so there "
                    "is nothing that could grow after the plan")
        return None


def valuation(projection: Projection, rate: np.ndarray | None = None,
              growth: np.ndarray | None = None) -> Valuation:
    """The plan's flows discounted, at its own rate and growth or at others, (scenario,)."""
    series = projection.assumptions.series
    rate = series[RATE].values[0] if rate is None else rate
    growth = series[GROWTH].values[0] if growth is None else growth
    flows = projection["free_cash_flow"] + projection["interest"]
    normal = normal_flow(projection)
    rate, growth = (np.broadcast_to(np.asarray(each, float), len(flows))
                    for each in (rate, growth))
    months = flows.shape[1]
    factors = (1 + monthly_rate(rate))[:, None] ** -np.arange(1.0, months + 1)
    terminal = perpetuity(normal.flow, rate, growth)
    cash, debt = (np.broadcast_to(projection.openings.get(line, 0.0), len(flows))
                  for line in ("unrestricted_cash", "debt"))
    return Valuation(rate, growth, flows, flows * factors, normal, terminal,
                     terminal * factors[:, -1], cash, debt,
                     in_order(projection["ebitda"][:, -MONTHS_PER_YEAR:]))


def normal_flow(projection: Projection) -> Normal:
    """The last twelve months of a projection, as they could repeat themselves."""
    profit, depreciation, capex = (in_order(projection[line][:, -MONTHS_PER_YEAR:]) for line in
                                   ("operating_profit", "depreciation", "capex"))
    tax = projection.assumptions.monthly("tax.tax_rate")[-1]
    return Normal(profit, tax * np.maximum(profit, 0), depreciation, capex)


def perpetuity(flow: np.ndarray, rate: np.ndarray, growth: np.ndarray) -> np.ndarray:
    """What an annual flow that goes on forever is worth a year before its first year ends: `flow`
    is the year before, each year's is `1 + growth` times that and counts at the year's end (Gordon
    and Shapiro 1956). NaN where it grows at `rate` or faster, or is not above zero."""
    worth = ratio(flow * (1 + growth), rate - growth)
    return np.where((rate > growth) & (flow > 0), worth, np.nan)


@dataclass(frozen=True)
class Grid:
    """Values over discount rates (rows) and growth (columns), and the place of the plan's own."""

    rates: tuple[float, ...]
    growths: tuple[float, ...]
    values: np.ndarray
    plan: tuple[int, int]


def grid(projection: Projection, scenario: int = 0) -> Grid:
    """The value over the plausible ranges of both assumptions: ends, plan and halfway between."""
    plan = valuation(projection)
    own = float(plan.rate[scenario]), float(plan.growth[scenario])
    rates, growths = (_steps(projection.assumptions.entries[path].range, value)
                      for path, value in zip((RATE, GROWTH), own, strict=True))
    values = np.array([[valuation(projection, rate, growth).value[scenario]
                        for growth in growths] for rate in rates])
    return Grid(rates, growths, values, (rates.index(own[0]), growths.index(own[1])))


def _steps(ends: tuple[float, float], plan: float) -> tuple[float, ...]:
    """Both ends of a range, the plan's value and the middles between them, each once."""
    marks = sorted({*map(float, ends), plan})
    middles = [(a + b) / 2 for a, b in pairwise(marks)]
    return tuple(sorted({*marks, *middles}))
