"""The plan of a log from week to week: the one that it was begun with, and dated amendments of it.

A log keeps what its plan said, so that an edit of the plan shows, path by path. An amendment holds
from the beginning of a week on; the weeks before are read under the plan as it was then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from model.budget.plan.plan import Plan
from model.budget.plan.schema import value_fault
from model.counts import count
from model.files import digest
from model.folders import relative
from model.problems import InputError, quoted

# What no amendment changes, as the weeks before would no longer be what they were.
FIXED = frozenset({"start", "weeks", "outcome.funding", "cohorts.end_week",
                   "progress.on_track_share"})
OPENING, AMENDMENT = "open", "amend"
_FIELDS = {"rules": ("active", "cadence"), "buckets": ("priority",)}
# Of the simulator, of alerts and of what is odd neither ledger nor rules know anything.
_UNREAD = ("simulation.", "alerts.", "anomaly.")
# Paths that plans did not have when the first logs were begun.
_LATER = frozenset({"review.expires", "alerts.left_share", "alerts.used_shares", "carry.share",
                    "carry.most_share", "carry.brought"})


def facts(plan: Plan) -> dict[str, str]:
    """All that ledger and rules read of a plan, as texts by path."""
    found = {"start": json.dumps(plan.start.isoformat()), "weeks": str(plan.weeks)}
    found |= {path: json.dumps(value) for path, value in plan.values.items()
              if not path.startswith(_UNREAD)}
    for section, fields in _FIELDS.items():
        for code, member in getattr(plan, section).items():
            found |= {f"{section}.{code}.{name}": json.dumps(getattr(member, name))
                      for name in fields}
    return dict(sorted(found.items()))


def fingerprint(plan: Plan) -> str:
    """A hash of all that ledger and rules read of a plan."""
    return digest(json.dumps(facts(plan)).encode())


def first_fingerprint(plan: Plan) -> str:
    """The hash by which the first logs knew a plan: that of its numbers and its calendar."""
    content = [plan.start.isoformat(), plan.weeks,
               [[path, repr(value)] for path, value in sorted(plan.values.items())
                if path not in _LATER]]
    return digest(json.dumps(content).encode())


def with_facts(plan: Plan, other: Mapping[str, str]) -> Plan:
    """A plan in which some paths say something else. Raises ValueError where they cannot."""
    values, members = dict(plan.values), {"rules": dict(plan.rules), "buckets": dict(plan.buckets)}
    for path, text in other.items():
        value = json.loads(text)
        section, _, rest = path.partition(".")
        code, _, name = rest.partition(".")
        if section in members and code in members[section] and name in _FIELDS[section]:
            kept = members[section][code]
            if type(value) is not type(getattr(kept, name)):
                raise ValueError(f"{path} cannot be {text}")
            members[section][code] = kept.model_copy(update={name: value})
        elif path in values:
            values[path] = _value(path, value, values[path], plan)
        else:
            raise ValueError(f"{quoted(path)} is nothing that this plan has")
    return replace(plan, values=values, **members)


def _value(path: str, value: object, now: float | tuple[float, ...], plan: Plan):
    parts, is_list = value if isinstance(value, list) else [value], isinstance(now, tuple)
    # The offered hours have a number for each week; other lists are as long as anybody likes.
    same = len(parts) == len(now) if path == "offered.profile" and is_list else \
        is_list or len(parts) == 1
    sound = same and parts and isinstance(value, list) == is_list and all(
        type(part) in (int, float) for part in parts)
    found = (tuple(map(float, parts)) if is_list else float(parts[0])) if sound else None
    if not sound or value_fault(path, plan.entries[path], found, value):
        raise ValueError(f"{path} cannot be {json.dumps(value)}")
    return found


def differences(before: Mapping[str, str], plan: Plan) -> dict[str, tuple[str, str]]:
    """The paths of which a plan says something else than a log did, with both texts. What plans
    had not yet when the log was begun is no difference."""
    now = facts(plan)
    return {path: (text, now.get(path, "")) for path, text in before.items()
            if now.get(path, "") != text}


@dataclass(frozen=True)
class Amendment:
    """What a plan says otherwise from a week on: texts before and after, by path."""

    week: int
    changes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Versions:
    """A plan as it is now, and the amendments that made it so, in their order."""

    now: Plan
    amendments: tuple[Amendment, ...] = ()

    def of(self, week: int) -> Plan:
        """The plan as it was in a week, from 1."""
        return self._plans[sum(each.week <= week for each in self.amendments)]

    @cached_property
    def _plans(self) -> tuple[Plan, ...]:
        plans = [self.now]
        for each in reversed(self.amendments):
            plans.append(with_facts(plans[-1], {path: before for path, (before, _)
                                                in each.changes.items()}))
        return tuple(reversed(plans))


@dataclass
class PlanRecord:
    """What the entries of a log say of its plan: its scenario, its facts by now (None in the first
    logs, which hold a hash alone), and its amendments."""

    path: Path
    scenario: str = ""
    seal: object = None
    facts: dict[str, str] | None = None
    amendments: list[Amendment] = field(default_factory=list)

    def take(self, entry: Mapping) -> None:
        """Note an entry that opens the log or amends its plan. Raises InputError where it is none
        that a plan can be read from."""
        inputs = entry["inputs"]
        if entry["kind"] == OPENING:
            self.scenario, self.seal = str(inputs.get("scenario")), inputs.get("plan")
            self.facts = dict(inputs["facts"]) if "facts" in inputs else None
        elif entry["kind"] == AMENDMENT:
            week, changes = inputs["week"], inputs["changes"]
            for path, pair in changes.items():
                if self.facts is None or len(pair) != 2 or self.facts.get(path) != pair[0] \
                        or not isinstance(pair[1], str):
                    raise self._broken(f"amends {quoted(path)}, which said something else")
                self.facts[path] = pair[1]
            if week < max([1, *(each.week for each in self.amendments)]):
                raise self._broken("amends a week before that of an earlier amendment")
            self.amendments.append(Amendment(week, {
                path: tuple(pair) for path, pair in changes.items()}))

    def versions(self, plan: Plan) -> Versions:
        """The plan from week to week. Raises InputError where the log is of another plan."""
        if self.facts is None:
            if self.seal not in (fingerprint(plan), first_fingerprint(plan)):
                raise self._other_plan("")
            return Versions(plan)
        if changes := differences(self.facts, plan):
            path, (before, after) = next(iter(changes.items()))
            more = f" and {count(len(changes) - 1, 'more entry', 'more entries')}" \
                if len(changes) > 1 else ""
            raise self._other_plan(f", which differs in {path} ({before} in the log, "
                                   f"{after or 'nothing'} now){more}")
        versions = Versions(plan, tuple(self.amendments))
        try:
            versions.of(1)
        except ValueError as fault:
            raise self._broken(f"amends the plan otherwise than a plan can be: {fault}") from None
        return versions

    def _other_plan(self, how: str) -> InputError:
        amend = ", amend it from a week on (“python -m model budget amend”)" if how else ""
        return InputError.of(
            relative(self.path), f"was begun with another plan (scenario {quoted(self.scenario)})"
            f"{how}; name that plan, unchanged{amend}, or begin a new log.")

    def _broken(self, what: str) -> InputError:
        return InputError.of(relative(self.path), f"{what}; go back to a copy of the log that "
                                                  "replays.")
