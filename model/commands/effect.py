"""What changes do to a plan, printed: the headline figures before and after."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from model.terminal import aligned

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions


def print_effect(after: Assumptions, was: Assumptions | None = None) -> None:
    """Print the headline figures before and after; `was` is a plan of an earlier day, and stands
    before both."""
    from model import load

    before = load(after.company, after.scenario)
    plans = {} if was is None else {"when written": was}
    plans["now" if was else after.scenario] = before
    if was is None or before.differing(after):
        plans["with the changes"] = after
    print_headlines(plans)


def print_headlines(plans: Mapping[str, Assumptions]) -> None:
    """Print the headline figures of plans of one company side by side, by the names of columns,
    and the error checks that the last one fails."""
    from model import project
    from model.pages.frame import headlines
    from model.views.formats import format_value, unit_label

    found = [headlines(project(plan)) for plan in plans.values()]
    rows = [["", *plans]]
    for figures in zip(*(each.figures for each in found), strict=True):
        label, _, unit = figures[0]
        in_unit = "" if unit in ("month", "ratio") else f", {unit_label(unit)}"
        rows.append([f"{label}{in_unit}", *(format_value(value, unit) for _, value, _ in figures)])
    print("", *(f"  {line}" for line in aligned(rows, 1)), sep="\n")
    for sentence in found[-1].checks["failed"]:
        print(f"check failed: {sentence}", file=sys.stderr)
