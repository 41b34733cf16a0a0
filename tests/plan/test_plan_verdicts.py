"""What the published plan makes of the published claims: each verdict, and what it rests on."""

import pytest

from model import load, project
from model.audit.grounds import ACROSS, LIMIT, PARTLY, PRINTED, ground
from model.audit.source_check import SourceCheck
from model.audit.verdicts import (
    AGREES,
    ANOTHER,
    CONTRADICTS,
    FITTED,
    GOAL_MET,
    GOAL_MISSED,
    MOOT,
    NOT_REPRODUCIBLE,
    REPEATS,
    TAKEN,
    UNRESOLVED,
    WORKED_OUT,
    WRONG,
)
from model.companies import COMPANIES


@pytest.fixture(scope="module")
def checks():
    return {company: SourceCheck(project(load(company))) for company in COMPANIES}


@pytest.mark.parametrize(("company", "name", "verdict"), [
    ("mentorship", "variable_cost_total", WRONG),
    ("mentorship", "margin_negative", WRONG),
    ("mentorship", "cost_of_a_dollar", WRONG),
    ("mentorship", "relationships_low", WRONG),
    ("mentorship", "aov_blended", WRONG),
    ("mentorship", "contribution_margin", AGREES),
    ("mentorship", "runway_months", MOOT),
    ("mentorship", "breakeven_month", CONTRADICTS),
    ("mentorship", "breakeven_definition", WORKED_OUT),
    ("mentorship", "variable_cost_ceiling", MOOT),
    ("mentorship", "ltv_cac_goal", GOAL_MET),
    ("mentorship", "buyer_cac_goal", GOAL_MISSED),
    ("mentorship", "match_rate_proposals", ANOTHER),
    ("mentorship", "match_rate_target", GOAL_MET),
    ("mentorship", "seller_mix_executive_2030", ANOTHER),
    ("mentorship", "buyer_cac", AGREES),
    ("mentorship", "seller_cac", REPEATS),
    ("mentorship", "cac_multiple", REPEATS),
    ("mentorship", "ltv_cac_minimum", GOAL_MET),
    ("mentorship", "contingency_months", TAKEN),
    ("mentorship", "ebitda_y3", FITTED),
    ("mentorship", "buyer_cac_example", CONTRADICTS),
    ("mentorship", "ltv_example_1", CONTRADICTS),
    ("mentorship", "ltv_cac_example_1", CONTRADICTS),
    ("mentorship", "breakeven_example", CONTRADICTS),
    ("mentorship", "repeat_rate_example", AGREES),
    ("mentorship", "wanted_months", GOAL_MISSED),
    ("mentorship", "example_arpu", NOT_REPRODUCIBLE),
    ("mentorship", "first_match_days", NOT_REPRODUCIBLE),
    ("mentorship", "repeat_orders_period", UNRESOLVED),
    ("mentorship", "repeat_orders_career_changers", UNRESOLVED),
    ("influencer", "ltv_cac_example", WRONG),
    ("influencer", "fte", UNRESOLVED),
    ("influencer", "min_cash", UNRESOLVED),
    ("influencer", "breakeven_month", UNRESOLVED),
    ("influencer", "breakeven_definition", WORKED_OUT),
    ("influencer", "ltv_cac_goal", GOAL_MET),
    ("influencer", "abr_goal", GOAL_MISSED),
    ("influencer", "mix_high", GOAL_MISSED),
    ("influencer", "mix_low", GOAL_MET),
    ("influencer", "mix_example", ANOTHER),
    ("influencer", "marketing_budget", AGREES),
    ("influencer", "new_customers_2026", REPEATS),
    ("influencer", "contribution_margin", REPEATS),
    ("influencer", "months_review", GOAL_MISSED),
    ("influencer", "months_risk", GOAL_MET),
    ("influencer", "fixed_outlay_month", UNRESOLVED),
    ("mentorship", "buyer_sub_high", UNRESOLVED),
    ("influencer", "breakeven_example", CONTRADICTS),
    ("influencer", "mix_pushed", CONTRADICTS),
    ("influencer", "abr_example", CONTRADICTS),
    ("influencer", "cac_benchmark", GOAL_MISSED),
    ("influencer", "managed_service_rate", UNRESOLVED),
    ("influencer", "variable_cost_threshold", GOAL_MISSED),
    ("influencer", "payroll_year", FITTED),
    ("influencer", "salary_ceo", TAKEN),
    ("influencer", "cac_2030", TAKEN),
    ("mentorship", "fixed_overhead_year", FITTED),
    ("mentorship", "marketing_budget", TAKEN),
    ("mentorship", "buyer_segments", TAKEN),
    ("mentorship", "implied_cash", TAKEN),
    ("influencer", "ebitda_y5", UNRESOLVED),
])
def test_a_claim_has_the_verdict_that_its_arithmetic_gives(checks, company, name, verdict):
    assert checks[company].findings[name].verdict == verdict


@pytest.mark.parametrize(("company", "name", "changes"), [
    ("mentorship", "contribution_margin", {"cost_of_revenue.payment_processing": 0.12}),
    ("mentorship", "variable_cost_total", {"variable_opex.digital_ads.2026": 0.04}),
    ("mentorship", "buyer_cac", {"mentees.cac.2026": 90}),
    ("mentorship", "buyer_sub_low", {"mentees.young_pros.subscription.2026": 10}),
    ("mentorship", "fixed_overhead_month", {"fixed_opex.office.2026": 20_000}),
    ("mentorship", "burn_years", {"mentees.marketing": 10_000}),
    ("mentorship", "ebitda_y3", {"mentees.marketing.2028": 790_000}),
    ("mentorship", "product_manager_hire", {"team.product_manager.hires": {"2027-01": 1}}),
    ("influencer", "ebitda_y1", {"tiers.basic.hourly_rate.2026": 99}),
    ("influencer", "high_value_mix_2026", {"customers.basic_share.2026": 0.75}),
    ("influencer", "payroll_month", {"team.chief_executive.salary": 131_000}),
    ("influencer", "fixed_opex_month", {"fixed_opex.office": 60_000}),
])
def test_breaking_a_value_of_the_plan_breaks_the_verdict(checks, company, name, changes):
    assert checks[company].findings[name].verdict in (AGREES, FITTED, TAKEN, WRONG)
    broken = SourceCheck(project(load(company, changes=changes)))
    assert broken.findings[name].verdict == NOT_REPRODUCIBLE


@pytest.mark.parametrize(("company", "name", "rests"), [
    ("mentorship", "buyer_cac", PRINTED), ("mentorship", "margin_negative", PRINTED),
    ("mentorship", "marketing_budget", None), ("mentorship", "ebitda_y3", None),
    ("mentorship", "cm_goal", None), ("mentorship", "burn_years", None),
    ("mentorship", "aov_career_changers", PARTLY), ("mentorship", "runway_months", None),
    ("mentorship", "buyer_sub_low", LIMIT), ("mentorship", "buyer_sub_high", None),
    ("mentorship", "repeat_orders_career_changers", None), ("influencer", "fte", None),
    ("influencer", "cogs_platform_hosting", ACROSS), ("influencer", "cogs_total", ACROSS),
    ("mentorship", "match_rate_proposals", None), ("mentorship", "seller_cac", None),
    ("influencer", "gross_margin", PRINTED), ("influencer", "breakeven_month", None)])
def test_a_verdict_says_what_it_rests_on(checks, company, name, rests):
    assert ground(checks[company], checks[company].findings[name]) == rests
