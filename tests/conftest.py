"""What tests share."""

import shutil
from pathlib import Path

import pytest
from stand import Project

ROOT = Path(__file__).resolve().parent.parent
# What takes longest begins first: begun last, one processor would work on it alone.
LONGEST = ("test_notebooks", "test_investor_report", "test_batch", "test_batch_ends",
           "test_equality", "test_bridge",
           "test_budget_compare", "test_editor", "test_budget_page", "test_charts")


def pytest_collection_modifyitems(items):
    """Files in the order in which they are begun (with --no-loadscope-reorder)."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST
               else len(LONGEST))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one company, the lemonade stand, as the working folder."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the shipped params and notebooks, as the working folder."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
