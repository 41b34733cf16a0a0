"""The plan of a budget: the sample quarter to the cent, scenarios, and what is said of faults."""

from datetime import date

import numpy as np
import pytest

from model import cli, load
from model.budget.money import portion
from model.budget.plan.plan import CON, GRP, ONE, load_plan
from model.budget.plan.schema import BUCKETS
from model.params import catalog
from model.params.numerals import ThreeDecimals
from model.problems import InputError

SCENARIOS = catalog.scenarios("budget")


def problems(*arguments):
    with pytest.raises(InputError) as error:
        load_plan(*arguments)
    return [str(problem) for problem in error.value.problems]


def edit(folder, old, new, file="base.yaml"):
    path = folder / "params" / "budget" / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[:text.index(old)].count("\n") + 1


# The article's sample quarter ---------------------------------------------------------------------

def test_the_sample_quarter_opens_to_the_cent():
    plan = load_plan()
    assert plan.opening.tolist() == [6_600_000, 2_400_000, 1_200_000, 1_200_000, 600_000, 0, 0, 0]
    assert portion(plan.opening, plan["caps.bucket_share"]).tolist()[:5] == [
        1_320_000, 480_000, 240_000, 240_000, 120_000]
    assert portion(plan.opening[ONE], plan["rule_a.transfer_share"]) == 660_000
    assert [portion(plan.total, plan[f"reserve.{end}"]) for end in ("least", "most")] == [
        600_000, 1_200_000]
    assert plan.total + portion(plan.total, plan["rule_b.increase"]) == 12_600_000
    assert plan.equity_floor.tolist() == [660_000, 240_000, 0, 0, 0, 0, 0, 0]


def test_an_odd_total_goes_by_largest_remainder():
    assert load_plan("base", {"total": 120_000.01}).opening.tolist()[:5] == [
        6_600_001, 2_400_000, 1_200_000, 1_200_000, 600_000]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_can_be_used_and_opens_with_its_total(scenario):
    plan = load_plan(scenario)
    assert plan.opening.sum() == plan.total and (plan.opening >= 0).all()
    assert plan.alerts() == [] and plan.scenario_why and 3 <= len(plan.headline) <= 5
    assert plan.to_date[0].sum() == 0 and (plan.to_date[-1] == plan.opening).all()
    assert (np.diff(plan.to_date, axis=0) >= 0).all()
    assert plan.profile.sum() == pytest.approx(1) and len(plan.profile) == plan.weeks


def test_the_scenarios_are_those_of_the_article():
    assert set(SCENARIOS) == {"base", "university_semester", "growing_marketplace",
                              "learning_department", "small_pilot"}
    pilot = load_plan("small_pilot")
    assert len(pilot.values["cohorts.start_weeks"]) == 1 and pilot.weeks == 13
    moving = [rule for rule in ("R10", "R11", "R12", "R13", "R14", "R17", "R18")
              if pilot.active(rule)]
    assert len(moving) == 2
    funded = load_plan("learning_department")
    assert funded.opening[3] <= funded.released_at_opening < funded.total
    assert load_plan().released_at_opening == load_plan().total


def test_days_weeks_and_cadence():
    plan = load_plan()
    assert plan.monday(2) == date(2026, 1, 12) and plan.end == date(2026, 4, 5)
    assert plan.month_ends == (4, 8, 13)
    assert load_plan("university_semester").month_ends == (4, 8, 13, 17, 21, 26)
    assert [week for week in range(1, 14) if plan.due("R13", week)] == [4, 8, 13]
    assert all(plan.due("R10", week) for week in range(1, 14))
    assert [week for week in range(1, 14) if plan.due("R14", week)] == [13]
    assert not load_plan("small_pilot").due("R11", 5)


