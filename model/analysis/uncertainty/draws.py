"""Random draws by number: each is found from a seed, a path and its number alone.

So any part of many draws is the same wherever it is made: by one process or by several, here or in
the page. The generator is Threefry-2x32 with 20 rounds (Salmon and others, 2011); it needs nothing
but sums, rotations and exclusive ors of 32 bits.

Each block of draws is a Latin hypercube (McKay and others, 1979): it has one draw in every part of
a path's distribution, in an order that is random and its own. So luck evens out, and as blocks are
independent of each other, their means tell how much of it is left (Owen, 1992). Nets of Sobol were
tried: of 1,000 draws of a company they leave hardly less luck in most of its chances, and each page
that draws would have to carry a table for them.
"""

from __future__ import annotations

import zlib

import numpy as np

_PARITY = 0x1BD11BDA
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
# Seeds and the numbers of draws are below this.
LIMIT = 2**32
# Draws of a block, and how many whole blocks tell how far a mean over draws is off.
BLOCK, ENOUGH = 50, 20


def positions(seed: int, path: str, size: int, start: int = 0) -> np.ndarray:
    """Draws number `start` and on of a path, (size,): evenly spread from 0 to below 1."""
    before = start % BLOCK
    blocks = -(-(before + size) // BLOCK)
    # What a block has beyond the last number begins again at 0.
    numbers = np.arange(start - before, start - before + blocks * BLOCK).astype(np.uint32)
    order, within = threefry((seed, _word(path)), numbers, np.zeros_like(numbers))
    places = order.reshape(blocks, BLOCK).argsort(kind="stable").argsort(kind="stable")
    return ((places.ravel() + within / 2.0**32) / BLOCK)[before:before + size]


def error(values: np.ndarray) -> float | None:
    """Standard error of the mean of values of the first draws, (draw,); None where these are too
    few to tell it."""
    whole = len(values) // BLOCK
    if whole < ENOUGH:
        return None
    means = values[:whole * BLOCK].reshape(whole, BLOCK).mean(axis=1)
    return float(means.std(ddof=1) * np.sqrt(BLOCK / len(values)))


def mean_error(values: np.ndarray) -> float:
    """The same, or where draws are too few to tell it that of as many independent ones."""
    found = error(values)
    return float(np.std(values) / np.sqrt(len(values))) if found is None else found


def keys(seed: int, path: str) -> np.ndarray:
    """The key of a path's draws, which is two words, and the third that follows from them."""
    return _schedule(seed, _word(path))


def _word(path: str) -> int:
    return zlib.crc32(path.encode())


def _schedule(one: int, other: int) -> np.ndarray:
    return np.array([one, other, one ^ other ^ _PARITY], np.uint32)


def threefry(key: tuple[int, int], first: np.ndarray,
             second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two words of 32 bits, each (size,), from two words that count and a key of two."""
    keys = _schedule(*key)
    first, second = first + keys[0], second + keys[1]
    for group in range(1, 6):
        for places in _ROTATIONS[(group - 1) % 2]:
            first += second
            second = second << places | second >> (32 - places)
            second ^= first
        first = first + keys[group % 3]
        second = second + keys[(group + 1) % 3] + np.uint32(group)
    return first, second
