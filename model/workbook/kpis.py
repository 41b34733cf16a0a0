"""The KPIs by year and month, as the text `kpis` says them, and the scoreboard: each against its
target, and the break-evens."""

from __future__ import annotations

import math

from model.analysis.breakeven import NAMES, breakeven
from model.analysis.kpis import judged
from model.companies.glossary import glossary
from model.companies.profiles import Goal, profile
from model.engine.cells import formula
from model.engine.nodes import Ref
from model.views.formats import format_month
from model.workbook.addresses import Place, by_period, undefined
from model.workbook.cells import (
    FIRST_ROW,
    HEADS,
    LABEL,
    NAME,
    NOTE,
    TITLE,
    UNIT,
    Axis,
    Sheet,
    letters,
    over_time,
    without_opening,
)
from model.workbook.customers import Customers
from model.workbook.workings import TIMELINE, Workings

SHEET, BY_MONTH = "KPIs", "KPIs by month"
NEVER = "never"
_BREAKEVENS = {
    "first": "First break-even: EBITDA at or above zero",
    "operating": "Operating break-even: so many months in a row",
    "cumulative": "Cumulative break-even: what was put in is back",
    "earned_back": "Losses earned back: EBITDA since the start at or above zero",
}


class KpisByMonth:
    """The sheet over time: a row has one formula along years and months."""

    def __init__(self, workings: Workings, customers: Customers):
        self.workings, self.customers = workings, customers
        self.texts, axis = workings.texts, workings.axis
        self.sheet = Sheet(BY_MONTH, "workings", axis)
        self.places: list[Place] = []
        self._rows: dict[str, int] = {}
        goals = profile(workings.projection.assumptions.company).kpis
        over_time(self.sheet, "KPIs by year and month", "A row has one formula along years and "
                  f"months. Sheet {SHEET} holds them against their targets.")
        row = FIRST_ROW - 1
        for title, names in (("KPIs", [name for name in goals if name in self.texts.kpis]),
                             ("What they are made of", [name for name in self.texts.kpis
                                                        if name not in goals])):
            self.sheet.text(row, LABEL, title, "section")
            self._rows |= {name: at for at, name in enumerate(names, row + 1)}
            row += len(names) + 2
        unsure = undefined(self.texts, self.texts.kpis.values())
        for name, row in self._rows.items():
            goal = goals.get(name)
            label, unit = ((goal.label, goal.unit) if goal else
                           (glossary().label(name, "kpi"), glossary().term(name, "kpi").unit))
            self.sheet.head(row, f"{label[:1].upper()}{label[1:]}", unit, name)
            template = formula(self.texts.kpis[name].node, self._reference, unsure)
            for place in by_period("kpi", name, unit, self.sheet, row):
                self.places.append(place)
                self.sheet.across(row, place.columns, template, place.figures(workings.found),
                                  unit)
        without_opening(self.sheet)

    def at(self, name: str) -> str:
        """A KPI's cell in the same column, as another sheet names it."""
        return f"'{BY_MONTH}'!{{c}}{self._rows[name] + 1}"

    def _reference(self, ref: Ref) -> str:
        if ref.kind == "kpi":
            return f"{{c}}{self._rows[ref.name] + 1}"
        if ref.kind in ("customer", "life"):
            return self.customers.reference(ref, BY_MONTH)
        return self.workings.reference(ref, BY_MONTH)


