"""What one customer of the side that pays first brings, month of life by month of life, for those
who are won in each year: the formulas of `analysis.unit_economics` in cells."""

from __future__ import annotations

import numpy as np

from model.analysis import unit_economics
from model.analysis.kpi_values import recurring
from model.analysis.kpis import TOLERANCE
from model.analysis.ratios import annual_sum, ratio
from model.companies import company_module
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.workbook.layout import (
    FIRST_ROW,
    GAP,
    HEADS,
    LABEL,
    NAME,
    NOTE,
    UNDEFINED,
    UNIT,
    Axis,
    Sheet,
    cell,
    letters,
    over_time,
    prefix,
)
from model.workbook.layout import TITLE as TITLE_ROW
from model.workbook.monthly import MONTHLY
from model.workbook.workings import TIMELINE, Workings

TITLE, LIFE = "Unit economics", "Customer life"
# The columns of the life: what it sums to, the CAC and when it is earned back, a gap, its months.
_TOTAL, _CAC, EARNED_BACK, _FIRST = NAME + 1, NAME + 2, NAME + 3, NAME + 5


class UnitEconomics:
    """The sheet by year and month, and the sheet whose columns are months of a customer's life;
    `rows` are where results and lives stand, by name."""

    def __init__(self, workings: Workings, axis: Axis):
        self.workings, self.axis = workings, axis
        self.projection = workings.projection
        self.company = self.projection.assumptions.company
        self._before = unit_economics.before_ads(self.company)
        self.side = unit_economics.sides(self.company)[0]
        self.found = unit_economics.economics(self.projection, self.side)
        # Segments that a KPI is about.
        self._judged = dict.fromkeys(goal.segment for goal in profile(self.company).kpis.values()
                                     if goal.segment)
        self.sheet = Sheet(TITLE, "workings", axis)
        self.life = Sheet(LIFE, "workings")
        self.rows: dict[str, int] = {}
        # What one of the side is called in units: mentee, customer.
        self._one = glossary().term(self.side.new).unit
        # A life is as long as it is, however many months the plan has.
        self._life_columns = range(_FIRST, _FIRST + unit_economics.LONGEST_LIFE)
        self._life_values: dict[tuple[str, int], np.ndarray] = {}
        over_time(self.sheet, TITLE, f"For the {self.side.name} won in each year. Sheet {LIFE} "
                  "follows them month by month of their lives.")
        self._next = FIRST_ROW
        self._recurring()
        self._by_year()
        self._life_heads()
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
        """A cell by year, as the life's sheet names it."""
        return cell(self.rows[name], self.axis.years[year], TITLE)

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
                        f"USD/{self._one}", f"=IF({billed}=0,0,{revenue}/{billed})",
                        np.nan_to_num(values))
        for name in side.segments:
            path = f"{side.section}.{name}.churn"
            self._years(f"churn.{name}", f"Churn a month, {glossary().segment(name)}", "fraction",
                        f"={self._yearly(path)}", projection.assumptions.yearly(path)[:, 0])
        ads = "".join(f"+{at(line, TITLE)}" for line in company_module(self.company).ADS)
        revenue = at("revenue", TITLE)
        self._years("margin", f"Contribution{self._before}, share of revenue", "fraction",
                    f'=IF({revenue}=0,"{UNDEFINED}",({at("contribution", TITLE)}{ads})/{revenue})',
                    self.found.margin[0])
        self._years("cac", "CAC", f"USD/{self._one}",
                    f'=IF({at(side.new, TITLE)}=0,"{UNDEFINED}",'
                    f"{at(side.marketing, TITLE)}/{at(side.new, TITLE)})", self.found.cac[0])

    def _yearly(self, path: str) -> str:
        assumed = self.workings.assumed
        if path in assumed.inputs.names:
            return path
        return f"{self._year_of((MONTHLY, assumed.month_row(path)))}/timeline.months_per_year"

    def _life_heads(self) -> None:
        """The heads of the life's sheet: its columns are numbered by month of life."""
        sheet = self.life
        sheet.text(TITLE_ROW, LABEL, LIFE, "title")
        sheet.text(NOTE, LABEL, f"A column is a month of life of the {self.side.name}, whenever "
                   "it comes; 1 is that of signing. A row is the year in which they were won.",
                   "note")
        for col, head in ((LABEL, "Line"), (UNIT, "Unit"), (NAME, "Name")):
            sheet.text(HEADS, col, head, "head")
        for col, head in ((_TOTAL, "Total"), (_CAC, "CAC to earn back"),
                          (EARNED_BACK, "Earned back in month")):
            sheet.text(HEADS, col, head, "head right")
        sheet.text(HEADS - 1, _FIRST, "Month of life", "group")
        sheet.number(HEADS, _FIRST, 1, "number", "head right")
        sheet.across(HEADS, self._life_columns[1:], f"={{p}}{HEADS + 1}+1",
                     np.arange(2.0, unit_economics.LONGEST_LIFE + 1), "number", "head right")
        sheet.widths = {**dict.fromkeys((_TOTAL, _CAC, EARNED_BACK), 12), _FIRST - 1: GAP,
                        **dict.fromkeys(self._life_columns, 10.5)}
        sheet.freeze = (HEADS + 1, NAME + 1)
        self._life_row = HEADS - 1

    def _by_life(self) -> None:
        side, years = self.side, range(len(self.axis.years))
        firsts = [first if isinstance(first, float) else
                  self.projection.assumptions.yearly(first)[:, 0] for first in side.first_months]
        month = f"{{c}}${HEADS + 1}"
        life = np.arange(unit_economics.LONGEST_LIFE)
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
            self._life("billed", "Share that is billed", year, f"={text}", billed[:, year],
                       "fraction")
        earned = months = 0.0
        for name in side.segments:
            for year in years:
                share, churn = (self._year_cell(f"{part}.{name}", year)
                                for part in ("share", "churn"))
                values = (self._value(f"share.{name}", year)
                          * (1 - self._value(f"churn.{name}", year)) ** life)
                self._life(f"left.{name}", f"Customers left, {glossary().segment(name)}", year,
                           f"=IF({month}=1,{share},{{p}}{self._next_life(year) + 1}*(1-{churn}))",
                           values, "fraction")
        for year in years:
            left = [self._life_cell(f"left.{name}", year) for name in side.segments]
            months = billed[:, year] * sum(self._life_values[f"left.{name}", year]
                                           for name in side.segments)
            self._life("months", "Months billed", year,
                       f"={self._life_cell('billed', year)}*({'+'.join(left)})", months,
                       "months", "SUM")
        for name in self._judged:
            for year in years:
                self._life(f"months.{name}", f"Months billed, {glossary().segment(name)}", year,
                           f"={self._life_cell('billed', year)}"
                           f"*{self._life_cell(f'left.{name}', year)}",
                           billed[:, year] * self._life_values[f"left.{name}", year],
                           "months", "SUM")
        for year in years:
            terms = [f"{self._life_cell(f'left.{name}', year)}"
                     f"*{self._year_cell(f'price.{name}', year)}" for name in side.segments]
            earned = billed[:, year] * sum(self._life_values[f"left.{name}", year]
                                           * self._value(f"price.{name}", year)
                                           for name in side.segments)
            self._life("earned", "Revenue", year,
                       f"={self._life_cell('billed', year)}*({'+'.join(terms)})", earned,
                       f"USD/{self._one}", "SUM")
        for year in years:
            margin = self._year_cell("margin", year)
            worth = self._value("margin", year)
            self._life("running", f"Contribution{self._before} since it was won", year,
                       f"=N({{p}}{self._next_life(year) + 1})+{self._life_cell('earned', year)}"
                       f"*N({margin})",
                       np.cumsum(self._life_values["earned", year]
                                 * (0.0 if isinstance(worth, str) else worth)),
                       f"USD/{self._one}")
            self._recovered(year)

    def _share(self, path: str, year: int) -> str:
        assumed = self.workings.assumed
        if path in assumed.inputs.names:
            return path
        first = self.axis.months[12 * year]
        return (f"AVERAGE({MONTHLY}!${letters(first)}${assumed.month_row(path) + 1}:"
                f"${letters(first + 11)}${assumed.month_row(path) + 1})")

    def _life(self, name: str, label: str, year: int, template: str, values, unit: str,
              total: str = "") -> None:
        """One row over the months of life of those who were won in a year; the first of a line
        stands below a gap."""
        won, sheet = self.axis.calendar.years[year], self.life
        row = self._life_row = self._next_life(year)
        self.rows[f"{name}.{won}"] = row
        sheet.head(row, f"{label}, won in {won}", unit, f"{name}.{won}")
        self._life_values[name, year] = values
        sheet.across(row, self._life_columns, template, values, "decimal")
        if total:
            sheet.formula(row, _TOTAL, f"={total}({self._life_span(row)})", values.sum(),
                          "decimal", "total")

    def _next_life(self, year: int) -> int:
        return self._life_row + 1 + (year == 0)

    def _life_span(self, row: int) -> str:
        first, last = (letters(self._life_columns[end]) for end in (0, -1))
        return f"${first}{row + 1}:${last}{row + 1}"

    def _life_cell(self, name: str, year: int) -> str:
        return f"{{c}}{self.rows[f'{name}.{self.axis.calendar.years[year]}'] + 1}"

    def _recovered(self, year: int) -> None:
        """The month of life in which contribution has paid for the CAC, beside the last row."""
        row, sheet = self._life_row, self.life
        cac, span = self._year_cell("cac", year), self._life_span(row)
        last, enough = (f"${letters(col)}{row + 1}" for col in (self._life_columns[-1], _CAC))
        worth = self._value("cac", year)
        sheet.formula(row, _CAC, f'=IF(ISNUMBER({cac}),{cac}*(1-kpi.tolerance),"{UNDEFINED}")',
                      worth if isinstance(worth, str) else worth * (1 - TOLERANCE), "decimal")
        sheet.formula(row, EARNED_BACK,
                      f'=IF(ISNUMBER({enough}),IF(AND({last}>0,{last}>={enough}),COUNT({span})'
                      f'-SUMPRODUCT(({span}>={enough})*1)+1,"{UNDEFINED}"),"{UNDEFINED}")',
                      self.found.payback_months[0, year], "decimal", "total")

    def _value(self, name: str, year: int) -> float | str:
        """What a cell by year gives."""
        return self.sheet.cells[self.rows[name], self.axis.years[year]].value

    def _results(self) -> None:
        self._section("Results by year")
        found, won = self.found, self._here("won")
        for name, label, unit, values in (
                ("months", "Months billed over a life", "months", found.customer_months[0]),
                ("earned", "Revenue over a life", f"USD/{self._one}",
                 (found.revenue_per_month * found.customer_months)[0]),
                ("running", "Months until the CAC is earned back", "months",
                 found.payback_months[0])):
            first, last = (self.rows[f"{name}.{year}"] for year in
                           (self.axis.calendar.years[0], self.axis.calendar.years[-1]))
            column = letters(EARNED_BACK if name == "running" else _TOTAL)
            block = f"{prefix(LIFE)}${column}${first + 1}:${column}${last + 1}"
            text = f'IF({won}=0,"{UNDEFINED}",INDEX({block},{TIMELINE}!{{c}}$11))'
            result = {"running": "cac_payback"}.get(name, name)
            self._years(result, label, unit, f"={text}", values)
        months, margin = self._here("months"), self._here("margin")
        self._years("ltv", f"LTV: contribution{self._before} over a life", f"USD/{self._one}",
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
        totals = letters(_TOTAL)
        block = (f"INDEX({prefix(LIFE)}${totals}${first + 1}:${totals}${last + 1},"
                 f"{TIMELINE}!{{c}}$11)")
        share, price, margin, cac = (self._here(row) for row in (
            f"share.{name}", f"price.{name}", "margin", "cac"))
        self._years(f"ltv.{name}", f"LTV, {label}", f"USD/{self._one}",
                    f'=IF(AND({share}>0,ISNUMBER({margin})),'
                    f'{block}/{share}*{price}*{margin},"{UNDEFINED}")',
                    np.where(won, one.ltv[0], np.nan))
        ltv = self._here(f"ltv.{name}")
        self._years(f"ltv_to_cac.{name}", f"LTV over CAC, {label}", "ratio",
                    f'=IF(AND(ISNUMBER({ltv}),ISNUMBER({cac})),IF({cac}=0,"{UNDEFINED}",'
                    f'{ltv}/{cac}),"{UNDEFINED}")', np.where(won, one.ltv_to_cac[0], np.nan))
