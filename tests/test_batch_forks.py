"""A forked kernel is as good as one that is started afresh: it shows the same, and ends as well."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from batch_stand import add, made, project

from model import folders, reporting
from model.reporting import forks, kernel, workbooks

pytestmark = pytest.mark.skipif(not forks.IS_POSSIBLE, reason="kernels cannot be forked here")

# What a cell can see of how its kernel began.
SEES = """
import os, signal, sys, threading
import matplotlib, pandas
from IPython import get_ipython
print(sys.path, os.getcwd(), sys.argv[1], __name__, sys.modules["__main__"].__dict__ is globals())
print(sorted(os.environ), sys.flags, matplotlib.rcParams["backend"])
print(pandas.get_option("display.max_columns"), get_ipython().history_manager.enabled)
print([signal.getsignal(each) for each in (signal.SIGINT, signal.SIGCHLD, signal.SIGTERM)])
print(threading.active_count(), os.getpgrp() == os.getpid())
print([os.path.exists(f"/dev/fd/{number}") for number in range(3)], sys.stdin.read())
"""


def outputs(project: Path, page: str) -> list:
    """What the code cells of a report show."""
    stored = json.loads((project / "reports" / f"{page}.ipynb").read_text())
    return [cell["outputs"] for cell in stored["cells"] if cell["cell_type"] == "code"]


def afresh(monkeypatch) -> None:
    monkeypatch.setattr(forks, "IS_POSSIBLE", False)


def test_a_forked_kernel_shows_what_a_fresh_one_shows(project, monkeypatch):
    add(project, "page", SEES, "import numpy; numpy.random.seed(1); numpy.random.random(3)")
    assert reporting.run(scenarios=["base", "up"]) == 0
    forked = outputs(project, "toy/base/page")
    afresh(monkeypatch)
    assert reporting.run(scenarios=["base", "up"], force=True) == 0
    assert outputs(project, "toy/base/page") == forked


def test_forked_kernels_are_apart(project):
    """One neither sees what another did, nor draws the same numbers."""
    add(project, "page", "import random\nimport numpy\n"
        "print(hasattr(numpy, 'mark'), numpy.random.random(), random.random())\nnumpy.mark = 1")
    assert reporting.run() == 0
    said = [outputs(project, f"toy/{name}/page")[-1][0]["text"][0].split()
            for name in ("base", "up", "later")]
    assert [words[0] for words in said] == ["False"] * 3
    assert len({words[1] for words in said}) == len({words[2] for words in said}) == 3


def test_a_forked_kernel_that_dies_is_said_to_have_died(project, capsys):
    add(project, "bad", "import os, sys; os.write(2, b'out of luck\\n'); os._exit(1)", order=2)
    assert reporting.run(scenarios=["base"]) == 1
    assert ("toy/base/bad: code cell 2: the kernel died (memory exhausted, or a crash in a "
            "library). Its last words: out of luck\n") in capsys.readouterr().err
    assert set(made(project)) == {"toy/base/page.html"}


def test_a_forked_kernel_that_does_nothing_for_long_is_stopped(project, capsys, monkeypatch):
    monkeypatch.setattr(kernel, "IDLE_SECONDS", 2)
    add(project, "bad", "import threading; threading.Event().wait()", order=2)
    assert reporting.run(scenarios=["base"]) == 1
    assert "toy/base/bad: code cell 2: did nothing for 2 s" in capsys.readouterr().err


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_where_nothing_can_be_forked_kernels_are_started_afresh(project, monkeypatch, end):
    """What forks them was ended, or hangs."""
    class Ended(forks.Forks):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            begun.append(self.pid)
            os.kill(self.pid, end)

    begun = []
    monkeypatch.setattr(forks, "Forks", Ended)
    monkeypatch.setattr(kernel, "IDLE_SECONDS", 3)
    assert reporting.run() == 0
    assert set(made(project)) == {f"toy/{name}/page.html" for name in ("base", "up", "later")}
    assert not psutil.pid_exists(begun[0])


def test_one_notebook_has_a_kernel_of_its_own(project, monkeypatch):
    monkeypatch.setattr(forks, "Forks", None)
    assert reporting.run(scenarios=["base"]) == 0


@pytest.mark.long
def test_a_report_made_alone_is_that_of_a_whole_batch(tmp_path, monkeypatch):
    """What notebooks have in common was worked out once in the batch."""
    monkeypatch.chdir(folders.root())
    monkeypatch.setattr(workbooks, "is_possible", lambda company, scenario: False)
    names = ["investor_report", "sensitivity"]
    assert reporting.run(["mentorship"], ["upside"], names, out=tmp_path / "all") == 0
    for name in names:
        alone = tmp_path / name
        assert reporting.run(["mentorship"], ["upside"], [name], out=alone) == 0
        page = f"mentorship/upside/{name}.ipynb"
        assert (alone / page).read_bytes() == (tmp_path / "all" / page).read_bytes()


def test_a_forked_kernel_that_is_gone_bears_to_be_ended():
    gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    fork = forks.Fork(gone.pid)
    assert fork.poll() is None
    gone.communicate(b"\n")
    assert fork.poll() == fork.wait() == 0
    for end in (fork.kill, fork.terminate, lambda: fork.send_signal(signal.SIGINT)):
        end()
