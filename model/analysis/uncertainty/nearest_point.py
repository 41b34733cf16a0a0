"""The nearest point at which one of several margins falls below 0, for margins of which only values
are known: the design point of the theory of reliability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

# A search by sections: points of a round, and rounds.
_POINTS, _ROUNDS = 9, 4
# The step of a slope [standard deviations], how little a search gains when it ends, after how many
# rounds it does so anyway, and how narrowly it looks when it has hardly moved.
_STEP, _NEAR, _MOST, _NARROW = 0.03, 1e-4, 20, 0.01
# What a length is divided by at least.
_NOTHING = 1e-9
# By which parts of the way to the steepest fall a ray is turned.
_TURNS = (1.0, 0.6, 0.3, 0.1)

# Margins of many points, (point, score) to (point, margin): what is feared happens where one of
# them is below 0.
Margins = Callable[[np.ndarray], np.ndarray]


def nearest(margins: Margins, starts: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """The points nearest to 0 at which a margin falls below 0, sought from starts (start, score)
    at which one is, on combinations of the rows of a basis each, (start, row, score).

    Each round turns the ray through a point towards the steepest fall of a margin, which is where
    the nearest point lies if all goes on with its slope (Hasofer and Lind, 1974), by as much as
    brings the place nearest at which the turned ray falls below 0. All starts take a round in the
    same two calls, and none goes back.
    """
    bases = np.array([np.linalg.qr(basis.T)[0].T for basis in bases])
    at, every = np.einsum("kdn,kn->kd", bases, starts), np.arange(len(starts))
    shifts = _STEP * np.vstack([np.zeros(bases.shape[1]), np.eye(bases.shape[1])])
    low, high = 0.0, 1.0
    for _ in range(_MOST):
        values = _valued(margins, at[:, None] + shifts, bases)
        falls = (values[:, :1] - values[:, 1:]) / _STEP
        rays = _turned(at, np.concatenate([
            _steepest(falls, which) for which in _binding(at, values[:, 0], falls)], axis=1))
        lengths = np.linspace(low, high, _POINTS)
        tried = lengths[:, None] * rays[:, :, None]
        least = _valued(margins, tried.reshape(len(at), -1, at.shape[1]), bases).min(axis=2)
        ends = _crossing(lengths, least.reshape(*rays.shape[:2], _POINTS))
        chosen = ends.argmin(axis=1)
        shorter = np.minimum(ends[every, chosen], high)
        at = shorter[:, None] * rays[every, chosen]
        gains = 1.0 - shorter
        # Those that are farther than the nearest, and come no nearer, are none that is sought.
        distances = np.linalg.norm(at, axis=1)
        if not (gains * distances > _NEAR * distances.min()).any() and high < 1 + 3 * _NARROW:
            break
        most = float(np.abs(gains).max())
        low, high = 1.0 - max(4 * most, _NARROW), 1.0 + max(most, _NARROW)
    rays = np.einsum("kd,kdn->kn", at, bases)
    return rays * first_below(margins, rays, np.full(len(at), 0.95),
                              np.full(len(at), 1.05))[:, None]


def _valued(margins: Margins, points: np.ndarray, bases: np.ndarray) -> np.ndarray:
    """The margins of points (start, point, row) on their bases, (start, point, margin)."""
    every = np.einsum("kpd,kdn->kpn", points, bases)
    return margins(every.reshape(-1, every.shape[2])).reshape(*every.shape[:2], -1)


def _binding(at: np.ndarray, values: np.ndarray, falls: np.ndarray) -> tuple[np.ndarray, ...]:
    """Which margin (start, margin) of each start is the least, and which would be 0 nearest to 0
    if all went on as it falls (start, row, margin)."""
    steep = np.linalg.norm(falls, axis=1)
    away = values + np.einsum("kd,kdm->km", at, falls)
    distance = np.divide(away, steep, out=np.full(away.shape, np.inf),
                         where=(steep > steep.max(axis=1, keepdims=True) * _NEAR) & (away > 0))
    return values.argmin(axis=1), distance.argmin(axis=1)


def _steepest(falls: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The direction in which a margin of each start falls most, (start, 1, row), of length 1."""
    steep = falls[np.arange(len(falls)), :, which]
    return (steep / np.maximum(np.linalg.norm(steep, axis=1, keepdims=True), _NOTHING))[:, None]


def _turned(at: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Rays as long as points (start, row), turned by parts of the way to directions (start,
    direction, row): the ray itself first, (start, ray, row)."""
    length = np.linalg.norm(at, axis=1)[:, None, None]
    own = at[:, None, None] / np.maximum(length, _NOTHING)[..., None]
    mixed = own + np.array(_TURNS)[:, None] * (towards[:, :, None] - own)
    mixed = mixed.reshape(len(at), -1, at.shape[1])
    mixed /= np.maximum(np.linalg.norm(mixed, axis=2, keepdims=True), _NOTHING)
    return length * np.concatenate([own[:, 0], mixed], axis=1)


def _crossing(lengths: np.ndarray, least: np.ndarray) -> np.ndarray:
    """At which of some lengths each ray (start, ray, length) first falls below 0, between two of
    them by a straight line; infinite where it does not."""
    below = least < 0
    first = below.argmax(axis=2)
    before = np.maximum(first - 1, 0)
    low, high = (np.take_along_axis(least, each[..., None], 2)[..., 0] for each in (before, first))
    part = np.divide(low, low - high, out=np.zeros_like(low), where=low > high)
    found = lengths[before] + np.where(first > 0, part, 0.0) * (lengths[first] - lengths[before])
    return np.where(below.any(axis=2), found, np.inf)


def first_below(margins: Margins, rays: np.ndarray, low: np.ndarray,
                high: np.ndarray, rounds: int = _ROUNDS) -> np.ndarray:
    """By how much each ray (ray, score) must be lengthened until a margin falls below 0, sought by
    sections between two lengths; NaN where it does nowhere between."""
    reached = np.zeros(len(rays), bool)
    for _ in range(rounds):
        lengths = np.linspace(low, high, _POINTS + 2, axis=1)
        points = lengths[:, :, None] * rays[:, None]
        least = margins(points.reshape(-1, rays.shape[1])).min(axis=1)
        below = least.reshape(lengths.shape) < 0
        reached = below.any(axis=1)
        at, every = np.maximum(below.argmax(axis=1), 1), np.arange(len(rays))
        low, high = lengths[every, at - 1], np.where(reached, lengths[every, at], high)
    return np.where(reached, high, np.nan)
