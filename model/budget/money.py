"""Money as whole cents: reading, splitting and writing amounts, without floats.

A share or weight is the decimal that somebody typed: 0.2 is exactly a fifth. Every function takes
an int, or an int64 array with one amount a replication.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm

import numpy as np

from model.views.formats import signed

# The most that one amount may be: a hundred billion USD, so that sums of amounts and their products
# with shares stay whole numbers of 64 bits.
MOST = 10**13
_AMOUNT = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]{1,2})?")
_LARGEST = 2**63 - 1


def cents(text: str) -> int:
    """The cents of an amount in USD as people type it: `1200`, `1200.5`, `1200.50`.

    Raises ValueError with the end of a sentence on any other text: nobody should guess what signs,
    thousands separators, exponents and fractions of a cent mean.
    """
    text = text.strip()
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise ValueError("is not an amount in USD; write digits, and at most two after a point, as "
                         "in 1200.50")
    whole, part = match[1], (match[2] or ".")[1:].ljust(2, "0")
    if len(whole) > len(str(MOST)) or (amount := int(whole) * 100 + int(part)) > MOST:
        raise ValueError(f"is more than {dollars(MOST)}, the most that an amount may be")
    return amount


def from_usd(value: float) -> int:
    """The cents of a number of USD. Raises ValueError with the end of a sentence."""
    exact = decimal(value) * 100
    if exact.denominator != 1:
        raise ValueError(f"is {value:.12g} USD, which is no whole number of cents; type at most "
                         "two decimals")
    if not 0 <= exact <= MOST:
        raise ValueError(f"is {value:.12g} USD, outside 0 to {dollars(MOST)}")
    return int(exact)


def dollars(amount: int) -> str:
    """`USD 1,200.50`; a negative amount has a minus sign before the digits."""
    return f"USD {digits(amount)}"


def digits(amount: int) -> str:
    """`1,200.50`: an amount where its currency stands elsewhere, as in the head of a table."""
    whole, part = divmod(abs(int(amount)), 100)
    return signed(f"{whole:,}.{part:02d}", amount)


@lru_cache(maxsize=1024)
def decimal(number: float) -> Fraction:
    """A number as typed, exactly: 0.2 is 1/5."""
    return Fraction(repr(float(number)))


def portion(amount, share: float | Fraction):
    """A share of an amount, floored to the cent: what a cap of so many percent allows."""
    exact = share if isinstance(share, Fraction) else decimal(share)
    return _quotient(amount, exact.numerator, exact.denominator)[0]


def split(amount, weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """Parts in proportion to weights, by largest remainder; ties go to the lower index.

    `weights` has shape (part,), or (part, *replications) where they are whole numbers. Gives int64
    of shape (part, *replications); the parts sum to the amount exactly. Raises ValueError where a
    weight or the amount is negative, or no weight is above 0.
    """
    whole = _whole_weights(weights)
    total = whole.sum(axis=0)
    if np.min(whole) < 0 or np.min(total) <= 0 or np.min(amount) < 0:
        raise ValueError("a split needs an amount of 0 or more, and weights of 0 or more of which "
                         "one is above 0")
    amount = np.asarray(amount)
    trailing = whole.reshape(whole.shape + (1,) * max(0, amount.ndim - whole.ndim + 1))
    parts, rest = _quotient(amount, trailing, total)
    left_over = amount - parts.sum(axis=0)
    # A stable sort keeps the lower index first where remainders are equal.
    order = np.argsort(-rest, axis=0, kind="stable")
    place = np.argsort(order, axis=0, kind="stable")
    return (parts + (place < left_over)).astype(np.int64)


def _whole_weights(weights) -> np.ndarray:
    """Whole numbers in the proportion of the weights."""
    weights = np.asarray(weights)
    if weights.dtype.kind in "iu":
        return weights.astype(np.int64)
    exact = [decimal(weight) for weight in weights.tolist()]
    common = lcm(*(weight.denominator for weight in exact))
    whole = [int(weight * common) for weight in exact]
    return np.array(whole, dtype=np.int64 if sum(map(abs, whole)) <= _LARGEST else object)


def _quotient(amount, numerator, denominator):
    """Quotient and remainder of amount × numerator ÷ denominator, in exact whole numbers."""
    if isinstance(amount, int) and isinstance(numerator, int):
        return divmod(amount * numerator, denominator)
    amount, numerator, denominator = map(np.asarray, (amount, numerator, denominator))
    top = max(int(numerator.max(initial=0)) * int(amount.max(initial=0)), int(denominator.max()))
    if top > _LARGEST:
        amount, numerator, denominator = (each.astype(object)
                                          for each in (amount, numerator, denominator))
    quotient = amount * numerator // denominator
    rest = amount * numerator - quotient * denominator
    return np.asarray(quotient, np.int64), np.asarray(rest)
