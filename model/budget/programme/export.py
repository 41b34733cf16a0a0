"""Reading the export of a running programme: bookings, outcomes and payments, one row one event.

    # Comments begin with #; the first of them is shown wherever the figures are.
    id,date,event,booking,due,learner,cohort,equity,bucket,hours,notice,value,amount,note
    1,2026-01-05,enrolled,,,L001,Cohort 1,yes,,,,,,
    2,2026-01-06,booked,B1,2026-01-13,L001,,,ONE,1.5,,,112.50,
    3,2026-01-13,held,B1,,,,,,,,,,

The columns may stand in any order, and those that nothing fills may be missing; `columns` says what
each of them means and which of them an event needs. Nothing of a file is used unless all of it can
be. Money is spent on the day on which a session ends, whenever the mentor is paid.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from model import files
from model.budget import money
from model.budget.plan.plan import Plan
from model.budget.programme import columns
from model.budget.programme.assembly import Assembly, Booking, Cohort, Learner, Record
from model.budget.programme.columns import COLUMNS, EVENTS, NEEDED, CellError
from model.folders import relative
from model.problems import InputError, Problem, nearest, quoted, visible

MAX_BYTES = 20_000_000
MAX_LINES = 200_000
# As many rows of another quarter are said one by one.
_FEW = 3


@dataclass(frozen=True)
class Records:
    """One export, whole: its rows by date, and what they say of learners and bookings.

    `remark` is the first comment of the file, `digest` the SHA-256 of its bytes, `as_of` the day
    up to which it is known what happened: that of the last row. A cohort that is not dated ends on
    the day that the plan schedules, `scheduled_end`.
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

    def week(self, day: date) -> int:
        """The number of a day's week in the plan, from 0."""
        return (day - self.start).days // 7

    def until(self, day: date) -> Records:
        """What was known at the end of a day. Of a cohort the schedule is always known."""
        rows = tuple(row for row in self.rows if row.date <= day or row.event == "cohort")
        kept = Assembly(self.scheduled_end, rows)
        return replace(self, as_of=day, rows=rows, cohorts=kept.cohorts, learners=kept.learners,
                       bookings=kept.bookings)


def read_records(path: Path, plan: Plan) -> Records:
    """The events of a file, for a plan of certain weeks and buckets.

    Raises InputError with everything that is wrong in the file, by line.
    """
    name = relative(path)
    try:
        raw = files.read(path, MAX_BYTES, "an export",
                                 "name a CSV file that is there", "export a single quarter")
    except files.UnusableError as error:
        raise InputError([Problem(name, str(error))]) from None
    return parse_records(name, raw, plan)


def parse_records(name: str, raw: bytes, plan: Plan) -> Records:
    """The events that the bytes of a file hold. Raises InputError as `read_records` does."""
    try:
        text = files.text(raw, "save it as CSV in UTF-8")
    except files.UnusableError as error:
        raise InputError([Problem(f"{name}:{error.line}", str(error))]) from None
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) > MAX_LINES:
        raise InputError([Problem(name, f"has {len(lines):,} lines, more than the {MAX_LINES:,} "
                                        "that an export may have; export a single quarter.")])
    reading = _Reading(plan)
    for line, content in enumerate(lines, 1):
        reading.take(line, content)
    found = reading.finish()
    if reading.problems:
        raise InputError(Problem(f"{name}:{line}", what)
                         for line, what in sorted(reading.problems))
    return Records(name, reading.remark, hashlib.sha256(raw).hexdigest(), plan.start, plan.weeks,
                   _scheduled_end(plan), _known_to(reading.rows, plan), found.rows,
                   found.cohorts, found.learners, found.bookings)


def _scheduled_end(plan: Plan) -> date:
    return plan.monday(plan.whole("cohorts.end_week") + 1) - timedelta(days=1)


