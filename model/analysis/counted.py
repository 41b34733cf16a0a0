"""Figures that are counted before they become a KPI, refused where they cannot be true."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model.analysis.ratios import ratio

# Spending that differs from the whole by less is the whole. [share of the whole]
TOLERANCE = 1e-9


def cost_per_customer(total, spent: Mapping[str, np.ndarray],
                      won: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """CAC of each side: what was spent on it over the customers that it won; NaN where none.

    Raises ValueError unless the sides' spending adds up to the total: money that is charged to
    two sides makes each look right and both together wrong.
    """
    whole, parts = np.asarray(total, float), sum(np.asarray(part, float) for part in spent.values())
    # What is not known yet (NaN) contradicts nothing.
    off = np.nan_to_num(np.abs(parts - whole))
    if np.any(off > TOLERANCE * np.maximum(1.0, np.abs(whole))):
        off = int(np.argmax(np.ravel(off)))
        raise ValueError(f"{np.ravel(parts)[off]:,.2f} is charged to {' and '.join(spent)} where "
                         f"{np.ravel(whole)[off]:,.2f} was spent; charge each amount to one side.")
    return {side: ratio(amount, won[side]) for side, amount in spent.items()}


def by_target_cost(total: float, won: Mapping[str, float],
                   target: Mapping[str, float]) -> dict[str, float]:
    """Spending that nobody tagged, split over sides by what their new customers should have cost.

    Raises ValueError where nobody was won: there is nothing to split by.
    """
    weights = {side: won[side] * target[side] for side in won}
    if not sum(weights.values()):
        raise ValueError("nobody was won on any side, so spending cannot be split by target cost; "
                         "tag it instead.")
    return {side: total * weight / sum(weights.values()) for side, weight in weights.items()}


def repeat_rate(again: float, first: float) -> float:
    """Users who came again over users who came at all; NaN where nobody came.

    Raises ValueError where more came again than came: then sessions are counted, not users.
    """
    if again > first:
        raise ValueError(f"{again:g} came again of {first:g} who came; count users, not sessions.")
    return float(ratio(again, first))
