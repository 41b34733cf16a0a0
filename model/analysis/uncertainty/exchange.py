"""Two samples of inputs, and points between them: with some inputs of the first exchanged for those
of the second.

What an outcome differs by between such points says what its spread comes from. Inputs that go
together are drawn anew given all that stays, so that every point is as likely as any other draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats.qmc import Sobol

from model.analysis.uncertainty import normal
from model.analysis.uncertainty.dependence import groups_of
from model.params.entry import Correlation

# Its first sequence reads a table of the library: as it is imported, and not with a question.
Sobol(1)

# By input, positions (point,) from 0 to below 1.
Places = Mapping[str, np.ndarray]
# The group of all inputs that are in no other.
REST = ""


class Exchange:
    """Points between two samples, in blocks of as many. `groups` share the inputs out; those
    `beside` them may overlap.

    A block is the first sample, the second, the first with one group exchanged, in their order and
    then with one that is beside them; with all but one group exchanged, of each that goes together
    with others (`tied`); and the first with two, three and more groups exchanged, in an order of
    the groups that is random for each point.
    """

    def __init__(self, inputs: Sequence[str], groups: Mapping[str, Sequence[str]],
                 beside: Mapping[str, Sequence[str]], seed: int, points: int,
                 correlations: Sequence[Correlation] = ()):
        rest = tuple(name for name in inputs if not any(name in each for each in groups.values()))
        self.groups = dict(groups) | ({REST: rest} if rest else {})
        self.beside, self.points = dict(beside), points
        columns = Sobol(2 * len(inputs), rng=seed).random(points).T
        self._samples = [dict(zip(inputs, half, strict=True))
                         for half in (columns[:len(inputs)], columns[len(inputs):])]
        self._together = [(each, [each.scores([own[path] for path in each.paths])
                                  for own in self._samples]) for each in groups_of(correlations)]
        paths = {path for each, _ in self._together for path in each.paths}
        self.tied = tuple(name for name, members in self.groups.items() if paths & {*members})
        orders = np.tile(np.arange(len(self.groups)), (points, 1))
        # By point and group, its place in the order.
        self.turns = np.random.default_rng((seed, 1)).permuted(orders, axis=1)
        self._every = [*self.groups.values(), *self.beside.values()]

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return self._walks + max(0, len(self.groups) - 2)

    @property
    def _walks(self) -> int:
        """The first block in which several groups are exchanged in turn."""
        return 2 + len(self._every) + len(self.tied)

    def places(self, block: int) -> Places:
        """Where the points of a block lie."""
        taken = self._taken(block)
        found = {name: np.where(taken[name], own, self._samples[0][name])
                 for name, own in self._samples[1].items()}
        for group, (one, other) in self._together:
            which = np.array([np.broadcast_to(taken[path], self.points) for path in group.paths])
            scores = group.exchanged(one, other, which)
            found |= dict(zip(group.paths, map(normal.positions, scores), strict=True))
        return found

    def _taken(self, block: int) -> dict[str, np.ndarray | bool]:
        """By input, at which points of a block it is exchanged."""
        if block < 2:
            return dict.fromkeys(self._samples[0], block == 1)
        if block < 2 + len(self._every):
            return {name: name in self._every[block - 2] for name in self._samples[0]}
        if block < self._walks:
            stays = self.groups[self.tied[block - 2 - len(self._every)]]
            return {name: name not in stays for name in self._samples[0]}
        before = self.turns < block - self._walks + 2
        return {name: before[:, place] for place, members in enumerate(self.groups.values())
                for name in members}

    def walk(self, values: np.ndarray) -> np.ndarray:
        """Of values by block, (block, …, point), those from the first sample to the second, with
        one more group exchanged each time in the order of the point: (group + 1, …, point)."""
        first = np.argmax(self.turns == 0, axis=1)
        alone = np.take_along_axis(
            values, np.broadcast_to(2 + first, (1, *values.shape[1:])), axis=0)
        steps = [values[:1], alone, values[self._walks:], values[1:2]]
        # With one group alone there is nothing between the samples.
        return np.concatenate(steps if len(self.groups) > 1 else [steps[0], steps[3]])
