"""The checks as sheets: what must be equal in every month, and one master check over all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from model.analysis import checks
from model.analysis.checks import CODES, by_code
from model.analysis.statements import BALANCE, CASH_FLOW, DIRECT, INCOME
from model.companies.glossary import glossary
from model.engine.cells import formula
from model.engine.figures import MONTH
from model.engine.nodes import Ref
from model.tolerance import RELATIVE
from model.workbook.addresses import Place
from model.workbook.cells import (
    GAP,
    HEADS,
    LABEL,
    NAME,
    UNIT,
    Axis,
    Sheet,
    cell,
    letters,
    over_time,
    prefix,
)
from model.workbook.monthly import Monthly
from model.workbook.statements import Statements
from model.workbook.workings import Workings

SHEET = "Checks"
# Rows that say what may differ.
_ALLOWANCES = 5
# Checks that belong to the workbook alone.
_OWN = {"W1": "what is typed is allowed, and the scenario is one of the list",
        "W2": "statements agree with the workings, by month and by year"}
# Checks that are made cell by cell, beside the differences of the text.
_CELLS = ("E8", "E13", "E14")


class Checks:
    """The sheet. Each row below the summary is one test: the largest difference, what is allowed,
    and whether it fails."""

    def __init__(self, workings: Workings, assumed: Monthly, statements: Statements, axis: Axis,
                 failed: Collection[str] = ()):
        self.workings, self.assumed, self.statements = workings, assumed, statements
        self.projection, self.axis = workings.projection, axis
        self.sheet = Sheet(SHEET, "checks", axis, widths={LABEL: 60})
        self.names: dict[str, str] = {}
        self._failed = failed
        # The columns of years have nothing to hold: what is allowed stands in the second.
        self._allowed_column = axis.first_year + 1
        over_time(self.sheet, "Checks", "Where a check fails, do not trust the figures. Each row "
                  "below the list is one test; its largest difference decides.",
                  {LABEL: "Check", UNIT: "State", NAME: "Code"})
        self.sheet.widths |= dict.fromkeys(
            range(self._allowed_column + 1, axis.first_month), GAP)
        self.texts, self.places = workings.texts, []
        self._rows: dict[str, int] = {}
        made = {*by_code(self.projection), *_CELLS}
        self._names = _OWN | {code: name for code, name in CODES.items() if code in made}
        self._codes = list(self._names)
        self._summary_row = HEADS + 1
        self._row = self._summary_row + len(self._codes) + _ALLOWANCES + 4
        self._tolerances()
        self._first = self._row
        self._tests()
        self._summary()

    # What may differ.

    def _tolerances(self) -> None:
        row, sheet, first = self._row - _ALLOWANCES - 2, self.sheet, self.axis.first_year
        assets = self.workings.span("assets")
        fixed = (("Amounts of money may always differ by", "USD", checks.ABSOLUTE),
                 ("and by this share of the largest balance sheet", "", checks.RELATIVE),
                 ("Other figures may differ by this share of the largest", "", RELATIVE))
        for at, (label, unit, value) in enumerate(fixed, row):
            sheet.head(at, label, unit)
            sheet.number(at, first, value, "small")
        amount, relative, self._share = (cell(row + at, first) for at in range(len(fixed)))
        row += len(fixed)
        sheet.head(row, "So amounts of money may differ by", "USD")
        sheet.formula(row, first, f"=MAX({amount},{relative}*MAX(MAX({assets}),-MIN({assets})))",
                      self._allowed(), "small")
        self._money = cell(row, first)
        sheet.text(row + 3, LABEL, "Test", "head")
        sheet.text(row + 3, UNIT, "Fails", "head")
        sheet.text(row + 3, NAME, "Check", "head")
        sheet.text(row + 3, self.axis.first_year, "Largest", "head right")
        sheet.text(row + 3, self._allowed_column, "Allowed", "head right")

    # The tests.

    def _tests(self) -> None:
        self._typed()
        for name in self.texts.checks:
            self._difference(name)
        self._segments()
        self._agree()
        self._numbers()
        self._signs()

    def _difference(self, name: str) -> None:
        """A difference of the text, which must be nothing; without a code it is part of one."""
        found, term = self.texts.checks[name], glossary().term(name, "check")
        label, row = glossary().label(name, "check"), self._row
        if term.code:
            self._test(term.code, label, self._money, self._allowed())
        else:
            self.sheet.head(row, label, term.unit)
            self._row += 1
        self._rows[name] = row
        place = Place("check", name, term.unit, SHEET, row, self.axis.months, MONTH)
        self.places.append(place)
        template = formula(found.node, self._reference, self.texts.undefined)
        self.sheet.across(row, self.axis.months, template, place.figures(self.workings.found),
                          "small")
        if term.code:
            span = self.axis.span(row)
            self.sheet.formula(row, self.axis.first_year, f"=MAX(MAX({span}),-MIN({span}))",
                               float(np.max(np.abs(place.figures(self.workings.found)))), "small")

    def _reference(self, ref: Ref) -> str:
        if ref.kind == "check":
            return f"{{c}}{self._rows[ref.name] + 1}"
        return self.workings.reference(ref, SHEET)

    def _test(self, code: str, label: str, allowed: str, allows: float) -> int:
        row, self._row = self._row, self._row + 1
        sheet, axis = self.sheet, self.axis
        sheet.text(row, LABEL, label, "label")
        sheet.text(row, NAME, code, "note")
        col = self._allowed_column
        largest, limit = (f"${letters(at)}{row + 1}" for at in (axis.first_year, col))
        sheet.formula(row, UNIT, f"=IFERROR(IF({largest}<={limit},0,1),1)", 0, "number", "check")
        sheet.formula(row, col, f"={allowed}", allows, "small", "note")
        return row

    def _monthly(self, code: str, label: str, difference: str, allowed: str, allows: float,
                 ) -> None:
        """A test of every month: its largest difference counts. Until the workbook calculates,
        it shows none; whether a check fails is known from the projection's own."""
        row = self._test(code, label, allowed, allows)
        self.sheet.across(row, self.axis.months, f"=ABS({difference})",
                          np.zeros(self.axis.calendar.months), "small")
        self.sheet.formula(row, self.axis.first_year, f"=MAX({self.axis.span(row)})", 0.0, "small")

    def _test_money(self, code: str, label: str, difference: str) -> None:
        self._monthly(code, label, difference, self._money, self._allowed())

    def _test_share(self, code: str, label: str, difference: str, line: str) -> None:
        span = self.workings.span(line)
        largest = max(1.0, float(np.max(np.abs(self.projection[line][0]))))
        self._monthly(code, label, difference,
                      f"{self._share}*MAX(1,MAX({span}),-MIN({span}))", RELATIVE * largest)

    def _single(self, code: str, label: str, text: str) -> None:
        """A test that is one number: 0 where it holds."""
        row = self._test(code, label, "0", 0.0)
        self.sheet.formula(row, self.axis.first_year, f"={text}", 0.0, "number")

    def _typed(self) -> None:
        self._single("W1", "The scenario is not in the list", "IF(scenario_number>0,0,1)")
        by_column: dict[str, list[str]] = {}
        for address in self.assumed.inputs.faults:
            sheet, _, place = address.rpartition("!")
            by_column.setdefault(f"{sheet}!{place.split('$')[1]}", []).append(place.split("$")[2])
        for key, rows in by_column.items():
            sheet, _, column = key.rpartition("!")
            span = f"{sheet}!${column}${min(map(int, rows))}:${column}${max(map(int, rows))}"
            self._single("W1", f"Rows typed wrongly on {sheet.strip(chr(39))}", f"SUM({span})")
        for mix, members in self.assumed.inputs.mixes().items():
            shares = "+".join(self.assumed.address(path, SHEET) for path in members)
            self._monthly("W1", f"Shares of {mix} above 100%, as they are in use",
                          f"MAX({shares}-1,0)", self._share, RELATIVE)

    def _segments(self) -> None:
        for line in self.projection.lines:
            parts = self.projection.segments(line) if "." not in line else ()
            if not parts or glossary().kind(line)[0] == "ratio":
                continue
            self._test_share("E8", f"{glossary().label(line)} less its segments",
                             f"{self.workings.at(line, SHEET)}-{self._summed(line, parts)}", line)

    def _summed(self, line: str, parts: Sequence[str]) -> str:
        """The segments of a line added up: as one range where they stand together."""
        at = [self.workings.rows[f"{line}.{part}"] for part in parts]
        (title, first), (_, last) = at[0], at[-1]
        if at == [(title, row) for row in range(first, last + 1)]:
            return f"SUM({prefix(title)}{{c}}{first + 1}:{{c}}{last + 1})"
        return "-".join(self.workings.at(f"{line}.{part}", SHEET) for part in parts)

    def _agree(self) -> None:
        """Totals of the statements against the workings' own lines, months and years."""
        for statement in (INCOME, CASH_FLOW, DIRECT, BALANCE):
            for item in statement.rows:
                if not item.adds_up or item.line not in self.workings.rows:
                    continue
                title, row = self.statements.at(statement, item.line)
                label = glossary().label(item.line)
                self._test_money("W2", f"{label} of the statement less that of the workings",
                                 f"{prefix(title)}{{c}}{row + 1}"
                                 f"-{self.workings.at(item.line, SHEET)}")
                own, line_row = self.workings.rows[item.line]
                first, last = (letters(self.axis.years[end]) for end in (0, -1))
                terms = [f"SUM({prefix(sheet)}${first}${at + 1}:${last}${at + 1})"
                         for sheet, at in ((title, row), (own, line_row))]
                limit = f"{self._money}*COLUMNS(${first}{row + 1}:${last}{row + 1})"
                found = self._test("W2", f"{label} by year, of the statement less of the workings",
                                   limit, self._allowed() * len(self.axis.calendar.years))
                self.sheet.formula(found, self.axis.first_year, f"=ABS({terms[0]}-{terms[1]})",
                                   0.0, "small")

    def _allowed(self) -> float:
        largest = float(np.max(np.abs(self.projection["assets"][0])))
        return max(checks.ABSOLUTE, checks.RELATIVE * largest)

    def _numbers(self) -> None:
        for title, sheet in self.workings.sheets.items():
            rows = [row for owner, row in self.workings.rows.values() if owner == title]
            name, first, last = map(letters, (NAME, self.axis.first_month, self.axis.last_month))
            top, bottom = min(rows) + 1, max(rows) + 1
            span = f"{prefix(title)}${first}${top}:${last}${bottom}"
            # Each line has its name in front; heads of sections have none.
            self._single("E13", f"Cells of {sheet.title} that are not numbers",
                         f"COUNTA({prefix(title)}${name}${top}:${name}${bottom})*COLUMNS({span})"
                         f"-COUNT({span})")

    def _signs(self) -> None:
        for line in self.projection.lines:
            if glossary().term(line).sign != "plus":
                continue
            title, row = self.workings.rows[line]
            span = self.axis.span(row, title, fixed=True)
            largest = max(1.0, float(np.max(np.abs(self.projection[line][0]))))
            found = self._test("E14", f"{glossary().label(line)} below zero",
                               f"{self._share}*MAX(1,MAX({span}))", RELATIVE * largest)
            lowest = max(0.0, -float(np.min(self.projection[line][0])))
            self.sheet.formula(found, self.axis.first_year, f"=MAX(0,-MIN({span}))", lowest,
                               "small")

    # The list on top, and the one over all.

    def _summary(self) -> None:
        sheet, row = self.sheet, self._summary_row
        codes, fails = (f"${letters(col)}${self._first + 1}:${letters(col)}${self._row}"
                        for col in (NAME, UNIT))
        for code in self._codes:
            sheet.text(row, LABEL, f"{code} {self._names[code]}", "label")
            sheet.text(row, NAME, code, "note")
            sheet.formula(row, UNIT, f'=IF(SUMIF({codes},$C{row + 1},{fails})=0,"holds","fails")',
                          "fails" if code in self._failed else "holds", "", "check")
            row += 1
        span = f"$B${self._summary_row + 1}:$B${row}"
        sheet.text(row, LABEL, "All checks", "total label")
        text = (f'=IF(COUNTIF({span},"holds")=ROWS({span}),"All "&ROWS({span})&" checks hold",'
                f'ROWS({span})-COUNTIF({span},"holds")&" of "&ROWS({span})&" checks fail: see '
                f'sheet {SHEET}")')
        sheet.formula(row, UNIT, text, self.status, "", "check total")
        self.typed = cell(self._summary_row, UNIT, SHEET)
        self.names["check_status"] = cell(row, UNIT, SHEET)
        sheet.freeze = (HEADS + 1, NAME + 1)

    @property
    def status(self) -> str:
        """What the master check says of the plan as it is."""
        fails = sum(code in self._failed for code in self._codes)
        count = len(self._codes)
        if not fails:
            return f"All {count} checks hold"
        return f"{fails} of {count} checks fail: see sheet {SHEET}"


