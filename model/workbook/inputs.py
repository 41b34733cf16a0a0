"""The sheets Assumptions and Scenarios, into which one types, and the values in use.

Base is typed on Assumptions, its dated amounts on a sheet of their own (see `monthly`). A scenario
types only what it changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from model.params.entry import Entry
from model.params.quantities import Domain
from model.params.units import UNITS
from model.params.values import CONFIDENCE, CONFIDENCE_MEANS
from model.workbook import interpolation
from model.workbook.cells import FIRST_ROW, HEADS, LABEL, NAME, UNIT, Field, Sheet, cell, letters
from model.workbook.paths import LATER, Plans

ASSUMPTIONS, SCENARIOS = "Assumptions", "Scenarios"
# The one cell that switches the whole model.
SELECTOR = (4, NAME)
TABLE = 10
ALL_YEARS = "All years"
LARGEST, _LARGEST = Domain().high, "timeline.largest"
_AFTER = "typed after the delay"
IDLE = "nothing in this workbook follows a change"


class Inputs:
    """The two sheets, and where formulas find the values in use. Paths in `idle` are read by no
    formula.

    names          defined names of paths with one value for the whole plan, and their addresses
    faults         addresses of cells that are 1 where an input is outside its domain
    rows           the row of each path on Assumptions
    typed, used    the columns of inputs and of values in use: one value, the years, the delay
    row_in_use     the column with the row of Scenarios that is in use; 0 for none
    selector_list  the cells that the selector may hold
    """

    def __init__(self, plans: Plans, idle: Collection[str]):
        self.plans, self._idle = plans, idle
        years = len(plans.calendar.years)
        self.typed = range(NAME + 1, NAME + 3 + years)
        self.used = range(self.typed.stop, 2 * self.typed.stop - self.typed.start)
        self.row_in_use = self.used.stop
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

    def paths(self, *forms: str) -> list[str]:
        """The paths of these forms, in the order of the file."""
        return [path for path in self.plans.base.entries if self.plans.forms[path] in forms]

    def role(self, path: str) -> str:
        return "aside" if path in self._idle else "input"

    # Scenarios: the list, and what each changes.

    def _fill_scenarios(self) -> None:
        sheet, plans = self.scenarios, self.plans
        sheet.write_title("Scenarios", "A scenario is base with the changes below laid over it. "
                          "The yellow cell chooses which one the whole workbook shows.")
        if plans.omitted:
            sheet.text(SELECTOR[0] - 1, LABEL, "Left out, as it cannot be used: "
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
        sheet.texts(TABLE - 1, range(NAME + 2), ("Scenario", "Changes", "Name", "Why"), "head")
        for row, (name, plan) in enumerate(plans.scenarios.items(), TABLE):
            sheet.text(row, LABEL, plan.scenario_title, "label")
            changes = sum(name in paths for paths in plans.changed.values())
            sheet.number(row, UNIT, changes, "number", "count")
            sheet.text(row, NAME, name, "key")
            sheet.text(row, NAME + 1, plan.scenario_why, "note")
        self.selector_list = span
        self._fill_changes(last + 3)

    def _fill_changes(self, row: int) -> None:
        sheet, plans = self.scenarios, self.plans
        self._heads(sheet, row - 1, "What the scenarios change", self.typed)
        self._heads_of[SCENARIOS] = row - 1
        sheet.text(row - 1, NAME, "Scenario", "head")
        sheet.text(row - 1, self.typed.stop, "Typed wrongly", "head right")
        for path in self.paths("constant", "year"):
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
                    self._fill_input(sheet, at, name, path, bool(later))
            self._scenario_rows[path] = range(row + 1, row + 1 + len(names))
            self._base_rows[path] = row
            row += rows * (len(names) + 1)

    # Assumptions: the inputs of base, and the values in use.

    def _heads(self, sheet: Sheet, row: int, title: str, *groups: range) -> None:
        sheet.row_heads(row, title, "Unit", "Path")
        for group in groups:
            sheet.texts(row, group, (ALL_YEARS, *self.plans.calendar.years, "Delay, months"))

    def _fill_assumptions(self) -> None:
        sheet = self.assumptions
        sheet.write_title(
            "Assumptions", "Type into the yellow cells. On the right of them stands what is in "
            "use: what the chosen scenario changes, on Scenarios, comes first (such cells turn "
            "gray here). Dated amounts have a sheet of their own. Orange is outside what is "
            f"plausible. {CONFIDENCE_MEANS}")
        sheet.freeze = (HEADS + 1, NAME + 1)
        sheet.widths = {**dict.fromkeys((*self.typed, *self.used), 10.5),
                        **dict.fromkeys(range(self.row_in_use, self.row_in_use + 6), 9.5),
                        **dict(enumerate((12, 22, 90, 40), self.row_in_use + 6))}
        sheet.text(HEADS - 1, self.typed[0], "Typed, base", "group")
        sheet.text(HEADS - 1, self.used[0], "In use", "group")
        self._heads(sheet, HEADS, "Assumption", self.typed, self.used)
        heads = ("Row of the scenario", "Plausible from", "to", "Allowed from", "to",
                 "Typed wrongly", CONFIDENCE, "Years between", "Source", "As printed")
        first, apart = self.row_in_use, self.row_in_use + 6
        sheet.texts(HEADS, range(first, apart), heads[:6])
        sheet.texts(HEADS, range(apart, first + len(heads)), heads[6:], "head apart")
        row, section = FIRST_ROW, None
        active, idle = ([path for path in self.paths("constant", "year")
                         if (path in self._idle) is beside] for beside in (False, True))
        for path in active:
            if path.partition(".")[0] != section:
                section = path.partition(".")[0]
                row = sheet.section(row, section)
            row = self._fill_assumption(row, path)
        if idle:
            row += 1
            sheet.text(row, LABEL, "Read by the notebooks alone", "section")
            sheet.text(row + 1, LABEL, f"{IDLE[0].upper()}{IDLE[1:]}.", "note")
            row += 2
        for path in idle:
            row = self._fill_assumption(row, path)

    def _fill_assumption(self, row: int, path: str) -> int:
        sheet, plans, entry = self.assumptions, self.plans, self.plans.base.entries[path]
        self.rows[path] = row
        sheet.head(row, entry.label, entry.shown_unit, path)
        self._fill_input(sheet, row, "base", path)
        scenarios = self._scenario_rows.get(path)
        if scenarios:
            self._fill_base(row, path)
            names = f"{SCENARIOS}!$C${scenarios[0] + 1}:$C${scenarios[-1] + 1}"
            self.fill_row_in_use(sheet, row, self.row_in_use, path, names)
        helper = f"${letters(self.row_in_use)}{row + 1}"
        self._fill_use(row, path, scenarios, helper)
        self._fill_bounds(row, path, entry, scenarios)
        if path in plans.with_later:
            row += 1
            sheet.head(row, f"{entry.label}, {_AFTER}", entry.shown_unit, path)
            self._fill_input(sheet, row, "base", path, later=True)
            later_rows = range(scenarios.stop + 1, scenarios.stop + 1 + len(scenarios))
            self._fill_use(row, path, later_rows, helper, later=True)
        return row + 1

    def _fields(self, path: str, scenario: str, later: bool = False,
                ) -> Iterator[tuple[int, str, float | None, str]]:
        """The fields of a path: position among the columns, name, a scenario's value, unit."""
        unit, values = self.plans.base.entries[path].shown_unit, self.plans.input(scenario, path)
        years = list(enumerate(map(str, self.plans.calendar.years), 1))
        if later:
            for (position, year), value in zip(years, values.later, strict=True):
                yield position, f"{LATER}{year}", value, unit
        elif self.plans.forms[path] == "constant":
            yield 0, "value", values.values[0], unit
        else:
            for (position, year), value in zip(years, values.values, strict=True):
                yield position, year, value, unit
            yield 1 + len(years), "delay", values.delay, "delay"

    def _fill_input(self, sheet: Sheet, row: int, scenario: str, path: str,
                    later: bool = False) -> None:
        """The cells into which a scenario types a path."""
        typed_years, role = self.plans.input(scenario, path).years, self.role(path)
        for position, name, value, unit in self._fields(path, scenario, later):
            col, field = self.typed[position], Field(scenario, path, name)
            if name.isdigit() and position - 1 not in typed_years:
                text = interpolation.formula(
                    position - 1, typed_years.nodes,
                    self.plans.interpolation_method(scenario, path), self._years(row),
                    self._years(self._heads_of[sheet.title]))
                sheet.filled(row, col, text, value, unit, field,
                             "filled" if role == "input" else role)
            else:
                sheet.input(row, col, value, unit, field, role)

    def _years(self, row: int) -> list[str]:
        return [cell(row, col, fixed=False) for col in self.typed[1:-1]]

    def _fill_base(self, row: int, path: str) -> None:
        """The inputs of base, above those of the scenarios that change them."""
        for position, _, value, unit in self._fields(path, "base"):
            col = self.typed[position]
            self.scenarios.formula(self._base_rows[path], col,
                                   f"={cell(row, col, ASSUMPTIONS, fixed=False)}", value, unit,
                                   "part")

    def fill_row_in_use(self, sheet: Sheet, row: int, col: int, path: str, names: str) -> None:
        """Write which of the rows with these names the chosen scenario has; 0 for none."""
        scenarios, scenario = self.plans.changed[path], self.plans.chosen
        number = scenarios.index(scenario) + 1 if scenario in scenarios else 0
        sheet.formula(row, col, f"=IF(scenario_number>0,IFERROR(MATCH(scenario,{names},0),0),0)",
                      number, "number", "note")

    def _fill_use(self, row: int, path: str, scenarios: range | None, helper: str,
                  later: bool = False) -> None:
        """The values in use: those of the chosen scenario, where it changes the path."""
        for position, _, value, unit in self._fields(path, self.plans.chosen, later):
            letter = letters(self.typed[position])
            text = f"{letter}{row + 1}"
            if scenarios:
                block = f"{SCENARIOS}!{letter}${scenarios[0] + 1}:{letter}${scenarios[-1] + 1}"
                text = f"IF({helper}>0,INDEX({block},{helper}),{text})"
                if later:
                    text = f'IF({text}="","",{text})'
            self.assumptions.formula(row, self.used[position], f"={text}",
                                     "" if value is None else value, unit)
        if self.plans.forms[path] == "constant":
            self.names[path] = cell(row, self.used[0], ASSUMPTIONS)

    def helper(self, path: str) -> str:
        """The cell that says which of the scenarios that change a path of Assumptions is in
        use."""
        return cell(self.rows[path], self.row_in_use, ASSUMPTIONS)

    def _fill_bounds(self, row: int, path: str, entry: Entry, scenarios: range | None) -> None:
        """What is plausible and what is allowed, the test of it, and the source."""
        sheet, domain = self.assumptions, UNITS[entry.unit]
        col = self.row_in_use + 1
        over_time = entry.form != "constant"
        for at, end in enumerate(entry.range):
            sheet.number(row, col + at, end, "factor" if over_time else entry.shown_unit)
        # A bound that only keeps numbers finite is not shown.
        for at, end in enumerate((domain.low, domain.high), 2):
            if abs(end) < LARGEST:
                sheet.number(row, col + at, end, "bound")
        low, high = (f"${letters(col + at)}${row + 1}" for at in (2, 3))
        low = f"-{_LARGEST}" if domain.low <= -LARGEST else low
        high = _LARGEST if domain.high >= LARGEST else high
        self._fill_test(sheet, row, col + 4, path, (low, high))
        for at in scenarios or ():
            ends = (end if end.endswith(_LARGEST) else f"{ASSUMPTIONS}!{end}"
                    for end in (low, high))
            self._fill_test(self.scenarios, at, self.typed.stop, path, tuple(ends))
        for at, text in enumerate((entry.confidence, self._method(path), _source(entry),
                                   entry.printed or ""), 5):
            if text:
                sheet.text(row, col + at, text, "note apart")

    def _fill_test(self, sheet: Sheet, row: int, col: int, path: str,
                   ends: tuple[str, str]) -> None:
        """Whether a row of inputs is outside its domain: 1 where it is, otherwise 0."""
        form, domain = self.plans.forms[path], UNITS[self.plans.base.entries[path].unit]
        columns = self.typed[:1] if form == "constant" else self.typed[1:-1]
        first = f"{letters(columns[0])}{row + 1}"
        span = f"{first}:{letters(columns[-1])}{row + 1}"
        tests = [f"COUNT({span})=COLUMNS({span})",
                 f"MIN({span}){'>' if domain.above_low else '>='}{ends[0]}",
                 f"MAX({span})<={ends[1]}"]
        if form == "year":
            delay = f"{letters(self.typed[-1])}{row + 1}"
            tests += [f"COUNT({delay})=1", f"{delay}>=0", f"INT({delay})={delay}",
                      f"{delay}<timeline.months"]
        if domain.whole:
            tests.append(f"INT({first})={first}")
        sheet.formula(row, col, f"=IF(AND({','.join(tests)}),0,1)", 0, "number", "note")
        self.faults.append(cell(row, col, sheet.title))

    def _method(self, path: str) -> str:
        """How the years of base are filled that are not typed, in words."""
        if self.plans.forms[path] == "constant":
            return ""
        if len(self.plans.input("base", path).years.nodes) == len(self.plans.calendar.years):
            return interpolation.EACH_YEAR
        return interpolation.METHODS[self.plans.interpolation_method("base", path)]


def _source(entry: Entry) -> str:
    return f"{entry.source}. Note: {entry.note}" if entry.note else entry.source
