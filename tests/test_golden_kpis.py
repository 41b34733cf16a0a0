"""The figures of the sources, verbatim, where their arithmetic is right and where it is not.

G5 to G11 are in test_ltv.py, G13 and G14 in test_unit_economics.py, G21 and G36 (months to
break-even) in test_funding.py.
"""

import math

import pytest
from lines import plan as made

from model import load, project
from model.analysis.breakeven import volume
from model.analysis.kpis import judged, kpi_months, kpi_values, kpis, met
from model.analysis.rules import FIRED, SILENT, UNDEFINED, states
from model.companies.mentorship import MENTEES, MENTORS
from model.companies.profiles import profile
from model.engine.projection import ratio
from model.params.series import annual_series
from model.views.formats import format_value

YEARS = (2026, 2027, 2028, 2029, 2030)


def of(name, company, **lines):
    """A KPI of one month; that of the year is the same."""
    plan = made(company, **lines)
    assert kpi_values(plan, name)[0, 0] == pytest.approx(kpi_months(plan, name)[0, 0])
    return kpi_months(plan, name)[0, 0]


def goal(company, name):
    return profile(company).kpis[name]


def rule(company, name, threshold=None):
    return next(found for found in profile(company).rules
                if found.id == name and threshold in (None, found.threshold))


def exact(value):
    """To the digits that are written."""
    return pytest.approx(value, abs=0.5 * 10 ** -len(str(value).partition(".")[2]) + 1e-12)


# The marketplace.

def test_g1_to_g3_spending_is_charged_to_one_side_and_not_to_both():
    months = {"mentee_marketing": 75_000, "mentor_marketing": 0, "marketing": 75_000,
              "new_mentees": 400, "new_mentors": 100}
    assert of("mentee_cac", "mentorship", **months) == 187.50
    assert of("blended_cac", "mentorship", **months) == 150.00
    # 75,000 over 100 sellers is 750.00, but then the same money was charged twice.
    assert ratio(75_000, 100) == 750.00
    assert of("mentor_cac", "mentorship", **months) == 0


def test_g6_the_revenue_that_an_ltv_of_300_takes():
    target = goal("mentorship", "ltv").target
    assert target / kpi_values(project(load("mentorship")), "contribution_margin")[0, 0] == exact(
        363.6364)


def test_g7_to_g10_the_source_fails_its_own_rule_when_its_examples_are_put_together():
    # 450 over 100; then 324 over 100, over 187.50, and with a share of a mentor at 1:10 and 1:5.
    pause = rule("mentorship", "R1")
    for value, state in ((450 / 100, SILENT), (324 / 100, SILENT), (324 / 187.50, FIRED),
                         (324 / 125, FIRED), (324 / 150, FIRED)):
        assert states(pause, [value]) == (state,), value
        status = {SILENT: "met", FIRED: "missed"}[state]
        assert judged("ltv_to_cac", goal("mentorship", "ltv_to_cac"), 3, value).status == status


def test_g12_a_margin_on_another_commission_than_the_plans():
    assert of("contribution_margin", "mentorship", contribution=20 - 3, revenue=20) == 0.85
    # 18% and 5 of an order of 100 are 23.
    assert of("contribution_margin", "mentorship", contribution=20, revenue=23) == exact(0.869565)


def test_g13_the_take_rate_at_an_order_of_72():
    flat = {f"mentees.{segment}.order_value": 72 for segment in MENTEES}
    plan = project(load("mentorship", changes=flat | {"orders.executive_premium": 0}))
    assert kpi_values(plan, "take_rate")[0, 0] == exact(0.2494444)
    assert kpis(plan)["take_rate"][2026].status == "met"


def only(**changes):
    """The marketplace in 2026 selling one thing, with 17.5% of variable cost or none."""
    none = {f"mentors.{tier}.adoption": 0 for tier in MENTORS}
    return project(load("mentorship", changes=none | {"orders.executive_premium": 0} | changes))


def needed(plan, line):
    return volume(plan, line)[0, 0]


def test_g15_orders_that_pay_the_overhead():
    plan = project(load("mentorship"))
    assert plan["payroll"][0, 0] + plan["fixed_opex"][0, 0] == exact(34_383.33)
    orders = only(**{f"mentees.{segment}.{name}": value for segment in MENTEES
                     for name, value in (("adoption", 0), ("order_value", 72))})
    assert needed(orders, "revenue") == exact(41_676.77)
    assert needed(orders, "orders") == exact(2_320.53)
    assert math.ceil(needed(orders, "orders")) == 2_321
    assert 72 * needed(orders, "orders") == exact(167_078.36)


