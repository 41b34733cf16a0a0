"""Workbooks for tests: written, calculated, changed like somebody with a spreadsheet would."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

import pytest
import yaml

from model import folders
from model.params.assumptions import load
from model.problems import InputError
from model.workbook import archive, intake, reading, snapshot
from model.workbook.book import book
from model.workbook.cells import cell
from model.workbook.file import content
from model.workbook.paths import Plans, load_plans
from model.workbook.recalculation import Formualizer, fields

# A cell of money that is nearly 0 is the difference of millions.
NEAR, MONEY = 1e-9, 1e-6


def written(company="mentorship", scenario="base", **options):
    """A workbook and its bytes."""
    found = book(load_plans(company, scenario))
    return found, content(found, **options)


def alone(company, changes, months=60):
    """A workbook of base alone, with changes, over so many months."""
    plan = (shortened(company, months).with_values(changes) if months < 60
            else load(company, changes=changes))
    return book(Plans({"base": plan}, "base"))


@lru_cache
def shortened(company, months):
    """Base over fewer months."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        shutil.copytree(folders.params() / company, folder / "params" / company)
        (folder / "notebooks").mkdir()
        of_months(folder, company, months)
        patch.chdir(folder)
        return load(company)


def calculated(found):
    """A workbook that held wrong values and was then calculated by another program."""
    return Formualizer(content(found, wrong_values=True), found)


def differences(found, values):
    """Every formula cell that calculates to something else than the value written with it."""
    wrong = []
    for sheet in found.sheets:
        for (row, col), own in sheet.cells.items():
            if own.kind not in ("formula", "filled"):
                continue
            value = values(sheet.title, row, col)
            if not same(value, own.value):
                wrong.append(f"{cell(row, col, sheet.title)} {own.content}: {value!r} instead of "
                             f"{own.value!r}")
    return wrong


def same(value, wanted):
    if isinstance(wanted, str) or isinstance(value, str | bool | dict) or value is None:
        return value == wanted or (value is None and wanted == "")
    off = abs(value - wanted)
    return off <= NEAR * max(1.0, abs(wanted)) or (off <= MONEY and abs(wanted) <= MONEY)


def place(found, scenario, path, field="value"):
    """Sheet, row and column (counted from 1, as openpyxl does) of an input."""
    sheet, row, col = next(at for key, at in fields(found).items()
                           if key == (scenario, path, str(field)))
    return sheet, row + 1, col + 1


class Sent:
    """A workbook that somebody changes and sends back. Cells are changed in the file itself: to
    load and save it with a library takes seconds."""

    def __init__(self, folder, company="mentorship", scenario="base"):
        self.found, data = kept(company, scenario)
        self.path = folder / "returned.xlsx"
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            self.parts = {name: packed.read(name).decode() for name in packed.namelist()
                          if not name.endswith(".png")}
        self._parts_of = {title: f"xl/worksheets/sheet{number}.xml" for number, title in enumerate(
            [*(sheet.title for sheet in self.found.sheets), snapshot.SHEET], 1)}

    def put(self, sheet, address, value):
        """A value in a cell: a number, a text, a formula that begins with =, nothing."""
        name = self._parts_of[sheet]
        pattern = rf'<c r="{address}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)'
        assert len(re.findall(pattern, self.parts[name])) == 1, (sheet, address)
        self.parts[name] = re.sub(
            pattern, lambda found: _cell(f'r="{address}"{found[1] or ""}', value),
            self.parts[name])

    def holds(self, sheet, address):
        return re.search(rf'<c r="{address}"[^>]*?[^/]>', self.parts[self._parts_of[sheet]])

    def add(self, sheet, address, value):
        """A value in a cell that the workbook left empty."""
        name, row = self._parts_of[sheet], re.search(r"\d+", address)[0]
        cell = _cell(f'r="{address}"', value)
        text, count = re.subn(rf'(<row r="{row}"[^>]*?)(?:/>|>(.*?)</row>)', lambda found:
                              f"{found[1]}>{found[2] or ''}{cell}</row>", self.parts[name])
        if not count:
            text = self.parts[name].replace(
                "</sheetData>", f'<row r="{row}">{cell}</row></sheetData>')
        self.parts[name] = text

    def insert_row(self, sheet, before):
        """An empty row; those from `before` on move down."""
        name = self._parts_of[sheet]
        self.parts[name] = re.sub(
            r'(<(?:row|c) r="[A-Z]*)(\d+)"', lambda found:
            f'{found[1]}{int(found[2]) + (int(found[2]) >= before)}"', self.parts[name])

    def type(self, value, path, field="value", scenario="base"):
        """A value in an input; returns where it stands."""
        sheet, row, col = place(self.found, scenario, path, field)
        self.put(sheet, cell(row - 1, col - 1, fixed=False), value)
        return cell(row - 1, col - 1, sheet, fixed=False)

    def choose(self, scenario):
        return self.type(scenario, "", "scenario", "")

    def back(self):
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_STORED) as packed:
            for name, text in self.parts.items():
                packed.writestr(name, text)
        return self.path


