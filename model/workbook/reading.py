"""A workbook that came back: which inputs were typed over, and what else is not as written.

The only module that knows openpyxl. A file is measured before it is loaded, as a small one can
unpack to gigabytes. Nothing in it is calculated or trusted: it is compared, cell by cell, with the
workbook that the model would write from the plans in the file.
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
from model.workbook import arrangement, snapshot
from model.workbook.book import Book, book
from model.workbook.cells import NAME, Cell, Field, Sheet, cell
from model.workbook.paths import Plans

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
_LONGEST_RANGE = 40
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
# Programs that save 15 digits do not change a value by more than this share.
_DIGITS = 1e-12
_MAKE_AGAIN = "make it again with python -m model workbook, and type the changes into that one"


@dataclass(frozen=True)
class Change:
    """An input cell with another value than it was written with."""

    where: str
    field: Field
    old: float | None
    new: float | None


@dataclass(frozen=True)
class OtherChange:
    """A cell or a name that is no input and is not as it was written."""

    where: str
    was: str
    now: str


@dataclass(frozen=True)
class Returned:
    """A returned workbook: the plans that it was made from, the scenario it shows now, and every
    cell that was changed."""

    plans: Plans
    chosen: str
    changes: tuple[Change, ...]
    other_changes: tuple[OtherChange, ...]


def read(path: Path) -> Returned:
    """Compare a file with the workbook as written. Raises InputError with every problem."""
    try:
        return _read(path.name, _load(path))
    except InputError:
        raise
    except Exception:  # what stands in a foreign file can make anything of it fail
        raise InputError([Problem(path.name, "holds what no workbook of this model does, and "
                                             f"cannot be read; {_MAKE_AGAIN}.")]) from None


def _read(name: str, file) -> Returned:
    sheets = {sheet.title: sheet._cells for sheet in file.worksheets}
    if snapshot.SHEET not in sheets:
        raise InputError([Problem(name, "is not a workbook of this model: it has no sheet "
                                        f"{snapshot.SHEET}; {_MAKE_AGAIN}.")])
    try:
        plans, version = snapshot.read([str(there.value) for (_, col), there
                                        in sorted(sheets[snapshot.SHEET].items())
                                        if col == 1 and there.value is not None])
    except snapshot.Unreadable:
        raise InputError([Problem(name, "was written by another version of the model, or its "
                                        f"record was changed; {_MAKE_AGAIN}.")]) from None
    ours = book(plans)
    if ours.version != version:
        raise InputError([Problem(name, f"was written by another version of the model ({version}; "
                                        f"this one is {ours.version}); {_MAKE_AGAIN}.")])
    missing = [sheet.title for sheet in ours.sheets if sheet.title not in sheets]
    fail_if([Problem(name, f"has no sheet {quoted(title)}; {_MAKE_AGAIN}.") for title in missing])
    return _differences(name, sheets, file.defined_names, ours)


# The file, before anything of it is loaded.

class RefusedFile(ValueError):
    """A file that is not opened; the text is the end of a sentence about it."""


def _load(path: Path):
    """The workbook as openpyxl loads it. Raises InputError."""
    import openpyxl

    name = path.name
    try:
        content = _content(path)
        _measure(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    except RefusedFile as refusal:
        raise InputError([Problem(name, str(refusal).replace("{again}", _MAKE_AGAIN))]) from None
    except FileNotFoundError:
        others = ([other.name for other in path.parent.glob("*.xlsx")] if path.parent.is_dir()
                  else [])
        raise InputError([Problem(name, f"there is no such file; {nearest(name, others)}")]
                         ) from None
    except OSError as error:
        raise InputError([Problem(name, f"cannot be read: {error.strerror or error}.")]) from None
    except Exception:  # whatever a damaged or hostile file makes a library raise
        raise InputError([Problem(name, "is not an .xlsx workbook, or a damaged one; save it as "
                                        ".xlsx and send it again.")]) from None


def _content(path: Path) -> bytes:
    """The bytes of a file that is no larger than a workbook may be."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise RefusedFile("is no file; name an .xlsx workbook.")
    if status.st_size > MAX_BYTES:
        raise RefusedFile(f"is larger than {MAX_BYTES // 10**6} MB; a workbook of this model has "
                          "less than one.")
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _measure(content: bytes) -> None:
    """Raise RefusedFile where a workbook holds or claims far more than one of this model, and
    whatever zipfile and expat raise where it is damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_CONTENT:
            raise RefusedFile("unpacks to far more than a workbook of this model; {again}.")
        scan = _Scan()
        for part in parts:
            with archive.open(part) as stream:
                scan.part(part.filename, stream)


class _Scan:
    """Counts the elements of all parts, and stops where they are too many."""

    def __init__(self):
        self.cells = self.others = self.area = self.depth = 0

    def part(self, name: str, stream) -> None:
        """Count the elements of a part."""
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
        raise RefusedFile("declares a document type, as no workbook does; {again}.")

    def _end(self, _) -> None:
        self.depth -= 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        self.depth += 1
        if kind in _CELL_ELEMENTS:
            self.cells += 1
            if kind == "c" and attributes.get("r"):
                self._corners_within(attributes["r"])
        else:
            self.others += 1
        if kind in _RANGE_ELEMENTS and "ref" in attributes:
            left, top, right, bottom = self._corners_within(attributes["ref"])
            self.area += max(0, right - left + 1) * max(0, bottom - top + 1)
        if (self.cells > 3 * MAX_CELLS or self.others > MAX_OTHERS or self.depth > MAX_DEPTH
                or self.area > MAX_AREA):
            raise RefusedFile("holds far more than a workbook of this model; {again}.")

    @staticmethod
    def _corners_within(address: str) -> tuple[int, int, int, int]:
        corners = _corners(address)
        if corners[3] > MAX_ROW or corners[2] > MAX_COLUMN:
            raise RefusedFile(f"reaches to {address}, where no workbook of this model holds "
                              "anything; empty those cells, or {again}.")
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


# The file against the workbook as written.

def _differences(name: str, sheets: Mapping[str, Mapping], names: Mapping, ours: Book) -> Returned:
    inputs = [sheet for sheet in ours.sheets if sheet.kind == "inputs"]
    fail_if([problem for sheet in inputs
             if (problem := arrangement.displaced(name, sheet, sheets[sheet.title]))])
    problems = [problem for sheet in inputs
                for problem in arrangement.strays(name, sheet, sheets[sheet.title])]
    changes: list[Change] = []
    others: list[OtherChange] = list(_name_changes(names, ours))
    scenario = ours.plans.chosen
    for sheet in ours.sheets:
        cells = sheets[sheet.title]
        for (row, col), own in sheet.cells.items():
            there = cells.get((row + 1, col + 1))
            value = None if there is None else there.value
            where = cell(row, col, sheet.title, fixed=False)
            if own.kind in ("input", "filled"):
                field = sheet.inputs[row, col]
                if field.field == "scenario":
                    scenario = _scenario(name, where, value, ours.plans, problems) or scenario
                elif not _is_own(value, own):
                    number = _input_number(name, where, field, value, own, there, problems)
                    if number is not _NO_NUMBER:
                        old = own.value if own.kind == "filled" else own.content
                        changes.append(Change(where, field, old, number))
            elif own.kind == "formula":
                if not _is_own(value, own):
                    others.append(OtherChange(where, own.content, _in_quotes(_text(value))))
            elif _matters(own, sheet, col) and not _same(value, own.content):
                others.append(OtherChange(where, _in_quotes(own.content), _in_quotes(value)))
    fail_if(problems)
    return Returned(ours.plans, scenario, _without_fixed_years(changes), tuple(others))


def _is_own(value: object, own: Cell) -> bool:
    """Whether a cell holds what it was written with: the number, or a formula that says the
    same."""
    if own.kind == "input":
        return _same(value, own.content)
    text = _text(value)
    return text == own.content or normal_form(text) == normal_form(own.content)


def _without_fixed_years(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes without those of paths on which years between typed ones were only fixed where
    they stood: that says something only where the path has moved."""
    paths = {change.field[:2] for change in changes if not _same(change.new, change.old)}
    return tuple(change for change in changes if change.field[:2] in paths)


