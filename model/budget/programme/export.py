"""Reading the export of a running programme: bookings, outcomes and payments, an event a row.

    # Comments begin with #; the first of them is shown wherever the figures are.
    id,date,event,booking,due,learner,cohort,equity,bucket,hours,notice,value,amount,note
    1,2026-01-05,enrolled,,,L001,Cohort 1,yes,,,,,,
    2,2026-01-06,booked,B1,2026-01-13,L001,,,ONE,1.5,,,112.50,
    3,2026-01-13,held,B1,,,,,,,,,,

The columns may stand in any order, and empty ones may be missing; the module `columns` says what
each means and which of them an event needs. A file is used as a whole or not at all. Money is spent
on the day on which a session ends, whenever the mentor is paid.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from model import files
from model.budget.money import dollars
from model.budget.plan.plan import Plan
from model.budget.programme import columns
from model.budget.programme.assembly import (
    Assembly,
    Booking,
    Cohort,
    Learner,
    Record,
    Return,
)
from model.budget.programme.columns import COLUMNS, EVENTS, KEY_COLUMNS, CellError
from model.folders import relative
from model.problems import InputError, Problem, nearest, quoted, visible

MAX_BYTES = 20_000_000
MAX_LINES = 200_000
# Up to so many rows of another quarter get a sentence each.
_FEW = 3


@dataclass(frozen=True)
class Records:
    """One export: its rows by date, and the cohorts, learners and bookings of which they tell, and
    the money that came back, by the id of its row.

    `scheduled_end` is the last day of a cohort whose dates no row states; up to `as_of`, the day of
    the last event, it is known what happened. `remark` is the first comment of the file.
    """

    name: str
    remark: str
    digest: str
    start: date
    weeks: int
    scheduled_end: date
    as_of: date
    rows: tuple[Record, ...]
    cohorts: dict[str, Cohort]
    learners: dict[str, Learner]
    bookings: dict[str, Booking]
    returns: dict[str, Return]

    def week(self, day: date) -> int:
        """The number of a day's week in the plan, from 0."""
        return (day - self.start).days // 7

    def until(self, day: date) -> Records:
        """The export as of the end of a day; the schedule of every cohort stays in it."""
        rows = tuple(row for row in self.rows if row.date <= day or row.event == "cohort")
        assembly = Assembly(self.scheduled_end, rows)
        return replace(self, as_of=day, rows=rows, cohorts=assembly.cohorts,
                       learners=assembly.learners, bookings=assembly.bookings,
                       returns=assembly.returns)

    @property
    def equity_learners(self) -> frozenset[str]:
        return frozenset(code for code, learner in self.learners.items() if learner.equity)


def read_records(path: Path, plan: Plan) -> Records:
    """The export in a file. Raises InputError with every problem, by line."""
    name = relative(path)
    try:
        raw = files.read(path, MAX_BYTES, "an export", "name a CSV file that is there",
                            "export a single quarter")
    except files.UnusableError as error:
        raise InputError.of(name, str(error)) from None
    return parse_records(name, raw, plan)


def parse_records(name: str, raw: bytes, plan: Plan) -> Records:
    """The export in the bytes of a file. Raises InputError as `read_records` does."""
    try:
        text = files.text(raw, "save it as CSV in UTF-8")
    except files.UnusableError as error:
        raise InputError.of(f"{name}:{error.line}", str(error)) from None
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) > MAX_LINES:
        raise InputError.of(
            name, f"has {len(lines):,} lines, more than the {MAX_LINES:,} that an export may "
            "have; export a single quarter.")
    reader = _Reader(plan)
    for line, content in enumerate(lines, 1):
        reader.take(line, content)
    return _records(name, files.digest(raw), reader, plan)


def records_of(name: str, digest: str, rows: Iterable[tuple[int, dict[str, str]]],
               plan: Plan) -> Records:
    """The export in rows of text by column, each with its line, which are read as those of a file
    are; a line may be one of several files, which it then says itself. Raises InputError."""
    reader = _Reader(plan)
    reader.rows_of(rows)
    return _records(name, digest, reader, plan)


