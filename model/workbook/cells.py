"""Sheets as cells, before any library writes them: texts, numbers, inputs and formulas.

Rows and columns count from 0 here; in formulas, rows count from 1, as a spreadsheet shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from model.currency import labelled
from model.engine.cells import UNDEFINED
from model.params.calendar import Calendar
from model.views.formats import format_month

# Rows of every sheet over time.
TITLE, STATUS, NOTE, HEADS = 0, 1, 2, 4
FIRST_ROW = 6
LABEL, UNIT, NAME = 0, 1, 2
# The width of a column that keeps others apart.
GAP = 2


class Cell(NamedTuple):
    """One cell: a text, number, input, formula, link or `filled`, a formula to be typed over.
    `value` is the result of a formula, the text of a link; `style` number format and role."""

    kind: str
    content: object
    value: object
    style: tuple[str, str]


class Field(NamedTuple):
    """What an input cell stands for: a path of a scenario, and its "value", a year ("2028"), a
    month ("2028-03"), "delay", a year that is typed after the delay ("later 2028"), a month that is
    set alone ("2028-03 alone"), or the weight of a month ("season 3")."""

    scenario: str
    path: str
    field: str


class Axis:
    """The columns of every sheet over time: after label, unit and name the years, what the first
    month opens with, and the months. `plan` is the plan's calendar, `calendar` that of reports."""

    def __init__(self, calendar: Calendar):
        self.plan, self.calendar = calendar, calendar.reported
        self.first_year = NAME + 1
        self.opening = self.first_year + len(self.calendar.years)
        self.first_month, self.last_month = self.opening + 1, self.opening + calendar.months
        self.years = range(self.first_year, self.opening)
        self.months = range(self.first_month, self.last_month + 1)

    def span(self, row: int, sheet: str = "", opening: bool = False, fixed: bool = False) -> str:
        """A row's months, `$J12:$BQ12`; `opening` adds that column, `fixed` fixes the row."""
        first = self.opening if opening else self.first_month
        return _span(row, first, self.last_month, sheet, fixed)

    def year_span(self, row: int, sheet: str = "", fixed: bool = True) -> str:
        """A row's years as a range."""
        return _span(row, self.years[0], self.years[-1], sheet, fixed)


def _span(row: int, first: int, last: int, sheet: str, fixed: bool) -> str:
    mark = "$" if fixed else ""
    return (f"{prefix(sheet)}${letters(first)}{mark}{row + 1}:"
            f"${letters(last)}{mark}{row + 1}")