def _matters(own: Cell, sheet: Sheet, col: int) -> bool:
    """Whether formulas read a cell that is neither typed nor calculated, or find rows by it."""
    if sheet.kind == "about":
        return False
    return own.kind == "number" or (own.kind == "text" and col == NAME and own.content != "")


_NO_NUMBER = object()


def _input_number(name: str, where: str, field: Field, value: object, own: Cell, there,
                  problems: list[Problem]) -> object:
    """The number in an input cell; `_NO_NUMBER`, with a problem, where it holds none."""
    if value is None and (own.content is None or field.field.startswith("later")):
        return None
    if value is None:
        fault = "is empty; type a number, 0 for nothing"
    elif getattr(there, "data_type", "") == "f" or not isinstance(value, int | float | str | bool):
        fault = "holds a formula or a date; type its result as a number"
    elif isinstance(value, bool | str):
        fault = (f"holds {quoted(str(value))}, which is not a number; type one, a percentage with "
                 "its sign, 5%")
    elif (number := _finite(value)) is None:
        fault = "holds a number without end; type a smaller one"
    else:
        return number
    problems.append(Problem(f"{name}, {where}", f"({field.path}, {field.field}) {fault}."))
    return _NO_NUMBER


def _scenario(name: str, where: str, value: object, plans: Plans,
              problems: list[Problem]) -> str | None:
    """The scenario that a cell names, in whatever capitals; None, with a problem, if none."""
    for scenario in plans.scenarios:
        if isinstance(value, str) and value.casefold() == scenario.casefold():
            return scenario
    problems.append(Problem(f"{name}, {where}", f"{quoted(str(value))} is not a scenario of this "
                            f"workbook; {nearest(str(value), plans.scenarios)}"))
    return None


