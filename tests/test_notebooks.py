"""The notebooks: thin, run for real through papermill, and reproduced strictly by nbval."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from model import folders
from model.budget.strategies import drivers
from model.params import catalog
from model.reporting import notebooks

ROOT = Path(__file__).resolve().parent.parent
START = ROOT / "notebooks" / f"{notebooks.START}.ipynb"
NOTEBOOKS = sorted({*(ROOT / "notebooks").glob("*.ipynb")} - {START})
# A batch makes pages of one notebook of each kind, and executes them again; the cells of all others
# run without a kernel, for one company in base and for the other stressed. The tests of pages go
# through every scenario; `make validate` makes every page, and executes every report again.
MADE, SCENARIO = "mentorship", "base"
OTHER, STRESSED = "influencer", "downside"
# Plays many quarters: few of them here, with one assumption varied, and `make validate` reproduces
# every figure of the page.
LONG, QUARTERS = "budget_strategies", "replications=20"
PAGES = {"mentorship": ("breakeven", "comparison"), "budget": ("budget",)}
AGAIN = ("mentorship/base/breakeven", "mentorship/comparison", "budget/base/budget")
BUDGETS = ("base", "university_semester")
PARAMETERS = {"company", "scenario", "changes"}
OF_BUDGET = {"scenario", "events", "log", "changes"}
# The cell that opens a plan, in every notebook.
OPENS = re.compile(r"from model\.pages import (\w+) as page\n"
                   r"from model\.pages(?:\.\w+)?\.view import (open_\w+)\n\n"
                   r"view = (open_\w+)\([^\n]+\)")
# Those in which a reader asks the model questions of their own.
ASKED = ("assumptions", "unit_economics", "breakeven", "sensitivity")
ABOUT = {path.stem: json.loads(path.read_text(encoding="utf-8"))["metadata"]["model"]
         for path in NOTEBOOKS}


def of(subject: str, scope: str) -> list[str]:
    """Names of a subject's notebooks that run for each scenario, or once."""
    found = [notebooks.read(name)[0] for name in notebooks.names()]
    return [each.name for each in found if subject in each.subjects and each.scope == scope]


def cells(path: Path, kind: str) -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def interactive(cell: dict) -> bool:
    return "interactive" in cell["metadata"].get("tags", [])


