"""The assumptions of one company in one scenario: read, checked, and laid over each other.

    load("mentorship", "downside", {"mentees.cac.2028": 95})

A path is dotted (`mentees.cac`); a year of it is `mentees.cac.2028`, a month or a dated amount
`capex.platform.2026-03`, its season `mentees.cac.season`. Base comes first, then the scenarios
that a scenario extends, the scenario itself, and `changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.currency import show
from model.folders import relative
from model.numerals import PLAIN
from model.params import (
    catalog,
    consistency,
    decision,
    dependence,
    financing,
    limits,
    openings,
    overlay,
)
from model.params.actuals_file import ActualsFile, read_actuals
from model.params.base_file import Base, read_base
from model.params.calendar import Calendar
from model.params.entry import Closed, Correlation, Decision, Entry, Scenario, validate
from model.params.financing import Financing
from model.params.overlay import Setting
from model.params.series import Series
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem, fail_if, nearest, quoted

BASE_TITLE, BASE_WHY = "Base", "The plan as its sources and estimates give it."


@dataclass(frozen=True)
class Assumptions:
    """Every assumption of a company in one scenario.

    By path, `entries` are those of base.yaml, `settings` what they are set to in the scenario, and
    `own` what the scenario itself sets, without changes. `files` are the params files that it
    reads, base first; `actuals` is what stood in `actuals_file` when it was read. `about` says what
    the company sells, to whom and how it earns; `numerals` is the form of numbers on pages;
    `observed` are the lines that take what was observed in closed months (engine/close.py);
    `correlations` say which assumptions go together, `financing` on which terms money comes in,
    `decision` what may be decided.
    """

    company: str
    scenario: str
    title: str
    scenario_title: str
    scenario_why: str
    currency: str
    as_of: str
    calendar: Calendar
    entries: Mapping[str, Entry] = field(repr=False)
    settings: Mapping[str, Setting] = field(repr=False)
    base_file: ParamsFile = field(repr=False)
    files: tuple[Path, ...] = field(repr=False)
    actuals_file: Path | None = field(default=None, repr=False)
    actuals: ActualsFile | None = field(default=None, repr=False)
    about: str = ""
    numerals: str = PLAIN
    own: Mapping[str, Setting] = field(default_factory=dict, repr=False)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict, repr=False)
    observed: tuple[str, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    financing: Financing = field(default_factory=Financing)
    decision: Decision | None = None

    @cached_property
    def series(self) -> dict[str, Series]:
        return {path: setting.series(self.entries[path], self.calendar)
                for path, setting in self.settings.items()}

    @cached_property
    def held(self) -> dict[str, Series]:
        """What each month holds: the levels of `series`, with their seasons."""
        return {path: each.with_season(self.weights[path], self.calendar)
                if path in self.weights else each for path, each in self.series.items()}

    @cached_property
    def weights(self) -> dict[str, np.ndarray]:
        """By what a season multiplies the level of each month, (month,), by path."""
        return overlay.weights(self.settings, self.calendar)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths whose value, moments, timing or season differ from base."""
        return tuple(path for path, setting in self.settings.items()
                     if setting.differs(self.entries[path]))

    @cached_property
    def mixes(self) -> dict[str, list[str]]:
        """The paths of each mix of shares, of which one further segment takes the remainder."""
        mixes: dict[str, list[str]] = {}
        for path in self.entries:
            if mix := catalog.mix_of(path):
                mixes.setdefault(mix, []).append(path)
        return mixes

    def base(self) -> Assumptions:
        """The same company in its base scenario, beside the same actuals."""
        return replace(self, scenario="base", scenario_title=BASE_TITLE, scenario_why=BASE_WHY,
                       settings={path: Setting.of(entry)
                                 for path, entry in self.entries.items()},
                       files=self.files[:1],
                       correlations=dependence.of_files((self.base_file,), self.entries)[0],
                       financing=financing.of_files((self.base_file,), self.calendar)[0])

    def where(self, path: str) -> str:
        """File and line of an assumption in base.yaml, or of the section where it is missing."""
        return self.base_file.where("assumptions", *path.split("."))

    def with_values(self, values: Mapping[str, object]) -> Assumptions:
        """A copy in which paths have other values: numbers, or arrays with one value a scenario. An
        array has shape (scenario,), or (scenario, year) for values by year, or (scenario, month).
        Raises InputError with every problem."""
        plan = self.opened(values)
        settings, faults = overlay.with_changes(plan.settings, plan.entries, self.calendar, values,
                                                company=self.company)
        fail_if(faults)
        copy = replace(plan, settings=settings)
        # What did not change is not spread over time again.
        copy.__dict__["series"] = {
            path: plan.series[path] if setting is plan.settings[path] else
            setting.series(plan.entries[path], self.calendar) for path, setting in settings.items()}
        fail_if(copy._joint_problems(lambda paths: "changes", values))
        return copy

    def _joint_problems(self, origin: consistency.Origin,
                        given: Iterable[str] = ()) -> list[Problem]:
        """What does not hold of all assumptions together; `given` are paths that were just set."""
        known = {path for path, entry in self.entries.items()
                 if entry.source not in openings.IMPLIED
                 or self.settings[path].differs(entry)}
        return [*consistency.problems(consistency.Plan(
            self.entries, self.monthly, self.weights, self.mixes, self.calendar.labels, origin)),
            *openings.problems(self.entries, self.series, known.union(given), origin,
                               self.calendar, self.company)]

    def monthly(self, path: str) -> np.ndarray:
        """Values by month, shape (month, scenario)."""
        return self.held[path].monthly(self.calendar)

    def opened(self, names: Iterable[str] | None = None) -> Assumptions:
        """The same plan, with an entry for each opening that one of `names` sets, or for all."""
        entries = openings.with_implied(self.entries, names, self.company)
        own = {path: Setting.of(entry) for path, entry in entries.items()} | {**self.settings}
        return replace(self, entries=entries, settings=own) if own.keys() - self.settings else self

    def differing(self, other: Assumptions) -> tuple[str, ...]:
        """The paths to which another plan gives other values in any month, in order."""
        one, other = self.opened(other.entries), other.opened(self.entries)
        return tuple(path for path in one.entries
                     if not np.array_equal(one.monthly(path), other.monthly(path)))

    def yearly(self, path: str) -> np.ndarray:
        """Means of the years of reports, shape (year, scenario); of dated amounts, sums."""
        return self.typed(path, self.calendar.reported)

    def typed(self, path: str, years: Calendar | None = None) -> np.ndarray:
        """The same of the years in which values are typed, or of others."""
        years = years or self.calendar
        values = years.sums(self.monthly(path).T)
        return (values if self.entries[path].form == "month" else values / years.lengths()).T

    def outside_range(self) -> list[str]:
        """A sentence for each value outside its plausible range (alert A3)."""
        return [sentence for path in self.settings
                if (sentence := limits.implausible(path, self.entries[path], self.series[path],
                                                   self.calendar))]


