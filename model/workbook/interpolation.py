"""Years of an assumption that are not typed: which they are, and the formulas that fill them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from model.params.calendar import Calendar
from model.params.entry import Entry
from model.params.overlay import Setting
from model.params.series import over_time

# The words for each method of filling years, as in `series.annual_series`.
METHODS = {"linear": "in equal steps", "step": "the year before holds on",
           "geometric": "at an equal rate"}
EACH_YEAR = "each year is typed"


class InputYears(NamedTuple):
    """The years that are typed, by their position in the plan. The years between follow the
    `nodes`. An `override` replaces one of them and moves no other."""

    nodes: tuple[int, ...]
    overrides: tuple[int, ...] = ()

    def __contains__(self, position: object) -> bool:
        return position in self.nodes or position in self.overrides


def input_years(setting: Setting, entry: Entry, calendar: Calendar) -> InputYears:
    """The years of a setting that are typed. All years are nodes where a node is overridden, since
    the years that follow it stay as they are, and where an equal rate would need a power."""
    years = calendar.years
    each = InputYears(tuple(range(len(years))))
    if np.ndim(setting.value):
        return each
    nodes = (0,)
    if isinstance(setting.value, Mapping):
        nodes = tuple(sorted(years.index(int(year)) for year in setting.value))
        gaps = {later - earlier for earlier, later in itertools.pairwise(nodes)}
        if entry.between == "geometric" and any(gap & (gap - 1) for gap in gaps):
            return each
    overrides = tuple(sorted(map(years.index, setting.years)))
    return each if {*overrides} & {*nodes} else InputYears(nodes, overrides)


def input_months(level: Sequence[float], entry: Entry) -> InputYears:
    """The months of a level by month that are typed: where it holds on, those in which it
    changes."""
    return InputYears(tuple(at for at, value in enumerate(level) if not at
                            or entry.between != "step" or value != level[at - 1]))


def formula(position: int, nodes: Sequence[int], method: str, cells: Sequence[str],
            heads: Sequence[str]) -> str:
    """The formula that fills the year at a position. `cells` are the addresses of the row's years,
    `heads` those of the column heads above."""
    earlier = max((node for node in nodes if node < position), default=None)
    later = min((node for node in nodes if node > position), default=None)
    if earlier is None or later is None or method == "step":
        return f"={cells[nodes[0] if earlier is None else earlier]}"
    low, high = cells[earlier], cells[later]
    if method == "geometric":
        return f"={_geometric(position, earlier, later, low, high)}"
    steps, total = (f"COLUMNS({heads[earlier]}:{heads[end - 1]})" for end in (position, later))
    return f"={low}+({high}-{low})*({steps}/{total})"


def _geometric(position: int, earlier: int, later: int, low: str, high: str) -> str:
    """An equal rate by square roots, which every program rounds alike: each halves the way."""
    middle = (earlier + later) // 2
    mean = f"SQRT({low}*{high})"
    if position == middle:
        return mean
    if position < middle:
        return _geometric(position, earlier, middle, low, mean)
    return _geometric(position, middle, later, mean, high)


def values(nodes: Mapping[str, float], entry: Entry, calendar: Calendar) -> dict[str, float]:
    """Every year's value by year, from those of the nodes."""
    if entry.between == "geometric" and min(nodes.values()) <= 0:
        # No rate leads there: params refuse such nodes in their own words.
        entry = entry.model_copy(update={"between": "step"})
    series = over_time(nodes, entry, calendar).values[:, 0].tolist()
    return dict(zip(map(str, calendar.years), series, strict=True))
