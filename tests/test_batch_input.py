"""What a run is asked for and given: bad input is said at once and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_stand import PARAMETERS, SHOWS, add, executed, notebook, project

import model
from model import reporting
from model.reporting import jobs as model_jobs


def test_bad_input_is_said_all_at_once_and_nothing_is_written(project, capsys):
    (project / "params" / "toy" / "base.yaml").write_text("broken\n")
    (project / "notebooks" / "json.ipynb").write_text("{")
    add(project, "about", "1", scope="scenarios", subjects=["toys"], colour=1)
    add(project, "extra", "1", parameters=PARAMETERS + "\nscenarios = 1")
    add(project, "missing", "1", parameters='company = "toy"')
    before = sorted(project.rglob("*"))
    assert reporting.run(jobs=0) == 2
    said = capsys.readouterr().err
    for part in ("jobs: 0 is not", "notebooks/json.ipynb: is not JSON",
                 "notebooks/about.ipynb: metadata model.scope is 'scenarios'",
                 "'toys' is not a subject; did you mean toy?",
                 "notebooks/about.ipynb: metadata model.'colour' is unknown",
                 "notebooks/extra.ipynb: the parameters cell assigns 'scenarios', for which a run "
                 "has no value; did you mean scenario?",
                 "notebooks/missing.ipynb: the parameters cell does not assign scenario, changes.",
                 "toy/base.yaml:1: is broken."):
        assert part in said
    assert "Traceback" not in said
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize(("asked", "said"), [
    ({"subjects": ["tou"]}, "subject: 'tou' is unknown; did you mean toy?"),
    ({"scenarios": ["upp"]}, "scenario: 'upp' is unknown; did you mean up?"),
    ({"notebooks": ["pages"]}, "notebook: 'pages' is unknown; did you mean page?"),
    ({"scenarios": ["up"], "notebooks": ["compare"], "subjects": ["toy"]},
     "notebook: 'compare' is unknown; known: page."),
    ({"out": "params/toy/base.yaml"}, "is a file; name a folder."),
    *[({"out": place}, f"is in {place.partition('/')[0]}, of which reports are made; name another")
      for place in ("params", "params/toy/new", "notebooks")],
    ({"out": Path(model.__file__).parent / "pages"}, "is in model, of which reports are made"),
])
def test_an_unknown_name_is_refused_with_the_nearest(project, capsys, asked, said):
    before = sorted(project.rglob("*"))
    assert reporting.run(**asked) == 2
    assert said in capsys.readouterr().err
    assert sorted(project.rglob("*")) == before


def test_a_broken_notebook_does_not_stop_another_that_is_named(project):
    (project / "notebooks" / "untitled.ipynb").write_text("{}")
    assert reporting.run(notebooks=["page"], scenarios=["base"]) == 0


def test_changes_saved_in_a_notebook_are_mentioned_and_left_out(project, capsys):
    assert reporting.run(scenarios=["base"]) == 0
    assert "notebooks/page.ipynb: its changes are not part of a report" in capsys.readouterr().err
    text = notebook(SHOWS, parameters=PARAMETERS.replace('{"left": "over"}', "{}"))
    (project / "notebooks" / "page.ipynb").write_text(text)
    assert reporting.run(scenarios=["base"]) == 0
    assert "its changes" not in capsys.readouterr().err


def test_a_library_that_was_upgraded_makes_every_page_again(project, capsys, monkeypatch):
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == {"toy/base/page"}
    found = model_jobs.versions() | {"matplotlib": "99"}
    monkeypatch.setattr(model_jobs, "versions", lambda: found)
    assert reporting.run(scenarios=["base"]) == 0
    assert executed(capsys) == {"toy/base/page"}


def test_a_readme_is_no_data_of_the_budget(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    read = model_jobs.Inputs().params("budget", ["base"])
    assert "params/budget/base.yaml" in read and "params/budget/README.md" not in read
