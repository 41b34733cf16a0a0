"""Observed figures far from what plan and the other months lead to expect are asked about."""

import numpy as np
import pytest

from model.analysis.outliers import outliers, unexplained

MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 9))
PLAN = np.array([100.0, 200, 300, 400, 500, 600, 700, 800])
USUAL = np.array([1.1, 1.15, 1.05, 1.1, 1.21, 1.0, 1.1, 1.15]) * PLAN


def said(observed, plan=PLAN, **others):
    values = {"revenue": np.array(observed, dtype=float)} | others
    return [sentence for _, sentence in outliers(
        values, dict.fromkeys(values, plan), MONTHS)]


def test_a_file_that_is_a_tenth_above_plan_is_not_asked_about():
    assert said(USUAL) == []


@pytest.mark.parametrize(("factor", "words"), [
    (12, "2026-04: 5,280 is 12 times the 440 that plan and the other months lead to expect; is it "
         "the figure of a year?"),
    (100, "is it in cents, or a percent?"), (1 / 1000, "is it in thousands?"),
    (1 / 3, "one part in 3 of the 440")])
def test_one_month_far_off_is_asked_about_with_the_slip_that_it_looks_like(factor, words):
    observed = USUAL.copy()
    observed[3] *= factor
    found = said(observed)
    assert len(found) == 1 and words in found[0]


def test_a_column_in_another_unit_is_asked_about_once():
    assert said(100 * USUAL) == ["every month is about 110 times plan; is it in cents, or a "
                                 "percent?"]
    assert said(-USUAL) == ["every month has the other sign than plan; is the sign right?"]


def test_a_single_month_must_be_eight_times_off():
    nothing = [np.nan] * 7
    assert said([700, *nothing]) == []
    assert len(said([900, *nothing])) == 1


def test_a_copied_row_shows_where_all_other_months_differ():
    observed = USUAL.copy()
    observed[5] = observed[4]
    assert said(observed)[-1].endswith("to the last digit; was a row copied?")
    # An amount that repeats is no copy.
    assert said([110.0] * 8, np.full(8, 100.0)) == []


def test_nobody_is_there_who_did_not_come():
    new = np.array([10.0, 10, 10])
    assert unexplained(np.array([10.0, 19, 28]), new, MONTHS, "mentees") == ""
    assert unexplained(np.array([10.0, 19, 39]), new, MONTHS, "mentees") == (
        "2026-03: mentees rise by 20, where 10 are given as new; nobody comes otherwise")


def test_two_columns_that_were_exchanged_are_named():
    values = {"payroll": 3 * USUAL, "rent": USUAL}
    plans = {"payroll": PLAN, "rent": 3 * PLAN}
    assert outliers(values, plans, MONTHS)[-1] == (
        "payroll", "each month looks like rent, and rent like payroll: were the two exchanged?")


def test_one_month_of_nothing_is_asked_about():
    observed = USUAL.copy()
    observed[1] = 0
    assert said(observed) == ["2026-02: nothing, where plan has 200 and all other months have "
                              "something; does everything stand in its month?"]