def asks(path: Path) -> list[dict]:
    """The cells with a question to the model, and the words above each, in the order of the page:
    the query, then the formula."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for above, cell in itertools.pairwise(found)
            if cell["cell_type"] == "code" and interactive(cell)
            and re.search(r"projection\.|page\.formula\(", source(cell))
            and above["cell_type"] == "markdown" and interactive(above)
            and "Put " in source(above)]


def test_the_four_that_were_asked_for_and_the_comparison_are_there():
    assert {path.stem for path in NOTEBOOKS} >= {"assumptions", "unit_economics", "breakeven",
                                                 "sensitivity", "comparison"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin(path):
    code = cells(path, "code")
    # What a reader of the report meets, and what only who opens the notebook does.
    assert sum(not interactive(cell) for cell in code) <= 15 and len(code) <= 18
    for cell in code:
        text = source(cell)
        assert not re.search(r"^\s*(def|class|for|while|with|lambda)\b", text, re.MULTILINE), text
        assert len(text.splitlines()) <= 8
        assert not re.search(r"[+*/]|(?<!\w)-", re.sub(r"^(from|import) .*$", "", text,
                                                       flags=re.MULTILINE)), text
        assert cell["outputs"] == [] and cell["execution_count"] is None
        calls = re.findall(r"\bpage\.\w+\(", text)
        assert len(calls) <= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_begins_as_all_do(path):
    parameters, first, second = cells(path, "code")[:3]
    assert parameters["metadata"]["tags"] == ["parameters"]
    page, imported, called = OPENS.fullmatch(source(first)).groups()
    assert (page, imported) == (path.stem, called)
    assert source(second) == "page.header(view)"


def test_one_begins_with_one_cell_whose_code_is_folded():
    (cell,) = cells(START, "code")
    assert source(cell) == "from model.pages import start as page\n\npage.desk()"
    assert cell["metadata"]["jupyter"]["source_hidden"] and cell["outputs"] == []
    assert notebooks.START not in notebooks.names()


@pytest.mark.parametrize("name", ASKED)
def test_a_reader_can_ask_the_model_and_read_a_formula(name):
    query, formula = map(source, asks(ROOT / "notebooks" / f"{name}.ipynb"))
    assert re.search(r"projection\.(annual|monthly)\.(loc\[|filter\()", query)
    assert re.fullmatch(r'page\.formula\(view, "[\w.]+"(, "[\w.]+")?\)', formula)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_one_parameters_cell_with_its_parameters(path):
    (cell,) = [c for c in cells(path, "code") if "parameters" in c["metadata"].get("tags", [])]
    found = set(re.findall(r"^(\w+): \w+ = .+  # .+", source(cell), re.MULTILINE))
    about = ABOUT[path.stem]
    if about["subjects"] != [catalog.BUDGET]:
        assert found == PARAMETERS
    elif about["scope"] == "scenario":
        assert found == OF_BUDGET
    else:
        assert found <= PARAMETERS | OF_BUDGET


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_whom_it_is_for_and_has_controls(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    about = content["metadata"]["model"]
    assert set(about["subjects"]) <= {"companies", "published", catalog.BUDGET}
    assert catalog.BUDGET not in about["subjects"] or about["subjects"] == [catalog.BUDGET]
    assert about["scope"] in ("scenario", "company")
    assert any(map(interactive, cells(path, "code")))
    title = source(cells(path, "markdown")[0]).splitlines()[0]
    assert title.startswith("# ") and title.endswith("?")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_holds_no_figure_that_a_scenario_could_make_false(path):
    for cell in cells(path, "markdown"):
        if not interactive(cell):
            assert not re.search(r"\d", source(cell)), source(cell)


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess:
    environment = os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, env=environment,
                          capture_output=True, text=True)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Pages of each kind of notebook, and of the budget with weeks and without."""
    folder = tmp_path_factory.mktemp("made")
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, folder / name)
    out = folder / "reports"
    done = python("-m", "model", "run", MADE, catalog.BUDGET, "-s", SCENARIO, *BUDGETS[1:], "-n",
                  *PAGES[MADE], *PAGES[catalog.BUDGET], "--out", out, cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def nbval(*arguments: object) -> subprocess.CompletedProcess:
    return python("-m", "pytest", "-q", "--nbval-current-env", "-p", "no:cacheprovider",
                  f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval.cfg'}", *arguments)


def test_notebooks_become_pages(reports):
    made = {f"{MADE}/{SCENARIO}/breakeven", f"{MADE}/comparison",
            *(f"{catalog.BUDGET}/{scenario}/budget" for scenario in BUDGETS)}
    assert set(AGAIN) <= made
    for suffix in (".ipynb", ".html"):
        assert {path.relative_to(reports).with_suffix("").as_posix()
                for path in reports.rglob(f"*{suffix}")} - {"index", "trust"} == made
    assert all((reports / f"{name}.html").stat().st_size > 50_000 for name in made)
    assert (reports / "index.html").exists()


@pytest.mark.long
def test_pages_of_each_kind_are_verified_figure_by_figure(reports):
    pages = [reports / f"{name}.html" for name in AGAIN]
    done = python("-m", "model", "verify", *pages, cwd=reports.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": verified: ") == len(pages)


@pytest.mark.parametrize("name", [name for name in ASKED if name in PAGES[MADE]])
def test_what_a_reader_asks_is_answered_in_the_notebook_and_left_out_of_the_page(reports, name):
    folder = reports / MADE / SCENARIO
    html = (folder / f"{name}.html").read_text(encoding="utf-8")
    query, formula = asks(folder / f"{name}.ipynb")
    answers = [cell["outputs"][0]["data"] for cell in (query, formula)]
    assert "<table" in source({"source": answers[0]["text/html"]})
    text = source({"source": answers[1]["text/plain"]})
    assert " = " in text.splitlines()[0] and "It reads | Name" in text
    assert "It reads" not in html and "dataframe" not in html and "Put " not in html


@pytest.mark.parametrize(("name", "given"), [
    (name, {"company": company, "scenario": scenario})
    for company, scenario in ((MADE, SCENARIO), (OTHER, STRESSED))
    for name in (*of(company, "scenario"), *of(company, "company"))
    if name not in PAGES.get(company, ())] + [(LONG, {})], ids=str)
def test_every_notebook_runs_for_every_company(sketched, monkeypatch, name, given):
    """Each cell in the shell of a kernel, without the process."""
    monkeypatch.setattr(drivers, "VALUES", {"prices.one_hour": (60.0, 110.0)})
    shell = InteractiveShell()
    for cell in cells(ROOT / "notebooks" / f"{name}.ipynb", "code"):
        assert name != LONG or "replications" not in source(cell) or QUARTERS in source(cell)
        done = shell.run_cell(source(cell).replace(QUARTERS, "replications=2"))
        done.raise_error()
        if "parameters" in cell["metadata"].get("tags", []):
            shell.user_ns |= given


def test_the_budget_s_notebooks_run_for_its_scenarios(reports):
    for scenario in BUDGETS:
        assert (reports / catalog.BUDGET / scenario / "model.xlsx").exists()
    index = (reports / "index.html").read_text(encoding="utf-8")
    assert "Open proposals" in index and "INVENTED EXAMPLE" in index


@pytest.mark.long
def test_strict_nbval_reproduces_every_figure_and_notices_one_that_was_changed(reports, tmp_path):
    again = [reports / f"{name}.ipynb" for name in AGAIN]
    text = again[0].read_text(encoding="utf-8")
    assert "110.47" in text
    # The changed figure, and what its cell needs: all others are compared in the first of `again`.
    content = json.loads(text.replace("110.47", "120.47"))
    content["cells"] = [cell for cell in content["cells"] if "120.47" in json.dumps(cell)
                        or "parameters" in str(cell["metadata"]) or OPENS.fullmatch(source(cell))]
    changed = tmp_path / "changed.ipynb"
    changed.write_text(json.dumps(content), encoding="utf-8")
    done = nbval("--nbval", "-rf", *again, changed)
    failed = re.findall(r"^FAILED (\S+)::", done.stdout, re.MULTILINE)
    assert failed and {Path(name).name for name in failed} == {changed.name}, done.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) + len(failed) == sum(
        len(cells(path, "code")) for path in (*again, changed))


def test_the_plain_papermill_command_works_from_any_folder(tmp_path):
    done = python("-m", "papermill", "--no-progress-bar", ROOT / "notebooks" / "breakeven.ipynb",
                  "out.ipynb", "-p", "company", "mentorship", "-p", "scenario", "downside",
                  cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Downside" in (tmp_path / "out.ipynb").read_text(encoding="utf-8")
