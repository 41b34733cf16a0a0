"""Assumptions and Scenarios: the sheets that are typed into, and what of it holds in the chosen
scenario.

Base is typed on Assumptions (and on Dated amounts, see `monthly`); a scenario types only what it
changes.
"""

from __future__ import annotations

from collections.abc import Collection

from model.params.entry import CONFIDENCE, CONFIDENCE_MEANS, Entry
from model.params.quantities import UNITS, Domain
from model.workbook import interpolation
from model.workbook.cells import (
    FIRST_ROW,
    HEADS,
    LABEL,
    NAME,
    NOTE,
    TITLE,
    UNIT,
    Field,
    Sheet,
    cell,
    letters,
)
from model.workbook.paths import Plans, Typed

ASSUMPTIONS, SCENARIOS = "Assumptions", "Scenarios"
# The one cell that switches the whole model.
SELECTOR = (4, NAME)
TABLE = 10
SHARED = "All years"
UNBOUNDED = Domain().high
_AFTER = "typed after the delay"
IDLE = "nothing in this workbook follows a change"


class Inputs:
    """The two sheets, and where formulas find what holds.

    names       defined names of what is one value for the whole plan: path to address
    faults      addresses of the cells that are 1 where something typed is outside its domain
    rows        the row of Assumptions of each path
    typed, used columns of what is typed and of what holds: one value, the years, the delay
    row_of      the column that says which row of Scenarios is in use; 0 for none
    """

    def __init__(self, plans: Plans, idle: Collection[str] = ()):
        self.plans, self._idle = plans, idle
        years = len(plans.calendar.years)
        # Typed: one value, the years, the delay. In use: the same, further right.
        self.typed = range(NAME + 1, NAME + 3 + years)
        self.used = range(self.typed.stop, 2 * self.typed.stop - self.typed.start)
        self.row_of = self.used.stop
        self.names: dict[str, str] = {}
        self.faults: list[str] = []
        self.rows: dict[str, int] = {}
        self._scenario_rows: dict[str, range] = {}
        self._base_rows: dict[str, int] = {}
        self._heads_of = {ASSUMPTIONS: HEADS}
        self.assumptions = Sheet(ASSUMPTIONS, "inputs")
        self.scenarios = Sheet(SCENARIOS, "inputs")
        self._fill_scenarios()
        self._fill_assumptions()

    def of(self, *forms: str) -> list[str]:
        """Paths that are laid out in one of these forms, in the order of the file."""
        return [path for path in self.plans.base.entries if self.plans.forms[path] in forms]

    def mixes(self) -> dict[str, list[str]]:
        """The shares of each mix, of which one more segment takes what is left."""
        found: dict[str, list[str]] = {}
        for path in self.plans.base.entries:
            mix = path.rpartition(".")[0]
            if mix.endswith(".mix"):
                found.setdefault(mix, []).append(path)
        return found

    def _filled(self, path: str) -> str:
        """How the years of base are filled that are not typed."""
        if self.plans.forms[path] == "constant":
            return ""
        found = self.plans.typed("base", path).path
        if len(found.nodes) == len(self.plans.calendar.years):
            return interpolation.TYPED
        return interpolation.FILLED[self.plans.between("base", path)]

    # Scenarios: who they are, and what each changes.

    def _fill_scenarios(self) -> None:
        sheet, plans = self.scenarios, self.plans
        sheet.text(TITLE, LABEL, "Scenarios", "title")
        sheet.text(NOTE, LABEL, "A scenario is base with the changes below laid over it. The "
                   "yellow cell chooses which one the whole workbook shows.", "note")
        if plans.omitted:
            sheet.text(NOTE + 1, LABEL, "Left out, as it cannot be used: "
                       f"{' and '.join(plans.omitted)}. python -m model check says why.", "warning")
        sheet.text(SELECTOR[0], LABEL, "Scenario in use", "total label")
        sheet.input(*SELECTOR, plans.chosen, "scenario", Field("", "", "scenario"))
        names = list(plans.scenarios)
        first, last = TABLE, TABLE + len(names) - 1
        span = f"{cell(first, NAME)}:{cell(last, NAME)}"
        self.names["scenario"] = cell(*SELECTOR, SCENARIOS)
        number, title = SELECTOR[0] + 1, SELECTOR[0] + 2
        sheet.text(number, LABEL, "Its number in the list; 0 where it is not in it", "label")
        # MATCH alone would take * and ? for any letters.
        at = f"MATCH(scenario,{span},0)"
        sheet.formula(number, NAME, f"=IFERROR(IF(INDEX({span},{at})=scenario,{at},0),0)",
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
        self._heads_of[SCENARIOS] = row - 1
        sheet.text(row - 1, NAME, "Scenario", "head")
        sheet.text(row - 1, self.typed.stop, "Typed wrongly", "head right")
        for path in self.of("constant", "year"):
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
                   "cells turn gray here). Dated amounts have a sheet of their own. Orange is "
                   f"outside what is plausible. {CONFIDENCE_MEANS}", "note")
        sheet.freeze = (HEADS + 1, NAME + 1)
        sheet.widths = {**dict.fromkeys((*self.typed, *self.used), 10.5),
                        **dict.fromkeys(range(self.row_of, self.row_of + 6), 9.5),
                        self.row_of + 6: 12, self.row_of + 7: 22, self.row_of + 8: 90,
                        self.row_of + 9: 40}
        sheet.text(HEADS - 1, self.typed[0], "Typed, base", "group")
        sheet.text(HEADS - 1, self.used[0], "In use", "group")
        self._heads(sheet, HEADS, "Assumption", self.typed, self.used)
        heads = ("Row of the scenario", "Plausible from", "to", "Allowed from", "to",
                 "Typed wrongly", CONFIDENCE, "Years between", "Source", "As printed")
        for col, head in enumerate(heads, self.row_of):
            left = head in (CONFIDENCE, "Years between", "Source", "As printed")
            sheet.text(HEADS, col, head, "head apart" if left else "head right")
        row, section = FIRST_ROW, None
        read, idle = ([path for path in self.of("constant", "year")
                       if (path in self._idle) is beside] for beside in (False, True))
        for path in read:
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row += 1
                sheet.text(row, LABEL, section.replace("_", " ").capitalize(), "section")
                row += 1
            self.rows[path] = row
            row = self._fill_assumption(row, path)
        if idle:
            row += 1
            sheet.text(row, LABEL, "Read by the notebooks alone", "section")
            sheet.text(row + 1, LABEL, f"{IDLE[0].upper()}{IDLE[1:]}.", "note")
            row += 2
        for path in idle:
            self.rows[path] = row
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
            sheet.formula(row, self.row_of, row_in_use(match),
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
        role = self.role(path)
        for (col, field), value in zip(self._fields(self.plans.forms[path], later), values,
                                       strict=False):
            at, named = self.typed[col], Field(scenario, path, field)
            if field.isdigit() and not typed.path.typed(col - 1):
                text = interpolation.formula(
                    col - 1, typed.path, self.plans.between(scenario, path), self._years(row),
                    self._years(self._heads_of[sheet.title]))
                sheet.filled(row, at, text, value, unit, named,
                             "filled" if role == "input" else role)
            else:
                sheet.input(row, at, value, "delay" if field == "delay" else unit, named, role)

    def role(self, path: str) -> str:
        """How the cells look into which a path is typed."""
        return "aside" if path in self._idle else "input"

    def _years(self, row: int) -> list[str]:
        """The addresses of a row's years that are typed."""
        return [cell(row, col, fixed=False) for col in self.typed[1:-1]]

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
        # A bound that only keeps numbers from becoming endless is none to look at.
        for at, end in enumerate((domain.low, domain.high), 2):
            if abs(end) < UNBOUNDED:
                sheet.number(row, col + at, end, "bound")
        low, high = (f"${letters(col + at)}${row + 1}" for at in (2, 3))
        rows = [(sheet, row)] + [(self.scenarios, at) for at in scenarios or ()]
        for where, at in rows:
            fault = col + 4 if where is sheet else self.typed.stop
            own = [end if where is sheet else f"{ASSUMPTIONS}!{end}" for end in (low, high)]
            if domain.high >= UNBOUNDED:
                own[1] = "timeline.largest"
            fields = self._fields(self.plans.forms[path], later=False)
            fields = [(c, field) for c, field in fields if field != "delay"]
            first, last = (self.typed[fields[end][0]] for end in (0, -1))
            span = f"{letters(first)}{at + 1}:{letters(last)}{at + 1}"
            above = ">" if domain.above_low else ">="
            tests = [f"COUNT({span})=COLUMNS({span})", f"MIN({span}){above}{own[0]}",
                     f"MAX({span})<={own[1]}"]
            if self.plans.forms[path] == "year":
                delay = f"{letters(self.typed[-1])}{at + 1}"
                tests += [f"COUNT({delay})=1", f"{delay}>=0", f"INT({delay})={delay}",
                          f"{delay}<timeline.months"]
            if domain.whole:
                one = f"{letters(first)}{at + 1}"
                tests.append(f"INT({one})={one}")
            where.formula(at, fault, f"=IF(AND({','.join(tests)}),0,1)", 0, "number", "note")
            self.faults.append(cell(at, fault, where.title))
        for at, text in enumerate((entry.confidence, self._filled(path), _source(entry),
                                   entry.printed or ""), 5):
            if text:
                sheet.text(row, col + at, text, "note apart")


def _source(entry: Entry) -> str:
    return f"{entry.source}. Note: {entry.note}" if entry.note else entry.source


def row_in_use(names: str) -> str:
    """Which of the rows with these names the chosen scenario has; 0 for none."""
    return f"=IF(scenario_number>0,IFERROR(MATCH(scenario,{names},0),0),0)"
