"""From cells that were typed over to a scenario: what it changes, what that does, and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from model import folders, names, places
from model.assumptions import Assumptions, load
from model.problems import InputError, Problem, fail_if
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
    plans, over = returned.plans, returned.chosen
    new = {change.field.field: change.new for change in found}
    form, typed = plans.forms[path], plans.typed(over, path)
    if form == "constant":
        changes[path] = new["value"]
    elif form == "month":
        changes.update({f"{path}.{month}": value for month, value in new.items()})
    else:
        years = dict(zip(map(str, plans.calendar.years), typed.values, strict=True))
        typed_years = {year: value for year, value in new.items() if year in years}
        later = {name.removeprefix(LATER): value for name, value in new.items()
                 if name.startswith(LATER)}
        by = new.get("delay", typed.delay)
        kept = any(value is not None for value in typed.later)
        if (later or kept) and (typed_years or ("delay" in new and later)):
            problems.append(Problem(found[0].where, f"{path}: values typed after a delay and "
                                    "others of the same row were changed; one scenario cannot say "
                                    "both. Change one of them."))
        elif later:
            if None in later.values():
                problems.append(Problem(found[0].where, f"{path}: a value typed after a delay was "
                                        "taken out, which no scenario can say; type a number."))
            changes.update({f"{path}.{year}": value for year, value in later.items()})
        elif typed_years and not by and not typed.delay:
            after = years | typed_years
            if plans.base.entries[path].form == "constant" and len(set(after.values())) == 1:
                changes[path] = next(iter(after.values()))
            else:
                changes.update({f"{path}.{year}": value for year, value in typed_years.items()})
        elif typed_years or not by:
            changes[path] = years | typed_years
            if by:
                delay[path] = by
        else:
            delay[path] = by


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


def document(found: Laid, title: str, why: str) -> str:
    """The text of a scenario file."""
    import yaml

    content: dict[str, object] = {"title": title, "why": why}
    if found.over != "base":
        content["extends"] = found.over
    if found.changes:
        content["changes"] = {path: _plain(value) for path, value in found.changes.items()}
    if found.delay:
        content["delay"] = {path: int(by) for path, by in found.delay.items()}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100,
                          default_flow_style=None)


def _plain(value: object) -> object:
    """A value as a person would type it: whole numbers without a point."""
    if isinstance(value, Mapping):
        return {int(time) if time.isdigit() else time: _plain(each)
                for time, each in value.items()}
    number = float(value)
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def write(found: Laid, name: str, title: str, why: str, force: bool = False) -> Path:
    """Write the changes as a scenario and read it back. Raises InputError, and leaves what was
    there, where it cannot be used."""
    from model.reporting.files import write_whole

    path = folders.params() / found.company / "scenarios" / f"{name}.yaml"
    if fault := names.fault(name, in_formulas=False):
        raise InputError([Problem("--name", f"{name!r} {fault}.")])
    if name == "base":
        raise InputError([Problem("--name", "'base' is the plan itself; give the scenario a name "
                                            "of its own.")])
    if path.exists() and not force:
        raise InputError([Problem("--name", f"{folders.shown(path)} is there already; give another "
                                            "name, or --force to replace it.")])
    if name in _chain(found.company, found.over):
        raise InputError([Problem("--name", f"{name!r} is the scenario that was changed; give "
                                            "another name.")])
    if not (found.changes or found.delay or found.over != "base"):
        raise InputError([Problem("--name", "nothing was changed, so there is no scenario to "
                                            "write.")])
    before = path.read_bytes() if path.exists() else None
    write_whole(path, document(found, title, why).encode())
    try:
        load(found.company, name)
    except InputError:
        if before is None:
            path.unlink()
        else:
            write_whole(path, before)
        raise
    return path


def _chain(company: str, scenario: str) -> set[str]:
    return {file.stem for file in places.scenario_files(company, scenario)}
