"""Three months of each company in round numbers, worked by hand, to the cent.

model/companies/README.md shows the first. Nothing here is computed by the model's own code.
"""

import pytest

from model import load, project

# All is paid in its month, so that cash can be followed by hand; test_statements.py has the rest.
AT_ONCE = {"terms.prepaid_share": 0, "terms.days_to_collect": 0,
           "terms.days_to_pay.variable_cost": 0, "terms.days_to_pay.overhead": 0}
MENTORSHIP = {
    **AT_ONCE, "terms.days_to_pay_mentors": 0,
    "mentees.marketing": 120_000, "mentees.cac": 100,
    "mentees.mix.career_changers": 0.2, "mentees.mix.senior_experts": 0.1,
    "mentees.young_pros.churn": 0.1, "mentees.career_changers.churn": 0.05,
    "mentees.senior_experts.churn": 0,
    **{f"mentees.{s}.orders": 1 for s in ("young_pros", "career_changers", "senior_experts")},
    **{f"mentees.{s}.adoption": 0.5 for s in ("young_pros", "career_changers", "senior_experts")},
    "mentees.young_pros.order_value": 40, "mentees.career_changers.order_value": 100,
    "mentees.senior_experts.order_value": 200,
    "mentees.young_pros.subscription": 10, "mentees.career_changers.subscription": 20,
    "mentees.senior_experts.subscription": 30,
    "mentors.marketing": 26_400, "mentors.cac": 250,
    "mentors.mix.mid_career": 0.4, "mentors.mix.executive": 0.1,
    **{f"mentors.{t}.churn": 0 for t in ("early_career", "mid_career", "executive")},
    **{f"mentors.{t}.adoption": 0.5 for t in ("early_career", "mid_career", "executive")},
    "mentors.early_career.subscription": 10, "mentors.mid_career.subscription": 20,
    "mentors.executive.subscription": 40,
}
# 10,000 a month buys 100 paying mentees (70, 20, 10), 2,200 buys 8.8 mentors (4.4, 3.52, 0.88).
# Month 1: 70/10 + 20/10 + 10/5 = 11 mentors wanted, 8.8 there: 80 of 100 wanted orders.
# GMV 0.8 × (70×40 + 20×100 + 10×200); commission 18% of it and 5 an order; subscriptions of half
# of the mentees 0.5 × (70×10 + 20×20 + 10×30) and of the mentors 0.5 × (44 + 70.40 + 35.20).
# Contribution is 82.5% of revenue; payroll 340,000/12, fixed lines 72,600/12; capex 60,000.
MENTORSHIP_MONTHS = {
    "active_mentees": (100, 192, 276.75),
    "active_mentees.young_pros": (70, 133, 189.7),
    "active_mentors": (8.8, 17.6, 26.4),
    "mentors_wanted": (11, 21.2, 30.675),
    "orders": (80, 159.396226, 238.180929),
    "gmv": (5_440, 10_975.09, 16_604.24),
    "commission": (1_379.20, 2_772.50, 4_179.67),
    "mentor_earnings": (4_060.80, 8_202.60, 12_424.58),
    "mentee_subscriptions": (700, 1_355, 1_969),
    "mentor_subscriptions": (74.80, 149.60, 224.40),
    "revenue": (2_154, 4_277.10, 6_373.07),
    "cost_of_revenue": (215.40, 427.71, 637.31),
    "variable_opex": (161.55, 320.78, 477.98),
    "contribution": (1_777.05, 3_528.61, 5_257.78),
    "marketing": (12_200, 12_200, 12_200),
    "payroll": (28_333.33, 28_333.33, 28_333.33),
    "fixed_opex": (6_050, 6_050, 6_050),
    "ebitda": (-44_806.28, -43_054.73, -41_325.55),
    "cash": (895_193.72, 812_138.99, 750_813.44),
}

INFLUENCER = {
    **AT_ONCE,
    "customers.marketing": 120_000, "customers.cac": 500, "customers.basic_share": 0.5,
    "customers.mix.pro": 0.5, "customers.mix.managed_service": 0.3,
    "customers.second_month_billed": 0.5,
    **{f"tiers.{t}.hours": 10 for t in ("basic", "pro", "managed_service", "one_off")},
    "tiers.basic.hourly_rate": 100, "tiers.pro.hourly_rate": 140,
    "tiers.managed_service.hourly_rate": 180, "tiers.one_off.hourly_rate": 200,
    "tiers.basic.churn": 0.1, "tiers.pro.churn": 0, "tiers.managed_service.churn": 0,
    "tiers.one_off.churn": 0.5,
}
# 10,000 a month buys 20 customers: 10 Basic, 5 Pro, 3 Managed Service, 2 One-Off; nothing is
# billed in month 1. Month 2 bills half of those who stay: 0.9×5, 2.5, 1.5 and 0.5×1 customers.
# Month 3, Basic: 0.9 × (19 − 5) = 12.6; One-Off: 0.5 × (3 − 1) = 1. Ten hours each.
# Contribution is 73% of revenue; 427,500/12 + 94,500/12 + 10,000 = 53,500 of other cost.
INFLUENCER_MONTHS = {
    "new_customers": (20, 20, 20),
    "active_customers": (20, 38, 54.6),
    "active_customers.basic": (10, 19, 27.1),
    "active_customers.one_off": (2, 3, 3.5),
    "billed_customers": (0, 9, 25.6),
    "billable_hours": (0, 90, 256),
    "revenue": (0, 11_700, 33_200),
    "high_value_revenue": (0, 7_200, 20_600),
    "cost_of_revenue": (0, 2_106, 5_976),
    "gross_profit": (0, 9_594, 27_224),
    "contribution": (0, 8_541, 24_236),
    "payroll": (35_625, 35_625, 35_625),
    "fixed_opex": (7_875, 7_875, 7_875),
    "ebitda": (-53_500, -44_959, -29_264),
    "capex": (90_000, 60_000, 23_000),
    "cash": (856_500, 751_541, 699_277),
}


@pytest.mark.parametrize(("company", "changes", "months"), [
    ("mentorship", MENTORSHIP, MENTORSHIP_MONTHS),
    ("influencer", INFLUENCER, INFLUENCER_MONTHS)])
def test_three_months_by_hand(company, changes, months):
    projection = project(load(company, changes=changes))
    for line, expected in months.items():
        assert projection[line][0, :3] == pytest.approx(expected, abs=0.005), line
