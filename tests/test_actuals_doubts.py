"""What a file of actuals may mean otherwise than it is read is asked about and never guessed."""

import numpy as np
import pytest

from model import cli, load, project
from model.analysis.forecast import forecast
from model.analysis.variance import actuals, variance
from model.pages import open_view
from model.pages.scoreboard import actuals as page
from model.pages.scoreboard.outlook import forecast as ahead
from model.problems import InputError

HEAD = "period,name,value\n"


@pytest.fixture
def told(folder):
    """The plan, and what a file says beside it."""
    def of(*rows, company="mentorship"):
        content = "".join(f"{row}\n" for row in rows)
        (folder / "params" / company / "actuals.csv").write_text(content, encoding="utf-8")
        plan = project(load(company))
        return plan, actuals(plan)
    return of


# Thousands with a point ---------------------------------------------------------------------------

def test_a_point_that_may_group_thousands_is_asked_about_by_line(told):
    _, found = told("period,name,value", "2026-01,revenue,2.680", "2026-02,revenue,5.490")
    assert found.notices == tuple(
        ("revenue", f"line {line}, {month}: {text} is read as {float(text):g}, where the plan has "
                    f"{plan}; if {whole:,} is meant, write {whole}")
        for line, month, text, plan, whole in ((2, "2026-01", "2.680", "3,360.97", 2680),
                                               (3, "2026-02", "5.490", "6,612.02", 5490)))
    assert found.values["revenue"][0] == 2.68


def test_a_week_is_held_against_its_part_of_the_plan(told):
    _, found = told("period,name,value", *(f"2026-W0{week},revenue,0.6" for week in (1, 2, 3, 4)),
                    "2026-W05,revenue,1.270")
    assert [said for _, said in found.notices if "1.270 is read" in said]


@pytest.mark.parametrize(("name", "text", "asked"), [
    ("new_mentees", "1.000", True), ("new_mentees", "80.125", False), ("raised", "500.000", True),
    ("revenue", "3360.970", False), ("revenue", "2.68", False), ("match_rate", "0.750", False),
    ("mentees_per_mentor", "9.125", False), ("active_mentees", "-1.500", None)])
def test_only_what_would_be_near_plan_as_thousands_is_asked_about(told, name, text, asked):
    rows = ("period,name,value", f"2026-01,{name},{text}")
    if asked is None:
        with pytest.raises(InputError, match="below zero"):
            told(*rows)
        return
    assert any("is read as" in said for _, said in told(*rows)[1].notices) == asked


# Below zero ---------------------------------------------------------------------------------------

def test_credit_notes_above_sales_are_taken_as_they_are_and_remarked(told):
    plan, found = told("period,name,value,note", "2026-01,revenue,-250.00,credit notes above sales",
                       "2026-01,cost_of_revenue,-3")
    row, other, *_ = variance(plan, found)
    assert (row.actual, round(row.difference, 2), row.effect) == (-250, -3610.97, "bad")
    assert other.actual == -3
    said = dict(found.notices)
    assert said["revenue"].startswith("2026-01: -250 is below zero and taken so, as credit notes")
    assert said.keys() == {"revenue", "cost_of_revenue"}


@pytest.mark.parametrize("name", ["active_mentees", "new_mentees", "debt"])
def test_counts_and_what_is_owed_are_not_below_zero(told, name):
    with pytest.raises(InputError, match=f"{name} = -5 is below zero, which .* correct it"):
        told("period,name,value", f"2026-01,{name},-5")


# The month that still runs ------------------------------------------------------------------------

RUNNING = ("period,name,value", "2026-01,revenue,2680", "2026-02,revenue,5490",
           "2026-03,revenue,2900")


def test_what_is_later_than_the_close_is_shown_and_used_nowhere(told, capsys):
    plan, found = told("# closed to 2026-02", *RUNNING)
    assert (found.closed, found.remark) == ("2026-02", "")
    assert np.isfinite(found.values["revenue"]).sum() == 2
    assert round(float(forecast(plan, found).ahead.by_year("revenue")[0, 0]), 2) == 231_439.41
    assert found.open_months == (("revenue", "2026-03 is open, as the file is closed to 2026-02: "
                                  "2,900 so far, where the plan has 9,756.92; no figure uses it"),)
    assert not found.notices
    message = page.against_plan(open_view("mentorship")).message
    assert message.startswith("Actuals to Feb 2026 (the file is closed to Feb 2026; 1 figure of "
                              "later months is shown as open points and used nowhere). ")
    assert cli.main(["check", "mentorship", "-s", "base"]) == 0
    assert "actuals.csv, revenue: 2026-03 is open, as the file is closed" in capsys.readouterr().out


