"""What one assumption is set to, and laying changes over what stands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import TypeAdapter, ValidationError

from model.counts import named
from model.params.entry import Amounts, Entry, form
from model.params.quantities import DATED, LARGE, ONE_NUMBER, UNITS, Domain, in_percent, is_share
from model.params.series import Amount, Calendar, Series, by_year, constant, dated
from model.params.yaml_file import Dotted, ParamsFile, thousands
from model.problems import Problem, nearest, quoted

_AMOUNTS = TypeAdapter(Amounts)
_TIME = re.compile(r"(?P<path>.+)\.(?P<time>[0-9]{4}(-[0-9]{2})?)")


@dataclass(frozen=True)
class Setting:
    """A value as typed, single years laid over it, a delay in months, and the years that were
    typed after the delay: these are calendar years, as everything typed by itself is."""

    value: Amount | Mapping[str, Amount]
    years: Mapping[int, Amount] = field(default_factory=dict)
    delay: int = 0
    later: Mapping[int, Amount] = field(default_factory=dict)

    def differs(self, base: Amount | Mapping[str, Amount]) -> bool:
        """Whether anything but the value in base.yaml is set."""
        if self.years or self.delay or isinstance(self.value, Mapping) != isinstance(base, Mapping):
            return True
        if isinstance(base, Mapping):
            return self.value.keys() != base.keys() or any(
                np.any(self.value[time] != base[time]) for time in base)
        return bool(np.any(self.value != base))

    def sizes(self) -> set[int]:
        """Numbers of scenarios for which values are set one by one."""
        amounts = self.value.values() if isinstance(self.value, Mapping) else [self.value]
        return {np.shape(amount)[0]
                for amount in (*amounts, *self.years.values(), *self.later.values())
                if np.ndim(amount)} - {1}

    def spread(self, entry: Entry, calendar: Calendar) -> Series:
        """The values over time. Single years are laid over the filled path, so the years around
        them stay as they were."""
        shape = _form(self.value)
        if shape == "month":
            series = dated(self.value, calendar)
        elif shape == "array":
            series = _from_array(self.value, calendar)
        elif shape == "year":
            nodes = {int(year): value for year, value in self.value.items()}
            series = by_year(nodes, calendar.years, entry.between)
        else:
            series = constant(self.value)
        if self.years:
            rows = series.monthly(calendar.months)[::12]
            nodes = dict(zip(calendar.years, rows, strict=True)) | dict(self.years)
            series = by_year(nodes, calendar.years, "step")
        if self.delay:
            series = series.delayed(self.delay, calendar.months)
        return series.with_years(self.later, calendar) if self.later else series


def _form(value: Amount | Mapping[str, Amount]) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return "array"
    return form(value) if isinstance(value, Mapping) else "constant"


def _from_array(values: np.ndarray, calendar: Calendar) -> Series:
    grain = "year" if values.shape[1] == len(calendar.years) else "month"
    return Series(grain, np.ascontiguousarray(values.T))


def _size_problems(current: Mapping[str, Setting]) -> list[Problem]:
    """What to say where arrays have different numbers of scenarios."""
    sizes = {path: setting.sizes() for path, setting in current.items() if setting.sizes()}
    if len(set().union(*sizes.values())) < 2:
        return []
    listed = ", ".join(f"{path} {' and '.join(map(str, sorted(found)))}"
                       for path, found in sizes.items())
    return [Problem("changes", f"the arrays have different numbers of scenarios ({listed}); give "
                               "all the same.")]


def overlaid(current: Mapping[str, Setting], entries: Mapping[str, Entry], calendar: Calendar,
             changes: Mapping[str, object], file: ParamsFile | None = None,
             ) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings with changes laid over them, and what is wrong with the changes."""
    after, problems = dict(current), []
    # Whole paths first, so that one year of a path survives beside the path in the same file.
    for path in sorted(changes, key=lambda p: (bool(_TIME.fullmatch(str(p))), str(p))):
        where = file.where("changes", path) if file else "changes"
        raw = file.content.get("changes", {}).get(path) if file else changes[path]
        try:
            target, setting = _changed(after, entries, calendar, str(path), changes[path],
                                       len(problems))
            check_point(entries[target], raw, entries[target].value)
            after[target] = setting
        except ValueError as error:
            problems.append(Problem(where, f"{path} {error}"))
    if mixed := _size_problems(after):
        return dict(current), problems + mixed
    return after, problems


