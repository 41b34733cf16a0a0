"""Headlines of very many random draws around a plan, in parts that any process can make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty.chances import Figures
from model.companies.glossary import Glossary
from model.engine import kernel
from model.engine.headlines import Headline, headlines
from model.engine.nodes import NotAFormula
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar

# Lines that say how a plan ends, and lines of each year.
ENDS = ("trough_cash", "unrestricted_cash", "trough_month", "out_of_cash", "breakeven_first",
        "breakeven_earned_back", "positive_months")
YEARLY = ("ebitda", "revenue")
MONTHS = ("trough_month", "out_of_cash", "breakeven_first", "breakeven_earned_back",
          "positive_months")
LASTING = Headline("positive_months")
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Draws of a part that is compiled, and of one by NumPy; it pays to compile from so many draws on.
COMPILED, PLAIN, MANY = 8192, 2048, 20_000
# Draws that the kernel takes at once: their values stay near the processor.
BLOCK = 1024


def wanted(calendar: Calendar) -> tuple[Headline, ...]:
    """The headlines of a plan over a horizon."""
    return (*(Headline(line, year) for line in YEARLY for year in calendar.reported.named_years),
            *map(Headline, ENDS))


def label(terms: Glossary, headline: Headline) -> str:
    """What a headline is called."""
    if headline == LASTING:
        return "Lasting break-even"
    name = terms.term(headline.line).label
    return f"{name} {headline.year}" if headline.year else name


def is_month(headline: Headline) -> bool:
    """Whether a headline is the number of a month, of which 0 stands for never."""
    return headline.line in MONTHS


def jobs(assumptions: Assumptions, size: int, seed: int) -> list[tuple]:
    """What makes `size` draws, for `processes.run`: their split depends on nothing else."""
    compiled = size >= MANY and kernel.available()
    length = COMPILED if compiled else PLAIN
    return [(part, assumptions, min(length, size - start), seed, start, compiled)
            for start in range(0, size, length)]


def part(assumptions: Assumptions, size: int, seed: int, start: int = 0,
         compiled: bool = False) -> np.ndarray:
    """The headlines of some draws, (headline, draw)."""
    paths, ends = sampling.uncertain(assumptions), wanted(assumptions.calendar)
    # A single plan would need a kernel of its own, in which nothing differs.
    if compiled and size > 1 and kernel.available() and sampling.are_rows(assumptions, paths):
        try:
            return _compiled(assumptions, paths, ends, size, seed, start)
        except NotAFormula:
            pass
    values = sampling.drawn(assumptions, paths, size, seed, start)
    return headlines(assumptions.with_values(values), ends)


def _compiled(assumptions: Assumptions, paths: tuple[str, ...], ends: tuple[Headline, ...],
              size: int, seed: int, start: int) -> np.ndarray:
    """The same by compiled draws, which are handed to the kernel as they are, in blocks."""
    made = kernel.kernel_of_plans(assumptions, paths,
                                  tuple((each.line, each.year) for each in ends))
    rows = sampling.Rows(assumptions, paths, min(BLOCK, size), seed)
    return np.concatenate([
        kernel.run(made, assumptions, rows.firsts, rows.fill(start + at, min(BLOCK, size - at)))
        for at in range(0, size, BLOCK)], axis=1)


def whole(parts: Sequence[np.ndarray], calendar: Calendar) -> Figures:
    """Parts as figures by headline. Of the months in a row at the end, the lasting break-even."""
    rows = np.concatenate(parts, axis=1)
    figures = dict(zip(wanted(calendar), rows, strict=True))
    row = figures[LASTING]
    figures[LASTING] = np.where(row > 0, calendar.months - row + 1, 0)
    return figures


def quantiles(headline: Headline, draws: np.ndarray) -> np.ndarray:
    """Values that were drawn, below or at which SHARES of the draws lie; a month that never comes
    is later than any, and is 0."""
    never = is_month(headline)
    values = np.quantile(np.where(draws == 0, np.inf, draws) if never else draws, SHARES,
                         method="inverted_cdf")
    return np.where(np.isinf(values), 0, values) if never else values
