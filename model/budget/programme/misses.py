"""How far forecasts of spending have missed the end of simulated quarters, as a file keeps it.

Of each plan, week and level of coverage the file holds how far below and above its forecast the
spending of a bucket, or of all, came to lie, as a share of what was planned: split-conformal
quantiles, the widest of all ways of steering and environments. A command derives it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.files import exists
from model.folders import params
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError

COMMAND = "python -m model budget misses"
# The groups whose misses are kept. Other buckets are spent by few payments, of which a simulator
# tells nothing.
GROUPS = ("ONE", "GRP", "all")
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Misses:
    """The misses of the forecasts of one plan, low and high by group and level, each with a number
    a week from week 2 to the last but one; and the share of `quarters` that took no part in them
    in which intervals held the spending of all, the least and the most of any week, environment and
    way of steering, by level."""

    weeks: int
    quarters: int
    reach: dict[tuple[str, float], tuple[np.ndarray, np.ndarray]]
    held: dict[float, tuple[float, float]]

    def of(self, group: str, complete: int, coverage: float) -> tuple[float, float] | None:
        """How far below and above a forecast after some weeks the end may lie, as shares of what is
        planned; None where nothing is known of it."""
        level = self.level(coverage)
        if level is None or group not in GROUPS or not 2 <= complete < self.weeks:
            return None
        low, high = self.reach[group, level]
        return float(low[complete - 2]), float(high[complete - 2])

    def level(self, coverage: float) -> float | None:
        """The level that is kept for a coverage: the least that is at least as high."""
        return next((each for each in LEVELS if each >= coverage - 1e-9), None)


def misses_file() -> Path:
    return params() / "budget" / "misses.yaml"


def misses_of(scenario: str, weeks: int) -> Misses | None:
    """The misses of a scenario's forecasts; None where none are kept, or of other weeks. Raises
    InputError where the file is not as the command writes it."""
    path = misses_file()
    if not exists(path):
        return None
    file = read(path)
    content = file.content.get(scenario)
    if file.problems:
        raise InputError(file.problems)
    if content is None:
        return None
    try:
        found = _misses(content)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise _unusable(file, scenario) from None
    return found if found.weeks == weeks else None


def _misses(content: dict) -> Misses:
    weeks = int(content["weeks"])
    reach, held = {}, {}
    for level in LEVELS:
        own = content["levels"][f"{level:g}" if f"{level:g}" in content["levels"] else level]
        for group in GROUPS:
            low, high = (np.array(own[group][side], float) for side in ("low", "high"))
            if low.shape != (weeks - 2,) or high.shape != low.shape or (low < 0).any() \
                    or (high < 0).any() or not np.isfinite(low + high).all():
                raise ValueError
            reach[group, level] = low, high
        held[level] = float(own["held"][0]), float(own["held"][1])
        if not 0 <= held[level][0] <= held[level][1] <= 1 or math.isnan(sum(held[level])):
            raise ValueError
    return Misses(weeks, int(content["quarters"]), reach, held)


def _unusable(file: ParamsFile, scenario: str) -> InputError:
    return InputError.of(file.where(scenario), f"{scenario}: is not as the command writes it; "
                                               f"derive it again with {COMMAND}.")
