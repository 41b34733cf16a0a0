"""Values of assumptions for many scenarios at once: moved, scaled, or drawn from their ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from model.analysis.uncertainty import dependence
from model.analysis.uncertainty.draws import keys, positions
from model.params import consistency, openings
from model.params.assumptions import Assumptions
from model.params.catalog import mix_of
from model.params.limits import level_bounds, plausible_range
from model.params.quantities import STAFF
from model.params.units import UNITS
from model.tolerance import LEAST, RELATIVE


def uncertain(assumptions: Assumptions) -> tuple[str, ...]:
    """Paths whose plausible range has a width, in the order of the file."""
    return tuple(path for path, entry in assumptions.entries.items() if entry.is_uncertain)


def scaled(assumptions: Assumptions, path: str, factors: np.ndarray) -> np.ndarray:
    """A path times factors (scenario,), in the shape that `batch` takes. Kept in its domain."""
    values = assumptions.series[path].values[:, 0]
    return _in_shape(assumptions, path, np.asarray(factors, float)[:, None] * values)


def ends(assumptions: Assumptions, path: str) -> tuple[np.ndarray, np.ndarray]:
    """The low and high plausible value of a path over its periods, or its own value beyond them.
    Of who leaves, the low one is that of fewer who leave."""
    entry, series = assumptions.entries[path], assumptions.series[path]
    now = series.values
    low, high = (pick(end, now) for pick, end in zip(
        (np.minimum, np.maximum), plausible_range(entry, series), strict=True))
    leaves = (now < 0) & (entry.form != "constant")
    return np.where(leaves, high, low)[:, 0], np.where(leaves, low, high)[:, 0]


def bounds(assumptions: Assumptions, path: str) -> tuple[np.ndarray, np.ndarray]:
    """Between which values a level lies in each of its periods, (period,) or (1,) where all are
    alike, so that every month is what its unit allows."""
    low, high = level_bounds(assumptions.entries[path], assumptions.series[path].grain,
                             assumptions.weights.get(path), assumptions.calendar)
    if openings.is_needed(path, assumptions.series):
        low = np.maximum(low, openings.NEEDED)
    if assumptions.entries[path].unit == STAFF:
        now = assumptions.series[path].values[:, 0]
        low = np.where(now < 0, now * _most_leave(assumptions, path), 0.0)
    return low, high


def _most_leave(assumptions: Assumptions, path: str) -> float:
    """By which factor on a path as many leave as are there."""
    opening, joined = (each[..., 0] for each in consistency.staff(
        path, assumptions.entries, assumptions.monthly))
    left = -float(joined.min())
    return max(1.0, float(opening) / left) if left > 0 else UNITS[STAFF].high


def factors(assumptions: Assumptions, path: str, alone: bool = True) -> tuple[float, float]:
    """The least and the greatest factor on a whole path, 1 or beyond it, with which every month is
    what its unit allows and, where it moves alone, what the others of its mix leave."""
    series, (low, high) = assumptions.series[path], bounds(assumptions, path)
    now = series.values[:, 0]
    ends = [_ratio(high, now, now > 0), _ratio(low, now, now < 0)]
    if alone and (mix := mix_of(path)):
        others = sum(assumptions.monthly(other)[:, 0] for other in assumptions.mixes[mix]
                     if other != path)
        held = assumptions.monthly(path)[:, 0]
        ends.append(_ratio(1.0 - others, held, held > 0))
    # A quotient may be rounded to a factor that leads out.
    greatest = min(end.min() for end in ends) * (1 - RELATIVE)
    least = _ratio(low, now, (now > 0) & (low > 0), 0.0).max() * (1 + RELATIVE)
    return min(1.0, float(least)), max(1.0, float(greatest))


def _ratio(over: np.ndarray, under: np.ndarray, where: np.ndarray,
           otherwise: float = np.inf) -> np.ndarray:
    return np.divide(over, under, out=np.full(len(under), otherwise), where=where)


def one_at_a_time(assumptions: Assumptions, paths: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Two scenarios a path, with it alone at its low and at its high end. Arrays for `batch`."""
    values = {}
    for i, path in enumerate(paths):
        now = assumptions.series[path].values[:, 0]
        rows = np.repeat(now[None, :], 2 * len(paths), axis=0)
        rows[2 * i], rows[2 * i + 1] = ends(assumptions, path)
        values[path] = _in_shape(assumptions, path, rows)
    return within_mixes(assumptions, values)