def test_changes_are_laid_over_and_remembered():
    plan = load_plan("small_pilot", {"rule_a.dwell": 3, "rules.R10.owner": "A. Person",
                                     "headline": ["utilization", "nps", "satisfaction"]})
    assert plan["rule_a.dwell"] == 3 and plan.rules["R10"].owner == "A. Person"
    assert plan.where("rule_a.dwell") == "changes"
    assert plan.where("total").startswith("params/budget/scenarios/small_pilot.yaml:")
    assert plan.where("prices.workshop").startswith("params/budget/base.yaml:")


def test_numbers_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        load_plan().opening[0] = 1


@pytest.mark.parametrize(("weeks", "months", "quarters"), [
    (13, [4, 8, 13], [13]), (15, [4, 8, 13], [13, 15]),
    (52, [4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47, 52], [13, 26, 39, 52])])
def test_a_plan_has_any_number_of_weeks_with_months_and_quarters_among_them(weeks, months,
                                                                            quarters):
    plan = load_plan("base", {"weeks": weeks, "offered.profile": [1] * weeks,
                              "cohorts.start_weeks": [1, 2], "cohorts.end_week": weeks})
    assert [*plan.month_ends] == months
    quarterly = next(rule for rule, text in plan.rules.items()
                     if text.active and text.cadence == "quarter")
    assert [week for week in range(1, weeks + 1) if plan.due(quarterly, week)] == quarters


# Faults -------------------------------------------------------------------------------------------

def test_every_fault_of_changes_is_said_at_once():
    said = problems("base", {
        "rule_a.dwel": 2, "total": "x", "rules.R15.active": False, "rules.R10.cadence": "day",
        "rules.R99.active": True, "start": "2026-01-06", "weeks": 54, "prices.one_hour": 0.005,
        "prices.workshop": ThreeDecimals("1.270"), "shares.library": 2, "offered.profile": 3,
        "headline": ["fame"], "rules.R11.active": "no"})
    for part in ("rule_a.dwel is not an assumption; did you mean rule_a.dwell?",
                 "total 'x' is not a number", "R15 (Never above the total) always holds",
                 "cadence is 'day'; it must be 'week', 'month', 'quarter' or 'always'",
                 "R99 is unknown", "must be the date of a Monday",
                 "weeks is '54', but must be a whole number of weeks from 2 to 53",
                 "prices.one_hour = 0.005 USD/hour is outside",
                 "prices.workshop is written 1.270, with three digits behind its point; write 1270",
                 "shares.library = 2 fraction",
                 "offered.profile needs a list", "'fame' is not a KPI", "must be true or false"):
        assert any(part in line for line in said), (part, said)


def test_faults_of_the_files_are_said_with_file_and_line(folder):
    lines = [edit(folder, "weeks: 13", "weeks: 54"),
             edit(folder, "    label: Total budget\n", "    lable: Total budget\n"),
             edit(folder, "  ONE: {label", "  TWO: {label"),
             edit(folder, "cadence: week", "cadence: weekly"),
             edit(folder, "    unit: USD/workshop", "    unit: USD")]
    said = problems()
    assert any(line.startswith(f"params/budget/base.yaml:{lines[0]}: the header: weeks is '54'")
               for line in said)
    for at, part in zip(lines[1:], ("unknown key 'lable'; did you mean label?", "'TWO' is unknown",
                                    "cadence is 'weekly'", "but the budget reads it in"),
                        strict=True):
        assert any(line.startswith(f"params/budget/base.yaml:{at}: ") and part in line
                   for line in said), (at, part, said)
    assert any("buckets has no ONE; add it." in line for line in said)
    assert any("total has no 'label'" in line for line in said)


def test_what_nothing_reads_and_what_is_missing_are_said(folder):
    edit(folder, "  warm_up:\n", "  warm_down:\n")
    said = problems()
    assert any("warm_down is read by nothing in the budget" in line for line in said)
    assert any("warm_up is read by the budget but is not there; add it." in line for line in said)


