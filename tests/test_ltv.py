"""Lifetime value under each of its names: worked by hand, tied to each other, and in the plans."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import batch, load, project
from model.analysis import lifetime
from model.analysis.unit_economics import economics, payback, sides
from model.companies import COMPANIES
from model.problems import InputError

MENTEES, MENTORS = sides("mentorship")
(CUSTOMERS,) = sides("influencer")
# Share of customers still there in each month of life, as observed.
OBSERVED = [1, .8, .7, .63, .58, .54, .51, .485, .465]

margins = st.floats(-500, 500)
churns = st.floats(0.001, 1)
rates = st.floats(0, 0.5)


def exact(value):
    """To the digits that are written."""
    return pytest.approx(value, abs=0.5 * 10 ** -len(str(value).partition(".")[2]))


# The worked figures of the specification: 36 a month, churn 1/9, 1% a month.

def test_simple_is_margin_times_months():
    assert lifetime.simple(36, 9) == 324
    # The source's example: 45 a month, of which 80% stay, for 9 months.
    assert lifetime.simple(45 * 0.80, 9) == pytest.approx(324) and 324 / 100 == 3.24
    # If its 45 is net of variable cost already, the margin is not taken twice.
    assert lifetime.simple(45, 9) == 405


def test_churn_paid_at_start_and_at_end():
    assert lifetime.churn_start(36, 1 / 9) == pytest.approx(324, rel=1e-12)
    assert lifetime.churn_end(36, 1 / 9) == pytest.approx(288, rel=1e-12)


def test_a_fixed_life_discounted():
    assert lifetime.fixed_end(36, 9, 0.01) == exact(308.376633)
    assert lifetime.fixed_start(36, 9, 0.01) == exact(311.460399)


def test_an_endless_life_discounted():
    assert lifetime.geometric_start(36, 8 / 9, 0.01) == exact(300.220183)
    assert lifetime.geometric_end(36, 8 / 9, 0.01) == exact(264.220183)


def test_an_observed_curve():
    assert lifetime.cohort(1, OBSERVED) == pytest.approx(5.71, abs=1e-12)
    assert lifetime.cohort(36, OBSERVED) == pytest.approx(205.56, abs=1e-9)


def test_twelve_percent_a_year_is_not_one_a_month():
    assert 100 * lifetime.monthly_rate(0.12) == exact(0.948879)
    assert lifetime.monthly_rate(0) == 0


def test_ratios_of_the_source_put_together():
    # Its LTV over its CAC of 187.50; over 100 and a share of a mentor's 250 at 1:10 and at 1:5.
    value = lifetime.simple(36, 9)
    assert value / 187.50 == pytest.approx(1.728, rel=1e-12)
    assert value / (100 + 250 / 10) == pytest.approx(2.592, rel=1e-12)
    assert value / (100 + 250 / 5) == pytest.approx(2.16, rel=1e-12)


def test_payback_in_months_and_in_whole_months():
    assert lifetime.even_payback(100, 36) == pytest.approx(2.7777777777777777, rel=1e-12)
    assert payback(36 * np.arange(1, 61)[:, None], np.array([100.0]))[0] == 3
    assert np.isnan(lifetime.even_payback(100, [0.0, -1.0])).all()


def test_two_orders_do_not_carry_three_to_one_and_a_subscription_nearly_does():
    # 72 an order at 18% and 5; 82.5% of it is left; a plan of 29 or 9 for nine months.
    order = (0.18 * 72 + 5) * 0.825
    assert order == pytest.approx(14.817) and 2 * order == exact(29.63)
    high, low = (lifetime.simple(fee * 0.825, 9) + 2 * order for fee in (29, 9))
    assert high == exact(244.96) and low == exact(96.46)


# What ties them to each other.

@given(margins, st.floats(0, 200))
def test_a_life_that_is_not_discounted_is_simple(margin, months):
    for of in (lifetime.fixed_start, lifetime.fixed_end):
        assert of(margin, months, 0) == pytest.approx(lifetime.simple(margin, months), rel=1e-12)


@given(margins, churns)
def test_an_endless_life_that_is_not_discounted_is_the_churn_formula(margin, churn):
    assert lifetime.geometric_start(margin, 1 - churn, 0) == pytest.approx(
        lifetime.churn_start(margin, churn), rel=1e-9)
    assert lifetime.geometric_end(margin, 1 - churn, 0) == pytest.approx(
        lifetime.churn_end(margin, churn), rel=1e-9, abs=1e-9)


@given(margins, churns, rates, st.integers(1, 40))
def test_a_geometric_curve_with_its_own_tail_is_the_geometric_form(margin, churn, rate, months):
    curve = (1 - churn) ** np.arange(months)
    whole = lifetime.cohort(margin, curve, rate, 1 - churn)
    assert whole == pytest.approx(lifetime.geometric_start(margin, 1 - churn, rate), rel=1e-9)
    # Without the tail nothing comes after, however long the curve would go on.
    assert abs(lifetime.cohort(margin, curve, rate)) <= abs(whole) * (1 + 1e-9)


@given(margins, st.integers(0, 60), rates)
def test_a_fixed_life_is_the_sum_of_its_months(margin, months, rate):
    end = sum(margin / (1 + rate) ** month for month in range(1, months + 1))
    assert lifetime.fixed_end(margin, months, rate) == pytest.approx(end, rel=1e-9, abs=1e-9)
    assert lifetime.fixed_start(margin, months, rate) == pytest.approx(
        end * (1 + rate), rel=1e-9, abs=1e-9)
    if months:
        assert lifetime.fixed_start(margin, months, rate) == pytest.approx(
            float(lifetime.cohort(margin, np.ones(months), rate)), rel=1e-9, abs=1e-9)


@given(st.floats(1, 500), churns, rates, st.integers(1, 60))
def test_no_end_payment_is_worth_more_than_the_same_at_the_start(margin, churn, rate, months):
    kept = 1 - churn
    assert lifetime.churn_start(margin, churn) - lifetime.churn_end(margin, churn) == pytest.approx(
        margin, rel=1e-9)
    assert lifetime.geometric_start(margin, kept, rate) - lifetime.geometric_end(
        margin, kept, rate) == pytest.approx(margin, rel=1e-9)
    assert lifetime.fixed_end(margin, months, rate) <= lifetime.fixed_start(margin, months, rate)


@given(rates)
def test_twelve_of_the_monthly_rate_are_the_annual_one(annual):
    assert (1 + lifetime.monthly_rate(annual)) ** 12 == pytest.approx(1 + annual, rel=1e-12)


def test_a_month_lived_in_part_counts_in_part():
    assert lifetime.fixed_end(10, 2.5, 0.1) == pytest.approx(10 / 1.1 + 10 / 1.21 + 5 / 1.331)


def test_a_life_without_end_is_undefined_unless_it_is_discounted():
    assert np.isnan(lifetime.churn_start(36, 0)) and np.isnan(lifetime.churn_end(36, 0))
    assert np.isnan(lifetime.geometric_start(36, 1, 0))
    assert np.isnan(lifetime.cohort(36, [1, 1], tail=1))
    assert lifetime.geometric_start(36, 1, 0.01) == pytest.approx(36 * 1.01 / 0.01)
    assert lifetime.cohort(36, [1, 1], 0.01, tail=1) == pytest.approx(36 * 1.01 / 0.01)


def test_margins_may_differ_by_month_and_nobody_left_pays_nothing():
    assert lifetime.cohort([10, 20, 30], [1, 0.5, 0.1]) == pytest.approx(23)
    assert lifetime.cohort([10, np.nan], [1, 0]) == 10
    assert np.isnan(lifetime.cohort([10, np.nan], [1, 0.1]))
    assert lifetime.cohort([10, 20], [1, 0], tail=0.9) == 10


# In the plans.

@pytest.fixture(scope="module", params=COMPANIES)
def plan(request):
    return project(load(request.param))


def every(plan):
    return [(side, segment) for side in sides(plan.assumptions.company)
            for segment in (*side.segments, None)]


def test_the_variant_of_ltv_to_cac_is_the_ltv_of_unit_economics(plan):
    for side, segment in every(plan):
        found = lifetime.variants(plan, side, segment)
        assert list(found) == list(lifetime.NAMES)
        np.testing.assert_allclose(found[lifetime.USED].value, economics(plan, side, segment).ltv,
                                   rtol=1e-12)


def test_a_side_is_its_segments_as_they_are_won(plan):
    for side in sides(plan.assumptions.company):
        whole = lifetime.variants(plan, side)
        parts = {name: lifetime.variants(plan, side, name) for name in side.segments}
        new = {name: plan.by_year(f"{side.new}.{name}") for name in side.segments}
        for variant, found in whole.items():
            mixed = sum(new[name] * parts[name][variant].value for name in new) / sum(new.values())
            np.testing.assert_allclose(found.value, mixed, rtol=1e-12)


def test_a_plan_that_stands_still_gives_its_formulas():
    # One price, one churn, one CAC for all years: the cohorts are the geometric curve.
    flat = {"mentees.young_pros.orders": 1, "mentees.young_pros.order_value": 40,
            "mentees.young_pros.subscription": 10, "mentees.young_pros.adoption": 0.5,
            "orders.executive_premium": 0, "cost_of_revenue.payment_processing": 0.1,
            "variable_opex.digital_ads": 0.03, "variable_opex.mentor_vetting": 0.02,
            "variable_opex.platform_support": 0.02, "mentees.young_pros.churn": 0.05}
    plan = project(load("mentorship", changes=flat))
    found = {name: variant.value for name, variant in
             lifetime.variants(plan, MENTEES, "young_pros").items()}
    margin, rate = (0.18 * 40 + 5 + 5) * 0.86, 1.25 ** (1 / 12) - 1
    assert found["churn_start"][0] == pytest.approx([margin / 0.05] * 5)
    assert found["geometric_start"][0] == pytest.approx([margin * (1 + rate) / (rate + 0.05)] * 5)
    assert found["cohort_tail"][0] == pytest.approx(found["geometric_start"][0])
    # Those who sign in the last year are seen for 12, 11, … 1 months of the plan.
    step = 0.95 / (1 + rate)
    seen = [margin * sum(step ** month for month in range(months)) for months in range(1, 13)]
    assert found["cohort"][0, -1] == pytest.approx(
        np.average(seen, weights=plan["new_mentees.young_pros"][0, -12:][::-1]))


COST_OF_27_PERCENT = {
    "cost_of_revenue.creator_payouts": 0.1, "cost_of_revenue.platform_hosting": 0.08,
    "variable_opex.sales_commissions": 0.05, "variable_opex.payment_processing": 0.02,
    "variable_opex.campaign_tools": 0.02}


def test_onboarding_counts_in_the_variants_that_know_it():
    plan = project(load("influencer", changes={"tiers.one_off.hourly_rate": 100,
                                               "tiers.one_off.churn": 0.5,
                                               "tiers.one_off.hours": 10, **COST_OF_27_PERCENT}))
    found = lifetime.variants(plan, CUSTOMERS, "one_off")
    margin, rate = 730, 1.25 ** (1 / 12) - 1
    # Nothing in the month of signing, half in the next of the half who are left, then in full.
    billed = [0, 0.25, *(0.5 ** month for month in range(2, 200))]
    assert found["simple"].value[0, 0] == pytest.approx(margin * sum(billed[:60]))
    worth = margin * sum(b / (1 + rate) ** month for month, b in enumerate(billed))
    assert found["cohort_tail"].value[0] == pytest.approx([worth] * 5)
    assert found["churn_start"].value[0, 0] == pytest.approx(margin / 0.5)


def test_nobody_won_is_undefined_under_every_name():
    plan = project(load("mentorship", changes={"mentees.marketing.2027": 0,
                                               "mentors.marketing": 0}))
    for segment in (*MENTEES.segments, None):
        found = lifetime.variants(plan, MENTEES, segment)
        assert np.isnan(found["cohort"].value[0, 1]) and np.isnan(found["cohort_tail"].value[0, 1])
        assert np.isfinite(found["cohort"].value[0, 0])
    for variant in lifetime.variants(plan, MENTORS).values():
        assert np.isnan(variant.value).all()


def test_many_scenarios_give_what_each_gives_alone():
    values = {"mentees.young_pros.churn": np.array([0.02, 0.05]),
              "valuation.discount_rate": np.array([0.2, 0.3])}
    assumptions = load("mentorship")
    together = lifetime.variants(batch(assumptions, values), MENTEES)
    for row in range(2):
        alone = lifetime.variants(batch(assumptions, {path: value[row:row + 1]
                                                 for path, value in values.items()}), MENTEES)
        for name, variant in together.items():
            np.testing.assert_allclose(variant.value[row], alone[name].value[0], rtol=1e-12)


def test_a_discount_rate_that_is_missing_is_said():
    plan = project(load("mentorship"))
    del plan.assumptions.series["valuation.discount_rate"]
    with pytest.raises(InputError, match=r"valuation\.discount_rate is missing"):
        lifetime.variants(plan, MENTEES)
