"""The shipped params: every scenario loads and is read whole, base keeps every published figure and
meets every published outcome, and what nobody published is labelled so."""

import numpy as np
import pytest

from model import load, project
from model.analysis.breakeven import breakeven
from model.analysis.kpis import kpis
from model.companies import COMPANIES
from model.params import catalog

EVERY = [(company, scenario) for company in COMPANIES for scenario in catalog.scenarios(company)]

# What the publisher prints as inputs, as it must be read: path, year (None: every year), value, the
# figure's name in the collection of facts, and a part of it as printed, where decimals were lost.
PUBLISHED = {
    "mentorship": [
        ("mentees.cac", 2026, 100, "buyer_cac", "$100"),
        ("mentors.cac", 2026, 250, "seller_cac", "$250"),
        ("commission.share", None, 0.18, "commission_variable", "180%"),
        ("commission.fee", None, 5, "commission_fixed", "$5"),
        ("mentees.career_changers.order_value", 2026, 120, "aov_career_changers", "$12000"),
        ("mentees.career_changers.orders", 2026, 1, "repeat_orders_career_changers", "100 repeat"),
        ("mentees.young_pros.subscription", 2026, 9, "buyer_sub_low", "$900"),
        ("mentees.senior_experts.subscription", 2026, 29, "buyer_sub_high", "$2,900"),
        ("mentors.mid_career.subscription", 2026, 19, "seller_sub_mid_career", "$1900"),
        ("mentors.executive.subscription", 2026, 39, "seller_sub_executive", "$3900"),
        ("mentors.mix.executive", 2026, 0.10, "seller_mix_executive_2026", "10%"),
        ("mentors.mix.executive", 2030, 0.25, "seller_mix_executive_2030", "25%"),
        ("team.product_manager.hires", 2028, 1, "product_manager_hire", None),
    ],
    "influencer": [
        ("customers.cac", 2026, 500, "cac_2026", "$500"),
        ("customers.cac", 2030, 350, "cac_2030", "$350"),
        ("tiers.managed_service.hourly_rate", 2026, 180, "managed_service_rate", "$1,800"),
        ("cost_of_revenue.creator_payouts", 2026, 0.10, "cogs_influencer_payouts", "100%"),
        ("cost_of_revenue.platform_hosting", 2026, 0.08, "cogs_platform_hosting", "80%"),
        ("team.chief_executive.hires", 2026, 1, "fte", None),
        ("team.lead_developer.hires", 2026, 1, "fte", None),
        ("team.chief_executive.salary", None, 130_000, "salary_ceo", None),
        ("team.lead_developer.salary", None, 110_000, "salary_lead_software_developer", None),
    ],
}
# Published in part, or implied by what is published: the label says what was added.
IMPLIED = {
    "mentorship": [
        ("mentees.marketing", 2026, 150_000, "marketing_budget", "calibrated"),
        ("mentees.match_rate", None, 0.75, "match_rate_target", "decision"),
        ("mentees.young_pros.mentees_per_mentor", None, 10, "mentor_mentee_ratio", "benchmark"),
        ("mentees.career_changers.mentees_per_mentor", None, 10, "mentor_mentee_ratio",
         "benchmark"),
        ("mentees.senior_experts.mentees_per_mentor", None, 5, "mentor_mentee_ratio", "benchmark"),
        ("opening_cash", None, 1_000_000, "implied_cash", "benchmark"),
        # The article says what would follow from these, and not that they are so.
        ("team.product_manager.salary", None, 150_000 / 1.03**2, "product_manager_hire",
         "decision"),
        ("orders.executive_premium", None, 0.4, "a 40% premium in the article", "decision"),
    ],
    "influencer": [
        ("customers.marketing", 2026, 150_000, "marketing_budget", "calibrated"),
        ("opening_cash", None, 1_000_000, "min_cash", "benchmark"),
        ("team.delivery_team.hires", 2026, 2.5, "payroll_residual", "derived"),
        ("team.delivery_team.salary", None, 75_000, "payroll_residual", "derived"),
    ],
}


@pytest.fixture(scope="module")
def base():
    """The base projections by company."""
    return {company: project(load(company)) for company in COMPANIES}


def year(projection, line, of):
    return projection.annual.at[line, of]


def first_month_in_profit(projection):
    earned = projection["ebitda"][0] >= 0
    return projection.months[int(np.argmax(earned))] if earned.any() else None


def near(value, part):
    return pytest.approx(value, rel=part)


# Every scenario -----------------------------------------------------------------------------------

def test_the_scenarios_that_were_asked_for_are_shipped():
    common = {"base", "upside", "downside", "cac_delay"}
    assert set(catalog.scenarios("mentorship")) >= common | {"flat_marketing", "cac_stays",
                                                                "demo_actuals"}
    assert set(catalog.scenarios("influencer")) >= common | {"rate_as_printed", "ebitda_1_5m"}


