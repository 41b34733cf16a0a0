"""Values of several assumptions that meet several goals at once, as near to the plan as can be.

Each assumption is moved by a factor on its whole path. Near and far are measured in its plausible
range: a move to one end of it counts as 1. The smallest move is looked for, step by step along
the slopes of the goals; where there are more assumptions than the goals determine, other values
meet them as well, and it is said along which directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.goals import NEAR, Goal
from model.analysis.solve import FURTHEST, POINTS, ROUNDS
from model.analysis.uncertainty import sampling
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions

STEPS = 40
# A goal that is off by less, as a share or in months, is met: a tenth of what may be seen of it.
MET = NEAR / 10
# How much a long step is held back, by which several are tried: 0 is what the slopes ask for.
DAMPING = (0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0)
LENGTHS = (1.0, 0.5, 0.2, 0.05)
# By how much of its range an assumption is moved to find a slope.
TOUCH = 1e-4
# Slopes that are less than this share of the greatest are nothing.
FLAT = 1e-6


@dataclass(frozen=True)
class Calibration:
    """The factors on paths that meet the goals, in the order of `paths`.

    met     which goals are met
    free    directions, (direction, path), along which the goals stay met: moves of the logarithm
            of each factor, of which the greatest is 1
    """

    paths: tuple[str, ...]
    factors: np.ndarray
    met: tuple[bool, ...]
    free: np.ndarray


def calibrate(assumptions: Assumptions, paths: Sequence[str],
              goals: Sequence[Goal]) -> Calibration:
    """The smallest move of some paths that meets all goals, or the nearest to it."""
    paths = tuple(dict.fromkeys(paths))
    widths = np.array([_width(assumptions, path) for path in paths])

    def distances(moves: np.ndarray) -> np.ndarray:
        """How far each of some moves, (move, path), leaves each goal, (move, goal)."""
        plans = _plans(assumptions, paths, np.exp(moves * widths))
        return np.nan_to_num(np.array([goal.distance(plans) for goal in goals]).T, nan=1e9,
                             posinf=1e9, neginf=-1e9)

    least, most = zip(*(sampling.factors(assumptions, path) for path in paths), strict=True)
    low, high = (np.log(np.clip(ends, 1 / FURTHEST, FURTHEST)) / widths for ends in (least, most))
    at = np.zeros(len(paths))
    off = distances(at[None])[0]
    for _ in range(STEPS):
        if np.abs(off).max() <= MET:
            break
        touched = _touched(at, high)
        slopes = (distances(at + np.diag(touched)) - off).T / touched
        moves = np.clip(at + _steps(slopes, off), low, high)
        found = distances(moves)
        sizes = np.linalg.norm(found, axis=1)
        best = int(np.argmin(sizes))
        if sizes[best] >= np.linalg.norm(off) * (1 - 1e-9):
            break
        before, at, off = at, moves[best], found[best]
        if np.abs(off).max() <= MET:
            at = _just_met(distances, before, at)
    plan = _plans(assumptions, paths, np.exp(at * widths)[None])
    binding = [goal for goal in goals if goal.binds(plan)[0]]
    return Calibration(paths, np.exp(at * widths), tuple(bool(goal.met(plan)[0]) for goal in goals),
                       _free(assumptions, paths, widths, at, _touched(at, high), binding))


def _just_met(distances, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """From moves that leave a goal to moves that meet all, the first on the way that do."""
    for _ in range(ROUNDS):
        way = before + np.linspace(0.0, 1.0, POINTS)[:, None] * (after - before)
        way[-1] = after
        met = np.abs(distances(way)).max(axis=1) <= MET
        first = int(np.argmax(met[1:])) + 1
        before, after = way[first - 1], way[first]
    return after


def _width(assumptions: Assumptions, path: str) -> float:
    """Half the width of a path's plausible range, as a logarithm of factors; at least a tenth of a
    percent, so that a path without a range can be moved as well."""
    low, high = (float(end.sum()) for end in sampling.ends(assumptions, path))
    now = float(assumptions.series[path].values.sum())
    ratios = [end / now for end in (low, high) if now * end > 0]
    return max(1e-3, *(abs(np.log(ratio)) for ratio in ratios)) if ratios else 1e-3


def _plans(assumptions: Assumptions, paths: tuple[str, ...], factors: np.ndarray) -> Projection:
    """The plans of some factors, (scenario, path)."""
    values = {path: sampling.scaled(assumptions, path, factors[:, place])
              for place, path in enumerate(paths)}
    return batch(assumptions, sampling.within_mixes(assumptions, values))


def _steps(slopes: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Steps towards the goals, (step, path): the shortest by the slopes, and shorter ones."""
    turns, sizes, directions = np.linalg.svd(slopes, full_matrices=False)
    sizes = np.where(sizes > FLAT * sizes.max(initial=0.0), sizes, 0.0)
    most = sizes.max(initial=0.0) ** 2
    return np.array([-length * directions.T @ (np.divide(
        sizes, sizes ** 2 + damping * most, out=np.zeros_like(sizes), where=sizes > 0)
        * (turns.T @ off)) for damping in DAMPING for length in LENGTHS])


def _touched(at: np.ndarray, high: np.ndarray) -> np.ndarray:
    """By how much each path is moved to find a slope: back where there is no further."""
    return np.where(at + TOUCH > high, -TOUCH, TOUCH)


def _free(assumptions: Assumptions, paths: tuple[str, ...], widths: np.ndarray, at: np.ndarray,
          touched: np.ndarray, goals: Sequence[Goal]) -> np.ndarray:
    """Directions, (direction, path), along which no figure that some goals name changes; each as
    far as it can, away from ends that are reached."""
    moves = np.concatenate([at[None], at + np.diag(touched)])
    plans = _plans(assumptions, paths, np.exp(moves * widths))
    slopes = np.empty((len(goals), len(at)))
    for row, goal in zip(slopes, goals, strict=True):
        course = goal.course(plans)
        # Where the figure would be undefined or never, the goal is not met any more.
        row[:] = np.where(np.isfinite(course[1:]), course[1:] - course[0], goal.scale)
        row /= goal.scale * touched
    _, sizes, turns = np.linalg.svd(slopes)
    rank = int((sizes > FLAT * sizes.max(initial=0.0)).sum())
    directions = turns[rank:] * widths
    # Back from an end that is reached: the same direction, the other way.
    against = (directions * (touched < 0)).sum(axis=1, keepdims=True) > 0
    return np.where(against, -1, 1) * directions / np.abs(directions).max(axis=1, keepdims=True)
