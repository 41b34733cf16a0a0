"""The forecast from a close: the company's own month, run on from where it stood."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand import seen

from model import load, project
from model.analysis.breakeven import breakeven
from model.analysis.forecast import _carriers, _shared_out, forecast, track_record
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
    assert _carriers(plan, "receivables") == ("invoiced",)


# Every reading of the text.

def test_a_closed_plan_has_the_same_bits_in_every_reading(marketplace, behind):
    closed = forecast(marketplace, behind).ahead.assumptions
    alone = project(closed)
    pair = batch(closed, {"opening_cash": np.full(2, 1_000_000.0)})
    assert np.array_equal(parity.bits(alone.block[:, :, 0]), parity.bits(pair.block[:, :, 1]))
    _, compared, different = parity.compare([closed])
    assert different == 0 and compared > 30_000
