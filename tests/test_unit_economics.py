"""Unit economics against closed forms, and the figures of the sources."""

import re
from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis.kpis import kpis, met
from model.analysis.unit_economics import (
    economics,
    layers,
    match,
    payback,
    sides,
    stack,
    stack_of_customer,
    streams,
)
from model.engine.figures import figures
from model.pages import open_view, unit_economics
from model.problems import InputError

MENTEES, MENTORS = sides("mentorship")
(CUSTOMERS,) = sides("influencer")


@pytest.fixture(scope="module")
def mentorship():
    return project(load("mentorship"))


@pytest.fixture(scope="module")
def influencer():
    return project(load("influencer"))


def test_ltv_is_the_geometric_sum_capped_at_the_horizon(mentorship):
    found = economics(mentorship, MENTEES, "young_pros")
    months = (1 - 0.96 ** 60) / 0.04
    assert found.customer_months[0, 0] == pytest.approx(months, rel=1e-12)
    revenue = found.revenue_per_month[0, 0]
    # Contribution before ads: 82.5% and the 3.5% of ads.
    assert found.ltv[0, 0] == pytest.approx(revenue * 0.86 * months, rel=1e-9)
    assert found.cac[0, 0] == pytest.approx(100)


def test_payback_is_the_month_in_which_cac_is_recovered():
    # 36 a month without churn against 100: 2.78 months, so in the third.
    assert payback(np.cumsum(np.full((60, 1), 36.0), axis=0), np.array([100.0]))[0] == 3
    assert payback(np.cumsum(np.full((60, 1), 36.0), axis=0), np.array([108.0]))[0] == 3
    assert np.isnan(payback(np.cumsum(0.5 ** np.arange(60))[:, None], np.array([3.0]))[0])
    assert np.isnan(payback(np.cumsum(np.full((60, 1), -1.0), axis=0), np.array([-50.0]))[0])


def test_the_payback_of_a_side_adds_up_its_segments(mentorship):
    # Contribution of the mix of 2028, customer by customer, month by month.
    parts = [economics(mentorship, MENTEES, s) for s in MENTEES.segments]
    shares = (0.68, 0.21, 0.11)
    running, month = 0.0, 0
    while running < 80:
        running += sum(share * part.contribution_per_month[0, 2] * (1 - part.churn[0, 2]) ** month
                       for share, part in zip(shares, parts, strict=True))
        month += 1
    assert economics(mentorship, MENTEES).payback_months[0, 2] == month == 4


def test_ads_that_are_not_there_are_an_error_and_not_a_lower_ltv(mentorship):
    def renamed(given):
        return {path.replace("digital_ads", "online_ads"): value for path, value in given.items()}
    plan = mentorship.assumptions
    other = project(replace(plan, entries=renamed(plan.entries), settings=renamed(plan.settings)))
    said = r"base\.yaml:[0-9]+: variable_opex\.digital_ads is missing, and what the company is"
    with pytest.raises(InputError, match=said):
        economics(other, MENTEES)


def test_onboarding_counts_by_year():
    def ltv(value):
        changes = {"customers.second_month_billed": value}
        return economics(project(load("influencer", changes=changes)), CUSTOMERS, "basic").ltv[0, 2]
    assert ltv({2026: 0.5, 2027: 1}) == pytest.approx(ltv(1), rel=1e-12)


def test_the_first_months_of_a_customer_of_the_service_are_not_billed_in_full(influencer):
    found = economics(influencer, CUSTOMERS, "basic")
    full = sum(0.97 ** k for k in range(60))
    assert found.customer_months[0, 0] == pytest.approx(full - 1 - 0.5 * 0.97, rel=1e-12)
    assert found.revenue_per_month[0, 0] == pytest.approx(8 * 100.3, rel=1e-9)


def test_a_side_is_its_segments_weighted_by_new_customers(mentorship):
    whole = economics(mentorship, MENTEES)
    parts = [economics(mentorship, MENTEES, s).ltv[0, 0] for s in MENTEES.segments]
    assert whole.ltv[0, 0] == pytest.approx(np.dot(parts, [0.7, 0.2, 0.1]), rel=1e-9)


def test_the_life_of_a_mix_is_the_mean_of_its_lives(mentorship):
    # 1 / 0.03, 1 / 0.02 and 1 / 0.015 months by 55%, 35% and 10%; not 1 / 0.025.
    assert economics(mentorship, MENTORS).life[0, 0] == pytest.approx(
        0.55 / 0.03 + 0.35 / 0.02 + 0.1 / 0.015)
    assert economics(mentorship, MENTORS, "executive").life[0, 0] == pytest.approx(1 / 0.015)
    reading = unit_economics.ltv_to_cac_of_both_sides(open_view("mentorship")).reading
    assert "whole even where the mentor stays longer" in reading
    endless = project(load("mentorship", changes={"mentors.executive.churn": 0}))
    assert np.isnan(economics(endless, MENTORS).life[0, 0])


