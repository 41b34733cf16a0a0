"""What a value that was solved for does to the whole plan, in words: one ratio alone is no plan."""

from __future__ import annotations

import numpy as np

from model.analysis.solve import Aftermath
from model.projection import Projection
from model.views.formats import format_month, say


def plan_with(projection: Projection, after: Aftermath | None) -> str:
    """What the plan comes to with a solved value, short enough for a cell."""
    if after is None:
        return "–"
    first = (f"break-even in {format_month(projection.months[after.breakeven - 1])}"
             if after.breakeven else "no break-even")
    return f"{first}; lowest cash {say(after.lowest_cash, 'USD')}"


def outcome(projection: Projection, after: Aftermath) -> str:
    """The same in a clause with EBITDA; a value that the plan does not survive is no advice."""
    first = (f"the plan would first break even in "
             f"{format_month(projection.months[after.breakeven - 1])}"
             if after.breakeven else "the plan would never break even")
    ebitda = ("EBITDA would be below zero in every year" if np.all(after.ebitda < 0) else
              f"EBITDA of {projection.years[-1]} would be "
              f"{say(float(after.ebitda[-1]), 'USD')}")
    ruin = ", so it is a limit and no advice" if after.ruins else ""
    return (f"{first}, cash would be {say(after.lowest_cash, 'USD')} at its lowest, and "
            f"{ebitda}{ruin}")