def drawn(assumptions: Assumptions, paths: tuple[str, ...], size: int, seed: int,
          start: int = 0) -> dict[str, np.ndarray]:
    """`size` draws of every path from its distribution over its range, with the value as it stands
    as the mode; the first is draw number `start`. Paths are independent but for those that the
    plan's correlations name. The same seed gives the same draws, in any order of paths and however
    they are split."""
    return within_mixes(assumptions, values_at(
        assumptions, places(assumptions, paths, size, seed, start)))


def places(assumptions: Assumptions, paths: Iterable[str], size: int, seed: int,
           start: int = 0) -> dict[str, np.ndarray]:
    """Where each of these draws lies in the distribution of its path, (draw,) from 0 to below 1."""
    tied = dependence.positions(assumptions.correlations, seed, size, start)
    return {path: tied[path] if path in tied else positions(seed, path, size, start)
            for path in paths}


def values_at(assumptions: Assumptions, places: Mapping[str, np.ndarray]) -> dict:
    """Values of paths where draws lie at places of their distributions, in the shape that `batch`
    takes; `within_mixes` shares out what mixes do not leave."""
    values = {}
    for path, position in places.items():
        lows, highs = ends(assumptions, path)
        modes = assumptions.series[path].values[:, 0]
        rows = np.empty((len(modes), len(position)))
        for row, low, mode, high in zip(rows, lows, modes, highs, strict=True):
            row[:] = mode if low == high else _quantile(
                assumptions.entries[path].distribution, position, low, mode, high)
        values[path] = _in_shape(assumptions, path, rows.T)
    return values


def on_the_way(assumptions: Assumptions, parts: Mapping[str, np.ndarray]) -> dict:
    """Values of paths that lie so far, (draw,) from -1 to 1, on the way from the plan to the low or
    the high end of their ranges, in the shape that `batch` takes."""
    values = {}
    for path, part in parts.items():
        low, high = ends(assumptions, path)
        now, far = assumptions.series[path].values[:, 0], part[:, None]
        values[path] = _in_shape(assumptions, path,
                                 now + np.abs(far) * np.where(far > 0, high - now, low - now))
    return within_mixes(assumptions, values)


def are_rows(assumptions: Assumptions, paths: tuple[str, ...]) -> bool:
    """Whether `Rows` can draw some paths: members of a mix have as many values, no level has a
    season, and none is below zero."""
    return (all(len({assumptions.series[path].grain for path in members}) == 1
                for members in assumptions.mixes.values())
            and not assumptions.weights.keys() & set(paths)
            and all((assumptions.series[path].values >= 0).all() for path in paths))


