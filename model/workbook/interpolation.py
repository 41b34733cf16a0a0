"""Years of a path that are not typed: which they are, and the formula that fills each from the
years around it, as `series.annual_series` does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from model.params.entry import Entry
from model.params.overlay import Setting
from model.params.series import Calendar, annual_series

FILLED = {"linear": "in equal steps", "step": "the year before holds on",
          "geometric": "at an equal rate"}
TYPED = "each year is typed"


class Path(NamedTuple):
    """Positions of the years from which the others follow, and of those that are typed over such
    a path and move no other. Where each year stands for itself, all are of the first kind."""

    nodes: tuple[int, ...]
    single: tuple[int, ...] = ()

    def typed(self, at: int) -> bool:
        return at in self.nodes or at in self.single


def path_of(setting: Setting, entry: Entry, calendar: Calendar) -> Path:
    """Which years of a setting are typed. Each stands for itself where a year that others follow
    is typed over, as those stayed; and where equal rates would need a power."""
    years = calendar.years
    each = Path(tuple(range(len(years))))
    if np.ndim(setting.value):
        return each
    nodes = (0,)
    if isinstance(setting.value, Mapping):
        nodes = tuple(sorted(years.index(int(year)) for year in setting.value))
        gaps = {later - earlier for earlier, later in itertools.pairwise(nodes)}
        if entry.between == "geometric" and any(gap & (gap - 1) for gap in gaps):
            return each
    single = tuple(sorted(map(years.index, setting.years)))
    return each if {*single} & {*nodes} else Path(nodes, single)


def formula(at: int, path: Path, between: str, cells: Sequence[str], heads: Sequence[str]) -> str:
    """What fills the year at a position; `cells` are the addresses of the years of its row, `heads`
    those of the heads above them."""
    earlier = max((node for node in path.nodes if node < at), default=None)
    later = min((node for node in path.nodes if node > at), default=None)
    if earlier is None or later is None or between == "step":
        return f"={cells[path.nodes[0] if earlier is None else earlier]}"
    low, high = cells[earlier], cells[later]
    if between == "geometric":
        return f"={_halfway(at, earlier, later, low, high)}"
    passed, whole = (f"COLUMNS({heads[earlier]}:{heads[end - 1]})" for end in (at, later))
    return f"={low}+({high}-{low})*({passed}/{whole})"


def _halfway(at: int, earlier: int, later: int, low: str, high: str) -> str:
    """Equal rates by square roots, which every program rounds alike: half the way, and on."""
    middle = (earlier + later) // 2
    half = f"SQRT({low}*{high})"
    if at == middle:
        return half
    if at < middle:
        return _halfway(at, earlier, middle, low, half)
    return _halfway(at, middle, later, half, high)


def values(nodes: Mapping[str, float], entry: Entry, calendar: Calendar) -> dict[str, float]:
    """The years that follow from typed ones, by year."""
    given = {int(year): value for year, value in nodes.items()}
    filled = annual_series(given, calendar.years, entry.between).values[:, 0].tolist()
    return dict(zip(map(str, calendar.years), filled, strict=True))
