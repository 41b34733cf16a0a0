"""What changes do to a plan, printed: the headline figures before and after."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from model.terminal import aligned

if TYPE_CHECKING:
    from model.params.assumptions import Assumptions


def print_effect(after: Assumptions) -> None:
    """Print the headline figures before and after."""
    from model import load, project
    from model.pages.frame import headlines
    from model.views.formats import format_value, unit_label

    before = headlines(project(load(after.company, after.scenario))).figures
    now = headlines(project(after))
    rows = [["", after.scenario, "with the changes"]]
    for (label, was, unit), (_, value, _) in zip(before, now.figures, strict=True):
        in_unit = "" if unit in ("month", "ratio") else f", {unit_label(unit)}"
        rows.append([f"{label}{in_unit}", *(format_value(figure, unit) for figure in (was, value))])
    print("", *(f"  {line}" for line in aligned(rows, 1)), sep="\n")
    for sentence in now.checks["failed"]:
        print(f"check failed: {sentence}", file=sys.stderr)
