"""Cohorts: each followed on its own, and together the lines of the plan."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import batch, load, project
from model.analysis.lifetime import cohorts, lives
from model.analysis.survival import survivors
from model.analysis.uncertainty import sampling
from model.analysis.unit_economics import economics, sides
from model.companies import COMPANIES
from model.pages import open_view
from model.pages.unit_economics import vintages as page

MENTEES, MENTORS = sides("mentorship")
(CUSTOMERS,) = sides("influencer")
FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# 100 mentees a month for 10,000, all Young Pros; 12 of revenue each, of which 86% is left.
STEADY = {
    "mentees.marketing": 120_000, "mentees.cac": 100, "mentors.marketing": 600_000,
    "mentees.mix.career_changers": 0, "mentees.mix.senior_experts": 0,
    "mentees.young_pros.orders": 1, "mentees.young_pros.order_value": 25,
    "mentees.young_pros.adoption": 0.25, "mentees.young_pros.subscription": 10,
    "orders.executive_premium": 0, "commission.share": 0.18, "commission.fee": 5,
    "mentees.young_pros.churn": {2026: 0.2, 2027: 0.5}}


@pytest.fixture(scope="module", params=COMPANIES)
def plan(request):
    return project(load(request.param))


@pytest.fixture(scope="module")
def steady():
    return project(load("mentorship", changes=STEADY))


def in_calendar(values: np.ndarray) -> np.ndarray:
    """From months of life, (scenario, cohort, month of life), to calendar months of the same
    horizon, (scenario, cohort, month); 0 before signing."""
    month = np.arange(values.shape[-1])
    life = month - month[:, None]
    return np.where(life >= 0, values[:, month[:, None], np.maximum(life, 0)], 0)


def every(plan):
    """Every side and, where nobody moves between segments, every segment."""
    return [(side, segment) for side in sides(plan.assumptions.company)
            for segment in (*(() if side.climbs else side.segments), None)]


def add_up(plan, tolerance=1e-9):
    """That cohorts add up to the plan's customers, revenue, contribution and marketing."""
    shares = (plan["contribution"] + sum(plan[line] for line in plan.lines
                                         if line == "variable_opex.digital_ads"))
    for side, segment in every(plan):
        found = cohorts(plan, side, segment)
        suffix = f".{segment}" if segment else ""
        revenue = (plan[f"revenue{suffix}"] if segment else
                   sum(plan[f"revenue.{name}"] for name in side.segments))
        active = plan[f"{side.active}{suffix}"]
        for ours, theirs in (
                (survivors(plan, side, segment), active),
                (in_calendar(found.customers).sum(axis=1), active),
                (in_calendar(found.revenue).sum(axis=1), revenue),
                (in_calendar(found.contribution).sum(axis=1),
                 shares * revenue / np.where(plan["revenue"] > 0, plan["revenue"], 1)),
                (found.signed, plan[f"{side.new}{suffix}"])):
            np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-6)
        if segment is None:
            spent = np.where(plan[side.new] > 0, plan[side.marketing], 0)
            np.testing.assert_allclose(found.spent, spent, rtol=tolerance)


def test_cohorts_add_up_to_the_lines_of_the_plan(plan):
    add_up(plan)


@FEW
@given(company=st.sampled_from(COMPANIES), seed=st.integers(0, 10**6))
def test_cohorts_add_up_in_random_plans(company, seed):
    assumptions = load(company)
    drawn = sampling.drawn(assumptions, sampling.uncertain(assumptions), 3, seed)
    add_up(batch(assumptions, drawn))


@pytest.mark.parametrize(("company", "changes"), [
    ("mentorship", {"mentees.young_pros.churn": {2026: 0, 2027: 1, 2028: 0.1}}),
    ("mentorship", {"mentees.marketing.2028": 0, "mentors.marketing.2026": 0}),
    ("influencer", {"customers.second_month_billed": {2026: 0, 2027: 1, 2028: 0.3}}),
    ("influencer", {"tiers.basic.churn": {2026: 0.1, 2027: 1, 2028: 0}})])
def test_cohorts_add_up_where_everybody_leaves_and_nobody_comes(company, changes):
    plan = project(load(company, changes=changes))
    # What is not won costs nothing that cohorts could carry.
    spent = [cohorts(plan, side).spent for side in sides(company)]
    won = [plan[side.new] > 0 for side in sides(company)]
    for side, part, some in zip(sides(company), spent, won, strict=True):
        np.testing.assert_allclose(part, np.where(some, plan[side.marketing], 0))
    for side in sides(company):
        for segment in side.segments:
            np.testing.assert_allclose(survivors(plan, side, segment),
                                       plan[f"{side.active}.{segment}"], atol=1e-6)
            np.testing.assert_allclose(
                in_calendar(cohorts(plan, side, segment).revenue).sum(axis=1),
                plan[f"revenue.{segment}"], rtol=1e-9, atol=1e-6)


