"""Levels by month, seasons and leavers in the workbook: cells with live formulas, and back."""

from dataclasses import replace

import numpy as np
import pytest
from edits_stand import file_of, same
from seasonal import CHANGES
from workbooks import Sent, calculated, kept, said, shortened

from model import cli, load, project
from model.workbook import equality, intake, reading, snapshot
from model.workbook.about import WRONG
from model.workbook.book import book
from model.workbook.cells import cell
from model.workbook.monthly import DATES
from model.workbook.months import LEVELS, SEASONS
from model.workbook.paths import Plans
from model.workbook.recalculation import IronCalc

MARKETING, CAC = "mentees.marketing", "mentees.cac"
AUTUMN = """title: Autumn
why: To see.
changes:
  mentees.marketing.season: {9: 10, 10: 10}
  mentees.marketing.2027-03: 400000
  mentees.marketing: {2026: 150000, 2026-07: 180000, 2028: 780000}
  mentees.match_rate.season: {8: 0.5}
  mentees.match_rate.2026-11: 0.6
  mentees.cac.2026-12: 80
  mentors.cac.season: {1: 2}
  mentors.cac.2026-02: 900
  team.support_specialist.hires.2027-06: -0.8
delay:
  mentors.cac: 3
"""


@pytest.fixture
def autumn(folder):
    file_of(folder, "autumn").write_text(AUTUMN)
    return folder


def laid(sent):
    return intake.draft(reading.read(sent.back()))


def three_years(changes):
    """The company with months and seasons, as long as its changes reach."""
    return shortened("influencer", 36).with_values(CHANGES["influencer"] | changes)


def plans_of():
    """A company with months and seasons in base, and others in two scenarios."""
    base = three_years({"tiers.basic.churn": {2026: 0.05, "2026-07": 0.06}})
    other = replace(base.with_values({
        "customers.marketing.season": [1] * 12, "customers.marketing.2027-12": 99_000,
        "customers.cac": 600.0, "tiers.basic.churn": 0.07, "tiers.basic.churn.season": {7: 3}}),
        scenario="other", scenario_title="Other")
    late = replace(base, scenario="late", scenario_title="Late", settings=dict(base.settings) | {
        path: replace(base.settings[path], delay=4)
        for path in ("customers.marketing", "tiers.basic.churn", "customers.cac")})
    late = late.with_values({"customers.cac.2027-01": 710.0, "customers.marketing.2028": 700_000.0})
    return Plans({"base": base, "other": other, "late": late}, "base")


def test_every_scenario_is_calculated_as_the_model_does():
    _, result = equality.by_package(equality.Formualizer, plans_of(), draws=0)
    assert result.holds and result.cells > 30_000, result


def test_another_program_calculates_the_same():
    plans = plans_of()
    found = book(replace(plans, chosen="late"))
    assert {LEVELS, SEASONS} < {sheet.title for sheet in found.sheets}
    program = IronCalc(equality.content(found, wrong_values=True), found)
    assert equality.compare(found, project(plans.scenarios["late"]), program.value).holds


def test_a_plan_without_any_has_neither_sheet():
    assert not {LEVELS, SEASONS} & {sheet.title for sheet in kept("influencer", "base")[0].sheets}


def test_the_record_keeps_the_plans():
    plans = plans_of()
    again, _ = snapshot.read(snapshot.parts(plans, "x"))
    for name, plan in plans.scenarios.items():
        assert again.scenarios[name].settings == plan.settings


def test_a_workbook_that_nobody_changed_has_no_changes(autumn, tmp_path):
    returned = reading.read(Sent(tmp_path, "mentorship", "autumn").back())
    assert (returned.changes, returned.other_changes) == ((), ())