def test_supply_loaded_cac_adds_a_share_of_a_mentor(mentorship):
    # 100 + 250 / 10 in standard, 100 + 250 / 5 in premium matching.
    assert match(mentorship, "young_pros").cac[0, 0] == pytest.approx(125)
    assert match(mentorship, "senior_experts").cac[0, 0] == pytest.approx(150)


def test_a_match_is_a_mentee_and_its_share_of_a_mentor(mentorship):
    # Young Pros: 100 and 331.41, with a tenth of a mentor's 250 and 228.05.
    found = match(mentorship, "young_pros")
    assert found.cac[0, 0] == pytest.approx(100 + 250 / 10)
    mentee, mentor = (economics(mentorship, MENTEES, "young_pros"), economics(mentorship, MENTORS))
    assert found.ltv[0, 0] == pytest.approx(mentee.ltv[0, 0] + mentor.ltv[0, 0] / 10)
    assert found.ltv_to_cac[0, 0] == pytest.approx(
        (mentee.ltv[0, 0] + mentor.ltv[0, 0] / 10) / 125)
    assert found.payer_ltv_to_cac[0, 0] == pytest.approx(mentee.ltv[0, 0] / 125)
    assert found.server.ltv_to_cac[0, 0] == pytest.approx(mentor.ltv[0, 0] / 250)
    # What both sides earn together lies between what each earns alone.
    assert found.server.ltv_to_cac[0, 0] < found.ltv_to_cac[0, 0] < mentee.ltv_to_cac[0, 0]


def test_all_mentees_need_the_mentors_of_their_mix(mentorship):
    # 70% and 20% of them share a mentor among ten, 10% among five.
    assert match(mentorship).share[0, 0] == pytest.approx(0.9 / 10 + 0.1 / 5)
    assert match(mentorship).cac[0, 0] == pytest.approx(100 + 0.11 * 250)


def test_a_match_without_mentors_is_undefined():
    found = match(project(load("mentorship", changes={"mentors.marketing": 0})), "young_pros")
    assert np.isnan(found.cac).all() and np.isnan(found.ltv_to_cac).all()
    assert np.isfinite(found.payer.ltv_to_cac).all()


def test_the_published_order_is_worth_its_commission_and_its_contribution():
    # 18% and 5 of 72, of which 82.5% is left; of 120, two orders bring less than a CAC of 100.
    changes = {f"mentees.{s}.order_value": 72 for s in ("young_pros", "senior_experts")}
    changes |= {"mentees.career_changers.order_value": 120, "orders.executive_premium": 0}
    plan = project(load("mentorship", changes=changes))
    year = {name: plan.by_year(name)[0, 0] for name in plan.lines if name.startswith(
        ("commission.", "orders.", "gmv.", "contribution", "revenue"))}
    margin = year["contribution"] / year["revenue"]
    for segment, take, revenue, kept in (("young_pros", 0.2494444, 17.96, 14.817),
                                         ("career_changers", 0.2216667, 26.60, 43.89 / 2)):
        commission = year[f"commission.{segment}"]
        assert commission / year[f"gmv.{segment}"] == pytest.approx(take, abs=1e-7)
        assert commission / year[f"orders.{segment}"] == pytest.approx(revenue)
        assert margin * commission / year[f"orders.{segment}"] == pytest.approx(kept)


def test_contribution_layers_take_one_cost_after_the_other(mentorship, influencer):
    for plan in (mentorship, influencer):
        found, year = stack(plan), plan.by_year
        np.testing.assert_allclose(found.cm1, found.revenue - year("cost_of_revenue"))
        np.testing.assert_allclose(found.cm3, year("ebitda") + year("payroll") + year("fixed_opex"))
        np.testing.assert_allclose(found.contribution, found.cm1 - year("variable_opex"))
    ours, theirs = stack(mentorship), stack(influencer)
    ads = mentorship.by_year("variable_opex.digital_ads")
    np.testing.assert_allclose(ours.cm2, ours.contribution + ads)
    np.testing.assert_array_equal(theirs.cm2, theirs.contribution)
    # 90%, 86% and 82.5% of revenue are published or follow from it.
    shares = [layer[0, 0] / ours.revenue[0, 0] for layer in (ours.cm1, ours.cm2, ours.contribution)]
    assert shares == pytest.approx([0.9, 0.86, 0.825])


