"""What tests share."""

import shutil
from pathlib import Path

import pytest
from stand import Project

ROOT = Path(__file__).resolve().parent.parent


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
