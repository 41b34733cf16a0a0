"""Arithmetic in a data file: expressions that are read and calculated here, and never run as code.

    commission_variable + commission_fixed / aov_blended
    ceil(fixed_overhead_year / 12 / buyer_sub_low)

A name is dotted words, with a year in brackets for the value of that year: `line.revenue[2026]`.
The operators are + - * / and brackets, and `ceil` rounds up. The only numbers are 0, 1, 2, the 10
of a lost decimal and the 12 months of a year, because every other figure has a name.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from model.params.calendar import MONTHS_PER_YEAR
from model.tolerance import RELATIVE

CONSTANTS = (0, 1, 2, 10, MONTHS_PER_YEAR)
_MINUS = "\u2212"
# The sign of each operator, and how tightly it binds; a name binds tighter than any.
_SIGNS = {ast.Add: ("+", 1), ast.Sub: (_MINUS, 1), ast.Mult: ("×", 2), ast.Div: ("÷", 2)}
_TIGHTEST = 3


class ExpressionError(ValueError):
    """A text is no expression; the message is a sentence."""


@dataclass(frozen=True)
class Reference:
    """A name in an expression, and the year in brackets behind it, if there is one."""

    name: str
    year: int | None = None


@dataclass(frozen=True)
class Expression:
    """One expression, and its names in order. Raises ExpressionError on another text."""

    text: str
    references: tuple[Reference, ...] = field(init=False, repr=False, compare=False)
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            tree = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError) as fault:
            raise ExpressionError(f"{self.text!r} is not a formula: {fault}") from None
        object.__setattr__(self, "_tree", tree)
        object.__setattr__(self, "references", tuple(self._names(tree)))

    @property
    def single(self) -> Reference | None:
        """The name, if the expression is a name and nothing else."""
        return _reference(self._tree)

    def value(self, lookup: Callable[[Reference], float]) -> float:
        """The result, from the values of names, which may be arrays but for what is rounded up;
        NaN where it divides by 0 or by what is NaN."""
        return _value(self._tree, lookup)

    def in_words(self, write: Callable[[Reference], str]) -> str:
        """The expression with each name as `write` puts it: `18% + 5 ÷ 72`."""
        return _words(self._tree, write)[0]

    def _names(self, node: ast.expr) -> Iterator[Reference]:
        if name := _reference(node):
            yield name
        elif isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            yield from self._names(node.left)
            yield from self._names(node.right)
        elif _is_ceil(node):
            yield from self._names(node.args[0])
        elif not (isinstance(node, ast.Constant) and type(node.value) is int
                  and node.value in CONSTANTS):
            raise ExpressionError(
                f"{self.text!r} holds {ast.unparse(node)!r}; a formula has names, + - * /, "
                f"brackets, ceil, and no numbers but {', '.join(map(str, CONSTANTS))}.")


def _reference(node: ast.expr) -> Reference | None:
    year = None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) \
            and type(node.slice.value) is int:
        node, year = node.value, node.slice.value
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return Reference(".".join([node.id, *reversed(parts)]), year) \
        if isinstance(node, ast.Name) else None


def _is_ceil(node: ast.expr) -> bool:
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id == "ceil" and len(node.args) == 1 and not node.keywords)


def _value(node: ast.expr, lookup: Callable[[Reference], float]) -> float:
    if name := _reference(node):
        return lookup(name)
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.Call):
        inner = _value(node.args[0], lookup)
        # A whole number that division left slightly above itself is not rounded up to the next.
        return float(math.ceil(inner * (1 - RELATIVE))) if math.isfinite(inner) else math.nan
    left, right = _value(node.left, lookup), _value(node.right, lookup)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    if isinstance(right, np.ndarray):
        return np.divide(left, right, out=np.full(right.shape, math.nan), where=right != 0)
    return left / right if right else math.nan


def _words(node: ast.expr, write: Callable[[Reference], str]) -> tuple[str, int]:
    """The text, and how tightly its loosest operator binds."""
    if name := _reference(node):
        return write(name), _TIGHTEST
    if isinstance(node, ast.Constant):
        return str(node.value), _TIGHTEST
    if isinstance(node, ast.Call):
        return f"{_words(node.args[0], write)[0]}, rounded up", _TIGHTEST
    sign, rank = _SIGNS[type(node.op)]
    (left, left_rank), (right, right_rank) = (_words(side, write)
                                              for side in (node.left, node.right))
    if left_rank < rank:
        left = f"({left})"
    if right_rank < rank or (right_rank == rank and isinstance(node.op, ast.Sub | ast.Div)):
        right = f"({right})"
    if not right.startswith(_MINUS):
        return f"{left} {sign} {right}", rank
    # Two signs never stand side by side.
    size = right.removeprefix(_MINUS)
    if isinstance(node.op, ast.Mult | ast.Div):
        return f"{left} {sign} ({right})", rank
    if isinstance(node.op, ast.Add):
        return f"{left} {_MINUS} {size}", rank
    return (size, right_rank) if left == "0" else (f"{left} + {size}", rank)
