"""What moved assumptions do to the whole plan, in words: one ratio alone is no plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.solve import Aftermath
from model.projection import Projection
from model.views.formats import format_month, say


def month(projection: Projection, number: int) -> str:
    """The month of a number; `never` of 0."""
    return format_month(projection.months[number - 1]) if number else "never"


def columns(projection: Projection, afters: Sequence[Aftermath],
            years: Sequence[int]) -> dict[str, list]:
    """Columns of a table with a row for each of some plans: when it breaks even, how deep cash
    falls, and EBITDA of some years."""
    at = {year: projection.years.index(year) for year in years}
    return {"First break-even": [month(projection, after.breakeven) for after in afters],
            "Lowest cash": [say(after.lowest_cash, "USD") for after in afters],
            "Cash below zero from": [month(projection, after.out_of_cash) for after in afters],
            **{f"EBITDA {year}": [say(float(after.ebitda[place]), "USD") for after in afters]
               for year, place in at.items()}}


def plan_with(projection: Projection, after: Aftermath | None) -> str:
    """What the plan comes to with a solved value, short enough for a cell."""
    if after is None:
        return "–"
    first = (f"break-even in {month(projection, after.breakeven)}"
             if after.breakeven else "no break-even")
    return f"{first}; lowest cash {say(after.lowest_cash, 'USD')}"


def outcome(projection: Projection, after: Aftermath) -> str:
    """The same in a clause with EBITDA; a value that the plan does not survive is no advice."""
    first = (f"the plan would first break even in "
             f"{month(projection, after.breakeven)}"
             if after.breakeven else "the plan would never break even")
    ebitda = ("EBITDA would be below zero in every year" if np.all(after.ebitda < 0) else
              f"EBITDA of {projection.years[-1]} would be "
              f"{say(float(after.ebitda[-1]), 'USD')}")
    ruin = ", so it is a limit and no advice" if after.ruins else ""
    return (f"{first}, cash would be {say(after.lowest_cash, 'USD')} at its lowest, and "
            f"{ebitda}{ruin}")
