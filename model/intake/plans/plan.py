"""A plan with what stands in the rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.companies.glossary import glossary
from model.currency import UNIT
from model.engine.numbers import project
from model.intake.plans.items import Item, Rows
from model.intake.plans.mapping import PlanMap
from model.intake.plans.reading import ALL_TIME, PlanRow, PlanTable
from model.params import openings
from model.params.assumptions import Assumptions
from model.params.overlay import is_season
from model.params.values import EVEN, SEASON
from model.problems import InputError, Problem, fail_if, quoted

# Where problems of changes stand that no file holds.
_CHANGES = "changes"
# Programs that save 15 digits do not change a value by more than this share.
_DIGITS = 1e-12


@dataclass(frozen=True)
class Plan:
    """What a file makes of a plan: the items that differ from it, the assumptions of which none
    does, and the plan with them; `outside` are times of the file that the plan does not have,
    `only_outside` the assumptions of which the file has no others, and `silent` those of which it
    says nothing."""

    after: Assumptions
    items: tuple[Item, ...]
    same: tuple[str, ...]
    outside: tuple[str, ...]
    only_outside: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def by_target(self) -> dict[str, list[Item]]:
        """The items of each assumption that differs."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.target, []).append(item)
        return found

    @property
    def changes(self) -> dict[str, object]:
        """The changes of all items."""
        return {path: value for item in self.items for path, value in item.changes.items()}


def plan_of(file: PlanTable, found: PlanMap, plan: Assumptions,
            where_row: Callable[[str], str]) -> Plan:
    """A plan with what stands in the rows of a file. `where_row` says where the map names a row.
    Raises InputError with every row and cell that cannot be."""
    known_before, plan = plan.entries, plan.opened(found.rows.values())
    problems: list[Problem] = []
    _check_currency(file, plan, problems)
    _check_years(file, plan, problems)
    groups: dict[str, list[PlanRow]] = {}
    there: set[str] = set()
    for row in file.rows:
        path = found.rows[row.name]
        target = path.removesuffix(f".{SEASON}") if is_season(path, plan.entries) else path
        # Rows of a template, whose names are paths, may be empty.
        there |= {target} if row.amounts or row.name != path else set()
        if target not in plan.entries:
            problems.append(Problem(where_row(row.name), _unknown(path, plan, len(problems))))
        elif row.amounts:
            groups.setdefault(path, []).append(row)
    known = {*plan.calendar.labels, *map(str, plan.calendar.years), ALL_TIME}
    outside = dict.fromkeys(time for rows in groups.values() for row in rows
                            for time in row.amounts if time not in known)
    items: list[Item] = []
    beyond = []
    for path, rows in groups.items():
        try:
            if item := Rows(file, found, plan, path, rows, known).item():
                items.append(item)
            else:
                beyond.append(path)
        except InputError as error:
            problems += error.problems
    fail_if(problems + _said_twice(items, file))
    after = _with_items(plan, items, file)
    other = tuple(item for item in items if not _is_same(item, plan, after))
    # Digits that a program did not keep are no change.
    after = _with_items(plan, other, file)
    _check_whole(after, other, file)
    differing = {item.target for item in other}
    return Plan(after, other, tuple(dict.fromkeys(
        item.target for item in items if item.target not in differing)),
        tuple(sorted(outside)), tuple(beyond),
        tuple(path for path in known_before if path not in there))


def _said_twice(items: Sequence[Item], file: PlanTable) -> list[Problem]:
    """The seasons of levels that the file gives by month, which hold their season already."""
    by_month = {f"{item.path}.{SEASON}" for item in items if item.by_month}
    return [Problem(f"{file.table.name}, {item.where}",
                    f"{item.path} is a season of what the file gives by month as well; keep one of "
                    "the two.") for item in items if item.path in by_month]


def _check_currency(file: PlanTable, plan: Assumptions, problems: list[Problem]) -> None:
    # Where texts leave for a reader, the code of units would become that of the plan.
    if others := ["US dollars" if code == UNIT else code for code in file.currencies
                  if code != plan.currency]:
        problems.append(Problem(file.table.name, f"amounts are written in {' and '.join(others)}, "
                                f"where the plan of {plan.company} is in {plan.currency}, and "
                                "nothing is converted; convert them in the file."))


def _check_years(file: PlanTable, plan: Assumptions, problems: list[Problem]) -> None:
    """Years that reports call FY2027 are not those of values where reports have years of their
    own."""
    typed, shown = plan.calendar.year_starts, plan.calendar.reported.year_starts
    if file.fiscal and shown not in (1, typed):
        problems.append(Problem(file.table.name, f"has a column {quoted(file.fiscal[0])}, but "
                                f"reports of {plan.company} show years from month {shown}, and its "
                                f"values are typed by years from month {typed}; give months, or "
                                "amounts of those years under 2027 without FY."))


def _unknown(path: str, plan: Assumptions, before: int) -> str:
    """The sentence on a path that is no assumption, or that of a line that follows from some."""
    if path.partition(".")[0] in glossary(plan.company).terms:
        return (f"{path} is worked out by the model from its assumptions; put the row under "
                "left_out.")
    return (f"{quoted(path)} is not an assumption; "
            f"{openings.nearest_name(path, plan.entries, before, plan.company)}")


def _with_items(plan: Assumptions, items: Sequence[Item], file: PlanTable) -> Assumptions:
    """The plan with the changes of items. Raises InputError with problems by cell."""
    changes = {path: value for item in items for path, value in item.changes.items()}
    try:
        return plan.with_values(changes)
    except InputError as error:
        raise _of_cells(error, items, file) from None


def _check_whole(after: Assumptions, items: Sequence[Item], file: PlanTable) -> None:
    """Raise InputError, by cell, where formulas cannot read a plan, such as years of what holds for
    the plan as a whole."""
    try:
        project(after)
    except InputError as error:
        raise _of_cells(error, items, file) from None


def _of_cells(error: InputError, items: Sequence[Item], file: PlanTable) -> InputError:
    return InputError([_of_cell(problem, items, file) for problem in error.problems])


def _of_cell(problem: Problem, items: Sequence[Item], file: PlanTable) -> Problem:
    # What is said of an assumption may be that of its season.
    places = {path: item.where for item in items for path in (item.target, item.path)}
    places |= {path: place for item in items for path, place in item.places.items()}
    # A sentence begins with the path that it is about, or with the mix of some.
    said = [path for path in places if problem.what.startswith((f"{path} ", f"{path}."))]
    if said:
        return Problem(f"{file.table.name}, {places[max(said, key=len)]}", problem.what)
    return Problem(file.table.name, problem.what) if problem.where == _CHANGES else problem


def _is_same(item: Item, plan: Assumptions, after: Assumptions) -> bool:
    """Whether an item says what the plan says: a season the same weights, a level the same values
    whatever its season, and months the same as they hold."""
    if item.path != item.target:
        pair = [_weights(each, item.target) for each in (after, plan)]
    elif item.by_month:
        pair = [each.monthly(item.target) for each in (after, plan)]
    else:
        pair = [each.series[item.target].monthly(each.calendar) for each in (after, plan)]
    return np.allclose(*pair, rtol=_DIGITS, atol=0.0)


def _weights(plan: Assumptions, path: str) -> np.ndarray:
    """The weights of a season, (month of the year,), of which the mean is 1."""
    weights = np.array(plan.settings[path].season or EVEN)
    return weights / weights.mean()
