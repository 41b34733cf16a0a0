"""The company that sells by subscription: its cases worked by hand, in plain arithmetic, and what
a first month, moves, prices and yearly plans must do in any plan."""

import json
from importlib.resources import files

import numpy as np
import pytest

from model import load, project
from model.analysis import full_cost, lifetime
from model.analysis.kpis import kpi_months, kpi_values
from model.analysis.survival import survivors
from model.analysis.unit_economics import economics, sides
from model.audit.checks import check
from model.engine import javascript, parity
from model.engine.figures import figures
from model.pages import live

TIERS = ("solo", "team", "campus")
(SCHOOLS,) = sides("subscription")
# All is paid in its month, nothing is paid ahead, nobody moves, and all schools choose Solo.
PLAIN = {
    "terms.prepaid_share": 0, "terms.invoiced_share": 0, "sales_tax.charged": 0,
    "sales_tax.deducted": 0, "terms.days_to_pay.variable_cost": 0,
    "terms.days_to_pay.overhead": 0, "offers.mix.team": 0, "offers.mix.campus": 0,
    "offers.solo.up": 0, "offers.team.up": 0, "offers.team.down": 0, "offers.campus.down": 0,
    **{f"offers.{t}.{rate}": 0 for t in TIERS for rate in ("churn", "first_month_churn")}}
# 100 schools begin to pay in each month but the first: 12,000 a month buy 500 trials, of which a
# fifth pays.
WON = {"channels.partners.marketing": 0, "channels.search_ads.marketing": 144_000,
       "channels.search_ads.cost_per_trial": 24, "channels.search_ads.conversion": 0.2}
NOBODY = {"channels.partners.marketing": 0, "channels.search_ads.marketing": 0}


def plan_of(*changes, **more):
    merged = {}
    for each in changes:
        merged |= each
    return project(load("subscription", changes=merged | more))


# Worked by hand.

def test_who_is_new_leaves_sooner():
    """Case 13: 100 new a month, 20% leave in their first month, 3% in each later one."""
    plan = plan_of(PLAIN, WON, {"offers.solo.first_month_churn": 0.2, "offers.solo.churn": 0.03})
    active, expected = 0.0, []
    for month in range(60):
        new = 100 if month else 0
        before = 100 if month > 1 else 0
        active = active - 0.2 * before - 0.03 * (active - before) + new
        expected.append(active)
    assert plan["active_schools"][0] == pytest.approx(expected)
    # The first trials pay in the second month of the plan.
    assert plan["active_schools"][0, [12, 24, 36]] == pytest.approx(
        [859.2, 1_443.2, 1_848.4], abs=0.05)
    one = economics(plan, SCHOOLS, "solo")
    assert one.life[0] == pytest.approx(np.full(5, 1 + 0.8 / 0.03))
    assert round(float(one.life[0, 0]), 2) == 27.67
    # Of a life of five years at most: the first month, and of 0.8 what 3% leaves each month.
    billed = 1 + 0.8 * sum(0.97 ** month for month in range(59))
    assert one.customer_months[0] == pytest.approx(np.full(5, billed))
    assert one.churn[0] == pytest.approx(1 / one.life[0])


def test_schools_move_between_tiers():
    """Case 14: of 100 and 20, 5% move up and 1% down."""
    plan = plan_of(PLAIN, NOBODY, {
        "opening.active_schools.solo": 100, "opening.active_schools.team": 20,
        "offers.solo.up": 0.05, "offers.team.down": 0.01})
    assert plan["active_schools.solo"][0, 0] == pytest.approx(95.2)
    assert plan["active_schools.team"][0, 0] == pytest.approx(24.8)
    assert plan["moved_up"][0, 0] == pytest.approx(5) and plan["moved_down"][0, 0] == (
        pytest.approx(0.2))
    assert plan["active_schools"][0] == pytest.approx(120)
    # Solo pays 45 and Team 119: five pay 74 more, and a fifth of a school as much less.
    assert plan["expansion"][0, 0] == pytest.approx(5 * 74)
    assert plan["contraction"][0, 0] == pytest.approx(0.2 * 74)
    start = 100 * 45 + 20 * 119
    assert figures(plan).line("net_kept")[0, 0] == pytest.approx((start + 370 - 14.8) / start)
    assert figures(plan).line("gross_kept")[0, 0] == pytest.approx((start - 14.8) / start)


