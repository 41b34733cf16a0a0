"""The figures by which many plans are told apart: of lines, one month or one year each.

They are found without keeping the lines of all plans: by the compiled kernel or, where that is
not installed or not worth its while, by NumPy. Both give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.engine import kernel
from model.engine.nodes import NotAFormula
from model.engine.numbers import project
from model.engine.projection import Projection
from model.params.assumptions import Assumptions


@dataclass(frozen=True)
class Headline:
    """A line in the last month of the plan or, of a `year`, the line of that year."""

    line: str
    year: int | None = None

    def of(self, projection: Projection) -> np.ndarray:
        """The figure of each scenario, (scenario,)."""
        if self.year is None:
            return projection[self.line][:, -1]
        return projection.by_year(self.line)[:, projection.years.index(self.year)]


def headlines(plans: Assumptions, wanted: tuple[Headline, ...],
              compiled: bool = False) -> np.ndarray:
    """Headlines of many plans at once, (headline, scenario); `compiled` asks for the kernel, which
    takes seconds to make. NumPy needs the memory of `wanted` lines in all months."""
    if compiled and kernel.available():
        try:
            return kernel.ends(plans, tuple((each.line, each.year) for each in wanted))
        except NotAFormula:
            pass
    lines = project(plans, keep={each.line: None for each in wanted})
    return np.array([each.of(lines) for each in wanted])
