"""Where the figures of every text stand in the workbook, and what the model says they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.companies.glossary import glossary
from model.engine.figures import MONTH, YEAR, Figures
from model.engine.nodes import Formula, Ref
from model.engine.texts import Texts
from model.workbook.cells import Sheet


@dataclass(frozen=True)
class Place:
    """A row of figures of one formula; `kind` is that of a reference. Its columns are periods of so
    many `months`. Those of a life are months of life of the customers who were won in the year at
    position `won`."""

    kind: str
    name: str
    unit: str
    sheet: str
    row: int
    columns: range
    months: int = YEAR
    won: int = 0

    def figures(self, model: Figures) -> np.ndarray:
        """The model's figure for each column; NaN is undefined."""
        values = model.of(self.kind, self.name, self.months)
        return values[:, 0, self.won] if self.kind == "life" else values[0]


def by_period(kind: str, name: str, unit: str, sheet: Sheet, row: int) -> tuple[Place, Place]:
    """The years and the months of a row over time."""
    return (Place(kind, name, unit, sheet.title, row, sheet.axis.years, YEAR),
            Place(kind, name, unit, sheet.title, row, sheet.axis.months, MONTH))


def undefined(texts: Texts, formulas: Iterable[Formula]) -> frozenset[Ref]:
    """What may be undefined among the references of formulas by period. A ratio is undefined in a
    year in which there is nothing to divide by."""
    ratios = {Ref("line", ref.name) for formula in formulas for ref in formula.reads
              if ref.kind == "line" and glossary().term(ref.name).kind == "ratio"}
    return texts.undefined | ratios | {Ref("plan", ref.name) for ref in texts.undefined
                                       if ref.kind == "line"}
