"""A workbook as the bytes of an .xlsx file, and how its cells look.

Texts are written as texts whatever they begin with, so a parameter file can never write a formula.
The same workbook gives the same bytes.
"""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from model.currency import labelled
from model.engine.close import domain_of
from model.params.quantities import Domain, is_share
from model.tolerance import RELATIVE
from model.workbook import printing, snapshot, verification
from model.workbook.about import ABOUT, CHARTS
from model.workbook.book import Book, book
from model.workbook.cells import HEADS, LABEL, NAME, UNIT, Field, Sheet, cell, letters
from model.workbook.inputs import ASSUMPTIONS
from model.workbook.paths import Plans

# How cells look: number formats by unit; fonts, fills and borders by role.

INK, MUTED, GRID, MAIN, WARN = "#1a1f26", "#5b6570", "#dfe3e8", "#0b5cad", "#b4530a"
TILE, YELLOW, YELLOW_EDGE, GRAY = "#f5f7f9", "#fff6d6", "#e0d3a0", "#9aa3ad"
SERIES = ("#0b5cad", "#0f766e", "#7b3f8c")
TABS = {"about": INK, "inputs": "#e0b400", "results": MAIN, "checks": WARN, "workings": GRAY}
FONT, SIZE = "Arial", 10

AXIS = {"USD": '#,##0,"k";"−"#,##0,"k";0', "number": "#,##0"}
_MINUS = '"\u2212"'
# Rates are never below zero; those below 10 differ in their later digits.
_RATE = "[<10]#,##0.000;#,##0.0"
_FORMATS = {
    "": "General", "number": "0", "delay": "0", "flag": "0", "month number": "0",
    "small": "0.0E+00;\"\u2212\"0.0E+00;0", "factor": '"×"0.00', "bound": "General",
    "decimal": f"#,##0.000;{_MINUS}#,##0.000;0", "ratio": f"0.00;{_MINUS}0.00;0",
    "scenario": "@", "years": "0", "shares": "#,##0", "month of year": "0",
}


def number_format(unit: str, typed: bool = False) -> str:
    """The format of values of a unit; a typed value keeps its decimals."""
    if unit in _FORMATS:
        return _FORMATS[unit]
    head = unit.partition("/")[0]
    if head == "fraction":
        places = "0.0##%" if typed else "0.0%"
        return f"{places};{_MINUS}{places};0%"
    if unit in ("USD", "USD/year", "USD/FTE/year"):
        return f"#,##0;{_MINUS}#,##0;0"
    if head == "USD":
        return f"#,##0.00;{_MINUS}#,##0.00;0"
    if typed:
        return "#,##0.0###"
    if "/" in unit:
        return _RATE
    return f"#,##0.0;{_MINUS}#,##0.0;0"


# The roles of cells that may be typed into, or over.
INPUT_ROLES = ("input", "filled", "aside")
_QUIET, _BOLD = {"font_color": MUTED}, {"bold": True}
_SMALL, _TOTAL = {**_QUIET, "font_size": 9}, {"top": 1, "top_color": GRAY}
_APART = {"align": "left", "indent": 1}
_HEAD = {**_BOLD, "bottom": 1, "bottom_color": GRAY, "valign": "bottom"}
_YELLOW = {"bg_color": YELLOW, "border": 1, "border_color": YELLOW_EDGE, "locked": False}
ROLES: dict[str, dict] = {
    "text": {}, "key": _QUIET, "label": {}, "line": {}, "wide": {}, "indented": {"indent": 1},
    "part label": {**_QUIET, "indent": 1}, "part": _QUIET, "state": _QUIET,
    "note": _SMALL, "note apart": {**_SMALL, **_APART}, "total note": {**_SMALL, **_TOTAL},
    "head": {**_HEAD, "text_wrap": True}, "head apart": {**_HEAD, **_APART},
    "head right": {**_HEAD, "align": "right", "text_wrap": True},
    "total label": {**_BOLD, **_TOTAL}, "total": {**_BOLD, **_TOTAL},
    "title": {**_BOLD, "font_size": 18}, "section": {**_BOLD, "font_size": 12},
    "message": {**_BOLD, "font_size": 12}, "warning": {**_BOLD, "font_color": WARN},
    "group": {**_BOLD, **_QUIET}, "count": {**_QUIET, "align": "left"},
    "link": {"font_color": MAIN, "underline": 1},
    "input": {**_YELLOW, "font_color": MAIN}, "filled": _YELLOW,
    "aside": {**_QUIET, "border": 1, "border_color": GRID, "locked": False},
    "fixed": {**_QUIET, "italic": True}, "result": {**_BOLD, "align": "right"},
    "status": {"align": "right"}, "check": {"align": "left"},
    "check total": {**_BOLD, **_TOTAL, "align": "left"},
}