def load(company: str, scenario: str = "base",
         changes: Mapping[str, object] | None = None) -> Assumptions:
    """Base, scenario and changes, read, checked and laid over each other. `changes` maps paths to
    values as in a scenario file. Raises InputError with every problem."""
    if not isinstance(changes, Mapping | None):
        raise InputError.of("changes", f"{quoted(changes)} is not a mapping of paths to "
                            'values, such as {"mentees.cac.2026": 90}.')
    catalog.check_company(company)
    files = catalog.scenario_files(company, scenario)
    base = read_base(files[0])
    layers, faults = layers_of(company, files[1:])
    problems = base.problems + faults
    scenarios = {name: layer.scenario for name in catalog.scenarios(company)[1:]
                 for layer in layers_of(company, (catalog.path_of(company, name),))[0]}
    given = {*base.entries, *(changes or {}), *(path for of, _ in layers for path in of.changes)}
    base = replace(base, entries=openings.with_implied(base.entries, (
        *given, *(path for each in scenarios.values() for path in each.changes)), company))
    settings = {path: Setting.of(entry) for path, entry in base.entries.items()}
    for layer, file in layers:
        settings, faults = overlay.with_changes(settings, base.entries, base.calendar,
                                                _usable(layer.changes, base), file,
                                                company)
        problems += faults
        settings, faults = overlay.with_delays(settings, base.entries,
                                               _usable(layer.delay, base), file, base.calendar)
        problems += faults
    own = settings
    settings, faults = overlay.with_changes(settings, base.entries, base.calendar,
                                            _usable(changes or {}, base), company=company)
    read_files = (base.file, *(file for _, file in layers))
    correlations, untied = dependence.of_files(read_files, base.entries, base.doubts)
    terms, unfounded = financing.of_files(read_files, base.calendar)
    decided, undecided = decision.of_file(base.file, base.entries, base.calendar, company,
                                          base.doubts)
    last, actuals_file = layers[-1].scenario if layers else None, catalog.actuals_file(
        company, scenario)
    assumptions = Assumptions(
        company=company, scenario=scenario, title=base.header.title,
        scenario_title=last.title if last else BASE_TITLE,
        scenario_why=last.why if last else BASE_WHY,
        currency=base.header.currency, as_of=base.header.as_of, calendar=base.calendar,
        entries=base.entries, settings=settings, base_file=base.file, files=files,
        actuals_file=actuals_file, actuals=actuals_file and read_actuals(actuals_file),
        about=base.header.about, numerals=base.header.numerals, own=own, scenarios=scenarios,
        correlations=correlations, financing=terms, decision=decided)
    show(assumptions.currency, assumptions.numerals)
    origin = _Origin(base, layers, changes or {})
    fail_if(problems + faults + untied + unfounded + undecided
            + _actuals_problems(assumptions, layers)
            + assumptions._joint_problems(origin, given))
    return assumptions


