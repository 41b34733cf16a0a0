"""The published claims, held against each other and against a projection.

A verdict is computed. Two figures are equal when they differ by no more than half a unit of the
last printed digit; the model, parts of which are calibrated, has a thousandth of the figure
where that is more. What lies above, below, at least or at most follows `kpis.met`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from model.analysis.breakeven import breakeven
from model.analysis.full_cost import gross_margin_with_staff
from model.analysis.kpis import kpi_values, met
from model.analysis.unit_economics import economics, match, sides
from model.audit.verdicts import (
    AGREES,
    ANOTHER,
    NOT_COMPARED,
    REPEATS,
    UNRESOLVED,
    Finding,
    Quantity,
    Result,
    verdict_of,
)
from model.companies.arithmetic import Expression, Reference
from model.companies.claims import Check, Claim, Claims, Figure, claims, printed_figures
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine.figures import MONTH
from model.engine.figures import figures as figures_of
from model.engine.projection import Projection
from model.params.calendar import month_index
from model.problems import InputError, Problem

# How closely a calibrated plan meets what is published. [share of the figure]
CALIBRATED = 1e-3
_DUST = 1e-9
# Heads of references to what is typed for a scenario, and not worked out.
_TYPED = ("delay", "starts")


@dataclass(frozen=True)
class LtvToCac:
    """One way to work out LTV:CAC."""

    label: str
    words: str
    ltv: float
    cac: float
    of_model: bool
    goal: bool
    forced: bool

    @property
    def ratio(self) -> float:
        return self.ltv / self.cac if self.cac else math.nan


@dataclass(frozen=True, eq=False)
class SourceCheck:
    """The claims of a company beside one projection; the first scenario speaks. `instead` is
    tried in place of the claim of its name."""

    projection: Projection
    instead: Claim | None = None

    @property
    def company(self) -> str:
        return self.projection.company

    @cached_property
    def claims(self) -> Claims:
        found = claims(self.company)
        if self.instead is None:
            return found
        return replace(found, claims={**found.claims, self.instead.id: self.instead})

    @cached_property
    def in_calendar_years(self) -> bool:
        """Whether all years of the plan are whole calendar years, as those of the source are."""
        calendar = self.projection.calendar
        return all(map(calendar.is_calendar_year, calendar.years))

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """Every claim by name, in the order of the file; an identity agrees once."""
        found = {name: self._finding(claim) for name, claim in self.claims.claims.items()}
        shown: dict[frozenset[str], Claim] = {}
        for name, finding in found.items():
            tied = self.identity(finding.claim) if finding.verdict == AGREES else frozenset()
            if tied in shown:
                found[name] = replace(finding, verdict=REPEATS, repeats=shown[tied])
            elif tied:
                shown[tied] = finding.claim
        return found

    def identity(self, claim: Claim) -> frozenset[str]:
        """The figures that the proof of a claim holds equal, whichever of them it is seen from;
        none where it is a limit, or only how an unprinted figure is worked out."""
        proof = claim.proof
        if proof is None or proof.bound != "equal" or self.worked_out(claim):
            return frozenset()
        held = proof.equals.references if proof.equals else (Reference(claim.id),)
        return frozenset(each.name for each in (*proof.value.references, *held))

    def worked_out(self, claim: Claim) -> bool:
        """Whether a claim is nowhere printed and its proof is only how it is worked out."""
        return bool(self._own(claim) is None and claim.read and claim.proof
                    and claim.proof.equals is None and claim.read.text == claim.proof.value.text)

    @cached_property
    def ratios(self) -> tuple[LtvToCac, ...]:
        """LTV:CAC in every way that the page allows, and the model's."""
        return tuple(LtvToCac(way.label, way.words, self.value(way.ltv), self.value(way.cac),
                              way.of_model, way.goal, way.forced) for way in self.claims.ratios)

    def value(self, formula: Expression) -> float:
        """A formula over claims, terms, assumptions and lines; NaN is undefined."""
        return formula.value(lambda reference: self.quantity(reference).number)

    def quantity(self, reference: Reference) -> Quantity:
        """What a name in a formula stands for. Raises KeyError where it stands for nothing."""
        name, year = reference.name, reference.year
        if name in self._named:
            return self._figure(name)
        if name in self.claims.claims:
            claim = self.claims.claims[name]
            return Quantity(self._read(claim), claim.unit, claim.label)
        if name in self.claims.terms:
            term = self.claims.terms[name]
            return Quantity(self.value(term.value), term.unit, term.label)
        if name in self.projection.assumptions.entries:
            return self._assumption(name, year)
        head, _, rest = name.partition(".")
        if head in _QUANTITIES:
            return _QUANTITIES[head](self, rest, year)
        unit, number = _NUMBERS[head]
        return Quantity(number(self, rest, year), unit)

    def result(self, check: Check, claim: Claim | None = None, slack: float = 0.0) -> Result:
        """A check of a claim; `slack` is a further tolerance, as a share of the figure."""
        number = self.value(check.value)
        expected, near = self.held_to(check, claim, slack)
        holds = (abs(number - expected) <= near if check.bound == "equal"
                 else not math.isnan(number) and met(number, expected, check.bound))
        unit = check.unit or (claim.unit if claim else "")
        single = check.value.single
        label = check.words or (self.quantity(single).label if single else "")
        return Result(check, Quantity(number, unit, label), expected, bool(holds))

    def held_to(self, check: Check, claim: Claim | None,
                slack: float = 0.0) -> tuple[float, float]:
        """The figure to which a check of a claim is held, and how near it counts as equal."""
        expected, near = math.nan, 0.0
        if claim is not None:
            held = check.equals.single if check.equals else Reference(claim.id)
            expected = self.value(check.equals) if check.equals else self._read(claim)
            other = self.claims.claims.get(held.name) if held else None
            near = self._tolerance(other) if other else 0.0
        return expected, max(near, slack * abs(expected), _DUST * max(1.0, abs(expected)))

    def printed(self, claim: Claim) -> str:
        """The figure as printed; empty where the claim follows from others and is not printed.
        Raises InputError where the assumption of a claim has no printed figure any more."""
        if claim.of is None:
            return claim.printed or ""
        assumptions, path = self.projection.assumptions, claim.of.single.name
        text = assumptions.entries[path].printed if path in assumptions.entries else None
        if text is None:
            raise InputError.of(assumptions.where(path), f"{path} has no printed figure; the "
                                f"published claim {claim.id} takes it from there. Add it, or "
                                f"change the claim in claims.yaml of {self.company}.")
        return text

    @cached_property
    def _named(self) -> dict[str, tuple[Claim, int]]:
        """The claim in whose printed text a named figure stands, and at which place."""
        return {name: (claim, place) for claim in self.claims.claims.values() if self.printed(claim)
                for place, name in enumerate(claim.figure_names)
                if name != "_" and name != claim.id}

    def _figure(self, name: str) -> Quantity:
        claim, place = self._named[name]
        figure = self._at(claim, place)
        return Quantity(figure.value, figure.unit, claim.label)

    def _at(self, claim: Claim, place: int) -> Figure:
        """The figure at a place of a claim's printed text. Raises InputError where it has fewer."""
        found = printed_figures(self.printed(claim))
        if place < len(found):
            return found[place]
        where = self.projection.assumptions.where(f"{claim.of.single.name}.printed") \
            if claim.of else claim.id
        raise InputError.of(where, f"the printed text of claim {claim.id} holds {len(found)} "
                                   f"figures where {place + 1} are read; write it as the source "
                                   "prints it.")

    def unread(self) -> tuple[Problem, ...]:
        """What is wrong where a printed text does not hold the figures that claims read in it."""
        problems: dict[Problem, None] = {}
        for claim in self.claims.claims.values():
            try:
                if self.printed(claim) and claim.figure_names:
                    self._at(claim, len(claim.figure_names) - 1)
            except InputError as error:
                problems |= dict.fromkeys(error.problems)
        return tuple(problems)

    def _own(self, claim: Claim) -> Figure | None:
        """The figure of a claim itself, in its printed text."""
        if claim.id not in claim.figure_names or not self.printed(claim):
            return None
        return self._at(claim, claim.figure_names.index(claim.id))

    def _read(self, claim: Claim) -> float:
        if claim.read is not None:
            return self.value(claim.read)
        own = self._own(claim)
        return own.value / 10 ** claim.lost if own else math.nan

    def _tolerance(self, claim: Claim) -> float:
        """Half a unit of the last digit, moved with the decimals that were lost."""
        own = self._own(claim)
        if own is None or claim.read is not None:
            return 0.0
        return (claim.rounded_to or own.step) / 2 / 10 ** claim.lost

    def _assumption(self, path: str, year: int | None) -> Quantity:
        assumptions = self.projection.assumptions
        entry = assumptions.entries[path]
        if year is None or entry.form == "constant":
            number, when = float(assumptions.series[path].values[0, 0]), ""
        else:
            number, when = self._in_year(assumptions.yearly(path).T, year), f", {year}"
        return Quantity(number, entry.shown_unit, entry.label + when)

    def _in_year(self, values: np.ndarray, year: int | None) -> float:
        """The first scenario's value in a year; the first year where none is meant. NaN where the
        plan has no such year: what is published is of calendar years."""
        years = self.projection.years
        year = years[0] if year is None else year
        if not self.projection.calendar.is_calendar_year(year):
            return math.nan
        return float(values[0, years.index(year)])

    def _finding(self, claim: Claim) -> Finding:
        own, read = self._own(claim), self._read(claim)
        face = own.value if own else math.nan
        proof = self.result(claim.proof, claim) if claim.proof else None
        against = tuple(self.result(check, claim) for check in claim.against)
        model = self._model(claim)
        segments = {line.partition(".")[2] for line in self.projection.lines}
        missing = tuple(name for name in claim.names if name not in segments)
        damaged = own is not None and not abs(face - read) <= own.step / 2 + _DUST * abs(face)
        also, assumed = self._also(claim), self._assumed(claim)
        # That an assumption gives the figure from which it was taken proves nothing.
        circular = claim.of is not None and claim.of.single.name in assumed
        verdict = verdict_of(claim, None if circular else proof, against, model, missing, damaged,
                             self.worked_out(claim), self._typed(claim), also)
        if verdict not in (UNRESOLVED, ANOTHER) and not self.in_calendar_years and any(
                math.isnan(result.found.number) for result in (proof, *against, model) if result):
            verdict = NOT_COMPARED
        return Finding(claim, self.printed(claim), face, read, proof, against, model, missing,
                       damaged, verdict, also, assumed)

    def _typed(self, claim: Claim) -> bool:
        """Whether a claim is an assumption, or the model's figure of it is typed for a scenario."""
        if claim.of or claim.model is None or (single := claim.model.value.single) is None:
            return bool(claim.of)
        return (single.name in self.projection.assumptions.entries
                or single.name.partition(".")[0] in _TYPED)

    def _also(self, claim: Claim) -> int | None:
        """The fewest lost decimals, fewer than those of the claim, with which its proof holds."""
        for lost in range(claim.lost if claim.proof else 0):
            other = replace(claim, lost=lost)
            if SourceCheck(self.projection, other).result(claim.proof, other).holds:
                return lost
        return None

    def _assumed(self, claim: Claim) -> tuple[str, ...]:
        """The assumptions of the plan that the proof of a claim reads."""
        formulas = (claim.proof.value, claim.proof.equals) if claim.proof else ()
        names = (name for formula in formulas if formula for name in self.reads(formula))
        return tuple(dict.fromkeys(
            name for name in names if name in self.projection.assumptions.entries))

    def reads(self, formula: Expression) -> Iterator[str]:
        """Every name that a formula reads, itself or through terms and claims."""
        for reference in formula.references:
            yield reference.name
            term = self.claims.terms.get(reference.name)
            claim = self.claims.claims.get(reference.name)
            behind = term.value if term else claim.read if claim else None
            if behind:
                yield from self.reads(behind)

    def _model(self, claim: Claim) -> Result | None:
        check = claim.model
        if check is None and claim.of is not None and claim.kind == "plan":
            check = Check(claim.of)
        return self.result(check, claim, slack_of(claim)) if check else None


