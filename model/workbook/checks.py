"""The sheet of checks: what must be equal in every month, and one state of all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from model.analysis.statements import STATEMENTS
from model.audit import checks
from model.engine.cells import formula
from model.engine.close import CLOSED, closed_months
from model.engine.figures import MONTH
from model.engine.nodes import Ref
from model.tolerance import RELATIVE
from model.workbook.cells import GAP, HEADS, LABEL, NAME, UNIT, Sheet, cell, letters, prefix
from model.workbook.monthly import Monthly
from model.workbook.statements import Statements
from model.workbook.workings import Place, Workings

SHEET = "Checks"
# The rows of the tolerances.
_TOLERANCES = 5
# Checks that belong to the workbook alone.
_OWN = {"W1": "what is typed is allowed, and the scenario is one of the list",
        "W2": "statements agree with the workings, by month and by year"}
# Checks that read the cells of lines, beside the differences of the text.
_OF_LINES = ("E8", "E13", "E14")


class Checks:
    """The sheet: the state of each check, and below them the tests that they consist of. A test is
    a row with its largest difference, what is allowed, and whether it fails. `faults` are the codes
    of the checks that fail in the projection."""

    def __init__(self, workings: Workings, monthly: Monthly, statements: Statements,
                 faults: Collection[str]):
        self.workings, self.monthly, self.statements = workings, monthly, statements
        self.projection, self.texts = workings.projection, workings.texts
        axis = self.axis = workings.axis
        self.sheet = Sheet(SHEET, "checks", axis, widths={LABEL: 60})
        self.names: dict[str, str] = {}
        self._faults = faults
        # The years have no figures here: the second of their columns is free for the tolerance.
        self._limit_column = axis.first_year + 1
        self.sheet.write_heads("Checks", "Where a check fails, do not trust the figures. Each row "
                               "below the list is one test; its largest difference decides.",
                               {LABEL: "Check", UNIT: "State", NAME: "Code"})
        self.sheet.widths |= dict.fromkeys(
            range(self._limit_column + 1, axis.first_month), GAP)
        self._rows: dict[str, int] = {}
        codes = {*checks.by_code(self.projection), *_OF_LINES}
        named = checks.names_of(self.projection)
        self._checks = _OWN | {code: name for code, name in named.items() if code in codes}
        self._row = HEADS + 1 + len(self._checks) + _TOLERANCES + 4
        self._fill_tolerances()
        self._first = self._row
        self._open = self._fill_open_months() if self.projection.assumptions.observed else None
        self._test_inputs()
        for name in self.texts.checks:
            self._test_difference(name)
        self._test_segments()
        self._test_statements()
        self._test_numbers()
        self._test_signs()
        self._fill_summary()

    @property
    def status(self) -> str:
        """The state of all checks of the plan as it is."""
        fails, count = sum(code in self._faults for code in self._checks), len(self._checks)
        return (f"{fails} of {count} checks fail: see sheet {SHEET}" if fails
                else f"All {count} checks hold")

    # The tolerances.

    def _fill_tolerances(self) -> None:
        row, sheet, first = self._row - _TOLERANCES - 2, self.sheet, self.axis.first_year
        assets = self.workings.span("assets")
        constants = (("Amounts of money may always differ by", "USD", checks.ABSOLUTE),
                     ("and by this share of the largest balance sheet", "", checks.RELATIVE),
                     ("Other figures may differ by this share of the largest", "", RELATIVE))
        for at, (label, unit, value) in enumerate(constants, row):
            sheet.head(at, label, unit)
            sheet.number(at, first, value, "small")
        amount, relative, self._share = (cell(row + at, first) for at in range(len(constants)))
        row += len(constants)
        self._money, self._money_value = (cell(row, first),
                                          float(checks.money_tolerance(self.projection)[0, 0]))
        sheet.head(row, "So amounts of money may differ by", "USD")
        sheet.formula(row, first, f"=MAX({amount},{relative}*MAX(MAX({assets}),-MIN({assets})))",
                      self._money_value, "small")
        sheet.row_heads(row + 3, "Test", "Fails", "Check")
        sheet.texts(row + 3, (self.axis.first_year, self._limit_column), ("Largest", "Allowed"))

    def _fill_open_months(self) -> int:
        """The row of the months after the last close: what was observed before need not tie."""
        sheet, row, plan = self.sheet, self._row, self.projection.assumptions
        self._row += 2
        paths = [path for path in plan.entries if path.startswith(f"{CLOSED}.")]
        sheet.head(row, "Lines of which something was observed")
        sheet.across(row, self.axis.months,
                     "=" + "+".join(self.monthly.address(path, SHEET) for path in paths),
                     sum(plan.monthly(path)[:, 0] for path in paths), "number")
        sheet.head(row + 1, "Months after the last close (1)")
        sheet.across(row + 1, self.axis.months,
                     f"=IF(SUM({{c}}{row + 1}:${letters(self.axis.last_month)}{row + 1})>0,0,1)",
                     np.arange(len(plan.calendar.labels)) >= closed_months(plan), "number")
        return row + 1

    def _extremes(self, span: str) -> tuple[str, str]:
        """The greatest of a row's months after the close, and the least with its sign turned."""
        if self._open is None:
            return f"MAX({span})", f"-MIN({span})"
        return tuple(f"{sign}SUMPRODUCT({name}({span}*{self.axis.span(self._open)}))"
                     for sign, name in (("", "MAX"), ("-", "MIN")))

    # What each kind of test writes.

    def _test(self, code: str, label: str, limit: str, limit_value: float) -> int:
        """The row of a test, but for its difference."""
        row, self._row = self._row, self._row + 1
        sheet, col = self.sheet, self._limit_column
        sheet.text(row, LABEL, label, "label")
        sheet.text(row, NAME, code, "note")
        largest, most = (f"${letters(at)}{row + 1}" for at in (self.axis.first_year, col))
        sheet.formula(row, UNIT, f"=IFERROR(IF({largest}<={most},0,1),1)", 0, "number", "check")
        sheet.formula(row, col, f"={limit}", limit_value, "small", "note")
        return row

    def _fill_largest(self, row: int, text: str, value: float = 0.0, unit: str = "small") -> None:
        """The largest difference of a test. Until the workbook calculates, most show none; whether
        a check fails is known from the projection's own."""
        self.sheet.formula(row, self.axis.first_year, f"={text}", value, unit)

    def _test_months(self, code: str, label: str, difference: str, limit: str,
                     limit_value: float) -> None:
        row = self._test(code, label, limit, limit_value)
        self.sheet.across(row, self.axis.months, f"=ABS({difference})",
                          np.zeros(self.axis.calendar.months), "small")
        self._fill_largest(row, f"MAX({self.axis.span(row)})")

    def _test_count(self, code: str, label: str, text: str) -> None:
        """A test of one number, which must be 0."""
        self._fill_largest(self._test(code, label, "0", 0.0), text, unit="number")

    # The tests.

    def _test_inputs(self) -> None:
        self._test_count("W1", "The scenario is not in the list", "IF(scenario_number>0,0,1)")
        inputs = self.monthly.inputs
        by_column: dict[str, list[int]] = {}
        for address in inputs.faults:
            column, row = address.rsplit("$", 1)
            by_column.setdefault(column, []).append(int(row))
        for place, rows in by_column.items():
            sheet, column = place.split("!$")
            self._test_count("W1", f"Rows typed wrongly on {sheet.strip(chr(39))}",
                             f"SUM({place}${min(rows)}:${column}${max(rows)})")
        for mix, members in inputs.plans.base.mixes.items():
            shares = "+".join(self.monthly.address(path, SHEET) for path in members)
            self._test_months("W1", f"Shares of {mix} above 100%, as they are in use",
                              f"MAX({shares}-1,0)", self._share, RELATIVE)

    def _test_difference(self, name: str) -> None:
        """A difference of the text, which must be nothing; without a code it is part of one."""
        terms = self.workings.terms
        term, label = terms.term(name, "check"), terms.label(name, "check")
        row = self._rows[name] = self._row
        if term.code:
            self._test(term.code, label, self._money, self._money_value)
        else:
            self.sheet.head(row, label, term.unit)
            self._row += 1
        place = Place("check", name, term.unit, SHEET, row, self.axis.months, MONTH)
        template = formula(self.texts.checks[name].node, self._reference, self.texts.undefined)
        self.workings.fill(self.sheet, place, template, "small")
        if term.code:
            most, least = self._extremes(self.axis.span(row))
            values = place.figures(self.workings.figures)
            self._fill_largest(row, f"MAX({most},{least})", float(np.max(np.abs(
                values[..., closed_months(self.projection.assumptions):]), initial=0)))

    def _reference(self, ref: Ref) -> str:
        if ref.kind == "check":
            return f"{{c}}{self._rows[ref.name] + 1}"
        return self.workings.reference(ref, SHEET)

    def _test_segments(self) -> None:
        after = "" if self._open is None else f"*{{c}}{self._open + 1}"
        for line, parts in checks.by_segment(self.projection).items():
            span = self.workings.span(line)
            self._test_months("E8", f"{self.workings.terms.label(line)} less its segments",
                              f"({self.workings.at(line, SHEET)}-"
                              f"{self._sum_of_parts(line, parts)}){after}",
                              f"{self._share}*MAX(1,MAX({span}),-MIN({span}))",
                              checks.share_tolerance(self.projection[line][0]))

    def _sum_of_parts(self, line: str, parts: Sequence[str]) -> str:
        """The segments of a line added up, as one range where they stand together."""
        at = [self.workings.rows[f"{line}.{part}"] for part in parts]
        (title, first), (_, last) = at[0], at[-1]
        if at == [(title, row) for row in range(first, last + 1)]:
            return f"SUM({prefix(title)}{{c}}{first + 1}:{{c}}{last + 1})"
        return "-".join(self.workings.at(f"{line}.{part}", SHEET) for part in parts)

    def _test_statements(self) -> None:
        """Totals of the statements against the workings' own lines, months and years."""
        for statement in STATEMENTS:
            for item in statement.rows:
                if not item.adds_up or item.line not in self.workings.rows:
                    continue
                places = (self.statements.at(statement, item.line),
                          self.workings.rows[item.line])
                label = self.workings.terms.label(item.line)
                total, line = (f"{prefix(title)}{{c}}{row + 1}" for title, row in places)
                self._test_months("W2", f"{label} of the statement less that of the workings",
                                  f"{total}-{line}", self._money, self._money_value)
                years = self.axis.year_span(places[0][1], fixed=False)
                totals = "-".join(f"SUM({self.axis.year_span(row, title)})"
                                  for title, row in places)
                row = self._test("W2", f"{label} by year, of the statement less of the workings",
                                 f"{self._money}*COLUMNS({years})",
                                 self._money_value * len(self.axis.years))
                self._fill_largest(row, f"ABS({totals})")

    def _test_numbers(self) -> None:
        for title in self.workings.sheets:
            rows = [row for owner, row in self.workings.rows.values() if owner == title]
            name, first, last = map(letters, (NAME, self.axis.first_month, self.axis.last_month))
            top, bottom = min(rows) + 1, max(rows) + 1
            span = f"{prefix(title)}${first}${top}:${last}${bottom}"
            # Each line has its name in front; heads of sections have none.
            self._test_count("E13", f"Cells of {title} that are not numbers",
                             f"COUNTA({prefix(title)}${name}${top}:${name}${bottom})"
                             f"*COLUMNS({span})-COUNT({span})")

    def _test_signs(self) -> None:
        for line in checks.never_negative(self.projection):
            span, values = self.workings.span(line), self.projection[line][0]
            row = self._test("E14", f"{self.workings.terms.label(line)} below zero",
                             f"{self._share}*MAX(1,MAX({span}))", checks.share_tolerance(values))
            after = closed_months(self.projection.assumptions)
            self._fill_largest(row, f"MAX(0,{self._extremes(span)[1]})",
                               max(0.0, -float(np.min(values[after:], initial=0))))

    # The list on top, and the state of all.

    def _fill_summary(self) -> None:
        sheet, first = self.sheet, HEADS + 1
        codes, fails = (f"${letters(col)}${self._first + 1}:${letters(col)}${self._row}"
                        for col in (NAME, UNIT))
        for row, (code, name) in enumerate(self._checks.items(), first):
            sheet.text(row, LABEL, f"{code} {name}", "label")
            sheet.text(row, NAME, code, "note")
            sheet.formula(row, UNIT, f'=IF(SUMIF({codes},$C{row + 1},{fails})=0,"holds","fails")',
                          "fails" if code in self._faults else "holds", "", "check")
        row = first + len(self._checks)
        span = f"$B${first + 1}:$B${row}"
        sheet.text(row, LABEL, "All checks", "total label")
        text = (f'=IF(COUNTIF({span},"holds")=ROWS({span}),"All "&ROWS({span})&" checks hold",'
                f'ROWS({span})-COUNTIF({span},"holds")&" of "&ROWS({span})&" checks fail: see '
                f'sheet {SHEET}")')
        sheet.formula(row, UNIT, text, self.status, "", "check total")
        self.inputs_state = cell(first, UNIT, SHEET)
        self.names["check_status"] = cell(row, UNIT, SHEET)
        sheet.freeze = (HEADS + 1, NAME + 1)
