"""Discounted flows: worked by hand, against closed forms, and where the method has no answer."""

import numpy as np
import pytest

from model import batch, load, project
from model.analysis.investors import valuation as worth
from model.analysis.investors.valuation import GROWTH, RATE, grid, perpetuity, valuation
from model.engine.projection import Projection
from model.pages import open_view
from model.pages.statements import valuation as page

LINES = ("free_cash_flow", "interest", "ebitda", "operating_profit", "depreciation", "capex")


def plan(flow, profit=0.0, changes=None):
    """A plan with a free cash flow by month, and an operating profit in each month."""
    values = dict.fromkeys(LINES, np.zeros(60)) | {
        "free_cash_flow": np.asarray(flow, float), "ebitda": np.full(60, 2 * profit),
        "operating_profit": np.full(60, profit)}
    block = np.stack([values[line] for line in LINES], axis=1)[:, :, None]
    return Projection(load("influencer", changes={"tax.tax_rate": 0, **(changes or {})}), LINES,
                      block)


def months(**amounts):
    """Amounts by month number, m12=100; 0 elsewhere."""
    flow = np.zeros(60)
    for name, amount in amounts.items():
        flow[int(name[1:]) - 1] = amount
    return flow


def test_two_flows_worked_by_hand():
    # 110 after one year and 121 after two at 10%: 100 + 100.
    found = valuation(plan(months(m12=110, m24=121), changes={RATE: 0.10}))
    assert found.within[0] == pytest.approx(200)


def test_a_month_counts_at_its_end_at_the_twelfth_root_of_the_year():
    found = valuation(plan(months(m1=100), changes={RATE: 0.12}))
    assert found.within[0] == pytest.approx(100 / 1.12 ** (1 / 12))
    assert found.within[0] == pytest.approx(100 / 1.00948879, abs=1e-6)


def year_ends(amounts):
    flow = np.zeros(60)
    flow[11::12] = amounts
    return flow


def test_a_level_monthly_flow_is_the_annuity():
    monthly = 1.25 ** (1 / 12) - 1
    found = valuation(plan(np.full(60, 1000.0), profit=1000.0, changes={RATE: 0.25, GROWTH: 0}))
    assert found.within[0] == pytest.approx(1000 * (1 - (1 + monthly) ** -60) / monthly)
    assert found.terminal[0] == pytest.approx(12_000 / 0.25)
    assert found.beyond[0] == pytest.approx(12_000 / 0.25 / 1.25 ** 5)


def test_what_follows_is_told_as_a_multiple_of_ebitda():
    found = valuation(plan(np.full(60, 1000.0), profit=1000.0, changes={RATE: 0.25, GROWTH: 0}))
    assert found.times_ebitda[0] == pytest.approx(12_000 / 0.25 / 24_000)
    none = valuation(plan(np.full(60, 1000.0), profit=-1.0))
    assert np.isnan(none.times_ebitda[0])


def test_level_flows_at_the_ends_of_years_are_the_perpetuity():
    found = valuation(plan(year_ends(12_000.0), profit=1000.0, changes={RATE: 0.25, GROWTH: 0}))
    assert found.value[0] == pytest.approx(12_000 / 0.25)
    assert found.share_beyond[0] == pytest.approx(1.25 ** -5)


def test_flows_that_grow_once_a_year_are_one_growing_perpetuity():
    rate, growth = 0.20, 0.03
    years = 12_000 * (1 + growth) ** np.arange(5)
    found = valuation(plan(year_ends(years), profit=years[-1] / 12,
                           changes={RATE: rate, GROWTH: growth}))
    assert found.value[0] == pytest.approx(12_000 / (rate - growth))


def test_a_rate_of_zero_adds_up():
    assert perpetuity(np.array([100.0]), np.array([0.0]), np.array([-0.5]))[0] == pytest.approx(100)


@pytest.mark.parametrize(("flow", "rate", "growth"), [
    (100, 0.02, 0.02), (100, 0.01, 0.02), (0, 0.25, 0.02), (-5, 0.25, 0.02)])