def _changed(current, entries, calendar, path, value, before) -> tuple[str, Setting]:
    timed = _TIME.fullmatch(path)
    target, time = (timed["path"], timed["time"]) if timed else (path, None)
    if target not in entries:
        raise ValueError(f"is not an assumption; {nearest(target, entries, before=before)}")
    entry, value = entries[target], _amount(value, calendar)
    if time is None:
        check_form(entry, value, calendar)
        check_domain(entry, value)
        return target, Setting(value)
    if isinstance(value, Mapping) or getattr(value, "ndim", 1) > 1:
        raise ValueError("is one moment of an assumption, so it needs one number.")
    if _form(current[target].value) == "array":
        raise ValueError("is one moment of what an array gives; change the array instead.")
    check_domain(entry, value)
    if entry.form == "month":
        if time not in calendar.labels:
            raise ValueError(f"needs a month from {calendar.labels[0]} to {calendar.labels[-1]}, "
                             f"written {target}.{calendar.labels[2]}.")
        return target, replace(current[target], value={**current[target].value, time: value})
    if "-" in time or int(time) not in calendar.years:
        raise ValueError(f"needs a year from {calendar.years[0]} to {calendar.years[-1]}.")
    _check_one_number(entry)
    before, year = current[target], int(time)
    if before.delay:
        return target, replace(before, later={**before.later, year: value})
    return target, replace(before, years={**before.years, year: value})


def _check_one_number(entry: Entry) -> None:
    if entry.unit in ONE_NUMBER:
        raise ValueError("is one number for the whole plan, so it has no values by year; type "
                         "one number.")


def _amount(value: object, calendar: Calendar) -> Amount | dict[str, Amount]:
    """A change's value in our types. Raises ValueError with the end of a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        if not value.size or value.ndim > 2 or (
                value.ndim == 2 and value.shape[1] not in (len(calendar.years), calendar.months)):
            raise ValueError(f"has an array of shape {value.shape}; give (scenarios,), "
                             "(scenarios, years) or (scenarios, months).")
        if value.dtype.kind not in "iuf" or not np.isfinite(value).all():
            raise ValueError("has an array with values that are not finite numbers; mend them.")
        return value.astype(float)
    if isinstance(value, np.generic | np.ndarray):
        value = value.item()
    try:
        return _AMOUNTS.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{error.errors()[0]['ctx']['error']}.") from None


def check_form(entry: Entry, value, calendar: Calendar) -> None:
    """Raise ValueError where a value's form or times are not those of its assumption."""
    once, is_dated = entry.form == "month", isinstance(value, Mapping) and form(value) == "month"
    if is_dated and entry.unit not in DATED:
        raise ValueError(f"is a level, in {entry.shown_unit}, so it has no dated amounts; give it "
                         f"a number or values by year: {{{calendar.years[0]}: 500}}.")
    if once and not is_dated and np.shape(value)[1:] != (calendar.months,):
        raise ValueError("happens once, so it needs dated amounts: "
                         f"{{{calendar.labels[2]}: 45000}}.")
    if is_dated and not once:
        raise ValueError("is one number for the whole plan, so it has no dated amounts; type one "
                         "number.")
    if not once and np.ndim(value) == 2:
        _check_one_number(entry)
    if not isinstance(value, Mapping):
        return
    if not is_dated:
        _check_one_number(entry)
    known = calendar.labels if is_dated else tuple(map(str, calendar.years))
    if outside := [key for key in value if key not in known]:
        raise ValueError(f"names {' and '.join(outside)}, outside {known[0]} to {known[-1]}; name "
                         "only times within.")
    if entry.between == "geometric" and not is_dated and min(value.values()) <= 0:
        raise ValueError(f"holds {min(value.values()):.12g} {entry.shown_unit}, but grows by a "
                         "constant rate (between: geometric), so every value must be above 0.")


def check_domain(entry: Entry, value: Amount | Mapping[str, Amount]) -> None:
    """Raise ValueError with every amount that the unit of its assumption does not allow."""
    domain = UNITS[entry.unit]
    faults, percents = [], []
    for time, amount in value.items() if isinstance(value, Mapping) else [("", value)]:
        bad = first_outside(np.asarray(amount, dtype=float), domain)
        if bad is not None:
            faults.append(f"= {bad:.12g} {entry.shown_unit}{time and f' in {time}'}")
            percents += [bad] if is_share(entry.unit) and domain.allows(bad / 100) else []
    if faults:
        advice = "".join(f", {bad:.12g}% as {bad / 100:.12g}" for bad in percents)
        raise ValueError(f"{' and '.join(faults)} is outside what its unit allows ({domain}); "
                         f"type a value within{advice}.")


