"""What a cell of the workbook holds can be followed: units, periods, constants, lengths."""

import re

import numpy as np
import pytest
from workbooks import kept

from model.companies import COMPANIES
from model.workbook.layout import HEADS, NAME
from model.workbook.styles import number_format


@pytest.fixture(scope="module", params=COMPANIES)
def found(request):
    return kept(request.param, "base")[0]


def test_what_is_typed_has_a_format_that_fits_its_column(found):
    """General shows ten digits of a figure, which run into the next cell."""
    for sheet in found.sheets:
        for at in sheet.inputs:
            unit = sheet.cells[at].style[0]
            assert unit and number_format(unit, typed=True) != "General", (sheet.title, at)


def test_units_of_the_economics_are_those_of_the_side(found):
    company = found.plans.base.company
    one, other = ("mentee", "customer") if company == "mentorship" else ("customer", "mentee")
    for title in ("Unit economics", "Customer life"):
        units = {own.content for (row, col), own in found.sheet(title).cells.items() if col == 1}
        assert f"USD/{one}" in units
        assert not [unit for unit in units if other in str(unit)]


def test_a_column_of_a_sheet_is_one_period(found):
    """Months of a customer's life have a sheet with heads of their own."""
    life = found.sheet("Customer life")
    first, *more = (col for row, col in life.cells if row == HEADS and col > NAME + 3)
    values = [life.cells[HEADS, col].value for col in more]
    assert life.axis is None and life.cells[HEADS, first].content == 1
    assert values == list(np.arange(2.0, 61))
    economics = found.sheet("Unit economics")
    in_months = {row for row, col in economics.cells if col >= found.axis.first_month}
    assert {economics.cells[row, NAME].content for row in in_months if row > HEADS} == {
        "recurring"}


# Constants and lengths.

# What a formula may hold of numbers beside 0 and 1: names end in digits, texts hold words.
_STRINGS, _WORDS = re.compile(r'"[^"]*"'), re.compile(r"'[^']*'|[A-Za-z_$][\w.$]*!?|\$\d+")
LONGEST = {"Capital": 250, "Checks": 200, "KPIs": 200}


def test_no_formula_holds_a_constant(found):
    """Numbers stand in cells of their own. A month of life may be the second."""
    for sheet in found.sheets:
        for at, own in sheet.cells.items():
            if own.kind in ("formula", "filled"):
                text = _WORDS.sub("", _STRINGS.sub("", own.content))
                numbers = set(re.findall(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text)) - {"0", "1"}
                if sheet.title == "Customer life":
                    numbers -= {"2"}
                bounds = own.style[1] == "note" and sheet.kind == "inputs"
                assert not numbers or bounds, (sheet.title, at, own.content)


def test_no_formula_is_longer_than_a_reader_can_follow(found):
    """But for sentences, which are one text."""
    for sheet in found.sheets:
        for at, own in sheet.cells.items():
            if own.kind in ("formula", "filled") and own.style[1] != "message":
                assert len(own.content) <= LONGEST.get(sheet.title, 165), (
                    sheet.title, at, own.content)
