"""The named break-evens, the trough, runway and volume, on flows worked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from model import load, project
from model.analysis import breakeven as be
from model.analysis.breakeven import volume
from model.analysis.kpis import kpi_months
from model.companies import statements
from model.engine import numbers
from model.pages import breakeven as pages
from model.pages import open_view

# In thousands: negative to month 5, a false dawn in month 6, steady from month 8.
EBITDA = [-30, -25, -20, -12, -5, 2, -1, 3, 6, 10, 14, 18, 22, 26, 30, 34]


@pytest.fixture
def projected(monkeypatch):
    """A projection whose EBITDA is given month by month; the last value holds on."""
    def of(flows, **changes):
        def month(a, prev, now):
            now.ebitda = np.array([1e3 * flows[min(int(a.timeline.month[0]), len(flows)) - 1]])
            now.interest = 0 * now.ebitda
            now.free_cash_flow = now.ebitda - now.interest
            now.unrestricted_cash = prev.unrestricted_cash + now.free_cash_flow
            statements.breakevens(a, prev, now)

        def opening(a, now):
            now.unrestricted_cash = a.opening_cash
        module = SimpleNamespace(month=month, opening=opening, BESIDE=())
        monkeypatch.setattr(numbers, "company_module", lambda company: module)
        return project(load("influencer", changes=changes))
    return of


def test_the_definitions_differ_on_the_same_flows(projected):
    projection = projected(EBITDA)
    found = be.breakeven(projection)
    assert (found.first, found.operating, found.cumulative) == ("2026-06", "2026-08", "2027-02")
    assert found.trough_month == "2026-05"
    assert found.trough_cash == 1_000_000 - 92_000
    assert projection["cumulative_flow"][0, 4] == -92_000
    assert found.relapses == 1


def test_never_is_a_value(projected):
    found = be.breakeven(projected([-1]))
    assert set(found.months().values()) == {None}
    assert (found.trough_month, found.trough_cash) == ("2030-12", 1_000_000 - 60_000)
    assert np.isnan(be.months_to_breakeven(projected([-1]))).all()


def test_in_the_black_from_the_start_is_month_one_and_owes_nothing_back(projected):
    found = be.breakeven(projected([5]))
    assert (found.first, found.operating) == ("2026-01", "2026-01")
    assert found.cumulative is None
    assert (found.trough_month, found.trough_cash) == ("2026-01", 1_005_000)


def test_exactly_zero_counts_and_a_hair_below_too(projected):
    assert be.breakeven(projected([-1, 0, 1])).first == "2026-02"
    assert be.breakeven(projected([-1, -1e-10, 1])).first == "2026-02"
    assert be.breakeven(projected([-1, -1e-5, 1])).first == "2026-03"


def test_the_window_of_the_operating_breakeven_lies_inside_the_horizon(projected):
    late = [-1] * 58 + [1, 1]
    assert be.breakeven(projected(late)).first == "2030-11"
    assert be.breakeven(projected(late)).operating is None
    assert be.breakeven(projected(late, **{"breakeven.months_in_a_row": 2})).operating == "2030-11"


def test_the_last_month_counts(projected):
    assert be.breakeven(projected([-1] * 59 + [1])).first == "2030-12"


def test_the_cumulative_flow_counts_cash_before_interest_or_ebitda_alone():
    loan = {"debt.draws": {"2026-01": 100_000}}
    for company in ("mentorship", "influencer"):
        plan = project(load(company, changes=loan))
        np.testing.assert_allclose(
            plan["cumulative_flow"],
            plan["unrestricted_cash"] - 1_100_000 + np.cumsum(plan["interest"], axis=1), atol=1e-6)
        bare = project(load(company, changes=loan | {"breakeven.count_cash": 0}))
        np.testing.assert_allclose(bare["cumulative_flow"], np.cumsum(bare["ebitda"], axis=1),
                                   atol=1e-6)


@pytest.mark.parametrize(("flows", "month", "why"), [
    # -92 at month 5, then +2 -1 +3 +6 +10 +14 +18 +22: -18 in month 13, +8 with the 26 of 14.
    (EBITDA, "2027-02", "losses of 92 are paid for with the 26 of month 14"),
    ([-2, 2], "2026-02", "exactly zero is back"),
    ([5], "2026-01", "no loss was ever made"),
    ([5, -7, 1, 1, 0], "2026-04", "an early gain is no break-even while losses follow"),
    ([-2, 3, -2, 3, 0], "2026-04", "what falls below zero again was not back"),
    ([-1] * 59 + [58], None, "-1 is left"), ([-1] * 59 + [59], "2030-12", "in the last month"),
    ([-1], None, "never")])
def test_losses_are_earned_back_when_all_ebitda_so_far_adds_up_to_zero(projected, flows, month,
                                                                       why):
    assert be.breakeven(projected(flows)).earned_back == month, why


def test_what_the_sources_call_break_even_comes_later_than_the_month_they_print():
    for company, first, back, number in (("mentorship", "2027-10", "2028-12", 36),
                                         ("influencer", "2026-06", "2026-10", 10)):
        plan = project(load(company))
        found = be.breakeven(plan)
        assert (found.first, found.earned_back) == (first, back)
        total = np.cumsum(plan["ebitda"][0])
        assert total[number - 2] < 0 <= total[number - 1:].min()
        assert be.months_to_breakeven(plan, "earned_back")[0] == number


def test_cash_that_runs_out_has_a_month_and_spoils_the_break_even(projected):
    # The account opens with 1,000 thousand: gone after 20 months of -51, and never of -50.
    found = be.breakeven(projected([-51] * 20 + [30]))
    assert (found.out_of_cash, found.first) == ("2027-08", "2027-09")
    assert found.too_late and not found.carried
    later = be.breakeven(projected([1] + [-51] * 21))
    assert (later.first, later.out_of_cash) == ("2026-01", "2027-09")
    assert not later.too_late and not later.carried
    lasts = be.breakeven(projected([-50] * 20 + [30]))
    assert lasts.out_of_cash is None and lasts.carried
    assert be.breakeven(projected([-1])).carried is False


def test_the_first_of_equal_lows_is_the_trough(projected):
    assert be.breakeven(projected([-1, 0, 1, -1, 5])).trough_month == "2026-01"


def test_runway_is_cash_over_the_mean_burn_of_three_months(projected):
    left = kpi_months(projected([-50]), "runway")
    assert left[0, 2] == pytest.approx(850_000 / 50_000)
    assert np.isnan(kpi_months(projected([1]), "runway")).all()
    assert left[0, -1] == 0


def test_volume_pays_the_overhead():
    # 412,600 / 12 a month over the contribution of an order of 2026, subscriptions with it.
    projection = project(load("mentorship"))
    needed = volume(projection, "orders")[0, 0]
    per_order = projection.by_year("contribution")[0, 0] / projection.by_year("orders")[0, 0]
    assert needed * per_order == pytest.approx(412_600 / 12)
    # With marketing, 150,000 for mentees and 50,000 for mentors, it is where EBITDA is zero.
    whole = volume(projection, "orders", marketing=True)[0]
    assert whole[0] * per_order == pytest.approx((412_600 + 200_000) / 12)
    sold = projection.by_year("orders")[0] / 12
    assert list(sold >= whole) == list(projection.by_year("ebitda")[0] >= 0)
    silent = project(load("mentorship", changes={"mentees.marketing": 0}))
    assert np.isnan(volume(silent, "orders")).all()


def test_what_was_spent_comes_back_later_where_tax_is_counted_as_it_is_earned():
    plan = project(load("influencer"))
    flow, tax = plan["cumulative_flow"][0], plan["income_tax"][0]
    profit = plan["profit_before_tax"][0]
    # December 2026 owes the year's tax; of 2027, each month owes its part of the year's profit.
    assert flow[11] >= 0 > flow[11] - tax[11]
    parts = tax[23] * np.cumsum(profit[12:24]) / profit[12:24].sum()
    due = flow[12:15] - tax[11] - parts[:3]
    assert due[0] < 0 <= due[1] and be.back_after_tax(plan) == "2027-02"
    said = pages.breakeven_months(open_view("influencer")).message
    assert ("come back by Dec 2026, in which tax of 2026, paid in the year after, is not yet "
            "counted; if each month bore the tax on its own profit, by Feb 2027.") in said
    assert "has come back by Dec 2028." in pages.breakeven_months(open_view("mentorship")).message
    alone = open_view("influencer", changes={"breakeven.count_cash": 0})
    assert "not yet counted" not in pages.breakeven_months(alone).message
