"""The checks as sheets: what must be equal in every month, and one master check over all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from model.analysis import tying
from model.analysis.checks import ROUNDING
from model.analysis.statements import BALANCE, CASH_FLOW, DIRECT, INCOME
from model.companies import company_module
from model.companies.glossary import glossary
from model.companies.working_capital import PLANS
from model.workbook.check_names import NAMES, SHEET
from model.workbook.layout import (
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

# Rows that say what may differ, and what a plan has left.
_ALLOWANCES = 4 + len(PLANS)


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
        self._codes = [code for code in NAMES
                       if code != "E6" or "gmv" in self.projection]
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
        largest = float(np.max(np.abs(self.projection["assets"][0])))
        fixed = (("Amounts of money may always differ by", "USD", tying.ABSOLUTE),
                 ("and by this share of the largest balance sheet", "", tying.RELATIVE),
                 ("Other figures may differ by this share of the largest", "", ROUNDING))
        for at, (label, unit, value) in enumerate(fixed, row):
            sheet.head(at, label, unit)
            sheet.number(at, first, value, "small")
        amount, relative, self._share = (cell(row + at, first) for at in range(len(fixed)))
        row += len(fixed)
        sheet.head(row, "So amounts of money may differ by", "USD")
        sheet.formula(row, first, f"=MAX({amount},{relative}*MAX(MAX({assets}),-MIN({assets})))",
                      max(tying.ABSOLUTE, tying.RELATIVE * largest), "small")
        self._money = cell(row, first)
        self._months_left(row + 1)
        row += len(PLANS) - 1
        sheet.text(row + 3, LABEL, "Test", "head")
        sheet.text(row + 3, UNIT, "Fails", "head")
        sheet.text(row + 3, NAME, "Check", "head")
        sheet.text(row + 3, self.axis.first_year, "Largest", "head right")
        sheet.text(row + 3, self._allowed_column, "Allowed", "head right")

    def _months_left(self, row: int) -> None:
        """What a year's plan has still to deliver at each age."""
        column = self.axis.first_year
        for age, plan in enumerate(PLANS, 1):
            at = row + age - 1
            self.sheet.head(at, f"Months left to deliver, {glossary().segment(plan).lower()}",
                            "months")
            before = cell(at - 1, column) if age > 1 else "timeline.months_per_year"
            self.sheet.formula(at, column, f"={before}-1", len(PLANS) - age, "number")
        self._left = f"{cell(row, column)}:{cell(row + len(PLANS) - 1, column)}"

    # The tests.

    def _tests(self) -> None:
        self._typed()
        p, lines = self.projection, self.workings.at
        money = self._test_money
        balance = self.statements.months
        money("E1", "Assets less liabilities and equity",
              f"{balance(BALANCE, 'assets')}-{balance(BALANCE, 'liabilities_and_equity')}")
        money("E2", "Cash of the workings less cash at the end of the cash flow statement",
              f"{lines('cash', SHEET)}-{balance(CASH_FLOW, 'cash')}")
        money("E2", "Cash flow from operations, by two methods",
              f"{balance(CASH_FLOW, 'operating_cash_flow')}"
              f"-{balance(DIRECT, 'direct_operating_cash_flow')}")
        self._corkscrews()
        money("E4", "Retained earnings less those before, net income and dividends",
              f"{lines('retained_earnings', SHEET)}-{self._before('retained_earnings')}"
              f"-{balance(INCOME, 'net_income')}+{lines('dividends', SHEET)}")
        money("E5", "Deferred revenue less what sold plans have still to deliver",
              f"{lines('deferred_revenue', SHEET)}-{self._undelivered()}")
        money("E5", "What plans earn less what was prepaid",
              f"{lines('plans', SHEET)}-{lines('prepaid', SHEET)}")
        if "gmv" in p:
            money("E6", "GMV less commission and mentor earnings",
                  f"{lines('gmv', SHEET)}-{lines('commission', SHEET)}"
                  f"-{lines('mentor_earnings', SHEET)}")
        money("E7", "Fixed assets below zero", f"MAX(-{lines('fixed_assets', SHEET)},0)")
        self._segments()
        self._agree()
        self._marketing()
        money("E12", "Losses carried forward below zero",
              f"MAX(-{lines('loss_pool', SHEET)},0)")
        self._numbers()
        self._signs()

    def _undelivered(self) -> str:
        """What sold plans have still to deliver: each age's amount a month times its months."""
        title, first = self.workings.rows[f"plans.{PLANS[0]}"]
        _, last = self.workings.rows[f"plans.{PLANS[-1]}"]
        return f"SUMPRODUCT({prefix(title)}{{c}}${first + 1}:{{c}}${last + 1},{self._left})"

    def _before(self, line: str) -> str:
        return self.workings.before(line, SHEET)

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
        largest = float(np.max(np.abs(self.projection["assets"][0])))
        self._monthly(code, label, difference, self._money,
                      max(tying.ABSOLUTE, tying.RELATIVE * largest))

    def _test_share(self, code: str, label: str, difference: str, line: str) -> None:
        span = self.workings.span(line)
        largest = max(1.0, float(np.max(np.abs(self.projection[line][0]))))
        self._monthly(code, label, difference,
                      f"{self._share}*MAX(1,MAX({span}),-MIN({span}))", ROUNDING * largest)

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
                          f"MAX({shares}-1,0)", self._share, ROUNDING)

    def _corkscrews(self) -> None:
        for side in company_module(self.projection.assumptions.company).SIDES:
            for suffix in ("", *(f".{segment}" for segment in side.segments)):
                active = side.active + suffix
                self._test_share(
                    "E3", f"{glossary().label(active)}: opening, new, lost",
                    self._rolled(active, (side.new + suffix,), (side.churned + suffix,)), active)
        for item in tying.CORKSCREWS:
            if item.closing not in self.projection:
                continue
            segments = self.projection.segments(item.closing) if item.by_segment else ()
            for suffix in ("", *(f".{segment}" for segment in segments)):
                closing = item.closing + suffix
                self._test_money("E3", f"{glossary().label(closing)}: opening and flows",
                                 self._rolled(closing, [line + suffix for line in item.more],
                                              [line + suffix for line in item.less]))

    def _rolled(self, closing: str, more: Sequence[str], less: Sequence[str]) -> str:
        at = self.workings.at
        flows = "".join(f"-{at(line, SHEET)}" for line in more)
        flows += "".join(f"+{at(line, SHEET)}" for line in less)
        return f"{at(closing, SHEET)}-{self._before(closing)}{flows}"

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
                if not item.of or item.line not in self.workings.rows:
                    continue
                title, row = self.statements.at(statement, item.line)
                label = glossary().label(item.line)
                self._test_money("E9", f"{label} of the statement less that of the workings",
                                 f"{prefix(title)}{{c}}{row + 1}"
                                 f"-{self.workings.at(item.line, SHEET)}")
                own, line_row = self.workings.rows[item.line]
                first, last = (letters(self.axis.years[end]) for end in (0, -1))
                terms = [f"SUM({prefix(sheet)}${first}${at + 1}:${last}${at + 1})"
                         for sheet, at in ((title, row), (own, line_row))]
                limit = f"{self._money}*COLUMNS(${first}{row + 1}:${last}{row + 1})"
                found = self._test("E9", f"{label} by year, of the statement less of the workings",
                                   limit, self._allowed() * len(self.axis.calendar.years))
                self.sheet.formula(found, self.axis.first_year, f"=ABS({terms[0]}-{terms[1]})",
                                   0.0, "small")

    def _allowed(self) -> float:
        largest = float(np.max(np.abs(self.projection["assets"][0])))
        return max(tying.ABSOLUTE, tying.RELATIVE * largest)

    def _marketing(self) -> None:
        at, sides = self.workings.at, company_module(self.projection.assumptions.company).SIDES
        terms = "".join(f"-{at(side.marketing, SHEET)}" for side in sides)
        self._test_share("E10", "Marketing less that of the sides",
                         f"{at('marketing', SHEET)}{terms}", "marketing")
        for side in sides:
            price = at(side.price, SHEET) if side.price else self.assumed.address(side.cac, SHEET)
            self._test_share("E10", f"{glossary().label(side.marketing)} less what was bought",
                             f"{at(side.marketing, SHEET)}"
                             f"-{at(side.won or side.new, SHEET)}*{price}", side.marketing)

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
                               f"{self._share}*MAX(1,MAX({span}))", ROUNDING * largest)
            lowest = max(0.0, -float(np.min(self.projection[line][0])))
            self.sheet.formula(found, self.axis.first_year, f"=MAX(0,-MIN({span}))", lowest,
                               "small")

    # The list on top, and the one over all.

    def _summary(self) -> None:
        sheet, row = self.sheet, self._summary_row
        codes, fails = (f"${letters(col)}${self._first + 1}:${letters(col)}${self._row}"
                        for col in (NAME, UNIT))
        for code in self._codes:
            sheet.text(row, LABEL, f"{code} {NAMES[code]}", "label")
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