def slack_of(claim: Claim) -> float:
    """As what share of a figure the model may miss it: a date is met or missed, and only amounts
    are calibrated."""
    return 0.0 if claim.unit in ("year", "month", "months") else CALIBRATED


def _kpi(check: SourceCheck, name: str, year: int | None) -> Quantity:
    goal = profile(check.company).kpis[name]
    number = check._in_year(kpi_values(check.projection, name), year)
    return Quantity(number, goal.unit, f"{goal.label}, {year or check.projection.years[0]}")


def _line(check: SourceCheck, name: str, year: int | None) -> Quantity:
    number = check._in_year(check.projection.by_year(name), year)
    return Quantity(number, glossary(check.company).term(name).unit,
                    f"{glossary(check.company).label(name)}, {year or check.projection.years[0]}")


def _face(check: SourceCheck, name: str, year: int | None) -> Quantity:
    claim = check.claims.claims[name]
    own = check._own(claim)
    return Quantity(own.value if own else math.nan, claim.unit, claim.label)


def _unit(check: SourceCheck, name: str, year: int | None) -> float:
    """`young_pros.ltv`: unit economics of a segment, or of a whole side (`customers.ltv`)."""
    who, _, what = name.partition(".")
    side = next(s for s in sides(check.company) if who == s.name or who in s.segments)
    found = economics(check.projection, side, None if who == side.name else who)
    return check._in_year(getattr(found, what), year)


