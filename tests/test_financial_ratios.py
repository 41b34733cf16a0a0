"""Ratios of a year worked by hand, their identities, and years in which they mean nothing."""

import numpy as np
import pytest

from model import load, project
from model.analysis.financial_ratios import financial_ratios, outstanding_days
from model.companies import COMPANIES
from model.companies.glossary import glossary
from model.engine.projection import Projection
from model.pages import open_view
from model.pages.statements import financial_ratios as page

# One year in thousands. It opens with 100 in cash, which owners had paid in.
YEAR = {
    "cash": 180, "unrestricted_cash": 160, "custodial_cash": 20, "receivables": 40,
    "fixed_assets": 20, "assets": 240, "deferred_revenue": 25, "payables": 10, "tax_payable": 15,
    "mentor_payable": 20, "debt": 30, "liabilities": 100, "paid_in_capital": 100,
    "retained_earnings": 40, "equity": 140, "revenue": 400, "gross_profit": 320,
    "contribution": 300, "ebitda": 70, "operating_profit": 60, "interest": 5, "net_income": 40,
    "invoiced": 40, "purchases": 20,
}
HAND = {
    "current_ratio": 220 / 70, "quick_ratio": 200 / 70, "cash_ratio": 160 / 70,
    "debt_to_equity": 30 / 140, "liabilities_to_assets": 100 / 240, "interest_cover": 12,
    "gross_margin": 0.80, "contribution_margin": 0.75, "ebitda_margin": 0.175,
    "operating_margin": 0.15, "net_margin": 0.10,
    "roe": 40 / 120,                      # mean equity (100 + 140) / 2
    "roa": 40 / 170,                      # mean assets (100 + 240) / 2
    "roic": 45 / 135,                     # 60 x 0.75 over (100 + 170) / 2
    "roic_without_cash": 45 / 5,          # over (0 + 170 - 160) / 2
    "asset_turnover": 400 / 170, "equity_multiplier": 170 / 120,
    "dso": 30, "dpo": 15,
}


def books(years, opening_cash=100_000):
    """A projection whose years are given in thousands: flows in December, balances all year."""
    block = np.zeros((60, len(YEAR), 1))
    for i, values in enumerate(years):
        for j, line in enumerate(YEAR):
            first = 12 * i + (11 if glossary("mentorship").term(line).kind == "flow" else 0)
            block[first:12 * (i + 1), j, 0] = 1000 * values[line]
    return Projection(load("mentorship", changes={"opening_cash": opening_cash}), tuple(YEAR),
                      block)


def named(projection):
    return {each.name: each.values[0] for each in financial_ratios(projection)}


def test_a_year_worked_by_hand():
    found = named(books([YEAR]))
    for name, value in HAND.items():
        assert found[name][0] == pytest.approx(value), name
    assert set(found) == set(HAND)


def test_the_next_year_starts_from_the_balances_of_the_last():
    found = named(books([YEAR, YEAR | {"retained_earnings": 80, "equity": 180}]))
    assert found["roe"][1] == pytest.approx(40 / ((140 + 180) / 2))
    assert found["roa"][1] == pytest.approx(40 / 240)


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("changes", [{}, {"debt.draws": {"2026-06": 200_000}}])
def test_return_on_equity_is_the_product_of_its_factors(company, changes):
    found = named(project(load(company, changes=changes)))
    np.testing.assert_allclose(
        found["net_margin"] * found["asset_turnover"] * found["equity_multiplier"],
        found["roe"], rtol=1e-12)


def test_without_debt_and_with_the_full_rate_invested_capital_earns_what_equity_does():
    found = named(project(load("influencer")))
    np.testing.assert_allclose(found["roic"], found["roe"], rtol=1e-12)


def test_nothing_to_divide_by_is_undefined_and_never_zero():
    nothing = dict.fromkeys(YEAR, 0)
    found = named(books([nothing], opening_cash=0))
    for name, values in found.items():
        assert np.isnan(values[0]), name


def test_negative_equity_has_no_return_and_no_leverage():
    poor = YEAR | {"retained_earnings": -150, "equity": -50}
    found = named(books([YEAR, poor, YEAR]))
    for name in ("roe", "equity_multiplier"):
        assert np.isfinite(found[name][0]) and np.isnan(found[name][1:3]).all()
    assert np.isnan(found["debt_to_equity"][1]) and np.isfinite(found["debt_to_equity"][2])


def test_cash_below_zero_covers_nothing():
    found = named(books([YEAR | {"cash": -5, "unrestricted_cash": -25}]))
    assert np.isnan([found[name][0] for name in ("current_ratio", "quick_ratio",
                                                 "cash_ratio")]).all()
    # Others' money in the account does not make the company's own liquid.
    held = named(books([YEAR | {"cash": 10, "unrestricted_cash": -10}]))
    assert np.isfinite(held["current_ratio"][0]) and np.isnan(held["quick_ratio"][0])


def test_a_balance_reaches_back_over_the_months_that_made_it():
    flow = np.array([[10.0, 20.0, 30.0]])
    # 40 after month 3: all 30 of it, and half of the 20 before.
    assert outstanding_days(np.array([[0.0, 0.0, 40.0]]), flow)[0, 2] == pytest.approx(45)
    # A month without a flow passes whole.
    quiet = np.array([[10.0, 20.0, 0.0]])
    assert outstanding_days(np.array([[0.0, 0.0, 10.0]]), quiet)[0, 2] == pytest.approx(45)
    assert np.isnan(outstanding_days(np.zeros((1, 3)), np.zeros((1, 3)))).all()


@pytest.mark.parametrize("days", [0, 10, 30, 45, 100, 120])
def test_days_are_those_of_the_terms(days):
    changes = {"terms.days_to_collect": days, "terms.days_to_pay.variable_cost": days,
               "terms.days_to_pay.overhead": days}
    for company in ("mentorship", "influencer"):
        found = named(project(load(company, changes=changes)))
        np.testing.assert_allclose(found["dso"], days, atol=1e-9)
        np.testing.assert_allclose(found["dpo"], days, atol=1e-9)


def test_every_ratio_stands_in_the_table_with_its_definition():
    view = open_view("mentorship", changes={"debt.draws": {"2026-06": 200_000}})
    block = page.ratios(view)
    table = block.table[0]
    definitions = dict(zip(table.labels, table.columns["Definition"], strict=True))
    for each in financial_ratios(view.projection):
        assert definitions[each.label], each.name
    assert "Interest cover" in definitions


def test_what_is_undefined_is_named_with_its_reason():
    base = page.ratios(open_view("influencer"))
    assert "Interest cover | every year | no interest is due" in base.table[1].text
    poor = page.ratios(open_view("mentorship", "flat_marketing"))
    assert "Return on equity (ROE) and Equity multiplier | 2028, 2029 and 2030 | equity is below " \
           "zero" in poor.table[1].text
    assert "undefined" in poor.table[0].text
    assert "undefined: quick ratio" in poor.message
