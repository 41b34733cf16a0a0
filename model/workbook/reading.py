"""A workbook that came back: which inputs were typed over, and what else is not as written.

Nothing in it is calculated or trusted: it is compared, cell by cell, with the workbook that the
model would write from the plans in the file.
"""

from __future__ import annotations

import contextlib
import gc
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from model.counts import count
from model.params.assumptions import load
from model.problems import InputError, Problem, fail_if, nearest, quoted
from model.views.formats import format_month
from model.workbook import archive, snapshot
from model.workbook.book import Book, book
from model.workbook.cells import NAME, Cell, Field, Sheet, cell
from model.workbook.paths import ALONE, LATER, Plans

# Programs that save 15 digits do not change a value by more than this share.
_DIGITS = 1e-12
# The most cells beside the inputs that are named one by one.
_MOST = 20
_HEADS = ("head", "head right", "head apart")


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
    """A returned workbook: the plans it was made from, the scenario it shows, its changes."""

    plans: Plans
    chosen: str
    changes: tuple[Change, ...]
    other_changes: tuple[OtherChange, ...]


def read(path: Path) -> Returned:
    """Compare a file with the workbook as written. Raises InputError with every problem."""
    return _unhurt(path, _read)


def sent(path: Path) -> tuple[Plans, str]:
    """The plans that a workbook was made from, whatever was typed into it since, and its version.
    Raises InputError with every problem."""
    return _unhurt(path, lambda name, file: _plans(name, file.sheets, older=True), snapshot.SHEET)


def _unhurt(path: Path, work: Callable[[str, archive.File], Any], only: str | None = None) -> Any:
    """What some work makes of a file, or of the sheet that is `only` wanted. Raises InputError,
    whatever stands in it."""
    try:
        with _uncollected():
            return work(path.name, archive.content(path, only=only))
    except InputError:
        raise
    except Exception:  # what stands in a foreign file can make anything of it fail
        raise InputError.of(path.name, "holds what no workbook of this model does, and cannot be "
                                       f"read; {archive.MAKE_AGAIN}.") from None


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Python looks through no hundreds of thousands of cells for rubbish, over and over again:
    a third of the time that reading takes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read(name: str, file: archive.File) -> Returned:
    sheets = file.sheets
    plans, version = _plans(name, sheets)
    if plans.calendar != load(plans.base.company).calendar:
        raise InputError.of(name, "was written for other months or years than the plan has now; "
                                  f"{archive.MAKE_AGAIN}.")
    ours = book(plans)
    if ours.version != version:
        raise InputError.of(name, f"was written by another version of the model ({version}; this "
                                  f"one is {ours.version}); {archive.MAKE_AGAIN}.")
    missing = [sheet.title for sheet in ours.sheets if sheet.title not in sheets]
    fail_if([Problem(name, f"has no sheet {quoted(title)}; {archive.MAKE_AGAIN}.")
             for title in missing])
    return _differences(name, sheets, file.names, ours)


def _plans(name: str, sheets: Mapping[str, Mapping], older: bool = False) -> tuple[Plans, str]:
    """The plans that a workbook was made from, and its version. Raises InputError."""
    if snapshot.SHEET not in sheets:
        raise InputError.of(name, "is not a workbook of this model: it has no sheet "
                                  f"{snapshot.SHEET}; {archive.MAKE_AGAIN}.")
    try:
        return snapshot.read([str(there.value) for (_, col), there
                              in sorted(sheets[snapshot.SHEET].items())
                              if col == 1 and there.value is not None], older)
    except snapshot.Unreadable:
        raise InputError.of(name, "was written by another version of the model, or its record was "
                                  f"changed; {archive.MAKE_AGAIN}.") from None


def _differences(name: str, sheets: Mapping[str, Mapping], names: Mapping, ours: Book) -> Returned:
    inputs = [sheet for sheet in ours.sheets if sheet.kind == "inputs"]
    fail_if([problem for sheet in inputs
             if (problem := _displaced(name, sheet, sheets[sheet.title]))])
    problems = [problem for sheet in inputs
                for problem in _strays(name, sheet, sheets[sheet.title])]
    changes: list[Change] = []
    others: list[OtherChange] = list(_name_changes(names, ours))
    scenario = ours.plans.chosen
    for sheet in ours.sheets:
        cells = sheets[sheet.title]
        for (row, col), own in sheet.cells.items():
            value = _value(cells, row, col)
            if value == own.content and own.kind == "formula":
                continue
            where = cell(row, col, sheet.title, fixed=False)
            if own.kind in ("input", "filled"):
                field = sheet.inputs[row, col]
                if field.field == "scenario":
                    scenario = _scenario(name, where, value, ours.plans, problems) or scenario
                elif not _is_own(value, own):
                    number = _input_number(name, where, field, value, own,
                                           cells.get((row + 1, col + 1)), problems)
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


# Values are read by their places, so row names and column heads must stand where they stood.

def _displaced(name: str, sheet: Sheet, cells: Mapping) -> Problem | None:
    """The problem of a sheet whose row names or heads moved; `cells` of the file count from 1."""
    for (row, col), own in sorted(sheet.cells.items()):
        head = col == NAME or own.style[1] in _HEADS
        if own.kind != "text" or not own.content or not head:
            continue
        now = _as_written(cells, row, col)
        if now != own.content.strip():
            where = cell(row, col, fixed=False)
            return Problem(f"{name}, {sheet.title}", "rows or columns were inserted, deleted, "
                           f"sorted or moved: {where} holds {quoted(now)} where it was written "
                           f"with {quoted(own.content)}, so no value of this sheet can be read; "
                           "put the rows and columns back, or type the changes into a new "
                           "workbook.")
    return None


def _strays(name: str, sheet: Sheet, cells: Mapping) -> Iterator[Problem]:
    """The problems of cells that hold something where the workbook left them empty."""
    places = [at for at in ((row - 1, col - 1) for row, col in sorted(cells))
              if _as_written(cells, *at) and _is_empty(sheet.cells.get(at))]
    for row, col in places[:_MOST]:
        inputs = [cell(row, at, fixed=False) for at_row, at in sheet.inputs if at_row == row]
        where = "into a yellow cell"
        if inputs:
            where = f"into {inputs[0]}" if len(inputs) == 1 else f"into {inputs[0]} to {inputs[-1]}"
        yield Problem(f"{name}, {cell(row, col, sheet.title, fixed=False)}",
                      f"holds {quoted(_as_written(cells, row, col))}, which nothing reads; type it "
                      f"{where}, or empty the cell.")
    if len(places) > _MOST:
        yield Problem(f"{name}, {sheet.title}", f"{count(len(places) - _MOST, 'more cell')} "
                      "with what nothing reads; empty what holds it.")


def _is_empty(own: Cell | None) -> bool:
    return own is None or (own.kind == "text" and own.content == "")


def _as_written(cells: Mapping, row: int, col: int) -> str:
    """What a cell held when it was written: programs make numbers of years, dates of months."""
    value = _value(cells, row, col)
    if isinstance(value, datetime):
        return format_month(f"{value:%Y-%m}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _text(value).strip()


def _value(cells: Mapping, row: int, col: int) -> object:
    there = cells.get((row + 1, col + 1))
    return None if there is None else there.value


def _is_own(value: object, own: Cell) -> bool:
    """Whether a cell holds what it was written with, or a formula that says the same."""
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
    if value is None and (own.content is None or field.field.startswith(LATER)
                          or field.field.endswith(ALONE)):
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
