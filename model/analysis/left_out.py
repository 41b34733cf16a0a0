"""Published figures that the plausible range of an assumption leaves out, and what the plan would
be with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model.analysis.source_check import SourceCheck
from model.companies.claims import Claim
from model.companies.formulas import Reference
from model.engine.ledger import project
from model.problems import InputError
from model.projection import Projection
from model.settings import Setting, reach

# Figures that differ by less are the same. [share of the figure]
_SLACK = 1e-9


@dataclass(frozen=True)
class LeftOut:
    """A published figure of an assumption beyond its plausible range `low` to `high`, in the
    unit of the assumption and the period (number in its series) that the figure is of."""

    claim: Claim
    printed: str
    path: str
    period: int
    value: float
    low: float
    high: float


def left_out(projection: Projection) -> list[LeftOut]:
    """Every published figure beyond the range of the assumption that it is, or that it implies."""
    check = SourceCheck(projection)
    return [found for claim in check.claims.claims.values() for found in _beyond(check, claim)]


def _beyond(check: SourceCheck, claim: Claim) -> Iterator[LeftOut]:
    assumptions = check.projection.assumptions
    try:
        values = list(_values(check, claim))
        printed = check.printed(claim) if values else ""
    except InputError:
        return  # A printed figure that was taken out of params: the source check says so.
    for reference, value in values:
        entry, years = assumptions.entries[reference.name], assumptions.calendar.years
        if reference.year and reference.year not in years:
            continue  # A plan that ends before says nothing of that year.
        series = Setting(entry.value).spread(entry, assumptions.calendar)
        period = years.index(reference.year) if series.grain == "year" and reference.year else 0
        low, high = (float(end[period, 0]) for end in reach(entry, series))
        slack = _SLACK * abs(value)
        if not low - slack <= value <= high + slack:
            yield LeftOut(claim, printed, reference.name, period, value, low, high)


def _values(check: SourceCheck, claim: Claim) -> Iterator[tuple[Reference, float]]:
    """What a claim says of assumptions, in their unit: of the one that it is, and of the one that
    it implies."""
    entries = check.projection.assumptions.entries
    # A claim's unit does not say per what; the months of a runway are no USD of cash.
    if claim.of and (entry := entries.get(claim.of.single.name)) and (
            claim.unit == entry.shown_unit.partition("/")[0]):
        yield claim.of.single, check.quantity(Reference(claim.id)).number
    if claim.implies and claim.implies.path in entries:
        yield Reference(claim.implies.path), check.value(claim.implies.to)


def at_printed(projection: Projection, found: LeftOut) -> Projection:
    """The projection with an assumption at a published figure: throughout where it is one number,
    and otherwise with all of its path scaled to it."""
    assumptions = projection.assumptions
    series = assumptions.series[found.path]
    now = series.values[:, 0]
    if series.grain == "constant" or not now[found.period]:
        return project(assumptions.with_values({found.path: found.value}))
    return project(assumptions.with_values(
        {found.path: (now * found.value / now[found.period])[None, :]}))
