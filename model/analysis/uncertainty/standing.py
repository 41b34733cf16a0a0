"""Where a plan stands among the draws around it, by each headline that it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty.chances import (
    CASH,
    FIRST,
    OUT,
    TROUGH,
    Figures,
    Share,
    on_time,
    reached,
)
from model.engine.headlines import Headline
from model.tolerance import MONEY


@dataclass(frozen=True)
class Standing:
    """A headline of the plan [USD, or month number], how many draws do as well or better, and how
    many do worse. A draw whose cash ran out before it broke even has not broken even."""

    headline: Headline
    plan: float
    good: Share
    worse: Share


def standings(draws: Figures, plan: Figures, years: Sequence[int]) -> list[Standing]:
    """The plan's standing by first break-even, by EBITDA of each year, by lowest and last cash."""
    amounts = (*(Headline("ebitda", year) for year in years), TROUGH, CASH)
    return [_breakeven(draws, plan), *(_amount(each, draws, plan) for each in amounts)]


def _breakeven(draws: Figures, plan: Figures) -> Standing:
    first = int(plan[FIRST][0])
    # A plan that never breaks even is no better than any draw.
    good = on_time(draws, plan) if first else reached(draws)
    funded = first > 0 and not 0 < plan[OUT][0] <= first
    worse = ~reached(draws) | (draws[FIRST] > first) if funded else np.zeros(len(good), bool)
    return Standing(FIRST, first, Share.of(good), Share.of(worse))


def _amount(headline: Headline, draws: Figures, plan: Figures) -> Standing:
    own, values = float(plan[headline][0]), draws[headline]
    return Standing(headline, own, Share.of(values >= own - MONEY),
                    Share.of(values < own - MONEY))
