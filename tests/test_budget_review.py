"""The review proposes what the rules ask for, and says what it found."""
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarter import (
    FEW,
    PLAN,
    long_quarter,
    on,
    parsed,
    programmes,
)
from reviews import FUNDED, IDLE, asked, example, quarter, reviewed

from model.budget.plan.plan import CON, LIB, ONE, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.export import read_records
from model.budget.programme.weeks import week_end
from model.budget.steering import approval
from model.budget.steering.checks import check
from model.budget.steering.history import (
    FIRED,
    HELD,
    LATER,
    NOT_DUE,
    NOTHING_LEFT,
    OFF,
    QUIET,
    UNJUDGED,
    WARMING,
)
from model.budget.steering.review import draft
from model.budget.steering.rules import firing_weeks
from model.budget.steering.words import as_json, as_text

# By hand ------------------------------------------------------------------------------------------

def test_74_percent_in_two_weeks_gives_one_proposal_of_a_tenth_of_the_opening():
    review = reviewed(IDLE)
    assert asked(review) == [("R10", 5, "ONE", "MKT", 660_000)]
    (each,) = review.standing
    assert each.state == approval.OPEN and each.proposal.needs_approval
    assert each.now.planned == {"ONE": (6_600_000, 5_940_000), "MKT": (0, 660_000)}
    # A fifth of 66,000 may leave the bucket, a tenth by rule A.
    assert (each.now.bucket_left, each.now.rule_left) == (660_000, 0)
    assert "74%, 74% in weeks 4 to 5, below 75%" in each.proposal.evidence
    assert int(review.balances.spent[ONE]) == (80 * 3 + 74 * 2) * 7_500
    assert not review.balances.committed.any() and review.intake.now == 2 * 4 * 5


@pytest.mark.parametrize("used", [
    [80, 80, 80, 75, 75], [74, 74, 74, 74], [80, 80, 80, 74, 80, 74], [80, 80, 80, 74, None, 74]])
def test_at_the_line_in_warm_up_weeks_or_with_a_gap_rule_a_is_silent(used):
    assert not [each for each in asked(reviewed(quarter(used))) if each[0] == "R10"]


def test_a_rule_says_in_each_week_whether_it_was_read():
    status = [week.status["R10"] for week in reviewed(quarter([74] * 4 + [None, 74, 74])).weeks]
    assert status == [WARMING] * 3 + [QUIET, UNJUDGED, QUIET, FIRED]
    assert [week.status["R13"] for week in reviewed(IDLE).weeks][2:4] == [NOT_DUE, QUIET]
    pilot = load_plan("small_pilot", {"total": 120_000})
    assert reviewed(IDLE, plan=pilot).weeks[0].status["R12"] == OFF


def test_a_cohort_behind_closes_the_gate_until_a_person_decides():
    progress = [(on(week, 5), "progress", {"learner": f"L{number}", "value": "0.01"})
                for week in (4, 8) for number in range(20)]
    rows = quarter([80] * 8, learners=20) + progress
    review = reviewed(rows)
    assert [week.status["R13"] for week in review.weeks][3:] == [FIRED] + [NOT_DUE] * 3 + [HELD]
    freeze, move, *_ = review.standing
    assert (freeze.proposal.kind, freeze.state) == ("freeze", approval.VOID)
    assert "would have ended with week 6" in freeze.why
    # A fifth of what is free after four weeks of 80 hours.
    assert move.proposal.cents == (6_600_000 - 4 * 80 * 7_500) // 5 and \
        move.proposal.destination == "RED"


def test_one_threshold_and_dwell_of_the_what_if_by_hand():
    seen = reviewed(quarter([70, 70, 70, 74, 70, 80, 70])).signals
    assert firing_weeks(PLAN, seen, 0.75, 2) == (5,)
    assert firing_weeks(PLAN, seen, 0.75, 1) == (4, 5, 7)
    assert firing_weeks(PLAN, seen, 0.81, 2) == (5, 6, 7)
    assert firing_weeks(PLAN, seen, 0.70, 2) == ()


