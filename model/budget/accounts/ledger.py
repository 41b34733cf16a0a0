"""The ledger of one programme: every change of it is one entry of its log, and nothing else is.

The command `budget` works it out before it writes (`review.draft`): it replays the log, posts to a
ledger whose log is a list in memory, and adds that list to the file in one go.

    ledger = Ledger(plan, log, balances_of(replay(path)))
    ledger.commit(ONE, 7500, time="2026-01-06", actor="export")
    ledger.move(CON, REC, 40000, rule="R11", reason="…", time="2026-02-02", actor="A. Person")

A program that posts as things happen writes at once: `Ledger.open(path, plan, time=…, actor=…)`,
with `together` around what belongs together. A posting that is refused is logged as `rejected` and
changes nothing else. `replay` makes the ledger out of the log alone, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances, Posted, open_balances
from model.budget.accounts.log import Log, Reading, read_lines
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.folders import relative
from model.problems import HIDDEN, InputError, Problem, quoted

BY_BUCKET = ("opening", "planned", "committed", "spent", "outflow", "gated_outflow", "equity_floor",
             "equity_committed", "equity_spent")
WHOLE = ("total", "released_total", "rule_a_outflow", "equity_open", "returned", "closed")
OPENED, REJECTED = "open", "rejected"
_FLAGS = ("equity_open", "closed")
# What entries say, where it is no text, and what they must say to be read again.
_WHOLE_INPUTS = ("cents", "charge", "rows")
_OF_BUCKET = ("bucket", "source", "destination")
_READ = (*_WHOLE_INPUTS, *_OF_BUCKET, "equity", "event", "about", "why", "digest", "as_of",
         "scenario", "plan")
_NEEDED = {"move": ("source", "destination", "cents"), "export": ("digest", "as_of")}
_KINDS = {int: "a whole number", bool: "yes or no", str: "a text"}


def cells(balances: Balances, at: tuple[int, ...] = ()) -> dict[str, int]:
    """The balances of one programme, or of one replication, as whole numbers by name:
    `ONE.committed` in cents; switches are 0 or 1."""
    found = {f"{code}.{name}": int(getattr(balances, name)[(bucket, *at)])
             for name in BY_BUCKET for bucket, code in enumerate(BUCKETS)}
    return found | {name: int(getattr(balances, name)[at]) for name in WHOLE}


def balances_of(found: Mapping[str, int]) -> Balances:
    """The balances of one programme out of its cells."""
    arrays = {name: np.array([found[f"{code}.{name}"] for code in BUCKETS], np.int64)
              for name in BY_BUCKET}
    return Balances(**arrays, **{name: np.array(found[name], bool if name in _FLAGS else np.int64)
                                 for name in WHOLE})


def touched(before: Balances, after: Balances,
            at: tuple[int, ...] = ()) -> tuple[dict[str, int], dict[str, int]]:
    """The cells in which two balances differ, before and after."""
    old, new = {}, {}
    for name in BY_BUCKET:
        was, now = getattr(before, name), getattr(after, name)
        if was is not now:
            was, now = was[(slice(None), *at)].tolist(), now[(slice(None), *at)].tolist()
            for code, value, other in zip(BUCKETS, was, now, strict=True):
                if value != other:
                    old[f"{code}.{name}"], new[f"{code}.{name}"] = value, other
    for name in WHOLE:
        was, now = getattr(before, name), getattr(after, name)
        if was is not now and was[at] != now[at]:
            old[name], new[name] = int(was[at]), int(now[at])
    return old, new


def as_bytes(found: Mapping[str, int]) -> bytes:
    """A ledger as bytes that are equal where ledgers are."""
    return json.dumps(dict(sorted(found.items())), separators=(",", ":")).encode()


def fingerprint(plan: Plan) -> str:
    """A hash of every number of a plan, its weeks and its start."""
    content = [plan.start.isoformat(), plan.weeks,
               [[path, repr(value)] for path, value in sorted(plan.values.items())]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _unlike_any(entry: Mapping) -> str | None:
    """What of an entry no review writes: its hash may be right, but it is of another kind."""
    inputs = entry["inputs"]
    said = [entry[key] for key in ("time", "actor", "rule", "kind")]
    if not all(isinstance(text, str) for text in said):
        return "does not say in texts when, who, by which rule and what"
    said += [text for text in inputs.values() if isinstance(text, str)]
    if not all(map(_is_plain, said)):
        return "holds what is no printable text"
    if not _is_day(entry["time"][:10]):
        return "has no day"
    needed = _NEEDED.get(entry["kind"], ()) if entry["kind"] == "export" or entry["after"] else ()
    if entry["kind"] == REJECTED and "event" in inputs:
        needed = "why",
    for key in (*needed, *(key for key in inputs if key in _READ)):
        kind = int if key in _WHOLE_INPUTS else bool if key == "equity" else str
        if type(inputs.get(key)) is not kind:
            return f"does not say {quoted(key)} as {_KINDS[kind]}"
    if any(inputs[key] not in BUCKETS for key in _OF_BUCKET if key in inputs):
        return "names a bucket that there is not"
    return None


def _is_plain(text: str) -> bool:
    """Whether a text can be written anywhere and hides nothing."""
    return not HIDDEN.search(text) and not any("\ud800" <= c <= "\udfff" for c in text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class _Replay:
    """Applies entries one by one, each to exactly what the one before left."""

    def __init__(self, path: Path) -> None:
        self.path, self.cells, self.opened = path, {}, None

    def __call__(self, entry: Mapping) -> None:
        before, after, state = entry["before"], entry["after"], self.cells
        if fault := _unlike_any(entry):
            raise self._fault(entry, fault)
        if self.opened is None:
            if entry["kind"] != OPENED or before:
                raise self._fault(entry, "is the first but does not open a ledger")
            self.opened = entry
        elif before.keys() != after.keys() or entry["kind"] == OPENED:
            raise self._fault(entry, "does not say of the same cells what they held before and "
                                     "after")
        planned = 0
        for name, value in before.items():
            if state.get(name) != value:
                raise self._fault(entry, f"finds {value} in {name}, which held {state.get(name)}")
            if name.endswith(".planned"):
                planned += after[name] - value
        if planned or (after and min(after.values()) < 0):
            raise self._fault(entry, "changes the total or leaves less than 0")
        state.update(after)

    def _fault(self, entry: Mapping, what: str) -> InputError:
        where = f"{relative(self.path)}:{entry['seq'] + 1}"
        return InputError([Problem(where, f"the entry {what}; go back to a copy of the log that "
                                          "replays.")])


def replay(path: Path, found: Reading | None = None, each=None) -> dict[str, int]:
    """The cells of the ledger that a log gives; empty where nothing was logged yet.

    `found` takes what reading finds, `each` is called with every entry. Raises InputError at the
    first entry that is not as it was written, or does not fit.
    """
    applied = _Replay(path)
    for entry in read_lines(path, found):
        applied(entry)
        if each:
            each(entry)
    return applied.cells


def same_plan(path: Path, opened: Mapping, plan: Plan) -> None:
    """Raise InputError where the first entry of a log was written under another plan."""
    if opened["inputs"].get("plan") != fingerprint(plan):
        named = quoted(str(opened["inputs"].get("scenario")))
        raise InputError([Problem(relative(path), f"was begun with another plan (scenario "
                                  f"{named}); name that plan, unchanged, or begin a new log.")])


@dataclass
class Ledger:
    """A ledger open for posting. `balances` are those of now; `warning` is what opening found."""

    plan: Plan
    log: Log
    balances: Balances
    _waiting: list[dict] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, path: Path, plan: Plan, *, time: str, actor: str) -> Ledger:
        """Open the ledger of a log, or begin one with the plan's opening.

        Raises InputError where the log is broken or was begun with another plan.
        """
        applied = _Replay(path)
        log = Log.open(path, applied)
        try:
            if applied.opened is None:
                ledger = cls(plan, log, open_balances(plan))
                log.append(OPENED, time=_day(time), actor=actor, after=cells(ledger.balances),
                           inputs={"scenario": plan.scenario, "plan": fingerprint(plan)})
                return ledger
            same_plan(path, applied.opened, plan)
            return cls(plan, log, balances_of(applied.cells))
        except BaseException:
            log.close()
            raise

    @property
    def warning(self) -> str | None:
        return self.log.warning

    def commit(self, bucket: int, cents: int, *, equity: bool = False, **who) -> Posted:
        """Set money aside for a booking. `who` is time, actor, and, where there is one, the rule,
        the id of the event or proposal behind it, and what the event is about."""
        return self._post("commit", posting.commit(self.balances, bucket, cents, equity), who,
                          bucket=BUCKETS[bucket], cents=cents, equity=equity)

    def release(self, bucket: int, cents: int, *, equity: bool = False, **who) -> Posted:
        """Give a commitment back."""
        return self._post("release", posting.release(self.balances, bucket, cents, equity), who,
                          bucket=BUCKETS[bucket], cents=cents, equity=equity)

    def settle(self, bucket: int, committed: int, charge: int, *, equity: bool = False,
               **who) -> Posted:
        """End a commitment with a charge."""
        posted = posting.settle(self.balances, bucket, committed, charge, equity)
        return self._post("settle", posted, who, bucket=BUCKETS[bucket], cents=committed,
                          charge=charge, equity=equity)

    def spend(self, bucket: int, cents: int, *, equity: bool = False, **who) -> Posted:
        """Spend without a commitment."""
        return self._post("spend", posting.spend(self.balances, bucket, cents, equity), who,
                          bucket=BUCKETS[bucket], cents=cents, equity=equity)

    def move(self, source: int, destination: int, cents: int, *, approval: str = "",
             approved: str = "", reason: str = "", **who) -> Posted:
        """Make a move where the plan allows it. `approval` says who approved what, `approved` is
        its day as YYYY-MM-DD."""
        rule, day = who.get("rule", ""), self._day_of(who["time"])
        posted = moves.make(
            self.plan, self.balances, source, destination, cents, rule=rule, day=day,
            approved=self._day_of(approved) if approved and approval else moves.NEVER,
            explained=bool(reason.strip()))
        return self._post("move", posted, who, source=BUCKETS[source],
                          destination=BUCKETS[destination], cents=cents, approval=approval,
                          approved=approved, reason=reason)

    def set_released(self, cents: int, **who) -> Posted:
        """Raise what may be spent so far."""
        return self._post("set_released", posting.set_released(self.balances, cents), who,
                          cents=cents)

    def open_equity(self, **who) -> Posted:
        """Open the equity reserve to all."""
        return self._post("open_equity", posting.open_equity(self.balances), who)

    def note(self, kind: str, inputs: Mapping[str, object] | None = None, **who) -> None:
        """Log what changes no money: a proposal, an approval, a freeze, an alert."""
        self._append({"kind": kind, "inputs": inputs, **_who(who)})

    @contextmanager
    def together(self) -> Iterator[None]:
        """Postings within are logged with one sync at the end; none counts before, and where
        something is raised, none happens."""
        before, self._waiting = self.balances, []
        try:
            yield
            waiting, self._waiting = self._waiting, None
            self.log.append_all(waiting)
        except BaseException:
            self.balances, self._waiting = before, None
            raise

    def close(self) -> None:
        """End writing; the next `open` goes on from here."""
        self.log.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *failure) -> None:
        self.close()

    def _post(self, kind: str, posted: Posted, who: Mapping[str, str], **inputs) -> Posted:
        inputs = {key: who[key] for key in ("event", "about") if key in who} | inputs
        if posted.accepted:
            before, after = touched(self.balances, posted.balances)
            self._append({"kind": kind, "inputs": inputs, "before": before, "after": after,
                          **_who(who)})
            self.balances = posted.balances
        else:
            self._append({"kind": REJECTED, **_who(who),
                          "inputs": {"asked": kind, **inputs, "why": posted.why}})
        return posted

    def _append(self, entry: dict) -> None:
        if self._waiting is not None:
            self._waiting.append(entry)
        else:
            self.log.append_all([entry])

    def _day_of(self, time: str) -> int:
        return self.plan.day_of(date.fromisoformat(_day(time)[:10]))


def _who(who: Mapping[str, str]) -> dict[str, str]:
    return {"time": _day(who["time"]), "actor": who["actor"], "rule": who.get("rule", "")}


def _day(time: str) -> str:
    """A time that begins with a date. Raises ValueError where it does not."""
    date.fromisoformat(time[:10])
    return time
