"""Months and calendar years, and an assumption spread over them, per scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Amount = float | np.ndarray
MONTHS_PER_YEAR = 12


def month_index(month: str) -> int:
    """The months from the year 0 to a month (YYYY-MM)."""
    return MONTHS_PER_YEAR * int(month[:4]) + int(month[5:]) - 1


def month_label(index: int) -> str:
    """The month (YYYY-MM) at an index of `month_index`."""
    year, month = divmod(index, MONTHS_PER_YEAR)
    return f"{year}-{month + 1:02d}"


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
        """Months as YYYY-MM."""
        january = MONTHS_PER_YEAR * self.first_year
        return tuple(map(month_label, range(january, january + self.months)))

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
    """Values of shape (periods, scenarios): periods are 1, the years or the months; scenarios
    are 1 where all scenarios share the value."""

    grain: str
    values: np.ndarray

    def monthly(self, months: int) -> np.ndarray:
        """Shape (months, scenarios)."""
        if self.grain == "month":
            return self.values
        if self.grain == "year":
            return np.repeat(self.values, MONTHS_PER_YEAR, axis=0)
        return np.repeat(self.values, months, axis=0)

    def delayed(self, by: int, months: int) -> Series:
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


def constant(value: Amount) -> Series:
    return Series("constant", _rows([value]))


def by_year(nodes: Mapping[int, Amount], years: tuple[int, ...], between: str) -> Series:
    """Values by year; years that are not given are filled in between (linear, step, geometric)
    and hold the first or last given value outside."""
    given = sorted(nodes)
    filled = []
    for year in years:
        earlier = max((y for y in given if y <= year), default=given[0])
        later = min((y for y in given if y >= year), default=given[-1])
        low, high = nodes[earlier], nodes[later]
        if between == "step" or earlier == later or year <= given[0]:
            filled.append(nodes[max(earlier, given[0])])
            continue
        part = (year - earlier) / (later - earlier)
        if between == "linear":
            filled.append(low + (high - low) * part)
        else:
            filled.append(low * (high / low) ** part)
    return Series("year", _rows(filled))


def dated(amounts: Mapping[str, Amount], calendar: Calendar) -> Series:
    """Amounts that happen once, in their month; 0 in all others."""
    return Series("month", _rows([amounts.get(label, 0.0) for label in calendar.labels]))


def _rows(amounts: list[Amount]) -> np.ndarray:
    rows = [np.atleast_1d(np.asarray(amount, dtype=float)) for amount in amounts]
    return np.array(np.broadcast_arrays(*rows))
