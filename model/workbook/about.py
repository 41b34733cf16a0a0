"""The first sheet, what it says of the plan and of the workbook, and the charts."""

from __future__ import annotations

from dataclasses import dataclass

from model.analysis.breakeven import breakeven
from model.companies import company_module
from model.companies.glossary import glossary
from model.views.formats import format_month
from model.workbook.cells import LABEL, NAME, STATUS, TITLE, UNIT, Axis, Sheet, cell, prefix
from model.workbook.checks import Checks
from model.workbook.inputs import IDLE
from model.workbook.kpis import NEVER, Kpis
from model.workbook.statements import Statements
from model.workbook.workings import TIMELINE, Workings

ABOUT, CHARTS = "About", "Charts"
WRONG = ("Something that is typed cannot be: see W1 on sheet Checks. Until it is mended, no figure "
         "of this workbook counts.")
_MINUS = "\u2212"
_ROWS_OF_A_CHART = 20
_LATE = ", after cash has run out in "
_NOT_BACK = "losses since the start are not earned back"
_NO_LOSSES = "there are no losses to earn back"
_BACK = "all losses since the start are earned back in "
_WHAT = {
    "About": "What this is, how to use it, and the outcome",
    "Charts": "EBITDA, cash, results by year, customers",
    "Assumptions": "What is typed, with unit, range, source and confidence",
    "Dated amounts": "What happens once, by month: hires, purchases, raises",
    "Scenarios": "The cell that chooses the scenario, and what each changes",
    "Income statement": "Revenue to net income",
    "Cash flow": "The cash flow statement, and the same by what is received and paid",
    "Balance sheet": "Assets, liabilities and equity",
    "KPIs": "Break-evens, and each KPI against its target",
    "Checks": "What must be equal, and one check over all",
    "Timeline": "Months, years and conventions",
    "Monthly": "Each assumption by month, as it holds in the scenario in use",
    "KPIs by month": "Each KPI by year and month, and what it is made of",
    "Unit economics": "One customer of those won in each year, and what it brings over its life",
    "Customer life": "The same, month of life by month of life",
    "Look back": "What KPIs need of more than one month",
}
_HOW = (
    "Choose the scenario in the yellow cell of sheet Scenarios: the whole workbook follows.",
    "Type over yellow cells, on Assumptions, Dated amounts and Scenarios. All else is calculated "
    "or fixed, but for the cells of which Assumptions says that the notebooks alone read them.",
    "Type a percentage with its sign, 5%: without it, programs take 0.05 for 5% or for 0.05%. A "
    "cell refuses a value outside what is allowed.",
    "Send the file back: python -m model read-workbook FILE lists what was changed and what it "
    "does; with --name it becomes a scenario.",
    "Nothing here forecasts: it works out what the assumptions imply, and most are estimates.",
)
_COLORS = (("input", "Typed: an assumption that you may change"),
           ("filled", "A year between typed ones: it follows them until you type over it"),
           ("aside", f"Typed, and read by the notebooks alone: {IDLE}"),
           ("line", "A formula"),
           ("total", "A total"),
           ("fixed", "A convention or a target: change it in the project"))


@dataclass(frozen=True)
class Chart:
    """A chart below a row: `kind` is column or line, `title` the address of its words, `series`
    are (name, address of the values)."""

    row: int
    kind: str
    title: str
    categories: str
    series: tuple[tuple[str, str], ...]
    unit: str = "USD"