@pytest.mark.parametrize(("followed", "january", "december"), [
    (0, 1_120, 2_440), (1, 1_320, 2_640), (0.5, 1_220, 2_540)])
def test_old_schools_keep_their_price_but_for_what_they_follow(followed, january, december):
    """Case 12: from 10 to 12 in January 2027; 100 schools in December 2026, 10 new a month."""
    plan = plan_of(PLAIN, WON, {
        "opening.active_schools.solo": 100, "channels.search_ads.conversion": {2026: 0, 2027: 0.02},
        "offers.solo.monthly_price": {2026: 10, 2027: 12}, "pricing.followed": followed})
    assert plan["revenue"][0, 11] == pytest.approx(1_000)
    assert plan["revenue"][0, [12, 23]] == pytest.approx([january, december])
    assert plan["expansion"][0, 12] == pytest.approx(200 * followed)


def test_who_leaves_takes_the_mean_price_and_a_cut_is_followed_too():
    """100 at 10; from 2027 10 new at 12 a month and 10% churn; in 2028 the price falls to 9."""
    plan = plan_of(PLAIN, WON, {
        "opening.active_schools.solo": 100, "channels.search_ads.conversion": {2026: 0, 2027: 0.02},
        "offers.solo.monthly_price": {2026: 10, 2027: 12, 2028: 9},
        "offers.solo.churn": {2026: 0, 2027: 0.1}, "offers.solo.first_month_churn": 0.1,
        "pricing.followed": {2026: 0, 2028: 0.5}})
    active, paid = 100.0, 1_000.0
    for month in range(12, 36):
        stay = 0.9 * active
        cut = 0.5 * 3 * stay if month == 24 else 0
        paid = 0.9 * paid - cut + 10 * (12 if month < 24 else 9)
        active = stay + 10
        assert plan["revenue"][0, month] == pytest.approx(paid), month
        assert plan["contraction"][0, month] == pytest.approx(cut)


def test_a_year_that_is_paid_ahead_has_a_price_of_its_own():
    """Case 11: 100 subscribers, a fifth of whom pays 299.99 a year ahead, the others 29.99."""
    plan = plan_of(PLAIN, NOBODY, {
        "opening.active_schools.solo": 100, "terms.prepaid_share": 0.2,
        "offers.solo.monthly_price": 29.99, "offers.solo.yearly_price": 299.99})
    assert plan["revenue"][0].round(2).tolist() == [2_899.18] * 60
    assert plan["customer_receipts"][0, :13].round(2).tolist() == [
        8_399.00, *[2_399.20] * 11, 8_399.00]
    assert plan["deferred_revenue"][0, 0] == pytest.approx(5_499.82, abs=0.005)
    assert plan["deferred_revenue"][0, 11] == pytest.approx(0, abs=1e-6)


def test_a_channel_is_judged_by_what_it_spends_and_wins():
    """12,000 a month at 24 buy 500 trials, of which a fifth pays the month after; 6,000 at 60 buy
    100, of which a half pays."""
    plan = plan_of(PLAIN, WON, {
        "channels.partners.marketing": 72_000, "channels.partners.cost_per_trial": 60,
        "channels.partners.conversion": 0.5, "offers.solo.monthly_price": 40,
        **{f"cost_of_revenue.{name}": 0 for name in ("hosting", "messages")},
        **{f"variable_opex.{name}": 0 for name in ("payment_processing", "support_tools")}})
    assert plan["trials"][0, :2].tolist() == [600, 600]
    assert plan["new_schools"][0, :3].tolist() == [0, 150, 150]
    cac = {name: kpi_values(plan, name)[0].tolist() for name in
           ("cac", "search_ads_cac", "partners_cac")}
    # In the first year twelve months of marketing win the schools of eleven.
    assert cac["search_ads_cac"] == pytest.approx([120 * 12 / 11, 120, 120, 120, 120])
    assert cac["partners_cac"] == pytest.approx([120 * 12 / 11, 120, 120, 120, 120])
    assert cac["cac"] == pytest.approx([120 * 12 / 11, 120, 120, 120, 120])
    # 40 a month for ever: 120 are back in the third month of life, 130.91 in the fourth.
    for name in ("search_ads_payback", "partners_payback", "cac_payback"):
        assert kpi_values(plan, name)[0].tolist() == [4, 3, 3, 3, 3]
    assert kpi_values(plan, "trial_conversion")[0, 1] == pytest.approx(0.25)


