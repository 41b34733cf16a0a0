"""What the grid of the assumptions notebook shows and does, without a browser."""

import asyncio
import json
import threading

import pytest

from model import load, project
from model.pages import assumptions as page
from model.pages import breakeven, frame, open_view
from model.pages.assumptions.editor import Editor
from model.pages.assumptions.grid_rows import written
from model.params import catalog
from model.params.edits import number

CAC, MATCH, CHURN = "mentees.cac", "mentees.match_rate", "mentees.young_pros.churn"


@pytest.fixture
def editor():
    return Editor(open_view("mentorship"))


def typed(editor, path, text, time=""):
    editor.hear({"do": "type", "path": path, "time": time, "text": text})
    return editor.state


def row(editor, path):
    fixed = next(row for row in editor.table["rows"] if row["path"] == path)
    return editor.state["rows"].get(path, fixed["now"])


def cell(editor, path, time=""):
    return next(cell for cell in row(editor, path)["cells"] if cell["time"] == time)


@pytest.mark.parametrize(("company", "scenario"), [
    (company, scenario) for company in catalog.companies()
    for scenario in ("base", "cac_delay", "downside") if scenario in catalog.scenarios(company)])
def test_every_assumption_has_a_row_and_each_cell_its_value(company, scenario):
    editor = Editor(open_view(company, scenario))
    made = load(company, scenario).opened()
    assert [row["path"] for row in editor.table["rows"]] == list(made.entries)
    for fixed in editor.table["rows"]:
        unit = made.entries[fixed["path"]].unit
        assert fixed["now"]["cells"]
        for found in fixed["now"]["cells"]:
            value = editor.edits.value((fixed["path"], found["time"]))
            assert number(found["full"], unit) == pytest.approx(value, rel=1e-11)
    json.dumps([editor.table, editor.state], allow_nan=False)


@pytest.mark.parametrize("value, unit, shown, full", [
    (0.045, "fraction/month", "4.5", "4.5"), (1270000, "USD/year", "1,270,000", "1270000"),
    (1 / 3, "fraction", "33.3333", "33.3333333333"), (0, "USD", "0", "0"),
    (0.0015, "FTE", "0.0015", "0.0015"), (1, "flag", "1", "1"), (None, "USD", "", ""),
    (123456.789, "USD", "123,457", "123456.789"), (-0.5, "fraction/year", "-50", "-50")])
def test_a_value_is_written_as_it_is_typed(value, unit, shown, full):
    assert written(value, unit) == shown
    assert written(value, unit, exact=True) == full


def test_figures_chart_and_sentence_follow_at_once(editor):
    before = editor.state
    after = typed(editor, MATCH, "80")
    view = open_view("mentorship", "base", {MATCH: 0.8})
    assert after["chart"]["message"] == breakeven.cash(view).message
    assert after["chart"]["alt"] == breakeven.cash(view).alt
    assert [figure["value"] for figure in after["figures"]] == [
        tile.value for tile in frame.tiles(view)]
    assert after["chart"]["src"] != before["chart"]["src"] and after["number"] > before["number"]
    assert after["checks"]["text"].startswith(f"All {len(view.checks.made)} checks hold")


def test_a_changed_cell_stands_beside_base_and_can_go_back(editor):
    typed(editor, CAC, "95", "2028")
    found = cell(editor, CAC, "2028")
    assert (found["text"], found["beside"], found["edited"]) == ("95", "base 80", True)
    assert row(editor, CAC)["mark"] == "✎ edited" and found["reset"] == "Set back to 80 (base)"
    assert editor.state["edits"] == ["CAC, mentee, 2028: 80 → 95"]
    assert editor.state["paste"] == "changes = {'mentees.cac.2028': 95}"
    editor.hear({"do": "reset", "path": CAC, "time": "2028"})
    assert row(editor, CAC)["mark"] == "" and not editor.state["edits"]


def test_over_a_scenario_its_own_value_and_base_stand_beside():
    editor = Editor(open_view("mentorship", "downside"))
    assert row(editor, MATCH)["mark"] == "≠ base" and cell(editor, MATCH)["beside"] == "base 75%"
    typed(editor, MATCH, "80")
    assert cell(editor, MATCH)["beside"] == "downside 65%\nbase 75%"
    assert cell(editor, MATCH)["reset"] == "Set back to 65% (downside)"