def properties(unit: str, role: str) -> dict:
    style = {"font_name": FONT, "font_size": SIZE, "font_color": INK, **ROLES[role]}
    if role == "wide":
        return style
    style["num_format"] = number_format(unit, typed=role in INPUT_ROLES)
    if unit and "align" not in style:
        style["align"] = "right"
    return style


# The file.

_WIDTHS = {LABEL: 44, UNIT: 17, NAME: 24}
_MONTH_WIDTH, _YEAR_WIDTH = 10.5, 12
# The value of every formula in files for tests of programs that calculate.
WRONG = 123.456


class _Plain(Worksheet):
    """A worksheet without XlsxWriter's search for functions younger than 2007. No formula here uses
    one, and the search takes four fifths of the time."""

    def _prepare_formula(self, formula, expand_future_functions=False):
        return formula.removeprefix("=")

    def _xml_formula_element(self, formula, result, attributes=()):
        """Escape formulas and texts; addresses, formats and numbers need none of it."""
        if isinstance(result, str):
            result = self._escape_data(result)
        pairs = "".join([f' {key}="{value}"' for key, value in attributes])
        self.fh.write(f"<c{pairs}><f>{self._escape_data(formula)}</f><v>{result}</v></c>")


def workbook(plans: Plans) -> bytes:
    """The file of a company's workbook, with the sentence on its verification."""
    return content(book(plans, lambda version: verification.sentence(plans.base, version)))


