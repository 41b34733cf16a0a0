"""KPIs, rules, levers and published outcomes of each company, from profiles.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from model.companies.claims import claims, instance, printed_figures
from model.counts import inside
from model.params.calendar import Calendar, Year, month_label
from model.params.yaml_file import read


@dataclass(frozen=True)
class Criterion:
    """A test against a bound: whether values above it pass or those below, and whether it does."""

    above: bool
    bound: bool


# The tests of goals, bands and rules by name.
TESTS = {"at_least": Criterion(above=True, bound=True),
         "at_most": Criterion(above=False, bound=True),
         "above": Criterion(above=True, bound=False),
         "below": Criterion(above=False, bound=False)}


@dataclass(frozen=True)
class Band:
    """A label for values on one side of a bound; the last band of a benchmark has no bound."""

    label: str
    test: str | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Benchmark:
    """The values that other companies have, in bands of which the first that fits counts."""

    source: str
    quality: str
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Goal:
    """A KPI and its target.

    undefined  why there may be no value; a KPI without this text has no formula, and needs actuals
    target     one number, or one by year; `test` is at_least, at_most, above or below it
    moving     the line of the text `kpis` that is the target, if the plan itself gives it
    watch      the value up to which a miss is only watched
    action     what a miss calls for
    number     its place among the seven KPIs of the source
    segment    what it is about, if not the whole side
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

    def states(self, target, watch=None) -> list[tuple]:
        """What a value counts as, with the bound and the test of each: the first that it passes
        counts. `target` and `watch` may be cells; `watch` is this goal's own by default."""
        states = [("met", target, self.test)]
        if self.watch is not None:
            states.append(("watch", self.watch if watch is None else watch,
                           "at_least" if TESTS[self.test].above else "at_most"))
        return states

    @property
    def inside(self) -> str:
        return inside(self.label)

    def target_in(self, year: int) -> float | None:
        """The target of one year; between the years of the target it moves in equal steps."""
        if not isinstance(self.target, Mapping):
            return self.target
        years = sorted(self.target)
        return float(np.interp(year, years, [self.target[at] for at in years]))


@dataclass(frozen=True)
class Rule:
    """A signal that fires when a KPI is on the wrong side of a threshold or, by the test `falls`,
    below its value before.

    It is read `every` week, month or quarter, fires after `dwell` readings in a row on the wrong
    side, and ends with the first that is not. `favorable` says that firing is good news,
    `fires_without_value` that a KPI whose event never comes counts as beyond the threshold.
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
    fires_without_value: bool = False
    favorable: bool = False


@dataclass(frozen=True)
class Published:
    """The published outcomes: the month of break-even, and EBITDA of one year [USD], as claims
    print them. `met_by` is the assumption that was chosen so that base meets the month."""

    breakeven: str
    ebitda_year: int
    ebitda: float
    met_by: str

    def year_among(self, calendar: Calendar) -> Year:
        """The year of the published EBITDA; the last whole one of a plan that does not have it."""
        years = calendar.judged_years
        return years[years.index(self.ebitda_year) if self.ebitda_year in years else -1]


@dataclass(frozen=True)
class Profile:
    """What profiles.yaml states of a company.

    levers   paths that controls move
    grid     the two paths of the grid
    solve    paths to solve for
    focus    the segment that a page opens with
    volume   the line whose volume breaks even
    jumps    growth of lines in one month above which there is an alert
    """

    kpis: dict[str, Goal]
    rules: tuple[Rule, ...]
    levers: tuple[str, ...]
    grid: tuple[str, str]
    solve: tuple[str, ...]
    focus: str
    volume: str
    jumps: Mapping[str, float]
    published: Published

    @property
    def due_month(self) -> int:
        """The month number by which losses must be earned back for no rule on that to fire."""
        return min(int(rule.threshold) for rule in self.rules if rule.kpi == "months_to_earn_back")

    @property
    def high_take_rate(self) -> float | None:
        """The take rate at which the uppermost band of its benchmark begins: above it both sides
        are tempted to settle beside the platform."""
        goal = self.kpis.get("take_rate")
        return goal.benchmark.bands[0].bound if goal and goal.benchmark else None


@lru_cache(maxsize=8)
def profile(company: str) -> Profile:
    content = dict(read(Path(__file__).with_name("profiles.yaml")).content[company])
    kpis = {name: instance(Goal, goal, (Benchmark, Band))
            for name, goal in content.pop("kpis").items()}
    return Profile(
        kpis=kpis,
        rules=tuple(Rule(**rule | {"threshold": _threshold(rule.get("threshold"),
                                                           kpis[rule["kpi"]])})
                    for rule in content.pop("rules")),
        published=_published(company, **content.pop("published")),
        **{name: tuple(value) if isinstance(value, list) else value
           for name, value in content.items()})


def _threshold(threshold: float | str | None, goal: Goal) -> float | None:
    """A threshold as typed or, by name, the KPI's `target`, `watch` or bound of a band."""
    if not isinstance(threshold, str):
        return threshold
    bounds = {band.label: band.bound for band in goal.benchmark.bands} if goal.benchmark else {}
    return (bounds | {"target": goal.target, "watch": goal.watch})[threshold]


def _published(company: str, breakeven: str, ebitda: str, met_by: str) -> Published:
    """The outcomes that two claims print, by their names."""
    by_name = claims(company).claims
    month = next(int(figure.value) for figure in printed_figures(by_name[breakeven].printed)
                 if figure.unit == "month")
    profit = by_name[ebitda]
    return Published(month_label(month), profit.model.value.single.year,
                     printed_figures(profit.printed)[0].value, met_by)


@lru_cache(maxsize=1)
def directions() -> dict[str, int]:
    """1 for lines and KPIs of which more is better, −1 where it is worse (effects.yaml)."""
    content = read(Path(__file__).with_name("effects.yaml")).content
    return dict.fromkeys(content["better"], 1) | dict.fromkeys(content["worse"], -1)
