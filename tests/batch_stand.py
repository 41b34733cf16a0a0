"""A tiny project whose model is replaced, for tests that are about the batch alone."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import model
from model.params import catalog
from model.problems import InputError, Problem
from model.reporting import jobs as model_jobs
from model.reporting import pages

PARAMETERS = 'company = "toy"\nscenario = "base"\nchanges = {"left": "over"}'
SHOWS = "print(company, scenario, changes)"
# Pages of all subjects.
WHOLE = ("index.html", "trust.html")
PACKAGE = str(Path(model.__file__).parent.parent)


def notebook(*code: str, parameters: str = PARAMETERS, title: str = "A page", **about) -> str:
    about = {"subjects": ["toy"], "scope": "scenario", "order": 1} | about
    cells = [{"cell_type": "markdown", "id": "head", "metadata": {}, "source": f"# {title}"},
             _code("parameters", parameters, ["parameters"]),
             *(_code(f"code-{number}", source) for number, source in enumerate(code))]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"model": about},
                       "cells": cells})


def _code(name: str, source: str, tags: list[str] | None = None) -> dict:
    return {"cell_type": "code", "id": name, "metadata": {"tags": tags} if tags else {},
            "source": source, "outputs": [], "execution_count": None}


def fake_load(company, scenario="base", changes=None):
    content = catalog.scenario_path(company, scenario).read_text()
    if "broken" in content:
        raise InputError([Problem(f"{company}/{scenario}.yaml:1", "is broken.")])
    return SimpleNamespace(company=company, scenario=scenario, title=f"The {company} company",
                           scenario_title=f"Case {scenario}", scenario_why="To see.",
                           content=content, actuals_file=None)


def fake_figures(assumptions):
    failed = "unbalanced" in assumptions.content
    return {"sentence": "It earns.", "figures": [["EBITDA 2026", "USD", "1.0k"]],
            "checks": {"master": "failed" if failed else "ok",
                       "failed": ["cash closes"] if failed else [], "alerts": []}}


@pytest.fixture
def project(tmp_path, monkeypatch):
    return toy(tmp_path, monkeypatch)


def toy(tmp_path, monkeypatch):
    """A folder with the subject toy, scenarios base, up and later (extends up), one notebook."""
    folder = tmp_path / "project"
    scenarios = folder / "params" / "toy" / "scenarios"
    scenarios.mkdir(parents=True)
    (folder / "params" / "toy" / "base.yaml").write_text("title: Toy\n")
    (scenarios / "up.yaml").write_text("title: Up\n")
    (scenarios / "later.yaml").write_text("title: Later\nextends: up\n")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "page.ipynb").write_text(notebook(SHOWS))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(model, "load", fake_load, raising=False)
    monkeypatch.setattr(pages, "_figures", fake_figures)
    monkeypatch.setenv("PACKAGE_OF_TEST", str(tmp_path / "lib" / "model"))
    (tmp_path / "lib" / "model").mkdir(parents=True)
    (tmp_path / "lib" / "model" / "month.py").write_text("one = 1\n")
    monkeypatch.setattr(model_jobs, "PACKAGE", tmp_path / "lib" / "model")
    return folder


def add(project: Path, name: str, *code: str, **about) -> None:
    (project / "notebooks" / f"{name}.ipynb").write_text(notebook(*code, **about))


def jobs(project: Path) -> dict:
    return json.loads((project / "reports" / "manifest.json").read_text())["jobs"]


def made(project: Path) -> dict[str, str]:
    """When each page was made, to the nanosecond."""
    return {path.relative_to(project / "reports").as_posix(): path.stat().st_mtime_ns
            for path in (project / "reports").rglob("*.html") if path.name not in WHOLE}


def executed(capsys) -> set[str]:
    return {line.split(":")[0] for line in capsys.readouterr().err.splitlines()
            if line.endswith(" s") and ": done," in line}
