"""A dated amendment of a log's plan, made by a person: other numbers and rules from a week on.

The weeks before are read under the plan as it was, and what was entered stays. A total that is
raised or cut changes what buckets have; between them money moves by proposals alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from model.budget.accounts.balances import Balances
from model.budget.accounts.ledger import Ledger, balances_of, replay
from model.budget.accounts.log import Draft, Extent, Log
from model.budget.accounts.versions import FIXED, PlanRecord, differences, with_facts
from model.budget.plan.plan import Plan
from model.budget.programme.weeks import weeks_by
from model.budget.steering.approval import (
    chief,
    name_fault,
    reason_fault,
    role_fault,
)
from model.folders import relative
from model.problems import InputError, Problem, fail_if

_RELEASE = "equity.release_week"


@dataclass(frozen=True)
class Revision:
    """An amendment that a log can take: from which week on, what the plan says otherwise (texts
    before and after, by path), and the balances afterwards."""

    log: Extent
    path: Path
    week: int
    changes: Mapping[str, tuple[str, str]]
    balances: Balances
    additions: tuple[dict, ...]

    def write(self) -> None:
        """Add the amendment to the log. Raises InputError where another wrote to it meanwhile."""
        with Log.open(self.path) as log:
            if log.head != self.log.head:
                raise InputError.of("--log", f"{relative(self.path)} was written to meanwhile; "
                                             "amend it again.")
            log.append_all(self.additions)


def amend(plan: Plan, path: Path, day: date, by: str, reason: str) -> Revision:
    """What a log would hold if its plan were the given one from the week of a day on.

    Raises InputError where the log is of no plan that can be told, where the past would change, or
    where money that is used already would be missing.
    """
    by, reason = by.strip(), reason.strip()
    if not path.is_file():
        raise InputError.of("--log", f"{relative(path)} is no file; name the log of a review.")
    extent, record, last = Extent(), PlanRecord(path), [plan.start]

    def each(entry: Mapping) -> None:
        record.take(entry)
        if entry["kind"] == "export":
            last.append(date.fromisoformat(entry["inputs"]["as_of"]))

    cells = replay(path, extent, each)
    if record.facts is None:
        raise InputError.of("--log", f"{relative(path)} does not say what its plan was, as it is "
                                     "one of the first logs or empty; begin a new log.")
    changes, week = differences(record.facts, plan), plan.week_of(day)
    who = name_fault(by) or role_fault(plan, chief(plan), by, "amend a plan")
    fail_if([*who, *reason_fault(reason), *_date_problems(plan, day, max(last)),
             *_path_problems(plan, changes, week)])
    log = Draft()
    ledger = Ledger(with_facts(plan, {name: before for name, (before, _) in changes.items()}), log,
                    balances_of(cells))
    result = ledger.amend(plan, changes, week, reason, time=plan.monday(week).isoformat(), actor=by)
    if not result.accepted:
        raise InputError.of("--plan", f"cannot be the plan from week {week} on: {result.why}; "
                                      "change its amounts, or leave them as they were.")
    return Revision(extent, path, week, changes, ledger.balances, tuple(log))


def _date_problems(plan: Plan, day: date, last: date) -> list[Problem]:
    over = weeks_by(plan, last)
    if not plan.start <= day <= plan.end:
        return [Problem("--from", f"{day} is outside of the plan's weeks, {plan.start} to "
                                  f"{plan.end}; give a day within.")]
    if plan.week_of(day) <= over:
        return [Problem("--from", f"{day} is in week {plan.week_of(day)}, but the log holds "
                                  f"exports up to the end of week {over}, which stay as they were; "
                                  f"give a day from {plan.monday(over + 1)} on.")]
    return []


def _path_problems(plan: Plan, changes: Mapping[str, tuple[str, str]], week: int) -> list[Problem]:
    if not changes:
        return [Problem("--plan", "says what the log's plan says already; change it first.")]
    problems = [Problem(plan.where(path), f"{path} was {before} when the log was begun, and would "
                        "change weeks that are over; put it back, or begin a new log.")
                for path, (before, _) in changes.items() if path in FIXED]
    for text in changes.get(_RELEASE, ()):
        if json.loads(text) < week:
            problems.append(Problem(plan.where(_RELEASE), f"{_RELEASE} is or was week "
                                    f"{json.loads(text):g}, before week {week}, from which the "
                                    "amendment holds; put it back."))
    return problems
