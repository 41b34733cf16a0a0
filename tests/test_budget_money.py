"""Cents: splits sum to the whole, caps are exact floors, and what people type is read strictly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.budget import money

SAMPLE = [0.55, 0.2, 0.1, 0.1, 0.05]


@pytest.mark.parametrize(("amount", "weights", "parts"), [
    (12_000_000, SAMPLE, [6_600_000, 2_400_000, 1_200_000, 1_200_000, 600_000]),
    (12_000_001, SAMPLE, [6_600_001, 2_400_000, 1_200_000, 1_200_000, 600_000]),
    (3, SAMPLE, [2, 1, 0, 0, 0]),
    (10_000, [1, 1, 1], [3334, 3333, 3333]),
    (0, [1, 2], [0, 0]),
])
def test_splits_by_largest_remainder_ties_to_the_lower_index(amount, weights, parts):
    assert money.split(amount, weights).tolist() == parts


@given(st.integers(0, money.MOST), st.lists(st.floats(0, 1e9, allow_subnormal=False), min_size=1,
                                            max_size=9))
def test_the_parts_of_any_split_sum_to_the_whole_and_lie_within_a_cent(amount, weights):
    if not any(weights):
        with pytest.raises(ValueError, match="above 0"):
            money.split(amount, weights)
        return
    parts = money.split(amount, weights)
    exact = [amount * money.decimal(w) / sum(map(money.decimal, weights)) for w in weights]
    assert parts.sum() == amount and parts.dtype == np.int64
    assert all(abs(part - goal) < 1 for part, goal in zip(parts.tolist(), exact, strict=True))


@given(st.lists(st.integers(0, money.MOST), min_size=1, max_size=5),
       st.lists(st.integers(0, 1000), min_size=2, max_size=5).filter(any))
def test_many_amounts_are_split_as_one_by_one(amounts, weights):
    together = money.split(np.array(amounts), np.array(weights))
    assert together.T.tolist() == [money.split(amount, weights).tolist() for amount in amounts]


@given(st.integers(0, money.MOST), st.decimals(0, 1, places=4))
def test_a_share_is_the_exact_floor(amount, share):
    exact = amount * Fraction(str(share))
    assert int(money.portion(amount, float(share))) == exact // 1
    assert money.portion(np.array([amount, 0]), float(share)).tolist() == [exact // 1, 0]


def test_a_fifth_of_five_cents_is_one():
    assert money.portion(5, 0.2) == 1 and money.portion(66_000_00, 0.1) == 660_000


@pytest.mark.parametrize(("text", "cents"), [("1200", 120_000), ("1200.5", 120_050), ("0.07", 7),
                                             (" 3.10 ", 310), ("0", 0)])
def test_reads_amounts_as_people_type_them(text, cents):
    assert money.cents(text) == cents


@pytest.mark.parametrize("text", ["", "-5", "+5", "1,200", "1e3", "1e999", "nan", "inf", "=1+1",
                                  "0.001", "1.", ".5", "٣", "USD 5", "007", "9" * 400])
def test_refuses_any_other_text(text):
    with pytest.raises(ValueError, match="is "):
        money.cents(text)


@given(st.integers(0, money.MOST))
def test_what_is_shown_reads_back(cents):
    assert money.cents(money.digits(cents).replace(",", "")) == cents


def test_a_fraction_of_a_cent_in_a_params_file_is_refused():
    assert money.from_usd(120_000.01) == 12_000_001
    with pytest.raises(ValueError, match=r"0\.005 USD, which is no whole number of cents"):
        money.from_usd(0.005)


def test_negative_amounts_show_their_sign():
    assert money.dollars(-120_050) == "USD \u22121,200.50"
    assert money.digits(-5) == "\u22120.05"
