"""The cells of a workbook that came back, as they stand in the file.

The only module that knows openpyxl. A file is measured before it is loaded, as a small one can
unpack to gigabytes.
"""

from __future__ import annotations

import io
import os
import re
import stat
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from model.problems import InputError, nearest

MAX_BYTES, MAX_CONTENT, MAX_PARTS = 20_000_000, 60_000_000, 500
# A workbook of five years has 40,000 cells and 10,000 other elements.
MAX_CELLS, MAX_OTHERS, MAX_DEPTH = 400_000, 150_000, 100
MAX_ROW, MAX_COLUMN, MAX_AREA = 20_000, 2_000, 100_000
_PIECE = 1 << 16
# The elements of cells; a cell has at most three, and rows are fewer.
_CELL_ELEMENTS = frozenset({"c", "v", "f", "is", "t", "row", "si"})
# The elements whose `ref` openpyxl follows cell by cell.
_RANGE_ELEMENTS = frozenset({"mergeCell", "hyperlink", "comment", "f"})
_RANGE = re.compile(r"([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?")
_NEAR = re.compile(r"[A-Z]{1,2}\d{1,4}")  # a cell that is within all limits, as most are
_LONGEST_RANGE = 40
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
MAKE_AGAIN = "make it again with python -m model workbook, and type the changes into that one"


class RefusedFile(ValueError):
    """A file that is not opened; the text is the end of a sentence about it."""


class FileCell(NamedTuple):
    """The content of a cell, the kind of it, the number format in which it is shown, and whether
    its row or column is hidden. The format is empty where it is the one of all cells, or that of
    a currency that each computer has for itself."""

    value: object
    data_type: str
    number_format: str = ""
    is_hidden: bool = False


class File(NamedTuple):
    """What a file holds: cells by sheet and place, counted from 1, and defined names."""

    sheets: dict[str, dict[tuple[int, int], FileCell]]
    names: Mapping


