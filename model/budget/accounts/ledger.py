"""The ledger of one programme: every posting to it is one entry of its log.

A refused posting is logged as `rejected` and changes nothing else. `replay` makes the same ledger
from the log alone, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import (
    BY_BUCKET,
    WHOLE,
    Balances,
    Posting,
    Reason,
    open_balances,
)
from model.budget.accounts.log import Draft, Extent, Log, read_lines
from model.budget.accounts.versions import AMENDMENT, OPENING, facts, fingerprint
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.folders import relative
from model.problems import HIDDEN, InputError, quoted

REJECTION = "rejected"
_FLAGS = ("equity_open", "closed")
# The inputs of entries that are no texts, those that are read again, and those that must be there.
_WHOLE_INPUTS = ("cents", "charge", "rows", "week", "equity_cents", "carry")
_OF_BUCKET = ("bucket", "source", "destination")
_READ = (*_WHOLE_INPUTS, *_OF_BUCKET, "equity", "event", "about", "why", "digest", "as_of",
         "scenario", "plan")
_NEEDS = {"move": ("source", "destination", "cents"), "export": ("digest", "as_of"),
          "decline": ("event", "reason"), AMENDMENT: ("week", "reason")}
# Entries that are read although they may change no cell.
_NOTES = ("export", "decline", AMENDMENT)
# Texts by path, or pairs of them.
_MAPPINGS = {"facts": str, "changes": list}
_KINDS = {int: "a whole number", bool: "yes or no", str: "a text"}


def cells(balances: Balances, at: tuple[int, ...] = ()) -> dict[str, int]:
    """The balances of one replication by name, `ONE.committed` in cents; switches are 0 or 1."""
    return {f"{code}.{name}": int(getattr(balances, name)[(bucket, *at)])
            for name in BY_BUCKET for bucket, code in enumerate(BUCKETS)} \
        | {name: int(getattr(balances, name)[at]) for name in WHOLE}


def balances_of(content: Mapping[str, int]) -> Balances:
    arrays = {name: np.array([content[f"{code}.{name}"] for code in BUCKETS], np.int64)
              for name in BY_BUCKET}
    return Balances(**arrays, **{name: np.array(content[name], bool if name in _FLAGS else np.int64)
                                 for name in WHOLE})


def changes(before: Balances, after: Balances,
            at: tuple[int, ...] = ()) -> tuple[dict[str, int], dict[str, int]]:
    """The cells in which two balances differ, as they were before and are after."""
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


def as_bytes(content: Mapping[str, int]) -> bytes:
    """The cells of a ledger as bytes; equal ledgers have equal bytes."""
    return json.dumps(dict(sorted(content.items())), separators=(",", ":")).encode()


def opening(plan: Plan) -> dict[str, object]:
    """The first entry of a log: the balances with which the plan opens."""
    return {"kind": OPENING, "time": plan.start.isoformat(), "actor": "plan",
            "after": cells(open_balances(plan)),
            "inputs": {"scenario": plan.scenario, "plan": fingerprint(plan), "facts": facts(plan)}}


def _fault(entry: Mapping) -> str | None:
    """Why an entry is not one that a review writes, although its hash may be right."""
    inputs = entry["inputs"]
    texts = [entry[key] for key in ("time", "actor", "rule", "kind")]
    if not all(isinstance(text, str) for text in texts):
        return "does not say in texts when, who, by which rule and what"
    texts += [text for text in inputs.values() if isinstance(text, str)]
    if not all(map(_is_plain, texts)):
        return "holds what is no printable text"
    if not _is_day(entry["time"][:10]):
        return "has no day"
    needs = _NEEDS.get(entry["kind"], ()) if entry["kind"] in _NOTES or entry["after"] else ()
    if entry["kind"] == REJECTION and "event" in inputs:
        needs = "why",
    for key in (*needs, *(key for key in inputs if key in _READ)):
        kind = int if key in _WHOLE_INPUTS else bool if key == "equity" else str
        if type(inputs.get(key)) is not kind:
            return f"does not say {quoted(key)} as {_KINDS[kind]}"
    if entry["kind"] in (OPENING, AMENDMENT) and (fault := _mapping_fault(entry["kind"], inputs)):
        return fault
    if any(inputs[key] not in BUCKETS for key in _OF_BUCKET if key in inputs):
        return "names a bucket that there is not"
    return None


def _mapping_fault(kind: str, inputs: Mapping) -> str | None:
    for key, part in _MAPPINGS.items():
        if key in inputs or (kind, key) == (AMENDMENT, "changes"):
            texts = inputs.get(key)
            if not isinstance(texts, dict) or not all(type(text) is part
                                                      for text in texts.values()):
                return f"does not say {quoted(key)} by path"
    return None


def _is_plain(text: str) -> bool:
    return not HIDDEN.search(text) and not any("\ud800" <= c <= "\udfff" for c in text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _misfit(entry: Mapping, content: Mapping[str, int], first: bool) -> str | None:
    """Why an entry cannot follow the cells that the entries before it gave."""
    if fault := _fault(entry):
        return fault
    before, after = entry["before"], entry["after"]
    if first and (entry["kind"] != OPENING or before):
        return "is the first but does not open a ledger"
    if not first and (before.keys() != after.keys() or entry["kind"] == OPENING):
        return "does not say of the same cells what they held before and after"
    change = 0
    for name, value in before.items():
        if content.get(name) != value:
            return f"finds {value} in {name}, which held {content.get(name)}"
        if name.endswith(".planned"):
            change += after[name] - value
    total = 0 if first else after.get("total", 0) - before.get("total", 0)
    if change != total or (total and entry["kind"] != AMENDMENT) or (
            after and min(after.values()) < 0):
        return "changes the total or leaves less than 0"
    return None


def replay(path: Path, extent: Extent | None = None, each=None) -> dict[str, int]:
    """The cells of the ledger that a log gives; empty where nothing was logged yet.

    `extent` is brought up to date with every line, and `each` is called with every entry. Raises
    InputError at the first entry that is not as it was written, or does not fit.
    """
    content: dict[str, int] = {}
    for number, entry in enumerate(read_lines(path, extent), 1):
        if fault := _misfit(entry, content, first=number == 1):
            raise InputError.of(
                f"{relative(path)}:{number}", f"the entry {fault}; go back to a copy of the log "
                "that replays.")
        content.update(entry["after"])
        if each:
            each(entry)
    return content


@dataclass
class Ledger:
    """A ledger that is open for posting, with its balances of now."""

    plan: Plan
    log: Log | Draft
    balances: Balances

    def post(self, kind: str, bucket: int, *cents: int, equity: bool = False, **who) -> Posting:
        """Commit, spend or take back an amount, or settle a commitment with a charge.

        `who` is time and actor, and where there are any, the rule, the id of the event or proposal
        behind it (`event`), and what that is about (`about`).
        """
        result = getattr(posting, kind)(self.balances, bucket, *cents, equity)
        return self._post(kind, result, who, bucket=BUCKETS[bucket],
                          **dict(zip(("cents", "charge"), cents, strict=False)), equity=equity)

    def post_shared(self, kind: str, bucket: int, cents: int, equity_cents: int,
                    **who) -> Posting:
        """Spend or take back an amount of which a part is for learners of the equity floor."""
        result = posting.shared(getattr(posting, kind), self.balances, bucket, cents, equity_cents)
        return self._post(kind, result, who, bucket=BUCKETS[bucket], cents=cents,
                          equity_cents=equity_cents, equity=False)

    def refuse(self, kind: str, bucket: int, cents: int, reason: Reason, **who) -> Posting:
        """Log that a posting is not taken, for a reason that balances do not know."""
        result = Posting(self.balances, np.False_, np.int8(reason))
        return self._post(kind, result, who, bucket=BUCKETS[bucket], cents=cents)

    def move(self, source: int, destination: int, cents: int, *, approval: str = "",
             approval_day: str = "", reason: str = "", **who) -> Posting:
        """Make a move where the plan allows it; `approval` says who approved what."""
        rule, day = who.get("rule", ""), self._day_of(who["time"])
        result = moves.make(
            self.plan, self.balances, source, destination, cents, rule=rule, day=day,
            approval_day=self._day_of(approval_day) if approval_day and approval else moves.NEVER,
            has_reason=bool(reason.strip()))
        return self._post("move", result, who, source=BUCKETS[source],
                          destination=BUCKETS[destination], cents=cents, approval=approval,
                          approved=approval_day, reason=reason)

    def amend(self, plan: Plan, changes: Mapping[str, tuple[str, str]], week: int, reason: str,
              **who) -> Posting:
        """Let a plan, which says otherwise at some paths, take the place of the ledger's own from a
        week on. Where that is refused, nothing is logged."""
        result = moves.amend(plan, self.balances, self.plan)
        if result.accepted:
            self._post(AMENDMENT, result, who, week=week, reason=reason,
                       changes={path: list(texts) for path, texts in changes.items()})
            self.plan = plan
        return result

    def set_released(self, cents: int, **who) -> Posting:
        return self._post("set_released", posting.set_released(self.balances, cents), who,
                          cents=cents)

    def open_equity(self, **who) -> Posting:
        return self._post("open_equity", posting.open_equity(self.balances), who)

    def close(self, carry: int, **who) -> Posting:
        """End the period: what is unspent leaves the ledger, and of it `carry` goes to the next."""
        return self._post("close", posting.close(self.balances), who, carry=carry)

    def note(self, kind: str, inputs: Mapping[str, object] | None = None, **who) -> None:
        """Log what changes no money: a proposal, an approval, a freeze, an alert."""
        self.log.append_all([{"kind": kind, "inputs": inputs, **_who(who)}])

    def _post(self, kind: str, result: Posting, who: Mapping[str, str], **inputs) -> Posting:
        inputs = {key: who[key] for key in ("event", "about") if key in who} | inputs
        if result.accepted:
            before, after = changes(self.balances, result.balances)
            self.log.append_all([{"kind": kind, "inputs": inputs, "before": before, "after": after,
                                  **_who(who)}])
            self.balances = result.balances
        else:
            self.log.append_all([{"kind": REJECTION, **_who(who),
                                  "inputs": {"asked": kind, **inputs, "why": result.why}}])
        return result

    def _day_of(self, time: str) -> int:
        return self.plan.day_of(date.fromisoformat(_day(time)[:10]))


def _who(who: Mapping[str, str]) -> dict[str, str]:
    return {"time": _day(who["time"]), "actor": who["actor"], "rule": who.get("rule", "")}


def _day(time: str) -> str:
    """A time that begins with a date. Raises ValueError where it does not."""
    date.fromisoformat(time[:10])
    return time
