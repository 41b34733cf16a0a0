"""Where a figure comes from: a line's formula, what it reads, and so on down to the assumptions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from model.analysis.register import source
from model.assumptions import Assumptions
from model.companies.glossary import glossary
from model.engine.ledger import timeline
from model.engine.shapes import unset_divisors
from model.engine.trace import Node, Ref, Trace, trace
from model.engine.units import TIMELINE
from model.engine.words import in_words, labels
from model.problems import InputError, Problem, nearest
from model.projection import Projection


@dataclass(frozen=True)
class Part:
    """One figure of a tree. `month` is YYYY-MM, None for what holds before the first month.

    `formula` says in words how a line of the month is made, and `parts` what it reads, down to
    the depth asked for; `undefined` is what it would divide by and is not above 0. `source` and
    `where` belong to assumptions, `base` to those that have another value there. All
    this is said once: where a figure comes again, it is `above`.
    """

    ref: Ref
    label: str
    value: float
    unit: str
    month: str | None
    formula: str = ""
    undefined: str = ""
    parts: tuple[Part, ...] = ()
    above: bool = False
    source: str = ""
    where: str = ""
    base: float | None = None

    def walk(self) -> Iterable[Part]:
        """This figure and every figure below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Explanation:
    """A line in one month, as a tree, and the lines that read it, in the order of writing."""

    root: Part
    read_by: tuple[str, ...]


def explain(projection: Projection, line: str, month: str, depth: int | None = None,
            scenario: int = 0) -> Explanation:
    """How a line's figure in a month (YYYY-MM) is made; `depth` levels down, all by default.

    A line that is read more than once is taken apart where it comes first. What a formula reads of
    earlier months is a figure there, and can be explained by itself. Raises InputError with the
    nearest name where there is no such line or month.
    """
    traced = trace(projection.assumptions)
    problems = [*_line_problems(projection, line, traced), *_month_problems(projection, month)]
    if problems:
        raise InputError(problems)
    tree = _Tree(projection, traced, scenario, projection.months.index(month))
    return Explanation(tree.part(Ref("line", line), depth), traced.readers("line", line))


def _line_problems(projection: Projection, line: str, traced: Trace) -> list[Problem]:
    if line in traced.formulas and line in projection:
        return []
    company = projection.assumptions.company
    if line in projection.assumptions.entries:
        readers = traced.readers("assumption", line)
        said = f"try {readers[0]}, which reads it." if readers else "no line reads it."
        return [Problem("line", f"{line} is an assumption of {company}, not a line; {said}")]
    if line in traced.formulas:
        return [Problem("line", f"{line} is not kept in this projection; project without keep.")]
    return [Problem("line", f"{line!r} is not a line of {company}; "
                            f"{nearest(line, traced.formulas)}")]


def _month_problems(projection: Projection, month: str) -> list[Problem]:
    months = projection.months
    if month in months:
        return []
    close = difflib.get_close_matches(str(month), months, n=1, cutoff=0.7)
    said = f"did you mean {close[0]}?" if close else "write one of them as YYYY-MM."
    return [Problem("month", f"{month!r} is not a month of the plan, {months[0]} to {months[-1]}; "
                             f"{said}")]


class _Tree:
    """Takes lines of one month apart; remembers those that stand in the tree already."""

    def __init__(self, projection: Projection, traced: Trace, scenario: int, at: int):
        self._projection, self._traced = projection, traced
        self._scenario, self._at = scenario, at
        self._naming = labels(projection.assumptions.entries)
        self._timeline = timeline(self._assumptions.calendar)
        self._done: set[Ref] = set()

    @property
    def _assumptions(self) -> Assumptions:
        return self._projection.assumptions

    @cached_property
    def _base(self) -> Assumptions:
        return self._assumptions.base()

    def part(self, ref: Ref, depth: int | None) -> Part:
        if ref.kind == "assumption":
            return self._assumption(ref)
        if ref.kind == "timeline":
            values = self._timeline[ref.name]
            return self._figure(ref, float(values[self._at % len(values)]), TIMELINE[ref.name])
        if ref.ago:
            return self._earlier(ref)
        return self._line(ref, depth)

    def _figure(self, ref: Ref, value: float, unit: str, **more) -> Part:
        month = self._projection.months[self._at]
        return Part(**{"ref": ref, "label": self._naming.name(ref), "value": value, "unit": unit,
                       "month": month, **more})

    def _assumption(self, ref: Ref) -> Part:
        entry = self._assumptions.entries[ref.name]
        value = self._given(self._assumptions, ref.name)
        if ref in self._done:
            return self._figure(ref, value, entry.shown_unit, above=True)
        self._done.add(ref)
        base = value
        if ref.name in self._assumptions.changed:
            base = self._given(self._base, ref.name)
        return self._figure(ref, value, entry.shown_unit,
                            source=source(self._assumptions, ref.name),
                            where=self._assumptions.where(ref.name),
                            base=None if base == value else base)

    def _given(self, assumptions: Assumptions, path: str) -> float:
        """An assumption's value in the month."""
        values = assumptions.series[path].monthly(assumptions.calendar.months)[self._at]
        return float(values[self._scenario % len(values)])

    def _earlier(self, ref: Ref) -> Part:
        """A line of an earlier month, or what it opens at before the first."""
        unit, at = glossary().term(ref.name).unit, self._at - ref.ago
        if at >= 0:
            value = self._projection[ref.name][self._scenario, at]
            return self._figure(ref, float(value), unit, month=self._projection.months[at])
        path = self._traced.opened.get(ref.name)
        parts = (self._assumption(Ref("assumption", path)),) if path else ()
        return self._figure(ref, parts[0].value if parts else 0.0, unit, month=None, parts=parts)

    def _line(self, ref: Ref, depth: int | None) -> Part:
        formula = self._traced.formulas[ref.name]
        value = float(self._projection[ref.name][self._scenario, self._at])
        unit = glossary().term(ref.name).unit
        if ref in self._done:
            return self._figure(ref, value, unit, above=True)
        words, missing = in_words(formula.node, self._naming), self._missing(formula.node)
        if depth == 0:
            return self._figure(ref, value, unit, formula=words, undefined=missing)
        self._done.add(ref)
        below = None if depth is None else depth - 1
        return self._figure(ref, value, unit, formula=words, undefined=missing,
                            parts=tuple(self.part(read, below) for read in formula.reads))

    def _missing(self, node: Node) -> str:
        """What a formula divides by where that is not above 0 in the month; nothing otherwise."""
        empty = [ref for ref in unset_divisors(node)
                 if self._projection[ref.name][self._scenario, self._at] <= 0]
        return self._naming.name(empty[0]) if empty else ""
