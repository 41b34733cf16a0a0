"""What a fault does to figures: lines by month, KPIs by month and year, customers and lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.engine.figures import MONTH, YEAR, figures
from model.engine.projection import Projection

# A figure that moves by less is not counted as changed. [share of it]
MOVED = 1e-3
# What rounding alone may do. [share of the row's greatest value]
_DUST = 1e-9
CHANGED, SMALL, EQUAL = "changed", "small", "equal"


@dataclass(frozen=True)
class Figures:
    """All figures of one plan, by name."""

    block: np.ndarray
    lines: tuple[str, ...]
    beside: Mapping[str, np.ndarray]


def figures_of(projection: Projection) -> Figures:
    found = figures(projection)
    texts, beside = found.texts, {}
    for name in texts.memory:
        beside[f"line {name}"] = found.line(name)
    for name in texts.customer:
        beside[f"customer {name}"] = found.customer(name)
    for name in texts.life:
        beside[f"life {name}"] = found.life(name)
    for name in texts.kpis:
        beside[f"KPI {name}"] = found.kpi(name, YEAR)
        beside[f"KPI {name} by month"] = found.kpi(name, MONTH)
    return Figures(projection.block, projection.lines, beside)


def effect(old: Sequence[Figures], new: Sequence[Figures]) -> str:
    """Whether any figure of any plan moves by more than a thousandth of it, by less, or not."""
    found = EQUAL
    for before, after in zip(old, new, strict=True):
        if before.lines != after.lines or before.block.shape != after.block.shape:
            return CHANGED
        worst = _moved(np.moveaxis(before.block, 0, -1), np.moveaxis(after.block, 0, -1))
        for name in before.beside.keys() | after.beside.keys():
            if worst == CHANGED:
                break
            if name not in before.beside or name not in after.beside:
                return CHANGED
            worst = max(worst, _moved(before.beside[name], after.beside[name]), key=_RANK.index)
        if worst == CHANGED:
            return CHANGED
        found = max(found, worst, key=_RANK.index)
    return found


_RANK = (EQUAL, SMALL, CHANGED)


def _moved(before: np.ndarray, after: np.ndarray) -> str:
    if before.shape != after.shape:
        return CHANGED
    if np.array_equal(before, after, equal_nan=True):
        return EQUAL
    if (np.isnan(before) != np.isnan(after)).any():
        return CHANGED
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(np.abs(after - before), nan=0.0)
    scale = np.nanmax(np.abs(before), axis=-1, keepdims=True, initial=0.0)
    least = np.maximum(MOVED * np.nan_to_num(np.abs(before)), _DUST * np.nan_to_num(scale))
    return CHANGED if (gap > np.maximum(least, 1e-9)).any() else SMALL
