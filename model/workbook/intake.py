"""From a returned workbook to a scenario: its changes, what they do, and its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from model.engine.close import as_planned, is_observed
from model.params import scenario_file
from model.params.assumptions import Assumptions, load
from model.problems import InputError, Problem, fail_if
from model.workbook import year_inputs
from model.workbook.paths import ALONE, SEASON, PathInput, Plans
from model.workbook.reading import Change, Returned


@dataclass(frozen=True)
class Draft:
    """The changes of a returned workbook as a scenario over the one that it shows, the parent.
    `idle` are changed cells that it does not read, `cells` the first changed cell of each path."""

    company: str
    parent: str
    changes: dict[str, object]
    delay: dict[str, float]
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
                 for path, by in self.delay.items()
                 if not year_inputs.is_delay(by, plan.calendar)])
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
    plans = workbook.plans
    return plans.chosen if workbook.chosen == plans.forecast else workbook.chosen


def draft(workbook: Returned) -> Draft:
    """The changes of a returned workbook. Raises InputError where what was observed is changed."""
    plans = workbook.plans
    fail_if([Problem(change.where, f"{change.field.path}: what was observed is read from the file "
                     "of actuals; correct it there, and make the workbook again.")
             for change in workbook.changes if is_observed(change.field.path)])
    by_path: dict[str, list[Change]] = {}
    idle = []
    for change in workbook.changes:
        path = change.field.path
        owner = workbook.chosen if workbook.chosen in plans.changed.get(path, ()) else "base"
        if change.field.scenario == owner:
            by_path.setdefault(path, []).append(change)
        else:
            idle.append(change)
    content = _Content(plans, workbook.chosen)
    for path, changes in by_path.items():
        content.add(path, changes)
    return Draft(plans.base.company, shown(workbook), content.changes, content.delay, tuple(idle),
                 {path: changes[0].where for path, changes in by_path.items()})


class _Content:
    """What the scenario file holds of the changes in the cells of a scenario."""

    def __init__(self, plans: Plans, scenario: str):
        self._plans, self._scenario = plans, scenario
        self.changes: dict[str, object] = {}
        self.delay: dict[str, float] = {}

    def add(self, path: str, changes: list[Change]) -> None:
        new = {change.field.field: change.new for change in changes}
        weights = {int(name.removeprefix(SEASON)): new.pop(name) for name in [*new]
                   if name.startswith(SEASON)}
        alone = {name.removesuffix(ALONE): new.pop(name) for name in [*new]
                 if name.endswith(ALONE)}
        before, form = self._plans.input(self._scenario, path), self._plans.forms[path]
        if weights:
            self.changes[f"{path}.season"] = [weights.get(month, weight)
                                              for month, weight in enumerate(before.season, 1)]
        if form == "year" and (new or alone):
            said, delay = year_inputs.content(self._plans, self._scenario, path, new, alone)
            self.changes |= said
            self.delay |= {path: delay} if delay is not None else {}
        elif form == "month":
            self._add_single(path, new)
        elif new or None in alone.values():
            # A path that is set anew has none of its months set alone any more.
            self.changes[path] = (new.get("value", before.values[0]) if form == "constant"
                                  else self._level(before, new))
            there = dict(zip(self._plans.calendar.labels, before.alone, strict=False))
            self._add_single(path, {month: value for month, value in (there | alone).items()
                                    if value is not None})
        else:
            self._add_single(path, alone)

    def _level(self, before: PathInput, new: Mapping[str, float]) -> dict[str, float]:
        """A level by month, by the months in which it is typed."""
        return {month: new.get(month, value) for at, (month, value) in enumerate(zip(
            self._plans.calendar.labels, before.values, strict=True))
            if at in before.years.nodes or month in new}

    def _add_single(self, path: str, values: Mapping[str, float]) -> None:
        """Single months, which are typed over the path."""
        self.changes.update({f"{path}.{month}": value for month, value in values.items()})


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
        what = "nothing was changed, so there is no scenario to write."
        if scenario.idle:
            what = (f"nothing that scenario {parent} reads was changed, so there is no scenario to "
                    "write; choose on sheet Scenarios the one whose cells were typed over.")
        raise InputError.of("--name", what)
    content = {"title": title, "why": why, "extends": parent if parent != "base" else "",
               "changes": scenario.changes, "delay": scenario.delay}
    content = {key: part for key, part in content.items() if part or key in ("title", "why")}
    return scenario_file.save(company, name, content, over=parent, replace=force,
                              expected=scenario.assumptions)