def _records(name: str, digest: str, reader: _Reader, plan: Plan) -> Records:
    assembly = reader.finish()
    if reader.problems:
        raise InputError(Problem(f"{name}:{line}" if type(line) is int else f"{line}", what)
                         for line, what in sorted(reader.problems))
    # A cohort's row is a schedule and no event.
    as_of = max((row.date for row in reader.rows if row.event != "cohort"), default=plan.start)
    return Records(name, reader.remark, digest, plan.start, plan.weeks,
                   _scheduled_end(plan), as_of, assembly.rows, assembly.cohorts,
                   assembly.learners, assembly.bookings, assembly.returns)


def _scheduled_end(plan: Plan) -> date:
    return plan.monday(plan.whole("cohorts.end_week") + 1) - timedelta(days=1)


class _Reader:
    """One pass over the lines of a file."""

    def __init__(self, plan: Plan) -> None:
        self.remark = ""
        self.rows: list[Record] = []
        self.problems: list[tuple[int, str]] = []
        self._plan, self._last, self._scheduled_end = plan, plan.end, _scheduled_end(plan)
        self._columns: tuple[str, ...] | None = None
        # Cells of the header, with the empty ones that a spreadsheet puts behind its names.
        self._width = 0
        self._unusable = False
        self._line_of_id: dict[str, int] = {}
        # What unusable rows refer to, so that no other row is said to lack it.
        self._spoiled: set[tuple[str, str]] = set()
        # Of every date outside the plan, the line and the beginning of its sentence.
        self._outside: list[tuple[int, str]] = []

    def say(self, line: int, what: str) -> None:
        self.problems.append((line, what))

    def take(self, number: int, line: str) -> None:
        line = line.strip()
        if not line or self._unusable:
            return
        if line.startswith(("#", '"#')):
            # A spreadsheet fills a comment up with the commas of empty cells, and may quote it.
            comment = " ".join(line.strip(' \t#,"').split())
            self.remark = self.remark or visible(comment[:200])
            return
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
        except csv.Error:
            self.say(number, "has a quote that does not close on its line, text behind a closing "
                             "one, or a cell of enormous length; keep a row on one line and "
                             "double a quote inside.")
            return
        if not any(cells):
            return
        if self._columns is None:
            self._header(number, cells)
        elif not line.isprintable():
            sign = next(c for c in line if not c.isprintable())
            self.say(number, f"holds a control character (U+{ord(sign):04X}); retype the line.")
        elif len(cells) != self._width or any(cells[len(self._columns):]):
            self.say(number, f"has {len(cells)} cells where the header has {self._width}; write a "
                             "number with a point and without thousands separators, put a note "
                             "that holds a comma in quotes, and end a row with as many commas as "
                             "the header asks for.")
        elif cut := self._cut(cells):
            self.say(number, cut)
        else:
            self._row(number, {column: cell for column, cell
                               in zip(self._columns, cells, strict=False)
                               if cell and column in COLUMNS})

    def rows_of(self, rows: Iterable[tuple[int, dict[str, str]]]) -> None:
        """Take rows by column, as they stand below a header that names every column."""
        self._columns = tuple(COLUMNS)
        for line, cells in rows:
            self._row(line, cells)

    def _cut(self, cells: list[str]) -> str:
        """A sentence where amount and note look like one number cut by its comma, as 75,00."""
        pairs = zip(self._columns, self._columns[1:], cells, cells[1:], strict=False)
        for column, after, amount, note in pairs:
            if (column, after) == ("amount", "note") and columns.cut_in_two(amount, note):
                return (f"amount {quoted(amount)} is followed by the note {quoted(note)}, which "
                        f"looks like one number, {quoted(f'{amount},{note}')}, cut by its comma; "
                        "write an amount with a point and without thousands separators, as in "
                        f"{amount}.00, and a note in words.")
        return ""

    def _header(self, line: int, cells: list[str]) -> None:
        self._width = len(cells)
        while cells and not cells[-1]:
            cells.pop()
        names = tuple(cell.lower() for cell in cells)
        if split := next((sign for sign in (";", "\t") if sign in cells[0]), None):
            self._unusable = True
            self.say(line, f"the columns are {quoted(cells[0])}; separate them with commas, not "
                           f"with {quoted(split)}.")
        else:
            for name in dict.fromkeys(names):
                if name not in COLUMNS:
                    hint = nearest(name, COLUMNS, lists=f"“{columns.COMMAND}” lists the columns.")
                    self.say(line, f"column {quoted(name)} is not known; {hint}")
                elif names.count(name) > 1:
                    self.say(line, f"column {quoted(name)} stands there twice; keep one.")
            for name in KEY_COLUMNS:
                if name not in names:
                    self._unusable = True
                    self.say(line, f"there is no column {quoted(name)}; begin with the line "
                                   f"{','.join(COLUMNS)} (“{columns.COMMAND}” explains it).")
        self._columns = names

    def _row(self, line: int, cells: dict[str, str]) -> None:
        before = len(self.problems)
        record: dict = {"line": line}
        event = self._read(line, record, cells, "event", columns.event_name)
        kind = EVENTS.get(event)
        row = self._read(line, record, cells, "id", columns.code)
        first = self._line_of_id.setdefault(row, line) if row else line
        if first != line:
            self.say(line, f"id is {quoted(row)}, as on line {first}; every row needs its own. "
                           "Was the same event exported twice?")
        self._date(line, record, cells)
        if kind:
            for column in kind.needs:
                if column not in cells:
                    self.say(line, f"{event} has no {column}, which is {COLUMNS[column]}; fill it "
                                   "in.")
            for column, text in cells.items():
                if column in KEY_COLUMNS:
                    continue
                if column not in kind.needs and column not in kind.may and column != "note":
                    self.say(line, f"{column} is {quoted(text)}, but {event} has none; empty the "
                                   "cell or correct the event.")
                    continue
                self._cell(line, record, cells, column, event)
        outside = bool(self._outside) and self._outside[-1][0] == line
        if len(self.problems) == before and not outside:
            self.rows.append(Record(**record))
        else:
            self._spoiled |= {(column, cells.get(column, "")) for column in ("booking", "learner")}
            self._spoiled.add(("about", cells.get("id", "")))

    def _read(self, line: int, record: dict, cells: dict[str, str], column: str, how, *more):
        """Read one cell into the record, or note its problem."""
        if column not in cells:
            self.say(line, f"has no {column}; fill it in, or remove the row.")
            return None
        try:
            record[column] = how(cells[column], *more)
        except CellError as error:
            self.say(line, f"{column} {error}")
        return record.get(column)

    def _date(self, line: int, record: dict, cells: dict[str, str]) -> None:
        day = self._read(line, record, cells, "date", columns.day)
        # A cohort may begin before the plan does.
        early = day and day < self._plan.start and record.get("event") != "cohort"
        if day and (early or day > self._last):
            self._outside.append((line, f"date is {day}, outside of the plan's {self._plan.weeks} "
                                        f"weeks, {self._plan.start} to {self._last}"))

    def _say_outside(self) -> None:
        """Note the dates outside of the plan; many of them get one sentence."""
        remedy = "export these only, or name the plan that holds the day."
        if len(self._outside) <= _FEW:
            for line, sentence in self._outside:
                self.say(line, f"{sentence}; {remedy}")
            return
        line, sentence = self._outside[0]
        more = len(self._outside) - 1
        self.say(line, f"{sentence}, as are those of {more:,} more rows; {remedy}")

    def _cell(self, line: int, record: dict, cells: dict[str, str], column: str,
              event: str) -> None:
        how, *more = {
            "due": (columns.day,), "about": (columns.code,), "equity": (columns.yes_or_no,),
            "notice": (columns.number,),
            "bucket": (columns.bucket_code, event, self._plan.buckets), "amount": (columns.cents,),
            "hours": (columns.minutes, event), "value": (columns.measurement, event),
            "note": (columns.words, columns.LONGEST_NOTE)}.get(column, (columns.words,))
        value = self._read(line, record, cells, column, how, *more)
        if column == "due" and value and value > self._last and event != "cohort":
            self.say(line, f"due is {value}, after the plan's last day, {self._last}; book it in "
                           "the plan that holds the day.")
        if column == "amount" and value and value > self._plan.total:
            self.say(line, f"amount is {dollars(value)}, more than the programme's total of "
                           f"{dollars(self._plan.total)}; correct it.")

    def finish(self) -> Assembly:
        """What the rows say together; their contradictions join the problems."""
        self._say_outside()
        if self._columns is None and not self.problems:
            self.say(1, f"is empty; begin with the line {','.join(COLUMNS)}.")
        elif not self.rows and not self.problems:
            self.say(1, "has no rows below its header; export at least one event.")
        self.rows.sort(key=lambda row: (row.date, row.line))
        assembly = Assembly(self._scheduled_end, self.rows)
        self.problems += [(row.line, what) for row, what, about in assembly.problems
                          if about not in self._spoiled]
        return assembly
