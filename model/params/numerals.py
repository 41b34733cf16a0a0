"""Numbers as people write them, in files and in cells."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from model.params.quantities import SHARED, in_percent, is_share
from model.problems import quoted

_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# How half of the world writes thousands: 1.270 for one thousand two hundred and seventy.
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_GROUPS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
# 150k, 1.2m and 2bn, as pages print amounts.
_SCALE = re.compile(r"(?:[A-Z]{3}\s*)?(?P<number>-?[0-9][0-9,]*(?:\.[0-9]+)?)\s?(?P<suffix>k|m|bn)",
                    re.IGNORECASE)
_SCALES = {"k": 10**3, "m": 10**6, "bn": 10**9}
# The most digits of a typed number.
_LONGEST = 60
_PERCENT = re.compile(r"\s*[-+]?[0-9.,]+\s*%\s*")
# What is wrong with a percent in a file, as the end of a sentence.
NO_PERCENT = "is not a number; a percent is written as a fraction, 5% as 0.05"
# The most that is observed of anything, and what is wrong with more.
LARGEST, TOO_LARGE = 10**15, "is more than any company has"


def plain_number(text: str) -> int | float | None:
    """The number of a text that is a plain decimal number; None for any other text."""
    if not _NUMBER.fullmatch(text):
        return None
    if thousands(text) is not None:
        return ThreeDecimals(text)
    # A float holds no more digits than these exactly.
    return int(text) if len(text) <= 15 and not re.search(r"[.eE]", text) else float(text)


class ThreeDecimals(float):
    """A number with three digits behind its point, which may be meant to group thousands."""

    def __init__(self, text: str):
        self.text = text


def thousands(text: str) -> int | None:
    """The number of a text if its point grouped thousands; None if that cannot be meant."""
    return int(text.replace(".", "")) if _THOUSANDS.fullmatch(text) else None


def is_percent(text: str) -> bool:
    """Whether a text is a number with a percent sign."""
    return bool(_PERCENT.fullmatch(text))


def number(text: str, unit: str, usual: float | None = None) -> int | float:
    """The number of a typed text; a share is typed in percent. Thousands may be grouped by commas,
    and an amount may end in k, m or bn, as on pages. Raises ValueError with the end of a sentence,
    also for a share without its sign that would be nearer to the `usual` value as a fraction."""
    digits = text.strip().replace("\u2212", "-")
    share = is_share(unit)
    with_sign = share and digits.endswith("%")
    if with_sign:
        digits = digits.removesuffix("%").rstrip()
    amount = None if share else _SCALE.fullmatch(digits)
    if amount:
        digits, suffix = amount["number"], amount["suffix"].lower()
    if _GROUPS.fullmatch(digits):
        digits = digits.replace(",", "")
    value = plain_number(digits) if len(digits) <= _LONGEST else None
    if value is None:
        raise ValueError(f"{quoted(text.strip())} is not a number; type "
                         + ("a percent with a point, as 12.5." if share else
                            "digits with a point, as 12.5; 1,200,000 and 1.2m can be read, too."))
    if amount:
        amount = Decimal(digits) * _SCALES[suffix]
        return int(amount) if amount == int(amount) else float(amount)
    if not share:
        return value
    try:
        fraction = float(Decimal(digits) / 100)
    except ArithmeticError:  # an exponent beyond those of decimals
        return value / 100
    _check_share(digits, fraction, unit, None if with_sign else usual)
    return fraction


def _check_share(digits: str, share: float, unit: str, usual: float | None) -> None:
    """Raise ValueError for a percent that its unit does not allow, or that may be a fraction."""
    domain = SHARED[unit]
    if not domain.allows(share):
        low, high = in_percent(domain.low), in_percent(domain.high)
        least = f"{'above' if domain.above_low else 'at least'} {low}"
        raise ValueError(f"is {digits}%, outside what can be, {least} and at most {high}; type a "
                         "percent within.")
    fraction = share * 100
    # The usual value is nearer, in proportion, to the digits as a fraction than as a percent.
    if usual and 0 < fraction <= 1 and usual > math.sqrt(fraction * share):
        raise ValueError(f"is {digits}% as typed, where the plan has {in_percent(usual)}; type "
                         f"{in_percent(fraction)} or {digits}%, whichever is meant.")