def test_what_is_typed_comes_back_as_the_scenario_that_it_was(autumn, tmp_path, capsys):
    sent = Sent(tmp_path, "mentorship", "autumn")
    sent.type(190_000, MARKETING, "2026-07", "autumn")       # a level from July
    sent.type(120_000, MARKETING, "2026-11", "autumn")       # typed over what followed July
    sent.type(1_000_000, MARKETING, "2027-03 alone", "autumn")
    sent.type(5, MARKETING, "season 9", "autumn")
    sent.type(0.8, "mentees.match_rate", "value", "autumn")
    sent.type(70, CAC, "2027-02 alone", "autumn")
    assert cli.main(["read-workbook", str(sent.back()), "--name", "back"]) == 0
    out = capsys.readouterr().out
    assert "Marketing budget for mentees, season 9 (mentees.marketing): 10 → 5  [" in out
    assert "Marketing budget for mentees, 2027-03 alone (mentees.marketing): 400,000 → " in out
    text = file_of(autumn, "back").read_text()
    for line in ("mentees.marketing.season: {9: 5, 10: 10}", "mentees.marketing.2027-03: 1000000",
                 "mentees.marketing: {2026-01: 150000, 2026-07: 190000, 2026-11: 120000, "
                 "2028-01: 780000}", "mentees.match_rate: 0.8", "mentees.cac.2027-02: 70"):
        assert f"  {line}\n" in text, text
    made, before = load("mentorship", "back"), load("mentorship", "autumn")
    assert set(same(made, before)) == {MARKETING, CAC, "mentees.match_rate"}
    months = made.monthly(MARKETING)[:, 0]
    assert months[14] == 1_000_000
    assert months[[6, 8, 10]] == pytest.approx(np.array(
        [190_000, 5 * 190_000, 120_000]) / (25 / 12))
    # What was set alone stays beside a new level, and so does the season.
    match = made.monthly("mentees.match_rate")[:, 0]
    assert match[10] == 0.6 and match[7] == pytest.approx(0.4 / (11.5 / 12))
    assert made.monthly(CAC)[[11, 13], 0].tolist() == [80, 70]


def test_what_cannot_be_is_refused(autumn, tmp_path):
    sent = Sent(tmp_path, "mentorship", "autumn")
    sent.type(-1, MARKETING, "season 9", "autumn")
    assert "month 9 weighs -1" in said(sent.back())
    sent = Sent(tmp_path, "mentorship", "autumn")
    sent.type(-3, "team.support_specialist.hires", "2028-01", "autumn")
    assert "nobody can leave who is not there" in said(sent.back())


def test_what_cannot_be_is_told_in_the_workbook():
    found = book(Plans({"base": three_years({"customers.cac": {2026: 500, "2026-07": 600}})},
                       "base"))
    equality.type_into(found, {
        equality.Field("base", path, name): value for path, name, value in (
            ("customers.cac", "2026-07", 0), ("customers.marketing", "season 3", -1),
            ("customers.cac", "2026-12 alone", 0), ("team.delivery_team.hires", "2026-01", -0.1))})
    program = calculated(found)
    assert WRONG in program.value("About", 3, 0)
    wrong = [(title, row) for title, sheet in ((LEVELS, found.sheet(LEVELS)),
                                               (SEASONS, found.sheet(SEASONS)),
                                               (DATES, found.sheet(DATES)))
             for row, col in sheet.cells if f"{title}!{cell(row, col)}" in {
                 fault.replace("'", "") for fault in found.inputs.faults}
             and program.value(title, row, col) == 1]
    assert len(set(wrong)) == len(wrong) == 4


def test_a_random_plan_around_one_with_months_is_typed_as_it_is():
    base = plans_of().base
    for plan in equality.random_plans(base, 3):
        again = Plans({"base": base}, "base")
        typed = equality.inputs_of(plan, again.forms)
        assert plan.monthly("customers.cac")[13, 0] == pytest.approx(
            typed["base", "customers.cac", "2027-02 alone"])
        assert plan.weights.keys() == base.weights.keys()
        for path in base.weights:
            assert np.array_equal(plan.weights[path], base.weights[path])
