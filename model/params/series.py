"""An assumption spread over the months of a plan, per scenario.

A level holds from the first month of its year, or from its month, until the next one that is
given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from model.params.calendar import MONTHS_PER_YEAR, Calendar, in_order
from model.params.entry import Entry
from model.params.values import form

Amount = float | np.ndarray


@dataclass(frozen=True)
class Series:
    """Values (periods, scenarios): periods are 1, years or months; scenarios 1 where all are
    alike."""

    grain: str
    values: np.ndarray

    def monthly(self, calendar: Calendar) -> np.ndarray:
        """Shape (months, scenarios)."""
        if self.grain == "month":
            return self.values
        repeats = calendar.lengths() if self.grain == "year" else calendar.months
        return np.repeat(self.values, repeats, axis=0)

    def with_delay(self, by: int, calendar: Calendar) -> Series:
        """Later by some months; the first value holds meanwhile."""
        before = self.monthly(calendar)
        after = np.repeat(before[:1], calendar.months, axis=0)
        after[by:] = before[:-by]
        return Series("month", after)

    def with_years(self, amounts: Mapping[int, Amount], calendar: Calendar) -> Series:
        """The same with other values in some years."""
        rows = list(self.monthly(calendar))
        for year, amount in amounts.items():
            rows[calendar.months_of(year)] = [amount] * calendar.months_in(year)
        return Series("month", _rows(rows))

    def with_months(self, amounts: Mapping[int, Amount], calendar: Calendar) -> Series:
        """The same with other values in some months alone, by the places of these."""
        if not amounts:
            return self
        rows = list(self.monthly(calendar))
        for place, amount in amounts.items():
            rows[place] = amount
        return Series("month", _rows(rows))

    def with_season(self, weights: np.ndarray, calendar: Calendar) -> Series:
        """The same times weights (month,)."""
        return Series("month", self.monthly(calendar) * weights[:, None])


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


def _rows(amounts: list[Amount]) -> np.ndarray:
    if not any(isinstance(amount, np.ndarray) for amount in amounts):
        return np.array(amounts, dtype=float)[:, None]
    rows = [np.atleast_1d(np.asarray(amount, dtype=float)) for amount in amounts]
    return np.array(np.broadcast_arrays(*rows))
