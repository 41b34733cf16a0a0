"""A projection of lines that are written by hand."""

from __future__ import annotations

import numpy as np

from model import load, project
from model.engine.projection import Projection


def plan(company: str = "influencer", changes: dict | None = None, **lines) -> Projection:
    """A company's plan with these lines alone, and `changes` to its assumptions; `a__b` is the
    line a.b. A single number holds in every month; a list is followed by zeros. What is not given
    is NaN, so that a figure which reads it shows."""
    base = project(load(company, changes=changes))
    block = np.full_like(base.block, np.nan)
    for name, values in lines.items():
        whole = np.zeros(len(base.months))
        whole[:np.size(values) if np.ndim(values) else None] = values
        block[:, base.lines.index(name.replace("__", ".")), 0] = whole
    return Projection(base.assumptions, base.lines, block)
