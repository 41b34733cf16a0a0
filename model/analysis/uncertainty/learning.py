"""What closed months say of a plan's assumptions, and of the chances that follow from them.

Each draw of the assumptions says what the closed months should have been. Draws that come near to
what was observed count more than others. How near is near follows from the error that a line of the
model is taken to have: as a share of its amount, one part that lasts through all months, and one
that is new in each. Most of it is shared between lines that go together in the draws, so that what
has one cause, such as new customers and revenue, does not count twice. Nothing measures these
errors; they are chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from model.analysis.doubts import SUBTOTALS, added_up, is_line, totals
from model.analysis.forecast import Forecast
from model.analysis.uncertainty import dependence, draws, normal, sampling
from model.analysis.uncertainty.chances import (
    FIRST,
    Figures,
    Share,
    figures,
    on_time,
    reached,
    short,
)
from model.analysis.uncertainty.sensitivity import DRAWS, LINES, SEED
from model.analysis.uncertainty.tempering import Learned, effective, learned, weights_of
from model.engine.headlines import Headline
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions
from model.params.observations import Actuals
from model.tolerance import MONEY

# The error of a line, as a share of its amount: what lasts through all months, and what is new in
# each.
LASTING, MONTHLY = 0.1, 0.1
# The part of an error's variance that lines share as far as they go together in the draws.
SHARED = 0.8
# From here on months say something of an assumption: its mean has moved by so much of its spread,
# or so little of its spread is left.
MOVED, LEFT = 0.25, 0.85
# A line that misses by more of its errors than this is explained by no draw.
FAR = 2.0
# Factors on all errors, with which the chances are worked out besides, and what share of draws must
# then still count.
OTHER_ERRORS, ENOUGH = (0.5, 2.0), 0.05
ENDS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class Evidence:
    """A line that was observed in closed months at these `places`, and what it was. Lines that are
    above 0 err by a factor; others by a share of their mean size, `scale`."""

    line: str
    places: np.ndarray
    observed: np.ndarray
    scale: float | None

    def misses(self, plans: Projection) -> np.ndarray:
        """How far plans are off in each month, (scenario, month), as shares."""
        said = plans[self.line][:, self.places]
        if self.scale is not None:
            return (said - self.observed) / self.scale
        return np.log(np.maximum(said / self.observed, np.finfo(float).tiny))

    @property
    def spread(self) -> float:
        """The standard deviation of its mean miss."""
        return float(np.sqrt(LASTING ** 2 + MONTHLY ** 2 / len(self.places)))


def evidence(projection: Projection, actuals: Actuals) -> tuple[Evidence, ...]:
    """The lines of which closed months are known, but for sums of others that are known, too."""
    found = []
    sums = {*totals(projection), *SUBTOTALS}
    for line, months in actuals.values.items():
        places = np.flatnonzero(np.isfinite(months))
        if not is_line(projection, line) or not places.size:
            continue
        if line in sums and added_up(projection, actuals.values, line) is not None:
            continue
        observed, plan = months[places], projection[line][0, places]
        above = (observed > 0).all() and (plan > 0).all()
        scale = None if above else float(np.mean(np.abs(plan))) or float(np.mean(np.abs(observed)))
        if scale != 0:
            found.append(Evidence(line, places, observed, scale))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Range:
    """An assumption of which the months say something: its values below which 5, 50 and 95 of 100
    draws lie, before and after, in its unit, or as factors on a path of values over time."""

    path: str
    before: np.ndarray
    after: np.ndarray
    moved: float
    left: float


@dataclass(frozen=True)
class Odds:
    """Shares of draws: break-even by the plan's own month (or at all, where the plan has none),
    EBITDA of a year at or above the plan's, and cash below zero in some month."""

    on_time: Share
    earns: Share
    short: Share


@dataclass(frozen=True, eq=False)
class Learning:
    """What closed months have taught.

    lines   the evidence
    draws   the draws after it
    size    how many draws there were
    ranges  assumptions of which it says something, the most first
    start   chances of the draws as they were before any month
    close   of the same draws, run on from the close
    now     of the draws that have learned, run on from the close
    others  the first of these chances, if all errors were so many times what they are taken to be
    far     lines that no draw explains
    """

    lines: tuple[Evidence, ...]
    draws: Learned
    size: int
    ranges: tuple[Range, ...]
    start: Odds
    close: Odds
    now: Odds
    others: Mapping[float, Share]
    far: tuple[str, ...]


class _Draws:
    """Draws of a plan by independent normal scores, of which correlations make those that go
    together."""

    def __init__(self, assumptions: Assumptions):
        self.assumptions = assumptions
        self.paths = sampling.uncertain(assumptions)
        self._places = {path: place for place, path in enumerate(self.paths)}
        self._groups = dependence.groups_of(assumptions.correlations)

    def first(self, size: int, seed: int) -> np.ndarray:
        """The scores of draws before anything is known, (path, draw)."""
        return np.array([normal.scores(draws.positions(seed, path, size)) for path in self.paths])

    def values(self, scores: np.ndarray) -> dict:
        """What assumptions are with these scores, for `batch`."""
        tied = scores.copy()
        for group in self._groups:
            rows = [self._places[path] for path in group.paths]
            tied[rows] = group.shares @ scores[rows]
        places = dict(zip(self.paths, normal.positions(tied), strict=True))
        return sampling.within_mixes(self.assumptions,
                                     sampling.values_at(self.assumptions, places))


