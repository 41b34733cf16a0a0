"""Months, seasons and blocks of cells, typed into the grid, moved by levers, and said in words."""

import json

import numpy as np
import pytest
import yaml
from edits_stand import file_of, same
from javascript import plan_of
from seasonal import CHANGES, seasonal

from model import cli, load
from model.analysis.moments import moments, season_text
from model.pages import live, what_if
from model.pages.assumptions.editor import Editor
from model.pages.view import open_view
from model.params.edits import Edits
from model.problems import InputError

MARKETING, CAC, MATCH = "mentees.marketing", "mentees.cac", "mentees.match_rate"
SEASON = "season"


@pytest.fixture
def editor():
    return Editor(open_view("mentorship"))


def typed(editor, path, time, text):
    editor.hear({"do": "type", "path": path, "time": time, "text": text})


def row(editor, path):
    return editor.state["rows"].get(path) or next(
        row["now"] for row in editor.table["rows"] if row["path"] == path)


def cell(editor, path, time):
    return next(cell for cell in row(editor, path)["cells"] if cell["time"] == time)


# The grid.

def test_a_month_is_typed_alone_and_says_what_it_is_in_that_month(editor):
    typed(editor, MARKETING, "2026-09", "600k")
    assert editor.edits.step.changes == {f"{MARKETING}.2026-09": 600_000}
    found = cell(editor, MARKETING, "2026-09")
    assert (found["text"], found["label"], found["edited"]) == ("600,000", "Sep 2026", True)
    assert found["beside"] == "50,000 in that month\nbase 150,000"
    # The year's cell is that of the other months.
    assert cell(editor, MARKETING, "2026")["text"] == "150,000"
    assert row(editor, MARKETING)["note"] == (
        "USD 600.0k per year, USD 50.0k a month in Sep 2026 alone")
    assert editor.state["edits"] == [
        "Marketing budget for mentees, Sep 2026: 150,000 → 600,000"]
    editor.hear({"do": "reset", "path": MARKETING, "time": "2026-09"})
    assert editor.edits.step.changes == {}
    typed(editor, MATCH, "2027-02", "80%")
    assert cell(editor, MATCH, "2027-02")["text"] == "80%" and len(
        row(editor, MATCH)["cells"]) == 6
    typed(editor, "opening_cash", "2027-02", "3")
    assert "one number for the whole plan" in row(editor, "opening_cash")["reasons"][0]


def test_a_season_is_typed_shown_and_taken_back(editor):
    typed(editor, MARKETING, SEASON, "9: 10, 10: 10")
    assert editor.edits.step.changes == {f"{MARKETING}.season": (1,) * 8 + (10, 10, 1, 1)}
    found = cell(editor, MARKETING, SEASON)
    assert (found["text"], found["edited"]) == ("9: 10, 10: 10", True)
    assert row(editor, MARKETING)["note"] == "season: Sep and Oct weigh 10, the other months 1"
    assert editor.state["edits"] == [
        "Marketing budget for mentees, season: none → Sep and Oct weigh 10, the other months 1"]
    # The slider of a level leaves its season.
    editor.hear({"do": "slide", "path": MARKETING, "value": 1.1, "done": True})
    plan = editor.edits.assumptions
    assert plan.monthly(MARKETING)[:9, 0] == pytest.approx([66_000] * 8 + [660_000])
    for wrong, says in (("9: -1", "month 9 weighs -1"), ("1, 2", "twelve weights"),
                        ("13: 2", "by number, {9: 10, 10: 10}"), ("9: a", "not a number")):
        typed(editor, MARKETING, SEASON, wrong)
        assert says in row(editor, MARKETING)["reasons"][0]
        assert cell(editor, MARKETING, SEASON)["text"] == wrong
    typed(editor, MARKETING, SEASON, "")
    assert f"{MARKETING}.season" not in editor.edits.step.changes
    typed(editor, "opening_cash", SEASON, "9: 10")
    assert "so it has no season" in row(editor, "opening_cash")["reasons"][0]


