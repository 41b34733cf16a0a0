"""The rows of a spreadsheet with a plan, years or months across, and where each amount stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from model.intake import number_formats, totals
from model.intake.amounts import currency
from model.intake.dates import DateForm, Day
from model.intake.layouts import Reading
from model.intake.mapping import words_of
from model.intake.plans.mapping import PlanMap
from model.intake.table import Cell, Row, Table
from model.params.numerals import is_percent
from model.params.yaml_file import ParamsFile
from model.problems import InputError, Problem, fail_if, nearest, quoted
from model.workbook.cells import letters

# What a row says for the whole plan, in one number.
ALL_TIME = ""
# What stands in a map between a heading and the name of a row below it.
BELOW = " / "
# Letters behind a year say that it is actual, budgeted, estimated, forecast or planned.
_YEAR = re.compile(r"(?:FY ?)?((?:19|20)[0-9]{2}) ?[ABEFPabefp]?")
_IN_TEXT = re.compile(r"\b(?:19|20)[0-9]{2}")
_FISCAL = re.compile(r"\bFY ?[0-9]{4}")


class TimeForm(DateForm):
    """A form of months, beside which a year is written in four digits, also behind FY or with a
    letter behind it, as 2027E."""

    def day(self, cell: object) -> Day:
        match = _YEAR.fullmatch(words_of(cell))
        return Day(match[1]) if match else super().day(cell)


class Amount(NamedTuple):
    """An amount of a row, and whether a percent sign stood behind it, or was shown there."""

    number: Decimal
    is_percent: bool
    place: int


@dataclass(frozen=True)
class PlanRow:
    """A row of a plan that is an assumption: its name in the map, its unit where the file says it,
    its amounts by year, month, or `ALL_TIME`, and the heading above it."""

    number: int
    name: str
    unit: str
    amounts: Mapping[str, Amount]
    heading: str = ""


@dataclass(frozen=True)
class PlanTable:
    """The rows of a plan that a map names, and what the file holds beside them: names of other
    rows with amounts, totals that were checked, currencies, columns of years called FY2027, and
    which of the rows and times are hidden."""

    table: Table
    rows: tuple[PlanRow, ...] = field(repr=False)
    others: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    fiscal: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def cells(self, row: PlanRow, *times: str) -> str:
        """Sheet and cells of a row, or of its amounts at some times."""
        places = sorted({row.amounts[time].place for time in times or row.amounts})
        return spot(self.table, row.number, *places)


def name_and_heading(row: Row, account: int, beside: Collection[int]) -> tuple[Cell, str]:
    """The cell with the name of a row, and the heading that stands left of it, other than in the
    columns `beside`; where nothing stands in the column of names, what stands left is the name."""
    left = next((cell for place, cell in reversed([*enumerate(row.cells[:account])])
                 if place not in beside and isinstance(cell, str) and any(map(str.isalpha, cell))),
                "")
    own = row.cell(account)
    return (own, words_of(left)) if words_of(own) else (left, "")


def spot(table: Table, row: int, *places: int) -> str:
    """Cells inside a sentence: `sheet Plan, C7 to N7` of a workbook, `line 7, columns 3 to 14`."""
    ends = [places[0], places[-1]] if len(places) > 1 else list(places)
    if table.sheet:
        return f"sheet {table.sheet}, {' to '.join(f'{letters(at)}{row}' for at in ends)}"
    return f"line {row}, column{'s' * (len(ends) > 1)} {' to '.join(str(at + 1) for at in ends)}"


def read_plan(table: Table, found: PlanMap, file: ParamsFile | None) -> PlanTable:
    """The rows of a plan; without a file of the map, rows of it may be absent. Raises InputError
    with every cell that is not of the stated form, every total that does not add up, and every row
    of the map that the file does not have."""
    reading = _PlanReading(table, found)
    reading.wide()
    fail_if(sorted(set(reading.problems)))
    rows = reading.rows()
    fail_if(sorted(reading.problems))
    names = {row.name for row in rows}
    absent = [name for name in found.rows if file and name not in names]
    fail_if([Problem(file.where("rows", name), f"{table.name} has no row {quoted(name)}; "
                     + nearest(name, reading.names_there - names, before=at,
                               lists="see its rows, or remove this line."))
             for at, name in enumerate(absent)])
    # Every row of a template is an assumption.
    fail_if([Problem(table.name, f"sheet {table.sheet} has a row of {quoted(name)}, which is not "
                     f"an assumption of {found.company}; {nearest(name, found.rows, before=at)}")
             for at, name in enumerate(reading.others) if file is None])
    if not any(row.amounts for row in rows):
        raise InputError.of(table.where(found.header[-1]), "has no amounts of assumptions below "
                                                           "it; fill some in, or correct the map.")
    return PlanTable(table, tuple(rows), tuple(dict.fromkeys(reading.others)),
                     tuple(dict.fromkeys(reading.totals)), tuple(sorted(reading.currencies)),
                     tuple(name for place in reading.times.values()
                           if _FISCAL.search(name := reading.names[place])),
                     tuple(_hidden(table, rows)))


def _hidden(table: Table, rows: Sequence[PlanRow]) -> Iterator[str]:
    """The rows, and the times of the others, of which all amounts are hidden."""
    seen = {row.name: [time for time, amount in row.amounts.items()
                       if (row.number, amount.place) not in table.hidden] for row in rows}
    yield from (row.name for row in rows if row.amounts and not seen[row.name])
    shown = {time for times in seen.values() for time in times}
    yield from dict.fromkeys(time or "the numbers for the whole plan" for row in rows
                             if seen[row.name] for time in row.amounts if time not in shown)


class _PlanReading(Reading):
    """One pass over the rows of a plan."""

    not_a_month = ("A quarter cannot be taken apart into months, and years are written in four "
                   "digits. What is not needed stands under totals or left_out.")

    def __init__(self, table: Table, found: PlanMap):
        super().__init__(table, found)
        self.dates = TimeForm(found.dates or "YYYY-MM")
        columns = found.columns
        self.account, self.unit, self.value = map(self.place, (columns.name, columns.unit,
                                                               columns.value))
        self.beside = tuple(place for place in (self.unit, self.value) if place is not None)
        self.percents: set[tuple[int, int]] = set()
        # The names of rows that the map names, without the headings that it names with them.
        self.named = {name for each in found.rows for name in (each, each.rpartition(BELOW)[2])}
        self.names_there: set[str] = set()
        self.others: list[str] = []

    def _month(self, group: Cell, cell: Cell) -> str:
        """The month or year of a column; a year above names of months is no column of a year."""
        if group == "" or not words_of(cell):
            return super()._month(group, cell)
        for each in (f"{words_of(group)} {words_of(cell)}", f"{words_of(cell)} {words_of(group)}"):
            with suppress(ValueError):
                return self.dates.day(each).month
        return self.dates.day(cell).month

    def amount(self, row: Row, place: int) -> Decimal | None:
        """The amount of a cell; None for an empty one, one with a problem, or one without an amount
        in a row that is not taken."""
        cell, form = row.cell(place), self.table.formats.get((row.number, place), "")
        try:
            amount, is_share = self._shown(cell, form)
        except ValueError as error:
            name = words_of(self._name_of(row, self.account))
            if name in self.named or totals.is_total(name, self.map):
                self.problems.append(Problem(
                    f"{self.table.name}, {spot(self.table, row.number, place)}",
                    f"{self.column(place)}: {error}; correct it, or the map."))
            return None
        if is_share:
            self.percents.add((row.number, place))
        if code := currency(cell) or number_formats.currency(form):
            self.currencies.add(code)
        return amount

    def _shown(self, cell: Cell, form: str) -> tuple[Decimal | None, bool]:
        """The amount of a cell in some number format, and whether a percent sign is shown, which
        makes a fraction of it. Raises ValueError with the end of a sentence."""
        if isinstance(cell, str):
            is_share = is_percent(cell)
            amount = self.form.amount(cell.replace("%", "") if is_share else cell)
            return (amount / 100 if is_share else amount), is_share
        amount = self.form.amount(cell)
        try:
            factor = number_formats.percent(form)
        except ValueError:
            raise ValueError(f"{quoted(str(cell))} has the number format {quoted(form)}, which "
                             "shows some numbers in percent and others not, so it may be a "
                             "percent or a fraction; give the cell another format") from None
        return (amount, False) if factor is None else (amount * factor, True)

    def _name_of(self, row: Row, account: int) -> Cell:
        return name_and_heading(row, account, self.beside)[0]

    def _check_outside(self, row: Row, known: set[int | None]) -> None:
        """A heading or a note in a column without a name is no figure that would be lost."""
        super()._check_outside(Row(row.number, tuple(
            "" if isinstance(cell, str) and not self._is_amount(cell) else cell
            for cell in row.cells)), known)

    def _is_amount(self, cell: str) -> bool:
        with suppress(ValueError):
            return self._shown(cell, "")[0] is not None
        return False

    def _check_rows(self, lines: Sequence[totals.Line], places: Sequence[int]) -> list[str]:
        """Percents are added up with percents alone, and amounts with amounts."""
        agreeing = []
        for share in (False, True):
            part = []
            for line in lines:
                missing = None if totals.is_total(line.name, self.map) else Decimal(0)
                part.append(replace(line, amounts=tuple(
                    amount if amount is None or ((line.row, place) in self.percents) == share
                    else missing for place, amount in zip(places, line.amounts, strict=True))))
            agreeing += totals.check_rows(part, self.map, self.say)
        return agreeing

    def _summed(self, place: int, start: int, months: Sequence[int]) -> list[list[int]]:
        """A total that names a year may be that of its months as well, wherever they stand."""
        found = super()._summed(place, start, months)
        if year := _IN_TEXT.search(self.names[place]):
            places = {at for time, at in self.times.items() if time.startswith(f"{year[0]}-")}
            found += [own] if (own := [at for at, month in enumerate(months)
                                       if month in places]) else []
        return found

    def _column_fault(self, line: totals.Line, at: int, months: Sequence[int]) -> str:
        """A year's rate or price is the mean of its months, and a stock that of the last."""
        found = [line.amounts[month] for month in months if line.amounts[month] is not None]
        likely = (sum(found, Decimal(0)) / len(found), found[-1]) if found else ()
        if any(not totals.difference((line.amounts[at],), [(each,)]) for each in likely):
            return ""
        return super()._column_fault(line, at, months)

    def rows(self) -> list[PlanRow]:
        """The rows that the map names, from the amounts that were read."""
        by_row: dict[int, dict[str, Amount]] = {}
        for booking in self.bookings:
            by_row.setdefault(booking.row, {})[booking.month] = self._amount_at(
                booking.row, self.times[booking.month], booking.amount)
        rows: list[PlanRow] = []
        heading, known = "", {*self.map.rows, *self.map.left_out}
        for row in self.below:
            own, left = name_and_heading(row, self.account, self.beside)
            name, heading = words_of(own), left or heading
            if not name:
                continue
            amounts = by_row.get(row.number, {})
            if self.value is not None and not totals.is_total(name, self.map):
                one = self.amount(row, self.value)
                if one is not None:
                    amounts = {**amounts, ALL_TIME: self._amount_at(row.number, self.value, one)}
            below = f"{heading}{BELOW}{name}"
            own = below if below in known else name
            self.names_there |= {own, below} if heading else {own}
            if own in self.map.rows:
                unit = "" if self.unit is None else words_of(row.cell(self.unit))
                rows.append(PlanRow(row.number, own, unit, amounts, heading))
            elif amounts and own not in self.map.left_out:
                self.others.append(own)
            if not amounts and own not in known and not totals.is_total(name, self.map):
                heading = name
        self._check_names(rows)
        return rows

    def _amount_at(self, row: int, place: int, amount: Decimal) -> Amount:
        return Amount(amount, (row, place) in self.percents, place)

    def _check_names(self, rows: Sequence[PlanRow]) -> None:
        """One name of the map is that of one row: of several it cannot be known which is meant."""
        by_name: dict[str, list[PlanRow]] = {}
        for row in rows:
            if row.amounts:
                by_name.setdefault(row.name, []).append(row)
        for name, alike in by_name.items():
            if len(alike) == 1:
                continue
            below = [f"{row.heading}{BELOW}{name}" for row in alike if row.heading]
            apart = len(set(below)) == len(alike) - (not all(row.heading for row in alike))
            advice = (f"say in the map which is meant, as {' or '.join(map(quoted, below))}"
                      if apart else "give each row a name of its own in the file and in the map")
            self.problems.append(Problem(
                f"{self.table.name}, {spot(self.table, alike[1].number, self.account)}",
                f"{quoted(name)} stands in lines {' and '.join(str(row.number) for row in alike)}; "
                f"{advice}."))

    @cached_property
    def times(self) -> dict[str, int]:
        """The place of the column of each year and month."""
        months, _ = self._months({self.account, *self.beside})
        return {month: place for place, month in months.items()}
