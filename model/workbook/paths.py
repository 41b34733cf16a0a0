"""What the input cells hold: each path of each scenario, as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from model.analysis.forecast import forecast
from model.analysis.variance import actuals
from model.engine.close import observe
from model.engine.numbers import project
from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.params.calendar import MONTHS_PER_YEAR, Calendar
from model.params.overlay import Setting
from model.params.series import shape
from model.problems import InputError, Problem
from model.views.formats import format_month
from model.workbook.interpolation import InputYears, input_months, input_years

# The name of the scenario that runs on from the last close.
FORECAST = "forecast"


# The fields of a year that is typed after the delay, "later 2028", of a month that is set alone,
# "2026-03 alone", and of a weight, "season 3".
LATER, ALONE, SEASON = "later ", " alone", "season "


class PathInput(NamedTuple):
    """What is typed for a path: one value, one a year or one a month, and a delay in months.
    `later` are those of years that were typed after the delay, which it does not move (None is an
    empty cell); `years` the years that are typed, or months of a level by month, from which the
    others follow; `alone` the months that are set alone; `season` twelve weights."""

    values: tuple[float, ...]
    delay: int = 0
    later: tuple[float | None, ...] = ()
    years: InputYears = InputYears(())
    alone: tuple[float | None, ...] = ()
    season: tuple[float, ...] = ()


@dataclass(frozen=True)
class Plans:
    """A company's scenarios by name, base first, the chosen one, and the faulty that are
    `omitted`. `gone` is what the chosen one of an older workbook has set that base no longer
    holds, by path."""

    scenarios: dict[str, Assumptions]
    chosen: str
    omitted: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    gone: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def base(self) -> Assumptions:
        return self.scenarios["base"]

    @property
    def now(self) -> Assumptions:
        return self.scenarios[self.chosen]

    @property
    def forecast(self) -> str | None:
        """The name of the scenario that runs on from the last close, if there is one."""
        return FORECAST if FORECAST in self.scenarios and self.base.observed else None

    @property
    def calendar(self) -> Calendar:
        """The months that all scenarios share."""
        return self.base.calendar

    @cached_property
    def forms(self) -> dict[str, str]:
        """The form of each path's input: `constant`, `year`, `level` (by month) or `month` (dated
        amounts)."""
        return {path: self._form(path) for path in self.base.entries}

    def _form(self, path: str) -> str:
        if self.base.entries[path].form == "month":
            return "month"
        settings = [plan.settings[path].without_months() for plan in self.scenarios.values()]
        if any(shape(setting.value) == "month" for setting in settings):
            return "level"
        grains = {setting.series(self.base.entries[path], self.calendar).grain
                  for setting in settings}
        return "constant" if grains == {"constant"} else "year"

    @cached_property
    def with_later(self) -> frozenset[str]:
        """Paths of which some scenario types a year after a delay."""
        return frozenset(path for plan in self.scenarios.values()
                         for path, setting in plan.settings.items() if setting.later)

    @cached_property
    def with_alone(self) -> frozenset[str]:
        """Paths of which some scenario sets a month alone."""
        return frozenset(path for plan in self.scenarios.values()
                         for path, setting in plan.settings.items()
                         if setting.single_months(self.calendar))

    @cached_property
    def with_season(self) -> frozenset[str]:
        """Paths that have a season in some scenario."""
        return frozenset(path for plan in self.scenarios.values() for path in plan.weights)

    def input(self, scenario: str, path: str) -> PathInput:
        setting = self.scenarios[scenario].settings[path]
        found = self._level(scenario, path)
        if path in self.with_alone:
            alone = setting.single_months(self.calendar)
            found = found._replace(alone=tuple(
                float(np.ravel(alone[at])[0]) if at in alone else None
                for at in range(self.calendar.months)))
        return found._replace(season=setting.season or (1.0,) * MONTHS_PER_YEAR) \
            if path in self.with_season else found

    def _level(self, scenario: str, path: str) -> PathInput:
        plan, form = self.scenarios[scenario], self.forms[path]
        setting, entry = plan.settings[path].without_months(), plan.entries[path]
        if form == "level":
            level = setting.series(entry, self.calendar).monthly(self.calendar)[:, 0]
            return PathInput(tuple(level.tolist()), years=input_months(level, entry))
        series = replace(setting, delay=0, later={}).series(entry, self.calendar)
        if form == "constant":
            return PathInput((float(series.values[0, 0]),))
        months = series.monthly(self.calendar)[:, 0].tolist()
        if form == "month":
            return PathInput(tuple(months))
        later = tuple(float(np.ravel(setting.later[year])[0]) if year in setting.later else None
                      for year in self.calendar.years)
        return PathInput(tuple(self.calendar.firsts(np.array(months)).tolist()), setting.delay,
                         later if path in self.with_later else (),
                         input_years(setting, entry, self.calendar))

    def interpolation_method(self, scenario: str, path: str) -> str:
        """How the years between typed ones are filled; a single number holds on."""
        plan = self.scenarios[scenario]
        by_year = isinstance(plan.settings[path].value, Mapping)
        return plan.entries[path].between if by_year else "step"

    @cached_property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """The scenarios that change each path of base; paths that none changes are left out."""
        scenarios = {path: tuple(name for name, plan in self.scenarios.items()
                                 if plan.settings[path] != setting
                                 and self.input(name, path) != self.input("base", path))
                     for path, setting in self.base.settings.items()}
        return {path: names for path, names in scenarios.items() if names}


def load_plans(company: str, scenario: str = "base") -> Plans:
    """The scenarios of a company. Raises InputError where base or the chosen one is faulty."""
    catalog.scenario_path(company, scenario)
    plans = {"base": load(company).opened(), scenario: load(company, scenario).opened()}
    problems = {}
    for name in catalog.scenarios(company):
        try:
            plans[name] = plans.get(name) or load(company, name).opened()
        except InputError as error:
            problems[name] = error.problems
    usable = {name: plans[name] for name in catalog.scenarios(company) if name in plans}
    return Plans(with_forecast(usable, scenario), scenario, problems)


def with_forecast(scenarios: dict[str, Assumptions], chosen: str) -> dict[str, Assumptions]:
    """Scenarios, and the forecast of the chosen one from its last close, where there is one: a
    scenario more, in whose closed months lines take what was observed."""
    plan = project(scenarios[chosen])
    file = actuals(plan)
    found = forecast(plan, file) if file else None
    if found is None or FORECAST in scenarios:
        return scenarios
    ahead = found.ahead.assumptions
    nothing = dict.fromkeys(ahead.observed, np.full(len(plan.months), np.nan))
    month = format_month(plan.months[found.close])
    return {name: observe(each, nothing) for name, each in scenarios.items()} | {
        FORECAST: replace(ahead, scenario=FORECAST, scenario_title=f"Forecast from {month}",
                          scenario_why=f"{plan.assumptions.scenario_title}, run on from the last "
                                       f"close, that of {month}; what was observed stands on "
                                       "Dated amounts.")}
