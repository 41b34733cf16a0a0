"""KPIs by month and year: worked by hand, tied to the statements, complete in the profiles."""

import lines
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import PUBLISHED

from model import load, project
from model.analysis.kpis import band_of, judged, kpi_months, kpi_values, kpis, kpis_by_month, met
from model.companies import COMPANIES, company_module
from model.companies.profiles import profile
from model.engine.figures import MONTH, figures
from model.engine.texts import texts

CADENCES = {"mentorship": {
    "weekly": {"match_rate", "proposal_match_rate", "time_to_first_match", "onboarding_days",
               "mentee_churn", "mentor_churn", "mentees_per_mentor", "fill_rate"},
    "quarterly": {"burn_multiple", "rule_of_40", "magic_number"}}, "influencer": {
    "weekly": {"onboarding_days"},
    "quarterly": {"ltv", "ltv_to_cac", "cac_payback", "burn_multiple", "rule_of_40",
                  "magic_number"}}}


@pytest.fixture(scope="module")
def plans():
    return {company: project(load(company)) for company in COMPANIES}


# Worked by hand.

def test_burn_multiple_is_net_burn_over_new_annual_recurring_revenue():
    # 30 burned a month; subscriptions of 10, 20, 30, ...: in three months 90 buy 12 x 30 a year.
    plan = lines.plan("mentorship", free_cash_flow=[-30] * 12,
                      subscriptions=[10 * month for month in range(1, 13)])
    by_month = kpi_months(plan, "burn_multiple")[0]
    assert by_month[0] == pytest.approx(30 / 120)
    assert by_month[5] == pytest.approx(90 / 360)
    assert kpi_values(plan, "burn_multiple")[0, 0] == pytest.approx(360 / 1440)


@pytest.mark.parametrize(("flow", "last"), [(-30, 100), (-30, 90), (30, 130), (0, 130)])
def test_burn_multiple_is_undefined_without_burn_or_without_growth(flow, last):
    recurring = [100] * 11 + [last]
    plan = lines.plan("mentorship", free_cash_flow=[flow] * 12, subscriptions=recurring)
    assert np.isnan(kpi_months(plan, "burn_multiple")[0, 11])


def test_one_off_projects_do_not_recur(plans):
    plan = plans["influencer"]
    np.testing.assert_allclose(figures(plan).line("recurring"),
                               plan["revenue"] - plan["revenue.one_off"])


def test_the_rule_of_40_needs_a_full_year_before():
    plan = lines.plan(revenue=[100] * 12 + [150] * 12, ebitda=[50] * 12 + [-15] * 12)
    by_month = kpi_months(plan, "rule_of_40")[0]
    assert np.isnan(by_month[:23]).all()
    assert by_month[23] == pytest.approx(0.5 - 0.1)
    assert np.isnan(kpi_values(plan, "rule_of_40")[0, 0])
    goal = profile("influencer").kpis["rule_of_40"]
    assert judged("rule_of_40", goal, None, by_month[23]).band == "at the rule or better"


def test_the_magic_number_is_annual_growth_over_the_marketing_of_the_quarter_before():
    quarters = [10] * 3 + [20] * 3 + [20] * 6
    plan = lines.plan("mentorship", subscriptions=quarters, marketing=[30] * 12)
    found = kpi_months(plan, "magic_number")[0]
    assert np.isnan(found[:5]).all()
    assert found[5] == pytest.approx((60 - 30) * 4 / 90)
    assert kpi_values(plan, "magic_number")[0, 0] == 0


def test_churn_is_over_those_who_were_there_when_the_month_began():
    plan = lines.plan(churned_customers=[0, 5, 9] + [0] * 9,
                      active_customers=[100, 180] + [171] * 10)
    by_month = kpi_months(plan, "customer_churn")[0]
    assert np.isnan(by_month[0])
    assert by_month[1:4] == pytest.approx([0.05, 0.05, 0])
    opening = 100 + 180 + 9 * 171
    assert kpi_values(plan, "customer_churn")[0, 0] == pytest.approx(14 / opening)


