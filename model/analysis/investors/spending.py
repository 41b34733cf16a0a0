"""What money goes into by quarter, up to the month in which the plan has needed most of it.

Each row is a move of unrestricted cash, so that start, rows and end add up without a rest: what
sales leave after their own cost, less payroll, marketing and fixed cost, is EBITDA; all else is as
the cash bridge has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from model.analysis.investors.funding import raise_of
from model.analysis.statements import BRIDGE
from model.companies.vocabulary import QUARTER
from model.companies.working_capital import HELD_RISE
from model.engine.projection import Projection

# Of EBITDA, what comes in and what is spent.
PARTS = (("contribution", 1), ("payroll", -1), ("marketing", -1), ("fixed_opex", -1))
# What is held for others is in no unrestricted cash.
_HELD = (HELD_RISE, "sales_tax_payable_rise")
# Purchases by item, as the month names them.
CAPEX = "capex"


@dataclass(frozen=True, eq=False)
class Spending:
    """By quarter, unrestricted cash at its start and end, and between them each row, (quarter,):
    what comes in above zero, what goes out below. [USD] `last` is the month of greatest need."""

    quarters: tuple[str, ...]
    last: str
    start: np.ndarray
    rows: Mapping[str, np.ndarray]
    end: np.ndarray

    def total(self, row: str) -> float:
        return float(self.rows[row].sum())


def spending(projection: Projection) -> Spending | None:
    """The quarters up to that in which an account that opened empty would be at its lowest; None
    where it never falls."""
    number, calendar = int(raise_of(projection).month[0]), projection.calendar
    if not number:
        return None
    quarters = int(np.searchsorted(calendar.bounds(QUARTER), number))

    def by_quarter(months: np.ndarray) -> np.ndarray:
        return calendar.sums(months, QUARTER)[:quarters]
    rows = {name: by_quarter(months) for name, months in _moves(projection)}
    return Spending(
        calendar.period_labels(QUARTER)[:quarters], projection.months[number - 1],
        calendar.firsts(projection.before("unrestricted_cash")[0], QUARTER)[:quarters],
        {name: values for name, values in rows.items() if values.any()},
        calendar.lasts(projection["unrestricted_cash"][0], QUARTER)[:quarters])


def _moves(projection: Projection) -> Iterator[tuple[str, np.ndarray]]:
    """Each row by month."""
    for name, lines in BRIDGE:
        if name in _HELD or not all(line in projection for line, _ in lines):
            continue
        if name == "ebitda":
            lines_of = [(line, ((line, sign),)) for line, sign in PARTS]
        elif name == CAPEX:
            lines_of = [(line, ((line, -1),)) for segment in projection.segments(CAPEX)
                        for line in (f"{CAPEX}.{segment}",)]
        else:
            lines_of = [(name, lines)]
        for row, parts in lines_of:
            yield row, sum(sign * projection[line][0] for line, sign in parts)
