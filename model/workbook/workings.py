"""The month line by line: the timeline, and the sheets on which each line is worked out, with those
that look back on a quarter or a year.

A sheet holds the lines that some functions of the texts write, in the order of writing; a row has
one formula, made from the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.companies.glossary import glossary
from model.engine.cells import formula
from model.engine.figures import YEAR, Figures
from model.engine.nodes import Formula, Ref
from model.engine.projection import Projection, reduction
from model.engine.timeline import TIMELINE as VALUES
from model.engine.timeline import timeline
from model.workbook.addresses import Place, by_period
from model.workbook.cells import (
    FIRST_ROW,
    LABEL,
    UNDEFINED,
    Axis,
    Sheet,
    cell,
    letters,
    over_time,
    prefix,
)
from model.workbook.inputs import UNBOUNDED
from model.workbook.monthly import Monthly, year_sum

TIMELINE = "Timeline"
# The rows of the timeline that change from month to month, counted as a spreadsheet does.
MOVING = {"month": 6, "year": 7, "month_of_year": 8, "december": 9, "new_year": 10,
          "year_number": 11}
# Sheets, and the functions whose lines they hold.
SECTIONS = {
    "Market": ("customers", "mentees", "mentors", "matching"),
    "Revenue": ("revenue",),
    "Costs": ("contribution", "overhead", "delivery"),
    "Working capital": ("prepaid_plans", "receivables", "payables", "payouts"),
    "Capital": ("assets", "debt", "tax", "equity"),
    "Results": ("month", "from_ebitda_on", "income", "cash_flow", "direct_cash_flow",
                "balance_sheet"),
    "Break-even": ("breakevens",),
    "Look back": ("memory", "need"),
}
OTHERS = "Results"
YEAR_NUMBER = "year_number"
_LABELS = {name: value.label for name, value in VALUES.items()} | {
    YEAR_NUMBER: "Year of the plan", "largest": "No amount that is typed may be above this"}
# By month, and in the December that a year shows.
_MOVES = {
    "month": "={p}6+1",
    "year": "=timeline.first_year+{c}11-1",
    "month_of_year": "={c}6-({c}11-1)*timeline.months_per_year",
    "december": "=IF({c}8=timeline.months_per_year,1,0)",
    "new_year": "=IF(AND({c}8=1,{c}6>1),1,0)",
    YEAR_NUMBER: "=INT(({c}6-1)/timeline.months_per_year)+1",
}
_OF_YEARS = {"month": "={c}11*timeline.months_per_year",
             YEAR_NUMBER: "=COLUMN()-COLUMN($C$11)"}
# Conventions that sheets read, whatever the texts read.
_CONVENTIONS = ("first_year", "months", "months_per_year", "one_year", "days_per_month",
                "tolerance", "share_tolerance")


class Workings:
    """The timeline and the lines, and where formulas find both. `rows` are sheet and row of each
    line, `places` those of its figures."""

    def __init__(self, found: Figures, projection: Projection, assumed: Monthly, axis: Axis):
        self.found, self.projection, self.assumed, self.axis = found, projection, assumed, axis
        self.texts = found.texts
        self.names: dict[str, str] = {}
        self._ages: dict[int, int] = {}
        self.timeline_sheet = Sheet(TIMELINE, "workings", axis)
        self._fill_timeline()
        self.sheets: dict[str, Sheet] = {}
        self.sections: dict[str, list[str]] = {}
        self.rows: dict[str, tuple[str, int]] = {}
        self.places: list[Place] = []
        self._place()
        for line in self.texts.lines:
            self._write(line)

    def reference(self, ref: Ref, sheet: str) -> str:
        """What a formula over time on a sheet writes for a line, an assumption or the timeline."""
        if ref.kind == "assumption":
            return self.assumed.address(ref.name, sheet)
        if ref.kind == "timeline":
            return self.timeline(ref.name, sheet)
        if ref.kind == "plan":
            return self.last(ref.name)
        if ref.ago < 2:
            return self.before(ref.name, sheet) if ref.ago else self.at(ref.name, sheet)
        # From the opening to last month: what lies before the first month reads the opening.
        own, row = self._line(ref.name, sheet)
        earlier = f"{_own(TIMELINE, sheet)}{{c}}${self._ages[ref.ago] + 1}"
        return f"INDEX({own}${letters(self.axis.opening)}{row}:{{p}}{row},{earlier})"

    def timeline(self, name: str, sheet: str) -> str:
        return (f"{_own(TIMELINE, sheet)}{{c}}${MOVING[name]}" if name in MOVING
                else f"timeline.{name}")

    def _line(self, name: str, sheet: str) -> tuple[str, int]:
        title, row = self.rows[name]
        return _own(title, sheet), row + 1

    def at(self, line: str, sheet: str = "") -> str:
        """A line's cell in the same column, as a template."""
        own, row = self._line(line, sheet)
        return f"{own}{{c}}{row}"

    def before(self, line: str, sheet: str = "") -> str:
        """A line's cell in the column before."""
        own, row = self._line(line, sheet)
        return f"{own}{{p}}{row}"

    def last(self, line: str) -> str:
        """A line in the last month."""
        title, row = self.rows[line]
        return cell(row, self.axis.last_month, title)

    def span(self, line: str) -> str:
        """All months of a line."""
        title, row = self.rows[line]
        return self.axis.span(row, title, fixed=True)

    # The timeline.

    def _fill_timeline(self) -> None:
        sheet, axis = self.timeline_sheet, self.axis
        over_time(sheet, "Timeline", "What month it is. Annual columns are those of their "
                                     "December.")
        values = timeline(axis.calendar)
        values[YEAR_NUMBER] = np.arange(axis.calendar.months) // 12 + 1.0
        for name, template in _MOVES.items():
            row = MOVING[name] - 1
            sheet.head(row, _LABELS[name], "", name)
            sheet.across(row, axis.months, template, values[name], "number")
            sheet.across(row, axis.years, _OF_YEARS.get(name, template), values[name][11::12],
                         "number")
        sheet.number(5, axis.opening, 0, "number")
        row = MOVING[YEAR_NUMBER] + 2
        sheet.text(row - 1, LABEL, "Conventions", "section")
        read = {*_CONVENTIONS, *(ref.name for found in self._formulas() for ref in found.reads
                                 if ref.kind == "timeline")}
        fixed = {name: found[0] for name, found in values.items()
                 if len(found) == 1 and name in read} | {"largest": UNBOUNDED}
        for at, (name, value) in enumerate(fixed.items(), row):
            sheet.head(at, _LABELS[name], "", name)
            small = name.endswith("tolerance") or value >= UNBOUNDED
            sheet.number(at, axis.first_year, value, "small" if small else "number")
            self.names[f"timeline.{name}"] = cell(at, axis.first_year, TIMELINE)
        self._earlier(row + len(fixed) + 1)

    def _formulas(self) -> Iterator[Formula]:
        yield from self.texts.month.formulas.values()
        yield from self.texts.beside

    def _earlier(self, row: int) -> None:
        """Where the months stand that formulas look back to: the first column says how far."""
        sheet, axis = self.timeline_sheet, self.axis
        ages = sorted({ref.ago for found in self._formulas() for ref in found.reads
                       if ref.ago > 1})
        if ages:
            sheet.text(row, LABEL, "Earlier months: which cell of a row, counted from its opening",
                       "section")
        for at, ago in enumerate(ages, row + 1):
            self._ages[ago] = at
            sheet.head(at, "So many months ago, or the opening", "months", f"ago_{ago}")
            sheet.number(at, axis.first_year, ago, "number")
            back = cell(at, axis.first_year)
            columns = np.maximum(np.arange(axis.calendar.months) + 1.0 - ago, 0) + 1
            sheet.across(at, axis.months, f"=MAX({{c}}$6-{back},0)+1", columns, "number")

    # The lines.

    def _place(self) -> None:
        section_of = {section: title for title, found in SECTIONS.items() for section in found}
        filled: dict[str, list] = {title: [] for title in SECTIONS}
        for line, found in self.texts.lines.items():
            filled[section_of.get(found.section, OTHERS)].append((line, found.section))
        for title, lines in filled.items():
            if not lines:
                continue
            sheet = self.sheets[title] = Sheet(title, "workings", self.axis)
            over_time(sheet, title, "Each row has one formula. Flows happen during the month; "
                                    "stocks are those at its end. Costs are amounts above zero "
                                    "that are subtracted.")
            row, section = FIRST_ROW - 1, None
            for line, found in lines:
                if found != section:
                    section = found
                    row += 1
                    words = section.replace("_", " ").capitalize()
                    sheet.text(row, LABEL, words, "section")
                    self.sections.setdefault(title, []).append(words)
                    row += 1
                self.rows[line] = (title, row)
                row += 1

    def _write(self, line: str) -> None:
        title, row = self.rows[line]
        sheet, axis, unit = self.sheets[title], self.axis, glossary().term(line).unit
        years, months = by_period("line", line, unit, sheet, row)
        self.places += (years, months)
        sheet.head(row, glossary().label(line), unit, line)
        template = formula(self.texts.lines[line].node, lambda ref: self.reference(ref, title),
                           self.texts.undefined)
        sheet.across(row, axis.months, template, months.figures(self.found), unit)
        path = self.texts.month.openings.get(line)
        if path:
            sheet.formula(row, axis.opening, f"={path}",
                          self.projection.openings[line][0], unit)
        else:
            sheet.number(row, axis.opening, 0, unit)
        sheet.across(row, axis.years, self._annual(line, row), years.figures(self.found), unit)

    def _annual(self, line: str, row: int) -> str:
        """The formula of a line's year."""
        rule = reduction(line, YEAR, self.rows.__contains__)
        cells = [self.at(each, self.rows[line][0]) for each in rule.lines]
        if rule.operation == "sum":
            return year_sum(self.axis, row)
        if rule.operation == "same":
            return f"={cells[0]}"
        if rule.operation == "ratio":
            over, under = cells
            return f'=IF({under}=0,"{UNDEFINED}",{over}/{under})'
        back = "-timeline.months_per_year+1" if rule.operation == "first" else ""
        return f"=INDEX({self.axis.span(row)},{TIMELINE}!{{c}}$6{back})"


def _own(title: str, sheet: str) -> str:
    """What an address on a sheet begins with: nothing on its own."""
    return "" if title == sheet else prefix(title)
