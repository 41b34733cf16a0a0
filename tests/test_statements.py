"""Three statements worked by hand: a golden quarter, tax over four years, and what each line of
the balance sheet does when its assumption moves."""

from types import SimpleNamespace

import numpy as np
import pytest

from model import load, project
from model.companies import COMPANIES, capital, statements, working_capital
from model.engine import numbers

# The golden quarter, to the cent: a table in integer cents, so 0.01 either way.
QUARTER = {
    "prepaid": (190, 570, 570),
    "commission": (1_796, 3_592, 5_388),
    "invoiced": (10_000, 10_000, 10_000),
    "revenue": (11_986.00, 14_162.00, 15_958.00),
    "variable_cost": (2_097.55, 2_478.35, 2_792.65),
    "ebitda": (-36_994.88, -35_199.68, -33_717.98),
    "depreciation": (1_000, 1_000, 1_000),
    "net_income": (-37_994.88, -36_199.68, -34_717.98),
    "operating_cash_flow": (-41_154.10, -28_317.28, -31_428.83),
    "direct_operating_cash_flow": (-41_154.10, -28_317.28, -31_428.83),
    "cash": (422_845.90, 394_528.62, 363_099.79),
    "custodial_cash": (2_702.00, 5_404.00, 8_106.00),
    "receivables": (10_000, 10_000, 10_000),
    "fixed_assets": (35_000, 34_000, 33_000),
    "deferred_revenue": (2_090, 6_080, 5_510),
    "mentor_payable": (2_702, 5_404, 8_106),
    "payables": (1_048.78, 1_239.18, 1_396.33),
    "paid_in_capital": (500_000, 500_000, 500_000),
    "retained_earnings": (-37_994.88, -74_194.56, -108_912.54),
    "imbalance": (0, 0, 0),
}
UNROUNDED = {"cash": (422_845.895, 394_528.615, 363_099.785),
             "payables": (1_048.775, 1_239.175, 1_396.325),
             "operating_cash_flow": (-41_154.105,)}
TERMS = {
    "opening_cash": 0, "equity.raises": {"2026-01": 500_000}, "equity.raise_costs": 0,
    "terms.prepaid_share": 1, "terms.invoiced_share": 1, "terms.days_to_collect": 30,
    "terms.days_to_pay_mentors": 15, "terms.days_to_pay.variable_cost": 15,
    "terms.days_to_pay.overhead": 0, "cost_of_revenue.payment_processing": 0.175,
    "variable_opex.digital_ads": 0, "variable_opex.mentor_vetting": 0,
    "variable_opex.platform_support": 0, "capex.platform": {"2026-01": 36_000},
    "capex.renewal": {"2027-01": 0}, "content.spending": {"2027-01": 0},
}
SUBSCRIPTIONS, ORDERS = (190, 570, 570), (100, 200, 300)


def at(values, month):
    """This month's value of a few that are given; 0 after them."""
    return np.array([float(values[month])]) if month < len(values) else np.zeros(1)


def quarter(a, prev, now):
    """The golden quarter's own demand; all else is the model's."""
    month = int(a.timeline.month[0]) - 1
    now.subscriptions = at(SUBSCRIPTIONS, month)
    now.orders = at(ORDERS, month)
    now.gmv = 72 * now.orders
    now.commission = a.commission.share * now.gmv + a.commission.fee * now.orders
    now.mentor_earnings = now.gmv - now.commission
    now.fees = at((10_000,) * 3, month)
    now.revenue = now.commission + now.subscriptions + now.fees
    working_capital.prepaid_plans(a, prev, now)
    statements.contribution(a, now)
    now.variable_cost = now.cost_of_revenue + now.variable_opex
    now.marketing = at((12_500,) * 3, month)
    now.payroll = at((34_383.33,) * 3, month)
    now.fixed_opex = np.zeros(1)
    statements.from_ebitda_on(a, prev, now, agent=True)


def run(monkeypatch, month, changes, company="mentorship"):
    def opening(a, now):
        statements.opening(a, now, agent=True)
    module = SimpleNamespace(month=month, opening=opening, BESIDE=())
    monkeypatch.setattr(numbers, "company_module", lambda company: module)
    return project(load(company, changes=changes))


