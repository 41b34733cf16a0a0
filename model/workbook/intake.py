"""From cells that were typed over to a scenario: what it changes, what that does, and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model.params import scenario_file
from model.params.assumptions import Assumptions, load
from model.problems import InputError, Problem, fail_if
from model.workbook import interpolation
from model.workbook.paths import Plans, Typed
from model.workbook.reading import Change, Returned

LATER = "later "


@dataclass(frozen=True)
class Laid:
    """The changes of a returned workbook as a scenario would hold them, over the scenario that it
    shows. `idle` are changed cells that this scenario does not read."""

    company: str
    over: str
    changes: dict[str, object]
    delay: dict[str, int]
    idle: tuple[Change, ...]
    where: dict[str, str] = field(repr=False)

    @property
    def assumptions(self) -> Assumptions:
        """The plan with the changes. Raises InputError with every problem, named by cell."""
        try:
            found = load(self.company, self.over, self.changes)
        except InputError as error:
            raise InputError([self._placed(problem) for problem in error.problems]) from None
        months = found.calendar.months
        fail_if([Problem(self.where.get(path, path), f"{path}: a delay is a whole number of months "
                         f"from 0 to {months - 1}, not {by:g}.")
                 for path, by in self.delay.items() if by != int(by) or not 0 <= by < months])
        settings = dict(found.settings)
        for path, by in self.delay.items():
            settings[path] = replace(settings[path], delay=int(by))
        return replace(found, settings=settings)

    def _placed(self, problem: Problem) -> Problem:
        """A problem of a path, with the cell in which it was typed."""
        for path in sorted(self.where, key=len, reverse=True):
            if problem.what.startswith(path):
                return Problem(self.where[path], problem.what)
        return problem


def laid(returned: Returned) -> Laid:
    """What a returned workbook changes of the scenario that it shows. Raises InputError where it
    cannot be said as one scenario."""
    plans, over = returned.plans, returned.chosen
    company = plans.base.company
    by_path: dict[str, list[Change]] = {}
    idle = []
    for change in returned.changes:
        path, scenario = change.field.path, change.field.scenario
        owner = over if over in plans.changed.get(path, ()) else "base"
        if scenario == owner:
            by_path.setdefault(path, []).append(change)
        else:
            idle.append(change)
    changes: dict[str, object] = {}
    delay: dict[str, int] = {}
    where: dict[str, str] = {}
    problems: list[Problem] = []
    for path, found in by_path.items():
        where[path] = found[0].where
        _lay(returned, path, found, changes, delay, problems)
    fail_if(problems)
    return Laid(company, over, changes, delay, tuple(idle), where)


def _lay(returned: Returned, path: str, found: list[Change], changes: dict, delay: dict,
         problems: list[Problem]) -> None:
    new = {change.field.field: change.new for change in found}
    form = returned.plans.forms[path]
    if form == "constant":
        changes[path] = new["value"]
    elif form == "month":
        changes.update({f"{path}.{month}": value for month, value in new.items()})
    else:
        _lay_years(returned, path, found, changes, delay, problems)


def _lay_years(returned: Returned, path: str, found: list[Change], changes: dict, delay: dict,
               problems: list[Problem]) -> None:
    """Values by year. A scenario file delays what it types itself, so values typed after a delay
    stand only over a delay that is there already, or over none."""
    plans, typed = returned.plans, returned.plans.typed(returned.chosen, path)
    entry, calendar = plans.base.entries[path], plans.calendar
    new = {change.field.field: change.new for change in found}
    years = dict(zip(map(str, calendar.years), typed.values, strict=True))
    typed_years = {year: value for year, value in new.items() if year in years}
    later = {name.removeprefix(LATER): value for name, value in new.items()
             if name.startswith(LATER)}
    by = new.get("delay", typed.delay)
    kept = {year: value for year, value in zip(years, typed.later, strict=False)
            if value is not None}
    left = {year: value for year, value in (kept | later).items() if value is not None}
    path_now, over = _followed(plans, path, typed, typed_years)
    after = (interpolation.values(path_now, entry, calendar) if path_now else years) | over
    if not by and not typed.delay and not kept:
        # Nothing is or was delayed, so a value of a year is one wherever it was typed.
        after |= left
        if entry.form == "constant" and len(set(after.values())) == 1:
            changes[path] = next(iter(after.values()))
            return
        if path_now:
            constant = plans.between(returned.chosen, path) == "step" and len(path_now) == 1
            changes[path] = next(iter(path_now.values())) if constant else path_now
        changes.update({f"{path}.{year}": value for year, value in (over | left).items()})
    elif not by:
        changes[path] = after | left
    elif not left:
        if typed_years or kept:
            changes[path] = after
        delay[path] = by
    elif typed_years or (later and not typed.delay):
        problems.append(Problem(found[0].where, f"{path}: values typed after a delay and "
                                "others of the same row were changed; one scenario cannot say "
                                "both. Change one of them."))
    elif None in later.values():
        problems.append(Problem(found[0].where, f"{path}: a value typed after a delay was "
                                "taken out, which no scenario can say; type a number."))
    else:
        changes.update({f"{path}.{year}": value for year, value in later.items()})
        if "delay" in new:
            delay[path] = by


def _followed(plans: Plans, path: str, typed: Typed, new: Mapping[str, float],
              ) -> tuple[dict[str, float], dict[str, float]]:
    """The years that others follow, where one of them was typed, and the years that are typed over
    the path. Where none was, the path stays, and only what is new is over it."""
    years = list(map(str, plans.calendar.years))
    nodes = {years[at]: typed.values[at] for at in typed.path.nodes}
    if len(nodes) == len(years) or not nodes.keys() & new.keys():
        return {}, dict(new)
    single = {years[at]: typed.values[at] for at in typed.path.single}
    over = {year: value for year, value in (single | dict(new)).items() if year not in nodes}
    return {year: new.get(year, value) for year, value in nodes.items()}, over


def moved(returned: Returned) -> tuple[str, ...]:
    """Assumptions that are not set now as they were when the workbook was written, in the scenario
    that it shows; all where that scenario is gone."""
    was = returned.plans.scenarios[returned.chosen]
    try:
        now = load(was.company, returned.chosen)
    except InputError:
        return tuple(was.entries)
    return tuple(path for path in was.series if not np.array_equal(
        was.series[path].monthly(was.calendar.months), now.series[path].monthly(
            now.calendar.months)))


def content(found: Laid, title: str, why: str) -> dict[str, object]:
    """What the scenario file holds."""
    made: dict[str, object] = {"title": title, "why": why}
    if found.over != "base":
        made["extends"] = found.over
    if found.changes:
        made["changes"] = found.changes
    if found.delay:
        made["delay"] = found.delay
    return made


def write(found: Laid, name: str, title: str, why: str, force: bool = False) -> Path:
    """Write the changes as a scenario and read it back. Raises InputError, and leaves what was
    there, where it cannot be used."""
    if not (found.changes or found.delay or found.over != "base"):
        fail_if(scenario_file.name_problems(found.company, name, found.over,
                                            scenario_file.Wording()))
        raise InputError([Problem("--name", "nothing was changed, so there is no scenario to "
                                            "write.")])
    return scenario_file.save(found.company, name, content(found, title, why), over=found.over,
                              replace=force, expected=found.assumptions)