@pytest.mark.parametrize(("fee", "free", "loaded"), [
    (900, 39, 47), (2_900, 12, 15), (9, 3_821, 4_631), (29, 1_186, 1_438)])
def test_g16_relationships_that_pay_the_overhead(fee, free, loaded):
    # 39 and 12 as printed; at 9 and 29 a month, and with the variable cost that 82.5% leaves.
    fees = {f"mentees.{segment}.{name}": value for segment in MENTEES
            for name, value in (("adoption", 1), ("subscription", fee), ("orders", 0))}
    variable = {f"{part}.{line}": 0 for part, lines in (
        ("cost_of_revenue", ("payment_processing",)),
        ("variable_opex", ("digital_ads", "mentor_vetting", "platform_support")))
        for line in lines}
    assert math.ceil(needed(only(**fees, **variable), "active_mentees")) == free
    assert math.ceil(needed(only(**fees), "active_mentees")) == loaded


def test_g17_twenty_months_of_burn_imply_the_cash():
    assert kpi_months(made("mentorship", unrestricted_cash=1_000_000, free_cash_flow=-50_000),
                      "runway")[0, 2] == 20


def test_g18_what_a_hire_of_150_000_takes():
    hire = {"team.product_manager.hires": {"2026-01": 1}, "team.product_manager.salary": 150_000}
    plan, base = (project(load("mentorship", changes=changes)) for changes in (hire, {}))
    assert plan["payroll.product_manager"][0, 0] == 12_500.00
    assert needed(plan, "revenue") - needed(base, "revenue") == exact(15_151.5152)
    assert base["payroll.product_manager"][0, 24] == pytest.approx(12_500, rel=1e-5)


def test_g19_a_match_rate_of_65_percent_is_on_watch():
    rate = of("match_rate", "mentorship", new_mentees=650, onboarded_mentees=1_000)
    kpi = judged("match_rate", goal("mentorship", "match_rate"), 0.7, rate)
    assert (kpi.value, kpi.status, kpi.band) == (0.65, "watch", "in between")
    assert 1_000 * (1 - rate) == 350
    assert states(rule("mentorship", "R8", 0.7), [rate]) == (FIRED,)
    assert states(rule("mentorship", "R8", 0.5), [rate]) == (SILENT,)


def test_g20_a_repeat_rate_counts_users_and_not_sessions():
    # The source divides sessions by sessions: 140 users of 200 with three each would be 210%.
    assert ratio(140, 200) == 0.70 and ratio(420, 200) == 2.10
    assert judged("repeat_rate", goal("mentorship", "repeat_rate"), 0.5, 0.70).status == "met"


def test_g22_the_break_even_of_the_source_is_month_22():
    plan = project(load("mentorship"))
    assert plan.months[22 - 1] == "2027-10" == profile("mentorship").published.breakeven
    assert goal("mentorship", "months_to_breakeven").target == 22
    assert kpi_values(plan, "months_to_breakeven")[0, 0] == 22
    # By the words of the source, profits have to cover all losses since the start.
    assert goal("mentorship", "months_to_earn_back").target == 22
    assert kpi_values(plan, "months_to_earn_back")[0, 0] == 36


def test_g23_executives_among_mentors_and_what_they_do_to_prices():
    plan = load("mentorship")
    share = plan.yearly("mentors.mix.executive")[:, 0]
    assert share.tolist() == pytest.approx([0.10, 0.1375, 0.175, 0.2125, 0.25])
    multiplier = 1 + plan.series["orders.executive_premium"].values[0, 0] * share
    assert multiplier[[0, -1]].tolist() == pytest.approx([1.04, 1.10])
    assert multiplier[-1] / multiplier[0] - 1 == exact(0.05769)


@pytest.mark.parametrize(("margin", "state", "status"), [
    (0.80, SILENT, "missed"), (0.7999, FIRED, "missed"), (0.8001, SILENT, "met")])
def test_g24_a_target_and_a_rule_are_different_tests(margin, state, status):
    assert states(rule("mentorship", "R2"), [margin]) == (state,)
    wanted = goal("mentorship", "contribution_margin")
    assert judged("contribution_margin", wanted, wanted.target, margin).status == status


# The service.

