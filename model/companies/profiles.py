"""What each company is judged by and steered with, from profiles.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from model.params_file import read


@dataclass(frozen=True)
class Goal:
    """A KPI's label, unit and target, which may differ by year. `test` is at_least, at_most,
    above or below."""

    label: str
    unit: str
    target: float | Mapping[int, float] | None = None
    test: str | None = None
    source: str | None = None


    def target_in(self, year: int) -> float | None:
        """The target of one year; between the years that are given it moves in equal steps."""
        if not isinstance(self.target, Mapping):
            return self.target
        years = sorted(self.target)
        return float(np.interp(year, years, [self.target[given] for given in years]))


@dataclass(frozen=True)
class Published:
    """Outcomes that the sources publish: month of break-even, and EBITDA of one year. [USD]"""

    breakeven: str
    ebitda_year: int
    ebitda: float


@dataclass(frozen=True)
class Profile:
    """KPIs by name; paths that controls move; the two paths of the grid; paths to solve for; the
    segment that a page opens with; the line whose volume breaks even; the month number by which
    investors would want break-even; published outcomes."""

    kpis: dict[str, Goal]
    levers: tuple[str, ...]
    grid: tuple[str, str]
    solve: tuple[str, ...]
    focus: str
    volume: str
    wanted_month: int
    published: Published


@lru_cache(maxsize=8)
def profile(company: str) -> Profile:
    content = read(Path(__file__).with_name("profiles.yaml")).content[company]
    goals = {name: Goal(**goal) for name, goal in content["kpis"].items()}
    return Profile(goals, tuple(content["levers"]), tuple(content["grid"]),
                   tuple(content["solve"]), content["focus"], content["volume"],
                   content["wanted_month"], Published(**content["published"]))
