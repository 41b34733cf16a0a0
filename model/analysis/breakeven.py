"""When the company breaks even, how deep cash falls, and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.engine.figures import YEAR
from model.engine.numbers import TOLERANCE
from model.engine.projection import Projection

NAMES = ("first", "operating", "cumulative", "earned_back")


@dataclass(frozen=True)
class Breakeven:
    """Break-evens and trough of one scenario. Months are YYYY-MM; None is never in the horizon.
    `first` is the first month with EBITDA at or above zero; `earned_back` the month since when all
    EBITDA so far adds up to zero or more, which is what the sources call break-even. `lasting` is
    the first month from which EBITDA is at or above zero in all later months; `out_of_cash` the
    first month-end with unrestricted cash below zero."""

    first: str | None
    operating: str | None
    cumulative: str | None
    earned_back: str | None
    out_of_cash: str | None
    lasting: str | None
    trough_month: str
    trough_cash: float
    relapses: int

    @property
    def carried(self) -> bool:
        """Whether it breaks even and its money lasts through the horizon."""
        return self.first is not None and self.out_of_cash is None

    @property
    def too_late(self) -> bool:
        """Whether cash is below zero before, or when, it first breaks even."""
        return bool(self.first and self.out_of_cash and self.out_of_cash <= self.first)

    def months(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in NAMES}


def breakeven(projection: Projection, scenario: int = 0) -> Breakeven:
    """The named break-evens of one scenario, read from the last month of their lines."""
    calendar = projection.assumptions.calendar
    found = {name: calendar.label(projection[f"breakeven_{name}"][scenario, -1])
             for name in NAMES}
    ebitda = projection["ebitda"][scenario]
    first = int(projection["breakeven_first"][scenario, -1])
    below = np.flatnonzero(ebitda < -TOLERANCE)
    last = int(below[-1]) + 1 if below.size else 0
    return Breakeven(
        **found, out_of_cash=calendar.label(projection["out_of_cash"][scenario, -1]),
        lasting=calendar.labels[last] if last < calendar.months else None,
        trough_month=calendar.label(projection["trough_month"][scenario, -1]),
        trough_cash=float(projection["trough_cash"][scenario, -1]),
        relapses=int(np.sum(ebitda[first:] < -TOLERANCE)) if first else 0)


def months_to_breakeven(projection: Projection, name: str = "first") -> np.ndarray:
    """Months up to and with a named break-even, (scenario,); NaN where it is never."""
    number = projection[f"breakeven_{name}"][:, -1]
    return np.where(number > 0, number, np.nan)


def back_after_tax(projection: Projection, scenario: int = 0) -> str | None:
    """The first month in which the flow since the start, once below zero, pays for the tax that is
    owed, too: what is charged, and of the year's tax, which is charged in December, as much as of
    the year's profit has been earned."""
    charged, profit = (projection[line][scenario].reshape(-1, YEAR)
                       for line in ("income_tax", "profit_before_tax"))
    earned = np.clip(ratio(np.cumsum(profit, axis=1), profit.sum(axis=1, keepdims=True)), 0, 1)
    due = charged.sum(axis=1, keepdims=True) * np.nan_to_num(earned)
    owed = projection["tax_payable"][scenario] + (due - np.cumsum(charged, axis=1)).ravel()
    was_below = projection["was_negative"][scenario] > 0
    back = was_below & (projection["cumulative_flow"][scenario] - owed >= -TOLERANCE)
    return projection.months[int(np.argmax(back))] if back.any() else None
