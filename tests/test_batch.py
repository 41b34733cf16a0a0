"""Notebooks become whole pages, each in a kernel of its own, and what fails is said.

Tests run tiny notebooks in real kernels, on a tiny project whose model is replaced, so that they
are about the batch alone.
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from batch_stand import SHOWS, add, executed, jobs, made, project

from model import files, reporting
from model.reporting import kernel, progress


def test_a_run_makes_every_page_and_a_second_run_nothing(project, capsys):
    add(project, "compare", "print(company)", scope="company", parameters='company = "toy"')
    assert reporting.run() == 0
    assert executed(capsys) == {"toy/base/page", "toy/up/page", "toy/later/page", "toy/compare"}
    before = made(project)
    assert set(before) == {"toy/base/page.html", "toy/up/page.html", "toy/later/page.html",
                           "toy/compare.html"}
    manifest = (project / "reports" / "manifest.json").read_bytes()
    assert reporting.run() == 0
    assert capsys.readouterr().out.startswith("0 executed, 4 unchanged, 0 failed in ")
    assert made(project) == before
    assert (project / "reports" / "manifest.json").read_bytes() == manifest


def test_what_would_be_made_is_said_and_nothing_is_written(project, run):
    code, out, err = run("run", "--dry-run", "-s", "base", "up")
    assert (code, err) == (0, []) and not (project / "reports").exists()
    assert "toy/base/page: would be executed\ntoy/up/page: would be executed\n" in out
    assert out.endswith("2 to execute, 0 unchanged; nothing was written.\n")
    # As the programs that ask see it, a quiet run does just that.
    wanted = json.loads(run("run", "-s", "base", "--dry-run", "--json")[1])
    assert wanted["execute"] == ["toy/base/page"] and wanted["unchanged"] == 0
    code, out, err = run("run", "-s", "base", "--quiet")
    assert (code, out, err) == (0, "", []) and (project / "reports/toy/base/page.html").is_file()
    told = json.loads(run("run", "-s", "base", "--json")[1])
    assert (told["executed"], told["unchanged"], told["failed"]) == ([], 1, [])
    assert run("run", "-s", "nowhere", "--dry-run", "--json")[0] == 2


def test_a_program_is_told_what_failed(project, run):
    add(project, "wrong", "1 / 0")
    code, out, err = run("run", "-s", "base", "--json", "--quiet")
    told = json.loads(out)
    assert code == 1 and told["failed"] == ["toy/base/wrong"]
    assert told["problems"] == err and "ZeroDivisionError" in err[0]


def test_parameters_are_those_of_the_scenario_and_changes_are_emptied(project):
    assert reporting.run(scenarios=["up"]) == 0
    stored = json.loads((project / "reports" / "toy" / "up" / "page.ipynb").read_text())
    assert stored["cells"][-1]["outputs"][0]["text"] == ["toy up {}\n"]
    assert stored["cells"][2]["metadata"]["tags"] == ["injected-parameters"]


def test_a_choice_that_fits_nothing_is_refused(project, capsys):
    scenarios = project / "params" / "other" / "scenarios"
    scenarios.mkdir(parents=True)
    (project / "params" / "other" / "base.yaml").write_text("title: Other\n")
    assert reporting.run(subjects=["other"]) == 2
    assert capsys.readouterr().err == (
        "run: no notebook fits: none is about other; write other into the list model.subjects in "
        "the metadata of those that are to be.\n")
    add(project, "page", "1", subjects=["other"], scope="company")
    add(project, "more", "1")
    assert reporting.run(subjects=["toy"], notebooks=["page"]) == 2
    assert "no notebook fits: page is about other, not about toy." in capsys.readouterr().err
    assert reporting.run(subjects=["other"], scenarios=["base"]) == 2
    assert "those about other look at all of its scenarios together" in capsys.readouterr().err


def test_a_failing_notebook_is_named_with_its_cell_while_the_others_finish(project, capsys):
    add(project, "bad", "fine = 1", "raise ValueError('no <plan>\\nsecond line')", order=2)
    assert reporting.run(scenarios=["base", "up"], notebooks=["page", "bad"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-2:] == ["toy/base/bad: code cell 3: ValueError: no <plan>",
                         "toy/up/bad: code cell 3: ValueError: no <plan>"]
    assert set(made(project)) == {"toy/base/page.html", "toy/up/page.html"}
    assert jobs(project)["toy/base/bad"]["status"] == "failed"
    index = (project / "reports" / "index.html").read_text()
    assert "Bad failed:</b> code cell 3: ValueError: no &lt;plan&gt;" in index


def test_a_notebook_that_begins_to_fail_leaves_no_old_page(project, capsys):
    assert reporting.run(scenarios=["base"]) == 0
    add(project, "page", "1/0")
    assert reporting.run(scenarios=["base"]) == 1
    assert not list((project / "reports").rglob("page.*"))
    add(project, "page", "1/1")
    assert reporting.run(scenarios=["base"]) == 0
    assert "failure" not in jobs(project)["toy/base/page"]


def test_a_kernel_that_dies_is_said_to_have_died(project, capsys):
    add(project, "page", "1", "import os; os._exit(1)")
    assert reporting.run(scenarios=["base"]) == 1
    assert ("toy/base/page: code cell 3: the kernel died (memory exhausted, or a crash in a "
            "library).") in capsys.readouterr().err


def test_a_cell_that_does_nothing_for_long_is_stopped(project, capsys, monkeypatch):
    monkeypatch.setattr(kernel, "IDLE_SECONDS", 2)
    add(project, "page", "import threading; threading.Event().wait()")
    assert reporting.run(scenarios=["base"]) == 1
    assert ("toy/base/page: code cell 2: did nothing for 2 s and was stopped; it waits for "
            "something that does not come.") in capsys.readouterr().err


@pytest.mark.parametrize("work", [
    "until = time.process_time() + 1\nwhile time.process_time() < until: pass",
    "for done in range(12):\n    time.sleep(0.5)\n    pathlib.Path(os.environ['MODEL_PROGRESS'])"
    ".write_text(f'{done} of 12')",
    "subprocess.run([sys.executable, '-c', 'import time\\nwhile time.process_time() < 3: pass'])",
])
def test_a_cell_that_works_is_never_stopped_however_long_it_takes(project, monkeypatch, work):
    """It computes, says how far it is, or waits for a process of its own that computes."""
    monkeypatch.setattr(kernel, "IDLE_SECONDS", 2)
    add(project, "page", "import os, pathlib, subprocess, sys, time\n" + work)
    assert reporting.run(scenarios=["base"]) == 0


def test_a_log_says_now_and_then_where_a_long_notebook_is(capsys, monkeypatch):
    moments = iter((0.0, 20.0, 31.0, 40.0, 62.0))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    display = progress.Display(2)
    for at in ("starts", "code cell 2", "code cell 2, 3 of 9", "code cell 2, 4 of 9"):
        display.running({"toy/base/page": at})
    display.running({})
    assert capsys.readouterr().err == "toy/base/page: at work, code cell 2, 3 of 9\n"


def test_a_failed_error_check_is_named_and_ends_with_1_each_time(project, capsys):
    (project / "params" / "toy" / "scenarios" / "up.yaml").write_text("# unbalanced\n")
    for _ in range(2):
        assert reporting.run(scenarios=["base", "up"]) == 1
        said = capsys.readouterr().err.splitlines()
        assert said[-1] == "toy/up: error check failed: cash closes."


def test_two_runs_of_the_same_inputs_make_the_same_files(project):
    add(project, "page", "import ipywidgets; ipywidgets.VBox([ipywidgets.IntSlider()])", SHOWS)
    def made():
        # The page says when its notebook was run, in its foot and in its head.
        page, times = re.subn(rb"\d{4}-\d\d-\d\d (at )?\d\d:\d\d", b"", (
            project / "reports/toy/base/page.html").read_bytes())
        return (project / "reports/toy/base/page.ipynb").read_bytes(), page, times

    assert reporting.run(scenarios=["base"]) == 0
    first = made()
    assert reporting.run(scenarios=["base"], force=True) == 0
    assert first == made() and first[2] == 2
    assert b"duration" not in first[0] and str(project).encode() not in first[0]


def test_a_second_run_at_the_same_time_says_so(project, capsys):
    with files.sole_run(project / "reports"):
        assert reporting.run(scenarios=["base"]) == 2
    assert "another run is writing to" in capsys.readouterr().err
    assert reporting.run(scenarios=["base"]) == 0
