"""Dated amounts, which are typed by month, and every assumption that changes over time, month by
month, as it holds in the chosen scenario: what the lines' formulas read."""

from __future__ import annotations

from collections.abc import Sequence

from model.params.quantities import UNITS
from model.workbook.cells import (
    FIRST_ROW,
    HEADS,
    LABEL,
    NAME,
    Axis,
    Field,
    Sheet,
    cell,
    letters,
    over_time,
    without_opening,
)
from model.workbook.inputs import ASSUMPTIONS, UNBOUNDED, Inputs, row_in_use

DATED, MONTHLY = "Dated amounts", "Monthly"
_PER_YEAR = "timeline.months_per_year"


class Monthly:
    """The two sheets, and where formulas find each assumption."""

    def __init__(self, inputs: Inputs, axis: Axis):
        self.inputs, self.plans, self.axis = inputs, inputs.plans, axis
        self.dated = Sheet(DATED, "inputs", axis)
        self.monthly = Sheet(MONTHLY, "workings", axis)
        self._dated_rows: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._fill_dated()
        self._fill_monthly()

    def address(self, path: str, sheet: str) -> str:
        """What a formula over time writes for an assumption: a name, or a cell of its column."""
        if path in self.inputs.names:
            return path
        own = "" if sheet == MONTHLY else f"{MONTHLY}!"
        return f"{own}{{c}}{self._rows[path] + 1}"

    def _fill_dated(self) -> None:
        sheet, plans, axis = self.dated, self.plans, self.axis
        over_time(sheet, DATED, "Type into the yellow cells: what happens once, in its month. Rows "
                  "below a line are those of scenarios that change it.")
        sheet.text(HEADS, axis.opening, "Typed wrongly", "head right")
        row, section = FIRST_ROW - 1, None
        for path in self.inputs.of("month"):
            entry = plans.base.entries[path]
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row += 1
                sheet.text(row, LABEL, section.replace("_", " ").capitalize(), "section")
                row += 1
            self._dated_rows[path] = row
            for name in ("base", *plans.changed.get(path, ())):
                title = plans.scenarios[name].scenario_title
                sheet.head(row, entry.label if name == "base" else title, entry.shown_unit,
                           path if name == "base" else name,
                           "line" if name == "base" else "part")
                if name != "base":
                    sheet.text(row, NAME, name, "key")
                values = plans.typed(name, path).values
                for col, value, label in zip(axis.months, values, plans.calendar.labels,
                                             strict=True):
                    sheet.input(row, col, value, entry.shown_unit, Field(name, path, label),
                                self.inputs.role(path))
                sheet.across(row, axis.years, year_sum(axis, row), annual(values),
                             entry.shown_unit, "note")
                domain = UNITS[entry.unit]
                highest = ("timeline.largest" if domain.high >= UNBOUNDED
                           else f"{domain.high:.15g}")
                span = axis.span(row)
                sheet.formula(row, axis.opening, f"=IF(AND(COUNT({span})=COLUMNS({span}),"
                              f"MIN({span})>={domain.low:g},MAX({span})<={highest}),0,1)",
                              0, "number", "note")
                self.inputs.faults.append(cell(row, axis.opening, DATED))
                row += 1

    def _fill_monthly(self) -> None:
        sheet, plans, axis = self.monthly, self.plans, self.axis
        over_time(sheet, "Assumptions by month", "Each assumption that changes over time, as it "
                  "holds in the scenario in use. A year shows the mean of its months; dated "
                  "amounts are summed.")
        sheet.text(HEADS, axis.opening, "Row of the scenario", "head right")
        row = FIRST_ROW
        for path in self.inputs.of("year", "month"):
            entry, form = plans.base.entries[path], plans.forms[path]
            sheet.head(row, entry.label, entry.shown_unit, path)
            self._rows[path] = row
            values = plans.now.series[path].monthly(plans.calendar.months)[:, 0]
            year = year_sum(axis, row)
            if form == "month":
                template = self._dated_formula(row, path)
            else:
                template, year = self._yearly_formula(path), f"{year}/{_PER_YEAR}"
            sheet.across(row, axis.years, year, plans.now.yearly(path)[:, 0], entry.shown_unit)
            sheet.across(row, axis.months, template, values, entry.shown_unit)
            row += 1
        without_opening(sheet)

    def _yearly_formula(self, path: str) -> str:
        def span(row: int) -> str:
            first, last = letters(self.inputs.used[1]), letters(self.inputs.used[-2])
            return f"{ASSUMPTIONS}!${first}${row + 1}:${last}${row + 1}"
        row = self.inputs.rows[path]
        delay = cell(row, self.inputs.used[-1], ASSUMPTIONS)
        text = (f"INDEX({span(row)},INT((MAX(Timeline!{{c}}$6-{delay},1)-1)"
                f"/{_PER_YEAR})+1)")
        if path in self.plans.with_later:
            later = f"INDEX({span(row + 1)},Timeline!{{c}}$11)"
            text = f'IF({later}="",{text},{later})'
        return f"={text}"

    def _dated_formula(self, row: int, path: str) -> str:
        base, scenarios = self._dated_rows[path], self.plans.changed.get(path, ())
        own = f"'{DATED}'!{{c}}{base + 1}"
        if not scenarios:
            return f"={own}"
        # The column of the opening is free here: it says which scenario's row is in use.
        first, last = base + 2, base + 1 + len(scenarios)
        helper = f"${letters(self.axis.opening)}{row + 1}"
        names = f"'{DATED}'!$C${first}:$C${last}"
        chosen = self.plans.chosen
        self.monthly.formula(row, self.axis.opening, row_in_use(names),
                             scenarios.index(chosen) + 1 if chosen in scenarios else 0,
                             "number", "note")
        block = f"'{DATED}'!{{c}}${first}:{{c}}${last}"
        return f"=IF({helper}>0,INDEX({block},{helper}),{own})"


def year_sum(axis: Axis, row: int) -> str:
    """A year's months added up."""
    return f"=SUMIF({axis.span(6, 'Timeline', fixed=True)},Timeline!{{c}}$7,{axis.span(row)})"


def annual(values: Sequence[float]) -> list[float]:
    """Months added up to years."""
    return [sum(values[at:at + 12]) for at in range(0, len(values), 12)]
