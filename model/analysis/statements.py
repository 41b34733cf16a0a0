"""Which lines make up the three statements: tables, checks and files read the same rows.

Costs are positive amounts that are subtracted; in the cash flow statements what goes out stands
below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.companies import company_module
from model.companies.glossary import Glossary, glossary
from model.companies.vocabulary import MONTH, QUARTER, YEAR
from model.companies.working_capital import (
    HELD,
    HELD_RISE,
    PAID_TO_OTHERS,
    RECEIVED_FOR_OTHERS,
)
from model.engine.projection import Projection, over_periods
from model.engine.trace import trace
from model.params.entry import Entry


@dataclass(frozen=True)
class Row:
    """One row of a statement.

    line        a line of the projection, or a name for what `of` adds up to
    sign        1 or -1: how the row enters the totals that it is part of
    total       whether it adds up the rows above that the line's own formula adds and subtracts
    of          the rows above that it adds up where it is no line by itself
    parts       lines that add up to the row and stand below it where there are at least two
    by_segment  whether the line's segments are such parts where it has no `parts`
    opening_of  the balance with which the period begins, instead of a line
    label       the words of the row where the glossary's do not fit a statement
    """

    line: str
    sign: int = 1
    total: bool = False
    of: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    by_segment: bool = False
    opening_of: str = ""
    label: str = ""

    @property
    def adds_up(self) -> bool:
        return self.total or bool(self.of)


@dataclass(frozen=True)
class Statement:
    """Rows from top to bottom. `signed` says that amounts are shown with their sign, as effects
    on cash; otherwise they are shown as they are. `balances` marks month-end balances."""

    name: str
    title: str
    rows: tuple[Row, ...]
    signed: bool = False
    balances: bool = False

    def row(self, line: str) -> Row:
        return next(row for row in self.rows if row.line == line)


INCOME = Statement("income", "Income statement", (
    Row("revenue", by_segment=True),
    Row("cost_of_revenue", -1, by_segment=True),
    Row("gross_profit", total=True),
    Row("variable_opex", -1, by_segment=True),
    Row("contribution", total=True),
    Row("marketing", -1),
    Row("payroll", -1),
    Row("fixed_opex", -1),
    Row("ebitda", total=True),
    Row("credit_losses", -1),
    Row("depreciation", -1),
    Row("operating_profit", total=True),
    Row("interest", -1),
    Row("profit_before_tax", total=True),
    Row("income_tax", -1),
    Row("net_income", total=True),
))

CASH_FLOW = Statement("cash_flow", "Cash flow statement", (
    Row("net_income"),
    Row("depreciation", label="Depreciation, which is not paid"),
    Row("receivables_rise", -1, label="Change of receivables"),
    Row("deferred_rise", label="Change of deferred revenue"),
    Row("payables_rise", label="Change of payables"),
    Row(HELD_RISE, label="Change of what is held for {others}"),
    Row("tax_payable_rise", label="Change of tax payable"),
    Row("sales_tax_payable_rise", label="Change of sales tax payable"),
    Row("sales_tax_claim_rise", -1, label="Change of sales tax claimed back"),
    Row("operating_cash_flow", total=True),
    Row("capex", -1),
    Row("investing_cash_flow", total=True),
    Row("raised"),
    Row("raise_costs", -1),
    Row("drawn"),
    Row("repaid", -1),
    Row("dividends", -1),
    Row("financing_cash_flow", total=True),
    Row("cash_change", of=("operating_cash_flow", "investing_cash_flow", "financing_cash_flow"),
        label="Change of cash"),
    Row("cash_at_start", opening_of="cash", label="Cash at the start"),
    Row("cash", of=("cash_at_start", "cash_change"), label="Cash at the end",
        parts=("unrestricted_cash", "custodial_cash")),
), signed=True)

DIRECT = Statement("direct", "Cash flow from operations, received and paid", (
    Row("customer_receipts"),
    Row(RECEIVED_FOR_OTHERS),
    Row(PAID_TO_OTHERS, -1),
    Row("sales_tax_flow"),
    Row("suppliers_paid", -1),
    Row("payroll", -1),
    Row("interest", -1),
    Row("tax_paid", -1),
    Row("direct_operating_cash_flow", total=True, label="Cash flow from operations"),
), signed=True)

BALANCE = Statement("balance", "Balance sheet", (
    Row("cash", parts=("unrestricted_cash", "custodial_cash")),
    Row("receivables"),
    Row("fixed_assets"),
    Row("sales_tax_claim"),
    Row("assets", total=True),
    Row("deferred_revenue"),
    Row("payables"),
    Row("tax_payable"),
    Row("sales_tax_payable"),
    Row(HELD),
    Row("debt"),
    Row("liabilities", total=True),
    Row("paid_in_capital"),
    Row("retained_earnings"),
    Row("equity", total=True),
    Row("liabilities_and_equity", of=("liabilities", "equity"), label="Liabilities and equity"),
), balances=True)

STATEMENTS = (INCOME, CASH_FLOW, DIRECT, BALANCE)

# What moved cash, from EBITDA on: name, and lines with the sign of their effect on cash.
BRIDGE: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = (
    ("ebitda", (("ebitda", 1),)),
    ("working_capital", (("receivables_rise", -1), ("deferred_rise", 1), ("payables_rise", 1))),
    ("credit_losses", (("credit_losses", -1),)),
    (HELD_RISE, ((HELD_RISE, 1),)),
    ("capex", (("capex", -1),)),
    ("interest", (("interest", -1),)),
    ("tax_paid", (("tax_paid", -1),)),
    ("sales_tax_payable_rise", (("sales_tax_payable_rise", 1),)),
    ("sales_tax_claim", (("sales_tax_claim_rise", -1),)),
    ("financing_cash_flow", (("financing_cash_flow", 1),)),
)


def rows(projection: Projection, statement: Statement) -> tuple[Row, ...]:
    """The rows of which the company has the lines."""
    return tuple(row for row in statement.rows
                 if row.line in projection or row.opening_of or row.of)


def parts(projection: Projection, row: Row) -> tuple[str, ...]:
    """The lines that stand below a row: those that add up to it, where there are two or more."""
    own = row.parts or company_module(projection.company).PARTS.get(row.line, ())
    lines = own if own and all(line in projection for line in own) else tuple(
        f"{row.line}.{name}" for name in projection.segments(row.line)) if row.by_segment else ()
    return lines if len(lines) > 1 else ()


def streams(projection: Projection) -> tuple[str, ...]:
    """The lines by which revenue is told apart: kinds of fee, or tiers."""
    return parts(projection, INCOME.row("revenue")) or ("revenue",)


def by_year(projection: Projection, statement: Statement, row: Row) -> np.ndarray:
    """Amounts of a row, (scenario, year), never with the sign of its effect."""
    return _amounts(projection, statement, row, YEAR)


def by_month(projection: Projection, statement: Statement, row: Row) -> np.ndarray:
    """Amounts of a row, (scenario, month), never with the sign of its effect."""
    return _amounts(projection, statement, row, MONTH)


def by_quarter(projection: Projection, statement: Statement, row: Row) -> np.ndarray:
    """Amounts of a row, (scenario, quarter), never with the sign of its effect."""
    return _amounts(projection, statement, row, QUARTER)


def _amounts(projection: Projection, statement: Statement, row: Row, months: int) -> np.ndarray:
    if row.opening_of:
        return projection.calendar.firsts(projection.before(row.opening_of), months)
    if row.line in projection:
        return over_periods(glossary(projection.company), projection.__getitem__,
                            projection.__contains__, row.line, months,
                            projection.calendar)
    return sum(part.sign * _amounts(projection, statement, part, months)
               for part in added_up(projection, statement, row))


def at_start(projection: Projection, statement: Statement, row: Row) -> np.ndarray:
    """A balance before the first month, (scenario,); totals are added up from their rows."""
    if row.adds_up:
        return sum(part.sign * at_start(projection, statement, part)
                   for part in added_up(projection, statement, row))
    return opening(projection, row.line)


def opening(projection: Projection, line: str) -> np.ndarray:
    """The balance of a line before the first month, (scenario,)."""
    return projection.before(line)[:, 0]


def added_up(projection: Projection, statement: Statement, row: Row) -> list[Row]:
    """The rows that a total adds up, of those that the company has."""
    names = row.of or trace(projection.assumptions).signed(row.line)
    return [part for part in rows(projection, statement) if part.line in names]


def bridge(projection: Projection, year: int | None = None,
           scenario: int = 0) -> tuple[float, dict[str, float], float]:
    """Cash at the start, what moved it by name, and cash at the end, of one year or of
    the whole plan. [USD] The moves are added up from their own lines, not from the cash account."""
    first, end = 0, len(projection.months)
    if year is not None:
        months = projection.calendar.months_of(year)
        first, end = months.start, months.stop
    return (float(projection.before("cash")[scenario, first]),
            moves(projection, first, end, scenario), float(projection["cash"][scenario, end - 1]))


def moves(projection: Projection, first: int, end: int, scenario: int = 0) -> dict[str, float]:
    """What moved cash from one month number up to another, by the names of BRIDGE. [USD]"""
    return {name: sum(sign * float(projection[line][scenario, first:end].sum())
                      for line, sign in lines)
            for name, lines in BRIDGE if all(line in projection for line, _ in lines)}


def label(terms: Glossary, row: Row) -> str:
    """What a row is called: by its own words, or as the glossary calls its line."""
    return row.label.format(others=terms.held_for) or terms.label(row.line)


def part_label(terms: Glossary, entries: Mapping[str, Entry], line: str) -> str:
    """What a part is called: as its assumption is, as its segment is, or as the line itself."""
    segment = line.partition(".")[2]
    if not segment:
        return terms.label(line)
    for path in (line, f"team.{segment}.hires", f"{segment}.spending"):
        if path in entries:
            return entries[path].label.partition(", ")[2] or entries[path].label
    return terms.segment(segment)
