"""Whether an input sheet that came back is arranged as it was written, with nothing beside it.

Values are read by their places. So row names and column heads must stand where they stood:
otherwise a value would be read as one of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from model.counts import count
from model.problems import Problem, quoted
from model.views.formats import format_month
from model.workbook.cells import NAME, Cell, Sheet, cell

# The most cells beside the inputs that are named one by one.
_MOST = 20
_HEADS = ("head", "head right", "head apart")


def displaced(name: str, sheet: Sheet, cells: Mapping) -> Problem | None:
    """The problem of a sheet whose row names or heads are not where they were written. `cells` are
    those of the file, by row and column counted from 1."""
    for (row, col), own in sorted(sheet.cells.items()):
        if not _is_head(col, own):
            continue
        now = _text(cells, row, col)
        if now != own.content.strip():
            where = cell(row, col, fixed=False)
            return Problem(f"{name}, {sheet.title}", "rows or columns were inserted, deleted, "
                           f"sorted or moved: {where} holds {quoted(now)} where it was written "
                           f"with {quoted(own.content)}, so no value of this sheet can be read; "
                           "put the rows and columns back, or type the changes into a new "
                           "workbook.")
    return None


def _is_head(col: int, own: Cell) -> bool:
    """Whether a cell says what the values of its row or column are."""
    return own.kind == "text" and own.content != "" and (col == NAME or own.style[1] in _HEADS)


def strays(name: str, sheet: Sheet, cells: Mapping) -> Iterator[Problem]:
    """The problems of cells that hold something where the workbook left them empty."""
    places = [(row - 1, col - 1) for row, col in sorted(cells)
              if _text(cells, row - 1, col - 1) and _is_empty(sheet.cells.get((row - 1, col - 1)))]
    for row, col in places[:_MOST]:
        inputs = [cell(row, at, fixed=False) for at_row, at in sheet.inputs if at_row == row]
        where = "into a yellow cell"
        if inputs:
            where = f"into {inputs[0]}" if len(inputs) == 1 else f"into {inputs[0]} to {inputs[-1]}"
        yield Problem(f"{name}, {cell(row, col, sheet.title, fixed=False)}",
                      f"holds {quoted(_text(cells, row, col))}, which nothing reads; type it "
                      f"{where}, or empty the cell.")
    if len(places) > _MOST:
        yield Problem(f"{name}, {sheet.title}", f"{count(len(places) - _MOST, 'more cell')} "
                      "with what nothing reads; empty what holds it.")


def _is_empty(own: Cell | None) -> bool:
    return own is None or (own.kind == "text" and own.content == "")


def _text(cells: Mapping, row: int, col: int) -> str:
    """What a cell held when it was written: programs make numbers of years, dates of months."""
    there = cells.get((row + 1, col + 1))
    value = None if there is None else there.value
    if isinstance(value, datetime):
        return format_month(f"{value:%Y-%m}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(getattr(value, "text", value)).strip()
