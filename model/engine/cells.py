"""The reading of formulas as cells of a spreadsheet.

A formula is a text with `{c}` for its own column and `{p}` for the one before, so that a row has
one formula. Every operation is bracketed, because spreadsheet and Python bind signs differently.

An undefined figure is a word in its cell. So arithmetic first asks whether its operands are
numbers: if not, its result is undefined, too, and a comparison does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from model.engine.nodes import COMPARISONS, Node, NotAFormula, Ref
from model.engine.shapes import undefined_const
from model.engine.texts import may_be_undefined

UNDEFINED = "n/a"
_BINARY = {"+": "+", "-": "-", "*": "*", "/": "/", ">": ">", ">=": ">=", "<": "<", "<=": "<=",
           "==": "=", "!=": "<>"}
_FUNCTIONS = {"min": "MIN", "max": "MAX"}
_LOGIC = {"and": "AND", "or": "OR", "not": "NOT"}


def formula(node: Node, at: Callable[[Ref], str], undefined: Collection[Ref] = ()) -> str:
    """The formula of a cell. `at` gives the address of a reference; `undefined` are the references,
    as to this period's, that may be undefined."""
    return f"={_outermost(_Cell(at, undefined).number(node))}"


class _Cell:
    """The texts of nodes in a cell, as numbers and as conditions."""

    def __init__(self, at: Callable[[Ref], str], undefined: Collection[Ref]):
        self._at, self._undefined = at, undefined

    def number(self, node: Node) -> str:
        """A node as a number or, where it may be undefined, as the word for that."""
        if undefined_const(node):
            return f'"{UNDEFINED}"'
        if node.op == "where":
            test, *branches = node.args
            parts = [self._condition(test), *map(self.number, branches)]
            return f"IF({','.join(map(_outermost, parts))})"
        text = self._arithmetic(node)
        unsure = self._unsure(node)
        if not unsure or node.op == "ref":
            return text
        return f'IF({_are_numbers(unsure)},{_outermost(text)},"{UNDEFINED}")'

    def _arithmetic(self, node: Node) -> str:
        """A node whose operands are all numbers; a condition is 1 or 0, as sums of true and false
        differ by program."""
        if node.op == "const":
            return f"{node.args[0]:.15g}"
        if node.op == "ref":
            return self._at(node.args[0])
        if node.op == "where":
            if may_be_undefined(node, self._undefined):
                raise NotAFormula("a text calculates with a choice that may be undefined; give "
                                  "the choice a line of its own.")
            return self.number(node)
        if node.is_condition:
            return f"IF({_outermost(self._condition(node))},1,0)"
        parts = [self._arithmetic(arg) for arg in node.args]
        if node.op in _FUNCTIONS:
            return f"{_FUNCTIONS[node.op]}({','.join(map(_outermost, parts))})"
        if node.op == "neg":
            return f"(-{parts[0]})"
        return f"({parts[0]}{_BINARY[node.op]}{parts[1]})"

    def _condition(self, node: Node) -> str:
        """A node as a condition; comparing true with a number differs by program."""
        if node.op in _LOGIC:
            parts = [_outermost(self._condition(arg)) for arg in node.args]
            return f"{_LOGIC[node.op]}({','.join(parts)})"
        if node.op not in COMPARISONS:
            return f"({self.number(node)}<>0)"
        left, right = map(self._arithmetic, node.args)
        text, unsure = f"({left}{_BINARY[node.op]}{right})", self._unsure(*node.args)
        # A word by itself is another value than any number.
        alone = node.op in ("==", "!=") and unsure in ([left], [right])
        if not unsure or alone:
            return text
        return (f"IF({_are_numbers(unsure)},{_outermost(text)},"
                f"{'TRUE' if node.op == '!=' else 'FALSE'})")

    def _unsure(self, *nodes: Node) -> list[str]:
        """The addresses of what nodes calculate with and what may be undefined."""
        return list(dict.fromkeys(
            self._at(ref) for node in nodes for ref in _operands(node)
            if Ref(ref.kind, ref.name) in self._undefined))


def _operands(node: Node) -> Iterator[Ref]:
    """What a formula calculates with, without conditions and choices."""
    if node.op == "ref":
        yield node.args[0]
    elif node.op not in ("const", "where") and not node.is_condition:
        for arg in node.args:
            yield from _operands(arg)


def _are_numbers(addresses: list[str]) -> str:
    """The condition that numbers stand at all addresses."""
    tests = [f"ISNUMBER({address})" for address in addresses]
    return tests[0] if len(tests) == 1 else f"AND({','.join(tests)})"


def _outermost(text: str) -> str:
    """A text without brackets around the whole of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1]
