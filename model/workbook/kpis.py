"""KPIs by year with their targets, and the break-evens: the formulas of `analysis.kpi_values` in
cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from model.analysis import kpi_values
from model.analysis.breakeven import NAMES, breakeven
from model.analysis.kpis import TOLERANCE, judged
from model.analysis.ratios import annual_sum, rolling_sum
from model.companies.glossary import glossary
from model.companies.profiles import Goal, profile
from model.views.formats import format_month
from model.workbook.economics import UnitEconomics
from model.workbook.layout import (
    HEADS,
    LABEL,
    NAME,
    NOTE,
    TITLE,
    UNDEFINED,
    UNIT,
    Axis,
    Sheet,
    cell,
    letters,
)
from model.workbook.monthly import MONTHLY
from model.workbook.workings import TIMELINE, Workings

SHEET = "KPIs"
NEVER = "never"
# Assumptions that no month reads, but a KPI does.
READ = ("funding.contingency_months",)
_BREAKEVENS = {
    "first": "First break-even: EBITDA at or above zero",
    "operating": "Operating break-even: so many months in a row",
    "cumulative": "Cumulative break-even: what was put in is back",
    "earned_back": "Losses earned back: EBITDA since the start at or above zero",
}
_MONTH = f"{TIMELINE}!{{c}}$6"
_PER_YEAR = "timeline.months_per_year"


class Kpis:
    """The sheet. `rows` are the rows of KPIs by name; `breakevens` those of the break-evens."""

    def __init__(self, workings: Workings, economics: UnitEconomics, axis: Axis):
        self.workings, self.economics, self.axis = workings, economics, axis
        self.projection = workings.projection
        self.profile = profile(self.projection.assumptions.company)
        self.sheet = Sheet(SHEET, "results", widths={LABEL: 50})
        self.rows: dict[str, int] = {}
        self.breakevens: dict[str, int] = {}
        self.names = {}
        self._steps: dict[str, int] = {}
        row = self._breakeven(HEADS)
        self._kpis(row + 2)

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
            last = self.last(f"breakeven_{name}")
            sheet.head(row, _BREAKEVENS[name], "month", f"breakeven_{name}")
            month = getattr(found, name)
            sheet.formula(row, col, f'=IF({last}<1,"{NEVER}",INDEX({heads},{last}))',
                          format_month(month) if month else NEVER, "", "result")
            self.breakevens[name] = row
        sheet.head(row + 1, "Lowest month-end cash, without what is held for others", "USD",
                   "trough_cash")
        sheet.formula(row + 1, col, f"={self.last('trough_cash')}", found.trough_cash, "USD",
                      "result")
        sheet.head(row + 2, "Month of the lowest cash", "month", "trough_month")
        sheet.formula(row + 2, col, f"=INDEX({heads},{self.last('trough_month')})",
                      format_month(found.trough_month), "", "result")
        sheet.head(row + 3, "Later months with EBITDA below zero again", "months", "relapses")
        ebitda, month = self.workings.span("ebitda"), axis.span(5, TIMELINE, fixed=True)
        last = self.last("breakeven_first")
        sheet.formula(row + 3, col, f"=IF({last}<1,0,SUMPRODUCT(({ebitda}<-timeline.tolerance)"
                      f"*({month}>{last})))", found.relapses, "number", "result")
        sheet.head(row + 4, "First month-end with cash below zero", "month", "out_of_cash")
        last = self.last("out_of_cash")
        sheet.formula(row + 4, col, f'=IF({last}<1,"{NEVER}",INDEX({heads},{last}))',
                      format_month(found.out_of_cash) if found.out_of_cash else NEVER, "",
                      "result")
        self.breakevens |= {"trough_cash": row + 1, "trough_month": row + 2, "relapses": row + 3,
                            "out_of_cash": row + 4}
        return row + 4

    def last(self, line: str) -> str:
        """A line in the last month."""
        title, row = self.workings.rows[line]
        return cell(row, self.axis.last_month, title)

    # KPIs.

    def _kpis(self, row: int) -> None:
        sheet, years = self.sheet, self.axis.calendar.years
        first = self.axis.first_year
        sheet.text(row, LABEL, "Two values count as equal within this share", "label")
        sheet.number(row, first, TOLERANCE, "small")
        self.names["kpi.tolerance"] = cell(row, first, SHEET)
        row += 1
        sheet.text(row, LABEL, "Months in a quarter", "label")
        sheet.number(row, first, kpi_values.QUARTER, "number")
        self.names["kpi.quarter"] = cell(row, first, SHEET)
        row += 2
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
        self._next_step = row + len(self.profile.kpis) + 3
        sheet.text(self._next_step - 1, LABEL, "What they are worked out from", "section")
        for name, goal in self.profile.kpis.items():
            row += 1
            self.rows[name] = row
            self._kpi(row, name, goal, after)

    def _kpi(self, row: int, name: str, goal: Goal, after: int) -> None:
        sheet = self.sheet
        sheet.head(row, goal.label, goal.unit, name)
        wanted = {"at_least": "at least", "at_most": "at most"}.get(goal.test or "", goal.test)
        sheet.text(row, after, wanted or "", "note apart")
        if goal.watch is not None:
            sheet.number(row, after + 1, goal.watch, goal.unit, "fixed")
        sheet.text(row, after + 2, goal.definition, "note")
        if name in kpi_values.NOT_MODELED:
            sheet.text(row, self.axis.first_year, kpi_values.NEEDS_ACTUALS, "note")
            return
        values = kpi_values.by_year(self.projection, name)[0]
        sheet.across(row, self.columns["value"], f"={self._formula(name)}", values, goal.unit)
        targets = [goal.target_in(year) for year in self.axis.calendar.years]
        if goal.moving:
            targets = kpi_values.MOVING[goal.moving](self.projection)[0, 11::12]
        for at, target in enumerate(targets):
            self._judge(row, at, name, goal, target, values[at])

    def _judge(self, row: int, at: int, name: str, goal: Goal, target: float | None,
               value: float) -> None:
        column = {kind: columns[at] for kind, columns in self.columns.items()}
        if target is None:
            return
        found = judged(name, goal, target, value)
        if goal.moving:
            letter = letters(self.axis.years[at])
            self.sheet.formula(row, column["target"],
                               f"={_MOVING[goal.moving](self).format(c=letter)}",
                               target, goal.unit)
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

    def _left(self) -> str:
        """Months left to the first break-even, or to the end of the plan, and the contingency."""
        last = self.last("breakeven_first")
        months = cell(5, self.axis.last_month, TIMELINE)
        return f"MAX(IF({last}<1,{months},{last})-{_MONTH},0)+funding.contingency_months"

    def _typed(self, path: str) -> str:
        """What is typed for an assumption, in December."""
        assumed = self.workings.assumed
        if path in assumed.inputs.names:
            return path
        span = self.axis.span(assumed.month_row(path), MONTHLY, fixed=True)
        return f"INDEX({span},{_MONTH})"

    def _formula(self, name: str) -> str:
        """A KPI's formula, without the equals sign."""
        measure = kpi_values.MEASURES[name]
        if measure.of:
            return self._ratio(*map(self._at, measure.of))
        return _FORMULAS[name](self)

    def _at(self, line: str) -> str:
        """A line's year, in the same column of its own sheet."""
        return self.workings.at(line, SHEET)

    def _ratio(self, over: str, under: str) -> str:
        return f'IF({under}=0,"{UNDEFINED}",{over}/{under})'

    def _sum(self, span: str) -> str:
        return (f"SUMIF({self.axis.span(6, TIMELINE, fixed=True)},{TIMELINE}!{{c}}$7,"
                f"{span})")

    def _step(self, name: str, label: str, unit: str, template: str, values: np.ndarray) -> str:
        """A row of its own below the KPIs, written once; returns its cell in the same column.
        `values` are (scenario, year)."""
        if name not in self._steps:
            row = self._steps[name] = self._next_step
            self._next_step += 1
            self.sheet.head(row, label, unit, name)
            self.sheet.across(row, self.columns["value"], f"={template}", values[0], unit)
        return f"{{c}}{self._steps[name] + 1}"

    def _quarter(self, name: str, label: str, span: str, months: np.ndarray, back: int = 0) -> str:
        """Three months added up: those to December, or those of the quarter `back` before."""
        last = _MONTH + "-kpi.quarter" * back
        number = self.axis.span(5, TIMELINE, fixed=True)
        sums = rolling_sum(months, kpi_values.QUARTER)
        if back:
            sums = kpi_values.before(sums, back * kpi_values.QUARTER)
        return self._step(
            f"{name}_quarter" + "_before" * back,
            f"{label}, " + ("the quarter before" if back else "last quarter of the year"), "USD",
            f'SUMIFS({span},{number},">"&({last}-kpi.quarter),{number},"<="&({last}))',
            _decembers(sums))

    def _of_all_months(self, name: str, label: str, unit: str, span: str, months: np.ndarray,
                       ) -> str:
        return self._step(name, f"{label}, months added up", unit, self._sum(span),
                          annual_sum(months))

    def _churn(self, side: str) -> str:
        title, row = self.workings.rows[f"active_{side}"]
        before = (f"{self.axis.span(row, title, opening=True, fixed=True)}"
                  ).replace(f"${letters(self.axis.last_month)}$",
                            f"${letters(self.axis.last_month - 1)}$")
        there = self._of_all_months(
            f"{side}_when_the_month_began",
            f"{glossary().label(f'active_{side}')} when the month began",
            glossary().term(f"active_{side}").unit, before,
            kpi_values.before(self.projection[f"active_{side}"], 1))
        return self._ratio(self._at(f"churned_{side}"), there)

    def _about(self, name: str) -> str:
        """The result behind a KPI: of the segment that it is about, or of all."""
        segment = self.profile.kpis[name].segment
        return f"{name}.{segment}" if segment else name

    def _orders(self) -> str:
        line = "active_mentees.career_changers"
        there = self._of_all_months("career_changer_months", glossary().label(line),
                                    glossary().term(line).unit, self.workings.span(line),
                                    self.projection[line])
        return self._ratio(self._at("orders.career_changers"), there)

    def _to_breakeven(self, name: str) -> str:
        last = self.last(f"breakeven_{name}")
        return f'IF({last}<1,"{UNDEFINED}",{last})'

    def _runway(self) -> str:
        line = "free_cash_flow"
        flow = self._quarter(line, glossary().label(line), self.workings.span(line),
                             self.projection[line])
        sums = rolling_sum(self.projection[line], kpi_values.QUARTER)
        burn = self._step("burn_a_month", "Burn a month, last quarter of the year", "USD",
                          f"-{flow}/kpi.quarter", _decembers(-sums / kpi_values.QUARTER))
        return (f'IF({burn}>timeline.tolerance,MAX({self._at("unrestricted_cash")},0)/{burn},'
                f'"{UNDEFINED}")')

    def _burn_multiple(self) -> str:
        span = self.economics.months("recurring", opening=True)
        annual = kpi_values.YEAR * kpi_values.recurring(self.projection)
        rise = self._step(
            "recurring_rise", "Rise of recurring revenue over the year, a year's worth", "USD",
            f"{_PER_YEAR}*(INDEX({span},{_MONTH}+1)-INDEX({span},{_MONTH}-{_PER_YEAR}+1))",
            _decembers(annual - kpi_values.before(annual, kpi_values.YEAR)))
        burn = self._step("burn", "Burn of the year", "USD", f"-{self._at('free_cash_flow')}",
                          -self.projection.by_year("free_cash_flow"))
        return (f"IF(AND({burn}>timeline.tolerance,{rise}>timeline.tolerance),{burn}/{rise},"
                f'"{UNDEFINED}")')

    def _rule_of_40(self) -> str:
        revenue, ebitda = self._at("revenue"), self._at("ebitda")
        before = revenue.replace("{c}", "{p}")
        return (f'IF({_MONTH}<={_PER_YEAR},"{UNDEFINED}",IF(OR({before}=0,{revenue}=0),'
                f'"{UNDEFINED}",{revenue}/{before}-1+{ebitda}/{revenue}))')

    def _magic_number(self) -> str:
        recurring = ("recurring", "Recurring revenue", self.economics.months("recurring"),
                     kpi_values.recurring(self.projection))
        now, before = self._quarter(*recurring), self._quarter(*recurring, back=1)
        spent = self._quarter("marketing", glossary().label("marketing"),
                              self.workings.span("marketing"), self.projection["marketing"],
                              back=1)
        return (f'IF({spent}=0,"{UNDEFINED}",{_PER_YEAR}/kpi.quarter*({now}-{before})/{spent})')


