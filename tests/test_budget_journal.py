"""Every money event of an export is entered once, and what the ledger refuses is said."""

import pytest
from quarter import (
    PLAN,
    TWO_WEEKS,
    booked,
    by_mentor,
    enrolled,
    held,
    no_show,
    offered,
    on,
    paid,
    parsed,
    problems,
    text,
)
from reviews import FUNDED, IDLE, example, quarter, reviewed

from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import read_lines, verify
from model.budget.plan.plan import GRP, MKT, ONE, load_plan
from model.budget.programme.export import read_records
from model.budget.programme.weeks import week_end
from model.budget.steering.checks import check
from model.budget.steering.review import draft
from model.budget.steering.words import as_text
from model.problems import InputError

# Entered once -------------------------------------------------------------------------------------

def test_a_second_run_adds_nothing(tmp_path):
    path = tmp_path / "log"
    first = reviewed(TWO_WEEKS, path)
    content = path.read_bytes()
    second = reviewed(TWO_WEEKS, path)
    assert path.read_bytes() == content and second.additions == ()
    assert (second.intake.now, second.intake.before) == (0, first.intake.now)
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
    path, records = tmp_path / "log", read_records(example(), PLAN)
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


# What comes back ----------------------------------------------------------------------------------

SPENT = (enrolled(on(1), "L1"), booked(on(1), "B1", on(2), "L1", "90"), held(on(2), "B1"),
         paid(on(2), "LIB", "50"), booked(on(2), "B2", on(3, 5), "L1", "75"))


def back(day, event, **cells):
    return day, event, cells


def test_a_credit_note_after_the_log_brings_money_back_and_leaves_what_was_there(tmp_path):
    """Case 21: an invoice of 90 that is corrected to 80 a week later."""
    path = tmp_path / "log"
    reviewed(SPENT, path)
    before = path.read_bytes()
    rows = [*SPENT, back(on(3), "refunded", booking="B1", amount="10", note="credit note")]
    review = reviewed(rows, path)
    assert path.read_bytes().startswith(before)
    assert (int(review.balances.spent[ONE]), int(review.balances.available[ONE])) == (
        8_000, 6_600_000 - 8_000 - 7_500)
    assert list(read_lines(path))[-1]["kind"] == "refund" and review.intake.now == 1
    assert as_bytes(replay(path)) == as_bytes(cells(review.balances)) and verify(path) is None
    assert check(PLAN, review).failed == () and reviewed(rows, path).additions == ()


def test_a_payment_an_outcome_and_a_booking_can_be_reversed_each_once(tmp_path):
    path = tmp_path / "log"
    rows = [*SPENT, back(on(3), "refunded", about="4", amount="20"),
            back(on(3, 2), "reversed", about="4"), back(on(3, 2), "reversed", about="3"),
            back(on(3, 2), "reversed", about="5"),
            (on(3, 5), "admin", {"value": "1", "note": "x"})]
    review = reviewed(rows, path)
    assert not review.balances.spent.any() and not review.balances.committed.any()
    kinds = [entry["kind"] for entry in read_lines(path)]
    assert kinds[2:] == ["commit", "settle", "spend", "commit", "refund", "refund", "refund",
                         "settle"]
    assert check(PLAN, review).failed == ()
    # What came back counts in its own week; sessions that took place stay counted.
    weeks = review.signals
    assert weeks.spent[:3].sum(axis=1).tolist() == [0, 14_000, -14_000]
    assert weeks.held.tolist()[:3] == weeks.booked.tolist()[:3] == [0, 1, 0]
    assert weeks.requests[1, ONE] == 1 and weeks.canceled_by_mentor[:3].sum() == 0


