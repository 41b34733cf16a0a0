"""One customer of those who are won in each year, and its life month by month: the texts `customer`
and `life` in cells."""

from __future__ import annotations

import numpy as np

from model.companies.glossary import glossary
from model.companies.judged import LONGEST_LIFE
from model.engine.cells import formula
from model.engine.nodes import Ref
from model.workbook.addresses import Place, undefined
from model.workbook.cells import (
    FIRST_ROW,
    HEADS,
    LABEL,
    NAME,
    NOTE,
    TITLE,
    UNIT,
    Sheet,
    cell,
    letters,
    over_time,
    without_opening,
)
from model.workbook.workings import TIMELINE, Workings

CUSTOMER, LIFE = "Unit economics", "Customer life"
# The columns of a life: before it, its months.
_BEFORE = NAME + 1
_MONTHS = range(_BEFORE + 1, _BEFORE + 1 + LONGEST_LIFE)
# So many months of a life are printed.
PRINTED = _MONTHS[:12]
_YEAR = f"{TIMELINE}!{{c}}$11"


class Customers:
    """The sheet by year, and the sheet whose columns are months of a customer's life. What KPIs
    read of both stands on the first by month, too: in each the figure of its year."""

    def __init__(self, workings: Workings):
        self.workings, self.axis = workings, workings.axis
        self.found, self.texts = workings.found, workings.texts
        self.places: list[Place] = []
        # Rows of the sheet by year, and the first rows of lives.
        self._rows: dict[Ref, int] = {}
        self._lives: dict[str, int] = {}
        self._read = dict.fromkeys(ref for found in self.texts.kpis.values() for ref in found.reads
                                   if ref.kind in ("customer", "life"))
        self.sheet = Sheet(CUSTOMER, "workings", self.axis)
        self.life = Sheet(LIFE, "workings")
        self._fill()
        self._fill_life()
        self._fill_ends()
        without_opening(self.sheet)

    def reference(self, ref: Ref, sheet: str) -> str:
        """What a formula by period writes for a customer's figure, or for that at the end of its
        life."""
        own = "" if sheet == CUSTOMER else f"'{CUSTOMER}'!"
        return f"{own}{{c}}{self._rows[ref] + 1}"

    # By year.

    def _fill(self) -> None:
        over_time(self.sheet, CUSTOMER, "One customer of those who are won in each year: its "
                  f"figures, and what it has brought by the end of its life. Sheet {LIFE} follows "
                  "it month by month.")
        self.sheet.text(FIRST_ROW - 1, LABEL, "By year", "section")
        unsure = undefined(self.texts, self.texts.customer.values())
        for row, (name, found) in enumerate(self.texts.customer.items(), FIRST_ROW):
            ref, unit = Ref("customer", name), glossary().term(name, "customer").unit
            place = Place("customer", name, unit, CUSTOMER, row, self.axis.years)
            self._rows[ref] = row
            self.places.append(place)
            values = place.figures(self.found)
            self.sheet.head(row, glossary().label(name, "customer"), unit, name)
            self.sheet.across(row, self.axis.years, formula(found.node, self._by_year, unsure),
                              values, unit)
            if ref in self._read:
                self._held(row, self._span(row), values, unit, self.axis.months)

    def _by_year(self, ref: Ref) -> str:
        if ref.kind == "customer":
            return self.reference(ref, CUSTOMER)
        return self.workings.reference(ref, CUSTOMER)

    def _span(self, row: int) -> str:
        """A row's years as a range."""
        first, last = (letters(self.axis.years[end]) for end in (0, -1))
        return f"${first}{row + 1}:${last}{row + 1}"

    def _held(self, row: int, years: str, values: np.ndarray, unit: str, columns: range) -> None:
        """What is one figure for a year, in the months or years of a row."""
        repeats = len(columns) // len(values)
        self.sheet.across(row, columns, f"=INDEX({years},{_YEAR})", values.repeat(repeats),
                          unit)

    # By month of life.

    def _fill_life(self) -> None:
        self._heads()
        years, row = list(enumerate(self.axis.calendar.years)), HEADS + 2
        for name in self.texts.life:
            self._lives[name] = row
            row += len(years) + 1
        for name, found in self.texts.life.items():
            label, unit = glossary().label(name, "life"), glossary().term(name, "life").unit
            for won, year in years:
                place = Place("life", name, unit, LIFE, self._lives[name] + won, _MONTHS, won=won)
                self.places.append(place)
                self.life.head(place.row, f"{label}, won in {year}", unit, f"{name}.{year}")
                self.life.number(place.row, _BEFORE, 0, unit)
                self.life.across(place.row, _MONTHS, formula(
                    found.node, lambda ref, won=won: self._of_life(ref, won),
                    self.texts.undefined), place.figures(self.found), unit)

    def _of_life(self, ref: Ref, won: int) -> str:
        if ref.kind == "customer":
            return cell(self._rows[ref], self.axis.years[won], CUSTOMER)
        if ref.kind == "life":
            return f"{'{p}' if ref.ago else '{c}'}{self._lives[ref.name] + won + 1}"
        if ref.name == "month_of_life":
            return f"{{c}}${HEADS + 1}"
        return self.workings.timeline(ref.name, LIFE)

    def _heads(self) -> None:
        sheet = self.life
        sheet.text(TITLE, LABEL, LIFE, "title")
        sheet.text(NOTE, LABEL, "A column is a month of life, whenever it comes; 1 is that of "
                   "signing, 0 is before it. A row is the year in which the customer was won.",
                   "note")
        for col, head in ((LABEL, "Line"), (UNIT, "Unit"), (NAME, "Name")):
            sheet.text(HEADS, col, head, "head")
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
        for ref in self._read:
            if ref.kind != "life":
                continue
            row += 1
            first, unit = self._lives[ref.name] + 1, glossary().term(ref.name, "life").unit
            block = f"'{LIFE}'!${last}${first}:${last}${first + len(self.axis.years) - 1}"
            values = self.found.life(ref.name)[-1, 0]
            self._rows[ref] = row
            self.sheet.head(row, glossary().label(ref.name, "life"), unit, ref.name)
            for columns in (self.axis.years, self.axis.months):
                self._held(row, block, values, unit, columns)
