"""The reading of a text as formulas: what each line is made of, in the order of writing.

A text runs once on references instead of numbers, and so writes down its own formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from model.companies import company_module
from model.engine.close import month_of
from model.engine.lines import line_name
from model.engine.nodes import Formula, Node, NotAFormula, Nothing, Ref, as_node, refusal
from model.engine.shapes import is_number, terms
from model.engine.timeline import TIMELINE
from model.params.assumptions import Assumptions
from model.params.catalog import within
from model.params.openings import SECTION, implied
from model.problems import nearest


@dataclass(frozen=True, eq=False)
class Trace:
    """The formulas of a month by line, in the order of writing, and those of the lines that open
    with something."""

    formulas: dict[str, Formula] = field(repr=False)
    opening: dict[str, Formula] = field(repr=False)

    def inputs(self, kind: str) -> set[str]:
        """The names of one kind that formulas read, those of openings among them."""
        return {ref.name for formulas in (self.formulas, self.opening)
                for formula in formulas.values() for ref in formula.reads if ref.kind == kind}

    def readers(self, kind: str, name: str) -> tuple[str, ...]:
        """The lines whose formulas read something, of any month, in the order of writing."""
        return tuple(line for line, formula in self.formulas.items()
                     if any((ref.kind, ref.name) == (kind, name) for ref in formula.reads))

    def unread(self, paths: Iterable[str], beside: Iterable[str] = ()) -> tuple[str, ...]:
        """Those of some assumptions that no formula reads, without those that are declared to be
        read `beside` the month."""
        inputs = self.inputs("assumption").union(beside)
        return tuple(path for path in paths if path not in inputs)

    def signed(self, line: str) -> dict[str, int]:
        """The lines of the month that a line adds (1) and subtracts (-1); empty if its formula
        does anything else."""
        signs = terms(self.formulas[line].node)
        plain = all(term.op == "ref" and term.args[0].kind == "line" and not term.args[0].ago
                    for _, term in signs)
        return {term.args[0].name: sign for sign, term in signs} if plain else {}


class AssumptionRefs:
    """A section of assumptions: attributes and items are references, or nothing where the plan
    might open with it, but does not. Paths that are not in `tree` are added to `missing`."""

    def __init__(self, tree: dict, path: str, missing: list[str]):
        self._tree, self._path, self._missing = tree, path, missing

    def __iter__(self):
        return iter(self._tree)

    def __getitem__(self, name: str):
        return getattr(self, name)

    def __repr__(self) -> str:
        return f"the section {self._path or 'of all assumptions'}"

    def __getattr__(self, name: str):
        path = f"{self._path}.{name}".lstrip(".")
        branch = self._tree.get(name)
        if isinstance(branch, dict):
            return AssumptionRefs(branch, path, self._missing)
        if branch is False or (branch is None and within(path, SECTION)):
            return Nothing()
        if branch is None:
            self._missing.append(path)
        elif branch is not True:
            return branch  # a structure of the timeline
        kind, _, rest = path.partition(".")
        ref = Ref("timeline", rest) if kind == "timeline" else Ref("assumption", path)
        return Node("ref", (ref,))


class EarlierRefs:
    """The lines of an earlier month, as references to any name."""

    def __init__(self, ago: int, kind: str = "line", segment: str | None = None):
        self._ago, self._segment, self._kind = ago, segment, kind

    def __getitem__(self, segment: str) -> EarlierRefs:
        return EarlierRefs(self._ago, self._kind, segment)

    def __getattr__(self, name: str) -> Node:
        return Node("ref", (Ref(self._kind, line_name(self._segment, name), self._ago),))

    def ago(self, months: int) -> EarlierRefs:
        """The lines of so many months ago."""
        if isinstance(months, Node):
            raise refusal("looks back by a number of months that is itself a line; look back by "
                          "fixed numbers and choose with np.where")
        return EarlierRefs(months, self._kind)


class LineRefs:
    """The lines that other texts wrote, as references; `kinds` gives the kind of each."""

    def __init__(self, kinds: Mapping[str, str], segment: str | None = None):
        self._kinds, self._segment = kinds, segment

    def __getitem__(self, segment: str) -> LineRefs:
        return LineRefs(self._kinds, segment)

    def __getattr__(self, name: str) -> Node:
        line = line_name(self._segment, name)
        if line not in self._kinds:
            if any(other.startswith(f"{name}.") for other in self._kinds) and self._segment:
                raise MissingLineError(line)
            raise refusal(f"reads the line {line}, which nothing before it writes; "
                          f"{nearest(line, self._kinds, lists='look among those lines')}")
        return Node("ref", (Ref(self._kinds[line], line),))


class MissingLineError(Exception):
    """A text reads a line of a segment that the plan does not have."""

    def __init__(self, line: str):
        super().__init__(line)
        self.line = line


class FormulaWriter:
    """The lines that a text writes, as formulas. Reading gives a reference to the text's own line
    or, where it has none of that name, to that of the `others`."""

    def __init__(self, formulas: dict[str, Formula], kind: str = "line",
                 others: LineRefs | None = None, segment: str | None = None):
        vars(self).update(_formulas=formulas, _kind=kind, _others=others, _segment=segment)

    def __getitem__(self, segment: str) -> FormulaWriter:
        others = self._others[segment] if self._others else None
        return FormulaWriter(self._formulas, self._kind, others, segment)

    def __getattr__(self, name: str) -> Node:
        line = line_name(self._segment, name)
        if line in self._formulas:
            return Node("ref", (Ref(self._kind, line),))
        if self._others is not None:
            return getattr(self._others, name)
        raise refusal(f"reads the line {line} before it is written; move its formula up")

    def __setattr__(self, name: str, value) -> None:
        line, node = line_name(self._segment, name), as_node(value)
        if line in self._formulas:
            raise refusal(f"writes the line {line} twice; give one of them a name of its own")
        if node.is_condition:
            raise refusal(f"writes a condition to the line {line}; write np.where(condition, 1, "
                          "0)")
        caller = sys._getframe(1)
        while caller.f_code.co_name == "__setattr__":  # a writer around this one
            caller = caller.f_back
        self._formulas[line] = Formula(line, node, caller.f_code.co_name, self._kind)


class OpeningWriter(FormulaWriter):
    """The lines that a plan opens with, as formulas; of others there is none."""

    def __getitem__(self, segment: str) -> OpeningWriter:
        return OpeningWriter(self._formulas, self._kind, segment=segment)

    def __getattr__(self, name: str) -> Node:
        own = self._formulas.get(line_name(self._segment, name))
        return own.node if own and own.node.op == "const" else super().__getattr__(name)


def trace(assumptions: Assumptions) -> Trace:
    """The formulas of a company's month. Raises NotAFormula on what no formula can say."""
    module = company_module(assumptions.company)
    return month_trace(month_of(module, assumptions), module.opening, tuple(assumptions.entries),
                       assumptions.calendar.years_begun)


