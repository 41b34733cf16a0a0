"""Arithmetic that stands in a data file: a closed form, read here and never executed.

    commission_variable + commission_fixed / aov_blended
    ceil(fixed_overhead_year / 12 / buyer_sub_low)

Names are dotted words, with a year in brackets where one is meant: `line.revenue[2026]`. Between
them stand + - * / and brackets; `ceil` rounds up; the only numbers are 0, 1, 2 and the 12 months
of a year, because every other figure has a name.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONSTANTS = (0, 1, 2, 12)
# How an operator is written, and how tightly it binds; a name binds tighter than any.
_SIGNS = {ast.Add: ("+", 1), ast.Sub: ("\u2212", 1), ast.Mult: ("×", 2), ast.Div: ("÷", 2)}
_TIGHTEST = 3
_MINUS = "\u2212"


class FormulaError(ValueError):
    """A text that is not of the closed form, as a sentence."""


@dataclass(frozen=True)
class Reference:
    """A name in a formula, and the year that is meant, if it says one."""

    name: str
    year: int | None = None


@dataclass(frozen=True)
class Formula:
    """One formula. Raises FormulaError where the text is not of the closed form."""

    text: str
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            tree = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError) as fault:
            raise FormulaError(f"{self.text!r} is not a formula: {fault}") from None
        object.__setattr__(self, "_tree", tree)
        for _ in self._walk(tree):
            pass

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every name, in the order in which they stand."""
        return tuple(found for found in self._walk(self._tree) if found is not None)

    @property
    def single(self) -> Reference | None:
        """The name, where the formula is one name and nothing else."""
        return _reference(self._tree)

    def value(self, lookup: Callable[[Reference], float]) -> float:
        """The result; NaN, undefined, where it divides by zero or by nothing."""
        return _value(self._tree, lookup)

    def written(self, write: Callable[[Reference], str]) -> str:
        """The formula with each name as `write` puts it: `18% + 5 ÷ 72`."""
        return _written(self._tree, write)[0]

    def _walk(self, node: ast.expr) -> Iterator[Reference | None]:
        """Every name; None for what is allowed and is no name."""
        if found := _reference(node):
            yield found
        elif isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            yield from self._walk(node.left)
            yield from self._walk(node.right)
        elif _rounded(node):
            yield from self._walk(node.args[0])
        elif isinstance(node, ast.Constant) and type(node.value) is int \
                and node.value in CONSTANTS:
            yield None
        else:
            raise FormulaError(f"{self.text!r} holds {ast.unparse(node)!r}; a formula has names, "
                               f"+ - * /, brackets, ceil, and no numbers but "
                               f"{', '.join(map(str, CONSTANTS))}.")


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


def _rounded(node: ast.expr) -> bool:
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            and node.func.id == "ceil" and len(node.args) == 1 and not node.keywords)


def _value(node: ast.expr, lookup: Callable[[Reference], float]) -> float:
    if found := _reference(node):
        return lookup(found)
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.Call):
        inner = _value(node.args[0], lookup)
        # What is a whole number but for the dust of division is not rounded up to the next.
        return float(math.ceil(inner * (1 - 1e-12))) if math.isfinite(inner) else math.nan
    left, right = _value(node.left, lookup), _value(node.right, lookup)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    return left / right if right else math.nan


def _written(node: ast.expr, write: Callable[[Reference], str]) -> tuple[str, int]:
    """The text, and how tightly its loosest operator binds."""
    if found := _reference(node):
        return write(found), _TIGHTEST
    if isinstance(node, ast.Constant):
        return str(node.value), _TIGHTEST
    if isinstance(node, ast.Call):
        return f"{_written(node.args[0], write)[0]}, rounded up", _TIGHTEST
    sign, rank = _SIGNS[type(node.op)]
    (left, left_rank), (right, right_rank) = (_written(side, write)
                                              for side in (node.left, node.right))
    if left_rank < rank:
        left = f"({left})"
    if right_rank < rank or (right_rank == rank and isinstance(node.op, ast.Sub | ast.Div)):
        right = f"({right})"
    if not right.startswith(_MINUS):
        return f"{left} {sign} {right}", rank
    # Before a figure below zero, no two signs stand side by side.
    size = right.removeprefix(_MINUS)
    if isinstance(node.op, ast.Mult | ast.Div):
        return f"{left} {sign} ({right})", rank
    if isinstance(node.op, ast.Add):
        return f"{left} {_MINUS} {size}", rank
    return (size, right_rank) if left == "0" else (f"{left} + {size}", rank)
