"""One scenario opened for reading: its assumptions, its projection, and what both are held to.

A parameter that the notebook does not have is refused: the page would be that of another plan.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from types import ModuleType
from typing import Any

import numpy as np

from model.analysis.breakeven import Breakeven, breakeven
from model.analysis.uncertainty import sampling
from model.audit.checks import Checks, check
from model.companies import company_module
from model.companies.glossary import Glossary, glossary
from model.companies.profiles import USUAL_LTV_TO_CAC, Profile, profile
from model.currency import show
from model.engine.numbers import project
from model.engine.projection import Projection
from model.params.assumptions import Assumptions, load
from model.params.calendar import Year
from model.params.entry import Entry
from model.problems import Problem, fail_if, nearest
from model.views.blocks import Note

# How papermill begins the cell that it adds behind the one of the parameters.
_PAPERMILL = "# Parameters\n"
_ASSIGNMENT = re.compile(r"^([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def check_names() -> None:
    """Raise InputError for every parameter that was given and is none of the notebook's; outside
    a notebook there are none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    fail_if(unknown(shell.user_ns.get("In", [])) if shell else [])


def unknown(cells: list[str]) -> list[Problem]:
    """What to say of the cells that ran so far."""
    places = [place for place, cell in enumerate(cells) if cell.startswith(_PAPERMILL)]
    if not places:
        return []
    # In JupyterLab a cell that was mended runs again, so the last one counts.
    names = {name for cell in cells[:places[-1]] if not cell.startswith(_PAPERMILL)
             for name in _ASSIGNMENT.findall(cell)}
    return [Problem("parameters", f"{name!r} is not a parameter of this notebook; "
                                  f"{nearest(name, sorted(names))}")
            for name in _ASSIGNMENT.findall(cells[places[-1]]) if name not in names]

# Levers of a company that names none.
_LEVERS = 4


@dataclass(frozen=True)
class View:
    """A scenario, projected. Everything is computed when first asked for."""

    assumptions: Assumptions
    changes: Mapping[str, object]
    _cells: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def company(self) -> str:
        return self.assumptions.company

    @property
    def is_base(self) -> bool:
        return not self.assumptions.changed

    @property
    def projection(self) -> Projection:
        """Who reads it shows currency and form of numbers of this plan from then on: another plan
        may have been loaded since, as in a batch of several companies."""
        show(self.assumptions.currency, self.assumptions.numerals)
        return self._projection

    @cached_property
    def _projection(self) -> Projection:
        return project(self.assumptions)

    @cached_property
    def base(self) -> Projection:
        return project(self.assumptions.base())

    @cached_property
    def breakeven(self) -> Breakeven:
        return breakeven(self.projection)

    @cached_property
    def checks(self) -> Checks:
        return check(self.projection)

    @property
    def glossary(self) -> Glossary:
        return glossary(self.company)

    @property
    def module(self) -> ModuleType:
        """The company's texts, and what it declares of itself."""
        return company_module(self.company)

    @property
    def profile(self) -> Profile:
        return profile(self.company)

    @property
    def years(self) -> tuple[Year, ...]:
        return self.projection.years

    @property
    def first_year(self) -> Year:
        """The first year that can be judged."""
        return self.projection.calendar.judged_years[0]

    @property
    def first(self) -> int:
        """The place of that year among all."""
        return self.years.index(self.first_year)

    def year(self, number: int | None) -> Year:
        """A year by its number, the first that can be judged by default."""
        return self.years[self.years.index(number)] if number else self.first_year

    @property
    def months(self) -> tuple[str, ...]:
        return self.projection.months

    @property
    def entries(self) -> Mapping[str, Entry]:
        return self.assumptions.entries

    @property
    def buys(self) -> bool:
        """Whether those who pay first are won by marketing, and so have a CAC."""
        return self.module.SIDES[0].marketing is not None

    @property
    def levers(self) -> tuple[str, ...]:
        """The paths that controls move: those of the profile, or the first levels of the plan that
        have a range."""
        return self.profile.levers or tuple(
            path for path in sampling.uncertain(self.assumptions)
            if self.entries[path].form != "month")[:_LEVERS]

    @property
    def pair(self) -> tuple[str, str]:
        """The two paths of the grid: those of the profile, or the first levers."""
        return self.profile.grid or self.levers[:2]

    @property
    def solvable(self) -> tuple[str, ...]:
        """The paths to solve for: those of the profile, or the levers."""
        return self.profile.solve or self.levers

    @property
    def ltv_goal(self) -> float:
        """The LTV:CAC that the company is held to in its first year."""
        goal = self.profile.kpis.get("ltv_to_cac")
        target = goal and goal.target_in(self.first_year)
        return USUAL_LTV_TO_CAC if target is None else target

    @property
    def chief_outcome(self) -> str:
        """The outcome that is shown first: EBITDA of the third year, when plans have settled."""
        return f"ebitda_{int(self.settled_year)}"

    @property
    def settled_year(self) -> Year:
        """The third year that can be judged, or the last."""
        years = self.projection.calendar.judged_years
        return years[min(2, len(years) - 1)]

    def year_at(self, place: int) -> Year:
        """The year of a month by its place."""
        return self.years[self.projection.calendar.years_of()[place]]

    def value(self, path: str) -> float:
        """The first value of an assumption."""
        return float(self.assumptions.series[path].values[0, 0])

    def by_year(self, line: str) -> np.ndarray:
        return self.projection.by_year(line)[0]

    def moved(self, assumptions: Assumptions, changes: Mapping[str, object]) -> View:
        """A view of the same scenario with other changes; base is not projected again."""
        view = View(assumptions, dict(changes))
        view.__dict__["base"] = self.base
        return view

    def label(self, path: str) -> str:
        return self.entries[path].label

    def line(self, name: str) -> str:
        return self.glossary.label(name)


def cell(draw: Callable) -> Callable:
    """A page's function that draws once for a view: controls begin with the block above them."""
    @wraps(draw)
    def once(view: View, *args, **options):
        if args or options:
            return draw(view, *args, **options)
        name = f"{draw.__module__}.{draw.__name__}"
        if name not in view._cells:
            view._cells[name] = draw(view)
        return view._cells[name]

    return once


def needs_cac(draw: Callable) -> Callable:
    """A page's function that has something to say only where winning people costs money."""
    @wraps(draw)
    def of(view: View, *args, **options):
        if view.buys:
            return draw(view, *args, **options)
        return Note(f"Winning {view.glossary.people} costs nothing in this plan, so there is no "
                    "CAC to hold what they bring against.")

    return of


# Views that a batch opened before it forked the notebooks that read them.
_kept: dict[tuple[str, str], View] = {}


def keep_view(company: str, scenario: str) -> View:
    """Open a scenario for all notebooks that run in copies of this process. Raises InputError."""
    view = View(load(company, scenario), {})
    _kept[company, scenario] = view
    return view


def open_view(company: str, scenario: str = "base",
              changes: Mapping[str, object] | None = None) -> View:
    """Open a scenario with further changes laid over it: {path: value}, as in a scenario file.

    Raises InputError with every problem.
    """
    check_names()
    if not changes and (company, scenario) in _kept:
        view = _kept[company, scenario]
        show(view.assumptions.currency, view.assumptions.numerals)
        return view
    return View(load(company, scenario, changes), dict(changes or {}))
