"""What a cell of the workbook holds can be followed: units, periods, constants, lengths."""

import re

import numpy as np
import pytest
from workbooks import kept

from model.companies import COMPANIES, company_module
from model.companies.glossary import glossary
from model.pages import open_view, unit_economics
from model.workbook.cells import HEADS, NAME
from model.workbook.customers import life_of
from model.workbook.file import number_format


@pytest.fixture(scope="module", params=COMPANIES)
def found(request):
    return kept(request.param, "base")[0]


def test_what_is_typed_has_a_format_that_fits_its_column(found):
    """General shows ten digits of a figure, which run into the next cell."""
    for sheet in found.sheets:
        for at in sheet.inputs:
            unit = sheet.cells[at].style[0]
            assert unit and number_format(unit, typed=True) != "General", (sheet.title, at)


def _life(found):
    return life_of(glossary(found.plans.base.company).person)


def test_units_of_the_economics_are_those_of_the_sides(found):
    ones = {"mentorship": {"mentee", "mentor"}, "influencer": {"customer"},
            "subscription": {"school"}}
    for title in ("Unit economics", _life(found)):
        units = {own.content for (row, col), own in found.sheet(title).cells.items() if col == 1}
        assert {unit.partition("/")[2] for unit in units if unit.startswith("USD/")} == ones[
            found.plans.base.company]


def test_a_column_of_a_sheet_is_one_period(found):
    """Months of a customer's life have a sheet with heads of their own."""
    life = found.sheet(_life(found))
    first, *more = (col for row, col in life.cells if row == HEADS and col > NAME)
    values = [life.cells[HEADS, col].value for col in more]
    assert life.axis is None and life.cells[HEADS, first].content == 0
    assert values == list(np.arange(1.0, 61))
    before = {own.content for (row, col), own in life.cells.items()
              if col == first and row > HEADS}
    assert before == {0}  # nobody has lived, paid or gone before the first month


def test_what_kpis_read_of_a_customer_stands_by_month_as_in_its_year(found):
    economics = found.sheet("Unit economics").cells
    in_months = {row for row, col in economics if col in found.axis.months and row > HEADS}
    names = [economics[row, NAME].content for row in sorted(in_months)]
    segments = [name for name in names if name.startswith("worth.")]
    assert names.count("margin_before_ads") == 0
    assert len(segments) == sum(1 + len(side.segments) for side in company_module(
        found.plans.base.company).SIDES)
    for row in in_months:
        for at, month in enumerate(found.axis.months):
            year = economics[row, found.axis.years[at // 12]]
            assert economics[row, month].value == year.value


def test_an_assumption_by_month_shows_the_mean_of_a_year(found):
    sheet, plan = found.sheet("Monthly").cells, found.plans.now
    rows = {own.content: row for (row, col), own in sheet.items() if col == NAME and row > HEADS}
    for path, row in rows.items():
        shown = [sheet[row, col].value for col in found.axis.years]
        assert shown == plan.yearly(path)[:, 0].tolist(), path


# Constants and lengths.

# What a formula may hold of numbers beside 0 and 1: names end in digits, texts hold words.
_STRINGS, _WORDS = re.compile(r'"[^"]*"'), re.compile(r"'[^']*'|[A-Za-z_$][\w.$]*!?|\$\d+")
# What a channel costs where its CAC rises with marketing has long names of inputs in it.
LONGEST = {"Capital": 250, "Checks": 265, "Market": 215, "KPIs": 210, "KPIs by month": 210,
           "Unit economics": 185}


def test_no_formula_holds_a_constant(found):
    """Numbers stand in cells of their own."""
    for sheet in found.sheets:
        for at, own in sheet.cells.items():
            if own.kind in ("formula", "filled"):
                text = _WORDS.sub("", _STRINGS.sub("", own.content))
                numbers = set(re.findall(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text)) - {"0", "1"}
                bounds = own.style[1] == "note" and sheet.kind == "inputs"
                assert not numbers or bounds, (sheet.title, at, own.content)


def test_no_formula_is_longer_than_a_reader_can_follow(found):
    """But for sentences, which are one text."""
    for sheet in found.sheets:
        for at, own in sheet.cells.items():
            if own.kind in ("formula", "filled") and own.style[1] != "message":
                assert len(own.content) <= LONGEST.get(sheet.title, 165), (
                    sheet.title, at, own.content)


def test_the_workbook_calls_contribution_what_the_pages_call_it(found):
    """The service has no digital ads: its line is all of the contribution, after commissions."""
    company = found.projection.assumptions.company
    labels = {str(cell.content) for sheet in found.sheets for cell in sheet.cells.values()
              if cell.kind == "text"}
    ads = " before ads" if company == "mentorship" else ""
    assert f"Contribution{ads} a month" in unit_economics.segments(open_view(company)).table.columns
    # The workbook's names fit both companies.
    for start in ("Contribution counted in LTV", "Margin counted in LTV", "Contribution so far"):
        assert any(label.startswith(start) for label in labels), start
    assert not any("before ads" in label for label in labels)
