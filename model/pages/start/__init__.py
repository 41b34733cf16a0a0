"""Where one begins at the screen: a company, a scenario, and the grid in which it is edited."""

from __future__ import annotations

from model import load
from model.pages.assumptions.editor import Editor
from model.pages.view import open_view
from model.params import catalog
from model.problems import InputError
from model.views.controls import Choice, Desk


def desk() -> object:
    """Drop-downs for company and scenario above the grid of what they assume, with the figures and
    the cash that follow, and the buttons that save it and make its pages."""
    def edit(company: str, scenario: str) -> object:
        return Editor(open_view(company, scenario, {}),
                      on_save=lambda name: chosen.look_again()).show()

    companies = {_title(company, "base"): company for company in catalog.companies()}
    chosen = Desk(Choice("Company", companies), "Scenario", _scenarios, edit)
    return chosen.show()


def _scenarios(company: str) -> dict[str, str]:
    """The scenarios of a company by what readers call them, base first."""
    return {_scenario_title(company, name): name for name in catalog.scenarios(company)}


def _title(company: str, scenario: str) -> str:
    try:
        return load(company, scenario).title
    except InputError:  # choosing it says why
        return company


def _scenario_title(company: str, scenario: str) -> str:
    try:
        return load(company, scenario).scenario_title
    except InputError:
        return scenario
