"""Numbers are written by one rule per unit."""

import numpy as np
import pytest

from model.views.formats import format_month, format_value, plain_digits, say, signed, unit_label


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12_345, "USD", "12.3k"),
        (1_234_567, "USD", "1.23m"),
        (999.4, "USD", "999"),
        (999.6, "USD", "1.0k"),
        (999_949, "USD", "999.9k"),
        (999_960, "USD", "1.00m"),
        (2.5e9, "USD", "2.50bn"),
        (45, "USD/mentee", "45.00"),
        (45, "USD/year", "45"),
        (1_500, "USD/mentee/month", "1.5k"),
        (-12_345.6, "USD", "\u221212.3k"),
        (-0.3, "USD", "0"),
        (0, "USD", "0"),
        (0.0, "USD/hour", "0"),
        (0.825, "fraction", "82.5%"),
        (0.04, "fraction/month", "4.0%"),
        (0.0004, "fraction", "0.04%"),
        (-0.125, "fraction", "\u221212.5%"),
        (4, "month of year", "April"),
        (4.5, "month of year", "4.5"),
        (1, "flag", "yes"),
        (3.24, "ratio", "3.24"),
        (2_345.6, "customers", "2,346"),
        (8.25, "mentors", "8.2"),
        (23_456, "orders", "23.5k"),
        (3, "months", "3"),
        (14.25, "months", "14.2"),
        (2.5, "FTE", "2.5"),
        (2027, "year", "2027"),
        (1, "flag", "yes"),
        ("2027-10", "month", "Oct 2027"),
        (0.35214, "orders/customer/month", "0.352"),
        (1_234_567.0, "parcels", "1.23m"),
    ],
)
def test_each_unit_has_its_rule(value, unit, text):
    assert format_value(value, unit) == text
    if not isinstance(value, str):
        assert format_value(np.float64(value), unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(2.665, "USD/hour", "2.66"), (2.675, "USD/hour", "2.68"), (0.5, "USD", "0"),
     (1.5, "USD", "2"), (2.5, "USD", "2"), (12_350, "USD", "12.4k"), (12_250, "USD", "12.2k")],
)
def test_halves_round_to_even_as_written(value, unit, text):
    assert format_value(value, unit) == text


def test_what_summing_leaves_behind_the_fifteenth_digit_rounds_nothing_down():
    mean = np.full(12, 0.1375).mean()
    assert mean < 0.1375 and format_value(float(mean), "fraction") == "13.8%"
    assert format_value(0.1375, "fraction") == "13.8%"
    assert format_value(0.1 + 0.2 - 0.15 + 2.525, "USD/hour") == format_value(2.675, "USD/hour")


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, np.datetime64("NaT")])
@pytest.mark.parametrize("unit", ["USD", "fraction", "ratio", "month", "flag", "", None])
def test_nothing_is_a_dash(nothing, unit):
    assert format_value(nothing, unit) == "–"


@pytest.mark.parametrize("unit", ["USD", "USD/mentee", "fraction", "mentees", "ratio", "1"])
def test_what_adding_up_leaves_is_shown_as_nothing(unit):
    for left in (-1.1e-13, 5.6e-17, -5e-324):
        assert format_value(left, unit) == format_value(0, unit)


def test_infinity_is_not_a_number_to_show():
    assert format_value(float("inf"), "USD") == format_value(float("-inf"), "ratio") == "–"


def test_a_fixed_scale_leaves_its_name_to_the_header():
    assert format_value(1_234_567, "USD", scale="k") == "1,234.6"
    assert format_value(1_234_567, "USD", scale="") == "1,234,567"
    assert unit_label("USD", scale="k") == "USD k"


def test_units_are_named_in_words():
    assert unit_label("USD/mentee/month") == "USD per mentee and month"
    assert unit_label("fraction/month") == "% per month"
    assert unit_label("fraction") == "%"
    assert unit_label(None) == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12_345, "USD", "USD 12.3k"),
        (-45, "USD/mentee", "USD \u221245.00 per mentee"),
        (0.04, "fraction/month", "4.0% per month"),
        (1, "months", "1 month"),
        (14, "months", "14 months"),
        (3.24, "ratio", "3.24"),
        (4, "month of year", "April"),
        (0, "flag", "no"),
        ("2027-10", "month", "Oct 2027"),
        (None, "USD", "–"),
    ],
)
def test_a_sentence_names_the_unit(value, unit, text):
    assert say(value, unit) == text


def test_a_sign_stands_only_before_digits_that_show_something():
    assert signed("1.5", -1.5) == "\u22121.5" and signed("1.5", 1.5) == "1.5"
    assert signed("0.0", -0.04) == "0.0"


def test_months_are_written_in_full():
    assert format_month("2026-01") == "Jan 2026"
    assert format_month("2026-12-31") == "Dec 2026"
    assert format_month("no month") == "no month"


@pytest.mark.parametrize(("value", "text"), [
    (1269999.9999999998, "1270000"), (1041.6666666666667, "1041.666667"), (-0.0, "0"),
    (-1e-9, "0"), (0.1 + 0.2, "0.3"), (-12.5, "-12.5"), (1e13, "10000000000000"),
    (float("nan"), ""), (None, ""), (100.0, "100")])
def test_plain_digits_hold_no_noise(value, text):
    assert plain_digits(value) == text
