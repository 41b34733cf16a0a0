"""Files that are no workbooks of ours, or no longer: one sentence each, and nothing is believed."""

import json
import os
import random
import re
import shutil
import zipfile

import openpyxl
import pytest
from workbooks import Sent, kept, said

from model import cli
from model.problems import InputError
from model.workbook import archive, snapshot


def remembered():
    """What a workbook remembers, as a text and as a document."""
    text = "".join(kept("mentorship", "base")[0].snapshot)
    return text, json.loads(text)


def test_another_version_of_the_model_says_so(tmp_path):
    sent = Sent(tmp_path)
    _, told = remembered()
    sent.put(snapshot.SHEET, "A1", json.dumps({**told, "version": "0123456789abcdef"}))
    text = said(sent.back())
    assert "another version of the model (0123456789abcdef; this one is" in text
    assert "make it again" in text


@pytest.mark.parametrize("spoil", [
    lambda told: {**told, "format": 99}, lambda told: {**told, "scenarios": {}},
    lambda told: [], lambda told: {**told, "chosen": "nobody"}, lambda told: None,
    lambda told: {**told, "scenarios": {"base": {"title": 1, "why": 2, "settings": {"a": 1}}}}])
def test_a_record_that_was_spoilt_is_not_believed(spoil):
    with pytest.raises(snapshot.Unreadable):
        snapshot.read([json.dumps(spoil(remembered()[1]))])


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"=1"', "true", "[1]", "1e999", "null",
                                   '{"value": 1, "years": {}, "delay": 1e9, "later": {}}', "{}"])
def test_a_record_holds_nothing_but_numbers(value):
    text, _ = remembered()
    assert text.count('"tax.tax_rate":0.25') == 1
    with pytest.raises(snapshot.Unreadable):
        snapshot.read([text.replace('"tax.tax_rate":0.25', f'"tax.tax_rate":{value}')])


def test_a_record_that_is_nested_without_end_is_not_believed():
    with pytest.raises(snapshot.Unreadable):
        snapshot.read(["[" * 100_000])


def test_a_company_that_is_not_there_is_named():
    text, _ = remembered()
    with pytest.raises(InputError, match="has no assumptions"):
        snapshot.read([text.replace('"company":"mentorship"', '"company":"../../etc"')])


def test_a_spoilt_record_in_a_file_is_said_in_a_sentence(tmp_path):
    sent = Sent(tmp_path)
    sent.put(snapshot.SHEET, "A1", "x")
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
        file.truncate(archive.MAX_BYTES + 1)
    assert "is larger than" in said(path)


def test_xml_that_includes_other_files_is_refused(tmp_path):
    path = Sent(tmp_path).back()
    shutil.copy(path, tmp_path / "old.xlsx")
    attack = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    with zipfile.ZipFile(tmp_path / "old.xlsx") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, attack if name == "xl/workbook.xml" else old.read(name))
    assert len(said(path).splitlines()) == 1


# Small files that become large.

SHEET = "xl/worksheets/sheet1.xml"
RECORD = f"xl/worksheets/sheet{len(kept('mentorship', 'base')[0].sheets) + 1}.xml"
ALL = "A1:XFD1048576"


