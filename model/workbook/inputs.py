"""The sheets that are typed into, and what they give the model: each assumption as it holds in
the chosen scenario.

Base is typed on Assumptions and Dated amounts; a scenario types only what it changes, beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from model.quantities import UNITS
from model.schema import Entry
from model.workbook.layout import (
    FIRST_ROW,
    HEADS,
    LABEL,
    NAME,
    NOTE,
    TITLE,
    UNIT,
    Axis,
    Field,
    Sheet,
    cell,
    letters,
    over_time,
)
from model.workbook.plans import Plans, Typed

ASSUMPTIONS, SCENARIOS, DATED, MONTHLY = "Assumptions", "Scenarios", "Dated amounts", "Monthly"
# The one cell that switches the whole model.
SELECTOR = (3, NAME)
TABLE = 9
SHARED = "All years"
_AFTER = "typed after the delay"


class Inputs:
    """The four sheets, and where formulas find each assumption.

    names       defined names of what is one value for the whole plan: path to address
    faults      addresses of the cells that are 1 where something typed is outside its domain
    """

    def __init__(self, plans: Plans, axis: Axis):
        self.plans, self.axis = plans, axis
        years = len(plans.calendar.years)
        # Typed: one value, the years, the delay. In use: the same, further right.
        self.typed = range(NAME + 1, NAME + 3 + years)
        self.used = range(self.typed.stop, 2 * self.typed.stop - self.typed.start)
        self.row_of = self.used.stop
        self.names: dict[str, str] = {}
        self.faults: list[str] = []
        self._rows: dict[str, int] = {}
        self._scenario_rows: dict[str, range] = {}
        self._base_rows: dict[str, int] = {}
        self.assumptions = Sheet(ASSUMPTIONS, "inputs")
        self.scenarios = Sheet(SCENARIOS, "inputs")
        self.dated = Sheet(DATED, "inputs", axis)
        self.monthly = Sheet(MONTHLY, "workings", axis)
        self._fill_scenarios()
        self._fill_assumptions()
        self._fill_dated()
        self._fill_monthly()

    def address(self, path: str, sheet: str) -> str:
        """What a formula over time writes for an assumption: a name, or a cell of its column."""
        if path in self.names:
            return path
        own = "" if sheet == MONTHLY else f"{MONTHLY}!"
        return f"{own}{{c}}{self._monthly_row[path] + 1}"

    def month_row(self, path: str) -> int:
        """The row of Monthly on which a path stands that changes over time."""
        return self._monthly_row[path]

    def _of(self, *forms: str) -> list[str]:
        return [path for path in self.plans.base.entries if self.plans.forms[path] in forms]

    # Scenarios: who they are, and what each changes.

    def _fill_scenarios(self) -> None:
        sheet, plans = self.scenarios, self.plans
        sheet.text(TITLE, LABEL, "Scenarios", "title")
        sheet.text(NOTE, LABEL, "A scenario is base with the changes below laid over it. The "
                   "yellow cell chooses which one the whole workbook shows.", "note")
        sheet.text(SELECTOR[0], LABEL, "Scenario in use", "total label")
        sheet.input(*SELECTOR, plans.chosen, "scenario", Field("", "", "scenario"))
        names = list(plans.scenarios)
        first, last = TABLE, TABLE + len(names) - 1
        span = f"{cell(first, NAME)}:{cell(last, NAME)}"
        self.names["scenario"] = cell(*SELECTOR, SCENARIOS)
        number, title = SELECTOR[0] + 1, SELECTOR[0] + 2
        sheet.text(number, LABEL, "Its number in the list; 0 where it is not in it", "label")
        sheet.formula(number, NAME, f"=IFERROR(MATCH(scenario,{span},0),0)",
                      names.index(plans.chosen) + 1, "number")
        self.names["scenario_number"] = cell(number, NAME, SCENARIOS)
        sheet.text(title, LABEL, "Its title", "label")
        titles = f"{cell(first, LABEL)}:{cell(last, LABEL)}"
        sheet.formula(title, NAME, f'=IF(scenario_number>0,INDEX({titles},scenario_number),'
                      '"not a scenario of this workbook")', plans.now.scenario_title)
        self.names["scenario_title"] = cell(title, NAME, SCENARIOS)
        for col, head in zip((LABEL, UNIT, NAME, NAME + 1), ("Scenario", "Changes", "Name", "Why"),
                             strict=True):
            sheet.text(TABLE - 1, col, head, "head")
        for row, (name, plan) in enumerate(plans.scenarios.items(), TABLE):
            sheet.text(row, LABEL, plan.scenario_title, "label")
            changes = sum(name in changed for changed in plans.changed.values())
            sheet.number(row, UNIT, changes, "number", "count")
            sheet.text(row, NAME, name, "key")
            sheet.text(row, NAME + 1, plan.scenario_why, "note")
        self._selector_list = span
        self._fill_changes(last + 3)

    @property
    def selector_list(self) -> str:
        """The cells that the selector may hold."""
        return self._selector_list

    def _fill_changes(self, row: int) -> None:
        sheet, plans = self.scenarios, self.plans
        self._heads(sheet, row - 1, "What the scenarios change", self.typed)
        sheet.text(row - 1, NAME, "Scenario", "head")
        sheet.text(row - 1, self.typed.stop, "Typed wrongly", "head right")
        for path in self._of("constant", "year"):
            if path not in plans.changed:
                continue
            entry = plans.base.entries[path]
            names, rows = plans.changed[path], 1 + (path in plans.with_later)
            for later in range(rows):
                start = row + later * (len(names) + 1)
                label = f"{entry.label}, {_AFTER}" if later else entry.label
                sheet.text(start, LABEL, label, "total label")
                sheet.text(start, UNIT, entry.shown_unit, "note")
                sheet.text(start, NAME, "base", "note")
                for at, name in enumerate(names, start + 1):
                    sheet.text(at, LABEL, plans.scenarios[name].scenario_title, "part label")
                    sheet.text(at, UNIT, entry.shown_unit, "note")
                    sheet.text(at, NAME, name, "key")
                    self._type(sheet, at, name, path, plans.typed(name, path), bool(later))
            self._scenario_rows[path] = range(row + 1, row + 1 + len(names))
            self._base_rows[path] = row
            row += rows * (len(names) + 1)
        self._last_change = row

    # Assumptions: what base types, and what holds.

    def _heads(self, sheet: Sheet, row: int, title: str, *groups: range) -> None:
        for col, head in ((LABEL, title), (UNIT, "Unit"), (NAME, "Path")):
            sheet.text(row, col, head, "head")
        for group in groups:
            heads = [SHARED, *map(str, self.plans.calendar.years), "Delay, months"]
            for col, head in zip(group, heads, strict=True):
                sheet.text(row, col, head, "head right")

    def _fill_assumptions(self) -> None:
        sheet = self.assumptions
        sheet.text(TITLE, LABEL, "Assumptions", "title")
        sheet.text(NOTE, LABEL, "Type into the yellow cells. On the right of them stands what is "
                   "in use: what the chosen scenario changes, on Scenarios, comes first (such "
                   "cells turn gray here). Dated amounts have a sheet of their own.", "note")
        sheet.freeze = (HEADS + 1, NAME + 1)
        sheet.widths = {self.row_of + 6: 12, self.row_of + 7: 90, self.row_of + 8: 40}
        sheet.text(HEADS - 1, self.typed[0], "Typed, base", "group")
        sheet.text(HEADS - 1, self.used[0], "In use", "group")
        self._heads(sheet, HEADS, "Assumption", self.typed, self.used)
        heads = ("Row of the scenario", "Plausible from", "to", "Allowed from", "to",
                 "Typed wrongly", "Confidence", "Source", "As printed")
        for col, head in enumerate(heads, self.row_of):
            left = head in ("Confidence", "Source", "As printed")
            sheet.text(HEADS, col, head, "head" if left else "head right")
        row, section = FIRST_ROW, None
        for path in self._of("constant", "year"):
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row += 1
                sheet.text(row, LABEL, section.replace("_", " ").capitalize(), "section")
                row += 1
            self._rows[path] = row
            row = self._fill_assumption(row, path)

    def _fill_assumption(self, row: int, path: str) -> int:
        sheet, plans, entry = self.assumptions, self.plans, self.plans.base.entries[path]
        typed, used = plans.typed("base", path), plans.typed(plans.chosen, path)
        sheet.head(row, entry.label, entry.shown_unit, path)
        self._type(sheet, row, "base", path, typed)
        scenarios = self._scenario_rows.get(path)
        if scenarios:
            self._show_base(row, path, typed)
        helper = f"${letters(self.row_of)}{row + 1}"
        if scenarios:
            match = f"{SCENARIOS}!$C${scenarios[0] + 1}:$C${scenarios[-1] + 1}"
            names = plans.changed[path]
            sheet.formula(row, self.row_of, f"=IFERROR(MATCH(scenario,{match},0),0)",
                          names.index(plans.chosen) + 1 if plans.chosen in names else 0,
                          "number", "note")
        self._use(row, path, used, scenarios, helper)
        self._bounds(row, path, entry, scenarios)
        if path in plans.with_later:
            row += 1
            sheet.head(row, f"{entry.label}, {_AFTER}", entry.shown_unit, path)
            self._type(sheet, row, "base", path, typed, later=True)
            shifted = range(scenarios.stop + 1, scenarios.stop + 1 + len(scenarios))
            self._use(row, path, used, shifted, helper, later=True)
        return row + 1

    def _fields(self, form: str, later: bool) -> list[tuple[int, str]]:
        """Columns (from the first that is typed) and fields of one path."""
        years = [(1 + i, str(year)) for i, year in enumerate(self.plans.calendar.years)]
        if later:
            return [(col, f"later {year}") for col, year in years]
        return [(0, "value")] if form == "constant" else [*years, (1 + len(years), "delay")]

    def _type(self, sheet: Sheet, row: int, scenario: str, path: str, typed: Typed,
              later: bool = False) -> None:
        unit = self.plans.base.entries[path].shown_unit
        values = typed.later if later else (*typed.values, typed.delay)
        for (col, field), value in zip(self._fields(self.plans.forms[path], later), values,
                                       strict=False):
            sheet.input(row, self.typed[col], value, "delay" if field == "delay" else unit,
                        Field(scenario, path, field))

    def _show_base(self, row: int, path: str, typed: Typed) -> None:
        """What base types, above what scenarios type instead."""
        unit = self.plans.base.entries[path].shown_unit
        for (col, field), value in zip(self._fields(self.plans.forms[path], later=False),
                                       (*typed.values, typed.delay), strict=False):
            at = self.typed[col]
            self.scenarios.formula(
                self._base_rows[path], at, f"={cell(row, at, ASSUMPTIONS, fixed=False)}", value,
                "delay" if field == "delay" else unit, "part")

    def _use(self, row: int, path: str, used: Typed, scenarios: range | None, helper: str,
             later: bool = False) -> None:
        unit = self.plans.base.entries[path].shown_unit
        values = used.later if later else (*used.values, used.delay)
        for (col, field), value in zip(self._fields(self.plans.forms[path], later), values,
                                       strict=False):
            letter = letters(self.typed[col])
            text = f"{letter}{row + 1}"
            if scenarios:
                block = f"{SCENARIOS}!{letter}${scenarios[0] + 1}:{letter}${scenarios[-1] + 1}"
                text = f"IF({helper}>0,INDEX({block},{helper}),{text})"
                if later:
                    text = f'IF({text}="","",{text})'
            self.assumptions.formula(
                row, self.used[col], f"={text}", "" if value is None else value,
                "delay" if field == "delay" else unit)
        if self.plans.forms[path] == "constant":
            self.names[path] = cell(row, self.used[0], ASSUMPTIONS)

    def _bounds(self, row: int, path: str, entry: Entry, scenarios: range | None) -> None:
        sheet, domain = self.assumptions, UNITS[entry.unit]
        col = self.row_of + 1
        over_time = entry.form != "constant"
        for at, end in enumerate(entry.range):
            sheet.number(row, col + at, end, "factor" if over_time else entry.shown_unit)
        for at, end in enumerate((domain.low, domain.high), 2):
            sheet.number(row, col + at, end, "bound")
        low, high = (f"${letters(col + at)}${row + 1}" for at in (2, 3))
        rows = [(sheet, row)] + [(self.scenarios, at) for at in scenarios or ()]
        for where, at in rows:
            fault = col + 4 if where is sheet else self.typed.stop
            own = (low, high) if where is sheet else (f"{ASSUMPTIONS}!{low}",
                                                      f"{ASSUMPTIONS}!{high}")
            fields = self._fields(self.plans.forms[path], later=False)
            fields = [(c, field) for c, field in fields if field != "delay"]
            first, last = (self.typed[fields[end][0]] for end in (0, -1))
            span = f"{letters(first)}{at + 1}:{letters(last)}{at + 1}"
            tests = [f"COUNT({span})={len(fields)}", f"MIN({span})>={own[0]}",
                     f"MAX({span})<={own[1]}"]
            if domain.whole:
                one = f"{letters(first)}{at + 1}"
                tests.append(f"INT({one})={one}")
            where.formula(at, fault, f"=IF(AND({','.join(tests)}),0,1)", 0, "number", "note")
            self.faults.append(cell(at, fault, where.title))
        for at, text in enumerate((entry.confidence, _source(entry), entry.printed or ""), 5):
            if text:
                sheet.text(row, col + at, text, "note")

    # Dated amounts, and every assumption month by month.

    def _fill_dated(self) -> None:
        sheet, plans, axis = self.dated, self.plans, self.axis
        over_time(sheet, DATED, "Type into the yellow cells: what happens once, in its month. Rows "
                  "below a line are those of scenarios that change it.")
        sheet.text(HEADS, axis.opening, "Typed wrongly", "head right")
        row, section = FIRST_ROW - 1, None
        for path in self._of("month"):
            entry = plans.base.entries[path]
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row += 1
                sheet.text(row, LABEL, section.replace("_", " ").capitalize(), "section")
                row += 1
            self._rows[path] = row
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
                    sheet.input(row, col, value, entry.shown_unit, Field(name, path, label))
                sheet.across(row, axis.years, year_sum(axis, row), annual(values),
                             entry.shown_unit, "note")
                domain = UNITS[entry.unit]
                span = axis.span(row)
                sheet.formula(row, axis.opening, f"=IF(AND(COUNT({span})={len(values)},"
                              f"MIN({span})>={domain.low:g},MAX({span})<={domain.high:.15g}),0,1)",
                              0, "number", "note")
                self.faults.append(cell(row, axis.opening, DATED))
                row += 1

    def _fill_monthly(self) -> None:
        sheet, plans, axis = self.monthly, self.plans, self.axis
        over_time(sheet, "Assumptions by month", "Each assumption that changes over time, as it "
                  "holds in the scenario in use. Dated amounts are summed by year.")
        self._monthly_row: dict[str, int] = {}
        row = FIRST_ROW
        for path in self._of("year", "month"):
            entry, form = plans.base.entries[path], plans.forms[path]
            sheet.head(row, entry.label, entry.shown_unit, path)
            self._monthly_row[path] = row
            values = plans.now.series[path].monthly(plans.calendar.months)[:, 0]
            if form == "month":
                template = self._dated_formula(row, path)
                sheet.across(row, axis.years, year_sum(axis, row), annual(values),
                             entry.shown_unit)
            else:
                template = self._yearly_formula(path)
            sheet.across(row, axis.months, template, values, entry.shown_unit)
            row += 1

    def _yearly_formula(self, path: str) -> str:
        def span(row: int) -> str:
            first, last = letters(self.used[1]), letters(self.used[-2])
            return f"{ASSUMPTIONS}!${first}${row + 1}:${last}${row + 1}"
        row = self._rows[path]
        delay = cell(row, self.used[-1], ASSUMPTIONS)
        text = (f"INDEX({span(row)},INT((MAX(Timeline!{{c}}$6-{delay},1)-1)"
                f"/timeline.months_per_year)+1)")
        if path in self.plans.with_later:
            later = f"INDEX({span(row + 1)},Timeline!{{c}}$11)"
            text = f'IF({later}="",{text},{later})'
        return f"={text}"

    def _dated_formula(self, row: int, path: str) -> str:
        base, scenarios = self._rows[path], self.plans.changed.get(path, ())
        own = f"'{DATED}'!{{c}}{base + 1}"
        if not scenarios:
            return f"={own}"
        # The column of the opening is free here: it says which scenario's row is in use.
        first, last = base + 2, base + 1 + len(scenarios)
        helper = f"${letters(self.axis.opening)}{row + 1}"
        names = f"'{DATED}'!$C${first}:$C${last}"
        chosen = self.plans.chosen
        self.monthly.formula(row, self.axis.opening, f"=IFERROR(MATCH(scenario,{names},0),0)",
                             scenarios.index(chosen) + 1 if chosen in scenarios else 0,
                             "number", "note")
        block = f"'{DATED}'!{{c}}${first}:{{c}}${last}"
        return f"=IF({helper}>0,INDEX({block},{helper}),{own})"

    def fields(self) -> Iterator[tuple[Sheet, tuple[int, int], Field]]:
        """Every input cell of the workbook."""
        for sheet in (self.scenarios, self.assumptions, self.dated):
            for at, found in sheet.inputs.items():
                yield sheet, at, found


def year_sum(axis: Axis, row: int) -> str:
    """A year's months added up."""
    return f"=SUMIF({axis.span(6, 'Timeline', fixed=True)},Timeline!{{c}}$7,{axis.span(row)})"


def annual(values) -> list[float]:
    """Months added up to years."""
    return [sum(values[at:at + 12]) for at in range(0, len(values), 12)]


def _source(entry: Entry) -> str:
    return f"{entry.source}. Note: {entry.note}" if entry.note else entry.source
