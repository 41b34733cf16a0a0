"""What it is worth to know an assumption for sure before something is decided, in money.

Without knowing more, the option is taken that is best on average over the draws; knowing an
assumption, the one that is best on average at its value. How the average of an option depends on
one assumption is a curve through all draws (Strong, Oakley and Brennan, 2014). As a best option is
chosen by that curve, luck in the draws looks like knowledge; by how much follows from curves that
are as likely as the one found, and is taken off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre

from model.analysis.lifetime import monthly_rate
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.chances import Share
from model.analysis.uncertainty.draws import mean_error
from model.analysis.uncertainty.sensitivity import SEED
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions
from model.params.catalog import within
from model.params.entry import Decision, Option

# Draws, of which each option is worked out with the same, and of which so many at once.
DRAWS, CHUNK = 4000, 2000
_CASH, _FLOWS = "unrestricted_cash", ("free_cash_flow", "interest")
_RATE = "valuation.discount_rate"
# The power of the curve, the places at which it is read, and how many curves tell its error.
_POWER, _PLACES, _CURVES = 4, 128, 200
# What is this many standard errors above 0 is told from nothing.
TELLING = 3.0


@dataclass(frozen=True)
class Worth:
    """What knowing something is worth [USD], and its standard error."""

    value: float
    error: float

    @property
    def tells(self) -> bool:
        """Whether it is more than luck in the draws explains."""
        return self.value > TELLING * self.error


@dataclass(frozen=True)
class Standing:
    """What an option comes to on average over the draws, with its standard error [USD], and in how
    many of them cash runs out."""

    option: Option
    mean: float
    error: float
    short: Share


@dataclass(frozen=True)
class Knowledge:
    """Each option of a decision, the best on average, what it is ahead of the next by and the
    standard error of that, and what it is worth to know all, and each assumption by its path."""

    options: tuple[Standing, ...]
    best: int
    ahead: Worth
    everything: Worth
    each: dict[str, Worth]
    size: int

    @property
    def telling(self) -> dict[str, Worth]:
        """The assumptions that are worth knowing as far as the draws can tell, most first."""
        return {path: worth for path, worth in sorted(
            self.each.items(), key=lambda item: -item[1].value) if worth.tells}


def of_decision(assumptions: Assumptions, size: int = DRAWS, seed: int = SEED) -> Knowledge:
    """The decision of a plan. What it decides is certain, all else is drawn. Raises InputError
    where an option cannot be laid over the plan."""
    decision = assumptions.decision
    free = tuple(path for path in sampling.uncertain(assumptions)
                 if not any(within(change, path) for change in decision.decided))
    places = sampling.places(assumptions, free, size, seed)
    drawn = sampling.values_at(assumptions, places)
    found = [_worked_out(assumptions.with_values(option.changes), decision, option, drawn, size)
             for option in decision.options]
    values, short = (np.array(each) for each in zip(*found, strict=True))
    return of_values(values, places, decision.options, short, seed)


def of_values(values: np.ndarray, places: Mapping[str, np.ndarray], options: tuple[Option, ...],
              short: np.ndarray, seed: int) -> Knowledge:
    """The same from what each option comes to in draws, (option, draw), where these lie in the
    distribution of each assumption, and in which of them cash runs out (option, draw)."""
    means = values.mean(axis=1)
    best = int(means.argmax())
    gains = np.delete(values - values[best], best, axis=0)
    ahead = int(gains.mean(axis=1).argmax())
    return Knowledge(
        tuple(Standing(option, float(mean), mean_error(own), Share.of(out))
              for option, mean, own, out in zip(options, means, values, short, strict=True)),
        best, _mean(-gains[ahead]), _mean(values.max(axis=0) - values[best]),
        {path: worth(gains, place, seed) for path, place in places.items()}, values.shape[1])


def _mean(values: np.ndarray) -> Worth:
    """The mean of values of draws, (draw,), with its standard error."""
    return Worth(float(values.mean()), mean_error(values))


def worth(gains: np.ndarray, places: np.ndarray, seed: int) -> Worth:
    """What it is worth to know one assumption, from by how much each other option is ahead of the
    best in draws, (option, draw), and where these lie in its distribution, (draw,)."""
    curve = legendre.legvander(2 * places - 1, _POWER)
    inverse = np.linalg.inv(curve.T @ curve)
    found = gains @ curve @ inverse
    left = gains - found @ curve.T
    spread = left @ left.T / (curve.shape[0] - curve.shape[1])
    # Middles of equal parts: positions are evenly spread.
    at = legendre.legvander(2 * (np.arange(_PLACES) + 0.5) / _PLACES - 1, _POWER)
    luck = np.random.default_rng(seed).normal(size=(_CURVES, *found.shape))
    likely = found + _root(spread) @ luck @ _root(inverse).T
    values = _ahead(likely @ at.T)
    own = float(_ahead(found @ at.T))
    return Worth(max(0.0, 2 * own - float(values.mean())), float(values.std()))


def _ahead(curves: np.ndarray) -> np.ndarray:
    """By how much choosing at each place of curves, (…, option, place), is better than choosing
    once; one more option is always 0."""
    chosen = np.maximum(curves.max(axis=-2), 0.0).mean(axis=-1)
    return chosen - np.maximum(curves.mean(axis=-1).max(axis=-1), 0.0)


def _root(matrix: np.ndarray) -> np.ndarray:
    """A matrix whose square is another, which may have nothing in some direction."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0.0))


def _worked_out(plan: Assumptions, decision: Decision, option: Option,
                drawn: Mapping[str, np.ndarray],
                size: int) -> tuple[np.ndarray, np.ndarray]:
    """What an option comes to in each draw, and where its cash runs out, (draw,)."""
    discounted, values, short = decision.value == "discounted_cash", [], []
    for first in range(0, size, CHUNK):
        part = {path: each[first:first + CHUNK] for path, each in drawn.items()}
        plans = batch(plan, sampling.within_mixes(plan, part),
                      keep=(_CASH, *(_FLOWS if discounted else ())))
        values.append(_discounted(plan, plans) if discounted else plans[_CASH][:, -1])
        short.append((plans[_CASH] < 0).any(axis=1))
    # Where nothing is drawn, a batch is one plan.
    out, found = (np.resize(np.concatenate(each), size) for each in (short, values))
    return np.where(out, decision.out_of_cash, found - option.cost), out


def _discounted(plan: Assumptions, plans: Projection) -> np.ndarray:
    """What plans earn and spend before financing, discounted to their start at the rate of one."""
    rate = monthly_rate(plan.series[_RATE].values[0, 0])
    flows = sum(plans[line] for line in _FLOWS)
    return flows @ (1 + rate) ** -np.arange(1.0, flows.shape[1] + 1)