def test_weeks_after_the_close_are_open_too(told):
    _, found = told(HEAD.strip(), "2026-01,revenue,2680", *(f"2026-W0{week},revenue,100"
                                                            for week in (6, 7, 8, 9)),
                    "# Closed to 2026-01.,,", "2026-W08,match_rate,0.7")
    assert np.isfinite(found.values["revenue"]).sum() == 1
    assert found.later == {("revenue", "2026-02"): 400, ("match_rate", "2026-02"): 0.7}


def test_months_before_the_plan_that_are_later_than_the_close_are_open_too(told):
    _, found = told("# closed to 2025-11", HEAD.strip(), "2025-11,revenue,800",
                    "2025-12,revenue,900", "2026-01,revenue,2680")
    assert [what for _, what in found.open_months] == [
        "2025-12 is open, as the file is closed to 2025-11: 900 so far; no figure uses it",
        "2026-01 is open, as the file is closed to 2025-11: 2,680 so far, where the plan has "
        "3,360.97; no figure uses it"]


@pytest.mark.parametrize(("rows", "said"), [
    (["# closed to 2025-11", HEAD.strip(), "2025-11,revenue,800", "2026-01,revenue,2680"],
     "is closed to 2025-11, and the plan begins in 2026-01"),
    ([HEAD.strip(), "2025-12,revenue,800"], "ends before the plan begins in 2026-01"),
    ([HEAD.strip(), "2026-01,match_rate,0.6"],
     "holds closed months of KPIs alone, and of no line such as revenue"),
    ([HEAD.strip(), "2026-W02,revenue,10"], "holds no closed month of the plan")])
def test_why_a_file_gives_no_forecast_is_said_in_every_place(told, capsys, rows, said):
    told(*rows)
    assert f"The file of actuals {said}" in ahead(open_view("mentorship")).text
    assert cli.main(["project", "mentorship", "--forecast"]) == 2
    error = capsys.readouterr().err
    assert f"actuals.csv {said}; add what was observed of a line" in error


@pytest.mark.parametrize(("rows", "said"), [
    (["# closed to Feb 2026"], "'closed to Feb 2026' names no month; write it as `# closed to"),
    (["# closed to 2026-13"], "'closed to 2026-13' names no month; write it as `# closed to"),
    (["# closed to 2026-00"], "'closed to 2026-00' names no month; write it as `# closed to"),
    (["# closed to 2026-02", "# closed to 2026-03"], "a second time"),
    (["# closed to 2031-01"], "closes the books to 2031-01, after the plan, which ends in")])
def test_a_close_that_cannot_be_is_refused_by_line(told, rows, said):
    with pytest.raises(InputError) as caught:
        told(*rows, *RUNNING)
    problem, = caught.value.problems
    assert said in problem.what and problem.where.endswith(f"actuals.csv:{len(rows)}")


def test_without_a_close_a_month_that_looks_partial_is_remarked(told):
    plan, found = told(*RUNNING)
    assert found.notices == (("revenue", "2026-03 looks like a part of a month: its flow is less "
                              "than half of what plan and the months before lead to expect; if it "
                              "still runs, write # closed to 2026-02 above the rows"),)
    assert round(float(forecast(plan, found).ahead.by_year("revenue")[0, 0]), 2) == 224_582.48


def test_a_month_with_few_of_the_lines_of_the_one_before_is_remarked(told):
    names = ("revenue", "cost_of_revenue", "marketing", "payroll")
    plan = project(load("mentorship"))
    rows = [f"2026-0{month + 1},{name},{plan[name][0, month]:.2f}" for month in range(3)
            for name in names if month < 2 or name == "revenue"]
    _, found = told(HEAD.strip(), *rows)
    assert [said for _, said in found.notices if "looks like" in said] == [
        "2026-03 looks like a part of a month: 3 of the 4 flows of the month before are not "
        "given; if it still runs, write # closed to 2026-02 above the rows"]


def test_a_company_far_below_plan_in_every_month_is_not_taken_for_one_that_is_not_over(told):
    sold = project(load("mentorship"))["revenue"][0]
    _, found = told(HEAD.strip(), *(f"2026-0{month + 1},revenue,{0.3 * sold[month]:.2f}"
                                    for month in range(3)))
    assert not found.notices
