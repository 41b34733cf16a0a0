"""Reports are made once, whole, and again only when something they depend on has changed.

Most tests run tiny notebooks in real kernels, on a tiny project whose model is replaced, so that
they are about the batch alone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from batch_stand import SHOWS, add, executed, jobs, made, project, toy

from model import files, reporting
from model.reporting import kernel, manifest, progress


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


def test_parameters_are_those_of_the_scenario_and_changes_are_emptied(project):
    assert reporting.run(scenarios=["up"]) == 0
    stored = json.loads((project / "reports" / "toy" / "up" / "page.ipynb").read_text())
    assert stored["cells"][-1]["outputs"][0]["text"] == ["toy up {}\n"]
    assert stored["cells"][2]["metadata"]["tags"] == ["injected-parameters"]


def test_the_manifest_names_every_file_read_with_its_hash(project):
    assert reporting.run(scenarios=["later"]) == 0
    manifest = json.loads((project / "reports" / "manifest.json").read_text())
    record = manifest["jobs"]["toy/later/page"]
    assert set(record["files"]) == {"notebooks/page.ipynb", "params/toy/base.yaml",
                                    "params/toy/scenarios/up.yaml",
                                    "params/toy/scenarios/later.yaml"}
    assert all(files.file_digest(project / name) == known
               for name, known in record["files"].items())
    assert set(manifest["sources"][record["sources"]]) == {"model/month.py"}
    assert record["status"] == "done" and record["versions"]["python"]


def test_a_readme_makes_no_report_again(project, tmp_path, capsys):
    assert reporting.run() == 0
    capsys.readouterr()
    for folder in (tmp_path / "lib" / "model", project / "notebooks", project / "params" / "toy"):
        (folder / "README.md").write_text("What this is.\n")
    assert reporting.run() == 0
    assert capsys.readouterr().out.startswith("0 executed, ")


def test_a_changed_scenario_runs_again_with_those_that_extend_it_and_the_company_pages(
        project, capsys):
    add(project, "compare", "1", scope="company")
    assert reporting.run() == 0
    capsys.readouterr()
    (project / "params" / "toy" / "scenarios" / "up.yaml").write_text("title: Higher\n")
    assert reporting.run() == 0
    assert executed(capsys) == {"toy/up/page", "toy/later/page", "toy/compare"}


@pytest.mark.parametrize("changed", ["../lib/model/month.py", "requirements.lock",
                                     "notebooks/page.ipynb"])
def test_whatever_a_page_depends_on_makes_it_run_again(project, capsys, changed):
    assert reporting.run(scenarios=["base"]) == 0
    capsys.readouterr()
    path = project / changed
    path.write_text((path.read_text() if path.exists() else "") + "\n")
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == {"toy/base/page"}


def test_a_page_that_was_touched_or_lost_is_made_again_without_running_the_notebook(
        project, capsys):
    assert reporting.run(scenarios=["base"]) == 0
    page = project / "reports" / "toy" / "base" / "page.html"
    content = page.read_bytes()
    page.write_text("edited")
    capsys.readouterr()
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == set()
    assert page.read_bytes() == content


def test_a_touched_report_notebook_is_run_again(project, capsys):
    assert reporting.run(scenarios=["base"]) == 0
    (project / "reports" / "toy" / "base" / "page.ipynb").unlink()
    capsys.readouterr()
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == {"toy/base/page"}


def test_a_new_notebook_adds_its_link_to_the_other_pages_without_running_them(project, capsys):
    assert reporting.run(scenarios=["base"]) == 0
    add(project, "unit_economics", "1", order=2)
    capsys.readouterr()
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == {"toy/base/unit_economics"}
    page = (project / "reports" / "toy" / "base" / "page.html").read_text()
    assert '<a href="unit_economics.html">Unit economics</a>' in page


def links(project: Path, page: str) -> set[str]:
    """The files to which a page links, as seen from the reports folder."""
    text = (project / "reports" / page).read_text()
    folder = (project / "reports" / page).parent
    return {(folder / target).resolve().relative_to(project / "reports").as_posix()
            for target in re.findall(r'href="([^"#]+)"', text)}


def test_pages_link_to_what_is_there_whatever_was_made_first(project, capsys):
    add(project, "compare", "print(company)", scope="company", order=2, label="Comparison")
    add(project, "bad", "1/0", order=3)
    assert reporting.run(scenarios=["base"]) == 1
    assert links(project, "toy/base/page.html") == {"index.html"}
    assert reporting.run(scenarios=["up"], notebooks=["page"]) == 0
    assert links(project, "toy/base/page.html") == {"index.html"}
    capsys.readouterr()
    assert reporting.run(notebooks=["compare"]) == 0
    assert executed(capsys) == {"toy/compare"}
    for name in ("base", "up"):
        assert links(project, f"toy/{name}/page.html") == {"index.html", "toy/compare.html"}
    assert links(project, "toy/compare.html") == {"index.html", "toy/base/page.html",
                                                  "toy/up/page.html"}
    before = made(project)
    assert reporting.run(notebooks=["compare"]) == 0
    assert made(project) == before
    add(project, "compare", "1/0", scope="company", order=2)
    assert reporting.run(notebooks=["compare"]) == 1
    assert links(project, "toy/base/page.html") == {"index.html"}


def test_a_part_keeps_the_rest_of_index_and_manifest(project):
    assert reporting.run() == 0
    before = jobs(project)
    assert reporting.run(scenarios=["up"], force=True) == 0
    after = jobs(project)
    assert after["toy/base/page"] == before["toy/base/page"]
    assert set(after) == set(before)
    index = (project / "reports" / "index.html").read_text()
    assert all(f"toy/{name}/page.html" in index for name in ("base", "up", "later"))


def test_the_index_says_which_pages_are_older_than_their_inputs(project):
    assert reporting.run() == 0
    (project / "params" / "toy" / "scenarios" / "later.yaml").write_text("title: Other\n")
    assert reporting.run(scenarios=["base"]) == 0
    index = (project / "reports" / "index.html").read_text()
    assert [name for name in ("base", "up", "later")
            if f'toy/{name}/page.html" title="A page">Page (older inputs)' in index] == ["later"]


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


def test_what_no_longer_exists_is_dropped_and_only_our_files_removed(project):
    assert reporting.run() == 0
    folder = project / "reports" / "toy" / "later"
    (folder / "mine.txt").write_text("keep")
    (project / "params" / "toy" / "scenarios" / "later.yaml").unlink()
    assert reporting.run(scenarios=["base"]) == 0
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert "toy/later/page" not in jobs(project)
    assert "Case later" not in (project / "reports" / "index.html").read_text()


def test_a_manifest_that_points_outside_is_not_believed(project):
    assert reporting.run(scenarios=["base"]) == 0
    victim = project / "victim.html"
    victim.write_text("keep")
    path = project / "reports" / "manifest.json"
    manifest = json.loads(path.read_text())
    record = dict(manifest["jobs"]["toy/base/page"], notebook="gone",
                  outputs={"../victim.html": "0"})
    manifest["jobs"]["toy/base/gone"] = record
    path.write_text(json.dumps(manifest))
    assert reporting.run(scenarios=["base"]) == 0
    assert victim.read_text() == "keep"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The manifest of a run of the tiny project."""
    with pytest.MonkeyPatch.context() as patch:
        folder = toy(tmp_path_factory.mktemp("written"), patch)
        assert reporting.run(scenarios=["base"]) == 0
        return (folder / "reports" / manifest.NAME).read_text()


