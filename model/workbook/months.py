"""The sheets Levels by month and Seasons, of what some scenario gives by month or by season.

A level that is given by month has its rows on Levels by month instead of Assumptions; months that
are set alone stand there, too. Neither sheet is there where no scenario has such a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from model.params.series import over_mean
from model.params.units import UNITS
from model.views.formats import MONTH_NAMES
from model.workbook.cells import FIRST_ROW, HEADS, NAME, Axis, Field, Sheet, cell, letters
from model.workbook.inputs import LARGEST, Inputs
from model.workbook.paths import ALONE, SEASON
from model.workbook.timeline import reference

LEVELS, SEASONS = "Levels by month", "Seasons"
_SET_ALONE = "months set alone"


class Months:
    """The two sheets, and what formulas by month read of them. `helper` gives the cell that says
    which of the scenarios that change a path is in use."""

    def __init__(self, inputs: Inputs, axis: Axis, helper: Callable[[str], str]):
        self._inputs, self._plans, self._axis, self._helper = inputs, inputs.plans, axis, helper
        self.levels, self.seasons = Sheet(LEVELS, "inputs", axis), Sheet(SEASONS, "inputs")
        # Base's row of each path, which the rows of the scenarios that change it follow.
        self._level_rows: dict[str, int] = {}
        self._alone_rows: dict[str, int] = {}
        self._season_rows: dict[str, int] = {}
        self._used = range(NAME + 1 + 2 * len(MONTH_NAMES), NAME + 1 + 3 * len(MONTH_NAMES))
        if inputs.paths("level") or self._plans.with_alone:
            self._fill_levels()
        if self._plans.with_season:
            self._fill_seasons()

    @property
    def sheets(self) -> list[Sheet]:
        """Those of the sheets that hold anything."""
        return [sheet for sheet in (self.levels, self.seasons) if sheet.cells]

    def names(self, path: str) -> str:
        """Where the names of the scenarios stand that change a level by month."""
        first = self._level_rows[path] + 2
        last = first + len(self._plans.changed[path]) - 1
        return f"'{LEVELS}'!$C${first}:$C${last}"

    def level(self, path: str) -> str:
        """The month's level of a path by month, as a part of a template."""
        return self._by_month(path, self._level_rows[path])

    def held(self, path: str, level: str) -> str:
        """What a month holds, from its level: with its season, or what was set of it alone."""
        if path in self._season_rows:
            row = self._season_rows[path] + 1
            span = f"${letters(self._used[0])}${row}:${letters(self._used[-1])}${row}"
            level = f"{level}*INDEX({SEASONS}!{span},{reference('month_of_year')})"
        if path in self._alone_rows:
            alone = self._by_month(path, self._alone_rows[path])
            level = f'IF({alone}="",{level},{alone})'
        return level

    def _by_month(self, path: str, row: int) -> str:
        own, scenarios = f"'{LEVELS}'!{{c}}{row + 1}", self._plans.changed.get(path, ())
        if not scenarios:
            return own
        block = f"'{LEVELS}'!{{c}}${row + 2}:{{c}}${row + 1 + len(scenarios)}"
        helper = self._helper(path)
        return f"IF({helper}>0,INDEX({block},{helper}),{own})"

    def _rows(self, sheet: Sheet, row: int, path: str, what: str = "") -> Iterator[tuple[int, str]]:
        """Write the heads of the rows of base and of the scenarios; gives row and scenario."""
        plans, entry = self._plans, self._plans.base.entries[path]
        label = f"{entry.label}, {what}" if what else entry.label
        for at, name in enumerate(("base", *plans.changed.get(path, ())), row):
            if at == row:
                sheet.head(at, label, entry.shown_unit, path)
            else:
                sheet.head(at, plans.scenarios[name].scenario_title, entry.shown_unit, name,
                           "part")
                sheet.text(at, NAME, name, "key")
            yield at, name

    # Levels by month, and months that were set alone.

    def _fill_levels(self) -> None:
        sheet, plans, axis = self.levels, self._plans, self._axis
        sheet.write_heads(LEVELS, "Type into the yellow cells: a level holds from its month until "
                          "the next one that is typed. What is typed into a row of months set "
                          "alone replaces that month alone, and has no season. Rows below a line "
                          "are those of scenarios that change it.", opening="Typed wrongly")
        for col in axis.years:
            sheet.cells.pop((HEADS, col))
        row = FIRST_ROW - 1
        for path in plans.base.entries:
            if plans.forms[path] == "level":
                self._level_rows[path] = row
                for at, name in self._rows(sheet, row, path):
                    self._fill_level(at, name, path)
                row = at + 1
            if path in plans.with_alone:
                self._alone_rows[path] = row
                for at, name in self._rows(sheet, row, path, _SET_ALONE):
                    self._fill_alone(at, name, path)
                row = at + 1

    def _fill_level(self, row: int, scenario: str, path: str) -> None:
        """The level that a scenario types: months in which it changes, which the others follow."""
        sheet, values = self.levels, self._plans.input(scenario, path)
        unit, role = self._plans.base.entries[path].shown_unit, self._inputs.role(path)
        for at, (col, month, value) in enumerate(zip(
                self._axis.months, self._plans.calendar.labels, values.values, strict=True)):
            field = Field(scenario, path, month)
            if at in values.years.nodes:
                sheet.input(row, col, value, unit, field, role)
            else:
                sheet.filled(row, col, f"={cell(row, col - 1, fixed=False)}", value, unit, field,
                             "filled" if role == "input" else role)
        span = self._axis.span(row)
        self._fill_test(row, path, f"COUNT({span})=COLUMNS({span})")

    def _fill_alone(self, row: int, scenario: str, path: str) -> None:
        unit = self._plans.base.entries[path].shown_unit
        for col, month, value in zip(self._axis.months, self._plans.calendar.labels,
                                     self._plans.input(scenario, path).alone, strict=True):
            self.levels.input(row, col, value, unit, Field(scenario, path, f"{month}{ALONE}"),
                              self._inputs.role(path))
        span = self._axis.span(row)
        self._fill_test(row, path, f"COUNT({span})=COUNTA({span})", f"COUNT({span})=0,")

    def _fill_test(self, row: int, path: str, test: str, empty: str = "") -> None:
        """Whether a row is outside what its unit allows: 1 where it is, otherwise 0."""
        domain, span = UNITS[self._plans.base.entries[path].unit], self._axis.span(row)
        low, high = f"{domain.low:.15g}", f"{domain.high:.15g}"
        high = "timeline.largest" if domain.high >= LARGEST else high
        above = ">" if domain.above_low else ">="
        inside = f"AND(MIN({span}){above}{low},MAX({span})<={high})"
        inside = f"OR({empty[:-1]},{inside})" if empty else inside
        self.levels.formula(row, self._axis.opening, f"=IF(AND({test},{inside}),0,1)", 0, "number",
                            "note")
        self._inputs.faults.append(cell(row, self._axis.opening, LEVELS))

    # Seasons.

    def _fill_seasons(self) -> None:
        sheet, plans, size = self.seasons, self._plans, len(MONTH_NAMES)
        sheet.write_title(SEASONS, "Type weights into the yellow cells: a month's level is "
                          "multiplied by its weight over the mean of all twelve, so that a year's "
                          "mean stays. Rows below a line are those of scenarios that change it.")
        sheet.freeze = (HEADS + 1, NAME + 1)
        sheet.row_heads(HEADS, "Assumption", "Unit", "Path")
        typed = range(NAME + 1, NAME + 1 + size)
        shares = range(typed.stop, typed.stop + size)
        for columns, title in ((typed, "Typed"), (shares, "Over their mean"),
                               (self._used, "In use")):
            sheet.text(HEADS - 1, columns[0], title, "group")
            sheet.texts(HEADS, columns, MONTH_NAMES)
        sheet.text(HEADS, self._used.stop, "Typed wrongly", "head right")
        row = FIRST_ROW - 1
        for path in (path for path in plans.base.entries if path in plans.with_season):
            self._season_rows[path] = row
            for at, name in self._rows(sheet, row, path, "weights"):
                self._fill_season(at, name, path, typed, shares)
            scenarios = plans.changed.get(path, ())
            used = over_mean(plans.input(plans.chosen, path).season)
            for share, col, value in zip(shares, self._used, used, strict=True):
                own, helper = f"{letters(share)}{row + 1}", self._helper(path)
                block = f"{letters(share)}${row + 2}:{letters(share)}${row + 1 + len(scenarios)}"
                text = f"IF({helper}>0,INDEX({block},{helper}),{own})" if scenarios else own
                sheet.formula(row, col, f"={text}", value, "factor")
            row = at + 1

    def _fill_season(self, row: int, scenario: str, path: str, typed: range,
                     shares: range) -> None:
        sheet, season = self.seasons, self._plans.input(scenario, path).season
        span = f"${letters(typed[0])}{row + 1}:${letters(typed[-1])}{row + 1}"
        for month, (col, share, weight, value) in enumerate(zip(
                typed, shares, season, over_mean(season).tolist(), strict=True), 1):
            sheet.input(row, col, weight, "factor", Field(scenario, path, f"{SEASON}{month}"),
                        self._inputs.role(path))
            sheet.formula(row, share, f"={letters(col)}{row + 1}/(SUM({span})/"
                          f"{reference('months_per_year')})", value, "factor")
        sheet.formula(row, self._used.stop, f"=IF(AND(COUNT({span})=COLUMNS({span}),"
                      f"MIN({span})>=0,SUM({span})>0),0,1)", 0, "number", "note")
        self._inputs.faults.append(cell(row, self._used.stop, SEASONS))
