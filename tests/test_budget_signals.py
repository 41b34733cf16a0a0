"""What an export shows week by week is what can be counted in it by hand, and it adds up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quarter import (
    FEW,
    PLAN,
    TWO_WEEKS,
    booked,
    enrolled,
    held,
    offered,
    on,
    paid,
    parsed,
    programmes,
    text,
)

from model.budget.programme.weeks import (
    LATE,
    complete_weeks,
    gaps,
    spendings,
    week_end,
    weekly_signals,
)

ONE, GRP, LIB, MEA = range(4)


def seen(*rows, plan=PLAN):
    return weekly_signals(parsed(text(*rows), plan), plan)


@pytest.fixture(scope="module")
def two():
    return seen(*TWO_WEEKS)


# By hand ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name, expected", [
    ("offered_hours", [10, 20]), ("used_hours", [2.5, 2]), ("booked", [3, 4]), ("held", [1, 2]),
    ("no_shows", [1, 1]), ("canceled_by_mentor", [1, 0]), ("canceled_by_learner", [0, 1]),
    ("cancellations", [1, 1]), ("pending", [0, 0]), ("utilization", [0.25, 0.1]),
])
def test_the_weeks_of_a_worked_export(two, name, expected):
    values = getattr(two, name)
    assert values.shape == (13,) and values[:2].tolist() == pytest.approx(expected)
    assert np.isnan(values[2:]).all()


def test_requests_and_money_of_a_worked_export_by_bucket(two):
    assert two.requests[:2, :2].tolist() == [[5, 1], [1, 2]]
    assert two.served[:2, :2].tolist() == [[4, 0], [1, 2]]
    assert two.spent[:2, :4].tolist() == [[18_750, 0, 10_000, 0], [18_750, 30_000, 0, 5_000]]
    assert two.committed[:2, :2].tolist() == [[22_500, 0], [7_500, 0]]
    assert (two.spent[2:] == LATE).all() and (two.committed[2:] == LATE).all()
    assert two.spent.dtype == two.committed.dtype == np.int64


def test_the_cohorts_of_a_worked_export(two):
    assert two.cohorts == ("A", "B")
    assert (two.cohort_start.tolist(), two.cohort_end.tolist()) == ([0, 0], [1, 12])
    assert two.cohort_enrolled[:2].tolist() == [[2, 1], [2, 1]]
    assert two.cohort_active[:2].tolist() == [[2, 0], [2, 1]]
    assert two.cohort_completed[:2].tolist() == [[0, 0], [1, 0]]
    assert two.cohort_used_hours[:2].tolist() == [[2.5, 0], [0, 2]]
    assert two.cohort_offered_hours[:2] == pytest.approx(np.array([[10, 0], [40 / 3, 20 / 3]]))
    assert two.cohort_utilization[:2] == pytest.approx(np.array([[0.25, np.nan], [0, 0.3]]),
                                                       nan_ok=True)
    assert two.completion_rate[:2] == pytest.approx(np.array([[np.nan] * 2, [0.5, np.nan]]),
                                                    nan_ok=True)
    assert two.on_track_rate[:2] == pytest.approx(np.array([[0.5, np.nan]] * 2), nan_ok=True)


@pytest.mark.parametrize("done, on_track", [("0.3125", 1), ("0.3124", 0)])
def test_on_track_is_three_quarters_of_the_time_that_has_passed_and_the_line_counts(done, on_track):
    found = seen((on(1), "cohort", {"cohort": "A", "due": on(2, 5)}), enrolled(on(1), "L1"),
                 (on(1, 5), "progress", {"learner": "L1", "value": done}))
    # Five of twelve days: 0.75 × 5 ÷ 12 = 0.3125.
    assert found.cohort_on_track[0, 0] == on_track and found.cohort_followed[0, 0] == 1


def test_who_joins_after_a_report_of_progress_is_not_behind_yet():
    rows = [enrolled(on(1), "L1"), (on(1, 5), "progress", {"learner": "L1", "value": "1"}),
            enrolled(on(2), "L2"), paid(on(2, 5), "LIB", "1")]
    assert seen(*rows).cohort_followed[:2, 0].tolist() == [1, 1]
    assert seen(*rows, (on(2, 5), "progress", {"learner": "L1", "value": "1"})) \
        .on_track_rate[1, 0] == 0.5


# Not reported -------------------------------------------------------------------------------------

def test_a_week_without_rows_is_not_reported_rather_than_empty():
    found = seen(enrolled(on(1), "L1"), offered(on(1), "5"), offered(on(3), "5"),
                 paid(on(3, 5), "LIB", "1"))
    assert found.reported[:4].tolist() == [True, False, True, False]
    assert np.isnan(found.utilization[1]) and np.isnan(found.booked[1])
    assert found.booked[2] == 0 and found.utilization[2] == 0
    assert found.spent[1].sum() == 0


@pytest.mark.parametrize("day, complete", [((1, 4), 0), ((1, 5), 1), ((2, 4), 1), ((2, 5), 2),
                                           ((2, 7), 2), ((13, 5), 13), ((13, 7), 13)])
def test_a_week_is_complete_with_its_fifth_day(day, complete):
    records = parsed(text(paid(on(*day), "LIB", "1")))
    assert complete_weeks(records) == complete == weekly_signals(records, PLAN).complete


def test_what_came_after_the_last_complete_week_is_not_in_it():
    rows = [enrolled(on(1), "L1"), booked(on(1), "B1", on(1, 5), "L1"), held(on(2, 2), "B1")]
    found = seen(*rows)
    assert (found.complete, found.pending[0], found.spent[0].sum()) == (1, 1, 0)


def test_what_an_export_leaves_open_is_said(two):
    rows = [enrolled(on(1), "L1"), offered(on(1), "5"), booked(on(1), "B1", on(3), "L1"),
            paid(on(3, 5), "LIB", "1"), paid(on(4), "LIB", "1")]
    records = parsed(text(*rows))
    missing, idle, open_, waiting = gaps(records, weekly_signals(records, PLAN))
    assert "week 2" in missing and "begins anew" in missing
    assert "offered in week 3" in idle
    assert open_.startswith("1 of the 1 sessions of week 3")
    assert waiting.startswith("Week 4 is not reported to its fifth day, so its 1 rows")
    assert gaps(parsed(text(*TWO_WEEKS)), two) == ()


# Properties ---------------------------------------------------------------------------------------

@FEW
@given(programmes())
def test_every_booking_has_one_outcome_and_all_money_is_counted_once(rows):
    records = parsed(text(*rows))
    found, weeks = weekly_signals(records, PLAN), slice(complete_weeks(records))
    assert found.complete >= 1
    ends = (found.held + found.no_shows + found.cancellations + found.pending)[found.reported]
    assert np.array_equal(found.booked[found.reported], ends)
    known = records.until(week_end(records, found.complete))
    assert found.spent[weeks].sum() == sum(cents for *_, cents in spendings(known))
    assert (found.committed[weeks] >= 0).all()
    assert found.committed[weeks][-1].sum() == sum(
        b.cents for b in known.bookings.values() if not b.outcome)
    assert (found.served <= found.requests)[found.reported].all()


@FEW
@given(programmes())
def test_rates_are_shares_and_cohorts_add_up_to_the_programme(rows):
    found = seen(*rows)
    for rate in (found.completion_rate, found.on_track_rate):
        known = rate[np.isfinite(rate)]
        assert ((known >= 0) & (known <= 1)).all()
    if not found.cohort_offered_hours.shape[1]:
        return  # a programme that has reported no cohort shares nothing
    shared = found.cohort_offered_hours.sum(axis=1)
    known = np.isfinite(shared)
    assert shared[known] == pytest.approx(found.offered_hours[known])
    assert np.array_equal(found.cohort_used_hours.sum(axis=1), found.used_hours, equal_nan=True)


@FEW
@given(programmes(), st.integers(1, 13))
def test_what_is_known_of_a_week_does_not_change_with_the_weeks_after_it(rows, week):
    records = parsed(text(*rows))
    whole = weekly_signals(records, PLAN)
    week = min(week, whole.complete)
    part = weekly_signals(records.until(week_end(records, week)), PLAN)
    assert part.complete == week
    for name in ("offered_hours", "booked", "held", "spent", "committed", "used_hours"):
        assert np.array_equal(getattr(part, name)[:week], getattr(whole, name)[:week],
                              equal_nan=True), name


@FEW
@given(programmes())
def test_names_of_learners_and_bookings_mean_nothing(rows):
    other = [(day, event, {column: f"x{cell}" if column in ("learner", "booking") else cell
                           for column, cell in more[0].items()}) for day, event, *more in rows]
    plain, renamed = seen(*rows), seen(*other)
    for name in vars(plain):
        assert np.array_equal(getattr(plain, name), getattr(renamed, name),
                              equal_nan=name not in ("buckets", "cohorts")), name


def test_replications_may_stand_behind_every_axis(two):
    many = replace(two, **{name: np.stack([values] * 3, axis=-1) for name, values
                           in vars(two).items() if isinstance(values, np.ndarray)
                           and name not in ("cohort_start", "cohort_end", "reported")})
    for name in ("utilization", "cancellations", "cohort_utilization",
                 "completion_rate", "on_track_rate"):
        assert np.array_equal(getattr(many, name)[..., 1], getattr(two, name), equal_nan=True), name
