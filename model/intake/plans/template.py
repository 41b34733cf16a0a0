"""A workbook to fill in: a row an assumption, with the plan as it is, and how it is read back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import xlsxwriter

from model.companies import company_module
from model.companies.statements import OF_A_ROUND
from model.files import exists
from model.folders import relative
from model.intake.mapping import words_of
from model.intake.plans.mapping import PlanColumns, PlanMap
from model.intake.plans.reading import ALL_TIME
from model.intake.table import bytes_of, is_workbook, sheets_of
from model.params import catalog
from model.params.assumptions import Assumptions, load
from model.params.catalog import within
from model.params.limits import ONCE_A_YEAR
from model.params.openings import SECTION
from model.params.units import is_one_number
from model.problems import InputError
from model.workbook.file import number_format, properties

SHEET = "Plan"
# The rows, from 0, of the company's name and of the names of columns; and the columns before those
# of years and months.
_COMPANY, _HEADER = 3, 5
_COLUMNS = ("Assumption", "Unit", "Path", "Whole plan")
_ABOUT = (
    "Type over the yellow cells what is to differ, and leave or empty the others: python -m model "
    "import-plan reads this file.",
    "A row has one number for the whole plan, or one for each year, or months. Amounts are those "
    "of the unit beside them: to type those of months, make {unit}/year {unit}, the amount of the "
    "month or year of each column. A percent is typed with its sign.")
_WIDTHS = (48, 20, 36, 13)


def template(plan: Assumptions) -> bytes:
    """The workbook of a plan, with every assumption that it has or may open with."""
    plan, target = plan.opened(), io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False})
    book.set_properties({"title": f"{plan.title}, a plan to fill in",
                         "created": datetime.fromisoformat(plan.as_of)})
    sheet = book.add_worksheet(SHEET)
    styles: dict[tuple[str, bool], object] = {}

    def style(role: str, unit: str = ""):
        if (role, unit) not in styles:
            styles[role, unit] = book.add_format(
                properties("", role) | ({"num_format": number_format(unit, typed=True)}
                                        if unit else {}))
        return styles[role, unit]

    sheet.write_string(0, 0, f"{plan.title}: a plan to fill in", style("title"))
    for row, text in enumerate(_ABOUT, 1):
        sheet.write_string(row, 0, text.format(unit=plan.currency), style("note"))
    sheet.write_string(_COMPANY, 0, "Company", style("label"))
    sheet.write_string(_COMPANY, 1, plan.company, style("key"))
    times = (ALL_TIME, *map(str, plan.calendar.years), *plan.calendar.labels)
    first = len(_COLUMNS) - 1
    for at, text in enumerate((*_COLUMNS, *times[1:])):
        sheet.write_string(_HEADER, at, text, style("head" if at < first else "head right"))
    for row, (path, entry) in enumerate(plan.entries.items(), _HEADER + 1):
        unit = entry.shown_unit.replace("USD", plan.currency)
        for at, text in enumerate((entry.label, unit, path)):
            sheet.write_string(row, at, text, style("key" if at == 2 else "label"))
        amounts = _amounts(plan, path)
        for at, time in enumerate(times, first):
            if not _may_hold(plan, path, time):
                continue
            own = style("input", entry.unit)
            if (amount := amounts.get(time)) is None:
                sheet.write_blank(row, at, None, own)
            else:
                sheet.write_number(row, at, amount, own)
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.set_column(first + 1, first + len(times), 11)
    sheet.freeze_panes(_HEADER + 1, first)
    sheet.hide_gridlines(2)
    book.close()
    return target.getvalue()


def _may_hold(plan: Assumptions, path: str, time: str) -> bool:
    """Whether an assumption may have an amount at a time."""
    entry = plan.entries[path]
    if entry.form == "month":
        return "-" in time
    if path in ONCE_A_YEAR and "-" in time:
        return False
    whole = {*company_module(plan.company).BESIDE} - {*OF_A_ROUND}
    one = is_one_number(entry.unit) or within(path, SECTION) or path in whole
    return time == ALL_TIME or not one


def _amounts(plan: Assumptions, path: str) -> Mapping[str, float]:
    """The amounts of a plan by time, in the grain in which it gives them."""
    entry, calendar = plan.entries[path], plan.calendar
    if entry.form == "constant":
        return {ALL_TIME: plan.series[path].values[0, 0]}
    if entry.form == "month":
        return plan.settings[path].value
    if any("-" in time for time in plan.settings[path].value):
        return dict(zip(calendar.labels, plan.monthly(path)[:, 0], strict=True))
    level = plan.series[path].monthly(calendar)[:, 0]
    return {str(year): level[calendar.months_of(year).start] for year in calendar.years}


def check_new(path: Path) -> None:
    """Raise InputError where a template would be written over a file, which may be filled in."""
    if exists(path):
        raise InputError.of("--template", f"{relative(path)} is there already, and may be filled "
                                          "in; give another name.")


def is_template(path: Path) -> bool:
    """Whether a file is a workbook that `template` wrote. Raises InputError for no file."""
    if not is_workbook(bytes_of(path)):
        return False
    cells = sheets_of(path).get(SHEET, {})
    return all(words_of(cell.value) == name if (cell := cells.get((_HEADER + 1, at))) else False
               for at, name in enumerate(_COLUMNS, 1))


def map_of(path: Path, company: str | None) -> PlanMap:
    """How a template is read, for the company that it names, or another. Raises InputError where it
    names none."""
    cell = sheets_of(path)[SHEET].get((_COMPANY + 1, 2))
    company = company or (words_of(cell.value) if cell else "")
    try:
        catalog.check_company(company)
    except InputError as error:
        raise InputError.of(f"{relative(path)}, sheet {SHEET}, B{_COMPANY + 1}",
                            error.problems[0].what) from None
    paths = load(company).opened().entries
    return PlanMap(company=company, decimal=".", dates="YYYY-MM", sheet=SHEET, header=_HEADER + 1,
                   columns=PlanColumns(name="Path", unit="Unit", value="Whole plan"),
                   rows={each: each for each in paths}, left_out=["Assumption"])
