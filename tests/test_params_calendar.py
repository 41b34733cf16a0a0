"""Months lie in the years and quarters of the company, whichever way their values are asked for."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.params.calendar import Calendar, in_order, month_index, month_label

CALENDAR = Calendar("2026-01", 36)
JULY = Calendar("2026-07", 60, year_starts=7)
HALF = Calendar("2026-01", 18, year_starts=7)
PLACES = np.arange(36)
ANY = st.builds(Calendar, st.builds(lambda at: month_label(24000 + at), st.integers(0, 400)),
                st.integers(12, 120), st.integers(1, 12), st.sampled_from(["end", "start"]))


def test_a_year_has_the_twelve_months_of_its_label():
    for year in CALENDAR.years:
        assert CALENDAR.labels[CALENDAR.months_of(year)] == tuple(
            f"{year}-{month:02d}" for month in range(1, 13))
    with pytest.raises(ValueError):
        CALENDAR.months_of(2029)


def test_first_and_last_months_are_those_of_the_labels():
    months = np.array(CALENDAR.labels)
    assert CALENDAR.firsts(months).tolist() == ["2026-01", "2027-01", "2028-01"]
    assert CALENDAR.lasts(months).tolist() == ["2026-12", "2027-12", "2028-12"]


@pytest.mark.parametrize("shape", [(36,), (2, 36), (3, 2, 36)])
def test_months_lie_by_year_on_the_last_axis(shape):
    values = np.broadcast_to(PLACES, shape)
    assert CALENDAR.sums(values).shape == (*shape[:-1], 3)
    assert (CALENDAR.sums(values) == [66, 210, 354]).all()
    assert (CALENDAR.lasts(values) == [11, 23, 35]).all()
    assert (CALENDAR.firsts(values) == [0, 12, 24]).all()


def test_a_month_is_found_again_at_its_index():
    assert month_label(month_index("2026-11") + 3) == "2027-02"
    assert all(month_label(month_index(month)) == month for month in CALENDAR.labels)


def test_a_year_from_july_is_named_after_the_calendar_year_of_its_end_or_start():
    assert JULY.years == (2027, 2028, 2029, 2030, 2031)
    assert Calendar("2026-07", 60, 7, "start").years == (2026, 2027, 2028, 2029, 2030)
    assert JULY.labels[JULY.months_of(2027)][::11] == ("2026-07", "2027-06")
    assert JULY.period_labels(3)[:5] == ("2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2028-Q1")
    assert list(map(str, JULY.named_years)) == ["FY2027", "FY2028", "FY2029", "FY2030", "FY2031"]


def test_years_at_either_end_may_be_incomplete():
    assert HALF.years == (2026, 2027) and HALF.incomplete == {2026: 6}
    assert list(map(str, HALF.named_years)) == ["FY2026 (6 months)", "FY2027"]
    assert list(map(str, HALF.judged_years)) == ["FY2027"]
    assert HALF.period_labels(3) == ("2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3",
                                     "2027-Q4")
    assert HALF.sums(np.arange(18.0)).tolist() == [15, 138]
    late = Calendar("2026-11", 12)
    assert list(map(str, late.named_years)) == ["2026 (2 months)", "2027 (10 months)"]
    assert late.period_labels(3) == ("2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")
    assert late.lengths(3).tolist() == [2, 3, 3, 3, 1] and late.closes(3) == [1, 4, 7, 10]
    assert late.judged_years == late.named_years


def test_reports_may_show_other_years_than_those_in_which_values_are_typed():
    shown = Calendar("2026-01", 24, shown_from=7)
    assert shown.years == (2026, 2027) and shown.reported.years == (2026, 2027, 2028)
    assert shown.reported.incomplete == {2026: 6, 2028: 6}
    assert CALENDAR.reported is CALENDAR


@given(ANY)
def test_every_month_lies_in_one_period_of_each_length(calendar):
    months = np.random.default_rng(1).random(calendar.months) * 1e5
    for length in (1, 3, 12):
        bounds, labels = calendar.bounds(length), calendar.period_labels(length)
        assert bounds[0] == 0 and bounds[-1] == calendar.months
        assert (calendar.lengths(length) > 0).all() and (calendar.lengths(length) <= length).all()
        assert (calendar.lengths(length)[1:-1] == length).all()
        assert len(labels) == len(set(labels)) == calendar.periods(length)
        # Every reading adds up a period from its first month on.
        assert calendar.sums(months, length).tolist() == [
            in_order(months[first:end]) for first, end in itertools.pairwise(bounds)]
        if length == 3:
            starts = calendar.month_of_year(np.array(bounds[1:-1]))
            assert ((starts - calendar.year_starts) % 3 == 0).all()
    for month, year in zip(calendar.labels, calendar.years_of(), strict=True):
        assert calendar.year_of(month) == calendar.years[year]
    if calendar.year_starts == 1:
        assert {month[:4] for month in calendar.labels} == set(map(str, calendar.years))
