"""What tests share."""

import pytest
from stand import Project


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one company, the lemonade stand, as the working folder."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