class About:
    """The first sheet and the charts."""

    def __init__(self, workings: Workings, statements: Statements, kpis: Kpis, checks: Checks,
                 axis: Axis):
        self.workings, self.kpis, self.axis = workings, kpis, axis
        self.statements, self.projection = statements, workings.projection
        self.found, self._typed = breakeven(self.projection), checks.typed
        self.sheet = Sheet(ABOUT, "about", widths={LABEL: 26, UNIT: 100})
        self.charts_sheet = Sheet(CHARTS, "results")
        self.charts: list[Chart] = []
        self._draw()

    def fill(self, sheets: list[Sheet], status: str, verified: str, version: str) -> None:
        """The first sheet; `sheets` are those that it lists."""
        sheet, plan = self.sheet, self.projection.assumptions
        sheet.text(TITLE, LABEL, plan.title, "title")
        row = STATUS + 2
        sheet.formula(row, LABEL, self._sentence(), self._said(), "", "message")
        facts = [
            ("Scenario in use", "=scenario_title", plan.scenario_title),
            ("Checks", "=check_status", status),
            ("As of", None, plan.as_of),
            ("Currency", None, f"{plan.currency}; every amount in whole {plan.currency}"),
            ("Formulas", None, verified),
            ("Version of the model", None, version),
        ]
        row += 1
        for label, text, value in facts:
            row += 1
            sheet.text(row, LABEL, label, "label")
            if text:
                sheet.formula(row, UNIT, text, value, "", "state")
            else:
                sheet.text(row, UNIT, value)
        row = self._list(row + 2, "What this is", (
            "A company's plan by month, written by a program from one text that also makes its "
            "reports: what stands here are the same formulas, in cells.",
            "Change a yellow cell, and three statements, break-evens, KPIs and charts follow.",))
        row = self._list(row + 1, "How to use it", _HOW)
        row += 1
        sheet.text(row, LABEL, "Colors", "section")
        for role, words in _COLORS:
            row += 1
            sheet.number(row, LABEL, 1234, "USD", role)
            sheet.text(row, UNIT, words, "indented")
        row += 2
        sheet.text(row, LABEL, "Sheets", "section")
        for other in sheets:
            row += 1
            sheet.link(row, LABEL, other.title, other.title)
            sections = ", ".join(self.workings.sections.get(other.title, ()))
            sheet.text(row, UNIT, _WHAT.get(other.title, f"Workings: {sections.lower()}"))

    def _list(self, row: int, title: str, sentences: tuple[str, ...]) -> int:
        self.sheet.text(row, LABEL, title, "section")
        for sentence in sentences:
            row += 1
            self.sheet.text(row, LABEL, sentence, "wide")
        return row + 1

    def _kpi(self, name: str) -> str:
        return cell(self.kpis.breakevens[name], NAME + 1, self.kpis.sheet.title)

    def _sentence(self) -> str:
        """The outcome in one sentence that follows the model."""
        first, cash = self._kpi("first"), self._kpi("trough_cash")
        title, row = self.workings.rows["ebitda"]
        ebitda = " and ".join(f'USD "&{_amount(cell(row, column, title))}&" in {year}'
                              for column, year in self._ends())
        return self._unless_wrong(
            f'IF({first}="{NEVER}","EBITDA stays below zero in every month",'
            f'"EBITDA first reaches zero in "&{first}{self._again(" (and", ")")}{self._late()})'
            f'&"; "&{self._earned_back()}'
            f'&"; cash is lowest in "&{self._kpi("trough_month")}&" at USD "'
            f'&{_amount(cash)}&"; EBITDA is {ebitda}."')

    def _late(self) -> str:
        """What follows the first break-even where there is no cash left before it."""
        out, first = (self.workings.last(line) for line in ("out_of_cash", "breakeven_first"))
        return (f'&IF(AND({out}>0,{out}<={first}),"{_LATE}"&{self._kpi("out_of_cash")},"")')

    def _earned_back(self) -> str:
        """When EBITDA since the start adds up to zero or more."""
        month, last = self._kpi("earned_back"), self.workings.last("breakeven_earned_back")
        return (f'IF({last}<1,"{_NOT_BACK}",IF({last}=1,"{_NO_LOSSES}",'
                f'"{_BACK}"&{month}))')

    def _said(self) -> str:
        found, ebitda = self.found, self.projection.by_year("ebitda")[0]
        when = ("EBITDA first reaches zero in "
                f"{format_month(found.first)}{again(found.relapses, ' (and', ')')}"
                + (f"{_LATE}{format_month(found.out_of_cash)}" if found.too_late else "")
                if found.first else "EBITDA stays below zero in every month")
        back = (_NOT_BACK if not found.earned_back else
                _NO_LOSSES if found.earned_back == self.projection.months[0] else
                f"{_BACK}{format_month(found.earned_back)}")
        amounts = " and ".join(f"USD {fixed(ebitda[column - self.axis.first_year])} in {year}"
                               for column, year in self._ends())
        return (f"{when}; {back}; cash is lowest in {format_month(found.trough_month)} at USD "
                f"{fixed(found.trough_cash)}; EBITDA is {amounts}.")

    def _ends(self) -> list[tuple[int, int]]:
        """Columns and years of the first and the last year, which may be the same."""
        years = list(zip(self.axis.years, self.axis.calendar.years, strict=True))
        return years if len(years) == 1 else [years[0], years[-1]]

    def _again(self, before: str, after: str) -> str:
        """What follows the first break-even where EBITDA is below zero again."""
        count = self._kpi("relapses")
        return (f'&IF({count}>0,"{before} is below zero again in "&{count}&IF({count}=1,'
                f'" later month{after}"," later months{after}"),"")')

    def _unless_wrong(self, text: str) -> str:
        """A sentence about figures, which says so where what is typed can give none."""
        return f'=IF({self._typed}="holds",{text},"{WRONG}")'

    # Charts.

    def _draw(self) -> None:
        self.charts_sheet.text(TITLE, LABEL, "Charts", "title")
        axis, found = self.axis, self.found
        first, cash, month = (self._kpi(name) for name in ("first", "trough_cash",
                                                           "trough_month"))
        row = self._chart(
            3, "column", self._unless_wrong(
                f'"First break-even: "&{first}{self._again("; EBITDA", "")}'
                '&". EBITDA by month, USD"'),
            f"First break-even: {format_month(found.first) if found.first else NEVER}"
            f"{again(found.relapses, '; EBITDA', '')}. EBITDA by month, USD",
            self._months(), ("ebitda",))
        row = self._chart(
            row, "line", self._unless_wrong(
                f'"Cash is lowest in "&{month}&" at USD "&{_amount(cash)}'
                '&". Month-end, without what is held for others, USD"'),
            f"Cash is lowest in {format_month(found.trough_month)} at USD "
            f"{fixed(found.trough_cash)}. Month-end, without what is held for others, USD",
            self._months(), ("unrestricted_cash",))
        heads = f"{TIMELINE}!{_across(axis, 4, axis.years)}"
        values = tuple((glossary().label(line), self._years(line))
                       for line in ("revenue", "contribution", "ebitda"))
        words = "Revenue, contribution and EBITDA by year, USD"
        row = self._chart(row, "column", f'="{words}"', words, heads, (), values)
        sides = company_module(self.projection.assumptions.company).SIDES
        words = " and ".join(glossary().label(side.active) for side in sides) + ", at month-end"
        self._chart(row, "line", f'="{words}"', words, self._months(),
                    tuple(side.active for side in sides), unit="number")

    def _chart(self, row: int, kind: str, title: str, said: str, categories: str,
               lines: tuple[str, ...], values: tuple[tuple[str, str], ...] = (),
               unit: str = "USD") -> int:
        self.charts_sheet.formula(row, LABEL, title, said, "", "message")
        series = values or tuple((glossary().label(line), self.workings.span(line))
                                 for line in lines)
        self.charts.append(Chart(row + 1, kind, cell(row, LABEL, CHARTS), categories, series,
                                 unit))
        return row + _ROWS_OF_A_CHART

    def _months(self) -> str:
        return f"{TIMELINE}!{_across(self.axis, 4, self.axis.months)}"

    def _years(self, line: str) -> str:
        title, row = self.workings.rows[line]
        return f"{prefix(title)}{_across(self.axis, row, self.axis.years)}"


def _across(axis: Axis, row: int, columns: range) -> str:
    return f"{cell(row, columns[0])}:{cell(row, columns[-1])}"


def _amount(address: str) -> str:
    """An amount within a sentence, with the minus sign of all other texts."""
    return f'SUBSTITUTE(FIXED({address},0),"-","{_MINUS}")'


def fixed(value: float) -> str:
    """What `_amount` writes: rounded half away from zero, with thousands."""
    whole = int(abs(value) + 0.5)
    return f"{_MINUS if value < 0 and whole else ''}{whole:,}"


def again(relapses: int, before: str, after: str) -> str:
    """What follows the first break-even where EBITDA is below zero again."""
    if not relapses:
        return ""
    months = "month" if relapses == 1 else "months"
    return f"{before} is below zero again in {relapses} later {months}{after}"


