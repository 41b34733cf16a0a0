"""An auditor of spreadsheets finds nothing grave in the workbooks that is not explained here."""

import json
import re
import subprocess
import sys

import pytest
from workbooks import of_months, written

from model.companies import COMPANIES
from model.workbook.cells import NAME, letters

CONFIG = {"limits": {"max_reported_findings": 10_000, "max_formulas": 1_000_000,
                     "timeout_seconds": 0}, "recalc": {"enabled": False}}


def audited(path, folder):
    """What the auditor finds, all of it."""
    config, out = folder / "config.json", folder / "found.json"
    config.write_text(json.dumps(CONFIG))
    done = subprocess.run(
        [sys.executable, "-m", "spreadsheet_auditor", str(path), "--config", str(config), "--json",
         str(out), "--fail-on", "None", "--quiet"], capture_output=True, text=True, check=False)
    assert out.is_file(), done.stderr
    found = json.loads(out.read_text())
    assert found["coverage"]["complete"], found["coverage"]
    return found["findings"]


def explained(finding, found):
    """Why a finding is none."""
    sheet = found.sheet(finding["sheet"])
    axis, rule = found.axis, finding["rule_id"]
    places = [place(address) for address in finding["members"]]
    columns = {col for _, col in places}
    years = len(axis.calendar.years)
    delay = NAME + 2 + years
    if rule == "RANGE_EXCLUSION":
        # Whether values by year are allowed says nothing of the delay beside them: months, which
        # the same formula tests by themselves.
        beside = re.search(rf"stops short of [\w ']+!{letters(delay)}\d+ ", finding["evidence"][0])
        tests = {"Assumptions": found.inputs.row_in_use + 5, "Scenarios": delay + 1}
        return bool(beside) and columns == {tests.get(sheet.title)}
    if rule == "RANGE_LENGTH_MISMATCH" and sheet.title == "Checks":
        # Below each other stand totals of different things, of which each has its own number.
        return True
    if all(at in sheet.inputs for at in places):
        # Of years, each row types its own: those between them follow, and are typed elsewhere.
        return True
    if sheet.title == "Assumptions" and columns <= set(found.inputs.used):
        # What some scenario changes is looked up in its rows; all else is base.
        return True
    # Before the first month stands the opening, or whether a row of dated amounts is allowed.
    return sheet.axis is not None and columns == {axis.opening}


def place(address):
    """A cell's row and column, counted from 0."""
    _, name, row = re.fullmatch(r"(.*!)?([A-Z]+)(\d+)", address).groups()
    return int(row) - 1, next(at for at in range(1000) if letters(at) == name)


@pytest.mark.long
@pytest.mark.parametrize("company", COMPANIES)
def test_the_auditor_finds_nothing_grave_that_is_not_explained(folder, tmp_path, company):
    """Over two years: a row has one formula in every month, as test_workbook.py holds."""
    of_months(folder, company, 24)
    found, data = written(company)
    assert len(found.axis.months) == 24 and len(found.plans.scenarios) > 1
    path = tmp_path / "model.xlsx"
    path.write_bytes(data)
    findings = audited(path, tmp_path)
    grave = [finding for finding in findings if finding["severity"] in ("Critical", "High")]
    assert grave  # the explanations below are about what there is
    assert [(finding["rule_id"], finding["location"], finding["evidence"]) for finding in grave
            if not explained(finding, found)] == []
    assert not [finding for finding in findings if finding["rule_id"] == "LITERAL_CONSTANT"]
