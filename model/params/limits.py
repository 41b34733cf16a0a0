"""What the value of an assumption may be: its form, its unit's domain, its plausible range."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from model.counts import unit_name
from model.params.calendar import MONTHS_PER_YEAR, Calendar
from model.params.entry import Entry
from model.params.numerals import ThreeDecimals, thousands
from model.params.quantities import DATED, LARGE, Domain, in_percent, is_annual, is_share
from model.params.series import Amount, Series, first_month, over_time, shape
from model.params.units import UNITS, is_one_number
from model.params.values import EVIDENCE, SEASON
from model.params.yaml_file import ParamsFile
from model.problems import Problem
from model.tolerance import slack

# Assumptions of which the months read one a year, with that month.
ONCE_A_YEAR = {"payroll.salary_growth": "the first month of each later year",
               "tax.tax_rate": "the last month of each year",
               "tax.loss_limit": "the last month of each year"}


def problems(path: str, entry: Entry, content: Mapping, file: ParamsFile,
             calendar: Calendar) -> list[Problem]:
    """What is wrong with an entry of base beyond its keys: times, domain, season, years of print,
    range. `content` is the entry as it stands in the file."""
    key = "value"
    try:
        check_form(entry, entry.value, calendar, path)
        check_domain(entry, entry.value)
        check_point(entry, content.get("value"))
        key = SEASON
        if entry.season:
            check_season(entry, path)
    except ValueError as error:
        return [Problem(_where(file, path, key), f"{path} {error}")]
    fault = _printed_fault(entry, calendar)
    return ([Problem(_where(file, path, "printed_for"), f"{path}: printed_for {fault}")] if fault
            else _range_problems(path, entry, file, calendar))


def _where(file: ParamsFile, path: str, key: str) -> str:
    return file.where("assumptions", *path.split("."), key)


def _printed_fault(entry: Entry, calendar: Calendar) -> str:
    """What is wrong with the years of print, as the end of a sentence; empty if nothing is."""
    # A plan that ends before a printed year says nothing of it.
    begins = int(calendar.start[:4])
    early = [year for year in entry.printed_for if year < begins]
    years = entry.value_years or calendar.years
    absent = [year for year in entry.printed_for if calendar.year_starts == 1
              and year in calendar.years and year not in years]
    if entry.printed_for and entry.kind not in EVIDENCE:
        return (f"names years, but the source is {entry.kind}; only what is "
                f"{' or '.join(EVIDENCE)} is printed. Remove it, or change the source.")
    if early:
        return (f"names {early[0]}, before the plan begins in {begins}; name "
                "a year of the plan, or remove it.")
    return (f"names {absent[0]}, of which the value says nothing; remove it, or give the value."
            if absent else "")


def _range_problems(path: str, entry: Entry, file: ParamsFile,
                    calendar: Calendar) -> list[Problem]:
    where = _where(file, path, "range")
    domain, (low, high) = UNITS[entry.unit], entry.range
    if entry.form != "constant" and not 0 <= low <= 1 <= high:
        return [Problem(where, f"{path}: the range [{low:g}, {high:g}] of values over time holds "
                               "factors on the whole path, so it must contain 1.")]
    for end in plausible_range(entry, over_time(entry.value, entry, calendar)):
        bad = first_outside(end, domain)
        if bad is not None:
            return [Problem(where, f"{path}: the range [{low:g}, {high:g}] reaches {bad:.12g} "
                                   f"{entry.shown_unit}, outside what the unit allows ({domain}); "
                                   "narrow it.")]
    return []


def check_form(entry: Entry, value, calendar: Calendar, path: str) -> None:
    """Raise ValueError where a value's form or times are not those of its assumption, at `path`."""
    once = entry.form == "month"
    dated = isinstance(value, Mapping) and all("-" in time for time in value)
    if once and not dated and np.shape(value)[1:] != (calendar.months,):
        raise ValueError("happens once, so it needs dated amounts: "
                         f"{{{calendar.labels[2]}: 45000}}.")
    if not once and (np.ndim(value) == 2 or isinstance(value, Mapping)):
        check_one_number(entry)
    if not isinstance(value, Mapping):
        return
    months, years = calendar.labels, tuple(map(str, calendar.years))
    if outside := [time for time in value if time not in months and time not in years]:
        times = months if "-" in outside[0] else years
        raise ValueError(f"names {' and '.join(outside)}, outside {times[0]} to {times[-1]}; name "
                         "only times within.")
    if not once:
        _check_level(entry, value, calendar, path)


