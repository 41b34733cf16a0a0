"""Draws by number: the published generator, the same however they are split."""

import zlib
from dataclasses import replace

import numpy as np
import pytest
from seasonal import seasonal

from model import load, project
from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.draws import LIMIT, error, positions, threefry
from model.companies import COMPANIES
from model.params.openings import NEEDED

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
            block = [plain(key, (each % LIMIT, 0)) for each in range(
                number // 50 * 50, number // 50 * 50 + 50)]
            first, second = block[number % 50]
            place = sum(other < first for other, _ in block)
            assert positions(seed, path, 1, number).tolist() == [(place + second / 2**32) / 50]


def test_each_block_has_one_draw_in_every_part_in_an_order_of_its_own():
    found = positions(3, "mentees.cac", 50 * 400).reshape(400, 50)
    assert (np.sort((50 * found).astype(int)) == np.arange(50)).all()
    ranks = found.argsort(axis=1).argsort(axis=1)
    # All orders are as likely, so that neither places nor blocks go together.
    assert abs(np.corrcoef(ranks[:, 0], ranks[:, 1])[0, 1] + 1 / 49) < 3 / np.sqrt(400)
    assert np.abs(np.corrcoef(ranks)[np.triu_indices(400, 1)]).mean() < 0.13
    assert np.abs(ranks.mean(axis=0) - 24.5).max() < 4 * 14.4 / np.sqrt(400)


def test_a_standard_error_is_as_large_as_means_are_off():
    """How likely three positions sum to 1.7 or less has a closed form (Irwin and Hall)."""
    chance, off, errors = (1.7**3 - 3 * 0.7**3) / 6, [], []
    for seed in range(200):
        event = sum(positions(seed, path, 1010) for path in "abc") <= 1.7
        off.append(event.mean() - chance)
        errors.append(error(event.astype(float)))
    off, errors = np.array(off), np.array(errors)
    # 19 of 20 lie within two errors, which twenty blocks tell to about a sixth.
    assert np.mean(np.abs(off) <= 2 * errors) == pytest.approx(0.94, abs=0.04)
    assert np.sqrt(np.mean((off / errors)**2)) == pytest.approx(1, abs=0.15)
    # Luck that evens out leaves far less than that of independent draws.
    assert off.std() < 0.7 * np.sqrt(chance * (1 - chance) / 1010)


def test_a_few_draws_are_too_few_to_tell_their_error():
    assert error(np.ones(999)) is None and error(np.ones(1000)) == 0
    halves = np.repeat([0.0, 1.0], 500)
    assert error(halves) == pytest.approx(np.sqrt(0.25 * 20 / 19 / 20))


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


# With a season of up to 1.13 times the mean, a month alone may be more than a level may be.
@pytest.mark.parametrize(("company", "changes"), [
    ("mentorship", {"mentees.match_rate.2027-03": 0.97}), ("influencer", {})])
def test_a_factor_of_1_is_the_plan_to_the_bit(company, changes):
    plan = seasonal(company, **changes)
    for path in sampling.uncertain(plan):
        values = {path: sampling.scaled(plan, path, np.array([1.0, 0.9]))}
        same = plan.with_values(sampling.within_mixes(plan, values))
        for other in plan.entries:
            assert np.array_equal(same.monthly(other)[:, 0], plan.monthly(other)[:, 0]), other


def test_a_full_mix_that_rounding_leaves_above_1_stays_as_it_is():
    shares = {"mentees.mix.career_changers": 0.3, "mentees.mix.senior_experts": 0.7 + 2.3e-16}
    plan = load("mentorship", changes=shares)
    values = {path: np.array([share]) for path, share in shares.items()}
    assert sum(values.values())[0] > 1
    assert sampling.within_mixes(plan, values) == values


@pytest.mark.parametrize("company", COMPANIES)
def test_a_factor_keeps_every_month_what_its_unit_and_its_mix_allow(company):
    plan = seasonal(company)
    for path in sampling.uncertain(plan):
        setting, entry = plan.settings[path], plan.entries[path]
        for factor in sampling.factors(plan, path):
            factor = np.clip(factor, 0.01, 1e3)
            moved = plan.with_values({f"{path}{moment}": value for moment, value in setting.times(
                factor, entry, plan.calendar).items()})
            scaled = plan.with_values({path: sampling.scaled(plan, path, np.array([factor]))})
            assert moved.monthly(path) == pytest.approx(scaled.monthly(path), rel=1e-12), path


def test_what_an_opening_needs_is_never_drawn_to_nothing():
    """At 0 days, receivables at the start would never be collected."""
    path = "terms.days_to_collect"
    plan = load("mentorship", changes={"opening.receivables": 6_000})
    assert sampling.one_at_a_time(plan, (path,))[path][0] == 15
    plan = _from_nothing(plan, path)
    values = sampling.one_at_a_time(plan, (path,))
    assert values[path][0] == NEEDED
    plans = project(plan.with_values(values))
    assert plans["receivables"][0, 0] < 1
    assert sampling.one_at_a_time(_from_nothing(load("mentorship"), path), (path,))[path][0] == 0


def test_no_draw_lets_more_leave_than_are_there():
    path = "team.support_specialist.hires"
    plan = load("mentorship", changes={
        "opening.headcount.support_specialist": 1.1,
        path: {"2026-02": -1, "2026-07": 1, "2027-01": -1}})
    assert plan.entries[path].range[1] == 1.3
    assert sampling.factors(plan, path) == (0, pytest.approx(1.1))
    for values in (sampling.one_at_a_time(plan, (path,)), sampling.drawn(plan, (path,), 300, 1)):
        there = 1.1 + np.cumsum(plan.with_values(values).monthly(path), axis=0)
        assert -1e-12 <= there.min() < 0.05


def _from_nothing(plan, path):
    """A plan in which a path may plausibly be 0."""
    entry = plan.entries[path].model_copy(update={"range": (0.0, 60.0)})
    return replace(plan, entries={**plan.entries, path: entry})
