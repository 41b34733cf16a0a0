"""A workbook comes back: every change is found, said, and becomes exactly the scenario it was."""

import io
import os
import re

import numpy as np
import openpyxl
import pytest
import yaml
from workbooks import Sent, kept, place, said

from model import cli, load
from model.problems import InputError
from model.workbook import reading, record, returning


def laid(sent):
    return returning.laid(reading.read(sent.back()))


def monthly(assumptions, path):
    return assumptions.series[path].monthly(assumptions.calendar.months)[:, 0]


# Nothing changed.

@pytest.mark.parametrize(("company", "scenario"), [("mentorship", "base"),
                                                   ("influencer", "ebitda_1_5m"),
                                                   ("mentorship", "cac_delay")])
def test_a_workbook_that_nobody_changed_has_no_changes(tmp_path, company, scenario):
    returned = reading.read(Sent(tmp_path, company, scenario).back())
    assert (returned.changes, returned.touched, returned.chosen) == ((), (), scenario)
    assert returning.moved(returned) == ()


def test_what_the_workbook_remembers_are_the_plans_it_was_made_from():
    found, _ = kept("influencer", "upside")
    plans, mark = record.read(list(found.record))
    assert mark == found.version and plans.chosen == "upside"
    for name, plan in found.plans.scenarios.items():
        assert plans.scenarios[name].settings == plan.settings


# What was typed.

def test_every_kind_of_change_is_found(tmp_path):
    sent = Sent(tmp_path)
    places = [sent.type(0.8, "mentees.match_rate"), sent.type(77, "mentees.cac", 2028),
              sent.type(2, "mentors.cac", "delay"),
              sent.type(30000, "capex.platform", "2026-04")]
    changes = reading.read(sent.back()).changes
    assert {(c.where, c.field.path, c.field.field, c.old, c.new) for c in changes} == {
        (places[0], "mentees.match_rate", "value", 0.75, 0.8),
        (places[1], "mentees.cac", "2028", 80.0, 77.0),
        (places[2], "mentors.cac", "delay", 0, 2.0),
        (places[3], "capex.platform", "2026-04", 0.0, 30000.0)}
    found = laid(sent)
    assert found.changes == {"mentees.match_rate": 0.8, "mentees.cac.2028": 77.0,
                             "capex.platform.2026-04": 30000.0}
    assert found.delay == {"mentors.cac": 2}


@pytest.mark.parametrize("scenario", ["base", "downside", "cac_delay", "flat_marketing"])
def test_what_is_written_is_the_plan_that_the_workbook_shows(folder, tmp_path, scenario):
    """Whatever is typed in the cells that a scenario shows, the file that is written says the
    same, month by month: each path alone, and then all of them."""
    sent = Sent(tmp_path, "mentorship", scenario)
    plans = sent.found.plans
    typed = {}
    for path, field, value in [
            ("mentees.match_rate", "value", 0.71), ("mentees.cac", "2027", 83),
            ("mentees.cac", "delay", 5), ("mentors.cac", "2029", 140.5),
            ("mentees.marketing", "2026", 200000), ("mentees.marketing", "delay", 1),
            ("capex.platform", "2027-02", 1234.5), ("tax.tax_rate", "value", 0.3)]:
        owner = scenario if scenario in plans.changed.get(path, ()) else "base"
        sent.type(value, path, field, owner)
        typed.setdefault(path, {})[field] = value
    found = laid(sent)
    assert not found.idle
    file = returning.write(found, "sent_back", "Sent back", "To see.")
    made = load("mentorship", "sent_back")
    for path in plans.base.entries:
        wanted = monthly(plans.now, path)
        if path in typed:
            wanted = by_hand(plans, path, typed[path])
        assert np.array_equal(monthly(made, path), wanted), path
    content = yaml.safe_load(file.read_text())
    named = {path.removesuffix(f".{path.rpartition('.')[2]}") if path.rpartition(".")[2][0] in "2"
             else path for path in (*content["changes"], *content.get("delay", ()))}
    assert named == set(typed)
    assert content.get("extends", "base") == scenario


