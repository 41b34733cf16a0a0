"""The texts `customer` and `life` in cells: a customer won in each year, and its life by month."""

from __future__ import annotations

import numpy as np

from model.companies.judged import LONGEST_LIFE
from model.engine.cells import formula
from model.engine.nodes import Ref
from model.params.calendar import MONTHS_PER_YEAR
from model.workbook.cells import FIRST_ROW, HEADS, LABEL, NAME, Sheet, cell, in_column, letters
from model.workbook.timeline import YEAR_NUMBER, reference
from model.workbook.workings import Place, Workings, undefined

CUSTOMER = "Unit economics"
# The columns of a life: before it, its months.
_BEFORE = NAME + 1
_MONTHS = range(_BEFORE + 1, _BEFORE + 1 + LONGEST_LIFE)
# The months of a life that are printed.
_PAGE = _MONTHS[:MONTHS_PER_YEAR]


def life_of(person: str) -> str:
    """The sheet on the life of one of those who pay, by what one is called."""
    return f"{person.capitalize()} life"


class Customers:
    """The sheet by year, and the sheet by month of a customer's life. What KPIs read of both stands
    on the first sheet by month, too: the figure of the month's year."""

    def __init__(self, workings: Workings):
        self.workings, self.axis, self._terms = workings, workings.axis, workings.terms
        self.figures, self.texts = workings.figures, workings.texts
        # Rows of the sheet by year, and the first rows of lives.
        self._rows: dict[Ref, int] = {}
        self._lives: dict[str, int] = {}
        self._refs_of_kpis = dict.fromkeys(ref for kpi in self.texts.kpis.values()
                                           for ref in kpi.reads
                                           if ref.kind in ("customer", "life"))
        self.sheet = Sheet(CUSTOMER, "workings", self.axis)
        self.person = self._terms.person
        self.life = Sheet(life_of(self.person), "workings", printed=_PAGE)
        self._fill()
        self._fill_life()
        self._fill_ends()
        self.sheet.narrow_opening()

    def reference(self, ref: Ref, sheet: str) -> str:
        """What a formula by period writes for a figure of a customer, or of the end of its life."""
        return in_column(self._rows[ref], CUSTOMER, sheet)

    # By year.

    def _fill(self) -> None:
        self.sheet.write_heads(
            CUSTOMER, f"One {self.person} of those who are won in each year: its figures, and what "
            f"it has brought by the end of its life. Sheet {self.life.title} follows it month by "
            "month.")
        self.sheet.text(FIRST_ROW - 1, LABEL, "By year", "section")
        unsure = undefined(self._terms, self.texts, self.texts.customer.values())
        for row, (name, text) in enumerate(self.texts.customer.items(), FIRST_ROW):
            ref, unit = Ref("customer", name), self._terms.term(name, "customer").unit
            place = Place("customer", name, unit, CUSTOMER, row, self.axis.years)
            self._rows[ref] = row
            self.sheet.head(row, self._terms.label(name, "customer"), unit, name)
            self.workings.fill(self.sheet, place, formula(text.node, self._by_year, unsure))
            if ref in self._refs_of_kpis:
                self._repeat(row, self.axis.year_span(row, fixed=False),
                             place.figures(self.figures), unit, self.axis.months)

    def _by_year(self, ref: Ref) -> str:
        if ref.kind == "customer":
            return self.reference(ref, CUSTOMER)
        return self.workings.reference(ref, CUSTOMER)

    def _repeat(self, row: int, years: str, values: np.ndarray, unit: str, columns: range) -> None:
        """Write the figure of each year into the months or years of a row."""
        values = values[self.axis.calendar.years_of()] if columns == self.axis.months else values
        self.sheet.across(row, columns, f"=INDEX({years},{reference(YEAR_NUMBER)})", values, unit)

    # By month of life.

    def _fill_life(self) -> None:
        self._heads()
        years, row = list(enumerate(self.axis.calendar.named_years)), HEADS + 2
        for name in self.texts.life:
            self._lives[name] = row
            row += len(years) + 1
        for name, text in self.texts.life.items():
            label, unit = self._terms.label(name, "life"), self._terms.term(name, "life").unit
            for won, year in years:
                place = Place("life", name, unit, self.life.title, self._lives[name] + won,
                              _MONTHS, won=won)
                self.life.head(place.row, f"{label}, won in {year}", unit, f"{name}.{int(year)}")
                self.life.number(place.row, _BEFORE, 0, unit)
                self.workings.fill(self.life, place, formula(
                    text.node, lambda ref, won=won: self._of_life(ref, won), self.texts.undefined))

    def _of_life(self, ref: Ref, won: int) -> str:
        """What a formula of a life writes, of a customer won in the year at position `won`."""
        if ref.kind == "customer":
            return cell(self._rows[ref], self.axis.years[won], CUSTOMER)
        if ref.kind == "life":
            return f"{'{p}' if ref.ago else '{c}'}{self._lives[ref.name] + won + 1}"
        if ref.name == "month_of_life":
            return f"{{c}}${HEADS + 1}"
        return reference(ref.name, self.life.title)

    def _heads(self) -> None:
        sheet = self.life
        sheet.write_title(sheet.title,
                          "A column is a month of life, whenever it comes; 1 is that of "
                          f"signing, 0 is before it. A row is the year in which the {self.person} "
                          "was won.")
        sheet.row_heads(HEADS, "Line", "Unit", "Name")
        sheet.text(HEADS - 1, _BEFORE, "Month of life", "group")
        sheet.number(HEADS, _BEFORE, 0, "number", "head right")
        sheet.across(HEADS, _MONTHS, f"={{p}}{HEADS + 1}+1", range(1, LONGEST_LIFE + 1), "number",
                     "head right")
        sheet.widths = dict.fromkeys((_BEFORE, *_MONTHS), 10.5)
        sheet.freeze = (HEADS + 1, NAME + 1)

    # At the end of a life.

    def _fill_ends(self) -> None:
        row, last = max(at for at, _ in self.sheet.cells) + 2, letters(_MONTHS[-1])
        self.sheet.text(row, LABEL, "At the end of the life", "section")
        for ref in self._refs_of_kpis:
            if ref.kind != "life":
                continue
            row += 1
            first, unit = self._lives[ref.name] + 1, self._terms.term(ref.name, "life").unit
            end = first + len(self.axis.years) - 1
            block = f"'{self.life.title}'!${last}${first}:${last}${end}"
            values = self.figures.life(ref.name)[-1, 0]
            self._rows[ref] = row
            self.sheet.head(row, self._terms.label(ref.name, "life"), unit, ref.name)
            for columns in (self.axis.years, self.axis.months):
                self._repeat(row, block, values, unit, columns)