def content(book: Book, wrong_values: bool = False) -> bytes:
    """The bytes of the file; with `wrong_values`, every formula has the value WRONG."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    _Writer(workbook, book, wrong_values).write()
    workbook.close()
    return target.getvalue()


class _Writer:
    def __init__(self, workbook: xlsxwriter.Workbook, book: Book, wrong_values: bool):
        self.workbook, self.book, self.wrong = workbook, book, wrong_values
        self._formats: dict[tuple[str, str], object] = {}

    def write(self) -> None:
        """Write sheets, names, validations, colors, charts and the hidden sheet."""
        book, plan = self.book, self.book.plans.now
        self.workbook.set_properties({
            "title": f"{plan.title}, {plan.scenario_title}", "subject": "Financial model",
            "created": datetime.fromisoformat(plan.as_of)})
        pages = {sheet.title: self.workbook.add_worksheet(sheet.title, worksheet_class=_Plain)
                 for sheet in book.sheets}
        for name, address in book.names.items():
            sheet, _, place = address.rpartition("!")
            self.workbook.define_name(name, f"={sheet}!{place}")
        for sheet in book.sheets:
            self._sheet(pages[sheet.title], sheet)
        self._inputs(pages)
        self._signals(pages)
        self._charts(pages[CHARTS])
        record = self.workbook.add_worksheet(snapshot.SHEET)
        for row, text in enumerate(book.snapshot):
            record.write_string(row, 0, text)
        record.very_hidden()
        pages[ABOUT].activate()

    def _format(self, style: tuple[str, str]):
        if style not in self._formats:
            self._formats[style] = self.workbook.add_format(properties(*style))
        return self._formats[style]

    def _sheet(self, page: Worksheet, sheet: Sheet) -> None:
        texts = [(at, own.content) for at, own in sheet.cells.items() if own.kind == "text"]
        widths = self._widths(sheet, texts)
        for col, width in widths.items():
            page.set_column(col, col, width)
        formats = {style: self._format(style)
                   for style in {own.style for own in sheet.cells.values()}}
        write, wrong = page._write_formula, self.wrong
        for (row, col), (kind, content, value, style) in sheet.cells.items():
            how = formats[style]
            if kind in ("formula", "filled"):
                write(row, col, content, how, WRONG if wrong else value)
            elif kind == "text":
                page.write_string(row, col, content, how)
            elif kind == "link":
                page.write_url(row, col, f"internal:'{content}'!A1", how, value)
            elif content is None:
                page.write_blank(row, col, None, how)
            elif isinstance(content, str):
                page.write_string(row, col, content, how)
            else:
                page.write_number(row, col, content, how)
        page.set_tab_color(TABS[sheet.kind])
        page.hide_gridlines(2)
        page.set_row(0, 26)
        # Years at the head of columns are texts, and Excel would mark each of them.
        years = [at for at, text in texts if text.isdigit()]
        if years:
            page.ignore_errors({"number_stored_as_text": " ".join(
                f"{cell(*first, fixed=False)}:{cell(*last, fixed=False)}"
                for first, last in blocks(years))})
        if sheet.freeze != (0, 0):
            page.freeze_panes(*sheet.freeze)
        printing.set_up(page, sheet, self.book, widths)

    def _widths(self, sheet: Sheet, texts: list[tuple[tuple[int, int], str]]) -> dict[int, float]:
        """The widths of columns; row names are shown whole."""
        names = [len(text) for (_, col), text in texts if col == NAME]
        widths = _WIDTHS | {NAME: max(_WIDTHS[NAME], *(0.9 * length for length in names), 0)}
        if sheet.axis:
            widths |= dict.fromkeys(sheet.axis.years, _YEAR_WIDTH)
            widths |= dict.fromkeys((sheet.axis.opening, *sheet.axis.months), _MONTH_WIDTH)
        return widths | sheet.widths

    # What inputs accept.

    def _inputs(self, pages: dict[str, Worksheet]) -> None:
        for sheet in self.book.sheets:
            places: dict[tuple[str, Domain | None], list[tuple[int, int]]] = {}
            for at, field in sheet.inputs.items():
                places.setdefault(self._kind(field), []).append(at)
            for (unit, domain), cells in places.items():
                for first, last in blocks(cells):
                    pages[sheet.title].data_validation(*first, *last,
                                                       self._validation(unit, domain))

    def _kind(self, field: Field) -> tuple[str, Domain | None]:
        """The unit of an input and the values that it may have."""
        if field.field == "delay" or not field.path:
            return field.field, None
        entry = self.book.plans.base.entries[field.path]
        return entry.unit, domain_of(field.path, entry)

    def _validation(self, unit: str, domain: Domain | None) -> dict:
        if unit == "scenario":
            return {"validate": "list", "source": f"={self.book.inputs.selector_list}",
                    "error_title": "No such scenario", "error_message": "Choose one of the list."}
        if unit == "delay":
            return {"validate": "integer", "criteria": "between", "minimum": 0,
                    "maximum": self.book.axis.calendar.months - 1,
                    "error_title": "Not a delay",
                    "error_message": "Type a whole number of months, 0 or more."}
        return {"validate": "integer" if domain.whole else "decimal", "criteria": "between",
                "minimum": domain.low, "maximum": domain.high,
                "error_title": "Outside what is allowed",
                "error_message": f"{labelled(unit.removeprefix('divisor '))}: {domain}."
                                 + (" Type a percentage with its sign, 5%." if is_share(unit)
                                    else "")}

    # What turns color.

    def _signals(self, pages: dict[str, Worksheet]) -> None:
        warn = self.workbook.add_format({"font_color": WARN, "bold": True})
        good = self.workbook.add_format({"font_color": MAIN})
        gray = self.workbook.add_format({"font_color": GRAY, "bg_color": TILE})
        for sheet in self.book.sheets:
            page = pages[sheet.title]
            states = [at for at, own in sheet.cells.items()
                      if own.style[1] in ("state", "check", "check total")]
            for first, last in blocks(states):
                page.conditional_format(*first, *last, {
                    "type": "text", "criteria": "containing", "value": "fail", "format": warn})
            status = [at for at, own in sheet.cells.items() if own.style[1] == "status"]
            for first, last in blocks(status):
                for word, how in (("missed", warn), ("watch", warn), ("met", good)):
                    page.conditional_format(*first, *last, {
                        "type": "cell", "criteria": "==", "value": f'"{word}"', "format": how})
        self._overridden(pages[ASSUMPTIONS], self.book.sheet(ASSUMPTIONS), gray)
        self._implausible(pages[ASSUMPTIONS], self.book.sheet(ASSUMPTIONS), warn)

    def _implausible(self, page: Worksheet, sheet: Sheet, warn) -> None:
        """Color constants of Assumptions outside their plausible range. Ranges of values over time
        are factors, and not compared here."""
        entries, col = self.book.plans.base.entries, self.book.inputs.row_in_use + 1
        ends = [letters(col), letters(col + 1)]
        absolute = [at for at, field in sheet.inputs.items()
                    if entries[field.path].form == "constant" and field.field != "delay"]
        for (top, first), (bottom, last) in blocks(absolute):
            value, low, high = (f"{name}{top + 1}" for name in
                                (letters(first), *(f"${end}" for end in ends)))
            slack = f"{RELATIVE:.9f}*MAX(1,ABS(N({value})))"
            page.conditional_format(top, first, bottom, last, {
                "type": "formula", "format": warn,
                "criteria": f"=AND(ISNUMBER({value}),ABS({low})+ABS({high})>0,"
                            f"OR({value}<{low}-{slack},{value}>{high}+{slack}))"})

    def _overridden(self, page: Worksheet, sheet: Sheet, gray) -> None:
        """Color cells of Assumptions that the chosen scenario replaces."""
        helper = letters(self.book.inputs.row_in_use)
        for (top, first), (bottom, last) in blocks(list(sheet.inputs)):
            page.conditional_format(top, first, bottom, last, {
                "type": "formula", "format": gray, "criteria": f"=N(${helper}{top + 1})>0"})

    # Charts.

    def _charts(self, page: Worksheet) -> None:
        for own in self.book.charts:
            chart = self.workbook.add_chart({"type": own.kind})
            font = {"name": FONT, "size": 9, "color": MUTED, "bold": False}
            for at, (name, values) in enumerate(own.series):
                color = SERIES[at % len(SERIES)]
                series = {"name": name, "categories": f"={own.categories}",
                          "values": f"={values}", "gap": 60}
                if own.kind == "line":
                    series["line"] = {"color": color, "width": 2}
                else:
                    series["fill"] = {"color": color}
                    series["border"] = {"none": True}
                    if len(own.series) == 1:
                        series |= {"invert_if_negative": True,
                                   "invert_if_negative_color": WARN}
                chart.add_series(series)
            chart.set_title({"none": True})
            chart.set_legend({"none": True} if len(own.series) == 1 else
                             {"position": "top", "font": font})
            axis = {"num_font": font, "line": {"color": GRAY}, "label_position": "low",
                    "major_tick_mark": "none"}
            if cell(HEADS, self.book.axis.first_month) in own.categories:
                axis |= {"interval_unit": 6, "interval_tick": 6}
            chart.set_x_axis(axis)
            chart.set_y_axis({"num_font": font, "line": {"none": True},
                              "num_format": AXIS[own.unit],
                              "major_gridlines": {"visible": True,
                                                  "line": {"color": GRID, "width": 0.6}}})
            chart.set_chartarea({"border": {"none": True}})
            chart.set_size({"width": 980, "height": 330})
            page.insert_chart(own.row, LABEL, chart, {
                "description": self.book.sheet(CHARTS).cells[own.row - 1, LABEL].value,
                "object_position": 2})


def blocks(places: list[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Cells as rectangles: runs along rows, joined where those below have the same columns."""
    runs: list[list[int]] = []
    for row, col in sorted(places):
        if runs and runs[-1][0] == row and runs[-1][2] == col - 1:
            runs[-1][2] = col
        else:
            runs.append([row, col, col])
    by_columns: dict[tuple[int, int], list[list[int]]] = {}
    for row, first, last in runs:
        rows = by_columns.setdefault((first, last), [])
        if rows and rows[-1][1] == row - 1:
            rows[-1][1] = row
        else:
            rows.append([row, row])
    return [((top, first), (bottom, last)) for (first, last), rows in by_columns.items()
            for top, bottom in rows]