class Layer(NamedTuple):
    """A scenario that is laid over base, and its file."""
    scenario: Scenario
    file: ParamsFile


def layers_of(company: str, files: tuple[Path, ...], schema: type[Closed] = Scenario,
              ) -> tuple[list[Layer], list[Problem]]:
    """The scenarios of some files, in order, and what is wrong with the files."""
    layers, problems = [], []
    for path, file in zip(files, map(read, files), strict=True):
        problems += file.problems
        if fault := catalog.name_fault(path.stem, in_formulas=False):
            problems.append(Problem(file.where(), f"the scenario's name {path.stem!r} {fault}."))
        if file.content or not file.problems:
            scenario, faults = validate(schema, file.content, file, name="the scenario")
            problems += faults
            layers += [Layer(scenario, file)] if scenario else []
    return layers, problems + (_extends_problems(company, read(files[0])) if files else [])


def _extends_problems(company: str, first: ParamsFile) -> list[Problem]:
    if not isinstance(name := first.content.get("extends"), str) or name == "base":
        return []
    names = catalog.scenarios(company)
    what = ("so the scenarios extend each other in a circle; let one of them start from base."
            if name in names else
            f"which is not a scenario of {company}; {nearest(name, names)}")
    return [Problem(first.where("extends"), f"extends {quoted(name)}, {what}")]


def _usable(changes: Mapping[str, object], base: Base) -> dict[str, object]:
    """The changes but for those of entries that are faulty themselves."""
    return {path: value for path, value in changes.items() if not base.doubts(str(path))}


def _actuals_problems(assumptions: Assumptions, layers: list[Layer]) -> list[Problem]:
    file = next((file for scenario, file in reversed(layers) if scenario.actuals), None)
    if file is None or assumptions.actuals_file.is_file():
        return []
    folder = assumptions.files[0].parent
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*.csv"))
    name = assumptions.actuals_file.relative_to(folder).as_posix()
    return [Problem(file.where("actuals"), f"actuals {quoted(name)} is not a file in "
                    f"{relative(folder)}; {nearest(name, names)}")]


@dataclass(frozen=True)
class _Origin:
    """Where paths were last set: in `changes`, in a scenario's file, or in base.yaml."""

    base: Base
    layers: list[Layer]
    changes: Mapping[str, object]

    def __call__(self, paths: Sequence[str]) -> str:
        if overlay.change_of(self.changes, paths):
            return "changes"
        for scenario, file in reversed(self.layers):
            for key in ("delay", "changes"):
                if change := overlay.change_of(getattr(scenario, key, {}), paths):
                    return file.where(key, change)
        return self.base.file.where("assumptions", *paths[0].split("."))
