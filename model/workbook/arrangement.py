"""Whether an input sheet that came back is arranged as it was written, and holds nothing beside
what it was written with.

Values are read by their places. So the names in their column and the heads of the columns must
stand where they stood: otherwise a value would be read as one of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from model.counts import count
from model.problems import Problem, quoted
from model.views.formats import format_month
from model.workbook.cells import NAME, Cell, Sheet, cell

# So many cells beside the inputs are named one by one.
_NAMED = 20
_HEADS = ("head", "head right", "head apart")


def moved(name: str, sheet: Sheet, there: Mapping) -> Problem | None:
    """What to say where names or heads of a sheet are not where they were written. `there` are the
    cells of the file, by row and column counted from 1."""
    for (row, col), own in sorted(sheet.cells.items()):
        if not _fixes(col, own):
            continue
        now = _text(there, row, col)
        if now != own.content.strip():
            where = cell(row, col, fixed=False)
            return Problem(f"{name}, {sheet.title}", "rows or columns were inserted, deleted, "
                           f"sorted or moved: {where} holds {quoted(now)} where it was written "
                           f"with {quoted(own.content)}, so no value of this sheet can be read; "
                           "put the rows and columns back, or type the changes into a new "
                           "workbook.")
    return None


def _fixes(col: int, own: Cell) -> bool:
    """Whether a cell says what the values of its row or column are."""
    return own.kind == "text" and own.content != "" and (col == NAME or own.style[1] in _HEADS)


def beside(name: str, sheet: Sheet, there: Mapping) -> Iterator[Problem]:
    """A problem for each cell that holds something, and that the workbook left empty."""
    found = [(row - 1, col - 1) for row, col in sorted(there)
             if _text(there, row - 1, col - 1) and _is_empty(sheet.cells.get((row - 1, col - 1)))]
    for row, col in found[:_NAMED]:
        own = [cell(row, at, fixed=False) for at_row, at in sheet.inputs if at_row == row]
        where = "into a yellow cell"
        if own:
            where = f"into {own[0]}" if len(own) == 1 else f"into {own[0]} to {own[-1]}"
        yield Problem(f"{name}, {cell(row, col, sheet.title, fixed=False)}",
                      f"holds {quoted(_text(there, row, col))}, which nothing reads; type it "
                      f"{where}, or empty the cell.")
    if len(found) > _NAMED:
        yield Problem(f"{name}, {sheet.title}", f"{count(len(found) - _NAMED, 'more cell')} "
                      "with what nothing reads; empty what holds it.")


def _is_empty(own: Cell | None) -> bool:
    return own is None or (own.kind == "text" and own.content == "")


def _text(there: Mapping, row: int, col: int) -> str:
    """What a cell holds, as it was written: programs make numbers of years, and dates of months."""
    found = there.get((row + 1, col + 1))
    value = None if found is None else found.value
    if isinstance(value, datetime):
        return format_month(f"{value:%Y-%m}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(getattr(value, "text", value)).strip()
