"""The rows of a file of actuals: what was observed of a line or KPI, by month or by ISO week.

    # Comments begin with #; the first of them is shown wherever the figures are.
    # closed to 2026-03
    period,name,value,note
    2026-03,revenue,9800.50,
    2026-W11,match_rate,0.71,after the exit survey

After the month of the comment `closed to`, months still run. `params/observations.py` says what
names and periods mean.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model import files
from model.folders import relative
from model.params.calendar import MONTH
from model.params.numerals import LARGEST, NO_PERCENT, TOO_LARGE, is_percent, plain_number
from model.params.yaml_file import MAX_BYTES
from model.problems import quoted, visible

HEADER = ("period", "name", "value")
_CLOSED = re.compile(r"closed\s+(?:to|until|through)\b", re.IGNORECASE)
LINE_END = re.compile(r"(\r\n|\r|\n)")
_LONGEST_NOTE = 200


@dataclass(frozen=True)
class Row:
    """One line of the file: `text` is the value as written, `value` None if it is no number."""

    line: int
    period: str
    name: str
    value: float | None
    note: str = ""
    text: str = ""


@dataclass(frozen=True)
class ActualsFile:
    """The rows of a file, its first comment, problems by line, the last closed month and its
    line."""

    name: str
    remark: str
    rows: tuple[Row, ...]
    problems: tuple[tuple[int, str], ...]
    closed: tuple[str, int] | None = None


def read_actuals(path: Path) -> ActualsFile:
    """A file with the lines that can be read as `rows`, and what is wrong as `problems`."""
    name = relative(path)
    try:
        return parse_actuals(name, bytes_of(path))
    except files.UnusableError as error:
        return ActualsFile(name, "", (), ((error.line, str(error)),))


def bytes_of(path: Path) -> bytes:
    """The bytes of a file of actuals. Raises UnusableError."""
    return files.read(path, MAX_BYTES, "a file of actuals", "mend or remove it",
                      "keep only what is compared with the plan")


@lru_cache(maxsize=16)
def parse_actuals(name: str, raw: bytes) -> ActualsFile:
    """The file of this name if these were its bytes. Raises UnusableError for bytes that are no
    text."""
    text = files.text(raw, "save it as CSV in UTF-8")
    reading = _Reading()
    for number, line in enumerate(LINE_END.split(text)[::2], 1):
        reading.take(number, line)
    if not reading.width and not reading.problems:
        reading.say(1, f"is empty; begin with the line {','.join(HEADER)}.")
    return ActualsFile(name, reading.remark, tuple(reading.rows), tuple(reading.problems),
                       reading.closed)


class _Reading:
    """One pass over the lines of a file."""

    def __init__(self) -> None:
        self.remark = ""
        self.width = 0
        self.closed: tuple[str, int] | None = None
        self.rows: list[Row] = []
        self.problems: list[tuple[int, str]] = []

    def say(self, line: int, what: str) -> None:
        self.problems.append((line, what))

    def take(self, number: int, line: str) -> None:
        if line.lstrip().startswith("#"):
            self._comment(number, line)
            return
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True), [])]
        except csv.Error:
            self.say(number, "has a quote that does not close on its line, or text behind a "
                             "closing one; keep a row on one line and double a quote inside.")
            return
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            return
        if cells[0].startswith("#"):
            self._comment(number, cells[0])
        elif self.width:
            self._row(number, cells)
        else:
            self._header(number, cells)

    def _comment(self, number: int, line: str) -> None:
        # A spreadsheet fills a comment up with the commas of empty cells, and may quote it.
        comment = " ".join(line.strip(" \t#,\"").split())
        month = _CLOSED.sub("", comment).strip(" :.")
        if not _CLOSED.match(comment):
            self.remark = self.remark or visible(comment[:_LONGEST_NOTE])
        elif not MONTH.fullmatch(month):
            self.say(number, f"{quoted(comment)} names no month; write it as `# closed to "
                             "2026-02`.")
        elif self.closed:
            self.say(number, "says a second time to which month the books are closed (first on "
                             f"line {self.closed[1]}); keep one of the two.")
        else:
            self.closed = month, number

    def _header(self, number: int, cells: list[str]) -> None:
        """The first line that is no comment. A wrong one is a problem, and rows are read on."""
        columns = tuple(cell.lower() for cell in cells)
        self.width = 4 if columns[3:] == ("note",) else 3
        if columns[:3] != HEADER or columns[3:] not in ((), ("note",)):
            split = next((sign for sign in (";", "\t") if sign in cells[0]), None)
            how = (f"; separate the columns with commas, not with {quoted(split)}" if split else
                   f"; write {','.join(HEADER)} and, if wanted, note")
            self.say(number, f"the columns are {quoted(','.join(cells))}{how}.")
            self.width = 4

    def _row(self, number: int, cells: list[str]) -> None:
        if sign := next((c for cell in cells for c in cell if not c.isprintable()), None):
            self.say(number, f"holds a control character (U+{ord(sign):04X}); retype the line.")
            return
        if len(cells) > self.width:
            self.say(number, f"has {len(cells)} columns where the header names {self.width}; write "
                             "a number with a point and without thousands separators, and put a "
                             "note that holds a comma in quotes.")
            return
        period, name, value, note = (*cells, "", "", "", "")[:4]
        if missing := [column for column, cell in zip(HEADER, cells + [""] * 3, strict=False)
                       if not cell]:
            self.say(number, f"has no {' and no '.join(missing)}; complete the row or remove it.")
            return
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", note) and "." not in value:
            self.say(number, f"has the value {quoted(value)} and the number {quoted(note)} as its "
                             "note; write the value with a point and without thousands "
                             "separators, and a note in words.")
            return
        if len(note) > _LONGEST_NOTE:
            self.say(number, f"has a note of {len(note)} characters; shorten it to "
                             f"{_LONGEST_NOTE}.")
        self.rows.append(Row(number, period, name, self._value(number, name, value), note, value))

    def _value(self, line: int, name: str, text: str) -> float | None:
        if (number := plain_number(text)) is not None:
            if abs(number) <= LARGEST:
                return float(number)
            self.say(line, f"{quoted(name)}: {text} {TOO_LARGE}; type a value of at most "
                           f"{LARGEST:g}.")
        elif is_percent(text):
            self.say(line, f"{quoted(name)}: {quoted(text)} {NO_PERCENT}.")
        else:
            self.say(line, f"{quoted(name)}: {quoted(text)} is not a number; write digits with a "
                             "point, without units or thousands separators.")
        return None
