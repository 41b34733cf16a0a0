"""The register: every assumption with unit, source and confidence, and what differs from base.

What a scenario changes is the scenario's own: nobody who is named in base printed that value.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from model.analysis.moments import moments
from model.companies.claims import claims
from model.params.assumptions import Assumptions
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.params.values import EVIDENCE, SOURCE_KINDS

# The kind of source of a value that differs from base; the others stand in base.yaml.
SCENARIO = "scenario"
# How a kind is called whose figures are printed for some years only.
CARRIED = "{}, carried on"
KINDS = (*EVIDENCE, *map(CARRIED.format, EVIDENCE),
         *(kind for kind in SOURCE_KINDS if kind not in EVIDENCE), SCENARIO)
# A scenario that the text of a source names as its file is named.
_SCENARIO = re.compile(r"\bthe scenario ([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Row:
    """One assumption: its values by calendar year (dated amounts summed), base's, and whence.
    `kind` and `source` are those of the values; `base_source` is that of base's. `printed_for` are
    the years that are printed where the others are carried on; `moments` what it holds beside its
    years, in words."""

    path: str
    section: str
    label: str
    unit: str
    values: np.ndarray
    base: np.ndarray
    changed: bool
    kind: str
    source: str
    base_source: str
    confidence: str
    printed: str | None
    range: tuple[float, float]
    form: str
    delay: int
    moments: str
    printed_for: tuple[int, ...] = ()

    @property
    def standing(self) -> str:
        """The kind of source, and whether its figures are carried on to years without one."""
        return CARRIED.format(self.kind) if self.printed_for else self.kind


def register(assumptions: Assumptions) -> list[Row]:
    """Every assumption, in the order of the file."""
    base, sources = assumptions.base(), changed_sources(assumptions)
    calendar = assumptions.calendar
    return [Row(path, path.partition(".")[0], entry.label, entry.shown_unit,
                assumptions.yearly(path)[:, 0], base.yearly(path)[:, 0],
                path in sources, SCENARIO if path in sources else entry.kind,
                 sources.get(path) or source(assumptions, path), source(assumptions, path),
                 entry.confidence, entry.printed, entry.range, entry.form,
                 assumptions.settings[path].delay, moments(assumptions, path),
                 () if path in sources else carried_from(entry, calendar))
            for path, entry in assumptions.entries.items()]


def carried_from(entry: Entry, calendar: Calendar) -> tuple[int, ...]:
    """The years for which an entry is printed where the plan carries it on to others; none where
    it is printed throughout, or without a year. What is dated has amounts on its dates only."""
    years = entry.value_years if entry.form == "month" else calendar.years
    return () if set(years) <= set(entry.printed_for) else entry.printed_for


def put_back(company: str) -> frozenset[str]:
    """The assumptions that are read with a decimal point which their print seems to have lost, or
    derived from a figure that is read so."""
    lost = [claim for claim in claims(company).claims.values() if claim.lost]
    return frozenset([claim.of.single.name for claim in lost if claim.of]
                     + [path for claim in lost for path in claim.derives])


def changed_sources(assumptions: Assumptions) -> dict[str, str]:
    """The source of every path that differs from base, with base's source beside it. It is the
    scenario and why it exists, or a change that is laid over the scenario."""
    if not assumptions.changed:
        return {}
    own = replace(assumptions, settings=assumptions.own)
    found = {}
    for path in assumptions.changed:
        in_file = path in own.changed and np.array_equal(own.monthly(path),
                                                         assumptions.monthly(path))
        what = (f"this scenario: {assumptions.scenario_why.rstrip('.')}" if in_file else
                "a change of this notebook")
        found[path] = f"{what}. In base: {source(assumptions, path)}"
    return found


def source(assumptions: Assumptions, path: str) -> str:
    """Where base has a value from, with its note, and what of it is printed where that is not
    all; scenarios by their titles."""
    entry, scenarios = assumptions.entries[path], assumptions.scenarios
    said = f"{entry.source}. Note: {entry.note}" if entry.note else entry.source

    def titled(found: re.Match) -> str:
        return (f"the scenario {scenarios[found[1]].title}" if found[1] in scenarios else
                found[0])
    said, years = _SCENARIO.sub(titled, said), carried_from(entry, assumptions.calendar)
    return (f"{said.removesuffix('.')}. Printed or worked out for {' and '.join(map(str, years))} "
            "alone, and carried on here" if years else said)


def shares(rows: list[Row]) -> dict[str, float]:
    """Share of the assumptions by kind of source, in the order of their weight as evidence; what
    is printed for some years only stands apart."""
    counted = Counter(row.standing for row in rows)
    return {kind: counted[kind] / len(rows) for kind in KINDS if counted[kind]}
