"""Where one begins in JupyterLab: what can be chosen, what is saved, and the pages of it."""

import sys

import pytest

from model.pages import start
from model.pages.assumptions import page_run
from model.pages.assumptions.editor import Editor
from model.pages.assumptions.page_run import PageRun, make_pages
from model.pages.view import open_view
from model.problems import InputError

MATCH = "mentees.match_rate"
# What stands for the command: two pages of a scenario that has a fault, and none of another.
COMMAND = """
import json, sys
name = sys.argv[3]
if name == "faulty":
    sys.exit("params/mentorship/scenarios/faulty.yaml:1: is no mapping.")
pages = [f"mentorship/{name}/{page}" for page in ("investor_report", "unit_economics")]
if "--dry-run" in sys.argv:
    print(json.dumps({"execute": pages}))
else:
    for page in pages:
        print(f"{page}: done, 2.0 s", file=sys.stderr)
    print("a word beside", file=sys.stderr)
    print(json.dumps({"executed": pages, "problems": ["checks: E1 fails"], "seconds": 4.0}))
"""


@pytest.fixture
def command(monkeypatch):
    monkeypatch.setattr(page_run, "_COMMAND", (sys.executable, "-c", COMMAND))


def boxes(desk):
    """The two drop-downs, and what they chose."""
    panel, place = desk.children
    return *panel.children[1].children, place


def test_the_scenarios_are_those_of_the_company(folder):
    company, scenario, place = boxes(start.desk())
    assert dict(company.options)["Career mentorship marketplace"] == "mentorship"
    first = place.children
    company.value = "mentorship"
    titles = [title for title, _ in scenario.options]
    assert titles[0] == "Base" and "Flat marketing" in titles and place.children != first
    shown = place.children
    scenario.value = "downside"
    (grid,) = place.children
    assert (grid,) != shown and "Downside scenario" in grid.table["caption"]


def test_a_scenario_that_cannot_be_used_is_said_and_another_can_be_chosen(folder):
    (folder / "params/mentorship/scenarios/odd.yaml").write_text("title: Odd\nchanges: {no: 1}\n")
    company, scenario, place = boxes(start.desk())
    company.value = "mentorship"
    scenario.value = "odd"
    assert "is not an assumption" in place.children[0].value
    scenario.value = "base"
    assert place.children[0].table["years"]


def test_what_is_saved_can_be_chosen_and_the_choice_stays(folder):
    company, scenario, place = boxes(start.desk())
    company.value = "mentorship"
    (grid,) = place.children
    grid._heard({"do": "type", "path": MATCH, "time": "", "text": "80"})
    grid._heard({"do": "save", "name": "mine", "title": "My own", "why": "To see."})
    assert ("My own", "mine") in scenario.options
    assert scenario.value == "base" and place.children == (grid,)


def test_how_far_the_pages_are_is_told_to_the_end(command):
    told = []
    make_pages("mentorship", "mine", told.append)
    assert [(run.done, run.pages) for run in told] == [(0, 0), (0, 2), (1, 2), (2, 2), (2, 2)]
    assert told[2].said == "Investor report is made, 1 of 2"
    assert told[-1] == PageRun(
        2, 2, "2 pages made in 4 seconds.",
        (("Investor report", "reports/mentorship/mine/investor_report.html"),
         ("Unit economics", "reports/mentorship/mine/unit_economics.html"),
         ("All pages", "reports/index.html")), ("checks: E1 fails",))


def test_a_scenario_of_which_no_page_can_be_made_says_why(command):
    told = []
    make_pages("mentorship", "faulty", told.append)
    assert told[-1].problems == ("params/mentorship/scenarios/faulty.yaml:1: is no mapping.",)


def test_pages_are_made_of_what_was_saved_and_of_nothing_else(folder, command):
    found = Editor(open_view("mentorship"))
    found.hear({"do": "type", "path": MATCH, "time": "", "text": "80"})
    found.hear({"do": "save", "name": "No", "title": "T", "why": "W", "pages": True})
    assert found.state["making"] == PageRun().data() and found.state["saving"]["problems"]
    found.hear({"do": "save", "name": "mine", "title": "T", "why": "W", "pages": True})
    found._worker.join()
    assert found.state["making"]["said"] == "2 pages made in 4 seconds."
    assert found.state["saving"]["done"] == [
        ("text", "Saved: params/mentorship/scenarios/mine.yaml, with 1 change over Base.")]
    found.hear({"do": "save", "name": "mine", "title": "T", "why": "W", "pages": True})
    assert found.state["saving"]["pages"] and found.state["saving"]["question"]


def test_an_unknown_company_is_not_offered(folder):
    company, _, _ = boxes(start.desk())
    assert "budget" not in dict(company.options).values()
    with pytest.raises(InputError):
        start._scenarios("acme")