@pytest.mark.parametrize(("company", "scenario"), EVERY)
def test_every_scenario_loads_and_every_assumption_is_read(company, scenario):
    projection = project(load(company, scenario))
    assert projection.unread == ()
    assert np.isfinite(projection.block).all()
    assert projection.assumptions.scenario_title and projection.assumptions.scenario_why
    # The demonstration of actuals is base itself, beside figures of what happened.
    assert bool(projection.assumptions.changed) == (scenario not in ("base", "demo_actuals"))


@pytest.mark.parametrize("company", COMPANIES)
def test_what_the_scenarios_are_called_is_what_they_do(company, base):
    last = {name: year(project(load(company, name)), "ebitda", 2030)
            for name in catalog.scenarios(company)}
    plan = year(base[company], "ebitda", 2030)
    assert last["downside"] < plan < last["upside"]
    assert last.get("cac_delay", -np.inf) < plan < last.get("price_rise", np.inf)


@pytest.mark.parametrize(("company", "paths"), [
    ("mentorship", ["mentees.cac", "mentors.cac"]), ("influencer", ["customers.cac"])])
def test_cac_delay_is_cac_three_months_late_and_nothing_else(company, paths):
    late, plan = load(company, "cac_delay"), load(company)
    assert sorted(late.changed) == sorted(paths)
    for path in paths:
        before, after = (a.monthly(path)[:, 0] for a in (plan, late))
        assert after[3:].tolist() == before[:-3].tolist()
        assert after[:3].tolist() == [before[0]] * 3


def test_flat_marketing_holds_the_budgets_of_2026(base):
    flat = project(load("mentorship", "flat_marketing"))
    assert np.ptp(flat["marketing"]) == 0
    assert flat["marketing"][0, 0] == base["mentorship"]["marketing"][0, 0]


def test_cac_stays_has_the_marketing_of_base_and_the_cac_of_2026(base):
    plan = load("mentorship", "cac_stays")
    found = project(plan)
    assert plan.changed == ("mentees.cac", "mentors.cac")
    assert (found["marketing"] == base["mentorship"]["marketing"]).all()
    # What an audit with a program of its own came to.
    assert year(found, "ebitda", 2028) == pytest.approx(331e3, rel=2e-3)
    assert year(found, "ebitda", 2030) == pytest.approx(3.67e6, rel=2e-3)


def test_rate_as_printed_takes_1800_an_hour_at_its_word():
    found = load("influencer", "rate_as_printed")
    assert found.changed == ("tiers.managed_service.hourly_rate",)
    assert found.yearly("tiers.managed_service.hourly_rate")[0, 0] == 1800  # managed_service_rate


# Base values --------------------------------------------------------------------------------------

@pytest.mark.parametrize("company", tuple(PUBLISHED))
def test_published_figures_are_kept_as_they_must_be_read_and_as_printed(company):
    assumptions = load(company)
    for path, of, value, fact, printed in PUBLISHED[company]:
        rows = assumptions.yearly(path)[:, 0]
        shown = rows if of is None else rows[[of - assumptions.calendar.years[0]]]
        assert shown == near(value, 1e-12), (path, fact)
        assert printed is None or printed in assumptions.entries[path].printed, (path, fact)


@pytest.mark.parametrize("company", tuple(PUBLISHED))
def test_what_follows_from_published_figures_is_kept_and_labelled(company):
    assumptions = load(company)
    for path, of, value, fact, kind in IMPLIED[company]:
        rows = assumptions.yearly(path)[:, 0]
        shown = rows if of is None else rows[[of - assumptions.calendar.years[0]]]
        assert shown == near(value, 1e-5), (path, fact)
        assert assumptions.entries[path].kind == kind, (path, fact)


@pytest.mark.parametrize("company", tuple(PUBLISHED))
def test_nothing_else_is_labelled_published(company):
    entries = load(company).entries
    assert {path for path, entry in entries.items() if entry.kind == "published"} == {
        path for path, *_ in PUBLISHED[company]}


@pytest.mark.parametrize("company", tuple(PUBLISHED))
def test_what_is_printed_of_a_year_says_so(company):
    """The years of the facts; what moves over the years is printed throughout nowhere."""
    entries = load(company).entries
    for path in {path for path, of, *_ in PUBLISHED[company] if of}:
        years = [of for at, of, *_ in PUBLISHED[company] if at == path]
        assert list(entries[path].printed_for) == years, path
    assert all(entry.printed_for for entry in entries.values()
               if entry.kind == "derived" or (entry.kind == "published" and entry.value_years))


@pytest.mark.parametrize("company", COMPANIES)
def test_base_values_lie_in_their_ranges(company):
    assumptions = load(company)
    assert assumptions.outside_range() == []
    for path, entry in assumptions.entries.items():
        low, high = entry.range
        value = entry.value if entry.form == "constant" else 1
        assert low <= value <= high, path


@pytest.mark.parametrize("company", COMPANIES)
def test_inputs_that_carry_no_figure_of_the_source_are_of_low_or_medium_confidence(company):
    for path, entry in load(company).entries.items():
        if entry.kind in ("estimate", "calibrated"):
            assert entry.confidence != "high", path


