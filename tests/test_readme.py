"""What the README says is true: its example, its scenario, its commands. What it says of the plans
is held in plan/test_readme_figures.py."""

import itertools
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from test_worked_example import MENTORSHIP_MONTHS

from model import folders, load

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
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
    shutil.copytree(folders.params(), tmp_path / "params")
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


# The README of the tests.

TESTS = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")


def test_each_file_of_tests_stands_in_one_row_of_their_readme_and_each_row_names_some():
    rows = [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in TESTS.splitlines()
            if line.startswith("| ") and "`" in line.split("|")[1]]
    names = [path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py")]
    for name in names:
        found = [row for row in rows if any(fnmatch(name, pattern) for pattern in row)]
        assert len(found) == 1, (name, found)
    for pattern in itertools.chain(*rows):
        assert (pattern == "plan/" or any(fnmatch(name, pattern) for name in names)), pattern
    assert len(TESTS.splitlines()) <= 40


def test_what_the_readme_of_the_tests_speaks_of_is_there():
    for name in re.findall(r"`(\w+(?:\.py|/))`", TESTS):
        assert (ROOT / "tests" / name).exists() or (ROOT / name).exists(), name
