"""The months before the plan: what was observed in them, growth on the year before, and what twelve
months bring up to a month. KPIs know the plan's months alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.doubts import is_flow, is_line, with_totals
from model.companies.glossary import glossary
from model.companies.vocabulary import YEAR
from model.engine.projection import Projection, ratio
from model.params.observations import Actuals


@dataclass(frozen=True, eq=False)
class Observed:
    """What was observed of a line in the months before the plan and in the plan's months,
    (month,); NaN where nothing was."""

    line: str
    months: tuple[str, ...]
    values: np.ndarray

    @property
    def year_before(self) -> np.ndarray:
        """The values of the same months a year before."""
        return _later(self.values, YEAR)

    @property
    def growth(self) -> np.ndarray:
        """Growth on the year before, as a share of its size; NaN where it was 0 or is unknown."""
        return ratio(self.values - self.year_before, np.abs(self.year_before))

    @property
    def twelve_months(self) -> np.ndarray:
        """The sum of each month and the eleven before it, of which none may be unknown."""
        return sum(_later(self.values, months) for months in range(YEAR))

    @property
    def last(self) -> int:
        """The place of the last month that was observed."""
        return int(np.flatnonzero(np.isfinite(self.values))[-1])


def _later(values: np.ndarray, months: int) -> np.ndarray:
    return np.concatenate([np.full(months, np.nan), values])[:len(values)]


def observed(projection: Projection, actuals: Actuals) -> list[Observed]:
    """The flows and balances of which something is known from before the plan, in the order of the
    month; sums that their parts give are among them."""
    past = actuals.history
    if past is None:
        return []
    before, since = (with_totals(projection, each) for each in (past, actuals))
    nothing = np.full(len(projection.months), np.nan)
    return [Observed(line, (*past.calendar.labels, *projection.months),
                     np.concatenate([before[line], since.get(line, nothing)]))
            for line in projection.lines
            if line in before and np.isfinite(before[line]).any() and is_line(projection, line)
            and (is_flow(projection, line)
                 or glossary(projection.company).term(line).kind == "stock")]