def test_the_golden_quarter(monkeypatch):
    found = run(monkeypatch, quarter, TERMS)
    for line, wanted in QUARTER.items():
        assert found[line][0, :3] == pytest.approx(wanted, abs=0.01), line
    for line, wanted in UNROUNDED.items():
        assert found[line][0, :len(wanted)] == pytest.approx(wanted, abs=1e-9), line


def test_the_golden_quarter_ties_in_every_month_after_it(monkeypatch):
    found = run(monkeypatch, quarter, TERMS)
    assert np.abs(found["imbalance"]).max() < 1e-6
    assert found["direct_operating_cash_flow"] == pytest.approx(found["operating_cash_flow"],
                                                                abs=1e-6)
    # Subscriptions end after the quarter: what was not delivered is refunded, and no more.
    assert found["deferred_revenue"][0, 3] == pytest.approx(0, abs=1e-9)
    assert found["refunds"][0, 3] == pytest.approx(5_510, abs=1e-9)


PROFITS = (-100, -50, 120, 200, 0)


@pytest.mark.parametrize(("limit", "taxes", "pools"), [
    (1.0, (0, 0, 0, 42.5), (100, 150, 30, 0)),
    (0.8, (0, 0, 6.0, 36.5), (100, 150, 54, 0))])
def test_tax_vectors(monkeypatch, limit, taxes, pools):
    def month(a, prev, now):
        # Uneven months: only the year's sum may count.
        share = np.where(a.timeline.year_end > 0, 12, -1)
        now.profit_before_tax = at(PROFITS, int(a.timeline.year[0]) - 2026) * share
        capital.tax(a, prev, now)
    found = run(monkeypatch, month, {"tax.loss_limit": limit, "tax.tax_rate": 0.25})
    assert found["income_tax"].reshape(5, 12).sum(axis=1)[:4] == pytest.approx(taxes, abs=1e-12)
    assert found["loss_pool"][0, 11::12][:4] == pytest.approx(pools, abs=1e-12)
    assert not found["income_tax"].reshape(5, 12)[:, :11].any()


@pytest.mark.parametrize("payment_month", [1, 4, 12])
def test_tax_is_paid_once_in_a_month_of_the_next_year(payment_month):
    found = project(load("influencer", changes={"tax.payment_month": payment_month}))
    paid = found["tax_paid"].reshape(5, 12)
    assert np.flatnonzero(paid.any(axis=0)).tolist() == [payment_month - 1]
    assert paid[1:, payment_month - 1] == pytest.approx(found["income_tax"][0, 11:-1:12])


@pytest.mark.parametrize(("days", "months_owed"), [(0, 0), (15, 0.5), (30, 1), (45, 1.5),
                                                   (75, 2.5), (120, 4)])
def test_days_outstanding_look_back_over_whole_months(monkeypatch, days, months_owed):
    def month(a, prev, now):
        now.fees = 0 * a.timeline.month + 100
        working_capital.receivables(a, prev, now)
    found = run(monkeypatch, month, {"terms.days_to_collect": days, "terms.invoiced_share": 1,
                                     "terms.credit_losses": 0})
    assert found["receivables"][0, 10] == pytest.approx(100 * months_owed)
    # In the first months less is owed than that: nothing was invoiced before.
    assert found["receivables"][0, 0] == pytest.approx(100 * min(months_owed, 1))
    assert found["collected"][0].sum() + found["receivables"][0, -1] == pytest.approx(6_000)


def test_plans_are_billed_again_when_their_year_is_over(monkeypatch):
    def month(a, prev, now):
        now.subscriptions = np.where(a.timeline.month <= 14, 10, 4) + 0 * a.timeline.month
        working_capital.prepaid_plans(a, prev, now)
    found = run(monkeypatch, month, {"terms.prepaid_share": 1})
    assert found["billings"][0, :14].tolist() == [120, *[0] * 11, 120, 0]
    assert found["deferred_revenue"][0, :14].tolist() == [
        *range(110, -10, -10), 110, 100]
    # Six tenths of the plans end in month 15 with ten months to deliver: 6 × 10 come back.
    assert found["refunds"][0, 14] == pytest.approx(60)
    assert found["deferred_revenue"][0, 14] == pytest.approx(36)
    assert found["plans"][0, 14] == pytest.approx(4)