def test_the_layers_of_a_customer_hold_its_ltv_and_its_cac(mentorship):
    for side in (MENTEES, MENTORS):
        for segment in (*side.segments, None):
            life, one = (stack_of_customer(mentorship, side, segment),
                         economics(mentorship, side, segment))
            np.testing.assert_allclose(life.cm2, one.ltv)
            np.testing.assert_allclose(life.contribution - life.cm3, one.cac)


def test_a_lifetime_value_is_the_sum_of_what_is_paid_for(mentorship):
    for segment in MENTEES.segments:
        found = streams(mentorship, MENTEES, segment)
        assert list(found) == ["commission", "mentee_subscriptions"]
        np.testing.assert_allclose(sum(found.values()),
                                   economics(mentorship, MENTEES, segment).ltv)
    # A subscription of 9 that 55% take, 86% of it left, over 22.84 months.
    assert streams(mentorship, MENTEES, "young_pros")["mentee_subscriptions"][0, 0] == \
        pytest.approx(9 * 0.55 * 0.86 * (1 - 0.96 ** 60) / 0.04)


def test_what_a_life_has_earned_ends_at_its_ltv_and_reaches_multiples_of_cac(mentorship):
    one = economics(mentorship, MENTEES, "young_pros")
    np.testing.assert_allclose(one.earned[-1], one.ltv)
    np.testing.assert_array_equal(one.months_to(1), one.payback_months)
    month = int(one.months_to(3)[0, 0])
    assert one.earned[month - 2, 0, 0] < 300 <= one.earned[month - 1, 0, 0]
    assert np.isnan(one.months_to(4)[0, 0])


def test_layers_add_up(mentorship):
    for year in mentorship.years:
        running = 0.0
        for line, amount, kind in layers(mentorship, year):
            if kind == "flow":
                running += amount
            elif line == "revenue":
                running = amount
            else:
                assert amount == pytest.approx(running, abs=1e-6), line


def test_margin_leaves_ads_out(mentorship, influencer):
    assert figures(mentorship).customer("margin_before_ads")[0, 0] == pytest.approx(0.86)
    assert figures(influencer).customer("margin_before_ads")[0, 0] == pytest.approx(0.73)


def test_nobody_won_is_undefined_with_a_reason():
    found = kpis(project(load("mentorship", changes={"mentees.marketing": 0})))
    for name in ("ltv_to_cac", "mentee_cac", "take_rate"):
        kpi = found[name][2026]
        assert (kpi.value, kpi.status) == (None, "undefined") and kpi.reason, name


def test_kpis_of_the_sources(mentorship, influencer):
    ours, theirs = kpis(mentorship), kpis(influencer)
    assert ours["contribution_margin"][2026].value == pytest.approx(0.825)
    assert ours["match_rate"][2026].value == pytest.approx(0.75)
    assert theirs["gross_margin"][2026].value == pytest.approx(0.82)
    assert theirs["cac"][2030].value == pytest.approx(350)
    assert theirs["months_to_breakeven"][2026].value == 6


@pytest.mark.parametrize(("test", "value", "expected"), [
    ("at_least", 3.0, True), ("at_least", 3 - 1e-12, True), ("at_least", 2.9999, False),
    ("above", 0.8, False), ("above", 0.8 + 1e-12, False), ("above", 0.8001, True),
    ("at_most", 100.0, True), ("at_most", 100.01, False),
    ("below", 0.8, False), ("below", 0.7999, True)])
def test_inclusive_and_strict_targets(test, value, expected):
    targets = {"at_least": 3.0, "above": 0.8, "at_most": 100.0, "below": 0.8}
    assert met(value, targets[test], test) is expected


def test_a_target_may_differ_by_year():
    missed = kpis(project(load("influencer", "downside")))["cac"]
    assert [missed[year].target for year in (2026, 2028, 2030)] == [500, 425, 350]
    assert missed[2030].value == pytest.approx(425) and missed[2030].status == "missed"


# The pages.

