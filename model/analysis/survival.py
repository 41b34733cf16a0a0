"""How long customers of a plan stay, and where: each month's cohort followed on its own, without
the lines of the plan, so that what is left of all of them checks these.

Where a side says so, a cohort leaves at a rate of its own in the month after it was won, and moves
between segments: who moves up does not move down in the same month.
"""

from __future__ import annotations

import numpy as np

from model.companies.glossary import Side
from model.companies.retention import ways
from model.engine.projection import Projection


def _rate(projection: Projection, side: Side, segment: str, name: str) -> np.ndarray:
    """A rate of a segment, (scenario, month)."""
    return projection.assumptions.monthly(f"{side.section}.{segment}.{name}").T


def churn(projection: Projection, side: Side, segment: str, first: bool = False) -> np.ndarray:
    """The share that leaves a segment in each month, (scenario, month): of those who were won in
    the month before, if they are the `first` to be asked for."""
    return _rate(projection, side, segment, side.first_churn if first and side.first_churn
                else "churn")


def survivors(projection: Projection, side: Side, segment: str | None = None) -> np.ndarray:
    """Customers whom all cohorts have left at each month-end, (scenario, month), from who was won
    or is there at the start; of one segment, those who are in it, wherever they were won."""
    months, scenarios = len(projection.months), projection.scenarios
    standing = {name: np.zeros((scenarios, months + 1)) for name in side.segments}
    for name, cohorts in standing.items():
        cohorts[:, 0] = np.reshape(projection.openings.get(f"{side.active}.{name}", 0.0), -1)
    left = np.zeros((scenarios, months))
    leaving = {name: [churn(projection, side, name, first) for first in (False, True)]
               for name in side.segments}
    for month in range(months):
        leaves = {}
        for name, (later, first) in leaving.items():
            leaves[name] = np.repeat(later[:, month:month + 1], months + 1, axis=1)
            if month:
                leaves[name][:, month] = first[:, month]
        standing = _moved(projection, side, standing, leaves, slice(month, month + 1))
        for name, cohorts in standing.items():
            cohorts[:, month + 1] = projection[f"{side.new}.{name}"][:, month]
            if segment in (None, name):
                left[:, month] += cohorts[:, :month + 2].sum(axis=1)
    return left


def whereabouts(projection: Projection, side: Side, segment: str) -> dict[str, np.ndarray]:
    """The chance of one who was won in a segment to be in each, by month of signing and of life,
    (scenario, cohort, month). After the horizon the last month's rates hold."""
    months = projection.assumptions.calendar.months
    inside = side.segments if side.climbs else (segment,)
    at = np.minimum(np.arange(months)[:, None] + np.arange(months), months - 1)
    found = {name: np.zeros((projection.scenarios, months, months)) for name in inside}
    found[segment][:, :, 0] = 1
    for age in range(1, months):
        leaves = {name: churn(projection, side, name, first=age == 1)[:, at[:, age]]
                  for name in inside}
        now = _moved(projection, side, {name: there[:, :, age - 1]
                                        for name, there in found.items()}, leaves, at[:, age])
        for name, there in now.items():
            found[name][:, :, age] = there
    return found


def _moved(projection: Projection, side: Side, there: dict[str, np.ndarray],
           leaves: dict[str, np.ndarray], month) -> dict[str, np.ndarray]:
    """Who is in each segment a month later, of those who are there, with the shares that leave and
    with the moves of a month, or of one each."""
    stay = {name: number * (1 - leaves[name]) for name, number in there.items()}
    if not side.climbs:
        return stay
    after = dict(stay)
    for name, number in stay.items():
        for way, to in ways(side, name):
            share = _rate(projection, side, name, way)[:, month]
            moves = share * number
            number = number - moves  # who moves up is not asked again
            after[name], after[to] = after[name] - moves, after[to] + moves
    return after
