"""Where a figure comes from: its formula, what it reads, and so on down to the assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from model.analysis.moments import moments
from model.analysis.question import Period, figure_of, month_at, period_of, year_at
from model.analysis.register import source
from model.companies.glossary import Term, glossary
from model.companies.judged import LONGEST_LIFE
from model.companies.vocabulary import ratio
from model.counts import count
from model.engine.figures import MONTH, figures
from model.engine.lines import NOTHING
from model.engine.nodes import Formula, Node, Ref
from model.engine.projection import Projection, Reduction, reduction
from model.engine.shapes import quotient, unset_divisors
from model.engine.texts import term_of, this_period
from model.engine.timeline import TIMELINES, timeline
from model.engine.words import in_words, labels
from model.params.assumptions import Assumptions
from model.problems import InputError


@dataclass(frozen=True)
class Part:
    """One figure of a tree. `period` is a month (2027-06), quarter (2027-Q2) or year (2027), None
    for what holds before the first month. A value that is undefined is NaN.

    `formula` says in words how it is made, and `parts` what it reads, down to the depth asked for;
    `undefined` is what it would divide by and is not above 0, `reason` why a KPI has no value.
    `source` and `where` belong to assumptions, `base` to those that have another value there, and
    `moments` to those with single months or a season. All this is said once: where a figure comes
    again, it is `above`.
    """

    ref: Ref
    label: str
    value: float
    unit: str
    period: str | None
    formula: str = ""
    undefined: str = ""
    reason: str = ""
    parts: tuple[Part, ...] = ()
    above: bool = False
    source: str = ""
    where: str = ""
    base: float | None = None
    moments: str = ""

    def walk(self) -> Iterable[Part]:
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Explanation:
    """A figure in one period, as a tree, and what reads it, in the order of writing."""

    root: Part
    read_by: tuple[Ref, ...]


def explain(projection: Projection, name: str, month: str | None = None,
            depth: int | None = None, scenario: int = 0, *, quarter: str | None = None,
            year: str | int | None = None) -> Explanation:
    """How a line or KPI is made in a month (YYYY-MM), quarter (YYYY-Q1) or year; `depth` levels
    down, all by default.

    A figure is taken apart where it comes first; of a flow of a quarter or a year, its last month.
    What a formula reads of earlier months is a figure there, and can be explained by itself.
    Raises InputError with the nearest name where there is no such figure or period.
    """
    ref, problems = figure_of(projection, name)
    period, wrong = period_of(projection, {"month": month, "quarter": quarter, "year": year})
    if problems or wrong or period is None:
        raise InputError([*problems, *wrong])
    tree = _Tree(projection, scenario)
    return Explanation(tree.part(ref, period, ref.kind, depth), tree.texts.readers(ref))


def in_order(node: Node) -> Iterable[Ref]:
    """What a formula reads, each once: of a quotient what is divided, then by what."""
    nodes = quotient(node) or (node,)
    return dict.fromkeys(each.args[0] for part in nodes for each in part.walk()
                         if each.op == "ref")


class _Tree:
    """Takes figures apart; remembers those that stand in the tree already. `reader` is the kind of
    text whose formula reads a figure: labels and the values of assumptions depend on it."""

    def __init__(self, projection: Projection, scenario: int):
        self._projection, self._scenario = projection, scenario
        self._figures = figures(projection)
        self.texts = self._figures.texts
        self._naming = {kind: labels(self._assumptions, kind) for kind in self.texts.by_kind}
        self._timeline = timeline(self._assumptions.calendar)
        self._done: set[tuple] = set()

    @property
    def _assumptions(self) -> Assumptions:
        return self._projection.assumptions

    @cached_property
    def _base(self) -> Assumptions:
        return self._assumptions.base()

    def part(self, ref: Ref, period: Period, reader: str, depth: int | None) -> Part:
        if ref.kind == "assumption":
            return self._assumption(ref, period, reader)
        if ref.kind == "timeline":
            return self._time(ref, period, reader)
        if ref.kind == "plan":
            period = month_at(self._projection, len(self._projection.months) - 1)
        elif ref.kind in ("customer", "life"):
            period = year_at(self._projection, period.year)
        if ref.kind == "opening":
            return self._opening(ref, reader)
        if ref.ago:
            return self._earlier(ref, period, reader)
        return self._calculation(ref, period, reader, depth)

    def _figure(self, ref: Ref, period: Period | None, reader: str, value: float,
                **more) -> Part:
        unit = "" if "unit" in more else self._term(ref).unit
        return Part(**{"ref": ref, "label": self._naming[reader].name(ref), "value": float(value),
                       "unit": unit, "period": period.label if period else None, **more})

    def _term(self, ref: Ref) -> Term:
        company = self._assumptions.company
        return term_of(glossary(company), company, ref.name, ref.kind)

    # What is given.

    def _assumption(self, ref: Ref, period: Period, reader: str) -> Part:
        plan, path = self._assumptions, ref.name
        value = base = self._value_of(plan, path, period, reader)
        own = {"value": value, "unit": plan.entries[path].shown_unit}
        if ref in self._done:
            return self._figure(ref, period, reader, **own, above=True)
        self._done.add(ref)
        if path in plan.changed:
            base = self._value_of(self._base, path, period, reader)
        return self._figure(ref, period, reader, **own, source=source(plan, path),
                            where=plan.where(path), base=None if base == value else base,
                            moments=moments(plan, path))

    def _value_of(self, assumptions: Assumptions, path: str, period: Period, reader: str) -> float:
        """An assumption's value: what a customer of a year reads is the mean of the year."""
        if reader == "customer":
            values = assumptions.yearly(path)[period.year]
        else:
            values = assumptions.monthly(path)[period.last]
        return float(values[self._scenario % len(values)])

    def _time(self, ref: Ref, period: Period, reader: str) -> Part:
        values = self._timeline.get(ref.name, (LONGEST_LIFE,))
        return self._figure(ref, period, reader, values[period.last % len(values)],
                            unit=TIMELINES[ref.name].unit)

    def _earlier(self, ref: Ref, period: Period, reader: str) -> Part:
        """A line of an earlier month or its opening; of a life, that of the last but one."""
        if ref.kind == "life":
            value = self._figures.life(ref.name)[-1 - ref.ago, self._scenario, period.at]
            return self._figure(ref, period, reader, value)
        if (at := period.at - ref.ago) >= 0:
            value = self._figures.line(ref.name)[self._scenario, at]
            return self._figure(ref, month_at(self._projection, at), reader, value)
        return self._opening(ref, reader)

    def _opening(self, ref: Ref, reader: str) -> Part:
        """What a line opens with before the first month, taken apart where it comes first."""
        formula = self.texts.month.opening.get(ref.name)
        values = self._projection.openings.get(ref.name, NOTHING)
        value, key = values[self._scenario % len(values)], ("opening", ref.name)
        if formula is None or key in self._done:
            return self._figure(ref, None, reader, value, above=formula is not None)
        words = ""
        if formula.node.op != "ref":
            self._done.add(key)
            words = in_words(formula.node, self._naming["opening"])
        first = month_at(self._projection, 0)
        return self._figure(ref, None, reader, value, formula=words, parts=tuple(
            self.part(read, first, "opening", None) for read in in_order(formula.node)))

    # What a formula makes.

    def _calculation(self, ref: Ref, period: Period, reader: str, depth: int | None) -> Part:
        kind = this_period(ref).kind
        if kind in ("line", "check") and period.months > MONTH:
            period = self._stands_for(ref, period)
        value, key = self._value(ref, period), (kind, ref.name, period)
        if key in self._done:
            return self._figure(ref, period, reader, value, above=True)
        more = {}
        if kind == "line" and period.months > MONTH:
            words, reads = self._over(ref, period, depth)
        else:
            formula: Formula = self.texts.by_kind[kind][ref.name]
            words = in_words(formula.node, self._naming[kind])
            reads = [(read, period) for read in in_order(formula.node)]
            if kind == "line":
                more["undefined"] = self._missing(formula.node, period)
            elif kind == "kpi" and math.isnan(value):
                more["reason"] = self._term(ref).undefined
        if depth != 0:
            self._done.add(key)
            below = None if depth is None else depth - 1
            more["parts"] = tuple(self.part(*read, kind, below) for read in reads)
        return self._figure(ref, period, reader, value, formula=words, **more)

    def _value(self, ref: Ref, period: Period) -> float:
        values = self._figures.of(ref.kind, ref.name, period.months)
        if ref.kind == "life":
            values = values[-1]
        return float(values[self._scenario, period.at])

    def _stands_for(self, ref: Ref, period: Period) -> Period:
        """The month whose figure a line of a longer period is, if it is that of one month: of a
        stock, and of a check, the last, of an opening the first."""
        operation = "last" if ref.kind == "check" else self._reduction(ref, period).operation
        if operation not in ("first", "last"):
            return period
        return month_at(self._projection, period.first if operation == "first" else period.last)

    def _reduction(self, ref: Ref, period: Period) -> Reduction:
        return reduction(glossary(self._assumptions.company), ref.name, period.months,
                         self._figures.has)

    def _over(self, ref: Ref, period: Period,
              depth: int | None) -> tuple[str, list[tuple[Ref, Period]]]:
        """How a line of a longer period is made, in words, and what that reads."""
        rule = self._reduction(ref, period)
        if rule.operation == "sum":
            last = month_at(self._projection, period.last)
            where = "above" if ("line", ref.name, last) in self._done else "below"
            where_is = "" if depth == 0 else f", the last of which is taken apart {where}"
            return (f"the sum of its {count(period.months, 'month')}{where_is}",
                    [(Ref("line", ref.name), last)])
        refs = [Ref("line", line) for line in rule.lines]
        nodes = [Node("ref", (read,)) for read in refs]
        node = ratio(*nodes) if rule.operation == "ratio" else nodes[0]
        return in_words(node, self._naming["line"]), [(read, period) for read in refs]

    def _missing(self, node: Node, period: Period) -> str:
        """What a formula divides by where that is not above 0 in the month; nothing otherwise."""
        empty = [ref for ref in unset_divisors(node)
                 if self._figures.line(ref.name)[self._scenario, period.at] <= 0]
        return self._naming["line"].name(empty[0]) if empty else ""
