"""The outcomes by which a scenario is judged, and what moves them: one assumption at a time, two
together, all at once at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis import full_cost
from model.analysis.uncertainty import draws, sampling
from model.companies import company_module
from model.engine.headlines import Headline
from model.engine.numbers import batch, project
from model.engine.projection import Projection
from model.params.assumptions import Assumptions

# The lines that all outcomes read; batches keep no others.
LINES = ("ebitda", "unrestricted_cash", "free_cash_flow", "revenue", "breakeven_first",
         "breakeven_earned_back", "trough_cash", "out_of_cash")


@dataclass(frozen=True)
class Outcome:
    """A named outcome: label, unit, and the headline that it is."""

    name: str
    label: str
    unit: str
    headline: Headline

    def value(self, plans: Projection) -> np.ndarray:
        """Its value by scenario; NaN stands for never."""
        found = self.headline.of(plans)
        return np.where(found > 0, found, np.nan) if self.unit == "months" else found


def outcomes(years: tuple[int, ...]) -> dict[str, Outcome]:
    """The outcomes that a plan over these years has, by name."""
    by_year = [Outcome(f"ebitda_{int(year)}", f"EBITDA {year}", "USD", Headline("ebitda", year))
               for year in years]
    return {outcome.name: outcome for outcome in (
        *by_year,
        Outcome("lowest_cash", "Lowest month-end cash", "USD", Headline("trough_cash")),
        Outcome("closing_cash", f"Cash at the end of {years[-1]}", "USD",
                Headline("unrestricted_cash")),
        Outcome("months_to_breakeven", "Months to the first break-even", "months",
                Headline("breakeven_first")))}


# How many draws pages show, and their seed.
DRAWS, SEED = 1000, 2026
# Draws that are projected in one batch: few enough to tell in between how much is done.
CHUNK = 2000


@dataclass(frozen=True)
class Swing:
    """An outcome with one assumption at its low and at its high plausible end. `low_value` and
    `high_value` are its first value, in its unit; the outcome is NaN for never."""

    path: str
    low_value: float
    high_value: float
    low: float
    high: float

    def width(self, base: float, never: float) -> float:
        """How far the outcome moves from base at most; never counts as `never`."""
        moves = [never if np.isnan(end) else end for end in (self.low, self.high)]
        return max(abs(end - (never if np.isnan(base) else base)) for end in moves)


def tornado(assumptions: Assumptions, outcome: Outcome) -> tuple[float, list[Swing]]:
    """The outcome as it stands, and its swings over every assumption's range, widest first."""
    (found,) = tornados(assumptions, (outcome,))
    return found


def tornados(assumptions: Assumptions,
             outcomes: Sequence[Outcome]) -> list[tuple[float, list[Swing]]]:
    """The same of several outcomes, whose plans are projected once."""
    paths = sampling.uncertain(assumptions)
    plan, plans = project(assumptions, keep=LINES), _at_ends(assumptions, paths)
    firsts = []
    for path in paths:
        low, high = sampling.ends(assumptions, path)
        first = int(np.argmax(high > low))
        firsts.append((path, float(low[first]), float(high[first])))
    never, found = assumptions.calendar.months + 1.0, []
    for outcome in outcomes:
        base, values = float(outcome.value(plan)[0]), outcome.value(plans).reshape(-1, 2)
        swings = [Swing(*first, *map(float, pair))
                  for first, pair in zip(firsts, values, strict=True)]
        found.append((base, sorted(swings, key=lambda s, base=base: -s.width(base, never))))
    return found


def moving(assumptions: Assumptions) -> tuple[str, ...]:
    """The uncertain assumptions of which each, alone at an end of its range, moves EBITDA or cash
    in some month."""
    paths, plan = sampling.uncertain(assumptions), project(assumptions, keep=LINES)
    plans = _at_ends(assumptions, paths)
    moves = np.any([(plans[line] != plan[line]).any(axis=1)
                    for line in ("ebitda", "unrestricted_cash")], axis=0)
    return tuple(path for path, ends in zip(paths, moves.reshape(-1, 2), strict=True) if ends.any())