def content(path: Path, values: bool = False, kind: str = "a workbook of this model",
            again: str = MAKE_AGAIN, only: str | None = None) -> File:
    """What a file holds that is no larger than a workbook may be: formulas or, with `values`, what
    they gave; all of it, or the sheet that is `only` wanted. `kind` and `again` are what sentences
    call it, and what they advise. Raises InputError."""
    name = path.name
    try:
        content = _bytes(path)
        _measure(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _loaded(content, values, only)
    except RefusedFile as refusal:
        raise InputError.of(name, str(refusal).format(kind=kind, again=again)) from None
    except FileNotFoundError:
        others = ([other.name for other in path.parent.glob("*.xlsx")] if path.parent.is_dir()
                  else [])
        raise InputError.of(name, f"there is no such file; {nearest(name, others)}") from None
    except OSError as error:
        raise InputError.of(name, f"cannot be read: {error.strerror or error}.") from None
    except Exception:  # whatever a damaged or hostile file makes a library raise
        raise InputError.of(name, "is not an .xlsx workbook, or a damaged one; save it as .xlsx "
                                  "and send it again.") from None


def _loaded(content: bytes, values: bool, only: str | None) -> File:
    """The content of a workbook. openpyxl reads it sheet by sheet: to make its own workbook of
    styles, pictures and print settings as well would take twice as long."""
    # No part declares a document type (_Scan), so the slow parser that looks for one adds nothing.
    os.environ.setdefault("OPENPYXL_DEFUSEDXML", "False")
    import openpyxl

    file = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    sheets = {}
    for sheet in file.worksheets:
        if only not in (None, sheet.title):
            continue
        with sheet._get_source() as source:
            sheets[sheet.title] = _cells(source.read(), sheet._shared_strings, file, values)
    return File(sheets, file.defined_names)


def _cells(part: bytes, strings: Sequence[str], file,
           values: bool) -> dict[tuple[int, int], FileCell]:
    """The cells of a sheet; `strings` are the texts that sheets share, `file` is the workbook. A
    formula whose value is wanted and missing stays one, without content."""
    from openpyxl.worksheet._reader import WorkSheetParser

    formats = _number_formats(file)

    def parsed(data_only: bool) -> tuple[dict[tuple[int, int], FileCell], Iterable]:
        parser = WorkSheetParser(io.BytesIO(part), strings, epoch=file.epoch, data_only=data_only,
                                 date_formats=file._date_formats,
                                 timedelta_formats=file._timedelta_formats)
        cells, columns = {}, None
        for number, row in parser.parse():
            # What is said of columns stands before the rows.
            columns = _hidden_columns(parser) if columns is None else columns
            row_is_hidden = _is_hidden(parser.row_dimensions.get(str(number), {}))
            cells |= {(there["row"], there["column"]): FileCell(
                there["value"], there["data_type"], formats.get(there["style_id"], ""),
                row_is_hidden or there["column"] in columns) for there in row}
        return cells, parser.merged_cells.mergeCell if parser.merged_cells else ()

    cells, merged = parsed(values)
    if values:
        cells |= {place: FileCell(None, "f") for place, cell in parsed(False)[0].items()
                  if cell.data_type == "f" and cells[place].value is None}
    # Of cells that were merged only the first counts.
    for each in merged:
        for place in list(each.cells)[1:]:
            cells.pop(place, None)
    return cells


def _hidden_columns(parser) -> frozenset[int]:
    """The columns of a sheet that are hidden, counted from 1."""
    return frozenset(at for about in parser.column_dimensions.values() if _is_hidden(about)
                     for at in range(int(about["min"]), min(int(about["max"]), MAX_COLUMN) + 1))


def _is_hidden(about: Mapping[str, str]) -> bool:
    return about.get("hidden") in ("1", "true")


def _number_formats(file) -> dict[int, str]:
    """The number formats of a workbook by the style of cells, but for those without a say."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    known = {number: form for number, form in BUILTIN_FORMATS.items() if "$" not in form}
    known |= dict(enumerate(file._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    return {style: known.get(own.numFmtId, "") for style, own in enumerate(file._cell_styles)
            if own.numFmtId}


def _bytes(path: Path) -> bytes:
    """The bytes of a file that is no larger than a workbook may be."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile("is no file; name an .xlsx workbook.")
    if status.st_size > MAX_BYTES:
        raise RefusedFile(f"is larger than {MAX_BYTES // 10**6} MB, and {{kind}} is less; "
                          "{again}.")
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _measure(content: bytes) -> None:
    """Raise RefusedFile where a workbook holds or claims too much, other errors if it is
    damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_CONTENT:
            raise RefusedFile("unpacks to far more than {kind}; {again}.")
        scan = _Scan()
        for part in parts:
            with archive.open(part) as stream:
                scan.part(part.filename, stream)


class _Scan:
    """Counts the elements of all parts, and stops where they are too many."""

    def __init__(self):
        self.cells = self.others = self.area = self.depth = 0

    def part(self, name: str, stream) -> None:
        parser, self.depth = expat.ParserCreate(), 0
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                self._refuse_more()
            parser.Parse(b"", True)
        except expat.ExpatError:
            # A picture is no text; what else cannot be read is for the loader to refuse.
            if name.endswith((".xml", ".rels")):
                raise

    def _doctype(self, *_) -> None:
        raise RefusedFile("declares a document type, as no workbook does; {again}.")

    def _end(self, _) -> None:
        self.depth -= 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2] if ":" in name else name
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._refuse()
        if kind in _CELL_ELEMENTS:
            self.cells += 1
            if kind == "c" and not _NEAR.fullmatch(address := attributes.get("r") or "A1"):
                self._corners_within(address)
        else:
            self.others += 1
        if "ref" in attributes and kind in _RANGE_ELEMENTS:
            left, top, right, bottom = self._corners_within(attributes["ref"])
            self.area += max(0, right - left + 1) * max(0, bottom - top + 1)

    def _refuse_more(self) -> None:
        """Refuse what is too much after each piece, which holds few elements, as it is small."""
        if self.cells > 3 * MAX_CELLS or self.others > MAX_OTHERS or self.area > MAX_AREA:
            self._refuse()

    def _refuse(self) -> None:
        raise RefusedFile("holds far more than {kind}; {again}.")

    @staticmethod
    def _corners_within(address: str) -> tuple[int, int, int, int]:
        corners = _corners(address)
        if corners[3] > MAX_ROW or corners[2] > MAX_COLUMN:
            raise RefusedFile(f"reaches to {address}, farther than {{kind}}; empty those "
                              "cells, or {again}.")
        return corners


def _corners(address: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a range; what it leaves out is the whole row or column."""
    match = _RANGE.fullmatch(address.replace("$", "").strip().upper())
    if not match or len(address) > _LONGEST_RANGE:
        raise ValueError("not a range")
    first, top, last, bottom = match.groups()
    if last is None:
        last, bottom = first, top
    return (_column(first, 1), int(top or 1), _column(last, _LAST_COLUMN),
            int(bottom or _LAST_ROW))


def _column(letters: str, otherwise: int) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number or otherwise
