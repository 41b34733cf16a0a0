"""The month of a company whose books are closed up to some month.

The text is the same. A line that was observed takes what was observed in the months that are
closed, and its formula's value in all others, so that every later line and month follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import ModuleType

import numpy as np

from model.companies.glossary import glossary
from model.engine.lines import line_name
from model.params.assumptions import Assumptions
from model.params.entry import Entry
from model.params.overlay import Setting
from model.params.quantities import Domain
from model.params.units import UNITS

# Where a closed plan holds what was observed of a line, and in which months it was (1 or 0).
OBSERVED, CLOSED = "observed", "closed"
_WHOLE = "whole"


def month_of(company: ModuleType, assumptions: Assumptions) -> Callable:
    """The text of the month of a company's plan, in which lines that were observed take what
    was."""
    return (closed_month(company.month, assumptions.observed) if assumptions.observed
            else company.month)


def closed_months(assumptions: Assumptions) -> int:
    """How many months of a plan are closed: up to the last in which a line was observed."""
    flags = [assumptions.monthly(path).any(axis=1) for path in assumptions.entries
             if path.startswith(f"{CLOSED}.")] if assumptions.observed else []
    return max((int(np.flatnonzero(each)[-1]) + 1 for each in flags if each.any()), default=0)


def is_observed(path: str) -> bool:
    """Whether an assumption says what was observed, or when."""
    return path.partition(".")[0] in (OBSERVED, CLOSED)


def observed_lines(paths: Iterable[str]) -> tuple[str, ...]:
    """The lines of which some assumptions hold what was observed, in their order."""
    names = [path.removeprefix(f"{OBSERVED}.").rpartition(".") for path in paths
             if path.startswith(f"{OBSERVED}.")]
    return tuple(name if segment == _WHOLE else f"{name}.{segment}" for name, _, segment in names)


def domain_of(path: str, entry: Entry) -> Domain:
    """The values that an assumption may have: what was observed may be any number."""
    return Domain(low=-Domain.high) if path.startswith(f"{OBSERVED}.") else UNITS[entry.unit]


@lru_cache(maxsize=32)
def closed_month(month: Callable, observed: tuple[str, ...]) -> Callable:
    """The text of a month, in which the lines `observed` may have been; the same object for as
    long as it is kept."""
    def text(a, prev, now):
        month(a, prev, _Writer(now, a, frozenset(observed)))
    text.__module__ = month.__module__
    return text


class _Writer:
    """The lines that a month writes; an observed one is the choice between both values."""

    def __init__(self, now, a, observed: frozenset[str], segment: str | None = None):
        vars(self).update(_now=now, _a=a, _observed=observed, _segment=segment)

    def __getitem__(self, segment: str) -> _Writer:
        return _Writer(self._now[segment], self._a, self._observed, segment)

    def __getattr__(self, name: str):
        return getattr(self._now, name)

    def __setattr__(self, name: str, value) -> None:
        if line_name(self._segment, name) in self._observed:
            segment = self._segment or _WHOLE
            value = np.where(self._a[CLOSED][name][segment] > 0,
                             self._a[OBSERVED][name][segment], value)
        setattr(self._now, name, value)


class Observation(Entry):
    """What was observed of a line by month, or in which months, whatever its unit."""

    @property
    def form(self) -> str:
        return "month"


def observe(assumptions: Assumptions, values: Mapping[str, np.ndarray]) -> Assumptions:
    """A plan in whose closed months lines take what was observed, (month,) by line; NaN where a
    line was not."""
    labels, entries = assumptions.calendar.labels, {}
    for line, months in values.items():
        there, term = np.isfinite(months), glossary(assumptions.company).term(line)
        name, _, segment = line.partition(".")
        for section, unit, amounts in ((OBSERVED, term.unit, np.where(there, months, 0.0)),
                                       (CLOSED, "flag", there.astype(float))):
            entries[f"{section}.{name}.{segment or _WHOLE}"] = Observation.model_construct(
                label=f"{glossary(assumptions.company).label(line)}, {section}", unit=unit,
                value=dict(zip(labels, amounts.tolist(), strict=True)), range=(1.0, 1.0),
                source=f"published: {assumptions.actuals.name if assumptions.actuals else ''}",
                confidence="high")
    return replace(
        assumptions, observed=tuple(values), entries={**assumptions.entries, **entries},
        settings={**assumptions.settings,
                  **{path: Setting(entry.value) for path, entry in entries.items()}})


def as_planned(assumptions: Assumptions) -> Assumptions:
    """A plan without what was observed."""
    entries = {path: entry for path, entry in assumptions.entries.items() if not is_observed(path)}
    return replace(assumptions, observed=(), entries=entries,
                   settings={path: assumptions.settings[path] for path in entries})
