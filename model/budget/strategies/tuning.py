"""The strategies as they are compared: tuned on training tapes, each with as many candidates.

The candidate with most completions over all environments is kept. `params/budget/tuned.yaml` holds
its settings and the command that derives them again. Training tapes have numbers that no held-out
tape has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from model.budget.plan.plan import Plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import draw
from model.budget.strategies.comparison import FIXED, TRAINED
from model.budget.strategies.published import Daily, Drawdown, Fixed, Flexible
from model.budget.strategies.rolling import Rolling
from model.files import exists, write_whole
from model.folders import params, relative
from model.params.quantities import Domain
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem, fail_if, nearest, quoted

COMMAND = "python -m model budget compare --tune"
# Held-out replications are numbered from 0; no comparison is that large (replications.MOST).
TRAINING = range(1_000_000, 1_000_016)
STRATEGIES: dict[str, Strategy] = {each.name: each for each in (
    Strategy(), Daily(), Fixed(), Flexible(), Drawdown(), Rolling())}
TITLES = {
    "S0": "Do nothing", "S1": "Daily micromanaged", "S2": "Fixed total",
    "S3": "Flexible envelope with gates", "S4": "Outcome-tied drawdown",
    "S5": "Hybrid predictive rolling", TRAINED: "Trained fixed split"}
# What is tried for each: as many candidates for every strategy.
_DAYS = {"days": (0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.5,
                  10.0, 15.0, 20.0, 30.0)}
SPACES: dict[str, dict[str, tuple]] = {
    "S1": {"slack": (1.0, 1.5, 2.0, 3.0, 5.0), "cents": (7_500, 15_000, 30_000, 60_000)},
    "S2": _DAYS,
    "S3": {"days": (0.4, 1.0, 3.0, 10.0), "patience": (0, 4, 8, 10, 12)},
    "S4": _DAYS,
    "S5": {"buffer": (0.0, 0.01, 0.02, 0.03, 0.05), "step": (0.2, 0.35, 0.5, 0.75)}}


def candidates(name: str) -> list[Strategy]:
    """A strategy with every combination of the settings that are tried."""
    space = SPACES[name]
    return [replace(STRATEGIES[name], **dict(zip(space, values, strict=True)))
            for values in product(*space.values())]


def edges(strategies: Mapping[str, Strategy]) -> list[str]:
    """Tuned settings at an end of what was tried, in words: a better value may lie beyond."""
    ends = []
    for name, space in SPACES.items():
        for key, values in space.items():
            value = getattr(strategies[name], key)
            if value in (min(values), max(values)):
                end = "lowest" if value == min(values) else "highest"
                ends.append(f"{name} {key} {value:g} ({end} of {len(values)})")
    return ends


def scores(plan: Plan, environment: str, seed: int) -> dict[str, np.ndarray]:
    """Mean completions of every candidate on the training tapes of an environment, by strategy."""
    tape = draw(plan, environment, TRAINING, seed)
    every = {name: candidates(name) for name in SPACES}
    quarters = iter(simulate(plan, tape, [each for several in every.values() for each in several]))
    return {name: np.array([next(quarters).completions.mean() for _ in several])
            for name, several in every.items()}


def best(environments: list[dict[str, np.ndarray]]) -> dict[str, dict[str, float]]:
    """The settings of each strategy's best candidate over the `scores` of all environments."""
    settings = {}
    for name, space in SPACES.items():
        candidate = candidates(name)[int(np.argmax(sum(each[name] for each in environments)))]
        settings[name] = {key: getattr(candidate, key) for key in space}
    return settings


def tuned_file() -> Path:
    return params() / "budget" / "tuned.yaml"


def write_settings(settings: Mapping[str, Mapping[str, float]], seed: int) -> Path:
    """Keep tuned settings, with the command that derives them again."""
    path = tuned_file()
    lines = [
        "# Settings of the strategies, tuned on training tapes; derived by a command, not typed:",
        f"#   {COMMAND} --seed {seed}",
        f"# Each strategy had {len(candidates('S2'))} candidates on {len(TRAINING)} tapes of every "
        "environment; most completions won.", ""]
    for name, own in settings.items():
        inside = ", ".join(f"{key}: {value:g}" for key, value in own.items())
        lines.append(f"{name}: {{{inside}}}  # {TITLES[name]}")
    write_whole(path, ("\n".join(lines) + "\n").encode())
    return path


def tuned_strategies() -> dict[str, Strategy]:
    """Every strategy with its tuned settings. Raises InputError."""
    path = tuned_file()
    if not exists(path):
        raise InputError.of(relative(path), f"is not there; derive it with {COMMAND}.")
    file = read(path)
    if not file.content:
        fail_if(file.problems)
    problems, strategies = list(file.problems), dict(STRATEGIES)
    for name in file.content:
        if name in SPACES:
            settings, faults = _settings(file, name)
            problems += faults
            strategies[name] = replace(strategies[name], **settings)
        else:
            problems.append(Problem(file.where(name), f"{quoted(str(name))} is not a strategy that "
                                    f"is tuned; {nearest(str(name), SPACES)}"))
    problems += [Problem(file.where(), f"has no {name}; derive it again with {COMMAND}.")
                 for name in SPACES if name not in file.content]
    fail_if(problems)
    return strategies


def contestants(split: Sequence[int]) -> dict[str, Strategy]:
    """Every strategy as it is compared: the tuned ones, and the fixed total from a split that was
    found on training quarters, cents by bucket. Raises InputError."""
    strategies = tuned_strategies()
    return strategies | {TRAINED: replace(strategies[FIXED], name=TRAINED, opening=tuple(split))}


def _settings(file: ParamsFile, name: str) -> tuple[dict[str, float], list[Problem]]:
    content, space = file.content[name], SPACES[name]
    entries = content if isinstance(content, dict) else {}
    settings, problems = {}, []
    for key, value in entries.items():
        where = file.where(name, key)
        if key not in space or isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(Problem(where, f"{name}: {quoted(str(key))} = {quoted(str(value))} is "
                                    f"not a setting that is tuned; {nearest(str(key), space)}"))
            continue
        kind = type(space[key][0])
        domain = Domain(min(space[key]), max(space[key]), whole=kind is int)
        if domain.allows(value):
            settings[key] = kind(value)
        else:
            problems.append(Problem(where, f"{name}: {key} = {value:.12g} was never tried, which "
                                    f"is {domain}; derive the file again with {COMMAND}."))
    if missing := [key for key in space if key not in entries]:
        problems.append(Problem(file.where(name), f"{name} has no {', '.join(missing)}; derive the "
                                                  f"file again with {COMMAND}."))
    return settings, problems