def _cell(head, value):
    if value is None:
        return f"<c {head}/>"
    if isinstance(value, datetime):
        return f'<c {head} t="d"><v>{value.isoformat()}</v></c>'
    if isinstance(value, bool):
        return f'<c {head} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str) and value.startswith("="):
        return f"<c {head}><f>{escape(value[1:])}</f><v>1</v></c>"
    if isinstance(value, str):
        return f'<c {head} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c {head}><v>{value!r}</v></c>"


@lru_cache(maxsize=8)
def kept(company, scenario):
    """A workbook of the shipped params, written once. Nobody may change it."""
    return written(company, scenario)


def of_months(folder, company, months):
    """Let the plans of a company in a folder have so many months, and name no later year."""
    for path in (folder / "params" / company).rglob("*.yaml"):
        content = _ending(yaml.safe_load(path.read_text(encoding="utf-8")), 2025 + months // 12)
        if path.stem == "base":
            content["months"] = months
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _ending(params, year):
    """Params that name nothing after a year; where all of a path is later, its first comes then."""
    if isinstance(params, list):
        return [_ending(each, year) for each in params]
    if not isinstance(params, dict):
        return params
    found = {key: _ending(value, year) for key, value in params.items()
             if not re.match(r"\d{4}", last := str(key).rpartition(".")[2])
             or int(last[:4]) <= year}
    if found or not params:
        return found
    first = next(iter(params))
    head, dot, last = str(first).rpartition(".")
    return {type(first)(f"{head}{dot}{year}{last[4:]}"): params[first]}


def said(path):
    """The problems of a file, as one text."""
    with pytest.raises(InputError) as caught:
        intake.draft(reading.read(path)).assumptions  # noqa: B018
    for problem in caught.value.problems:
        assert str(problem).endswith((".", "?")) and "\n" not in str(problem)
    return "\n".join(map(str, caught.value.problems))


def _book_kept(plans, *, made=book):
    """The workbook of plans that were seen before is not made again: whoever reads one that came
    back compares it with what the model would write, in nearly every test the same."""
    files = {path for plan in plans.scenarios.values() for path in (*plan.files, plan.actuals_file)
             if path and path.is_file()}
    key = (*snapshot.parts(plans, ""), *((path.name, path.read_bytes()) for path in sorted(files)))
    if key not in _books:
        _books[key] = made(plans)
    return _books[key]


def _cells_kept(part, strings, file, values, *, found=archive._cells):
    """Nor is a sheet that nobody changed taken apart again."""
    key = (sha256(part).digest(), tuple(strings), frozenset(file._date_formats),
           frozenset(file._timedelta_formats), tuple(archive._number_formats(file).items()),
           file.epoch, values)
    if key not in _sheets:
        _sheets[key] = found(part, strings, file, values)
    return _sheets[key]


def _part_kept(self, name, stream, *, counted=archive._Scan.part):
    """Nor is a part counted again in which nothing is too much."""
    data = stream.read()
    key, before = (name, sha256(data).digest()), (self.cells, self.others, self.area)
    if key not in _parts:
        counted(self, name, io.BytesIO(data))
        _parts[key] = [now - then for now, then in zip(
            (self.cells, self.others, self.area), before, strict=True)]
    else:
        self.cells, self.others, self.area = (
            then + more for then, more in zip(before, _parts[key], strict=True))
        self._refuse_more()


_books, _sheets, _parts = {}, {}, {}
reading.book, archive._cells, archive._Scan.part = _book_kept, _cells_kept, _part_kept


def outcome(found):
    return found.sheet("About").cells[3, 0].value
