"""What a plan owes to assumptions that get better over its years stands among what must be true."""

import numpy as np
import pytest

from model import load, project
from model.analysis.improvements import improvements
from model.pages import investor_report, open_view


def held(company, *paths, scenario="base"):
    """The plan with paths at their first value, laid over it as a user would."""
    plan = load(company, scenario)
    return project(load(company, scenario, {
        path: float(plan.series[path].values[0, 0]) for path in paths}))


@pytest.mark.parametrize(("company", "most", "count"), [
    ("mentorship", "mentees.cac", 25), ("influencer", "customers.cac", 10)])
def test_each_is_held_alone_and_all_together(company, most, count):
    found = improvements(project(load(company)))
    assert len(found.each) == count and found.each[0].path == most
    for each in (found.each[0], found.each[-1]):
        alone = held(company, each.path)
        assert each.held.ebitda == pytest.approx(alone.by_year("ebitda")[0], rel=1e-12)
        assert each.held.lowest_cash == alone["trough_cash"][0, -1]
    every = held(company, *(each.path for each in found.each))
    assert found.together.ebitda == pytest.approx(every.by_year("ebitda")[0])
    ends = [each.held.ebitda[-1] for each in found.each]
    assert ends == sorted(ends)


def test_the_cac_of_the_first_year_in_all_years_is_what_a_reader_found():
    cac = improvements(project(load("mentorship"))).each[0]
    assert (cac.first, cac.last, cac.held.breakeven) == (100, 60, 24)
    assert cac.held.ebitda[[2, 4]] == pytest.approx([345e3, 3.79e6], rel=2e-3)


def test_a_budget_that_rises_and_a_cost_that_rises_are_no_improvement():
    paths = {each.path for company in ("mentorship", "influencer")
             for each in improvements(project(load(company))).each}
    assert not {path for path in paths if path.endswith(".marketing")
                or path.startswith("fixed_opex.")}
    assert {"mentees.mix.senior_experts", "cost_of_revenue.creator_payouts"} <= paths
    # What gets worse is none either.
    worse = load("mentorship", changes={"mentees.cac": {2026: 100, 2030: 140}})
    assert "mentees.cac" not in {each.path for each in improvements(project(worse)).each}


def test_a_delayed_path_is_held_at_its_first_value():
    plan = load("mentorship", "cac_delay")
    assert plan.series["mentees.cac"].grain == "month"
    found = improvements(project(plan)).each[0]
    assert found.path == "mentees.cac"
    assert np.allclose(found.held.ebitda, held(
        "mentorship", "mentees.cac", scenario="cac_delay").by_year("ebitda")[0])


def test_the_report_says_what_carries_most_and_what_all_carry():
    block = investor_report.must_be_true(open_view("mentorship")).parts[-1]
    for said in ("25 assumptions get better over the years, and CAC, mentee carries most: if it "
                 "stays at USD 100.00 per mentee, EBITDA of 2030 is USD 3.79m (plan: USD 6.70m). "
                 "If all 25 stay as they begin, it is USD 1.79m."):
        assert said in block.message, said
    assert len(block.table.labels) == 7
    assert block.table.labels[1] == "CAC, mentee at USD 100.00 per mentee (plan, 2030: 60.00)"
    block = investor_report.must_be_true(open_view("influencer")).parts[-1]
    assert ("With marketing budget as in 2026 and people hired as planned, it is USD 470.2k: the "
            "plan assumes that a larger budget wins customers at no higher CAC." in block.message)
    assert block.table.labels[-1] == "Marketing budget as in 2026"
    level = project(load("influencer", changes={"customers.marketing": 150_000}))
    assert level.by_year("ebitda")[0, -1] == pytest.approx(470.2e3, rel=1e-3)
    assert "customer, EBITDA of 2030 is USD 10.12m (plan: USD 15.04m). If all 10" in block.message


def test_a_plan_in_which_nothing_gets_better_has_no_such_table():
    plan = load("mentorship")
    level = {each.path: each.first for each in improvements(project(plan)).each}
    view = open_view("mentorship", changes=level)
    assert improvements(view.projection).each == ()
    assert "get better" not in investor_report.must_be_true(view).text
