"""The figures by which a scenario is judged, as one number for each scenario of a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from model.analysis.breakeven import months_to_breakeven
from model.engine.projection import Projection

# The lines that all outcomes read; batches keep no others.
LINES = ("ebitda", "unrestricted_cash", "free_cash_flow", "revenue", "breakeven_first",
         "breakeven_earned_back", "trough_cash")


@dataclass(frozen=True)
class Outcome:
    """A named outcome: label, unit, and its value by scenario; NaN stands for never."""

    name: str
    label: str
    unit: str
    value: Callable[[Projection], np.ndarray]


def outcomes(years: tuple[int, ...]) -> dict[str, Outcome]:
    """The outcomes that a plan over these years has, by name."""
    found = [Outcome(f"ebitda_{year}", f"EBITDA {year}", "USD",
                     lambda p, i=i: p.by_year("ebitda")[:, i]) for i, year in enumerate(years)]
    found += [
        Outcome("lowest_cash", "Lowest month-end cash", "USD",
                lambda p: p["trough_cash"][:, -1]),
        Outcome("closing_cash", f"Cash at the end of {years[-1]}", "USD",
                lambda p: p["unrestricted_cash"][:, -1]),
        Outcome("months_to_breakeven", "Months to the first break-even", "months",
                months_to_breakeven),
    ]
    return {outcome.name: outcome for outcome in found}