def by_hand(plans, path, typed):
    """The months of a path as the workbook shows them after typing."""
    own = plans.typed(plans.chosen, path)
    if plans.forms[path] == "constant":
        return np.full(60, typed["value"])
    if plans.forms[path] == "month":
        values = dict(zip(plans.calendar.labels, own.values, strict=True)) | typed
        return np.array(list(values.values()))
    delay = typed.get("delay", own.delay)
    years = dict(zip(map(str, plans.calendar.years), own.values, strict=True)) | {
        year: value for year, value in typed.items() if year != "delay"}
    return np.array([list(years.values())[max(month - delay, 0) // 12] for month in range(60)])


def test_a_delay_can_be_taken_back(folder, tmp_path):
    sent = Sent(tmp_path, "mentorship", "cac_delay")
    sent.type(0, "mentees.cac", "delay", "cac_delay")
    found = laid(sent)
    returning.write(found, "on_time", "On time", "To see.")
    made = load("mentorship", "on_time")
    assert np.array_equal(monthly(made, "mentees.cac"), monthly(load("mentorship"), "mentees.cac"))
    assert not np.array_equal(monthly(made, "mentors.cac"),
                              monthly(load("mentorship"), "mentors.cac"))


def test_changes_of_a_scenario_that_is_not_shown_are_named_and_left_out(tmp_path):
    sent = Sent(tmp_path, "mentorship", "base")
    sent.type(0.5, "mentees.match_rate", scenario="upside")
    sent.type(0.9, "mentees.match_rate", scenario="base")
    sent.choose("downside")
    found = laid(sent)
    assert found.over == "downside" and not found.changes
    assert {change.field.scenario for change in found.idle} == {"upside", "base"}


def test_the_effect_is_that_of_the_model(tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(0.8, "mentees.match_rate")
    assert cli.main(["read-workbook", str(sent.back())]) == 0
    out = capsys.readouterr().out
    assert "Match rate (mentees.match_rate): 75 → 80 %" in out
    assert "First break-even" in out and "Oct 2027" in out
    assert out.count("293.0k") == 1  # lowest cash of base, and another beside it


def test_a_plan_that_moved_on_since_is_said(folder, tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(0.8, "mentees.match_rate")
    path = sent.back()
    base = folder / "params" / "mentorship" / "base.yaml"
    base.write_text(base.read_text().replace("value: 0.18", "value: 0.19", 1))
    assert cli.main(["read-workbook", str(path)]) == 0
    assert "1 assumptions of the plan are no longer" in capsys.readouterr().out


# Writing the scenario.

def test_a_scenario_is_written_by_the_command(folder, tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(77, "mentees.cac", 2028)
    assert cli.main(["read-workbook", str(sent.back()), "--name", "investor",
                     "--title", "=What they said", "--why", "Mail of May: #1"]) == 0
    file = folder / "params" / "mentorship" / "scenarios" / "investor.yaml"
    assert yaml.safe_load(file.read_text()) == {
        "title": "=What they said", "why": "Mail of May: #1",
        "changes": {"mentees.cac.2028": 77}}
    assert "investor.yaml" in capsys.readouterr().out
    assert cli.main(["check", "mentorship", "-s", "investor"]) == 0


def test_a_scenario_that_is_there_is_replaced_only_by_force(folder, tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.type(77, "mentees.cac", 2028)
    file = folder / "params" / "mentorship" / "scenarios" / "upside.yaml"
    before = file.read_bytes()
    command = ["read-workbook", str(sent.back()), "--name", "upside"]
    assert cli.main(command) == 2 and file.read_bytes() == before
    assert "--force" in capsys.readouterr().err
    assert cli.main([*command, "--force"]) == 0 and file.read_bytes() != before


def found_over(over="base", **changes):
    return returning.Laid("mentorship", over, changes, {}, (), {})


@pytest.mark.parametrize("name", ["base", "No Good", "../up", "con", ""])
def test_a_name_that_cannot_be_is_refused(folder, name):
    with pytest.raises(InputError, match="--name"):
        returning.write(found_over(opening_cash=5), name, "T", "W")
    assert not (folder / "params" / "up.yaml").exists()


def test_no_change_makes_no_scenario(folder):
    with pytest.raises(InputError, match="nothing was changed"):
        returning.write(found_over(), "same", "T", "W")


def test_a_scenario_cannot_extend_itself(folder):
    with pytest.raises(InputError, match="is the scenario that was changed"):
        returning.write(found_over("upside", opening_cash=5), "upside", "T", "W", force=True)


def test_a_scenario_that_cannot_be_used_leaves_what_was_there(folder):
    file = folder / "params" / "mentorship" / "scenarios" / "upside.yaml"
    before = file.read_bytes()
    for name in ("upside", "fresh"):
        with pytest.raises(InputError, match="outside what its unit allows"):
            returning.write(found_over(**{"tax.tax_rate": 7}), name, "T", "W", force=True)
    assert file.read_bytes() == before and not file.with_name("fresh.yaml").exists()


# What is no input.

def test_a_changed_formula_is_reported_and_fails(tmp_path, capsys):
    sent = Sent(tmp_path)
    sent.put("Results", "L12", 5000)
    sent.put("Costs", "M9", "=M8*2")
    sent.put("KPIs", "D7", None)
    sent.put("Timeline", "D16", 31)
    assert cli.main(["read-workbook", str(sent.back())]) == 1
    err = capsys.readouterr().err
    for where in ("Results!L12", "Costs!M9", "KPIs!D7", "Timeline!D16"):
        assert where in err
    assert "4 cells that are no inputs were changed" in err


def test_a_name_that_leads_elsewhere_is_reported(tmp_path):
    sent = Sent(tmp_path)
    was = sent.found.names["tax.tax_rate"]
    sent.parts["xl/workbook.xml"] = re.sub(
        rf'(<definedName name="tax.tax_rate">){re.escape(was)}<', r"\1Assumptions!$D$14<",
        sent.parts["xl/workbook.xml"])
    touched = reading.read(sent.back()).touched
    assert [found.where for found in touched] == ["the name tax.tax_rate"]


@pytest.mark.parametrize(("ours", "theirs"), [
    ("=IF('Cash flow'!D5>0,1,0)", "=if( 'Cash flow'!D5 > 0, 1.0, 0)"),
    ("=Market!D5+1E-06", "='Market'!D5+0.000001"),
    ('=IF(A1=0,"n/a",1)', '=IF(A1=0,"n/a",1)')])
def test_a_formula_that_a_program_wrote_otherwise_is_the_same(ours, theirs):
    assert reading._plain(ours) == reading._plain(theirs)


@pytest.mark.parametrize(("ours", "theirs"), [
    ("=D5+1", "=D5+2"), ("=D5+1", "=E5+1"), ('=IF(A1=0,"n/a",1)', '=IF(A1=0,"N/A",1)'),
    ("=$D5", "=D5"), ("=MIN(D5,1)", "=MAX(D5,1)")])
def test_a_formula_that_says_something_else_is_another(ours, theirs):
    assert reading._plain(ours) != reading._plain(theirs)


# Values that cannot be.

def test_values_that_cannot_be_are_named_by_their_cells_all_at_once(tmp_path, capsys):
    sent = Sent(tmp_path)
    wrong = {"mentees.match_rate": "0.8", "commission.share": "80%", "tax.tax_rate": "=1+1",
             "tax.loss_limit": None, "terms.credit_losses": True, "commission.fee": "a\nb"}
    where = {path: sent.type(value, path) for path, value in wrong.items()}
    where["scenario"] = sent.choose("nobody")
    assert cli.main(["read-workbook", str(sent.back())]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    words = ["'0.8', which is not a number", "'80%', which is not a number", "holds a formula",
             "is empty", "'True', which is not a number", "not a number", "is not a scenario"]
    assert len(lines) == len(where)
    for address, path, said_of_it in zip(where.values(), where, words, strict=True):
        line = next(line for line in lines if f"{address}:" in line)
        assert said_of_it in line and (path in line or path == "scenario")


def test_values_outside_what_is_allowed_are_named_by_their_cells(tmp_path):
    sent = Sent(tmp_path)
    where = [sent.type(1.4, "mentees.match_rate"), sent.type(-1, "mentees.cac", 2027),
             sent.type(-5, "capex.platform", "2026-02")]
    text = said(sent.back())
    assert text.count("outside what its unit allows") == 3
    assert all(address in text for address in where)


def test_shares_that_sum_to_more_than_one_are_refused(tmp_path):
    sent = Sent(tmp_path)
    sent.type(0.95, "mentees.mix.career_changers", 2030)
    assert "sum to 1.07" in said(sent.back())


def test_a_delay_is_a_whole_number_of_months(tmp_path):
    sent = Sent(tmp_path)
    for path, value in (("mentees.cac", 1.5), ("mentors.cac", -1), ("mentees.marketing", 600)):
        sent.type(value, path, "delay")
    assert said(sent.back()).count("a delay is a whole number of months from 0 to 59") == 3


# The command that writes.

def test_the_command_writes_a_workbook_that_reads_back(tmp_path, monkeypatch, capsys):
    path = tmp_path / "out" / "m.xlsx"
    assert cli.main(["workbook", "mentorship", "-s", "downside", "-o", str(path)]) == 0
    assert cli.main(["read-workbook", str(path)]) == 0
    assert "No input that this scenario reads was changed." in capsys.readouterr().out
    values = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    sheet, row, col = place(kept("mentorship", "base")[0], "", "", "scenario")
    assert values[sheet].cell(row, col).value == "downside"


@pytest.mark.parametrize("arguments", [["nobody"], ["mentorship", "-s", "nothing"]])
def test_the_command_names_what_it_does_not_know(arguments, tmp_path, capsys):
    assert cli.main(["workbook", *arguments, "-o", str(tmp_path / "x.xlsx")]) == 2
    assert not (tmp_path / "x.xlsx").exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_the_command_replaces_nothing_that_is_no_file(tmp_path, capsys):
    """A device renamed over would be gone from the whole machine; a pipe stands for it here."""
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for there in (pipe, folder):
        assert cli.main(["workbook", "mentorship", "-o", str(there)]) == 2
        assert "is there and is no file" in capsys.readouterr().err
    assert pipe.is_fifo() and sorted(tmp_path.iterdir()) == [folder, pipe]
