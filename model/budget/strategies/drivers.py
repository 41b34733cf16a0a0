"""Which assumption decides the ranking, and at which value it flips.

Every assumption is varied alone, all strategies run on the same draws, and where the mean
difference of two strategies changes its sign the value in between is found by a straight line.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from model.budget.plan.plan import Plan, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import ENVIRONMENTS, draw, one_tape
from model.budget.strategies.comparison import FIXED, HYBRID, Flip, Lead, Sensitivity
from model.budget.strategies.measures import Difference, paired_difference
from model.budget.strategies.tuning import TITLES, tuned_strategies

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
GAIN = "simulation.marketing.gain"
# Strategies go on believing in the plan's gain, while there is none.
MISTAKEN = "mistaken"
HARMFUL = (GAIN, MISTAKEN)

# A path, or MISTAKEN, and a value.
Run = tuple[str, float]


def settings(plan: Plan, ends: bool = False) -> dict[str, list[float]]:
    """The values that are tried, by path, the plan's own among them; and last, marketing that has
    no effect though strategies believe in it. `ends` keeps the lowest value, the plan's own and the
    highest alone."""
    trials = {}
    for path, values in VALUES.items():
        own = float(plan[path])
        every = sorted({*values, own})
        trials[path] = sorted({every[0], own, every[-1]}) if ends else every
    return trials | {MISTAKEN: [0.0]}


def runs(plan: Plan, trials: dict[str, list[float]]) -> list[Run]:
    """What must be measured for `settings`, each once; the plan as it is goes by its first path."""
    return list(dict.fromkeys(_run(plan, trials, path, value)
                              for path, values in trials.items() for value in values))


def _run(plan: Plan, trials: dict[str, list[float]], path: str, value: float) -> Run:
    if path != MISTAKEN and value == float(plan[path]):
        first = next(iter(trials))
        return first, float(plan[first])
    return path, value


def measure(scenario: str, path: str, value: float, part: range, seed: int,
            names: tuple[str, ...] = NAMES) -> np.ndarray:
    """Completions with one assumption changed, (environment, strategy, replication)."""
    base = load_plan(scenario)
    plan = load_plan(scenario, {_assumption(path): value})
    strategies = tuned_strategies()
    every: list[Strategy] = [strategies[name] for name in names]
    tape = one_tape([draw(plan, environment, part, seed) for environment in ENVIRONMENTS])
    quarters = simulate(plan, tape, every, belief=base if path == MISTAKEN else None)
    completions = np.array([quarter.completions for quarter in quarters])
    return completions.reshape(len(every), len(ENVIRONMENTS), -1).swapaxes(0, 1)


def _assumption(path: str) -> str:
    return GAIN if path == MISTAKEN else path


def without_effect(results: list[np.ndarray]) -> dict[str, dict[str, Difference]]:
    """S5 less S2 without any effect of marketing, by what S5 believes and environment."""
    return {path: {environment: paired_difference(own.astype(float), base.astype(float))
                   for environment, (base, own) in zip(ENVIRONMENTS, completions, strict=True)}
            for path, completions in zip(HARMFUL, results, strict=True)}


def summary(plan: Plan, trials: dict[str, list[float]],
            results: dict[Run, np.ndarray]) -> dict[str, Sensitivity]:
    """Each assumption at its values, and where strategies change places."""
    rows = {}
    for path, values in trials.items():
        completions = [results[_run(plan, trials, path, value)] for value in values]
        means = np.array([each.mean(axis=(0, 2)) for each in completions])
        entry = plan.entries[_assumption(path)]
        rows[path] = Sensitivity(
            label=entry.label, unit=entry.unit, base=float(plan[_assumption(path)]),
            range=list(entry.range), values=values,
            completions={name: means[:, number].tolist() for number, name in enumerate(NAMES)},
            rankings=[[NAMES[number] for number in np.argsort(-row, kind="stable")]
                      for row in means],
            leads=[_lead(value, each) for value, each in zip(values, completions, strict=True)],
            flips=flips(values, means))
    return rows


def _lead(value: float, completions: np.ndarray) -> Lead:
    own, base = (completions[:, NAMES.index(name)].mean(axis=1) for name in (HYBRID, FIXED))
    lead = own / np.maximum(base, 1e-9) - 1
    return Lead(value, float(lead.mean()), dict(zip(ENVIRONMENTS, lead.tolist(), strict=True)))


def flips(values: list[float], means: np.ndarray) -> list[Flip]:
    """Where strategies change places, by straight lines between means, (value, strategy)."""
    crossings = []
    for one, other in combinations(range(len(NAMES)), 2):
        gap = means[:, one] - means[:, other]
        for at in range(len(values) - 1):
            if gap[at] * gap[at + 1] < 0:
                part = gap[at] / (gap[at] - gap[at + 1])
                top = {int(row.argmax()) for row in means[at:at + 2]}
                crossings.append(Flip(
                    NAMES[one], NAMES[other], values[at] + part * (values[at + 1] - values[at]),
                    leads_above=NAMES[one] if gap[at + 1] > 0 else NAMES[other],
                    for_the_lead=len(top) > 1 and {one, other} == top))
    return crossings
