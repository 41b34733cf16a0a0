"""Traced formulas, computed over all months at once: a reading beside the loop over months."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from model.engine.nodes import OPERATORS, Node, Ref
from model.engine.projection import Projection
from model.engine.timeline import timeline
from model.engine.trace import Trace, trace

_UFUNCS = {sign: ufunc for ufunc, sign in OPERATORS.items()}


def value(node: Node, of) -> np.ndarray:
    """What a node gives, when `of` says what a reference is."""
    if node.op == "const":
        return np.array(node.args[0])
    if node.op == "ref":
        return of(node.args[0])
    args = [value(arg, of) for arg in node.args]
    return np.where(*args) if node.op == "where" else _UFUNCS[node.op](*args)


def planted(company: ModuleType, text: str, formula: Callable) -> ModuleType:
    """A company of which one text beside the month writes one formula more, or another one:
    `formula` gives lines and nodes from what the text is given."""
    written = getattr(company, text)

    def plant(*given):
        written(*given)
        now = given[1 if text in ("customer", "kpis") else -1]
        for line, node in formula(*given).items():
            now._formulas.pop(line, None)
            setattr(now, line, node)
    module = ModuleType("planted")
    vars(module).update(vars(company) | {text: plant})
    return module


def differing(projection: Projection, found: Trace | None = None) -> list[str]:
    """Lines that are not their one formula in every month and scenario, to the last bit."""
    months = len(projection.months)
    assumptions = projection.assumptions
    given = {path: assumptions.monthly(path).T for path in assumptions.series}
    times = {name: np.broadcast_to(values, (months,))[None, :]
             for name, values in timeline(assumptions.calendar).items()}

    def of(ref: Ref):
        if ref.kind == "line":
            return earlier(projection, ref.name, ref.ago)
        return (given if ref.kind == "assumption" else times)[ref.name]
    return [line for line, formula in (found or trace(assumptions)).formulas.items()
            if not np.array_equal(np.broadcast_to(value(formula.node, of),
                                                  projection[line].shape), projection[line])]


def earlier(projection: Projection, line: str, ago: int) -> np.ndarray:
    """A line of some months before; before the first month it is its opening, or 0."""
    opening = np.broadcast_to(projection.openings.get(line, np.zeros(1)),
                              (projection.scenarios,))[:, None]
    values = projection[line]
    return np.concatenate([np.repeat(opening, ago, axis=1), values], axis=1)[:, :values.shape[1]]