def _name_changes(names: Mapping, ours: Book) -> Iterator[OtherChange]:
    """Defined names that lead elsewhere, or are gone."""
    for name, address in ours.names.items():
        now = names[name].attr_text if name in names else None
        if now is None or normal_form(f"={now}") != normal_form(f"={address}"):
            yield OtherChange(f"the name {name}", address, _in_quotes(now))


def _same(value: object, own: object) -> bool:
    if value is None or own is None or isinstance(value, str | bool) or isinstance(own, str):
        return value == own and not isinstance(value, bool)
    number = _finite(value)
    return number is not None and abs(number - own) <= _DIGITS * max(abs(number), abs(own))


def _finite(value: object) -> float | None:
    """The number of a cell; None where it is none, or more than a number can be."""
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    """The formula of a cell as a text, in whatever form the file holds it."""
    return str(getattr(value, "text", value) if value is not None else "")


_STRING = re.compile(r'("(?:[^"]|"")*")')
_TRUTH = re.compile(r"\b(TRUE|FALSE)\(\)")
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:E[-+]?\d+)?(?![\w.(!:])")


def normal_form(text: str) -> str:
    """A formula without what programs change when they save it: spaces, case, quotes around
    sheets, the form of numbers and of truth values."""
    parts = _STRING.split(text.replace("_xlfn.", ""))
    parts[::2] = [_TRUTH.sub(r"\1", _NUMBER.sub(lambda match: repr(float(match[0])), re.sub(
        r"[\s']", "", part).upper())) for part in parts[::2]]
    return "".join(parts)


def _in_quotes(value: object) -> str:
    """What a cell holds, as a sentence shows it."""
    if value is None or value == "":
        return "empty"
    return quoted(_text(value), 200).strip("'")
