"""How often random draws do what the plan does, and how often money runs out first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.analysis.sensitivity import Fan
from model.engine.headlines import Headline
from model.engine.projection import Projection
from model.tolerance import MONEY


@dataclass(frozen=True)
class Share:
    """How many of some random draws an event is true of."""

    count: int
    size: int

    @property
    def value(self) -> float:
        return self.count / self.size

    @property
    def error(self) -> float:
        """Standard error of the share; as little as nothing where all draws or none agree."""
        return float(np.sqrt(self.value * (1 - self.value) / self.size))


@dataclass(frozen=True)
class Chances:
    """Shares of the draws.

    reached   the first break-even comes, and cash was never below zero up to then
    on_time   the same, by the plan's own month; none where the plan has no break-even
    earns     EBITDA of `year` is at or above the plan's
    short     cash is below zero in some month
    ends      EBITDA of the last year is at or above the plan's
    above     cash at the end is below the plan's
    back      all losses are earned back by the plan's own month; none where the plan never has them
    printed   the same by the month that a source prints; None without one, or where the plan ends
              before
    """

    reached: Share
    on_time: Share
    earns: Share
    short: Share
    above: Share
    ends: Share
    back: Share
    printed: Share | None
    year: int
    plan_ebitda: float


FIRST, BACK, OUT, CASH = map(Headline, (
    "breakeven_first", "breakeven_earned_back", "out_of_cash", "unrestricted_cash"))
# By headline, (draw,).
Figures = Mapping[Headline, np.ndarray]


def chances(plan: Projection, fan: Fan, year: int, printed: str | None) -> Chances:
    """The chances among draws around a plan of one scenario; a month may be `printed`."""
    wanted = (FIRST, BACK, OUT, CASH, *(Headline("ebitda", each) for each in plan.years))
    return among({each: each.of(fan.projection) for each in wanted},
                 {each: each.of(plan) for each in wanted}, year, plan.years[-1],
                 plan.months.index(printed) + 1 if printed in plan.months else None)


def among(draws: Figures, plan: Figures, year: int, last: int, printed: int | None) -> Chances:
    """The same from figures of the draws and of the plan, up to the `last` year."""
    size, first = len(draws[FIRST]), draws[FIRST]
    safe = (first > 0) & ((draws[OUT] == 0) | (draws[OUT] > first))
    ebitda, end = Headline("ebitda", year), Headline("ebitda", last)
    events = {"reached": safe, "on_time": safe & (first <= plan[FIRST]),
              "earns": draws[ebitda] >= plan[ebitda] - MONEY, "short": draws[OUT] > 0,
              "ends": draws[end] >= plan[end] - MONEY, "above": draws[CASH] < plan[CASH],
              "back": _by(draws[BACK], plan[BACK])}
    return Chances(**{name: Share(int(event.sum()), size) for name, event in events.items()},
                   printed=None if printed is None else
                   Share(int(_by(draws[BACK], printed).sum()), size),
                   year=year, plan_ebitda=float(plan[ebitda][0]))


def _by(number: np.ndarray, last: np.ndarray | float) -> np.ndarray:
    """Which month numbers are there, and no later than the last."""
    return (number > 0) & (number <= last)
