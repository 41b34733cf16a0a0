"""The sheet that says what month each column is, and the conventions that formulas read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.engine import timeline
from model.engine.nodes import Formula
from model.params.calendar import MONTHS_PER_YEAR
from model.workbook.cells import LABEL, Axis, Sheet, cell, in_column
from model.workbook.inputs import LARGEST

TIMELINE = "Timeline"
YEAR_NUMBER = "year_number"
# The rows that change from month to month, counted as a spreadsheet does.
ROWS = {"month": 6, "year": 7, "month_of_year": 8, "december": 9, "new_year": 10, YEAR_NUMBER: 11}
_LABELS = {name: value.label for name, value in timeline.TIMELINE.items()} | {
    YEAR_NUMBER: "Year of the plan", "largest": "No amount that is typed may be above this"}
# The formulas of these rows by month. Those of a year are the same, with these exceptions.
_BY_MONTH = {
    "month": "={p}6+1",
    "year": "=timeline.first_year+{c}11-1",
    "month_of_year": "={c}6-({c}11-1)*timeline.months_per_year",
    "december": "=IF({c}8=timeline.months_per_year,1,0)",
    "new_year": "=IF(AND({c}8=1,{c}6>1),1,0)",
    YEAR_NUMBER: "=INT(({c}6-1)/timeline.months_per_year)+1",
}
_BY_YEAR = {"month": "={c}11*timeline.months_per_year", YEAR_NUMBER: "=COLUMN()-COLUMN($C$11)"}
# Conventions that sheets read, whether or not the texts read them.
_CONVENTIONS = ("first_year", "months", "months_per_year", "one_year", "days_per_month",
                "tolerance", "share_tolerance")


def reference(name: str, sheet: str = "") -> str:
    """What a formula over time writes for a value of the timeline: a cell or a defined name."""
    return (in_column(ROWS[name] - 1, TIMELINE, sheet, "$") if name in ROWS
            else f"timeline.{name}")


def year_sum(axis: Axis, row: int) -> str:
    """The formula that adds up a year's months of a row."""
    years = axis.span(ROWS["year"] - 1, TIMELINE, fixed=True)
    return f"=SUMIF({years},{reference('year')},{axis.span(row)})"


def of_december(axis: Axis, row: int) -> str:
    """The formula that takes December's figure of a row."""
    return f"=INDEX({axis.span(row)},{reference('month')})"


def of_january(axis: Axis, row: int, sheet: str = "", opening: bool = False) -> str:
    """The formula that takes January's figure of a row or, with the opening, that before it."""
    months = axis.span(row, sheet, opening=opening, fixed=bool(sheet))
    return f"=INDEX({months},{reference('month')}-timeline.months_per_year+1)"


class Timeline:
    """The sheet. `names` are the defined names of its conventions."""

    def __init__(self, axis: Axis, formulas: Iterable[Formula]):
        self.axis, self.sheet = axis, Sheet(TIMELINE, "workings", axis)
        self.names: dict[str, str] = {}
        self._ages: dict[int, int] = {}
        refs = {ref for formula in formulas for ref in formula.reads}
        values = timeline.timeline(axis.calendar)
        values[YEAR_NUMBER] = np.arange(axis.calendar.months) // MONTHS_PER_YEAR + 1.0
        self.sheet.write_heads(TIMELINE, "What month it is. Annual columns are those of their "
                                         "December.")
        self._fill_months(values)
        row = self._fill_conventions(values, {ref.name for ref in refs if ref.kind == "timeline"})
        self._fill_ages(row, sorted({ref.ago for ref in refs if ref.ago > 1}))

    def earlier(self, months: int, sheet: str) -> str:
        """Which cell of a row, counted from its opening, is that of so many months ago."""
        return in_column(self._ages[months], TIMELINE, sheet, "$")

    def _fill_months(self, values: dict[str, np.ndarray]) -> None:
        for name, template in _BY_MONTH.items():
            row = ROWS[name] - 1
            self.sheet.head(row, _LABELS[name], "", name)
            self.sheet.across(row, self.axis.months, template, values[name], "number")
            self.sheet.across(row, self.axis.years, _BY_YEAR.get(name, template),
                              self.axis.calendar.december(values[name]), "number")
        self.sheet.number(ROWS["month"] - 1, self.axis.opening, 0, "number")

    def _fill_conventions(self, values: dict[str, np.ndarray], names: set[str]) -> int:
        """What is the same in every month. Returns the row after it."""
        row = ROWS[YEAR_NUMBER] + 2
        self.sheet.text(row - 1, LABEL, "Conventions", "section")
        constants = {name: value[0] for name, value in values.items()
                     if len(value) == 1 and name in {*_CONVENTIONS, *names}}
        for at, (name, value) in enumerate((constants | {"largest": LARGEST}).items(), row):
            self.sheet.head(at, _LABELS[name], "", name)
            small = name.endswith("tolerance") or value >= LARGEST
            self.sheet.number(at, self.axis.first_year, value, "small" if small else "number")
            self.names[f"timeline.{name}"] = cell(at, self.axis.first_year, TIMELINE)
        return row + len(constants) + 2

    def _fill_ages(self, row: int, ages: list[int]) -> None:
        """Where the months stand that formulas look back to; the first column says how far."""
        sheet, axis = self.sheet, self.axis
        if ages:
            sheet.text(row, LABEL, "Earlier months: which cell of a row, counted from its opening",
                       "section")
        for at, ago in enumerate(ages, row + 1):
            self._ages[ago] = at
            sheet.head(at, "So many months ago, or the opening", "months", f"ago_{ago}")
            sheet.number(at, axis.first_year, ago, "number")
            columns = np.maximum(np.arange(axis.calendar.months) + 1.0 - ago, 0) + 1
            sheet.across(at, axis.months, f"=MAX({{c}}$6-{cell(at, axis.first_year)},0)+1",
                         columns, "number")
