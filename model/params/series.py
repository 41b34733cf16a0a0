"""An assumption spread over the months of a plan, per scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.params.calendar import Calendar
from model.params.entry import form

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


def shape(value: Amount | Mapping[str, Amount]) -> str:
    """A value's form: `constant`, by `year` or `month`, or an `array` (scenario, year or month)."""
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return "array"
    return form(value) if isinstance(value, Mapping) else "constant"


def over_time(value: Amount | Mapping[str, Amount], between: str, calendar: Calendar) -> Series:
    """A value as a series; `between` says how years between given ones are filled in."""
    match shape(value):
        case "month":
            return Series("month", _rows([value.get(month, 0.0) for month in calendar.labels]))
        case "year":
            nodes = {int(year): amount for year, amount in value.items()}
            return annual_series(nodes, calendar.years, between)
        case "array":
            grain = "year" if value.shape[1] == len(calendar.years) else "month"
            return Series(grain, np.ascontiguousarray(value.T))
    return Series("constant", _rows([value]))


def annual_series(nodes: Mapping[int, Amount], years: tuple[int, ...], between: str) -> Series:
    """Values by year from those of some years, filled in between, constant outside."""
    first, last = min(nodes), max(nodes)
    amounts = []
    for year in years:
        earlier = max((node for node in nodes if node <= year), default=first)
        later = min((node for node in nodes if node >= year), default=last)
        low, high = nodes[earlier], nodes[later]
        if between == "step" or earlier == later or year <= first:
            amounts.append(low)
            continue
        part = (year - earlier) / (later - earlier)
        if between == "linear":
            amounts.append(low + (high - low) * part)
        else:
            amounts.append(low * (high / low) ** part)
    return Series("year", _rows(amounts))


def _rows(amounts: list[Amount]) -> np.ndarray:
    if not any(isinstance(amount, np.ndarray) for amount in amounts):
        return np.array(amounts, dtype=float)[:, None]
    rows = [np.atleast_1d(np.asarray(amount, dtype=float)) for amount in amounts]
    return np.array(np.broadcast_arrays(*rows))
