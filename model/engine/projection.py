"""A projection: every line by scenario and month, by year, and as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from model.companies import company_module
from model.companies.glossary import Glossary, glossary
from model.companies.vocabulary import YEAR
from model.engine.opening import opening_values
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar, Year
from model.problems import nearest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Projection:
    """The lines of a company over its horizon, for one scenario or many: `projection["ebitda"]` has
    shape (scenario, month). `unread` are the assumptions that no formula reads."""

    assumptions: Assumptions
    lines: tuple[str, ...]
    block: np.ndarray = field(repr=False)
    unread: tuple[str, ...] = ()
    # What others have calculated from these lines, by their own names.
    worked_out: dict[str, object] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {line: i for i, line in enumerate(self.lines)}

    def __getitem__(self, line: str) -> np.ndarray:
        """A line, (scenario, month). Raises KeyError with the nearest name."""
        if line not in self._index:
            raise KeyError(f"{line!r} is not among the lines of this projection of "
                           f"{self.company}; {nearest(line, self.lines)}")
        return self.block[:, self._index[line], :].T

    def __contains__(self, line: str) -> bool:
        return line in self._index

    @property
    def company(self) -> str:
        return self.assumptions.company

    @property
    def scenarios(self) -> int:
        return self.block.shape[2]

    @cached_property
    def openings(self) -> dict[str, np.ndarray]:
        """Balances before the first month, (scenario,) or (1,), by line; those of others are 0."""
        return opening_values(company_module(self.company), self.assumptions)

    @property
    def calendar(self) -> Calendar:
        """The months of the horizon, and the years of reports."""
        return self.assumptions.calendar.reported

    @property
    def months(self) -> tuple[str, ...]:
        return self.calendar.labels

    @property
    def years(self) -> tuple[Year, ...]:
        return self.calendar.named_years

    def segments(self, line: str) -> tuple[str, ...]:
        """The names of a line's segments, in the order of writing."""
        return tuple(name.partition(".")[2] for name in self.lines if name.startswith(f"{line}."))

    def before(self, line: str) -> np.ndarray:
        """The balance with which each month opens, (scenario, month)."""
        return ago(self[line], 1, self.openings.get(line, 0.0))

    def by_year(self, line: str) -> np.ndarray:
        """A line by year, (scenario, year): flows are summed, balances are those of its last month,
        ratios are those of the year's amounts, and NaN where they would divide by 0."""
        return over_periods(glossary(self.company), self.__getitem__, self.__contains__, line,
                            YEAR, self.calendar)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Lines by month (YYYY-MM); with many scenarios, columns are (scenario, month)."""
        import pandas as pd

        values = np.concatenate([self.block[:, :, s].T for s in range(self.scenarios)], axis=1)
        return pd.DataFrame(values, index=list(self.lines), columns=self._columns(self.months))

    @cached_property
    def annual(self) -> pd.DataFrame:
        """Lines by year; with many scenarios, columns are (scenario, year)."""
        import pandas as pd

        values = np.array([self.by_year(line).ravel() for line in self.lines])
        return pd.DataFrame(values, index=list(self.lines), columns=self._columns(self.years))

    def _columns(self, periods: tuple):
        import pandas as pd

        if self.scenarios == 1:
            return list(periods)
        return pd.MultiIndex.from_product([range(self.scenarios), periods])


def ago(values: np.ndarray, months: int, opening: np.ndarray | float) -> np.ndarray:
    """Values of so many months ago, (scenario, month), after `opening`, a number or (scenario,)."""
    if not months:
        return values
    before = np.zeros_like(values[:, :months]) + np.reshape(opening, (-1, 1))
    return np.concatenate([before, values[:, :-months]], axis=1)


@dataclass(frozen=True)
class Reduction:
    """How a line of a quarter or a year follows from `lines`: `sum`, `first` or `last` of its
    months, the `ratio` of two lines of the period, or the `same` as another line of it."""

    operation: str
    lines: tuple[str, ...]


# How months of a line become one figure of a longer period, by the line's kind in the glossary.
_OPERATIONS = {"flow": "sum", "stock": "last", "flag": "last", "recent": "last",
               "opening": "first"}


def reduction(terms: Glossary, line: str, months: int, has: Callable[[str], bool]) -> Reduction:
    """The reduction of a line over a period of so many months. A segment's ratio is of that
    segment's lines, if `has` knows them; what is recent is, in a year, the line that it is of."""
    term = terms.term(line)
    if term.kind == "ratio":
        _, _, segment = line.partition(".")
        return Reduction("ratio", tuple(
            f"{part}.{segment}" if segment and has(f"{part}.{segment}") else part
            for part in term.of))
    if term.kind == "recent" and months == YEAR:
        return Reduction("same", term.of)
    return Reduction(_OPERATIONS[term.kind], (line,))


def over_periods(terms: Glossary, values: Callable[[str], np.ndarray],
                 has: Callable[[str], bool], line: str, months: int,
                 calendar: Calendar) -> np.ndarray:
    """A line over periods of so many months, (scenario, period), from the months of lines,
    (scenario, month). A ratio is NaN where it would divide by 0."""
    rule = reduction(terms, line, months, has)
    if rule.operation in ("ratio", "same"):
        first, *others = (over_periods(terms, values, has, part, months, calendar)
                          for part in rule.lines)
        return ratio(first, *others) if others else first
    reduce = {"sum": calendar.sums, "first": calendar.firsts, "last": calendar.lasts}
    return reduce[rule.operation](values(line), months)


def ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """over / under; NaN, which stands for undefined, where `under` is 0."""
    over, under = np.broadcast_arrays(np.asarray(over, float), np.asarray(under, float))
    return np.divide(over, under, out=np.full(over.shape, np.nan), where=under != 0)
