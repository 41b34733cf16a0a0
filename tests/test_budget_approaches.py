"""Which of the article's approaches fits a plan is counted from the plan's own facts."""

from types import SimpleNamespace

import pytest
from quarter import PLAN

from model.budget.plan.plan import load_plan
from model.budget.strategies.approaches import APPROACHES, best, fits
from model.pages.budget_strategies.approaches import chooser


def named(plan):
    return [each.approach.name for each in best(fits(plan))]


@pytest.mark.parametrize(("scenario", "names"), [
    ("growing_marketplace", ["Flexible envelope with gates"]),
    ("university_semester", ["Fixed total budget"]), ("small_pilot", ["Daily micromanaged budget"]),
    ("learning_department", ["Outcome-tied drawdown"])])
def test_each_scenario_gets_the_approach_that_the_article_names_for_it(scenario, names):
    assert named(load_plan(scenario)) == names


def test_the_sample_quarter_lies_between_two():
    # Released at the start, a quarter long, no money for growth; but rule A and the gate are on.
    assert named(PLAN) == ["Fixed total budget", "Flexible envelope with gates"]
    assert [(each.holding, len(each.facts)) for each in fits(PLAN)] == [
        (0, 2), (3, 4), (3, 4), (0, 2), (2, 3)]


def test_a_change_of_the_plan_changes_the_answer():
    calm = load_plan("base", {"rules.R10.active": False, "rules.R13.active": False})
    assert named(calm) == ["Fixed total budget"]
    later = load_plan("base", {"carry.brought": 6000})
    assert named(later) == ["Hybrid predictive rolling"]


def test_the_page_says_why_and_claims_no_more():
    block = chooser(SimpleNamespace(plan=load_plan("small_pilot")))
    assert block.message == ("By its own facts the daily micromanaged budget fits this plan best: "
                             "both facts that ask for it hold. It has 1 cohort and 2 rules may "
                             "move money.")
    assert "the article's advice" in block.reading and all(
        each.name in block.text for each in APPROACHES)
