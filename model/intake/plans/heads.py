"""The line, or two, with years and months above the figures of a table: where its columns begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from model.intake import recognition
from model.intake.layouts import groups_of
from model.intake.mapping import words_of
from model.intake.plans.reading import TimeForm
from model.intake.recognition import Shape
from model.intake.table import Cell, Row, Table
from model.params.calendar import Calendar

FORMS = tuple(TimeForm(form.form) for form in recognition.DATES)
_FIRST_LINES = 30


@dataclass(frozen=True)
class Head:
    """A head of a table in which it is one line: the numbers of its lines in the file, and the
    shape that it gives by the form that reads most of its columns."""

    table: Table
    lines: tuple[int, ...]
    shape: Shape

    def fit(self, calendar: Calendar) -> tuple[int, int]:
        """How many of its columns are times of a plan, and how many are times."""
        known = {*calendar.labels, *map(str, calendar.years)}
        times = [time_of(self.shape.header.cell(place)) for place in self.shape.months]
        return sum(time in known for time in times), len(times)


def head_of(table: Table, calendar: Calendar) -> Head | None:
    """The head with most times of a plan, the first of those with as many; None where no line names
    a time above figures. An amount such as 2000 reads as a year as well."""
    heads = [*_heads(table), *_double_heads(table)]
    return max(heads, key=lambda head: head.fit(calendar), default=None)


def time_of(cell: object) -> str:
    """The month or year that a cell names; empty where it names none."""
    for form in FORMS:
        with suppress(ValueError):
            return form.day(cell).month
    return ""


def _heads(table: Table) -> Iterator[Head]:
    for at, row in enumerate(table.rows[:_FIRST_LINES]):
        if shape := _shape(part := _readable(replace(table, rows=table.rows[at:]))):
            yield Head(part, (row.number,), shape)


def _double_heads(table: Table) -> Iterator[Head]:
    """Heads with years above months."""
    for at, (above, below) in enumerate(pairwise(table.rows[:_FIRST_LINES])):
        width = max(len(above.cells), len(below.cells))
        header = Row(below.number, tuple(
            f"{words_of(group)} {words_of(below.cell(place))}".strip()
            for place, group in enumerate(groups_of(above, width))))
        part = _readable(replace(table, rows=(header, *table.rows[at + 2:])))
        shape = _shape(part)
        if shape and any("-" in time_of(header.cell(place)) for place in shape.months):
            yield Head(part, (above.number, below.number), shape)


def _shape(table: Table) -> Shape | None:
    """The shape of a table whose first row is its head; None where that is none."""
    header = table.rows[0]
    if not any(map(time_of, header.cells[1:])):
        return None
    shapes = [shape for form in FORMS if (shape := recognition.wide(table, [form]))
              and shape.header is header]
    # Each form reads years; that of the months reads most columns.
    return max(shapes, key=lambda shape: len(shape.months), default=None)


def _readable(table: Table) -> Table:
    """A table in which each text below a year or month of its first row that is no amount is none,
    so that one cell hides no head; what has a digit, such as 150k, is 0, as its row is no
    heading."""
    header, *below = table.rows
    times = {place for place, cell in enumerate(header.cells) if place and time_of(cell)}

    def amount(cell: Cell) -> Cell:
        if not isinstance(cell, str) or recognition.forms_of(recognition.AMOUNTS, [cell]):
            return cell
        return "0" if any(map(str.isdigit, cell)) else ""
    return table if not times else replace(table, rows=(header, *(Row(row.number, tuple(
        amount(cell) if place in times else cell for place, cell in enumerate(row.cells)))
        for row in below)))
