"""Bookings and balances of an export: a row each, or a row an account with a column a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from model.counts import count
from model.intake import totals
from model.intake.amounts import currency
from model.intake.dates import DateForm, Day
from model.intake.mapping import Column, Map, words_of
from model.intake.table import Cell, Row, Table
from model.problems import InputError, Problem, fail_if, nearest, quoted


class Booking(NamedTuple):
    """One amount of an account in a month, as booked; `day` is None where only a month is given,
    `heading` the one above it in a wide file."""

    row: int
    account: str
    month: str
    day: int | None
    amount: Decimal
    heading: str = ""


@dataclass(frozen=True)
class Export:
    """What a file holds, `by_month` with a column a month. `totals` are those that were checked,
    `currencies` what stands beside amounts, `alike` rows that repeat another in every cell."""

    name: str
    by_month: bool
    bookings: tuple[Booking, ...] = field(repr=False)
    totals: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    alike: tuple[tuple[int, int], ...] = ()


def bookings(table: Table, found: Map, month: str | None) -> Export:
    """The bookings of a table. `month` is that of all rows where the file does not say it. Raises
    InputError with every cell that is not of the stated form."""
    reading = Reading(table, found)
    if found.layout == "wide":
        reading.wide()
    else:
        reading.long(month)
    fail_if(sorted(reading.problems))
    if not reading.bookings:
        raise InputError.of(table.where(found.header[-1]), "has no amounts of accounts below it; "
                                                           "export the file again.")
    return Export(table.name, found.layout == "wide", tuple(reading.bookings),
                  tuple(dict.fromkeys(reading.totals)), tuple(sorted(reading.currencies)),
                  tuple(reading.alike))


def header_of(table: Table, line: int) -> Row:
    """The row at a line. Raises InputError where it is empty or not there."""
    for row in table.rows:
        if row.number == line:
            return row
    raise InputError.of(table.where(line), "is no line with names of columns, as the map says it "
                                           f"is; the first that is not empty is line "
                                           f"{table.rows[0].number}.")


def _header(table: Table, found: Map) -> tuple[Row, list[Cell]]:
    """The row with the names of columns, and the group of each: what stands above it, or above one
    left of it; nothing where no line of groups is named."""
    header = header_of(table, found.header[-1])
    if len(found.header) == 1:
        return header, [""] * len(header.cells)
    above = header_of(table, found.header[0])
    width = max(len(header.cells), len(above.cells))
    return Row(header.number, tuple(map(header.cell, range(width)))), groups_of(above, width)


def groups_of(above: Row, width: int) -> list[Cell]:
    """The group of each column, of a line of groups."""
    groups: list[Cell] = []
    for place in range(width):
        own = above.cell(place)
        groups.append(own if words_of(own) or not groups else groups[-1])
    return groups


class Reading:
    """One pass over the rows of a table.

    beside      places of columns beside the names and amounts of a wide file
    not_a_month what is to be done where the name of a column is neither a month nor a total
    """

    beside: tuple[int | None, ...] = ()
    not_a_month = ("A quarter or a year cannot be taken apart into months: export by month. What "
                   "is not needed stands under totals or left_out.")

    def __init__(self, table: Table, found: Map):
        self.table, self.map = table, found
        self.form, self.dates = found.amount_form, DateForm(found.dates) if found.dates else None
        self.header, self.groups = _header(table, found)
        self.names = [f"{words_of(group)} {words_of(cell)}".strip()
                      for group, cell in zip(self.groups, self.header.cells, strict=True)]
        self.below = [row for row in table.rows if row.number > self.header.number]
        self.bookings: list[Booking] = []
        self.problems: list[Problem] = []
        self.totals: list[str] = []
        self.currencies: set[str] = set()
        self.alike: list[tuple[int, int]] = []

    def say(self, row: int, what: str) -> None:
        self.problems.append(Problem(self.table.where(row), what))

    def column(self, place: int) -> str:
        """A column inside a sentence: its number, and its name where it has one."""
        name = self.names[place] if place < len(self.names) else ""
        return f"column {place + 1}{f' ({name})' if name else ''}"

    def place(self, column: Column | None) -> int | None:
        """The place of a column of the map, from 0."""
        if column is None:
            return None
        if isinstance(column, int):
            return column - 1
        places = [at for at, name in enumerate(self.names) if name == column]
        if len(places) == 1:
            return places[0]
        if places:
            self.say(self.header.number, f"names {count(len(places), 'column')} {quoted(column)}; "
                                         "say in the map by its number which is meant.")
        else:
            there = [name for name in self.names if name]
            self.say(self.header.number, f"has no column {quoted(column)}; "
                                         f"{nearest(column, there, lists=None)}")
        return None

    def amount(self, row: Row, place: int) -> Decimal | None:
        """The amount of a cell; None for an empty one, or one with a problem."""
        cell = row.cell(place)
        try:
            amount = self.form.amount(cell)
        except ValueError as error:
            self.say(row.number, f"{self.column(place)}: {error}; correct it, or the map.")
            return None
        if code := currency(cell):
            self.currencies.add(code)
        return amount

    # A row a booking ------------------------------------------------------------------------------

    def long(self, month: str | None) -> None:
        columns = self.map.columns
        account, period, amount, debit, credit = (
            self.place(getattr(columns, key))
            for key in ("account", "period", "amount", "debit", "credit"))
        if self.problems:
            return
        if period is None and month is None:
            raise InputError.of("--month", "is missing: the map names no column with dates, so the "
                                           "whole file must be one month; say which.")
        width = max(len(self.header.cells), *(place + 1 for place in (
            account, period, amount, debit, credit) if place is not None))
        sides = (amount,) if debit is None else (debit, credit)
        lines: list[totals.Line] = []
        first: dict[tuple[Cell, ...], int] = {}
        for row in self.below:
            if len(row.cells) > width:
                self.say(row.number, f"has {len(row.cells)} cells where the header has {width}; is "
                                     "the separator inside a text or an amount that is not in "
                                     "quotes?")
                continue
            name = words_of(row.cell(account))
            words = [name] if name else [words for cell in row.cells if isinstance(cell, str)
                                         and (words := words_of(cell))]
            if total := next((each for each in words if totals.is_total(each, self.map)), None):
                amounts = tuple(self.amount(row, place) for place in sides)
                lines.append(totals.Line(row.number, total, 0, amounts))
                continue
            amounts = self._sides(row, sides, name,
                                  words_of(row.cell(period)) if period is not None else "")
            if amounts is None:
                continue
            lines.append(totals.Line(row.number, name, 0, amounts))
            day = self._day(row, period, month)
            if day:
                debited, *credited = (each or Decimal(0) for each in amounts)
                self.bookings.append(Booking(row.number, name, day.month, day.day,
                                             debited - sum(credited, Decimal(0))))
            if (earlier := first.setdefault(row.cells, row.number)) != row.number:
                self.alike.append((earlier, row.number))
        if not self.problems:
            self.totals += totals.check_rows(lines, self.map, self.say)

    def _sides(self, row: Row, places: Sequence[int], name: str,
               period: str) -> tuple[Decimal | None, ...] | None:
        """The amounts of a row; None for one without any, such as a heading."""
        before = len(self.problems)
        amounts = tuple(self.amount(row, place) for place in places)
        if len(self.problems) > before:
            return None
        if all(each is None for each in amounts):
            if name and period:
                self.say(row.number, f"{quoted(name)} has no amount; complete or remove the row.")
            return None
        if not name:
            self.say(row.number, "has an amount and no account; complete the row, or name the "
                                 "total that it is under totals.")
            return None
        return amounts

    def _day(self, row: Row, period: int | None, month: str | None) -> Day | None:
        if period is None:
            return Day(month)
        try:
            return self.dates.day(row.cell(period))
        except ValueError as error:
            self.say(row.number, f"{self.column(period)}: {error}; correct it, or dates in the "
                                 "map.")
            return None

    # A column a month -----------------------------------------------------------------------------

    def wide(self) -> None:
        account = self.place(self.map.columns.account)
        months, sums = self._months({account, *self.beside})
        if self.problems:
            return
        used = [*months, *sums]
        lines: list[totals.Line] = []
        heading = ""
        for row in self.below:
            self._check_outside(row, {account, *self.beside, *used})
            amounts = tuple(self.amount(row, place) for place in used)
            text = self._name_of(row, account)
            name = words_of(text)
            if not name:
                if any(each is not None for each in amounts):
                    self.say(row.number, "has amounts and no account; complete the row, or remove "
                                         "it.")
                continue
            indent = len(text) - len(text.lstrip()) if isinstance(text, str) else 0
            lines.append(totals.Line(row.number, name, indent, amounts))
            if totals.is_heading(lines[-1], self.map):
                heading = name
            elif not totals.is_total(name, self.map):
                self.bookings += [Booking(row.number, name, month, None, amount, heading)
                                  for month, amount in zip(months.values(), amounts, strict=False)
                                  if amount is not None]
        # An amount that cannot be read would be missing in every total of it.
        if not self.problems:
            self.totals += self._check_rows(lines, used)
            self._check_columns(lines, tuple(months), sums)

    def _name_of(self, row: Row, account: int) -> Cell:
        """The cell with the name of a row."""
        return row.cell(account)

    def _check_rows(self, lines: Sequence[totals.Line], places: Sequence[int]) -> list[str]:
        """Check the totals among lines with amounts at some places; the names of those that
        agree."""
        return totals.check_rows(lines, self.map, self.say)

    def _months(self, beside: set[int | None]) -> tuple[dict[int, str], list[int]]:
        """The months of columns by place, and the places of totals, `beside` some others."""
        months: dict[int, str] = {}
        sums: list[int] = []
        for place, cell in enumerate(self.header.cells):
            group, own = self.groups[place], words_of(cell)
            names = {self.names[place], words_of(group), own} - {""}
            if place in beside or not names or names & set(self.map.left_out):
                continue
            if any(totals.is_total(name, self.map) for name in names):
                sums.append(place)
                continue
            try:
                month = self._month(group, cell)
            except ValueError as error:
                self.say(self.header.number, f"column {place + 1}: {error}, and no total. "
                                             f"{self.not_a_month}")
                continue
            if month in months.values():
                other = next(at for at, each in months.items() if each == month)
                self.say(self.header.number, f"columns {other + 1} and {place + 1} are both "
                                             f"{month}; keep one of the two in the file, or put "
                                             "the name of one of them under left_out.")
                continue
            months[place] = month
        if not months and not self.beside and not self.problems:
            self.say(self.header.number, f"names no month of the form {self.map.dates}; is it the "
                                         "line with the names of columns?")
        return months, sums

    def _month(self, group: Cell, cell: Cell) -> str:
        """The month of a column: that of its name, of its group, or of both together, as 2026 above
        Jan. Raises ValueError as `DateForm.day` does."""
        if group == "":
            return self.dates.day(cell).month
        for each in (f"{words_of(group)} {words_of(cell)}", group):
            with suppress(ValueError):
                return self.dates.day(each).month
        return self.dates.day(cell).month

    def _check_outside(self, row: Row, known: set[int | None]) -> None:
        """A figure in a column without a name would be lost without a word."""
        for place, cell in enumerate(row.cells):
            nameless = place >= len(self.names) or not self.names[place]
            if place not in known and nameless and words_of(cell):
                self.say(row.number, f"column {place + 1} holds {quoted(words_of(cell))}, but has "
                                     "no name in the header; give it one there.")
                return

    def _check_columns(self, lines: Iterable[totals.Line], months: Sequence[int],
                       sums: Sequence[int]) -> None:
        """Check each total among the columns: of the months since the total before, or of all."""
        used = [*months, *sums]
        start = -1
        for place in sums:
            name = self.names[place]
            summed = self._summed(place, start, months)
            start = place
            faults = {}
            for which in summed:
                found = [(line, fault) for line in lines if not line.is_empty and (
                    fault := self._column_fault(line, used.index(place), which))]
                faults[len(found)] = faults.get(len(found), found)
            fewest = faults[min(faults)]
            for line, fault in fewest:
                self.say(line.row, f"column {place + 1} ({name}) {fault}")
            if not fewest:
                self.totals.append(name)

    def _summed(self, place: int, start: int, months: Sequence[int]) -> list[list[int]]:
        """What a total at a place may add up, of months by their order; `start` is the place of the
        total before it."""
        since, upto = ([at for at, month in enumerate(months) if begin < month < place]
                       for begin in (start, -1))
        return [since, upto, list(range(len(months)))]

    def _column_fault(self, line: totals.Line, at: int, months: Sequence[int]) -> str:
        total = sum((line.amounts[month] or Decimal(0) for month in months), Decimal(0))
        return totals.difference((line.amounts[at],), [(total,)])
