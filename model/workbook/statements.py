"""The three statements as sheets: lines are those of the workings, totals are added up here."""

from __future__ import annotations

import numpy as np

from model.analysis import statements as rows_of
from model.analysis.statements import (
    BALANCE,
    CASH_FLOW,
    DIRECT,
    INCOME,
    Row,
    Statement,
    label,
    part_label,
)
from model.workbook.cells import FIRST_ROW, LABEL, Axis, Sheet, over_time, prefix, without_opening
from model.workbook.monthly import year_sum
from model.workbook.workings import TIMELINE, Workings

SHEETS = {"Income statement": (INCOME,), "Cash flow": (CASH_FLOW, DIRECT),
          "Balance sheet": (BALANCE,)}
_NOTES = {
    "Income statement": "Costs are amounts above zero that are subtracted. Revenue is what was "
                        "earned, whenever it is paid.",
    "Cash flow": "What goes out stands below zero. The second table makes the same cash flow from "
                 "operations from what is received and paid.",
    "Balance sheet": "Balances at the end of the year or month. Nothing balances the two sides but "
                     "the sums.",
}


class Statements:
    """The sheets, and on which row each statement's row stands."""

    def __init__(self, workings: Workings, axis: Axis):
        self.workings, self.axis = workings, axis
        self.projection = workings.projection
        self.rows: dict[tuple[str, str], int] = {}
        self.sheets = [self._sheet(title, found) for title, found in SHEETS.items()]

    def at(self, statement: Statement, line: str) -> tuple[str, int]:
        """Sheet and row of a statement's row."""
        title = next(title for title, found in SHEETS.items() if statement in found)
        return title, self.rows[statement.name, line]

    def months(self, statement: Statement, line: str) -> str:
        """A statement's row over the months, as a template for the same column."""
        title, row = self.at(statement, line)
        return f"{prefix(title)}{{c}}{row + 1}"

    def _sheet(self, title: str, found: tuple[Statement, ...]) -> Sheet:
        sheet = Sheet(title, "results", self.axis)
        over_time(sheet, title, _NOTES[title])
        row = FIRST_ROW - 1
        for statement in found:
            if len(found) > 1:
                sheet.text(row, LABEL, statement.title, "section")
                row += 1
            for item in rows_of.rows(self.projection, statement):
                row = self._row(sheet, statement, item, row)
            row += 1
        without_opening(sheet)
        return sheet

    def _row(self, sheet: Sheet, statement: Statement, item: Row, row: int) -> int:
        axis, projection = self.axis, self.projection
        self.rows[statement.name, item.line] = row
        role = "total" if item.adds_up else "line"
        sign = item.sign if statement.signed else 1
        own = not (item.adds_up or item.opening_of)
        sheet.head(row, label(item), "USD", item.line if own else "", role)
        months = rows_of.by_month(projection, statement, item)[0]
        if item.opening_of:
            template = f"={self.workings.before(item.opening_of, sheet.title)}"
            title, at = self.workings.rows[item.opening_of]
            annual = (f"=INDEX({axis.span(at, title, opening=True, fixed=True)},"
                      f"{TIMELINE}!{{c}}$6-timeline.months_per_year+1)")
        elif item.adds_up:
            template = annual = self._total(statement, item)
        else:
            template = self._line(item.line, sign, sheet.title)
            annual = self._annual(statement, row)
        sheet.across(row, axis.months, template, sign * months, "USD", role)
        years = sign * rows_of.by_year(projection, statement, item)[0]
        sheet.across(row, axis.years, annual, years, "USD", role)
        if statement.balances:
            opening = rows_of.at_start(projection, statement, item)[0]
            self._across_opening(sheet, row, template, sign * opening, role)
        for line in rows_of.parts(projection, item):
            row += 1
            sheet.head(row, part_label(projection.assumptions.entries, line), "USD", line, "part")
            template = self._line(line, sign, sheet.title)
            sheet.across(row, axis.months, template, sign * projection[line][0], "USD", "part")
            sheet.across(row, axis.years, self._annual(statement, row, line),
                         sign * projection.by_year(line)[0], "USD", "part")
            if statement.balances:
                opening = rows_of.opening(projection, line)[0]
                self._across_opening(sheet, row, template, sign * opening, "part")
        return row + 1

    def _across_opening(self, sheet: Sheet, row: int, template: str, value: float,
                        role: str) -> None:
        sheet.across(row, [self.axis.opening], template, np.array([value]), "USD", role)

    def _line(self, line: str, sign: int, sheet: str) -> str:
        return f"={'-' if sign < 0 else ''}{self.workings.at(line, sheet)}"

    def _annual(self, statement: Statement, row: int, line: str = "") -> str:
        if statement.balances or line in ("unrestricted_cash", "custodial_cash"):
            return f"=INDEX({self.axis.span(row)},{TIMELINE}!{{c}}$6)"
        return year_sum(self.axis, row)

    def _total(self, statement: Statement, item: Row) -> str:
        """The rows above added up; a statement that shows costs above zero subtracts them."""
        terms = []
        for part in rows_of.added_up(self.projection, statement, item):
            minus = part.sign < 0 and not statement.signed
            row = self.rows[statement.name, part.line]
            terms.append(f"{'-' if minus else '+'}{{c}}{row + 1}")
        return f"={''.join(terms).removeprefix('+')}"
