"""Random draws by number: each is found from a seed, a path and its number alone.

So any part of many draws is the same wherever it is made: by one process or by several, here or in
the page. The generator is Threefry-2x32 with 20 rounds (Salmon and others, 2011); it needs nothing
but sums, rotations and exclusive ors of 32 bits.
"""

from __future__ import annotations

import zlib

import numpy as np

_PARITY = 0x1BD11BDA
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
# Seeds and the numbers of draws are below this.
LIMIT = 2**32


def positions(seed: int, path: str, size: int, start: int = 0) -> np.ndarray:
    """Draws number `start` and on of a path, (size,): evenly spread from 0 to below 1."""
    numbers = np.arange(start, start + size, dtype=np.uint32)
    first, second = threefry((seed, _word(path)), numbers, np.zeros_like(numbers))
    return ((first >> 5) * 2.0**26 + (second >> 6)) / 2.0**53


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
