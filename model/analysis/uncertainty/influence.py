"""Which assumptions decide the headlines of a plan: their shares of the spread over its ranges.

Points come in blocks that any process can work out; by NumPy or, where that is installed, by the
compiled kernel, with the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.exchange import Exchange, Places
from model.analysis.uncertainty.sensitivity import Outcome, tornados
from model.analysis.uncertainty.simulation import BLOCK, is_month
from model.analysis.uncertainty.spread import POINTS, Spread, of_values
from model.engine import kernel
from model.engine.headlines import Headline, headlines
from model.engine.nodes import NotAFormula
from model.params.assumptions import Assumptions

# Blocks of points that one process works out.
SOME = 4
# By name, paths.
Groups = Mapping[str, Sequence[str]]


def widest(assumptions: Assumptions, outcomes: Sequence[Outcome], count: int) -> tuple[str, ...]:
    """The assumptions that, alone and at an end of its range, move an outcome most: so many of
    each outcome."""
    return tuple(dict.fromkeys(swing.path for _, swings in tornados(assumptions, outcomes)
                               for swing in swings[:count]))


def of_plan(assumptions: Assumptions, ends: Sequence[Headline], groups: Groups, seed: int,
            beside: Groups | None = None, points: int = POINTS) -> Spread:
    """The shares of groups of assumptions in the spread of some headlines. A month that never comes
    counts as the one after the plan."""
    (whole,) = jobs(assumptions, ends, groups, seed, beside, points, some=None)
    function, *arguments = whole
    return of_parts([function(*arguments)], assumptions, groups, seed, beside, points)


def blocks(assumptions: Assumptions, groups: Groups, beside: Groups | None = None) -> int:
    """How many plans each point of a sample takes."""
    return _exchange(assumptions, groups, 0, beside, 1).blocks


def jobs(assumptions: Assumptions, ends: Sequence[Headline], groups: Groups, seed: int,
         beside: Groups | None, points: int, some: int | None = SOME,
         compiled: bool = False) -> list[tuple]:
    """What works the points out, for `processes.run`: so many blocks each, or all at once."""
    every = blocks(assumptions, groups, beside)
    some = some or every
    return [(part, assumptions, tuple(ends), groups, seed, beside, points, first,
             min(first + some, every), compiled) for first in range(0, every, some)]


def part(assumptions: Assumptions, ends: tuple[Headline, ...], groups: Groups, seed: int,
         beside: Groups | None, points: int, first: int, last: int,
         compiled: bool = False) -> np.ndarray:
    """The headlines at the points of blocks from the first to before the last, (block, headline,
    point)."""
    exchange = _exchange(assumptions, groups, seed, beside, points)
    found = _outcomes(assumptions, ends, compiled)
    values = np.array([found(exchange.places(block)) for block in range(first, last)])
    for place, headline in enumerate(ends):
        if is_month(headline):
            months = values[:, place]
            months[months == 0] = assumptions.calendar.months + 1.0
    return values


def of_parts(parts: Sequence[np.ndarray], assumptions: Assumptions, groups: Groups, seed: int,
             beside: Groups | None, points: int) -> Spread:
    """The shares from what jobs have worked out, in their order."""
    exchange = _exchange(assumptions, groups, seed, beside, points)
    return of_values(exchange, np.concatenate(parts), groups, seed)


def _exchange(assumptions: Assumptions, groups: Groups, seed: int, beside: Groups | None,
              points: int) -> Exchange:
    return Exchange(sampling.uncertain(assumptions), groups, beside or {}, seed, points,
                    assumptions.correlations)


def _outcomes(assumptions: Assumptions, ends: tuple[Headline, ...],
              compiled: bool) -> Callable[[Places], np.ndarray]:
    """What gives headlines, (headline, point), of points at some places."""
    paths = sampling.uncertain(assumptions)
    if compiled and kernel.available() and sampling.are_rows(assumptions, paths):
        try:
            made = kernel.kernel_of_plans(assumptions, paths,
                                          tuple((each.line, each.year) for each in ends))
        except NotAFormula:
            pass
        else:
            rows = sampling.Rows(assumptions, paths, BLOCK, 0)
            return lambda places: np.concatenate([
                kernel.run(made, assumptions, rows.firsts, rows.at(some))
                for some in _some(places)], axis=1)
    return lambda places: np.concatenate([
        headlines(assumptions.with_values(sampling.within_mixes(
            assumptions, sampling.values_at(assumptions, some))), ends)
        for some in _some(places)], axis=1)


def _some(places: Places) -> list[Places]:
    """As many points at once as stay near the processor."""
    size = len(next(iter(places.values())))
    return [{path: each[at:at + BLOCK] for path, each in places.items()}
            for at in range(0, size, BLOCK)]
