"""What the README says is true: its figures, its example, its scenario, its commands."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from model import load, project
from model.analysis.breakeven import breakeven
from model.views.formats import MONTH_NAMES
from tests.test_worked_example import MENTORSHIP_MONTHS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONG_NAMES = dict(zip(MONTH_NAMES, (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December"), strict=True))


def long_month(month: str) -> str:
    return f"{LONG_NAMES[MONTH_NAMES[int(month[5:]) - 1]]} {month[:4]}"


@pytest.mark.parametrize(("company", "years"), [("mentorship", (2028,)),
                                                ("influencer", (2026, 2030))])
def test_the_table_of_companies_holds_what_the_model_gives(company, years):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{company}`"))
    projection = project(load(company))
    found = breakeven(projection)
    assert f"| {long_month(found.first)} | {long_month(found.earned_back)} |" in row
    assert f"USD {found.trough_cash / 1e3:.0f}k in {long_month(found.trough_month)}" in row
    for year in years:
        ebitda = projection.by_year("ebitda")[0, projection.years.index(year)]
        said = f"{ebitda / 1e3:.0f}k" if ebitda < 1e6 else f"{ebitda / 1e6:.1f}m"
        assert f"{said} in {year}" in row


def test_the_worked_example_is_the_tested_one():
    rows = {"commission:": "commission", "revenue": "revenue", "contribution,": "contribution",
            "EBITDA": "ebitda"}
    for start, line in rows.items():
        row = next(text for text in README.splitlines() if text.startswith(f"| {start}"))
        numbers = [float(cell.strip().replace(",", "").replace("−", "-"))
                   for cell in row.strip("|").split("|")[1:]]
        assert numbers == pytest.approx(MENTORSHIP_MONTHS[line], abs=0.005)


def test_the_scenario_to_add_is_one_that_loads(tmp_path, monkeypatch):
    text = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1]
    shutil.copytree(ROOT / "params", tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    lines = [line[3:] for line in text.splitlines()]
    target = tmp_path / "params" / "mentorship" / "scenarios" / "slow_start.yaml"
    target.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    slow = load("mentorship", "slow_start")
    assert slow.scenario_title == yaml.safe_load(target.read_text())["title"]
    assert "mentees.match_rate" in slow.changed and "mentees.cac" in slow.changed


def test_the_formulas_shown_are_those_of_the_month():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    month = (ROOT / "model" / "companies" / "mentorship.py").read_text(encoding="utf-8")
    for line in code.strip().splitlines():
        assert line.strip() in month, line


def test_commands_and_paths_exist():
    for command in re.findall(r"-m model (\w+)", README):
        assert command in ("budget", "check", "explain", "project", "run", "list", "workbook",
                           "read")
    for path in re.findall(r"`((?:params|model|tests|notebooks)/[\w/.]*)`", README):
        # These two the reader makes.
        assert (ROOT / path).exists() or "slow_start" in path or path.endswith("events.csv"), path
