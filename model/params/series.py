"""An assumption spread over time: one value, a value a year or a value a month, per scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Amount = float | np.ndarray


@dataclass(frozen=True)
class Calendar:
    """The months of the horizon: whole calendar years from January of the first."""

    first_year: int
    months: int

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(range(self.first_year, self.first_year + self.months // 12))

    @property
    def labels(self) -> tuple[str, ...]:
        """Months as YYYY-MM."""
        return tuple(f"{self.first_year + i // 12}-{i % 12 + 1:02d}" for i in range(self.months))

    def label(self, number: int) -> str | None:
        """The month of a month number (1 is the first); None for 0, which stands for never."""
        return self.labels[int(number) - 1] if number >= 1 else None


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
            return np.repeat(self.values, 12, axis=0)
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
            first = 12 * calendar.years.index(year)
            rows[first:first + 12] = [amount] * 12
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