def _check_level(entry: Entry, value: Mapping[str, Amount], calendar: Calendar,
                 path: str) -> None:
    """Raise ValueError where the moments of a level say two things of a month, or nothing."""
    places: dict[int, str] = {}
    for time in value:
        if other := places.get(place := first_month(time, calendar)):
            raise ValueError(f"names {other} and {time}, which begin with the same month; keep "
                             "one.")
        places[place] = time
    if any("-" in time for time in value):
        check_once_a_year(path)
    first = places[min(places)]
    if min(places) and "-" in first:
        raise ValueError(f"says nothing of the months before {first}; name them as well, "
                         f"{{{calendar.years[0]}: …, {first}: {value[first]:.12g}}}, or set that "
                         f"month alone, {path}.{first}: {value[first]:.12g}.")
    if entry.between == "geometric" and min(value.values()) <= 0:
        raise ValueError(f"holds {min(value.values()):.12g} {entry.shown_unit}, but grows by a "
                         "constant rate (between: geometric), so every value must be above 0.")


def check_one_number(entry: Entry) -> None:
    """Raise ValueError where an assumption cannot have values over time."""
    if is_one_number(entry.unit):
        raise ValueError("is one number for the whole plan, so it has no values by year or month; "
                         "type one number.")


def check_once_a_year(path: str) -> None:
    """Raise ValueError where months say nothing of an assumption, as one of a year is read."""
    if path in ONCE_A_YEAR:
        raise ValueError(f"is read in {ONCE_A_YEAR[path]} alone, so single months and seasons say "
                         "nothing of it; give it values by year.")


def check_season(entry: Entry, path: str) -> None:
    """Raise ValueError where an assumption cannot have a season: only levels over time can."""
    check_once_a_year(path)
    fault = ("has dated amounts" if entry.form == "month" else
             "is one number for the whole plan" if is_one_number(entry.unit) else
             f"is in {entry.shown_unit}" if entry.unit in DATED else "")
    if fault:
        raise ValueError(f"{fault}, so it has no season, which only a level over time can have; "
                         "take it out.")


def check_year(entry: Entry, value: Amount | Mapping[str, Amount], calendar: Calendar,
               path: str) -> None:
    """Raise ValueError where months of an annual unit may be meant as amounts of a month."""
    if not is_annual(entry.unit) or shape(value) != "month" or not (
            doubt := doubtful_year(entry, value, calendar)):
        return
    year, mean, usual = doubt
    months = calendar.labels[calendar.months_of(year)]
    first = next(month for month in months if month in value)
    instead = f" instead of {first}" if first == months[0] else ""
    raise ValueError(
        f"gives {mean:.12g} {entry.shown_unit} on average over the months of {year}, where "
        f"base has {usual:.12g}. Its unit is that of a year, so type twelve times the "
        f"amount of a month, {first}: {MONTHS_PER_YEAR * value[first]:.12g} for "
        f"{value[first]:.12g} in that month, or leave the year's amount and weigh its "
        f"months, {path}.{SEASON}: {{9: 10, 10: 10}}. Where so little is meant, name the "
        f"year{instead or ' as well'}, {year}: "
        f"{value[first] if instead else mean:.12g}.")


def doubtful_year(entry: Entry, value: Mapping[str, Amount],
                  calendar: Calendar) -> tuple[int, float, float] | None:
    """The first year, not named itself, in whose named months base is nearer, in proportion, to
    twelve times a value by month, with the means of both."""
    now, base = (over_time(each, entry, calendar).monthly(calendar)[:, 0]
                 for each in (value, entry.value))
    for year in calendar.years:
        months = calendar.months_of(year)
        named = any(month in value for month in calendar.labels[months])
        mean, usual = now[months].mean(), base[months].mean()
        if named and str(year) not in value and usual > math.sqrt(MONTHS_PER_YEAR) * mean > 0:
            return year, mean, usual
    return None


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


def level_bounds(entry: Entry, grain: str, weights: np.ndarray | None,
                 calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Between which values a level of some grain lies in each of its periods, (period,), so that
    its unit allows it, also times the weights (month,) of its months."""
    domain = UNITS[entry.unit]
    least, most = (np.ones(1),) * 2 if weights is None else (
        pick.reduceat(weights, {"constant": [0], "year": calendar.bounds()[:-1],
                                "month": range(calendar.months)}[grain])
        for pick in (np.minimum, np.maximum))
    below = np.minimum(least, 1.0) if domain.low > 0 else np.maximum(most, 1.0)
    return domain.low / below, domain.high / np.maximum(most, 1.0)


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
    # Of what is below 0, the greater factor gives the lower value.
    ends = series.values * low, series.values * high
    return np.minimum(*ends), np.maximum(*ends)


def implausible(path: str, entry: Entry, series: Series, calendar: Calendar) -> str | None:
    """A sentence where a path lies outside its plausible range; none where base is 0."""
    base = over_time(entry.value, entry, calendar)
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
