"""Plan and ledger as a workbook, for people who work with spreadsheets.

Sheets: About, Plan (buckets), Numbers (every number with its source), Rules, Ledger (formulas that
sum the log), Log (a row for every change of an amount). Texts are written as texts whatever they
begin with, so that nothing in an export can become a formula. The same ledger gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

from model.budget.accounts.ledger import opening, replay
from model.budget.accounts.log import FIRST, Extent
from model.budget.accounts.versions import PlanRecord
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS, SHARES
from model.budget.steering.review import Review
from model.folders import relative
from model.params.values import CONFIDENCE
from model.problems import InputError
from model.views.formats import MINUS
from model.workbook import file

AMOUNTS = ("planned", "committed", "spent")
# Of more rows the earliest are summed up, one row for each bucket and amount.
MOST_ROWS = 200_000
_MONEY, _SHARE, _DAY = f'#,##0.00;"{MINUS}"#,##0.00;0.00', "0.0##%", "yyyy-mm-dd"
_NONE: Mapping[int, str] = {}


class Change(NamedTuple):
    """One amount that one entry of the log changed, in cents."""

    seq: int
    time: str
    actor: str
    rule: str
    kind: str
    event: str
    bucket: str
    amount: str
    cents: int


def content(plan: Plan, log: Path | None = None) -> bytes:
    """The workbook of a plan with the ledger of a log, or the opening. Raises InputError."""
    if log is None:
        return _book(plan, [{"seq": 0, **opening(plan)}], "The plan as it opens; no log was named.",
                     FIRST)
    if not log.is_file():
        raise InputError.of(
            "--log", f"{relative(log)} is no file; name the log of a review, or leave it out.")
    entries, extent = [], Extent()
    replay(log, extent, entries.append)
    if not entries:
        raise InputError.of("--log", f"{relative(log)} holds no entry; name the log of a review.")
    record = PlanRecord(log)
    for entry in entries:
        record.take(entry)
    record.versions(plan)
    origin = f"The ledger of {log.name}, {len(entries):,} entries to {entries[-1]['time'][:10]}."
    return _book(plan, entries, origin, extent.head)


def of_review(review: Review, origin: str) -> bytes:
    """The workbook beside a budget's page; `origin` is a sentence on its ledger."""
    past, log = [], review.log
    if log.balances is not None:
        replay(log.path, each=past.append)
    more = [{"seq": number, **entry} for number, entry in enumerate(review.additions, len(past))]
    return _book(review.plan, [*past, *more], origin, log.head)


def _changes(entries: Iterable[Mapping]) -> Iterable[Change]:
    for entry in entries:
        before, after = entry.get("before") or {}, entry.get("after") or {}
        event = str((entry.get("inputs") or {}).get("event", ""))
        for name, value in after.items():
            bucket, _, amount = name.partition(".")
            cents = value - before.get(name, 0)
            if amount in AMOUNTS and cents:
                yield Change(entry["seq"], entry["time"], entry["actor"], entry.get("rule", ""),
                             entry["kind"], event, bucket, amount, cents)


def _sums(changes: list[Change]) -> list[Change]:
    """The changes, the earliest summed up where there are more than a sheet should hold."""
    if len(changes) <= MOST_ROWS:
        return changes
    early, late = changes[:-MOST_ROWS], changes[-MOST_ROWS:]
    sums: dict[tuple[str, str], int] = {}
    for change in early:
        place = change.bucket, change.amount
        sums[place] = sums.get(place, 0) + change.cents
    last = early[-1]
    return [Change(last.seq, last.time, "", "", f"entries 0 to {last.seq}, summed", "", *place,
                   cents) for place, cents in sums.items()] + late


def _book(plan: Plan, entries: Iterable[Mapping], origin: str, head: str) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": f"{plan.title}, {plan.scenario_title}", "subject": "Budget",
                         "created": datetime.combine(plan.start, datetime.min.time())})
    writer = _Writer(book)
    rows = _sums(list(_changes(entries)))
    writer.about(plan, origin, head)
    writer.plan(plan)
    writer.numbers(plan)
    writer.rules(plan)
    writer.ledger(plan, rows)
    writer.log(rows)
    book.close()
    return target.getvalue()


