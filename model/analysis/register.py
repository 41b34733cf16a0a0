"""The register: every assumption with unit, source and confidence, and what differs from base."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from model.assumptions import Assumptions
from model.fields import SOURCE_KINDS
from model.schema import Entry


@dataclass(frozen=True)
class Row:
    """One assumption: its values by calendar year (dated amounts summed), base's, and whence."""

    path: str
    section: str
    label: str
    unit: str
    values: np.ndarray
    base: np.ndarray
    changed: bool
    kind: str
    source: str
    confidence: str
    printed: str | None
    range: tuple[float, float]
    form: str
    delay: int


def register(assumptions: Assumptions) -> list[Row]:
    """Every assumption, in the order of the file."""
    base = assumptions.base()
    return [Row(path, path.partition(".")[0], entry.label, entry.shown_unit,
                assumptions.yearly(path)[:, 0], base.yearly(path)[:, 0],
                path in assumptions.changed, entry.kind, _source(entry), entry.confidence,
                entry.printed, entry.range, entry.form, assumptions.settings[path].delay)
            for path, entry in assumptions.entries.items()]


def _source(entry: Entry) -> str:
    return f"{entry.source}. Note: {entry.note}" if entry.note else entry.source


def shares(rows: list[Row]) -> dict[str, float]:
    """Share of the assumptions by kind of source, in the order of their weight as evidence."""
    counted = Counter(row.kind for row in rows)
    return {kind: counted[kind] / len(rows) for kind in SOURCE_KINDS if counted[kind]}
