"""Ranges by kind of source: how wide they are where a figure is published, and where none is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model.analysis.register import register
from model.analysis.uncertainty import sampling
from model.pages.view import View, cell
from model.params.values import EVIDENCE, SOURCE_KINDS

_ESTIMATE = "estimate"


@cell
def kinds(view: View) -> dict[str, tuple[str, ...]]:
    """The uncertain assumptions by kind of source, in the order of their weight as evidence."""
    paths = set(sampling.uncertain(view.assumptions))
    rows = [row for row in register(view.assumptions) if row.path in paths]
    every = dict.fromkeys((*EVIDENCE, *SOURCE_KINDS, *(row.kind for row in rows)))
    found = {kind: tuple(row.path for row in rows if row.kind == kind) for kind in every}
    return {kind: members for kind, members in found.items() if members}


def typical(view: View, paths: Sequence[str]) -> str:
    """`−20% to +25%`: the middle of the low and of the high ends, as shares of the plan's own."""
    ends = _ends(view, paths)
    if not len(ends):
        return "–"
    low, high = (f"{100 * end:+.0f}%".replace("-", "−") for end in np.median(ends, axis=0))
    return f"{low} to {high}"


def sentence(view: View) -> str:
    """How much wider the range of an estimate is than that of a published figure."""
    given = [path for kind, paths in kinds(view).items() if kind in EVIDENCE for path in paths]
    ours = kinds(view).get(_ESTIMATE, ())
    widths = [np.median(np.diff(_ends(view, paths), axis=1)) if len(_ends(view, paths)) else 0.0
              for paths in (ours, given)]
    if not all(widths):
        return ""
    return (f" The range of an estimate, typically {typical(view, ours)} around the plan, is "
            f"{widths[0] / widths[1]:.1f} times as wide as that of a published figure, typically "
            f"{typical(view, given)}.")


def _ends(view: View, paths: Sequence[str]) -> np.ndarray:
    """By how much the ends of each range differ from the plan, (path, end), where that is not 0."""
    found = []
    for path in paths:
        low, high = sampling.ends(view.assumptions, path)
        now = view.assumptions.series[path].values[:, 0]
        there = now > 0
        if there.any():
            found.append([np.median(end[there] / now[there]) - 1 for end in (low, high)])
    return np.array(found).reshape(-1, 2)
