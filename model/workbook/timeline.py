"""The sheet that says what month each column is, and the conventions that formulas read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.engine import timeline
from model.engine.nodes import Formula
from model.workbook.cells import LABEL, Axis, Sheet, cell, in_column
from model.workbook.inputs import LARGEST

TIMELINE = "Timeline"
YEAR_NUMBER, FIRST_MONTH = "year_number", "first_month"
# The rows that change from month to month, counted as a spreadsheet does.
ROWS = {"month": 6, "year": 7, "month_of_year": 8, "year_end": 9, "year_start": 10,
        YEAR_NUMBER: 11, FIRST_MONTH: 12, "quarter_start": 13}
# Rows that are there only where a text reads them.
_ON_REQUEST = {"quarter_start"}
_LABELS = {name: value.label for name, value in timeline.TIMELINE.items()} | {
    YEAR_NUMBER: "Year of the plan", FIRST_MONTH: "First month of that year, by its number",
    "starts": "Month of the calendar year with which the plan starts",
    "year_starts": "Month of the calendar year with which a year of the company starts",
    "months_before": "Months of the first year before the plan",
    "typed_before": "Months of the first year for which values are typed, before the plan",
    "largest": "No amount that is typed may be above this"}
# The formulas of these rows by month. Those of a year are the same, with these exceptions.
_BY_MONTH = {
    "month": "={p}6+1",
    "year": "=timeline.first_year+{c}11-1",
    "month_of_year": "=MOD(timeline.starts-1+{c}6-1,timeline.months_per_year)+1",
    "year_end": "=IF(MOD({c}8-timeline.year_starts+1,timeline.months_per_year)=0,1,0)",
    "year_start": "=IF(AND({c}8=timeline.year_starts,{c}6>1),1,0)",
    YEAR_NUMBER: "=INT(({c}6-1+timeline.months_before)/timeline.months_per_year)+1",
    FIRST_MONTH: "=MAX(({c}11-1)*timeline.months_per_year-timeline.months_before,0)+1",
    "quarter_start": "=IF(MOD({c}8-1,timeline.months_per_quarter)=0,1,0)",
}
_BY_YEAR = {"month": "=MIN({c}11*timeline.months_per_year-timeline.months_before,timeline.months)",
            YEAR_NUMBER: "=COLUMN()-COLUMN($C$11)"}
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


def year_mean(axis: Axis, row: int) -> str:
    """The formula of the mean of a year's months of a row."""
    return f"{year_sum(axis, row)}/({reference('month')}-{reference(FIRST_MONTH)}+1)"


def typed_year(month: str) -> str:
    """The position of the year for which a value of a month is typed."""
    return f"INT(({month}-1+timeline.typed_before)/timeline.months_per_year)+1"


def of_last(axis: Axis, row: int) -> str:
    """The formula that takes the figure of a row in the last month of a year."""
    return f"=INDEX({axis.span(row)},{reference('month')})"


def of_first(axis: Axis, row: int, sheet: str = "", opening: bool = False) -> str:
    """The formula that takes the figure of a row in the first month of a year or, with the
    opening, that before it."""
    months = axis.span(row, sheet, opening=opening, fixed=bool(sheet))
    return f"=INDEX({months},{reference(FIRST_MONTH)})"


class Timeline:
    """The sheet. `names` are the defined names of its conventions."""

    def __init__(self, axis: Axis, formulas: Iterable[Formula]):
        self.axis, self.sheet = axis, Sheet(TIMELINE, "workings", axis)
        self.names: dict[str, str] = {}
        self._ages: dict[int, int] = {}
        refs = {ref for formula in formulas for ref in formula.reads}
        values = dict(timeline.timeline(axis.plan))
        years = axis.calendar.years_of()
        values[YEAR_NUMBER] = years + 1.0
        values[FIRST_MONTH] = np.array(axis.calendar.bounds())[years] + 1.0
        self.sheet.write_heads(TIMELINE, "What month it is. Annual columns are those of "
                                         "their last month.")
        used = {ref.name for ref in refs if ref.kind == "timeline"}
        rows = {name: row for name, row in ROWS.items()
                if name in used or name not in _ON_REQUEST}
        self._fill_months(values, rows)
        row = self._fill_conventions(values, used, max(rows.values()) + 2)
        self._fill_ages(row, sorted({ref.ago for ref in refs if ref.ago > 1}))

    def earlier(self, months: int, sheet: str) -> str:
        """Which cell of a row, counted from its opening, is that of so many months ago."""
        return in_column(self._ages[months], TIMELINE, sheet, "$")

    def _fill_months(self, values: dict[str, np.ndarray], rows: dict[str, int]) -> None:
        for name, row in ((name, number - 1) for name, number in rows.items()):
            template = _BY_MONTH[name]
            self.sheet.head(row, _LABELS[name], "", name)
            self.sheet.across(row, self.axis.months, template, values[name], "number")
            self.sheet.across(row, self.axis.years, _BY_YEAR.get(name, template),
                              self.axis.calendar.lasts(values[name]), "number")
        self.sheet.number(ROWS["month"] - 1, self.axis.opening, 0, "number")

    def _fill_conventions(self, values: dict[str, np.ndarray], names: set[str], row: int) -> int:
        """What is the same in every month, from a row on. Returns the row after it."""
        self.sheet.text(row - 1, LABEL, "Conventions", "section")
        constants = {name: value[0] for name, value in values.items()
                     if len(value) == 1 and name in {*_CONVENTIONS, *names}}
        for at, (name, value) in enumerate((constants | self._own()).items(), row):
            self.sheet.head(at, _LABELS[name], "", name)
            small = name.endswith("tolerance") or value >= LARGEST
            self.sheet.number(at, self.axis.first_year, value, "small" if small else "number")
            self.names[f"timeline.{name}"] = cell(at, self.axis.first_year, TIMELINE)
        return row + len(constants) + len(self._own()) + 1

    def _own(self) -> dict[str, float]:
        """Conventions of the workbook alone."""
        plan, shown = self.axis.plan, self.axis.calendar
        return {"starts": plan.month_of_year(0), "year_starts": plan.year_starts,
                "months_before": shown.months_before, "typed_before": plan.months_before,
                "largest": LARGEST}

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
