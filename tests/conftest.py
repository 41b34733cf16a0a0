"""What tests share."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import frozen_plan
import hypothesis
import pytest
from exports import Import
from packs import ACTUALS, keep
from stand import Project

from model import cli, folders
from model.currency import UNIT, showing
from model.views import charts

ROOT = Path(__file__).resolve().parent.parent
PLAN = "plan"  # the folder of tests that hold the published plan
CHANGED = """\
This test holds the published plan, which stands in params/ and in README.md. If you changed the
plan on purpose, the code is not at fault: look whether what the test says is what you meant, and
write the new figure into the test or the README. tests/README.md tells how."""
# What takes longest begins first: begun last, one processor would work on it alone.
LONGEST = ("test_notebooks", "test_pages", "test_investor_report", "test_workbook",
           "test_equality", "test_batch", "test_batch_forks", "test_read_workbook", "test_bridge",
           "test_budget_compare", "test_source_check_page", "test_batch_ends",
           "test_workbook_audit", "test_verify", "test_kernel", "test_simulate", "test_javascript",
           "test_forecast_workbook", "test_forecast", "test_live", "test_input_file", "test_charts",
           "test_workbook_checks",
           "test_foreign_workbooks", "test_workbook_years", "test_workbook_months",
           "test_editor",
           "test_investor_report_says", "test_counts", "test_budget_page", "test_batch_workbooks",
           "test_sensitivity")
# Workbooks are hundreds of thousands of cells, through which Python would look again and again for
# rubbish: a third of the time that reading one takes.
gc.set_threshold(50_000, 20, 50)
# As for who reads a workbook by the command: tests that import openpyxl themselves do so before.
os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")
# Nothing fails because a clock ran out: machines are slow, and some are busy.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
# Tests work in another folder, and examples that failed are still found next time.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".hypothesis"))
_frozen = tempfile.TemporaryDirectory(prefix="frozen-", ignore_cleanup_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection():
    """Modules are read, and tests of the code run, where figures of plans are frozen."""
    os.chdir(frozen_plan.build(Path(_frozen.name).resolve()))


def pytest_unconfigure():
    os.chdir(ROOT)


def pytest_collection_modifyitems(items):
    """Files in the order in which they are begun (with --no-loadscope-reorder)."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST
               else len(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed and item.path.parent.name == PLAN:
        report.sections.append(("The published plan", CHANGED))
    return report


@pytest.fixture(scope="module", autouse=True)
def working_folder(request):
    """The working folder: the project itself for tests of the plan, the frozen one for others."""
    own = ROOT if request.path.parent.name == PLAN else Path(_frozen.name).resolve()
    with pytest.MonkeyPatch.context() as patch, showing(UNIT):
        patch.chdir(own)
        yield own


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one company, the lemonade stand, as the working folder."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the params and notebooks, as the working folder."""
    for name in ("params", "notebooks"):
        shutil.copytree(folders.root() / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    """A command in this process: exit code, text on stdout, lines on stderr."""
    def command(*arguments):
        code = cli.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err.splitlines()
    return command


@pytest.fixture
def october(folder):
    """A pack of a plan with actuals, beside which the plan can change."""
    (folder / "params" / "mentorship" / "actuals.csv").write_text(ACTUALS)
    return keep(folder, "october", "mentorship")


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """A copy of the params, which the tests of a file write to and leave as it was."""
    place = tmp_path_factory.mktemp("books")
    shutil.copytree(folders.root() / "params", place / "params")
    (place / "notebooks").mkdir()
    return place


@pytest.fixture
def take(books, capsys, monkeypatch):
    """The command that takes a file by its map."""
    monkeypatch.chdir(books)
    before = set(books.rglob("*"))
    yield Import(books, capsys)
    for path in set(books.rglob("*")) - before:
        path.unlink()


@pytest.fixture
def sketched(monkeypatch):
    """Every chart of a page is drawn, and not written as SVG."""
    monkeypatch.setattr(charts, "render", lambda figure: b"<svg/>")


@pytest.fixture(scope="module")
def chromium():
    """A browser for the tests of one file."""
    import browser

    with browser.chromium() as found:
        yield found
