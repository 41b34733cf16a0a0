"""What investors get back, worked by hand, and what must hold of every rate of return."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model import load, project
from model.analysis.investors.returns import Exit, rates_of_return, returns
from model.analysis.investors.rounds import shares_of
from model.companies import COMPANIES
from model.pages import open_view
from model.pages.statements import exits as page
from model.params import catalog

RAISE = {"equity.raises": {"2026-06": 1_000_000}}


@pytest.mark.parametrize(("flows", "rates"), [
    ({0: -100, 12: 110}, [0.10]),
    ({0: -100, 6: 110}, [0.21]),
    ({0: -100, 12: 50}, [-0.5]),
    ({0: -100, 12: 60, 24: 72}, [0.2]),  # 60 / 1.2 + 72 / 1.44 = 100
    ({0: -100, 12: 230, 24: -132}, [0.1, 0.2]),  # flows back and forth: 100 x^2 - 230 x + 132
    ({0: -1000, 12: 6000, 24: -11000, 36: 6000}, [0, 1, 2]),
    # An annuity at 1% a month: 1000 x 0.01 / (1 - 1.01^-12) = 88.848788 twelve times.
    ({0: -1000} | dict.fromkeys(range(1, 13), 88.84878867834166), [1.01 ** 12 - 1]),
    # A bond at par pays its own rate: 5% a year for 30 years.
    ({0: -100} | dict.fromkeys(range(12, 360, 12), 5) | {360: 105}, [0.05]),
    ({0: -100, 12: 100, 24: -100}, []),  # 100 x^2 - 100 x + 100 has no real root
    ({0: -100}, []), ({0: 100, 12: 10}, []), ({0: 0.0, 3: 0.0}, []), ({}, [])])
def test_rates_worked_by_hand(flows, rates):
    assert rates_of_return(flows) == pytest.approx(rates, abs=1e-9)


@given(st.lists(st.sampled_from([-0.5, -0.2, -0.05, 0.03, 0.1, 0.25, 0.6, 1.0, 3.0]), min_size=1,
                max_size=5, unique=True), st.floats(1, 1e6))
def test_flows_that_are_made_from_rates_give_back_each_of_them(rates, size):
    """The product of v (1 + rate) - 1 is nothing where v discounts at one of the rates."""
    amounts = np.ones(1) * size
    for rate in rates:
        amounts = np.convolve(amounts, [-1.0, 1 + rate])
    found = rates_of_return({12 * year: amount for year, amount in enumerate(amounts)})
    assert found == pytest.approx(sorted(rates), abs=1e-6)


@given(paid=st.dictionaries(st.integers(0, 11), st.floats(1e3, 1e7), min_size=1, max_size=4),
       back=st.dictionaries(st.integers(12, 72), st.floats(1e3, 1e7), min_size=1, max_size=6))
def test_at_its_rate_what_is_paid_in_and_what_comes_back_are_worth_the_same(paid, back):
    flows = {month: -amount for month, amount in paid.items()} | back
    rates = rates_of_return(flows)
    # Beyond these rates none is sought.
    sought = [sum(amount * (1 + rate) ** (-month / 12) for month, amount in flows.items())
              for rate in (-0.99, 1e3)]
    assume(sought[0] > 0 > sought[1])
    (rate,) = rates
    worth = [amount * (1 + rate) ** (-month / 12) for month, amount in flows.items()]
    assert sum(worth) == pytest.approx(0, abs=1e-9 * max(map(abs, worth)))
    gain = sum(flows.values())
    assert (rate > 0) == (gain > 0) or abs(gain) < 1e-3


def test_an_exit_worked_by_hand():
    found = returns(project(load("mentorship", changes=RAISE)))
    # 1 m at 4 m before: a fifth of all shares, held for 54 months from June 2026 on.
    (each,) = found.rounds.each
    assert each.money == {6: 1_000_000} and found.share(0) == pytest.approx(0.2)
    out = Exit(2030, 60, 2_000_000, 500_000)
    got = found.of(0, out, 5)
    assert got.times == pytest.approx(0.2 * (5 * 2_000_000 + 500_000) / 1_000_000)
    assert got.rate == pytest.approx(2.1 ** (12 / 54) - 1)
    assert found.multiple_for(0, out, 3) == pytest.approx((3_000_000 / 0.2 - 500_000) / 2_000_000)
    assert found.of(0, out, found.multiple_for(0, out, 3)).times == pytest.approx(3)


def test_dividends_come_back_with_the_share_of_their_month():
    plan = RAISE | {"equity.dividends": {"2026-03": 70_000, "2030-06": 50_000}}
    found = returns(project(load("mentorship", changes=plan)))
    nothing = Exit(2030, 60, 0.0, 0.0)
    # Those of March 2026 went to founders alone.
    assert found.of(0, nothing, 8).times == pytest.approx(0.2 * 50_000 / 1_000_000)


def test_exits_come_after_all_money_and_take_the_plans_own_figures():
    projection = project(load("mentorship", changes={"equity.raises": {"2027-02": 300_000}}))
    found = returns(projection)
    assert [out.year for out in found.exits] == [2027, 2028, 2029, 2030]
    last = found.exits[-1]
    assert last.ebitda == pytest.approx(projection.by_year("ebitda")[0, -1])
    assert last.cash == projection["unrestricted_cash"][0, -1] - projection["debt"][0, -1]


def test_who_owns_a_company_owes_nothing():
    assert Exit(2030, 60, -5e6, -1e6).price(8) == 0
    assert Exit(2030, 60, 1e6, -3e6).price(4) == 1e6


@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)])
def test_what_is_said_is_what_the_figures_say(company, scenario):
    view = open_view(company, scenario)
    found, block = returns(view.projection), page.returns(view)
    got = found.of(0, found.exits[-1], found.implied if np.isfinite(found.implied) else 0)
    assert f"{got.times:.2f} times" in block.message
    assert ("Nothing is asked for" in block.message) == (found.rounds.why == "if")
    share = shares_of(found.tables[-1].after)["investors"]
    assert found.share(0) == share and (got.times > 0) == (found.exits[-1].price(0) > 0)


def test_nobody_joins_where_nothing_is_needed():
    rich = {"mentees.young_pros.order_value": 30_000, "capex.platform": {"2026-03": 1000}}
    assert page.returns(open_view("mentorship", changes=rich)).sentence == (
        "No shares are sold, so there is nothing that who joins could get back.")
    late = {"equity.raises": {"2030-12": 1000}}
    assert "no year is left" in page.returns(open_view("mentorship", changes=late)).sentence


def test_each_round_has_its_return():
    two = {"equity.raises": {"2026-07": 500_000, "2027-07": 2_000_000},
           "cap_table.pre_money": {2026: 4_000_000, "2027-07": 10_000_000}}
    view = open_view("mentorship", changes=two)
    found, block = returns(view.projection), page.returns(view)
    for number, month in enumerate(("Jul 2026", "Jul 2027")):
        got = found.of(number, found.exits[-1], found.implied)
        assert f"investors of {month} would get back {got.times:.2f} times their" in block.message
