"""What a file may be at all, seen before anything of it is loaded: a small file can unpack to
gigabytes, or claim that a range of all cells is joined or linked.

A workbook that came back: which cells were typed over, and which formulas are no longer ours.

The only module that knows openpyxl. Nothing in the file is calculated or trusted: values are
compared, cell by cell, with the workbook that the model would write from the file's own record.
"""

from __future__ import annotations

import io
import math
import re
import stat
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from model.problems import InputError, Problem, fail_if, nearest, quoted
from model.workbook import arrangement, memory
from model.workbook.book import Book, book
from model.workbook.cells import NAME, Cell, Field, Sheet, cell
from model.workbook.paths import Plans

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


# Values that a program saved with 15 digits are the same as ours.
_DIGITS = 1e-12
_MAKE_AGAIN = "make it again with python -m model workbook, and type the changes into that one"


@dataclass(frozen=True)
class Change:
    """An input cell that holds another value than it was written with."""

    where: str
    field: Field
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Touched:
    """A cell that is no input and is not as it was written."""

    where: str
    was: str
    now: str


@dataclass(frozen=True)
class Returned:
    """What came back: the plans that the file was made from, the scenario it shows now, and every
    cell that was changed."""

    plans: Plans
    chosen: str
    changes: tuple[Change, ...]
    touched: tuple[Touched, ...]


def read(path: Path) -> Returned:
    """Compare a file with what was written. Raises InputError with every problem."""
    try:
        return _read(path.name, _opened(path))
    except InputError:
        raise
    except Exception:  # what stands in a foreign file can make anything of it fail
        raise InputError([Problem(path.name, "holds what no workbook of this model does, and "
                                             f"cannot be read; {_MAKE_AGAIN}.")]) from None


def _read(name: str, found) -> Returned:
    sheets = {sheet.title: sheet._cells for sheet in found.worksheets}
    if memory.SHEET not in sheets:
        raise InputError([Problem(name, "is not a workbook of this model: it has no sheet "
                                        f"{memory.SHEET}; {_MAKE_AGAIN}.")])
    try:
        plans, mark = memory.read([str(there.value)
                                   for (_, col), there in sorted(sheets[memory.SHEET].items())
                                   if col == 1 and there.value is not None])
    except memory.Unreadable:
        raise InputError([Problem(name, "was written by another version of the model, or its "
                                        f"record was changed; {_MAKE_AGAIN}.")]) from None
    ours = book(plans)
    if ours.version != mark:
        raise InputError([Problem(name, f"was written by another version of the model ({mark}; "
                                        f"this one is {ours.version}); {_MAKE_AGAIN}.")])
    missing = [sheet.title for sheet in ours.sheets if sheet.title not in sheets]
    fail_if([Problem(name, f"has no sheet {quoted(title)}; {_MAKE_AGAIN}.") for title in missing])
    return _compared(name, sheets, found.defined_names, ours)


def _opened(path: Path):
    """The workbook, opened only once it is known to be of a sane size."""
    import openpyxl

    name = path.name
    try:
        packed = content(path)
        check(packed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(packed), keep_links=False)
    except Beyond as beyond:
        raise InputError([Problem(name, str(beyond).replace("{again}", _MAKE_AGAIN))]) from None
    except FileNotFoundError:
        known = [other.name for other in path.parent.glob("*.xlsx")] if path.parent.is_dir() else []
        raise InputError([Problem(name, f"there is no such file; {nearest(name, known)}")]
                         ) from None
    except OSError as error:
        raise InputError([Problem(name, f"cannot be read: {error.strerror or error}.")]) from None
    except Exception:  # whatever a damaged or hostile file makes a library raise
        raise InputError([Problem(name, "is not an .xlsx workbook, or a damaged one; save it as "
                                        ".xlsx and send it again.")]) from None


def _compared(name: str, found: Mapping[str, Mapping], defined: Mapping, ours: Book) -> Returned:
    inputs = [sheet for sheet in ours.sheets if sheet.kind == "inputs"]
    fail_if([problem for sheet in inputs
             if (problem := arrangement.moved(name, sheet, found[sheet.title]))])
    problems = [problem for sheet in inputs
                for problem in arrangement.beside(name, sheet, found[sheet.title])]
    changes: list[Change] = []
    touched: list[Touched] = list(_names(defined, ours))
    chosen = ours.plans.chosen
    for sheet in ours.sheets:
        cells = found[sheet.title]
        for (row, col), own in sheet.cells.items():
            there = cells.get((row + 1, col + 1))
            value = None if there is None else there.value
            where = cell(row, col, sheet.title, fixed=False)
            if own.kind in ("input", "filled"):
                field = sheet.inputs[row, col]
                if field.field == "scenario":
                    chosen = _scenario(name, where, value, ours.plans, problems) or chosen
                elif not _as_written(value, own):
                    number = _typed(name, where, field, value, own, there, problems)
                    if number is not _WRONG:
                        was = own.value if own.kind == "filled" else own.content
                        changes.append(Change(where, field, was, number))
            elif own.kind == "formula":
                said = _text(value)
                if not _as_written(value, own):
                    touched.append(Touched(where, own.content, _shown(said)))
            elif _counts(own, sheet, col) and not _same(value, own.content):
                touched.append(Touched(where, _shown(own.content), _shown(value)))
    fail_if(problems)
    return Returned(ours.plans, chosen, _moved(changes), tuple(touched))


