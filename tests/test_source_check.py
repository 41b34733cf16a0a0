"""Every published claim is listed, read with a proof, and judged by arithmetic that can fail."""

import math
import re

import pytest
from published import PUBLISHED

from model import load, project
from model.analysis.unit_economics import economics, sides
from model.audit import source_check
from model.audit.carriers import carried
from model.audit.source_check import SourceCheck
from model.audit.verdicts import AGREES, CONTRADICTS, GOAL_MISSED, NOT_REPRODUCIBLE
from model.companies.arithmetic import Expression
from model.companies.claims import KINDS, Check, Claim, claims, printed_figures
from model.companies.profiles import profile
from model.params import catalog
from model.problems import InputError

# What the list of published figures holds: id, and the value that it must be read as.
FACTS = {
    "mentorship": {
        "buyer_cac": 100, "seller_cac": 250, "marketing_budget": 150_000,
        "commission_variable": 0.18, "commission_fixed": 5, "aov_blended": 72,
        "effective_take_rate": 0.24944, "aov_career_changers": 120,
        "repeat_orders_career_changers": 1, "seller_sub_mid_career": 19,
        "seller_sub_executive": 39, "buyer_sub_low": 9, "buyer_sub_high": 29,
        "seller_mix_executive_2026": 0.1, "seller_mix_executive_2030": 0.25,
        "variable_cost_total": 0.175, "contribution_margin": 0.825, "variable_cost_lines": None,
        "fixed_overhead_year": 412_600, "fixed_overhead_month": 34_383.33,
        "product_manager_hire": 2028, "breakeven_month": 22, "ebitda_y3": 710_000,
        "buyer_segments": None, "seller_segments": None, "implied_cash": 1_000_000,
        "match_rate_target": 0.7, "ltv_example_1": 324, "ltv_example_2": 450, "cm_example": 0.85,
        "buyer_cac_example": 187.5, "repeat_rate_example": 0.7, "breakeven_example": 22,
        "ltv_min_gross_revenue": 363.64, "mentor_mentee_ratio": 10,
    },
    "influencer": {
        "marketing_budget": 150_000, "cac_2026": 500, "cac_2030": 350, "new_customers_2026": 300,
        "cogs_total": 0.18, "cogs_influencer_payouts": 0.1, "cogs_platform_hosting": 0.08,
        "variable_opex": 0.09, "variable_cost_total": 0.27, "gross_margin": 0.82,
        "contribution_margin": 0.73, "managed_service_rate": 180, "high_value_mix_2026": 0.3,
        "high_value_mix_2030": 0.5, "service_tiers": None, "payroll_month": 35_625,
        "payroll_year": 427_500, "fte": 4.5, "salary_ceo": 130_000,
        "salary_lead_software_developer": 110_000, "payroll_residual": 187_500,
        "fixed_outlay_month": 56_000, "fixed_opex_month": 7_875, "breakeven_month": 6,
        "ebitda_y1": 210_000, "ebitda_y5": 15_000_000, "breakeven_example": 6,
        "abr_example": 1_500, "ltv_cac_example": 4.2857, "mix_example": 0.3, "gm_example": 0.82,
        "min_cash": 671_000,
    },
}


@pytest.fixture(scope="module")
def checks():
    return {company: SourceCheck(project(load(company))) for company in PUBLISHED}


def parts(claim: Claim) -> list[Check]:
    """Every check of a claim."""
    given = (claim.proof, claim.model, claim.argued, *claim.against, *claim.beside)
    return [check for check in given if check]


def worked(check: SourceCheck, formula: str) -> float:
    return check.value(Expression(formula))


