"""The settings of a company's assumptions, and changes and delays laid over them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pydantic import TypeAdapter, ValidationError

from model.params import limits, openings
from model.params.calendar import Calendar, month_index, month_label
from model.params.catalog import within
from model.params.entry import Entry
from model.params.series import Amount, Series, annual_series, month_weights, over_time, shape
from model.params.values import SEASON, Amounts, Season
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted

_AMOUNTS, _SEASON = TypeAdapter(Amounts), TypeAdapter(Season)
_TIME = re.compile(r"(?P<path>.+)\.(?P<time>[0-9]{4}(-[0-9]{2})?)")


@dataclass(frozen=True)
class Setting:
    """What one assumption is set to in a scenario.

    value           a number, an array with one number a scenario, or numbers by year and month
    years           single years that replace those of `value`
    months          single months that replace these
    delay           by how many months all of this moves
    later           single years that were set after the delay, which it does not move
    later_months    single months that were set after the delay
    season          twelve weights, January first, by which levels are spread over a year's months;
                    single months are as they were set
    single          the places of months that were set alone before an array by month was
    """

    value: Amount | Mapping[str, Amount]
    years: Mapping[int, Amount] = field(default_factory=dict)
    delay: int = 0
    later: Mapping[int, Amount] = field(default_factory=dict)
    months: Mapping[str, Amount] = field(default_factory=dict)
    later_months: Mapping[str, Amount] = field(default_factory=dict)
    season: tuple[float, ...] | None = None
    single: frozenset[int] = frozenset()

    @classmethod
    def of(cls, entry: Entry) -> Setting:
        """What base.yaml sets."""
        return cls(entry.value, season=entry.season)

    def differs(self, entry: Entry) -> bool:
        """Whether anything but what stands in base.yaml is set."""
        base = entry.value
        if (self.years or self.months or self.delay or self.season != entry.season
                or isinstance(self.value, Mapping) != isinstance(base, Mapping)):
            return True
        if isinstance(base, Mapping):
            return self.value.keys() != base.keys() or any(
                np.any(self.value[time] != base[time]) for time in base)
        return bool(np.any(self.value != base))

    def sizes(self) -> set[int]:
        """The numbers of scenarios in its arrays."""
        amounts = self.value.values() if isinstance(self.value, Mapping) else [self.value]
        moments = (self.years, self.later, self.months, self.later_months)
        return {np.shape(amount)[0]
                for amount in (*amounts, *(each for some in moments for each in some.values()))
                if np.ndim(amount)} - {1}

    def series(self, entry: Entry, calendar: Calendar) -> Series:
        """The level over time, without its season. A single year or month replaces its own value
        only: those around it are filled in from `value`."""
        path = over_time(self.value, entry, calendar)
        if self.years and path.grain == "month":
            path = path.with_years(self.years, calendar)
        elif self.years:
            januaries = calendar.firsts(path.monthly(calendar).T).T
            nodes = dict(zip(calendar.years, januaries, strict=True)) | dict(self.years)
            path = annual_series(nodes, calendar.years, "step")
        if self.delay:
            path = path.with_delay(self.delay, calendar)
        path = path.with_months(self._moved(calendar), calendar)
        path = path.with_years(self.later, calendar) if self.later else path
        return path.with_months({calendar.labels.index(month): amount
                                 for month, amount in self.later_months.items()}, calendar)

    def without_months(self) -> Setting:
        """The same without the months that were set alone."""
        return replace(self, months={}, later_months={})

    def held(self, entry: Entry, calendar: Calendar) -> Series:
        """The level over time with its season."""
        path, weights = self.series(entry, calendar), self.weights(calendar)
        return path if weights is None else path.with_season(weights, calendar)

    def times(self, factor: float, entry: Entry, calendar: Calendar) -> dict[str, object]:
        """The changes that multiply all of this: of the path, and behind a dot, of single months.
        What is filled in between is given one by one."""
        if entry.form == "month":
            return {"": {month: amount * factor for month, amount in self.value.items()}}
        path = self.without_months().series(entry, calendar)
        values = (path.values[:, 0] * factor).tolist()
        alone = {f".{calendar.labels[place]}": float(np.ravel(amount)[0]) * factor
                 for place, amount in sorted(self.single_months(calendar).items())}
        if path.grain == "constant":
            return {"": values[0], **alone}
        if path.grain == "year":
            return {"": dict(zip(map(str, calendar.years), values, strict=True)), **alone}
        # Each year is named, so that nothing looks like amounts of a month.
        firsts = {calendar.months_of(year).start: str(year) for year in calendar.years}
        given = {firsts.get(at, month): value for at, (month, value) in enumerate(zip(
            calendar.labels, values, strict=True))
            if at in firsts or entry.between != "step" or value != values[at - 1]}
        return {"": given, **alone}

    def _moved(self, calendar: Calendar) -> dict[int, Amount]:
        """The single months that were set before the delay, by the places to which it moves
        them."""
        places = {calendar.labels.index(month) + self.delay: amount
                  for month, amount in self.months.items()}
        return {place: amount for place, amount in places.items() if place < calendar.months}

    def single_months(self, calendar: Calendar) -> dict[int, Amount | None]:
        """The months that hold what was set of them alone, by place; nothing where an array holds
        it."""
        years = {place for year in self.later for place in range(
            calendar.months)[calendar.months_of(year)]}
        moved = {place: amount for place, amount in self._moved(calendar).items()
                 if place not in years}
        return dict.fromkeys(self.single) | moved | {
            calendar.labels.index(month): amount for month, amount in self.later_months.items()}

    def weights(self, calendar: Calendar) -> np.ndarray | None:
        """By what each month's level is multiplied, (month,); None without a season."""
        if self.season is None or len(set(self.season)) == 1:
            return None
        weights = month_weights(self.season, calendar)
        weights[list(self.single_months(calendar))] = 1.0
        return weights


