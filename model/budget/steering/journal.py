"""What the ledger refuses of an export, in a sentence for each bucket and reason.

What the rows of an export do to the ledger: each money event is entered once, by its id.

A booking commits money, its outcome settles it, a payment spends; where money is released as
outcomes are verified, half-way milestones and completions release it. What the ledger refuses is
tried again with every later export, as money may have been moved or released by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from model.budget.accounts import posting
from model.budget.accounts.ledger import REJECTED, Ledger
from model.budget.money import dollars
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS, INDEX
from model.budget.programme.assembly import OUTCOMES
from model.budget.programme.export import Records
from model.budget.steering.queue import Waiting
from model.problems import Problem, fail_if, quoted


def refusals(records: Records, refused: Sequence[Refused]) -> tuple[str, ...]:
    """How many rows of a bucket the ledger refuses for one reason, their sum, and the first.

    A booking whose outcome is refused too is named by its outcome alone: it is the same money.
    """
    ids = {each.id for each in refused}
    outcomes = {row.booking for row in records.rows
                if row.booking and row.event != "booked" and row.id in ids}
    over = {row.id for row in records.rows if row.event == "booked" and row.booking in outcomes}
    groups: dict[tuple[str, str], list[Refused]] = {}
    for each in refused:
        if each.id not in over:
            groups.setdefault((each.bucket, each.why), []).append(each)
    return tuple(_said(bucket, why, rows) for (bucket, why), rows in groups.items())


def _said(bucket: str, why: str, rows: list[Refused]) -> str:
    if len(rows) == 1:
        return rows[0].words
    first = rows[0]
    return (f"{len(rows):,} rows of {bucket}, {dollars(sum(each.cents for each in rows))} in "
            f"all, are not in the ledger, as {why}; the first is row {first.id} ({first.day}), "
            f"{dollars(first.cents)}.")


# Who enters what an export says.
ACTOR = "export"
# No row of an export can have this id.
RELEASE = "#equity-release"
_HALF_WAY = 0.5


@dataclass(frozen=True)
class Item:
    """One money event of an export: the row's id and line, its day, and what it does.

    kind     commit, settle, spend, set_released or open_equity
    cents    what is committed, settled, spent or released
    charge   what a settled booking costs
    booked   id of the row that committed what is settled
    """

    id: str
    line: int
    day: date
    kind: str
    bucket: int = 0
    cents: int = 0
    charge: int = 0
    equity: bool = False
    booked: str = ""

    @property
    def content(self) -> tuple[str, int]:
        """The bucket, and what is committed or spent."""
        amount = self.charge if self.kind == "settle" else self.cents
        return BUCKETS[self.bucket], amount

    @property
    def about(self) -> str:
        """Whose money it is, as the log keeps it with the entry: what the row does, the booking
        that it settles, and whether an equity learner's."""
        return f"{self.kind} {self.booked}".strip() + (" equity" if self.equity else "")


@dataclass(frozen=True)
class Refused:
    """A money event that the ledger does not take, and why."""

    id: str
    line: int
    day: date
    bucket: str
    cents: int
    why: str

    @property
    def words(self) -> str:
        return (f"Row {self.id} ({self.day}): {dollars(self.cents)} of {self.bucket} is not in "
                f"the ledger, as {self.why}.")


