"""Learners who change their cohort or come back, mentors who do not come, and sessions of any
length in minutes: worked out by hand."""

import numpy as np
import pytest
from quarter import PLAN, booked, enrolled, held, offered, on, parsed, problems, text

from model.budget.programme.columns import CellError, minutes
from model.budget.programme.kpis import kpis, overall
from model.budget.programme.mentors import mentors, retention
from model.budget.programme.weeks import weekly_signals
from model.budget.steering.review import draft
from model.pages import budget as page
from model.pages.budget.view import open_budget


def goes(day, learner, cohort):
    return day, "transferred", {"learner": learner, "cohort": cohort}


def ends(day, event, learner):
    return day, event, {"learner": learner}


def progress(day, learner, value):
    return day, "progress", {"learner": learner, "value": value}


def weekly(*rows):
    """The signals of rows, and the numbers of their two first cohorts by week."""
    return weekly_signals(parsed(text(*rows)), PLAN)


# Minutes ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("hours", "whole"), [
    ("1", 60), ("0.25", 15), ("0.83", 50), ("0.8333", 50), ("0.833333333", 50), ("1.33", 80),
    ("0.75", 45), ("0.0167", 1), ("24", 1440)])
def test_hours_are_whole_minutes_however_many_digits_tell_them(hours, whole):
    assert minutes(hours, "booked") == whole


@pytest.mark.parametrize("hours", ["0.001", "1.001", "0.8331", "0", "24.5"])
def test_what_is_no_minute_is_refused(hours):
    with pytest.raises(CellError):
        minutes(hours, "booked")


def test_six_sessions_of_fifty_minutes_are_five_hours_exactly():
    rows = [enrolled(on(1), "L1"), offered(on(1), "5")]
    for number in range(6):
        rows += [booked(on(1), f"B{number}", on(1, 5), "L1", hours="0.83"),
                 held(on(1, 5), f"B{number}")]
    assert weekly(*rows).used_hours[0] == 5 and weekly(*rows).utilization[0] == 1


# A mentor who does not come -----------------------------------------------------------------------

def test_a_mentor_who_does_not_come_is_no_no_show_of_the_learner_and_nothing_is_charged():
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 4), "L1"),
            (on(1, 5), "mentor_no_show", {"booking": "B1"})]
    signals, review = weekly(*rows), draft(PLAN, parsed(text(*rows)))
    assert (signals.canceled_by_mentor[0], signals.no_shows[0], signals.canceled_by_learner[0]) \
        == (1, 0, 0)
    # Nobody was served, and the money is free again.
    assert signals.served[0].sum() == 0
    assert review.balances.committed.sum() == review.balances.spent.sum() == 0
    assert overall(review.kpis)["mentor_cancellation_rate"].value == 1
    assert overall(review.kpis)["no_show_rate"].value is None


# A session that is moved --------------------------------------------------------------------------

def test_a_free_reschedule_keeps_the_commitment_and_is_no_cancellation():
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 4), "L1", "90.00"),
            (on(1, 3), "rescheduled", {"booking": "B1", "due": on(2, 4)})]
    review = draft(PLAN, parsed(text(*rows)))
    assert review.balances.committed.sum() == 9_000
    done = [*rows, (on(2, 5), "held", {"booking": "B1", "due": on(2, 4), "amount": "80.00"})]
    after = draft(PLAN, parsed(text(*done)))
    assert after.balances.committed.sum() == 0 and after.balances.spent.sum() == 8_000
    assert after.signals.booked[:2].tolist() == [0, 1]
    assert after.signals.cancellations[:2].tolist() == [0, 0]


# Transfers and returns ----------------------------------------------------------------------------

def test_who_goes_over_counts_in_the_old_cohort_before_and_in_the_new_one_after():
    rows = [enrolled(on(1), "L1", "A"), enrolled(on(1), "L2", "A"), enrolled(on(1), "L3", "B"),
            goes(on(3), "L1", "B"), booked(on(1), "B1", on(2, 2), "L1"), held(on(2, 2), "B1"),
            booked(on(3), "B2", on(3, 2), "L1"), held(on(3, 2), "B2"),
            progress(on(3, 5), "L1", "0.9"), ends(on(4, 5), "completed", "L1")]
    signals = weekly(*rows)
    assert signals.cohorts == ("A", "B")
    assert signals.cohort_enrolled[:4].tolist() == [[2, 1], [2, 1], [1, 2], [1, 2]]
    assert signals.cohort_active[:4].tolist() == [[2, 1], [2, 1], [1, 2], [1, 2]]
    assert signals.cohort_used_hours[:3].tolist() == [[0, 0], [1, 0], [0, 1]]
    # The report of L1 is one of cohort B, in which L3 reported nothing.
    assert signals.cohort_on_track[2].tolist() == [0, 1]
    assert signals.cohort_followed[2].tolist() == [0, 2]
    assert signals.cohort_completed[3].tolist() == [0, 1]
    # Enrolment sums to the learners in every week.
    assert (np.nansum(signals.cohort_enrolled[:4], axis=1) == 3).all()


