"""Draws by number: the published generator, the same however they are split."""

import zlib

import numpy as np
import pytest

from model import load
from model.analysis import sampling
from model.analysis.draws import LIMIT, positions, threefry
from model.companies import COMPANIES

# From `kat_vectors` of Random123, the authors' library: count, key, result.
KNOWN = (
    ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
    ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
    ((0x243F6A88, 0x85A308D3), (0x13198A2E, 0x03707344), (0xC4923A9C, 0x483DF7A0)))


def plain(key, count):
    """The generator once more, round by round, with whole numbers of Python."""
    keys = (*key, key[0] ^ key[1] ^ 0x1BD11BDA)
    first, second = ((word + own) % LIMIT for word, own in zip(count, keys, strict=False))
    for step in range(20):
        places = (13, 15, 26, 6, 17, 29, 16, 24)[step % 8]
        first = (first + second) % LIMIT
        second = ((second << places) % LIMIT | second >> (32 - places)) ^ first
        if step % 4 == 3:
            group = step // 4 + 1
            first = (first + keys[group % 3]) % LIMIT
            second = (second + keys[(group + 1) % 3] + group) % LIMIT
    return first, second


@pytest.mark.parametrize(("count", "key", "wanted"), KNOWN)
def test_the_generator_gives_the_published_words(count, key, wanted):
    words = threefry(key, *(np.array([word], dtype=np.uint32) for word in count))
    assert tuple(int(word[0]) for word in words) == plain(key, count) == wanted


def test_positions_are_those_of_plain_whole_numbers():
    for seed, path in ((0, "tax"), (2026, "mentees.cac"), (LIMIT - 1, "größe")):
        key = seed, zlib.crc32(path.encode("utf-8"))
        for number in (0, 1, 999, LIMIT - 1):
            first, second = plain(key, (number, 0))
            wanted = ((first >> 5) * 2**26 + (second >> 6)) / 2**53
            assert positions(seed, path, 1, number).tolist() == [wanted]


def test_positions_are_spread_evenly_from_0_to_below_1():
    found = np.concatenate([positions(seed, "mentees.cac", 50_000) for seed in (1, 2)])
    assert found.min() >= 0 and found.max() < 1
    assert np.abs(np.histogram(found, 20, (0, 1))[0] / 5000 - 1).max() < 0.06
    # Neither neighbours nor seeds nor paths go together.
    for one, other in ((found[1:], found[:-1]), (found[:50_000], found[50_000:]),
                       (found[:50_000], positions(1, "mentors.cac", 50_000))):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.02


@pytest.mark.parametrize("company", COMPANIES)
def test_draws_are_the_same_however_they_are_split(company):
    assumptions = load(company)
    paths = sampling.uncertain(assumptions)
    whole = sampling.drawn(assumptions, paths, 500, 7)
    for start, size in ((0, 1), (3, 200), (499, 1)):
        part = sampling.drawn(assumptions, paths, size, 7, start)
        assert all(np.array_equal(part[path], whole[path][start:start + size]) for path in paths)


@pytest.mark.parametrize("company", COMPANIES)
def test_every_path_has_draws_of_its_own(company):
    paths = list(load(company).entries)
    assert len({zlib.crc32(path.encode()) for path in paths}) == len(paths)
