"""What makes two plans differ: the difference of an outcome, shared out by Shapley value.

Every combination of what differs is projected in one batch. A group's amount is the mean of what it
adds over all orders in which the groups could be changed (Shapley, A value for n-person games,
1953), so no order is privileged and the amounts sum to the whole difference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

import numpy as np

from model.analysis.uncertainty.sensitivity import LINES, Outcome, outcomes
from model.engine.headlines import Headline
from model.engine.numbers import batch
from model.engine.projection import Projection
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.params.catalog import mix_of
from model.params.entry import Entry
from model.params.overlay import without_seasons
from model.params.series import Series
from model.params.units import UNITS
from model.tolerance import LEAST

# With more groups than these the combinations, twice as many a group, no longer fit one batch.
MOST = 12
BY = ("path", "section")
# What was projected between two plans, by the groups and the combinations of them.
Projected = dict[tuple[tuple["Group", ...], bytes], Projection]


@dataclass(frozen=True)
class Group:
    """Assumptions that change together: one path, a mix, a section, or what is left (name "")."""

    name: str
    paths: tuple[str, ...]

    def label(self, entries: Mapping[str, Entry]) -> str:
        """How readers call it."""
        if not self.name:
            return f"The other {len(self.paths)} together"
        if len(self.paths) == 1:
            return entries[self.paths[0]].label
        return self.name.replace("_", " ").replace(".", ", ").capitalize()


@dataclass(frozen=True)
class Part:
    """What a group has to do with the difference, in the outcome's unit: its Shapley value, what
    it moves when it is changed first, and what when it is changed after all others."""

    group: Group
    amount: float
    first: float
    last: float


@dataclass(frozen=True)
class Bridge:
    """The way of an outcome from one plan to another, the largest part first, the rest last.
    `start` and `end` are NaN for never. Within the parts never counts as `counted`, the first month
    beyond the horizon; `never` of the `combinations` that were projected are never."""

    outcome: Outcome
    start: float
    end: float
    parts: tuple[Part, ...]
    combinations: int
    never: int
    counted: float

    @property
    def difference(self) -> float:
        """The outcome's difference, with never as `counted`: what the parts sum to."""
        start, end = (self.counted if math.isnan(value) else value
                      for value in (self.start, self.end))
        return end - start


def bridged(years: tuple[int, ...]) -> dict[str, Outcome]:
    """The outcomes that a bridge can explain, by name: revenue, EBITDA and cash of each year, the
    lowest cash, and the first break-even in months (never is NaN)."""
    by_name = outcomes(years)
    revenue = [Outcome(f"revenue_{int(year)}", f"Revenue {year}", "USD", Headline("revenue", year))
               for year in years]
    cash = [Outcome(f"cash_{int(year)}", f"Cash at the end of {year}", "USD",
                    Headline("unrestricted_cash", year)) for year in years]
    return {outcome.name: outcome for outcome in
            (*revenue, *(by_name[f"ebitda_{int(year)}"] for year in years), *cash,
             by_name["lowest_cash"], by_name["months_to_breakeven"])}


def bridge(start: Assumptions, end: Assumptions, outcome: Outcome, by: str = "path") -> Bridge:
    """The bridge of an outcome from one plan of a company to another. `by` is "path", for what
    differs one by one, or "section". Raises ValueError for two companies and for another `by`."""
    return bridges(start, end, [outcome], by)[0]


def bridges(start: Assumptions, end: Assumptions, outcomes: Sequence[Outcome],
            by: str = "path") -> list[Bridge]:
    """The bridges of several outcomes by the same groups, whose combinations are projected once."""
    projected: Projected = {}
    groups = grouped(start, end, outcomes, by, projected)
    return [_bridge(start, end, outcome, groups, projected) for outcome in outcomes]


def _bridge(start: Assumptions, end: Assumptions, outcome: Outcome, groups: Sequence[Group],
            projected: Projected) -> Bridge:
    sets = combinations(len(groups))
    values = _outcome_where(start, end, groups, sets, outcome, projected)
    never = start.calendar.months + 1.0
    amounts = np.where(np.isnan(values), never, values)
    shares = shapley(amounts)
    parts = [Part(group, float(share), float(amounts[1 << i] - amounts[0]),
                  float(amounts[-1] - amounts[-1 - (1 << i)]))
             for i, (group, share) in enumerate(zip(groups, shares, strict=True))]
    return Bridge(outcome, float(values[0]), float(values[-1]),
                  tuple(sorted(parts, key=lambda part: (not part.group.name, -abs(part.amount)))),
                  len(values), int(np.isnan(values).sum()), never)


def shapley(values: np.ndarray) -> np.ndarray:
    """The Shapley value of each of n players, (n,), from the worth of every coalition, (2ⁿ,):
    player i is in those with bit i of their number set. Raises ValueError for another number."""
    players = max(0, len(values).bit_length() - 1)
    if len(values) != 1 << players:
        raise ValueError(f"shapley: {len(values)} coalitions; give 2ⁿ, for every subset of n.")
    coalitions = np.arange(len(values))
    sizes = combinations(players).sum(axis=1)
    weights = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    shares = []
    for player in range(players):
        without = coalitions[(coalitions >> player) & 1 == 0]
        gains = values[without | (1 << player)] - values[without]
        shares.append(math.fsum(weights[sizes[without]] * gains))
    return np.array(shares)