def test_trials_that_are_open_pay_in_the_first_month():
    plan = plan_of(PLAIN, WON, {"opening.trials.search_ads": 500})
    assert plan["new_schools"][0].tolist() == [100] * 60


def test_sales_tax_is_paid_in_the_month_after_its_quarter():
    """Case 20: 10,000 net a month at 20%, suppliers 4,000 net, all paid at once."""
    nothing = {
        **{path: 0 for path in load("subscription").entries
           if path.startswith(("cost_of_revenue.", "variable_opex.")) or path.endswith(".salary")},
        **{f"fixed_opex.{name}": 0 for name in ("sales_tools", "advice", "other")},
        "capex.software": {"2026-01": 0}, "fixed_opex.office": 48_000}
    plain, taxed = (plan_of(PLAIN, NOBODY, nothing, {
        "opening.active_schools.solo": 100, "offers.solo.monthly_price": 100, **more})
        for more in ({}, {"sales_tax.charged": 0.2, "sales_tax.deducted": 0.2}))
    assert plain["operating_cash_flow"][0, :4] == pytest.approx([6_000] * 4)
    assert taxed["operating_cash_flow"][0, :7] == pytest.approx(
        [7_200, 7_200, 7_200, 3_600, 7_200, 7_200, 3_600])
    assert taxed["sales_tax_payable"][0, :4] == pytest.approx([1_200, 2_400, 3_600, 1_200])
    for line in ("revenue", "ebitda", "net_income"):
        assert np.array_equal(plain[line], taxed[line])
    # What is held cannot be spent, and so cash that can is as if there were no tax.
    held = taxed["cash"][0, :4] - taxed["unrestricted_cash"][0, :4]
    assert held == pytest.approx([1_200, 2_400, 3_600, 1_200])
    assert taxed["unrestricted_cash"][0, :12] == pytest.approx(plain["unrestricted_cash"][0, :12])
    assert taxed["liabilities"][0, 2] - plain["liabilities"][0, 2] == pytest.approx(3_600)
    assert check(taxed).failed == ()


def test_more_tax_paid_than_taken_comes_back_after_the_quarter():
    """60,000 of software in the first month at 12%, and nothing sold: 7,200 are claimed back."""
    plan = plan_of(PLAIN, NOBODY, {
        **{f"fixed_opex.{name}": 0 for name in ("office", "sales_tools", "advice", "other")},
        "capex.software": {"2026-01": 60_000}, "sales_tax.deducted": 0.12})
    assert plan["sales_tax_claim"][0, :4] == pytest.approx([7_200, 7_200, 7_200, 0])
    assert plan["sales_tax_paid"][0, 3] == pytest.approx(-7_200)
    assert (plan["sales_tax_payable"][0, :4] == 0).all()
    assert plan["assets"][0, 0] == pytest.approx(
        plan["cash"][0, 0] + 7_200 + plan["fixed_assets"][0, 0])


def test_what_is_declared_to_win_schools_stands_in_the_loaded_cac():
    plan = project(load("subscription"))
    new, year = plan.by_year("new_schools"), plan.by_year
    sold = (year("marketing") + year("payroll.growth_lead") + year("payroll.partner_manager")
            + year("fixed_opex.sales_tools"))
    assert full_cost.fully_loaded(plan, SCHOOLS).cac == pytest.approx(sold / new)


