"""Sheets as cells, before any library writes them: texts, numbers, inputs and formulas.

Rows and columns count from 0 here; in formulas, rows count from 1, as a spreadsheet shows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from model.engine.cells import UNDEFINED as UNDEFINED
from model.params.series import Calendar
from model.views.formats import format_month

# Rows of every sheet over time.
TITLE, STATUS, NOTE, HEADS = 0, 1, 2, 4
FIRST_ROW = 6
LABEL, UNIT, NAME = 0, 1, 2
# The width of a column that keeps others apart.
GAP = 2


class Cell(NamedTuple):
    """One cell. `kind` is text, number, input, formula, link, or filled: a formula that may be
    typed over. A formula's `value` is what it gives, a link's the text shown; `style` is (number
    format, role)."""

    kind: str
    content: object
    value: object
    style: tuple[str, str]


class Field(NamedTuple):
    """What an input cell types: a path of a scenario, and its value, a calendar year ("2028"), a
    month ("2028-03"), the delay, or a year that is typed after the delay ("later 2028")."""

    scenario: str
    path: str
    field: str


@dataclass(frozen=True)
class Axis:
    """The columns of every sheet over time: label, unit, name, the years, the opening, the
    months."""

    calendar: Calendar

    @property
    def first_year(self) -> int:
        return NAME + 1

    @property
    def opening(self) -> int:
        return self.first_year + len(self.calendar.years)

    @property
    def first_month(self) -> int:
        return self.opening + 1

    @property
    def last_month(self) -> int:
        return self.opening + self.calendar.months

    @cached_property
    def years(self) -> range:
        return range(self.first_year, self.opening)

    @cached_property
    def months(self) -> range:
        return range(self.first_month, self.last_month + 1)

    def span(self, row: int, sheet: str = "", opening: bool = False, fixed: bool = False) -> str:
        """A row's months as a range, `$J12:$BQ12`; with the opening where asked."""
        first = letters(self.opening if opening else self.first_month)
        mark = "$" if fixed else ""
        return (f"{prefix(sheet)}${first}{mark}{row + 1}:"
                f"${letters(self.last_month)}{mark}{row + 1}")


@dataclass
class Sheet:
    """One sheet. `kind` is about, inputs, results, workings or checks: the color of its tab."""

    title: str
    kind: str
    axis: Axis | None = None
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    inputs: dict[tuple[int, int], Field] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (0, 0)
    bars: dict[int, tuple[int, int]] = field(default_factory=dict)

    def text(self, row: int, col: int, text: object, role: str = "text") -> None:
        self.cells[row, col] = Cell("text", str(text), None, ("", role))

    def number(self, row: int, col: int, value: float, unit: str, role: str = "note") -> None:
        self.cells[row, col] = Cell("number", float(value), None, (unit, role))

    def input(self, row: int, col: int, value: float | str | None, unit: str,
              field: Field, role: str = "input") -> None:
        """A cell to type into; `None` leaves it empty."""
        self.cells[row, col] = Cell("input", value, None, (unit, role))
        self.inputs[row, col] = field

    def filled(self, row: int, col: int, text: str, value: float, unit: str, field: Field,
               role: str = "filled") -> None:
        """A formula that may be typed over."""
        self.cells[row, col] = Cell("filled", text, shown(value), (unit, role))
        self.inputs[row, col] = field

    def formula(self, row: int, col: int, text: str, value: object, unit: str = "",
                role: str = "line") -> None:
        self.cells[row, col] = Cell("formula", text, shown(value), (unit, role))

    def link(self, row: int, col: int, sheet: str, text: str) -> None:
        self.cells[row, col] = Cell("link", sheet, text, ("", "link"))

    def head(self, row: int, label: str, unit: str = "", name: str = "",
             role: str = "line") -> None:
        """The words before a row over time."""
        self.text(row, LABEL, label, f"{role} label" if role in ("total", "part") else "label")
        note = "total note" if role == "total" else "note"
        self.text(row, UNIT, unit, note)
        self.text(row, NAME, name, note)

    def across(self, row: int, columns: Sequence[int], template: str, values: Sequence[float],
               unit: str, role: str = "line") -> None:
        """One formula along a row: `{c}` is each cell's own column, `{p}` the one before."""
        style, cells, text = (unit, role), self.cells, template.format
        values = values.tolist() if isinstance(values, np.ndarray) else values
        before = letters(columns[0] - 1)
        for col, value in zip(columns, values, strict=True):
            own = letters(col)
            cells[row, col] = Cell("formula", text(c=own, p=before), shown(value), style)
            before = own


def shown(value: object) -> object:
    """A computed value as a cell holds it; what is undefined is a word."""
    if isinstance(value, str):
        return value
    number = float(value)
    return number if number - number == 0 else UNDEFINED


_LETTERS: list[str] = []


def letters(col: int) -> str:
    """A column's letters: 0 is A."""
    while col >= len(_LETTERS):
        number, text = len(_LETTERS) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            text = chr(65 + rest) + text
        _LETTERS.append(text)
    return _LETTERS[col]


def cell(row: int, col: int, sheet: str = "", fixed: bool = True) -> str:
    """A cell's address, `$C$5` or `'Cash flow'!$C$5`."""
    mark = "$" if fixed else ""
    return f"{prefix(sheet)}{mark}{letters(col)}{mark}{row + 1}"


def prefix(sheet: str) -> str:
    """A sheet's name before an address; quoted where it is more than one word."""
    if not sheet:
        return ""
    return f"{sheet}!" if re.fullmatch(r"[A-Za-z]+", sheet) else f"'{sheet}'!"


def over_time(sheet: Sheet, title: str, note: str, heads: Mapping[int, str] | None = None) -> None:
    """Title, state and column heads of a sheet over time; with `heads`, these instead of those of
    the columns before the months."""
    axis = sheet.axis
    sheet.text(TITLE, LABEL, title, "title")
    sheet.text(NOTE, LABEL, note, "note")
    if heads is None:
        heads = {LABEL: "Line", UNIT: "Unit", NAME: "Name", axis.opening: "Opening",
                 **dict(zip(axis.years, map(str, axis.calendar.years), strict=True))}
    for col, head in sorted(heads.items()):
        sheet.text(HEADS, col, head, "head" if col <= NAME else "head right")
    for col, month in zip(axis.months, axis.calendar.labels, strict=True):
        sheet.text(HEADS, col, format_month(month), "head right")
    sheet.freeze = (HEADS + 1, NAME + 1)


def without_opening(sheet: Sheet) -> None:
    """Leave no more than a gap where no row of a sheet over time has an opening."""
    axis = sheet.axis
    if all(row == HEADS for row, col in sheet.cells if col == axis.opening):
        sheet.cells.pop((HEADS, axis.opening), None)
        sheet.widths[axis.opening] = GAP


def stated(sheet: Sheet, scenario: str, checks: str) -> None:
    """The line below the title: the scenario in use, and the state of the checks."""
    sheet.formula(STATUS, LABEL, '="Scenario: "&scenario_title&". "&check_status&"."',
                  f"Scenario: {scenario}. {checks}.", "", "state")