# Properties ---------------------------------------------------------------------------------------

@FEW
@given(programmes(), st.booleans())
def test_every_review_keeps_the_invariants(rows, funded):
    review = reviewed(rows, plan=FUNDED if funded else PLAN)
    found = check(review.plan, review)
    assert found.failed == ()
    for week in review.weeks:
        assert int(week.balances.planned.sum()) == review.plan.total
    ids = [each.proposal.id for each in review.standing]
    assert len(set(ids)) == len(ids)
    json.loads(as_json(review))
    assert as_text(review).isprintable() or "\n" in as_text(review)


@FEW
@given(programmes())
def test_the_weeks_of_the_rules_are_those_of_the_ledger(rows):
    review = reviewed(rows)
    if review.intake.refusals or not review.weeks:
        return
    known = review.records.until(week_end(review.records, review.signals.complete))
    ledger = draft(PLAN, known).balances
    for name in ("planned", "committed", "spent", "equity_committed", "equity_spent"):
        assert np.array_equal(getattr(review.weeks[-1].balances, name), getattr(ledger, name)), name


# Told ---------------------------------------------------------------------------------------------

def test_the_json_holds_whole_cents_and_the_figures_of_the_review():
    review = reviewed(IDLE)
    found = json.loads(as_json(review))
    assert set(found) == {"scenario", "as_of", "complete_weeks", "sentence", "export", "buckets",
                          "ledger", "rules", "proposals", "forecast", "anomalies", "kpis",
                          "equity", "alerts", "week"}
    assert [bucket["code"] for bucket in found["buckets"]] == list(BUCKETS)
    assert all(type(bucket[name]) is int for bucket in found["buckets"]
               for name in ("opening", "planned", "committed", "spent", "available"))
    assert found["proposals"][0]["planned"] == {"ONE": [6_600_000, 5_940_000], "MKT": [0, 660_000]}
    assert found["proposals"][0]["caps"] == {"of_bucket": 660_000, "of_rule": 0}
    assert found["as_of"] == on(5, 5).isoformat()


def test_the_example_is_said_to_be_invented_and_its_review_is_as_expected():
    review = draft(PLAN, read_records(example(), PLAN))
    said = as_text(review)
    assert "INVENTED EXAMPLE" in said and "Dry run: nothing was written" in said
    fired = {(each.proposal.rule, each.proposal.week) for each in review.standing}
    # The gate closes for the first cohort in week 4, and for the second in week 8.
    assert fired == {("R13", 4), ("R10", 5), ("R12", 6), ("R11", 7), ("R13", 8), ("R11", 8),
                     ("R17", 9)}
    # The contingency's money that R11 proposes: 1,200 × 7 of 15, and × 1 of 8.
    assert [each.proposal.cents for each in review.standing if each.proposal.rule == "R11"] == [
        56_000, 15_000]
    assert int(review.balances.planned[CON]) == 600_000 and review.balances.spent[LIB] == 663_000
    assert check(PLAN, review).failed == ()


def test_a_rule_whose_condition_holds_is_never_called_quiet():
    review = reviewed(quarter([80, 80, 80, 74, 60, 74, 74]))
    status = [week.status for week in review.weeks]
    # Rule A has asked for all that it may move; the others wait behind it in its week.
    assert [each["R10"] for each in status][3:] == [
        QUIET, FIRED, NOTHING_LEFT, NOTHING_LEFT]
    assert status[4]["R12"] == LATER
    assert "=" in as_text(review) and "nothing to move" in as_text(review)


def test_ten_thousand_events_are_reviewed_without_one_refused():
    review = draft(PLAN, parsed(long_quarter(10_000)))
    assert review.intake.now > 9_000 and review.intake.refusals == ()
