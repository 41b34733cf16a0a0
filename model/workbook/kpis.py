"""The KPIs by year and month, from the text `kpis`, and the scoreboard with the break-evens."""

from __future__ import annotations

from model.analysis.breakeven import LINES, breakeven
from model.analysis.kpis import NOT_JUDGED, Kpi, kpis
from model.companies.profiles import TESTS, profile
from model.engine.cells import formula
from model.engine.nodes import Ref
from model.views.formats import format_month
from model.workbook.cells import FIRST_ROW, HEADS, LABEL, NAME, Sheet, letters
from model.workbook.customers import Customers
from model.workbook.timeline import TIMELINE
from model.workbook.workings import Workings, by_period, undefined

SHEET, BY_MONTH = "KPIs", "KPIs by month"
NEVER = "never"
_LABELS = {
    "first": "First break-even: EBITDA at or above zero",
    "operating": "Operating break-even: so many months in a row",
    "cumulative": "Cumulative break-even: what was put in is back",
    "earned_back": "Losses earned back: EBITDA since the start at or above zero",
    "trough_cash": "Lowest month-end cash, without what is held for others",
    "out_of_cash": "First month-end with cash below zero",
}


class KpisByMonth:
    """The sheet by year and month: a row has one formula along both."""

    def __init__(self, workings: Workings, customers: Customers):
        self.workings, self.customers, terms = workings, customers, workings.terms
        self.texts, axis = workings.texts, workings.axis
        self.sheet = Sheet(BY_MONTH, "workings", axis)
        self._rows: dict[str, int] = {}
        goals = profile(workings.projection.company).kpis
        self.sheet.write_heads("KPIs by year and month", "A row has one formula along years and "
                               f"months. Sheet {SHEET} holds them against their targets.")
        row = FIRST_ROW - 1
        for title, names in (("KPIs", [name for name in goals if name in self.texts.kpis]),
                             ("What they are made of", [name for name in self.texts.kpis
                                                        if name not in goals])):
            self.sheet.text(row, LABEL, title, "section")
            self._rows |= {name: at for at, name in enumerate(names, row + 1)}
            row += len(names) + 2
        unsure = undefined(self.workings.terms, self.texts, self.texts.kpis.values())
        for name, row in self._rows.items():
            goal = goals.get(name)
            label, unit = ((goal.label, goal.unit) if goal else
                           (terms.label(name, "kpi"), terms.term(name, "kpi").unit))
            self.sheet.head(row, f"{label[:1].upper()}{label[1:]}", unit, name)
            template = formula(self.texts.kpis[name].node, self._reference, unsure)
            for place in by_period("kpi", name, unit, self.sheet, row):
                workings.fill(self.sheet, place, template)
        self.sheet.narrow_opening()

    def at(self, name: str) -> str:
        """The cell of a KPI in the same column, as another sheet writes it."""
        return f"'{BY_MONTH}'!{{c}}{self._rows[name] + 1}"

    def _reference(self, ref: Ref) -> str:
        if ref.kind == "kpi":
            return f"{{c}}{self._rows[ref.name] + 1}"
        if ref.kind in ("customer", "life"):
            return self.customers.reference(ref, BY_MONTH)
        return self.workings.reference(ref, BY_MONTH)


