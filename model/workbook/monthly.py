"""The sheets Dated amounts, typed by month, and Monthly: each assumption in use by month."""

from __future__ import annotations

import numpy as np

from model.engine.close import domain_of
from model.workbook.cells import FIRST_ROW, NAME, Axis, Field, Sheet, cell, in_column, letters
from model.workbook.inputs import ASSUMPTIONS, LARGEST, Inputs
from model.workbook.timeline import reference, typed_year, year_mean, year_sum

DATES, MONTHLY = "Dated amounts", "Monthly"


class Monthly:
    """The two sheets, and where formulas find each assumption in use."""

    def __init__(self, inputs: Inputs, axis: Axis):
        self.inputs, self.plans, self.axis = inputs, inputs.plans, axis
        self.dated = Sheet(DATES, "inputs", axis)
        self.monthly = Sheet(MONTHLY, "workings", axis)
        self._dated_rows: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._fill_dates()
        self._fill_monthly()

    def address(self, path: str, sheet: str) -> str:
        """What a formula over time writes for an assumption: a name, or a cell of its column."""
        if path in self.inputs.names:
            return path
        return in_column(self._rows[path], MONTHLY, sheet)

    def _fill_dates(self) -> None:
        sheet, plans = self.dated, self.plans
        sheet.write_heads(DATES, "Type into the yellow cells: what happens once, in its month. "
                          "Rows below a line are those of scenarios that change it.",
                          opening="Typed wrongly")
        row, section = FIRST_ROW - 1, None
        for path in self.inputs.paths("month"):
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row = sheet.section(row, section)
            self._dated_rows[path] = row
            for scenario in ("base", *plans.changed.get(path, ())):
                self._fill_dates_row(row, path, scenario)
                row += 1

    def _fill_dates_row(self, row: int, path: str, scenario: str) -> None:
        """What a scenario types for a path of dated amounts, its years, and the test of it."""
        sheet, plans, axis = self.dated, self.plans, self.axis
        entry = plans.base.entries[path]
        unit, domain, span = entry.shown_unit, domain_of(path, entry), axis.span(row)
        if scenario == "base":
            sheet.head(row, entry.label, unit, path)
        else:
            sheet.head(row, plans.scenarios[scenario].scenario_title, unit, scenario, "part")
            sheet.text(row, NAME, scenario, "key")
        values = plans.input(scenario, path).values
        for col, value, month in zip(axis.months, values, plans.calendar.labels, strict=True):
            sheet.input(row, col, value, unit, Field(scenario, path, month),
                        self.inputs.role(path))
        sheet.across(row, axis.years, year_sum(axis, row),
                     axis.calendar.sums(np.array(values)), unit, "note")
        highest = "timeline.largest" if domain.high >= LARGEST else f"{domain.high:.15g}"
        sheet.formula(row, axis.opening, f"=IF(AND(COUNT({span})=COLUMNS({span}),"
                      f"MIN({span})>={domain.low:g},MAX({span})<={highest}),0,1)",
                      0, "number", "note")
        self.inputs.faults.append(cell(row, axis.opening, DATES))

    def _fill_monthly(self) -> None:
        sheet, plans, axis = self.monthly, self.plans, self.axis
        sheet.write_heads("Assumptions by month", "Each assumption that changes over time, as it "
                          "holds in the scenario in use. A year shows the mean of its months; "
                          "dated amounts are summed.", opening="Row of the scenario")
        for row, path in enumerate(self.inputs.paths("year", "month"), FIRST_ROW):
            entry = plans.base.entries[path]
            sheet.head(row, entry.label, entry.shown_unit, path)
            self._rows[path] = row
            values = plans.now.monthly(path)[:, 0]
            if plans.forms[path] == "month":
                template, year = self._dated_formula(row, path), year_sum(axis, row)
            else:
                template, year = self._yearly_formula(path), year_mean(axis, row)
            sheet.across(row, axis.years, year, plans.now.yearly(path)[:, 0], entry.shown_unit)
            sheet.across(row, axis.months, template, values, entry.shown_unit)
        sheet.narrow_opening()

    def _yearly_formula(self, path: str) -> str:
        """The month's figure of an assumption by year, after its delay."""
        def span(row: int) -> str:
            first, last = letters(self.inputs.used[1]), letters(self.inputs.used[-2])
            return f"{ASSUMPTIONS}!${first}${row + 1}:${last}${row + 1}"
        row = self.inputs.rows[path]
        delay = cell(row, self.inputs.used[-1], ASSUMPTIONS)
        month = reference("month")
        text = f"INDEX({span(row)},{typed_year(f'MAX({month}-{delay},1)')})"
        if path in self.plans.with_later:
            later = f"INDEX({span(row + 1)},{typed_year(month)})"
            text = f'IF({later}="",{text},{later})'
        return f"={text}"

    def _dated_formula(self, row: int, path: str) -> str:
        """The month's dated amount in the scenario in use."""
        base, scenarios = self._dated_rows[path], self.plans.changed.get(path, ())
        own = f"'{DATES}'!{{c}}{base + 1}"
        if not scenarios:
            return f"={own}"
        # The column of the opening is free here: it says which scenario's row is in use.
        first, last = base + 2, base + 1 + len(scenarios)
        helper = f"${letters(self.axis.opening)}{row + 1}"
        self.inputs.fill_row_in_use(self.monthly, row, self.axis.opening, path,
                                    f"'{DATES}'!$C${first}:$C${last}")
        block = f"'{DATES}'!{{c}}${first}:{{c}}${last}"
        return f"=IF({helper}>0,INDEX({block},{helper}),{own})"