def learning(projection: Projection, actuals: Actuals, ahead: Forecast, year: int,
             size: int = DRAWS, seed: int = SEED) -> Learning | None:
    """What the closed months of a file say, with the forecast from the last close and the year
    whose EBITDA is asked for; None where no line of them can be held against draws."""
    lines, of = evidence(projection, actuals), _Draws(projection.assumptions)
    if not lines or not of.paths:
        return None
    names = tuple(each.line for each in lines)
    months = max(int(each.places[-1]) for each in lines) + 1

    def told(scores: np.ndarray) -> Projection:
        return batch(projection.assumptions, of.values(scores), names, months)

    def events(scores: np.ndarray, plan: Assumptions) -> tuple[np.ndarray, ...]:
        plans = batch(plan, of.values(scores), keep=LINES)
        return _events(figures(plans, projection.years), figures(projection, projection.years),
                       year)
    first, closed = of.first(size, seed), ahead.ahead.assumptions
    errors = errors_of(lines, told(first))
    after = learned(first, lambda scores: likelihood(lines, errors, told(scores)), seed)
    plans, now = told(after.scores), events(after.scores, closed)
    alike = np.full(size, 1 / size)
    return Learning(
        lines, after, size, _ranges(of, first, after),
        _odds(events(first, projection.assumptions), alike), _odds(events(first, closed), alike),
        _odds(now, after.weights), _by_error(
            likelihood(lines, errors, plans), after.weights, now[0]),
        _far(lines, plans, after.weights))


def errors_of(lines: Sequence[Evidence], plans: Projection) -> np.ndarray:
    """The covariance of the errors of all that was observed, (observation, observation): lines one
    after the other, with their months. Lines share them as far as they go together in plans."""
    means = np.array([each.misses(plans).mean(axis=1) for each in lines])
    apart = means - means.mean(axis=1, keepdims=True)
    sizes = np.sqrt((apart ** 2).sum(axis=1))
    # A line that does not move goes together with none.
    apart = apart / np.where(sizes > 0, sizes, np.inf)[:, None]
    alike = SHARED * apart @ apart.T
    np.fill_diagonal(alike, 1.0)
    return np.block([[share * (LASTING ** 2 + MONTHLY ** 2 * np.equal.outer(
        one.places, other.places)) for other, share in zip(lines, row, strict=True)]
        for one, row in zip(lines, alike, strict=True)])


def likelihood(lines: Sequence[Evidence], errors: np.ndarray, plans: Projection) -> np.ndarray:
    """The logarithm of the likelihood of all that was observed, (scenario,), but for a constant."""
    misses = np.concatenate([each.misses(plans) for each in lines], axis=1)
    scaled = solve_triangular(np.linalg.cholesky(errors), misses.T, lower=True)
    return -(scaled ** 2).sum(axis=0) / 2


def _events(found: Figures, plan: Figures, year: int) -> tuple[np.ndarray, ...]:
    """Whether each draw has what Odds count, in their order."""
    ebitda = Headline("ebitda", year)
    even = on_time(found, plan) if plan[FIRST][0] else reached(found)
    return even, found[ebitda] >= plan[ebitda] - MONEY, short(found)


def _odds(events: Sequence[np.ndarray], weights: np.ndarray) -> Odds:
    return Odds(*(weighted(event, weights) for event in events))


def _by_error(logs: np.ndarray, weights: np.ndarray, event: np.ndarray) -> dict[float, Share]:
    """The share of an event if all errors were other ones, where enough draws still count; `logs`
    are the likelihoods by the errors as they are."""
    found = {}
    for factor in OTHER_ERRORS:
        others = weights * weights_of(logs / factor ** 2 - logs)
        if effective(others) >= ENOUGH * len(others):
            found[factor] = weighted(event, others)
    return found


def weighted(event: np.ndarray, weights: np.ndarray) -> Share:
    """The share of weighted draws of which an event is true, of as many as they are worth."""
    size = round(effective(weights))
    value = float(weights[event].sum() / weights.sum())
    # None and all are told apart from nearly none and nearly all.
    low, high = int(event.any()), size - int(not event.all())
    return Share(min(max(round(value * size), low), high), size)


def _ranges(of: _Draws, first: np.ndarray, after: Learned) -> tuple[Range, ...]:
    """The assumptions whose place in their range has moved or narrowed."""
    before, now = of.values(first), of.values(after.scores)
    found = []
    for path in of.paths:
        one, other = (_one(of.assumptions, path, values[path]) for values in (before, now))
        spread = one.std()
        if spread == 0:
            continue
        mean = float(after.weights @ other)
        moved = (mean - one.mean()) / spread
        left = float(np.sqrt(after.weights @ (other - mean) ** 2)) / spread
        if abs(moved) >= MOVED or left <= LEFT:
            found.append(Range(path, np.quantile(one, ENDS), np.quantile(
                other, ENDS, weights=after.weights, method="inverted_cdf"), moved, left))
    return tuple(sorted(found, key=lambda each: (-abs(each.moved), each.left)))


def _one(assumptions: Assumptions, path: str, values: np.ndarray) -> np.ndarray:
    """One figure of each draw: the value, or by which factor a path of values is moved."""
    if values.ndim == 1:
        return values
    low, high = sampling.ends(assumptions, path)
    at, now = int(np.argmax(high > low)), assumptions.series[path].values[:, 0]
    return values[:, at] / now[at]


def _far(lines: Sequence[Evidence], plans: Projection, weights: np.ndarray) -> tuple[str, ...]:
    """The lines that draws still miss by far, on their weighted mean."""
    return tuple(each.line for each in lines if abs(
        weights @ each.misses(plans).mean(axis=1)) > FAR * each.spread)

