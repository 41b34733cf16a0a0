"""Which assumption decides the ranking, and at which value it flips.

Every assumption is varied alone, all strategies run on the same draws, and where the mean
difference of two strategies changes its sign the value in between is found by a straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from model.budget.plan.plan import Plan, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.tape import ENVIRONMENTS, draw, one_tape
from model.budget.strategies.comparison import FIXED, HYBRID, Flip, Lead, Sensitivity
from model.budget.strategies.measures import Difference, mean_of, paired_difference
from model.budget.strategies.tuning import TITLES, contestants

NAMES = tuple(name for name in TITLES if name != "S0")
# The values that are tried of each assumption, beside the plan's own.
VALUES = {
    "simulation.marketing.gain": (0.0, 0.03, 0.09, 0.12),
    "outcome.advance_share": (0.3, 0.4, 0.65, 0.8),
    "simulation.units.workshop": (0.25, 0.4, 0.7, 0.9),
    "offered.hours": (95.0, 115.0, 160.0, 200.0),
    "prices.one_hour": (50.0, 62.0, 90.0, 110.0),
    "simulation.recruiting.cost": (200.0, 700.0, 1000.0),
}
# Levers, and what must be nothing for them to have no effect.
_EFFECTS = {
    "marketing": ("simulation.marketing.gain",), "recruiting": ("simulation.recruiting.hours",),
    "redesign": ("simulation.redesign.fewer", "simulation.redesign.more")}
LEVERS = _EFFECTS | {"all three": tuple(path for paths in _EFFECTS.values() for path in paths)}
# Values at which the interval of a flip is looked for.
_GRID = 201

# A path and a value.
Run = tuple[str, float]


def settings(plan: Plan, ends: bool = False) -> dict[str, list[float]]:
    """The values that are tried, by path, the plan's own among them; `ends` keeps the lowest value,
    the plan's own and the highest alone."""
    trials = {}
    for path, values in VALUES.items():
        own = float(plan[path])
        every = sorted({*values, own})
        trials[path] = sorted({every[0], own, every[-1]}) if ends else every
    return trials


def runs(plan: Plan, trials: dict[str, list[float]]) -> list[Run]:
    """What must be measured for `settings`, each once; the plan as it is goes by its first path."""
    return list(dict.fromkeys(_run(plan, trials, path, value)
                              for path, values in trials.items() for value in values))


def _run(plan: Plan, trials: dict[str, list[float]], path: str, value: float) -> Run:
    if value == float(plan[path]):
        first = next(iter(trials))
        return first, float(plan[first])
    return path, value


def measure(scenario: str, path: str, value: float, part: range, seed: int,
            split: Sequence[int]) -> np.ndarray:
    """Completions with one assumption changed, (environment, strategy, replication)."""
    return _completions(load_plan(scenario, {path: value}), NAMES, part, seed, split)


def without_effect(scenario: str, lever: str, part: range, seed: int,
                   split: Sequence[int]) -> np.ndarray:
    """Completions of the fixed total and the hybrid where a lever has no effect though they go on
    believing in it, (environment, strategy, replication)."""
    world = load_plan(scenario, dict.fromkeys(LEVERS[lever], 0))
    return _completions(world, (FIXED, HYBRID), part, seed, split, load_plan(scenario))


def _completions(plan: Plan, names: Sequence[str], part: range, seed: int, split: Sequence[int],
                 belief: Plan | None = None) -> np.ndarray:
    strategies = contestants(split)
    tape = one_tape([draw(plan, environment, part, seed) for environment in ENVIRONMENTS])
    quarters = simulate(plan, tape, [strategies[name] for name in names], belief=belief)
    completions = np.array([quarter.completions for quarter in quarters])
    return completions.reshape(len(names), len(ENVIRONMENTS), -1).swapaxes(0, 1)


def harm(results: list[np.ndarray]) -> dict[str, dict[str, Difference]]:
    """S5 less S2 where a lever has no effect though S5 believes in it, by lever and environment."""
    return {lever: {environment: paired_difference(own.astype(float), base.astype(float))
                    for environment, (base, own) in zip(ENVIRONMENTS, completions, strict=True)}
            for lever, completions in zip(LEVERS, results, strict=True)}


def summary(plan: Plan, trials: dict[str, list[float]],
            results: dict[Run, np.ndarray]) -> dict[str, Sensitivity]:
    """Each assumption at its values, and where strategies change places."""
    rows = {}
    for path, values in trials.items():
        completions = [results[_run(plan, trials, path, value)] for value in values]
        means = np.array([each.mean(axis=(0, 2)) for each in completions])
        entry = plan.entries[path]
        rows[path] = Sensitivity(
            label=entry.label, unit=entry.unit, base=float(plan[path]),
            range=list(entry.range), values=values,
            completions={name: means[:, number].tolist() for number, name in enumerate(NAMES)},
            rankings=[[NAMES[number] for number in np.argsort(-row, kind="stable")]
                      for row in means],
            leads=[_lead(value, each) for value, each in zip(values, completions, strict=True)],
            flips=flips(values, completions))
    return rows


def _lead(value: float, completions: np.ndarray) -> Lead:
    own, base = (completions[:, NAMES.index(name)].mean(axis=1) for name in (HYBRID, FIXED))
    lead = own / np.maximum(base, 1e-9) - 1
    return Lead(value, float(lead.mean()), dict(zip(ENVIRONMENTS, lead.tolist(), strict=True)))


def flips(values: list[float], completions: Sequence[np.ndarray]) -> list[Flip]:
    """Where strategies change places, by straight lines between their completions at each value,
    (environment, strategy, replication), and how sure that is."""
    means = np.array([each.mean(axis=(0, 2)) for each in completions])
    crossings = []
    for one, other in combinations(range(len(NAMES)), 2):
        gap = means[:, one] - means[:, other]
        for at in range(len(values) - 1):
            if gap[at] * gap[at + 1] < 0:
                part = gap[at] / (gap[at] - gap[at + 1])
                top = {int(row.argmax()) for row in means[at:at + 2]}
                value = values[at] + part * (values[at + 1] - values[at])
                apart = np.array([(each[:, one] - each[:, other]).ravel() for each in completions])
                low, high = undecided(values, apart.astype(float), value)
                crossings.append(Flip(
                    NAMES[one], NAMES[other], value, low, high,
                    leads_above=NAMES[one] if gap[at + 1] > 0 else NAMES[other],
                    for_the_lead=len(top) > 1 and {one, other} == top))
    return crossings


def undecided(values: list[float], differences: np.ndarray,
              flip: float) -> tuple[float | None, float | None]:
    """The values around a flip at which the interval of the mean difference holds zero; None where
    it still does at the end of what was tried.

    Between values each quarter's difference, (value, quarter), lies on a straight line, so mean and
    interval are known at every value (Fieller's interval; Journal of the Royal Statistical Society
    B 16, 1954).
    """
    tried = np.linspace(values[0], values[-1], _GRID)
    holds = []
    for value in tried:
        at = min(int(np.searchsorted(values, value, side="right")), len(values) - 1)
        part = (value - values[at - 1]) / (values[at] - values[at - 1])
        mean = mean_of((1 - part) * differences[at - 1] + part * differences[at])
        holds.append(mean.low is None or mean.low <= 0 <= mean.high)
    below = [value for value, unclear in zip(tried, holds, strict=True)
             if value <= flip and not unclear]
    above = [value for value, unclear in zip(tried, holds, strict=True)
             if value >= flip and not unclear]
    return (float(below[-1]) if below else None), (float(above[0]) if above else None)
