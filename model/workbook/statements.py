"""The three statements as sheets: lines come from the workings, totals are added up here."""

from __future__ import annotations

import numpy as np

from model.analysis import statements as rows_of
from model.analysis.statements import BALANCE, CASH_FLOW, DIRECT, INCOME, Row, Statement
from model.workbook.cells import FIRST_ROW, LABEL, Sheet
from model.workbook.timeline import of_first
from model.workbook.workings import Workings

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
    """The sheets, and the row of each item of a statement."""

    def __init__(self, workings: Workings):
        self.workings, self.axis, self.projection = workings, workings.axis, workings.projection
        self.rows: dict[tuple[str, str], int] = {}
        self.sheets = [self._sheet(title, statements) for title, statements in SHEETS.items()]

    def at(self, statement: Statement, line: str) -> tuple[str, int]:
        """Sheet and row of an item of a statement."""
        title = next(title for title, statements in SHEETS.items() if statement in statements)
        return title, self.rows[statement.name, line]

    def _sheet(self, title: str, statements: tuple[Statement, ...]) -> Sheet:
        sheet = Sheet(title, "results", self.axis)
        sheet.write_heads(title, _NOTES[title])
        row = FIRST_ROW - 1
        for statement in statements:
            if len(statements) > 1:
                sheet.text(row, LABEL, statement.title, "section")
                row += 1
            for item in rows_of.rows(self.projection, statement):
                row = self._item(sheet, statement, item, row)
            row += 1
        sheet.narrow_opening()
        return sheet

    def _item(self, sheet: Sheet, statement: Statement, item: Row, row: int) -> int:
        """Write an item of a statement and its parts. Returns the row after them."""
        projection, title = self.projection, sheet.title
        self.rows[statement.name, item.line] = row
        role = "total" if item.adds_up else "line"
        sign = item.sign if statement.signed else 1
        own = not (item.adds_up or item.opening_of)
        label = rows_of.label(self.workings.terms, item)
        sheet.head(row, label, "USD", item.line if own else "", role)
        values = [rows_of.by_month(projection, statement, item),
                  rows_of.by_year(projection, statement, item)]
        if statement.balances:
            values.append(rows_of.at_start(projection, statement, item))
        if item.opening_of:
            opening_title, at = self.workings.rows[item.opening_of]
            formulas = (f"={self.workings.before(item.opening_of, title)}",
                        of_first(self.axis, at, opening_title, opening=True))
        # A total that was observed is no sum: in closed months its items need not make it.
        elif item.adds_up and item.line not in projection.assumptions.observed:
            formulas = (self._total(statement, item),) * 2
        else:
            formulas = self._line(item.line, sign, title, row)
        self._fill(sheet, row, formulas, values, sign, role)
        for line in rows_of.parts(projection, item):
            row += 1
            part = rows_of.part_label(self.workings.terms, projection.assumptions.entries, line)
            sheet.head(row, part, "USD", line, "part")
            values = [projection[line], projection.by_year(line)]
            if statement.balances:
                values.append(rows_of.opening(projection, line))
            self._fill(sheet, row, self._line(line, sign, title, row), values, sign, "part")
        return row + 1

    def _fill(self, sheet: Sheet, row: int, formulas: tuple[str, str], values: list[np.ndarray],
              sign: int, role: str) -> None:
        """Write a row: `formulas` and `values` by month, by year and, if given, for the opening."""
        axis, (month, year) = self.axis, formulas
        for columns, template, amounts in zip((axis.months, axis.years, [axis.opening]),
                                              (month, year, month), values, strict=False):
            sheet.across(row, columns, template, sign * np.atleast_1d(amounts[0]), "USD", role)

    def _line(self, line: str, sign: int, sheet: str, row: int) -> tuple[str, str]:
        return (f"={'-' if sign < 0 else ''}{self.workings.at(line, sheet)}",
                self.workings.annual(line, row, sheet))

    def _total(self, statement: Statement, item: Row) -> str:
        """The rows above added up; a statement that shows costs above zero subtracts them."""
        terms = []
        for part in rows_of.added_up(self.projection, statement, item):
            minus = part.sign < 0 and not statement.signed
            row = self.rows[statement.name, part.line]
            terms.append(f"{'-' if minus else '+'}{{c}}{row + 1}")
        return f"={''.join(terms).removeprefix('+')}"
