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
from model.budget.simulator.tape import ENVIRONMENTS, draw, joined
from model.budget.strategies.measures import paired
from model.budget.strategies.tuning import TITLES, tuned

NAMES = tuple(name for name in TITLES if name != "S0")
_VARIED = {
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


def settings(plan: Plan, ends: bool = False) -> list[tuple[str, list[float]]]:
    """What is varied: paths and values in order, the plan's own among them; and last, marketing
    that has no effect though strategies believe in it. `ends` leaves out what lies between the
    lowest value, the plan's own and the highest."""
    found = []
    for path, values in _VARIED.items():
        every = sorted({*values, float(plan[path])})
        found.append((path, sorted({every[0], float(plan[path]), every[-1]}) if ends else every))
    return [*found, (MISTAKEN, [0.0])]


def runs(plan: Plan, varied: list[tuple[str, list[float]]]) -> list[tuple[str, float]]:
    """What must be measured for `settings`, each once; the plan as it is goes by its first path."""
    return list(dict.fromkeys(_run(plan, varied, path, value)
                              for path, values in varied for value in values))


def _run(plan: Plan, varied: list, path: str, value: float) -> tuple[str, float]:
    if path != MISTAKEN and value == float(plan[path]):
        first = varied[0][0]
        return first, float(plan[first])
    return path, value


def measured(scenario: str, path: str, value: float, part: range, seed: int,
             names: tuple[str, ...] = NAMES) -> np.ndarray:
    """Completions with one assumption changed, (environment, strategy, replication)."""
    base = load_plan(scenario)
    plan = load_plan(scenario, {GAIN if path == MISTAKEN else path: value})
    strategies = tuned()
    every: list[Strategy] = [strategies[name] for name in names]
    tape = joined([draw(plan, environment, part, seed) for environment in ENVIRONMENTS])
    quarters = simulate(plan, tape, every, believed=base if path == MISTAKEN else None)
    found = np.array([quarter.completions for quarter in quarters])
    return found.reshape(len(every), len(ENVIRONMENTS), -1).swapaxes(0, 1)


def without_effect(results: list[np.ndarray]) -> dict:
    """S5 against S2 by environment where marketing has no effect, on as many tapes as were run:
    where S5 knows it, and where it goes on believing in it. `results` are those of `HARMFUL`."""
    return {path: {environment: paired(cell[1].astype(float), cell[0].astype(float))
                   for environment, cell in zip(ENVIRONMENTS, cells, strict=True)}
            for path, cells in zip(HARMFUL, results, strict=True)}


def summary(plan: Plan, varied: list[tuple[str, list[float]]],
            results: dict[tuple[str, float], np.ndarray]) -> dict:
    """By assumption: completions at each value, and where pairs of strategies change places.
    `results` are those of `runs`."""
    found = {}
    for path, values in varied:
        cells = [results[_run(plan, varied, path, value)] for value in values]
        means = np.array([cell.mean(axis=(0, 2)) for cell in cells])
        lead = np.array([_lead(cell) for cell in cells])
        entry = plan.entries[GAIN if path == MISTAKEN else path]
        found[path] = {
            "label": entry.label, "unit": entry.unit, "base": float(plan[entry_path(path)]),
            "range": list(entry.range), "values": values,
            "completions": {name: means[:, number].tolist() for number, name in enumerate(NAMES)},
            "rankings": [[NAMES[number] for number in np.argsort(-row, kind="stable")]
                         for row in means],
            "S5_lead": [{"value": value, "mean": float(row.mean()),
                         "by_environment": dict(zip(ENVIRONMENTS, row.tolist(), strict=True))}
                        for value, row in zip(values, lead, strict=True)],
            "flips": _flips(values, means)}
    return found


def entry_path(path: str) -> str:
    """The assumption behind a name of `settings`."""
    return GAIN if path == MISTAKEN else path


def _lead(cell: np.ndarray) -> np.ndarray:
    """S5's lead over the fixed total, as a share of it, by environment."""
    own, base = (cell[:, NAMES.index(name)].mean(axis=1) for name in ("S5", "S2"))
    return own / np.maximum(base, 1e-9) - 1


def _flips(values: list[float], means: np.ndarray) -> list[dict]:
    """Where two strategies change places, by a straight line between two values."""
    found = []
    for one, other in combinations(range(len(NAMES)), 2):
        gap = means[:, one] - means[:, other]
        for at in range(len(values) - 1):
            if gap[at] * gap[at + 1] < 0:
                part = gap[at] / (gap[at] - gap[at + 1])
                top = {int(row.argmax()) for row in means[at:at + 2]}
                found.append({
                    "first": NAMES[one], "second": NAMES[other],
                    "value": values[at] + part * (values[at + 1] - values[at]),
                    "leads_above": NAMES[one] if gap[at + 1] > 0 else NAMES[other],
                    "for_the_lead": len(top) > 1 and {one, other} == top})
    return found
