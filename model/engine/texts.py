"""All texts of a company as formulas: its month, what the month remembers, a customer and its life,
and the KPIs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import ModuleType

from model.companies import company_module
from model.companies.glossary import Glossary, Term
from model.companies.profiles import profile
from model.engine.nodes import Formula, Node, NotAFormula, Ref
from model.engine.shapes import undefined_const
from model.engine.timeline import LIFE, TIMELINE
from model.engine.trace import (
    EarlierRefs,
    FormulaWriter,
    LineRefs,
    MissingLineError,
    Trace,
    assumption_refs,
    trace,
)
from model.params.assumptions import Assumptions
from model.problems import InputError, Problem


@dataclass(frozen=True, eq=False)
class Texts:
    """A company's formulas, text by text, each in the order of writing. Those of `month` and
    `memory` are lines by month, as are the differences of `checks`; those of `customer` are by
    year, those of `life` by year and month of life, those of `kpis` by any period."""

    month: Trace
    memory: dict[str, Formula] = field(repr=False)
    customer: dict[str, Formula] = field(repr=False)
    life: dict[str, Formula] = field(repr=False)
    kpis: dict[str, Formula] = field(repr=False)
    checks: dict[str, Formula] = field(repr=False)

    @cached_property
    def lines(self) -> dict[str, Formula]:
        """The lines of months: those of the month, and those that it remembers."""
        return self.month.formulas | self.memory

    @cached_property
    def by_kind(self) -> dict[str, dict[str, Formula]]:
        """The formulas behind each kind of reference."""
        return {"line": self.lines, "plan": self.lines, "customer": self.customer,
                "life": self.life, "kpi": self.kpis,
                "check": self.checks}

    @property
    def formulas(self) -> Iterable[Formula]:
        """Every formula of every text."""
        yield from self.month.formulas.values()
        yield from self.beside

    @property
    def beside(self) -> Iterable[Formula]:
        """Every formula but those of the month."""
        for formulas in (self.memory, self.customer, self.life, self.kpis, self.checks):
            yield from formulas.values()

    @cached_property
    def undefined(self) -> frozenset[Ref]:
        """What may be undefined, as a reference to this period's."""
        found: set[Ref] = set()
        for formula in self.beside:
            if may_be_undefined(formula.node, found):
                found.add(Ref(formula.kind, formula.line))
        return frozenset(found)

    def readers(self, ref: Ref) -> tuple[Ref, ...]:
        """Whose formulas read something, of this period or an older one, in the order of
        writing."""
        return self._readers.get(ref, ())

    @cached_property
    def _readers(self) -> dict[Ref, tuple[Ref, ...]]:
        found: dict[Ref, tuple[Ref, ...]] = {}
        for formula in self.formulas:
            for read in dict.fromkeys(map(whenever, formula.reads)):
                found[read] = (*found.get(read, ()), Ref(formula.kind, formula.line))
        return found

    def grain(self, kpi: str) -> str:
        """For what a KPI is one figure: a `period`, a `year`, whose customers it is about, or the
        whole `plan`; nothing where no text gives it."""
        if kpi not in self.kpis:
            return ""
        kinds = self._reads(kpi)
        if kinds & {"customer", "life"}:
            return "year"
        return "period" if "line" in kinds else "plan"

    def _reads(self, kpi: str) -> set[str]:
        """The kinds of reference that a KPI reads, through other KPIs."""
        found = {ref.kind for ref in self.kpis[kpi].reads}
        return found.union(*(self._reads(ref.name) for ref in self.kpis[kpi].reads
                             if ref.kind == "kpi"))


def whenever(ref: Ref) -> Ref:
    """What is read, as a reference to this period's."""
    return Ref("line" if ref.kind == "plan" else ref.kind, ref.name)


def described(terms: Glossary, company: str, line: str, kind: str = "line") -> Term:
    """What a line of any text is; KPIs are described in profiles.yaml, all else in the glossary.
    Raises UndescribedError where it is in neither."""
    goal = profile(company).kpis.get(line) if kind == "kpi" else None
    if goal is not None:
        return Term(goal.label, goal.unit, goal.definition, undefined=goal.undefined or "")
    return terms.term(line, kind)


def may_be_undefined(node: Node, known: Iterable[Ref]) -> bool:
    """Whether a formula can give UNDEFINED: it says so in a branch, or reads what may be."""
    if node.op == "const":
        return undefined_const(node)
    if node.op == "ref":
        ref = node.args[0]
        return Ref(ref.kind, ref.name) in known
    if node.op == "where":
        return any(may_be_undefined(arg, known) for arg in node.args[1:])
    return any(may_be_undefined(arg, known) for arg in node.args)


def texts(assumptions: Assumptions) -> Texts:
    """The formulas of all texts. Raises NotAFormula on what no formula can say, and InputError
    where a text reads a line that the plan does not have."""
    try:
        return _traced(trace(assumptions), company_module(assumptions.company),
                       tuple(assumptions.entries), len(assumptions.calendar.years))
    except MissingLineError as missing:
        raise InputError([Problem(
            assumptions.where(missing.line),
            f"{missing.line} is missing, and what the company is judged by reads it; add it, or "
            f"take it out of model/companies/{assumptions.company}.py.")]) from None


@lru_cache(maxsize=16)
def _traced(month: Trace, company: ModuleType, paths: tuple[str, ...], years: int) -> Texts:
    missing: list[str] = []
    beside = assumption_refs(paths, TIMELINE, years, missing)
    lines = dict.fromkeys(month.formulas, "line")
    memory: dict[str, Formula] = {}
    company.memory(beside, EarlierRefs(1), FormulaWriter(memory, "line", LineRefs(lines)))
    lines |= dict.fromkeys(memory, "line")
    customer: dict[str, Formula] = {}
    company.customer(assumption_refs(paths, (), years, missing),
                     FormulaWriter(customer, "customer", LineRefs(lines)))
    won = LineRefs(dict.fromkeys(customer, "customer"))
    life: dict[str, Formula] = {}
    company.life(assumption_refs(paths, LIFE, years, missing), won, EarlierRefs(1, "life"),
                 FormulaWriter(life, "life"))
    kpis: dict[str, Formula] = {}
    company.kpis(beside, FormulaWriter(kpis, "kpi", LineRefs(lines)),
                 LineRefs(dict.fromkeys(customer, "customer") | dict.fromkeys(life, "life")),
                 LineRefs(dict.fromkeys(lines, "plan")))
    checks: dict[str, Formula] = {}
    company.checks(beside, EarlierRefs(1),
                   FormulaWriter(checks, "check", LineRefs(dict.fromkeys(lines, "line"))))
    if missing:
        raise NotAFormula(f"the texts read {', '.join(dict.fromkeys(missing))}, which base.yaml "
                          "does not hold; add it there.")
    return Texts(month, memory, customer, life, kpis, checks)
