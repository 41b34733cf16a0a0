"""Months and calendar years, and an assumption spread over them, per scenario.

A level holds from the first month of its year, or from its month, until the next one that is
given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.params.entry import Entry, form

Amount = float | np.ndarray
MONTHS_PER_YEAR = 12


def month_index(month: str) -> int:
    """The months from the year 0 to a month (YYYY-MM)."""
    return MONTHS_PER_YEAR * int(month[:4]) + int(month[5:]) - 1


def month_label(index: int) -> str:
    """The month (YYYY-MM) at an index of `month_index`."""
    year, month = divmod(index, MONTHS_PER_YEAR)
    return f"{year}-{month + 1:02d}"


@lru_cache(maxsize=64)
def _labels(first: int, months: int) -> tuple[str, ...]:
    return tuple(map(month_label, range(first, first + months)))


@dataclass(frozen=True)
class Calendar:
    """The months of the horizon: whole calendar years from January of the first."""

    first_year: int
    months: int

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.first_year, self.first_year + self.months // MONTHS_PER_YEAR))

    @property
    def labels(self) -> tuple[str, ...]:
        return _labels(MONTHS_PER_YEAR * self.first_year, self.months)

    def label(self, number: int) -> str | None:
        """The month of a month number (1 is the first); None for 0, which stands for never."""
        return self.labels[int(number) - 1] if number >= 1 else None

    def months_of(self, year: int) -> slice:
        """The places of a calendar year's months. Raises ValueError for a year outside."""
        january = MONTHS_PER_YEAR * self.years.index(year)
        return slice(january, january + MONTHS_PER_YEAR)

    @staticmethod
    def by_year(values: np.ndarray) -> np.ndarray:
        """Monthly values, shape (…, month), by calendar year, shape (…, year, month of year)."""
        return values.reshape(*values.shape[:-1], -1, MONTHS_PER_YEAR)

    @staticmethod
    def january(values):
        """Of monthly values, shape (…, month), those of each January, shape (…, year)."""
        return Calendar.by_year(values)[..., 0]

    @staticmethod
    def december(values):
        """Of monthly values, shape (…, month), those of each December, shape (…, year)."""
        return Calendar.by_year(values)[..., -1]


@dataclass(frozen=True)
class Series:
    """Values (periods, scenarios): periods are 1, years or months; scenarios 1 where all are
    alike."""

    grain: str
    values: np.ndarray

    def monthly(self, months: int) -> np.ndarray:
        """Shape (months, scenarios)."""
        if self.grain == "month":
            return self.values
        if self.grain == "year":
            return np.repeat(self.values, MONTHS_PER_YEAR, axis=0)
        return np.repeat(self.values, months, axis=0)

    def with_delay(self, by: int, months: int) -> Series:
        """Later by some months; the first value holds meanwhile."""
        before = self.monthly(months)
        after = np.repeat(before[:1], months, axis=0)
        after[by:] = before[:-by]
        return Series("month", after)

    def with_years(self, amounts: Mapping[int, Amount], calendar: Calendar) -> Series:
        """The same with other values in some calendar years."""
        rows = list(self.monthly(calendar.months))
        for year, amount in amounts.items():
            rows[calendar.months_of(year)] = [amount] * MONTHS_PER_YEAR
        return Series("month", _rows(rows))

    def with_months(self, amounts: Mapping[int, Amount], calendar: Calendar) -> Series:
        """The same with other values in some months alone, by the places of these."""
        if not amounts:
            return self
        rows = list(self.monthly(calendar.months))
        for place, amount in amounts.items():
            rows[place] = amount
        return Series("month", _rows(rows))

    def with_season(self, weights: np.ndarray, calendar: Calendar) -> Series:
        """The same times weights (month,)."""
        return Series("month", self.monthly(calendar.months) * weights[:, None])


def shape(value: Amount | Mapping[str, Amount]) -> str:
    """A value's form: `constant`, by `year`, with a `month`, or an `array` (scenario, year or
    month)."""
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return "array"
    return form(value) if isinstance(value, Mapping) else "constant"


def over_time(value: Amount | Mapping[str, Amount], entry: Entry, calendar: Calendar) -> Series:
    """A value of an assumption as a series. Of dated amounts, there is nothing in other months. Of
    a level, its `between` says how years are filled in between given ones, or months where any
    month is given."""
    match shape(value):
        case "month" if entry.form == "month":
            return Series("month", _rows([value.get(month, 0.0) for month in calendar.labels]))
        case "month":
            nodes = {first_month(time, calendar): amount for time, amount in value.items()}
            return Series("month", _filled(nodes, range(calendar.months), entry.between))
        case "year":
            nodes = {int(year): amount for year, amount in value.items()}
            return annual_series(nodes, calendar.years, entry.between)
        case "array":
            grain = "year" if value.shape[1] == len(calendar.years) else "month"
            return Series(grain, np.ascontiguousarray(value.T))
    return Series("constant", _rows([value]))


def first_month(time: str, calendar: Calendar) -> int:
    """The place of a month, or of a year's first month. Raises ValueError for one outside."""
    return (calendar.labels.index(time) if "-" in time else calendar.months_of(int(time)).start)


def annual_series(nodes: Mapping[int, Amount], years: tuple[int, ...], between: str) -> Series:
    """Values by year from those of some years, filled in between, constant outside."""
    return Series("year", _filled(nodes, years, between))


def _filled(nodes: Mapping[int, Amount], places: Iterable[int], between: str) -> np.ndarray:
    """The values at places from those of nodes, filled in between, constant outside."""
    first, last = min(nodes), max(nodes)
    amounts = []
    for place in places:
        earlier = max((node for node in nodes if node <= place), default=first)
        later = min((node for node in nodes if node >= place), default=last)
        low, high = nodes[earlier], nodes[later]
        if between == "step" or earlier == later or place <= first:
            amounts.append(low)
            continue
        part = (place - earlier) / (later - earlier)
        if between == "linear":
            amounts.append(low + (high - low) * part)
        else:
            amounts.append(low * (high / low) ** part)
    return _rows(amounts)


def over_mean(season: tuple[float, ...]) -> np.ndarray:
    """The weights of a season, January first, divided by their mean."""
    weights = np.array(season)
    return weights / (in_order(weights) / MONTHS_PER_YEAR)


def month_weights(season: tuple[float, ...], calendar: Calendar) -> np.ndarray:
    """Those weights by month of the plan, (month,)."""
    return over_mean(season)[[int(month[5:]) - 1 for month in calendar.labels]]


def in_order(values: np.ndarray) -> np.ndarray:
    """The sums along the last axis, added from its first value on, so that a sum has the same bits
    among many scenarios as alone, and in every reading."""
    return np.add.accumulate(values, axis=-1)[..., -1]


def _rows(amounts: list[Amount]) -> np.ndarray:
    if not any(isinstance(amount, np.ndarray) for amount in amounts):
        return np.array(amounts, dtype=float)[:, None]
    rows = [np.atleast_1d(np.asarray(amount, dtype=float)) for amount in amounts]
    return np.array(np.broadcast_arrays(*rows))
