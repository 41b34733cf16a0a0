"""What the value of an assumption may be: its form, its unit's domain, its plausible range."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from model.counts import unit_name
from model.params.calendar import Calendar
from model.params.entry import Entry, form
from model.params.numerals import ThreeDecimals, thousands
from model.params.quantities import DATED, LARGE, ONE_NUMBER, UNITS, Domain, in_percent, is_share
from model.params.series import Amount, Series, over_time
from model.tolerance import slack


def check_form(entry: Entry, value, calendar: Calendar) -> None:
    """Raise ValueError where a value's form or times are not those of its assumption."""
    once, by_month = entry.form == "month", isinstance(value, Mapping) and form(value) == "month"
    if by_month and entry.unit not in DATED:
        raise ValueError(f"is a level, in {entry.shown_unit}, so it has no dated amounts; give it "
                         f"a number or values by year: {{{calendar.years[0]}: 500}}.")
    if once and not by_month and np.shape(value)[1:] != (calendar.months,):
        raise ValueError("happens once, so it needs dated amounts: "
                         f"{{{calendar.labels[2]}: 45000}}.")
    if by_month and not once:
        raise ValueError("is one number for the whole plan, so it has no dated amounts; type one "
                         "number.")
    if not once and np.ndim(value) == 2:
        check_one_number(entry)
    if not isinstance(value, Mapping):
        return
    if not by_month:
        check_one_number(entry)
    times = calendar.labels if by_month else tuple(map(str, calendar.years))
    if outside := [time for time in value if time not in times]:
        raise ValueError(f"names {' and '.join(outside)}, outside {times[0]} to {times[-1]}; name "
                         "only times within.")
    if entry.between == "geometric" and not by_month and min(value.values()) <= 0:
        raise ValueError(f"holds {min(value.values()):.12g} {entry.shown_unit}, but grows by a "
                         "constant rate (between: geometric), so every value must be above 0.")


def check_one_number(entry: Entry) -> None:
    """Raise ValueError where an assumption cannot have values by year."""
    if entry.unit in ONE_NUMBER:
        raise ValueError("is one number for the whole plan, so it has no values by year; type "
                         "one number.")


def check_domain(entry: Entry, value: Amount | Mapping[str, Amount]) -> None:
    """Raise ValueError with every amount that the unit of its assumption does not allow."""
    domain = UNITS[entry.unit]
    faults, percents = [], []
    for time, amount in _by_time(value):
        bad = first_outside(np.asarray(amount, dtype=float), domain)
        if bad is not None:
            faults.append(f"= {bad:.12g} {entry.shown_unit}{time and f' in {time}'}")
            percents += [bad] if is_share(entry.unit) and domain.allows(bad / 100) else []
    if faults:
        advice = "".join(f", {bad:.12g}% as {bad / 100:.12g}" for bad in percents)
        raise ValueError(f"{' and '.join(faults)} is outside what its unit allows ({domain}); "
                         f"type a value within{advice}.")


def _by_time(value: object) -> list[tuple[str, object]]:
    """A value's amounts with their times; the time of a single amount is empty."""
    return list(value.items()) if isinstance(value, Mapping) else [("", value)]


def first_outside(values: np.ndarray, domain: Domain) -> float | None:
    """The first value that a domain does not allow, or None."""
    for extreme in (values.min(), values.max(), *(values.ravel() if domain.whole else ())):
        if not domain.allows(float(extreme)):
            return float(extreme)
    return None


def check_point(entry: Entry, original: object,
                base: Amount | Mapping[str, Amount] | None = None) -> None:
    """Raise ValueError where the point of an amount may be meant to group thousands. That may be so
    for large amounts, of which nobody types thousandths, and where the value in base is nearer to
    the thousands. `original` is the value as it stands in the file."""
    if is_share(entry.unit):
        return
    usual = [abs(amount) for _, amount in _by_time(base) if amount] if base is not None else []
    least = min(usual, default=0.0)
    for time, amount in _by_time(original):
        if isinstance(amount, ThreeDecimals) and (
                entry.unit in LARGE or meant_thousands(amount, least)):
            whole = thousands(amount.text)
            raise ValueError(
                f"is written {amount.text}{time and f' in {time}'}, with three digits behind its "
                f"point, and so read as {amount:g} {entry.shown_unit}; where {whole:,} is meant, "
                f"type {whole}, and otherwise {amount.text}0.")


def meant_thousands(number: float, usual: float) -> bool:
    """Whether a usual amount is nearer, in proportion, to a thousand times a number than to it."""
    return abs(usual) > math.sqrt(1000) * abs(number) > 0


def plausible_range(entry: Entry, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest plausible values of a path, in the shape of its series' values."""
    low, high = entry.range
    if entry.form == "constant":
        return np.full_like(series.values, low), np.full_like(series.values, high)
    return series.values * low, series.values * high


def implausible(path: str, entry: Entry, series: Series, calendar: Calendar) -> str | None:
    """A sentence where a path lies outside its plausible range; none where base is 0."""
    base = over_time(entry.value, entry.between, calendar)
    low, high = (Series(base.grain, end).monthly(calendar)
                 for end in plausible_range(entry, base))
    now = series.monthly(calendar)
    if entry.form == "month":
        total, ends = now.sum(), (low.sum(), high.sum())
        if ends == (0, 0) or ends[0] - slack(total) <= total <= ends[1] + slack(total):
            return None
        return (f"{entry.label} ({path}) sums to {_with_unit(total, entry)}, outside "
                f"its plausible {_digits(ends[0])} to {_digits(ends[1])}")
    outside = ((now < low - slack(now)) | (now > high + slack(now))) & ((low != 0) | (high != 0))
    if not outside.any():
        return None
    month, scenario = np.argwhere(outside)[0]
    value, *ends = now[month, scenario], low[month, 0], high[month, 0]
    if is_share(entry.unit):
        of = "".join(f" a {word}" for word in entry.unit.split("/")[1:])
        amount, ends = in_percent(value) + of, map(in_percent, ends)
    else:
        amount, ends = _with_unit(value, entry), map(_digits, ends)
    return (f"{entry.label} ({path}) is {amount} in {calendar.labels[month]}, outside its "
            f"plausible {' to '.join(ends)}")


def _with_unit(number: float, entry: Entry) -> str:
    digits = _digits(number)
    return f"{digits} {unit_name(entry.shown_unit, digits == '1')}"


def _digits(number: float) -> str:
    """Six digits of a number, or all before the point: no power of ten for a large amount."""
    return f"{number:,.0f}" if abs(number) >= 1e5 else f"{number:,.6g}"
