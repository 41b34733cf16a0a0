"""The reading of a month as spreadsheet formulas: what a node of the trace says in a cell.

A formula is a text with `{c}` for its own column and `{p}` for the one before, so that a row has
one formula. Every operation is bracketed, because a spreadsheet reads `-x^2` and Python otherwise.
"""

from __future__ import annotations

from typing import Protocol

from model.engine.trace import Node, Ref

_BINARY = {"+": "+", "-": "-", "*": "*", "/": "/", ">": ">", ">=": ">=", "<": "<", "<=": "<=",
           "==": "=", "!=": "<>"}
_FUNCTIONS = {"min": "MIN", "max": "MAX"}
_LOGIC = {"and": "AND", "or": "OR", "not": "NOT"}


class Places(Protocol):
    """Where things stand in the workbook, as a formula in a cell of `sheet` names them."""

    def line(self, name: str, sheet: str) -> tuple[str, int]:
        """The prefix of a line's sheet ("" on its own) and its row."""

    def assumption(self, path: str, sheet: str) -> str: ...

    def timeline(self, name: str, sheet: str) -> str: ...

    def earlier(self, ago: int, sheet: str) -> str:
        """Which of a row's cells is that of so many months ago, counted from the opening."""

    @property
    def opening_column(self) -> str: ...


def formula(node: Node, sheet: str, places: Places) -> str:
    """The formula of a line, to stand in a row of `sheet`."""
    return f"={_outermost(_number(node, sheet, places))}"


def _number(node: Node, sheet: str, places: Places) -> str:
    """A node as a number: a condition is 1 or 0, as sums of true and false differ by program."""
    text = _said(node, sheet, places)
    return f"IF({_outermost(text)},1,0)" if node.is_condition else text


def _condition(node: Node, sheet: str, places: Places) -> str:
    """A node as a condition; comparing true with a number differs by program."""
    text = _said(node, sheet, places)
    return text if node.is_condition else f"({text}<>0)"


def _said(node: Node, sheet: str, places: Places) -> str:
    if node.op == "const":
        return f"{node.args[0]:.15g}"
    if node.op == "ref":
        return _reference(node.args[0], sheet, places)
    if node.op in _LOGIC:
        parts = [_outermost(_condition(arg, sheet, places)) for arg in node.args]
        return f"{_LOGIC[node.op]}({','.join(parts)})"
    if node.op == "where":
        test, *branches = node.args
        parts = [_condition(test, sheet, places),
                 *(_number(branch, sheet, places) for branch in branches)]
        return f"IF({','.join(map(_outermost, parts))})"
    parts = [_number(arg, sheet, places) for arg in node.args]
    if node.op in _FUNCTIONS:
        return f"{_FUNCTIONS[node.op]}({','.join(map(_outermost, parts))})"
    if node.op == "neg":
        return f"(-{parts[0]})"
    return f"({parts[0]}{_BINARY[node.op]}{parts[1]})"


def _reference(ref: Ref, sheet: str, places: Places) -> str:
    if ref.kind == "assumption":
        return places.assumption(ref.name, sheet)
    if ref.kind == "timeline":
        return places.timeline(ref.name, sheet)
    prefix, row = places.line(ref.name, sheet)
    if ref.ago < 2:
        return f"{prefix}{'{p}' if ref.ago else '{c}'}{row}"
    # From the opening to last month: what lies before the first month reads the opening.
    months = f"{prefix}${places.opening_column}{row}:{{p}}{row}"
    return f"INDEX({months},{places.earlier(ref.ago, sheet)})"


def _outermost(text: str) -> str:
    """Without the brackets around the whole, which say nothing there."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1]