class _Writer:
    """Writes the sheets in the workbooks' own styles."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book, self._formats = book, {}

    def _style(self, role: str, number: str = "") -> object:
        if (role, number) not in self._formats:
            self._formats[role, number] = self.book.add_format(
                file.properties("", role)
                | ({"num_format": number, "align": "right"} if number else {}))
        return self._formats[role, number]

    def _sheet(self, name: str, title: str, widths: Iterable[float], heads: Sequence[str],
               rows: Iterable[Iterable], formats: Mapping[int, str] = _NONE):
        """A sheet with rows of texts, days, numbers, and formulas with their values; `formats` of
        numbers go by column."""
        page = self.book.add_worksheet(name)
        page.hide_gridlines(2)
        page.set_row(0, 26)
        for col, width in enumerate(widths):
            page.set_column(col, col, width)
        page.write_string(0, 0, title, self._style("title"))
        for col, head in enumerate(heads):
            right = formats.get(col, _DAY) != _DAY
            page.write_string(2, col, head, self._style("head right" if right else "head"))
        if heads:
            page.freeze_panes(3, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        text = self._style("text")
        for row, values in enumerate(rows, 3 if heads else 2):
            for col, value in enumerate(values):
                if isinstance(value, str):
                    page.write_string(row, col, value, text)
                    continue
                style = self._style("text", formats.get(col, "General"))
                if isinstance(value, tuple):
                    page.write_formula(row, col, value[0], style, value[1])
                elif isinstance(value, datetime):
                    page.write_datetime(row, col, value, style)
                else:
                    page.write_number(row, col, value, style)
        return page

    def about(self, plan: Plan, origin: str, head: str) -> None:
        self._sheet("About", plan.title, [26, 90], [], [
            ("Scenario", plan.scenario_title), ("Why", plan.scenario_why),
            ("Weeks", f"{plan.weeks}, from {plan.start} to {plan.end}"), ("Ledger", origin),
            ("Last hash of the log", head if head != FIRST else "–"),
            ("Amounts", "USD; the ledger itself counts whole cents."),
            ("How to read", "Ledger sums the rows of Log by formulas: what is planned, committed "
                            "and spent is their sum. Changing a row changes the sums here, and "
                            "nothing in the ledger: its log is its only writer.")])

    def plan(self, plan: Plan) -> None:
        """Buckets with their shares and opening amounts."""
        buckets = [(at, plan.buckets[BUCKETS[at]]) for at in plan.by_priority]
        page = self._sheet(
            "Plan", "Buckets", [30, 9, 12, 16, 16, 60],
            ["Bucket", "Code", "Share", "Opens with", "Equity floor", "Pays"],
            ((bucket.label, BUCKETS[at], plan[SHARES[at]], plan.opening[at] / 100,
              plan.equity_floor[at] / 100, bucket.pays) for at, bucket in buckets),
            {2: _SHARE, 3: _MONEY, 4: _MONEY})
        self._total(page, ((1.0, _SHARE), (plan.total / 100, _MONEY),
                           (int(plan.equity_floor.sum()) / 100, _MONEY)))

    def _total(self, page, values: Iterable[tuple[float, str]]) -> int:
        """The number of the row below the buckets, with sums from the third column on."""
        last = 3 + len(BUCKETS)
        page.write_string(last, 0, "Total", self._style("total label"))
        page.write_blank(last, 1, None, self._style("total label"))
        for col, (value, number) in enumerate(values, 2):
            letter = "ABCDEF"[col]
            page.write_formula(last, col, f"=SUM({letter}4:{letter}{last})",
                               self._style("total", number), value)
        return last

    def numbers(self, plan: Plan) -> None:
        self._sheet("Numbers", "Numbers of the plan", [58, 30, 34, 16, 12, 60],
                    ["Number", "Path", "Value", "Unit", CONFIDENCE, "Source"],
                    ([entry.label, path, _value(plan.values[path]), entry.unit, entry.confidence,
                      entry.source] for path, entry in plan.entries.items()))

    def rules(self, plan: Plan) -> None:
        self._sheet("Rules", "Rules", [8, 34, 10, 12, 24, 90],
                    ["Rule", "Name", "In force", "Read", "Owner", "What it says"],
                    ([code, rule.label, "yes" if rule.active else "no", rule.cadence, rule.owner,
                      rule.wording] for code, rule in plan.rules.items()))

    def ledger(self, plan: Plan, changes: list[Change]) -> None:
        """Balances by bucket, as formulas that sum the log."""
        sums = dict.fromkeys(((code, name) for code in BUCKETS for name in AMOUNTS), 0)
        for change in changes:
            sums[change.bucket, change.amount] += change.cents
        end = len(changes) + 3

        def formulas(row: int, code: str) -> Iterable[tuple[str, float]]:
            for name in AMOUNTS:
                yield (f"=SUMIFS(Log!$I$4:$I${end},Log!$G$4:$G${end},$B{row},"
                       f'Log!$H$4:$H${end},"{name}")'), sums[code, name] / 100
            yield f"=C{row}-D{row}-E{row}", _available(sums, code) / 100

        page = self._sheet(
            "Ledger", "Ledger, sums of the log", [30, 9, 16, 16, 16, 16],
            ["Bucket", "Code", *(name.capitalize() for name in AMOUNTS), "Available"],
            ((plan.buckets[code].label, code, *formulas(row, code))
             for row, code in enumerate(BUCKETS, 4)), dict.fromkeys(range(2, 6), _MONEY))
        wholes = [sum(sums[code, name] for code in BUCKETS) for name in AMOUNTS]
        wholes.append(sum(_available(sums, code) for code in BUCKETS))
        last = self._total(page, ((cents / 100, _MONEY) for cents in wholes))
        same = wholes[0] == plan.total
        page.write_string(last + 2, 0, "Planned is the total", self._style("text"))
        page.write_formula(last + 2, 2, f"=IF(ROUND(C{last + 1}-{plan.total / 100!r},2)=0,"
                           '"holds","fails")', self._style("result"), "holds" if same else "fails")

    def log(self, changes: list[Change]) -> None:
        heads = ["Entry", "Day", "Actor", "Rule", "Kind", "Row or proposal", "Bucket", "Amount",
                 "Change"]
        page = self._sheet(
            "Log", "Log, a row for every change of an amount", [8, 12, 18, 8, 24, 26, 9, 12, 16],
            heads, ((change.seq, datetime.fromisoformat(change.time[:10]), *change[2:8],
                     change.cents / 100) for change in changes), {0: "0", 1: _DAY, 8: _MONEY})
        page.autofilter(2, 0, max(3, len(changes) + 2), len(heads) - 1)
        page.repeat_rows(2)


def _available(sums: Mapping[tuple[str, str], int], code: str) -> int:
    return sums[code, "planned"] - sums[code, "committed"] - sums[code, "spent"]


def _value(value: float | tuple[float, ...]) -> float | str:
    return ", ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else float(value)
