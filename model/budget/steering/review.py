"""The review of a running programme: its export in the ledger, its rules, and their proposals.

    review = draft(plan, records, path, approve=["R10-w06-ONE-MKT-1a2b"], by="A. Person")
    review.write()

`draft` writes nothing: it reads the log, if one is named, and works out the entries that would be
added to it. `write` adds them in one go, and only if nobody else has written meanwhile. As JSON
(`--format json`; amounts in whole cents):

    scenario, as_of, complete_weeks, export {file, remark, digest, rows}
    buckets    [{code, label, opening, planned, committed, spent, available}]
    ledger     {total, released, entered, entered_before, log, head,
               refused [{id, line, day, bucket, cents, why}]}
    rules      [{rule, label, owner, cadence, weeks [fired, quiet, not due, not judged, warming up,
               held (behind, but not before completion was back), holds (its condition, with why no
               money moves), off: one a complete week]}]
    week       {sentence, decisions [{id, title, why, rule, role, until, remark}], figures [{label,
               now, target, before, misses}]}
    proposals  [{id, short, rule, week, kind, source, destination, cents, evidence, effect, planned
               {bucket: [before, after]}, caps {of_bucket, of_rule: what is left afterwards},
               needs_approval (R21 asks for a review too), state [open, approved, declined,
               expired, no longer valid], why, together: whether it can be approved after the open
               ones before it, then: planned as it would be after those}]
    forecast   [{bucket, planned, spent, expected, low, high, demand (without an end of money),
               coverage, error, origins, reason}]
    anomalies  [{series, week, observed, usual, z, words}]
    kpis       [{name, segment, period, value, numerator, denominator, reason}]
    equity     [{bucket, reserved, spent, committed, left}]
    alerts     [sentence]
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from model.budget.accounts.balances import Balances, open_balances
from model.budget.accounts.ledger import Ledger, balances_of, opening, replay
from model.budget.accounts.log import Draft, Extent, Log
from model.budget.accounts.versions import PlanRecord, Versions, differences, facts
from model.budget.plan.plan import Plan, load_plan
from model.budget.programme.anomalies import Anomaly, anomalies
from model.budget.programme.export import Records
from model.budget.programme.forecast import Forecast, spending_forecast
from model.budget.programme.kpis import Floor, Kpi, equity_audit, kpis
from model.budget.programme.misses import Misses, misses_of
from model.budget.programme.weeks import Signals, gaps, spendings, weekly_signals
from model.budget.steering import approval, history, journal
from model.budget.steering.alerts import (
    Freeze,
    freeze_alerts,
    freezes,
    frozen_weeks,
    money_alerts,
    plan_alerts,
    target_alerts,
)
from model.budget.steering.approval import Answer, Answers, Standing
from model.budget.steering.history import Week
from model.budget.steering.journal import Intake, Journal, MoneyEvent, refusal_sentences
from model.folders import relative
from model.problems import InputError


@dataclass
class LogContent(Extent):
    """The content of a log so far; balances are None where there is none yet.

    `exports` are digests, `versions` the plan from week to week, `carry` what was carried over at
    the close. [cents]
    """

    path: Path | None = None
    balances: Balances | None = None
    journal: Journal = field(default_factory=Journal)
    answers: Answers = field(default_factory=Answers)
    exports: set[str] = field(default_factory=set)
    versions: Versions | None = None
    carry: int = 0


def read_log(path: Path | None, plan: Plan) -> LogContent:
    """The content of a log; empty where there is none. Raises InputError where it is unusable."""
    content = LogContent(path=path, versions=Versions(plan))
    if path is None or not path.exists():
        return content
    if not path.is_file():
        raise InputError.of("--log", f"{relative(path)} is there and is no file; name another.")
    record, dates = PlanRecord(path), set()

    def each(entry) -> None:
        record.take(entry)
        content.journal.take(entry)
        approval.take(plan, entry, content.answers, dates)
        if entry["kind"] == "close":
            content.carry = entry["inputs"].get("carry", 0)
        if entry["kind"] == "export":
            content.exports.add(entry["inputs"]["digest"])
            dates.add(entry["inputs"]["as_of"])

    cells = replay(path, content, each)
    if cells:
        content.balances, content.versions = balances_of(cells), record.versions(plan)
    return content


@dataclass(frozen=True)
class Review:
    """A programme as its export and its log show it.

    `balances` are those with all rows and approvals, also those given now; `additions` are the
    entries that the log does not hold yet.
    """

    plan: Plan
    records: Records
    signals: Signals
    log: LogContent
    balances: Balances
    intake: Intake
    weeks: tuple[Week, ...]
    standing: tuple[Standing, ...]
    answers: Answers
    additions: tuple[dict, ...] = field(repr=False)

    @cached_property
    def forecast(self) -> tuple[Forecast, ...]:
        """Of every bucket and, last, of all, with what is planned now."""
        return self.forecast_after(self.signals.complete)

    def forecast_after(self, weeks: int) -> tuple[Forecast, ...]:
        """The forecast as so many complete weeks let it be, with what is planned and decided now.
        """
        return spending_forecast(
            replace(self.signals, complete=weeks), self.plan, self.balances.planned, self.misses,
            frozen_weeks(self.plan, self.freezes), self.balances.spent)

    @cached_property
    def freezes(self) -> list[Freeze]:
        """The freezes that were approved."""
        return freezes(self.log.versions, self.weeks, self.answers)

    @cached_property
    def misses(self) -> Misses | None:
        """How far forecasts of this plan missed simulated quarters."""
        return known_misses(self.plan)

    @cached_property
    def anomalies(self) -> tuple[Anomaly, ...]:
        return anomalies(self.signals, self.plan)

    @cached_property
    def kpis(self) -> tuple[Kpi, ...]:
        return kpis(self.records, self.plan, self.signals)

    @cached_property
    def floors(self) -> tuple[Floor, ...]:
        return equity_audit(self.records, self.plan)

    @cached_property
    def short_ids(self) -> dict[str, str]:
        """The short id of every proposal, by which it can be answered."""
        return approval.short_names(self.weeks)

    @property
    def open(self) -> tuple[Standing, ...]:
        """Proposals that wait for a person."""
        return tuple(each for each in self.standing if each.state == approval.OPEN)

    @property
    def together(self) -> tuple[Standing, ...]:
        """The open proposals that can all be approved, in their order."""
        return tuple(each for each in self.open if not each.competes)

    @cached_property
    def spending(self) -> int:
        """What the export says is spent, whether or not the ledger takes it. [cents]"""
        return sum(cents for *_, cents in spendings(self.records))

    @property
    def misfit(self) -> int:
        """What is reported as spent and not in the ledger. [cents]"""
        return max(0, self.spending - int(self.balances.spent.sum()))

    @property
    def overrun(self) -> int:
        """What would be spent beyond the total, if there were more; 0 where it stays within.
        [cents]"""
        demand = self.forecast[-1].demand
        return 0 if demand is None else max(0, round(demand) - self.plan.total)

    @cached_property
    def alerts(self) -> tuple[str, ...]:
        """What to look at, a sentence each."""
        complete = self.signals.complete
        sentences = [f"The log {self.log.warning}"] if self.log.warning else []
        sentences += money_alerts(self.plan, self.balances, self.forecast, complete)
        sentences += target_alerts(self.plan, self.kpis)
        sentences += freeze_alerts(self.records, self.plan, self.answers, self.freezes)
        sentences += plan_alerts(self.plan)
        sentences += gaps(self.records, self.signals)
        sentences += refusal_sentences(self.plan, self.records, self.intake.refusals)
        sentences += [sentence for week in self.weeks for sentence in week.gaps]
        return (*sentences, *(each.words for each in self.anomalies))

    def write(self) -> None:
        """Add new entries to the log. Raises InputError where another wrote to it meanwhile."""
        path = self.log.path
        if path is None or not self.additions:
            return
        with Log.open(path) as log:
            if log.head != self.log.head:
                raise InputError.of(
                    "--log", f"{relative(path)} was written to while this review was made; run it "
                    "again.")
            log.append_all(self.additions)
            self.log.head = log.head


def known_misses(plan: Plan) -> Misses | None:
    """How far forecasts of a plan missed simulated quarters, or of the plan that it is but for its
    days and what was brought; None where none were simulated."""
    for path in reversed(plan.files):
        if known := misses_of(path.stem, plan.weeks):
            return known if path.stem == plan.scenario or _is_later(plan, path.stem) else None
    return None


def _is_later(plan: Plan, scenario: str) -> bool:
    """Whether a plan is another one in a later period."""
    return differences(facts(load_plan(scenario)), plan).keys() <= {"start", "carry.brought"}


def draft(plan: Plan, records: Records, path: Path | None = None, **answer) -> Review:
    """The review of an export; `path` names the log that it continues, which need not be there.

    `answer` holds the fields of an `Answer`: proposals that somebody approves or declines. Raises
    InputError with every row that differs from the log and every answer that cannot be given.
    """
    content, log, given = read_log(path, plan), Draft(), Answer(**answer)
    ledger = Ledger(plan, log, content.balances or open_balances(plan))
    events = journal.money_events(records, content.versions)
    intake = _enter(ledger, log, events, content.journal, records.name)
    signals = weekly_signals(records, plan)
    answers = copy.deepcopy(content.answers)
    weeks = history.weeks(content.versions, records, signals, answers.moves, answers.declines)
    if given.approve or given.decline or given.move:
        approval.decide(ledger, weeks, answers, given, records.as_of)
        # What was refused for want of money may be entered now.
        again = _enter(ledger, log, events, content.journal, records.name)
        intake = replace(again, now=intake.now + again.now, before=intake.before)
    if given.decline:
        # What was set aside for it is free from its week on, so rules may ask for other moves.
        weeks = history.weeks(content.versions, records, signals, answers.moves,
                              answers.declines)
    standing = approval.standing(plan, ledger.balances, weeks, answers, records.as_of)
    return Review(plan, records, signals, content, ledger.balances, intake, weeks, standing,
                  answers, tuple(_additions(plan, records, content, log)))


def _enter(ledger: Ledger, log: Draft, events: Sequence[MoneyEvent], rows: Journal,
           name: str) -> Intake:
    """Enter events, and note in the journal what came of them."""
    start = len(log)
    intake = journal.enter(ledger, events, rows, name)
    for entry in log[start:]:
        rows.take(entry)
    return intake


def _additions(plan: Plan, records: Records, content: LogContent,
               entries: list[Mapping]) -> list[Mapping]:
    """The entries that are new: a new log's opening, the export, and what came of it."""
    additions: list[Mapping] = []
    if content.balances is None:
        additions.append(opening(plan))
    if entries and records.digest not in content.exports:
        additions.append({
            "kind": "export", "time": records.as_of.isoformat(), "actor": journal.ACTOR,
            "inputs": {"file": Path(records.name).name, "digest": records.digest,
                       "as_of": records.as_of.isoformat(), "rows": len(records.rows)}})
    return additions + entries
