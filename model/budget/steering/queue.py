"""The queue of money events that the ledger refused, until a later event opens room for them.

Which of many events then fits is found in a few steps, without trying all of them again.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Callable, Mapping


class Queue:
    """Amounts by the place of their event and by kind: a bucket, and whether an equity learner's.

    `ready` are places that can be tried whatever money there is.
    """

    def __init__(self, amounts: Mapping[int, tuple[tuple, int]], ready=()) -> None:
        self._kind_of = {place: kind for place, (kind, _) in amounts.items()}
        kinds: dict[tuple, dict[int, int]] = {}
        for place in sorted(amounts):
            kind, amount = amounts[place]
            kinds.setdefault(kind, {})[place] = amount
        self._kinds = {kind: _Amounts(amounts) for kind, amounts in kinds.items()}
        self._ready, self._later = [], sorted(ready)

    def begin(self) -> None:
        """Begin a round, with the first place again."""
        self._ready, self._later = self._later, []
        heapq.heapify(self._ready)

    def next(self, after: int, most: Callable[[tuple], int]) -> int | None:
        """Take out the first place after another whose amount is within what its kind may have."""
        places = [amounts.first(after + 1, most(kind)) for kind, amounts in self._kinds.items()]
        places += self._ready[:1]
        place = min((at for at in places if at is not None), default=None)
        if place is not None:
            self.drop(place)
            if self._ready and self._ready[0] == place:
                heapq.heappop(self._ready)
        return place

    def drop(self, place: int) -> None:
        if kind := self._kind_of.pop(place, None):
            self._kinds[kind].drop(place)

    def ready(self, place: int, now: int) -> None:
        """Note that a place can be tried: in this round, or in the next if it is past already."""
        self.drop(place)
        if place > now:
            heapq.heappush(self._ready, place)
        else:
            self._later.append(place)


class _Amounts:
    """The amounts of one kind by place, in a tree of least amounts."""

    def __init__(self, amounts: Mapping[int, int]) -> None:
        self._places = list(amounts)
        self._at = {place: at for at, place in enumerate(self._places)}
        self._size = 1 << max(0, len(amounts) - 1).bit_length()
        spare = self._size - len(amounts)
        self._least = [math.inf] * self._size + [*amounts.values()] + [math.inf] * spare
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
