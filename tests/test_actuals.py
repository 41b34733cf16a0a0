"""Variance, splice and accuracy by hand and by identities."""

from types import SimpleNamespace

import numpy as np
import pytest
from stand import seen

from model import load, project
from model.analysis import variance as against
from model.analysis.doubts import SUBTOTALS, loose_ends
from model.analysis.variance import effect
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine import numbers
from model.params.observations import Actuals

NAN = float("nan")

TERMS = glossary("mentorship")


@pytest.fixture(scope="module")
def plan():
    """A plan in round numbers: 100 of revenue in the first month and 10 more in each after it."""
    def month(a, prev, now):
        now["a"].revenue = 10 * a.timeline.month
        now["b"].revenue = 90 + 0 * a.timeline.month
        now.revenue = now["a"].revenue + now["b"].revenue
        now.cost_of_revenue = 0.1 * now.revenue
        now.gross_profit = now.revenue - now.cost_of_revenue
        now.variable_opex = 0 * now.revenue
        now.contribution = now.gross_profit - now.variable_opex
        now.marketing = 30 + 0 * now.revenue
        now.payroll = 50 + 0 * now.revenue
        now.fixed_opex = 20 + 0 * now.revenue
        now.ebitda = now.contribution - now.marketing - now.payroll - now.fixed_opex
        now.cash = prev.cash + now.ebitda
        now.orders_wanted = 4 + 0 * now.revenue
        now.orders = 2 + 0 * now.revenue
        now.fill_rate = now.orders / now.orders_wanted
        now.breakeven_first = 0 * now.revenue

    def opening(a, now):
        now.cash = a.opening_cash
    module = SimpleNamespace(month=month, opening=opening, BESIDE=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "company_module", lambda company: module)
        return project(load("mentorship", changes={"opening_cash": 1000}))


@pytest.fixture(scope="module")
def real():
    return project(load("mentorship"))


def rows_of(rows, *fields):
    return [tuple(getattr(row, field) for field in fields) for row in rows]


# Against plan -------------------------------------------------------------------------------------

def test_variance_by_hand(plan):
    found = seen(plan, revenue=[90, 110, 126], payroll=[50, 60])
    rows = against.variance(plan, found)
    assert rows_of(rows, "name", "period", "plan", "actual", "difference", "share", "effect") == [
        ("revenue", "2026-01", 100, 90, -10, -0.1, "bad"),
        ("revenue", "2026-02", 110, 110, 0, 0, "on plan"),
        ("revenue", "2026-03", 120, 126, 6, 0.05, "good"),
        ("payroll", "2026-01", 50, 50, 0, 0, "on plan"),
        ("payroll", "2026-02", 50, 60, 10, 0.2, "bad")]
    assert rows_of(against.latest(rows), "name", "period") == [("revenue", "2026-03"),
                                                               ("payroll", "2026-02")]


def test_the_year_to_date_adds_up_the_same_months_on_both_sides(plan):
    found = seen(plan, revenue=[90, NAN, 126], payroll=[60], cash=[900, 880])
    rows = against.year_to_date(plan, found)
    assert rows_of(rows, "name", "months", "plan", "actual", "effect") == [
        ("revenue", 2, 220, 216, "bad"), ("payroll", 1, 50, 60, "bad")]
    later = seen(plan, revenue=[1] * 12 + [200, 250])
    assert rows_of(against.year_to_date(plan, later), "period", "months", "plan", "actual") == [
        ("2027", 2, 220 + 230, 450)]


def test_the_share_of_a_plan_below_zero_has_the_sign_of_the_difference(plan):
    # EBITDA of the first month is 90 − 100.
    row, = against.variance(plan, seen(plan, ebitda=[-12]))
    assert (row.plan, row.difference, row.share, row.effect) == (-10, -2, -0.2, "bad")
    nothing, = against.variance(plan, seen(plan, variable_opex=[5]))  # nothing is planned of it
    assert np.isnan(nothing.share) and nothing.effect == "neutral"


def test_subtotals_are_made_where_all_of_their_parts_are_given(plan):
    found = seen(plan, revenue=[90, 100, 110], cost_of_revenue=[10, 10], variable_opex=[5, 5, 5],
                 marketing=[30, 30, 30], payroll=[50, 40, 40], fixed_opex=[20, 20, 20])
    made = against.with_subtotals(plan, found)
    assert made["gross_profit"][:2].tolist() == [80, 90]
    assert made["contribution"][:2].tolist() == [75, 85]
    assert made["ebitda"][:2].tolist() == [-25, -5]
    assert all(np.isnan(made[name][2:]).all() for name in SUBTOTALS)
    assert "ebitda" not in against.with_subtotals(plan, seen(plan, revenue=[90], payroll=[50]))
    never = seen(plan, revenue=[90], cost_of_revenue=[NAN, 10], variable_opex=[5])
    assert "gross_profit" not in against.with_subtotals(plan, never)