@dataclass(frozen=True, eq=False)
class OpeningTrace:
    """The formulas of what a plan opens with, by line, the assumptions that they read and that are
    `missing`, and what is wrong with the text, if anything: its formulas then end there."""

    formulas: dict[str, Formula] = field(repr=False)
    missing: tuple[str, ...] = ()
    refusal: NotAFormula | None = None

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The assumptions that they read."""
        return frozenset(ref.name for formula in self.formulas.values() for ref in formula.reads
                         if ref.kind == "assumption")


@lru_cache(maxsize=16)
def opening_trace(opening: Callable, paths: tuple[str, ...], years: int) -> OpeningTrace:
    """What a plan opens with that has assumptions at some `paths`. What is not written, or is 0 as
    written, opens with nothing."""
    formulas: dict[str, Formula] = {}
    missing: list[str] = []
    refused = None
    try:
        opening(assumption_refs(paths, TIMELINE, years, missing),
                OpeningWriter(formulas, "opening"))
    except NotAFormula as fault:
        refused = fault
    return OpeningTrace({line: formula for line, formula in formulas.items()
                         if not is_number(formula.node, 0)}, tuple(dict.fromkeys(missing)), refused)


@lru_cache(maxsize=16)
def month_trace(month: Callable, opening: Callable, paths: tuple[str, ...], years: int) -> Trace:
    """The formulas of a month, and of what the first one opens with, which may read the assumptions
    of `paths`."""
    formulas: dict[str, Formula] = {}
    opened = opening_trace(opening, paths, years)
    if opened.refusal:
        raise opened.refusal
    missing = list(opened.missing)
    month(assumption_refs(paths, TIMELINE, years, missing), EarlierRefs(1),
          FormulaWriter(formulas))
    if missing:
        raise NotAFormula(f"the month reads {', '.join(dict.fromkeys(missing))}, which "
                          "base.yaml does not hold; add it there.")
    whole = Trace(formulas, opened.formulas)
    unknown = sorted(whole.inputs("line") - formulas.keys())
    if unknown:
        raise NotAFormula(f"the month reads last month's {unknown[0]}, which no formula writes; "
                          f"{nearest(unknown[0], formulas)}")
    return whole


def assumption_refs(paths: Iterable[str], timeline: Iterable[str], years: int,
                    missing: list[str]) -> AssumptionRefs:
    """Assumptions and names of the timeline of so many years, as references."""
    tree, known = {}, set(paths)
    for path in (*implied(paths), *paths):
        *sections, name = path.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = path in known
    tree["timeline"] = dict.fromkeys(timeline, True) | {"earlier_years": range(1, years)}
    return AssumptionRefs(tree, "", missing)