@pytest.mark.parametrize(("changes", "part"), [
    ({"shares.one_to_one": 0.6}, "the shares sum to 1.05"),
    ({"weeks": 26}, "offered.profile has 13 numbers for 26 weeks"),
    ({"total": 0}, "nothing to plan"),
    ({"caps.gate_share": 0.1}, "caps.bucket_share is 0.2, above caps.gate_share, which is 0.1"),
    ({"cohorts.start_weeks": [1, 14]}, "holds week 14, after the cohorts' end"),
    ({"cohorts.end_week": 14}, "after the last of 13"),
    ({"offered.profile": [0] * 13}, "offers no hours at all"),
    ({"buckets.GRP.priority": 1}, "as has ONE"),
])
def test_numbers_that_do_not_fit_each_other_are_refused(changes, part):
    assert [part in line for line in problems("base", changes)] == [True]


def test_scenarios_that_extend_each_other_in_a_circle_are_refused(folder):
    scenarios = folder / "params" / "budget" / "scenarios"
    for name, other in (("one", "two"), ("two", "one")):
        (scenarios / f"{name}.yaml").write_text(f"title: A\nwhy: B\nextends: {other}\n")
    assert "in a circle" in problems("one")[0]
    (scenarios / "one.yaml").write_text("title: A\nwhy: B\nextends: small_pilot\n"
                                        "changes: {total: 30000}\n")
    plan = load_plan("one")
    assert plan.total == 3_000_000 and not plan.active("R11")


def test_what_is_worth_a_look_is_an_alert():
    plan = load_plan("base", {"headline": ["utilization"], "shares.contingency": 0.15,
                              "shares.one_to_one": 0.45, "equity.floor_share": 0,
                              "unused_hours.week": 20})
    said = " ".join(plan.alerts())
    for part in ("1 headline KPI ", "the reserve of 15% lies outside 5% to 10%",
                 "the equity floor is 0", "waits for week 20 of a plan with 13",
                 "outside its plausible"):
        assert part in said


def test_a_programme_of_another_size_says_what_is_plausible_for_it():
    changes = {"total": 360_000}
    assert "outside its plausible 20,000 to 240,000" in load_plan(changes=changes).alerts()[0]
    assert load_plan(changes=changes | {"total.range": [200_000, 500_000]}).alerts() == []
    for value, said in (([1], "total: range is"), ([-5, 5], "reaches -5 USD"),
                        ("x", "total: range is")):
        with pytest.raises(InputError) as caught:
            load_plan(changes={"total.range": value})
        assert said in str(caught.value)
    with pytest.raises(InputError, match=r"totl\.range is not an assumption"):
        load_plan(changes={"totl.range": [1, 2]})


# Beside the companies -----------------------------------------------------------------------------

def test_the_budget_is_a_subject_and_no_company():
    assert "budget" in catalog.subjects() and "budget" not in catalog.companies()
    with pytest.raises(InputError, match="budget is no company"):
        load("budget")


@pytest.mark.parametrize("command", [["project", "budget"], ["workbook", "budget"],
                                     ["explain", "budget", "total"]])
def test_commands_of_companies_say_in_one_sentence_that_it_is_none(command, capsys):
    assert cli.main(command) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "budget is no company" in err


def test_list_and_check_know_it(folder, capsys):
    assert cli.main(["list"]) == 0
    assert f"budget: {', '.join(SCENARIOS)}" in capsys.readouterr().out.splitlines()
    assert cli.main(["check", "budget"]) == 0
    assert capsys.readouterr().out.startswith(f"{len(SCENARIOS)} scenarios can be used")
    line = edit(folder, "total: 20000", "totl: 20000", "scenarios/small_pilot.yaml")
    assert cli.main(["check", "budget"]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said == (f"params/budget/scenarios/small_pilot.yaml:{line}: totl is not an assumption; "
                    "did you mean total?")
    assert cli.main(["check", "budget", "-s", "learning_department"]) == 0


def test_order_of_buckets_is_that_of_the_codes():
    plan = load_plan()
    assert tuple(plan.buckets) == BUCKETS
    assert plan.by_priority[:2] == (ONE, GRP) and CON in plan.by_priority