def test_what_came_before_a_transfer_stays_as_it_was_when_it_was_reviewed():
    early = [enrolled(on(1), "L1", "A"), enrolled(on(1), "L2", "A"), progress(on(2), "L1", "0.5"),
             ends(on(2, 5), "portfolio_piece", "L2")]
    late = [*early, goes(on(3), "L1", "B"), ends(on(3, 5), "portfolio_piece", "L2")]
    before, after = weekly(*early), weekly(*late)
    for name in ("cohort_enrolled", "cohort_active", "cohort_on_track", "cohort_followed"):
        assert getattr(after, name)[:2, 0].tolist() == getattr(before, name)[:2, 0].tolist(), name


def test_who_comes_back_is_away_in_between_and_may_complete():
    rows = [enrolled(on(1), "L1"), ends(on(2), "left", "L1"), ends(on(4), "returned", "L1"),
            ends(on(5, 5), "completed", "L1")]
    signals = weekly(*rows)
    assert signals.cohort_active[:5, 0].tolist() == [1, 0, 0, 1, 1]
    assert signals.cohort_completed[4, 0] == 1
    learner = parsed(text(*rows)).learners["L1"]
    assert learner.is_gone(on(3)) and not learner.is_gone(on(4)) and learner.left is None
    assert overall(kpis(parsed(text(*rows)), PLAN))["median_time_to_outcome"].value == \
        pytest.approx(32 / 7)


def test_who_is_away_is_not_on_track():
    rows = [enrolled(on(1), "L1"), enrolled(on(1), "L2"), progress(on(1), "L1", "1"),
            progress(on(1), "L2", "1"), ends(on(2), "left", "L1"), ends(on(3), "returned", "L1"),
            ends(on(3, 5), "portfolio_piece", "L2")]
    assert weekly(*rows).cohort_on_track[:3, 0].tolist() == [2, 1, 2]


@pytest.mark.parametrize(("row", "said"), [
    (goes(on(2), "L1", "A"), "to which learner 'L1' belongs already"),
    (goes(on(2), "L9", "B"), "is enrolled nowhere"),
    (ends(on(2), "returned", "L1"), "has not left, so nobody comes back"),
    ((on(2), "mentor_no_show", {"booking": "B9"}), "was never booked")])
def test_what_cannot_be_is_refused_with_its_line(row, said):
    (line, what), = problems(text(enrolled(on(1), "L1", "A"), row))
    assert line == 3 and said in what


# Mentors ------------------------------------------------------------------------------------------

def test_each_mentor_has_hours_pay_and_what_was_not_held():
    def session(week, code, mentor, event="held", **more):
        day, kind, cells = booked(on(week), code, on(week, 4), "L1", "60.00")
        return [(day, kind, cells | {"mentor": mentor}), (on(week, 4), event, {
            "booking": code, **more})]

    rows = [enrolled(on(1), "L1"),
            (on(1), "offered", {"bucket": "ONE", "hours": "4", "mentor": "Mia"}),
            *session(1, "B1", "Mia"), *session(1, "B2", "Leo"),
            *session(2, "B3", "Leo", "mentor_no_show"),
            *session(2, "B4", "Leo", "canceled_by_mentor"),
            *session(6, "B5", "Mia", "no_show", amount="60.00"), *session(6, "B6", "Mia"),
            (on(6, 5), "refunded", {"booking": "B1", "amount": "10.00"})]
    records = parsed(text(*rows))
    mia, leo = mentors(records)
    assert (mia.code, mia.sessions, mia.held, mia.used_hours, mia.offered_hours, mia.cents) == \
        ("Mia", 3, 2, 3, 4, 17_000)
    assert (mia.utilization, mia.first, mia.last) == (0.75, 1, 6)
    assert (leo.held, leo.canceled, leo.missed, leo.cents) == (1, 1, 1, 6_000)
    assert leo.utilization is None
    # Both held a session in weeks 1 and 2; only Mia held one in weeks 3 to 6.
    assert retention([mia, leo], 6) == (1, 2)
    assert mentors(parsed(text(enrolled(on(1), "L1")))) == ()


def test_the_page_says_who_mentors_only_where_the_export_does(tmp_path):
    rows = [enrolled(on(1), "L1"),
            (on(1), "offered", {"bucket": "ONE", "hours": "4", "mentor": "Mia"})]
    for week, mentor in ((1, "Mia"), (1, "Leo"), (5, "Mia")):
        day, kind, cells = booked(on(week), f"B{week}{mentor}", on(week, 5), "L1", "60.00")
        rows += [(day, kind, cells | {"mentor": mentor}), held(on(week, 5), f"B{week}{mentor}")]
    (tmp_path / "mine.csv").write_text(text(*rows))
    block = page.outcomes(open_budget(events=str(tmp_path / "mine.csv"))).parts[-1]
    assert block.message == (
        "2 mentors gave 3.0 one-to-one hours, for USD 180; of the hours that 1 of them offered "
        "50.0% were used. Of 2 mentors who had held a session by week 1, 1 held one in the last 4 "
        "weeks.")
    assert "Mia" in block.table.html and "week 5" in block.table.html
    assert "mentors gave" not in page.outcomes(open_budget()).html