# Where a year that is paid ahead has a price of its own it moves revenue: test_subscription.py.
@pytest.mark.parametrize("company", ["influencer", "mentorship"])
def test_prepayment_moves_cash_and_never_revenue(company):
    before = project(load(company, changes={"terms.prepaid_share": 0}))
    after = project(load(company, changes={"terms.prepaid_share": 0.5}))
    for line in ("revenue", "ebitda", "net_income", "invoiced" if company == "influencer" else
                 "commission"):
        assert np.array_equal(before[line], after[line]), line
    assert (after["cash"][0, 1:] > before["cash"][0, 1:]).all()
    assert not before["deferred_revenue"].any()


def test_later_collection_moves_cash_to_receivables_and_no_profit():
    soon = project(load("influencer", changes={"terms.days_to_collect": 15}))
    late = project(load("influencer", changes={"terms.days_to_collect": 45}))
    assert np.array_equal(soon["profit_before_tax"], late["profit_before_tax"])
    moved = late["receivables"] - soon["receivables"]
    assert (moved > 0).any() and late["cash"] + moved == pytest.approx(soon["cash"])


def test_a_raise_changes_cash_and_equity_by_what_it_brings():
    base = project(load("mentorship"))
    more = project(load("mentorship", changes={"equity.raises": {"2026-07": 400_000}}))
    assert np.array_equal(base["net_income"], more["net_income"])
    gained = (more["cash"] - base["cash"])[0]
    assert gained[:6].tolist() == [0] * 6
    assert gained[6:] == pytest.approx(380_000)  # less 5% of cost
    assert (more["equity"] - base["equity"])[0, 6:] == pytest.approx(380_000)


def test_debt_costs_interest_on_what_was_owed_when_the_month_began():
    found = project(load("mentorship", changes={
        "debt.draws": {"2026-03": 120_000}, "debt.repayments": {"2026-06": 50_000,
                                                               "2026-09": 100_000}}))
    assert found["debt"][0, 2:10].tolist() == [120_000] * 3 + [70_000] * 3 + [0, 0]
    assert found["interest"][0, 2:10] == pytest.approx(
        [0, 1_000, 1_000, 1_000, *[70_000 / 120] * 3, 0])
    assert found["repaid"][0, 8] == 70_000  # never more than is owed


def test_assets_end_after_their_life_and_leave_nothing():
    found = project(load("mentorship", changes={
        "capex.platform": {"2026-03": 36_000}, "asset_life.platform": 3}))
    written = found["depreciation.platform"][0]
    assert np.flatnonzero(written).tolist() == list(range(2, 38))
    assert written[2:38] == pytest.approx(1_000)
    assert found["fixed_assets.platform"][0, 37:] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("company", COMPANIES)
def test_content_is_an_asset_or_a_cost_and_the_same_cash_before_tax(company):
    asset = project(load(company, changes={"content.capitalized": 1, "tax.tax_rate": 0}))
    cost = project(load(company, changes={"content.capitalized": 0, "tax.tax_rate": 0,
                                          "terms.days_to_pay.overhead": 0}))
    paid = project(load(company, changes={"content.capitalized": 1, "tax.tax_rate": 0,
                                          "terms.days_to_pay.overhead": 0}))
    assert cost["cash"] == pytest.approx(paid["cash"])
    assert asset["ebitda"].sum() - cost["ebitda"].sum() == pytest.approx(40_000)
    assert not cost["capex.content"].any() and asset["capex.content"].sum() == 40_000


def test_losses_on_invoices_stand_below_ebitda():
    base = project(load("influencer"))
    lossy = project(load("influencer", changes={"terms.credit_losses": 0.02}))
    assert np.array_equal(base["ebitda"], lossy["ebitda"])
    lost = lossy["credit_losses"].sum()
    assert lost == pytest.approx(0.02 * (lossy["invoiced"].sum() - lossy["receivables"][0, -1]))
    assert (base["operating_profit"] - lossy["operating_profit"]).sum() == pytest.approx(lost)


def test_the_marketplace_is_an_agent_and_the_service_a_principal():
    market, service = project(load("mentorship")), project(load("influencer"))
    assert market["revenue"] == pytest.approx(market["gmv"] - market["mentor_earnings"]
                                              + market["subscriptions"])
    assert (market["custodial_cash"] > 0).all()
    assert market["unrestricted_cash"] == pytest.approx(market["cash"] - market["mentor_payable"])
    assert "gmv" not in service and "custodial_cash" not in service
    assert service["cost_of_revenue.creator_payouts"].sum() > 0
