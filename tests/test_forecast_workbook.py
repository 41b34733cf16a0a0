"""A workbook of a company with a close: plan and forecast by its selector, and its way back."""

import pytest
from workbooks import Sent, calculated, kept, place, said

from model import project
from model.workbook import intake, reading
from model.workbook.equality import choose, compare


@pytest.fixture
def sent(tmp_path):
    return Sent(tmp_path, "mentorship", "demo_actuals")


@pytest.mark.long
def test_another_program_calculates_the_forecast_and_the_plan():
    found, _ = kept("mentorship", "demo_actuals")
    plans = found.plans.scenarios
    assert plans["forecast"].scenario_title == "Forecast from Apr 2026"
    program = calculated(found)
    for name in ("forecast", "base"):
        program.type(choose(name))
        comparison = compare(found, project(plans[name]), program.value)
        assert comparison.holds and comparison.cells > 40_000, (name, comparison)
    assert project(plans["base"])["revenue"][0, 3] != 12_980 == project(
        plans["forecast"])["revenue"][0, 3]


def test_checks_of_the_forecast_ask_what_follows_its_close():
    found, _ = kept("mentorship", "demo_actuals")
    program = calculated(found)
    sheet = next(sheet for sheet in found.sheets if sheet.title == "Checks")
    rows = {cell.content: row for (row, col), cell in sheet.cells.items() if col == 0}
    for name in ("base", "forecast"):
        program.type(choose(name))
        assert "checks hold" in program.value("Checks", rows["All checks"], 1), name
    row = rows["Cash flow from operations, by two methods"]
    for month, state in ((3, 0), (4, 1)):
        program._workbook.set_value("Checks", row + 1, sheet.axis.first_month + month + 1, 5.0)
        program._workbook.evaluate_all()
        assert program.value("Checks", row, 1) == state, month


def test_no_total_of_a_statement_is_an_empty_formula():
    found, _ = kept("mentorship", "demo_actuals")
    assert not [(sheet.title, at) for sheet in found.sheets for at, cell in sheet.cells.items()
                if cell.kind == "formula" and cell.content == "="]


def test_what_was_observed_is_corrected_in_its_file_and_not_in_a_workbook(sent):
    assert place(sent.found, "forecast", "observed.revenue.whole", "2026-04")[0] == "Dated amounts"
    sent.type(13_000, "observed.revenue.whole", "2026-04", "forecast")
    assert "what was observed is read from the file of actuals; correct it there" in said(
        sent.back())


def test_what_is_typed_while_the_forecast_is_shown_changes_its_plan(sent):
    sent.choose("forecast")
    sent.type(0.72, "mentees.match_rate")
    draft = intake.draft(reading.read(sent.back()))
    assert (draft.parent, draft.changes) == ("demo_actuals", {"mentees.match_rate": 0.72})
    assert intake.outdated(reading.read(sent.path)) == ()
