"""What each assumption alone does to an outcome, made once for all cells of a page."""

from __future__ import annotations

from model.analysis.uncertainty.sensitivity import Outcome, Swing, outcomes, tornado
from model.pages.view import View, cell


def outcome_of(view: View, name: str | None) -> Outcome:
    """An outcome by name; by default EBITDA of the third year, when plans have settled."""
    return outcomes(view.years)[name or view.chief_outcome]


@cell
def swings(view: View, outcome: str | None = None) -> tuple[float, list[Swing]]:
    """The outcome as planned and over each assumption's range, widest first."""
    return tornado(view.assumptions, outcome_of(view, outcome))
