"""Faults of the kinds that happen, planted into workbooks that come back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from model import project
from model.audit.checks import check
from model.companies import COMPANIES
from model.engine.nodes import NotAFormula
from model.problems import InputError
from model.workbook import archive, intake, reading
from model.workbook.book import Book, book
from model.workbook.cells import Field, cell
from model.workbook.file import content
from model.workbook.paths import load_plans
from trust.effect import effect, figures_of
from trust.outcome import SENT, Outcome

PLACE = "returned workbooks"
REFUSED, CELLS, ALERTS, CHECKS = ("refused when read", "cells that are not as written", "alerts",
                                  "error checks")
OVER, RANGE, SIGN, MONTH, CONSTANT = ("a formula typed over", "a stale range", "wrong sign",
                                      "a month off", "a constant instead of a reference")
SHIFTED, SLIP, ANNUAL, PERCENT = ("a shifted row", "a unit slip", "annual for monthly",
                                  "percent as fraction")
COLUMN, SWAPPED, PLUG, TERM = ("a wrong column", "a segment swapped", "a typed plug",
                               "a term left out")

Cells = dict[tuple[str, int, int], object]


@dataclass(frozen=True)
class BookFault:
    """Cells of a workbook with what somebody left in them, counted from 0."""

    company: str
    kind: str
    what: str
    cells: tuple[tuple[tuple[str, int, int], object], ...]


@cache
def _sent(company: str) -> tuple[Book, archive.File]:
    """A workbook as written, and what stands in its file."""
    made = book(load_plans(company))
    with TemporaryDirectory() as name:
        path = Path(name) / "sent.xlsx"
        path.write_bytes(content(made))
        return made, archive.content(path)


@cache
def _formulas(company: str) -> tuple[tuple[str, int, int, str, object], ...]:
    return tuple((sheet.title, row, col, own.content, own.value)
                 for sheet in _sent(company)[0].sheets
                 for (row, col), own in sheet.cells.items()
                 if own.kind == "formula" and isinstance(own.value, int | float)
                 and not isinstance(own.value, bool))


@cache
def _inputs(company: str) -> tuple[tuple[str, int, int, Field, float], ...]:
    return tuple((sheet.title, row, col, field, float(sheet.cells[row, col].content))
                 for sheet in _sent(company)[0].sheets
                 for (row, col), field in sheet.inputs.items()
                 if isinstance(sheet.cells[row, col].content, int | float)
                 and field.scenario == "base" and sheet.cells[row, col].content)


def faults(size: int, random: Random) -> Iterator[BookFault]:
    kinds = list(_KINDS)
    while size:
        kind, company = kinds[size % len(kinds)], random.choice(COMPANIES)
        if found := random.choice(_KINDS[kind])(company, random):
            where, cells = found
            yield BookFault(company, kind, where, tuple(cells.items()))
            size -= 1


def _formula(change: Callable[[str, object, Random], object]) -> Callable:
    def of(company: str, random: Random):
        sheet, row, col, text, value = random.choice(_formulas(company))
        new = change(text, value, random)
        if new is None or new == text:
            return None
        return (f"{sheet} {cell(row, col, fixed=False)}: {text[:60]} → {str(new)[:60]}",
                {(sheet, row, col): new})
    return of


def _pattern(pattern: str, change: Callable[[re.Match], str]) -> Callable:
    def of(text: str, value: object, random: Random):
        found = list(re.finditer(pattern, text))
        if not found:
            return None
        at = random.choice(found)
        return text[:at.start()] + change(at) + text[at.end():]
    return _formula(of)


def _input(change: Callable[[float, Random], object]) -> Callable:
    def of(company: str, random: Random):
        sheet, row, col, field, value = random.choice(_inputs(company))
        new = change(value, random)
        return (f"{field.path}, {field.field}: {value:g} → {new}", {(sheet, row, col): new})
    return of


def _exchanged(company: str, random: Random):
    """Two inputs that stand one below the other."""
    every = {(sheet, row, col): value for sheet, row, col, _, value in _inputs(company)}
    at = random.choice(list(every))
    below = (at[0], at[1] + 1, at[2])
    if below not in every or every[below] == every[at]:
        return None
    return f"{at} and the cell below exchanged", {at: every[below], below: every[at]}


def _moved_down(company: str, random: Random):
    """A block of inputs that stands a row too low."""
    sheet, row, col, *_ = random.choice(_inputs(company))
    column = {at: value for title, at, there, _, value in _inputs(company)
              if (title, there) == (sheet, col) and row <= at < row + 6}
    changed = {(sheet, at, col): column[at - 1] for at in column
               if at - 1 in column and column[at - 1] != column[at]}
    return (f"{sheet}, {cell(row, col, fixed=False)} and below: a row too low", changed) \
        if changed else None


def _rows_moved(company: str, random: Random):
    """A row inserted: everything below stands a row lower, its labels too."""
    sheet = random.choice([each for each in _sent(company)[0].sheets if each.kind == "inputs"])
    row = random.choice(sorted({at for at, _ in sheet.cells if at > 6}))
    moved: Cells = {(sheet.title, at, col): None for at, col in sheet.cells if at >= row}
    moved |= {(sheet.title, at + 1, col): own.content
              for (at, col), own in sheet.cells.items() if at >= row}
    return f"{sheet.title}: a row inserted before {row + 1}", moved


def _beside(company: str, random: Random):
    """A value typed one cell to the right of its own."""
    sheet, row, col, field, value = random.choice(_inputs(company))
    return (f"{field.path}, {field.field}: typed one column to the right",
            {(sheet, row, col + 1): value * 1.5})


_KINDS: Mapping[str, list[Callable]] = {
    OVER: [_formula(lambda text, value, random: round(float(value) * 1.1 + 1, 2))],
    CONSTANT: [_pattern(r"\$?[A-Z]{1,2}\$?\d+", lambda found: "100")],
    RANGE: [_pattern(r"(\$?[A-Z]{1,2}\$?)(\d+):(\$?[A-Z]{1,2}\$?)(\d+)",
                     lambda found: f"{found[1]}{found[2]}:{found[3]}{max(1, int(found[4]) - 1)}"),
            _pattern(r":\$?[A-Z]{1,2}\$?(\d+)", lambda found: f":$H{found[1]}")],
    SIGN: [_pattern(r"\+", lambda found: "-"), _pattern(r"(?<=\w)-", lambda found: "+"),
           _input(lambda value, _: -value)],
    MONTH: [_pattern(r"(?<![A-Z$])([A-Z])(\d+)", lambda found:
                     f"{chr(ord(found[1]) - 1) if found[1] > 'A' else 'B'}{found[2]}")],
    SHIFTED: [_pattern(r"([A-Z]{1,2}\$?)(\d+)", lambda found: f"{found[1]}{int(found[2]) + 1}"),
              _moved_down, _rows_moved],
    SLIP: [_input(lambda value, random: value * random.choice((100, 1000))),
           _input(lambda value, random: value / 100)],
    PERCENT: [_input(lambda value, _: f"{value:g}%"), _input(lambda value, _: value * 100)],
    ANNUAL: [_input(lambda value, _: value * 12), _input(lambda value, _: value / 12)],
    COLUMN: [_beside], SWAPPED: [_exchanged],
    PLUG: [_formula(lambda text, value, random: f"{text}+1000")],
    TERM: [_pattern(r"[+*-]\$?[A-Z]{1,2}\$?\d+", lambda found: "")],
}


@cache
def _before(company: str):
    plan = project(_sent(company)[0].plans.now)
    return plan, figures_of(plan), frozenset(check(plan).alerts)


def run(fault: BookFault, folder: Path) -> Outcome:
    """Read a workbook that came back with a fault."""
    made, file = _sent(fault.company)
    sheets = {title: dict(cells) for title, cells in file.sheets.items()}
    for (title, row, col), value in fault.cells:
        kind = "f" if isinstance(value, str) and value.startswith("=") else "n"
        sheets[title].pop((row + 1, col + 1), None)
        if value is not None:
            sheets[title][row + 1, col + 1] = archive.FileCell(value, kind)
    what = f"{fault.company}, {fault.what}"

    def outcome(moved: str, nets: list[str], said: str) -> Outcome:
        return Outcome(PLACE, fault.kind, moved, tuple(nets), said, what)
    try:
        found = reading._differences("returned.xlsx", sheets, file.names, made)
        if found.other_changes:
            each = found.other_changes[0]
            return outcome("changed", [CELLS], f"{each.where}: {each.was} → {each.now}")
        if not found.changes:
            return outcome("equal", [], "")
        plan = project(intake.draft(found).assumptions)
    except (InputError, NotAFormula) as error:
        return outcome("changed", [REFUSED], str(error))
    _, figures, alerts = _before(fault.company)
    moved, checks = effect([figures], [figures_of(plan)]), check(plan)
    nets = [CHECKS] if checks.failed else []
    nets += [ALERTS] if {each[:12] for each in checks.alerts} - {each[:12] for each in alerts} \
        else []
    each = found.changes[0]
    return outcome(moved, [*nets, SENT], f"{each.where}: {each.old} → {each.new}")