def grown(sent, part, before, more):
    """A part of a workbook with more in it, packed as small as can be."""
    assert before in sent.parts[part]
    sent.parts[part] = sent.parts[part].replace(before, more + before, 1)
    with zipfile.ZipFile(sent.path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in sent.parts.items():
            packed.writestr(name, text)
    return sent.path


@pytest.mark.parametrize(("part", "before", "more", "words"), [
    (SHEET, "<pageMargins", f'<mergeCells><mergeCell ref="{ALL}"/></mergeCells>', "XFD1048576"),
    (SHEET, "<pageMargins", '<mergeCells><mergeCell ref="A:XFD"/></mergeCells>', "A:XFD"),
    (SHEET, "<pageMargins", '<mergeCells><mergeCell ref="a1:bu19999"/></mergeCells>', "far more"),
    (SHEET, "<pageMargins", f'<hyperlinks><hyperlink ref="{ALL}"/></hyperlinks>', "XFD1048576"),
    (SHEET, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "XFD1048576"),
    (RECORD, "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
     "XFD1048576"),
    (SHEET, "</sheetData>", f"<row>{'<c><v>1</v></c>' * 700_000}</row>", "far more"),
    ("xl/styles.xml", "</cellXfs>", "<xf/>" * 400_000, "far more"),
    ("xl/styles.xml", "</cellXfs>", "<a>" * 200 + "</a>" * 200, "far more"),
    ("xl/workbook.xml", "<workbook", '<!DOCTYPE workbook [<!ENTITY a "b">]>', "document type")],
    ids=["merged", "columns", "area", "linked", "far", "far_record", "cells", "styles", "deep",
         "entities"])
def test_a_small_file_that_would_fill_the_memory_is_refused_at_once(tmp_path, part, before, more,
                                                                    words):
    path = grown(Sent(tmp_path), part, before, more)
    text = said(path)
    assert words in text and len(text.splitlines()) == 1


@pytest.mark.parametrize("digits", ["1e309", "-1e309", "1" * 309, "1" * 4300, "1" * 4301, "nan"])
def test_a_number_without_end_is_refused(tmp_path, digits):
    sent = Sent(tmp_path)
    where = [sent.type(77.125, "mentees.cac", "2028"), sent.type(77.125, "mentees.match_rate")]
    sent.parts = {name: text.replace("<v>77.125</v>", f"<v>{digits}</v>")
                  for name, text in sent.parts.items()}
    text = said(sent.back())
    cells = [address for address in where if f"{address}:" in text]
    assert len(text.splitlines()) == (len(where) if cells else 1)
    assert cells == where or "a damaged one" in text


def test_a_chart_in_place_of_a_sheet_is_a_sheet_that_is_missing(tmp_path):
    sent = Sent(tmp_path)
    number = [sheet.title for sheet in sent.found.sheets].index("Market") + 1
    main, sheet = "http://schemas.openxmlformats.org", f"worksheets/sheet{number}.xml"
    sent.parts[f"xl/{sheet}"] = (
        f'<chartsheet xmlns="{main}/spreadsheetml/2006/main"><sheetViews>'
        '<sheetView workbookViewId="0"/></sheetViews></chartsheet>')
    sent.parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = (
        f'<Relationships xmlns="{main}/package/2006/relationships"/>')
    for name, was, now in (
            ("xl/_rels/workbook.xml.rels", f'worksheet" Target="{sheet}',
             f'chartsheet" Target="{sheet}'),
            ("[Content_Types].xml", rf'({sheet}" ContentType="[^"]*)worksheet\+', r"\1chartsheet+"),
            ("xl/workbook.xml", rf'<definedName [^>]*localSheetId="{number - 1}".*?</definedName>',
             "")):
        sent.parts[name], count = re.subn(was, now, sent.parts[name])
        assert count, name
    assert "has no sheet 'Market'" in said(sent.back())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert "is no file" in said(tmp_path / "pipe.xlsx")
    (tmp_path / "linked.xlsx").symlink_to("/dev/zero")
    assert "is no file" in said(tmp_path / "linked.xlsx")


def test_a_terminal_shows_what_stands_in_a_file_and_obeys_none_of_it(tmp_path, capsys):
    hostile = "\u202e\u009b31m\u200b"
    sent = Sent(tmp_path)
    for address in ("L12", "M12"):
        sent.put("Results", address, f"{hostile}{address}")
    sent.put("Results", "N12", f"={hostile}")
    assert cli.main(["read-workbook", str(sent.back())]) == 1
    out, err = capsys.readouterr()
    shown = [letter for letter in out + err if not letter.isprintable() and letter != "\n"]
    assert not shown and "\\u202e" in err


# Files that were spoilt at random.

def spoilt(text, chance):
    """A part of a workbook with one to three of its values or names changed; it stays XML."""
    pieces = ("", "x", "-1", "1e400", "9" * 400, "NaN", "e", "&#x202e;", "A1:XFD1048576", "true",
              "&apos;", "2030-13-45", "=1+1", "rId1", "&#x9b;", "0", "A1", "xl/styles.xml")
    found = [*re.finditer(r'(?<=")[^"<>]{0,60}(?=")|(?<=>)[^<>]{1,200}(?=<)', text)]
    for at in sorted(chance.sample(range(len(found)), min(len(found), chance.randint(1, 3))),
                     reverse=True):
        first, last = found[at].span()
        text = text[:first] + chance.choice(pieces) + text[last:]
    return text


@pytest.mark.parametrize("seed", range(6))
def test_a_file_that_was_spoilt_at_random_is_read_or_said_in_sentences(tmp_path, capsys, seed):
    chance, sent = random.Random(seed), Sent(tmp_path, "influencer")
    small = [name for name in sent.parts if "chart" not in name and "drawing" not in name]
    for name in chance.sample(small, 2):
        sent.parts[name] = spoilt(sent.parts[name], chance)
    assert cli.main(["read-workbook", str(sent.back())]) in (0, 1, 2)
    err = capsys.readouterr().err
    assert "Traceback" not in err and all(map(str.isprintable, err.splitlines()))
