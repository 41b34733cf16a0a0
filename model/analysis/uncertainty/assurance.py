"""Which value of one assumption meets a goal in a wanted share of random draws.

The assumption has the value for certain, and all others are drawn. Each value is tried on the same
draws, so that what differs between two of them is the value, and not luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from model.analysis.solve import ROUNDS, Gap, Search, Solution
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.chances import Share
from model.analysis.uncertainty.sensitivity import DRAWS, SEED
from model.engine.numbers import batch, project
from model.engine.projection import Projection
from model.params.assumptions import Assumptions

# Values that a round tries, and draws that are worked out in one batch.
POINTS, CHUNK = 13, 2000


@dataclass(frozen=True)
class Assurance:
    """The solution, in how many draws the goal is met at it and as the plan stands, and the
    standard error of its factor, None where the draws do not tell it. Without a factor `share` is
    that of the plan."""

    solution: Solution
    share: Share
    now: Share
    error: float | None


def assure(assumptions: Assumptions, path: str, gap: Gap, chance: float, size: int = DRAWS,
           seed: int = SEED, tell: Callable[[int, int], None] | None = None) -> Assurance:
    """The factor on a path nearest to 1 at which a gap is 0 or more in a share of `size` draws.
    `tell` is told how many of the values that may be tried are done."""
    search = Search(assumptions, path, exact=False, points=POINTS)
    others = tuple(each for each in sampling.uncertain(assumptions) if each != path)
    drawn = sampling.values_at(assumptions, sampling.places(assumptions, others, size, seed))
    lines, found = lines_read(project(assumptions), gap), {}

    def away(factors: np.ndarray) -> np.ndarray:
        """By how much the share of draws differs from the chance at each of some factors."""
        new, most = [each for each in factors.tolist() if each not in found], max(1, CHUNK // size)
        for first in range(0, len(new), most):
            some = np.array(new[first:first + most])
            met = _met(assumptions, path, some, drawn, gap, lines, size)
            found.update(zip(some.tolist(), map(Share.of, met), strict=True))
            if tell:
                tell(len(found), max(ROUNDS * (POINTS + 1), len(found)))
        return np.array([found[factor].value for factor in factors.tolist()]) - chance

    away(np.ones(1))
    for past in range(ROUNDS):
        if search.settled(past):
            break
        search.narrow(away(search.factors()))
    solution = search.solution()
    if solution.factor is None:
        return Assurance(solution, found[1.0], found[1.0], None)
    return Assurance(solution, found[solution.factor], found[1.0],
                   _error(found, solution.factor, chance))


class Noting(Projection):
    """A projection that notes which of its lines are read."""

    def __getitem__(self, line: str) -> np.ndarray:
        self.worked_out.setdefault("read", set()).add(line)
        return super().__getitem__(line)

    def __contains__(self, line: str) -> bool:
        self.worked_out.setdefault("read", set()).add(line)
        return super().__contains__(line)


def lines_read(plan: Projection, gap: Gap) -> tuple[str, ...] | None:
    """The lines that a gap reads: to keep no others takes a third of the time. None for all."""
    noting = Noting(plan.assumptions, plan.lines, plan.block, plan.unread)
    gap(noting)
    read = noting.worked_out.get("read", set())
    return tuple(line for line in plan.lines if line in read) or None


def _met(assumptions: Assumptions, path: str, factors: np.ndarray,
         drawn: Mapping[str, np.ndarray], gap: Gap, lines: tuple[str, ...] | None,
         size: int) -> np.ndarray:
    """Whether the gap is 0 or more with each factor on the path, (factor, draw)."""
    met = np.zeros((len(factors), size), bool)
    for start in range(0, size, CHUNK):
        most = min(CHUNK, size - start)
        rows = {each: np.concatenate([values[start:start + most]] * len(factors))
                for each, values in drawn.items()}
        rows[path] = sampling.scaled(assumptions, path, np.repeat(factors, most))
        plans = batch(assumptions, sampling.within_mixes(assumptions, rows), lines)
        met[:, start:start + most] = (gap(plans) >= 0).reshape(len(factors), most)
    return met


def _error(found: Mapping[float, Share], factor: float, chance: float) -> float | None:
    """The standard error of a factor: how far from it the share differs by its own standard error,
    on average over both sides, or on the one that tells."""
    factors = np.array(sorted(found))
    away = np.array([found[each].value for each in factors]) - chance
    enough = found[factor].error or np.sqrt(chance * (1 - chance) / found[factor].size)
    at, widths = int(np.searchsorted(factors, factor)), []
    for step in (-1, 1):
        place = at
        while 0 <= place + step < len(factors):
            place += step
            if abs(away[place]) >= enough:
                before = place - step
                part = (enough - abs(away[before])) / (abs(away[place]) - abs(away[before]))
                reached = np.log(factors[before]) + np.clip(part, 0.0, 1.0) * np.log(
                    factors[place] / factors[before])
                widths.append(abs(reached - np.log(factor)))
                break
    return float(factor * np.mean(widths)) if widths else None