def broken(text, part, key, value):
    """A manifest in which every record of a part holds something else under a key."""
    found = json.loads(text)
    found[part] = found[part] or {"toy/base": {"fingerprint": "x", "digest": "y"}}
    for record in found[part].values():
        record[key] = value
    return json.dumps(found)


@pytest.mark.parametrize(("part", "key", "value"), [
    ("jobs", "company", ["toy"]), ("jobs", "scenario", ["base"]), ("jobs", "order", "first"),
    ("jobs", "started", 5), ("jobs", "sources", []), ("jobs", "label", None),
    ("scenarios", "company", ["toy"]), ("scenarios", "scenario", ["base"]),
    ("scenarios", "figures", 5), ("scenarios", "figures", [["EBITDA", 5, "1"]]),
    ("scenarios", "checks", []), ("scenarios", "checks", {"failed": [5]}),
    ("scenarios", "sentence", {}), ("workbooks", "fingerprint", ["x"])])
def test_a_manifest_with_anything_else_in_place_of_a_text_is_none(
        written, tmp_path, part, key, value):
    (tmp_path / manifest.NAME).write_text(written)
    assert manifest.read(tmp_path).jobs
    (tmp_path / manifest.NAME).write_text(broken(written, part, key, value))
    assert manifest.read(tmp_path) == manifest.Manifest()


def test_a_manifest_that_cannot_be_read_is_made_anew(project):
    assert reporting.run(scenarios=["base"]) == 0
    path = project / "reports" / manifest.NAME
    whole = path.read_text()
    path.write_text(broken(whole, "jobs", "started", 5))
    assert reporting.run(scenarios=["base"]) == 0
    assert json.loads(path.read_text())["jobs"].keys() == json.loads(whole)["jobs"].keys()


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


def test_a_page_that_is_exported_again_keeps_the_date_and_version_of_its_run(project):
    assert reporting.run(scenarios=["base"]) == 0
    path = project / "reports" / "manifest.json"
    document = json.loads(path.read_text())
    document["jobs"]["toy/base/page"] |= {"started": "2020-02-03T04:05:06+00:00",
                                          "version": "0.0.7"}
    path.write_text(json.dumps(document))
    add(project, "unit_economics", SHOWS)
    assert reporting.run(scenarios=["base"]) == 0
    html = (project / "reports/toy/base/page.html").read_text()
    assert "unit_economics.html" in html
    assert "Made on 2020-02-03 at 04:05 UTC with version 0.0.7 of the model and assum" in html


def test_a_second_run_at_the_same_time_says_so(project, capsys):
    with files.sole_run(project / "reports"):
        assert reporting.run(scenarios=["base"]) == 2
    assert "another run is writing to" in capsys.readouterr().err
    assert reporting.run(scenarios=["base"]) == 0


def test_what_a_crash_left_unfinished_is_cleaned_away(project):
    folder = project / "reports" / "toy" / "base"
    folder.mkdir(parents=True)
    left = folder / f".page.html.123{files.UNFINISHED}"
    for state in ("nothing made", "all made"):
        left.write_text("half")
        assert reporting.run(scenarios=["base"]) == 0
        assert not left.exists(), state