# Worked by hand: the golden figures, wrong ones of the page among them.
GOLDEN = [
    ("mentorship", "example_spend / example_buyers", 187.5),
    ("mentorship", "example_spend / (example_buyers + example_sellers)", 150),
    ("mentorship", "example_spend / example_sellers", 750),
    ("mentorship", "example_spend * buyer_cac / "
                   "(example_buyers * buyer_cac + example_sellers * seller_cac)", 115.3846153846),
    ("mentorship", "ltv_example_1", 324),
    ("mentorship", "example_arpu * example_months", 405),
    ("mentorship", "ltv_minimum / contribution_margin", 363.6363636364),
    ("mentorship", "ltv_example_1 / buyer_cac_example", 1.728),
    ("mentorship", "ltv_example_1 / loaded_cac", 2.592),
    ("mentorship", "ltv_example_1 / (buyer_cac + seller_cac / ratio_premium)", 2.16),
    ("mentorship", "buyer_cac / ltv_example_month", 2.7777777778),
    ("mentorship", "example_commission", 0.2),
    ("mentorship", "commission_variable + commission_fixed / aov_blended", 0.2494444444),
    ("mentorship", "order_revenue", 17.96),
    ("mentorship", "order_contribution", 14.817),
    ("mentorship", "first_and_repeat * changer_contribution", 43.89),
    ("mentorship", "two_orders", 29.634),
    ("mentorship", "fixed_overhead_year / 12", 34_383.3333333333),
    ("mentorship", "fixed_overhead_year / 12 / contribution_margin", 41_676.7676767677),
    ("mentorship", "ceil(fixed_overhead_year / 12 / order_contribution)", 2_321),
    ("mentorship", "fixed_overhead_year / 12 / order_contribution * aov_blended", 167_078.355942),
    ("mentorship", "ceil(fixed_overhead_month / face.buyer_sub_low)", 39),
    ("mentorship", "ceil(fixed_overhead_month / face.buyer_sub_high)", 12),
    ("mentorship", "relationships_low", 3_821),
    ("mentorship", "relationships_high", 1_186),
    ("mentorship", "ceil(fixed_overhead_year / 12 / (buyer_sub_low * contribution_margin))", 4_631),
    ("mentorship", "ceil(fixed_overhead_year / 12 / (buyer_sub_high * contribution_margin))",
     1_438),
    ("mentorship", "implied_cash / example_burn", 20),
    ("mentorship", "product_manager_cost / 12 / contribution_margin", 15_151.5151515152),
    ("mentorship", "breakeven_example * fixed_overhead_year / 12", 756_433.3333333333),
    ("mentorship", "example_fixed / example_profit", 22),
    ("mentorship", "1 - face.variable_cost_total", -0.75),
    ("influencer", "breakeven_fixed / breakeven_contribution", 6),
    ("influencer", "ltv_required / cac_2030", 4.2857142857),
    ("influencer", "ltv_required / cac_2026", 3),
    ("influencer", "breakeven_fixed / breakeven_contribution", 6),
    ("influencer", "breakeven_contribution / contribution_margin", 24_657.5342465753),
    ("influencer", "fixed_outlay_month / contribution_margin", 76_712.3287671233),
    ("influencer", "mix_push / (mix_total + mix_push - mix_managed)", 0.4166666667),
    ("influencer", "abr_revenue / abr_hours", 1_500),
    ("influencer", "gross_margin - creep", 0.67),
    ("influencer", "contribution_needed", 882_000),
    ("influencer", "customer_months_most", 1_950),
    ("influencer", "contribution_forced", 452.3076923077),
]


@pytest.mark.parametrize(("company", "formula", "by_hand"), GOLDEN)
def test_a_golden_figure_is_what_was_worked_out_by_hand(checks, company, formula, by_hand):
    assert worked(checks[company], formula) == pytest.approx(by_hand, rel=1e-9)


