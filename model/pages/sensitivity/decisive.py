"""The block on what decides: from which assumptions the spread of the outcomes comes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import influence, sampling
from model.analysis.uncertainty.sensitivity import SEED, Outcome
from model.analysis.uncertainty.spread import Shares, Spread, unsourced
from model.engine.headlines import Headline
from model.pages import frame
from model.pages.swings import outcome_of
from model.pages.view import View, cell
from model.views.blocks import Block, Table
from model.views.formats import sentence_case

# Of each outcome so many assumptions that move it most alone have a row.
_ROWS = 3
_OTHERS, _OURS = "others", "ours"
# A share of the spread that is worth a sentence.
_MATTERS = 0.05


@dataclass(frozen=True)
class Found:
    """The outcomes, of which those of each year come last; the groups by name with their paths,
    which are told apart by their fair shares alone where assumptions go together; and what each
    has of the spread."""

    outcomes: tuple[Outcome, ...]
    years: tuple[int, ...]
    groups: dict[str, tuple[str, ...]]
    spread: Spread
    tied: bool

    @property
    def chief(self) -> Shares:
        """The shares by which assumptions are told apart."""
        return self.spread.fair if self.tied else self.spread.first

    def share(self, shares: Shares, outcome: int, group: str) -> tuple[float, float]:
        """A share and its error."""
        place = self.spread.groups.index(group)
        return shares.value[outcome, place], shares.error[outcome, place]


def block(view: View) -> Block:
    """What decides the last year's EBITDA, the lowest cash and the break-even, and cash by year."""
    found = _found(view)
    chosen = range(len(found.outcomes) - len(found.years))
    moving = [place for place in chosen if found.spread.moves[place]]
    if not moving:
        return Block("No assumption moves an outcome within its range.")
    return Block(
        f"{_decides(view, found, moving)}{'' if found.tied else _together(view, found, moving)}"
        f"{_evidence(view, found, moving)} {_over_years(view, found)}",
        table=[_table(view, found), _years_table(view, found)], open=True,
        reading=f"Spread is the variance over random draws. {_cells(found)} Worked out with "
                f"{found.spread.plans:,} plans; the {len(found.groups[_OTHERS])} assumptions "
                f"without a row of their own count as one: none is among the {_ROWS} that by "
                "themselves move one of these outcomes most. The ranges are chosen here, and so "
                "the spread is.")


def _cells(found: Found) -> str:
    """What the cells of both tables say."""
    fair = ("a fair share: what an assumption adds to the spread, on average over every order in "
            "which assumptions may become known")
    if found.tied:
        return ("Each cell says between which ends a share of it lies in at least 19 of 20 cases, "
                f"{fair}. What comes from several that go together is shared out among them, and "
                "all shares of an outcome add up to 100%.")
    return ("Each cell says between which ends a share of it lies in at least 19 of 20 cases: the "
            "share that would go if this assumption were known exactly, and the share that would "
            "be left if it alone were not known, which is more where it acts together with others. "
            f"Of cash by year it is {fair}, so that they add up to 100%. All assumptions are "
            "independent of each other.")


@cell
def _found(view: View) -> Found:
    """What decides, made once for all that is said of it."""
    names = (f"ebitda_{int(view.years[-1])}", "lowest_cash", "months_to_breakeven")
    by_year = [Outcome(f"cash_{int(year)}", f"Cash at the end of {year}", "USD",
                       Headline("unrestricted_cash", year)) for year in view.years]
    outcomes = (*(outcome_of(view, name) for name in names), *by_year)
    plan, every = view.assumptions, sampling.uncertain(view.assumptions)
    chosen = influence.widest(plan, outcomes, _ROWS)
    groups = {path: (path,) for path in chosen}
    groups[_OTHERS] = tuple(path for path in every if path not in chosen)
    beside = {_OURS: unsourced(plan)}
    found = influence.of_plan(plan, [each.headline for each in outcomes], groups, SEED, beside)
    return Found(outcomes, view.years, groups | beside, found, bool(plan.correlations))


def _decides(view: View, found: Found, moving: list[int]) -> str:
    """Which assumption would take most of the spread of each outcome away, if it were known; or
    has most of it, where assumptions go together."""
    chief, *others = moving
    first, *second = _ranked(found, chief)[:2]
    label = found.outcomes[chief].label
    if found.tied:
        said = (f"{label} is decided most by {view.label(first)}, which has "
                f"{_chief(found, chief, first)} of its spread as its fair share")
    else:
        said = (f"{label} is decided most by {view.label(first)}: to know it exactly would take "
                f"{_chief(found, chief, first)} of its spread away")
    said += "".join(f", and {view.label(path)} {_chief(found, chief, path)}" for path in second)
    for place in others:
        most = _ranked(found, place)[0]
        said += (f"; for {frame.inside(found.outcomes[place].label)} it is {view.label(most)} "
                 f"({_chief(found, place, most)})")
    return f"{said}."


def _chief(found: Found, outcome: int, group: str) -> str:
    return _about(*found.share(found.chief, outcome, group))