# Published outcomes of mentorship -----------------------------------------------------------------

def test_mentorship_margin_and_overhead_of_2026(base):
    plan = base["mentorship"]
    revenue = year(plan, "revenue", 2026)
    costs = year(plan, "cost_of_revenue", 2026) + year(plan, "variable_opex", 2026)
    assert costs / revenue == near(0.175, 1e-12)  # variable_cost_total
    assert year(plan, "contribution", 2026) / revenue == near(0.825, 1e-12)  # contribution_margin
    assert year(plan, "payroll", 2026) + year(plan, "fixed_opex", 2026) == near(  # fixed_overhead
        412_600, 1e-12)


def test_mentorship_breaks_even_in_october_2027_and_earns_710_000_in_2028(base):
    plan = base["mentorship"]
    assert year(plan, "ebitda", 2026) < 0 and year(plan, "ebitda", 2027) < 0  # two years of burn
    assert first_month_in_profit(plan) == "2027-10"  # breakeven_month
    assert breakeven(plan).first == "2027-10"
    assert year(plan, "ebitda", 2028) == near(710_000, 0.005)  # ebitda_y3


def test_mentorship_order_value_and_take_rate_of_2026(base):
    plan = base["mentorship"]
    gmv = year(plan, "gmv", 2026)
    assert round(gmv / year(plan, "orders", 2026)) == 72  # aov_blended
    assert round(year(plan, "commission", 2026) / gmv * 100, 2) == 24.94  # effective_take_rate


def test_mentors_suffice_in_every_month_of_the_plan(base):
    plan = base["mentorship"]
    assert (plan["active_mentors"] >= plan["mentors_wanted"]).all()
    assert plan["orders"] == near(plan["orders_wanted"], 1e-12)


def test_the_product_manager_joins_in_2028(base):
    headcount = base["mentorship"]["headcount.product_manager"][0]
    assert headcount[:24].tolist() == [0] * 24  # product_manager_hire
    assert headcount[-1] == 1
    assert year(base["mentorship"], "payroll.product_manager", 2028) == near(150_000, 1e-4)


# Published outcomes of influencer -----------------------------------------------------------------

def test_influencer_wins_300_customers_at_500_in_2026(base):
    plan = base["influencer"]
    assert year(plan, "new_customers", 2026) == near(300, 1e-12)  # new_customers_2026
    assert year(plan, "marketing", 2026) / year(plan, "new_customers", 2026) == near(500, 1e-12)


def test_influencer_margins_of_2026(base):
    plan = base["influencer"]
    revenue = year(plan, "revenue", 2026)
    assert year(plan, "gross_profit", 2026) / revenue == near(0.82, 1e-12)  # gross_margin
    assert year(plan, "variable_opex", 2026) / revenue == near(0.09, 1e-12)  # variable_opex
    assert year(plan, "contribution", 2026) / revenue == near(0.73, 1e-12)  # contribution_margin


def test_influencer_overhead_of_2026(base):
    plan = base["influencer"]
    assert year(plan, "payroll", 2026) == near(427_500, 1e-12)  # payroll_year
    assert year(plan, "headcount", 2026) == 4.5  # fte
    assert year(plan, "fixed_opex", 2026) == near(12 * 7_875, 1e-12)  # fixed_opex_month


def test_influencer_breaks_even_in_june_2026_and_earns_what_is_published(base):
    plan = base["influencer"]
    assert first_month_in_profit(plan) == "2026-06"  # breakeven_month
    assert breakeven(plan).first == "2026-06"
    assert year(plan, "ebitda", 2026) == near(210_000, 0.005)  # ebitda_y1
    assert year(plan, "ebitda", 2030) == near(15_000_000, 0.01)  # ebitda_y5
    assert breakeven(plan).trough_cash == near(671_000, 0.001)  # min_cash


def test_influencer_high_value_share_of_revenue(base):
    share = {of: kpi.value for of, kpi in kpis(base["influencer"])["high_value_mix"].items()}
    assert 0.30 <= share[2026] < 0.305  # high_value_mix_2026
    assert share[2030] == pytest.approx(0.50, abs=0.005)  # high_value_mix_2030
    plan = base["influencer"]
    assert share[2030] == near(
        1 - year(plan, "revenue.basic", 2030) / year(plan, "revenue", 2030), 1e-12)


def test_the_delivery_team_suffices_in_every_month_of_the_plan(base):
    assert (base["influencer"]["delivery_hours"] >= base["influencer"]["staff_hours"]).all()


def test_ebitda_1_5m_earns_a_tenth_in_2030_after_the_same_first_year(base):
    found = project(load("influencer", "ebitda_1_5m"))
    assert year(found, "ebitda", 2030) == near(1_500_000, 0.01)  # ebitda_y5 with its decimal lost
    assert year(found, "ebitda", 2026) == near(210_000, 0.005)
    assert first_month_in_profit(found) == "2026-06"
