"""Draws that learn: what was observed weighs them, and where too few still count, draws are made
anew around those that do.

A draw is a column of independent normal scores. Weights are likelihoods. Where they leave too few
draws, the likelihood is let in by powers that rise to 1 (tempering, Neal 2001): at each, draws are
kept by their weight, and then moved by steps that leave the normal distribution as it is
(preconditioned Crank-Nicolson; Cotter, Roberts, Stuart and White 2013).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

# Draws that must still count after weighing, and after each power. [share of all]
LEAST, KEPT = 0.25, 0.5
# At each power draws are moved until so many have moved, and at most so often.
MOVED, MOST = 0.95, 12
# A first step, as a share of a normal score's own spread, and how many steps should be taken.
_STEP, _ACCEPTED = 0.4, 0.3
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Learned:
    """Draws after they have learned, (score, draw), with the weight of each, which sum to 1.

    counted  how many draws as good as independent the weights alone would have left
    stages   by how many powers draws were made anew; none where weights were enough
    """

    scores: np.ndarray
    weights: np.ndarray
    counted: float
    stages: int

    @property
    def effective(self) -> float:
        """How many draws of equal weight would be worth as much."""
        return effective(self.weights)


def effective(weights: np.ndarray) -> float:
    """How many draws of equal weight are worth as much as these weights (Kish)."""
    return float(weights.sum() ** 2 / (weights ** 2).sum())


def weights_of(logs: np.ndarray) -> np.ndarray:
    """Weights that sum to 1, from their logarithms."""
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def learned(scores: np.ndarray, log_likelihood: Callable[[np.ndarray], np.ndarray],
            seed: int) -> Learned:
    """Draws of normal scores, (score, draw), after what `log_likelihood` gives of each, (draw,).
    The same seed gives the same draws."""
    size, logs = scores.shape[1], log_likelihood(scores)
    weights = weights_of(logs)
    counted = effective(weights)
    if counted >= LEAST * size:
        return Learned(scores, weights, counted, 0)
    luck, power, stages, step = np.random.default_rng(seed), 0.0, 0, _STEP
    while power < 1:
        more = _more(logs, 1 - power, KEPT * size)
        places = _kept(weights_of(more * logs), luck)
        # What is left by rounding is no stage of its own.
        power = power + more if power + more < 1 - _TINY else 1.0
        scores, logs, step = _moved(scores[:, places], logs[places], log_likelihood, power, step,
                                    luck)
        stages += 1
    return Learned(scores, np.full(size, 1 / size), counted, stages)


def _more(logs: np.ndarray, left: float, wanted: float) -> float:
    """The power at which so many draws count, or all that is left."""
    def beyond(power: float) -> float:
        return effective(weights_of(power * logs)) - wanted
    return left if beyond(left) >= 0 else float(brentq(beyond, 0.0, left))


def _kept(weights: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """Which draws are kept, each as often as its weight says, but for less than once."""
    size = len(weights)
    at = (np.arange(size) + luck.random()) / size
    return np.minimum(np.searchsorted(np.cumsum(weights), at), size - 1)


def _moved(scores: np.ndarray, logs: np.ndarray, log_likelihood: Callable, power: float,
           step: float, luck: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Draws after steps that leave their distribution as it is, what of the likelihood each has,
    and the step that was right at last."""
    have_moved = np.zeros(scores.shape[1], bool)
    for _ in range(MOST):
        other = np.sqrt(1 - step * step) * scores + step * luck.standard_normal(scores.shape)
        found = log_likelihood(other)
        taken = np.log(luck.random(len(found))) < power * (found - logs)
        scores, logs = np.where(taken, other, scores), np.where(taken, found, logs)
        have_moved |= taken
        step = min(float(step * np.exp(taken.mean() - _ACCEPTED)), 1.0)
        if have_moved.mean() >= MOVED:
            break
    return scores, logs, step