def test_what_comes_back_of_a_row_that_the_ledger_refuses_is_refused_with_it_and_entered_with_it(
        tmp_path):
    path = tmp_path / "log"
    rows = [*IDLE, paid(on(5, 5), "MKT", "500"),
            back(on(5, 5), "refunded", about=f"{len(IDLE) + 1}", amount="100")]
    first = reviewed(rows, path)
    assert [each.why for each in first.intake.refusals][1:] == [
        "the row whose money comes back is not in the ledger"]
    reviewed(rows, path, approve=[first.standing[0].proposal.id], by="Ann")
    last = reviewed(rows, path)
    assert last.intake.refusals == () and int(last.balances.spent[MKT]) == 40_000
    assert as_bytes(replay(path)) == as_bytes(cells(last.balances))


def test_a_workshop_s_invoice_counts_for_reserved_seats_as_many_as_sat_in_it(tmp_path):
    path = tmp_path / "log"
    rows = [*(enrolled(on(1), f"L{number}", equity="yes" if number < 2 else "no")
              for number in range(4)),
            *(booked(on(1), f"S{number}", on(2), f"L{number}", "0", "GRP") for number in range(4)),
            held(on(2), "S0"), no_show(on(2), "S1", "0"), held(on(2), "S2"), by_mentor(on(2), "S3"),
            paid(on(2), "GRP", "300"), paid(on(2, 5), "GRP", "100"), paid(on(4), "GRP", "50")]
    review = reviewed(rows, path)
    # Two of three seats of the day, and of the week; in week 4 nobody sat in a workshop.
    assert int(review.balances.spent[GRP]) == 45_000
    assert int(review.balances.equity_spent[GRP]) == 20_000 + 6_666
    (floor,) = [each for each in review.floors if each.bucket == "GRP"]
    assert floor.spent == 26_666 and floor.remainder == 240_000 - 26_666
    assert int(review.weeks[-1].balances.equity_spent[GRP]) == 26_666
    assert check(PLAN, review).failed == () and reviewed(rows, path).additions == ()
    # What comes back of it comes back of both, to the cent.
    number = len(rows) - 2
    rows += [back(on(4), "refunded", about=f"{number}", amount="100.01"),
             back(on(4), "reversed", about=f"{number}")]
    later = reviewed(rows, path)
    assert int(later.balances.spent[GRP]) == 15_000
    assert int(later.balances.equity_spent[GRP]) == 6_666
    assert as_bytes(replay(path)) == as_bytes(cells(later.balances))


def test_a_session_that_is_moved_keeps_its_commitment_and_is_canceled_by_nobody(tmp_path):
    """Case 25: a session of 13 January that is moved to the 20th a day ahead."""
    path = tmp_path / "log"
    rows = [enrolled(on(1), "L1"), booked(on(1, 2), "B1", on(2, 2), "L1", "90")]
    reviewed([*rows, paid(on(1, 5), "LIB", "1")], path)
    rows += [paid(on(1, 5), "LIB", "1"), back(on(2), "rescheduled", booking="B1", due=on(3, 2))]
    week = reviewed([*rows, paid(on(2, 5), "LIB", "1")], path)
    assert int(week.balances.committed[ONE]) == 9_000 and not week.signals.booked[:2].any()
    rows += [paid(on(2, 5), "LIB", "1"), held(on(3, 2), "B1", amount="80"),
             paid(on(3, 5), "LIB", "1")]
    last = reviewed(rows, path)
    assert int(last.balances.spent[ONE]) == 8_000 and not last.balances.committed.any()
    assert last.signals.booked[:3].tolist() == [0, 0, 1]
    assert not last.signals.cancellations[:3].any()
    assert check(PLAN, last).failed == ()


@pytest.mark.parametrize(("row", "said"), [
    (back(on(3, 5), "rescheduled", booking="B1", due=on(4)), "after the session was due on"),
    (back(on(2), "rescheduled", booking="B2", due=on(1)), "due is 2026-01-05"),
    (back(on(2), "rescheduled", booking="B9", due=on(3)), "'B9' was never booked")])
def test_a_session_that_cannot_be_moved_is_said(row, said):
    assert any(said in what for _, what in problems(text(*SPENT, row)))


