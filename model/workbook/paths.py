"""What the input cells hold: each path of each scenario, as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.params.series import Calendar
from model.problems import InputError, Problem
from model.workbook import interpolation


class Typed(NamedTuple):
    """A path as typed: one value, one a year, or one a month; a delay in months; values of years
    that are typed after the delay, in calendar time (None where there is none); and which of the
    years are typed, where the others follow from them."""

    values: tuple[float, ...]
    delay: int = 0
    later: tuple[float | None, ...] = ()
    path: interpolation.Path = interpolation.Path(())


@dataclass(frozen=True)
class Plans:
    """Every scenario of a company by name, base first, the one that is chosen, and why others
    cannot be used."""

    scenarios: dict[str, Assumptions]
    chosen: str
    omitted: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)

    @property
    def base(self) -> Assumptions:
        return self.scenarios["base"]

    @property
    def now(self) -> Assumptions:
        """The chosen scenario."""
        return self.scenarios[self.chosen]

    @property
    def calendar(self) -> Calendar:
        return self.base.calendar

    @cached_property
    def forms(self) -> dict[str, str]:
        """How each path is laid out: `constant`, `year` or `month` (dated amounts)."""
        return {path: self._form(path) for path in self.base.entries}

    def _form(self, path: str) -> str:
        if self.base.entries[path].form == "month":
            return "month"
        grains = {plan.series[path].grain for plan in self.scenarios.values()}
        return "constant" if grains == {"constant"} else "year"

    @cached_property
    def with_later(self) -> frozenset[str]:
        """Paths of which some scenario types a year after a delay."""
        return frozenset(path for plan in self.scenarios.values()
                         for path, setting in plan.settings.items() if setting.later)

    def typed(self, scenario: str, path: str) -> Typed:
        plan, form = self.scenarios[scenario], self.forms[path]
        setting = plan.settings[path]
        series = replace(setting, delay=0, later={}).series(plan.entries[path], self.calendar)
        if form == "constant":
            return Typed((float(series.values[0, 0]),))
        months = series.monthly(self.calendar.months)[:, 0].tolist()
        if form == "month":
            return Typed(tuple(months))
        later = tuple(float(np.ravel(setting.later[year])[0]) if year in setting.later else None
                      for year in self.calendar.years)
        return Typed(tuple(months[::12]), setting.delay,
                     later if path in self.with_later else (),
                     interpolation.path_of(setting, plan.entries[path], self.calendar))

    def between(self, scenario: str, path: str) -> str:
        """How years between typed ones are filled; one number holds on."""
        plan = self.scenarios[scenario]
        by_year = isinstance(plan.settings[path].value, Mapping)
        return plan.entries[path].between if by_year else "step"

    @cached_property
    def changed(self) -> dict[str, tuple[str, ...]]:
        """The scenarios that type something else than base, by path; paths that none changes
        are left out."""
        found = {}
        for path in self.base.entries:
            base = self.typed("base", path)
            names = tuple(name for name in self.scenarios
                          if name != "base" and self.typed(name, path) != base)
            if names:
                found[path] = names
        return found


def load_plans(company: str, chosen: str = "base") -> Plans:
    """Every scenario that can be used, and the problems of the others. Raises InputError where
    base or the chosen one cannot."""
    catalog.scenario_path(company, chosen)
    found = {"base": load(company), chosen: load(company, chosen)}
    omitted = {}
    for name in catalog.scenarios(company):
        try:
            found[name] = found.get(name) or load(company, name)
        except InputError as error:
            omitted[name] = error.problems
    return Plans({name: found[name] for name in catalog.scenarios(company) if name in found},
                 chosen, omitted)