def test_after_the_horizon_its_last_month_goes_on(steady):
    found = lives(steady, MENTEES, "young_pros")
    # Signed in the last month: half leave each month, and the price stays.
    assert found.survival[0, 59, :4] == pytest.approx([1, 0.5, 0.25, 0.125])
    assert found.contribution[0, 59] == pytest.approx([found.contribution[0, 59, 0]] * 60)
    assert found.last_retention == pytest.approx(0.5)
    assert found.observed[59].tolist() == [True] + [False] * 59


def test_a_cohort_by_hand(steady):
    found = cohorts(steady, MENTEES)
    # Won in November 2026: a fifth leaves in December, then half each month.
    assert found.signed[0, 10] == pytest.approx(100) and found.spent[0, 10] == pytest.approx(1e4)
    assert found.customers[0, 10, :4] == pytest.approx([100, 80, 40, 20])
    assert found.retention[0, 10, :4] == pytest.approx([1, 0.8, 0.4, 0.2])
    assert found.revenue[0, 10, :4] == pytest.approx([1200, 960, 480, 240])
    margin = (steady["contribution"] + steady["variable_opex.digital_ads"]) / steady["revenue"]
    earned = np.cumsum([1200 * margin[0, 10], 960 * margin[0, 11], 480 * margin[0, 12]])
    assert found.recovered[0, 10, :3] == pytest.approx(earned / 1e4)
    # Who signed on December 2030 is all there; of November's, half.
    np.testing.assert_allclose(found.remaining[0, 58:], found.signed[0, 58:] * [0.5, 1])
    # Beyond December 2030 nothing is known.
    assert np.isnan(found.retention[0, 58, 2:]).all() and found.customers[0, 58, 2:].sum() == 0
    assert found.observed[58].sum() == 2


def test_payback_is_the_first_month_whose_contribution_reaches_the_cost():
    # 34.40 a month before ads, nobody leaves: 100 is reached in the third month, 103.20 too.
    kept = STEADY | {"mentees.young_pros.churn": 0, "mentees.young_pros.order_value": 180,
                     "mentees.young_pros.adoption": 0.26,
                     "cost_of_revenue.payment_processing": 0.1,
                     "variable_opex.mentor_vetting": 0.02, "variable_opex.platform_support": 0.02}
    for cac, month in ((100, 3), (103.2, 3), (103.3, 4), (34.4, 1)):
        found = cohorts(project(load("mentorship", changes=kept | {"mentees.cac": cac})), MENTEES)
        months = found.payback_months[0]
        assert (months[:61 - month] == month).all(), cac
        assert np.isnan(months[61 - month:]).all(), cac


def test_an_onboarded_customer_brings_nothing_at_first():
    plan = project(load("influencer"))
    found = cohorts(plan, CUSTOMERS, "basic")
    rate = plan["revenue.basic"] / np.where(plan["billed_customers.basic"] > 0,
                                            plan["billed_customers.basic"], 1)
    assert found.revenue[0, 5, 0] == 0
    assert found.revenue[0, 5, 1] == pytest.approx(0.5 * found.customers[0, 5, 1] * rate[0, 6])
    assert found.revenue[0, 5, 2] == pytest.approx(found.customers[0, 5, 2] * rate[0, 7])


def test_a_side_is_its_segments(plan):
    for side in sides(plan.assumptions.company):
        whole = cohorts(plan, side)
        parts = [cohorts(plan, side, name) for name in side.segments]
        for of in ("signed", "spent", "customers", "revenue", "contribution"):
            np.testing.assert_allclose(getattr(whole, of), sum(getattr(p, of) for p in parts),
                                       rtol=1e-9, atol=1e-9)


def test_quarters_hold_their_months_and_give_shares_where_all_have_reached_them(steady):
    found = cohorts(steady, MENTEES)
    grouped = found.grouped(steady.calendar)
    assert grouped.signed.shape == (1, 20) and grouped.observed.shape == (20, 60)
    np.testing.assert_allclose(grouped.signed[0, 3], found.signed[0, 9:12].sum())
    np.testing.assert_allclose(grouped.customers[0, 3, :48], found.customers[0, 9:12, :48].sum(0))
    assert grouped.observed.sum(axis=1).tolist() == list(range(58, 0, -3))
    assert np.isnan(grouped.retention[0, -1, 1:]).all()
    assert grouped.customers[0, -1, 3:].sum() == 0
    assert grouped.remaining[0, -1] == pytest.approx(found.remaining[0, -3:].sum())


def test_quarters_sum_to_the_lines_of_the_plan(plan):
    every = {side: cohorts(plan, side).grouped(plan.calendar)
             for side in sides(plan.assumptions.company)}
    ads = plan["variable_opex.digital_ads"] if "variable_opex.digital_ads" in plan.lines else 0
    for of, line in (("revenue", plan["revenue"]), ("contribution", plan["contribution"] + ads)):
        np.testing.assert_allclose(sum(getattr(c, of).sum() for c in every.values()),
                                   line.sum(), rtol=1e-9)
    for side, found in every.items():
        np.testing.assert_allclose(found.remaining.sum(), plan[side.active][0, -1], rtol=1e-9)
        np.testing.assert_allclose(found.signed.sum(), plan[side.new].sum(), rtol=1e-9)
        spent = plan[side.marketing][plan[side.new] > 0]
        np.testing.assert_allclose(found.spent.sum(), spent.sum(), rtol=1e-9)


