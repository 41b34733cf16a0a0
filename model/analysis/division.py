"""Division that says where there is nothing to divide by, and sums of months."""

from __future__ import annotations

import numpy as np


def ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """over / under; NaN, which stands for undefined, where `under` is 0."""
    over, under = np.broadcast_arrays(np.asarray(over, float), np.asarray(under, float))
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0)


def annual_sum(values: np.ndarray) -> np.ndarray:
    """Months (…, month) added up to calendar years (…, year)."""
    return values.reshape(*values.shape[:-1], -1, 12).sum(axis=-1)
