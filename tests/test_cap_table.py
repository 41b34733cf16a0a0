"""Ownership before and after one round, worked by hand, and what must hold in every round."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from model import load, project
from model.analysis.investors.funding import raise_of
from model.analysis.investors.rounds import cap_table, cap_tables, rounds, shares_of
from model.analysis.investors.valuation import valuation
from model.companies import COMPANIES
from model.pages import open_view
from model.pages.statements import owners as page
from model.problems import InputError
from model.views.formats import say

FOUNDERS = {"founders": 1_000_000}
TWO = {"equity.raises": {"2026-07": 500_000, "2027-07": 2_000_000},
       "cap_table.pre_money": {2026: 4_000_000, "2027-07": 10_000_000},
       "cap_table.option_pool": {2026: 0.1, "2027-07": 0}}


def test_a_round_worked_by_hand():
    # 1 m at 4 m before: investors 1 / 5 = 20%; pool 10%; founders the other 70%, 1 m shares.
    found = cap_table(4_000_000, 1_000_000, FOUNDERS, 0.10)
    assert shares_of(found.after) == pytest.approx(
        {"founders": 0.70, "pool": 0.10, "investors": 0.20})
    assert found.post_money == 5_000_000
    # 1,000,000 / 0.7 shares in all, 8 tenths of them before the round: 4 m / 1,142,857.14 = 3.50.
    assert found.price == pytest.approx(3.50)
    assert found.pool_shares == pytest.approx(142_857.142857)
    assert found.new_shares == pytest.approx(285_714.285714)
    assert shares_of(found.before) == pytest.approx(
        {"founders": 0.875, "pool": 0.125})
    assert shares_of(found.today) == {"founders": 1}


def test_the_founders_and_not_the_investors_bear_the_pool():
    for pool in (0.0, 0.1, 0.3):
        after = shares_of(cap_table(4e6, 1e6, FOUNDERS, pool).after)
        assert after["investors"] == pytest.approx(0.2)
        assert after["founders"] == pytest.approx(0.8 - pool)


@given(pre=st.floats(1e4, 1e9), amount=st.floats(0, 1e9), shares=st.floats(1, 1e9),
       pool=st.floats(0, 1))
def test_every_round_sums_to_all_and_pays_its_price(pre, amount, shares, pool):
    found = cap_table(pre, amount, {"founders": shares}, pool)
    assume(pool + amount / (pre + amount) < 1 - 1e-6)
    after = shares_of(found.after)
    assert sum(after.values()) == pytest.approx(1)
    assert min(after.values()) >= 0
    assert after["pool"] == pytest.approx(pool, abs=1e-9)
    assert found.new_shares * found.price == pytest.approx(amount)
    assert sum(found.before.values()) * found.price == pytest.approx(pre)
    assert sum(found.after.values()) * found.price == pytest.approx(found.post_money)


def test_a_round_that_leaves_founders_nothing_is_refused():
    assert cap_table(1e6, 1e6, FOUNDERS, 0.5) is None
    assert cap_table(0, 1e6, FOUNDERS, 0.1) is None
    assert cap_table(4e6, 0, FOUNDERS, 1.0) is None


def test_a_plan_that_asks_for_money_sells_what_nets_it():
    # 443.5k are missing, and raising costs 5%: 443.5k / 0.95.
    projection = project(load("mentorship", "flat_marketing"))
    wanted, (found,) = rounds(projection), cap_tables(projection)
    net = raise_of(projection).amount[0] - 1_000_000
    assert wanted.why == "asked" and found.amount == wanted.amount == pytest.approx(net / 0.95)
    assert found.pre_money == 4_000_000 and cap_tables(projection, 8e6)[0].pre_money == 8e6
    assert page.ownership(open_view("mentorship", "flat_marketing")).message.startswith(
        "If one round brought the USD 466.9k that must be raised")


def test_a_plan_that_raises_money_sells_what_it_raises():
    changes = {"equity.raises": {"2026-03": 300_000}}
    assert rounds(project(load("mentorship", changes=changes))).amount == 300_000
    block = page.ownership(open_view("mentorship", changes=changes))
    assert "USD 300.0k that the plan raises" in block.message and block.figure is not None


@pytest.mark.parametrize("company", COMPANIES)
def test_where_nothing_is_asked_for_nothing_is_sold_and_the_round_is_a_question(company):
    view = open_view(company)
    block, (found,) = page.ownership(view), cap_tables(view.projection)
    assert found.amount == pytest.approx(raise_of(view.projection).amount[0] / 0.95)
    assert block.message.startswith("Nothing is asked for, so no shares are sold. Only if ")
    assert block.figure is None and not block.open
    share = f"{100 * shares_of(found.after)['investors']:.1f}%"
    assert f"investors would hold {share}" in block.message


def test_the_value_before_the_money_stands_beside_the_discounted_flows():
    for scenario in ("base", "flat_marketing"):
        view = open_view("mentorship", scenario)
        reading, worth = page.ownership(view).reading, valuation(view.projection).value[0]
        assert "an estimate chosen here, and no claim about what the company is worth" in reading
        if worth > 0:
            assert f"{say(worth, 'USD')} without the opening cash" in reading
            assert f"{worth / 4e6:.1f} times that" in reading
            labels = page.ownership(view).table[2].labels
            assert f"{say(worth, 'USD')}, the discounted flows" in labels
        else:
            assert "give no value to hold it against" in reading


def test_a_plan_that_needs_no_money_sells_no_shares():
    rich = {"mentees.young_pros.order_value": 30_000, "capex.platform": {"2026-03": 1000}}
    assert page.ownership(open_view("mentorship", changes=rich)).sentence == (
        "The plan needs no money from outside, so no shares are sold.")


def test_an_impossible_round_is_a_sentence():
    note = page.ownership(open_view("mentorship", changes={"cap_table.option_pool": 0.95}))
    assert "leave the founders none" in note.sentence


def test_two_rounds_worked_by_hand():
    """The second at another value, without more for the pool, dilutes all who were there."""
    first, second = cap_tables(project(load("mentorship", changes=TWO)))
    assert shares_of(first.after) == pytest.approx(
        {"founders": 0.788889, "pool": 0.1, "investors 1": 0.111111}, abs=1e-6)
    assert shares_of(second.after) == pytest.approx(
        {"founders": 0.657407, "pool": 0.083333, "investors 1": 0.092593, "investors 2": 0.166667},
        abs=1e-6)
    block = page.ownership(open_view("mentorship", changes=TWO))
    assert block.message.startswith(
        "2 rounds bring the USD 2.50m that the plan raises, at USD 4.00m and USD 10.00m before the "
        "money: after the last, investors of Jul 2027 hold 16.7%, ")
    assert "investors of Jul 2026 9.3%" in block.message


def test_money_that_comes_at_the_same_value_is_of_one_round():
    parts = {"equity.raises": {"2026-07": 200_000, "2026-10": 300_000, "2027-07": 2_000_000}}
    whole, found = (cap_tables(project(load("mentorship", changes=each)))
                    for each in (TWO, TWO | parts))
    assert [shares_of(each.after) for each in found] == [
        pytest.approx(shares_of(each.after)) for each in whole]


def test_a_pool_is_filled_up_and_never_taken_from():
    pool = {"cap_table.option_pool": {2026: 0.1, "2027-07": 0.15}}
    _, second = cap_tables(project(load("mentorship", changes=TWO | pool)))
    after = shares_of(second.after)
    assert after["pool"] == pytest.approx(0.15) and sum(after.values()) == pytest.approx(1)
    assert after["investors 2"] == pytest.approx(1 / 6)


def test_what_is_no_level_of_a_round_holds_for_the_plan_as_a_whole():
    with pytest.raises(InputError, match="holds for the plan as a whole"):
        project(load("mentorship", changes={"valuation.discount_rate": {2026: 0.2, 2027: 0.3}}))
