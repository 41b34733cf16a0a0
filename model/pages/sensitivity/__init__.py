"""Cells of the sensitivity notebook."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.chances import Chances, chances
from model.analysis.uncertainty.sensitivity import DRAWS, SEED, Outcome, outcomes
from model.companies.claims import claims
from model.counts import count
from model.pages import formulas, frame, live
from model.pages.sensitivity import (
    alternatives,
    decisive,
    head,
    random_draws,
    ruin,
    standing,
    together,
    worth,
)
from model.pages.sensitivity.shares import share_of
from model.pages.swings import outcome_of, swings
from model.pages.view import View, cell, open_view
from model.pages.what_if import Choice, Steering, panel
from model.params import catalog
from model.params.values import CONFIDENCE, CONFIDENCE_MEANS
from model.views import charts
from model.views.blocks import Block, Note, Several, Table
from model.views.formats import format_month, format_value, say

ROWS = 10
# What a value may miss the end of its range by and still lie on it.
_NEAR = 1e-9

checks, limits, words = frame.checks, frame.limits, frame.words
what_if = partial(live.what_if, chances=True)
formula = formulas.formula


def header(view: View) -> Several:
    """The head, how likely the plan is by its own ranges, and what they leave out."""
    return Several([frame.header(view, "Sensitivity", head.answer),
                    Note("To know first:", [*plan_odds(view), *_open_outcomes(view),
                                            *alternatives.first(view)]), plan_chances(view)])


def _open_outcomes(view: View) -> list[str]:
    """The calibrated figures that may be read otherwise, with what the plan of that reading ends
    with; for base alone, around which the draws are."""
    known = catalog.scenarios(view.company)
    others = [(claim, open_view(view.company, reading.scenario))
              for claim in claims(view.company).claims.values() if claim.calibrated
              for reading in claim.readings
              if reading.scenario != "base" and reading.scenario in known and view.is_base]
    return [f"{claim.label} is calibrated to the source's {claim.printed}, which is unresolved: "
            f"the scenario {other.assumptions.scenario_title} takes the other reading, and ends "
            f"with unrestricted cash of {say(other.by_year('unrestricted_cash')[-1], 'USD')}."
            for claim, other in others]


@cell
def tornado(view: View, outcome: str | None = None) -> Block:
    """One assumption at a time over its plausible range: the ten that move the outcome most."""
    measure = outcome_of(view, outcome)
    base, every = swings(view, outcome) if outcome else swings(view)
    never = view.assumptions.calendar.months + 1.0
    moving = [swing for swing in every if swing.width(base, never)]
    top, rest = every[:ROWS], moving[ROWS:]
    figure = charts.tornado(
        [(view.label(s.path), *_ends(view, s), s.low, s.high) for s in top], base,
        unit=measure.unit, higher_is_better=measure.unit == "USD", base_label="plan",
        subtitle=frame.subject(view, f"{measure.label} · {measure.unit}"))
    labels, ends = [view.label(s.path) for s in top], [_ends(view, s) for s in top]
    message = (f"{labels[0]} moves {measure.label} most: {_value(top[0].low, measure)} at "
               f"{ends[0][0]} and {_value(top[0].high, measure)} at {ends[0][1]}, where the plan "
               f"has {_value(base, measure)}.")
    most = max((s.width(base, never) for s in rest), default=0.0)
    reading = ("Each bar moves one assumption from the low to the high end of its plausible "
               f"range, all else as planned; {len(every)} of {len(view.entries)} "
               "assumptions are moved so, and the others stay as they are.")
    if rest:
        reading += (f" The other {count(len(rest), 'assumption')} that can move it "
                    f"{'does' if len(rest) == 1 else 'do'} so by at most "
                    f"{say(most, measure.unit)} each.")
    reading += f"{_unpaid(view, top)} {CONFIDENCE_MEANS}"
    table = Table(f"{measure.label} at the ends of each range", labels,
                  {"Low end": [low for low, _ in ends], "Outcome at low": [s.low for s in top],
                   "High end": [high for _, high in ends], "Outcome at high": [s.high for s in top],
                   CONFIDENCE: [view.entries[s.path].confidence for s in top]},
                  units={"Outcome at low": measure.unit, "Outcome at high": measure.unit},
                  corner="Assumption")
    return Block(f"{message}{_ruins(view, every)}", figure, "tornado chart",
                 f"{measure.label} over plausible ranges", reading, table, alt_message=message)


def _ruins(view: View, every: list[sensitivity.Swing]) -> str:
    """The ends of a range at which an assumption alone leaves the plan without cash."""
    if view.breakeven.out_of_cash:
        return ""
    months = sensitivity.ends_out_of_cash(view.assumptions, tuple(swing.path for swing in every))
    ruinous = [f"{view.label(swing.path)} at {end} ({format_month(month)})"
              for swing, pair in zip(every, months, strict=True)
              for end, month in zip(_ends(view, swing), pair, strict=True) if month]
    return (f" At an end of its range alone, cash falls below zero with {frame.listed(ruinous)}."
            if ruinous else " No assumption alone brings cash below zero within its range.")


def _unpaid(view: View, top: list[sensitivity.Swing]) -> str:
    """The ends of the bars at which hours are sold that nobody is paid to deliver."""
    short = sensitivity.ends_short_of_hours(view.assumptions, tuple(s.path for s in top))
    ends = [f"{view.label(swing.path)} at {end}" for swing, at in zip(top, short, strict=True)
             for end, is_short in zip(_ends(view, swing), at, strict=True) if is_short]
    if not ends:
        return ""
    if len(ends) == short.size:
        return (f" At every end shown the {frame.short_of_capacity(view)} in some month: "
                f"{view.glossary.people} pay for them and nobody is paid to work them, so EBITDA "
                "is too high.")
    return (f" Of the ends shown, the {frame.short_of_capacity(view)} with {frame.listed(ends)}: "
            f"hires do not follow what is sold, so {view.glossary.people} pay for "
            f"{frame.capacity_unit(view)} that nobody is paid to work, and EBITDA is too high.")


def _ends(view: View, swing: sensitivity.Swing) -> tuple[str, str]:
    entry = view.entries[swing.path]
    if entry.form == "constant":
        return say(swing.low_value, entry.shown_unit), say(swing.high_value, entry.shown_unit)
    return f"× {entry.range[0]:g}", f"× {entry.range[1]:g}"


def _value(value: float, measure: Outcome) -> str:
    return "never" if np.isnan(value) else say(value, measure.unit)


@cell
def two_way(view: View, outcome: str = "months_to_breakeven", row: str | None = None,
            column: str | None = None) -> Block:
    """Two assumptions together: the outcome over factors on both, by default on those that the
    company's profile names. Raises ValueError for one assumption twice."""
    measure = outcome_of(view, outcome)
    pair = (row or view.pair[0], column or view.pair[1])
    if pair[0] == pair[1]:
        raise ValueError(f"{view.label(pair[0])} cannot be moved against itself; choose another "
                         "assumption across or down.")
    grid = sensitivity.grid(view.assumptions, measure, *pair)
    rows, columns = (_heads(view, *axis) for axis in _axes(grid))
    center = (grid.row_factors.index(1.0), grid.column_factors.index(1.0))
    here, first = grid.values[center], view.years[0]
    worst, best = grid.values[-1, 0], grid.values[0, -1]
    labels = view.label(grid.row_path), view.label(grid.column_path)
    figure = charts.heat_grid(
        rows, columns, grid.values.tolist(), row_title=f"{labels[0]} ({first})",
        column_title=f"{labels[1]} ({first})", unit=measure.unit, base=center,
        subtitle=frame.subject(view, f"{frame.inside(measure.label)} · by two assumptions"))
    message = (f"{measure.label}: {_value(here, measure)} as planned, between "
               f"{_value(best, measure)} with {labels[0]} at {rows[0]} and {labels[1]} at "
               f"{columns[-1]}, and {_value(worst, measure)} with {rows[-1]} and {columns[0]}.")
    table = Table(f"{measure.label}: {labels[0]} down, {labels[1]} across", rows,
                  {column: grid.values[:, i] for i, column in enumerate(columns)},
                  units=measure.unit, corner=labels[0], absent=dict.fromkeys(rows, "never"))
    return Block(message, figure, "heat map", f"{frame.inside(measure.label)} by two assumptions",
                 "The outlined cell is the plan; both assumptions are scaled by the same factor "
                 f"in every year and shown with their value of {first}.{_one_driver(grid)}"
                 f"{_beyond(view, grid)}{_out_of_cash(view, measure, grid)}", table,
                 alt_message=f"{_value(here, measure)} as planned, {_value(best, measure)} to "
                             f"{_value(worst, measure)} in the corners")