def test_what_is_typed_is_saved_and_loaded_again(folder):
    edits = Edits("mentorship")
    for path, time, text in ((MARKETING, SEASON, "1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
                             (MARKETING, "2026-09", "600k"), (MATCH, SEASON, "8: 0.5"),
                             (MATCH, "2027-02", "70"), (CAC, "2026-11", "88")):
        edits.type((path, time), text)
    file = edits.save("autumn", "Autumn", "To see.")
    content = yaml.safe_load(file.read_text())["changes"]
    assert content == {f"{MARKETING}.season": [1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
                       f"{MARKETING}.2026-09": 600_000, f"{MATCH}.season": {8: 0.5},
                       f"{MATCH}.2027-02": 0.7, f"{CAC}.2026-11": 88}
    made = load("mentorship", "autumn")
    assert same(made, edits.assumptions) == [] and same(made, load("mentorship"))
    # A year that is typed over its own file sets its months anew; another season replaces it.
    again = Edits("mentorship", "autumn")
    again.type((CAC, "2026"), "95")
    again.type((MATCH, SEASON), "8: 0.6")
    again.save("autumn", "", "")
    text = file_of(folder, "autumn").read_text()
    assert f"{CAC}.2026-11" not in text and f"  {MATCH}.season: {{8: 0.6}}\n" in text
    made = load("mentorship", "autumn")
    assert same(made, again.assumptions) == []
    assert made.monthly(CAC)[:12, 0].tolist() == [95] * 12


def test_undoing_and_redoing_find_months_and_seasons_again():
    edits = Edits("mentorship")
    edits.type((MARKETING, SEASON), "9: 10")
    edits.type((MARKETING, "2026-09"), "600k")
    first, second = edits.assumptions, None
    edits.restore(MARKETING)
    assert same(edits.assumptions, edits.start) == []
    edits.undo()
    assert same(edits.assumptions, first) == [] and second is None
    assert edits.is_edited((MARKETING, SEASON)) and not edits.is_edited((CAC, SEASON))


# Blocks from a spreadsheet.

def paste(editor, *cells, beyond=""):
    editor.hear({"do": "paste", "cells": [list(each) for each in cells], "beyond": beyond})


def test_a_row_is_pasted_as_one_step(editor):
    paste(editor, *((MARKETING, str(year), text) for year, text in (
        (2026, "100000"), (2027, "200,000"), (2028, "300k"))))
    assert editor.edits.step.changes == {f"{MARKETING}.2026": 100_000,
                                         f"{MARKETING}.2027": 200_000,
                                         f"{MARKETING}.2028": 300_000}
    assert editor.state["undo"] == "Undo: 3 values pasted" and editor.state["pasting"] == []
    editor.hear({"do": "undo"})
    assert editor.edits.step.changes == {} and editor.state["redo"]


def test_a_block_that_does_not_fit_is_refused_as_a_whole(editor):
    typed(editor, CAC, "2028", "75")
    before = editor.edits.step
    for cells, says in (
            ([(MARKETING, "2026", "100000"), (MARKETING, "2027", "x")], "2027: 'x' is not a numb"),
            ([(MARKETING, "2026", "100000"), (MATCH, "", "180%")], "Match rate is 180%"),
            ([(MARKETING, "2026", "1.270")], "three digits behind its point"),
            ([(MARKETING, "2026", "")], "'' is not a number")):
        paste(editor, *cells)
        assert editor.edits.step is before
        assert editor.state["pasting"][0].startswith("Nothing was pasted: ")
        assert says in editor.state["pasting"][0]
    paste(editor, beyond="6 values side by side do not fit.")
    assert editor.state["pasting"] == ["Nothing was pasted: 6 values side by side do not fit."]
    typed(editor, CAC, "2028", "76")
    assert editor.state["pasting"] == []
    with pytest.raises(InputError):
        editor.edits.paste({(MARKETING, "2026"): "x"}, "")


def test_what_was_refused_elsewhere_stays_while_a_block_is_pasted(editor):
    typed(editor, CAC, "2028", "abc")
    paste(editor, (MARKETING, "2026", "1m"), (MARKETING, "2027", "2m"))
    assert list(editor.edits.step.refusals) == [(CAC, "2028")]
    assert editor.edits.value((MARKETING, "2027")) == 2_000_000


# Levers.

@pytest.mark.parametrize("path", [MARKETING, CAC, "mentees.young_pros.churn", MATCH])
def test_a_slider_moves_levels_and_months_and_leaves_the_season(path):
    plan = seasonal()
    lever, start = what_if.lever(plan, path)
    factor = 1.1 if lever.label.endswith("plan") else start * 1.05
    moved = plan.with_values(what_if.moved_to(plan, path, factor))
    np.testing.assert_allclose(moved.monthly(path), plan.monthly(path) * (
        1.1 if lever.label.endswith("plan") else 1.05), rtol=6e-6)
    assert moved.weights.keys() == plan.weights.keys()


def test_a_path_that_is_filled_in_between_is_moved_as_it_is():
    plan = load("mentorship", changes={CAC: {2026: 100, "2026-07": 90, 2030: 60},
                                       f"{CAC}.2026-01": 70, f"{CAC}.season": {1: 2}})
    moved = plan.with_values(what_if.moved_to(plan, CAC, 1.2))
    np.testing.assert_allclose(moved.monthly(CAC), 1.2 * plan.monthly(CAC), rtol=6e-6)


@pytest.mark.parametrize("company", CHANGES)
def test_what_a_page_keeps_of_its_levers_is_the_same_plan_to_the_bit(company):
    changes = CHANGES[company] | ({f"{CAC}.2026-01": 70.5} if company == "mentorship" else {})
    view = open_view(company, "base", changes)
    data = live.data(view)
    paths = [path for path in data["levers"] if view.assumptions.entries[path].form != "month"]
    factors = {path: min(lever[3], 1.0625 if not lever[5] else lever[3])
               for path, lever in data["levers"].items() if path in paths}
    factors = {path: value for path, value in factors.items() if "mix" not in path}
    with plan_of(view.assumptions, "formats", "outcome") as racer:
        racer.eval(f"const data = {json.dumps(data)}, moved = {json.dumps(factors)};")
        racer.eval("for (const [path, by] of Object.entries(moved)) { const {grain, values} = "
                   "plan.series[path]; plan.set(path, grain === 'constant' ? [by] : "
                   "values.map((each) => each * by)); } 0")
        kept = json.loads(racer.eval("JSON.stringify(changes(plan, data, moved))"))
        held = json.loads(racer.eval("JSON.stringify(Object.fromEntries(Object.keys(moved).map("
                                     "(path) => [path, [...plan.assumption(path)].slice(1)])))"))
    made = view.assumptions.with_values(kept)
    for path in factors:
        assert made.monthly(path)[:, 0].tolist() == held[path], path
    assert made.weights.keys() == view.assumptions.weights.keys()


def test_what_was_moved_in_a_page_comes_back(folder, tmp_path, capsys):
    file_of(folder, "autumn").write_text("title: A\nwhy: B\nchanges:\n" + "".join(
        f"  {path}: {json.dumps(value)}\n".replace('"', "")
        for path, value in CHANGES["mentorship"].items()))
    moved = {CAC: {"2026-01": 110, "2026-07": 99, "2028-01": 77}, f"{MARKETING}.2027-03": 440_000}
    (tmp_path / "moved.json").write_text(json.dumps(
        {"company": "mentorship", "scenario": "autumn", "changes": moved}))
    assert cli.main(["read-page", str(tmp_path / "moved.json"), "--name", "back"]) == 0
    assert "with the changes" in capsys.readouterr().out
    made = load("mentorship", "back")
    assert same(made, load("mentorship", "autumn", moved)) == []
    assert made.weights.keys() == load("mentorship", "autumn").weights.keys()


# Words.

def test_months_and_seasons_are_said_in_words(capsys):
    plan = seasonal()
    assert moments(plan, CAC) == "another level from month to month"
    two = load("mentorship", changes={MARKETING: {2026: 150_000, "2026-07": 180_000,
                                                  2027: 360_000, "2029-11": 1_200_000}})
    assert moments(two, MARKETING) == ("USD 180.0k per year, USD 15.0k a month from Jul 2026; "
                                       "USD 1.20m per year, USD 100.0k a month from Nov 2029")
    assert moments(plan, "opening_cash") == moments(plan, "capex.platform") == ""
    assert moments(plan, MATCH).startswith("season: Jun weighs 0.9, Jul and Aug weigh 0.8, ")
    assert season_text((1,) * 8 + (10, 10, 1, 1)) == "9: 10, 10: 10"
    assert season_text((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)).count(",") == 11
    months = {f"{CAC}.2027-{month:02d}": 70 + month for month in range(1, 8)}
    assert moments(load("mentorship", changes=months), CAC).endswith("3 more months set alone")
    assert cli.main(["project", "mentorship", "--set", f"{MARKETING}.2026-09=600000"]) == 0
    assert ("Marketing budget for mentees: USD 600.0k per year, USD 50.0k a month in Sep 2026 "
            "alone.\n") in capsys.readouterr().out
