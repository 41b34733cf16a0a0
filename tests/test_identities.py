"""What must hold in every plan, whatever the assumptions: random ones inside their ranges."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import batch, load, project
from model.analysis.uncertainty import sampling
from model.audit.checks import check
from model.companies import COMPANIES, company_module
from model.engine.projection import Projection

SIDES = {company: tuple(side.name for side in company_module(company).SIDES)
         for company in COMPANIES}
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", params=COMPANIES)
def base(request):
    return load(request.param)


def drawn(company: str, seed: int, size: int) -> Projection:
    assumptions = load(company)
    paths = sampling.uncertain(assumptions)
    return batch(assumptions, sampling.drawn(assumptions, paths, size, seed))


@FEW
@given(company=st.sampled_from(COMPANIES), seed=st.integers(0, 10**6))
def test_every_error_check_holds_in_random_plans(company, seed):
    assert check(drawn(company, seed, 20)).failed == ()


@FEW
@given(company=st.sampled_from(COMPANIES), seed=st.integers(0, 10**6), row=st.integers(0, 49))
def test_a_scenario_alone_is_bit_equal_to_its_row_in_a_batch(company, seed, row):
    assumptions = load(company)
    values = sampling.drawn(assumptions, sampling.uncertain(assumptions), 50, seed)
    together = batch(assumptions, values)
    alone = batch(assumptions, {path: value[row:row + 1] for path, value in values.items()})
    assert alone.lines == together.lines
    assert np.array_equal(alone.block[:, :, 0], together.block[:, :, row])


def test_a_batch_of_base_values_is_bit_equal_to_base(base):
    paths = sampling.uncertain(base)
    values = {path: sampling.scaled(base, path, np.ones(3)) for path in paths}
    again = batch(base, values)
    for i in range(3):
        assert np.array_equal(again.block[:, :, i], project(base).block[:, :, 0])


@FEW
@given(company=st.sampled_from(COMPANIES), seed=st.integers(0, 10**6))
def test_corkscrews_close_and_segments_add_up(company, seed):
    projection = drawn(company, seed, 5)
    for side in SIDES[company]:
        new, lost, active = (projection[f"{word}_{side}"] for word in ("new", "churned", "active"))
        opening = np.concatenate([np.zeros((5, 1)), active[:, :-1]], axis=1)
        np.testing.assert_allclose(active, opening + new - lost, rtol=1e-12, atol=1e-9)
    for line in ("revenue", "payroll", "fixed_opex", "variable_opex", "capex", "headcount"):
        parts = [projection[f"{line}.{part}"] for part in projection.segments(line)]
        assert len(parts) > 1
        np.testing.assert_allclose(sum(parts), projection[line], rtol=1e-12, atol=1e-9)


@FEW
@given(seed=st.integers(0, 10**6))
def test_orders_are_the_lesser_of_what_is_wanted_and_what_can_be_served(seed):
    projection = drawn("mentorship", seed, 5)
    served = projection["active_mentors"] >= projection["mentors_wanted"]
    orders, wanted = projection["orders"], projection["orders_wanted"]
    np.testing.assert_allclose(orders[served], wanted[served], rtol=1e-12)
    assert (orders[~served] < wanted[~served]).all()


def test_half_the_mentors_serve_half_the_orders():
    few = project(load("mentorship", changes={"mentors.marketing": 10_000}))
    share = few["active_mentors"] / few["mentors_wanted"]
    assert share.max() < 1
    np.testing.assert_allclose(few["orders"], share * few["orders_wanted"], rtol=1e-12)


def test_no_marketing_no_new_customers_no_revenue():
    nobody = {"mentorship": {"mentees.marketing": 0, "mentors.marketing": 0},
              "influencer": {"customers.marketing": 0}}
    for company, changes in nobody.items():
        projection = project(load(company, changes=changes))
        for side in SIDES[company]:
            assert not projection[f"new_{side}"].any()
            assert not projection[f"active_{side}"].any()
        assert not projection["revenue"].any()
        assert check(projection).failed == ()
        if company == "mentorship":
            assert np.isnan(projection.by_year("order_value")).all()


def test_no_churn_keeps_every_customer():
    still = load("influencer", changes={f"tiers.{tier}.churn": 0 for tier in
                                        ("basic", "pro", "managed_service", "one_off")})
    projection = project(still)
    np.testing.assert_allclose(projection["active_customers"],
                               np.cumsum(projection["new_customers"], axis=1), rtol=1e-12)


@FEW
@given(factor=st.floats(1.0, 3.0))
def test_a_higher_price_at_the_same_volume_never_lowers_ebitda(factor):
    for company, path in (("mentorship", "mentees.young_pros.order_value"),
                          ("influencer", "tiers.pro.hourly_rate")):
        assumptions = load(company)
        higher = batch(assumptions, {path: sampling.scaled(assumptions, path, [1.0, factor])})
        assert (higher["ebitda"][1] >= higher["ebitda"][0] - 1e-6).all()


def test_more_cash_at_the_start_changes_cash_alone():
    for company in COMPANIES:
        before = project(load(company))
        opens = before.assumptions.series["opening_cash"].values[0, 0]
        after = project(load(company, changes={"opening_cash": opens + 250_000}))
        np.testing.assert_allclose(after["cash"] - before["cash"], 250_000, rtol=1e-9)
        assert np.array_equal(after["ebitda"], before["ebitda"])


def test_the_executive_premium_lifts_order_values_as_the_mix_rises():
    # 40% more for a share that goes from 10% to 25%: 1.10 / 1.04, 5.769% over the years.
    still = {f"mentors.{tier}.churn": 0 for tier in ("early_career", "mid_career", "executive")}
    values = {2026: 0.10, 2027: 0.10, 2028: 0.10, 2029: 0.10, 2030: 0.10}
    flat = project(load("mentorship", changes=still | {"mentors.mix.executive": values}))
    np.testing.assert_allclose(flat["executive_markup"], 1.0, rtol=1e-12)
    quarter = project(load("mentorship", changes=still | {"mentors.mix.executive": 0.25}))
    np.testing.assert_allclose(quarter["executive_markup"], 1.10 / 1.04, rtol=1e-12)


def test_years_are_sums_decembers_or_ratios_made_again():
    projection = project(load("mentorship"))
    months = projection.monthly
    annual = projection.annual
    assert annual.loc["revenue", 2027] == pytest.approx(months.loc["revenue", "2027-01":"2027-12"]
                                                        .sum(), rel=1e-12)
    assert annual.loc["cash", 2028] == months.loc["cash", "2028-12"]
    assert projection.by_year("order_value")[0, 0] == pytest.approx(
        annual.loc["gmv", 2026] / annual.loc["orders", 2026], rel=1e-12)
    assert annual.loc["order_value.young_pros", 2026] == (
        pytest.approx(annual.loc["gmv.young_pros", 2026] / annual.loc["orders.young_pros", 2026]))


def test_a_late_cac_costs_the_same_and_wins_fewer():
    base, late = project(load("mentorship")), project(load("mentorship", "cac_delay"))
    assert np.array_equal(base["marketing"], late["marketing"])
    first = 12 + 3
    assert np.array_equal(base["new_mentees"][0, :12], late["new_mentees"][0, :12])
    assert (late["new_mentees"][0, 12:first] < base["new_mentees"][0, 12:first]).all()
    assert late["new_mentees"][0, first] == pytest.approx(base["new_mentees"][0, first], rel=1e-12)
