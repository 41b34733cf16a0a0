"""A scenario's workbook beside its pages: which there are to be, and their content."""

from __future__ import annotations

from model.companies import has_texts
from model.currency import UNIT, showing
from model.params import catalog
from model.reporting.jobs import Selection
from model.reporting.manifest import Manifest


def is_possible(company: str, scenario: str) -> bool:
    """Whether a workbook can be written of a subject."""
    return company == catalog.BUDGET or has_texts(company)


def content(company: str, scenario: str) -> bytes:
    """The workbook that shows a scenario; its selector chooses any other."""
    with showing(UNIT):  # until its own plan is loaded
        return _of_budget(scenario) if company == catalog.BUDGET else _of_company(company, scenario)


def _of_budget(scenario: str) -> bytes:
    from model.budget.steering import workbook as budgets
    from model.pages.budget.view import open_budget

    view = open_budget(scenario)
    return budgets.of_review(view.review, view.origin) if view.review else \
        budgets.content(view.plan)


def _of_company(company: str, scenario: str) -> bytes:
    from model.workbook.file import workbook
    from model.workbook.paths import load_plans

    return workbook(load_plans(company, scenario))


def leftovers(manifest: Manifest, selection: Selection) -> list[str]:
    """Workbooks of scenarios that are no longer there."""
    there = {f"{job.company}/{job.scenario}" for job in selection.every if job.scenario}
    return [key for key in manifest.workbooks if key not in there]
