"""The months of a plan, and the years and quarters into which they fall."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from model.counts import count

MONTHS_PER_YEAR = 12
# How a month is written wherever one is typed.
MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


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


@lru_cache(maxsize=64)
def _bounds(before: int, horizon: int, months: int) -> tuple[int, ...]:
    return *(max(0, start) for start in range(-(before % months), horizon, months)), horizon


class Year(int):
    """The number by which a year is called, in texts with a `label`: 2027, FY2027 where it is no
    calendar year, FY2027 (6 months) where months of it are missing."""

    label: str

    def __new__(cls, number: int, label: str) -> Year:
        year = super().__new__(cls, number)
        year.label = label
        return year

    def __getnewargs__(self) -> tuple[int, str]:
        return int(self), self.label

    def __str__(self) -> str:
        return self.label

    def __format__(self, spec: str) -> str:
        return format(self.label, spec)


@dataclass(frozen=True)
class Calendar:
    """The months of the horizon, and the years into which they fall. All that is known of years
    and quarters is asked here.

    start        the first month (YYYY-MM)
    months       how many there are
    year_starts  the month of the calendar (1 to 12) with which a year of the company begins
    year_named   whether such a year has the name of the calendar year of its `end` or its `start`
    shown_from   the month with which years begin in reports, where it is another one

    Periods of 1, 3 or 12 months are parts of a year, so the first quarter is a year's first three
    months. The first and the last period may have fewer months: those within the horizon.
    """

    start: str
    months: int
    year_starts: int = 1
    year_named: str = "end"
    shown_from: int | None = None

    @property
    def reported(self) -> Calendar:
        """The same months in the years of reports."""
        return self if self.shown_from is None else replace(
            self, year_starts=self.shown_from, shown_from=None)

    @property
    def first(self) -> int:
        """The `month_index` of the first month."""
        return month_index(self.start)

    @property
    def _first_year(self) -> int:
        begun = (self.first - self.year_starts + 1) // MONTHS_PER_YEAR
        return begun + (self.year_starts > 1 and self.year_named == "end")

    @property
    def months_before(self) -> int:
        """How many months of the first year lie before the horizon."""
        return (self.first - self.year_starts + 1) % MONTHS_PER_YEAR

    @property
    def years(self) -> tuple[int, ...]:
        """The names of the years."""
        return tuple(range(self._first_year, self._first_year + self.periods(MONTHS_PER_YEAR)))

    @property
    def named_years(self) -> tuple[Year, ...]:
        """The years as texts call them."""
        return tuple(Year(year, f"{'FY' * (self.year_starts > 1)}{year}" + (
            f" ({count(months, 'month')})" if months < MONTHS_PER_YEAR else ""))
            for year, months in zip(self.years, self.lengths().tolist(), strict=True))

    @property
    def judged_years(self) -> tuple[Year, ...]:
        """The whole years, or all where none is whole."""
        return tuple(filter(self.whole, self.named_years)) or self.named_years

    @property
    def years_begun(self) -> int:
        """How many spans of twelve months have begun by the last month."""
        return -(-self.months // MONTHS_PER_YEAR)

    @property
    def labels(self) -> tuple[str, ...]:
        return _labels(self.first, self.months)

    def label(self, number: int) -> str | None:
        """The month of a month number (1 is the first); None for 0, which stands for never."""
        return self.labels[int(number) - 1] if number >= 1 else None

    @property
    def year_ends(self) -> int:
        """The month of the calendar with which a year ends."""
        return (self.year_starts - 2) % MONTHS_PER_YEAR + 1

    def next(self, month: int, place: int) -> str:
        """The next time after the month of a place that a month of the calendar comes."""
        wait = (month - self.month_of_year(place) - 1) % MONTHS_PER_YEAR + 1
        return month_label(self.first + place + wait)

    def month_of_year(self, places: int | np.ndarray) -> int | np.ndarray:
        """The month of the calendar, 1 to 12, at places of months."""
        return (self.first + places) % MONTHS_PER_YEAR + 1

    @property
    def spans(self) -> dict[Year, tuple[str, str]]:
        """The first and the last month of each year within the horizon."""
        return {year: (self.labels[start], self.labels[end - 1]) for year, (start, end) in
                zip(self.named_years, pairwise(self.bounds()), strict=True)}

    # Periods of so many months, by their place.

    def bounds(self, months: int = MONTHS_PER_YEAR) -> tuple[int, ...]:
        """The places of the months with which periods begin, and behind them the number of all."""
        return _bounds(self.months_before, self.months, months)

    def periods(self, months: int) -> int:
        """How many periods there are."""
        return len(self.bounds(months)) - 1

    def ends(self, months: int = MONTHS_PER_YEAR) -> list[int]:
        """The places of the last months of periods."""
        return [bound - 1 for bound in self.bounds(months)[1:]]

    def closes(self, months: int = MONTHS_PER_YEAR) -> list[int]:
        """The same without a last period that goes on after the horizon."""
        ends = self.ends(months)
        return ends if (self.months_before + self.months) % months == 0 else ends[:-1]

    def lengths(self, months: int = MONTHS_PER_YEAR) -> np.ndarray:
        """How many months each period has, (period,)."""
        return np.diff(self.bounds(months))

    def period_labels(self, months: int) -> tuple[str, ...]:
        """The names of periods: 2027-03, 2027-Q1, 2027."""
        if months == 1:
            return self.labels
        if months == MONTHS_PER_YEAR:
            return tuple(map(str, self.years))
        each = MONTHS_PER_YEAR // months
        first = each * self._first_year + self.months_before // months
        return tuple(f"{at // each}-Q{at % each + 1}"
                     for at in range(first, first + self.periods(months)))

    def years_of(self, months: int = 1) -> np.ndarray:
        """The place of the year in which each period lies, (period,)."""
        return np.searchsorted(self.bounds(), self.bounds(months)[:-1], side="right") - 1

    def months_of(self, year: int) -> slice:
        """The places of a year's months. Raises ValueError for a year outside."""
        at = self.years.index(year)
        return slice(*self.bounds()[at:at + 2])

    @property
    def ends_with_a_year(self) -> bool:
        """Whether the last year has its last month within the horizon."""
        return self.closes() == self.ends()

    def start_of(self, year: int) -> int:
        """The `month_index` of the month with which a year begins, within the horizon or before."""
        return self.first - self.months_before + MONTHS_PER_YEAR * self.years.index(year)

    def year_of(self, month: str) -> Year:
        """The year of a month within the horizon."""
        return self.named_years[self.years_of()[self.labels.index(month)]]

    def whole(self, year: int) -> bool:
        """Whether all months of a year are within the horizon."""
        return self.months_in(year) == MONTHS_PER_YEAR

    def months_in(self, year: int) -> int:
        """How many months of a year are within the horizon."""
        return int(self.lengths()[self.years.index(year)])

    @property
    def incomplete(self) -> dict[int, int]:
        """The years of which months are missing, with the number of those that are there."""
        return {year: self.months_in(year) for year in self.years if not self.whole(year)}

    def is_calendar_year(self, year: int) -> bool:
        """Whether there is such a year, with the twelve months of the calendar year of its name."""
        return self.year_starts == 1 and year in self.years and self.whole(year)

    # Values by month, in arrays (…, month), over periods, in arrays (…, period).

    def sums(self, values: np.ndarray, months: int = MONTHS_PER_YEAR) -> np.ndarray:
        """The sum of each period, in the order of months."""
        # Months outside the horizon bring nothing, and leave every bit as it is.
        before = self.months_before % months
        after = -(before + self.months) % months
        if before or after:
            values = np.concatenate([np.zeros((*values.shape[:-1], before)), values,
                                     np.zeros((*values.shape[:-1], after))], axis=-1)
        return in_order(values.reshape(*values.shape[:-1], -1, months))

    def firsts(self, values: np.ndarray, months: int = MONTHS_PER_YEAR) -> np.ndarray:
        """The value of the first month of each period."""
        return values[..., list(self.bounds(months)[:-1])]

    def lasts(self, values: np.ndarray, months: int = MONTHS_PER_YEAR) -> np.ndarray:
        """The value of the last month of each period."""
        return values[..., self.ends(months)]


def in_order(values: np.ndarray) -> np.ndarray:
    """The sums along the last axis, added from its first value on, so that a sum has the same bits
    among many scenarios as alone, and in every reading."""
    return np.add.accumulate(values, axis=-1)[..., -1]
