"""Statements as tables: years or months across, zero rows named instead of shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from model.analysis import statements as rows_of
from model.analysis.statements import Row, Statement, part_label
from model.companies.vocabulary import QUARTER
from model.pages import frame
from model.pages.view import View
from model.pages.years import quarter_name
from model.views.blocks import Table

# Before the name of a part, glued to its word, so that a narrow column does not break between them.
_INDENT = "\u00a0\u00a0\u00a0"
_BOLD = ("revenue",)
OPENING = "Opening"


def annual(view: View, statement: Statement,
           links: Mapping[str, str] | None = None) -> Table:
    """A statement by year, parts below their rows; a balance sheet begins with the opening one.
    `links` say where its labels lead."""
    projection, heads = view.projection, list(map(str, view.years))
    labels, values, totals, formulas = [], [], [], []
    for row in shown(view, statement):
        sign, lines = row.sign if statement.signed else 1, parts(view, row)
        rows = [sign * each for each in (rows_of.by_year(projection, statement, row)[0],
                                         *map(view.by_year, lines))]
        if statement.balances:
            starts = [rows_of.at_start(projection, statement, row)[0],
                      *(rows_of.opening(projection, line)[0] for line in lines)]
            rows = [np.append(start, line) for start, line in zip(starts, rows, strict=True)]
        labels += [label(view, row), *(part_row(view, line) for line in lines)]
        values += rows
        totals += [label(view, row)] if _is_total(row) else []
        formulas += [_formula(view, statement, row), *(f"{_sign(sign)}{line}" for line in lines)]
    if statement.balances:
        heads = [OPENING, *heads]
    return Table(f"{statement.title} by year", labels,
                 dict(zip(heads, map(list, zip(*values, strict=True)), strict=True)), units="USD",
                 scale="k", totals=totals, corner=_corner(statement), links=links,
                 row_lines=formulas)


def quarterly(view: View, statement: Statement) -> Table:
    """A statement by quarter of the company's years."""
    calendar = view.projection.calendar
    heads = [quarter_name(each, calendar) for each in calendar.period_labels(QUARTER)]
    shown_rows = shown(view, statement)
    rows = {label(view, row): (row.sign if statement.signed else 1)
            * rows_of.by_quarter(view.projection, statement, row)[0] for row in shown_rows}
    return Table.of_rows(f"{statement.title} by quarter", heads, rows, units="USD", scale="k",
                         totals=[label(view, row) for row in shown_rows if _is_total(row)],
                         corner=_corner(statement),
                         row_lines=[_formula(view, statement, row) for row in shown_rows])


def monthly(view: View, statement: Statement, months: int) -> Table:
    """The first months of a statement; of parts only those of cash, whose lowest month counts."""
    shown_rows, rows, formulas = shown(view, statement), {}, []
    for row in shown_rows:
        rows[label(view, row)] = ((row.sign if statement.signed else 1)
                            * rows_of.by_month(view.projection, statement, row)[0])
        formulas.append(_formula(view, statement, row))
        if row.line == "cash":
            rows |= {part_row(view, line): view.projection[line][0] for line in parts(view, row)}
            formulas += parts(view, row)
    return Table.of_rows(f"{statement.title} by month", view.months[:months], rows, units="USD",
                         scale="k", totals=[label(view, row) for row in shown_rows
                                              if _is_total(row)],
                         corner=_corner(statement), row_lines=formulas)


def _formula(view: View, statement: Statement, row: Row) -> str:
    """What a row shows, as a page works it out again. A total of balances is added up from its
    rows, of which it has one at the opening, too."""
    if row.opening_of:
        formula = f"start:{row.opening_of}"
    elif row.line in view.projection and not (statement.balances and row.adds_up):
        formula = row.line
    else:
        parts = [f"{'+-'[part.sign < 0]} {_formula(view, replace(statement, signed=False), part)}"
                 for part in rows_of.added_up(view.projection, statement, row)]
        formula = f"( {' '.join(parts).removeprefix('+ ')} )"
    return _sign(row.sign if statement.signed else 1) + formula


def _sign(sign: int) -> str:
    return "- " if sign < 0 else ""


def _is_total(row: Row) -> bool:
    return bool(row.of) or row.line in _BOLD


def part_row(view: View, line: str) -> str:
    return _INDENT + part_name(view, line)


def _corner(statement: Statement) -> str:
    return "At the end" if statement.balances else "Line"


def shown(view: View, statement: Statement) -> list[Row]:
    """Totals, and the rows that are not zero throughout."""
    plan = view.projection
    return [row for row in rows_of.rows(plan, statement)
            if _is_total(row) or np.any(rows_of.by_month(plan, statement, row)[0])
            or (statement.balances and np.any(rows_of.at_start(plan, statement, row)[0]))]


def parts(view: View, row: Row) -> list[str]:
    """The parts of a row that are not zero throughout; none where only one is."""
    lines = [line for line in rows_of.parts(view.projection, row)
             if np.any(view.projection[line][0])]
    return lines if len(lines) > 1 else []


def left_out(view: View, *statements: Statement) -> str:
    """Which rows are zero throughout and so not shown; empty where all are."""
    names = []
    for statement in statements:
        rows = shown(view, statement)
        names += [frame.inside(label(view, row)) for row in rows_of.rows(view.projection, statement)
                  if row not in rows]
        names += [part_name(view, line) for row in rows
                  for line in rows_of.parts(view.projection, row)
                  if not np.any(view.projection[line][0])]
    if not names:
        return ""
    return f"Zero throughout and left out: {frame.listed(list(dict.fromkeys(names)))}."


def part_name(view: View, line: str) -> str:
    return part_label(view.glossary, view.entries, line)


def label(view: View, row: Row) -> str:
    """What a row is called."""
    return rows_of.label(view.glossary, row)