def test_the_ladder_of_ratios_is_what_was_worked_out_by_hand(checks):
    ratios = {way.label: way for way in checks["mentorship"].ratios}
    by_hand = {"As printed, KPI 2": 3.24, "As printed, KPI 3": 4.5,
               "KPI 2, variable cost taken once": 4.05, "KPI 2 on the CAC of KPI 1": 1.728,
               "KPI 2 with a tenth of a mentor": 2.592, "KPI 2 with a fifth of a mentor": 2.16,
               "Prices as read: orders alone": 0.29634, "Orders alone, Career Changers": 0.4389,
               "With the lower fee": 0.96459, "With the higher fee": 2.44959,
               # (9 or 29 × 82.5% + 14.817) × 9 months, over 100.
               "An order a month, with the lower fee": 2.00178,
               "An order a month, with the higher fee": 3.48678}
    for label, ratio in by_hand.items():
        assert ratios[label].ratio == pytest.approx(ratio, rel=1e-9), label
    assert ratios["With the lower fee"].ltv == pytest.approx(96.459)
    assert ratios["With the higher fee"].ltv == pytest.approx(244.959)
    # 210,000 + 12 × 56,000 of 300 customers, over a CAC of 500.
    (forced,) = (way for way in checks["influencer"].ratios if way.forced)
    assert forced.ratio == pytest.approx(882_000 / 300 / 500)
    needs = [checks["mentorship"].result(row).found.number
             for row in checks["mentorship"].claims.needs.rows]
    # A Young Pro of the plan pays the lower fee, of 9 a month, if any: the example asks more then.
    assert needs == pytest.approx([16 / 17.96, 21.075 / 14.817, 36 / 17.96, 37.575 / 14.817,
                                   45 / 14.817], rel=1e-9)
    assert [round(need, 2) for need in needs] == [0.89, 1.42, 2.00, 2.54, 3.04]


@pytest.mark.parametrize("company", PUBLISHED)
def test_every_published_figure_is_a_claim_and_read_as_it_must_be(checks, company):
    found = checks[company].findings
    for name, value in FACTS[company].items():
        assert name in found, name
        if value is None:
            assert found[name].claim.names and not found[name].missing
        else:
            assert found[name].read == pytest.approx(value, rel=1.1e-3), name


@pytest.mark.parametrize("company", PUBLISHED)
def test_every_formula_of_the_claims_has_a_value(checks, company):
    check = checks[company]
    for claim in check.claims.claims.values():
        for part in parts(claim):
            assert math.isfinite(check.value(part.value)), (claim.id, part.value.text)
        for reading in claim.readings:
            assert reading.scenario in catalog.scenarios(company)
            assert math.isfinite(check.value(reading.value))
    for name, term in check.claims.terms.items():
        assert math.isfinite(check.value(term.value)), name
    assert all(math.isfinite(way.ratio) for way in check.ratios)


@pytest.mark.parametrize("company", PUBLISHED)
def test_a_claim_is_complete_and_takes_its_figure_from_one_place(checks, company):
    for claim in checks[company].claims.claims.values():
        assert claim.label and claim.where and claim.kind in KINDS, claim.id
        assert claim.of is None or claim.printed is None, claim.id
        if not claim.printed and claim.of is None:
            assert claim.read is not None, claim.id
        printed = checks[company].printed(claim)
        if printed and not claim.names:
            assert len(printed_figures(printed)) >= len(claim.figure_names), claim.id
        for text in (claim.judgment, *(part.words for part in parts(claim))):
            assert not re.search(r"\d{3}|\d%|\d\.\d|\$", re.sub(r"20[23]\d", "", text or "")), (
                claim.id, text)


@pytest.mark.parametrize("company", PUBLISHED)
def test_figures_that_the_scoreboard_holds_too_are_the_same(checks, company):
    found, held = checks[company].findings, profile(company)
    of = {"mentorship": {"ltv_cac_minimum": "ltv_to_cac", "ltv_minimum": "ltv",
                         "cm_goal": "contribution_margin", "match_rate_target": "match_rate",
                         "mentor_mentee_ratio": "mentees_per_mentor"},
          "influencer": {"ltv_cac_minimum": "ltv_to_cac", "ltv_required": "ltv",
                         "contribution_margin": "contribution_margin"}}[company]
    for claim, goal in of.items():
        assert found[claim].read == pytest.approx(held.kpis[goal].target_in(2026)), claim
    outcome = {2028: "ebitda_y3", 2026: "ebitda_y1"}[held.published.ebitda_year]
    assert found[outcome].read == held.published.ebitda
    year, month = held.published.breakeven.split("-")
    assert found["breakeven_month"].read == (int(year) - 2026) * 12 + int(month)


