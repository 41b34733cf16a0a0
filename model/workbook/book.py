"""The whole workbook: sheets, defined names and charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.audit.checks import check
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection
from model.workbook import snapshot
from model.workbook.about import About, Chart
from model.workbook.cells import Axis, Sheet
from model.workbook.checks import Checks
from model.workbook.customers import Customers
from model.workbook.inputs import Inputs
from model.workbook.kpis import Kpis, KpisByMonth
from model.workbook.monthly import Monthly
from model.workbook.paths import Plans
from model.workbook.statements import Statements
from model.workbook.workings import Place, Workings


@dataclass(frozen=True)
class Book:
    """A workbook before it is written. Rows and columns count from 0.

    sheets         in the order of their tabs
    names          defined names and their addresses
    lines          sheet and row of each line
    places         where the figures of every text stand
    breakevens     the rows of the break-evens by name
    version        the mark of its formulas and inputs
    snapshot       the texts of the hidden sheet
    """

    plans: Plans
    projection: Projection
    axis: Axis
    sheets: tuple[Sheet, ...]
    names: dict[str, str]
    charts: tuple[Chart, ...]
    lines: dict[str, tuple[str, int]]
    places: tuple[Place, ...]
    breakevens: dict[str, int]
    inputs: Inputs
    version: str
    snapshot: tuple[str, ...]

    def sheet(self, title: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.title == title)


def book(plans: Plans, verification: Callable[[str], str] = lambda version: "") -> Book:
    """The workbook of a company, which shows the chosen scenario; `verification` gives the sentence
    on whether a version was compared with the model."""
    projection = project(plans.now)
    model = figures(projection)
    beside = {ref.name for formula in model.texts.beside for ref in formula.reads
              if ref.kind == "assumption"}
    inputs = Inputs(plans, model.texts.month.unread(plans.base.entries, beside))
    monthly = Monthly(inputs, Axis(plans.calendar))
    workings = Workings(model, projection, monthly)
    statements = Statements(workings)
    customers = Customers(workings)
    by_month = KpisByMonth(workings, customers)
    kpis = Kpis(workings, by_month)
    faults = {name.split()[0] for name in check(projection).failed}
    checks = Checks(workings, monthly, statements, faults)
    about = About(workings, kpis, checks)
    sheets = [about.charts_sheet, inputs.scenarios, inputs.assumptions, *monthly.months.sheets,
              monthly.dated, *statements.sheets, kpis.sheet, checks.sheet, by_month.sheet,
              customers.sheet, customers.life, *workings.sheets.values(), monthly.monthly,
              workings.timeline_sheet]
    for sheet in sheets:
        sheet.write_state(plans.now.scenario_title, checks.status)
    version = snapshot.version(sheets)
    about.fill(sheets, checks.status, verification(version), version)
    return Book(plans, projection, monthly.axis, (about.sheet, *sheets),
                inputs.names | workings.names | checks.names, tuple(about.charts), workings.rows,
                tuple(workings.places),
                kpis.breakevens, inputs, version, tuple(snapshot.parts(plans, version)))
