"""What assumptions would have to be: by hand, together, and said as it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import load, project
from model.analysis import sampling
from model.analysis.calibration import calibrate
from model.analysis.goals import crossing, goal_of
from model.cli import main
from model.engine.numbers import batch
from model.params import catalog
from model.problems import InputError

NAN = float("nan")


@pytest.fixture(scope="module")
def plan():
    return project(load("influencer"))


def moved(plan, found):
    """The plan with the factors of a calibration."""
    values = {path: sampling.scaled(plan.assumptions, path, np.array([factor]))
              for path, factor in zip(found.paths, found.factors, strict=True)}
    return batch(plan.assumptions, values)


# By hand.

@pytest.mark.parametrize(("values", "month"), [
    ([1, 2, 3], 1.0), ([-1, 1, 5], 1.5), ([-3, -1, 1], 2.5), ([-1, 0, 1], 2.0),
    ([-4, -3, -2], 3 + 2), ([-1, -1, -2], 3 + 30)])
def test_when_a_line_crosses_zero(values, month):
    assert crossing(np.array([values], float))[0] == pytest.approx(month)


def test_a_goal_by_hand(plan):
    revenue = plan.by_year("revenue")[0, 1]
    goal = goal_of(f"revenue.2027>={2 * revenue:.6f}", plan)
    assert (goal.figure(plan)[0], goal.months) == (revenue, 12)
    assert goal.distance(plan)[0] == pytest.approx(-0.5) and not goal.met(plan)[0]
    assert goal_of(f"revenue.2027<={2 * revenue:.6f}", plan).met(plan)[0]
    assert goal_of("breakeven_first=2026-06", plan).met(plan)[0]
    assert goal_of("breakeven_first<=2026-05", plan).distance(plan)[0] > 0
    assert goal_of("contribution_margin.2026>=50%", plan).value == 0.5
    never = project(load("influencer", changes={"customers.marketing": 1}))
    assert goal_of("breakeven_first<=2030-12", never).figure(never)[0] == np.inf
    assert not goal_of("breakeven_first<=2030-12", never).met(never)[0]


def test_twice_the_marketing_is_what_twice_the_customers_need(plan):
    """New customers are marketing over CAC, so a goal for them determines their ratio alone."""
    wanted = 2 * plan.by_year("new_customers")[0, 0]
    goal = goal_of(f"new_customers.2026={wanted:.9f}", plan)
    one = calibrate(plan.assumptions, ["customers.marketing"], [goal])
    assert one.factors == pytest.approx([2]) and one.met == (True,) and not len(one.free)
    both = calibrate(plan.assumptions, ["customers.marketing", "customers.cac"], [goal])
    assert both.factors[0] / both.factors[1] == pytest.approx(2) and all(both.met)
    # Both by the same share: the ratio stays.
    assert both.free == pytest.approx(np.array([[1, 1]]), abs=1e-3)


# Properties.

@settings(max_examples=4)
@given(st.floats(0.8, 1.25), st.floats(0.8, 1.25))
def test_a_plan_is_found_again_by_its_outcomes(plan, one, other):
    """Goals that a moved plan meets are met by what is found from the unmoved one."""
    paths = ("customers.cac", "tiers.basic.churn")
    there = batch(plan.assumptions, {
        path: sampling.scaled(plan.assumptions, path, np.array([factor]))
        for path, factor in zip(paths, (one, other), strict=True)})
    goals = [goal_of(f"{name}={there.by_year(line)[0, year]:.9f}", plan)
             for name, line, year in (("ebitda.2027", "ebitda", 1), ("ebitda.2030", "ebitda", 4))]
    found = calibrate(plan.assumptions, paths, goals)
    assert all(found.met) and all(goal.met(moved(plan, found))[0] for goal in goals)
    assert found.factors == pytest.approx([one, other], rel=1e-3)


def test_what_cannot_be_met_is_said_and_changes_nothing(plan):
    goals = [goal_of(text, plan) for text in ("ebitda.2027=1", "ebitda.2027=2000000")]
    assert not all(calibrate(plan.assumptions, ["customers.cac"], goals).met)


# The command.

def test_each_alone_and_all_together(capsys):
    assert main(["solve", "mentorship", "--goal", "breakeven_first<=2027-06",
                 "--by", "mentees.cac", "--by", "mentees.match_rate"]) == 0
    said = capsys.readouterr().out
    assert "mentees.cac         USD/mentee   100  70.109574  0.7011         no" in said
    assert "mentees.match_rate  fraction    0.75   no value" in said
    assert main(["solve", "influencer", "--goal", "ebitda.2026=215000", "--goal",
                 "ebitda.2030=15000000", "--by", "customers.cac", "--by", "tiers.pro.churn",
                 "--by", "tiers.basic.churn"]) == 0
    said = capsys.readouterr().out
    assert "ebitda.2026=215000: met" in said and "leave 1 direction open" in said
    assert main(["solve", "influencer", "--goal", "ebitda.2026=900000000", "--by",
                 "tiers.pro.churn"]) == 1
    assert "No value from a fiftieth to 50 times" in capsys.readouterr().out


def test_an_answer_becomes_a_scenario(folder, capsys):
    assert main(["solve", "mentorship", "--goal", "ebitda.2028>=800000", "--by", "mentees.cac",
                 "--name", "asked"]) == 0
    assert "Written: params/mentorship/scenarios/asked.yaml" in capsys.readouterr().out
    assert project(load("mentorship", "asked")).by_year("ebitda")[0, 2] == pytest.approx(
        800_000, rel=1e-5)
    assert "asked" in catalog.scenarios("mentorship")


@pytest.mark.parametrize(("options", "said"), [
    (["--goal", "ebitda", "--by", "mentees.cac"], "'ebitda' is no goal; write a figure, a period"),
    (["--goal", "ebitda>=4", "--by", "mentees.cac"], "says not when; name a year, ebitda.2026"),
    (["--goal", "ebitda.2050>=4", "--by", "mentees.cac"], "'2050' is not a year of the plan"),
    (["--goal", "ebida.2027>=4", "--by", "mentees.cac"], "did you mean ebitda?"),
    (["--goal", "ebitda.2027>=4k", "--by", "mentees.cac"], "'4k' is not a number"),
    (["--goal", "breakeven_first<=5", "--by", "mentees.cac"], "'5' is not a month of the plan"),
    (["--goal", "ebitda.2027>=4", "--by", "mentees.cacs"], "did you mean mentees.cac?"),
    (["--goal", "ebitda.2027>=4", "--by", "debt.draws"], "is 0 in every month, and no factor"),
    (["--goal", "ebitda.2027>=4", "--by", "mentees.cac", "--by", "mentors.cac", "--name", "a"],
     "each assumption alone has its own; add --together"),
    (["--goal", "ebitda.2027>=4", "--by", "mentees.cac", "--force"], "that --name would write")])
def test_a_question_that_cannot_be_is_refused_in_a_sentence(capsys, options, said):
    assert main(["solve", "mentorship", *options]) == 2
    out = capsys.readouterr()
    assert said in out.err and "Traceback" not in out.err


def test_goals_name_customers_by_year(plan):
    with pytest.raises(InputError, match="what one customer brings is known by year"):
        goal_of("customer.margin_before_ads.2026-03>=1", plan)
