"""Published figures, and readings of them, that the plan does not take or that the plausible range
of an assumption leaves out, and what the plan would be with them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from model.analysis.uncertainty import sampling
from model.audit.source_check import SourceCheck
from model.companies.arithmetic import Reference
from model.companies.claims import Claim, Reading
from model.engine.numbers import batch, project
from model.engine.projection import Projection
from model.params.limits import plausible_range
from model.params.series import over_time
from model.problems import InputError
from model.tolerance import RELATIVE


def plan_with(check: SourceCheck, claim: Claim, reading: Reading) -> Projection:
    """The projection of the check with what a reading says of its assumptions; itself where the
    reading says nothing of them or of calendar years that the plan does not have, or where what it
    says is undefined."""
    plan = check.projection
    if reading.sets:
        tails = [each.path.rpartition(".")[2] for each in reading.sets]
        if not all(plan.assumptions.calendar.is_calendar_year(int(tail))
                   for tail in tails if tail.isdigit()):
            return plan
        values = {each.path: check.value(each.to) for each in reading.sets}
        finite = all(map(math.isfinite, values.values()))
        return project(plan.assumptions.with_values(values)) if finite else plan
    if reading.implies is None or not math.isfinite(value := check.value(reading.implies.to)):
        return plan
    return at_printed(plan, LeftOut(
        claim, check.printed(claim), reading.label, reading.implies.words,
        tuple(Implication(path, 0, value, -math.inf, math.inf) for path in reading.implies.paths)))


@dataclass(frozen=True)
class Implication:
    """An assumption at a published figure, in its unit and the period (number in its series) that
    the figure is of. From `low` to `high` it is plausible."""

    path: str
    period: int
    value: float
    low: float
    high: float

    @property
    def beyond(self) -> bool:
        slack = RELATIVE * abs(self.value)
        return not self.low - slack <= self.value <= self.high + slack


@dataclass(frozen=True)
class LeftOut:
    """A published figure, or a reading of it, of which some assumption lies beyond its plausible
    range. `words` say what the assumptions are at it, where they are not the figure itself; `made`
    whether their value is worked out here from what is printed."""

    claim: Claim
    printed: str
    reading: str
    words: str
    implied: tuple[Implication, ...]
    made: bool = False

    @property
    def beyond(self) -> tuple[Implication, ...]:
        return tuple(each for each in self.implied if each.beyond)


def left_out(projection: Projection) -> list[LeftOut]:
    """Every published figure and reading beyond the range of an assumption that it gives."""
    check = SourceCheck(projection)
    return [each for claim in check.claims.claims.values() for each in _of(check, claim)
            if each.beyond]


def _of(check: SourceCheck, claim: Claim) -> Iterator[LeftOut]:
    entries = check.projection.assumptions.entries
    try:
        # A claim's unit does not say per what; the months of a runway are no USD of cash.
        if claim.of and (entry := entries.get(claim.of.single.name)) and (
                claim.unit == entry.shown_unit.partition("/")[0]):
            number = check.quantity(Reference(claim.id)).number
            yield LeftOut(claim, check.printed(claim), "", "",
                          _implications(check, [claim.of.single], number))
        for each in (claim, *claim.readings):
            if to := each.implies:
                implied = _implications(check, list(map(Reference, to.paths)), check.value(to.to))
                yield LeftOut(claim, check.printed(claim), "" if each is claim else each.label,
                              to.words, implied, made=to.to.single is None)
    except InputError:
        return  # A printed figure that was taken out of params: the source check says so.


def _implications(check: SourceCheck, references: list[Reference],
                  value: float) -> tuple[Implication, ...]:
    """Assumptions at a value, in the period that is meant; nothing where it is undefined."""
    assumptions, implications = check.projection.assumptions, []
    calendar = assumptions.calendar
    for reference in references:
        entry = assumptions.entries.get(reference.name)
        if entry is None or not math.isfinite(value) or (
                reference.year and not calendar.is_calendar_year(reference.year)):
            continue  # A plan that does not have that year says nothing of it.
        series = over_time(entry.value, entry, calendar)
        period = (calendar.years.index(reference.year)
                  if entry.form == "year" and reference.year else 0)
        at = calendar.bounds()[period] if series.grain == "month" else period
        low, high = (float(end[at, 0]) for end in plausible_range(entry, series))
        implications.append(Implication(reference.name, period, value, low, high))
    return tuple(implications)


def at_printed(projection: Projection, case: LeftOut) -> Projection:
    """The projection with assumptions at a published figure: throughout where one is a single
    number, and otherwise with all of its path scaled to it."""
    assumptions, values = projection.assumptions, {}
    for each in case.implied:
        series = assumptions.series[each.path]
        now, period = series.values[:, 0], each.period
        if series.grain == "month" and assumptions.entries[each.path].form == "year":
            period = assumptions.calendar.bounds()[period]
        values[each.path] = (
            np.array([each.value]) if series.grain == "constant" or not now[period] else
            sampling.scaled(assumptions, each.path, np.array([each.value / now[period]])))
    return batch(assumptions, sampling.within_mixes(assumptions, values))
