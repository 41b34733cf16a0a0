"""KPIs by year with their targets, and the break-evens: the formulas of `analysis.kpi_values` in
cells."""

from __future__ import annotations

from collections.abc import Callable

from model.analysis import kpi_values
from model.analysis.breakeven import NAMES, breakeven
from model.analysis.kpis import TOLERANCE, judged
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
from model.workbook.workings import TIMELINE, Workings

SHEET = "KPIs"
NEVER = "never"
_BREAKEVENS = {
    "first": "First break-even: EBITDA at or above zero",
    "operating": "Operating break-even: so many months in a row",
    "cumulative": "Cumulative break-even: what was put in is back",
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
            last = self._last(f"breakeven_{name}")
            sheet.head(row, _BREAKEVENS[name], "month", f"breakeven_{name}")
            month = getattr(found, name)
            sheet.formula(row, col, f'=IF({last}<1,"{NEVER}",INDEX({heads},{last}))',
                          format_month(month) if month else NEVER, "", "result")
            self.breakevens[name] = row
        sheet.head(row + 1, "Lowest month-end cash, without what is held for others", "USD",
                   "trough_cash")
        sheet.formula(row + 1, col, f"={self._last('trough_cash')}", found.trough_cash, "USD",
                      "result")
        sheet.head(row + 2, "Month of the lowest cash", "month", "trough_month")
        sheet.formula(row + 2, col, f"=INDEX({heads},{self._last('trough_month')})",
                      format_month(found.trough_month), "", "result")
        sheet.head(row + 3, "Later months with EBITDA below zero again", "months", "relapses")
        ebitda, month = self.workings.span("ebitda"), axis.span(5, TIMELINE, fixed=True)
        last = self._last("breakeven_first")
        sheet.formula(row + 3, col, f"=IF({last}<1,0,SUMPRODUCT(({ebitda}<-timeline.tolerance)"
                      f"*({month}>{last})))", found.relapses, "number", "result")
        self.breakevens |= {"trough_cash": row + 1, "trough_month": row + 2, "relapses": row + 3}
        return row + 3

    def _last(self, line: str) -> str:
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
        sheet.widths[after] = 10
        sheet.text(row, after, "Wanted", "head apart")
        sheet.text(row, after + 1, "Definition", "head")
        sheet.freeze = (row + 1, NAME + 1)
        for name, goal in self.profile.kpis.items():
            row += 1
            self.rows[name] = row
            self._kpi(row, name, goal, after)

    def _kpi(self, row: int, name: str, goal: Goal, after: int) -> None:
        sheet = self.sheet
        sheet.head(row, goal.label, goal.unit, name)
        wanted = {"at_least": "at least", "at_most": "at most"}.get(goal.test or "", goal.test)
        sheet.text(row, after, wanted or "", "note apart")
        sheet.text(row, after + 1, goal.definition, "note")
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
            self.sheet.formula(row, column["target"], f"={self._left().format(c=letter)}",
                               target, goal.unit)
        else:
            self.sheet.number(row, column["target"], target, goal.unit, "fixed")
        v, t = (f"{letters(column[kind])}{row + 1}" for kind in ("value", "target"))
        missed = '"missed"'
        if goal.watch is not None:
            beyond = _met(v, f"{goal.watch:.15g}", "at_least" if goal.test in ("above", "at_least")
                          else "at_most")
            missed = f'IF({beyond},"watch","missed")'
        self.sheet.formula(row, column["status"], f'=IF(ISNUMBER({v}),IF({_met(v, t, goal.test)},'
                           f'"met",{missed}),"undefined")', found.status, "", "status")

    def _left(self) -> str:
        """Months left to break-even, or to the end of the plan, and the contingency."""
        last = self._last("breakeven_first")
        months = cell(5, self.axis.last_month, TIMELINE)
        return f"MAX(IF({last}<1,{months},{last})-{_MONTH},0)+funding.contingency_months"

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

    def _quarter(self, span: str, back: int = 0) -> str:
        """Three months added up: those to December, or those that end `back` months before."""
        return "+".join(f"INDEX({span},{_MONTH}-{month})" if month else f"INDEX({span},{_MONTH})"
                        for month in range(back, back + kpi_values.QUARTER))

    def _churn(self, side: str) -> str:
        title, row = self.workings.rows[f"active_{side}"]
        before = (f"{self.axis.span(row, title, opening=True, fixed=True)}"
                  ).replace(f"${letters(self.axis.last_month)}$",
                            f"${letters(self.axis.last_month - 1)}$")
        return self._ratio(self._at(f"churned_{side}"), self._sum(before))

    def _about(self, name: str) -> str:
        """The result behind a KPI: of the segment that it is about, or of all."""
        segment = self.profile.kpis[name].segment
        return f"{name}.{segment}" if segment else name

    def _orders(self) -> str:
        return self._ratio(self._at("orders.career_changers"),
                           self._sum(self.workings.span("active_mentees.career_changers")))

    def _to_breakeven(self) -> str:
        last = self._last("breakeven_first")
        return f'IF({last}<1,"{UNDEFINED}",{last})'

    def _runway(self) -> str:
        burn = f"(-({self._quarter(self.workings.span('free_cash_flow'))})/{kpi_values.QUARTER})"
        return (f'IF({burn}>timeline.tolerance,MAX({self._at("unrestricted_cash")},0)/{burn},'
                f'"{UNDEFINED}")')

    def _burn_multiple(self) -> str:
        span = self.economics.months("recurring", opening=True)
        rise = f"({_PER_YEAR}*(INDEX({span},{_MONTH}+1)-INDEX({span},{_MONTH}-{_PER_YEAR}+1)))"
        burn = f"(-{self._at('free_cash_flow')})"
        return (f"IF(AND({burn}>timeline.tolerance,{rise}>timeline.tolerance),{burn}/{rise},"
                f'"{UNDEFINED}")')

    def _rule_of_40(self) -> str:
        revenue, ebitda = self._at("revenue"), self._at("ebitda")
        before = revenue.replace("{c}", "{p}")
        return (f'IF({_MONTH}<2*{_PER_YEAR},"{UNDEFINED}",IF(OR({before}=0,{revenue}=0),'
                f'"{UNDEFINED}",{revenue}/{before}-1+{ebitda}/{revenue}))')

    def _magic_number(self) -> str:
        quarter = kpi_values.QUARTER
        span = self.economics.months("recurring")
        spent = self._quarter(self.workings.span("marketing"), quarter)
        rise = f"({self._quarter(span)}-({self._quarter(span, quarter)}))"
        return (f'IF(({spent})=0,"{UNDEFINED}",{_PER_YEAR}/{quarter}*{rise}/({spent}))')


def _met(value: str, target: str, test: str | None) -> str:
    """Whether a value meets a target; what lies within the tolerance counts as equal to it."""
    near = f"ABS({value}-{target})<=kpi.tolerance*MAX(1,ABS({target}))"
    return {
        "at_least": f"OR({near},{value}>{target})",
        "at_most": f"OR({near},{value}<{target})",
        "above": f"AND(NOT({near}),{value}>{target})",
        "below": f"AND(NOT({near}),{value}<{target})",
    }[test or "at_least"]


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
    "months_to_breakeven": Kpis._to_breakeven,
    "runway": Kpis._runway,
    "burn_multiple": Kpis._burn_multiple,
    "rule_of_40": Kpis._rule_of_40,
    "magic_number": Kpis._magic_number,
}

