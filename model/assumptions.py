"""Assumptions of one company in one scenario: read, checked, and spread over time.

    load("mentorship", "downside", {"mentees.cac.2028": 95})

A path is dotted (`mentees.cac`); one year of it is `mentees.cac.2028`, one dated amount of it
`capex.platform.2026-03`. Base, the scenarios that a scenario extends, the scenario itself and
`changes` are laid over each other in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from model import names, places, settings
from model.params_file import ParamsFile, read
from model.problems import InputError, Problem, fail_if, nearest
from model.quantities import UNITS
from model.schema import Entry, Header, Scenario, parsed
from model.series import Calendar, Series
from model.settings import Setting

_ENTRY_KEYS = frozenset(Entry.model_fields)
_MIX_SLACK = 1e-9


@dataclass(frozen=True)
class Assumptions:
    """Every assumption of a company, as it holds in one scenario."""

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
    files: tuple[Path, ...] = field(repr=False)

    @cached_property
    def series(self) -> dict[str, Series]:
        """Each path's values over time."""
        return {path: setting.spread(self.entries[path], self.calendar)
                for path, setting in self.settings.items()}

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths whose value, year or timing differs from base."""
        return tuple(path for path, setting in self.settings.items()
                     if setting != Setting(self.entries[path].value))

    def base(self) -> Assumptions:
        """The same company in its base scenario."""
        return load(self.company)

    def with_values(self, values: Mapping[str, object]) -> Assumptions:
        """A copy in which paths have other values: numbers, or arrays with one value a scenario.

        An array has shape (scenario,), or (scenario, year) for values by year, or
        (scenario, month). Raises InputError with every problem.
        """
        changed, problems = settings.overlaid(self.settings, self.entries, self.calendar, values)
        fail_if(problems)
        copy = replace(self, settings=changed)
        fail_if(out_of_domain(copy, "value"))
        return copy

    def yearly(self, path: str) -> np.ndarray:
        """Values by calendar year, shape (year, scenario); dated amounts are summed."""
        months = self.series[path].monthly(self.calendar.months)
        years = months.reshape(-1, 12, months.shape[1])
        return years.sum(axis=1) if self.entries[path].form == "month" else years.mean(axis=1)

    def outside_range(self) -> list[str]:
        """A sentence for each value outside its plausible range (alert A3)."""
        return [sentence for path in self.settings
                if (sentence := settings.implausible(path, self.entries[path], self.series[path],
                                                     self.calendar))]


def load(company: str, scenario: str = "base",
         changes: Mapping[str, object] | None = None) -> Assumptions:
    """Read, check and lay over each other base, scenario and changes.

    `changes` maps paths to numbers, values by year or dated amounts, as in a scenario file.
    Raises InputError with every problem found.
    """
    files = places.scenario_files(company, scenario)
    base = read(files[0])
    header, entries, problems = _base(base)
    layers: list[tuple[Scenario, ParamsFile]] = []
    for path in files[1:]:
        file = read(path)
        problems += file.problems
        if not file.problems:
            content, found = parsed(Scenario, file.content, file)
            problems += found
            layers += [(content, file)] if content else []
    problems += [Problem(places.shown(path), f"the scenario's name {path.stem!r} {fault}.")
                 for path in files[1:] if (fault := names.fault(path.stem))]
    problems += _extends_problems(company, layers)
    if header is None or (problems and not entries):
        raise InputError(problems)
    return _laid_over(company, scenario, header, entries, layers, changes, problems, files)


def _laid_over(company, scenario, header, entries, layers, changes, problems, files):
    calendar = Calendar(int(header.start[:4]), header.months)
    current = {path: Setting(entry.value) for path, entry in entries.items()}
    for layer, file in layers:
        current, found = settings.overlaid(current, entries, calendar, layer.changes, file)
        problems += found
        current, found = settings.delayed(current, entries, layer.delay, file)
        problems += found
    current, found = settings.overlaid(current, entries, calendar, changes or {})
    problems += found
    last = layers[-1][0] if layers else None
    made = Assumptions(
        company=company, scenario=scenario, title=header.title,
        scenario_title=last.title if last else "Base",
        scenario_why=last.why if last else "The plan as the sources and our estimates give it.",
        currency=header.currency, as_of=header.as_of, calendar=calendar, entries=entries,
        settings=current, files=files)
    fail_if(problems)
    fail_if(out_of_domain(made, places.shown(files[-1])))
    return made


def _base(file: ParamsFile) -> tuple[Header | None, dict[str, Entry], list[Problem]]:
    problems = list(file.problems)
    if problems and not file.content:
        return None, {}, problems
    header, found = parsed(Header, file.content, file)
    problems += found
    tree = file.content.get("assumptions")
    entries: dict[str, Entry] = {}
    if isinstance(tree, dict):
        _collect(tree, ("assumptions",), file, entries, problems)
    if header and (header.months % 12 or not 12 <= header.months <= 120 or
                   not header.start.endswith("-01")):
        problems.append(Problem(file.where("months"), f"{header.months} months from "
                                f"{header.start}: the horizon is whole calendar years, 12 to 120 "
                                "months from a January."))
        header = None
    if header:
        calendar = Calendar(int(header.start[:4]), header.months)
        for path, entry in entries.items():
            problems += settings.entry_problems(path, entry, calendar, file)
    return header, entries, problems


def _collect(tree: dict, at: tuple, file: ParamsFile, entries: dict[str, Entry],
             problems: list[Problem]) -> None:
    for name, content in tree.items():
        here = (*at, name)
        path = ".".join(map(str, here[1:]))
        if fault := names.fault(name):
            problems.append(Problem(file.where(*here), f"{path}: the name {name!r} {fault}."))
        elif not isinstance(content, dict) or not content:
            problems.append(Problem(file.where(*here), f"{path} is neither an assumption (label, "
                                    "unit, value, …) nor a section that holds some."))
        elif _ENTRY_KEYS & content.keys() or not any(isinstance(c, dict) for c in content.values()):
            entry, found = parsed(Entry, content, file, here, called=path)
            problems += found
            if entry:
                entries[path] = entry
        else:
            _collect(content, here, file, entries, problems)


def _extends_problems(company: str, layers: list[tuple[Scenario, ParamsFile]]) -> list[Problem]:
    found = []
    for layer, file in layers:
        known = places.scenarios(company)
        if layer.extends is not None and layer.extends not in known:
            found.append(Problem(file.where("extends"), f"extends {layer.extends!r}, which is not "
                                 f"a scenario of {company}; {nearest(layer.extends, known)}"))
    first = layers[0][0] if layers else None
    if first and first.extends not in (None, "base") and not found:
        found.append(Problem(layers[0][1].where("extends"), "the scenarios extend each other in "
                             "a circle; let one of them start from base."))
    return found


def out_of_domain(assumptions: Assumptions, where: str) -> list[Problem]:
    """Values that their unit does not allow, and mixes whose remainder would be negative."""
    found = []
    for path, series in assumptions.series.items():
        domain = UNITS[assumptions.entries[path].unit]
        if bad := settings.first_outside(series.values, domain):
            found.append(Problem(where, f"{path} = {bad[0]:g} {assumptions.entries[path].unit} is "
                                        f"outside what its unit allows ({domain})."))
    for mix in sorted({path.rpartition(".")[0] for path in assumptions.entries
                       if path.rpartition(".")[0].split(".")[-1] == "mix"}):
        found += _mix_problems(assumptions, mix, where)
    return found


def _mix_problems(assumptions: Assumptions, mix: str, where: str) -> list[Problem]:
    members = [path for path in assumptions.entries if path.rpartition(".")[0] == mix]
    months = assumptions.calendar.months
    shares = [assumptions.series[path].monthly(months) for path in members]
    total = sum(shares)
    if not np.any(total > 1 + _MIX_SLACK):
        return []
    month, scenario = np.argwhere(total > 1 + _MIX_SLACK)[0]
    sums = total[month, scenario]
    parts = ", ".join(f"{path.rpartition('.')[2]} {share[month, scenario % share.shape[1]]:g}"
                      for path, share in zip(members, shares, strict=True))
    return [Problem(where, f"{mix}: the shares sum to {sums:g} in "
                           f"{assumptions.calendar.labels[month]} ({parts}) and leave "
                           f"{1 - sums:g} for the remainder, which must be 0 or more; lower one.")]
