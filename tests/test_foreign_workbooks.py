"""Files that are no workbooks of ours, or no longer: one sentence each, and nothing is believed."""

import json
import shutil
import zipfile

import openpyxl
import pytest
from workbooks import Sent, kept, said

from model.problems import InputError
from model.workbook import reading, record


def remembered():
    """What a workbook remembers, as a text and as a document."""
    text = "".join(kept("mentorship", "base")[0].record)
    return text, json.loads(text)


def test_another_version_of_the_model_says_so(tmp_path):
    sent = Sent(tmp_path)
    _, told = remembered()
    sent.put(record.SHEET, "A1", json.dumps({**told, "version": "0123456789abcdef"}))
    text = said(sent.back())
    assert "another version of the model (0123456789abcdef; this one is" in text
    assert "make it again" in text


@pytest.mark.parametrize("spoil", [
    lambda told: {**told, "format": 99}, lambda told: {**told, "scenarios": {}},
    lambda told: [], lambda told: {**told, "chosen": "nobody"}, lambda told: None,
    lambda told: {**told, "scenarios": {"base": {"title": 1, "why": 2, "settings": {"a": 1}}}}])
def test_a_record_that_was_spoilt_is_not_believed(spoil):
    with pytest.raises(record.Unreadable):
        record.read([json.dumps(spoil(remembered()[1]))])


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"=1"', "true", "[1]", "1e999", "null",
                                   '{"value": 1, "years": {}, "delay": 1e9, "later": {}}', "{}"])
def test_a_record_holds_nothing_but_numbers(value):
    text, _ = remembered()
    assert text.count('"tax.tax_rate":0.25') == 1
    with pytest.raises(record.Unreadable):
        record.read([text.replace('"tax.tax_rate":0.25', f'"tax.tax_rate":{value}')])


def test_a_record_that_is_nested_without_end_is_not_believed():
    with pytest.raises(record.Unreadable):
        record.read(["[" * 100_000])


def test_a_company_that_is_not_there_is_named():
    text, _ = remembered()
    with pytest.raises(InputError, match="has no assumptions"):
        record.read([text.replace('"company":"mentorship"', '"company":"../../etc"')])


def test_a_spoilt_record_in_a_file_is_said_in_a_sentence(tmp_path):
    sent = Sent(tmp_path)
    sent.put(record.SHEET, "A1", "x")
    assert "another version of the model, or its record was changed" in said(sent.back())


def test_a_sheet_that_is_missing_is_named(tmp_path):
    sent = Sent(tmp_path)
    sent.parts["xl/workbook.xml"] = sent.parts["xl/workbook.xml"].replace(
        '<sheet name="Market"', '<sheet name="Bazaar"')
    assert "has no sheet 'Market'" in said(sent.back())


def test_a_file_of_somebody_else_is_refused(tmp_path):
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    assert "not a workbook of this model" in said(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 but no more"])
def test_a_file_that_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    assert "not an .xlsx workbook" in said(path)


def test_a_damaged_workbook_is_refused(tmp_path):
    path = Sent(tmp_path).back()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "new.xlsx", "w") as new:
        for name in old.namelist():
            if name.endswith("sheet3.xml"):
                new.writestr(name, old.read(name)[:5000])
            elif name != "xl/styles.xml":
                new.writestr(name, old.read(name))
    assert "damaged" in said(tmp_path / "new.xlsx")


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    assert "there is no such file" in said(tmp_path / "missing.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    assert len(said(tmp_path / "folder.xlsx").splitlines()) == 1


def test_a_file_that_unpacks_to_too_much_is_refused_unread(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for at in range(3):
            packed.writestr(f"xl/worksheets/sheet{at}.xml", b"0" * 50_000_000)
    assert "unpacks to far more" in said(path)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(reading.MAX_BYTES + 1)
    assert "is larger than" in said(path)


def test_xml_that_includes_other_files_is_refused(tmp_path):
    path = Sent(tmp_path).back()
    shutil.copy(path, tmp_path / "old.xlsx")
    attack = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    with zipfile.ZipFile(tmp_path / "old.xlsx") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, attack if name == "xl/workbook.xml" else old.read(name))
    assert len(said(path).splitlines()) == 1
