"""What the spread of an outcome over random draws comes from: Sobol's indices of assumptions.

The first-order index is the share of the variance that would go, on average, if an assumption were
known; the total index is the share that would be left if all others were known. Both take
assumptions to be independent of each other. Points are quasi-random, which comes nearer with as
many of them; what is said of the error takes them for random, and so says too much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import sobol_indices
from scipy.stats.qmc import Sobol

from model.analysis.register import register
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.sensitivity import LINES, Outcome
from model.engine.numbers import batch
from model.params.assumptions import Assumptions
from model.params.values import EVIDENCE

# The kinds of source that are not chosen here.
GIVEN = (*EVIDENCE, "records", "benchmark")
# Points of each of the two samples, a power of two, and how often their outcomes are sampled anew.
POINTS, SAMPLES = 512, 100
# Between these lie the middle 19 of 20.
_ENDS = (0.025, 0.975)

# Its first sequence reads a table of the library: as it is imported, and not with a question.
Sobol(1)

# By input, positions (point,) from 0 to below 1.
Places = Mapping[str, np.ndarray]


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
    """Shares of each outcome's variance by group: of the first order, and in total. An outcome
    that does not move has none."""

    groups: tuple[str, ...]
    moves: np.ndarray
    first: Shares
    total: Shares


def spread(outcomes: Callable[[Places], np.ndarray], inputs: Sequence[str],
           groups: Mapping[str, Sequence[str]], seed: int, points: int = POINTS) -> Spread:
    """Sobol's indices of groups of inputs, for `outcomes` that give (outcome, point). Groups need
    not part the inputs."""
    one, other = _samples(inputs, seed, points)
    made = [outcomes(one), outcomes(other), *(
        outcomes({**one, **{name: other[name] for name in members}})
        for members in groups.values())]
    values = np.array(made)
    chosen = np.random.default_rng(seed).integers(points, size=(SAMPLES, points))
    again = np.array([_indices(values[..., places]) for places in chosen])
    low, high = np.quantile(again, _ENDS, axis=0)
    first, total = (Shares(*each) for each in zip(
        _indices(values), low, high, strict=True))
    return Spread(tuple(groups), np.ptp(values[0], axis=1) > 0, first, total)


def _samples(inputs: Sequence[str], seed: int, points: int) -> tuple[Places, Places]:
    """Two samples of all inputs, from one sequence of Sobol that is scrambled by the seed."""
    columns = Sobol(2 * len(inputs), rng=seed).random(points).T
    halves = columns[:len(inputs)], columns[len(inputs):]
    return tuple(dict(zip(inputs, half, strict=True)) for half in halves)


def _indices(values: np.ndarray) -> np.ndarray:
    """The first-order and the total indices, (2, outcome, group), of values (sample, outcome,
    point): those of both samples, and of the first with each group taken from the second."""
    # The library cannot tell a group by itself from none, so the last one is given twice.
    found = sobol_indices(func={"f_A": values[0], "f_B": values[1],
                                "f_AB": np.concatenate([values[2:], values[-1:]])},
                          n=values.shape[-1])
    shape = values.shape[1], len(values) - 1
    return np.array([each.reshape(shape)[:, :-1]
                     for each in (found.first_order, found.total_order)])


def of_plan(assumptions: Assumptions, outcomes: Sequence[Outcome],
            groups: Mapping[str, Sequence[str]], seed: int) -> Spread:
    """The same of the outcomes of a plan, over the ranges of its uncertain assumptions. What comes
    never counts as the month after the plan."""
    never = assumptions.calendar.months + 1.0

    def values(places: Places) -> np.ndarray:
        drawn = sampling.within_mixes(assumptions, sampling.values_at(assumptions, places))
        plans = batch(assumptions, drawn, keep=LINES)
        return np.array([np.nan_to_num(each.value(plans), nan=never) for each in outcomes])

    return spread(values, sampling.uncertain(assumptions), groups, seed)


def unsourced(assumptions: Assumptions) -> tuple[str, ...]:
    """The uncertain assumptions that no source gives: estimated, calibrated, decided, or set by the
    scenario."""
    paths = set(sampling.uncertain(assumptions))
    return tuple(row.path for row in register(assumptions)
                 if row.path in paths and row.kind not in GIVEN)