def test_what_cannot_be_is_said_at_its_row_and_nothing_is_updated(editor):
    typed(editor, CAC, "95", "2028")
    before = editor.state
    after = typed(editor, MATCH, "120")
    assert after["stale"].startswith("Not updated: Match rate cannot be used as typed.")
    reason, = row(editor, MATCH)["reasons"]
    assert reason == ("Match rate is 120%, outside what can be, at least 0% and at most 100%; type "
                      "a percent within.")
    assert cell(editor, MATCH)["refused"] and cell(editor, MATCH)["text"] == "120"
    for same in ("figures", "chart", "edits", "paste", "checks"):
        assert after[same] == before[same]
    editor.hear({"do": "undo"})
    assert not editor.state["stale"] and not row(editor, MATCH)["reasons"]


def test_a_value_beyond_its_plausible_range_is_used_and_said(editor):
    typed(editor, MATCH, "95")
    assert not editor.state["stale"] and cell(editor, MATCH)["edited"]
    assert "outside its plausible 60% to 85%" in row(editor, MATCH)["odd"]


def test_a_slider_moves_the_cells_and_is_one_step(editor):
    slider = next(row for row in editor.table["rows"] if row["path"] == CAC)["lever"]
    assert (slider["low"], slider["high"]) == (0.5, 1.5)
    for value in (1.1, 1.2):
        editor.hear({"do": "slide", "path": CAC, "value": value, "done": False})
    assert [cell["text"] for cell in row(editor, CAC)["cells"]] == ["120", "108", "96", "84", "72"]
    assert row(editor, CAC)["lever"] == {"value": pytest.approx(1.2), "text": "× 1.20"}
    editor.hear({"do": "undo"})
    assert not editor.state["edits"] and editor.state["checks"]
    editor.hear({"do": "slide", "path": MATCH, "value": 0.8, "done": True})
    assert cell(editor, MATCH)["text"] == "80%" and editor.state["edits"] == [
        "Match rate: 75% → 80%"]
    editor.hear({"do": "slide", "path": MATCH, "value": 0.75, "done": True})
    assert not editor.state["edits"]


def test_one_value_can_be_given_by_year(editor):
    editor.hear({"do": "split", "path": MATCH})
    assert len(row(editor, MATCH)["cells"]) == 5
    typed(editor, MATCH, "80", "2028")
    assert editor.edits.step.changes == {f"{MATCH}.2028": 0.8}
    assert [cell["text"] for cell in row(editor, MATCH)["cells"]] == [
        "75%", "75%", "80%", "75%", "75%"]
    assert editor.state["edits"] == ["Match rate, 2028: 75% → 80%"]
    typed(editor, MATCH, "80")
    assert editor.state["edits"] == ["Match rate: 75% → 80%"]


def test_a_dated_amount_can_be_added(editor):
    typed(editor, "capex.platform", "30,000", "2026-04")
    assert cell(editor, "capex.platform", "2026-04")["text"] == "30,000"
    assert editor.state["edits"] == ["Capital spending, platform, Apr 2026: nothing → 30,000"] or (
        "Apr 2026: nothing → 30,000" in editor.state["edits"][0])


def test_changes_of_the_parameters_cell_are_edits():
    editor = Editor(open_view("mentorship", "base", {f"{CAC}.2028": 95}))
    assert editor.state["edits"] == ["CAC, mentee, 2028: 80 → 95"]
    editor.hear({"do": "reset_all"})
    assert not editor.state["edits"]
    assert editor.state["figures"][0]["value"] == frame.tiles(open_view("mentorship"))[0].value


@pytest.mark.parametrize("message", [
    {}, {"do": "type"}, {"do": "type", "path": "nowhere", "text": "1"}, {"do": "slide",
     "path": CAC, "value": "much"}, {"do": "undo"}, {"do": "redo"}, {"do": 5},
    {"do": "type", "path": CAC, "time": ["2026"], "text": {"a": 1}}, {"do": "reset", "path": CAC,
     "time": "never"}, {"do": "save"}, {"do": "save", "name": None, "replace": "yes"}])
def test_a_message_that_makes_no_sense_changes_nothing(editor, message):
    editor.hear(message)
    assert not editor.edits.step.changes
    assert not editor.state["edits"]


