"""All scenarios of a company opened for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from model.packs.pack import Pack, kept
from model.pages.view import View, open_view
from model.params import catalog

CHANGED = "with these changes"


@dataclass(frozen=True)
class Comparison:
    """All scenarios of a company, base first; `view` is the one that the page is opened with."""

    view: View

    @cached_property
    def views(self) -> dict[str, View]:
        company = self.view.company
        views = {name: open_view(company, name) for name in catalog.scenarios(company)}
        if self.view.changes:
            views[CHANGED] = self.view
        return views

    @cached_property
    def packs(self) -> tuple[list[Pack], list[str]]:
        """The packs of the company, the youngest first, and names of those that cannot be used."""
        return kept(self.view.company)

    @property
    def titles(self) -> list[str]:
        """Titles of the scenarios; where two are alike, each with the name of its file."""
        titles = [view.assumptions.scenario_title if name != CHANGED else CHANGED.capitalize()
                  for name, view in self.views.items()]
        return [title if titles.count(title) == 1 else f"{title} ({name})"
                for title, name in zip(titles, self.views, strict=True)]

    @property
    def alike(self) -> list[str]:
        """Titles of scenarios beside base that change nothing of it."""
        return [title for title, (name, view) in zip(self.titles, self.views.items(), strict=True)
                if name != "base" and view.is_base]

    @property
    def plans(self) -> dict[str, View]:
        """The scenarios that have a plan of their own, by title, base among them. One that changes
        nothing of base, such as base beside invented actuals, is no further plan."""
        return {title: view for title, view in zip(self.titles, self.views.values(), strict=True)
                if title not in self.alike}

    @property
    def no_plans(self) -> str:
        """Which scenarios are no plans of their own, and why they are there."""
        return "".join(f" {title} has the plan of base, so it is neither counted nor shown. "
                       f"{view.assumptions.scenario_why}" for title, view in
                       zip(self.titles, self.views.values(), strict=True) if title in self.alike)


def open_comparison(company: str, scenario: str = "base",
                    changes: Mapping[str, object] | None = None) -> Comparison:
    """Open every scenario of a company; with changes, also the given scenario with them.

    Raises InputError with every problem.
    """
    return Comparison(open_view(company, scenario, changes))
