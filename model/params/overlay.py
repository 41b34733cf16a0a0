"""The settings of a company's assumptions, and changes and delays laid over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import TypeAdapter, ValidationError

from model.params import limits, openings
from model.params.calendar import Calendar, month_index, month_label
from model.params.catalog import within
from model.params.entry import Amounts, Entry
from model.params.series import Amount, Series, over_time, shape
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted

_AMOUNTS = TypeAdapter(Amounts)
_TIME = re.compile(r"(?P<path>.+)\.(?P<time>[0-9]{4}(-[0-9]{2})?)")


@dataclass(frozen=True)
class Setting:
    """What one assumption is set to in a scenario.

    value    a number, an array with one number a scenario, or numbers by year or month
    years    single years that replace those of `value`
    delay    by how many months all of this moves
    later    years that were set after the delay: calendar years, which it does not move
    """

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
        """The numbers of scenarios in its arrays."""
        amounts = self.value.values() if isinstance(self.value, Mapping) else [self.value]
        return {np.shape(amount)[0]
                for amount in (*amounts, *self.years.values(), *self.later.values())
                if np.ndim(amount)} - {1}

    def series(self, entry: Entry, calendar: Calendar) -> Series:
        """The values over time. A single year replaces its own value only: the years around it
        are filled in from `value`."""
        path = over_time(self.value, entry.between, calendar)
        if self.years:
            januaries = calendar.firsts(path.monthly(calendar).T).T
            nodes = dict(zip(calendar.years, januaries, strict=True)) | dict(self.years)
            path = over_time(nodes, "step", calendar)
        if self.delay:
            path = path.with_delay(self.delay, calendar)
        return path.with_years(self.later, calendar) if self.later else path


def with_changes(settings: Mapping[str, Setting], entries: Mapping[str, Entry],
                 calendar: Calendar, changes: Mapping[str, object],
                 file: ParamsFile | None = None) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings with changes laid over them, and what is wrong with the changes."""
    after, problems = dict(settings), []
    # Whole paths first, so that one year of a path survives beside the path in the same file.
    for path in sorted(changes, key=lambda p: (bool(_TIME.fullmatch(str(p))), str(p))):
        where = file.where("changes", path) if file else "changes"
        original = file.content.get("changes", {}).get(path) if file else changes[path]
        try:
            target, setting = _after_change(after, entries, calendar, str(path), changes[path],
                                            len(problems))
            limits.check_point(entries[target], original, entries[target].value)
            after[target] = setting
        except ValueError as error:
            problems.append(Problem(where, f"{path} {error}"))
    if unequal := _size_problems(after):
        return dict(settings), problems + unequal
    return after, problems


def _after_change(settings, entries, calendar, path, value, before) -> tuple[str, Setting]:
    """The path that a change sets, and its setting. Raises ValueError with the end of a sentence.
    `before` is the number of problems of the changes before it."""
    moment = _TIME.fullmatch(path)
    target, time = (moment["path"], moment["time"]) if moment else (path, None)
    if target not in entries:
        raise ValueError(f"is not an assumption; {openings.nearest_name(target, entries, before)}")
    entry, setting = entries[target], settings[target]
    value = _amount(value, calendar)
    if time is None:
        limits.check_form(entry, value, calendar)
        limits.check_domain(entry, value)
        return target, Setting(value)
    if isinstance(value, Mapping) or getattr(value, "ndim", 1) > 1:
        raise ValueError("is one moment of an assumption, so it needs one number.")
    if shape(setting.value) == "array":
        raise ValueError("is one moment of what an array gives; change the array instead.")
    limits.check_domain(entry, value)
    if entry.form == "month":
        if time not in calendar.labels:
            raise ValueError(f"needs a month from {calendar.labels[0]} to {calendar.labels[-1]}, "
                             f"written {target}.{calendar.labels[2]}.")
        return target, replace(setting, value={**setting.value, time: value})
    if "-" in time or int(time) not in calendar.years:
        raise ValueError(f"needs a year from {calendar.years[0]} to {calendar.years[-1]}.")
    limits.check_one_number(entry)
    field_name = "later" if setting.delay else "years"
    years = {**getattr(setting, field_name), int(time): value}
    return target, replace(setting, **{field_name: years})


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


def _size_problems(settings: Mapping[str, Setting]) -> list[Problem]:
    sizes = {path: setting.sizes() for path, setting in settings.items() if setting.sizes()}
    if len(set().union(*sizes.values())) < 2:
        return []
    paths = ", ".join(f"{path} {' and '.join(map(str, sorted(numbers)))}"
                      for path, numbers in sizes.items())
    return [Problem("changes", f"the arrays have different numbers of scenarios ({paths}); give "
                               "all the same.")]


def with_delays(settings: Mapping[str, Setting], entries: Mapping[str, Entry],
                delays: Mapping[str, int], file: ParamsFile,
                ) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings with delays laid over them, and what is wrong with the delays."""
    after, problems = dict(settings), []
    for path, months in delays.items():
        if path not in entries:
            problems.append(Problem(file.where("delay", path), f"{quoted(path)} is not an "
                                    f"assumption; "
                                    f"{nearest(path, entries, before=len(problems))}"))
        elif shape(after[path].value) == "constant" and not after[path].years:
            problems.append(Problem(file.where("delay", path), f"{path} has the same value in "
                                    "every month, so there is nothing to delay; give it values "
                                    "by year, or take the delay out."))
        elif entries[path].form == "month":
            after[path] = Setting({month_label(month_index(month) + months): amount
                                   for month, amount in after[path].value.items()})
        else:
            after[path] = replace(after[path], delay=months)
    return after, problems


def change_of(changes: Mapping[str, object], paths: Sequence[str]) -> str | None:
    """The change that sets one of some paths, or a moment of it."""
    return next((change for change in map(str, changes) for path in paths
                 if within(change, path)), None)
