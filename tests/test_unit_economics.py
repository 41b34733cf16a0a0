"""Unit economics against closed forms, and the figures of the sources."""

import numpy as np
import pytest

from model import load, project
from model.analysis.kpis import kpis, met
from model.analysis.unit_economics import (_lifetime, economics, layers, margin_before_ads, sides,
                                           supply_loaded_cac)
from model.companies.profiles import Goal

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


def test_ltv_without_a_cap_is_margin_over_churn():
    # m = 36 a month, churn 1/9: 324. The horizon is long enough to matter less than a cent.
    months, _ = _lifetime(np.array([[1 / 9]]), np.ones((1, 600)), np.array([[100 / 36]]))
    assert 36 * months[0, 0] == pytest.approx(324, abs=1e-9)


def test_payback_is_the_month_in_which_cac_is_recovered():
    # 36 a month without churn against 100: 2.78 months, so in the third.
    _, payback = _lifetime(np.zeros((1, 1)), np.ones((1, 60)), np.array([[100 / 36]]))
    assert payback[0, 0] == 3
    _, exact = _lifetime(np.zeros((1, 1)), np.ones((1, 60)), np.array([[3.0]]))
    assert exact[0, 0] == 3
    _, never = _lifetime(np.full((1, 1), 0.5), np.ones((1, 60)), np.array([[3.0]]))
    assert np.isnan(never[0, 0])


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
    # 1 to 10 for 90 in 100 mentees and 1 to 5 for the rest, a little more as churn differs.
    loaded = supply_loaded_cac(mentorship)[0, 0]
    assert 100 + 250 * 0.11 < loaded < 100 + 250 * 0.112


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
    assert met(value, Goal("x", "ratio", targets[test], test)) is expected
