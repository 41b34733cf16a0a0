"""Which value of one assumption gives a wanted outcome, all else as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.unit_economics import economics
from model.companies.glossary import Side
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions

# How far from the present to look, and how finely: the last interval is below 1e-6 wide, and where
# a figure has to be met exactly, as narrow as numbers can be.
FURTHEST = 50.0
POINTS = 41
ROUNDS, EXACT_ROUNDS = 4, 10

Gap = Callable[[Projection], np.ndarray]


@dataclass(frozen=True)
class Solution:
    """The factor on a path, and its first value, at which a goal is just met. None: of the values
    that were tried within FURTHEST times either way, and within what its unit and its mix allow,
    every one meets it (`met`) or none does. `upward` says that more of it meets the goal, less of
    it misses it."""

    path: str
    factor: float | None
    value: float | None
    now: float
    met: bool
    upward: bool = True


def solve(assumptions: Assumptions, questions: Sequence[tuple[str, Gap]],
          keep: tuple[str, ...] | None = None, exact: bool = False) -> list[Solution]:
    """For each (path, gap): the factor nearest to 1 at which the gap changes sign.

    A gap gives (scenario,), ≥ 0 where the goal is met, or 0 alone of `exact` ones. Every round
    tries a range of factors of all paths in one batch and narrows the range around the crossing
    nearest to the present, so it needs no slope and is not misled where there are several
    crossings.
    """
    searches = [Search(assumptions, path, exact) for path, _ in questions]
    for past in range(EXACT_ROUNDS if exact else ROUNDS):
        if all(search.settled(past) for search in searches):
            break
        # Each search has a block of scenarios in which its own path alone is scaled.
        values = {path: sampling.scaled(assumptions, path, np.concatenate([
            search.factors() if search.path == path else np.ones(POINTS + 1)
            for search in searches])) for path in dict.fromkeys(path for path, _ in questions)}
        plans = batch(assumptions, sampling.within_mixes(assumptions, values), keep)
        for i, ((_, gap), search) in enumerate(zip(questions, searches, strict=True)):
            search.narrow(gap(plans)[i * (POINTS + 1):(i + 1) * (POINTS + 1)])
    return [search.solution() for search in searches]


class Search:
    """Where one path's factor may lie, narrowed round by round, of which each tries some points."""

    def __init__(self, assumptions: Assumptions, path: str, exact: bool, points: int = POINTS):
        self._points = points
        self.path, self.now = path, float(assumptions.series[path].values[0, 0])
        self._exact = exact
        self._low, self._high = np.clip(sampling.factors(assumptions, path), 1 / FURTHEST, FURTHEST)
        # Whether the goal is met at either end of what is left; whether all that was tried is on
        # one side of it, and meets it throughout.
        self._ends, self._alike, self._throughout = (False, False), False, False

    def factors(self) -> np.ndarray:
        """The factors to try, and the present where it lies between them."""
        factors = np.geomspace(self._low, self._high, self._points)
        return np.sort(np.append(factors, np.clip(1.0, self._low, self._high)))

    def narrow(self, gaps: np.ndarray) -> None:
        factors, sides = self.factors(), np.sign(gaps) if self._exact else gaps >= 0
        met = sides == 0 if self._exact else sides
        turns = np.flatnonzero(sides[1:] != sides[:-1])
        if not turns.size:
            self._alike, self._throughout = True, bool(met[0])
        elif self._exact and met[factors == 1.0].any():
            self._low, self._high, self._ends = 1.0, 1.0, (True, True)
        else:
            nearest = turns[np.argmin(np.abs(np.log(factors[turns])))]
            self._low, self._high = factors[nearest], factors[nearest + 1]
            self._ends = bool(met[nearest]), bool(met[nearest + 1])

    def settled(self, rounds: int) -> bool:
        """Whether no further round would tell more."""
        return self._alike or (any(self._ends) and (rounds >= ROUNDS or self._low == self._high))

    def solution(self) -> Solution:
        if not any(self._ends):
            return Solution(self.path, None, None, self.now, self._throughout)
        upward = self._ends[1]
        factor = float(self._high if upward else self._low)
        return Solution(self.path, factor, self.now * factor, self.now, True, upward)


@dataclass(frozen=True)
class Aftermath:
    """What moved assumptions do to the whole plan: numbers of the month of the first break-even,
    of the one since when all losses are earned back and of the first with cash below zero (0 for
    never), lowest cash, and EBITDA by year. [month number, three times; USD; USD]"""

    breakeven: int
    earned_back: int
    out_of_cash: int
    lowest_cash: float
    ebitda: np.ndarray

    @property
    def ruins(self) -> bool:
        """Whether the plan then never breaks even, or runs out of cash."""
        return self.breakeven == 0 or self.lowest_cash < 0


def aftermath(assumptions: Assumptions, solutions: Sequence[Solution]) -> list[Aftermath | None]:
    """The whole plan with each solved value in place of the path's own; None without one."""
    factors = [(each.path, each.factor) for each in solutions if each.factor is not None]
    if not factors:
        return [None] * len(solutions)
    values = {path: sampling.scaled(assumptions, path, np.array(
        [factor if own == path else 1.0 for own, factor in factors])) for path, _ in factors}
    every = iter(aftermaths(batch(assumptions, sampling.within_mixes(assumptions, values))))
    return [None if each.factor is None else next(every) for each in solutions]


def aftermaths(plans: Projection) -> list[Aftermath]:
    """What becomes of each scenario of a batch."""
    return [Aftermath(int(first), int(back), int(out), float(lowest), ebitda)
            for first, back, out, lowest, ebitda in
            zip(plans["breakeven_first"][:, -1], plans["breakeven_earned_back"][:, -1],
                plans["out_of_cash"][:, -1], plans["trough_cash"][:, -1], plans.by_year("ebitda"),
                strict=True)]


def ltv_to_cac_gap(side: Side, segment: str | None, year: int, goal: float):
    """A gap for `solve`: LTV:CAC of a segment in a year, less the goal."""
    def gap(projection: Projection) -> np.ndarray:
        ratio = economics(projection, side, segment).ltv_to_cac[:, projection.years.index(year)]
        return np.nan_to_num(ratio, nan=-1.0) - goal
    return gap


def breakeven_gap(month: str):
    """A gap for `solve`: the best EBITDA of any month up to and with the given one."""
    def gap(projection: Projection) -> np.ndarray:
        last = projection.months.index(month)
        return projection["ebitda"][:, :last + 1].max(axis=1)
    return gap


def earned_back_gap(month: str):
    """A gap for `solve`: the lowest that EBITDA of all months so far is from the given one on."""
    def gap(projection: Projection) -> np.ndarray:
        at = projection.months.index(month)
        return np.cumsum(projection["ebitda"], axis=1)[:, at:].min(axis=1)
    return gap
