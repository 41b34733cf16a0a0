"""An export as rows of cells, from a CSV file or a sheet of a workbook, as a map says it is."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from model import files
from model.folders import relative
from model.intake.mapping import SEPARATORS, words_of
from model.problems import InputError, Problem, nearest, quoted

if TYPE_CHECKING:
    from model.workbook.archive import FileCell

Cell = str | int | float | date
MAX_BYTES, MAX_ROWS, MAX_COLUMNS = 20_000_000, 200_000, 500
_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0"
_BOM, _BOMS_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_LESS = "export fewer months or accounts at a time"


class Row(NamedTuple):
    """A row that is not empty, with the number that it has in the file, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, place: int) -> Cell:
        """The cell at a place, from 0; an empty text beyond the last."""
        return self.cells[place] if place < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """The rows of a file, without empty ones and without empty cells at the end of a row; `sheet`
    is that of a workbook, `formats` are the number formats of its cells by row and place, and
    `hidden` those in rows or columns that are hidden."""

    name: str
    rows: tuple[Row, ...] = field(repr=False)
    sheet: str = ""
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict, repr=False)
    hidden: frozenset[tuple[int, int]] = field(default=frozenset(), repr=False)

    def where(self, row: int) -> str:
        """File and line, as problems name them."""
        return f"{self.name}:{row}"


def encoding_of(raw: bytes) -> str:
    """The word for the encoding in which the bytes of a file can be read."""
    if raw.startswith(_BOMS_16):
        return "utf-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def is_workbook(raw: bytes) -> bool:
    """Whether the bytes of a file are those of an .xlsx workbook."""
    return raw.startswith(_ZIP)


def bytes_of(path: Path) -> bytes:
    """The bytes of an export. Raises InputError."""
    try:
        raw = files.read(path, MAX_BYTES, "an export", "name a file that is there", _LESS)
    except files.UnusableError as error:
        raise InputError.of(relative(path), str(error)) from None
    if raw.startswith(_OLD):
        raise InputError.of(relative(path), "is a workbook of an old kind; save it as .xlsx or as "
                                            "CSV.")
    return raw


def read_table(path: Path, separator: str, encoding: str, sheet: str | None) -> Table:
    """The table in a file; `separator` is a word of a map. Raises InputError."""
    name, raw = relative(path), bytes_of(path)
    if is_workbook(raw):
        return _sheet(path, name, sheet)
    return Table(name, _within(name, _lines(name, text_of(name, raw, encoding),
                                            SEPARATORS[separator])))


def text_of(name: str, raw: bytes, encoding: str) -> str:
    """The text of a CSV file. Raises InputError where it is not in the encoding."""
    if raw.startswith(_BOM) and encoding != "utf-8":
        raise InputError.of(name, f"begins as files in UTF-8 do, where the map says {encoding}; "
                                  "take its encoding out.")
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        remedy = (f"encoding: {encoding_of(raw)}, as programs for Windows write, may be missing in "
                  "the map" if encoding == "utf-8" else "correct the encoding in the map")
        raise InputError.of(f"{name}:{line}", f"byte {error.start} is not text in {encoding}; "
                                              f"{remedy}.") from None


def _lines(name: str, text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InputError.of(f"{name}:{line}", "has a quote that does not close, text behind a "
                                                  "closing one, or a cell of enormous length; "
                                                  "export the file again.") from None
        yield Row(line, tuple(cells))
        line = reader.line_num + 1


def _within(name: str, rows: Iterator[Row]) -> tuple[Row, ...]:
    """The rows that are not empty. Raises InputError for a table that is none, or too large."""
    found = []
    for row in rows:
        cells = list(row.cells)
        while cells and isinstance(cells[-1], str) and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if len(found) == MAX_ROWS:
            raise InputError.of(name, f"has more than {MAX_ROWS:,} rows, the most that an export "
                                      f"may have; {_LESS}.")
        if len(cells) > MAX_COLUMNS:
            raise InputError.of(f"{name}:{row.number}", f"has {len(cells):,} columns, where an "
                                f"export may have {MAX_COLUMNS}; {_LESS}.")
        if any(isinstance(cell, str) and "\0" in cell for cell in cells):
            raise InputError.of(f"{name}:{row.number}", "holds a control character (U+0000); the "
                                "file is damaged, or in another encoding than the map says.")
        found.append(Row(row.number, tuple(cells)))
    if not found:
        raise InputError.of(name, "holds no rows; export it again.")
    if max(len(row.cells) for row in found) == 1:
        raise InputError.of(name, "has one column only; is another separator stated in the map "
                                  "than the file has?")
    return tuple(found)


def sheets_of(path: Path) -> dict[str, dict[tuple[int, int], FileCell]]:
    """The cells of a workbook by sheet and place, counted from 1. Raises InputError."""
    from model.workbook import archive

    return archive.content(path, values=True, kind="a workbook that is read",
                           again="save the sheet as CSV").sheets


def _sheet(path: Path, name: str, sheet: str | None) -> Table:
    """A sheet of a workbook; of several, the map names one."""
    sheets = sheets_of(path)
    if sheet is None and len(sheets) > 1:
        raise InputError.of(name, f"has {len(sheets)} sheets; name one in the map, as in sheet: "
                                  f"{next(iter(sheets))}; {nearest('', sheets)}")
    by_words = {words_of(title): title for title in sheets}
    title = next(iter(sheets), None) if sheet is None else by_words.get(sheet)
    if title is None:
        raise InputError.of(name, f"has no sheet {quoted(sheet)}; {nearest(sheet, sheets)}")
    rows: dict[int, dict[int, Cell]] = {}
    problems = []
    for (row, column), cell in sheets[title].items():
        if cell.data_type == "f":
            problems.append(Problem(f"{name}:{row}", f"column {column} holds a formula without its "
                                    "value; open the file in a spreadsheet program, save it, and "
                                    "import it again."))
        elif cell.value is not None:
            rows.setdefault(row, {})[column] = _cell(cell.value)
    if problems:
        raise InputError(sorted(problems))
    return Table(name, _within(name, (
        Row(number, tuple(cells.get(column, "") for column in range(1, max(cells) + 1)))
        for number, cells in sorted(rows.items()))), title, {
            (row, column - 1): cell.number_format
            for (row, column), cell in sheets[title].items() if cell.number_format},
        frozenset((row, column - 1) for (row, column), cell in sheets[title].items()
                  if cell.is_hidden))


def _cell(value: object) -> Cell:
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return str(value)
    finite = isinstance(value, date) or math.isfinite(value)
    return value if finite else str(value)
