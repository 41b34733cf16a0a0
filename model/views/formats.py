"""How a number is written: one rule per unit for tables, charts and sentences.

Rounding happens here only, half to even on the decimal digits, and never in the model.
Nothing (None, NaN, infinity) is written "–"; the caller says why.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from numbers import Real
from typing import Any

from model.counts import unit_name
from model.tolerance import LEAST

NOTHING = "–"
MINUS = "\u2212"
MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MONTHS_OF_YEAR = ("January", "February", "March", "April", "May", "June", "July", "August",
                   "September", "October", "November", "December")

# Units whose values are words already, so that no unit is named beside them.
NAMED = frozenset({"flag", "month of year"})

# Size, suffix, and the number from which the next step is taken.
_STEPS = ((1, "", 1_000), (1_000, "k", 1_000), (1_000_000, "m", 1_000), (1e9, "bn", math.inf))
_SCALED_DECIMALS = {"k": 1, "m": 2, "bn": 2}
_UNSCALED_LIMIT = 1e15
_PLAIN = 6
_AMOUNTS = {"USD", "USD/year", "USD/month"}
# Units of times and shares, which are no counts of what a company has or sells.
_NO_COUNTS = {"days", "years", "shares", "times", "units"}
_COUNT_SCALED_FROM = 10_000
_NAMES = {"fraction": "%", "flag": "yes or no", "1": ""}


def format_value(value: Any, unit: str | None, *, scale: str | None = None) -> str:
    """The number as a table or a chart shows it, without the unit's name ("12.3k", "82.5%").

    `scale` ("", "k", "m", "bn") fixes the magnitude of a USD amount instead of choosing it by
    size; the suffix is then left to the header (`unit_label(unit, scale=...)`).
    """
    unit = unit or ""
    if unit == "month":
        return NOTHING if _absent(value) else format_month(value)
    number = _number(value)
    if number is None:
        return NOTHING if _absent(value) or isinstance(value, Real) else str(value)
    if abs(number) < LEAST:
        number = 0.0
    if unit == "flag":
        return "yes" if number else "no"
    if unit == "month of year" and number in range(1, 13):
        return _MONTHS_OF_YEAR[int(number) - 1]
    if unit == "year":
        return _fixed(number, 0).replace(",", "")
    head = unit.split("/", 1)[0]
    if head == "fraction":
        return _percent(number)
    if number == 0:
        return "0"
    if abs(number) >= _UNSCALED_LIMIT:
        return signed(f"{abs(number):.2e}", number)
    if head == "USD":
        return _money(number, 0 if unit in _AMOUNTS else 2, scale)
    if is_count(unit) and abs(number) >= _COUNT_SCALED_FROM:
        return _money(number, 0, None)
    if is_count(unit):
        return _fixed(number, 0 if abs(number) >= 100 or number.is_integer() else 1)
    if unit == "ratio":
        return _fixed(number, 2)
    return _significant(number)


def is_count(unit: str) -> bool:
    """Whether a unit is that of people or things, as `members`, or of months or staff."""
    return unit == "FTE" or (bool(re.fullmatch("[a-z]+(?:s|people|children)", unit)
                                 ) and unit not in _NO_COUNTS)


def plain_digits(value: Any) -> str:
    """The number as another program reads it: digits with a point, at most six behind it, which
    leaves out what summing left; nothing where there is none."""
    number = _number(value)
    if number is None:
        return ""
    text = f"{_digits(number, _PLAIN):f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def format_month(month: Any) -> str:
    """A calendar month, "2027-10" (or anything that prints so), as "Oct 2027"."""
    text = str(month)
    year, _, number = text.partition("-")
    number = number[:2]
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= 12):
        return text
    return f"{MONTH_NAMES[int(number) - 1]} {year}"


def unit_label(unit: str | None, *, scale: str | None = None) -> str:
    """The unit as a header or an axis names it: "USD per mentee and month", "% per month"."""
    head, *per = (unit or "").split("/")
    name = _NAMES.get(head, head)
    if scale:
        name = f"{name} {scale}"
    return f"{name} per {' and '.join(per)}".strip() if per else name


def say(value: Any, unit: str | None) -> str:
    """The number with its unit, for a sentence: "USD 12.3k", "4.0% per month", "14 months"."""
    text = format_value(value, unit)
    if text == NOTHING or unit in {None, "", "month", "year", "ratio"} | NAMED:
        return text
    head, *per = unit.split("/")
    if head == "USD":
        words = f"USD {text}"
    elif head == "fraction":
        words = text
    else:
        words = f"{text} {unit_name(head, text == '1')}"
    return f"{words} per {' and '.join(per)}" if per else words


def typed(value: float | None, unit: str | None) -> str:
    """A figure with the digits that were typed, without the unit's name: `72`, `1,000,000`."""
    if value is None:
        return "nothing"
    share = (unit or "").split("/", 1)[0] == "fraction"
    return f"{100 * value:.12g}" if share else f"{value:,.12g}"


def sentence_case(text: str) -> str:
    """A text as it stands at the beginning of a sentence; `inside` of the pages is its opposite."""
    return text[:1].upper() + text[1:]


def signed(text: str, number: float) -> str:
    """The digits of a number's size with its sign, unless they show nothing: −0.0 is 0.0."""
    shows_nothing = not any(digit in text for digit in "123456789")
    return MINUS + text if number < 0 and not shows_nothing else text


def with_cents(amount: float) -> str:
    """An amount to the cent, as bridges show it: `−427,568.01`."""
    return signed(f"{abs(amount):,.2f}", amount)


def _absent(value: Any) -> bool:
    return value is None or str(value) in {"", "NaT", "nan", "<NA>"}


def _number(value: Any) -> float | None:
    if isinstance(value, str) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _digits(number: float, decimals: int) -> Decimal:
    # The digits a reader would see, so 2.675 is a true half and rounds to 2.68. A double holds
    # fifteen; what lies beyond is what summing left, so the mean of twelve 0.1375 is a half too.
    return Decimal(f"{number:.15g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


def _fixed(number: float, decimals: int) -> str:
    return signed(f"{abs(_digits(number, decimals)):,}", number)


def _percent(number: float) -> str:
    percent = float(Decimal(f"{number:.15g}") * 100)
    if percent == 0:
        return "0%"
    if abs(percent) >= _UNSCALED_LIMIT:
        return signed(f"{abs(percent):.2e}%", number)
    if abs(percent) < 0.1:
        return _significant(percent, 2) + "%"
    return _fixed(percent, 1) + "%"


def _money(number: float, decimals: int, scale: str | None) -> str:
    if scale is not None:
        size = {suffix: size for size, suffix, _ in _STEPS}[scale]
        return _fixed(number / size, _SCALED_DECIMALS.get(scale, decimals))
    for size, suffix, limit in _STEPS:
        places = _SCALED_DECIMALS.get(suffix, decimals)
        # 999,960 rounds to 1,000.0k, which belongs to the next step: compare after rounding.
        if abs(_digits(number / size, places)) < limit:
            break
    return _fixed(number / size, places) + suffix


def _significant(number: float, digits: int = 3) -> str:
    if number == 0:
        return "0"
    if abs(number) < 1e-6:
        return signed(f"{abs(number):.{digits - 1}e}", number)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = _fixed(number, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text
