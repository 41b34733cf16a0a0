"""The block on what the published figures leave open: plans that meet all of them, and how far they
differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.sensitivity import SEED
from model.audit.identification import DRAWS, Open, conditions, identified, missed, value
from model.audit.source_check import SourceCheck
from model.companies.arithmetic import Expression
from model.counts import count
from model.engine.projection import Projection
from model.pages import frame
from model.pages.view import View
from model.views.blocks import Block, Note, Table
from model.views.formats import format_value, say

# Nine in ten plans lie between these.
_ENDS = (0.05, 0.95)
# With fewer plans nothing is said of how far they differ.
_ENOUGH = 100
# What is left of the spread of what is fixed, of what is narrowed, and of what hardly is.
_FIXED, _NARROWED = 0.05, 0.8
_ROWS, _DIFFER = 8, 6


@dataclass(frozen=True)
class _Figure:
    """A figure that nobody has published: its label, unit, and what of a plan it is."""

    label: str
    unit: str
    formula: Expression


def block(view: View, check: SourceCheck, size: int = DRAWS, seed: int = SEED) -> Block | Note:
    """How far plans differ that meet every published figure which this one meets, by so many
    draws."""
    wanted = conditions(check)
    if not wanted:
        return Note("Nothing is published that this plan meets, so nothing is held by it.")
    if not sampling.uncertain(view.assumptions):
        return Note("No assumption of this plan has a plausible range, so no other plan is asked "
                    "for.")
    figures = _figures(view, {each.formula.text for each in wanted})

    def worked_out(plans: Projection) -> dict[str, np.ndarray]:
        return {each.label: value(plans, each.formula) for each in figures}

    found = identified(check, worked_out, size, seed, wanted)
    kept, size = int(found.kept.sum()), len(found.kept)
    if kept < _ENOUGH:
        return Note(f"Only {kept} of {size:,} random plans could be brought to meet the "
                    f"{len(wanted)} published claims that this plan meets: too few to say how far "
                    "such plans differ.")
    most = max(figures, key=lambda each: _left(found, each))
    return Block(f"{_how_far(found, figures, most)} {_assumptions(found)}",
                 table=[_ranges(view, found, figures), *_narrowed(view, found),
                        _side_by_side(view, found, figures, most)],
                 reading=_reading(check, found), open=True)


def _figures(view: View, published: set[str]) -> list[_Figure]:
    last = int(view.years[-1])
    every = [*(_Figure(f"EBITDA {year}", "USD", Expression(f"line.ebitda[{int(year)}]"))
               for year in view.years),
             _Figure("Lowest month-end cash", "USD", Expression("trough.cash")),
             _Figure(f"Cash at the end of {last}", "USD",
                     Expression(f"line.unrestricted_cash[{last}]"))]
    if goal := view.profile.kpis.get("ltv_to_cac"):
        every += [_Figure(f"{goal.label}, {year}", "ratio",
                          Expression(f"kpi.ltv_to_cac[{int(year)}]"))
                  for year in dict.fromkeys((view.years[0], last))]
    return [each for each in every if each.formula.text not in published]


def _left(found: Open, figure: _Figure) -> float:
    """What is left of the width between which nine in ten plans lie."""
    held, free = (np.diff(np.quantile(each[figure.label], _ENDS))[0]
                  for each in (found.held, found.free))
    return float(held / free) if free else 0.0


def _between(values: np.ndarray, unit: str) -> str:
    low, high = (say(each, unit) for each in np.quantile(values, _ENDS))
    return low if low == high else f"{low} to {high.removeprefix('USD ')}"


def _how_far(found: Open, figures: list[_Figure], most: _Figure) -> str:
    kept = int(found.kept.sum())
    least = min(figures, key=lambda each: _left(found, each))
    said = (f"The {len(found.conditions)} published claims that the plan meets do not fix the "
            f"rest of it: {kept:,} other plans within the plausible ranges were found that meet "
            f"them all. They leave most open {frame.inside(most.label)}: nine in ten of these "
            f"plans have {_between(found.held[most.label], most.unit)}, and without the published "
            f"figures it would be {_between(found.free[most.label], most.unit)}.")
    if least is most:
        return said
    return (f"{said} They tell most of {frame.inside(least.label)}: "
            f"{_between(found.held[least.label], least.unit)} instead of "
            f"{_between(found.free[least.label], least.unit)}.")


def _groups(found: Open) -> tuple[list[int], list[int]]:
    """The places of the assumptions that are as good as fixed, and of those that are narrowed."""
    left = found.left
    order = np.argsort(left, kind="stable").tolist()
    return ([place for place in order if left[place] <= _FIXED],
            [place for place in order if _FIXED < left[place] < _NARROWED])


def _assumptions(found: Open) -> str:
    fixed, narrowed = _groups(found)
    rest = len(found.paths) - len(fixed) - len(narrowed)
    return (f"Of {count(len(found.paths), 'uncertain assumption')} they fix {len(fixed) or 'none'} "
            f"and narrow {len(narrowed) or 'none'}; of the other {rest} they say next to nothing.")


def _ranges(view: View, found: Open, figures: list[_Figure]) -> Table:
    plan = {each.label: value(view.projection, each.formula)[0] for each in figures}
    return Table(
        "Unpublished figures of plans that meet all published ones", [
            each.label for each in figures],
        {"The plan": [say(plan[each.label], each.unit) for each in figures],
         "Nine in ten plans": [_between(found.held[each.label], each.unit) for each in figures],
         "Least found": [say(found.held[each.label].min(), each.unit) for each in figures],
         "Most found": [say(found.held[each.label].max(), each.unit) for each in figures],
         "Without the published figures": [_between(found.free[each.label], each.unit)
                                           for each in figures],
         "Left of the width": [f"{100 * _left(found, each):.0f}%" for each in figures]},
        corner="Figure", stacked=True)


def _narrowed(view: View, found: Open) -> list[Table]:
    """The assumptions that no published figure gives, and that all together narrow."""
    _, places = _groups(found)
    if not places:
        return []
    rows = [(found.paths[place], found.left[place]) for place in places[:_ROWS]]
    return [Table(
        "Assumptions that the published figures narrow without giving them",
        [view.label(path) for path, _ in rows],
        {"The plan": [_value(view, path, view.value(path)) for path, _ in rows],
         "Nine in ten plans": [_firsts(view, found, path) for path, _ in rows],
         "Left of its spread": [f"{100 * left:.0f}%" for _, left in rows]},
        corner="Assumption", stacked=True)]


def _firsts(view: View, found: Open, path: str) -> str:
    """Between which first values of a path nine in ten plans lie."""
    low, high = np.quantile(found.firsts([path])[path], _ENDS)
    return f"{_value(view, path, low)} to {_value(view, path, high)}"


def _value(view: View, path: str, amount: float) -> str:
    return format_value(amount, view.entries[path].shown_unit)


def _side_by_side(view: View, found: Open, figures: list[_Figure], most: _Figure) -> Table:
    """The two plans that are farthest apart in a figure, and what they assume otherwise."""
    values, places = found.held[most.label], np.flatnonzero(found.kept)
    ends = int(values.argmin()), int(values.argmax())
    apart = np.diff(found.scores[:, places[[*ends]]], axis=1)[:, 0]
    # As far as it goes with the figure over all plans, and not only as it happens in these two.
    owed = apart * found.going_with(values)
    paths = [found.paths[place] for place in np.argsort(-owed, kind="stable")[:_DIFFER]
             if owed[place] > 0]
    firsts = found.firsts(paths)
    labels = [*(each.label for each in figures), *map(view.label, paths)]

    def column(end: int) -> list[str]:
        return [*(say(found.held[each.label][end], each.unit) for each in figures),
                *(say(firsts[path][end], view.entries[path].shown_unit) for path in paths)]
    return Table(
        f"Two plans that meet all published figures: least and most {frame.inside(most.label)}, "
        "and the assumptions to which that owes most", labels,
        {"The plan": [*(say(value(view.projection, each.formula)[0], each.unit)
                        for each in figures),
                      *(say(view.value(path), view.entries[path].shown_unit) for path in paths)],
         "One plan": column(ends[0]), "Another": column(ends[1])},
        groups=[view.label(path) for path in paths[:1]], corner="Figure or assumption",
        stacked=True)


def _reading(check: SourceCheck, found: Open) -> str:
    others = missed(check)
    left_out = (" Left out, as the plan itself does not have them: "
                f"{frame.listed([frame.inside(each.label) for each in others])}."
                if others else "")
    return (f"Of {len(found.kept):,} random plans each was moved, by as little as it takes, to "
            "where it meets every published figure that the plan meets, as near as a claim must "
            f"agree; {int(found.kept.sum()):,} came there.{left_out} A value that changes over the "
            "years moves as a whole, so a figure that is printed for the first year holds later "
            "years, too. How far plans differ whose years go other ways is not asked: true widths "
            "are greater. The ranges are chosen here.")
