"""What a file may be at all, seen before anything of it is loaded: a small file can unpack to
gigabytes, or claim that a range of all cells is joined or linked."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from pathlib import Path
from xml.parsers import expat

MAX_BYTES, MAX_UNPACKED, MAX_PARTS = 20_000_000, 60_000_000, 500
# A workbook of ours has 40,000 cells and 10,000 other elements for five years.
MAX_CELLS, MAX_OTHERS, MAX_DEPTH = 400_000, 150_000, 100
MAX_ROW, MAX_COLUMN, MAX_AREA = 20_000, 2_000, 100_000
_PIECE = 1 << 16
# What a cell consists of; a cell holds three such elements at most, and rows are fewer.
_OF_CELLS = frozenset({"c", "v", "f", "is", "t", "row", "si"})
# Whose `ref` openpyxl follows cell by cell.
_FOLLOWED = frozenset({"mergeCell", "hyperlink", "comment", "f"})
_RANGE = re.compile(r"([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?")
_LONGEST = 40
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


class Beyond(ValueError):
    """A file that is not opened; the text is the end of a sentence about it."""


def content(path: Path) -> bytes:
    """The bytes of a file, no more than a workbook may have. Raises OSError, Beyond."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Beyond("is no file; name an .xlsx workbook.")
    if found.st_size > MAX_BYTES:
        raise Beyond(f"is larger than {MAX_BYTES // 10**6} MB; a workbook of this model has less "
                     "than one.")
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def check(packed: bytes) -> None:
    """Raise Beyond where a workbook holds or claims far more than one of this model, and whatever
    zipfile and expat raise where it is damaged."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Beyond("unpacks to far more than a workbook of this model; {again}.")
        scan = _Scan()
        for part in parts:
            with archive.open(part) as stream:
                scan.part(part.filename, stream)


class _Scan:
    """Counts over all parts; what is counted stops the reading at once."""

    def __init__(self):
        self.cells = self.others = self.area = self.depth = 0

    def part(self, name: str, stream) -> None:
        parser, self.depth = expat.ParserCreate(), 0
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            # A picture is no text; what else cannot be read is for the loader to refuse.
            if name.endswith((".xml", ".rels")):
                raise

    def _doctype(self, *_) -> None:
        raise Beyond("declares a document type, as no workbook does; {again}.")

    def _end(self, _) -> None:
        self.depth -= 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        self.depth += 1
        if kind in _OF_CELLS:
            self.cells += 1
            if kind == "c":
                self._place(attributes.get("r", ""))
        else:
            self.others += 1
        if kind in _FOLLOWED and "ref" in attributes:
            self._range(attributes["ref"])
        if (self.cells > 3 * MAX_CELLS or self.others > MAX_OTHERS or self.depth > MAX_DEPTH
                or self.area > MAX_AREA):
            raise Beyond("holds far more than a workbook of this model; {again}.")

    def _place(self, address: str) -> None:
        if not address:
            return
        _, _, column, row = _corners(address)
        if row > MAX_ROW or column > MAX_COLUMN:
            raise _outside(address)

    def _range(self, address: str) -> None:
        left, top, right, bottom = _corners(address)
        if bottom > MAX_ROW or right > MAX_COLUMN:
            raise _outside(address)
        self.area += max(0, right - left + 1) * max(0, bottom - top + 1)


def _outside(address: str) -> Beyond:
    return Beyond(f"reaches to {address}, where no workbook of this model holds anything; "
                  "empty those cells, or {again}.")


def _corners(address: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a range; what is not said is the whole row or column."""
    found = _RANGE.fullmatch(address.replace("$", "").strip().upper())
    if not found or len(address) > _LONGEST:
        raise ValueError("not a range")
    first, top, last, bottom = found.groups()
    single = last is None
    last, bottom = (first, top) if single else (last, bottom)
    return (_column(first, 1), int(top or 1), _column(last, _LAST_COLUMN),
            int(bottom or _LAST_ROW))


def _column(letters: str, otherwise: int) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number or otherwise