def _decembers(months: np.ndarray) -> np.ndarray:
    return months[:, kpi_values.YEAR - 1::kpi_values.YEAR]


def _met(value: str, target: str, test: str | None) -> str:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    near = f"ABS({value}-{target})<=kpi.tolerance*MAX(1,ABS({target}))"
    return {
        "at_least": f"OR({near},{value}>{target})",
        "at_most": f"OR({near},{value}<{target})",
        "above": f"AND(NOT({near}),{value}>{target})",
        "below": f"AND(NOT({near}),{value}<{target})",
    }[test or "at_least"]


# By the names that profiles give them, as in `kpi_values.MOVING`.
_MOVING: dict[str, Callable[[Kpis], str]] = {
    "months left to the first break-even and contingency": Kpis._left,
    "hourly rate of Managed Service": lambda k: k._typed(kpi_values.MANAGED_RATE),
}
_FORMULAS: dict[str, Callable[[Kpis], str]] = {
    "blended_cac": lambda k: k._ratio(
        k._at("marketing"), f"({k._at('new_mentees')}+{k._at('new_mentors')})"),
    "ltv": lambda k: k.economics.at(k._about("ltv")),
    "ltv_to_cac": lambda k: k.economics.at(k._about("ltv_to_cac")),
    "ltv_all": lambda k: k.economics.at("ltv"),
    "ltv_to_cac_all": lambda k: k.economics.at("ltv_to_cac"),
    "cac_payback": lambda k: k.economics.at("cac_payback"),
    "orders_per_career_changer": Kpis._orders,
    "mentee_churn": lambda k: k._churn("mentees"),
    "mentor_churn": lambda k: k._churn("mentors"),
    "customer_churn": lambda k: k._churn("customers"),
    "months_to_breakeven": lambda k: k._to_breakeven("first"),
    "months_to_earn_back": lambda k: k._to_breakeven("earned_back"),
    "runway": Kpis._runway,
    "burn_multiple": Kpis._burn_multiple,
    "rule_of_40": Kpis._rule_of_40,
    "magic_number": Kpis._magic_number,
}

