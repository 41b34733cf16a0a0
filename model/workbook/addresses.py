"""Where the figures of every text stand in the workbook, and what the model says that they are."""

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
    """A row of figures of one formula, of a `kind` as in a reference. Its `columns` are periods of
    so many `months`; those of a life are months of those who were won in the year at `won`."""

    kind: str
    name: str
    unit: str
    sheet: str
    row: int
    columns: range
    months: int = YEAR
    won: int = 0

    def figures(self, found: Figures) -> np.ndarray:
        """What the model says for each of the columns; NaN is undefined."""
        if self.kind == "customer":
            return found.customer(self.name)[0]
        if self.kind == "life":
            return found.life(self.name)[:, 0, self.won]
        if self.kind == "check":
            return found.check(self.name)[0]
        if self.kind == "kpi":
            return found.kpi(self.name, self.months)[0]
        return found.over(self.name, self.months)[0]


def by_period(kind: str, name: str, unit: str, sheet: Sheet, row: int) -> tuple[Place, Place]:
    """A row over time: its years, and its months."""
    return (Place(kind, name, unit, sheet.title, row, sheet.axis.years, YEAR),
            Place(kind, name, unit, sheet.title, row, sheet.axis.months, MONTH))


def undefined(texts: Texts, formulas: Iterable[Formula]) -> frozenset[Ref]:
    """What may be undefined of that which formulas by period read: a ratio is so in a year in
    which there is nothing to divide by."""
    ratios = {Ref("line", ref.name) for found in formulas for ref in found.reads
              if ref.kind == "line" and glossary().kind(ref.name)[0] == "ratio"}
    return texts.undefined | ratios | {Ref("plan", ref.name) for ref in texts.undefined
                                       if ref.kind == "line"}
