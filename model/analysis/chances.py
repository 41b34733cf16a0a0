"""How often random draws do what the plan does, and how often money runs out first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.sensitivity import Fan
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
    on_time   the same, by the plan's own month
    earns     EBITDA of `year` is at or above the plan's, and `ends`, that of the last year
    short     cash is below zero in some month
    above     cash at the end is below the plan's
    back      all losses are earned back by the plan's own month
    printed   the same by the month that the source prints, None where the plan ends before it
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


def chances(plan: Projection, fan: Fan, year: int, printed: str) -> Chances:
    """The chances of what a plan, one scenario, does, among draws around it, and of losses earned
    back by the printed month."""
    draws, column = fan.projection, plan.years.index(year)
    (first, own_first), (back, own_back) = (
        (draws[line][:, -1], plan[line][0, -1])
        for line in ("breakeven_first", "breakeven_earned_back"))
    cash = draws["unrestricted_cash"]
    below = np.where((cash < 0).any(axis=1), np.argmax(cash < 0, axis=1) + 1, np.inf)
    safe = (first > 0) & (below > first)
    on_time = safe & (first <= own_first)
    ebitda, goal = draws.by_year("ebitda")[:, column], float(plan.by_year("ebitda")[0, column])
    enough = ebitda >= goal - MONEY
    by_print = (Share(int(_by(back, plan.months.index(printed) + 1).sum()), fan.size)
                if printed in plan.months else None)
    events = {"reached": safe, "on_time": on_time, "earns": enough,
              "short": np.isfinite(below),
              "ends": draws.by_year("ebitda")[:, -1] >= plan.by_year("ebitda")[0, -1] - MONEY,
              "above": cash[:, -1] < plan["unrestricted_cash"][0, -1], "back": _by(back, own_back)}
    return Chances(**{name: Share(int(event.sum()), fan.size) for name, event in events.items()},
                   printed=by_print, year=year, plan_ebitda=goal)


def _by(number: np.ndarray, last: float) -> np.ndarray:
    """Which month numbers are there, and no later than the last."""
    return (number > 0) & (number <= last)
