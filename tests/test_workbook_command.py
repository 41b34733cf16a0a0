"""The command that writes a workbook, and what it writes over nothing."""

import io
import os
import re
import shlex

import openpyxl
import pytest
from workbooks import kept, place

from model import cli


def test_the_command_writes_a_workbook_that_reads_back(tmp_path, monkeypatch, capsys):
    path = tmp_path / "an out" / "m.xlsx"
    assert cli.main(["workbook", "mentorship", "-s", "downside", "-o", str(path)]) == 0
    command = re.search(r"python -m model (read-workbook .+) reads", capsys.readouterr().out)[1]
    assert shlex.split(command) == ["read-workbook", str(path)]
    assert cli.main(shlex.split(command)) == 0
    assert "No input that this scenario reads was changed in this" in capsys.readouterr().out
    values = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True)
    sheet, row, col = place(kept("mentorship", "base")[0], "", "", "scenario")
    assert values[sheet].cell(row, col).value == "downside"


@pytest.mark.parametrize("arguments", [["nobody"], ["mentorship", "-s", "nothing"]])
def test_the_command_names_what_it_does_not_know(arguments, tmp_path, capsys):
    assert cli.main(["workbook", *arguments, "-o", str(tmp_path / "x.xlsx")]) == 2
    assert not (tmp_path / "x.xlsx").exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["params/mentorship/scenarios/upside.yaml", "x.txt", "x", ".xlsx",
                                  "x.xlsx.gz"])
def test_the_command_writes_over_nothing_that_is_no_workbook(folder, capsys, name):
    path = folder / name
    before = path.read_bytes() if path.exists() else None
    assert cli.main(["workbook", "mentorship", "-o", str(path)]) == 2
    assert (path.read_bytes() if path.exists() else None) == before
    err = capsys.readouterr().err
    assert "does not end in .xlsx" in err and len(err.splitlines()) == 1


def test_a_scenario_that_cannot_be_used_is_named_and_the_others_are_written(folder, capsys):
    scenarios = folder / "params" / "influencer" / "scenarios"
    (scenarios / "broken.yaml").write_text("title: B\nwhy: W.\nchanges: {tiers.basic.churn: -6}\n")
    path = folder / "made.xlsx"
    assert cli.main(["workbook", "influencer", "-o", str(path)]) == 1
    out, err = capsys.readouterr()
    assert "Written" in out and "Left out, as it cannot be used: broken" in err
    assert "tiers.basic.churn = -6" in err
    page = openpyxl.load_workbook(path, read_only=True)["Scenarios"]
    texts = [str(value) for row in page.iter_rows(values_only=True) for value in row if value]
    assert any("Left out" in text and "broken" in text for text in texts)
    (scenarios / "broken.yaml").unlink()
    assert cli.main(["read-workbook", str(path)]) == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_the_command_replaces_nothing_that_is_no_file(tmp_path, capsys):
    """A device renamed over would be gone from the whole machine; a pipe stands for it here."""
    pipe, folder = tmp_path / "pipe.xlsx", tmp_path / "folder.xlsx"
    os.mkfifo(pipe)
    folder.mkdir()
    for there in (pipe, folder):
        assert cli.main(["workbook", "mentorship", "-o", str(there)]) == 2
        assert "is there and is no file" in capsys.readouterr().err
    assert pipe.is_fifo() and sorted(tmp_path.iterdir()) == [folder, pipe]
