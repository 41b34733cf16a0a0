"""The campaign plants what it says and leaves nothing behind; its page says only what was tried."""

import json
from random import Random

import pytest
from trust import hostile, ledgers, observations, plans, planted, texts
from trust.effect import CHANGED, effect, figures_of
from trust.outcome import RECORD, SENT, Outcome

from model import load, project
from model.audit.checks import check
from model.companies import statements
from model.reporting import trial as trust
from model.reporting.trust import WITHIN, trust_html

COUNTS = {"planted": 12, "told": 8, "named": 1, "equal": 2, "escaped": 1}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A record in place of the committed one."""
    def keep(**parts):
        path = tmp_path / "trust.json"
        path.write_text(json.dumps(parts))
        monkeypatch.setattr(trust, "RECORD", path)
    return keep


def of_planted(**more):
    return {"mark": trust.mark(), "places": {"formulas": {"wrong sign": COUNTS}},
            "nets": {"formulas": {"error checks": 8}}, "escaped": ["formulas: <b>x</b>"], **more}


# The page -----------------------------------------------------------------------------------------

def test_a_page_without_a_record_proves_nothing(kept):
    kept()
    assert "this page proves nothing" in trust_html()


def test_a_part_is_of_this_state_of_another_or_was_not_tried(kept):
    kept(planted=of_planted())
    html = trust_html()
    assert "Every case was tried: of this state." in html and "Not tried: " in html
    kept(planted=of_planted(mark="another", one_in=10))
    html = trust_html()
    assert "One case in 10 was tried, drawn at random: not of this state." in html
    assert "proves nothing of this one" in html


def test_rates_are_of_errors_that_change_a_figure(kept):
    kept(planted=of_planted())
    html = trust_html()
    for share in ("<b>80.0%</b> are told", "<b>10.0%</b> more are named", "<b>10.0%</b> come"):
        assert share in html
    assert "fewer than 95 in 100 are caught: wrong sign (90.0%)" in html
    assert "&lt;b&gt;x" in html and "<b>x" not in html


def test_a_change_that_nobody_can_know_to_be_wrong_counts_in_no_rate(kept):
    record = of_planted()
    record["places"]["formulas"][WITHIN] = COUNTS
    assert trust.by_place(record, WITHIN)["formulas"].count == 10
    assert WITHIN == plans.WITHIN == planted.WITHIN


def test_the_committed_record_can_be_read():
    assert set(trust.record()) <= {"planted", "hostile", "kills", "alike"}
    assert "<h1>" in trust_html()


# What is planted ----------------------------------------------------------------------------------

def faults_in(function):
    return list(texts.faults_of("influencer", function, load("influencer")))


def test_a_wrong_sign_in_a_formula_fails_a_check_and_leaves_nothing_behind():
    before = project(load("influencer"))
    fault = next(each for each in faults_in(statements.from_ebitda_on) if each.what == (
        "now.contribution - now.marketing → now.contribution + now.marketing"))
    with fault.planted():
        after = project(load("influencer"))
        assert check(after).failed[0].startswith("E2")
        moved = effect([figures_of(before)], [figures_of(after)])
    assert moved == CHANGED and fault.kind == texts.SIGN
    assert (project(load("influencer")).block == before.block).all()


def test_every_error_of_a_seed_is_the_same_again():
    for find in (lambda: [each.what for each in faults_in(statements.income)],
                 lambda: [(each.path, each.now) for each in plans.faults_of(
                     "influencer", "upside", Random("7"))],
                 lambda: [each.what for each in observations.faults(10, Random("7"))],
                 lambda: [each.text for each in ledgers.export_faults(5, Random("7"))]):
        assert find() == find() != []
    case = hostile.cases(7, 1_000)[0]
    assert hostile.damaged(b"value: 5\nrange: [1, 9]\n", Random(case.seed)) == hostile.damaged(
        b"value: 5\nrange: [1, 9]\n", Random(case.seed))


def test_an_honest_file_of_actuals_is_not_asked_about():
    for company in observations.COMPANIES:
        assert observations.told(company, observations.honest(company, 3)) == ()


def test_a_level_is_that_of_the_best_net():
    def level(*nets):
        return Outcome("formulas", "wrong sign", CHANGED, nets).level
    assert [level(), level(RECORD), level(SENT, RECORD), level("units", SENT)] == [
        "escaped", "changed", "named", "told"]