class Kpis:
    """The scoreboard; `breakevens` are the rows of the break-evens by name."""

    def __init__(self, workings: Workings, by_month: KpisByMonth):
        self.workings, self.by_month = workings, by_month
        axis = self.axis = workings.axis
        self.projection, self.figures = workings.projection, workings.figures
        self.sheet = Sheet(SHEET, "results", widths={LABEL: 50})
        self.breakevens: dict[str, int] = {}
        # Value, target and status have a column a year; what is wanted stands after them.
        count, first = len(axis.years), axis.first_year
        self.columns = {kind: range(first + at * count, first + (at + 1) * count)
                        for at, kind in enumerate(("value", "target", "status"))}
        self._after = self.columns["status"].stop
        row = self._fill_breakevens(HEADS)
        self._fill_kpis(row + 3)

    # Break-evens.

    def _fill_breakevens(self, row: int) -> int:
        """The break-evens and the trough. Returns their last row."""
        sheet, breakevens = self.sheet, breakeven(self.projection)
        published = profile(self.projection.company).published
        targets = "Targets are those of the sources; nothing" if published else "Nothing"
        sheet.write_title("KPIs and break-even", "All of it recalculates with the model. "
                          f"{targets} here changes the plan.")
        sheet.text(row, LABEL, "Break-even", "section")
        heads = f"{TIMELINE}!{self.axis.span(HEADS, fixed=True)}"
        for name, line in LINES.items():
            row += 1
            self.breakevens[name] = row
            value, last, unit = getattr(breakevens, name), self.workings.last(line), "month"
            text, style = f"={last}", ""
            if isinstance(value, str | None):
                # Cash is lowest in some month; a break-even may be never.
                text = f"INDEX({heads},{last})"
                text = f"={text}" if name == "trough_month" else f'=IF({last}<1,"{NEVER}",{text})'
                value = format_month(value) if value else NEVER
            else:
                unit = self.workings.terms.term(line).unit
                style = unit if unit == "USD" else "number"
            sheet.head(row, _LABELS.get(name) or self.workings.terms.label(line), unit, line)
            sheet.formula(row, self.axis.first_year, text, value, style, "result")
        return row

    # KPIs.

    def _fill_kpis(self, row: int) -> None:
        sheet, after, years = self.sheet, self._after, self.axis.calendar.named_years
        sheet.row_heads(row, "KPI", "Unit", "Name")
        for kind, columns in self.columns.items():
            sheet.text(row - 1, columns[0], kind.capitalize(), "group")
            sheet.texts(row, columns, years)
        sheet.widths |= {**dict.fromkeys(self.columns["value"], 11), after: 10}
        sheet.text(row, after, "Wanted", "head apart")
        sheet.text(row, after + 1, "On watch to", "head right")
        sheet.text(row, after + 2, "Definition", "head")
        sheet.freeze = (row + 1, NAME + 1)
        for at, by_year in enumerate(kpis(self.projection).values(), row + 1):
            self._fill_kpi(at, list(by_year.values()))

    def _fill_kpi(self, row: int, kpis: list[Kpi]) -> None:
        sheet, after, name, goal = self.sheet, self._after, kpis[0].name, kpis[0].goal
        sheet.head(row, goal.label, goal.unit, name)
        sheet.text(row, after, (goal.test or "").replace("_", " "), "note apart")
        if goal.watch is not None:
            sheet.number(row, after + 1, goal.watch, goal.unit, "fixed")
        sheet.text(row, after + 2, goal.definition, "note")
        if not goal.modeled:
            # What only a running company can know has no value in any plan.
            sheet.text(row, self.axis.first_year, kpis[0].reason, "note")
            return
        # The years stand in the same columns here and there.
        sheet.across(row, self.columns["value"], f"={self.by_month.at(name)}",
                     self.figures.kpi(name)[0], goal.unit)
        for at, kpi in enumerate(kpis):
            if kpi.target is not None:
                self._fill_state(row, at, kpi)
            elif kpi.status == NOT_JUDGED and goal.test:
                sheet.text(row, self.columns["status"][at], NOT_JUDGED, "note")

    def _fill_state(self, row: int, at: int, kpi: Kpi) -> None:
        """The target and the state of a KPI in the year at a position."""
        column, goal = {kind: columns[at] for kind, columns in self.columns.items()}, kpi.goal
        if goal.moving:
            text = self.by_month.at(goal.moving).format(c=letters(self.axis.years[at]))
            self.sheet.formula(row, column["target"], f"={text}", kpi.target, goal.unit)
        else:
            self.sheet.number(row, column["target"], kpi.target, goal.unit, "fixed")
        value, target = (f"{letters(column[kind])}{row + 1}" for kind in ("value", "target"))
        text = '"missed"'
        for state, bound, test in reversed(goal.states(target, f"${letters(self._after + 1)}"
                                                               f"{row + 1}")):
            text = f'IF({_passes(value, bound, test)},"{state}",{text})'
        self.sheet.formula(row, column["status"], f'=IF(ISNUMBER({value}),{text},"undefined")',
                           kpi.status, "", "status")


def _passes(value: str, target: str, test: str) -> str:
    """The condition in cells that `analysis.kpis.met` is in numbers."""
    criterion = TESTS[test]
    near = f"ABS({value}-{target})<=timeline.share_tolerance*MAX(1,ABS({target}))"
    beyond = f"{value}{'>' if criterion.above else '<'}{target}"
    return f"OR({near},{beyond})" if criterion.bound else f"AND(NOT({near}),{beyond})"
