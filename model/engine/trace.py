"""The reading of a month as formulas: what each line is made of, in the order of writing.

The month runs once on nodes instead of numbers. A node is a constant, a reference or an operation;
NumPy hands its operators and functions to it, so formulas need not know. Only a closed vocabulary
is understood, because every other reading has to say the same thing.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from model.companies import company_module
from model.engine.lines import line_name
from model.engine.numbers import TIMELINE
from model.folders import relative
from model.params.assumptions import Assumptions
from model.problems import nearest

OPERATORS = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/", np.negative: "neg",
    np.minimum: "min", np.maximum: "max", np.greater: ">", np.greater_equal: ">=",
    np.less: "<", np.less_equal: "<=", np.equal: "==", np.not_equal: "!=",
    np.logical_and: "and", np.logical_or: "or", np.logical_not: "not",
}
COMPARISONS = frozenset({">", ">=", "<", "<=", "==", "!="})
CONDITIONS = COMPARISONS | {"and", "or", "not"}
VOCABULARY = ("+ - * /, comparisons, np.where, np.minimum, np.maximum, np.logical_and, "
              "np.logical_or and np.logical_not")


class NotAFormula(TypeError):
    """A month does something that no formula can say; names file, line and remedy."""


class Node(NDArrayOperatorsMixin):
    """One value in a formula. `op` is `const`, `ref`, `where` or an operator."""

    __slots__ = ("args", "op")
    __hash__ = object.__hash__

    def __init__(self, op: str, args: tuple):
        self.op, self.args = op, args

    @property
    def is_condition(self) -> bool:
        return self.op in CONDITIONS

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if options:
            raise _refused("changes a value in place (+=, out=); give the result a name of its own")
        if ufunc not in OPERATORS or method != "__call__":
            called = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise _refused(f"uses np.{called}, which is not among {VOCABULARY}; write it with "
                           "these")
        op, args = OPERATORS[ufunc], tuple(_node(value) for value in inputs)
        if op not in ("and", "or", "not"):
            _no_conditions(args)
        return Node(op, args)

    def __array_function__(self, function, types, args, options):
        if function is not np.where:
            raise _refused(f"uses np.{function.__name__}, which is not among {VOCABULARY}; write "
                           "it with these")
        if len(args) != 3 or options:
            raise _refused("uses np.where without two values to choose from; write "
                           "np.where(condition, a, b)")
        condition, *values = (_node(value) for value in args)
        _no_conditions(values)
        return Node("where", (condition, *values))

    def __bool__(self) -> bool:
        raise _refused("asks a line for one truth value (if, and, or, not, in, min, max); a line "
                       "has one a scenario, so write np.where(condition, a, b), np.logical_and, "
                       "np.logical_or, np.logical_not, np.minimum or np.maximum")

    def __float__(self, *_) -> float:
        raise _refused("turns a line into a plain number (float, int, round, math.…); write it "
                       f"with {VOCABULARY}")

    __int__ = __index__ = __round__ = __float__

    def __iter__(self, *_):
        raise _refused("goes through a line value by value, or picks one; write one formula for "
                       "all scenarios")

    __getitem__ = __len__ = __iter__

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        raise _refused(f"asks a line for .{name}; a formula knows only {VOCABULARY}")

    def walk(self) -> Iterator[Node]:
        """This node and every node below it."""
        yield self
        if self.op not in ("const", "ref"):
            for arg in self.args:
                yield from arg.walk()


@dataclass(frozen=True)
class Ref:
    """What a formula reads: an `assumption` by path, a `timeline` value by name, or a `line`, of
    this month (`ago` 0), of last month (1) or of an older one. The texts beside the month also
    read a `customer` of those won in a year, that customer's `life`, a `kpi` of the period, and
    the line that the `plan` ends with; a `check` is a difference that must be nothing."""

    kind: str
    name: str
    ago: int = 0


def _node(value: Any) -> Node:
    if isinstance(value, Node):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise _refused(f"computes with {value!r}, which is neither a line nor a number")
    return Node("const", (float(value),))


def _no_conditions(args: Iterable[Node]) -> None:
    """What is true or false is no number: NumPy reads a sum of two as "or", a spreadsheet as 2."""
    if any(arg.is_condition for arg in args):
        raise _refused("computes with a condition; write np.where(condition, 1, 0)")


_NOT_THE_MONTH = (str(Path(__file__)), str(Path(np.__file__).parent))


def _refused(what: str) -> NotAFormula:
    """The sentence on a formula, with the file and line of the month where it stands."""
    for frame in reversed(traceback.extract_stack()):
        if not frame.filename.startswith(_NOT_THE_MONTH):
            where = f"{relative(Path(frame.filename))}:{frame.lineno} {frame.name}()"
            return NotAFormula(f"{where} {what}{'' if what.endswith('?') else '.'}")
    return NotAFormula(f"the month {what}.")


def terms(node: Node) -> list[tuple[int, Node]]:
    """What a formula adds (1) and subtracts (-1), in the order of writing."""
    if node.op in ("+", "-"):
        left, right = node.args
        sign = 1 if node.op == "+" else -1
        return terms(left) + [(sign * inner, term) for inner, term in terms(right)]
    if node.op == "neg":
        return [(-sign, term) for sign, term in terms(node.args[0])]
    return [(1, node)]


@dataclass(frozen=True, eq=False)
class Formula:
    """One line's formula, and the function of its text that wrote it; `kind` is that of a
    reference to the line."""

    line: str
    node: Node
    section: str
    kind: str = "line"

    @cached_property
    def reads(self) -> tuple[Ref, ...]:
        """What it reads, each once, in the order of reading."""
        return tuple(dict.fromkeys(node.args[0] for node in self.node.walk() if node.op == "ref"))

    @cached_property
    def constants(self) -> tuple[float, ...]:
        """Numbers typed into the formula."""
        return tuple(node.args[0] for node in self.node.walk() if node.op == "const")

    @cached_property
    def operations(self) -> int:
        return sum(node.op not in ("const", "ref") for node in self.node.walk())


@dataclass(frozen=True, eq=False)
class Trace:
    """Every formula of a company's month, in the order of writing."""

    company: str
    formulas: dict[str, Formula] = field(repr=False)
    openings: dict[str, str] = field(repr=False)

    @cached_property
    def dependents(self) -> dict[Ref, tuple[str, ...]]:
        """The lines that read each assumption, timeline value and line; by what they read."""
        found: dict[Ref, list[str]] = {}
        for line, formula in self.formulas.items():
            for ref in formula.reads:
                found.setdefault(ref, []).append(line)
        return {ref: tuple(lines) for ref, lines in found.items()}

    def read(self, kind: str) -> set[str]:
        """The names of one kind that some formula reads, and openings."""
        found = {ref.name for ref in self.dependents if ref.kind == kind}
        return found | (set(self.openings.values()) if kind == "assumption" else set())

    def readers(self, kind: str, name: str) -> tuple[str, ...]:
        """The lines that read something, of this month or an older one, in order of writing."""
        found = {line for ref, lines in self.dependents.items()
                 if (ref.kind, ref.name) == (kind, name) for line in lines}
        return tuple(line for line in self.formulas if line in found)

    def unread(self, paths: Iterable[str], beside: Iterable[str] = ()) -> tuple[str, ...]:
        """Those of some assumptions that no formula reads, and that are not declared to be read
        `beside` the month."""
        return tuple(path for path in paths
                     if path not in self.read("assumption") and path not in beside)

    @cached_property
    def constants(self) -> dict[float, tuple[str, ...]]:
        """The numbers that are typed into formulas, and the lines in which they stand."""
        found: dict[float, list[str]] = {}
        for line, formula in self.formulas.items():
            for number in dict.fromkeys(formula.constants):
                found.setdefault(number, []).append(line)
        return {number: tuple(lines) for number, lines in found.items()}

    def signed(self, line: str) -> dict[str, int]:
        """The lines of the month that a line adds (1) and subtracts (-1); nothing where its
        formula does anything else."""
        found = terms(self.formulas[line].node)
        plain = all(term.op == "ref" and term.args[0].kind == "line" and not term.args[0].ago
                    for _, term in found)
        return {term.args[0].name: sign for sign, term in found} if plain else {}

    @cached_property
    def opened(self) -> dict[str, str]:
        """The lines that open at an assumption, and its path."""
        return {line: path for line, path in self.openings.items() if line in self.formulas}

    @cached_property
    def unopened(self) -> tuple[str, ...]:
        """The lines of which some formula reads an earlier month, and that nothing opens: before
        the first month they are 0."""
        earlier = {ref.name for ref in self.dependents if ref.kind == "line" and ref.ago}
        return tuple(line for line in self.formulas if line in earlier - self.opened.keys())

    @cached_property
    def longest(self) -> Formula:
        """The formula of the most operations; the first of equals."""
        return max(self.formulas.values(), key=lambda formula: formula.operations)


