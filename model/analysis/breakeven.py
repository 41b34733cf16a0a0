"""When the company breaks even, how deep cash falls, how long it lasts, and how much must be sold
to pay the overhead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.companies import company_module
from model.companies.glossary import glossary
from model.counts import a
from model.engine.figures import figures
from model.engine.projection import Projection, ratio
from model.params.units import is_price
from model.tolerance import MONEY, RELATIVE

NAMES = ("first", "operating", "cumulative", "earned_back")
# The lines that say it in their last month, by the names below.
LINES = {**{name: f"breakeven_{name}" for name in NAMES},
         **{name: name for name in ("trough_cash", "trough_month", "relapses", "out_of_cash")}}


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


def breakeven(projection: Projection) -> Breakeven:
    """The named break-evens of the first scenario, read from the last month of their lines."""
    calendar, model = projection.assumptions.calendar, figures(projection)
    last = {name: model.line(line)[0, -1] for name, line in LINES.items()}
    months = {name: calendar.label(last[name]) for name in (*NAMES, "out_of_cash", "trough_month")}
    below = np.flatnonzero(projection["ebitda"][0] < -MONEY)
    after = int(below[-1]) + 1 if below.size else 0
    return Breakeven(**months, trough_cash=float(last["trough_cash"]),
                     relapses=int(last["relapses"]),
                     lasting=calendar.labels[after] if after < calendar.months else None)


def months_to_breakeven(projection: Projection, name: str = "first") -> np.ndarray:
    """Months up to and with a named break-even, (scenario,); NaN where it is never."""
    number = projection[f"breakeven_{name}"][:, -1]
    return np.where(number > 0, number, np.nan)


def back_after_tax(projection: Projection) -> str | None:
    """The first month in which the flow since the start, once below zero, pays for the tax that is
    owed, too: what is charged, and of the year's tax, which is charged in its last month, as much
    as of the year's profit has been earned."""
    owed = projection["tax_payable"][0].copy()
    for year in pairwise(projection.assumptions.calendar.bounds()):
        charges, profit = (projection[line][0, slice(*year)]
                           for line in ("income_tax", "profit_before_tax"))
        share = np.clip(ratio(np.cumsum(profit), profit.sum()), 0, 1)
        owed[slice(*year)] += charges.sum() * np.nan_to_num(share) - np.cumsum(charges)
    was_below = projection["was_negative"][0] > 0
    back = was_below & (projection["cumulative_flow"][0] - owed >= -MONEY)
    return projection.months[int(np.argmax(back))] if back.any() else None




def units(fixed, each):
    """The whole number of units whose income covers a fixed amount; NaN where none does."""
    exact = ratio(fixed, each)
    return np.where(np.asarray(each) > 0, np.ceil(exact * (1 - RELATIVE)), np.nan)


OVERHEAD = ("payroll", "fixed_opex")


def overhead(projection: Projection, lines: tuple[str, ...] = OVERHEAD) -> np.ndarray:
    """Payroll and fixed cost of a month, or other costs; means of years, (scenario, year). [USD]"""
    return sum(projection.by_year(line) for line in lines) / projection.calendar.lengths()


def sold(projection: Projection, line: str) -> np.ndarray:
    """Units a month (of `line`) that are planned, the mean of each year, (scenario, year)."""
    return projection.calendar.sums(projection[line]) / projection.calendar.lengths()


def volume(projection: Projection, line: str, marketing: bool = False) -> np.ndarray:
    """Units a month (of `line`) at which contribution pays payroll and fixed cost, by year; with
    `marketing` that too, so that EBITDA is zero.

    Contribution per unit is the year's own: the plan's whole contribution over its units, so
    subscriptions count with the units that they come with. NaN where nothing is sold or a unit
    brings nothing. Shape (scenario, year), not rounded up.
    """
    per_unit = ratio(projection.by_year("contribution"),
                     projection.calendar.lengths() * sold(projection, line))
    cost = overhead(projection, (*OVERHEAD, "marketing") if marketing else OVERHEAD)
    return np.where(per_unit > 0, ratio(cost, per_unit), np.nan)


@dataclass(frozen=True)
class Alone:
    """One thing sold alone: what it brings, and how many a month pay the overhead. `plain`
    counts revenue, as the sources do; `needed` counts the contribution that is left of it, the
    year's `margin` (NaN where nothing is sold)."""

    label: str
    unit: str
    price: float
    plain: float
    needed: float
    margin: float


def alone(projection: Projection, year: int) -> list[Alone]:
    """Every price of a year by itself, as typed; then by segment what is kept of each piece that
    others are paid for."""
    assumptions, column = projection.assumptions, projection.years.index(year)
    terms, kept = glossary(projection.company), company_module(projection.company).KEPT
    piece = terms.term(kept[1]).unit if kept else ""
    prices = [(entry.label, entry.shown_unit, float(assumptions.yearly(path)[column].flat[0]))
              for path, entry in assumptions.entries.items()
              if is_price(entry.unit) and entry.unit != f"USD/{piece}"]
    for segment in projection.segments(kept[1]) if kept else ():
        fee = ratio(projection.by_year(f"{kept[0]}.{segment}"),
                    projection.by_year(f"{kept[1]}.{segment}"))
        prices.append((f"{terms.label(kept[0])} of {a(piece)}, {terms.segment(segment)}",
                       f"USD/{piece}", float(fee[0, column])))
    fixed = overhead(projection)[0, column]
    margin = ratio(projection.by_year("contribution"), projection.by_year("revenue"))[0, column]
    return [Alone(label, unit, price, float(units(fixed, price)),
                  float(units(fixed, price * margin)), float(margin))
            for label, unit, price in prices]
