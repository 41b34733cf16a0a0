"""The review enters every money event once, proposes what the rules ask for, and a person's
approval moves money; nothing else does."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarter import (
    FEW,
    PLAN,
    TWO_WEEKS,
    booked,
    by_mentor,
    enrolled,
    held,
    long_quarter,
    no_show,
    offered,
    on,
    paid,
    parsed,
    programmes,
    text,
)

from model.budget import approving
from model.budget.ledger import as_bytes, cells, replay
from model.budget.log import read_lines, verify
from model.budget.plan import CON, GRP, LIB, MKT, ONE, load_plan
from model.budget.plan_file import BUCKETS
from model.budget.records import read_records
from model.budget.review import draft
from model.budget.review_checks import check
from model.budget.review_words import as_json, as_text
from model.budget.signals import week_end
from model.budget.thresholds import firing_weeks
from model.budget.weekly import FIRED, HELD, NOT_DUE, OFF, QUIET, UNJUDGED, WARMING
from model.problems import InputError

FUNDED = load_plan("learning_department")
EXAMPLE = "params/budget/examples/invented_quarter.csv"


def quarter(used, learners=1):
    """Weeks with 100 offered one-to-one hours of which so many are used; None has no rows."""
    rows = [enrolled(on(1), f"L{number}") for number in range(learners)]
    for week, hours in enumerate(used, 1):
        if hours is None:
            continue
        rows.append(offered(on(week), "100"))
        for part in range(0, hours, 24):
            length = min(24, hours - part)
            code = f"B{week}-{part}"
            rows += [booked(on(week), code, on(week, 5), "L0", f"{75 * length}", hours=length),
                     held(on(week, 5), code)]
    return rows


def reviewed(rows, path=None, plan=PLAN, **approval):
    found = draft(plan, parsed(text(*rows), plan), path, **approval)
    found.write()
    return found


def asked(review):
    return [(each.proposal.rule, each.proposal.week, each.proposal.source,
             each.proposal.destination, each.proposal.cents) for each in review.standing]


IDLE = quarter([80, 80, 80, 74, 74])


# By hand ------------------------------------------------------------------------------------------

def test_74_percent_in_two_weeks_gives_one_proposal_of_a_tenth_of_the_opening():
    review = reviewed(IDLE)
    assert asked(review) == [("R10", 5, "ONE", "MKT", 660_000)]
    (each,) = review.standing
    assert each.state == approving.OPEN and each.proposal.needs_approval
    assert each.planned == {"ONE": (6_600_000, 5_940_000), "MKT": (0, 660_000)}
    # A fifth of 66,000 may leave the bucket, a tenth by rule A.
    assert (each.bucket_left, each.rule_left) == (660_000, 0)
    assert "74%, 74% in weeks 4 to 5, below 75%" in each.proposal.evidence
    assert int(review.balances.spent[ONE]) == (80 * 3 + 74 * 2) * 7_500
    assert not review.balances.committed.any() and review.entered.now == 2 * 4 * 5


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
    assert (freeze.proposal.kind, freeze.state) == ("freeze", approving.VOID)
    assert "would have ended with week 6" in freeze.why
    # A fifth of what is free after four weeks of 80 hours.
    assert move.proposal.cents == (6_600_000 - 4 * 80 * 7_500) // 5 and \
        move.proposal.destination == "RED"


def test_one_threshold_and_dwell_of_the_what_if_by_hand():
    seen = reviewed(quarter([70, 70, 70, 74, 70, 80, 70])).seen
    assert firing_weeks(PLAN, seen) == (5,)
    assert firing_weeks(PLAN, seen, dwell=1) == (4, 5, 7)
    assert firing_weeks(PLAN, seen, below=0.81) == (5, 6, 7)
    assert firing_weeks(PLAN, seen, below=0.70) == ()


# Approval -----------------------------------------------------------------------------------------

def test_an_approval_joins_the_log_with_who_and_the_export_s_date(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path).standing[0].proposal.id
    review = reviewed(IDLE, path, approve=[name], by=" Ann Lee ")
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["time"], last["rule"]) == (
        "move", "Ann Lee", on(5, 5).isoformat(), "R10")
    assert last["inputs"]["approved"] == on(5, 5).isoformat()
    assert int(review.balances.planned[ONE]) == 5_940_000
    assert int(review.balances.planned[MKT]) == 660_000
    assert verify(path) is None and as_bytes(replay(path)) == as_bytes(cells(review.balances))
    again = reviewed(IDLE, path)
    assert again.standing[0].state == approving.APPROVED and again.standing[0].proposal.id == name
    assert "Ann Lee approved it as of the export of 2026-02-06" in again.standing[0].why
    assert again.additions == () and not again.open


def test_a_freeze_is_approved_while_it_is_of_use_and_ended_when_cohorts_are_back(tmp_path):
    path = tmp_path / "log"

    def rows(weeks, done):
        return quarter([80] * weeks, learners=20) + [
            (on(week, 5), "progress", {"learner": f"L{number}", "value": value})
            for week, value in done for number in range(20)]

    review = reviewed(rows(4, [(4, "0.01")]), path)
    freeze = next(each for each in review.standing if each.proposal.kind == "freeze")
    assert freeze.state == approving.OPEN and freeze.proposal.needs_approval
    reviewed(rows(4, [(4, "0.01")]), path, approve=[freeze.proposal.id], by="Ann")
    last = list(read_lines(path))[-1]
    assert (last["kind"], last["actor"], last["after"]) == ("freeze", "Ann", {})
    later = rows(5, [(4, "0.01"), (5, "1")])
    kinds = {each.proposal.kind: each.state for each in reviewed(later, path).standing}
    assert kinds == {"freeze": approving.APPROVED, "move": approving.OPEN,
                     "unfreeze": approving.OPEN}
    # Nobody began the freeze, so nobody is asked to end it.
    assert "unfreeze" not in {each.proposal.kind for each in reviewed(later).standing}


def test_a_row_cannot_pass_for_the_release_of_the_equity_reserve(tmp_path):
    content = text(enrolled(on(1), "L1"), paid(on(11, 5), "LIB", "3")).replace(
        "\n2,", "\nequity-release,")
    review = draft(PLAN, parsed(content), tmp_path / "log")
    assert review.balances.equity_open and int(review.balances.spent[LIB]) == 300


@pytest.mark.parametrize(("approve", "by", "said"), [
    (["R10-w05-ONE-MKT-0000"], "Ann", "is no proposal of this review; did you mean R10-w05-ONE"),
    (["nothing"], "Ann", "'nothing' is no proposal"), (["{}"], "", "names nobody"),
    (["{}"], " export", "names nobody"),
    (["{}"], "a\nb", "names nobody"), (["{}", "x"], "Ann", "'x' is no proposal")])
def test_an_approval_that_cannot_be_given_writes_nothing(tmp_path, approve, by, said):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    with pytest.raises(InputError) as caught:
        reviewed(IDLE, path, approve=[each.format(name) for each in approve], by=by)
    assert said in str(caught.value) and not path.exists()


def test_a_move_whose_money_is_gone_is_no_longer_valid(tmp_path):
    path, rows = tmp_path / "log", [*IDLE, paid(on(6), "ONE", "29000")]
    review = reviewed(rows)
    (each,) = review.standing
    assert each.state == approving.VOID and each.why.startswith("what the bucket has left")
    before = path.exists()
    with pytest.raises(InputError, match="no longer valid"):
        reviewed(rows, path, approve=[each.proposal.id], by="Ann")
    assert path.exists() == before


def test_what_is_approved_twice_is_told_when_and_by_whom(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    reviewed(IDLE, path, approve=[name, name], by="Ann")
    size = path.stat().st_size
    with pytest.raises(InputError, match="Ann approved it as of the export of "
                                         "2026-02-06 already"):
        reviewed(IDLE, path, approve=[name], by="Bob")
    assert path.stat().st_size == size


def test_waiting_money_is_not_asked_for_twice():
    review = reviewed(quarter([80, 80, 80, 74, 74, 74, 74]))
    assert asked(review) == [("R10", 5, "ONE", "MKT", 660_000)]


def test_an_approval_bears_the_day_that_is_named_for_it(tmp_path):
    path = tmp_path / "log"
    name = reviewed(IDLE, path).standing[0].proposal.id
    first = reviewed(IDLE, path, approve=[name], by="Ann", on=on(6, 2))
    last = list(read_lines(path))[-1]
    assert last["time"] == last["inputs"]["approved"] == on(6, 2).isoformat()
    for review in (first, reviewed(IDLE, path)):
        assert review.standing[0].why == "Ann approved it on 2026-02-10"
    later = quarter([80, 80, 80, 74, 74, 80])
    assert reviewed(later, path).standing[0].state == approving.APPROVED
    assert check(PLAN, reviewed(later, path)).failed == ()


@pytest.mark.parametrize(("day", "said"), [
    (on(4, 7), "--on: 2026-02-01 is before week 5, which begins on 2026-02-02"),
    (on(14), "--on: 2026-04-06 is after the plan's last day, 2026-04-05")])
def test_an_approval_on_a_day_that_cannot_be_writes_nothing(tmp_path, day, said):
    path = tmp_path / "log"
    name = reviewed(IDLE).standing[0].proposal.id
    with pytest.raises(InputError) as caught:
        reviewed(IDLE, path, approve=[name], by="Ann", on=day)
    assert said in str(caught.value) and not path.exists()


def test_proposals_that_compete_are_marked_and_the_rest_can_be_approved_together(tmp_path):
    plan, records = PLAN, read_records(_example(), PLAN)
    review = draft(plan, records)
    fit, lost = review.together, [each for each in review.open if each.competes]
    # 66,000 less 39,000 spent, 4,762.50 committed and 1,312.50 still reserved: 20,925 can leave.
    assert [each.proposal.rule for each in lost] == ["R12"] and len(fit) == len(review.open) - 1
    leaving = sum(each.proposal.cents for each in fit if each.proposal.source == "ONE")
    assert leaving <= 2_092_500 < leaving + lost[0].proposal.cents
    # Each goes on where the one before it left its bucket.
    planned = 6_600_000
    for each in fit:
        if each.proposal.source == "ONE":
            assert each.then["ONE"] == (planned, planned := planned - each.proposal.cents)
    ids = [each.proposal.id for each in fit]
    done = draft(plan, records, tmp_path / "log", approve=ids, by="Ann")
    assert int(done.balances.planned[ONE]) == planned and not done.together
    with pytest.raises(InputError, match="no longer valid"):
        draft(plan, records, tmp_path / "log", by="Ann",
              approve=[*ids, lost[0].proposal.id])
    said = as_text(review)
    assert "which 5 can be approved together" in said and "competes with those before it" in said
    told = {each["id"]: each["together"] for each in json.loads(as_json(review))["proposals"]}
    assert [name for name, together in told.items() if together] == ids


def test_what_r21_asks_for_is_a_review_and_every_move_is_a_person_s():
    said = as_text(reviewed(IDLE))
    assert "[open; review by R21 needed]" in said and "approved by a person" in said
    assert "no review" not in said and "approval by rule R21" not in said


# Entered once -------------------------------------------------------------------------------------

def test_a_second_run_adds_nothing(tmp_path):
    path = tmp_path / "log"
    first = reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    second = reviewed(TWO_WEEKS, path)
    assert path.read_bytes() == content and second.additions == ()
    assert (second.entered.now, second.entered.before) == (0, first.entered.now)
    assert as_bytes(cells(second.balances)) == as_bytes(cells(first.balances))


def test_without_a_log_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert reviewed(IDLE).write() is None and list(tmp_path.iterdir()) == []


def test_the_ledger_of_a_worked_export():
    kept = reviewed(TWO_WEEKS).balances
    # B1 112.50, B2 no-show 75, B4 canceled late 37.50, B5 150; B3 was canceled by its mentor.
    assert int(kept.spent[ONE]) == 11_250 + 7_500 + 3_750 + 15_000
    assert int(kept.committed[ONE]) == 7_500 and int(kept.spent[GRP]) == 30_000
    assert int(kept.equity_spent[ONE]) == 11_250 + 3_750
    assert int(kept.equity_committed[ONE]) == 7_500


def test_weekly_exports_and_one_at_the_end_give_the_same_ledger(tmp_path):
    path, records = tmp_path / "log", read_records(_example(), PLAN)
    for week in range(1, 10):
        draft(PLAN, records.until(week_end(records, week)), path).write()
    whole = draft(PLAN, records, path)
    assert whole.additions == ()
    assert as_bytes(replay(path)) == as_bytes(cells(draft(PLAN, records).balances))


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.501, 0.77, 0.999])
def test_a_crash_loses_nothing_that_was_acknowledged_and_doubles_nothing(tmp_path, share):
    path = tmp_path / "log"
    whole = reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    path.write_bytes(content[:int(share * len(content))])
    review = reviewed(TWO_WEEKS, path)
    assert as_bytes(replay(path)) == as_bytes(cells(whole.balances))
    assert verify(path) is None and reviewed(TWO_WEEKS, path).additions == ()
    assert "never acknowledged" in " ".join(review.alerts) or share == 0.5


def test_rows_in_another_order_or_with_other_names_give_the_same_ids():
    ids = [each.proposal.id for each in reviewed(IDLE).standing]
    other = [(day, event, {column: f"x{cell}" if column in ("learner", "booking") else cell
                           for column, cell in more[0].items()}) for day, event, *more in IDLE]
    assert ids == [each.proposal.id for each in reviewed(reversed(IDLE)).standing]
    assert ids == [each.proposal.id for each in reviewed(other).standing]
    assert ids != [each.proposal.id for each in
                   reviewed(IDLE, plan=load_plan(changes={"total": 120_010})).standing]


def test_a_row_that_changed_after_it_was_entered_is_named_and_nothing_is_written(tmp_path):
    path = tmp_path / "log"
    reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    rows = [paid(on(1, 5), "LIB", "100.01") if row == paid(on(1, 5), "LIB", "100") else row
            for row in TWO_WEEKS]
    with pytest.raises(InputError) as caught:
        reviewed(rows, path)
    (problem,) = caught.value.problems
    assert "is USD 100.01 of LIB, but the log holds it with USD 100.00 of LIB" in str(problem)
    assert path.read_bytes() == content


def refused(content, path):
    """What is said of an export that a log cannot take; the log stays as it was."""
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        draft(PLAN, parsed(content), path).write()
    assert path.read_bytes() == before
    return " ".join(map(str, caught.value.problems))


def test_an_export_without_rows_that_the_log_holds_is_refused(tmp_path):
    path = tmp_path / "log"
    rows = [enrolled(on(1), "L1"), paid(on(1, 5), "LIB", "2"), paid(on(1, 5), "LIB", "1")]
    reviewed(rows, path)
    said = refused(text(*rows[:-1]), path)
    assert "does not have 1 row that the log holds, '3' the first" in said


def test_an_outcome_that_comes_with_another_id_is_not_counted_twice(tmp_path):
    path = tmp_path / "log"
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 3), "L1"),
            booked(on(1), "B2", on(2, 3), "L1"), held(on(1, 3), "B1")]
    assert int(reviewed(rows, path).balances.spent[ONE]) == 7_500
    renumbered = text(*rows).replace("\n4,", "\n9,")
    assert "does not have 1 row that the log holds, '4' the first" in refused(renumbered, path)


def test_an_id_that_names_another_row_is_refused_even_with_the_same_amount(tmp_path):
    path = tmp_path / "log"
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 3), "L1"),
            booked(on(1), "B2", on(2, 3), "L1"), held(on(1, 3), "B1")]
    reviewed(rows, path)
    shifted = [rows[0], enrolled(on(1), "L2"), *rows[1:]]
    assert "an id names one row for good" in refused(text(*shifted), path)


def test_a_cohort_that_is_still_to_come_does_not_move_today(tmp_path):
    rows = [enrolled(on(1), "L1"), paid(on(2, 5), "LIB", "2")]
    cohort = (on(13), "cohort", {"due": on(13, 5), "cohort": "Late"})
    assert parsed(text(*rows, cohort)).as_of == parsed(text(*rows)).as_of == on(2, 5)


# Refused ------------------------------------------------------------------------------------------

def test_what_the_ledger_refuses_is_an_alert_once_and_is_entered_when_there_is_room(tmp_path):
    path = tmp_path / "log"
    rows = [*IDLE, paid(on(5, 5), "MKT", "500")]
    first = reviewed(rows, path)
    (refused,) = first.entered.refused
    assert (refused.bucket, refused.cents) == ("MKT", 50_000)
    assert any("USD 500.00 of MKT is not in the ledger" in said for said in first.alerts)
    assert reviewed(rows, path).additions == ()
    reviewed(rows, path, approve=[first.standing[0].proposal.id], by="Ann")
    last = reviewed(rows, path)
    assert last.entered.refused == () and int(last.balances.spent[MKT]) == 50_000
    assert reviewed(rows, path).additions == ()


def test_rows_that_do_not_fit_are_reported_in_groups_and_the_headline_adds_up():
    rows = [enrolled(on(1), "L1")]
    rows += [paid(on(1, 5), "LIB", "5000") for _ in range(4)] + [paid(on(1, 5), "RED", "7")]
    rows += [booked(on(2), "B1", on(2, 5), "L1", "25000", "GRP"), held(on(2, 5), "B1"),
             booked(on(2), "B2", on(2, 5), "L1", "26000", "GRP"), held(on(2, 5), "B2")]
    review = reviewed(rows)
    # 12,000 of library and 24,000 of group money hold 10,000 of 20,000 and nothing of 51,000.
    assert (review.reported, review.misfit) == (7_100_700, 6_100_700)
    groups = [said for said in review.alerts if "not in the ledger" in said]
    assert [said.split(",")[0] for said in groups] == ["2 rows of LIB", "Row 6 (2026-01-09): USD 7"
                                                       ".00 of RED is not in the ledger",
                                                       "2 rows of GRP"]
    assert "2 rows of LIB, USD 10,000.00 in all" in groups[0]
    assert "the first is row 4 (2026-01-09), USD 5,000.00" in groups[0]
    # The outcomes alone are named, not the bookings of the same money too.
    assert "2 rows of GRP, USD 51,000.00 in all" in groups[2]
    assert ("USD 71,007.00 is reported, of which USD 61,007.00 does not fit the plan; USD "
            "10,000.00 of USD 120,000.00 is spent in its ledger") in as_text(review)
    expected = round(review.forecast[-1].expected)
    assert review.overrun == expected - PLAN.total > 0
    assert "more than the total of USD 120,000.00" in review.alerts[0]
    assert check(PLAN, review).failed == ()


def test_what_fits_is_no_overrun():
    review = reviewed(TWO_WEEKS)
    assert (review.misfit, review.overrun) == (0, 0) and "reported" not in as_text(review)


def test_a_booking_without_money_that_takes_place_is_spent_where_there_is_some(tmp_path):
    path = tmp_path / "log"
    # 12,000 of group money is committed, so the second booking finds none; the first then costs
    # half, and the second's outcome can be paid.
    rows = [enrolled(on(1), "L1"),
            booked(on(1), "A", on(1, 2), "L1", "20000", "GRP", "2"),
            booked(on(1), "B", on(1, 4), "L1", "9000", "GRP", "2"),
            no_show(on(1, 2), "A", "4000"), held(on(1, 4), "B"),
            (on(1, 5), "admin", {"value": "1", "note": "x"})]
    review = reviewed(rows, path)
    assert review.entered.refused == ()
    assert int(review.balances.spent[GRP]) == 1_300_000 and not review.balances.committed.any()
    assert reviewed(rows, path).additions == ()
    kinds = [entry["kind"] for entry in read_lines(path)]
    assert kinds == ["open", "export", "commit", "rejected", "settle", "spend"]


def test_a_mentor_s_cancellation_of_a_booking_without_money_leaves_nothing_behind(tmp_path):
    rows = [enrolled(on(1), "L1"), booked(on(1), "A", on(1, 2), "L1", "23000", "GRP"),
            booked(on(1), "B", on(1, 4), "L1", "9000", "GRP"), by_mentor(on(1, 3), "B"),
            (on(1, 5), "admin", {"value": "1", "note": "x"})]
    path = tmp_path / "log"
    reviewed(rows, path)
    assert reviewed(rows, path).additions == ()


# Release ------------------------------------------------------------------------------------------

def test_the_equity_reserve_opens_in_its_week_and_not_before(tmp_path):
    path = tmp_path / "log"
    early = quarter([80] * 10)
    assert not reviewed(early, path).balances.equity_open
    late = reviewed([*early, offered(on(11), "100")], path)
    assert late.balances.equity_open and not reviewed(
        [*early, offered(on(11), "100")], path).additions


def test_verified_outcomes_release_a_funder_s_money():
    rows = [enrolled(on(1), "L1"), enrolled(on(1), "L2"),
            (on(1, 2), "progress", {"learner": "L1", "value": "0.49"}),
            (on(1, 3), "progress", {"learner": "L1", "value": "0.5"}),
            (on(1, 4), "progress", {"learner": "L1", "value": "0.9"}),
            (on(2, 1), "completed", {"learner": "L1"}), paid(on(2, 5), "LIB", "1")]
    review = reviewed(rows, plan=FUNDED)
    assert int(review.balances.released_total) == 6_000_000 + 25_000 + 30_000
    assert [int(week.balances.released_total) for week in review.weeks] == [6_025_000, 6_055_000]
    assert int(reviewed(rows).balances.released_total) == PLAN.total


# The log ------------------------------------------------------------------------------------------

def test_a_log_of_another_plan_is_refused_unchanged(tmp_path):
    path = tmp_path / "log"
    reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    with pytest.raises(InputError, match="was begun with another plan"):
        reviewed(TWO_WEEKS, path, plan=FUNDED)
    assert path.read_bytes() == content


def test_a_log_that_somebody_else_continued_meanwhile_is_not_written_to(tmp_path):
    path = tmp_path / "log"
    late = draft(PLAN, parsed(text(*TWO_WEEKS)), path)
    reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    with pytest.raises(InputError, match="was written to while this review was made"):
        late.write()
    assert path.read_bytes() == content


def test_a_tampered_log_is_refused_with_its_line(tmp_path):
    path = tmp_path / "log"
    reviewed(TWO_WEEKS, path)
    path.write_bytes(path.read_bytes().replace(b'"cents":10000', b'"cents":10001', 1))
    with pytest.raises(InputError, match=r"log:\d+"):
        reviewed(TWO_WEEKS, path)


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
    if review.entered.refused or not review.weeks:
        return
    known = review.records.until(week_end(review.records, review.seen.complete))
    ledger = draft(PLAN, known).balances
    for name in ("planned", "committed", "spent", "equity_committed", "equity_spent"):
        assert np.array_equal(getattr(review.weeks[-1].balances, name), getattr(ledger, name)), name


# Told ---------------------------------------------------------------------------------------------

def test_the_json_holds_whole_cents_and_the_figures_of_the_review():
    review = reviewed(IDLE)
    found = json.loads(as_json(review))
    assert set(found) == {"scenario", "as_of", "complete_weeks", "sentence", "export", "buckets",
                          "ledger", "rules", "proposals", "forecast", "anomalies", "kpis",
                          "equity", "alerts"}
    assert [bucket["code"] for bucket in found["buckets"]] == list(BUCKETS)
    assert all(type(bucket[name]) is int for bucket in found["buckets"]
               for name in ("opening", "planned", "committed", "spent", "available"))
    assert found["proposals"][0]["planned"] == {"ONE": [6_600_000, 5_940_000], "MKT": [0, 660_000]}
    assert found["proposals"][0]["caps"] == {"of_bucket": 660_000, "of_rule": 0}
    assert found["as_of"] == on(5, 5).isoformat()


def test_the_example_is_said_to_be_invented_and_its_review_is_as_expected():
    review = draft(PLAN, read_records(_example(), PLAN))
    said = as_text(review)
    assert "INVENTED EXAMPLE" in said and "Dry run: nothing was written" in said
    fired = {(each.proposal.rule, each.proposal.week) for each in review.standing}
    assert fired == {("R13", 4), ("R10", 5), ("R12", 6), ("R11", 7), ("R11", 8),
                     ("R17", 9)}
    # The contingency's money that R11 proposes: 1,200 × 7 of 15, and × 1 of 8.
    assert [each.proposal.cents for each in review.standing if each.proposal.rule == "R11"] == [
        56_000, 15_000]
    assert int(review.balances.planned[CON]) == 600_000 and review.balances.spent[LIB] == 663_000
    assert check(PLAN, review).failed == ()


def test_ten_thousand_events_are_reviewed_without_one_refused():
    review = draft(PLAN, parsed(long_quarter(10_000)))
    assert review.entered.now > 9_000 and review.entered.refused == ()


def _example():
    from model import folders

    return folders.root() / EXAMPLE