class _Reading:
    """One pass over the lines of a file."""

    def __init__(self, plan: Plan) -> None:
        self.remark = ""
        self.rows: list[Record] = []
        self.problems: list[tuple[int, str]] = []
        self._first, self._weeks = plan.start, plan.weeks
        self._last, self._scheduled_end = plan.end, _scheduled_end(plan)
        self._buckets = tuple(plan.buckets)
        self._total = plan.total
        self._columns: tuple[str, ...] | None = None
        # Cells of the header, with the empty ones that a spreadsheet puts behind its names.
        self._width = 0
        self._unusable = False
        self._seen: dict[str, int] = {}
        # What rows that cannot be used would have told of, so that it is not said to be missing.
        self._spoiled: set[tuple[str, str]] = set()
        # The line and the beginning of the sentence of every date that the plan does not hold.
        self._outside: list[tuple[int, str]] = []

    def say(self, line: int, what: str) -> None:
        self.problems.append((line, what))

    def take(self, number: int, line: str) -> None:
        line = line.strip()
        if not line or self._unusable:
            return
        if line.startswith(("#", '"#')):
            # A spreadsheet fills a comment up with the commas of empty cells, and may quote it.
            said = " ".join(line.strip(' \t#,"').split())
            self.remark = self.remark or visible(said[:200])
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
            hidden = next(c for c in line if not c.isprintable())
            self.say(number, f"holds a control character (U+{ord(hidden):04X}); retype the line.")
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

    def _cut(self, cells: list[str]) -> str:
        """A sentence where an amount and the note behind it look like one number that a comma cut
        in two, as in 75,00 or 2,400.00; else nothing."""
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
                    close = nearest(name, COLUMNS)
                    hint = close if close.startswith("did") else \
                        f"“{columns.COMMAND}” lists the columns."
                    self.say(line, f"column {quoted(name)} is not known; {hint}")
                elif names.count(name) > 1:
                    self.say(line, f"column {quoted(name)} stands there twice; keep one.")
            for name in NEEDED:
                if name not in names:
                    self._unusable = True
                    self.say(line, f"there is no column {quoted(name)}; begin with the line "
                                   f"{','.join(COLUMNS)} (“{columns.COMMAND}” explains it).")
        self._columns = names

    def _row(self, line: int, cells: dict[str, str]) -> None:
        before = len(self.problems)
        found: dict = {"line": line}
        event = self._read(line, found, cells, "event", columns.known_event)
        kind = EVENTS.get(event)
        self._read(line, found, cells, "id", columns.code)
        self._number_once(line, found.get("id"))
        self._date(line, found, cells)
        if kind:
            for column in kind.needs:
                if column not in cells:
                    self.say(line, f"{event} has no {column}, which is {COLUMNS[column]}; fill it "
                                   "in.")
            for column, text in cells.items():
                if column in NEEDED:
                    continue
                if column not in kind.needs and column not in kind.may and column != "note":
                    self.say(line, f"{column} is {quoted(text)}, but {event} has none; empty the "
                                   "cell or correct the event.")
                    continue
                self._cell(line, found, cells, column, event)
        if len(self.problems) == before and not self._is_outside(line):
            self.rows.append(Record(**found))
        else:
            self._spoiled |= {(column, cells.get(column, "")) for column in ("booking", "learner")}

    def _read(self, line: int, found: dict, cells: dict[str, str], column: str, how, *more):
        """Reads one cell, or says what is wrong with it."""
        if column not in cells:
            self.say(line, f"has no {column}; fill it in, or remove the row.")
            return None
        try:
            found[column] = how(cells[column], *more)
        except CellError as error:
            self.say(line, f"{column} {error}")
        return found.get(column)

    def _number_once(self, line: int, row: str | None) -> None:
        first = self._seen.setdefault(row, line) if row else line
        if first != line:
            self.say(line, f"id is {quoted(row)}, as on line {first}; every row needs its own. "
                           "Was the same event exported twice?")

    def _date(self, line: int, found: dict, cells: dict[str, str]) -> None:
        day = self._read(line, found, cells, "date", columns.day)
        # A cohort may begin before the plan does.
        early = day and day < self._first and found.get("event") != "cohort"
        if day and (early or day > self._last):
            self._outside.append((line, f"date is {day}, outside of the plan's {self._weeks} "
                                        f"weeks, {self._first} to {self._last}"))

    def _is_outside(self, line: int) -> bool:
        return bool(self._outside) and self._outside[-1][0] == line

    def _say_outside(self) -> None:
        """Says which dates lie outside of the plan: one sentence where there are many."""
        remedy = "export these only, or name the plan that holds the day."
        if len(self._outside) <= _FEW:
            for line, said in self._outside:
                self.say(line, f"{said}; {remedy}")
            return
        line, said = self._outside[0]
        self.say(line, f"{said}, as are those of {len(self._outside) - 1:,} more rows; {remedy}")

    def _cell(self, line: int, found: dict, cells: dict[str, str], column: str,
              event: str) -> None:
        if column in ("booking", "learner", "cohort"):
            self._read(line, found, cells, column, columns.words)
        elif column == "note":
            self._read(line, found, cells, column, columns.words, columns.LONGEST_NOTE)
        elif column == "due":
            due = self._read(line, found, cells, column, columns.day)
            if due and due > self._last and event != "cohort":
                self.say(line, f"due is {due}, after the plan's last day, {self._last}; book it "
                               "in the plan that holds the day.")
        elif column == "equity":
            self._read(line, found, cells, column, columns.yes_or_no)
        elif column == "bucket":
            self._read(line, found, cells, column, columns.known_bucket, event, self._buckets)
        elif column == "hours":
            self._read(line, found, cells, column, columns.quarter_hours, event)
        elif column == "notice":
            self._read(line, found, cells, column, columns.number)
        elif column == "value":
            self._read(line, found, cells, column, columns.measured, event)
        else:
            amount = self._read(line, found, cells, column, columns.cents)
            if amount is not None and amount > self._total:
                self.say(line, f"amount is {money.shown(amount)}, more than the programme's total "
                               f"of {money.shown(self._total)}; correct it.")

    def finish(self) -> Assembly:
        """What the rows say together; what contradicts itself joins the problems."""
        self._say_outside()
        if self._columns is None and not self.problems:
            self.say(1, f"is empty; begin with the line {','.join(COLUMNS)}.")
        elif not self.rows and not self.problems:
            self.say(1, "has no rows below its header; export at least one event.")
        self.rows.sort(key=lambda row: (row.date, row.line))
        found = Assembly(self._scheduled_end, self.rows)
        self.problems += [(row.line, what) for row, what, about in found.problems
                          if about not in self._spoiled]
        return found


def _known_to(rows, plan: Plan) -> date:
    """The day up to which an export tells; a cohort's row is a schedule and tells of no day."""
    return max((row.date for row in rows if row.event != "cohort"), default=plan.start)
