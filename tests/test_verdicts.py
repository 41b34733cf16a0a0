"""The verdict on a claim: in which order it is found, and what is no agreement."""

import pytest
from published import PUBLISHED

from model import load, project
from model.audit import source_check
from model.audit.source_check import SourceCheck
from model.audit.verdicts import (
    AGREES,
    ANOTHER,
    CONTRADICTS,
    FITTED,
    NOT_REPRODUCIBLE,
    REPEATS,
    TAKEN,
    WORKED_OUT,
    WRONG,
)
from model.companies.arithmetic import Expression
from model.companies.claims import Check, Claim, claims


@pytest.fixture(scope="module")
def checks():
    return {company: SourceCheck(project(load(company))) for company in PUBLISHED}


@pytest.fixture
def judged(monkeypatch):
    """The verdict on one small claim of the mentorship company."""
    made = claims("mentorship")

    def verdict(**entry) -> str:
        claim = Claim("small", "Small", "example", "KPI 1", **entry)
        found = vars(made) | {"claims": {**made.claims, "small": claim}}
        monkeypatch.setattr(source_check, "claims", lambda company: type(made)(**found))
        return SourceCheck(project(load("mentorship"))).findings["small"].verdict
    return verdict


def test_equal_is_within_half_a_unit_of_the_last_digit(judged):
    proof = Check(Expression("ltv_minimum / contribution_margin"))
    assert judged(printed="$364", proof=proof) == AGREES
    assert judged(printed="$363.6", proof=proof) == AGREES
    assert judged(printed="$363.7", proof=proof) == CONTRADICTS
    assert judged(printed="$363", proof=proof) == CONTRADICTS
    assert judged(printed="$360", rounded_to=10, proof=proof) == AGREES


def test_verdicts_stand_in_their_order(judged):
    wrong, right = Check(Expression("2")), Check(Expression("1"))
    assert judged(printed="1", proof=right) == AGREES
    assert judged(printed="10", lost=1, proof=right) == WRONG
    assert judged(printed="10", lost=1, proof=wrong) == CONTRADICTS
    assert judged(printed="10", lost=1, proof=right, model=wrong) == NOT_REPRODUCIBLE
    assert judged(printed="10", lost=1, proof=right, against=(wrong,), model=wrong) == CONTRADICTS
    assert judged(printed="1") == NOT_REPRODUCIBLE
    assert judged(printed="1", names=("young_pros", "nobody")) == NOT_REPRODUCIBLE
    assert judged(printed="1", names=("young_pros",)) == TAKEN


def test_what_differs_in_wording_only_contradicts_nothing(judged):
    """`below the figure` beside `the figure itself`: only another figure is a contradiction."""
    def at(value, bound):
        return judged(printed="1", against=(Check(Expression(value), bound=bound),))
    assert at("1", "below") == at("1", "above") == NOT_REPRODUCIBLE
    assert at("1", "at_most") == at("1", "at_least") == NOT_REPRODUCIBLE
    assert at("2", "below") == at("0", "above") == CONTRADICTS
    assert at("2", "at_most") == at("0", "at_least") == at("2", "equal") == CONTRADICTS


def test_a_figure_of_another_measure_never_agrees(judged):
    same = Check(Expression("1"))
    assert judged(printed="1", model=same) == AGREES
    assert judged(printed="1", model=same, another="sessions, not proposals") == ANOTHER
    assert judged(printed="1", proof=same, another="sessions, not proposals") == ANOTHER


def test_what_the_plan_was_given_or_moved_to_is_no_agreement(judged):
    right = Check(Expression("1"))
    typed = Check(Expression("orders.executive_premium"), equals=None)
    assert judged(printed="40%", model=typed) == TAKEN
    assert judged(printed="1", model=right, calibrated="mentees.marketing") == FITTED
    # Other printed figures that give it are a proof all the same.
    assert judged(printed="1", proof=right, model=right, calibrated="mentees.marketing") == AGREES
    assert judged(read=Expression("1"), proof=right, model=right) == WORKED_OUT
    bound = Check(Expression("2"), bound="at_least")
    assert judged(read=Expression("1"), proof=right, model=bound) == WORKED_OUT


def test_an_identity_agrees_once_whichever_figure_it_is_seen_from(checks):
    for check in checks.values():
        agree = [each for each in check.findings.values() if each.verdict == AGREES]
        tied = [check.identity(each.claim) for each in agree if check.identity(each.claim)]
        assert len(tied) == len(set(tied)) >= 5
        for each in check.findings.values():
            assert bool(each.repeats) == (each.verdict == REPEATS), each.claim.id
            if each.repeats:
                assert check.identity(each.claim) == check.identity(each.repeats)
                assert check.findings[each.repeats.id].verdict == AGREES
    found = checks["mentorship"].findings
    assert found["cac_multiple"].repeats.id == "buyer_cac"


def test_what_is_only_worked_out_is_proved_by_nothing_printed(checks):
    """Its proof is the formula that it is read from."""
    check = checks["influencer"]
    claims_ = check.claims.claims
    assert [name for name in claims_ if check.worked_out(claims_[name])] == [
        "payroll_year", "payroll_residual", "fixed_opex_month", "breakeven_definition"]
    assert check.identity(claims_["payroll_year"]) == frozenset()
