"""Money events that the ledger refused, in their order, and which of them it would take now.

A later event may open room for earlier ones. Which of many then fits is found in a few steps, not
by trying all of them again.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Mapping


class Waiting:
    """Amounts by place and by kind: a bucket, and whether an equity learner's.

    `ready` are places that can be tried whatever money there is.
    """

    def __init__(self, amounts: Mapping[int, tuple[tuple, int]], ready=()) -> None:
        self._kind_of = {place: kind for place, (kind, _) in amounts.items()}
        kinds: dict[tuple, list[tuple[int, int]]] = {}
        for place in sorted(amounts):
            kind, amount = amounts[place]
            kinds.setdefault(kind, []).append((place, amount))
        self._kinds = {kind: _Row(found) for kind, found in kinds.items()}
        self._ready, self._later = [], sorted(ready)

    @property
    def kinds(self) -> tuple[tuple, ...]:
        return tuple(self._kinds)

    def begin(self) -> None:
        """Begin with the first place again."""
        self._ready, self._later = self._later, []
        heapq.heapify(self._ready)

    def next(self, after: int, most: Mapping[tuple, int]) -> int | None:
        """The first place behind another whose amount is no more than what its kind may have."""
        found = [row.first(after + 1, most[kind]) for kind, row in self._kinds.items()]
        found += self._ready[:1]
        place = min((at for at in found if at is not None), default=None)
        if place is not None:
            self.drop(place)
            if self._ready and self._ready[0] == place:
                heapq.heappop(self._ready)
        return place

    def drop(self, place: int) -> None:
        """Take out what waits no longer."""
        if kind := self._kind_of.pop(place, None):
            self._kinds[kind].drop(place)

    def ready(self, place: int, now: int) -> None:
        """Say that a place can be tried: in this round, where the round has not passed it."""
        self.drop(place)
        if place > now:
            heapq.heappush(self._ready, place)
        else:
            self._later.append(place)


class _Row:
    """The amounts of one kind in a tree of least amounts."""

    def __init__(self, found: list[tuple[int, int]]) -> None:
        self._places = [place for place, _ in found]
        self._at = {place: at for at, place in enumerate(self._places)}
        self._size = 1 << max(0, len(found) - 1).bit_length()
        spare = self._size - len(found)
        self._least = [math.inf] * self._size + [amount for _, amount in found] + [math.inf] * spare
        for node in range(self._size - 1, 0, -1):
            self._least[node] = min(self._least[2 * node], self._least[2 * node + 1])

    def first(self, place: int, most: float) -> int | None:
        """The first place from one on whose amount is `most` or less."""
        at = bisect_left(self._places, place)
        if at == len(self._places):
            return None
        node = at + self._size
        while self._least[node] > most:
            while node & 1:
                node >>= 1
            if not node:
                return None
            node += 1
        while node < self._size:
            node = 2 * node if self._least[2 * node] <= most else 2 * node + 1
        return self._places[node - self._size]

    def drop(self, place: int) -> None:
        node = self._at[place] + self._size
        self._least[node] = math.inf
        while node := node >> 1:
            self._least[node] = min(self._least[2 * node], self._least[2 * node + 1])
