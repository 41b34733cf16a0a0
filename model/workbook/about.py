"""The first sheet, which speaks of the plan and of the workbook, and the sheet of charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from model.analysis.breakeven import breakeven
from model.companies import company_module
from model.views.formats import format_month
from model.workbook.cells import HEADS, LABEL, NAME, STATUS, UNIT, Sheet, cell
from model.workbook.checks import Checks
from model.workbook.inputs import IDLE
from model.workbook.kpis import NEVER, Kpis
from model.workbook.timeline import TIMELINE
from model.workbook.workings import Workings

ABOUT, CHARTS = "About", "Charts"
_MINUS = "\u2212"
WRONG = ("Something that is typed cannot be: see W1 on sheet Checks. Until it is mended, no figure "
         "of this workbook counts.")
# The row of the first chart's title, and the rows from one title to the next.
FIRST_CHART, _ROWS_OF_A_CHART = 3, 20
_WHAT = {
    "About": "What this is, how to use it, and the outcome",
    "Charts": "EBITDA, cash, results by year, {people}",
    "Assumptions": "What is typed, with unit, range, source and confidence",
    "Dated amounts": "What happens once, by month: hires, purchases, raises",
    "Levels by month": "Levels that are given by month, and months that are set alone",
    "Seasons": "How a year's level is spread over its months",
    "Scenarios": "The cell that chooses the scenario, and what each changes",
    "Income statement": "Revenue to net income",
    "Cash flow": "The cash flow statement, and the same by what is received and paid",
    "Balance sheet": "Assets, liabilities and equity",
    "KPIs": "Break-evens, and each KPI against its target",
    "Checks": "What must be equal, and one check over all",
    "Timeline": "Months, years and conventions",
    "Monthly": "Each assumption by month, as it holds in the scenario in use",
    "KPIs by month": "Each KPI by year and month, and what it is made of",
    "Unit economics": "One {person} of those won in each year, and what it brings over its life",
    "Look back": "What KPIs and break-evens need of more than one month",
}
_LIFE = "The same, month of life by month of life"
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
           ("filled", "Between typed ones: it follows them until you type over it"),
           ("aside", f"Typed, and read by the notebooks alone: {IDLE}"),
           ("line", "A formula"),
           ("total", "A total"),
           ("fixed", "A convention or a target: change it in the project"))


# Sentences that follow the model: what a cell calculates, and the text that it gives.

class Part(NamedTuple):
    """A part of a sentence that a cell calculates, and its text."""

    formula: str
    text: str


class Phrase:
    """Words and parts one after the other, as one formula and as one text."""

    def __init__(self, *parts: str | Part | Phrase):
        self._parts: list[str | Part] = []
        for part in parts:
            for piece in part._parts if isinstance(part, Phrase) else [part]:
                if isinstance(piece, str) and self._parts and isinstance(self._parts[-1], str):
                    self._parts[-1] += piece
                else:
                    self._parts.append(piece)

    @property
    def formula(self) -> str:
        """The formula, without the sign = before it."""
        return "&".join(f'"{part}"' if isinstance(part, str) else part.formula
                        for part in self._parts)

    @property
    def text(self) -> str:
        """The text that the formula gives."""
        return "".join(part if isinstance(part, str) else part.text for part in self._parts)


def choice(condition: str, holds: bool, phrase: Phrase, otherwise: Phrase) -> Part:
    """One phrase where a condition holds in the workbook, and another where it does not."""
    return Part(f"IF({condition},{phrase.formula},{otherwise.formula})",
                phrase.text if holds else otherwise.text)


def amount(address: str, value: float) -> Part:
    """The amount in a cell, in whole units with thousands and the minus sign of all texts."""
    return Part(f'SUBSTITUTE(FIXED({address},0),"-","{_MINUS}")', whole(value))


def whole(value: float) -> str:
    """An amount as FIXED rounds it: half away from zero."""
    units = int(abs(value) + 0.5)
    return f"{_MINUS if value < 0 and units else ''}{units:,}"


def again(address: str, relapses: int, before: str, after: str) -> Part:
    """In how many later months EBITDA is below zero again, if in any."""
    months = choice(f"{address}=1", relapses == 1, Phrase(f" later month{after}"),
                    Phrase(f" later months{after}"))
    return choice(f"{address}>0", relapses > 0,
                  Phrase(f"{before} is below zero again in ", Part(address, str(relapses)), months),
                  Phrase(""))


@dataclass(frozen=True)
class Chart:
    """A chart of columns or lines below its title, by addresses of its heads and series."""

    row: int
    kind: str
    categories: str
    series: tuple[tuple[str, str], ...]
    unit: str = "USD"


class About:
    """The first sheet and the sheet of charts."""

    def __init__(self, workings: Workings, kpis: Kpis, checks: Checks):
        self.workings, self.projection, self.axis = workings, workings.projection, workings.axis
        self.breakevens, self._inputs_state = breakeven(self.projection), checks.inputs_state
        self._addresses = {name: cell(row, NAME + 1, kpis.sheet.title)
                           for name, row in kpis.breakevens.items()}
        self.sheet = Sheet(ABOUT, "about", widths={LABEL: 26, UNIT: 100})
        self.charts_sheet = Sheet(CHARTS, "results")
        self.charts: list[Chart] = []
        self._fill_charts()

    def fill(self, sheets: list[Sheet], status: str, verification: str, version: str) -> None:
        """Write the first sheet; `sheets` are those that it lists."""
        sheet, plan = self.sheet, self.projection.assumptions
        sheet.write_title(plan.title)
        row = STATUS + 2
        self._write(sheet, row, self._outcome())
        facts = [
            ("Scenario in use", "=scenario_title", plan.scenario_title),
            ("Checks", "=check_status", status),
            ("As of", None, plan.as_of),
            ("Currency", None, f"{plan.currency}; every amount in whole {plan.currency}"),
            ("Formulas", None, verification),
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
        terms = self.workings.terms
        for other in sheets:
            row += 1
            sheet.link(row, LABEL, other.title, other.title)
            sections = ", ".join(self.workings.sections.get(other.title, ())).replace("_", " ")
            what = _WHAT.get(other.title, f"Workings: {sections.lower()}")
            sheet.text(row, UNIT, _LIFE if other.printed else what.format(
                person=terms.person, people=terms.people))

    def _list(self, row: int, title: str, sentences: tuple[str, ...]) -> int:
        self.sheet.text(row, LABEL, title, "section")
        for sentence in sentences:
            row += 1
            self.sheet.text(row, LABEL, sentence, "wide")
        return row + 1

    # What the figures say.

    def _outcome(self) -> Phrase:
        breakevens, at = self.breakevens, self._addresses
        first = choice(
            f'{at["first"]}="{NEVER}"', not breakevens.first,
            Phrase("EBITDA stays below zero in every month"),
            Phrase("EBITDA first reaches zero in ", self._month("first"),
                   again(at["relapses"], breakevens.relapses, " (and", ")"), self._too_late()))
        (title, row), amounts = self.workings.rows["ebitda"], self.projection.by_year("ebitda")[0]
        # The first and the last year, which may be the same.
        ends = dict.fromkeys((0, len(amounts) - 1))
        ebitda = Phrase(*(part for at in ends for part in (
            " and " if at else "", "USD ",
            amount(cell(row, self.axis.years[at], title), amounts[at]),
            f" in {self.projection.years[at]}")))
        return Phrase(first, "; ", self._earned_back(), "; cash is lowest in ",
                      self._month("trough_month"), " at USD ", self._trough(), "; EBITDA is ",
                      ebitda, ".")

    def _month(self, name: str) -> Part:
        month = getattr(self.breakevens, name)
        return Part(self._addresses[name], format_month(month) if month else NEVER)

    def _trough(self) -> Part:
        return amount(self._addresses["trough_cash"], self.breakevens.trough_cash)

    def _too_late(self) -> Part:
        """What follows the first break-even where cash has run out before it."""
        out, first = (self.workings.last(line) for line in ("out_of_cash", "breakeven_first"))
        return choice(f"AND({out}>0,{out}<={first})", self.breakevens.too_late,
                      Phrase(", after cash has run out in ", self._month("out_of_cash")),
                      Phrase(""))

    def _earned_back(self) -> Part:
        """When EBITDA since the start adds up to zero or more."""
        month, last = self.breakevens.earned_back, self.workings.last("breakeven_earned_back")
        no_losses = choice(f"{last}=1", month == self.projection.months[0],
                           Phrase("there are no losses to earn back"),
                           Phrase("all losses since the start are earned back in ",
                                  self._month("earned_back")))
        return choice(f"{last}<1", not month, Phrase("losses since the start are not earned back"),
                      Phrase(no_losses))

    def _write(self, sheet: Sheet, row: int, phrase: Phrase) -> None:
        """Write a sentence about figures, or a warning where what is typed can give none."""
        sheet.formula(row, LABEL, f'=IF({self._inputs_state}="holds",{phrase.formula},"{WRONG}")',
                      phrase.text, "", "message")

    # Charts.

    def _fill_charts(self) -> None:
        sheet, axis, at = self.charts_sheet, self.axis, self._addresses
        sheet.write_title("Charts")
        row = FIRST_CHART
        months = axis.span(HEADS, TIMELINE, fixed=True)
        self._write(sheet, row, Phrase(
            "First break-even: ", self._month("first"),
            again(at["relapses"], self.breakevens.relapses, "; EBITDA", ""),
            ". EBITDA by month, USD"))
        row = self._chart(row, "column", months, self._lines("ebitda"))
        self._write(sheet, row, Phrase(
            "Cash is lowest in ", self._month("trough_month"), " at USD ", self._trough(),
            ". Month-end, without what is held for others, USD"))
        row = self._chart(row, "line", months, self._lines("unrestricted_cash"))
        title = "Revenue, contribution and EBITDA by year, USD"
        sheet.formula(row, LABEL, f'="{title}"', title, "", "message")
        row = self._chart(row, "column", axis.year_span(HEADS, TIMELINE), tuple(
            (self.workings.terms.label(line), axis.year_span(self.workings.rows[line][1],
                                                    self.workings.rows[line][0]))
            for line in ("revenue", "contribution", "ebitda")))
        lines = [side.active for side in
                 company_module(self.projection.company).SIDES]
        title = " and ".join(map(self.workings.terms.label, lines)) + ", at month-end"
        sheet.formula(row, LABEL, f'="{title}"', title, "", "message")
        self._chart(row, "line", months, self._lines(*lines), unit="number")

    def _lines(self, *lines: str) -> tuple[tuple[str, str], ...]:
        return tuple((self.workings.terms.label(line), self.workings.span(line)) for line in lines)

    def _chart(self, row: int, kind: str, categories: str, series: tuple[tuple[str, str], ...],
               unit: str = "USD") -> int:
        """Add the chart below a title. Returns the row of the next title."""
        self.charts.append(Chart(row + 1, kind, categories, series, unit))
        return row + _ROWS_OF_A_CHART