def test_the_plan_gives_the_runway_that_is_wanted(plans):
    # Break-even in month 22 and six months more; after it, the six months.
    wanted = figures(plans["mentorship"]).kpi("runway_needed", MONTH)[0]
    assert wanted[[0, 11, 20, 21, 40]].tolist() == [27, 16, 7, 6, 6]
    never = project(load("mentorship", changes={"mentees.marketing": 0}))
    assert figures(never).kpi("runway_needed", MONTH)[0, 0] == 59 + 6


# Targets, watch and bands.

@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_test_and_its_opposite_never_agree(value, target):
    assert met(value, target, "at_least") is not met(value, target, "below")
    assert met(value, target, "at_most") is not met(value, target, "above")


@pytest.mark.parametrize(("value", "status", "band"), [
    (0.75, "met", "strong"), (0.7, "watch", "in between"), (0.65, "watch", "in between"),
    (0.5, "watch", "in between"), (0.4999, "missed", "serious")])
def test_a_match_rate_between_strong_and_serious_is_on_watch(value, status, band):
    kpi = judged("match_rate", profile("mentorship").kpis["match_rate"], 0.7, value)
    assert (kpi.status, kpi.band) == (status, band)


@pytest.mark.parametrize(("value", "band"), [
    (0.99, "amazing"), (1, "great"), (1.5, "good"), (2, "suspect"), (3, "suspect"), (3.01, "bad")])
def test_a_burn_multiple_lies_in_the_bands_of_its_source(value, band):
    for company in COMPANIES:
        assert band_of(profile(company).kpis["burn_multiple"].benchmark, value) == band


def test_a_kpi_without_a_target_is_not_judged(plans):
    assert kpis(plans["mentorship"])["fill_rate"][2026].status == "no target"


# Undefined, with a reason.

def test_what_the_plan_does_not_model_says_so(plans):
    found = kpis_by_month(plans["mentorship"])
    for name in (name for name, goal in profile("mentorship").kpis.items() if not goal.modeled):
        kpi = found[name]["2026-05"]
        assert (kpi.value, kpi.status) == (None, "undefined")
        assert kpi.reason == "not modeled; needs actuals"


def test_what_was_observed_stands_in_place_of_the_plan(plans):
    seen = np.full(60, np.nan)
    seen[[2, 4]] = 16, 12
    rate = np.full(60, np.nan)
    rate[2] = 0.66
    observed = {"time_to_first_match": seen, "match_rate": rate}
    months = kpis_by_month(plans["mentorship"], observed=observed)
    assert months["time_to_first_match"]["2026-03"].status == "missed"
    assert months["time_to_first_match"]["2026-04"].status == "undefined"
    assert months["time_to_first_match"]["2026-05"].status == "met"
    assert months["match_rate"]["2026-03"].status == "watch"
    assert months["match_rate"]["2026-04"].value == pytest.approx(0.75)
    years = kpis(plans["mentorship"], observed=observed)
    assert years["time_to_first_match"][2026].value == 12
    assert years["time_to_first_match"][2027].status == "undefined"
    assert years["match_rate"][2026].value == pytest.approx(0.75)


@pytest.mark.parametrize(("company", "changes"), [
    ("mentorship", {"mentees.marketing": 0, "mentors.marketing": 0}),
    ("mentorship", {"mentees.match_rate.2028": 0}),
    ("influencer", {"customers.marketing": 0})])
def test_every_kpi_is_a_number_or_has_a_reason(company, changes):
    plan = project(load(company, changes=changes))
    for by_period in (kpis(plan), kpis_by_month(plan)):
        for name, of in by_period.items():
            for kpi in of.values():
                undefined = kpi.value is None
                assert undefined == (kpi.status == "undefined") == bool(kpi.reason), name
                assert undefined or np.isfinite(kpi.value), name


