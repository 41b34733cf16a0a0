"""Means, paired differences, and what many comparisons at once leave significant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from model.budget.programme.forecast import students_t

COVERAGE = 0.95


def mean_of(values: np.ndarray) -> dict[str, float | None]:
    """Mean and 95% interval over replications; None where nothing is defined."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {"mean": None, "low": None, "high": None, "defined": 0}
    mean, half = float(known.mean()), half_width(known)
    return {"mean": mean, "low": mean - half if half is not None else None,
            "high": mean + half if half is not None else None, "defined": len(known)}


def half_width(values: np.ndarray) -> float | None:
    """Half of the interval of a mean by Student's t; None with fewer than two values."""
    if len(values) < 2:
        return None
    return _t(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))


@lru_cache(maxsize=64)
def _t(freedom: int) -> float:
    return students_t(COVERAGE, freedom)


def paired(first: np.ndarray, second: np.ndarray) -> dict[str, float | None]:
    """First less second on the same tapes: mean, interval, p-value, and by how much common random
    numbers narrow it: the variance of a difference of independent runs over that of this one."""
    difference = first - second
    found = mean_of(difference)
    spread = float(difference.var(ddof=1)) if len(difference) > 1 else 0.0
    apart = float(first.var(ddof=1) + second.var(ddof=1)) if len(difference) > 1 else 0.0
    base = float(second.mean())
    for key, of in (("share", "mean"), ("share_low", "low"), ("share_high", "high")):
        found[key] = found[of] / base if base and found[of] is not None else None
    found["variance_ratio"] = apart / spread if spread else None
    if spread:
        score = abs(found["mean"]) / math.sqrt(spread / len(difference))
        found["p"] = math.erfc(score / math.sqrt(2))
    else:
        found["p"] = 1.0 if not found["mean"] else 0.0
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    order = np.argsort(p_values, kind="stable")
    found, highest = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[at]))
        found[at] = highest
    return found
