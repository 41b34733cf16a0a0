"""All texts of a company as formulas: month, memory, customer, life, KPIs and checks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
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
from model.problems import InputError


@dataclass(frozen=True, eq=False, repr=False)
class Texts:
    """The formulas of a company by text, and in a text by line, in the order of writing. Those of
    `month`, `memory` and `checks` are by month, those of `customer` by year, those of `life` by
    year and month of life, those of `kpis` by any period; what `month` opens with is before all."""

    month: Trace
    memory: dict[str, Formula]
    customer: dict[str, Formula]
    life: dict[str, Formula]
    kpis: dict[str, Formula]
    checks: dict[str, Formula]

    @cached_property
    def lines(self) -> dict[str, Formula]:
        return self.month.formulas | self.memory

    @cached_property
    def by_kind(self) -> dict[str, dict[str, Formula]]:
        return {"line": self.lines, "plan": self.lines, "customer": self.customer,
                "life": self.life, "kpi": self.kpis, "check": self.checks,
                "opening": self.month.opening}

    @property
    def formulas(self) -> Iterable[Formula]:
        yield from self.month.opening.values()
        yield from self.month.formulas.values()
        yield from self.beside

    @property
    def beside(self) -> Iterable[Formula]:
        """Every formula but those of the month."""
        for formulas in (self.memory, self.customer, self.life, self.kpis, self.checks):
            yield from formulas.values()

    @cached_property
    def undefined(self) -> frozenset[Ref]:
        """The lines that may be undefined, as references to this period's."""
        refs: set[Ref] = set()
        for formula in self.beside:
            if may_be_undefined(formula.node, refs):
                refs.add(Ref(formula.kind, formula.line))
        return frozenset(refs)

    @cached_property
    def circles(self) -> dict[str, tuple[Formula, ...]]:
        """The lines of a life that read each other, by way of last month's: for each its formula
        and those of the others, in the order of writing."""
        follows = {line: {ref.name for ref in formula.reads if ref.kind == "life"}
                   for line, formula in self.life.items()}
        reach = {line: _reached(line, follows) for line in follows}
        circles = {line: tuple(self.life[other] for other in self.life
                               if other in reach[line] and line in reach[other])
                   for line in follows}
        return {line: circle for line, circle in circles.items() if len(circle) > 1}

    def readers(self, ref: Ref) -> tuple[Ref, ...]:
        """The lines whose formulas read something, of any period, in the order of writing."""
        return self._readers.get(ref, ())

    @cached_property
    def _readers(self) -> dict[Ref, tuple[Ref, ...]]:
        readers: dict[Ref, tuple[Ref, ...]] = {}
        for formula in self.formulas:
            for ref in dict.fromkeys(map(this_period, formula.reads)):
                readers[ref] = (*readers.get(ref, ()), Ref(formula.kind, formula.line))
        return readers

    def grain(self, kpi: str) -> str:
        """What a KPI has one figure for: a `period`, a `year` and its new customers, or the whole
        `plan`; an empty text for a KPI without a formula."""
        if kpi not in self.kpis:
            return ""
        kinds = self._reads(kpi)
        if kinds & {"customer", "life"}:
            return "year"
        return "period" if "line" in kinds else "plan"

    def _reads(self, kpi: str) -> set[str]:
        """The kinds of reference that a KPI reads, itself or through other KPIs."""
        reads = self.kpis[kpi].reads
        return {ref.kind for ref in reads}.union(
            *(self._reads(ref.name) for ref in reads if ref.kind == "kpi"))


def _reached(line: str, follows: Mapping[str, set[str]]) -> set[str]:
    """The lines that a line reads, itself or through others."""
    found, ahead = set(), [line]
    while ahead:
        new = follows[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def this_period(ref: Ref) -> Ref:
    """A reference of any month, or to the plan's last, as one to this period's."""
    return Ref("line" if ref.kind == "plan" else ref.kind, ref.name)


def term_of(terms: Glossary, company: str, line: str, kind: str = "line") -> Term:
    """The description of a line of any text: of a KPI from profile.yaml, of others from the
    glossary. Raises UndescribedError where it is in neither."""
    goal = profile(company).kpis.get(line) if kind == "kpi" else None
    if goal is not None:
        return Term(goal.label, goal.unit, goal.definition, undefined=goal.undefined or "")
    return terms.term(line, kind)


def may_be_undefined(node: Node, undefined: Container[Ref]) -> bool:
    """Whether a formula can give UNDEFINED, of itself or from what it reads that is `undefined`."""
    if node.op == "const":
        return undefined_const(node)
    if node.op == "ref":
        ref = node.args[0]
        return Ref(ref.kind, ref.name) in undefined
    return any(may_be_undefined(arg, undefined)
               for arg in (node.args[1:] if node.op == "where" else node.args))


def texts(assumptions: Assumptions) -> Texts:
    """The formulas of all texts. Raises NotAFormula, and InputError for a line that is missing."""
    try:
        return _formulas(trace(assumptions), company_module(assumptions.company),
                         tuple(assumptions.entries), assumptions.calendar.years_begun)
    except MissingLineError as missing:
        raise InputError.of(assumptions.where(missing.line), f"{missing.line} is missing, and what "
                            "the company is judged by reads it; add it, or take it out of "
                            f"model/companies/{assumptions.company}.py.") from None


@lru_cache(maxsize=16)
def _formulas(month: Trace, company: ModuleType, paths: tuple[str, ...], years: int) -> Texts:
    missing: list[str] = []
    beside = assumption_refs(paths, TIMELINE, years, missing)
    lines = dict.fromkeys(month.formulas, "line")
    memory: dict[str, Formula] = {}
    company.memory(beside, EarlierRefs(1), FormulaWriter(memory, "line", LineRefs(lines)))
    lines |= dict.fromkeys(memory, "line")
    customer: dict[str, Formula] = {}
    company.customer(assumption_refs(paths, (), years, missing),
                     FormulaWriter(customer, "customer", LineRefs(lines)))
    new = LineRefs(dict.fromkeys(customer, "customer"))
    life: dict[str, Formula] = {}
    company.life(assumption_refs(paths, LIFE, years, missing), new, EarlierRefs(1, "life"),
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