@dataclass
class Sheet:
    """One sheet. `kind` is about, inputs, results, workings or checks, and colors its tab."""

    title: str
    kind: str
    axis: Axis | None = None
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    inputs: dict[tuple[int, int], Field] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (0, 0)
    bars: dict[int, tuple[int, int]] = field(default_factory=dict)
    # The columns that are printed, where not all are.
    printed: range | None = None

    def text(self, row: int, col: int, text: object, role: str = "text") -> None:
        self.cells[row, col] = Cell("text", labelled(str(text)), None, ("", role))

    def texts(self, row: int, columns: Iterable[int], texts: Iterable[object],
              role: str = "head right") -> None:
        """Write a text into each of some columns."""
        for col, text in zip(columns, texts, strict=True):
            self.text(row, col, text, role)

    def row_heads(self, row: int, *texts: str) -> None:
        """Write heads above label, unit and name."""
        self.texts(row, (LABEL, UNIT, NAME), texts, "head")

    def number(self, row: int, col: int, value: float, unit: str, role: str = "note") -> None:
        self.cells[row, col] = Cell("number", float(value), None, (unit, role))

    def input(self, row: int, col: int, value: float | str | None, unit: str,
              field: Field, role: str = "input") -> None:
        """Write a cell to type into; None leaves it empty."""
        self.cells[row, col] = Cell("input", value, None, (unit, role))
        self.inputs[row, col] = field

    def filled(self, row: int, col: int, text: str, value: float, unit: str, field: Field,
               role: str = "filled") -> None:
        """Write a formula that may be typed over."""
        self.cells[row, col] = Cell("filled", text, cell_value(value), (unit, role))
        self.inputs[row, col] = field

    def formula(self, row: int, col: int, text: str, value: object, unit: str = "",
                role: str = "line") -> None:
        value = labelled(value) if isinstance(value, str) else value
        self.cells[row, col] = Cell("formula", labelled(text), cell_value(value), (unit, role))

    def link(self, row: int, col: int, sheet: str, text: str) -> None:
        self.cells[row, col] = Cell("link", sheet, text, ("", "link"))

    def head(self, row: int, label: str, unit: str = "", name: str = "",
             role: str = "line") -> None:
        """Write the label, unit and name before a row."""
        self.text(row, LABEL, label, f"{role} label" if role in ("total", "part") else "label")
        note = "total note" if role == "total" else "note"
        self.text(row, UNIT, unit, note)
        self.text(row, NAME, name, note)

    def across(self, row: int, columns: Sequence[int], template: str, values: Sequence[float],
               unit: str, role: str = "line") -> None:
        """Write one formula along a row: `{c}` is each cell's own column, `{p}` the one before."""
        style, cells, text = (unit, role), self.cells, template.format
        values = values.tolist() if isinstance(values, np.ndarray) else values
        before = letters(columns[0] - 1)
        for col, value in zip(columns, values, strict=True):
            own = letters(col)
            cells[row, col] = Cell("formula", text(c=own, p=before), cell_value(value), style)
            before = own

    # What sheets have in common.

    def section(self, row: int, name: str) -> int:
        """Write the title of a section below an empty row. Returns the row after it."""
        self.text(row + 1, LABEL, name.replace("_", " ").capitalize(), "section")
        return row + 2

    def write_title(self, title: str, note: str = "") -> None:
        self.text(TITLE, LABEL, title, "title")
        if note:
            self.text(NOTE, LABEL, note, "note")

    def write_heads(self, title: str, note: str, heads: Mapping[int, str] | None = None,
                    opening: str = "Opening") -> None:
        """Write title, note and column heads of a sheet over time; `heads` replace those of the
        columns before the months, `opening` that of the opening alone."""
        axis = self.axis
        self.write_title(title, note)
        if heads is None:
            heads = {LABEL: "Line", UNIT: "Unit", NAME: "Name", axis.opening: opening,
                     **dict(zip(axis.years, map(str, axis.calendar.named_years), strict=True))}
        for col, head in sorted(heads.items()):
            self.text(HEADS, col, head, "head" if col <= NAME else "head right")
        self.texts(HEADS, axis.months, map(format_month, axis.calendar.labels))
        self.freeze = (HEADS + 1, NAME + 1)

    def narrow_opening(self) -> None:
        """Make the column of the opening a gap where no row uses it."""
        opening = self.axis.opening
        if all(row == HEADS for row, col in self.cells if col == opening):
            self.cells.pop((HEADS, opening), None)
            self.widths[opening] = GAP

    def write_state(self, scenario: str, checks: str) -> None:
        """Write the line below the title: the scenario in use, and the state of the checks."""
        self.formula(STATUS, LABEL, '="Scenario: "&scenario_title&". "&check_status&"."',
                     f"Scenario: {scenario}. {checks}.", "", "state")


def cell_value(value: object) -> object:
    """A value as a cell holds it: a text, a number, or the word for undefined."""
    if isinstance(value, str):
        return value
    number = float(value)
    return number if number - number == 0 else UNDEFINED


_LETTERS: list[str] = []


def letters(col: int) -> str:
    """The letters of a column; 0 is A."""
    while col >= len(_LETTERS):
        number, text = len(_LETTERS) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(65 + rest) + text
        _LETTERS.append(text)
    return _LETTERS[col]


def cell(row: int, col: int, sheet: str = "", fixed: bool = True) -> str:
    """The address of a cell, `$C$5` or `'Cash flow'!$C$5`."""
    mark = "$" if fixed else ""
    return f"{prefix(sheet)}{mark}{letters(col)}{mark}{row + 1}"


def prefix(sheet: str) -> str:
    """The name of a sheet before an address, in quotes where it is more than one word."""
    if not sheet:
        return ""
    return f"{sheet}!" if sheet.isascii() and sheet.isalpha() else f"'{sheet}'!"


def in_column(row: int, sheet: str, reader: str, mark: str = "") -> str:
    """The cell of a row in the own column of a formula on the sheet `reader`, as a template."""
    return f"{'' if sheet == reader else prefix(sheet)}{{c}}{mark}{row + 1}"
