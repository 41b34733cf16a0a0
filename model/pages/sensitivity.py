"""Cells of the sensitivity notebook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from model.analysis import sampling, sensitivity
from model.analysis.outcomes import Outcome, outcomes
from model.counts import count
from model.pages import headlines, shared
from model.pages.steering import Steering
from model.pages.view import View, cell
from model.views import charts
from model.views.blocks import Block, Header, Table
from model.views.formats import format_value, say
from model.views.widgets import Choice, Panel

ROWS = 10
DRAWS, SEED = 1000, 2026

checks, limits, words = shared.checks, shared.limits, shared.words


def header(view: View) -> Header:
    return headlines.header(view, "Sensitivity")


def _outcome(view: View, name: str | None) -> Outcome:
    """An outcome by name; by default EBITDA of the third year, when plans have settled."""
    known = outcomes(view.projection.years)
    years = view.projection.years
    return known[name or f"ebitda_{years[min(2, len(years) - 1)]}"]


@cell
def swings(view: View, outcome: str | None = None) -> tuple[float, list[sensitivity.Swing]]:
    """The outcome as planned and over each assumption's range, widest first, made once for all
    cells of a page."""
    return sensitivity.tornado(view.assumptions, _outcome(view, outcome))


@cell
def tornado(view: View, outcome: str | None = None) -> Block:
    """One assumption at a time over its plausible range: the ten that move the outcome most."""
    wanted = _outcome(view, outcome)
    base, found = swings(view, outcome) if outcome else swings(view)
    shown, rest = found[:ROWS], found[ROWS:]
    never = view.assumptions.calendar.months + 1.0
    figure = charts.tornado(
        [(view.label(s.path), *_ends(view, s), s.low, s.high) for s in shown], base,
        unit=wanted.unit, higher_is_better=wanted.unit == "USD", base_label="plan",
        subtitle=shared.subject(view, f"{wanted.label} · {wanted.unit}"))
    widest = shown[0]
    message = (f"{view.label(widest.path)} moves {wanted.label} most: "
               f"{_said(widest.low, wanted)} at {_ends(view, widest)[0]} and "
               f"{_said(widest.high, wanted)} at {_ends(view, widest)[1]}, where the plan has "
               f"{_said(base, wanted)}.")
    most = max((s.width(base, never) for s in rest), default=0.0)
    reading = ("Each bar moves one assumption from the low to the high end of its plausible "
               "range, all else as planned.")
    if rest:
        reading += (f" The other {count(len(rest), 'assumption')} alone "
                    f"{'moves' if len(rest) == 1 else 'move'} it by at most "
                    f"{say(most, wanted.unit)}.")
    table = Table(f"{wanted.label} at the ends of each range",
                  [view.label(s.path) for s in shown],
                  {"Low end": [_ends(view, s)[0] for s in shown],
                   "Outcome at low": [s.low for s in shown],
                   "High end": [_ends(view, s)[1] for s in shown],
                   "Outcome at high": [s.high for s in shown],
                   "Confidence": [view.assumptions.entries[s.path].confidence for s in shown]},
                  units={"Outcome at low": wanted.unit, "Outcome at high": wanted.unit},
                  corner="Assumption")
    return Block(message, figure, "tornado chart", f"{wanted.label} over plausible ranges",
                 reading, table)


def _ends(view: View, swing: sensitivity.Swing) -> tuple[str, str]:
    entry = view.assumptions.entries[swing.path]
    if entry.form == "constant":
        return say(swing.low_value, entry.shown_unit), say(swing.high_value, entry.shown_unit)
    return f"× {entry.range[0]:g}", f"× {entry.range[1]:g}"


def _said(value: float, wanted: Outcome) -> str:
    return "never" if np.isnan(value) else say(value, wanted.unit)


@cell
def two_way(view: View, outcome: str = "months_to_breakeven", row: str | None = None,
            column: str | None = None) -> Block:
    """Two assumptions together: the outcome over factors on both, by default on those that the
    company's profile names. Raises ValueError for one assumption twice."""
    wanted = _outcome(view, outcome)
    pair = (row or view.profile.grid[0], column or view.profile.grid[1])
    if pair[0] == pair[1]:
        raise ValueError(f"{view.label(pair[0])} cannot be moved against itself; choose another "
                         "assumption across or down.")
    found = sensitivity.grid(view.assumptions, wanted, *pair)
    rows, columns = (_heads(view, path, factors) for path, factors in
                     ((found.row_path, found.row_factors),
                      (found.column_path, found.column_factors)))
    center = (found.row_factors.index(1.0), found.column_factors.index(1.0))
    here, first = found.values[center], view.projection.years[0]
    worst, best = found.values[-1, 0], found.values[0, -1]
    labels = view.label(found.row_path), view.label(found.column_path)
    figure = charts.heat_grid(
        rows, columns, found.values.tolist(), row_title=f"{labels[0]} ({first})",
        column_title=f"{labels[1]} ({first})", unit=wanted.unit, base=center,
        subtitle=shared.subject(view, f"{shared.inside(wanted.label)} · by two assumptions"))
    message = (f"{wanted.label}: {_said(here, wanted)} as planned, between "
               f"{_said(best, wanted)} with {labels[0]} at {rows[0]} and {labels[1]} at "
               f"{columns[-1]}, and {_said(worst, wanted)} with {rows[-1]} and {columns[0]}.")
    table = Table(f"{wanted.label}: {labels[0]} down, {labels[1]} across", rows,
                  {column: found.values[:, i] for i, column in enumerate(columns)},
                  units=wanted.unit, corner=labels[0],
                  absent=dict.fromkeys(rows, "never"))
    return Block(message, figure, "heat map", f"{shared.inside(wanted.label)} by two assumptions",
                 "The outlined cell is the plan; both assumptions are scaled by the same factor "
                 f"in every year and shown with their value of {first}.{_beyond(view, found)}",
                 table,
                 alt_message=f"{_said(here, wanted)} as planned, {_said(best, wanted)} to "
                             f"{_said(worst, wanted)} in the corners")


