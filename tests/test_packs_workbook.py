"""An older workbook is a pack: the plan that it was written with is compared."""

import re

from packs import add_fee, edit, head
from workbooks import Sent


def test_an_older_workbook_is_a_pack(folder, tmp_path, run):
    sent = Sent(tmp_path)
    sent.type(0.9, "mentees.match_rate")
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, [])
    # What was sent counts, not what somebody typed since.
    assert "  Match rate (mentees.match_rate): 75 → 72 %\n" in out
    assert "returned holds no actuals.\n" in out and "Actuals: not compared.\n" in out
    assert "returned holds no correlations.\n" in out
    assert "Formulas: nothing has changed.\n" in out
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)


def test_of_a_workbook_with_a_forecast_the_plan_counts(folder, tmp_path, run):
    sent = Sent(tmp_path, "mentorship", "demo_actuals")
    edit(folder, "match_rate", "value: 0.75", "value: 0.72")
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, []) and "removed" not in out
    assert "Formulas: nothing has changed.\n" in out
    assert re.search(r"  EBITDA 2028, USD +710,654.79 +613,290.78\n", out)


def test_a_workbook_of_other_formulas_and_assumptions_still_says_its_values(folder, tmp_path, run):
    sent = Sent(tmp_path)
    add_fee(folder)
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, [])
    assert "  Extra fee (extra_fee): added, 5 USD\n" in out
    assert "Formulas: not compared.\n" in out
    assert run("read-workbook", sent.path)[0] == 2


def test_a_workbook_names_what_is_no_longer_there(folder, tmp_path, run):
    path = folder / "params" / "mentorship" / "base.yaml"
    text = path.read_text()
    add_fee(folder)
    assert run("workbook", "mentorship", "-o", tmp_path / "old.xlsx")[0] == 0
    path.write_text(text)
    code, out, err = run("compare-packs", tmp_path / "old.xlsx")
    assert (code, err) == (0, []) and "  extra_fee: removed, 5\n" in out
    assert "Formulas: not compared.\n" in out


def test_a_workbook_keeps_the_months_and_years_of_its_plan(folder, tmp_path, run):
    sent = Sent(tmp_path)
    head(folder, "months: 60\n", "months: 72\nreport_years_from: 7\n")
    code, out, err = run("compare-packs", sent.back())
    assert (code, err) == (0, [])
    assert "  horizon: 2026-01 to 2030-12 → 2026-01 to 2031-12\n" in out
    assert "  years: calendar years → years from July" in out
    assert "Assumptions: nothing has changed.\n" in out
    code, out, (line,) = run("read-workbook", sent.path)
    assert (code, out) == (2, "") and "was written for other months or years than the plan" in line
