"""What the spread of an outcome over random draws comes from: shares of its variance.

Sobol's first-order index is the share that would go, on average, if an assumption were known; his
total index is the share that would be left if all others were known. Shapley's effect gives each
assumption its fair share, so that all add up to 1 (Owen, 2014; Song, Nelson and Staum, 2016): what
it adds to the share that is left, on average over all orders in which assumptions become unknown,
by the one random order for each point of Goda (2021). It keeps its meaning where assumptions go
together, where neither index does: of two that are always alike, either known takes all of the
spread away, and neither unknown leaves any.

Points are quasi-random, which comes nearer with as many of them; what is said of the error takes
them for random, and so says too much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import sobol_indices

from model.analysis.register import register
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.exchange import Exchange, Places
from model.params.assumptions import Assumptions
from model.params.entry import Correlation
from model.params.values import EVIDENCE

# The kinds of source that are not chosen here.
GIVEN = (*EVIDENCE, "records", "benchmark")
# Points of each of the two samples, a power of two, and how often their outcomes are sampled anew.
POINTS, SAMPLES = 512, 100
# Between these lie the middle 19 of 20.
_ENDS = (0.025, 0.975)


@dataclass(frozen=True)
class Shares:
    """Shares of a variance, (outcome, group), with the ends between which they lie in 19 of 20
    cases."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Half of what lies between the ends."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class Spread:
    """Shares of each outcome's variance by group, those beside the others last: of the first order,
    in total, what these differ by, which only comes as assumptions act together, and the fair ones,
    which groups beside the others have none of. An outcome that does not move has none; where
    assumptions go together, groups beside the others have no first order (NaN)."""

    groups: tuple[str, ...]
    moves: np.ndarray
    first: Shares
    total: Shares
    joint: Shares
    fair: Shares
    plans: int


def spread(outcomes: Callable[[Places], np.ndarray], inputs: Sequence[str],
           groups: Mapping[str, Sequence[str]], seed: int, points: int = POINTS,
           beside: Mapping[str, Sequence[str]] | None = None,
           correlations: Sequence[Correlation] = ()) -> Spread:
    """The shares of groups of inputs, which have none in common, and of those `beside` them, for
    `outcomes` that give (outcome, point)."""
    exchange = Exchange(inputs, groups, beside or {}, seed, points, correlations)
    values = np.array([outcomes(exchange.places(block)) for block in range(exchange.blocks)])
    return of_values(exchange, values, groups, seed)


def of_values(exchange: Exchange, values: np.ndarray, groups: Mapping[str, object],
              seed: int) -> Spread:
    """The same from outcomes at the points of an exchange, (block, outcome, point)."""
    chosen = np.random.default_rng(seed).integers(exchange.points,
                                                  size=(SAMPLES, exchange.points))
    whole = np.arange(exchange.points)
    found = [_indices(exchange, values[..., places]) for places in (whole, *chosen)]
    parts = _fair_parts(exchange, values)
    fair = [_of_whole(parts[..., places].mean(axis=-1)) for places in (whole, *chosen)]
    names = (*exchange.groups, *exchange.beside)
    shown = [names.index(name) for name in (*groups, *exchange.beside)]
    first, total = (_shares([each[at] for each in found])[..., shown] for at in (0, 1))
    joint = _shares([each[1] - each[0] for each in found])[..., shown]
    return Spread((*groups, *exchange.beside), np.ptp(values[0], axis=1) > 0,
                  Shares(*first), Shares(*total), Shares(*joint),
                  Shares(*_shares(fair)[..., shown[:len(groups)]]),
                  exchange.blocks * exchange.points)


def _shares(found: list[np.ndarray]) -> np.ndarray:
    """Of what all points give and of what samples of them do: the share and both of its ends."""
    return np.array([found[0], *np.quantile(found[1:], _ENDS, axis=0)])


def _indices(exchange: Exchange, values: np.ndarray) -> np.ndarray:
    """The first-order and the total indices, (2, outcome, group), of values (block, outcome,
    point)."""
    count = len(exchange.groups) + len(exchange.beside)
    # The library cannot tell a group by itself from none, so the last one is given twice.
    found = sobol_indices(func={"f_A": values[0], "f_B": values[1],
                                "f_AB": values[[*range(2, 2 + count), 1 + count]]},
                          n=values.shape[-1])
    shape = values.shape[1], count + 1
    first, total = (each.reshape(shape)[:, :-1]
                    for each in (found.first_order, found.total_order))
    # Where a group goes together with others, what is left with it known is drawn given it.
    both = values[:2] - values[:2].mean(axis=(0, 2), keepdims=True)
    whole = np.square(both).mean(axis=(0, 2))
    for place, name in enumerate(exchange.tied):
        known = (both[0] * (values[2 + count + place] - values[1])).mean(axis=-1)
        first[:, list(exchange.groups).index(name)] = _share(known, whole)
    if exchange.tied:
        first[:, len(exchange.groups):] = np.nan
    return np.array([first, total])


def _fair_parts(exchange: Exchange, values: np.ndarray) -> np.ndarray:
    """What each point adds to the fair part of each group, (outcome, group, point)."""
    walk = exchange.walk(values)
    left = np.square(walk - walk[0]) / 2
    if not exchange.tied:
        # Both samples may be the one that the walk begins with.
        left = (left + np.square(walk[-1] - walk[0]) / 2 - np.square(walk - walk[-1]) / 2) / 2
    steps = np.diff(left, axis=0)
    turns = np.broadcast_to(exchange.turns.T[:, None], steps.shape)
    return np.take_along_axis(steps, turns, axis=0).swapaxes(0, 1)


def _of_whole(parts: np.ndarray) -> np.ndarray:
    """Parts, (outcome, group), as shares of what they add up to."""
    return _share(parts, parts.sum(axis=1, keepdims=True))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def unsourced(assumptions: Assumptions) -> tuple[str, ...]:
    """The uncertain assumptions that no source gives: estimated, calibrated, decided, or set by the
    scenario."""
    paths = set(sampling.uncertain(assumptions))
    return tuple(row.path for row in register(assumptions)
                 if row.path in paths and row.kind not in GIVEN)
