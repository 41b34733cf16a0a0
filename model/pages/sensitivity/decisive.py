"""The block on what decides: from which assumptions the spread of the outcomes comes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.sensitivity import SEED, Outcome
from model.analysis.uncertainty.spread import POINTS, Shares, Spread, of_plan, unsourced
from model.pages import frame
from model.pages.swings import outcome_of, swings
from model.pages.view import View
from model.views.blocks import Block, Table
from model.views.formats import sentence_case

# Of each outcome so many assumptions that move it most alone have a row.
_ROWS = 3
_OTHERS, _OURS = "others", "ours"


@dataclass(frozen=True)
class _Found:
    """The outcomes, the groups by name with their paths, and what each has of the spread."""

    outcomes: tuple[Outcome, ...]
    groups: dict[str, tuple[str, ...]]
    spread: Spread

    def share(self, shares: Shares, outcome: int, group: str) -> tuple[float, float]:
        """A share and its error."""
        place = self.spread.groups.index(group)
        return shares.value[outcome, place], shares.error[outcome, place]


def block(view: View) -> Block:
    """What decides the last year's EBITDA, the lowest cash and the break-even."""
    found = _found(view)
    moving = [place for place, moves in enumerate(found.spread.moves) if moves]
    if not moving:
        return Block("No assumption moves an outcome within its range.")
    return Block(
        f"{_decides(view, found, moving)}{_together(found, moving)}"
        f"{_evidence(view, found, moving)}",
        table=_table(view, found), open=True,
        reading="Spread is the variance over random draws. Each cell says between which ends a "
                "share of it lies in at least 19 of 20 cases: the share that would go if this "
                "assumption were known exactly, and the share that would be left if it alone were "
                "not known, which is more where it acts together with others. Worked out with "
                f"{POINTS * (len(found.groups) + 2):,} plans, all assumptions independent of each "
                "other. The ranges are chosen here, and so the spread is.")


def _found(view: View) -> _Found:
    names = (f"ebitda_{int(view.years[-1])}", "lowest_cash", "months_to_breakeven")
    every = sampling.uncertain(view.assumptions)
    chosen = dict.fromkeys(swing.path for name in names
                           for swing in swings(view, name)[1][:_ROWS])
    groups = {path: (path,) for path in chosen}
    groups |= {_OTHERS: tuple(path for path in every if path not in chosen),
               _OURS: unsourced(view.assumptions)}
    outcomes = tuple(outcome_of(view, name) for name in names)
    found = of_plan(view.assumptions, outcomes, groups, SEED)
    return _Found(outcomes, groups, found)


def _decides(view: View, found: _Found, moving: list[int]) -> str:
    """Which assumption would take most of the spread of each outcome away, if it were known."""
    chief, *others = moving
    first, *second = _ranked(found, chief)[:2]
    said = (f"{found.outcomes[chief].label} is decided most by {view.label(first)}: to know it "
            f"exactly would take {_gone(found, chief, first)} of its spread away")
    said += "".join(f", and {view.label(path)} {_gone(found, chief, path)}" for path in second)
    for place in others:
        most = _ranked(found, place)[0]
        said += (f"; for {frame.inside(found.outcomes[place].label)} it is {view.label(most)} "
                 f"({_gone(found, place, most)})")
    return f"{said}."


def _gone(found: _Found, outcome: int, group: str) -> str:
    return _about(*found.share(found.spread.first, outcome, group))


def _ranked(found: _Found, outcome: int) -> list[str]:
    """The assumptions with a row, by what they decide of an outcome, the most first."""
    alone = [group for group in found.groups if group not in (_OTHERS, _OURS)]
    return sorted(alone, key=lambda group: -found.share(found.spread.first, outcome, group)[0])


def _together(found: _Found, moving: list[int]) -> str:
    """How much comes from assumptions only as they act together, where that can be told."""
    parts = []
    for place in moving:
        each = [found.share(found.spread.first, place, group) for group in found.groups
                if group != _OURS]
        rest, error = 1 - sum(share for share, _ in each), math.hypot(*(one for _, one in each))
        if rest > error:
            parts.append(f"{_about(rest, error)} of the spread of "
                         f"{frame.inside(found.outcomes[place].label)}")
    return (f" {sentence_case(frame.listed(parts))} {'comes' if len(parts) == 1 else 'come'} from "
            "no assumption alone, but from several that act together." if parts else "")


def _evidence(view: View, found: _Found, moving: list[int]) -> str:
    """How much would be left if all that a source gives came true exactly."""
    ours, every = len(found.groups[_OURS]), len(sampling.uncertain(view.assumptions))
    if not ours:
        return f" For each of the {every} assumptions a source gives a figure."
    if ours == every:
        return f" No source gives a figure for any of the {every} assumptions."
    parts = [f"{_about(*found.share(found.spread.total, place, _OURS))} of that of "
             f"{frame.inside(found.outcomes[place].label)}" for place in moving]
    parts[0] = parts[0].replace("that of", "the spread of", 1)
    return (f" If all that a source gives came true exactly, there would still be "
            f"{frame.listed(parts)}: for {ours} of {every} assumptions no source gives a figure.")


def _about(share: float, error: float) -> str:
    """`about 30%`, without digits that the error leaves open."""
    points = 100 * min(max(share, 0.0), 1.0)
    digits = min(0, -math.floor(math.log10(200 * error))) if error > 0 else 0
    return f"about {round(points, digits):.0f}%"


def _table(view: View, found: _Found) -> Table:
    rows = _ranked(found, 0)
    labels = [view.label(path) for path in rows]
    for group, words in ((_OTHERS, "All other {} together"),
                         (_OURS, "The {} that no source gives")):
        if found.groups[group]:
            rows.append(group)
            labels.append(words.format(len(found.groups[group])))
    columns = {}
    for place, outcome in enumerate(found.outcomes):
        for head, shares in (("would go", found.spread.first), ("would be left",
                                                                found.spread.total)):
            columns[f"{outcome.label}: {head}"] = [
                _between(shares, place, found.spread.groups.index(group))
                if found.spread.moves[place] else "–" for group in rows]
    return Table("What of the spread would go with an assumption known, and be left with it alone "
                 "unknown", labels, columns, corner="Assumption", stacked=True,
                 groups=[label for label in labels[-2:] if label.startswith("The ")])


def _between(shares: Shares, outcome: int, group: int) -> str:
    """`26 to 33%`; one number where both ends are alike."""
    low, high = (f"{100 * float(np.clip(ends[outcome, group], 0, 1)):.0f}"
                 for ends in (shares.low, shares.high))
    return f"{low}%" if low == high else f"{low} to {high}%"