class Rows:
    """The same by Numba, for blocks of at most `size` draws: what `fill` gives holds until it is
    called again. `firsts` says by path which is its first row."""

    def __init__(self, assumptions: Assumptions, paths: tuple[str, ...], size: int, seed: int):
        from model.analysis.uncertainty.compiled import fill

        series = [assumptions.series[path].values[:, 0] for path in paths]
        lows, highs = (np.concatenate(each) for each in zip(
            *(ends(assumptions, path) for path in paths), strict=True))
        # Without a season, all periods have the same.
        least, most = (np.array([each[0] for each in ends]) for ends in zip(
            *(bounds(assumptions, path) for path in paths), strict=True))
        places = np.cumsum([0, *map(len, series)])
        self.firsts = dict(zip(paths, places.tolist(), strict=False))
        self._assumptions, self._fill, self._rows = assumptions, fill, np.empty((len(lows), size))
        self._told = (
            places, np.array([keys(seed, path) for path in paths]),
            np.array([assumptions.entries[path].distribution == "uniform" for path in paths]),
            np.concatenate(series), lows, highs,
            np.minimum(least, [values.min() for values in series]), most)
        self._paths, self._seed = paths, seed

    def fill(self, start: int, size: int) -> np.ndarray:
        """Values of draws number `start` and on, (row, draw)."""
        rows = self._rows if size == self._rows.shape[1] else np.empty((len(self._rows), size))
        self._fill(rows, *self._told, start, *self._positions(start, size))
        self._share_out(rows)
        return rows

    def at(self, places: Mapping[str, np.ndarray]) -> np.ndarray:
        """Values where draws lie at places of their distributions, (row, draw)."""
        given = np.array([places[path] for path in self._paths])
        rows = np.empty((len(self._rows), given.shape[1]))
        self._fill(rows, *self._told, 0, np.arange(len(given)), given)
        self._share_out(rows)
        return rows

    def _positions(self, start: int, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Of each path, the row of its positions, or -1 where they are its own; and the rows."""
        tied = dependence.positions(self._assumptions.correlations, self._seed, size, start)
        every = [path for path in self._paths if path in tied]
        places = np.full(len(self._paths), -1)
        places[[self._paths.index(path) for path in every]] = np.arange(len(every))
        return places, np.array([tied[path] for path in every]).reshape(len(every), size)

    def _share_out(self, rows: np.ndarray) -> None:
        """Mixes that are drawn, within what there is."""
        series = self._assumptions.series
        values = {path: rows[first:first + len(series[path].values)].T
                  for path, first in self.firsts.items() if mix_of(path)}
        for path, shares in within_mixes(self._assumptions, values).items():
            if shares is not values[path]:
                values[path][:] = shares if shares.ndim > 1 else shares[:, None]


def _quantile(distribution: str, position, low: float, mode: float, high: float) -> np.ndarray:
    if distribution == "uniform":
        return low + (high - low) * position
    if high < low:
        return -_quantile(distribution, position, -low, -mode, -high)
    split = (mode - low) / (high - low)
    left = low + np.sqrt(position * (high - low) * (mode - low))
    right = high - np.sqrt((1 - position) * (high - low) * (high - mode))
    return np.where(position < split, left, right)


def within_mixes(assumptions: Assumptions, values: Mapping[str, np.ndarray]) -> dict:
    """Values in which members of a mix that would exceed 1 share what there is in proportion."""
    values, weights = dict(values), assumptions.weights
    for mix in {mix_of(path) for path in values} - {None}:
        members = assumptions.mixes[mix]
        rows = [values.get(path, assumptions.series[path].values.T) for path in members]
        rows = [row if row.ndim == 2 else row[:, None] for row in rows]
        # With as many periods each: years are spread over their months.
        periods = max(*(row.shape[1] for row in rows),
                      *(len(weights[path]) for path in members if path in weights), 1)
        rows = [row if row.shape[1] in (1, periods) else
                np.repeat(row, assumptions.calendar.lengths(), axis=1) for row in rows]
        total = sum(row * weights[path] if path in weights else row
                    for path, row in zip(members, rows, strict=True))
        # What rounding leaves above 1 is none too much: a plan's own mix stays as it is.
        total = np.where(total > 1.0 + LEAST, total, 1.0)
        if (total == 1.0).all():
            continue
        for path, row in zip(members, rows, strict=True):
            if path in values:
                share = row / total
                values[path] = share if share.shape[1] > 1 else share[:, 0]
    return values


def _in_shape(assumptions: Assumptions, path: str, rows: np.ndarray) -> np.ndarray:
    series, (low, high) = assumptions.series[path], bounds(assumptions, path)
    now = series.values[:, 0]
    # The plan's own values stay: with a season they may be what rounding leaves beyond a bound.
    rows = np.clip(rows, np.minimum(low, now), np.maximum(high, now))
    return rows[:, 0] if series.grain == "constant" else rows
