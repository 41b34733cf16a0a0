"""What a verdict on a published claim rests on, and goals, limits and definitions among them."""

import pytest

from model import load, project
from model.audit.grounds import GROUNDS, ground
from model.audit.source_check import SourceCheck
from model.audit.verdicts import AGREES, GOAL_MET, GOAL_MISSED, NOT_REPRODUCIBLE, WRONG
from model.companies import COMPANIES
from model.companies.arithmetic import Expression


@pytest.fixture(scope="module")
def checks():
    return {company: SourceCheck(project(load(company))) for company in COMPANIES}


@pytest.mark.parametrize(("company", "name", "changes"), [
    ("mentorship", "cm_goal", {"cost_of_revenue.payment_processing": 0.2}),
    ("mentorship", "ltv_cac_minimum", {"mentees.young_pros.orders": 0.5}),
    ("influencer", "months_risk", {"tiers.basic.hourly_rate": 40}),
    ("influencer", "months_risk", {"tiers.basic.hourly_rate": 20}),  # It never breaks even.
])
def test_a_goal_is_met_or_missed_and_contradicts_nothing(checks, company, name, changes):
    assert checks[company].findings[name].verdict == GOAL_MET
    missed = SourceCheck(project(load(company, changes=changes)))
    assert missed.findings[name].verdict == GOAL_MISSED


def test_an_answer_to_a_lost_decimal_is_moot_only_while_its_limit_is_kept():
    costly = project(load("mentorship", changes={"cost_of_revenue.payment_processing": 0.95}))
    assert SourceCheck(costly).findings["variable_cost_ceiling"].verdict == NOT_REPRODUCIBLE


def test_the_definition_of_break_even_leaves_no_room_for_the_published_month(checks):
    # Two years of losses: 24 months, so the 25th at the earliest. For the service, 25 customers a
    # month that each bring 452.31 have paid 56,000 a month when (n + 1) / 2 of 25 do: n = 8.9.
    for company, earliest, printed, own, first in (("mentorship", 25, 22, 36, 22),
                                                   ("influencer", 9, 6, 10, 6)):
        found = checks[company].findings
        assert found["breakeven_definition"].read == earliest
        claim = found["breakeven_month"]
        assert claim.read == printed and claim.proof.holds
        assert [result.holds for result in claim.against] == [False]
        assert claim.model.found.number == own and not claim.model.holds
        assert checks[company].value(Expression("breakeven.first")) == first == printed


@pytest.mark.parametrize("company", COMPANIES)
def test_every_agreement_has_a_ground_and_what_is_calibrated_says_so(checks, company):
    check = checks[company]
    for finding in check.findings.values():
        rests = ground(check, finding)
        assert (rests in GROUNDS) == (finding.verdict in (AGREES, WRONG)), finding.claim.id
        assert not (finding.claim.calibrated and finding.claim.fitted), finding.claim.id
        if moved := finding.claim.calibrated or finding.claim.fitted:
            entry = check.projection.assumptions.entries[moved]
            assert entry.source.startswith(("calibrated", "derived", "decision",
                                            "estimate: a share of the")), finding.claim.id
        for path in finding.claim.derives:
            assert check.projection.assumptions.entries[path].kind == "derived", finding.claim.id


@pytest.mark.parametrize("company", COMPANIES)
def test_only_printed_figures_contradict_one_another(checks, company):
    """The model's own figures stand under the model: they are no figures of the page."""
    check = checks[company]
    for claim in check.claims.claims.values():
        for part in claim.against:
            for formula in (part.value, part.equals):
                for name in check.reads(formula) if formula else ():
                    assert (name in check.claims.claims or name in check.claims.terms
                            or name in check._named or name.startswith("face.")
                            or name == "start"), (claim.id, name)


def test_a_limit_that_a_larger_reading_meets_too_does_not_decide(checks):
    found = checks["mentorship"].findings
    assert [found[name].also for name in ("seller_sub_executive", "repeat_orders_career_changers",
                                          "buyer_sub_low", "effective_take_rate",
                                          "buyer_sub_high")] == [
        1, 1, None, None, 1]
    assert checks["influencer"].findings["fte"].also == 0