def check_point(entry: Entry, typed: object, before: Amount | Mapping[str, Amount] | None = None,
                ) -> None:
    """Raise ValueError where a point may be meant to group thousands: in amounts of which nobody
    types thousandths, and where what stands in base is nearer to the thousands.

    `typed` is a value as it was written, before anything was made of it.
    """
    if is_share(entry.unit):
        return
    stood = [abs(amount) for amount in (before or {}).values()] if isinstance(
        before, Mapping | None) else [abs(before)]
    least = min(filter(None, stood), default=0.0)
    for time, amount in typed.items() if isinstance(typed, Mapping) else [("", typed)]:
        if isinstance(amount, Dotted) and (entry.unit in LARGE or meant_thousands(amount, least)):
            whole = thousands(amount.text)
            raise ValueError(
                f"is written {amount.text}{time and f' in {time}'}, with three digits behind its "
                f"point, and so read as {amount:g} {entry.shown_unit}; where {whole:,} is meant, "
                f"type {whole}, and otherwise {amount.text}0.")


def meant_thousands(read: float, usual: float) -> bool:
    """Whether a usual amount is nearer, in proportion, to a thousand times what was read."""
    return abs(usual) > math.sqrt(1000) * abs(read) > 0


def first_outside(values: np.ndarray, domain: Domain) -> float | None:
    """The first value that a domain does not allow; None where all are allowed."""
    for extreme in (values.min(), values.max(), *(values.ravel() if domain.whole else ())):
        if not domain.allows(float(extreme)):
            return float(extreme)
    return None


def delayed(current: Mapping[str, Setting], entries: Mapping[str, Entry],
            delays: Mapping[str, int], file: ParamsFile,
            ) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings with delays laid over them, and what is wrong with the delays."""
    after, problems = dict(current), []
    for path, months in delays.items():
        if path not in entries:
            problems.append(Problem(file.where("delay", path), f"{quoted(path)} is not an "
                                    f"assumption; "
                                    f"{nearest(path, entries, before=len(problems))}"))
        elif _form(after[path].value) == "constant" and not after[path].years:
            problems.append(Problem(file.where("delay", path), f"{path} has the same value in "
                                    "every month, so there is nothing to delay; give it values "
                                    "by year, or take the delay out."))
        elif entries[path].form == "month":
            after[path] = Setting({_month_after(time, months): amount
                                   for time, amount in after[path].value.items()})
        else:
            after[path] = replace(after[path], delay=months)
    return after, problems


def _month_after(month: str, by: int) -> str:
    """A month (YYYY-MM) some months later."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{count // 12}-{count % 12 + 1:02d}"


def reach(entry: Entry, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest plausible values of a path, in the shape of its series' values."""
    low, high = entry.range
    if entry.form == "constant":
        return np.full_like(series.values, low), np.full_like(series.values, high)
    return series.values * low, series.values * high


def implausible(path: str, entry: Entry, series: Series, calendar: Calendar) -> str | None:
    """A sentence where a path lies outside the plausible range around its base value.

    Where base has 0 and so no range around it, as of a raise that it does not plan, nothing is
    outside.
    """
    base = Setting(entry.value).spread(entry, calendar)
    months = calendar.months
    low, high = (Series(base.grain, end).monthly(months) for end in reach(entry, base))
    now = series.monthly(months)
    slack = 1e-9 * np.maximum(1, np.abs(now))
    outside = ((now < low - slack) | (now > high + slack)) & ((low != 0) | (high != 0))
    if entry.form == "month":
        total, ends = now.sum(), (low.sum(), high.sum())
        if ends == (0, 0) or ends[0] - 1e-9 <= total <= ends[1] + 1e-9:
            return None
        return (f"{entry.label} ({path}) sums to {_with_unit(total, entry)}, outside "
                f"its plausible {_written(ends[0])} to {_written(ends[1])}")
    if not outside.any():
        return None
    month, scenario = np.argwhere(outside)[0]
    value, *ends = now[month, scenario], low[month, 0], high[month, 0]
    unit = entry.shown_unit
    if is_share(unit):
        said, ends = in_percent(value) + _per(unit), list(map(in_percent, ends))
    else:
        said, ends = _with_unit(value, entry), list(map(_written, ends))
    return (f"{entry.label} ({path}) is {said} in {calendar.labels[month]}, outside its plausible "
            f"{' to '.join(ends)}")


def _per(unit: str) -> str:
    """What a share is of: ` a month`, or nothing."""
    return "".join(f" a {word}" for word in unit.split("/")[1:])


def _with_unit(number: float, entry: Entry) -> str:
    text = _written(number)
    return f"{text} {named(entry.shown_unit, text == '1')}"


def _written(number: float) -> str:
    """Six digits, and all of those before the point: never a power of ten for a large amount."""
    return f"{number:,.0f}" if abs(number) >= 1e5 else f"{number:,.6g}"