def test_what_grows_too_fast_or_earns_nothing_has_no_value(flow, rate, growth):
    assert np.isnan(perpetuity(*(np.array([float(x)]) for x in (flow, rate, growth))))[0]
    found = valuation(plan(np.full(60, flow), profit=flow, changes={RATE: rate, GROWTH: growth}))
    assert found.refused() and np.isnan(found.value[0])
    assert np.isfinite(found.within[0])


def test_the_last_year_is_made_normal():
    # The plan's own 2030: full tax on the year's profit, no change of working capital.
    projection = project(load("mentorship"))
    last = {line: projection.by_year(line)[0, -1] for line in LINES}
    normal = valuation(projection).normal
    assert normal.flow[0] == pytest.approx(
        0.75 * last["operating_profit"] + last["depreciation"] - last["capex"])
    assert normal.flow[0] < last["free_cash_flow"]


def test_a_loss_earns_no_tax_back():
    assert valuation(plan(np.zeros(60), profit=-10, changes={"tax.tax_rate": 0.25})
                     ).normal.tax[0] == 0


def test_the_flows_do_not_depend_on_who_lends():
    loan = {"debt.draws": {"2026-01": 100_000}, "tax.tax_rate": 0}
    with_loan, without = (valuation(project(load("influencer", changes=changes)))
                          for changes in (loan, {"tax.tax_rate": 0}))
    np.testing.assert_allclose(with_loan.flows, without.flows, atol=1e-6)
    assert with_loan.value[0] == pytest.approx(without.value[0])


def test_opening_cash_is_added_once():
    found = valuation(project(load("mentorship")))
    assert found.with_cash[0] - found.value[0] == pytest.approx(1_000_000)


def test_many_scenarios_are_valued_as_each_alone():
    assumptions = load("mentorship")
    rates = np.array([0.15, 0.25, 0.40])
    together = valuation(batch(assumptions, {RATE: rates}))
    for i, rate in enumerate(rates):
        alone = valuation(project(load("mentorship", changes={RATE: float(rate)})))
        assert together.value[i] == pytest.approx(alone.value[0])


def test_the_grid_spans_both_ranges_and_holds_the_plan():
    projection = project(load("mentorship"))
    found = grid(projection)
    assert (found.rates[0], found.rates[-1]) == (0.15, 0.40)
    assert (found.growths[0], found.growths[-1]) == (0.0, 0.03)
    assert found.values[found.plan] == pytest.approx(valuation(projection).value[0])
    assert (np.diff(found.values, axis=0) < 0).all() and (np.diff(found.values, axis=1) > 0).all()


def test_a_value_outside_its_range_is_in_the_grid_once():
    assert worth._steps((0.0, 0.03), 0.05) == (0.0, 0.015, 0.03, 0.04, 0.05)
    assert worth._steps((0.02, 0.02), 0.02) == (0.02,)


def test_the_page_calls_it_a_method_and_says_how_much_lies_beyond_the_plan():
    view = open_view("mentorship")
    block, found = page.discounted_cash_flow(view), valuation(view.projection)
    assert block.reading.startswith("A method, not a claim")
    assert f"{100 * found.share_beyond[0]:.1f}% of it from after Dec 2030" in block.message
    assert "advice" in block.reading and "tax at the full rate" in block.reading


@pytest.mark.parametrize(("company", "scenario", "changes", "said"), [
    ("mentorship", "flat_marketing", {}, "is not above zero, so there is nothing that could grow"),
    ("mentorship", "base", {RATE: 0.02}, "at the discount rate or faster"),
    ("mentorship", "base", {"capex.platform": {"2026-01": 9e6}}, "more than all of it")])
def test_the_sentence_knows_its_cases(company, scenario, changes, said):
    assert said in page.discounted_cash_flow(open_view(company, scenario, changes)).message


def test_the_value_of_years_adds_up_to_the_value():
    view = open_view("influencer")
    table = page.discounted_cash_flow(view).table[0]
    column = dict(zip(table.labels, table.columns["Discounted"], strict=True))
    years = sum(column[str(year)] for year in view.projection.years)
    assert years + column["After 2030, worth at its end"] == pytest.approx(
        column["Discounted flows"])


