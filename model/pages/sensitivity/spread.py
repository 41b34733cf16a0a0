"""What each assumption has of the spread of the outcomes, worked out once for a page, and how its
shares are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import influence, sampling
from model.analysis.uncertainty.sensitivity import SEED, Outcome
from model.analysis.uncertainty.spread import Shares, Spread, unsourced
from model.engine.headlines import Headline
from model.pages.sensitivity import evidence
from model.pages.swings import outcome_of
from model.pages.view import View, cell

# Of each outcome so many assumptions that move it most alone have a row.
ROWS = 3
OTHERS, OURS = "others", "ours"


@dataclass(frozen=True)
class Found:
    """The outcomes, of which those of each year come last; the groups by name with their paths,
    which are told apart by their fair shares alone where assumptions go together (`tied`); the
    assumptions that no source gives; and what each group, these and each kind of source have of the
    spread."""

    outcomes: tuple[Outcome, ...]
    years: tuple[int, ...]
    groups: dict[str, tuple[str, ...]]
    spread: Spread
    tied: bool
    ours: tuple[str, ...]

    @property
    def chief(self) -> Shares:
        """The shares by which assumptions are told apart."""
        return self.spread.fair if self.tied else self.spread.first

    def share(self, shares: Shares, outcome: int, group: str) -> tuple[float, float]:
        """A share and its error."""
        place = self.spread.groups.index(group)
        return shares.value[outcome, place], shares.error[outcome, place]

    def about(self, shares: Shares, outcome: int, group: str) -> str:
        """A share in words."""
        return about(*self.share(shares, outcome, group))

    def ranked(self, outcome: int, shares: Shares | None = None) -> list[str]:
        """The assumptions with a row, by what they decide of an outcome, the most first."""
        alone = [group for group in self.groups if group != OTHERS]
        return sorted(alone, key=lambda group: -self.share(shares or self.chief, outcome, group)[0])

    def cells(self, shares: Shares, outcome: int, groups: Iterable[str]) -> list[str]:
        """Between which ends the shares of some groups lie."""
        return [between(shares, outcome, self.spread.groups.index(group))
                if self.spread.moves[outcome] else "–" for group in groups]


@cell
def spread_of(view: View) -> Found:
    """What decides, made once for all that is said of it."""
    names = (f"ebitda_{int(view.years[-1])}", "lowest_cash", "months_to_breakeven")
    by_year = [Outcome(f"cash_{int(year)}", f"Cash at the end of {year}", "USD",
                       Headline("unrestricted_cash", year)) for year in view.years]
    outcomes = (*(outcome_of(view, name) for name in names), *by_year)
    plan, every = view.assumptions, sampling.uncertain(view.assumptions)
    chosen = influence.widest(plan, outcomes, ROWS)
    groups = {path: (path,) for path in chosen}
    groups[OTHERS] = tuple(path for path in every if path not in chosen)
    ours = unsourced(plan)
    beside = {OURS: ours} | evidence.kinds(view)
    shares = influence.of_plan(plan, [each.headline for each in outcomes], groups, SEED, beside)
    return Found(outcomes, view.years, groups, shares, bool(plan.correlations), ours)


def about(share: float, error: float) -> str:
    """`about 30%`, without digits that the error leaves open."""
    points = 100 * min(max(share, 0.0), 1.0)
    digits = min(0, -math.floor(math.log10(200 * error))) if error > 0 else 0
    return f"about {round(points, digits):.0f}%"


def between(shares: Shares, outcome: int, group: int) -> str:
    """`26 to 33%`; one number where both ends are alike."""
    low, high = (f"{100 * float(np.clip(ends[outcome, group], 0, 1)):.0f}"
                 for ends in (shares.low, shares.high))
    return f"{low}%" if low == high else f"{low} to {high}%"
