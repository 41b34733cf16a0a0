"""How each sheet is printed: which cells, at what scale, and where pages end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from xlsxwriter.worksheet import Worksheet

from model.workbook.about import ABOUT, CHARTS
from model.workbook.book import Book
from model.workbook.cells import HEADS, LABEL, NAME, UNIT, Sheet
from model.workbook.inputs import ASSUMPTIONS, SCENARIOS
from model.workbook.kpis import SHEET as KPIS
from model.workbook.monthly import MONTHLY

_PAPER, _MARGIN = 9, 0.6  # A4; the margin in inches
_WIDE = 11.69 - 2 * _MARGIN
_COLUMN = 8.43  # the width of a column without one of its own
_SMALLEST, _LARGEST = 40, 90
# Programs without the font that widths are counted in draw columns wider.
_SPARE = 0.7


def set_up(page: Worksheet, sheet: Sheet, book: Book, widths: Mapping[int, float]) -> None:
    """Set up a sheet for A4, landscape. Statements and inputs print with their months, a year of
    months a page; workings by year alone."""
    page.set_landscape()
    page.set_paper(_PAPER)
    page.set_margins(left=_MARGIN, right=_MARGIN, top=0.6, bottom=0.7)
    page.set_footer(f"&L&8{sheet.title}&R&8Page &P of &N")
    last_row, axis = max(row for row, _ in sheet.cells), sheet.axis
    if sheet.title == ASSUMPTIONS:
        _assumptions(page, book, widths, last_row)
    elif not axis:
        page.fit_to_pages(1, 1 if sheet.title == ABOUT else 0)
        if sheet.printed:
            page.repeat_rows(0, HEADS)
            page.print_area(0, 0, last_row, sheet.printed[-1])
        if sheet.title == KPIS:
            years = len(book.axis.calendar.years)
            page.print_area(0, 0, last_row, NAME + 1 + 3 * years)
        if sheet.title == SCENARIOS:
            page.print_area(0, 0, last_row, max(col for _, col in sheet.inputs) + 1)
        if sheet.title == CHARTS:
            page.set_h_pagebreaks([chart.row - 1 for chart in book.charts[2::2]])
    elif sheet.kind in ("workings", "checks") and sheet.title != MONTHLY:
        page.repeat_rows(0, HEADS)
        page.print_area(0, 0, last_row, axis.opening)
        page.fit_to_pages(1, 0)
    else:
        # The years on the first page, a year of months on each of the others.
        months = [axis.months[first:end] for first, end in pairwise(axis.calendar.bounds())]
        _pages(page, widths, [range(NAME, axis.first_month), *months])


def _assumptions(page: Worksheet, book: Book, widths: Mapping[int, float], last_row: int) -> None:
    """A page across for inputs, one for values in use, one for what is allowed, and no more."""
    used, first = book.inputs.used, book.inputs.row_in_use
    page.print_area(0, 0, last_row, first + 6)
    _pages(page, widths, [range(NAME, used.start), used, range(first, first + 7)])


def _pages(page: Worksheet, widths: Mapping[int, float], groups: Iterable[range]) -> None:
    """Print each group of columns on a page of its own beside labels and units. The scale is the
    largest at which the widest group fits."""
    groups = list(groups)
    page.repeat_rows(0, HEADS)
    page.repeat_columns(LABEL, UNIT)
    page.set_v_pagebreaks([group.start for group in groups[1:]])
    # Seven pixels a character and five around it, 96 pixels an inch.
    widest = max(sum(7 * widths.get(col, _COLUMN) + 5 for col in (LABEL, UNIT, *group)) / 96
                 for group in groups)
    page.set_print_scale(int(min(_LARGEST, max(_SMALLEST, _SPARE * 100 * _WIDE / widest))))