def test_a_plan_that_stands_still_pays_back_as_its_unit_economics_say():
    still = STEADY | {"mentees.young_pros.churn": 0.05, "mentees.young_pros.order_value": 90}
    plan = project(load("mentorship", changes=still))
    expected = economics(plan, MENTEES).payback_months[0]
    found = cohorts(plan, MENTEES).payback_months[0]
    assert expected[0] == 6 and found[0] == 6 and found[50] == expected[4]


def test_many_scenarios_give_what_each_gives_alone():
    values = {"mentees.young_pros.churn": np.array([0.02, 0.05]),
              "mentees.cac": np.array([80, 90])}
    assumptions = load("mentorship")
    together = batch(assumptions, values)
    for row in range(2):
        alone = batch(assumptions, {path: value[row:row + 1] for path, value in values.items()})
        for of in ("customers", "contribution", "recovered", "payback_months"):
            np.testing.assert_array_equal(getattr(cohorts(together, MENTEES), of)[row],
                                          getattr(cohorts(alone, MENTEES), of)[0])
        np.testing.assert_allclose(survivors(together, MENTEES)[row], survivors(alone, MENTEES)[0],
                                   rtol=1e-12)


# The page.

@pytest.mark.parametrize(("company", "changes", "said"), [
    ("mentorship", {}, "Mentees of every quarter earn back their CAC within the plan: those of Q1 "
                       "2026 in month 5 of their life, those of Q3 2030 in month 2."),
    ("mentorship", {}, "4 do not, those of Q1 2026 not in 58 months; those of 11 quarters not yet, "
                       "as the plan ends before they are old enough."),
    ("mentorship", {"mentees.cac": 100}, "; those of Q4 2030 not yet, as the plan ends before"),
    ("mentorship", {"mentors.marketing": 0}, "No mentors are won within the plan"),
    ("mentorship", {"mentees.cac": 10_000}, "No quarter's mentees earn back their CAC before the "
                                            "plan ends; those of Q1 2026 come closest"),
    ("mentorship", {"mentees.cac": 0.01}, "Mentees of every quarter earn back their CAC within the "
                                          "plan: those of Q1 2026 in month 1"),
    ("mentorship", {"mentees.marketing": {2026: 100_000, 2027: 0}}, "Mentees of every quarter"),
    ("influencer", {"customers.marketing": 0}, "No customers are won"),
    ("influencer", {"customers.cac": 3000}, "those of Q2 2030 in month 6; those of 2 quarters not "
                                            "yet")])
def test_the_sentence_on_cohorts_knows_its_cases(company, changes, said):
    block = page.cohorts(open_view(company, changes=changes))
    assert said in f"{block.message} {block.reading}"


def test_the_table_of_quarters_ends_with_the_company_s_own_sums(plan):
    view = open_view(plan.assumptions.company)
    tables = page.cohorts(view).table[:len(sides(view.company))]
    total = {head: sum(table.columns[head][-1] for table in tables)
             for head in ("Revenue", "Still there")}
    assert {table.labels[-1] for table in tables} == {"All quarters"}
    assert total["Revenue"] == pytest.approx(plan["revenue"].sum(), rel=1e-9)
    assert total["Still there"] == pytest.approx(
        sum(plan[side.active][0, -1] for side in sides(view.company)), rel=1e-9)


def test_a_quarter_is_too_young_where_customers_like_it_need_longer_than_the_plan_gives_it():
    tables = page.cohorts(open_view("mentorship")).table
    said = [dict(zip(table.labels, table.columns["Earned back"], strict=True))
            for table in tables[:2]]
    assert said[0]["Q1 2026"] == "in\u00a0month\u00a05"
    # A third of them live but a month: all that they bring pays all that they cost.
    assert said[0]["Q4 2030"] == "by the end of the plan"
    # A mentor of 2026 never earns 250 back; one of 2030 does, in more months than are left.
    assert said[1]["Q1 2026"] == "not within the plan"
    assert said[1]["Q1 2030"] == "not yet within the plan"


def test_the_map_has_a_cell_for_each_quarter_that_won_somebody():
    def words(changes):
        figure = page.cohorts(open_view("mentorship", changes=changes)).figure
        return [text.text for text in figure.texts]
    whole = words({})
    assert "Q1 2026" in whole and "Q4 2030" in whole and "48" in whole
    plan = project(load("mentorship"))
    found = cohorts(plan, MENTEES).grouped(plan.calendar)
    assert f"{found.recovered[0, 0, 11]:.2f}" in whole
    figure = page.cohorts(open_view("influencer")).figure
    assert not any("…" in text.text for text in figure.for_phone().texts)
    cut = words({"mentees.marketing": {2026: 100_000, 2027: 0}})
    assert "Q4 2026" in cut and "Q1 2027" not in cut
