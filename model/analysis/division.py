"""Division that says where there is nothing to divide by, and sums of months."""

from __future__ import annotations

import numpy as np

from model.engine.projection import ratio as ratio
from model.params.series import Calendar, in_order


def annual_sum(values: np.ndarray) -> np.ndarray:
    """Months (…, month) added up to calendar years (…, year)."""
    return in_order(Calendar.by_year(values))
