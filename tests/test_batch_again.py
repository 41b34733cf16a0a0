"""Reports are made once, and again only when something they depend on has changed.

The notebooks are tiny and the model is replaced: all is about which pages are made, and when.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from batch_shell import Shell, shell
from batch_stand import SHOWS, add, executed, jobs, made, project, toy

from model import files, reporting
from model.reporting import kernel, manifest

pytestmark = pytest.mark.usefixtures("shell")


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
    assert links(project, "toy/base/page.html") == {"index.html", "toy/up/page.html"}
    capsys.readouterr()
    assert reporting.run(notebooks=["compare"]) == 0
    assert executed(capsys) == {"toy/compare"}
    for name, other in (("base", "up"), ("up", "base")):
        assert links(project, f"toy/{name}/page.html") == {
            "index.html", "toy/compare.html", f"toy/{other}/page.html"}
    assert links(project, "toy/compare.html") == {"index.html", "toy/base/page.html",
                                                  "toy/up/page.html"}
    before = made(project)
    assert reporting.run(notebooks=["compare"]) == 0
    assert made(project) == before
    add(project, "compare", "1/0", scope="company", order=2)
    assert reporting.run(notebooks=["compare"]) == 1
    assert links(project, "toy/base/page.html") == {"index.html", "toy/up/page.html"}


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
        patch.setattr(kernel, "Runner", Shell)
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


def test_what_a_crash_left_unfinished_is_cleaned_away(project):
    folder = project / "reports" / "toy" / "base"
    folder.mkdir(parents=True)
    left = folder / f".page.html.123{files.UNFINISHED}"
    for state in ("nothing made", "all made"):
        left.write_text("half")
        assert reporting.run(scenarios=["base"]) == 0
        assert not left.exists(), state