def _axes(grid: sensitivity.Grid) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """The assumptions of the grid, down and across, with their factors."""
    return (grid.row_path, grid.row_factors), (grid.column_path, grid.column_factors)


def _out_of_cash(view: View, outcome: sensitivity.Outcome, grid: sensitivity.Grid) -> str:
    """In how many cells cash falls below zero, where the outcome itself does not say so."""
    if outcome.name == "lowest_cash":
        return ""
    lowest = sensitivity.grid(view.assumptions, outcome_of(view, "lowest_cash"), grid.row_path,
                              grid.column_path).values
    below = int((lowest < 0).sum())
    return (f" In {below} of {count(lowest.size, 'cell')} cash falls below zero in some month; "
            "they are carried on as if somebody had paid.") if below else ""


def _one_driver(grid: sensitivity.Grid) -> str:
    """Whether both assumptions act as one: moved by the same factor, they leave the outcome as it
    is, or moved against each other by it."""
    for same, values in ((True, np.diag(grid.values)), (False, np.diag(grid.values[:, ::-1]))):
        still = np.allclose(values, values[len(values) // 2], rtol=1e-6, equal_nan=True)
        # A few values that are alike by chance are no proof.
        if still and np.unique(grid.values).size >= len(values):
            way = "by the same factor" if same else "against each other"
            return (f" Moved {way}, the two leave the outcome as it is: they act as one driver, "
                    "and the grid shows no second risk.")
    return ""


def _heads(view: View, path: str, factors: tuple[float, ...]) -> list[str]:
    """What the factors make of the first value, or the factors where the domain cuts them off."""
    texts = [format_value(value, view.entries[path].shown_unit)
             for value in _scaled(view, path, factors)]
    return texts if len(set(texts)) == len(texts) else [f"× {factor:g}" for factor in factors]


def _scaled(view: View, path: str, factors: tuple[float, ...]) -> np.ndarray:
    """The first value of an assumption times each factor."""
    values = sampling.scaled(view.assumptions, path, np.array(factors))
    return values if values.ndim == 1 else values[:, 0]


def _beyond(view: View, grid: sensitivity.Grid) -> str:
    """A sentence on assumptions that the grid scales beyond what is plausible."""
    places = []
    for path, factors in _axes(grid):
        entry, (low, high) = view.entries[path], view.entries[path].range
        at, ends = factors, f"× {low:g} to × {high:g}"
        if entry.form == "constant":
            at = _scaled(view, path, factors)
            ends = f"{format_value(low, entry.shown_unit)} to {say(high, entry.shown_unit)}"
        heads = zip(_heads(view, path, factors), at, strict=True)
        if beyond := [head for head, value in heads if not low - _NEAR <= value <= high + _NEAR]:
            places.append(f"{view.label(path)} at {frame.listed(beyond)} (plausible: {ends})")
    return f" Beyond the plausible range lies {frame.listed(places)}." if places else ""


@cell
def draws(view: View) -> sensitivity.Fan:
    """The draws that a page shows, made once for all of its cells."""
    return sensitivity.fan(view.assumptions, DRAWS, SEED)


@cell
def odds(view: View) -> Chances:
    """How often the draws of a page do what the plan does."""
    return _chances(view, draws(view))


def _chances(view: View, runs: sensitivity.Fan) -> Chances:
    published = view.profile.published
    return chances(view.projection, runs, frame.target_year(view),
                   published.breakeven if published else None)


def plan_odds(view: View) -> list[str]:
    """What a reader must know first: how likely the plan is by its own ranges, how often money
    runs out, and what the draws are."""
    shares = odds(view)
    size = f"{shares.reached.size:,} random draws around the plan"
    ebitda = (f"EBITDA of {shares.year} is at or above the plan's "
              f"{say(shares.plan_ebitda, 'USD')} in")
    if month := view.breakeven.first:
        likely = (f"EBITDA first reaches zero by {format_month(month)}, as planned, without "
                  f"cash having run out before, in {share_of(shares.on_time, size)}; "
                  f"{ebitda} {share_of(shares.earns)}.")
    else:
        likely = ("The plan itself has no break-even; "
                  f"{ebitda} {share_of(shares.earns, size)}.")
    return [f"{likely}{_earned_back(view, shares)}", f"{random_draws.ways(shares)}.",
            f"A draw moves {_moved(view)}, within ranges that are chosen here: these shares are no "
            "measured odds.", *_together(view)]


@cell
def _moved(view: View) -> str:
    """How many assumptions a draw moves, and how many of them matter to it."""
    paths, moving = sampling.uncertain(view.assumptions), sensitivity.moving(view.assumptions)
    return (f"{count(len(paths), 'assumption')}, of which {len(moving)} change EBITDA or cash by "
            "themselves")


@cell
def plan_chances(view: View) -> Block:
    """Each chance of the plan with its standard error, and its own place among its draws."""
    return standing.chances(view, draws(view), odds(view).short)


@cell
def _together(view: View) -> list[str]:
    """What it changes that assumptions go together, where some do."""
    return together.effect(view, draws(view))


def _earned_back(view: View, shares: Chances) -> str:
    """How likely break-even is in the source's own words: by the month that it prints, and by the
    plan's own."""
    own, published = view.breakeven.earned_back, view.profile.published
    if not published:
        return (f" All losses are earned back by {format_month(own)}, as planned, in "
                f"{share_of(shares.back)}." if own else "")
    printed = published.breakeven
    when = [f"by {format_month(printed)}, as printed, in {share_of(shares.printed)}"] \
        if shares.printed else []
    if own and (own != printed or not when):
        when.append(f"by {format_month(own)}, as planned, in {share_of(shares.back)}")
    return (f" Break-even in the source's own words, all losses earned back, comes "
            f"{frame.listed(when)}." if when else "")


def runs_out(view: View) -> str:
    """How often the draws run out of cash, in a sentence."""
    short = odds(view).short
    return ("Cash falls below zero in "
            f"{share_of(short, f'{short.size:,} random draws around the plan')}.")


@cell
def fan(view: View, size: int = DRAWS, seed: int = SEED,
        progress: Callable[[float], None] | None = None) -> Block:
    """All assumptions at once, drawn at random from their ranges: what becomes of cash."""
    shown = (size, seed) == (DRAWS, SEED) and progress is None
    runs = draws(view) if shown else sensitivity.fan(view.assumptions, size, seed, progress)
    return random_draws.block(view, runs, odds(view) if shown else _chances(view, runs), shown)


@cell
def decides(view: View) -> Block:
    """From which assumptions the spread of the outcomes comes, and how much of it has a source."""
    return decisive.block(view)


@cell
def perils(view: View) -> Block:
    """The least that makes cash run out, by one assumption, by two, and by all together."""
    return ruin.block(view)


@cell
def knowledge(view: View) -> Block | Note:
    """What it is worth to know an assumption for sure before the plan's decision is taken."""
    return worth.block(view)


def controls(view: View) -> object:
    """Sliders on the levers, and the outcome; the tornado follows."""
    return Steering(view, tornado, outcomes=True).show()


def pair_controls(view: View) -> object:
    """Choose the outcome, and which two assumptions are moved together."""
    paths = {view.label(path): path for path in (*view.pair, *view.levers)}
    choices = {"outcome": Choice("Outcome", {each.label: name for name, each in
                                             outcomes(view.years).items()}),
               "row": Choice("Down", paths), "column": Choice("Across", paths)}
    start = dict(zip(choices, ("months_to_breakeven", *view.pair), strict=True))
    return panel(choices, start, partial(two_way, view), two_way(view))


def sampling_controls(view: View) -> object:
    """Number of draws and seed; the fan follows."""
    return Steering(view, fan, sampling=True).show()
