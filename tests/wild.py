"""Random valid scenarios, far beyond what is plausible: every assumption anywhere that its unit
allows, money and counts within a thousand times the plan's, dated amounts in any month."""

from __future__ import annotations

import numpy as np

from model.analysis.uncertainty import sampling
from model.params.assumptions import Assumptions
from model.params.units import UNITS

FACTORS = (0.001, 1000.0)
DATED = 200_000.0


def values(assumptions: Assumptions, size: int, seed: int) -> dict[str, np.ndarray]:
    """Arrays for `batch`: `size` scenarios. The same seed gives the same ones."""
    found = {path: _drawn(assumptions, path, size, np.random.default_rng([seed, *path.encode()]))
             for path in assumptions.entries}
    return sampling.within_mixes(assumptions, found)


def _drawn(assumptions: Assumptions, path: str, size: int, rng) -> np.ndarray:
    entry, series = assumptions.entries[path], assumptions.series[path]
    domain, now = UNITS[entry.unit], series.values[:, 0]
    if entry.form == "month":
        amounts = DATED if entry.unit == "USD" else 3.0
        shape = (size, assumptions.calendar.months)
        return np.where(rng.random(shape) < 0.1, amounts * rng.random(shape), 0.0)
    shape = (size,) if series.grain == "constant" else (size, len(now))
    if domain.high <= 120 or entry.unit.startswith("fraction"):
        low, high = domain.low, min(domain.high, 1.0 if "fraction" in entry.unit else 120.0)
        drawn = rng.uniform(low, high, shape)
        if domain.whole:
            return np.clip(np.round(drawn), low, high)
        # The ends of a domain are where formulas break, so they come up often.
        ends = rng.random(shape)
        drawn = np.where(ends < 0.15, max(low, -0.99), np.where(ends > 0.85, high, drawn))
        return np.maximum(drawn, -0.99)
    factor = np.exp(rng.uniform(*np.log(FACTORS), shape))
    # One size for all prices and budgets of a scenario would be tame: each moves by itself.
    nothing = rng.random(shape) < 0.05
    moved = np.clip(now * factor, domain.low, domain.high)
    return np.where(nothing & (domain.low == 0) & (not domain.above_low), 0.0, moved)
