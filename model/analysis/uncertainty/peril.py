"""What would have to happen for cash to run out: the least that does it, of one assumption alone,
of two, and of all together.

How far an assumption moves is counted in standard deviations of a normal score that is 0 at the
plan. On either side the score has the distribution that draws have on that side of their range, as
if half of them fell there: so an assumption that can only become worse has a distance as well as
one that can become better. Assumptions that go together move together, by the same Gaussian copula
as draws. The least of all together is the design point of the theory of reliability (Hasofer and
Lind, 1974): the shortest vector of independent scores at which the lowest cash is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy.special import ndtr

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.dependence import groups_of
from model.analysis.uncertainty.nearest_point import first_below, nearest
from model.analysis.uncertainty.normal import FARTHEST
from model.engine.numbers import batch, project
from model.params.assumptions import Assumptions
from model.tolerance import MONEY

_CASH = "unrestricted_cash"
# How far each assumption is tried by itself; the farthest is the end of its range.
_RADII = (1.0, 2.5, FARTHEST)
# So many that lower cash most are tried in pairs, of which so many are sought exactly.
_CHIEF, _PAIRS = 8, 6
# A part of the way below this is none, and by how much farther a point is tried as a plan.
_NOTHING, _MORE = 1e-6, (1.0, 1.0002, 1.002, 1.02)
# Paths whose scores go together by more than this are as one.
_AS_ONE = 0.9999


@dataclass(frozen=True)
class Peril:
    """Changes with which cash runs out: by path, how far each is on the way from the plan to the
    low (below 0) or the high end of its range, and its score. `distance` is the length of the
    vector of independent scores behind them, `month` the first month that ends without cash, and
    `plan` has the values."""

    parts: dict[str, float]
    scores: dict[str, float]
    distance: float
    month: str
    plan: Assumptions

    def first(self, path: str) -> float:
        """The first value of a path that moves."""
        return self.planned(self.plan, path)

    def planned(self, assumptions: Assumptions, path: str) -> float:
        """The same value in another plan."""
        return float(assumptions.series[path].values[_moving(self.plan, path), 0])


@dataclass(frozen=True)
class Perils:
    """The least changes with which cash runs out, the nearest first of those alone. `starts` says
    from how many sides those of all together were sought; None where none was found."""

    alone: tuple[Peril, ...]
    pair: Peril | None
    together: Peril | None = None
    starts: int = 0


@dataclass(frozen=True)
class Space:
    """The scores of a plan's uncertain assumptions; `months` is how many of the first months are
    watched."""

    assumptions: Assumptions
    months: int

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return sampling.uncertain(self.assumptions)

    @cached_property
    def root(self) -> np.ndarray:
        """What independent scores give each path, (path, score)."""
        found = np.eye(len(self.paths))
        for group in groups_of(self.assumptions.correlations):
            places = [self.paths.index(path) for path in group.paths]
            found[np.ix_(places, places)] = group.shares
        return found

    def parts(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """How far each path is on its way at points (point, score)."""
        scores = points @ self.root.T
        return {path: np.sign(score) * part_of(self.assumptions.entries[path].distribution, score)
                for path, score in zip(self.paths, scores.T, strict=True)}

    def cash(self, points: np.ndarray) -> np.ndarray:
        """Month-end cash at points (point, score), (point, month) [USD]."""
        plans = batch(self.assumptions, sampling.on_the_way(self.assumptions, self.parts(points)),
                      keep=(_CASH,))
        return plans[_CASH][:, :self.months]

    def lowest(self, points: np.ndarray) -> np.ndarray:
        """The lowest month-end cash at points (point, score) [USD]."""
        return self.cash(points).min(axis=1)

    def peril(self, point: np.ndarray, paths: tuple[str, ...] = ()) -> Peril:
        """A point as changes of some paths, or of all, and of what goes together with them; as
        little farther as it takes for the plan with just these values to run out of cash."""
        for more in _MORE:
            parts = {path: float(part[0]) for path, part in self.parts(more * point[None]).items()}
            values = sampling.on_the_way(self.assumptions, {
                path: np.array([part]) for path, part in parts.items() if abs(part) > _NOTHING})
            plan = self.assumptions.with_values({
                path: each if each.ndim > 1 else float(each[0]) for path, each in values.items()})
            below = project(plan, keep=(_CASH,))[_CASH][0, :self.months] < -MONEY
            if below.any():
                break
        scores = dict(zip(self.paths, (more * self.root @ point).tolist(), strict=True))
        wanted = paths or self.paths
        return Peril({path: parts[path] for path in wanted},
                     {path: scores[path] for path in wanted}, float(more * np.linalg.norm(point)),
                     plan.calendar.labels[int(np.argmax(below))], plan)


def part_of(distribution: str, score: np.ndarray) -> np.ndarray:
    """Which part of the way to the end of a range lies at a score, for a triangle whose peak is
    the plan, or an even spread."""
    beyond = 2 * ndtr(-np.abs(score))
    return 1.0 - (beyond if distribution == "uniform" else np.sqrt(beyond))


def chance(assumptions: Assumptions, path: str, score: float) -> float:
    """The share of draws of a path that are as far on that side of the plan or farther."""
    low, high = (end[_moving(assumptions, path)] for end in sampling.ends(assumptions, path))
    now = assumptions.series[path].values[_moving(assumptions, path), 0]
    side = (high - now if score > 0 else now - low) / (high - low)
    return float(side * 2 * ndtr(-abs(score)))


def _moving(assumptions: Assumptions, path: str) -> int:
    """The first period of a path in which its range has a width."""
    low, high = sampling.ends(assumptions, path)
    return int(np.argmax(low != high))


def perils(assumptions: Assumptions, before: str | None = None,
           together: bool = True) -> Perils | None:
    """The least with which cash runs out before a month, or within the plan. None where the plan
    itself runs out by then. `together` False leaves out all together, which takes longest."""
    labels = assumptions.calendar.labels
    space = Space(assumptions, labels.index(before) if before else len(labels))
    rows = space.root
    tried = np.concatenate([sign * radius * rows for radius in _RADII for sign in (1, -1)])
    monthly = space.cash(np.concatenate([np.zeros((1, len(rows))), tried]))
    cash = monthly.min(axis=1)
    if cash[0] < 0:
        return None
    if not len(rows):
        return Perils((), None)
    # (radius, sign, path)
    by_path = cash[1:].reshape(len(_RADII), 2, len(rows))
    # What does not move the lowest cash may move that of a month which others make the lowest.
    moves = np.ptp(monthly[1:].reshape(2 * len(_RADII), len(rows), -1), axis=0).any(axis=1)
    worse = np.where(by_path.min(axis=0)[0] <= by_path.min(axis=0)[1], 1.0, -1.0)
    falls = cash[0] - by_path.min(axis=1)
    pair = _pair(space, falls[1], worse)
    sides = (worse @ rows, (worse * falls[1]) @ rows) if together else ()
    basis = np.eye(len(rows))[(rows[moves] != 0).any(axis=0)]
    starts = [start for side in sides if (start := _start(space, side)) is not None]
    found = nearest(space.cash, np.array(starts), np.array([basis] * len(starts))) if starts else []
    lengths = np.linalg.norm(found, axis=1) if starts else np.array([])
    return Perils(_alone(space, by_path), pair, space.peril(found[int(np.argmin(lengths))])
                  if starts else None, len(starts))


def _alone(space: Space, cash: np.ndarray) -> tuple[Peril, ...]:
    """Each path that empties the account by itself, from cash (radius, sign, path)."""
    rays, lows, highs, paths = [], [], [], []
    for place, path in enumerate(space.paths):
        for sign, values in zip((1.0, -1.0), cash[:, :, place].T, strict=True):
            if (values < 0).any():
                at = int(np.argmax(values < 0))
                rays.append(sign * space.root[place])
                lows.append(_RADII[at - 1] if at else 0.0)
                highs.append(_RADII[at])
                paths.append(path)
    if not rays:
        return ()
    radii = first_below(space.cash, np.array(rays), np.array(lows), np.array(highs))
    found = [space.peril(radius * ray, (path,))
             for radius, ray, path in zip(radii, rays, paths, strict=True)]
    return tuple(sorted(found, key=lambda peril: peril.distance))


def _pair(space: Space, falls: np.ndarray, worse: np.ndarray) -> Peril | None:
    """The least of any two of the paths that lower cash most."""
    chief = np.argsort(-falls, kind="stable")[:_CHIEF]
    pairs = np.array([pair for pair in combinations(chief.tolist(), 2)
                      if abs(np.dot(*space.root[list(pair)])) < _AS_ONE])
    if not len(pairs):
        return None
    sides = (worse[:, None] * space.root)[pairs].sum(axis=1)
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    radii = first_below(space.cash, sides, np.zeros(len(sides)), np.full(len(sides), FARTHEST), 2)
    if np.isnan(radii).all():
        return None
    near = np.argsort(radii, kind="stable")[:min(_PAIRS, int((~np.isnan(radii)).sum()))]
    found = nearest(space.cash, radii[near, None] * sides[near], space.root[pairs[near]])
    least = int(np.argmin(np.linalg.norm(found, axis=1)))
    return space.peril(found[least], tuple(space.paths[each] for each in pairs[near][least]))


def _start(space: Space, side: np.ndarray) -> np.ndarray | None:
    """The first point without cash on a side; None where there is none."""
    side = side / np.linalg.norm(side)
    radius = first_below(space.cash, side[None], np.zeros(1),
                         np.full(1, FARTHEST * np.sqrt(len(side))), 2)[0]
    return None if np.isnan(radius) else radius * side