def test_printed_prices_that_do_not_fit_the_page_contradict_it(monkeypatch):
    made = claims("mentorship")
    other = Claim(**{**vars(made.claims["commission_variable"]), "lost": 0})
    found = vars(made) | {"claims": {**made.claims, "commission_variable": other}}
    monkeypatch.setattr(source_check, "claims", lambda company: type(made)(**found))
    check = SourceCheck(project(load("mentorship")))
    # 180% and 5 of 72 are 186.9%, which no reading of the printed take rate is.
    assert check.findings["effective_take_rate"].verdict == CONTRADICTS
    assert check.findings["commission_variable"].verdict == CONTRADICTS


def test_what_is_undefined_never_holds():
    check = SourceCheck(project(load("mentorship", changes={"mentees.marketing": 0,
                                                           "mentors.marketing": 0})))
    found = check.findings
    assert found["ltv_cac_minimum"].verdict == NOT_REPRODUCIBLE
    assert found["aov_blended"].verdict == NOT_REPRODUCIBLE
    assert found["breakeven_month"].model.found.number == math.inf
    assert found["wanted_months"].verdict == GOAL_MISSED
    assert found["ltv_example_month"].verdict == AGREES
    assert all(math.isnan(way.ratio) for way in check.ratios if way.of_model)


def test_a_figure_that_is_no_longer_in_base_is_named(folder):
    text = (folder / "params/mentorship/base.yaml").read_text(encoding="utf-8")
    (folder / "params/mentorship/base.yaml").write_text(
        text.replace("      printed: $250\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match=r"base\.yaml:\d+: mentors\.cac has no printed figure"):
        _ = SourceCheck(project(load("mentorship"))).findings


# Which assumption carries the ratio.

def test_the_ratio_of_young_pros_is_carried_by_how_often_they_order(checks):
    found = carried(checks["mentorship"])
    assert found.chief.path == "mentees.young_pros.orders"
    rows = {row.path: row for row in found.carriers}
    # 9 a month of 55% and 18% + 5 of 38.40 an order, 86% of it kept before ads, over 22.84 months.
    months = (1 - 0.96 ** 60) / 0.04
    fee, order = 0.55 * 9, 0.18 * 38.4 + 5
    near = {"rel": 1e-3}
    assert found.ratio == pytest.approx((fee + order) * 0.86 * months / 100, **near)
    assert rows["mentees.young_pros.orders"].literal == pytest.approx(2 / months)
    assert rows["mentees.young_pros.orders"].literal_ratio == pytest.approx(
        (fee * months + 2 * order) * 0.86 / 100, **near)
    nine = (1 - (8 / 9) ** 60) * 9
    assert rows["mentees.young_pros.churn"].literal_ratio == pytest.approx(
        (fee + order) * 0.86 * nine / 100, **near)
    assert rows["mentees.young_pros.adoption"].literal_ratio == pytest.approx(
        (9 + order) * 0.86 * months / 100, **near)
    assert found.together == pytest.approx((9 * nine + 2 * order) * 0.86 / 100, **near)
    assert found.together < 1


@pytest.mark.parametrize("company", PUBLISHED)
def test_a_value_that_just_meets_the_goal_meets_it_when_typed_in(checks, company):
    check = checks[company]
    found, (side, *_) = carried(check), sides(company)
    for row in found.carriers:
        if row.needed.factor is None:
            continue
        typed = {f"{row.path}.2026": row.needed.value}
        if check.projection.assumptions.series[row.path].grain == "constant":
            typed = {row.path: row.needed.value}
        again = economics(project(load(company, changes=typed)), side, found.segment)
        assert again.ltv_to_cac[0, 0] == pytest.approx(found.goal, rel=1e-4), row.path


def test_the_ratio_of_the_service_is_carried_by_how_long_customers_stay(checks):
    found = carried(checks["influencer"])
    assert found.chief.path == "tiers.basic.churn"
    assert min(row.worst_ratio for row in found.carriers) > found.goal
    assert math.isnan(found.together)
