"""The sheets on which each line is worked out, month by month.

A sheet holds the lines that some functions of the texts write, in the order of writing. A row has
one formula, made from the text. A place says where the figures of a row of any text stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.companies import company_module
from model.companies.glossary import Glossary, glossary
from model.engine.cells import UNDEFINED, formula
from model.engine.figures import MONTH, YEAR, Figures
from model.engine.nodes import Formula, Ref
from model.engine.projection import Projection, reduction
from model.engine.texts import Texts
from model.workbook import timeline
from model.workbook.cells import FIRST_ROW, Sheet, cell, in_column, letters
from model.workbook.monthly import Monthly
from model.workbook.timeline import Timeline, of_first, of_last, year_sum

# The sheets, and the functions whose lines they hold; the market's are the company's own.
SECTIONS = {
    "Market": ("trials", "people", "moves"),
    "Revenue": ("revenue", "prices", "subscriptions", "price_change", "expansion"),
    "Costs": ("contribution", "overhead", "delivery"),
    "Working capital": ("prepaid_plans", "receivables", "payables", "payouts"),
    "Capital": ("assets", "debt", "tax", "equity", "sales_tax"),
    "Results": ("month", "from_ebitda_on", "income", "cash_flow", "direct_cash_flow",
                "balance_sheet"),
    "Break-even": ("breakevens",),
    "Look back": ("memory", "need"),
}
MARKET, OTHERS = "Market", "Results"


@dataclass(frozen=True)
class Place:
    """A row of figures of one formula; `kind` is that of a reference. Its columns are periods of so
    many `months`, or months of life of customers who were won in the year at position `won`."""

    kind: str
    name: str
    unit: str
    sheet: str
    row: int
    columns: range
    months: int = YEAR
    won: int = 0

    def figures(self, model: Figures) -> np.ndarray:
        """The model's figure for each column; NaN is undefined."""
        values = model.of(self.kind, self.name, self.months)
        return values[:, 0, self.won] if self.kind == "life" else values[0]


def by_period(kind: str, name: str, unit: str, sheet: Sheet, row: int) -> tuple[Place, Place]:
    """The years and the months of a row over time."""
    return (Place(kind, name, unit, sheet.title, row, sheet.axis.years, YEAR),
            Place(kind, name, unit, sheet.title, row, sheet.axis.months, MONTH))


def undefined(terms: Glossary, texts: Texts,
              formulas: Iterable[Formula]) -> frozenset[Ref]:
    """What may be undefined among the references of formulas by period. A ratio is undefined in a
    year in which there is nothing to divide by."""
    ratios = {Ref("line", ref.name) for formula in formulas for ref in formula.reads
              if ref.kind == "line" and terms.term(ref.name).kind == "ratio"}
    return texts.undefined | ratios | {Ref("plan", ref.name) for ref in texts.undefined
                                       if ref.kind == "line"}


