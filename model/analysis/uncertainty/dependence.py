"""Draws of assumptions that go together, whose ranges and distributions stay what they are.

The position of each such draw becomes a normal score; scores are mixed so that they are correlated
as wanted, and become positions again (a Gaussian copula). The first path of a group keeps the
positions that it has alone, to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import draws, normal
from model.params.dependence import groups, matrix
from model.params.entry import Correlation

# What is left of a variance below this is nothing: the path follows from those before it.
_NOTHING = 1e-12


@dataclass(frozen=True)
class Group:
    """Paths that go together, in alphabetical order, and the share, (path, path), that the score
    of each takes of its own and of those before it."""

    paths: tuple[str, ...]
    shares: np.ndarray

    def positions(self, seed: int, size: int, start: int = 0) -> dict[str, np.ndarray]:
        """Draws number `start` and on of each path, (size,): from 0 to below 1."""
        own = [draws.positions(seed, path, size, start) for path in self.paths]
        scores = self.scores(own)
        return {path: normal.positions(score) if place else own[0]
                for place, (path, score) in enumerate(zip(self.paths, scores, strict=True))}

    def scores(self, own: Sequence[np.ndarray]) -> np.ndarray:
        """The normal scores of the paths, (path, draw), from positions that each has alone."""
        alone = [normal.scores(each) for each in own]
        found = [alone[0]]
        for shares in self.shares[1:]:
            # One after the other, so that rounding is the same wherever this is done.
            total = np.zeros(len(own[0]))
            for share, score in zip(shares.tolist(), alone, strict=True):
                if share:
                    total = total + share * score
            found.append(total)
        return np.array(found)

    def exchanged(self, one: np.ndarray, other: np.ndarray, taken: np.ndarray) -> np.ndarray:
        """Scores, (path, draw), of which those that are `taken`, (path, draw), are drawn anew given
        the rest of `one`: those of `other`, moved by what its rest differs (Matheron's rule)."""
        whole, found = self.shares @ self.shares.T, one.copy()
        for which in np.unique(taken, axis=1).T:
            if not which.any():
                continue
            at, stays = (taken == which[:, None]).all(axis=0), ~which
            moved = whole[np.ix_(which, stays)] @ np.linalg.pinv(whole[np.ix_(stays, stays)])
            differs = (one - other)[np.ix_(stays, at)]
            found[np.ix_(which, at)] = other[np.ix_(which, at)] + moved @ differs
        return found


def groups_of(correlations: Sequence[Correlation]) -> tuple[Group, ...]:
    """The groups of paths that go together."""
    return tuple(Group(paths, _root(matrix(paths, correlations)))
                 for paths in groups(correlations))


def positions(correlations: Sequence[Correlation], seed: int, size: int,
              start: int = 0) -> dict[str, np.ndarray]:
    """Draws of every path that goes together with another, by path."""
    return {path: values for group in groups_of(correlations)
            for path, values in group.positions(seed, size, start).items()}


def _root(correlation: np.ndarray) -> np.ndarray:
    """The lower triangle whose square is a matrix, which may leave paths nothing of their own."""
    root = np.zeros_like(correlation)
    for row in range(len(root)):
        for column in range(row):
            rest = correlation[row, column] - root[row, :column] @ root[column, :column]
            root[row, column] = rest / root[column, column] if root[column, column] else 0.0
        left = correlation[row, row] - root[row, :row] @ root[row, :row]
        root[row, row] = np.sqrt(left) if left > _NOTHING else 0.0
    return root
