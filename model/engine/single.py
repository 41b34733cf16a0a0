"""The reading of a month for one scenario: the same formulas as plain Python over floats.

NumPy takes about as long for one number as for a hundred, so one scenario by itself is projected
by a function that is written from the trace. Every operation of the vocabulary is rounded by IEEE
754 alike, so its lines have the same bits.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType

import numpy as np

from model.engine.close import month_of
from model.engine.expressions import PYTHON, expression
from model.engine.nodes import NotAFormula, Ref
from model.engine.opening import opening_values
from model.engine.timeline import timeline
from model.engine.trace import month_trace
from model.params.assumptions import Assumptions


@dataclass(frozen=True)
class Single:
    """A company's month for one scenario. `run(inputs, openings)` takes a tuple of the `inputs` a
    month and the opening of each line, and gives a tuple of the `lines` a month."""

    lines: tuple[str, ...]
    inputs: tuple[Ref, ...]
    source: str = field(repr=False)
    run: Callable = field(repr=False)


def block(company: ModuleType,
          assumptions: Assumptions) -> tuple[tuple[str, ...], np.ndarray] | None:
    """Every line of one scenario of a company, with their names, (month, line, 1). None where the
    formulas divide by 0, which NumPy answers with an infinity, or are not of the vocabulary."""
    series, calendar = assumptions.series, assumptions.calendar
    try:
        single = single_of(month_of(company, assumptions), company.opening, tuple(series),
                           calendar.years_begun)
    except NotAFormula:
        return None
    times, repeats = timeline(calendar), {"year": calendar.lengths(), "month": 1}
    columns = []
    for ref in single.inputs:
        if ref.kind == "timeline":
            values, grain = times[ref.name], "month" if len(times[ref.name]) > 1 else "constant"
        else:
            values, grain = series[ref.name].values[:, 0], series[ref.name].grain
        columns.append([float(values[0])] * calendar.months if grain == "constant" else
                       np.repeat(values, repeats[grain]).tolist())
    opening = opening_values(company, assumptions)
    try:
        rows = single.run(zip(*columns, strict=True),
                          [float(opening[line][0]) if line in opening else 0.0
                           for line in single.lines])
    except ZeroDivisionError:
        return None
    # NumPy would look at each number twice to find out what it is.
    row = struct.Struct(f"{len(single.lines)}d")
    numbers = np.frombuffer(bytearray().join(row.pack(*values) for values in rows))
    return single.lines, numbers.reshape(calendar.months, len(single.lines), 1)


@lru_cache(maxsize=16)
def single_of(month: Callable, opening: Callable, paths: tuple[str, ...], years: int) -> Single:
    """The function of a month, written and compiled once. Raises NotAFormula as the trace does."""
    formulas = month_trace(month, opening, paths, years).formulas
    lines = {line: number for number, line in enumerate(formulas)}
    refs = dict.fromkeys(ref for formula in formulas.values() for ref in formula.reads)
    inputs = tuple(ref for ref in refs if ref.kind != "line")
    names = {ref: f"a{number}" for number, ref in enumerate(inputs)}
    for ref in refs:
        if ref.kind == "line":
            at = lines[ref.name]
            names[ref] = {0: f"v{at}", 1: f"p{at}"}.get(
                ref.ago, f"(rows[n - {ref.ago}][{at}] if n >= {ref.ago} else openings[{at}])")
    last = sorted({lines[ref.name] for ref in refs if ref.kind == "line" and ref.ago == 1})
    body = [f"v{lines[line]} = {expression(formula.node, names.__getitem__, PYTHON)}"
            for line, formula in formulas.items()]
    body.append(f"rows.append(({', '.join(f'v{at}' for at in lines.values())},))")
    body += [f"p{at} = v{at}" for at in last]
    source = "\n".join([
        "def run(inputs, openings):", "    rows = []",
        *(f"    p{at} = openings[{at}]" for at in last),
        f"    for n, ({', '.join(names[ref] for ref in inputs)},) in enumerate(inputs):",
        *(f"        {statement}" for statement in body), "    return rows"])
    space = {"least": _least, "most": _most, "NaN": math.nan, "Infinity": math.inf}
    exec(compile(source, f"<{month.__module__}.month for one scenario>", "exec"), space)
    return Single(tuple(lines), inputs, source, space["run"])


def _least(a: float, b: float) -> float:
    """As np.minimum: undefined if either is."""
    return a if a < b or a != a else b


def _most(a: float, b: float) -> float:
    """As np.maximum: undefined if either is."""
    return a if a > b or a != a else b