def weights(settings: Mapping[str, Setting], calendar: Calendar) -> dict[str, np.ndarray]:
    """The weights of settings with a season, (month,), by path."""
    found = {path: setting.weights(calendar) for path, setting in settings.items()
             if setting.season}
    return {path: each for path, each in found.items() if each is not None}


def without_seasons(settings: Mapping[str, Setting],
                    paths: Collection[str]) -> dict[str, Setting]:
    """Settings in which levels of these paths are spread evenly over the months of a year."""
    return {path: replace(setting, season=None) if path in paths else setting
            for path, setting in settings.items()}


def is_season(path: str, entries: Mapping[str, Entry]) -> bool:
    """Whether a path of a change is that of a season."""
    return path not in entries and path.removesuffix(f".{SEASON}") in entries


def with_changes(settings: Mapping[str, Setting], entries: Mapping[str, Entry],
                 calendar: Calendar, changes: Mapping[str, object],
                 file: ParamsFile | None = None, company: str | None = None,
                 ) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings of a company with changes laid over them, and what is wrong with the changes."""
    after, problems = dict(settings), []
    for path in sorted(changes, key=_order):
        where = file.where("changes", path) if file else "changes"
        original = file.content.get("changes", {}).get(path) if file else changes[path]
        try:
            target, setting = _after_change(after, entries, calendar, str(path), changes[path],
                                            len(problems), company)
            # Weights have no thousands.
            if setting.season == after[target].season:
                limits.check_point(entries[target], original, entries[target].value)
            after[target] = setting
        except ValueError as error:
            problems.append(Problem(where, f"{path} {error}"))
    if unequal := _size_problems(after):
        return dict(settings), problems + unequal
    return after, problems


def _order(path: object) -> tuple[int, str]:
    """Whole paths first, then years, then months: so that what is said of less time survives."""
    moment = _TIME.fullmatch(str(path))
    return len(moment["time"]) if moment else 0, str(path)


def _after_change(settings, entries, calendar, path, value, before,
                  company) -> tuple[str, Setting]:
    """The path that a change sets, and its setting. Raises ValueError with the end of a sentence.
    `nearest` says which name may be meant by an unknown one."""
    moment = _TIME.fullmatch(path)
    target, time = (moment["path"], moment["time"]) if moment else (path, None)
    if not time and is_season(target, entries):
        return _after_season(settings, entries, target.removesuffix(f".{SEASON}"), value)
    if target not in entries:
        meant = openings.nearest_name(target, entries, before, company)
        raise ValueError(f"is not an assumption; {meant}")
    entry, setting = entries[target], settings[target]
    value = _amount(value, calendar, target)
    if time is None:
        limits.check_form(entry, value, calendar, path)
        limits.check_domain(entry, value)
        limits.check_year(entry, value, calendar, path)
        single = setting.single_months(calendar) if shape(value) == "array" else ()
        return target, Setting(value, season=setting.season, single=frozenset(single))
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
    if time not in (*calendar.labels, *map(str, calendar.years)):
        raise ValueError(f"needs a year from {calendar.years[0]} to {calendar.years[-1]}, or a "
                         f"month from {calendar.labels[0]} to {calendar.labels[-1]}.")
    limits.check_one_number(entry)
    if "-" in time:
        limits.check_once_a_year(target)
    years, months = ("later", "later_months") if setting.delay else ("years", "months")
    if "-" in time:
        return target, replace(setting, **{months: {**getattr(setting, months), time: value}})
    within = calendar.labels[calendar.months_of(int(time))]
    return target, replace(setting, **{
        years: {**getattr(setting, years), int(time): value},
        months: {month: amount for month, amount in getattr(setting, months).items()
                 if month not in within}})


def _after_season(settings, entries, path: str, season: object) -> tuple[str, Setting]:
    """The path of a season, and its setting. Raises ValueError with the end of a sentence."""
    weights = weights_of(season)
    try:
        limits.check_season(entries[path], path)
    except ValueError as error:
        raise ValueError(f"cannot be: {path} {error}") from None
    return path, replace(settings[path], season=weights if len(set(weights)) > 1 else None)


def weights_of(season: object) -> tuple[float, ...]:
    """The twelve weights of a season. Raises ValueError with the end of a sentence."""
    try:
        return _SEASON.validate_python(season)
    except ValidationError as error:
        raise ValueError(f"{error.errors()[0]['ctx']['error']}.") from None


def _amount(value: object, calendar: Calendar, path: str) -> Amount | dict[str, Amount]:
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
    if isinstance(value, list | tuple) or (isinstance(value, Mapping) and len(value) and not any(
            len(str(time)) > 2 for time in value)):
        raise ValueError(f"is a list of weights, which only a season has; type {path}.{SEASON}.")
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
                delays: Mapping[str, int], file: ParamsFile, calendar: Calendar,
                ) -> tuple[dict[str, Setting], list[Problem]]:
    """Settings with delays laid over them, and what is wrong with the delays."""
    after, problems = dict(settings), []
    for path, months in delays.items():
        if path not in entries:
            problems.append(Problem(file.where("delay", path), f"{quoted(path)} is not an "
                                    f"assumption; "
                                    f"{nearest(path, entries, before=len(problems))}"))
        elif shape(after[path].value) == "constant" and not (
                after[path].years or after[path].months):
            problems.append(Problem(file.where("delay", path), f"{path} has the same value in "
                                    "every month, so there is nothing to delay; give it values "
                                    "by year, or take the delay out."))
        elif entries[path].form == "month":
            moved = {month_label(month_index(month) + months): amount
                     for month, amount in after[path].value.items()}
            # What moves beyond the last month is no part of the plan any more.
            after[path] = Setting({month: amount for month, amount in moved.items()
                                   if month in calendar.labels} or {calendar.labels[-1]: 0.0})
        else:
            after[path] = replace(after[path], delay=months)
    return after, problems


def without(changes: Mapping[str, object], path: str, season: bool = False) -> dict[str, object]:
    """The changes but for those of a path; its season goes only where that is said."""
    return {name: value for name, value in changes.items()
            if not within(name, path) or (name == f"{path}.{SEASON}" and not season)}


def change_of(changes: Mapping[str, object], paths: Sequence[str]) -> str | None:
    """The change that sets one of some paths, or a moment of it."""
    return next((change for change in map(str, changes) for path in paths
                 if within(change, path)), None)