def test_self_funding_is_no_runway_and_not_an_endless_one(plans):
    found = kpis(plans["influencer"])["runway"][2030]
    assert (found.value, found.reason) == (None, "no cash is burned over the last three months")


# What ties them to the statements.

def test_months_and_years_agree_with_the_statements(plans):
    for company, plan in plans.items():
        for name, over, under in (("contribution_margin", "contribution", "revenue"),
                                  ("gross_margin", "gross_profit", "revenue")):
            np.testing.assert_allclose(
                np.nan_to_num(kpi_months(plan, name)) * plan[under], plan[over], atol=1e-9)
            np.testing.assert_allclose(
                kpi_values(plan, name) * plan.by_year(under), plan.by_year(over))
        for side in (each.one for each in company_module(company).SIDES):
            opening = figures(plan).line(f"{side}s_at_start")
            lost = np.nan_to_num(kpi_months(plan, f"{side}_churn")) * opening
            np.testing.assert_allclose(lost, plan[f"churned_{side}s"], atol=1e-9)


def test_the_cac_of_all_lies_between_those_of_the_sides(plans):
    plan = plans["mentorship"]
    mentee, mentor, blended = (kpi_months(plan, name) for name in
                               ("mentee_cac", "mentor_cac", "blended_cac"))
    assert ((mentee < blended) & (blended < mentor)).all()
    paid = mentee * plan["new_mentees"] + mentor * plan["new_mentors"]
    np.testing.assert_allclose(paid, plan["marketing"])


def test_by_month_the_year_ends_with_its_last(plans):
    for plan in plans.values():
        for name in ("runway", "rule_of_40", "magic_number"):
            np.testing.assert_array_equal(kpi_values(plan, name),
                                          kpi_months(plan, name)[:, 11::12])
        for name in ("ltv", "ltv_to_cac", "cac_payback"):
            np.testing.assert_array_equal(np.repeat(kpi_values(plan, name), 12, axis=1),
                                          kpi_months(plan, name))


def test_a_batch_gives_each_scenario_its_own():
    from model import batch

    plan = batch(load("mentorship"), {"mentees.match_rate": np.array([0.75, 0.5])})
    assert kpi_months(plan, "match_rate")[:, 0].tolist() == pytest.approx([0.75, 0.5])
    assert kpis(plan, 0)["match_rate"][2026].status == "met"
    assert kpis(plan, 1)["match_rate"][2026].status == "watch"
    for name in profile("mentorship").kpis:
        assert kpi_values(plan, name).shape == (2, 5), name
        assert kpi_months(plan, name).shape == (2, 60), name


# The profiles.

@pytest.mark.parametrize("company", COMPANIES)
def test_every_kpi_says_what_it_is_and_what_is_wanted(company):
    for name, goal in profile(company).kpis.items():
        assert goal.definition.endswith("."), name
        assert goal.cadence in ("weekly", "monthly", "quarterly"), name
        wanted = goal.target is not None or goal.moving is not None
        assert wanted == bool(goal.test) == bool(goal.source) == bool(goal.action), name
        assert not goal.moving or goal.moving in texts(load(company)).kpis, name
        if goal.benchmark:
            assert goal.benchmark.quality and goal.benchmark.source, name
            assert [band.test is None for band in goal.benchmark.bands].index(True) == len(
                goal.benchmark.bands) - 1, name
        assert goal.modeled == (name in texts(load(company)).kpis), name


@pytest.mark.parametrize("company", PUBLISHED)
def test_all_seven_kpis_of_the_source_are_there(company):
    assert {goal.number for goal in profile(company).kpis.values()} - {None} == set(range(1, 8))


@pytest.mark.parametrize("company", PUBLISHED)
def test_reviews_come_as_often_as_the_source_says(company):
    goals = profile(company).kpis
    for cadence, names in CADENCES[company].items():
        assert {name for name, goal in goals.items() if goal.cadence == cadence} == names
