"""What the whole of a file decides of how it is written: its separator, its layout, the forms of
its dates and amounts. What several readings fit is no answer but a question."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from model.intake.amounts import AmountForm
from model.intake.dates import DateForm
from model.intake.mapping import SEPARATORS, words_of
from model.intake.table import Cell, Row, Table

Form = AmountForm | DateForm
# Forms in the order in which they are proposed where several read a file alike.
DATES = tuple(map(DateForm, (
    "YYYY-MM-DD", "YYYY-MM", "DD.MM.YYYY", "D.M.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY",
    "M/D/YYYY", "MMM YYYY", "MMM YY", "MMM-YY", "MMM-YYYY", "MMM 'YY", "YYYY MMM", "MM/YYYY",
    "MM.YYYY", "M/YYYY", "M.YYYY", "YYYY/MM", "YYYYMM", "YYYYMMDD", "DD.MM.YY", "DD-MM-YYYY",
    "MM-DD-YYYY", "D MMM YYYY", "MMM D, YYYY", "YYYY-MM-DD hh:mm:ss",
    "YYYY-MM-DDThh:mm:ss", "DD.MM.YYYY hh:mm")))
AMOUNTS = tuple(AmountForm(decimal, thousands) for decimal, thousands in (
    (".", "none"), (".", ","), (",", "none"), (",", "."), (".", "'"), (",", "space"),
    (".", "space"), (",", "'")))
# How columns are called in English and German programs.
COLUMNS = {
    "account": ("account", "account code", "account no", "account number", "account name", "konto",
                "kontonummer", "konto-nr.", "sachkonto", "category", "kategorie"),
    "period": ("date", "posting date", "transaction date", "period", "month", "datum",
               "buchungsdatum", "belegdatum", "buchungstag", "periode", "monat"),
    "amount": ("amount", "net amount", "balance", "betrag", "umsatz", "saldo"),
    "debit": ("debit", "soll"), "credit": ("credit", "haben")}
_FIRST_LINES, _FIRST_ROWS = 200, 30


@dataclass(frozen=True)
class Shape:
    """The layout of a table: its header, places of its columns by what they hold, and those of its
    months if it is wide."""

    layout: str
    header: Row
    below: tuple[Row, ...]
    places: dict[str, int]
    months: tuple[int, ...] = ()

    def cells(self, *places: int) -> list[Cell]:
        """The cells of some columns that are not empty, each once."""
        return list(dict.fromkeys(cell for row in self.below for place in places
                                  if words_of(cell := row.cell(place))))


def separator(text: str) -> str:
    """The word for the separator that gives the most rows of one width."""
    lines = text.splitlines()[:_FIRST_LINES]

    def agreement(word: str) -> int:
        try:
            widths = Counter(len(cells) for cells in
                             csv.reader(lines, delimiter=SEPARATORS[word]) if len(cells) > 1)
        except csv.Error:
            return 0
        return max(widths.values(), default=0)
    return max(SEPARATORS, key=agreement)


def forms_of(forms: Iterable[Form], cells: Sequence[Cell]) -> list[Form]:
    """The forms that read all cells of a text, one for each way in which they read them or would
    read others. Without any text there is nothing to read, and the first form stands for all."""
    texts = [cell for cell in cells if not isinstance(cell, float | date)]
    ways: dict[tuple, Form] = {}
    for form in forms if texts else tuple(forms)[:1]:
        if (read := _readings(form, texts)) is not None:
            ways.setdefault((read, _order(form)), form)
    return list(ways.values())


def _order(form: Form) -> object:
    """What tells forms apart in cells that both can read: the decimal sign, or whether a day stands
    before the month."""
    if isinstance(form, AmountForm):
        return form.decimal
    return form.form.find("D") < form.form.find("M")


def _readings(form: Form, cells: Sequence[Cell]) -> tuple | None:
    """What a form reads in cells, None if it does not fit one of them."""
    read: Callable = form.day if isinstance(form, DateForm) else form.amount
    try:
        return tuple(map(read, cells))
    except ValueError:
        return None


def _are(forms: Iterable[Form], cells: Sequence[Cell]) -> bool:
    """Whether some form reads all cells, of which there is one."""
    return bool(cells) and any(_readings(form, cells) is not None for form in forms)


def shape(table: Table) -> Shape | None:
    """The layout of a table; None where no row reads as names of columns."""
    return wide(table) or _long(table)


def has_figures(shape: Shape) -> bool:
    """Whether some cell below the header is an amount or a date."""
    width = max((len(row.cells) for row in shape.below), default=0)
    return any(isinstance(cell, int | float | date) or (any(map(str.isdigit, cell))
               and _are((*AMOUNTS, *DATES), [cell])) for cell in shape.cells(*range(width)))


def wide(table: Table, forms: Sequence[DateForm] = DATES) -> Shape | None:
    """A header of months above amounts, beside a column of names; None where there is none."""
    for at, row in enumerate(table.rows[:_FIRST_ROWS]):
        below = table.rows[at + 1:]
        for form in forms:
            months = tuple(place for place, cell in enumerate(row.cells)
                           if place and words_of(cell) and _are([form], [cell]))
            # Most rows that name a date are bookings, which the first ones below them show.
            for some in (below[:_FIRST_ROWS], below) if months else ():
                found = Shape("wide", row, some, {"account": _names(some, months)}, months)
                columns = list(filter(None, map(found.cells, months)))
                if not columns or not all(_are(AMOUNTS, cells) for cells in columns):
                    break
            else:
                if months:
                    return found
    return None


def _names(below: Sequence[Row], months: Sequence[int]) -> int:
    """The column left of the months with the most different texts."""
    def variety(place: int) -> int:
        return len({each.cell(place) for each in below if isinstance(each.cell(place), str)})
    return max(range(months[0]), key=variety)


def _long(table: Table) -> Shape | None:
    for at, row in enumerate(table.rows[:_FIRST_ROWS]):
        filled = [cell for cell in row.cells if words_of(cell)]
        if len(filled) < 2 or any(isinstance(cell, int | float | date)
                                  or _are((*DATES, *AMOUNTS), [cell]) for cell in filled):
            continue
        found = Shape("long", row, table.rows[at + 1:], {})
        names = [words_of(cell).casefold() for cell in row.cells]
        places = {key: place for key, words in COLUMNS.items()
                  if (place := _one([at for at, name in enumerate(names) if name in words]))
                  is not None}
        left = {place: cells for place in range(len(names))
                if place not in places.values() and (cells := found.cells(place))}
        dates = [place for place, cells in left.items() if _are(DATES, cells)]
        amounts = [place for place, cells in left.items() if _are(AMOUNTS, cells)]
        if "period" not in places:
            places |= _only("period", dates)
        if not places.keys() & {"amount", "debit"}:
            places |= _only("amount", [each for each in amounts if each not in dates])
        if "account" not in places:
            places |= _only("account", [each for each in left if each not in (*dates, *amounts)])
        return Shape("long", row, found.below, places)
    return None


def _one(places: Sequence[int]) -> int | None:
    return places[0] if len(places) == 1 else None


def _only(key: str, places: Sequence[int]) -> dict[str, int]:
    return {key: places[0]} if len(places) == 1 else {}