class Assumed:
    """A section of assumptions: attributes and items give references."""

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
        found = self._tree.get(name)
        if isinstance(found, dict):
            return Assumed(found, path, self._missing)
        if found is None:
            self._missing.append(path)
        elif found is not True:
            return found  # a structure of the timeline
        kind, _, rest = path.partition(".")
        ref = Ref("timeline", rest) if kind == "timeline" else Ref("assumption", path)
        return Node("ref", (ref,))


class Earlier:
    """Lines of an earlier month; that they exist is known at the end."""

    def __init__(self, ago: int, segment: str | None = None, kind: str = "line"):
        self._ago, self._segment, self._kind = ago, segment, kind

    def __getitem__(self, segment: str) -> Earlier:
        return Earlier(self._ago, segment, self._kind)

    def __getattr__(self, name: str) -> Node:
        return Node("ref", (Ref(self._kind, line_name(self._segment, name), self._ago),))

    def ago(self, months: int) -> Earlier:
        if isinstance(months, Node):
            raise _refused("looks back by a number of months that is itself a line; look back by "
                           "fixed numbers and choose with np.where")
        return Earlier(months, None, self._kind)


class Written:
    """The lines that other texts wrote, as references; `kinds` says of what kind each is."""

    def __init__(self, kinds: Mapping[str, str], segment: str | None = None):
        object.__setattr__(self, "_kinds", kinds)
        object.__setattr__(self, "_segment", segment)

    def __getitem__(self, segment: str) -> Written:
        return Written(self._kinds, segment)

    def __getattr__(self, name: str) -> Node:
        line = line_name(self._segment, name)
        if line not in self._kinds:
            if any(known.startswith(f"{name}.") for known in self._kinds) and self._segment:
                raise MissingLineError(line)
            raise _refused(f"reads the line {line}, which nothing before it writes; "
                           f"{nearest(line, self._kinds, lists='look among those lines')}")
        return Node("ref", (Ref(self._kinds[line], line),))


