"""How often random draws do what the plan does, and how often money runs out first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import draws as numbered
from model.analysis.uncertainty.sensitivity import Fan
from model.engine.headlines import Headline
from model.engine.projection import Projection
from model.tolerance import MONEY


@dataclass(frozen=True)
class Share:
    """How many of some random draws an event is true of; where the draws tell it, the standard
    error of the share, which is otherwise that of as many independent ones, and hardly less."""

    count: int
    size: int
    told: float | None = None

    @classmethod
    def of(cls, event: np.ndarray) -> Share:
        """That of an event, (draw,), of the first draws."""
        return cls(int(event.sum()), len(event), numbered.error(event.astype(float)))

    @property
    def value(self) -> float:
        return self.count / self.size

    @property
    def error(self) -> float:
        """Standard error of the share; as little as nothing where all draws or none agree."""
        if self.told is not None:
            return self.told
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


FIRST, BACK, OUT, CASH, TROUGH = map(Headline, (
    "breakeven_first", "breakeven_earned_back", "out_of_cash", "unrestricted_cash", "trough_cash"))
# By headline, (draw,).
Figures = Mapping[Headline, np.ndarray]


def chances(plan: Projection, fan: Fan, year: int, printed: str | None) -> Chances:
    """The chances among draws around a plan of one scenario; a month may be `printed`."""
    return among(figures(fan.projection, plan.years), figures(plan, plan.years), year,
                 plan.years[-1],
                 plan.months.index(printed) + 1 if printed in plan.months else None)


def figures(plans: Projection, years: Sequence[int]) -> Figures:
    """What chances are counted by, of some plans over these years."""
    yearly = (Headline("ebitda", year) for year in years)
    return {each: each.of(plans) for each in (FIRST, BACK, OUT, CASH, TROUGH, *yearly)}


def among(draws: Figures, plan: Figures, year: int, last: int, printed: int | None) -> Chances:
    """The same from figures of the draws and of the plan, up to the `last` year."""
    ebitda, end = Headline("ebitda", year), Headline("ebitda", last)
    events = {"reached": reached(draws), "on_time": on_time(draws, plan),
              "earns": draws[ebitda] >= plan[ebitda] - MONEY, "short": short(draws),
              "ends": draws[end] >= plan[end] - MONEY, "above": draws[CASH] < plan[CASH],
              "back": _by(draws[BACK], plan[BACK])}
    return Chances(**{name: Share.of(event) for name, event in events.items()},
                   printed=None if printed is None else Share.of(_by(draws[BACK], printed)),
                   year=year, plan_ebitda=float(plan[ebitda][0]))


def reached(draws: Figures) -> np.ndarray:
    """Whether each draw breaks even before cash was below zero, (draw,)."""
    first, out = draws[FIRST], draws[OUT]
    return (first > 0) & ((out == 0) | (out > first))


def on_time(draws: Figures, plan: Figures) -> np.ndarray:
    """Whether it does so by the plan's own month."""
    return reached(draws) & (draws[FIRST] <= plan[FIRST])


def short(draws: Figures) -> np.ndarray:
    """Whether cash of each draw is below zero in some month."""
    return draws[OUT] > 0


@dataclass(frozen=True)
class Comparison:
    """How often an event is true of draws, and of the same draws made in another way."""

    share: Share
    other: Share
    error: float

    @property
    def tells(self) -> bool:
        """Whether the two differ by more than chance alone explains in 19 of 20 cases."""
        return abs(self.share.value - self.other.value) > 2 * self.error


def compared(one: np.ndarray, other: np.ndarray) -> Comparison:
    """An event, (draw,), beside that of the same draws made in another way; the standard error is
    that of the difference, which is smaller as both have the same luck."""
    return Comparison(Share.of(one), Share.of(other),
                      numbered.mean_error(one.astype(float) - other))


def _by(number: np.ndarray, last: np.ndarray | float) -> np.ndarray:
    """Which month numbers are there, and no later than the last."""
    return (number > 0) & (number <= last)