class Kpis:
    """The scoreboard; `breakevens` are the rows of the break-evens."""

    def __init__(self, workings: Workings, by_month: KpisByMonth, axis: Axis):
        self.workings, self.by_month, self.axis = workings, by_month, axis
        self.projection, self.found = workings.projection, workings.found
        self.profile = profile(self.projection.assumptions.company)
        self.sheet = Sheet(SHEET, "results", widths={LABEL: 50})
        self.breakevens: dict[str, int] = {}
        row = self._breakeven(HEADS)
        self._kpis(row + 3)

    # Break-evens.

    def _breakeven(self, row: int) -> int:
        sheet, axis, col = self.sheet, self.axis, NAME + 1
        sheet.text(TITLE, LABEL, "KPIs and break-even", "title")
        sheet.text(NOTE, LABEL, "All of it recalculates with the model. Targets are those of the "
                   "sources; nothing here changes the plan.", "note")
        sheet.text(row, LABEL, "Break-even", "section")
        found = breakeven(self.projection)
        heads = f"{TIMELINE}!{axis.span(HEADS, fixed=True)}"
        for name in NAMES:
            row += 1
            last = self.workings.last(f"breakeven_{name}")
            sheet.head(row, _BREAKEVENS[name], "month", f"breakeven_{name}")
            month = getattr(found, name)
            sheet.formula(row, col, f'=IF({last}<1,"{NEVER}",INDEX({heads},{last}))',
                          format_month(month) if month else NEVER, "", "result")
            self.breakevens[name] = row
        sheet.head(row + 1, "Lowest month-end cash, without what is held for others", "USD",
                   "trough_cash")
        last = self.workings.last("trough_cash")
        sheet.formula(row + 1, col, f"={last}", found.trough_cash, "USD", "result")
        sheet.head(row + 2, "Month of the lowest cash", "month", "trough_month")
        sheet.formula(row + 2, col, f"=INDEX({heads},{self.workings.last('trough_month')})",
                      format_month(found.trough_month), "", "result")
        sheet.head(row + 3, "Later months with EBITDA below zero again", "months", "relapses")
        ebitda, month = self.workings.span("ebitda"), axis.span(5, TIMELINE, fixed=True)
        last = self.workings.last("breakeven_first")
        sheet.formula(row + 3, col, f"=IF({last}<1,0,SUMPRODUCT(({ebitda}<-timeline.tolerance)"
                      f"*({month}>{last})))", found.relapses, "number", "result")
        sheet.head(row + 4, "First month-end with cash below zero", "month", "out_of_cash")
        last = self.workings.last("out_of_cash")
        sheet.formula(row + 4, col, f'=IF({last}<1,"{NEVER}",INDEX({heads},{last}))',
                      format_month(found.out_of_cash) if found.out_of_cash else NEVER, "",
                      "result")
        self.breakevens |= {"trough_cash": row + 1, "trough_month": row + 2, "relapses": row + 3,
                            "out_of_cash": row + 4}
        return row + 4

    # KPIs.

    def _kpis(self, row: int) -> None:
        sheet, years = self.sheet, self.axis.calendar.years
        first = self.axis.first_year
        for col, head in ((LABEL, "KPI"), (UNIT, "Unit"), (NAME, "Name")):
            sheet.text(row, col, head, "head")
        self.columns = {kind: range(first + at * len(years), first + (at + 1) * len(years))
                        for at, kind in enumerate(("value", "target", "status"))}
        for kind, title in (("value", "Value"), ("target", "Target"), ("status", "Status")):
            sheet.text(row - 1, self.columns[kind][0], title, "group")
            for col, year in zip(self.columns[kind], years, strict=True):
                sheet.text(row, col, year, "head right")
        after = self.columns["status"].stop
        sheet.widths |= {**dict.fromkeys(self.columns["value"], 11), after: 10}
        sheet.text(row, after, "Wanted", "head apart")
        sheet.text(row, after + 1, "On watch to", "head right")
        sheet.text(row, after + 2, "Definition", "head")
        sheet.freeze = (row + 1, NAME + 1)
        for name, goal in self.profile.kpis.items():
            row += 1
            self._kpi(row, name, goal, after)

    def _kpi(self, row: int, name: str, goal: Goal, after: int) -> None:
        sheet = self.sheet
        sheet.head(row, goal.label, goal.unit, name)
        wanted = {"at_least": "at least", "at_most": "at most"}.get(goal.test or "", goal.test)
        sheet.text(row, after, wanted or "", "note apart")
        if goal.watch is not None:
            sheet.number(row, after + 1, goal.watch, goal.unit, "fixed")
        sheet.text(row, after + 2, goal.definition, "note")
        if name not in self.found.texts.kpis:
            # What only a running company can know has no value in any plan.
            sheet.text(row, self.axis.first_year, judged(name, goal, None, math.nan).reason, "note")
            return
        values = self.found.kpi(name)[0]
        # The years stand in the same columns here and there.
        sheet.across(row, self.columns["value"], f"={self.by_month.at(name)}", values, goal.unit)
        moving = goal.moving
        targets = ([goal.target_in(year) for year in self.axis.calendar.years] if not moving
                   else self.found.kpi(moving)[0])
        for at, target in enumerate(targets):
            if target is not None:
                self._judge(row, at, name, goal, moving, target, values[at])

    def _judge(self, row: int, at: int, name: str, goal: Goal, moving: str | None, target: float,
               value: float) -> None:
        column = {kind: columns[at] for kind, columns in self.columns.items()}
        found = judged(name, goal, target, value)
        if moving:
            text = self.by_month.at(moving).format(c=letters(self.axis.years[at]))
            self.sheet.formula(row, column["target"], f"={text}", target, goal.unit)
        else:
            self.sheet.number(row, column["target"], target, goal.unit, "fixed")
        v, t = (f"{letters(column[kind])}{row + 1}" for kind in ("value", "target"))
        missed = '"missed"'
        if goal.watch is not None:
            watch = f"${letters(self.columns['status'].stop + 1)}{row + 1}"
            beyond = _met(v, watch, "at_least" if goal.test in ("above", "at_least")
                          else "at_most")
            missed = f'IF({beyond},"watch","missed")'
        self.sheet.formula(row, column["status"], f'=IF(ISNUMBER({v}),IF({_met(v, t, goal.test)},'
                           f'"met",{missed}),"undefined")', found.status, "", "status")


def _met(value: str, target: str, test: str | None) -> str:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    near = f"ABS({value}-{target})<=timeline.share_tolerance*MAX(1,ABS({target}))"
    return {
        "at_least": f"OR({near},{value}>{target})",
        "at_most": f"OR({near},{value}<{target})",
        "above": f"AND(NOT({near}),{value}>{target})",
        "below": f"AND(NOT({near}),{value}<{target})",
    }[test or "at_least"]
