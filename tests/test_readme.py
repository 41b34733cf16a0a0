"""What the READMEs say is true: figures, examples, commands, paths, counts."""

import argparse
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from fnmatch import fnmatch

import pytest
import yaml
from readmes import READMES, ROOT
from test_worked_example import MENTORSHIP_MONTHS

from model import cli, folders, load
from model.audit.checks import CODES
from model.engine.texts import Texts

README, COMPANIES = READMES["README.md"], READMES["model/companies/README.md"]
# What a reader makes, or `make reports`.
MADE = ("slow_start", "map.yaml", "events.csv", "events.yaml", "ledger.jsonl", "actuals.csv",
        "examples/mine.csv", "reports/",
        ".venv/", "model.xlsx", "index.html", "packs/october.zip")


def test_the_worked_example_is_the_tested_one():
    rows = {"commission:": "commission", "revenue": "revenue", "contribution,": "contribution",
            "EBITDA": "ebitda"}
    for start, line in rows.items():
        row = next(text for text in COMPANIES.splitlines() if text.startswith(f"| {start}"))
        numbers = [float(cell.strip().replace(",", "").replace("−", "-"))
                   for cell in row.strip("|").split("|")[1:]]
        assert numbers == pytest.approx(MENTORSHIP_MONTHS[line], abs=0.005)


def code_of(text: str, language: str) -> str:
    """The first code block in a language, without the indent of the list that it stands in."""
    indent, code = re.search(rf"^( *)```{language}\n(.*?)^ *```", text,
                             re.DOTALL | re.MULTILINE).groups()
    return "".join(line.removeprefix(indent) for line in code.splitlines(keepends=True))


def test_the_scenario_to_add_is_one_that_loads(tmp_path, monkeypatch):
    shutil.copytree(folders.params(), tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    target = tmp_path / "params" / "mentorship" / "scenarios" / "slow_start.yaml"
    target.write_text(code_of(READMES["params/README.md"], "yaml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    slow = load("mentorship", "slow_start")
    assert slow.scenario_title == yaml.safe_load(target.read_text())["title"]
    assert "mentees.match_rate" in slow.changed and "mentees.cac" in slow.changed


def test_the_formulas_shown_are_those_of_the_month():
    month = (ROOT / "model/companies/mentorship/__init__.py").read_text(encoding="utf-8")
    for line in code_of(READMES["model/README.md"], "python").strip().splitlines():
        assert line.strip() in month, line


def test_the_kpi_to_add_is_checked_and_explained(tmp_path):
    for folder in ("model", "params"):
        shutil.copytree(ROOT / folder, tmp_path / folder,
                        ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    told = COMPANIES.split("## Add a KPI")[1]
    company = tmp_path / "model" / "companies" / "mentorship" / "__init__.py"
    text = company.read_text(encoding="utf-8")
    here = "    judged.kpis(a, now, customer, plan, SIDES, agent=True)\n"
    assert text.count(here) == 1
    company.write_text(text.replace(here, f"    {code_of(told, 'python')}{here}"), encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "model", *arguments], cwd=tmp_path, text=True,
                              capture_output=True, env={**os.environ, "PYTHONPATH": str(tmp_path)})

    alone = run("check", "mentorship", "-s", "base")
    assert alone.returncode == 1 and "commission_per_order" in alone.stderr

    profiles = tmp_path / "model" / "companies" / "mentorship" / "profile.yaml"
    entry = "".join(f"  {line}" for line in code_of(told, "yaml").splitlines(keepends=True))
    profiles.write_text(profiles.read_text(encoding="utf-8").replace(
        "kpis:\n", f"kpis:\n{entry}", 1), encoding="utf-8")
    assert run("check", "mentorship", "-s", "base").returncode == 0
    command = next(words for words in commands(told) if words[0] == "explain")
    assert "Commission / Orders, undefined where Orders is 0" in run(*command).stdout

    profiles.write_text(profiles.read_text(encoding="utf-8").replace(
        "unit: USD/order", "unit: fraction", 1), encoding="utf-8")
    other = run("check", "mentorship", "-s", "base")
    assert other.returncode == 1 and "E18" in other.stderr


def commands(text: str) -> list[list[str]]:
    """The words after `python -m model` of every command."""
    return [shlex.split(found) for found in
            re.findall(r"(?:^ *|`)\.venv/bin/python -m model ([^`\n]+)", text, re.MULTILINE)]


def parsers(parser: argparse.ArgumentParser):
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from parsers(child)


@pytest.mark.parametrize("name", READMES)
def test_commands_and_options_are_those_of_the_program(name):
    parser, text = cli.command_line(), READMES[name]
    for words in commands(text):
        if words != ["--help"]:
            parser.parse_args(words)
    options = {option for one in parsers(parser) for option in one._option_string_actions}
    options |= {"-k"} if name == "tests/README.md" else set()  # pytest's
    for span in re.findall(r"`(-{1,2}[a-z][^`]*)`", text):
        assert set(re.findall(r"(?:^| )(-{1,2}[a-z][a-z-]*)", span)) <= options, span


@pytest.mark.parametrize("name", READMES)
def test_paths_and_links_lead_somewhere(name):
    here = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)]+)\)", READMES[name]):
        assert (here / target).exists(), target
    for path in re.findall(r"`([\w.]+/[\w/.]*|\w+\.(?:py|yaml|ipynb|png|csv|html|json))`",
                           READMES[name]):
        places = (ROOT / path, here / path, ROOT / "notebooks" / path, *here.glob(f"*/{path}"))
        assert (any(place.exists() for place in places)
                or any(made in path for made in MADE)), path


def test_the_readme_is_read_in_a_minute_and_leads_to_all_others():
    assert len(README.splitlines()) <= 60
    for name in READMES.keys() - {"README.md"}:
        assert f"]({name})" in README or f"]({name.removesuffix('README.md')})" in README, name


def rows(text: str) -> list[str]:
    """The names with which rows of tables begin."""
    return re.findall(r"^\| `([\w/]+)` \|", text, re.MULTILINE)


def test_each_notebook_has_a_row():
    assert sorted(rows(READMES["notebooks/README.md"])) == sorted(
        path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_each_folder_of_the_package_and_each_text_has_a_row():
    found = rows(READMES["model/README.md"])
    assert sorted(row for row in found if row.endswith("/")) == sorted(
        f"{path.name}/" for path in (ROOT / "model").iterdir()
        if path.is_dir() and path.name != "__pycache__")
    assert [row for row in found if not row.endswith("/")] == [
        "opening", *(name.name for name in fields(Texts))]


def test_checks_and_alerts_are_counted():
    alerts = [int(number) for path in (ROOT / "model" / "audit").glob("*.py")
              for number in re.findall(r"[\"']A(\d+) ", path.read_text(encoding="utf-8"))]
    text = READMES["model/README.md"]
    assert f"Nineteen error checks (E1 to E{len(CODES)};" in text and len(CODES) == 19
    assert f"Alerts (A1 to A{max(alerts)})" in text


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