def test_a_subtotal_that_is_given_stands_even_beside_its_parts(plan):
    found = seen(plan, revenue=[90, 100], cost_of_revenue=[10, 10], gross_profit=[70])
    assert against.with_subtotals(plan, found)["gross_profit"][:2].tolist() == [70, 90]


def test_sums_that_their_parts_do_not_give_are_open_points(plan):
    found = seen(plan, revenue=[90, 100], cost_of_revenue=[10, 10], gross_profit=[80.01, 70],
                 revenue__a=[40, 40], revenue__b=[50, 50])
    assert loose_ends(plan, found) == [
        ("gross_profit", "2026-02 is given as 70, where the parts that are given make 90"),
        ("revenue", "2026-02 is given as 100, where the parts that are given make 90")]


@pytest.mark.parametrize(("name", "more_is"), [
    ("revenue", "good"), ("revenue.young_pros", "good"), ("cost_of_revenue", "bad"),
    ("payroll.developer", "bad"), ("cash", "good"), ("churned_mentees", "bad"),
    ("headcount", "neutral"), ("gross_margin", "good"), ("ebitda", "good")])
def test_the_effect_is_what_a_difference_does_and_not_its_sign(name, more_is):
    way = against.direction(TERMS, name, profile("mentorship").kpis.get(name))
    less_is = {"good": "bad", "bad": "good"}.get(more_is, more_is)
    assert effect(100, 101, way) == effect(-100, -99, way) == more_is
    assert effect(100, 99, way) == less_is
    assert effect(100, 100 + 1e-8, way) == "on plan"


def test_a_kpi_goes_the_way_of_its_target():
    kpis = profile("mentorship").kpis
    for name, goal in kpis.items():
        if goal.test:
            better = -1 if goal.test in ("at_most", "below") else 1
            assert against.direction(TERMS, name, goal) == better
    assert against.direction(TERMS, "mentee_cac", kpis["mentee_cac"]) == -1


def test_less_than_a_cent_of_money_is_no_difference():
    assert effect(28_333.3333, 28_333.33, -1, "USD") == "on plan"
    assert effect(0.7533, 0.75, 1, "fraction") == "bad"


def test_every_name_with_a_direction_is_a_line_or_a_kpi_and_no_cost_is_left_out():
    known, named = set(), set()
    for company in COMPANIES:
        terms, goals = glossary(company), profile(company).kpis
        known |= {*terms.terms, *goals}
        named |= set(terms.directions)
        for name, goal in goals.items():
            assert against.direction(terms, name, goal) != 0, name
    assert named <= known
    for name in ("cost_of_revenue", "variable_opex", "marketing", "payroll", "fixed_opex", "capex",
                 "interest", "income_tax"):
        assert against.direction(terms, name) == -1


def test_a_kpi_is_held_against_plan_and_target(real):
    found = seen(real, match_rate=[0.72, 0.6], time_to_first_match=[15, 14])
    rows = against.variance(real, found)
    assert rows_of(rows, "name", "effect") == [
        ("match_rate", "bad"), ("match_rate", "bad"),
        ("time_to_first_match", "neutral"), ("time_to_first_match", "neutral")]
    assert [kpi.status for kpi in against.against_target(real, rows)] == [
        "met", "watch", "missed", "met"]


def test_actuals_that_are_the_plan_change_nothing(real):
    lines = [line for line in real.lines if glossary(real.company).term(line).kind != "flag"]
    found = Actuals("x", "", real.assumptions.calendar, {
        line: np.where(np.arange(60) < 17, real[line][0], NAN) for line in lines}, {}, {})
    assert loose_ends(real, found) == []
    assert {row.effect for row in against.variance(real, found)} == {"on plan"}
    for row in against.accuracy(real, found):
        assert row.months == 17
        assert row.bias == pytest.approx(0, abs=1e-12) or np.isnan(row.bias)


# Accuracy -----------------------------------------------------------------------------------------

def test_accuracy_by_hand(plan):
    # Planned 100, 110, 120: off by 25% of 80, 0 and 20% of 150.
    row, = against.accuracy(plan, seen(plan, revenue=[80, 110, 150]))
    assert (row.name, row.months) == ("revenue", 3)
    assert row.mape == pytest.approx((20 / 80 + 0 + 30 / 150) / 3)
    assert row.bias == pytest.approx((330 - 340) / 340)


def test_an_actual_of_zero_leaves_the_mean_error_undefined(plan):
    row, = against.accuracy(plan, seen(plan, revenue=[0, 100]))
    assert np.isnan(row.mape) and row.bias == pytest.approx(110 / 100)