def to_cents(amounts: Sequence[float], total: float) -> list[float]:
    """Amounts rounded to cents so that they sum to the rounded total: the cents that rounding
    leaves over go where it cuts off most. `total` is their sum, or within a cent of it, as the
    difference of two rounded figures is."""
    exact = [100 * amount for amount in amounts]
    cents = [math.floor(amount) for amount in exact]
    left = round(100 * total) - sum(cents)
    cut = sorted(range(len(cents)), key=lambda place: cents[place] - exact[place])
    for place in islice(cycle(cut if left > 0 else reversed(cut)), abs(left)):
        cents[place] += 1 if left > 0 else -1
    return [cent / 100 for cent in cents]


def combinations(groups: int) -> np.ndarray:
    """Which groups are changed in each combination, (2ⁿ, n): none in the first, all in the last."""
    return (np.arange(1 << groups)[:, None] >> np.arange(groups) & 1).astype(bool)


def differing(start: Assumptions, end: Assumptions) -> tuple[str, ...]:
    """Paths with another value in any month, in order. Raises ValueError for two companies."""
    if start.company != end.company:
        raise ValueError(f"a bridge joins plans of one company, not {start.company} and "
                         f"{end.company}.")
    return start.differing(end)


def grouped(start: Assumptions, end: Assumptions, outcomes: Sequence[Outcome], by: str = "path",
            projected: Projected | None = None) -> tuple[Group, ...]:
    """What differs, in at most twelve groups. Members of one mix stay together, as a mix that is
    changed in part may sum to more than all. Where there are more groups, the eleven that move
    an outcome most, as a share of what the group does that moves it most, stand alone, and the
    others are one group."""
    if by not in BY:
        raise ValueError(f"by is {by!r}; choose {' or '.join(BY)}.")
    members: dict[str, list[str]] = {}
    for path in differing(start, end):
        name = path.partition(".")[0] if by == "section" else mix_of(path) or path
        members.setdefault(name, []).append(path)
    groups = [Group(name, tuple(paths)) for name, paths in members.items()]
    if len(groups) <= MOST:
        return tuple(groups)
    projected = {} if projected is None else projected
    sizes = [_sizes(start, end, groups, outcome, projected) for outcome in outcomes]
    size = np.max([each / max(each.max(), LEAST) for each in sizes], axis=0)
    order = sorted(range(len(groups)), key=lambda place: -size[place])
    largest, rest = sorted(order[:MOST - 1]), sorted(order[MOST - 1:])
    others = Group("", tuple(path for place in rest for path in groups[place].paths))
    return (*(groups[place] for place in largest), others)


def _sizes(start: Assumptions, end: Assumptions, groups: Sequence[Group], outcome: Outcome,
           projected: Projected) -> np.ndarray:
    """How much each group moves the outcome alone, from either plan, so both ways are cut alike."""
    one = np.eye(len(groups), dtype=bool)
    none = np.zeros((1, len(groups)), dtype=bool)
    sets = np.vstack([none, one, ~one, ~none])
    values = _outcome_where(start, end, groups, sets, outcome, projected)
    values = np.where(np.isnan(values), start.calendar.months + 1.0, values)
    alone, without = values[1:len(groups) + 1], values[len(groups) + 1:-1]
    return np.abs(alone - values[0]) + np.abs(values[-1] - without)


def _outcome_where(start: Assumptions, end: Assumptions, groups: Sequence[Group],
                   sets: np.ndarray, outcome: Outcome, projected: Projected) -> np.ndarray:
    """The outcome by combination, (combination,); `sets` says which groups are as in `end`."""
    # What only one of the plans opens with is nothing in the other.
    start, end = start.opened(end.entries), end.opened(start.entries)
    key = tuple(groups), sets.tobytes()
    if key not in projected:
        values = {path: _within(start.entries[path], _either(
            start.held[path], end.held[path], column, start.calendar))
            for group, column in zip(groups, sets.T, strict=True) for path in group.paths}
        projected[key] = batch(replace(start, settings=without_seasons(start.settings, values)),
                               values, keep=LINES)
    return outcome.value(projected[key])


def _either(one: Series, other: Series, from_other: np.ndarray, calendar: Calendar) -> np.ndarray:
    """The values of one plan or the other by scenario, in the shape that `batch` takes."""
    grains = {one.grain, other.grain}
    if grains == {"constant"}:
        return np.where(from_other, other.values[0, 0], one.values[0, 0])
    rows = [series.monthly(calendar)[:, 0] for series in (one, other)]
    if "month" not in grains:
        rows = [calendar.firsts(row) for row in rows]
    return np.where(from_other[:, None], rows[1], rows[0])


def _within(entry: Entry, values: np.ndarray) -> np.ndarray:
    """Values without what a season's rounding leaves beyond what their unit allows."""
    domain = UNITS[entry.unit]
    return np.clip(values, domain.low, domain.high)
