"""Unit economics against closed forms, and the figures of the sources."""

from dataclasses import replace

import numpy as np
import pytest

from model import load, project
from model.analysis.kpis import kpis, met
from model.analysis.unit_economics import (
    economics,
    layers,
    margin_before_ads,
    payback,
    sides,
    supply_loaded_cac,
)
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
    nameless = replace(mentorship, lines=tuple(line.replace("digital_ads", "online_ads")
                                               for line in mentorship.lines))
    with pytest.raises(InputError, match=r"variable_opex\.digital_ads is missing"):
        economics(nameless, MENTEES)


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


def test_supply_loaded_cac_adds_a_share_of_a_mentor(mentorship):
    # 100 + 250 / 10 in standard, 100 + 250 / 5 in premium matching.
    assert supply_loaded_cac(mentorship, "young_pros")[0, 0] == pytest.approx(125)
    assert supply_loaded_cac(mentorship, "senior_experts")[0, 0] == pytest.approx(150)


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
    assert margin_before_ads(mentorship)[0, 0] == pytest.approx(0.86)
    assert margin_before_ads(influencer)[0, 0] == pytest.approx(0.73)


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