def test_g30_acquisition_cost():
    assert of("cac", "influencer", marketing=150_000, new_customers=300) == 500
    assert met(500, goal("influencer", "cac").target_in(2026), "at_most")
    # The source's own goal is not what it calls healthy.
    kpi = judged("cac", goal("influencer", "cac"), 500, 500)
    assert (kpi.status, kpi.band) == ("met", "more than is called healthy")


def test_g31_gross_margin():
    assert of("gross_margin", "influencer", gross_profit=100_000 - 18_000,
              revenue=100_000) == 0.82


def test_g32_contribution_margin_and_its_two_lines():
    high, low = (of("contribution_margin", "influencer", revenue=100_000,
                    contribution=82_000 - cost) for cost in (9_000, 15_000))
    assert (high, low) == (pytest.approx(0.73), pytest.approx(0.67))
    wanted = goal("influencer", "contribution_margin")
    assert judged("contribution_margin", wanted, wanted.target, 0.82 - 0.09).status == "met"
    assert judged("contribution_margin", wanted, wanted.target, 0.82 - 0.15).status == "missed"
    assert states(rule("influencer", "R5"), [0.82 - 0.09, 0.82 - 0.15]) == (SILENT, FIRED)
    assert states(rule("influencer", "R4"), [0.82 - 0.15] * 2) == (SILENT, FIRED)


def test_g33_average_billable_rate():
    assert of("average_billable_rate", "influencer", revenue=150_000,
              billable_hours=100) == 1_500
    # Read with its decimal, an hour costs a tenth, and so does the plan's.
    rate = kpi_values(project(load("influencer")), "average_billable_rate")[0, 0]
    assert 100 < rate < 150.0


def test_g34_the_source_cuts_where_it_should_round():
    assert float(ratio(1_500, 350)) == exact(4.285714)
    assert format_value(1_500 / 350, "ratio") == "4.29"


def test_g35_three_to_one_passes():
    wanted = goal("influencer", "ltv_to_cac")
    assert judged("ltv_to_cac", wanted, wanted.target, 1_500 / 500).status == "met"
    assert judged("ltv_to_cac", wanted, wanted.target, 2.99998).status == "missed"
    assert goal("influencer", "ltv").target == 3 * 500


@pytest.mark.parametrize(("fixed", "revenue"), [(18_000, 24_657.534), (56_000, 76_712.33)])
def test_g37_revenue_that_pays_fixed_cost(fixed, revenue):
    plan = made("influencer", contribution=73, revenue=100, payroll=fixed, fixed_opex=0)
    assert needed(plan, "revenue") == exact(revenue)


def test_g37_the_plan_is_not_the_example():
    plan = project(load("influencer"))
    outlay = sum(plan.by_year(line)[0, 0] for line in ("payroll", "fixed_opex", "marketing"))
    assert outlay / 12 == pytest.approx(56_000, rel=1e-3)


def test_g38_more_high_value_work_also_raises_all_revenue():
    def mix(high, revenue):
        return of("high_value_mix", "influencer", high_value_revenue=high, revenue=revenue)
    assert mix(60_000, 200_000) == 0.30
    assert mix(100_000, 200_000) == 0.50
    assert mix(100_000, 240_000) == exact(0.416667)


def test_g39_the_path_of_acquisition_cost():
    assert load("influencer").yearly("customers.cac")[:, 0].tolist() == [
        500, 462.5, 425, 387.5, 350]
    geometric = annual_series({2026: 500.0, 2030: 350.0}, YEARS, "geometric").values[:, 0]
    assert geometric.tolist() == [exact(value) for value in (500, 457.35, 418.33, 382.64, 350)]
    assert [goal("influencer", "cac").target_in(year) for year in YEARS] == [
        500, 462.5, 425, 387.5, 350]


def test_g40_the_path_of_the_high_value_share():
    assert [goal("influencer", "high_value_mix").target_in(year) for year in YEARS
            ] == pytest.approx([0.30, 0.35, 0.40, 0.45, 0.50])


def test_g41_two_consecutive_months():
    freeze = rule("influencer", "R4")
    assert states(freeze, [0.71, 0.69, 0.69]) == (SILENT, SILENT, FIRED)
    assert states(freeze, [0.69, 0.70, 0.69]) == (SILENT, SILENT, SILENT)
    assert states(freeze, [0.69, float("nan"), 0.69]) == (SILENT, UNDEFINED, SILENT)
