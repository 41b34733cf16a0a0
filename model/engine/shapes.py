"""Shapes that formulas often have: signed terms, sums over segments, quotients, and divisors that
are never 0."""

from __future__ import annotations

import math

from model.engine.nodes import Node, Ref


def alike(one: Node, other: Node) -> bool:
    if one.op != other.op or len(one.args) != len(other.args):
        return False
    if one.op in ("const", "ref"):
        return one.args == other.args
    return all(alike(a, b) for a, b in zip(one.args, other.args, strict=True))


def is_number(node: Node, number: float) -> bool:
    """Whether it is a number that is typed into a formula."""
    return node.op == "const" and node.args[0] == number


def undefined_const(node: Node) -> bool:
    """Whether it is UNDEFINED, as typed into a formula."""
    return node.op == "const" and math.isnan(node.args[0])


def is_guard(node: Node) -> bool:
    """Whether it is np.where(x > 0, x, 1): a divisor that is never 0."""
    if node.op != "where":
        return False
    condition, value, otherwise = node.args
    return (condition.op == ">" and is_number(condition.args[1], 0) and is_number(otherwise, 1)
            and alike(condition.args[0], value))


def quotient(node: Node) -> tuple[Node, Node, Node] | None:
    """The dividend and the divisor of ratio(), part() or share_of(), and what they give where there
    is nothing to divide by; None for other formulas."""
    if node.op != "where":
        return None
    condition, value, otherwise = node.args
    if (condition.op not in ("!=", ">") or not is_number(condition.args[1], 0) or value.op != "/"
            or not alike(condition.args[0], value.args[1])
            or not (undefined_const(otherwise) or is_number(otherwise, 0))):
        return None
    return *value.args, otherwise


def unset_divisors(node: Node) -> list[Ref]:
    """The line of this month that a formula divides by with a guard, if it is such a quotient."""
    if node.op != "/" or not is_guard(node.args[1]):
        return []
    divisor = node.args[1].args[1]
    return [divisor.args[0]] if divisor.op == "ref" and not divisor.args[0].ago else []


def terms(node: Node) -> list[tuple[int, Node]]:
    """What a formula adds (1) and subtracts (-1), in the order of writing."""
    if node.op in ("+", "-"):
        left, right = node.args
        sign = 1 if node.op == "+" else -1
        return terms(left) + [(sign * inner, term) for inner, term in terms(right)]
    if node.op == "neg":
        return [(-sign, term) for sign, term in terms(node.args[0])]
    return [(1, node)]


def segments_in_sum(node: Node) -> tuple[Ref, ...]:
    """The segments of one line that a formula adds up; empty for other formulas."""
    if node.op != "+":
        return ()
    refs = [term.args[0] for sign, term in terms(node) if sign > 0 and term.op == "ref"]
    lines = {(ref.kind, ref.name.partition(".")[0], ref.ago) for ref in refs}
    whole = (len(refs) == len(terms(node)) and len(lines) == 1
             and all(ref.kind == "line" and "." in ref.name for ref in refs))
    return tuple(refs) if whole else ()