def test_what_comes_back_waits_for_a_payment_that_finds_room_later():
    rows = [enrolled(on(1), "L1"), booked(on(1), "A", on(1, 3), "L1", "20000", "GRP", "2"),
            paid(on(1), "GRP", "9000"), back(on(1, 2), "refunded", about="3", amount="100"),
            no_show(on(1, 3), "A", "4000")]
    review = reviewed(rows)
    assert review.intake.refusals == () and int(review.balances.spent[GRP]) == 1_290_000


@pytest.mark.parametrize(("row", "said"), [
    (back(on(3), "refunded", booking="B1", amount="90.01"),
     "amount is USD 90.01, but USD 90.00 of the USD 90.00 of row '3' can still come back"),
    (back(on(3), "refunded", amount="1"), "names no booking and no row, or both"),
    (back(on(3), "refunded", booking="B2", amount="1"), "booking 'B2' has no outcome"),
    (back(on(3), "refunded", about="x", amount="1"), "about is 'x', which is the id of no row"),
    (back(on(3), "reversed", about="1"), "a row of enrolled, of which no money can come back"),
    (back(on(3), "reversed", about="2"), "a booking that has ended as held; name the row of that"),
    (back(on(1), "refunded", about="4", amount="1"), "before that of row '4', 2026-01-12"),
    (paid(on(3), "ONE", "-10"), "record what comes back as refunded")])
def test_what_cannot_come_back_is_said(row, said):
    ((line, what),) = problems(text(*SPENT, row))
    assert line == len(SPENT) + 2 and said in what


# Refused ------------------------------------------------------------------------------------------

def test_what_the_ledger_refuses_is_an_alert_once_and_is_entered_when_there_is_room(tmp_path):
    path = tmp_path / "log"
    rows = [*IDLE, paid(on(5, 5), "MKT", "500")]
    first = reviewed(rows, path)
    (refused,) = first.intake.refusals
    assert (refused.bucket, refused.cents) == ("MKT", 50_000)
    assert any("USD 500.00 of marketing is not in the ledger" in said for said in first.alerts)
    assert reviewed(rows, path).additions == ()
    reviewed(rows, path, approve=[first.standing[0].proposal.id], by="Ann")
    last = reviewed(rows, path)
    assert last.intake.refusals == () and int(last.balances.spent[MKT]) == 50_000
    assert reviewed(rows, path).additions == ()


def test_rows_that_do_not_fit_are_reported_in_groups_and_the_headline_adds_up():
    rows = [enrolled(on(1), "L1")]
    rows += [paid(on(1, 5), "LIB", "5000") for _ in range(4)] + [paid(on(1, 5), "RED", "7")]
    rows += [booked(on(2), "B1", on(2, 5), "L1", "25000", "GRP"), held(on(2, 5), "B1"),
             booked(on(2), "B2", on(2, 5), "L1", "26000", "GRP"), held(on(2, 5), "B2")]
    review = reviewed(rows)
    # 12,000 of library and 24,000 of group money hold 10,000 of 20,000 and nothing of 51,000.
    assert (review.spending, review.misfit) == (7_100_700, 6_100_700)
    groups = [said for said in review.alerts if "not in the ledger" in said]
    assert [said.split(",")[0] for said in groups] == [
        "2 rows of content library",
        "Row 6 (2026-01-09): USD 7.00 of programme redesign is not in the ledger",
        "2 rows of group workshops"]
    assert "2 rows of content library, USD 10,000.00 in all" in groups[0]
    assert "the first is row 4 (2026-01-09), USD 5,000.00" in groups[0]
    # The outcomes alone are named, not the bookings of the same money too.
    assert "2 rows of group workshops, USD 51,000.00 in all" in groups[2]
    assert ("USD 71,007.00 is reported, of which USD 61,007.00 does not fit the plan; USD "
            "10,000.00 of USD 120,000.00 is spent in its ledger") in as_text(review)
    demand = round(review.forecast[-1].demand)
    assert review.overrun == demand - PLAN.total > 0
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
    assert review.intake.refusals == ()
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
