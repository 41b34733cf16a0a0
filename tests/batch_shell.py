"""A runner without kernels, for tests of which pages are made, and when."""

from __future__ import annotations

import contextlib
import copy
import io
import threading

import nbformat
import pytest

from model.reporting import kernel


class Shell(kernel.Runner):
    """Executes notebooks in this process."""

    _turn = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass

    def execute(self, job):
        source = nbformat.reads(job.notebook.content.decode(), as_version=4)
        nb, names, at = copy.deepcopy(source), {}, 0
        given = "\n".join(f"{name} = {value!r}" for name, value in job.parameters.items())
        own = next(place for place, cell in enumerate(nb.cells) if cell.metadata.get("tags"))
        nb.cells.insert(own + 1, nbformat.v4.new_code_cell(
            given, metadata={"tags": ["injected-parameters"]}))
        nb.metadata["papermill"] = {"parameters": job.parameters}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            at += "injected-parameters" not in cell.metadata.get("tags", [])
            said = io.StringIO()
            try:
                with self._turn, contextlib.redirect_stdout(said):
                    exec(cell.source, names)
            except Exception as error:
                return kernel.Failure(at, f"{type(error).__name__}: {error}")
            if said.getvalue():
                cell.outputs = [nbformat.v4.new_output("stream", text=said.getvalue())]
        return kernel.tidy(nb, source)


@pytest.fixture
def shell(monkeypatch):
    """Notebooks run in the process of the test."""
    monkeypatch.setattr(kernel, "Runner", Shell)
