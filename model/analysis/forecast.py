"""The forecast that starts from actuals: what was observed up to the last close, then the plan.

A flow takes the plan's value after its last actual. A stock carries its difference from plan on:
the last actual, and the change of the plan since. A ratio is made again from its two lines. A
line without actuals stays plan, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.doubts import SUBTOTALS, merge, with_subtotals
from model.companies.glossary import glossary
from model.counts import count
from model.engine.figures import YEAR
from model.engine.projection import Projection, over_periods, ratio, reduction
from model.engine.trace import trace
from model.params.observations import Actuals


@dataclass(frozen=True, eq=False)
class Spliced:
    """One line, (month,): actuals (NaN where there are none), the plan, and both spliced.
    `rests_on` is actuals, parts, or plan; where it is plan, `why` says what is missing."""

    line: str
    actual: np.ndarray
    plan: np.ndarray
    values: np.ndarray
    rests_on: str
    why: str = ""

    @property
    def last(self) -> int | None:
        """The place of the last month with an actual."""
        there = np.flatnonzero(np.isfinite(self.actual))
        return int(there[-1]) if there.size else None


def spliced(projection: Projection, actuals: Actuals, line: str) -> Spliced:
    """A line of the forecast that starts from actuals."""
    plan = projection[line][0]
    actual = with_subtotals(projection, actuals).get(line, np.full_like(plan, np.nan))
    kind = glossary().term(line).kind
    rests_on = "actuals" if line in actuals.values and actuals.last(line) is not None else "parts"
    if kind == "ratio":
        over, under = (spliced(projection, actuals, part)
                       for part in reduction(line, YEAR, projection.__contains__).lines)
        if over.rests_on == under.rests_on == "plan" and not np.isfinite(actual).any():
            return Spliced(line, actual, plan, plan, "plan", _why(projection, actuals, line))
        values = merge(ratio(over.values, under.values), plan)
    elif not np.isfinite(actual).any():
        return Spliced(line, actual, plan, plan, "plan", _why(projection, actuals, line))
    else:
        values = plan if kind == "flow" else plan + _carry(actual - plan)
    return Spliced(line, actual, plan, merge(actual, values), rests_on)


def by_year(projection: Projection, actuals: Actuals, line: str) -> np.ndarray:
    """A spliced line by year, (year,)."""
    def values(part: str) -> np.ndarray:
        return spliced(projection, actuals, part).values[None]
    return over_periods(values, projection.__contains__, line, YEAR,
                        projection.calendar)[0]


def _carry(difference: np.ndarray) -> np.ndarray:
    """Each month's difference from plan, or the last one before where there is none; else 0."""
    there = np.isfinite(difference)
    source = np.maximum.accumulate(np.where(there, np.arange(len(difference)), -1))
    return np.where(source >= 0, np.where(there, difference, 0)[np.maximum(source, 0)], 0)


def _why(projection: Projection, actuals: Actuals, line: str) -> str:
    segments = projection.segments(line)
    parts = [name for name in segments if f"{line}.{name}" in actuals.values]
    if parts:
        return (f"actuals are given for {len(parts)} of its {count(len(segments), 'part')}, but "
                "not for the line itself")
    if line in SUBTOTALS:
        values = with_subtotals(projection, actuals)
        missing = [glossary().label(part) for part in trace(projection.assumptions).signed(line)
                   if part not in values]
        return f"no actuals of it, nor of {', '.join(missing)}" if missing else (
            "no month has actuals of all its parts")
    return "no actuals of it"
