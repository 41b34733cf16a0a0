"""What JupyterLab saves of a notebook: what stands in the project, whatever was run in it."""

import copy
import json
from types import SimpleNamespace

import pytest

from model import folders
from model.reporting.tidiness import without_outputs


def save(content, path="notebooks/breakeven.ipynb", root=None, kind="notebook"):
    model = {"type": kind, "content": copy.deepcopy(content)}
    without_outputs(model=model, path=path, contents_manager=SimpleNamespace(
        root_dir=str(root or folders.root())))
    return model["content"]


def run(content):
    """A notebook as JupyterLab has it when its cells were run."""
    ran = copy.deepcopy(content)
    for count, cell in enumerate(ran["cells"]):
        cell["metadata"] |= {"trusted": True, "execution": {"iopub.status.busy": "now"}}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": count, "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "1\n"}]}
    ran["metadata"] |= {"widgets": {"state": {}}}
    ran["metadata"]["language_info"] = {"name": "python", "version": "3.11.2"}
    return ran


@pytest.fixture(scope="module")
def content():
    return json.loads((folders.notebooks() / "breakeven.ipynb").read_text())


@pytest.mark.parametrize("path", ["notebooks/breakeven.ipynb", "/notebooks/mine.ipynb"])
def test_a_notebook_that_was_run_is_saved_as_it_was(content, path):
    assert run(content) != content and save(run(content), path) == content


def test_a_notebook_of_ones_own_elsewhere_keeps_what_it_shows(content):
    assert save(run(content), "reports/mentorship/base/breakeven.ipynb") == run(content)
    assert save({"cells": "text"}, kind="file") == {"cells": "text"}


def test_where_the_server_begins_makes_no_difference(content):
    assert save(run(content), "breakeven.ipynb", folders.notebooks()) == content
