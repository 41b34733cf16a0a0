"""What each company is judged by and steered with, from profiles.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from model.counts import inside
from model.params.yaml_file import read


@dataclass(frozen=True)
class Criterion:
    """A test against a bound: whether values above it pass, or those below, and whether the bound
    itself does."""

    above: bool
    bound: bool


# The tests of goals, bands and rules by name.
TESTS = {"at_least": Criterion(above=True, bound=True),
         "at_most": Criterion(above=False, bound=True),
         "above": Criterion(above=True, bound=False),
         "below": Criterion(above=False, bound=False)}


@dataclass(frozen=True)
class Band:
    """A name for values on one side of a bound; the last band of a benchmark has no bound."""

    label: str
    test: str | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Benchmark:
    """What others have: bands, of which the first that fits counts, and how good the source is."""

    source: str
    quality: str
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Goal:
    """A KPI: label, unit, definition in words, cadence of its review, and what is wanted of it.

    The target may differ by year; `test` is at_least, at_most, above or below it. `moving` names
    the line of the text `kpis` that is the target where the plan itself gives it. A miss that is
    not beyond `watch` is on watch. `undefined` says why there may be no value; a KPI without it
    is given by no text, and needs actuals.
    `number` is the place among the seven KPIs of the source, `action` what it calls for, and
    `segment` the one that it is about, where it is not about the whole side.
    """

    label: str
    unit: str
    definition: str
    cadence: str
    undefined: str | None = None
    target: float | Mapping[int, float] | None = None
    test: str | None = None
    source: str | None = None
    watch: float | None = None
    moving: str | None = None
    action: str | None = None
    number: int | None = None
    segment: str | None = None
    benchmark: Benchmark | None = None

    @property
    def modeled(self) -> bool:
        """Whether the plan gives it a value."""
        return self.undefined is not None

    @property
    def watch_test(self) -> str:
        """The test of a miss that is only on watch: the bound itself passes."""
        return "at_least" if TESTS[self.test].above else "at_most"

    @property
    def inside(self) -> str:
        """The label as it stands inside a sentence."""
        return inside(self.label)

    def target_in(self, year: int) -> float | None:
        """The target of one year; between the years that are given it moves in equal steps."""
        if not isinstance(self.target, Mapping):
            return self.target
        years = sorted(self.target)
        return float(np.interp(year, years, [self.target[given] for given in years]))


@dataclass(frozen=True)
class Rule:
    """A signal: it fires where a KPI is on the wrong side of a threshold, or (`falls`, which has
    none) below what it was at the reading before.

    Read once a week, month or quarter (`every`); it must hold `dwell` times in a row to fire, and
    falls silent with the first reading that is not on the wrong side. `never_fires` counts a KPI
    that has no value because its event never comes as beyond the threshold; `favorable` says that
    firing is good news.
    """

    id: str
    kpi: str
    test: str
    threshold: float | None
    every: str
    action: str
    source: str
    dwell: int = 1
    reset: str | None = None
    never_fires: bool = False
    favorable: bool = False


@dataclass(frozen=True)
class Published:
    """Outcomes that the sources publish: month of break-even, and EBITDA of one year. [USD]
    `met_by` is the assumption that was chosen so that base meets the month."""

    breakeven: str
    ebitda_year: int
    ebitda: float
    met_by: str | None = None


@dataclass(frozen=True)
class Profile:
    """KPIs by name; rules; paths that controls move; the two paths of
    the grid; paths to solve for; the segment that a page opens with; the line whose volume breaks
    even; the month number by which investors would want break-even; growth of lines in one month
    above which alerts speak; published outcomes."""

    kpis: dict[str, Goal]
    rules: tuple[Rule, ...]
    levers: tuple[str, ...]
    grid: tuple[str, str]
    solve: tuple[str, ...]
    focus: str
    volume: str
    wanted_month: int
    jumps: Mapping[str, float]
    published: Published

    @property
    def high_take_rate(self) -> float | None:
        """The take rate above which both sides are tempted to settle beside the platform: where
        the uppermost band of its benchmark begins."""
        goal = self.kpis.get("take_rate")
        return goal.benchmark.bands[0].bound if goal and goal.benchmark else None


@lru_cache(maxsize=8)
def profile(company: str) -> Profile:
    content = dict(read(Path(__file__).with_name("profiles.yaml")).content[company])
    return Profile(
        kpis={name: _goal(goal) for name, goal in content.pop("kpis").items()},
        rules=tuple(Rule(**{"threshold": None} | rule) for rule in content.pop("rules")),
        published=Published(**content.pop("published")),
        **{name: tuple(value) if isinstance(value, list) else value
           for name, value in content.items()})


def _goal(content: dict) -> Goal:
    benchmark = content.get("benchmark")
    if benchmark:
        bands = tuple(Band(**band) for band in benchmark["bands"])
        benchmark = Benchmark(benchmark["source"], benchmark["quality"], bands)
    return Goal(**{**content, "benchmark": benchmark})
