"""The journal of an export: its money events, each entered in the ledger once, by its id.

A booking commits money, its outcome settles it, a payment spends; where money is released as
outcomes are verified, half-way milestones and completions release it. A refused event is tried
again with every later export, as money may have been moved or released by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from model.budget.accounts import posting
from model.budget.accounts.balances import Posting, Reason
from model.budget.accounts.ledger import REJECTION, Ledger
from model.budget.accounts.log import Draft
from model.budget.accounts.versions import Versions
from model.budget.money import dollars
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS, INDEX
from model.budget.programme.assembly import OUTCOMES, Record
from model.budget.programme.export import Records
from model.budget.programme.weeks import seat_shares, share_back
from model.budget.steering.queue import Queue
from model.counts import count, inside
from model.problems import Problem, fail_if, quoted

# The actor of entries that come from an export.
ACTOR = "export"
# No row of an export can have this id.
RELEASE = "#equity-release"
_HALF_WAY = 0.5


@dataclass(frozen=True)
class MoneyEvent:
    """One money event of an export: the id, line and day of its row, and what it does.

    `kind` is commit, settle, spend, refund, set_released or open_equity; a settled booking costs
    `charge` and was committed by the row `booking`, a refund is of the row `booking`. Of what is
    spent on a workshop, or comes back of it, `equity_cents` are of reserved seats.
    """

    id: str
    line: int
    day: date
    kind: str
    bucket: int = 0
    cents: int = 0
    charge: int = 0
    equity: bool = False
    booking: str = ""
    equity_cents: int = 0

    @property
    def content(self) -> tuple[str, int]:
        """The bucket, and what is committed or spent."""
        amount = self.charge if self.kind == "settle" else self.cents
        return BUCKETS[self.bucket], amount

    @property
    def about(self) -> str:
        """What the log keeps beside the amount of a row."""
        return f"{self.kind} {self.booking}".strip() + (" equity" if self.equity else "")


@dataclass(frozen=True)
class Refusal:
    """A money event that the ledger does not take, and why."""

    id: str
    line: int
    day: date
    bucket: str
    cents: int
    why: str



@dataclass
class Journal:
    """What a log holds of exports, by id: the content entered, what it is about, and the last
    reason of a refusal."""

    entries: dict[str, tuple[str, int]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)

    def take(self, entry: Mapping) -> None:
        """Note an entry of the log if it is about a row of an export."""
        inputs = entry["inputs"]
        if entry["actor"] != ACTOR or "event" not in inputs:
            return
        if entry["kind"] == REJECTION:
            self.refusals[inputs["event"]] = inputs["why"]
        else:
            amount = inputs.get("charge", inputs.get("cents", 0))
            self.entries[inputs["event"]] = inputs.get("bucket", ""), amount
            self.about[inputs["event"]] = inputs.get("about", "")


@dataclass(frozen=True)
class Intake:
    """How many money events of an export are entered now and were before, and those refused."""

    now: int
    before: int
    refusals: tuple[Refusal, ...]


def money_events(records: Records, versions: Versions) -> list[MoneyEvent]:
    """The money events of an export in the order in which they happened."""
    plan = versions.now
    events: list[MoneyEvent] = []
    row_of = {row.booking: row.id for row in records.rows if row.event == "booked"}
    release, seats = _Release(versions), seat_shares(records)
    paid = {row.id: row.amount for row in records.rows if row.id in seats}
    for row in records.rows:
        about = row.id, row.line, row.date
        if row.event == "booked" and row.amount:
            events.append(MoneyEvent(*about, "commit", INDEX[row.bucket], row.amount,
                              equity=records.learners[row.learner].equity))
        elif row.event in OUTCOMES:
            booking = records.bookings[row.booking]
            if booking.cents:
                events.append(MoneyEvent(*about, "settle", INDEX[booking.bucket], booking.cents,
                                  booking.charge, records.learners[booking.learner].equity,
                                  row_of[row.booking]))
        elif row.event == "paid" and row.amount:
            learner = records.learners.get(row.learner)
            events.append(MoneyEvent(*about, "spend", INDEX[row.bucket], row.amount,
                              equity=bool(learner and learner.equity),
                              equity_cents=seats.get(row.id, 0)))
        elif back := records.returns.get(row.id):
            learner = records.learners.get(back.learner)
            equity = bool(learner and learner.equity)
            kind = "settle" if back.is_commitment else "refund"
            if back.cents:
                events.append(MoneyEvent(*about, kind, INDEX[back.bucket], back.cents,
                                         equity=equity, booking=back.origin,
                                         equity_cents=share_back(seats.get(back.origin, 0),
                                                                 paid.get(back.origin, 0), back)))
        elif cents := release.after(row):
            events.append(MoneyEvent(*about, "set_released", cents=cents))
    opens = plan.monday(plan.whole("equity.release_week"))
    if opens <= records.as_of:
        before = sum(event.day < opens for event in events)
        events.insert(before, MoneyEvent(RELEASE, 0, opens, "open_equity"))
    return events


class _Release:
    """What a funder has released, row by row, where outcomes release money. [cents]"""

    def __init__(self, versions: Versions) -> None:
        self.versions, self.more = versions, 0
        self.cents = versions.of(1).released_at_opening
        self.half_way: set[str] = set()

    def after(self, row: Record) -> int:
        """The new amount where a row raises it; otherwise 0."""
        if not self.versions.now.on("outcome.funding"):
            return 0
        plan, more = self.versions.of(self.versions.now.week_of(row.date)), self.more
        if row.event == "progress" and row.value >= _HALF_WAY and row.learner not in self.half_way:
            self.half_way.add(row.learner)
            self.more += plan.cents("outcome.per_milestone")
        elif row.event == "completed":
            self.more += plan.cents("outcome.per_completion")
        before, self.cents = self.cents, min(plan.released_at_opening + self.more, plan.total)
        return self.cents if self.cents > before and self.more > more else 0


def releases_by(records: Records, versions: Versions, days: Sequence[date]) -> list[int]:
    """What may be spent by the end of each day, in cents."""
    opening = [versions.of(versions.now.week_of(day)).released_at_opening for day in days]
    if not versions.now.on("outcome.funding"):
        return opening
    steps = [event for event in money_events(records, versions) if event.kind == "set_released"]
    return [max([least, *(step.cents for step in steps if step.day <= day)])
            for least, day in zip(opening, days, strict=True)]


def enter(ledger: Ledger, events: Sequence[MoneyEvent], journal: Journal, name: str) -> Intake:
    """Enter in the ledger what is not there yet, and begin again from the start until nothing more
    fits: later events may open room for earlier ones.

    Raises InputError with every row that is no longer what was entered, or is no longer there;
    nothing is entered then. Rows with other ids would be entered a second time.
    """
    fail_if([*_changes(events, journal, name), *_missing(events, journal, name)])
    entries = _Entries(ledger, events, journal)
    entries.first_round()
    if len(entries.ids) > len(journal.entries):
        entries.later_rounds()
    return entries.intake()


class _Entries:
    """The events of an export while they are entered in the ledger.

    `settlements` are bookings whose outcome is in the ledger, so that they need no commitment;
    `refusals` say by the place of an event why the ledger refuses it.
    """

    def __init__(self, ledger: Ledger, events: Sequence[MoneyEvent], journal: Journal) -> None:
        self.ledger, self.events, self.journal = ledger, events, journal
        self.ids = set(journal.entries)
        self.settlements = {event.booking for event in events
                            if event.kind == "settle" and event.id in journal.entries}
        self.refusals: dict[int, str] = {}

    def first_round(self) -> None:
        """Try every event that is not in the ledger, in order."""
        for place, event in enumerate(self.events):
            if event.id not in self.ids and event.id not in self.settlements:
                self._try(place, self.journal.refusals.get(event.id))

    def later_rounds(self) -> None:
        """Enter what fits by now, round by round; of the rest, note the reason of now."""
        place_of = {event.id: place for place, event in enumerate(self.events)}
        outcome_of = {event.booking: place for place, event in enumerate(self.events)
                      if event.kind == "settle" and event.id not in self.ids}
        returns: dict[str, list[int]] = {}
        for place in self.refusals:
            if self.events[place].kind == "refund":
                returns.setdefault(self.events[place].booking, []).append(place)
        queue = Queue({place: _demand(self.events[place]) for place in self.refusals
                       if self.events[place].id not in self.settlements
                       and self.events[place].kind != "refund"},
                      [outcome_of[booking] for booking in outcome_of.keys() & self.ids]
                      + [each for origin in returns.keys() & self.ids for each in returns[origin]])
        progress = True
        while progress:
            progress, place = False, -1
            queue.begin()
            while (place := queue.next(place, self._spendable)) is not None:
                event = self.events[place]
                if not self._try(place, self.refusals.get(place)):
                    continue
                progress = True
                if event.kind == "settle" and event.booking in place_of:
                    queue.drop(place_of[event.booking])
                elif event.id in outcome_of:
                    queue.ready(outcome_of[event.id], place)
                for later in returns.get(event.id, ()):
                    queue.ready(later, place)
        for place, reason in self.refusals.items():
            if self.events[place].id not in self.settlements:
                self.refusals[place] = self._post(self.events[place], reason)

    def intake(self) -> Intake:
        ids = {event.id for event in self.events}
        before = self.journal.entries.keys()
        return Intake(len(self.ids) - len(before), len(self.events) - len(ids - before), tuple(
            Refusal(event.id, event.line, event.day, *event.content, self.refusals[place])
            for place, event in enumerate(self.events)
            if place in self.refusals and event.id not in self.settlements))

    def _spendable(self, kind: tuple[int, bool]) -> int:
        return int(posting.spendable(self.ledger.balances, *kind))

    def _try(self, place: int, reason: str | None) -> bool:
        """Post an event that was refused for a reason, or never; whether it is in the ledger."""
        event = self.events[place]
        why = self._post(event, reason)
        if why:
            self.refusals[place] = why
        elif why is not None:
            self.ids.add(event.id)
            self.refusals.pop(place, None)
            if event.kind == "settle":
                self.settlements.add(event.booking)
        return why == ""

    def _post(self, event: MoneyEvent, reason: str | None) -> str | None:
        """Why an event is refused; empty where it is accepted, None where there is nothing to post.

        A refusal for the same reason as before is not logged again.
        """
        who = {"time": event.day.isoformat(), "actor": ACTOR, "event": event.id,
               "about": event.about}
        if reason is not None:
            trial = self._result(replace(self.ledger, log=Draft()), event, who)
            if trial is not None and not trial.accepted and trial.why == reason:
                return reason
        result = self._result(self.ledger, event, who)
        return None if result is None else "" if result.accepted else result.why

    def _result(self, ledger: Ledger, event: MoneyEvent, who: Mapping[str, str]) -> Posting | None:
        """An event posted to a ledger; None where there is nothing to post."""
        kind, amounts = event.kind, (event.cents,)
        if kind == "settle" and event.booking in self.ids:
            amounts = event.cents, event.charge
        elif kind == "settle":
            # The booking found no money, so there is no commitment to end; its charge is spent.
            kind, amounts = "spend", (event.charge,)
        if kind == "refund" and event.booking not in self.ids:
            return ledger.refuse(kind, event.bucket, event.cents, Reason.NOT_ENTERED, **who)
        if event.equity_cents:
            return ledger.post_shared(kind, event.bucket, event.cents, event.equity_cents, **who)
        if kind in ("commit", "settle", "spend", "refund"):
            return ledger.post(kind, event.bucket, *amounts, equity=event.equity, **who) \
                if amounts[-1] or kind != "spend" else None
        if event.kind == "open_equity":
            return ledger.open_equity(rule="R20", **who)
        if event.cents <= int(ledger.balances.released_total):
            return None
        return ledger.set_released(event.cents, **who)


def _demand(event: MoneyEvent) -> tuple[tuple[int, bool], int]:
    """The bucket that an event draws on, whether on its equity floor, and the cents."""
    amount = event.charge if event.kind == "settle" else event.cents
    return (event.bucket, event.equity), amount - event.equity_cents


def _changes(events: Sequence[MoneyEvent], journal: Journal, name: str) -> list[Problem]:
    problems = []
    for event in events:
        entry = journal.entries.get(event.id)
        if not entry or event.kind not in ("commit", "settle", "spend", "refund"):
            continue
        bucket, cents = event.content
        where, row = f"{name}:{event.line}", f"row {quoted(event.id)}"
        if entry != event.content:
            problems.append(Problem(where, (
                f"{row} is {dollars(cents)} of {bucket}, but the log holds it with "
                f"{dollars(entry[1])} of {entry[0]}; leave what is in the log as it was, and "
                "correct it by a row of its own: refunded for what came back, paid for more.")))
        elif journal.about[event.id] != event.about:
            problems.append(Problem(where, (
                f"{row} says {quoted(event.about)}, but the log holds it as "
                f"{quoted(journal.about[event.id])}; an id names one row for good, so give new "
                "rows new ids.")))
    return problems


def _missing(events: Sequence[MoneyEvent], journal: Journal, name: str) -> list[Problem]:
    ids = {event.id for event in events}
    missing = [entry for entry in journal.entries if entry not in ids]
    if not missing:
        return []
    return [Problem(name, f"does not have {count(len(missing), 'row')} that the log holds, "
                          f"{quoted(missing[0])} the first; export the whole quarter, each row "
                          "with the id that it had.")]


def refusal_sentences(plan: Plan, records: Records,
                      refusals: Sequence[Refusal]) -> tuple[str, ...]:
    """A sentence for each bucket and reason: how many rows the ledger refuses, their sum, and the
    first.

    A booking whose outcome is refused too is named by its outcome alone: it is the same money.
    """
    ids = {each.id for each in refusals}
    outcomes = {row.booking for row in records.rows
                if row.booking and row.event != "booked" and row.id in ids}
    bookings = {row.id for row in records.rows if row.event == "booked" and row.booking in outcomes}
    groups: dict[tuple[str, str], list[Refusal]] = {}
    for each in refusals:
        if each.id not in bookings:
            groups.setdefault((each.bucket, each.why), []).append(each)
    return tuple(_group_sentence(inside(plan.buckets[bucket].label), group)
                 for (bucket, _), group in groups.items())


def _group_sentence(bucket: str, group: Sequence[Refusal]) -> str:
    first, cents = group[0], sum(each.cents for each in group)
    if len(group) == 1:
        return (f"Row {first.id} ({first.day}): {dollars(cents)} of {bucket} is not in the ledger, "
                f"as {first.why}.")
    return (f"{len(group):,} rows of {bucket}, {dollars(cents)} in all, are not in the "
            f"ledger, as {first.why}; the first is row {first.id} ({first.day}), "
            f"{dollars(first.cents)}.")
