"""From a returned workbook to a scenario: its changes, what they do, and its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from model.engine.close import as_planned, is_observed
from model.params import scenario_file
from model.params.assumptions import Assumptions, load
from model.problems import InputError, Problem, fail_if
from model.workbook import interpolation
from model.workbook.paths import ALONE, FORECAST, SEASON, PathInput, Plans
from model.workbook.reading import Change, Returned

LATER = "later "


@dataclass(frozen=True)
class Draft:
    """The changes of a returned workbook as a scenario over the one that it shows, the parent.
    `idle` are changed cells that it does not read, `cells` the first changed cell of each path."""

    company: str
    parent: str
    changes: dict[str, object]
    delay: dict[str, int]
    idle: tuple[Change, ...]
    cells: dict[str, str] = field(repr=False)

    @property
    def assumptions(self) -> Assumptions:
        """The plan of today with the changes. Raises InputError with every problem, named by
        cell."""
        return self._made(lambda: load(self.company, self.parent, self.changes))

    def over(self, plan: Assumptions) -> Assumptions:
        """Another plan with the changes. Raises InputError with every problem, named by cell."""
        return self._made(lambda: plan.with_values(self.changes))

    def _made(self, changed: Callable[[], Assumptions]) -> Assumptions:
        try:
            plan = changed()
        except InputError as error:
            raise InputError([self._at_cell(problem) for problem in error.problems]) from None
        months = plan.calendar.months
        fail_if([Problem(self.cells.get(path, path), f"{path}: a delay is a whole number of months "
                         f"from 0 to {months - 1}, not {by:g}.")
                 for path, by in self.delay.items() if by != int(by) or not 0 <= by < months])
        settings = dict(plan.settings)
        for path, by in self.delay.items():
            settings[path] = replace(settings[path], delay=int(by))
        return replace(plan, settings=settings)

    def _at_cell(self, problem: Problem) -> Problem:
        for path in sorted(self.cells, key=len, reverse=True):
            if problem.what.startswith(path):
                return Problem(self.cells[path], problem.what)
        return problem


def shown(workbook: Returned) -> str:
    """The scenario that a returned workbook shows; the one that a forecast is of."""
    return workbook.plans.chosen if workbook.chosen == FORECAST else workbook.chosen


def draft(workbook: Returned) -> Draft:
    """The changes of a returned workbook. Raises InputError where no one scenario can hold them."""
    plans, parent = workbook.plans, shown(workbook)
    fail_if([Problem(change.where, f"{change.field.path}: what was observed is read from the file "
                     "of actuals; correct it there, and make the workbook again.")
             for change in workbook.changes if is_observed(change.field.path)])
    by_path: dict[str, list[Change]] = {}
    idle = []
    for change in workbook.changes:
        path = change.field.path
        owner = parent if parent in plans.changed.get(path, ()) else "base"
        if change.field.scenario == owner:
            by_path.setdefault(path, []).append(change)
        else:
            idle.append(change)
    content = _Content(plans, parent)
    for path, changes in by_path.items():
        content.add(path, changes)
    fail_if(content.problems)
    return Draft(plans.base.company, parent, content.changes, content.delay, tuple(idle),
                 {path: changes[0].where for path, changes in by_path.items()})


class _Content:
    """What the scenario file holds of the changes, and the problems of those that it cannot."""

    def __init__(self, plans: Plans, parent: str):
        self._plans, self._parent = plans, parent
        self.changes: dict[str, object] = {}
        self.delay: dict[str, int] = {}
        self.problems: list[Problem] = []

    def add(self, path: str, changes: list[Change]) -> None:
        new = {change.field.field: change.new for change in changes}
        weights = {int(name.removeprefix(SEASON)): new.pop(name) for name in [*new]
                   if name.startswith(SEASON)}
        alone = {name.removesuffix(ALONE): new.pop(name) for name in [*new]
                 if name.endswith(ALONE)}
        form, where = self._plans.forms[path], changes[0].where
        if weights:
            season = self._plans.input(self._parent, path).season
            self.changes[f"{path}.season"] = [weights.get(month, weight)
                                              for month, weight in enumerate(season, 1)]
        if form == "month":
            self._add_single(path, new)
        elif new and form == "constant":
            self.changes[path] = new["value"]
        elif new and form == "level":
            self._add_level(path, new)
        elif new:
            self._add_years(path, new, where)
        if alone or (path in self.changes and path in self._plans.with_alone):
            self._add_alone(path, alone, where)

    def _add_level(self, path: str, new: Mapping[str, float]) -> None:
        """A level by month, by the months in which it is typed."""
        before = self._plans.input(self._parent, path)
        self.changes[path] = {month: new.get(month, value) for at, (month, value) in enumerate(zip(
            self._plans.calendar.labels, before.values, strict=True))
            if at in before.years.nodes or month in new}

    def _add_alone(self, path: str, new: Mapping[str, float | None], where: str) -> None:
        """Months that are set alone, also those of before where the path is set anew."""
        labels, before = self._plans.calendar.labels, self._plans.input(self._parent, path).alone
        there = {month: value for month, value in zip(labels, before, strict=True)
                 if value is not None}
        kept = there if path in self.changes else {}
        after = {month: value for month, value in {**kept, **new}.items() if value is not None}
        if path in self.delay:
            self.problems.append(Problem(where, f"{path}: a delay moves what is typed beside it, "
                                         "so one scenario cannot say it together with months that "
                                         "are set alone. Change one of them."))
        elif None in new.values() and path not in self.changes:
            self.problems.append(Problem(where, f"{path}: a month that was set alone was taken "
                                         "out, which no scenario can say; type a number."))
        else:
            self._add_single(path, after)

    def _add_single(self, path: str, values: Mapping[str, float | None]) -> None:
        """Single years or months, which are typed over the path."""
        self.changes.update({f"{path}.{time}": value for time, value in values.items()})

    def _add_years(self, path: str, new: Mapping[str, float | None], where: str) -> None:
        """Values by year. A scenario file delays what it types itself, so values typed after a
        delay stand only over a delay that is there already, or over none."""
        plans, before = self._plans, self._plans.input(self._parent, path)
        years = dict(zip(map(str, plans.calendar.years), before.values, strict=True))
        new_years = {year: value for year, value in new.items() if year in years}
        new_later = {name.removeprefix(LATER): value for name, value in new.items()
                     if name.startswith(LATER)}
        later_before = {year: value for year, value in zip(years, before.later, strict=False)
                        if value is not None}
        later = {year: value for year, value in (later_before | new_later).items()
                 if value is not None}
        delay = new.get("delay", before.delay)
        nodes, overrides = _nodes_and_overrides(plans, before, new_years)
        after = (interpolation.values(nodes, plans.base.entries[path], plans.calendar) if nodes
                 else years) | overrides
        if not delay and not before.delay and not later_before:
            # Without a delay, a value of a year is one wherever it was typed.
            self._add_path(path, nodes, overrides | later, after | later)
        elif not delay:
            self.changes[path] = after | later
        elif not later:
            if new_years or later_before:
                self.changes[path] = after
            self.delay[path] = delay
        elif new_years or (new_later and not before.delay):
            self.problems.append(Problem(where, f"{path}: values typed after a delay and "
                                         "others of the same row were changed; one scenario "
                                         "cannot say both. Change one of them."))
        elif None in new_later.values():
            self.problems.append(Problem(where, f"{path}: a value typed after a delay was "
                                         "taken out, which no scenario can say; type a number."))
        else:
            self._add_single(path, new_later)
            if "delay" in new:
                self.delay[path] = delay

    def _add_path(self, path: str, nodes: dict[str, float], overrides: Mapping[str, float],
                  after: Mapping[str, float]) -> None:
        """A path by its nodes, and the single years over it; one number where all are `after`."""
        if self._plans.base.entries[path].form == "constant" and len(set(after.values())) == 1:
            self.changes[path] = next(iter(after.values()))
            return
        if nodes:
            step = self._plans.interpolation_method(self._parent, path) == "step"
            self.changes[path] = nodes if len(nodes) > 1 or not step else next(iter(nodes.values()))
        self._add_single(path, overrides)


def _nodes_and_overrides(plans: Plans, before: PathInput, new: Mapping[str, float],
                         ) -> tuple[dict[str, float], dict[str, float]]:
    """The years that others follow, and those typed over them. Where no node was typed, the path
    stays: there are no nodes, and only new years are typed over."""
    years = list(map(str, plans.calendar.years))
    nodes = {years[at]: before.values[at] for at in before.years.nodes}
    if len(nodes) == len(years) or not nodes.keys() & new.keys():
        return {}, dict(new)
    overrides = {years[at]: before.values[at] for at in before.years.overrides}
    return ({year: new.get(year, value) for year, value in nodes.items()},
            {year: value for year, value in (overrides | dict(new)).items() if year not in nodes})


def outdated(workbook: Returned) -> tuple[str, ...]:
    """The paths of the shown scenario that have changed since. Raises InputError where that
    scenario can no longer be used."""
    was = sent(workbook)
    return was.differing(load(was.company, was.scenario))


def sent(workbook: Returned) -> Assumptions:
    """The plan of the shown scenario as the workbook was written, without what was observed."""
    return as_planned(workbook.plans.scenarios[shown(workbook)])


def write_whole(plan: Assumptions, name: str, title: str, why: str, force: bool = False) -> Path:
    """Write a whole plan as a scenario of today's base and read it back. Returns its file. Raises
    InputError, and leaves what was there, where it cannot be used."""
    content = {"title": title, "why": why,
               **scenario_file.content_of(plan, load(plan.company))}
    return scenario_file.save(plan.company, name, content, replace=force, expected=plan)


def write(scenario: Draft, name: str, title: str, why: str, force: bool = False) -> Path:
    """Write a draft as a scenario and read it back. Returns its file. Raises InputError, and leaves
    what was there, where it cannot be used."""
    company, parent = scenario.company, scenario.parent
    if not (scenario.changes or scenario.delay or parent != "base"):
        fail_if(scenario_file.name_problems(company, name, parent, scenario_file.Wording()))
        raise InputError.of("--name", "nothing was changed, so there is no scenario to write.")
    content = {"title": title, "why": why, "extends": parent if parent != "base" else "",
               "changes": scenario.changes, "delay": scenario.delay}
    content = {key: part for key, part in content.items() if part or key in ("title", "why")}
    return scenario_file.save(company, name, content, over=parent, replace=force,
                              expected=scenario.assumptions)
