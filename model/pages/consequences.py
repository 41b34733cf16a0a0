"""What moved assumptions do to the whole plan, in words: one ratio alone is no plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.solve import Aftermath
from model.engine.projection import Projection
from model.views.formats import format_month, say


def month(projection: Projection, number: int) -> str:
    """The month of a number; `never` of 0."""
    return format_month(projection.months[number - 1]) if number else "never"


def columns(projection: Projection, afters: Sequence[Aftermath],
            years: Sequence[int]) -> dict[str, list]:
    """Columns of a table with a row for each of some plans: when it breaks even, how deep cash
    falls, and EBITDA of some years."""
    return {"First break-even": [first_of(projection, after) for after in afters],
            "Losses earned back": [month(projection, after.earned_back) for after in afters],
            "Lowest cash": [say(after.lowest_cash, "USD") for after in afters],
            "Cash below zero from": [month(projection, after.out_of_cash) for after in afters],
            **{f"EBITDA {year}": [say(after.ebitda[projection.years.index(year)], "USD")
                                for after in afters] for year in years}}


def first_of(projection: Projection, after: Aftermath) -> str:
    """The month of the first break-even, and whether cash has run out by then."""
    late = after.breakeven and 0 < after.out_of_cash <= after.breakeven
    return f"{month(projection, after.breakeven)}{', out of cash' if late else ''}"


def plan_with(projection: Projection, after: Aftermath | None) -> str:
    """What the plan comes to with moved assumptions, short enough for a cell."""
    if after is None:
        return "–"
    first = (f"break-even in {first_of(projection, after)}; losses earned back: "
             f"{month(projection, after.earned_back)}" if after.breakeven else "no break-even")
    below = f", below zero from {month(projection, after.out_of_cash)}" if after.out_of_cash else ""
    return f"{first}; lowest cash {say(after.lowest_cash, 'USD')}{below}"


def outcome(projection: Projection, after: Aftermath) -> str:
    """The same in a clause with EBITDA; a value that the plan does not survive is no advice."""
    first = "the plan would never break even"
    if after.breakeven:
        back = (f"earn its losses back in {month(projection, after.earned_back)}"
                if after.earned_back else "not earn its losses back")
        first = (f"the plan would first break even in {month(projection, after.breakeven)} and "
                 f"{back}")
    years, values = projection.years, [say(value, "USD") for value in after.ebitda]
    ebitda = ("EBITDA would be below zero in every year" if np.all(after.ebitda < 0) else
              f"EBITDA would be {values[0]} in {years[0]} and {values[-1]} in {years[-1]}")
    ruin = ", so it is a limit and no advice" if after.ruins else ""
    low = say(after.lowest_cash, "USD")
    return f"{first}, cash would be {low} at its lowest, and {ebitda}{ruin}"