def test_a_fault_of_ours_is_said_and_the_figures_are_called_old(editor, monkeypatch):
    monkeypatch.setattr(editor.edits, "type", lambda *_: 1 / 0)
    assert typed(editor, MATCH, "80")["stale"] == "Not updated: ZeroDivisionError: division by zero"


def test_the_checks_follow_when_nothing_is_typed_for_a_moment(editor, monkeypatch):
    monkeypatch.setattr("model.pages.assumptions.editor.PAUSE", 0.01)

    async def kernel():
        typed(editor, MATCH, "80")
        typed(editor, MATCH, "81")
        assert editor.state["checks"] is None
        await asyncio.sleep(0.05)

    asyncio.run(kernel())
    assert editor.state["checks"]["text"].startswith("All")


def test_messages_of_several_threads_and_late_checks_never_bring_an_old_state_back(
        editor):
    """JupyterLab sends the messages of widgets through threads of their own."""
    said = []
    editor.grid = type("Told", (), {"__setattr__": lambda _, name, state: said.append(state)})()
    started, go_on = threading.Event(), threading.Event()
    checks = editor._checks

    def slow(view):
        started.set()
        go_on.wait(0.2)
        return checks(view)

    editor._checks = slow
    first = threading.Thread(target=typed, args=(editor, MATCH, "80"))
    first.start()
    started.wait(10)
    second = threading.Thread(target=editor.hear, args=({"do": "undo"},))
    second.start()
    first.join()
    second.join()
    assert [len(state["edits"]) for state in said] == [1, 1, 0, 0]


# Saving.

def save(editor, **fields):
    editor.hear({"do": "save", "title": "T", "why": "W", **fields})
    return editor.state["saving"]


def test_what_is_saved_says_where_it_is_and_which_command_reports_it(folder):
    editor = Editor(open_view("mentorship"))
    typed(editor, MATCH, "80")
    said = save(editor, name="mine")
    assert said["done"][0] == ("text", "Saved: params/mentorship/scenarios/mine.yaml, with "
                                       "1 change over Base.")
    commands = [text for kind, text in said["done"] if kind == "command"]
    assert commands == ['make reports ARGS="mentorship -s mine"',
                        "python -m model run mentorship -s mine", 'scenario = "mine"']
    view = open_view("mentorship", "mine")
    assert [figure["value"] for figure in editor.state["figures"]] == [
        tile.value for tile in frame.tiles(view)]
    assert (project(load("mentorship", "mine")).block == view.projection.block).all()


def test_a_name_that_is_taken_is_asked_about_and_left(folder):
    editor = Editor(open_view("mentorship"))
    typed(editor, MATCH, "80")
    file = folder / "params/mentorship/scenarios/upside.yaml"
    before = file.read_bytes()
    said = save(editor, name="upside")
    assert "scenarios/upside.yaml is there already" in said["question"] and not said["done"]
    assert file.read_bytes() == before
    assert save(editor, name="upside", replace=True)["done"] and file.read_bytes() != before
    typed(editor, MATCH, "81")
    assert not editor.state["saving"]["done"]


def test_an_own_file_is_said_to_be_updated_with_what_is_new_in_it(folder):
    editor = Editor(open_view("mentorship", "downside"))
    file = "Saved: params/mentorship/scenarios/downside.yaml, updated with"
    assert save(editor, name="downside", why="")["done"][0][1] == f"{file} a new title."
    typed(editor, MATCH, "80")
    assert save(editor, name="downside", title="", why="")["done"][0][1] == f"{file} 1 change."


def test_what_keeps_from_saving_is_said_all_at_once(folder):
    editor = Editor(open_view("mentorship"))
    typed(editor, MATCH, "120")
    said = save(editor, name="No", title=" ", why="")
    assert len(said["problems"]) == 5 and not said["done"]
    assert said["problems"][0].startswith("Name: 'No' is not a plain name")


def test_a_folder_that_cannot_be_written_to_is_said(folder, monkeypatch):
    editor = Editor(open_view("mentorship"))
    typed(editor, MATCH, "80")

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("model.params.scenario_file.write_whole", full)
    assert save(editor, name="mine")["problems"] == ["Not saved: No space left on device."]


def test_the_cell_gives_a_widget_that_says_nothing_random():
    widget = page.controls(open_view("mentorship"))
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == "The grid of assumptions"
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