class MissingLineError(Exception):
    """A text reads a line of a segment that the plan does not have."""

    def __init__(self, line: str):
        super().__init__(line)
        self.line = line


class Now:
    """The lines being written. A text beside the month also reads those of the month; what it
    writes itself goes before."""

    def __init__(self, formulas: dict[str, Formula], segment: str | None = None,
                 kind: str = "line", others: Written | None = None):
        object.__setattr__(self, "_formulas", formulas)
        object.__setattr__(self, "_segment", segment)
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_others", others)

    def __getitem__(self, segment: str) -> Now:
        others = self._others[segment] if self._others else None
        return Now(self._formulas, segment, self._kind, others)

    def __getattr__(self, name: str) -> Node:
        line = line_name(self._segment, name)
        if line in self._formulas:
            return Node("ref", (Ref(self._kind, line),))
        if self._others is not None:
            return getattr(self._others, name)
        raise _refused(f"reads the line {line} before it is written; move its formula up")

    def __setattr__(self, name: str, value) -> None:
        line, node = line_name(self._segment, name), _node(value)
        if line in self._formulas:
            raise _refused(f"writes the line {line} twice; give one of them a name of its own")
        if node.is_condition:
            raise _refused(f"writes a condition to the line {line}; write np.where(condition, 1, "
                           "0)")
        caller = sys._getframe(1)
        self._formulas[line] = Formula(line, node, caller.f_code.co_name, self._kind)


def trace(assumptions: Assumptions) -> Trace:
    """The formulas of a company's month. Raises NotAFormula on what no formula can say."""
    module = company_module(assumptions.company)
    return _traced(assumptions.company, module.month, tuple(module.OPENINGS.items()),
                   tuple(assumptions.entries), len(assumptions.calendar.years))


@lru_cache(maxsize=16)
def _traced(company: str, month: Callable, openings: tuple[tuple[str, str], ...],
            paths: tuple[str, ...], years: int) -> Trace:
    formulas: dict[str, Formula] = {}
    missing: list[str] = []
    tree = tree_of(paths) | {"timeline": dict.fromkeys(TIMELINE, True)
                             | {"earlier_years": range(1, years)}}
    month(Assumed(tree, "", missing), Earlier(1), Now(formulas))
    if missing:
        raise NotAFormula(f"the month reads {', '.join(dict.fromkeys(missing))}, which "
                          "base.yaml does not hold; add it there.")
    found = Trace(company, formulas, dict(openings))
    unknown = found.read("line") - set(formulas)
    if unknown:
        name = sorted(unknown)[0]
        raise NotAFormula(f"the month reads last month's {name}, which no formula writes; "
                          f"{nearest(name, formulas)}")
    return found


def tree_of(paths: Iterable[str]) -> dict:
    """Paths as sections within sections."""
    tree: dict = {}
    for path in paths:
        *sections, name = path.split(".")
        home = tree
        for section in sections:
            home = home.setdefault(section, {})
        home[name] = True
    return tree
