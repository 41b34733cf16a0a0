"""A scenario's workbook beside its pages: which there are to be, and their content."""

from __future__ import annotations

from model.companies import COMPANIES
from model.reporting.jobs import Selection
from model.reporting.manifest import Manifest


def wanted(company: str, scenario: str) -> bool:
    """Whether there is a month from which a workbook can be written."""
    return company in COMPANIES


def content(company: str, scenario: str) -> bytes:
    """The workbook that shows a scenario; its selector chooses any other."""
    from model.workbook.commands import made

    return made(company, scenario)


def gone(manifest: Manifest, selection: Selection) -> list[str]:
    """Workbooks of scenarios that are no longer there."""
    there = {f"{job.company}/{job.scenario}" for job in selection.every if job.scenario}
    return [key for key in manifest.workbooks if key not in there]