def _breakeven(check: SourceCheck, name: str, year: int | None) -> float:
    """Months to a named break-even; infinite where it never comes."""
    found = breakeven(check.projection).months()[name]
    return check.projection.months.index(found) + 1.0 if found else math.inf


def _starts(check: SourceCheck, path: str, year: int | None) -> float:
    """The first calendar year in which a dated assumption has an amount."""
    there = check.projection.assumptions.monthly(path)[:, 0] > 0
    first = check.projection.months[int(np.argmax(there))]
    return float(first[:4]) if there.any() else math.nan


def _months_short(check: SourceCheck, name: str, year: int | None) -> float:
    """Months in which a runway is shorter than cash should last."""
    found = figures_of(check.projection)
    left, wanted = (found.kpi(each, MONTH)[0] for each in (name, "runway_needed"))
    return float((left < wanted).sum())


def _delay(check: SourceCheck, name: str, year: int | None) -> float:
    """`cac_delay.mentees.cac`: months by which a scenario delays an assumption."""
    scenario, _, path = name.partition(".")
    typed = check.projection.assumptions.scenarios.get(scenario)
    return float(typed.delay.get(path, 0)) if typed else math.nan


# What a reference means by its head: a quantity, or a number in the unit beside it.
_QUANTITIES = {"face": _face, "kpi": _kpi, "line": _line}
_NUMBERS: dict[str, tuple[str, Callable[[SourceCheck, str, int | None], float]]] = {
    "unit": ("USD", _unit),
    "supply": ("USD", lambda check, segment, year: check._in_year(
        match(check.projection, segment).cac, year)),
    "breakeven": ("months", _breakeven),
    "trough": ("USD", lambda check, _, year: breakeven(check.projection).trough_cash),
    # The first month of the plan, in months since year 0.
    "start": ("month", lambda check, _, year: float(month_index(check.projection.months[0]))),
    "starts": ("year", _starts),
    "years_below_zero": ("years", lambda check, line, year: float(
        (check.projection.by_year(line)[0] < 0).sum()) if check.in_calendar_years else math.nan),
    "delay": ("months", _delay),
    # `gross_margin`: after those who deliver, too.
    "with_staff": ("fraction", lambda check, _, year: check._in_year(
        gross_margin_with_staff(check.projection), year)),
    "months_short": ("months", _months_short),
}
