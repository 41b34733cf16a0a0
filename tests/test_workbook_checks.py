"""What is typed into a workbook wrongly fails its master check, whatever else it does."""

import re

import pytest
from workbooks import calculated, differences, kept, outcome, place

from model.workbook import about
from model.workbook.cells import letters


@pytest.fixture(scope="module")
def calculating():
    """The marketplace's workbook in a program, in which tests type and put back what was there."""
    found, _ = kept("mentorship", "base")
    return found, calculated(found)


def checks_after(calculating, sheet, row, col, value):
    """What the master check says with a value in a cell, which gets back what it held: the last
    test calculates whether all of them did."""
    found, program = calculating
    held = found.sheet(sheet).cells[row, col]
    workbook = program._workbook
    workbook.set_value(sheet, row + 1, col + 1, value)
    workbook.evaluate_all()
    said = checks_of(found, program)
    if held.kind in ("formula", "filled"):
        workbook.set_formula(sheet, row + 1, col + 1, held.content)
    else:
        workbook.set_value(sheet, row + 1, col + 1, held.content)
    return said


def checks_of(found, program):
    col, row = re.fullmatch(r"Checks!\$([A-Z]+)\$(\d+)", found.names["check_status"]).groups()
    return program.value("Checks", int(row) - 1, [letters(n) for n in range(9)].index(col))


@pytest.mark.parametrize(("scenario", "path", "field", "value"), [
    ("base", "mentees.match_rate", "value", 1.5), ("base", "mentees.match_rate", "value", "much"),
    ("base", "mentees.cac", "2027", -5.0), ("base", "capex.platform", "2026-03", -1.0),
    ("base", "content.capitalized", "value", 0.5), ("base", "mentees.cac", "delay", -1.0),
    ("base", "mentees.cac", "delay", 60.0), ("base", "mentees.mix.career_changers", "2030", 0.95),
    ("", "", "scenario", "*"), ("", "", "scenario", "down*"),
    ("cac_delay", "mentees.cac", "delay", 0.5),
    ("downside", "orders.executive_premium", "value", 2.0), ("", "", "scenario", "nonsense")])
def test_what_is_typed_wrongly_fails_the_master_check(calculating, scenario, path, field, value):
    sheet, row, col = place(calculating[0], scenario, path, field)
    assert "fail" in checks_after(calculating, sheet, row - 1, col - 1, value)


def test_shares_of_a_mix_may_sum_to_one_and_no_further(calculating):
    found = calculating[0]
    sheet, row, col = place(found, "base", "mentees.mix.career_changers", 2028)
    other = place(found, "base", "mentees.mix.senior_experts", 2028)
    left = 1 - found.sheet(other[0]).cells[other[1] - 1, other[2] - 1].value
    assert checks_after(calculating, sheet, row - 1, col - 1, left) == "All 12 checks hold"
    assert "fail" in checks_after(calculating, sheet, row - 1, col - 1, left + 1e-6)


def test_a_delay_may_end_with_the_plan(calculating):
    sheet, row, col = place(calculating[0], "base", "mentees.cac", "delay")
    assert checks_after(calculating, sheet, row - 1, col - 1, 59.0) == "All 12 checks hold"


def test_a_wildcard_chooses_nothing_and_capitals_do_not_matter(calculating):
    """Nothing of a scenario holds where the check says that it is none."""
    found, program = calculating
    sheet, row, col = place(found, "", "", "scenario")
    line, at = found.lines["ebitda"]
    program._workbook.evaluate_all()
    before = program.value(line, at, found.axis.months[30])
    for name, same_as_base in (("down*", True), ("DownSide", False), ("base", True)):
        program._workbook.set_value(sheet, row, col, name)
        program._workbook.evaluate_all()
        assert (program.value(line, at, found.axis.months[30]) == before) is same_as_base
        holds = checks_of(found, program) == "All 12 checks hold"
        assert holds is (name != "down*")


@pytest.mark.parametrize("line", ["ebitda", "cash", "receivables", "active_mentees",
                                  "commission", "fixed_assets.platform", "revenue"])
def test_a_number_typed_over_a_formula_fails_the_master_check(calculating, line):
    found, _ = calculating
    title, row = found.lines[line]
    col = found.axis.months[20]
    value = found.projection[line][0, 20] + 1000.0
    assert "fail" in checks_after(calculating, title, row, col, value)


def test_the_outcome_says_nothing_where_what_is_typed_can_give_none(calculating):
    found, program = calculating
    sheet, row, col = place(found, "base", "mentees.match_rate")
    workbook, held = program._workbook, found.sheet(sheet).cells[row - 1, col - 1].content
    workbook.set_value(sheet, row, col, "0,9")
    workbook.evaluate_all()
    said = [program.value("About", 3, 0)] + [program.value("Charts", chart.row - 1, 0)
                                             for chart in found.charts[:2]]
    workbook.set_value(sheet, row, col, held)
    workbook.evaluate_all()
    assert said == [about.WRONG] * 3
    assert program.value("About", 3, 0) == outcome(found)


def test_every_check_holds_where_all_is_as_it_was(calculating):
    """What the tests before changed and put back is what makes the check fail in them."""
    found, program = calculating
    program._workbook.evaluate_all()
    assert checks_of(found, program) == "All 12 checks hold"
    assert differences(found, program.value) == []