def _heads(view: View, path: str, factors: tuple[float, ...]) -> list[str]:
    """What the factors make of the first value, or the factors where the domain cuts them off."""
    unit = view.assumptions.entries[path].shown_unit
    values = sampling.scaled(view.assumptions, path, np.array(factors))
    values = values if values.ndim == 1 else values[:, 0]
    texts = [format_value(float(value), unit) for value in values]
    return texts if len(set(texts)) == len(texts) else [f"× {factor:g}" for factor in factors]


def _beyond(view: View, found: sensitivity.Grid) -> str:
    """A sentence on assumptions that the grid scales beyond what is plausible."""
    said = []
    for path, factors in ((found.row_path, found.row_factors),
                          (found.column_path, found.column_factors)):
        entry = view.assumptions.entries[path]
        low, high = entry.range
        scaled = sampling.scaled(view.assumptions, path, np.array([min(factors), max(factors)]))
        if entry.form == "constant":
            least, most = scaled.min(), scaled.max()
            ends = f"{format_value(low, entry.shown_unit)} to {say(high, entry.shown_unit)}"
        else:
            least, most = min(factors), max(factors)
            ends = f"× {low:g} to × {high:g}"
        if least < low - 1e-9 or most > high + 1e-9:
            said.append(f"{view.label(path)} ({ends})")
    return f" The corners lie beyond the plausible range of {shared.listed(said)}." if said else ""


@cell
def draws(view: View) -> sensitivity.Fan:
    """The draws that a page shows, made once for all of its cells."""
    return sensitivity.fan(view.assumptions, DRAWS, SEED)


def short_of_cash(found: sensitivity.Fan) -> float:
    """The share of draws in which unrestricted cash falls below zero."""
    return found.chance(found.projection["trough_cash"][:, -1] < 0)


@cell
def fan(view: View, size: int = DRAWS, seed: int = SEED,
        progress: Callable[[float], None] | None = None) -> Block:
    """All assumptions at once, drawn at random from their ranges: what becomes of cash."""
    shown = (size, seed) == (DRAWS, SEED) and progress is None
    found = draws(view) if shown else sensitivity.fan(view.assumptions, size, seed, progress)
    cash = found.quantiles("unrestricted_cash")
    months, last = view.projection.months, view.projection.years[-1]
    broke = found.projection["breakeven_first"][:, -1]
    plan = view.projection["unrestricted_cash"][0]
    ends_below = found.projection["unrestricted_cash"][:, -1] < plan[-1]
    short = short_of_cash(found)
    met = found.chance(broke > 0)
    figure = charts.fan(
        months, cash, base=plan, base_label="plan", unit="USD",
        subtitle=shared.subject(view, f"unrestricted cash · USD · {size:,} draws"))
    message = (f"In {format_value(met, 'fraction')} of {size:,} draws EBITDA reaches zero within "
               f"the horizon; in {format_value(short, 'fraction')} unrestricted cash falls below "
               f"zero on the way. Half of the draws end {last} with unrestricted cash of "
               f"{say(cash[0.25][-1], 'USD')} to {say(cash[0.75][-1], 'USD')}; the plan itself "
               f"ends above {format_value(found.chance(ends_below), 'fraction')} of all draws.")
    ends = [months.index(f"{year}-12") for year in view.projection.years]
    names = {0.05: "5 in 100 below", 0.25: "25 in 100 below", 0.5: "Half below",
             0.75: "75 in 100 below", 0.95: "95 in 100 below"}
    table = Table("Unrestricted cash at the end of each year",
                  list(map(str, view.projection.years)),
                  {name: cash[share][ends] for share, name in names.items()}, units="USD",
                  corner="Year")
    return Block(message, figure, "fan chart", f"unrestricted cash over {size:,} random draws",
                 f"Each draw takes all {len(found.paths)} uncertain assumptions from their "
                 "plausible ranges, independently of each other, which understates how bad and "
                 f"good luck come together. Seed {seed}.{_hours(view, size, seed)}", table,
                 alt_message="unrestricted cash is below zero in "
                             f"{format_value(short, 'fraction')} of draws")


def _hours(view: View, size: int, seed: int) -> str:
    """In how many draws the plan sells hours that nobody is paid to deliver."""
    share = sensitivity.short_of_hours(view.assumptions, size, seed)
    return "" if np.isnan(share) or not share else (
        f" In {format_value(share, 'fraction')} of the draws the delivery team is short of hours "
        "in some month: hires do not follow what is sold, and the draws count these hours as sold "
        "and unpaid for.")


def controls(view: View) -> object:
    """Sliders on the levers, and the outcome; the tornado follows."""
    return Steering(view, tornado, outcomes=True).show()


def pair_controls(view: View) -> object:
    """Choose the outcome, and which two assumptions are moved together."""
    paths = {view.label(path): path for path in (*view.profile.grid, *view.profile.levers)}
    known = outcomes(view.projection.years)
    start = {"outcome": "months_to_breakeven", "row": view.profile.grid[0],
             "column": view.profile.grid[1]}
    return Panel(
        {"outcome": Choice("Outcome", {o.label: name for name, o in known.items()}),
         "row": Choice("Down", paths), "column": Choice("Across", paths)}, start,
        lambda values: (two_way(view, **values).screen_html, ""),
        two_way(view).screen_html).show()


def sampling_controls(view: View) -> object:
    """Number of draws and seed; the fan follows."""
    return Steering(view, fan, sampling=True).show()