def test_retention_of_revenue_is_the_product_of_twelve_months():
    """2% leave a month, and 1% moves from Solo at 45 to Team at 119."""
    plan = plan_of(PLAIN, NOBODY, {
        "opening.active_schools.solo": 100, "offers.solo.churn": 0.02, "offers.solo.up": 0.01,
        "offers.team.churn": 0.02})
    solo, team, gross, net = 4_500.0, 0.0, 1.0, 1.0
    for _ in range(12):
        start = solo + team
        more = 0.01 * 0.98 * solo * (119 - 45) / 45
        gross *= 0.98
        net *= (0.98 * start + more) / start
        solo, team = 0.98 * 0.99 * solo, 0.98 * team + 0.01 * 0.98 * solo * 119 / 45
    assert solo + team == pytest.approx(plan["revenue"][0, 11])
    assert kpi_months(plan, "gross_revenue_retention")[0, 11] == pytest.approx(gross)
    assert kpi_months(plan, "net_revenue_retention")[0, 11] == pytest.approx(net)
    assert net == pytest.approx((solo + team) / 4_500)
    # A year is the first twelve months; before there is nothing to compare with.
    assert np.isnan(kpi_months(plan, "net_revenue_retention")[0, :11]).all()


def test_a_school_that_moves_pays_the_price_of_each_tier():
    """One Solo in life: a month there, then a tenth of those who stay moves to Team for ever."""
    plan = plan_of(PLAIN, WON, {
        "offers.solo.first_month_churn": 0.2, "offers.solo.churn": 0.05,
        "offers.solo.up": 0.1, "offers.team.churn": 0.01, "offers.team.first_month_churn": 0.5,
        "opening.active_schools.team": 1})
    solo, team, worth, months = 1.0, 0.0, 0.0, 0.0
    for age in range(60):
        if age:
            # Whoever is in the month after the first leaves at that rate, also in another tier.
            stay = solo * (0.8 if age == 1 else 0.95)
            solo, team = 0.9 * stay, team * 0.99 + 0.1 * stay
        worth, months = worth + 45 * solo + 119 * team, months + solo + team
    one = economics(plan, SCHOOLS, "solo")
    assert one.customer_months[0, 1] == pytest.approx(months)
    assert one.revenue_per_month[0, 1] * months == pytest.approx(worth)


# In any plan.

def test_every_scenario_keeps_every_check_and_tells_expansion_apart():
    for scenario in ("base", "downside", "upside", "price_rise"):
        plan = project(load("subscription", scenario))
        assert check(plan).failed == ()
        change = (plan["new_subscriptions"] + plan["expansion"] - plan["lost_subscriptions"]
                  - plan["contraction"])
        assert np.cumsum(change) == pytest.approx(plan["subscriptions"][0])
        assert survivors(plan, SCHOOLS, "team") == pytest.approx(plan["active_schools.team"])


def test_the_script_of_a_page_follows_a_school_through_the_tiers_too():
    plan = project(load("subscription", "price_rise"))
    told = [{name: getattr(SCHOOLS, name) for name in live._OF_SIDE}]
    scripts = (files("model.pages.live") / "lifetimes.js").read_text(encoding="utf-8")
    with parity.engine(javascript.script(plan.assumptions), scripts) as racer:
        racer.eval(f"const plan = new Plan({json.dumps(javascript.data(plan.assumptions))}); "
                   f"const lifetimes = new Lifetimes(plan, {json.dumps(told)}); 0")
        for who in (*TIERS, None):
            found = lifetime.variants(plan, SCHOOLS, who)
            values = racer.eval(f"JSON.stringify({json.dumps(list(found))}.map((name) => "
                                "[0, 3].map((year) => lifetimes.value(name, "
                                f"{json.dumps(who or SCHOOLS.name)}, year))))")
            for name, said in zip(found, json.loads(values), strict=True):
                assert said == pytest.approx(found[name].value[0, [0, 3]]), (who, name)


def test_who_moves_up_does_not_move_down_and_all_may_move():
    plan = plan_of(PLAIN, NOBODY, {
        "opening.active_schools.team": 80, "offers.team.up": 1, "offers.team.down": 1})
    assert plan["active_schools.campus"][0, 0] == 80
    assert (plan["active_schools"][0] == 80).all() and plan["moved_down"][0, 0] == 0


def test_the_plan_works_within_five_years_and_says_that_it_is_invented():
    plan = project(load("subscription"))
    assert 0 < plan["breakeven_earned_back"][0, -1] <= 60 and plan["trough_cash"][0, -1] > 0
    assert "invented" in plan.assumptions.about
    kinds = {entry.kind for entry in plan.assumptions.entries.values()}
    assert kinds == {"estimate", "decision", "benchmark"}
