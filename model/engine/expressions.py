"""A formula as an expression of a programming language, with no more brackets than it needs.

Every operation stays where it was written: a sum of three is added from the left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from model.engine.nodes import COMPARISONS, Node, Ref
from model.engine.shapes import quotient, undefined_const

# How an operation is written, and how strongly it binds.
Language = Mapping[str, tuple[int, str]]
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)
_BOTH = {
    **{op: (_COMPARISON, f"{{}} {op} {{}}") for op in COMPARISONS},
    **{op: (_SUM, f"{{}} {op} {{}}") for op in "+-"},
    **{op: (_PRODUCT, f"{{}} {op} {{}}") for op in "*/"},
    "neg": (_SIGN, "-{}"), "min": (_ATOM, "least({}, {})"), "max": (_ATOM, "most({}, {})")}
# Quotients as the texts call them: by how the divisor is tested, and whether nothing is undefined.
_QUOTIENTS = {("!=", True): "ratio", ("!=", False): "part", (">", True): "share_of"}
PYTHON: Language = _BOTH | {
    "where": (_CHOICE, "{1} if {0} else {2}"), "or": (_OR, "{} or {}"), "and": (_AND, "{} and {}"),
    "not": (_NOT, "not {}")}
JAVASCRIPT: Language = _BOTH | {
    "where": (_CHOICE, "{0} ? {1} : {2}"), "or": (_OR, "{} || {}"), "and": (_AND, "{} && {}"),
    "not": (_SIGN, "!{}"), "==": (_COMPARISON, "{} === {}"), "!=": (_COMPARISON, "{} !== {}"),
    **{name: (_ATOM, f"{name}({{}}, {{}})") for name in _QUOTIENTS.values()}}
# Where a choice must not branch: both values are worked out, and one of them is taken.
CALLS: Language = {"where": (_ATOM, "choice({}, {}, {})"), "or": (_ATOM, "either({}, {})"),
                   "and": (_ATOM, "both({}, {})")}
_LOGIC = ("and", "or", "not")


def expression(node: Node, name: Callable[[Ref], str], language: Language) -> str:
    """A formula in a language; `name` gives what a reference is called there. A number that is
    typed into the formula is written so that it is read back as it is."""
    return _bound(node, name, language)[1]


def _bound(node: Node, name: Callable[[Ref], str], language: Language) -> tuple[int, str]:
    """How strongly an expression binds, and the expression."""
    if node.op == "const":
        number = _number(node.args[0]).removesuffix(".0" if language is JAVASCRIPT else "")
        return _SIGN if number.startswith("-") else _ATOM, number
    if node.op == "ref":
        return _ATOM, name(node.args[0])
    op, args = _called(node) if language is JAVASCRIPT else (node.op, node.args)
    own, words = language[op]
    parts = []
    for place, arg in enumerate(args):
        if not arg.is_condition and (op in _LOGIC or (op, place) == ("where", 0)):
            # What is not 0 counts as true, also what is undefined.
            arg = Node("!=", (arg, Node("const", (0.0,))))
        binds, text = _bound(arg, name, language)
        # What is written from the left may go on without brackets on that side.
        loose = own != _ATOM and (binds < own or (
            binds == own and not (place == 0 and own in (_SUM, _PRODUCT))))
        parts.append(f"({text})" if loose else text)
    return own, words.format(*parts)


def _called(node: Node) -> tuple[str, tuple]:
    """The operation of a node and what it is of; of a quotient, the one that guards it."""
    if found := quotient(node):
        over, under, otherwise = found
        name = _QUOTIENTS.get((node.args[0].op, undefined_const(otherwise)))
        if name:
            return name, (over, under)
    return node.op, node.args


def _number(value: float) -> str:
    """A number as it is typed; both languages know `NaN` and `Infinity` by these names."""
    if value != value:
        return "NaN"
    return repr(value).replace("inf", "Infinity")
