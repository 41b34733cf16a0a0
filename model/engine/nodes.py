"""What a traced formula consists of: constants, references and operations.

NumPy hands its operators and functions to a node, so formulas need not know of nodes. Only a
closed vocabulary is understood, because every reading has to say the same thing.
"""

from __future__ import annotations

import operator
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from model.folders import relative

OPERATORS = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/", np.negative: "neg",
    np.minimum: "min", np.maximum: "max", np.greater: ">", np.greater_equal: ">=",
    np.less: "<", np.less_equal: "<=", np.equal: "==", np.not_equal: "!=",
    np.logical_and: "and", np.logical_or: "or", np.logical_not: "not",
}
_FUNCTIONS = {name: function for function, name in OPERATORS.items()}
_COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
            "==": operator.eq, "!=": operator.ne}
COMPARISONS = frozenset(_COMPARE)
VOCABULARY = ("+ - * /, comparisons, np.where, np.minimum, np.maximum, np.logical_and, "
              "np.logical_or and np.logical_not")


class NotAFormula(TypeError):
    """A text does something that no formula can say. The message names file, line and remedy."""


class Node(NDArrayOperatorsMixin):
    """One value in a formula. `op` is `const`, `ref`, `where` or an operator."""

    __slots__ = ("args", "op")
    __hash__ = object.__hash__

    def __init__(self, op: str, args: tuple):
        self.op, self.args = op, args

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false."""
        return self.op in COMPARISONS or self.op in ("and", "or", "not")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if options:
            raise refusal("changes a value in place (+=, out=); give the result a name of its own")
        if ufunc not in OPERATORS or method != "__call__":
            name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            raise refusal(f"uses np.{name}, which is not among {VOCABULARY}; write it with "
                          "these")
        op, args = OPERATORS[ufunc], tuple(as_node(value) for value in inputs)
        if op not in ("and", "or", "not"):
            _no_conditions(args)
        shorter = _with_nothing(op, args)
        return Node(op, args) if shorter is None else shorter

    def __array_function__(self, function, types, args, options):
        if function is not np.where:
            raise refusal(f"uses np.{function.__name__}, which is not among {VOCABULARY}; write "
                          "it with these")
        if len(args) != 3 or options:
            raise refusal("uses np.where without two values to choose from; write "
                          "np.where(condition, a, b)")
        condition, *values = (as_node(value) for value in args)
        _no_conditions(values)
        chosen = _chosen(condition, *values)
        return Node("where", (condition, *values)) if chosen is None else chosen

    def __bool__(self) -> bool:
        raise refusal("asks a line for one truth value (if, and, or, not, in, min, max); a line "
                      "has one a scenario, so write np.where(condition, a, b), np.logical_and, "
                      "np.logical_or, np.logical_not, np.minimum or np.maximum")

    def __float__(self, *_) -> float:
        raise refusal("turns a line into a plain number (float, int, round, math.…); write it "
                      f"with {VOCABULARY}")

    __int__ = __index__ = __round__ = __float__

    def __iter__(self, *_):
        raise refusal("goes through a line value by value, or picks one; write one formula for "
                      "all scenarios")

    __getitem__ = __len__ = __iter__

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        raise refusal(f"asks a line for .{name}; a formula knows only {VOCABULARY}")

    def walk(self) -> Iterator[Node]:
        """This node and every node below it."""
        yield self
        if self.op not in ("const", "ref"):
            for arg in self.args:
                yield from arg.walk()


class Nothing(Node):
    """The 0 of what a plan might open with, but does not: formulas leave it out, so that a plan
    without openings has the formulas of one that knows of none."""

    __slots__ = ()

    def __init__(self):
        super().__init__("const", (0.0,))

    def __getitem__(self, segment: str) -> Nothing:
        return self


def _with_nothing(op: str, args: tuple[Node, ...]) -> Node | None:
    """A formula without the nothing that it would calculate with; None where there is none, or
    where it counts."""
    left, *rest = args
    if isinstance(left, Nothing) and op in ("+", "*", "/", "neg"):
        return rest[0] if op == "+" else left
    if rest and isinstance(rest[0], Nothing) and op in ("+", "-", "*"):
        return rest[0] if op == "*" else left
    return Node("neg", (rest[0],)) if op == "-" and isinstance(left, Nothing) else None


def _chosen(condition: Node, value: Node, otherwise: Node) -> Node | None:
    """The value that a choice has where it hangs on nothing; None where it hangs on something."""
    if isinstance(value, Nothing) and otherwise.op == "const" and otherwise.args == value.args:
        return value
    if condition.op in COMPARISONS and isinstance(condition.args[0], Nothing) \
            and condition.args[1].op == "const":
        holds = _COMPARE[condition.op](*(arg.args[0] for arg in condition.args))
        chosen = value if holds else otherwise
        return Nothing() if chosen.op == "const" and chosen.args == (0.0,) else chosen
    return None


@dataclass(frozen=True)
class Ref:
    """A reference: one thing that a formula reads, by kind and name, from so many months `ago`.

    assumption  an assumption, by its path
    timeline    a value of the timeline
    line        a line of the month
    opening     what a line opens with before the first month
    plan        a line in the last month of the plan
    customer    a figure of one customer of those won in a year
    life        a line of that customer's life
    kpi         a KPI of the period
    check       a difference that must be nothing
    """

    kind: str
    name: str
    ago: int = 0


def as_node(value: Any) -> Node:
    """A value as a node. Raises NotAFormula on what is neither a line nor a number."""
    if isinstance(value, Node):
        return value
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise refusal(f"computes with {value!r}, which is neither a line nor a number")
    return Node("const", (float(value),))


def evaluate(node: Node, value: Callable[[Ref], np.ndarray]) -> np.ndarray:
    """The value of a formula; `value` gives those of what it reads."""
    if node.op == "const":
        return node.args[0]
    if node.op == "ref":
        return value(node.args[0])
    args = [evaluate(arg, value) for arg in node.args]
    return np.where(*args) if node.op == "where" else _FUNCTIONS[node.op](*args)


def _no_conditions(args: Iterable[Node]) -> None:
    """What is true or false is no number: NumPy reads a sum of two as "or", a spreadsheet as 2."""
    if any(arg.is_condition for arg in args):
        raise refusal("computes with a condition; write np.where(condition, 1, 0)")


_NOT_A_TEXT = (str(Path(__file__).parent), str(Path(np.__file__).parent))


def refusal(reason: str) -> NotAFormula:
    """The error for a formula, with the file and line of the text where it stands."""
    for frame in reversed(traceback.extract_stack()):
        if not frame.filename.startswith(_NOT_A_TEXT):
            where = f"{relative(Path(frame.filename))}:{frame.lineno} {frame.name}()"
            return NotAFormula(f"{where} {reason}{'' if reason.endswith('?') else '.'}")
    return NotAFormula(f"the month {reason}.")


@dataclass(frozen=True, eq=False)
class Formula:
    """The formula of one line; `section` is the function that wrote it, `kind` that of a
    reference to the line."""

    line: str
    node: Node
    section: str
    kind: str = "line"

    @cached_property
    def reads(self) -> tuple[Ref, ...]:
        """What the formula reads, each once, in the order of reading."""
        return tuple(dict.fromkeys(node.args[0] for node in self.node.walk() if node.op == "ref"))

    @cached_property
    def constants(self) -> tuple[float, ...]:
        """The numbers that are typed into the formula."""
        return tuple(node.args[0] for node in self.node.walk() if node.op == "const")


def notation(node: Node) -> str:
    """A formula as a text that two formulas share only if they are one: `-(line:revenue@0,1)`."""
    if node.op == "ref":
        ref = node.args[0]
        return f"{ref.kind}:{ref.name}@{ref.ago}"
    if node.op == "const":
        return repr(node.args[0])
    return f"{node.op}({','.join(map(notation, node.args))})"