@dataclass
class Known:
    """What a log holds of exports: by id the content entered, and the last reason of a refusal."""

    entered: dict[str, tuple[str, int]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def take(self, entry: Mapping) -> None:
        """Note an entry of the log where it is about a row of an export."""
        inputs = entry["inputs"]
        if entry["actor"] != ACTOR or "event" not in inputs:
            return
        if entry["kind"] == REJECTED:
            self.refused[inputs["event"]] = inputs["why"]
        else:
            amount = inputs.get("charge", inputs.get("cents", 0))
            self.entered[inputs["event"]] = inputs.get("bucket", ""), amount
            self.about[inputs["event"]] = inputs.get("about", "")


@dataclass(frozen=True)
class Entered:
    """What came of an export's money events: how many were entered now and were before, and what
    the ledger refuses."""

    now: int
    before: int
    refused: tuple[Refused, ...]


def items(records: Records, plan: Plan) -> list[Item]:
    """The money events of an export in the order in which they happened."""
    found, booked_by = [], {row.booking: row.id for row in records.rows if row.event == "booked"}
    released = _Released(plan)
    for row in records.rows:
        about = row.id, row.line, row.date
        if row.event == "booked" and row.amount:
            found.append(Item(*about, "commit", INDEX[row.bucket], row.amount,
                              equity=records.learners[row.learner].equity))
        elif row.event in OUTCOMES:
            booking = records.bookings[row.booking]
            if booking.cents:
                found.append(Item(*about, "settle", INDEX[booking.bucket], booking.cents,
                                  booking.charged, records.learners[booking.learner].equity,
                                  booked_by[row.booking]))
        elif row.event == "paid" and row.amount:
            known = records.learners.get(row.learner)
            found.append(Item(*about, "spend", INDEX[row.bucket], row.amount,
                              equity=bool(known and known.equity)))
        elif cents := released.after(row):
            found.append(Item(*about, "set_released", cents=cents))
    opens = plan.monday(plan.whole("equity.release_week"))
    if opens <= records.as_of:
        before = sum(item.day < opens for item in found)
        found.insert(before, Item(RELEASE, 0, opens, "open_equity"))
    return found


class _Released:
    """What a funder has released by a row, where outcomes release money. [cents]"""

    def __init__(self, plan: Plan) -> None:
        self.on, self.total, self.cents = plan.on("outcome.funding"), plan.total, \
            plan.released_at_opening
        self.milestone, self.completion = (plan.cents(f"outcome.per_{name}")
                                           for name in ("milestone", "completion"))
        self.half_way: set[str] = set()

    def after(self, row) -> int:
        """The new amount where the row raises it; otherwise 0."""
        if not self.on or self.cents >= self.total:
            return 0
        before = self.cents
        if row.event == "progress" and row.value >= _HALF_WAY and row.learner not in self.half_way:
            self.half_way.add(row.learner)
            self.cents += self.milestone
        elif row.event == "completed":
            self.cents += self.completion
        self.cents = min(self.cents, self.total)
        return self.cents if self.cents > before else 0


def released_by(records: Records, plan: Plan, days: Iterable[date]) -> list[int]:
    """What may be spent by the end of each day, in cents."""
    if not plan.on("outcome.funding"):
        return [plan.released_at_opening for _ in days]
    steps = [item for item in items(records, plan) if item.kind == "set_released"]
    return [max([plan.released_at_opening, *(step.cents for step in steps if step.day <= day)])
            for day in days]


def enter(ledger: Ledger, found: list[Item], known: Known, name: str) -> Entered:
    """Enter into the ledger what is not there yet, and go on from the start until what is refused
    stays refused: later events may open room for earlier ones.

    Raises InputError with every row that is no longer what was entered, or is no longer there;
    nothing is entered then. Rows with other ids would be entered a second time.
    """
    fail_if([*_changed(found, known, name), *_gone(found, known, name)])
    # A booking whose outcome was paid without a commitment needs none any more.
    over = {item.booked for item in found if item.kind == "settle" and item.id in known.entered}
    entered, refused = set(known.entered), {}
    for place, item in enumerate(found):
        if item.id in entered or item.id in over:
            continue
        posted, why = _posted(ledger, item, entered, known.refused.get(item.id))
        if posted:
            entered.add(item.id)
            over |= {item.booked} if item.kind == "settle" else set()
        elif why:
            refused[place] = why
    if len(entered) > len(known.entered):
        _enter_waiting(ledger, found, entered, over, refused)
    there = {item.id for item in found}
    return Entered(len(entered) - len(known.entered),
                   len(found) - len(there - known.entered.keys()),
                   tuple(Refused(item.id, item.line, item.day, *item.content, refused[place])
                         for place, item in enumerate(found)
                         if place in refused and item.id not in over))


def _enter_waiting(ledger: Ledger, found: list[Item], entered: set[str], over: set[str],
                   refused: dict[int, str]) -> None:
    """Enter what was refused and fits by now, round by round, each in the order of the events; of
    the others, say the reason of now."""
    place_of = {item.id: place for place, item in enumerate(found)}
    outcome = {item.booked: place for place, item in enumerate(found)
               if item.kind == "settle" and item.id not in entered}
    waiting = Waiting({place: _wanted(found[place]) for place in refused
                       if found[place].id not in over},
                      [outcome[known] for known in outcome.keys() & entered])
    some = True
    while some:
        some, at = False, -1
        waiting.begin()
        while (at := waiting.next(at, _most(ledger, waiting))) is not None:
            item = found[at]
            posted, why = _posted(ledger, item, entered, refused.get(at))
            if not posted:
                refused |= {at: why} if why else {}
                continue
            some = True
            entered.add(item.id)
            refused.pop(at, None)
            if item.kind == "settle":
                over.add(item.booked)
                if item.booked in place_of:
                    waiting.drop(place_of[item.booked])
            elif item.id in outcome:
                waiting.ready(outcome[item.id], at)
    for place in refused:
        if found[place].id not in over:
            refused[place] = _posted(ledger, found[place], entered, refused[place])[1]


def _wanted(item: Item) -> tuple[tuple[int, bool], int]:
    """Of which bucket, and whether from the equity floor, and how much. [cents]"""
    return (item.bucket, item.equity), item.charge if item.kind == "settle" else item.cents


def _most(ledger: Ledger, waiting: Waiting) -> dict[tuple, int]:
    """What each kind of those that wait may have now."""
    return {kind: int(posting.spendable(ledger.balances, *kind)) for kind in waiting.kinds}


def _changed(found: list[Item], known: Known, name: str) -> list[Problem]:
    problems = []
    for item in found:
        was = known.entered.get(item.id)
        if not was or item.kind not in ("commit", "settle", "spend"):
            continue
        bucket, cents = item.content
        if was == item.content and known.about[item.id] != item.about:
            problems.append(Problem(f"{name}:{item.line}", (
                f"row {quoted(item.id)} says {quoted(item.about)}, but the log holds it as "
                f"{quoted(known.about[item.id])}; an id names one row for good, so give new rows "
                "new ids.")))
        elif was != item.content:
            problems.append(Problem(f"{name}:{item.line}", (
                f"row {quoted(item.id)} is {dollars(cents)} of {bucket}, but the log holds it "
                f"with {dollars(was[1])} of {was[0]}; leave what is in the log as it was, and "
                "correct it by a row of its own.")))
    return problems


def _gone(found: list[Item], known: Known, name: str) -> list[Problem]:
    there = {item.id for item in found}
    gone = [event for event in known.entered if event not in there]
    if not gone:
        return []
    rows = "1 row" if len(gone) == 1 else f"{len(gone)} rows"
    return [Problem(name, f"does not have {rows} that the log holds, {quoted(gone[0])} the first; "
                          "export the whole quarter, each row with the id that it had.")]


def _posted(ledger: Ledger, item: Item, entered: set[str],
            before: str | None) -> tuple[bool, str | None]:
    """Post one event; whether that was done, and why it was refused. What was refused before, for
    the same reason, is not logged again."""
    if before is not None:
        draft = Ledger(ledger.plan, _Nowhere(), ledger.balances)
        tried = _tried(draft, item, entered, {"time": item.day.isoformat(), "actor": ACTOR})
        if tried is None or (not tried.accepted and tried.why == before):
            return False, before if tried is not None else None
    who = {"time": item.day.isoformat(), "actor": ACTOR, "event": item.id, "about": item.about}
    posted = _tried(ledger, item, entered, who)
    if posted is None:
        return False, None
    return bool(posted.accepted), None if posted.accepted else posted.why


class _Nowhere:
    """A log that keeps nothing."""

    def append_all(self, entries) -> None:
        pass


def _tried(ledger: Ledger, item: Item, entered: set[str], who: Mapping[str, str]):
    if item.kind == "commit":
        return ledger.commit(item.bucket, item.cents, equity=item.equity, **who)
    if item.kind == "settle" and item.booked in entered:
        return ledger.settle(item.bucket, item.cents, item.charge, equity=item.equity, **who)
    if item.kind == "settle":
        # The booking found no money, so there is no commitment to end; what it costs is spent.
        return ledger.spend(item.bucket, item.charge, equity=item.equity, **who) \
            if item.charge else None
    if item.kind == "spend":
        return ledger.spend(item.bucket, item.cents, equity=item.equity, **who)
    if item.kind == "open_equity":
        return ledger.open_equity(rule="R20", **who)
    if item.cents <= int(ledger.balances.released_total):
        return None
    return ledger.set_released(item.cents, **who)
