"""Cells that were moved, filled or changed are found in a workbook that comes back."""

import re
from datetime import datetime

import pytest
from workbooks import Sent, place, said

from model import cli
from model.workbook import reading
from model.workbook.cells import NAME, cell

# Where cells stand.

def test_rows_that_were_sorted_are_not_read_as_others(tmp_path):
    """Labels, names and values of two rows of Assumptions change places, as a sort does it."""
    sent = Sent(tmp_path)
    cells = sent.found.sheet("Assumptions").cells
    rows = [row for row, col in cells if col == NAME and cells[row, col].content in
            ("mentees.match_rate", "mentees.dispute_rate", "orders.executive_premium")][:2]
    for row, other in zip(rows, reversed(rows), strict=True):
        for col in range(4):
            sent.put("Assumptions", cell(row, col, fixed=False), cells[other, col].content)
    text = said(sent.back())
    assert "rows or columns were inserted, deleted, sorted or moved" in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("sheet", ["Assumptions", "Scenarios", "Dated amounts"])
def test_a_row_that_was_inserted_is_one_problem(tmp_path, sheet):
    sent = Sent(tmp_path)
    sent.insert_row(sheet, 14)
    text = said(sent.back())
    assert "inserted" in text and len(text.splitlines()) == 1 and sheet in text


def test_years_that_changed_places_are_a_problem(tmp_path):
    sent = Sent(tmp_path)
    sent.put("Assumptions", "E5", "2027")
    sent.put("Assumptions", "F5", "2026")
    assert "E5 holds '2027' where it was written with '2026'" in said(sent.back())


def test_what_merged_cells_hide_is_not_read(tmp_path):
    sent = Sent(tmp_path)
    sent.add("Assumptions", "BA12", 5)
    assert "BA12: holds '5', which nothing reads" in said(sent.back())
    part = sent._parts_of["Assumptions"]
    sent.parts[part] = sent.parts[part].replace(
        "<pageMargins", '<mergeCells><mergeCell ref="AZ12:BA12"/></mergeCells><pageMargins')
    assert reading.read(sent.back()).changes == ()


def test_heads_that_a_program_made_numbers_and_dates_are_the_same(tmp_path):
    sent = Sent(tmp_path)
    sent.put("Assumptions", "E5", 2026)
    sent.put("Assumptions", "C14", f" {sent.found.sheet('Assumptions').cells[13, 2].content}")
    sent.put("Dated amounts", "J5", datetime(2026, 1, 1))
    assert reading.read(sent.back()).changes == ()


def test_what_is_typed_beside_the_inputs_is_not_lost(tmp_path):
    sent = Sent(tmp_path)
    beside = [("Assumptions", "E14", 0.9), ("Assumptions", "D13", 80), ("Scenarios", "E26", 5),
              ("Scenarios", "A18", "My own"), ("Scenarios", "C18", "my_own"),
              ("Assumptions", "A300", 7), ("Dated amounts", "K99", "=1+1")]
    for sheet, address, value in beside:
        assert not sent.holds(sheet, address)
        sent.add(sheet, address, value)
    lines = said(sent.back()).splitlines()
    assert len(lines) == len(beside) and all("which nothing reads" in line for line in lines)
    for _, address, _ in beside:
        assert sum(re.search(rf"\b{address}\b", line) is not None for line in lines) == 1, address


def test_the_cell_to_type_into_is_named(tmp_path):
    sent = Sent(tmp_path)
    where = place(sent.found, "base", "mentees.match_rate")
    sent.add("Assumptions", f"E{where[1]}", 0.9)
    assert f"type it into D{where[1]}, or" in said(sent.back())


def test_a_whole_column_beside_the_inputs_is_not_told_cell_by_cell(tmp_path):
    sent = Sent(tmp_path)
    for row in range(300, 340):
        sent.add("Assumptions", f"AB{row}", row)
    assert len(said(sent.back()).splitlines()) == 21


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
    touched = reading.read(sent.back()).other_changes
    assert [found.where for found in touched] == ["the name tax.tax_rate"]


@pytest.mark.parametrize(("ours", "theirs"), [
    ("=IF('Cash flow'!D5>0,1,0)", "=if( 'Cash flow'!D5 > 0, 1.0, 0)"),
    ("=Market!D5+1E-06", "='Market'!D5+0.000001"),
    ("=IF(A1>0,A1,FALSE)", "=IF(A1>0,A1,FALSE())"),
    ('=IF(A1=0,"n/a",1)', '=IF(A1=0,"n/a",1)')])
def test_a_formula_that_a_program_wrote_otherwise_is_the_same(ours, theirs):
    assert reading.normal_form(ours) == reading.normal_form(theirs)


@pytest.mark.parametrize(("ours", "theirs"), [
    ("=D5+1", "=D5+2"), ("=D5+1", "=E5+1"), ('=IF(A1=0,"n/a",1)', '=IF(A1=0,"N/A",1)'),
    ("=$D5", "=D5"), ("=MIN(D5,1)", "=MAX(D5,1)")])
def test_a_formula_that_says_something_else_is_another(ours, theirs):
    assert reading.normal_form(ours) != reading.normal_form(theirs)
