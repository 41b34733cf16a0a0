"""The whole workbook as sheets, names and charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.analysis.checks import check
from model.engine.figures import figures
from model.engine.numbers import project
from model.engine.projection import Projection
from model.workbook import memory
from model.workbook.about import About, Chart
from model.workbook.addresses import Place
from model.workbook.cells import Axis, Sheet, stated
from model.workbook.checks import Checks
from model.workbook.customers import Customers
from model.workbook.inputs import Inputs
from model.workbook.kpis import Kpis, KpisByMonth
from model.workbook.monthly import Monthly
from model.workbook.paths import Plans
from model.workbook.statements import Statements
from model.workbook.workings import Workings


@dataclass(frozen=True)
class Book:
    """Sheets in the order of their tabs, defined names with their addresses, charts.

    `lines` says where each line stands: sheet and row, counted from 0; `places` where the figures
    of every text do; `selector_list` are the
    cells that the selector may hold, and `row_of_scenario` is the column of Assumptions that says
    which row of Scenarios is in use, `used_columns` those that say what holds; `record` are the
    texts that the workbook remembers.
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
    selector_list: str
    row_of_scenario: int
    used_columns: range
    version: str
    record: tuple[str, ...]

    def sheet(self, title: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.title == title)


def book(plans: Plans, verified: Callable[[str], str] = lambda mark: "") -> Book:
    """The workbook of a company, showing the chosen scenario. `verified` says of a workbook's
    mark whether its formulas were found equal to the model's numbers."""
    axis = Axis(plans.calendar)
    projection = project(plans.now)
    found = figures(projection)
    texts = found.texts
    beside = {ref.name for formula in texts.beside for ref in formula.reads
              if ref.kind == "assumption"}
    inputs = Inputs(plans, texts.month.unread(plans.base.entries, beside))
    assumed = Monthly(inputs, axis)
    workings = Workings(found, projection, assumed, axis)
    statements = Statements(workings, axis)
    customers = Customers(workings)
    by_month = KpisByMonth(workings, customers)
    kpis = Kpis(workings, by_month, axis)
    failed = {name.split()[0] for name in check(projection).failed}
    checks = Checks(workings, assumed, statements, axis, failed)
    about = About(workings, statements, kpis, checks, axis)
    sheets = [about.sheet, about.charts_sheet, inputs.scenarios, inputs.assumptions, assumed.dated,
              *statements.sheets, kpis.sheet, checks.sheet, by_month.sheet,
              customers.sheet, customers.life, *workings.sheets.values(), assumed.monthly,
              workings.timeline_sheet]
    for sheet in sheets:
        if sheet is not about.sheet:
            stated(sheet, plans.now.scenario_title, checks.status)
    mark = memory.version(sheets[1:])
    about.fill(sheets[1:], checks.status, verified(mark), mark)
    names = inputs.names | workings.names | checks.names
    places = (*workings.places, *customers.places, *by_month.places, *checks.places)
    return Book(plans, projection, axis, tuple(sheets), names, tuple(about.charts), workings.rows,
                places, kpis.breakevens, inputs.selector_list, inputs.row_of, inputs.used,
                mark, tuple(memory.parts(plans, mark)))


