"""What a plan owes to assumptions that get better over its years: the plan with each of them held
at its first value, and with all of them.

Better is what helps and costs nothing: with the path held, EBITDA is lower in some month and higher
in none. A budget that rises is none, as it costs before it pays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.solve import Aftermath, aftermaths
from model.analysis.uncertainty import sampling
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions
from model.tolerance import MONEY


@dataclass(frozen=True)
class Improving:
    """An assumption that gets better, and the plan with it held at its first value."""

    path: str
    first: float
    last: float
    held: Aftermath


@dataclass(frozen=True)
class Improvements:
    """Every assumption that gets better, the one that EBITDA of the last year owes most to first,
    the plan with all of them held, and with `budgets` of marketing that rise held instead."""

    each: tuple[Improving, ...]
    together: Aftermath | None
    budgets: tuple[str, ...] = ()
    unbought: Aftermath | None = None


def improvements(plan: Projection) -> Improvements:
    """What a plan, one scenario, owes to assumptions that get better."""
    assumptions = plan.assumptions
    paths = [path for path, entry in assumptions.entries.items()
             if entry.form != "month" and np.ptp(assumptions.series[path].values[:, 0])]
    if not paths:
        return Improvements((), None)
    plans = _at_first(assumptions, [(path,) for path in paths])
    effects = plans["ebitda"] - plan["ebitda"]
    better = (effects < -MONEY).any(axis=1) & (effects <= MONEY).all(axis=1)
    values = {path: series.values[:, 0] for path, series in assumptions.series.items()}
    improving = sorted(
        (Improving(path, float(values[path][0]), float(values[path][-1]), after)
         for path, after, counts in zip(paths, aftermaths(plans), better, strict=True) if counts),
        key=lambda each: each.held.ebitda[-1])
    if not improving:
        return Improvements((), None)
    budgets = tuple(path for path, over_time in values.items()
                    if path.endswith(".marketing") and (over_time > over_time[0]).any())
    groups = [tuple(each.path for each in improving), *([budgets] if budgets else [])]
    together, *unbought = aftermaths(_at_first(assumptions, groups))
    return Improvements(tuple(improving), together, budgets, *unbought)


def _at_first(assumptions: Assumptions, groups: list[tuple[str, ...]]) -> Projection:
    """A scenario for each group of paths, with these at their first value throughout."""
    values = {}
    for path in dict.fromkeys(path for group in groups for path in group):
        now = assumptions.series[path].values[:, 0]
        values[path] = np.array([np.full_like(now, now[0]) if path in group else now
                                 for group in groups])
    return batch(assumptions, sampling.within_mixes(assumptions, values))