class Workings:
    """The sheets with their sections, and where formulas find lines, by `rows`, and other
    values."""

    def __init__(self, figures: Figures, projection: Projection, monthly: Monthly):
        self.figures, self.projection, self.axis = figures, projection, monthly.axis
        self.texts, self._monthly = figures.texts, monthly
        self.terms = glossary(projection.company)
        self._timeline = Timeline(self.axis, self.texts.formulas)
        self.names, self.timeline_sheet = self._timeline.names, self._timeline.sheet
        self.sheets: dict[str, Sheet] = {}
        self.sections: dict[str, list[str]] = {}
        self.rows: dict[str, tuple[str, int]] = {}
        self.places: list[Place] = []
        self._place_lines()
        for line in self.texts.lines:
            self._fill_line(line)

    # Where formulas find what they read.

    def reference(self, ref: Ref, sheet: str) -> str:
        """What a formula over time on a sheet writes for a line, an assumption or the timeline."""
        if ref.kind == "assumption":
            return self._monthly.address(ref.name, sheet)
        if ref.kind == "timeline":
            return timeline.reference(ref.name, sheet)
        if ref.kind == "plan":
            return self.last(ref.name)
        if ref.ago < 2:
            return self.before(ref.name, sheet) if ref.ago else self.at(ref.name, sheet)
        # What lies before the first month reads the opening.
        opening = self.at(ref.name, sheet).format(c=f"${letters(self.axis.opening)}")
        earlier = self._timeline.earlier(ref.ago, sheet)
        return f"INDEX({opening}:{{p}}{self.rows[ref.name][1] + 1},{earlier})"

    def opening(self, ref: Ref, sheet: str) -> str:
        """What a formula of an opening on a sheet writes: cells of that column or, of what may
        differ from month to month, of the first month."""
        if ref.kind == "opening":
            title, row = self.rows[ref.name]
            return cell(row, self.axis.opening, "" if title == sheet else title)
        return self.reference(ref, sheet).format(c=letters(self.axis.first_month))

    def at(self, line: str, sheet: str) -> str:
        """The cell of a line in the same column, as a template."""
        title, row = self.rows[line]
        return in_column(row, title, sheet)

    def before(self, line: str, sheet: str) -> str:
        """The cell of a line in the column before, as a template."""
        return self.at(line, sheet).replace("{c}", "{p}")

    def last(self, line: str) -> str:
        title, row = self.rows[line]
        return cell(row, self.axis.last_month, title)

    def fill(self, sheet: Sheet, place: Place, template: str, unit: str = "") -> None:
        """Write the row of a place, and keep where its figures stand."""
        self.places.append(place)
        sheet.across(place.row, place.columns, template, place.figures(self.figures),
                     unit or place.unit)

    def span(self, line: str) -> str:
        title, row = self.rows[line]
        return self.axis.span(row, title, fixed=True)

    # The lines.

    def _place_lines(self) -> None:
        """Give each line its row, and write the titles of sheets and sections."""
        sheet_of = {section: title for title, names in SECTIONS.items() for section in names}
        lines_of: dict[str, list[str]] = {title: [] for title in SECTIONS}
        own = vars(company_module(self.projection.company))
        section_of = {line: text.section for line, text in self.texts.lines.items()}
        for line, section in section_of.items():
            lines_of[sheet_of.get(section, MARKET if section in own else OTHERS)].append(line)
        for title, lines in lines_of.items():
            if not lines:
                continue
            sheet = self.sheets[title] = Sheet(title, "workings", self.axis)
            sheet.write_heads(title, "Each row has one formula. Flows happen during the month; "
                                     "stocks are those at its end. Costs are amounts above zero "
                                     "that are subtracted.")
            row, before = FIRST_ROW - 1, None
            for line in lines:
                if section_of[line] != before:
                    before = section_of[line]
                    row = sheet.section(row, before)
                    self.sections.setdefault(title, []).append(before)
                self.rows[line] = (title, row)
                row += 1

    def _fill_line(self, line: str) -> None:
        title, row = self.rows[line]
        sheet, axis, unit = self.sheets[title], self.axis, self.terms.term(line).unit
        years, months = by_period("line", line, unit, sheet, row)
        self.places += (years, months)
        sheet.head(row, self.terms.label(line), unit, line)
        template = formula(self.texts.lines[line].node, lambda ref: self.reference(ref, title),
                           self.texts.undefined)
        sheet.across(row, axis.months, template, months.figures(self.figures), unit)
        opening = self.texts.month.opening.get(line)
        if opening:
            sheet.formula(row, axis.opening, formula(opening.node, lambda ref: self.opening(
                ref, title)), self.projection.openings[line][0], unit)
        else:
            sheet.number(row, axis.opening, 0, unit)
        sheet.across(row, axis.years, self.annual(line, row, title),
                     years.figures(self.figures), unit)

    def annual(self, line: str, row: int, sheet: str) -> str:
        """The formula of a line's year, in a row of a sheet."""
        rule = reduction(self.terms, line, YEAR, self.rows.__contains__)
        if rule.operation in _OF_MONTHS:
            return _OF_MONTHS[rule.operation](self.axis, row)
        over, *under = (self.at(each, sheet) for each in rule.lines)
        return f'=IF({under[0]}=0,"{UNDEFINED}",{over}/{under[0]})' if under else f"={over}"


# How a year of a row is made from its months, by the operation of a reduction.
_OF_MONTHS = {"sum": year_sum, "first": of_first, "last": of_last}
