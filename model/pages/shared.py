"""What several notebooks of a scenario work out, worked out once for all that a batch runs."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module

from model.pages.view import keep_view, open_view

# Cells of other notebooks that the investor report shows as well.
_REPORT = "investor_report"
_ALSO_THERE = {"breakeven": ("solve",), "sensitivity": ("tornado", "fan")}


def keep_plan(company: str, scenario: str) -> None:
    """Project a plan, for whatever notebook of this or of another scenario reads it."""
    view = keep_view(company, scenario)
    _ = view.projection, view.breakeven, view.checks


def keep_cells(company: str, scenario: str, notebooks: Collection[str]) -> None:
    """Work out what the notebooks of a kept plan have in common."""
    view = open_view(company, scenario)
    _ = view.base
    for name in _ALSO_THERE.keys() & notebooks if _REPORT in notebooks else ():
        page = import_module(f"model.pages.{name}")
        for cell in _ALSO_THERE[name]:
            getattr(page, cell)(view)


def draw_once(company: str) -> None:
    """Show a plan's head and a table, so that no notebook is the first to use the libraries."""
    from model.pages.frame import header

    view = open_view(company)
    header(view, "")._repr_mimebundle_()
    view.projection.annual._repr_html_()
