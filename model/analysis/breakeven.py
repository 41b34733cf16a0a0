"""When the company breaks even, how deep cash falls, and how much it must sell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.ratios import ratio
from model.engine.ledger import TOLERANCE
from model.projection import Projection

NAMES = ("first", "operating", "cumulative")


@dataclass(frozen=True)
class Breakeven:
    """Break-evens and trough of one scenario. Months are YYYY-MM; None is never in the horizon."""

    first: str | None
    operating: str | None
    cumulative: str | None
    trough_month: str
    trough_cash: float
    relapses: int

    def months(self) -> dict[str, str | None]:
        return {name: getattr(self, name) for name in NAMES}


def breakeven(projection: Projection, scenario: int = 0) -> Breakeven:
    """The named break-evens of one scenario, read from the last month of their lines."""
    calendar = projection.assumptions.calendar
    found = {name: calendar.label(projection[f"breakeven_{name}"][scenario, -1])
             for name in NAMES}
    ebitda = projection["ebitda"][scenario]
    first = int(projection["breakeven_first"][scenario, -1])
    return Breakeven(
        **found,
        trough_month=calendar.label(projection["trough_month"][scenario, -1]),
        trough_cash=float(projection["trough_cash"][scenario, -1]),
        relapses=int(np.sum(ebitda[first:] < -TOLERANCE)) if first else 0)


def months_to_breakeven(projection: Projection) -> np.ndarray:
    """Months up to and with the first break-even, (scenario,); NaN where it is never."""
    number = projection["breakeven_first"][:, -1]
    return np.where(number > 0, number, np.nan)


def runway(projection: Projection) -> np.ndarray:
    """Months that month-end cash lasts at the mean net burn of the last three months,
    (scenario, month); NaN, undefined, where no cash is burned."""
    flow = projection["free_cash_flow"]
    padded = np.concatenate([np.repeat(flow[:, :1], 2, axis=1), flow], axis=1)
    burn = -(padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
    return np.where(burn > 0, ratio(np.maximum(projection["cash"], 0), burn), np.nan)


def volume(projection: Projection, line: str) -> np.ndarray:
    """Units a month (of `line`) at which contribution pays payroll and fixed cost, by year.

    Contribution per unit is the year's own: the plan's whole contribution over its units, so
    subscriptions count with the units that they come with. NaN where nothing is sold or a unit
    brings nothing. Shape (scenario, year).
    """
    units = projection[line].reshape(projection.scenarios, -1, 12).sum(axis=2)
    per_unit = ratio(projection.by_year("contribution"), units)
    overhead = (projection.by_year("payroll") + projection.by_year("fixed_opex")) / 12
    return np.where(per_unit > 0, ratio(overhead, per_unit), np.nan)
