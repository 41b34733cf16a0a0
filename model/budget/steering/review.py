"""The review of a running programme: its export entered in the ledger, its rules read, and what
they propose.

    review = draft(plan, records, path, approve=["R10-w06-ONE-MKT-1a2b"], by="A. Person")
    review.write()

`draft` writes nothing: it reads the log, if one is named, and works out what would be added to it.
`write` adds that, in one go, and only where nobody else has written meanwhile. As JSON (`--format
json`; amounts in whole cents):

    scenario, as_of, complete_weeks, export {file, remark, digest, rows}
    buckets    [{code, label, opening, planned, committed, spent, available}]
    ledger     {total, released, entered, entered_before, log, head,
               refused [{id, line, day, bucket, cents, why}]}
    rules      [{rule, label, owner, cadence, weeks [fired, quiet, not due, not judged, warming up,
               held (behind, but not before completion was back), off: one a complete week]}]
    proposals  [{id, rule, week, kind, source, destination, cents, evidence, effect, planned
               {bucket: [before, after]}, caps {of_bucket, of_rule: what is left afterwards},
               needs_approval (R21 asks for a review too), state [open, approved, no longer
               valid], why, together: whether it can be approved after the open ones before it,
               then: planned as it would be after those}]
    forecast   [{bucket, planned, spent, expected, low, high, coverage, error, origins, reason}]
    anomalies  [{series, week, observed, usual, z, words}]
    kpis       [{name, segment, period, value, numerator, denominator, reason}]
    equity     [{bucket, reserved, spent, committed, left}]
    alerts     [sentence]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from model.budget import money
from model.budget.accounts.balances import Balances, open_balances
from model.budget.accounts.ledger import (
    OPENED,
    Ledger,
    balances_of,
    cells,
    fingerprint,
    replay,
    same_plan,
)
from model.budget.accounts.log import FIRST, Log, Reading
from model.budget.plan.plan import Plan
from model.budget.programme.export import Records
from model.budget.programme.forecast import Anomaly, Forecast, anomalies, spending_forecast
from model.budget.programme.kpis import Floor, Kpi, equity_audit, kpis
from model.budget.programme.weeks import Signals, gaps, signals, spendings
from model.budget.steering import approval, journal
from model.budget.steering.approval import Standing
from model.budget.steering.history import Made, Week, weeks
from model.budget.steering.journal import Entered, Item, Known, refusals
from model.folders import relative
from model.problems import InputError, Problem
from model.views.formats import sentence_case


class _Draft:
    """A log in memory: the entries that a review would add."""

    warning = None

    def __init__(self) -> None:
        self.entries: list[dict] = []

    def append_all(self, entries) -> None:
        self.entries += entries


@dataclass
class Logged:
    """What a log says so far. `balances` are None where there is no log yet."""

    path: Path | None = None
    balances: Balances | None = None
    known: Known = field(default_factory=Known)
    made: list[Made] = field(default_factory=list)
    approvals: dict[str, str] = field(default_factory=dict)
    exports: set[str] = field(default_factory=set)
    head: str = FIRST
    warning: str | None = None


def read_log(path: Path | None, plan: Plan) -> Logged:
    """What a log says; nothing where there is none. Raises InputError where it cannot be used."""
    logged = Logged(path)
    if path is None or not path.exists():
        return logged
    if not path.is_file():
        raise InputError([Problem("--log", f"{relative(path)} is there and is no file; name "
                                  "another.")])
    found, first, dates = Reading(), [], set()

    def each(entry) -> None:
        if not first:
            same_plan(path, entry, plan)
            first.append(entry)
        logged.known.take(entry)
        approval.take(plan, entry, logged.made, logged.approvals, dates)
        if entry["kind"] == "export":
            logged.exports.add(entry["inputs"]["digest"])
            dates.add(entry["inputs"]["as_of"])

    state = replay(path, found, each)
    logged.balances = balances_of(state) if state else None
    logged.head, logged.warning = found.head, found.warning
    return logged


@dataclass(frozen=True)
class Review:
    """A programme as its export and its log show it.

    balances   of the ledger with all rows of the export and all approvals, those of now included
    weeks      the complete weeks, with what each rule did
    standing   every proposal of those weeks, and whether it is open
    additions  entries that the log does not hold yet
    """

    plan: Plan
    records: Records
    seen: Signals
    logged: Logged
    balances: Balances
    entered: Entered
    weeks: tuple[Week, ...]
    standing: tuple[Standing, ...]
    additions: tuple[dict, ...] = field(repr=False)

    @cached_property
    def forecast(self) -> tuple[Forecast, ...]:
        """Of every bucket and, last, of all, with what is planned now."""
        return spending_forecast(self.seen, self.plan, self.balances.planned)

    @cached_property
    def anomalies(self) -> tuple[Anomaly, ...]:
        return anomalies(self.seen, self.plan)

    @cached_property
    def kpis(self) -> tuple[Kpi, ...]:
        return kpis(self.records, self.plan, self.seen)

    @cached_property
    def floors(self) -> tuple[Floor, ...]:
        return equity_audit(self.records, self.plan)

    @property
    def open(self) -> tuple[Standing, ...]:
        """Proposals that wait for a person."""
        return tuple(each for each in self.standing if each.state == approval.OPEN)

    @property
    def together(self) -> tuple[Standing, ...]:
        """Those of them that can all be approved, in their order."""
        return tuple(each for each in self.open if not each.competes)

    @cached_property
    def reported(self) -> int:
        """What the export says is spent, whether or not the ledger takes it. [cents]"""
        return sum(cents for *_, cents in spendings(self.records))

    @property
    def misfit(self) -> int:
        """What of it is not in the ledger. [cents]"""
        return max(0, self.reported - int(self.balances.spent.sum()))

    @property
    def overrun(self) -> int:
        """What the forecast expects beyond the total; 0 where it stays within. [cents]"""
        expected = self.forecast[-1].expected
        return 0 if expected is None else max(0, round(expected) - self.plan.total)

    @cached_property
    def alerts(self) -> tuple[str, ...]:
        """What to look at, a sentence each: the plan's, the log's and the export's gaps, what the
        ledger refuses, rules that could not be judged, and unusual weeks."""
        found = [*(f"{sentence_case(said)}." for said in self.plan.alerts())]
        found += [f"The log {self.logged.warning}"] if self.logged.warning else []
        if self.overrun:
            found.append(f"{money.shown(self.overrun + self.plan.total)} is expected to be spent "
                         f"by the end, {money.shown(self.overrun)} more than the total of "
                         f"{money.shown(self.plan.total)}.")
        found += gaps(self.records, self.seen)
        found += refusals(self.records, self.entered.refused)
        found += [said for week in self.weeks for said in week.unjudged]
        return (*found, *(each.words for each in self.anomalies))

    def write(self) -> str | None:
        """Add to the log what it does not hold yet; its warning, if it has one.

        Raises InputError where another process has written to it since it was read.
        """
        path = self.logged.path
        if path is None or not self.additions:
            return self.logged.warning
        with Log.open(path) as log:
            if log.head != self.logged.head:
                raise InputError([Problem("--log", f"{relative(path)} was written to while this "
                                          "review was made; run it again.")])
            log.append_all(self.additions)
            self.logged.head = log.head
            return log.warning


def draft(plan: Plan, records: Records, path: Path | None = None, approve: Sequence[str] = (),
          by: str = "", on: date | None = None) -> Review:
    """The review of an export; `path` names the log that it continues, which need not be there.
    Approvals are given on the day `on`, that of the export unless named.

    Raises InputError with every row that the log holds otherwise and every approval that cannot
    be given.
    """
    logged, log = read_log(path, plan), _Draft()
    ledger = Ledger(plan, log, logged.balances or open_balances(plan))
    events = journal.items(records, plan)
    entered = _enter(ledger, log, events, logged.known, records.name)
    seen = signals(records, plan)
    found = weeks(plan, records, seen, logged.made)
    approvals = dict(logged.approvals)
    if approve:
        approval.approve(ledger, found, approvals, approve, by, records.as_of, on)
        # What was refused for want of money may be entered now.
        again = _enter(ledger, log, events, logged.known, records.name)
        entered = replace(again, now=entered.now + again.now, before=entered.before)
    standing = approval.standing(plan, ledger.balances, found, approvals, records.as_of)
    return Review(plan, records, seen, logged, ledger.balances, entered, found, standing,
                  tuple(_additions(plan, records, logged, log.entries)))


def _enter(ledger: Ledger, log: _Draft, events: list[Item], known: Known, name: str) -> Entered:
    """Enter events, and note what came of them."""
    start = len(log.entries)
    found = journal.enter(ledger, events, known, name)
    for entry in log.entries[start:]:
        known.take(entry)
    return found


def _additions(plan: Plan, records: Records, logged: Logged, entries: list[dict]) -> list[dict]:
    """The entries that are new: a new log's opening and, before what came of it, the export."""
    found = []
    if logged.balances is None:
        found.append({"kind": OPENED, "time": plan.start.isoformat(), "actor": "plan",
                      "after": cells(open_balances(plan)),
                      "inputs": {"scenario": plan.scenario, "plan": fingerprint(plan)}})
    if entries and records.digest not in logged.exports:
        found.append({"kind": "export", "time": records.as_of.isoformat(), "actor": journal.ACTOR,
                      "inputs": {"file": Path(records.name).name, "digest": records.digest,
                                 "as_of": records.as_of.isoformat(), "rows": len(records.rows)}})
    return found + entries
