"""What each company is judged by, from its profile.yaml: KPIs, rules that watch them, levers for
controls, the pair of the grid, and the outcomes that the sources publish.

A KPI: label, unit, definition (numerator over denominator in words), cadence of its review; its
formula stands in the text kpis() of the company. Where there is one, target, test (at_least,
at_most, above or below it) and source of the target; `action` says what to do about a miss. A
benchmark gives bands, the first that fits, and says how good its source is.

A rule: the KPI, test and threshold on which it fires, how often it is read, action and reset. A
threshold that is the KPI's target or watch, or the bound of one of its bands, is named so, a band
by its label. `falls` has no threshold: it fires on a value below that of the reading before. A
rule signals and changes no projection. Published outcomes are the claims that print them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from model.companies import company_module, text_name
from model.companies.claims import claims, printed_figures
from model.companies.entries import closed, entry, mapping, money_problems
from model.companies.glossary import HERE
from model.counts import inside
from model.params.calendar import Calendar, Year, month_label
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem, nearest


@dataclass(frozen=True)
class Criterion:
    """A test against a bound: whether values above it pass or those below, and whether it does."""

    above: bool
    bound: bool


# The LTV:CAC that practitioners ask for, where a company states none.
USUAL_LTV_TO_CAC = 3.0

# The tests of goals, bands and rules by name.
TESTS = {"at_least": Criterion(above=True, bound=True),
         "at_most": Criterion(above=False, bound=True),
         "above": Criterion(above=True, bound=False),
         "below": Criterion(above=False, bound=False)}


@closed
@dataclass(frozen=True)
class Band:
    """A label for values on one side of a bound; the last band of a benchmark has no bound."""

    label: str
    test: Literal["at_least", "at_most", "above", "below"] | None = None
    bound: float | None = None


@closed
@dataclass(frozen=True)
class Benchmark:
    """The values that other companies have, in bands of which the first that fits counts."""

    source: str
    quality: str
    bands: tuple[Band, ...]


@closed
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
    cadence: Literal["weekly", "monthly", "quarterly"]
    undefined: str | None = None
    target: float | Mapping[int, float] | None = None
    test: Literal["at_least", "at_most", "above", "below"] | None = None
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


@closed
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
    test: Literal["at_least", "at_most", "above", "below", "falls"]
    every: Literal["week", "month", "quarter"]
    action: str
    source: str
    threshold: float | None = None
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


@closed
@dataclass(frozen=True)
class Profile:
    """What profile.yaml states of a company; what is left out, its pages do not speak of.

    levers   paths that controls move
    grid     the two paths of the grid
    solve    paths to solve for
    focus    the segment that a page opens with, by default the first
    volume   the line whose volume breaks even
    jumps    growth of lines in one month above which there is an alert
    """

    focus: str
    kpis: Mapping[str, Goal] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    levers: tuple[str, ...] = ()
    grid: tuple[str, str] | None = None
    solve: tuple[str, ...] = ()
    volume: str | None = None
    jumps: Mapping[str, float] = field(default_factory=dict)
    published: Published | None = None

    def target_year(self, calendar: Calendar) -> Year:
        """The year of the published EBITDA; without one, the last whole year of the plan."""
        return self.published.year_among(calendar) if self.published else calendar.judged_years[-1]

    @property
    def due_month(self) -> int | None:
        """The month number by which losses must be earned back for no rule on that to fire."""
        return min((int(rule.threshold) for rule in self.rules
                    if rule.kpi == "months_to_earn_back" and rule.threshold is not None),
                   default=None)

    @property
    def high_take_rate(self) -> float | None:
        """The take rate at which the uppermost band of its benchmark begins: above it both sides
        are tempted to settle beside the platform."""
        goal = self.kpis.get("take_rate")
        return goal.benchmark.bands[0].bound if goal and goal.benchmark else None


def profile(company: str) -> Profile:
    """The profile of a company. Raises InputError with all that is wrong with its file."""
    return _profile(text_name(company), bool(claims(company).claims))[0]


def place(company: str, *keys: object) -> str:
    """File and line of what a company's profile says under a path of keys."""
    return _profile(text_name(company), bool(claims(company).claims))[1].where(*keys)