def ends_out_of_cash(assumptions: Assumptions, paths: tuple[str, ...]) -> list[list[str | None]]:
    """The first month-end with cash below zero at the low and at the high end of each path."""
    cash = _at_ends(assumptions, paths)["unrestricted_cash"] < 0
    months = [assumptions.calendar.labels[int(np.argmax(below))] if below.any() else None
              for below in cash]
    return [months[i:i + 2] for i in range(0, len(months), 2)]


def _at_ends(assumptions: Assumptions, paths: tuple[str, ...]) -> Projection:
    return batch(assumptions, sampling.one_at_a_time(assumptions, paths), keep=LINES)


@dataclass(frozen=True)
class Grid:
    """An outcome over factors on two paths: `values` has shape (row, column)."""

    row_path: str
    column_path: str
    row_factors: tuple[float, ...]
    column_factors: tuple[float, ...]
    values: np.ndarray


def grid(assumptions: Assumptions, outcome: Outcome, row_path: str, column_path: str,
         factors: tuple[float, ...] = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)) -> Grid:
    """The outcome where two paths are scaled together, each over the same factors."""
    rows, columns = (f.ravel() for f in np.meshgrid(factors, factors, indexing="ij"))
    values = {row_path: sampling.scaled(assumptions, row_path, rows),
              column_path: sampling.scaled(assumptions, column_path, columns)}
    plans = batch(assumptions, sampling.within_mixes(assumptions, values), keep=LINES)
    shape = (len(factors), len(factors))
    return Grid(row_path, column_path, factors, factors, outcome.value(plans).reshape(shape))


@dataclass(frozen=True)
class Fan:
    """Outcomes of many random draws. `projection` keeps the lines that `LINES` names."""

    size: int
    seed: int
    paths: tuple[str, ...]
    projection: Projection

    def quantiles(self, line: str, at: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)):
        """Quantiles of a line by month: {share: (month,)}."""
        values = np.quantile(self.projection[line], at, axis=0)
        return dict(zip(at, values, strict=True))


def quantile_error(values: np.ndarray, at: float) -> float:
    """Standard error of a quantile of random draws: half of what lies between the draws that
    could as well stand at its place."""
    away = draws.error((values <= np.quantile(values, at)).astype(float))
    if away is None:
        away = np.sqrt(at * (1 - at) / len(values))
    low, high = np.quantile(values, [max(at - away, 0), min(at + away, 1)])
    return float(high - low) / 2


def ends_short_of_hours(assumptions: Assumptions, paths: tuple[str, ...]) -> np.ndarray:
    """Whether more hours are sold than can be billed, at the low and high end, (path, end)."""
    keep = ("revenue", *_of_capacity(assumptions))
    plans = batch(assumptions, sampling.one_at_a_time(assumptions, paths), keep=keep)
    return (full_cost.short_of_hours(plans) > 0).any(axis=1).reshape(-1, 2)


def short_of_hours(assumptions: Assumptions, size: int, seed: int) -> float:
    """The share of draws with more hours sold than can be billed; NaN without a delivery team."""
    if not (lines := _of_capacity(assumptions)):
        return np.nan
    values = sampling.drawn(assumptions, sampling.uncertain(assumptions), size, seed)
    hours = full_cost.short_of_hours(batch(assumptions, values, keep=lines))
    return float(np.mean((hours > 0).any(axis=1)))


def _of_capacity(assumptions: Assumptions) -> tuple[str, ...]:
    """The lines of what a delivery team is to deliver and can."""
    capacity = company_module(assumptions.company).CAPACITY
    return (capacity.needed, capacity.there) if capacity else ()


def fan(assumptions: Assumptions, size: int = DRAWS, seed: int = SEED,
        progress: Callable[[float], None] | None = None) -> Fan:
    """Project `size` draws of every uncertain assumption. `progress` is told the share that is done
    after each two thousand."""
    paths = sampling.uncertain(assumptions)
    values = sampling.drawn(assumptions, paths, size, seed)
    parts = []
    for first in range(0, size, CHUNK):
        rows = {path: array[first:first + CHUNK] for path, array in values.items()}
        parts.append(batch(assumptions, rows, keep=LINES))
        if progress:
            progress(min(1.0, (first + CHUNK) / size))
    if len(parts) == 1:
        return Fan(size, seed, paths, parts[0])
    block = np.concatenate([part.block for part in parts], axis=2)
    return Fan(size, seed, paths, Projection(assumptions.with_values(values), parts[0].lines,
                                             block, parts[0].unread))
