"""A plan with what stands in the rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.companies.glossary import glossary
from model.currency import UNIT
from model.intake.plans.items import Item, Rows
from model.intake.plans.mapping import PlanMap
from model.intake.plans.reading import ALL_TIME, PlanRow, PlanTable
from model.params import openings
from model.params.assumptions import Assumptions
from model.params.overlay import is_season
from model.params.values import SEASON
from model.problems import InputError, Problem, fail_if, quoted

# Programs that save 15 digits do not change a value by more than this share.
_DIGITS = 1e-12


@dataclass(frozen=True)
class Plan:
    """What a file makes of a plan: the items that differ from it, the assumptions of those that do
    not, and the plan with them; `outside` are times of the file that the plan does not have."""

    after: Assumptions
    items: tuple[Item, ...]
    same: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def changes(self) -> dict[str, object]:
        """The changes of all items."""
        return {path: value for item in self.items for path, value in item.changes.items()}


def plan_of(file: PlanTable, found: PlanMap, plan: Assumptions,
            where_row: Callable[[str], str]) -> Plan:
    """A plan with what stands in the rows of a file. `where_row` says where the map names a row.
    Raises InputError with every row and cell that cannot be."""
    plan = plan.opened(found.rows.values())
    problems: list[Problem] = []
    _check_currency(file, plan, problems)
    _check_years(file, plan, problems)
    groups: dict[str, list[PlanRow]] = {}
    for row in file.rows:
        path = found.rows[row.name]
        entry = plan.entries.get(path.removesuffix(f".{SEASON}") if is_season(path, plan.entries)
                                 else path)
        if entry is None:
            problems.append(Problem(where_row(row.name), _unknown(path, plan, len(problems))))
        elif row.amounts:
            groups.setdefault(path, []).append(row)
    known = {*plan.calendar.labels, *map(str, plan.calendar.years), ALL_TIME}
    outside = dict.fromkeys(time for rows in groups.values() for row in rows
                            for time in row.amounts if time not in known)
    items: list[Item] = []
    for path, rows in groups.items():
        try:
            if item := Rows(file, found, plan, path, rows, known).item():
                items.append(item)
        except InputError as error:
            problems += error.problems
    fail_if(problems + _said_twice(items, file))
    after = _with_items(plan, items, file)
    other = tuple(item for item in items if not _is_same(item, plan, after))
    # Digits that a program did not keep are no change.
    return Plan(_with_items(plan, other, file), other,
                tuple(item.target for item in items if item not in other), tuple(sorted(outside)))


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
            f"{openings.nearest_name(path, plan.entries, before)}")


def _with_items(plan: Assumptions, items: Sequence[Item], file: PlanTable) -> Assumptions:
    """The plan with the changes of items. Raises InputError with problems by cell."""
    changes = {path: value for item in items for path, value in item.changes.items()}
    try:
        return plan.with_values(changes)
    except InputError as error:
        raise InputError([_of_cell(problem, items, file) for problem in error.problems]) from None


def _of_cell(problem: Problem, items: Sequence[Item], file: PlanTable) -> Problem:
    places = {path: place for item in items for path, place in item.places.items()}
    # A sentence begins with the path that it is about, or with the mix of some.
    said = [path for path in places if problem.what.startswith((f"{path} ", f"{path}."))]
    where = f", {places[max(said, key=len)]}" if said else ""
    return Problem(f"{file.table.name}{where}", problem.what)


def _is_same(item: Item, plan: Assumptions, after: Assumptions) -> bool:
    return np.allclose(*(each.monthly(item.target) for each in (after, plan)), rtol=_DIGITS,
                       atol=0.0)