@lru_cache(maxsize=8)
def _profile(name: str, published: bool) -> tuple[Profile, ParamsFile]:
    file, faults = read(HERE / name / "profile.yaml"), []
    content = dict(file.content)
    faults += file.problems
    kpis = {kpi: entry(Goal, goal, file, ("kpis", kpi), faults)
            for kpi, goal in mapping(file, "kpis", faults).items()}
    for kpi, goal in kpis.items():
        faults += money_problems(file.where("kpis", kpi, "unit"), f"kpis.{kpi}", goal and goal.unit)
    rules = [_rule(rule, file, ("rules", place), kpis, faults)
             for place, rule in enumerate(content.get("rules") or ())]
    outcomes = _published(name, content.get("published"), file, faults) if published else None
    content = {"focus": company_module(name).SIDES[0].segments[0], **content, "kpis": {},
               "rules": [], "published": None}
    whole = entry(Profile, content, file, (), faults)
    if faults:
        raise InputError(faults)
    return replace(whole, kpis=kpis, rules=tuple(rules), published=outcomes), file


def _rule(content: object, file: ParamsFile, at: tuple, kpis: Mapping[str, Goal | None],
          faults: list[Problem]) -> Rule | None:
    """A rule with its threshold as a number: that is typed or, by name, the KPI's `target`,
    `watch` or the bound of a band."""
    content = dict(content) if isinstance(content, dict) else content
    if not isinstance(content, dict) or content.get("kpi") not in kpis:
        kpi = content.get("kpi") if isinstance(content, dict) else content
        faults.append(Problem(file.where(*at, "kpi"), f"a rule watches {kpi!r}, which is no KPI of "
                              f"this file; {nearest(str(kpi), kpis)}"))
        return None
    goal, threshold = kpis[content["kpi"]], content.get("threshold")
    if goal is not None and isinstance(threshold, str):
        bounds = {band.label: band.bound
                  for band in goal.benchmark.bands} if goal.benchmark else {}
        bounds |= {"target": goal.target, "watch": goal.watch}
        if not isinstance(bounds.get(threshold), (int, float)):
            faults.append(Problem(file.where(*at, "threshold"), (
                f"the threshold {threshold!r} is no number, and none that {content['kpi']} has by "
                f"that name; {nearest(threshold, bounds, lists=None)}")))
            return None
        content["threshold"] = bounds[threshold]
    if content.get("threshold") is None and content.get("test") != "falls":
        faults.append(Problem(file.where(*at), f"the rule on {content['kpi']} has no threshold; "
                              "add one."))
        return None
    return entry(Rule, content, file, at, faults)


def _published(name: str, content: object, file: ParamsFile,
               faults: list[Problem]) -> Published | None:
    """The outcomes that two claims print, by their names."""
    if content is None:
        return None
    named = entry(_Claimed, content, file, ("published",), faults)
    if named is None:
        return None
    by_name = claims(name).claims
    for key in ("breakeven", "ebitda"):
        if (claim := getattr(named, key)) not in by_name:
            faults.append(Problem(file.where("published", key), f"{claim!r} is no claim of "
                                  f"claims.yaml; {nearest(claim, by_name)}"))
            return None
    months = [int(figure.value) for figure in printed_figures(by_name[named.breakeven].printed)
              if figure.unit == "month"]
    profit = by_name[named.ebitda]
    year = profit.model and profit.model.value.single.year
    if not months or year is None:
        faults.append(Problem(file.where("published"), (
            f"{named.breakeven} must print a month, such as October 2027, and {named.ebitda} must "
            "compare with one year of the model, such as annual.ebitda.2028.")))
        return None
    return Published(month_label(months[0]), year, printed_figures(profit.printed)[0].value,
                     named.met_by)


@closed
@dataclass(frozen=True)
class _Claimed:
    """The names of the claims that print outcomes."""

    breakeven: str
    ebitda: str
    met_by: str