def _as_written(value: object, own: Cell) -> bool:
    """Whether a cell holds what it was written with: a number, or a formula that says the same."""
    if own.kind == "input":
        return _same(value, own.content)
    said = _text(value)
    return said == own.content or _plain(said) == _plain(own.content)


def _moved(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes without years between typed ones that were fixed where they stood: that says
    something only where their path has moved."""
    rows = {change.field[:2] for change in changes if not _same(change.new, change.old)}
    return tuple(change for change in changes if change.field[:2] in rows)


def _counts(own: Cell, sheet: Sheet, col: int) -> bool:
    """Whether formulas read a cell that is neither typed nor calculated, or find rows by it."""
    if sheet.kind == "about":
        return False
    return own.kind == "number" or (own.kind == "text" and col == NAME and own.content != "")


_WRONG = object()


def _typed(name: str, where: str, field: Field, value: object, own: Cell, there,
           problems: list[Problem]) -> object:
    """What an input cell holds now; `_WRONG`, with a problem, where it is not a number."""
    if value is None and own.content is None:
        return None
    what = f"{field.path}, {field.field}"
    if value is None and field.field.startswith("later"):
        return None
    if value is None:
        said = "is empty; type a number, 0 for nothing"
    elif getattr(there, "data_type", "") == "f" or not isinstance(value, int | float | str | bool):
        said = "holds a formula or a date; type its result as a number"
    elif isinstance(value, bool | str):
        said = (f"holds {quoted(str(value))}, which is not a number; type one, a percentage with "
                "its sign, 5%")
    elif (number := _finite(value)) is None:
        said = "holds a number without end; type a smaller one"
    else:
        return number
    problems.append(Problem(f"{name}, {where}", f"({what}) {said}."))
    return _WRONG


def _scenario(name: str, where: str, value: object, plans: Plans,
              problems: list[Problem]) -> str | None:
    # The workbook finds a name whatever its capitals are.
    for known in plans.scenarios:
        if isinstance(value, str) and value.casefold() == known.casefold():
            return known
    problems.append(Problem(f"{name}, {where}", f"{quoted(str(value))} is not a scenario of this "
                            f"workbook; {nearest(str(value), plans.scenarios)}"))
    return None


def _names(there: Mapping, ours: Book) -> Iterator[Touched]:
    """Defined names that lead elsewhere, or are gone."""
    for name, address in ours.names.items():
        now = there[name].attr_text if name in there else None
        if now is None or _plain(f"={now}") != _plain(f"={address}"):
            yield Touched(f"the name {name}", address, _shown(now))


def _same(value: object, own: object) -> bool:
    if value is None or own is None or isinstance(value, str | bool) or isinstance(own, str):
        return value == own and not isinstance(value, bool)
    value = _finite(value)
    if value is None:
        return False
    return abs(value - own) <= _DIGITS * max(abs(value), abs(own))


def _finite(value: object) -> float | None:
    """A cell's number; None where it is none, or more than a number can be."""
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    """A cell's formula as a text, in whatever form the file holds it."""
    return str(getattr(value, "text", value) if value is not None else "")


_STRING = re.compile(r'("(?:[^"]|"")*")')
_TRUTH = re.compile(r"\b(TRUE|FALSE)\(\)")
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[-+]?\d+)?(?![\w.(!:])")


def _plain(text: str) -> str:
    """A formula without what programs change when they save it: spaces, case, quotes around
    sheets, the form of numbers and of truth values."""
    parts = _STRING.split(text.replace("_xlfn.", ""))
    parts[::2] = [_TRUTH.sub(r"\1", _NUMBER.sub(lambda found: repr(float(found[0])), re.sub(
        r"[\s']", "", part).upper())) for part in parts[::2]]
    return "".join(parts)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "empty"
    return quoted(_text(value), 200).strip("'")
