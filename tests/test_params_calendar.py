"""Months lie in their calendar years, whichever way their values are asked for."""

import numpy as np
import pytest

from model.params.series import Calendar, month_index, month_label

CALENDAR = Calendar(2026, 36)
PLACES = np.arange(36)


def test_a_year_has_the_twelve_months_of_its_label():
    for year in CALENDAR.years:
        assert CALENDAR.labels[CALENDAR.months_of(year)] == tuple(
            f"{year}-{month:02d}" for month in range(1, 13))
    with pytest.raises(ValueError):
        CALENDAR.months_of(2029)


def test_januaries_and_decembers_are_those_of_the_labels():
    months = np.array(CALENDAR.labels)
    assert CALENDAR.january(months).tolist() == ["2026-01", "2027-01", "2028-01"]
    assert CALENDAR.december(months).tolist() == ["2026-12", "2027-12", "2028-12"]


@pytest.mark.parametrize("shape", [(36,), (2, 36), (3, 2, 36)])
def test_months_lie_by_year_on_the_last_axis(shape):
    values = np.broadcast_to(PLACES, shape)
    years = CALENDAR.by_year(values)
    assert years.shape == (*shape[:-1], 3, 12)
    assert (years[..., 1, :] == np.arange(12, 24)).all()
    assert (CALENDAR.december(values) == [11, 23, 35]).all()
    assert (CALENDAR.january(values) == [0, 12, 24]).all()


def test_a_month_is_found_again_at_its_index():
    assert month_label(month_index("2026-11") + 3) == "2027-02"
    assert all(month_label(month_index(month)) == month for month in CALENDAR.labels)
