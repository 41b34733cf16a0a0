"""A scenario's workbook lies beside its pages: written when something in it changed, removed with
its scenario, and never at the cost of a page."""

import json

import pytest
from batch_shell import shell
from batch_stand import executed, project

from model import files, reporting
from model.reporting import workbooks

pytestmark = pytest.mark.usefixtures("shell")


@pytest.fixture
def written(monkeypatch):
    """The workbooks that are written; each says for which scenario and when."""
    found = []

    def content(company, scenario):
        found.append(f"{company}/{scenario}")
        return f"{company} {scenario} {len(found)}".encode()

    monkeypatch.setattr(workbooks, "is_possible", lambda company, scenario: True)
    monkeypatch.setattr(workbooks, "content", content)
    return found


def workbook(project, scenario):
    return project / "reports" / "toy" / scenario / "model.xlsx"


def test_a_workbook_is_written_once_and_linked_from_page_and_index(project, written, capsys):
    assert reporting.run() == 0
    assert written == ["toy/base", "toy/later", "toy/up"]
    page = (project / "reports" / "toy" / "up" / "page.html").read_text()
    assert 'href="model.xlsx"' in page
    assert 'href="toy/up/model.xlsx"' in (project / "reports" / "index.html").read_text()
    before = workbook(project, "up").read_bytes()
    assert reporting.run() == 0
    assert len(written) == 3 and workbook(project, "up").read_bytes() == before


def test_a_changed_scenario_is_in_the_workbooks_of_all(project, written):
    assert reporting.run() == 0
    (project / "params" / "toy" / "scenarios" / "later.yaml").write_text("title: Later still\n")
    assert reporting.run() == 0
    assert written[3:] == ["toy/base", "toy/later", "toy/up"]


def test_a_part_of_a_run_keeps_the_other_workbooks(project, written):
    assert reporting.run() == 0
    assert reporting.run(scenarios=["up"], force=True) == 0
    assert written[3:] == ["toy/up"]
    assert workbook(project, "base").read_bytes() == b"toy base 1"


@pytest.mark.parametrize("spoil", ["write", "remove"])
def test_a_workbook_that_was_changed_or_removed_is_made_again_without_its_pages(
        project, written, spoil, capsys):
    assert reporting.run(scenarios=["up"]) == 0
    capsys.readouterr()
    if spoil == "write":
        workbook(project, "up").write_bytes(b"typed over")
    else:
        workbook(project, "up").unlink()
    assert reporting.run(scenarios=["up"]) == 0
    assert executed(capsys) == set()
    assert workbook(project, "up").read_bytes() == b"toy up 2"


def test_the_workbook_of_a_scenario_that_is_gone_is_removed(project, written):
    assert reporting.run() == 0
    (project / "params" / "toy" / "scenarios" / "later.yaml").unlink()
    assert reporting.run() == 0
    assert not workbook(project, "later").parent.exists()
    manifest = json.loads((project / "reports" / "manifest.json").read_text())
    assert set(manifest["workbooks"]) == {"toy/base", "toy/up"}


def test_a_workbook_that_fails_is_named_and_costs_no_page(project, written, monkeypatch, capsys):
    assert reporting.run(scenarios=["up"]) == 0

    def fails(company, scenario):
        raise ZeroDivisionError("no month")

    monkeypatch.setattr(workbooks, "content", fails)
    assert reporting.run(scenarios=["up"], force=True) == 1
    assert "toy/up: no workbook: ZeroDivisionError: no month" in capsys.readouterr().err
    assert not workbook(project, "up").exists()
    assert (project / "reports" / "toy" / "up" / "page.html").exists()


def test_a_subject_without_a_month_has_no_workbook(project, capsys):
    assert reporting.run(scenarios=["up"]) == 0
    assert not workbook(project, "up").exists()
    assert "model.xlsx" not in (project / "reports" / "toy" / "up" / "page.html").read_text()


def test_a_manifest_that_leads_out_of_the_folder_is_not_believed(project, written):
    assert reporting.run(scenarios=["up"]) == 0
    path = project / "reports" / "manifest.json"
    document = json.loads(path.read_text())
    victim = project / "model.xlsx"
    victim.write_bytes(b"mine")
    document["workbooks"] = {"..": {"fingerprint": "x", "digest": files.digest(b"mine")}}
    path.write_text(json.dumps(document))
    assert reporting.run(scenarios=["up"]) == 0
    assert victim.read_bytes() == b"mine"
