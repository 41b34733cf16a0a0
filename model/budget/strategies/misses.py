"""How far forecasts of spending miss the end of simulated quarters: derived, kept, and held against
quarters that took no part in it.

A quarter of training gives one miss for each week from which its end is forecast. The interval of a
level reaches from one to another of the ordered misses, so that of quarters like those the named
share or more lie within (split conformal prediction); and as nobody knows which environment or way
of steering a real quarter has, the widest of all is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.budget.plan.plan import GRP, ONE, Plan, load_plan
from model.budget.programme.forecast import (
    LEAST_WEEKS,
    course,
    learners_course,
    outlook,
    with_commitments,
    within,
)
from model.budget.programme.misses import COMMAND, GROUPS, LEVELS, misses_file
from model.budget.simulator.quarter import simulate
from model.budget.simulator.state import Weeks
from model.budget.simulator.tape import ENVIRONMENTS, draw
from model.budget.strategies.published import Fixed, Flexible
from model.budget.strategies.tuning import TRAINING
from model.files import write_whole
from model.params import catalog
from model.progress import Tell

SIZE, HELD = 200, 100
STRATEGIES = (Fixed(), Flexible())


@dataclass(frozen=True)
class Measure:
    """The misses of one plan: arrays (week, ) of what lies below and above by group and level, and
    the least and the most share of other quarters that lay within, by level."""

    plan: Plan
    reach: dict[tuple[str, float], tuple[np.ndarray, np.ndarray]]
    held: dict[float, tuple[float, float]]


def misses(plan: Plan, environment: str, replications: Iterable[int], seed: int) -> np.ndarray:
    """What came at the end less what was forecast, as a share of what is planned: (way of steering,
    week from the second to the last but one, group, replication)."""
    tape = draw(plan, environment, replications, seed)
    return np.array([_misses(plan, quarter.weeks)
                     for quarter in simulate(plan, tape, list(STRATEGIES))])


def _misses(plan: Plan, weeks: Weeks) -> np.ndarray:
    spent, active = np.asarray(weeks.spent, float), weeks.cohort_active.sum(axis=1)
    usual = course(plan)
    planned = {"ONE": plan.opening[ONE], "GRP": plan.opening[GRP], "all": plan.total}
    by_week = []
    for week in range(LEAST_WEEKS, plan.weeks):
        index = learners_course(plan, active[:week], weeks.cohort_enrolled[week - 1].sum(axis=0))
        ahead = np.stack([outlook(spent[:week, bucket],
                                  index if bucket in (ONE, GRP) else usual[:, bucket])
                          for bucket in range(spent.shape[1])], axis=1)
        ahead = with_commitments(ahead, spent[:week], weeks.committed[:week])
        expected = within(ahead, spent[:week].sum(axis=0), weeks.planned[week - 1])[-1]
        rest = spent.sum(axis=0) - expected
        parts = {"ONE": rest[ONE], "GRP": rest[GRP], "all": rest.sum(axis=0)}
        by_week.append([parts[name] / max(1, planned[name]) for name in GROUPS])
    return np.array(by_week)


def quantiles(found: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """How far below and above 0 the ordered misses lie between which a new one falls with the
    chance of a level at least; the last axis is that of the quarters."""
    ordered, number = np.sort(found, axis=-1), found.shape[-1]
    tail = (1 - level) / 2
    # A hair more, so that a tenth of a hundred is ten.
    first = int(np.floor((number + 1) * tail + 1e-9)) - 1
    low = ordered[..., max(0, first)]
    high = ordered[..., min(number - 1, number - 1 - first)]
    return np.maximum(0, -low), np.maximum(0, high)


def measure(plan: Plan, seed: int, size: int = SIZE, held: int = HELD) -> Measure:
    """The misses of a plan in training quarters, and how often others lay within."""
    start = TRAINING.stop
    training = [misses(plan, name, range(start, start + size), seed) for name in ENVIRONMENTS]
    others = [misses(plan, name, range(held), seed) for name in ENVIRONMENTS]
    reach, shares = {}, {}
    for level in LEVELS:
        sides = [quantiles(found, level) for found in training]
        low, high = (np.max([each[side] for each in sides], axis=(0, 1)) for side in (0, 1))
        for at, group in enumerate(GROUPS):
            reach[group, level] = low[:, at], high[:, at]
        every = GROUPS.index("all")
        within = [((found[:, :, every] >= -low[:, every, None] - 1e-9)
                   & (found[:, :, every] <= high[:, every, None] + 1e-9)).mean(axis=-1)
                  for found in others]
        shares[level] = float(np.min(within)), float(np.max(within))
    return Measure(plan, reach, shares)


def write_misses(seed: int, tell: Tell | None = None) -> Path:
    """Measure every scenario, and keep what was measured with the command that derives it again."""
    lines = ["# How far forecasts of spending miss the end; derived by a command, not typed:",
             f"#   {COMMAND} --seed {seed}",
             f"# {SIZE} simulated quarters of every environment and of two ways of steering; below "
             "and above the", f"# forecast, as shares of what is planned, by week from the second. "
             f"held: of {HELD} others, the", "# least and the most share within.", ""]
    every = catalog.scenarios(catalog.BUDGET)
    for at, scenario in enumerate(every):
        if tell:
            tell(at, len(every))
        lines += _section(measure(load_plan(scenario), seed), scenario)
    path = misses_file()
    write_whole(path, ("\n".join(lines) + "\n").encode())
    return path


def _section(found: Measure, scenario: str) -> list[str]:
    lines = [f"{scenario}:", f"  weeks: {found.plan.weeks}", f"  quarters: {HELD}", "  levels:"]
    for level in LEVELS:
        lines.append(f'    "{level:g}":')
        least, most = found.held[level]
        lines.append(f"      held: [{least:.3g}, {most:.3g}]")
        for group in GROUPS:
            low, high = (", ".join(f"{_up(share):.4g}" for share in side)
                         for side in found.reach[group, level])
            lines.append(f"      {group}: {{low: [{low}], high: [{high}]}}")
    return lines


def _up(share: float) -> float:
    """A share rounded up, so that what is kept reaches as far as what was measured."""
    return float(np.ceil(share * 1e4) / 1e4)