def _ranked(found: Found, outcome: int, shares: Shares | None = None) -> list[str]:
    """The assumptions with a row, by what they decide of an outcome, the most first."""
    alone = [group for group in found.groups if group not in (_OTHERS, _OURS)]
    return sorted(alone, key=lambda group: -found.share(
        shares or found.chief, outcome, group)[0])


def _together(view: View, found: Found, moving: list[int]) -> str:
    """What comes from an assumption only as it acts together with others, of each outcome where
    that matters and is clearly above its error: of the one of which it is most."""
    parts = []
    for place in moving:
        most = _ranked(found, place, found.spread.joint)[0]
        joint, error = found.share(found.spread.joint, place, most)
        if joint >= _MATTERS and joint > 1.5 * error:
            parts.append(f"{_about(joint, error)} of the spread of "
                         f"{frame.inside(found.outcomes[place].label)} comes from "
                         f"{view.label(most)} only as it acts together with others")
    return f" {sentence_case('; '.join(parts))}." if parts else ""


def _evidence(view: View, found: Found, moving: list[int]) -> str:
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


def _over_years(view: View, found: Found) -> str:
    """Which assumption has most of the spread of cash, from year to year."""
    runs: list[tuple[str, list[int]]] = []
    for place, moves in enumerate(found.spread.moves):
        if place < len(found.outcomes) - len(found.years) or not moves:
            continue
        most = _leading(view, found, place)
        if runs and runs[-1][0] == most:
            runs[-1][1].append(place)
        else:
            runs.append((most, [place]))
    said = [f"by {most} {_years(found, places)}" for most, places in runs]
    return f"Cash is decided most {'; '.join(said)}." if said else ""


def _leading(view: View, found: Found, outcome: int) -> str:
    """The assumption with the greatest fair share, or two of which draws cannot tell which."""
    fair = found.spread.fair
    first, second = _ranked(found, outcome, fair)[:2]
    low, high = (ends[outcome, found.spread.groups.index(group)] for ends, group in (
        (fair.low, first), (fair.high, second)))
    # In the order of their rows, so that it stays the same from year to year.
    both = [group for group in found.groups if group in (first, second)]
    return " or ".join(map(view.label, both)) if high > low else view.label(first)


def _years(found: Found, places: list[int]) -> str:
    first, last = (str(found.years[place - len(found.outcomes)])
                   for place in (places[0], places[-1]))
    return f"at the end of {first}" + (f" to {last}" if first != last else "")


def _about(share: float, error: float) -> str:
    """`about 30%`, without digits that the error leaves open."""
    points = 100 * min(max(share, 0.0), 1.0)
    digits = min(0, -math.floor(math.log10(200 * error))) if error > 0 else 0
    return f"about {round(points, digits):.0f}%"


def _table(view: View, found: Found) -> Table:
    rows = _ranked(found, 0)
    labels = [view.label(path) for path in rows]
    for group, words in ((_OTHERS, "All other {} together"),
                         (_OURS, "The {} that no source gives")):
        if found.groups[group] and not (found.tied and group == _OURS):
            rows.append(group)
            labels.append(words.format(len(found.groups[group])))
    kinds = ({"": found.spread.fair} if found.tied else
             {": would go": found.spread.first, ": would be left": found.spread.total})
    columns = {}
    for place, outcome in enumerate(found.outcomes[:-len(found.years)]):
        for head, shares in kinds.items():
            columns[f"{outcome.label}{head}"] = [
                _between(shares, place, found.spread.groups.index(group))
                if found.spread.moves[place] else "–" for group in rows]
    caption = ("How the spread is shared out among assumptions" if found.tied else
               "What of the spread would go with an assumption known, and be left with it alone "
               "unknown")
    return Table(caption, labels, columns, corner="Assumption", stacked=True,
                 groups=[label for label in labels[-2:] if label.startswith("The ")])


def _years_table(view: View, found: Found) -> Table:
    """Fair shares of the spread of cash at the end of each year, of the assumptions that are among
    the first in any."""
    first = len(found.outcomes) - len(found.years)
    chosen = {group for place in range(first, len(found.outcomes))
              for group in _ranked(found, place, found.spread.fair)[:_ROWS]}
    rows = [group for group in _ranked(found, -1, found.spread.fair) if group in chosen]
    labels = [*map(view.label, rows), "All others together"]
    columns = {}
    for place, year in enumerate(found.years, first):
        ends = [_between(found.spread.fair, place, found.spread.groups.index(group))
                for group in rows]
        rest = 1 - sum(found.share(found.spread.fair, place, group)[0] for group in rows)
        columns[str(year)] = ([*ends, _about(rest, 0.005).removeprefix("about ")]
                              if found.spread.moves[place] else ["–"] * len(labels))
    return Table("What decides cash at the end of each year: fair shares of its spread", labels,
                 columns, corner="Assumption", stacked=True)


def _between(shares: Shares, outcome: int, group: int) -> str:
    """`26 to 33%`; one number where both ends are alike."""
    low, high = (f"{100 * float(np.clip(ends[outcome, group], 0, 1)):.0f}"
                 for ends in (shares.low, shares.high))
    return f"{low}%" if low == high else f"{low} to {high}%"
