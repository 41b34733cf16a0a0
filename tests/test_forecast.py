"""The forecast from a close: the company's own month, run on from where it stood."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand import seen

from model import load, project
from model.analysis.balances import carriers
from model.analysis.breakeven import breakeven
from model.analysis.forecast import _shared_out, forecast, track_record
from model.audit.checks import check
from model.companies.glossary import glossary
from model.engine import parity
from model.engine.numbers import batch
from model.engine.trace import trace
from model.params import catalog

NAN = float("nan")
COMPANIES = catalog.companies()


@pytest.fixture(scope="module", params=COMPANIES)
def plan(request):
    return project(load(request.param))


@pytest.fixture(scope="module")
def marketplace():
    return project(load("mentorship"))


@pytest.fixture(scope="module")
def behind(marketplace):
    """Two months of a company with fewer mentees, less revenue and less cash than planned."""
    return seen(marketplace, revenue=[2680, 5490], active_mentees=[60, 110],
                unrestricted_cash=[890_000, 800_000])


# By hand: the figures of case 04, a loop of ten months by itself.

def test_a_shortfall_of_customers_shrinks_by_churn_and_lowers_what_comes(marketplace, behind):
    found = forecast(marketplace, behind)
    ahead = found.ahead
    assert round(ahead["active_mentees"][0, 11], 2) == 1139.79
    assert round(ahead["revenue"][0, 2:12].sum(), 2) == 193_971.59
    assert round(ahead.by_year("revenue")[0, 0], 2) == 202_141.59
    less = marketplace["ebitda"][0, 2:12].sum() - ahead["ebitda"][0, 2:12].sum()
    assert round(less, 2) == 24_170.70
    assert (found.close, found.observed.keys()) == (1, {"revenue", "active_mentees",
                                                        "unrestricted_cash"})


def test_cash_goes_on_from_the_account_and_equity_says_what_no_flow_explains(marketplace, behind):
    found = forecast(marketplace, behind)
    ahead = found.ahead
    assert ahead["unrestricted_cash"][0, :2].tolist() == [890_000, 800_000]
    flows = ahead["free_cash_flow"] + ahead["financing_cash_flow"]
    assert ahead["unrestricted_cash"][0, 2] == pytest.approx(800_000 + flows[0, 2])
    assert ahead["imbalance"][0] == pytest.approx(0, abs=1e-6)
    # What the plan makes of both months with that revenue, against what is on the account.
    without = forecast(marketplace, seen(marketplace, revenue=[2680, 5490],
                                         active_mentees=[60, 110])).ahead
    assert found.unexplained.sum() == pytest.approx(
        800_000 - without["unrestricted_cash"][0, 1])
    assert breakeven(ahead).trough_cash < breakeven(marketplace).trough_cash


def test_what_a_line_rests_on(marketplace, behind):
    found = forecast(marketplace, behind)
    assert [found.rests_on(line) for line in ("revenue", "ebitda", "cash", "marketing")] == [
        "actuals", "close", "close", "plan"]
    parts = forecast(marketplace, seen(marketplace, mentee_marketing=[9_000],
                                       mentor_marketing=[1_000]))
    assert parts.rests_on("marketing") == "parts"
    assert parts.actual("marketing")[:2].tolist() == pytest.approx([10_000, NAN], nan_ok=True)


def test_a_forecast_knows_nothing_of_later_months(marketplace, behind):
    earlier = forecast(marketplace, behind, close=0)
    only = forecast(marketplace, seen(marketplace, revenue=[2680], active_mentees=[60],
                                      unrestricted_cash=[890_000]))
    assert np.array_equal(earlier.ahead.block, only.ahead.block) and earlier.close == 0
    assert forecast(marketplace, behind) is forecast(marketplace, behind)


def test_the_record_of_forecasts_by_hand(marketplace):
    """Revenue of 100, 110, 121: carried on it misses by 10/110, 11/121 and 21/121."""
    found = seen(marketplace, revenue=[100, 110, 121])
    record = track_record(marketplace, found, "revenue")
    assert [number for number, _, _ in record.values()] == [2, 1] and list(record) == [1, 2]
    assert record[1][2] == pytest.approx((10 / 110 + 11 / 121) / 2)
    assert record[2][2] == pytest.approx(21 / 121)
    ours = forecast(marketplace, found, close=0).ahead["revenue"][0, 2]
    assert record[2][1] == pytest.approx(abs(ours - 121) / 121)


# What was observed stands, and what it says is shared out.

def test_actuals_that_are_the_plan_change_nothing(plan):
    lines = [line for line in plan.lines if glossary(plan.company).term(line).kind != "flag"]
    ahead = forecast(plan, seen(plan, **{line.replace(".", "__"): plan[line][0, :17]
                                         for line in lines})).ahead
    for line in plan.lines:
        assert ahead[line] == pytest.approx(plan[line], rel=1e-9, abs=1e-6), line
    assert not check(ahead).failed


amounts = st.lists(st.one_of(st.just(NAN), st.floats(0, 1e7)), max_size=14)


@settings(max_examples=25)
@given(revenue=amounts, cash=amounts, staff=amounts, close=st.integers(0, 13))
def test_closed_months_are_what_was_observed_and_the_statements_tie(marketplace, revenue, cash,
                                                                    staff, close):
    found = forecast(marketplace, seen(marketplace, revenue=revenue, cash=cash, headcount=staff),
                     close)
    if found is None:
        return
    ahead = found.ahead
    for line, months in (("revenue", revenue), ("cash", cash), ("headcount", staff)):
        there = np.flatnonzero(np.isfinite(months[:found.close + 1]))
        assert ahead[line][0, there] == pytest.approx(np.array(months)[there])
    assert ahead["revenue"][0] == pytest.approx(
        (ahead["commission"] + ahead["subscriptions"])[0], abs=1e-6)
    assert np.isfinite(ahead.block).all()
    assert not check(ahead).failed


@settings(max_examples=25)
@given(total=st.floats(0, 1e9), part=st.floats(0, 1e9), month=st.integers(0, 59))
def test_parts_of_a_total_add_up_to_it_as_the_plan_shares_it(marketplace, total, part, month):
    observed = {line: np.full(60, NAN) for line in ("payroll", "payroll.lead_developer")}
    observed["payroll"][month], observed["payroll.lead_developer"][month] = total + part, part
    known = _shared_out(marketplace, trace(marketplace.assumptions), observed)
    parts = {name: known[f"payroll.{name}"][month] for name in marketplace.segments("payroll")}
    assert sum(parts.values()) == pytest.approx(total + part)
    assert parts["lead_developer"] == part
    others = [name for name in parts if name != "lead_developer"]
    for one, other in itertools.pairwise(others):
        planned = [marketplace[f"payroll.{name}"][0, month] for name in (one, other)]
        assert parts[one] * planned[1] == pytest.approx(parts[other] * planned[0], abs=1e-3)


BALANCES = {"receivables": 4_500, "payables": 21_000, "mentor_payable": 9_000,
            "deferred_revenue": 8_000, "fixed_assets": 52_000, "debt": 60_000}


def test_every_balance_is_carried_on_from_where_it_stood(plan):
    given_ = {line: [NAN, amount] for line, amount in BALANCES.items() if line in plan}
    found = forecast(plan, seen(plan, cash=[NAN, 910_000], **given_))
    ahead = found.ahead
    # Nobody pays ahead in the plan of influencer, so it has no plans that could deliver.
    assert found.omitted == (() if plan["deferred_revenue"].any() else ("deferred_revenue",))
    assert not check(ahead).failed
    for line, (_, amount) in given_.items():
        if line in found.omitted:
            continue
        assert ahead[line][0, 1] == pytest.approx(amount), line
    # A debt is repaid as planned, old invoices are collected, assets wear down to nothing.
    assert ahead["interest"][0, 2] == pytest.approx(
        60_000 * float(plan.assumptions.series["debt.interest_rate"].values[0, 0]) / 12)
    gap = ahead["receivables"] - plan["receivables"]
    assert gap[0, 7:] == pytest.approx(0, abs=1e-6)
    bought = plan["capex"][0, 2:].sum()
    assert ahead["fixed_assets"][0, -1] <= plan["fixed_assets"][0, -1] + bought


def test_a_balance_that_no_term_leaves_open_is_told(marketplace):
    plan = project(load("mentorship", changes={"terms.invoiced_share": 0}))
    found = forecast(plan, seen(plan, receivables=[5_000]))
    assert found.omitted == ("receivables",) and not check(found.ahead).failed
    assert carriers(plan, "receivables") == ("invoiced",)


def test_what_was_observed_of_a_flow_stands_though_a_balance_says_otherwise(marketplace):
    found = forecast(marketplace, seen(marketplace, mentor_earnings=[5_000, 9_000],
                                       mentor_payable=[3_000, 4_000]))
    assert found.ahead["mentor_earnings"][0, :2].tolist() == [5_000, 9_000]
    assert found.omitted == ("mentor_payable",) and not check(found.ahead).failed
    # Paid within half a month, of what was earned.
    assert found.ahead["mentor_payable"][0, 1] == pytest.approx(4_500)
    assert (found.rests_on("mentor_earnings"), found.rests_on("mentor_payable")) == (
        "actuals", "close")


def test_a_total_of_what_is_owed_goes_on_with_all_of_its_parts_or_none(marketplace):
    both = seen(marketplace, payables=[9_000], purchases__overhead=[NAN, 7_000])
    assert forecast(marketplace, both).omitted == ()
    found = forecast(marketplace, seen(marketplace, payables=[9_000], purchases__overhead=[7_000]))
    ahead = found.ahead
    assert found.omitted == ("payables",) and not check(ahead).failed
    assert ahead["purchases.variable_cost"] == pytest.approx(
        ahead["cost_of_revenue"] + ahead["variable_opex"])


OPENED = {"opening.receivables": 30_000, "terms.days_to_collect": 60, "terms.invoiced_share": 0.5,
          "opening.fixed_assets.platform": 100_000, "opening.months_left.platform": 20,
          "terms.prepaid_share": 0.3, "opening.deferred_revenue": 6_600}


@pytest.fixture(scope="module")
def opened():
    return project(load("mentorship", changes=OPENED))


@pytest.mark.parametrize(("line", "least", "amount"), [
    ("receivables", 15_000, 15_200), ("fixed_assets__platform", 95_000, 120_000),
    ("deferred_revenue", 0, 3_000)])
def test_a_balance_goes_on_beside_what_the_plan_opens_with(opened, line, least, amount):
    """What is left of the opening is as planned, so only what is beyond it can be carried on."""
    name = line.replace("__", ".")
    found = forecast(opened, seen(opened, **{line: [amount]}))
    ahead = found.ahead
    assert found.omitted == () and not check(ahead).failed
    assert ahead[name][0, 0] == pytest.approx(amount)
    if least:
        less = forecast(opened, seen(opened, **{line: [least / 2]}))
        assert less.omitted == (name,) and not check(less.ahead).failed
        assert np.array_equal(less.ahead[name], opened[name])


def test_assets_of_the_opening_wear_out_while_what_was_bought_does_in_proportion(opened):
    """By hand: 95,000 are left of the opening, and 25,000 of what 58,333 were planned of."""
    ahead = forecast(opened, seen(opened, fixed_assets__platform=[120_000])).ahead
    share = 25_000 / (opened["fixed_assets.platform"][0, 0] - 95_000)
    bought = share * opened["capex.platform"][0, 0]
    assert ahead["capex.platform"][0, 0] == pytest.approx(bought)
    life = 12 * opened.assumptions.series["asset_life.platform"].values[0, 0]
    later = opened["capex.platform"][0, 1]
    assert ahead["depreciation.platform"][0, 1] == pytest.approx(5_000 + (bought + later) / life)
    assert ahead["fixed_assets.platform"][0, -1] >= 0


@pytest.mark.parametrize("months", [
    {"depreciation__platform": [5_000]}, {"fixed_assets__platform": [120_000],
                                          "depreciation__platform": [5_000]},
    {"capex": [30_000], "depreciation": [3_000]}, {"billings": [4_000], "refunds": [100]},
    {"billings": [4_000], "deferred_revenue": [2_000]}])
def test_what_changes_a_balance_beside_its_flow_stands_and_leaves_no_rest(opened, months):
    found = forecast(opened, seen(opened, **months))
    for line, (amount,) in months.items():
        assert found.ahead[line.replace("__", ".")][0, 0] == pytest.approx(amount), line
    assert found.omitted == () and not check(found.ahead).failed


def test_more_depreciation_alone_is_told_and_changes_no_purchase(marketplace):
    plan = marketplace["depreciation.platform"][0]
    found = forecast(marketplace, seen(marketplace, depreciation__platform=[plan[0] + 1_000]))
    ahead = found.ahead["depreciation.platform"][0]
    assert ahead[0] - plan[0] == pytest.approx(1_000) and np.array_equal(ahead[1:], plan[1:])
    assert np.array_equal(found.ahead["cash"][0, :11], marketplace["cash"][0, :11])
    assert found.unexplained.sum() == pytest.approx(1_000)


def test_more_that_is_paid_ahead_is_cash_and_delivered_later(opened):
    planned = opened["billings"][0, 0]
    ahead = forecast(opened, seen(opened, billings=[planned + 1_100])).ahead
    for line in ("deferred_revenue", "cash"):
        assert ahead[line][0, 0] - opened[line][0, 0] == pytest.approx(1_100)


# Totals follow from their items.

@pytest.mark.parametrize("total", ["assets", "liabilities", "equity"])
def test_a_total_that_its_items_do_not_make_is_told_and_moves_no_equity(marketplace, total):
    found = forecast(marketplace, seen(marketplace, **{total: [500_000]}))
    assert found.omitted == (total,) and not found.unexplained.any()
    assert np.array_equal(found.ahead["retained_earnings"], marketplace["retained_earnings"])
    assert not check(found.ahead).failed


def test_a_balance_sheet_that_was_observed_whole_stands(marketplace):
    items = {"cash": 900_000, "receivables": 0, "fixed_assets": 52_000, "deferred_revenue": 0,
             "payables": 21_000, "tax_payable": 0, "debt": 60_000, "mentor_payable": 3_000,
             "paid_in_capital": 1_000_000, "retained_earnings": -132_000}
    totals = {"assets": 952_000, "liabilities": 84_000, "equity": 868_000, "imbalance": 0,
              "custodial_cash": 3_000, "unrestricted_cash": 897_000}
    found = forecast(marketplace, seen(marketplace, **{
        line: [amount] for line, amount in (items | totals).items()}))
    assert found.omitted == () and not check(found.ahead).failed
    for line, amount in (items | totals).items():
        assert found.ahead[line][0, 0] == pytest.approx(amount), line
    apart = forecast(marketplace, seen(marketplace, **{
        line: [amount] for line, amount in (items | {"retained_earnings": -1}).items()}))
    assert apart.omitted == ("retained_earnings",)
    assert apart.unexplained.sum() == pytest.approx(found.unexplained.sum())


def test_money_held_for_mentors_is_what_is_owed_to_them(marketplace):
    held = forecast(marketplace, seen(marketplace, custodial_cash=[3_000]))
    owed = forecast(marketplace, seen(marketplace, mentor_payable=[3_000]))
    assert held.ahead["cash"] == pytest.approx(owed.ahead["cash"])
    assert not held.omitted and not check(held.ahead).failed


# Checks ask what follows the close.

@pytest.mark.parametrize("months", [
    {"revenue": [3_000], "commission": [100], "subscriptions": [100]},
    {"ebitda": [-1], "revenue": [3_000]}, {"net_income": [-1_000]}, {"contribution": [500]},
    {"income_tax": [500] * 12}, {"loss_pool": [NAN] * 11 + [500]},
    {"revenue": [-500, 200]}, {"new_mentees": [500], "marketing": [3]}])
def test_closed_months_and_years_need_not_tie(marketplace, months):
    assert not check(forecast(marketplace, seen(marketplace, **months)).ahead).failed


def test_later_months_and_years_are_still_judged(marketplace):
    ahead = forecast(marketplace, seen(marketplace, revenue=[3_000])).ahead
    for line, code in (("ebitda", "E9"), ("income_tax", "E12"), ("gmv.young_pros", "E8"),
                       ("fixed_assets", "E14"), ("marketing", "E16")):
        wrong = replace(ahead, block=ahead.block.copy())
        wrong[line][0, 30] -= 1e6
        assert any(fault.startswith(code) for fault in check(wrong).failed), line


# Every reading of the text.

def test_a_closed_plan_has_the_same_bits_in_every_reading(marketplace, behind):
    closed = forecast(marketplace, behind).ahead.assumptions
    alone = project(closed)
    pair = batch(closed, {"opening_cash": np.full(2, 1_000_000.0)})
    assert np.array_equal(parity.bits(alone.block[:, :, 0]), parity.bits(pair.block[:, :, 1]))
    _, compared, different = parity.compare([closed])
    assert different == 0 and compared > 30_000
