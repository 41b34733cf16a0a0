"""Random draws of all paths at once, compiled by Numba: the bits of `sampling.drawn`.

Each operation is one that is exactly rounded, in the order in which NumPy does it there.
"""

from __future__ import annotations

import numpy as np

from model.analysis.uncertainty.draws import BLOCK

try:
    from numba import njit
except ImportError:  # read by nobody then but a check of all modules
    def njit(**options):
        """Leaves a function as it is."""
        return lambda function: function

compiled = njit(cache=True, error_model="numpy", nogil=True)


@compiled
def fill(rows, firsts, keys, uniform, modes, lows, highs, bottoms, tops, start, tied, given):
    """Fill rows, (row, draw), with draws number `start` and on. A path has the rows from its
    `firsts` up to the next one's, `keys` (path, 3) of its generator, and what its unit allows; a
    row has its mode and the ends of its range. A path that goes together with others takes its
    positions from a row of those that are `given`, which `tied` says."""
    size = rows.shape[1]
    place = np.empty(size)
    for path in range(len(keys)):
        if tied[path] < 0:
            _positions(place, keys[path], start)
        else:
            place[:] = given[tied[path]]
        for row in range(firsts[path], firsts[path + 1]):
            _row(rows[row], place, uniform[path], modes[row], lows[row], highs[row],
                 bottoms[path], tops[path])


@compiled
def _positions(place, keys, start):
    """As draws.positions."""
    order, within = np.empty(BLOCK, np.uint32), np.empty(BLOCK)
    for first in range(start - start % BLOCK, start + len(place), BLOCK):
        for at in range(BLOCK):
            order[at], other = _words(keys, first + at)
            within[at] = other / 2.0**32
        for at in range(max(0, start - first), min(BLOCK, start + len(place) - first)):
            before = 0
            for each in range(at):
                before += order[each] <= order[at]
            for each in range(at + 1, BLOCK):
                before += order[each] < order[at]
            place[first + at - start] = (before + within[at]) / BLOCK


@compiled
def _words(keys, number):
    """As draws.threefry."""
    one, other = np.uint32(np.uint32(number) + keys[0]), keys[1]
    for group in range(1, 6):
        for turn in range(4):
            odd = group % 2 == 1
            left = ((13 if odd else 17) if turn == 0 else (15 if odd else 29) if turn == 1 else
                    (26 if odd else 16) if turn == 2 else (6 if odd else 24))
            one = np.uint32(one + other)
            other = np.uint32(np.uint32(other << np.uint32(left))
                              | np.uint32(other >> np.uint32(32 - left)))
            other = np.uint32(other ^ one)
        one = np.uint32(one + keys[group % 3])
        other = np.uint32(np.uint32(other + keys[(group + 1) % 3]) + np.uint32(group))
    return one, other


@compiled
def _row(row, place, uniform, mode, low, high, bottom, top):
    """As sampling.drawn does it with the values of one period."""
    width, split = high - low, 0.0
    if width > 0:
        split = (mode - low) / width
    for at in range(len(row)):
        value = mode
        if low != high and uniform:
            value = low + width * place[at]
        elif low != high and place[at] < split:
            value = low + np.sqrt(place[at] * width * (mode - low))
        elif low != high:
            value = high - np.sqrt((1 - place[at]) * width * (high - mode))
        row[at] = min(max(value, bottom), top)