@pytest.mark.parametrize(("company", "changes", "cell", "said"), [
    ("mentorship", {}, "customer_layers",
     "brings in its life, CM2 (contribution margin 2) of USD 331 counts as LTV; "
     "CM3, after what it cost to win, is USD 218"),
    ("mentorship", {"mentees.cac.2026": 1000}, "customer_layers", "is USD \u2212682"),
    ("mentorship", {"mentees.marketing": 0}, "customer_layers", "so a life has no layers"),
    ("mentorship", {}, "ltv_variants",
     "USD 237 to USD 363, depending on its definition: 3 of 9 definitions "
     "reach 3 times the CAC of USD 100"),
    ("mentorship", {"mentees.cac": 1000}, "ltv_variants", "none of 9 definitions reaches"),
    ("mentorship", {"mentees.young_pros.churn": 0}, "ltv_variants", "all 7 definitions reach"),
    ("mentorship", {"mentees.marketing": 0}, "ltv_variants", "no lifetime value under any name"),
    ("mentorship", {}, "ltv_to_cac_by_part",
     "have earned 3 times their CAC after 43 months; the ratio is "
     "below 3 for first year of life alone (1.40)"),
    ("mentorship", {"mentees.cac": 200}, "ltv_to_cac_by_part",
     "do not earn 3 times their CAC within five years"),
    ("influencer", {}, "ltv_to_cac_by_part",
     "the ratio is 3 or more for first year of life alone (10"),
    ("influencer", {"customers.marketing": 0}, "ltv_to_cac_by_part", "no value to take apart"),
    ("mentorship", {}, "ltv_to_cac_of_both_sides",
     "alone they earn 0.91 times their CAC, and with that counted a match earns 2.83")])
def test_the_sentences_on_value_know_their_cases(company, changes, cell, said):
    assert said in getattr(unit_economics, cell)(open_view(company, changes=changes)).message


def test_the_page_names_every_definition_in_words_and_the_one_that_is_used():
    block = unit_economics.ltv_variants(open_view("mentorship"))
    assert block.html.count("used for LTV:CAC") == 1
    assert "LTV:CAC uses the simple one" in block.reading and "1.877% a month" in block.reading
    assert "onboarding" in unit_economics.ltv_variants(open_view("influencer")).reading


@pytest.mark.parametrize(("changes", "said"), [
    ({}, "CAC over a month's contribution before ads is 6.9 months; with those who leave and any "
         "onboarding counted, it is earned back in month 8."),
    ({"mentees.cac": 1000}, "is 68.9 months; with those who leave and any onboarding counted, it "
                            "is earned back not within five years."),
    ({"mentees.young_pros.adoption": 0, "commission.share": 0, "commission.fee": 0},
     "customers who leave are counted as gone.")])
def test_the_plain_payback_stands_beside_the_one_that_counts_who_leaves(changes, said):
    reading = unit_economics.ltv_to_cac_by_part(open_view("mentorship", changes=changes)).reading
    assert said in reading and ("CAC over" in reading) == ("onboarding" in said)


def test_the_table_of_segments_writes_each_column_in_one_form_and_breaks_no_month():
    for company in ("mentorship", "influencer"):
        table = unit_economics.segments(open_view(company)).table
        ads = " before ads" if company == "mentorship" else ""
        assert f"Contribution{ads} a month" in table.columns
        amounts = [head for head, unit in table.units.items() if unit.startswith("USD")]
        for head in amounts:
            for row in range(len(table.labels)):
                assert not table._cell_text(head, row).endswith(("k", "m")), head
        assert not any(" " in text for text in table.columns["Payback"])
        assert any("month\u00a0" in text for text in table.columns["Payback"])


def test_a_company_with_one_side_says_so():
    assert "has one side" in unit_economics.ltv_to_cac_of_both_sides(open_view("influencer")).text


@pytest.mark.parametrize(("company", "said"), [
    ("mentorship", "LTV:CAC of Young Pros in 2026 would be 2.73 and not 3.31."),
    ("influencer", "LTV:CAC of Basic in 2026 would be 24.73 and not 31.03.")])
def test_the_ratio_says_that_it_is_not_discounted_and_what_it_would_be(company, said):
    reading = unit_economics.segments(open_view(company)).reading
    assert re.search(rf"at 25.0% a year, if each stayed for just 2\d\.\d billed months, {said}",
                     reading)


@pytest.mark.parametrize(("changes", "said"), [
    ({}, "Of a customer's hours 0% in month 1 and 50% in month 2 from signing are billed, later "
         "all, so a customer in One-Off is billed for 1.5 months, of 2.9 that it stays on average. "
         "The source prints none of the 3 assumptions on One-Off."),
    ({"tiers.one_off.churn": 0.5, "customers.second_month_billed": 1.0},
     "100% in month 2 from signing are billed, later all, so a customer in One-Off is billed for "
     "1.0 months, of 2.0 that"),
    ({"tiers.one_off.churn": 0.21, "tiers.managed_service.churn": 0.4},
     "so a customer in Managed Service is billed for 1.2 months, of 2.5 that it stays on average. "
     "Of Managed Service the source prints hourly rate, Managed Service.")])
def test_what_onboarding_leaves_of_a_short_life_stands_beside_the_months_billed(changes, said):
    reading = unit_economics.segments(open_view("influencer", changes=changes)).reading
    assert said in reading
    assert "from signing" not in unit_economics.segments(open_view("mentorship")).reading
