"""What one customer of the side that pays first brings, month of life by month of life, for those
who are won in each year: the formulas of `analysis.unit_economics` in cells."""

from __future__ import annotations

import numpy as np

from model.analysis import unit_economics
from model.analysis.kpi_values import recurring
from model.analysis.ratios import annual_sum, ratio
from model.companies import company_module
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.workbook.layout import FIRST_ROW, LABEL, UNDEFINED, Axis, Sheet, cell, letters, over_time
from model.workbook.monthly import MONTHLY
from model.workbook.workings import TIMELINE, Workings

TITLE = "Unit economics"


class UnitEconomics:
    """The sheet, and where its results stand: names of rows to row indices."""

    def __init__(self, workings: Workings, axis: Axis):
        self.workings, self.axis = workings, axis
        self.projection = workings.projection
        self.company = self.projection.assumptions.company
        self.side = unit_economics.sides(self.company)[0]
        self.found = unit_economics.economics(self.projection, self.side)
        # Segments that a KPI is about.
        self._judged = dict.fromkeys(goal.segment for goal in profile(self.company).kpis.values()
                                     if goal.segment)
        self.sheet = Sheet(TITLE, "workings", axis)
        self.rows: dict[str, int] = {}
        # A life is as long as it is, however many months the plan has.
        self._life_columns = range(axis.first_month,
                                   axis.first_month + unit_economics.LONGEST_LIFE)
        self._life_values: dict[tuple[str, int], np.ndarray] = {}
        over_time(self.sheet, TITLE, f"For the {self.side.name} won in each year. In the lower "
                  "part the months across are months of a customer's life, and a row is the year "
                  "in which it was won.")
        self._next = FIRST_ROW
        self._recurring()
        self._by_year()
        self._by_life()
        self._results()

    def at(self, name: str) -> str:
        """A result by year, as a template for the same column of another sheet."""
        return f"'{TITLE}'!{{c}}{self.rows[name] + 1}"

    def months(self, name: str, opening: bool = False) -> str:
        """A row over the months."""
        return self.axis.span(self.rows[name], TITLE, opening, fixed=True)

    def _row(self, name: str, label: str, unit: str = "") -> int:
        row, self._next = self._next, self._next + 1
        self.rows[name] = row
        self.sheet.head(row, label, unit, name)
        return row

    def _section(self, title: str) -> None:
        self.sheet.text(self._next + 1, LABEL, title, "section")
        self._next += 2

    def _here(self, name: str) -> str:
        return f"{{c}}{self.rows[name] + 1}"

    def _year_cell(self, name: str, year: int) -> str:
        return cell(self.rows[name], self.axis.years[year])

    def _year_of(self, title_row: tuple[str, int]) -> str:
        """The months of a row added up to the year of the column."""
        title, row = title_row
        return (f"SUMIF({self.axis.span(6, TIMELINE, fixed=True)},{TIMELINE}!{{c}}$7,"
                f"{self.axis.span(row, title, fixed=True)})")

    def _years(self, name: str, label: str, unit: str, template: str, values) -> None:
        self.sheet.across(self._row(name, label, unit), self.axis.years, template,
                          np.broadcast_to(values, len(self.axis.years)), unit)

    def _recurring(self) -> None:
        lines = profile(self.company).recurring
        row = self._row("recurring", "Revenue that recurs", "USD")
        template = "=" + "+".join(self.workings.at(line, TITLE) for line in lines)
        self.sheet.across(row, self.axis.months, template, recurring(self.projection)[0], "USD")
        self.sheet.number(row, self.axis.opening, 0, "USD")

    def _by_year(self) -> None:
        self._section("By year")
        projection, side, at = self.projection, self.side, self.workings.at
        new = [projection.by_year(f"{side.new}.{name}")[0] for name in side.segments]
        total = "+".join(at(f"{side.new}.{name}", TITLE) for name in side.segments)
        self._years("won", "Customers won", glossary().term(side.new).unit, f"={total}", sum(new))
        for name, won in zip(side.segments, new, strict=True):
            label = glossary().segment(name)
            self._years(f"share.{name}", f"Share won, {label}", "fraction",
                        f"=IF({self._here('won')}=0,0,"
                        f"{at(f'{side.new}.{name}', TITLE)}/{self._here('won')})",
                        np.nan_to_num(ratio(won, sum(new))))
        for name in side.segments:
            billed = self._year_of(self.workings.rows[f"{side.billed}.{name}"])
            revenue = at(f"revenue.{name}", TITLE)
            values = ratio(projection.by_year(f"revenue.{name}"),
                           annual_sum(projection[f"{side.billed}.{name}"]))[0]
            self._years(f"price.{name}", f"Revenue a month, {glossary().segment(name)}",
                        "USD/mentee", f"=IF({billed}=0,0,{revenue}/{billed})",
                        np.nan_to_num(values))
        for name in side.segments:
            path = f"{side.section}.{name}.churn"
            self._years(f"churn.{name}", f"Churn a month, {glossary().segment(name)}", "fraction",
                        f"={self._yearly(path)}", projection.assumptions.yearly(path)[:, 0])
        ads = "".join(f"+{at(line, TITLE)}" for line in company_module(self.company).ADS)
        revenue = at("revenue", TITLE)
        self._years("margin", "Contribution before ads, share of revenue", "fraction",
                    f'=IF({revenue}=0,"{UNDEFINED}",({at("contribution", TITLE)}{ads})/{revenue})',
                    self.found.margin[0])
        self._years("cac", "CAC", "USD/mentee",
                    f'=IF({at(side.new, TITLE)}=0,"{UNDEFINED}",'
                    f"{at(side.marketing, TITLE)}/{at(side.new, TITLE)})", self.found.cac[0])

    def _yearly(self, path: str) -> str:
        assumed = self.workings.assumed
        if path in assumed.inputs.names:
            return path
        return f"{self._year_of((MONTHLY, assumed.month_row(path)))}/timeline.months_per_year"

    def _by_life(self) -> None:
        self._section("By month of life")
        axis, side, years = self.axis, self.side, range(len(self.axis.years))
        firsts = [first if isinstance(first, float) else
                  self.projection.assumptions.yearly(first)[:, 0] for first in side.first_months]
        month = f"{{c}}${self._next + 1}"
        life = np.arange(unit_economics.LONGEST_LIFE)
        row = self._row("month_of_life", "Month of life")
        self.sheet.number(row, axis.opening, 0, "number")
        self.sheet.across(row, self._life_columns, f"={{p}}{row + 1}+1", life + 1.0, "number")
        self.sheet.text(row, axis.first_year, "Total", "head right")
        billed = np.ones((len(life), len(years)))
        for at, first in enumerate(firsts):
            billed[at] = first
        for year in years:
            text = "1"
            for at, first in reversed(list(enumerate(side.first_months, 1))):
                share = f"{first:g}" if isinstance(first, float) else first
                if not isinstance(first, float):
                    share = self._share(first, year)
                text = f"IF({month}={at},{share},{text})"
            self._life("billed", "Share that is billed", year, f"={text}", billed[:, year])
        earned = months = 0.0
        for name in side.segments:
            for year in years:
                share, churn = (self._year_cell(f"{part}.{name}", year)
                                for part in ("share", "churn"))
                values = (self._value(f"share.{name}", year)
                          * (1 - self._value(f"churn.{name}", year)) ** life)
                self._life(f"left.{name}", f"Customers left, {glossary().segment(name)}", year,
                           f"=IF({month}=1,{share},{{p}}{self._next + 1}*(1-{churn}))", values)
        for year in years:
            left = [self._life_cell(f"left.{name}", year) for name in side.segments]
            months = billed[:, year] * sum(self._life_values[f"left.{name}", year]
                                           for name in side.segments)
            self._life("months", "Months billed", year,
                       f"={self._life_cell('billed', year)}*({'+'.join(left)})", months, "SUM")
        for name in self._judged:
            for year in years:
                self._life(f"months.{name}", f"Months billed, {glossary().segment(name)}", year,
                           f"={self._life_cell('billed', year)}"
                           f"*{self._life_cell(f'left.{name}', year)}",
                           billed[:, year] * self._life_values[f"left.{name}", year], "SUM")
        for year in years:
            terms = [f"{self._life_cell(f'left.{name}', year)}"
                     f"*{self._year_cell(f'price.{name}', year)}" for name in side.segments]
            earned = billed[:, year] * sum(self._life_values[f"left.{name}", year]
                                           * self._value(f"price.{name}", year)
                                           for name in side.segments)
            self._life("earned", "Revenue", year,
                       f"={self._life_cell('billed', year)}*({'+'.join(terms)})", earned, "SUM")
        for year in years:
            margin = self._year_cell("margin", year)
            worth = self._value("margin", year)
            self._life("running", "Contribution before ads since it was won", year,
                       f"=N({{p}}{self._next + 1})+{self._life_cell('earned', year)}*N({margin})",
                       np.cumsum(self._life_values["earned", year]
                                 * (0.0 if isinstance(worth, str) else worth)))
            self._recovered(year)

    def _share(self, path: str, year: int) -> str:
        assumed = self.workings.assumed
        if path in assumed.inputs.names:
            return path
        first = self.axis.months[12 * year]
        return (f"AVERAGE({MONTHLY}!${letters(first)}${assumed.month_row(path) + 1}:"
                f"${letters(first + 11)}${assumed.month_row(path) + 1})")

    def _life(self, name: str, label: str, year: int, template: str, values,
              total: str = "") -> None:
        """One row over the months of life; its total stands in the first column."""
        won = self.axis.calendar.years[year]
        row = self._row(f"{name}.{won}", f"{label}, won in {won}")
        self._life_values[name, year] = values
        self.sheet.across(row, self._life_columns, template, values, "decimal")
        if total:
            self.sheet.formula(row, self.axis.first_year, f"={total}({self._life_span(row)})",
                               values.sum(), "decimal", "total")

    def _life_span(self, row: int) -> str:
        first, last = (letters(self._life_columns[end]) for end in (0, -1))
        return f"${first}{row + 1}:${last}{row + 1}"

    def _life_cell(self, name: str, year: int) -> str:
        return f"{{c}}{self.rows[f'{name}.{self.axis.calendar.years[year]}'] + 1}"

    def _recovered(self, year: int) -> None:
        """The month of life in which contribution has paid for the CAC, beside the last row."""
        row, axis = self._next - 1, self.axis
        cac, span = self._year_cell("cac", year), self._life_span(row)
        last = f"${letters(self._life_columns[-1])}{row + 1}"
        months = f"COUNT({span})"
        enough = f"{cac}*(1-kpi.tolerance)"
        text = (f'=IF(ISNUMBER({cac}),IF(AND({last}>0,{last}>={enough}),'
                f'{months}-SUMPRODUCT(({span}>={enough})*1)+1,"{UNDEFINED}"),"{UNDEFINED}")')
        self.sheet.formula(row, axis.first_year, text, self.found.payback_months[0, year],
                           "decimal", "total")

    def _value(self, name: str, year: int) -> float | str:
        """What a cell by year gives."""
        return self.sheet.cells[self.rows[name], self.axis.years[year]].value

    def _results(self) -> None:
        self._section("Results by year")
        found, won = self.found, self._here("won")
        for name, label, unit, values in (
                ("months", "Months billed over a life", "months", found.customer_months[0]),
                ("earned", "Revenue over a life", "USD/mentee",
                 (found.revenue_per_month * found.customer_months)[0]),
                ("running", "Months until the CAC is earned back", "months",
                 found.payback_months[0])):
            first, last = (self.rows[f"{name}.{year}"] for year in
                           (self.axis.calendar.years[0], self.axis.calendar.years[-1]))
            totals = letters(self.axis.first_year)
            block = f"${totals}${first + 1}:${totals}${last + 1}"
            text = f'IF({won}=0,"{UNDEFINED}",INDEX({block},{TIMELINE}!{{c}}$11))'
            result = {"running": "cac_payback"}.get(name, name)
            self._years(result, label, unit, f"={text}", values)
        months, margin = self._here("months"), self._here("margin")
        self._years("ltv", "LTV: contribution before ads over a life", "USD/mentee",
                    f'=IF(AND(ISNUMBER({months}),ISNUMBER({margin})),IF({months}=0,"{UNDEFINED}",'
                    f'{self._here("earned")}*{margin}),"{UNDEFINED}")', found.ltv[0])
        ltv, cac = self._here("ltv"), self._here("cac")
        self._years("ltv_to_cac", "LTV over CAC", "ratio",
                    f'=IF(AND(ISNUMBER({ltv}),ISNUMBER({cac})),IF({cac}=0,"{UNDEFINED}",'
                    f'{ltv}/{cac}),"{UNDEFINED}")', found.ltv_to_cac[0])
        for name in self._judged:
            self._of_segment(name)

    def _of_segment(self, name: str) -> None:
        """LTV and LTV:CAC of one segment; undefined in a year in which nobody of it is won."""
        label, one = glossary().segment(name), unit_economics.economics(
            self.projection, self.side, name)
        won = ratio(self.projection.by_year(f"{self.side.new}.{name}"),
                    self.projection.by_year(self.side.new))[0] > 0
        first, last = (self.rows[f"months.{name}.{year}"] for year in
                       (self.axis.calendar.years[0], self.axis.calendar.years[-1]))
        totals = letters(self.axis.first_year)
        block = f"INDEX(${totals}${first + 1}:${totals}${last + 1},{TIMELINE}!{{c}}$11)"
        share, price, margin, cac = (self._here(row) for row in (
            f"share.{name}", f"price.{name}", "margin", "cac"))
        unit = f"USD/{self.side.name.removesuffix('s')}"
        self._years(f"ltv.{name}", f"LTV, {label}", unit,
                    f'=IF(AND({share}>0,ISNUMBER({margin})),'
                    f'{block}/{share}*{price}*{margin},"{UNDEFINED}")',
                    np.where(won, one.ltv[0], np.nan))
        ltv = self._here(f"ltv.{name}")
        self._years(f"ltv_to_cac.{name}", f"LTV over CAC, {label}", "ratio",
                    f'=IF(AND(ISNUMBER({ltv}),ISNUMBER({cac})),IF({cac}=0,"{UNDEFINED}",'
                    f'{ltv}/{cac}),"{UNDEFINED}")', np.where(won, one.ltv_to_cac[0], np.nan))
