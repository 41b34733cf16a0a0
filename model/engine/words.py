"""The reading of a formula as words: `Marketing budget for mentees / Months per year`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model.companies.glossary import glossary
from model.engine.nodes import COMPARISONS, Node, Ref
from model.engine.shapes import is_guard, is_number, quotient, segments_in_sum, undefined_const
from model.engine.texts import term_of
from model.engine.timeline import TIMELINES
from model.params.assumptions import Assumptions

_SIGNS = {"+": "+", "-": "\u2212", "*": "×", "/": "/"}
_VERBS = {">": "is above", ">=": "is at least", "<": "is below", "<=": "is at most", "==": "is",
          "!=": "is not", "and": "and", "or": "or"}
# How tightly an operation binds: what binds less stands in brackets inside what binds more.
_BINDS = {"where": 0, "or": 1, "and": 2, "not": 3, **dict.fromkeys(COMPARISONS, 4),
          "min": 4, "max": 4, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "const": 9, "ref": 9}
_WHOLE = 9
# A sum over more segments than these names the first and the last.
_MOST = 4


@dataclass(frozen=True)
class Naming:
    """How a formula names references, and which are flags: `a flag > 0` is written as its name."""

    name: Callable[[Ref], str]
    is_flag: Callable[[Ref], bool] = lambda ref: False
    segment: Callable[[str], str] = lambda name: name.replace("_", " ").capitalize()


def labels(assumptions: Assumptions, kind: str = "line") -> Naming:
    """The naming by labels, for formulas of one kind of text."""
    entries, company = assumptions.entries, assumptions.company
    terms = glossary(company)

    def label(ref: Ref) -> str:
        if ref.kind == "assumption":
            return entries[ref.name].label
        if ref.kind == "timeline":
            return TIMELINES[ref.name].label
        name = term_of(terms, company, ref.name, ref.kind).label
        if kind == "kpi":
            name += _WHOSE.get(ref.kind, "").format(people=terms.people)
        if segment := ref.name.partition(".")[2]:
            name += f", {terms.segment(segment)}"
        if ref.kind == "opening":
            return f"{name}, at the start"
        if ref.kind == "life":
            return f"{name}, a month before" if ref.ago else name
        return _then(name, ref.ago)

    def is_flag(ref: Ref) -> bool:
        if ref.kind in ("assumption", "timeline"):
            return ref.kind == "assumption" and entries[ref.name].unit == "flag"
        return term_of(terms, company, ref.name, ref.kind).unit == "flag"

    return Naming(label, is_flag, terms.segment)


# What stands behind the label of a line of another text, in a formula of a KPI.
_WHOSE = {"customer": " of the year's new {people}", "life": " at the end of the life",
          "plan": " in the last month of the plan"}
# What stands before the name of a line of a text beside the month.
_OF = {"kpi": "KPI ", "customer": "customer's ", "life": "life's ", "plan": "plan's last ",
       "check": "check ", "opening": "opening "}


def code_name(ref: Ref) -> str:
    """The name of a reference as in formulas and in params."""
    name = f"{_OF.get(ref.kind, '')}{ref.name}"
    return _then(f"timeline.{name}" if ref.kind == "timeline" else name, ref.ago)


def _then(name: str, ago: int) -> str:
    if ago < 2:
        return f"last month's {name}" if ago else name
    return f"{name} {ago} months before"


NAMES = Naming(code_name)


def in_words(node: Node, naming: Naming) -> str:
    """A formula in words: operations keep their signs, conditions and choices become words."""
    if node.op == "const":
        return "undefined" if undefined_const(node) else f"{node.args[0]:g}"
    if node.op == "ref":
        return naming.name(node.args[0])
    if node.op == "where":
        return _choice(node, naming)
    if node.op == "not":
        return f"not {_inner(node.args[0], _WHOLE, naming)}"
    if node.op == "neg":
        return f"\u2212{_inner(node.args[0], _BINDS['neg'], naming)}"
    if node.op in ("min", "max"):
        which = "lesser" if node.op == "min" else "greater"
        left, right = (_inner(arg, _WHOLE, naming) for arg in node.args)
        return f"the {which} of {left} and {right}"
    if segments := segments_in_sum(node):
        return _sum(segments, naming)
    left, right = node.args
    if node.op in (">", "==") and is_number(right, 0) and left.op == "ref" \
            and naming.is_flag(left.args[0]):
        return in_words(left, naming) if node.op == ">" else f"not {in_words(left, naming)}"
    binds = _BINDS[node.op]
    sign = _SIGNS.get(node.op) or _VERBS[node.op]
    # What is subtracted or divided by stands in brackets even where it binds as tightly.
    after = binds + (node.op in ("-", "/"))
    return f"{_inner(left, binds, naming)} {sign} {_inner(right, after, naming)}"


def _inner(node: Node, binds: int, naming: Naming) -> str:
    """A part of a formula, in brackets if it binds less than `binds`."""
    own = _WHOLE if is_guard(node) else _BINDS["not"] if segments_in_sum(node) else _BINDS[node.op]
    text = in_words(node, naming)
    return f"({text})" if own < binds else text


def _choice(node: Node, naming: Naming) -> str:
    condition, value, otherwise = node.args
    if is_guard(node):
        return f"({_inner(value, _WHOLE, naming)}, or 1 where that is not above 0)"
    if quotient(node):
        divisor, below = condition.args[0], "is not above 0" if condition.op == ">" else "is 0"
        return (f"{in_words(value, naming)}, {in_words(otherwise, naming)} where "
                f"{in_words(divisor, naming)} {below}")
    test = in_words(condition, naming)
    if not condition.is_condition:
        test += " is not 0"
    return f"{_inner(value, 1, naming)} if {test}, otherwise {in_words(otherwise, naming)}"


def _sum(segments: Sequence[Ref], naming: Naming) -> str:
    whole = Ref("line", segments[0].name.partition(".")[0], segments[0].ago)
    parts = [naming.segment(ref.name.partition(".")[2]) for ref in segments]
    if len(parts) > _MOST:
        over = f"{len(parts)} parts, {parts[0]} to {parts[-1]}"
    else:
        over = f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"the sum of {naming.name(whole)} over {over}"
