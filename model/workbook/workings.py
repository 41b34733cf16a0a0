"""The month line by line: the timeline, and the sheets on which each line is worked out.

A sheet holds the lines that some functions of the month write, in the order of writing; a row has
one formula, made from the trace.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from model.companies.glossary import glossary
from model.engine import ledger
from model.engine.trace import Node, Trace
from model.engine.workbook import formula
from model.projection import Projection
from model.workbook.inputs import UNBOUNDED
from model.workbook.layout import (
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
from model.workbook.monthly import Monthly, year_sum

TIMELINE = "Timeline"
# The rows of the timeline that change from month to month, counted as a spreadsheet does.
MOVING = {"month": 6, "year": 7, "month_of_year": 8, "december": 9, "new_year": 10,
          "year_number": 11}
# Sheets, and the functions of the month whose lines they hold.
SECTIONS = {
    "Market": ("customers", "mentees", "mentors", "matching"),
    "Revenue": ("revenue",),
    "Costs": ("contribution", "overhead", "delivery"),
    "Working capital": ("prepaid_plans", "receivables", "payables", "payouts"),
    "Capital": ("assets", "debt", "tax", "equity"),
    "Results": ("month", "from_ebitda_on", "income", "cash_flow", "direct_cash_flow",
                "balance_sheet"),
    "Break-even": ("breakevens",),
}
OTHERS = "Results"
_MOVES = {
    "month": ("Month number", "={p}6+1"),
    "year": ("Calendar year", "=timeline.first_year+{c}11-1"),
    "month_of_year": ("Month of the year", "={c}6-({c}11-1)*timeline.months_per_year"),
    "december": ("December: 1, otherwise 0", "=IF({c}8=timeline.months_per_year,1,0)"),
    "new_year": ("January after the first year: 1, otherwise 0",
                 "=IF(AND({c}8=1,{c}6>1),1,0)"),
    "year_number": ("Year of the plan", "=INT(({c}6-1)/timeline.months_per_year)+1"),
}
_FIXED = {"first_year": "First calendar year", "months_per_year": "Months in a year",
          "days_per_month": "Days in a month",
          "one_year": "One year, for what is stated per year",
          "tolerance": "Amounts of money that differ by less are equal, USD"}
# Conventions that sheets read, whatever the month reads.
_CONVENTIONS = ("first_year", "months_per_year", "one_year", "days_per_month", "tolerance")
_BOUNDS = {"months": "Months of the plan", "largest": "No amount that is typed may be above this"}


class Workings:
    """The timeline and the lines, and where formulas find both (`engine.workbook.Places`)."""

    def __init__(self, trace: Trace, projection: Projection, assumed: Monthly, axis: Axis):
        self.trace, self.projection, self.assumed, self.axis = trace, projection, assumed, axis
        self.opening_column = letters(axis.opening)
        self.names: dict[str, str] = {}
        self._ages: dict[int, int] = {}
        self.timeline_sheet = Sheet(TIMELINE, "workings", axis)
        self._fill_timeline()
        self.sheets: dict[str, Sheet] = {}
        self.sections: dict[str, list[str]] = {}
        self.rows: dict[str, tuple[str, int]] = {}
        self._place()
        for line in trace.formulas:
            self._write(line)

    def line(self, name: str, sheet: str) -> tuple[str, int]:
        title, row = self.rows[name]
        return ("" if title == sheet else prefix(title)), row + 1

    def assumption(self, path: str, sheet: str) -> str:
        return self.assumed.address(path, sheet)

    def timeline(self, name: str, sheet: str) -> str:
        own = "" if sheet == TIMELINE else f"{TIMELINE}!"
        return f"{own}{{c}}${MOVING[name]}" if name in MOVING else f"timeline.{name}"

    def earlier(self, ago: int, sheet: str) -> str:
        own = "" if sheet == TIMELINE else f"{TIMELINE}!"
        return f"{own}{{c}}${self._ages[ago] + 1}"

    def at(self, line: str, sheet: str = "") -> str:
        """A line's cell in the same column, as a template."""
        own, row = self.line(line, sheet)
        return f"{own}{{c}}{row}"

    def before(self, line: str, sheet: str = "") -> str:
        """A line's cell in the column before."""
        own, row = self.line(line, sheet)
        return f"{own}{{p}}{row}"

    def span(self, line: str, opening: bool = False) -> str:
        """All months of a line."""
        title, row = self.rows[line]
        return self.axis.span(row, title, opening, fixed=True)

    # The timeline.

    def _fill_timeline(self) -> None:
        sheet, axis = self.timeline_sheet, self.axis
        over_time(sheet, "Timeline", "What month it is. Annual columns show the month number of "
                                     "their December.")
        values = ledger.timeline(axis.calendar)
        values["year_number"] = np.arange(axis.calendar.months) // 12 + 1.0
        for name, (label, template) in _MOVES.items():
            row = MOVING[name] - 1
            sheet.head(row, label, "", name)
            sheet.across(row, axis.months, template, values[name], "number")
        sheet.number(5, axis.opening, 0, "number")
        years = np.arange(len(axis.calendar.years)) + 1.0
        sheet.across(10, axis.years, "=COLUMN()-COLUMN($C$11)", years, "number")
        sheet.across(5, axis.years, "={c}11*timeline.months_per_year", 12 * years, "number")
        sheet.across(6, axis.years, "=timeline.first_year+{c}11-1",
                     axis.calendar.first_year + years - 1, "number")
        row = MOVING["year_number"] + 2
        sheet.text(row - 1, LABEL, "Conventions", "section")
        read = {*_CONVENTIONS, *self.trace.read("timeline")}
        fixed = [name for name, found in values.items() if len(found) == 1 and name in read]
        for at, name in enumerate(fixed, row):
            sheet.head(at, _FIXED.get(name, name.replace("_", " ").capitalize()), "", name)
            sheet.number(at, axis.first_year, values[name][0],
                         "small" if name == "tolerance" else "number")
            self.names[f"timeline.{name}"] = cell(at, axis.first_year, TIMELINE)
        self._bounds(row + len(fixed))
        self._earlier(row + len(fixed) + len(_BOUNDS) + 1)

    def _bounds(self, row: int) -> None:
        """What nothing that is typed may be beyond."""
        values = {"months": float(self.axis.calendar.months), "largest": UNBOUNDED}
        for at, (name, label) in enumerate(_BOUNDS.items(), row):
            self.timeline_sheet.head(at, label, "", name)
            self.timeline_sheet.number(at, self.axis.first_year, values[name],
                                       "small" if values[name] >= UNBOUNDED else "number")
            self.names[f"timeline.{name}"] = cell(at, self.axis.first_year, TIMELINE)

    def _earlier(self, row: int) -> None:
        """Where the months stand that formulas look back to: the first column says how far."""
        sheet, axis = self.timeline_sheet, self.axis
        ages = sorted({ago for found in self.trace.formulas.values() for ago in _ages(found.node)})
        if ages:
            sheet.text(row, LABEL, "Earlier months: which cell of a row, counted from its opening",
                       "section")
        for at, ago in enumerate(ages, row + 1):
            self._ages[ago] = at
            sheet.head(at, "So many months ago, or the opening", "months", f"ago_{ago}")
            sheet.number(at, axis.first_year, ago, "number")
            back = cell(at, axis.first_year)
            numbers = np.maximum(np.arange(axis.calendar.months) + 1.0 - ago, 0) + 1
            sheet.across(at, axis.months, f"=MAX({{c}}$6-{back},0)+1", numbers, "number")

    # The lines.

    def _place(self) -> None:
        section_of = {section: title for title, found in SECTIONS.items() for section in found}
        filled: dict[str, list] = {title: [] for title in SECTIONS}
        for line, found in self.trace.formulas.items():
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
        sheet, term, axis = self.sheets[title], glossary().term(line), self.axis
        segment = "." in line
        role = "line"
        sheet.head(row, glossary().label(line), term.unit, line)
        template = formula(self.trace.formulas[line].node, title, self)
        sheet.across(row, axis.months, template, self.projection[line][0], term.unit, role)
        path = self.trace.openings.get(line)
        if path:
            sheet.formula(row, axis.opening, f"={path}",
                          self.projection.openings[line][0], term.unit)
        else:
            sheet.number(row, axis.opening, 0, term.unit)
        sheet.across(row, axis.years, self._annual(line, row, segment),
                     self.projection.by_year(line)[0], term.unit, role)

    def _annual(self, line: str, row: int, segment: bool) -> str:
        """A flow is summed, of a balance or flag December's counts, a ratio is made again."""
        name, _, part = line.partition(".")
        kind, of = glossary().kind(name)
        if kind == "flow":
            return year_sum(self.axis, row)
        if kind == "ratio":
            over, under = (self.at(f"{each}.{part}" if segment and f"{each}.{part}" in self.rows
                                   else each, self.rows[line][0]) for each in of)
            return f'=IF({under}=0,"{UNDEFINED}",{over}/{under})'
        return f"=INDEX({self.axis.span(row)},{TIMELINE}!{{c}}$6)"


def _ages(node: Node) -> Iterator[int]:
    """How many months a formula looks back, where it is more than one."""
    for arg in node.args:
        if isinstance(arg, Node):
            yield from _ages(arg)
        elif node.op == "ref" and arg.ago > 1:
            yield arg.ago
