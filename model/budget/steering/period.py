"""The end of a period, and the plan of the next: what is left, what of it is carried over by rule,
and what rule B lets the next spend more.

A close and the step to the next period are entries of the log that ends; the log that follows
begins with its last hash, so that periods make a chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from model.budget.accounts.balances import Balances
from model.budget.accounts.ledger import Ledger, balances_of, opening, replay
from model.budget.accounts.log import Draft, Extent, Log
from model.budget.accounts.versions import PlanRecord
from model.budget.money import dollars, portion
from model.budget.plan.plan import Plan, load_plan
from model.budget.programme.weeks import weeks_by
from model.budget.steering.approval import chief, name_fault, role_fault
from model.files import write_whole
from model.folders import relative
from model.params import catalog
from model.problems import InputError, Problem, fail_if, quoted

_NEXT, _FROM = "next", ", from "


@dataclass
class PastPeriod(Extent):
    """A log read for its end: its ledger, the last day that was exported, what was carried over at
    its close, and what rule B may add. [cents]"""

    path: Path = Path()
    balances: Balances | None = None
    last: date = date.min
    carry: int = 0
    increases: list[int] = field(default_factory=list)
    follower: str = ""

    def take(self, entry: Mapping) -> None:
        """Note an entry of the log."""
        inputs = entry["inputs"]
        if entry["kind"] == "export":
            self.last = max(self.last, date.fromisoformat(inputs["as_of"]))
        elif entry["kind"] == "close":
            self.carry = inputs.get("carry", 0)
        elif entry["kind"] == "increase":
            self.increases.append(inputs.get("cents", 0))
        elif entry["kind"] == _NEXT:
            self.follower = inputs["scenario"]


def read_period(path: Path, plan: Plan) -> PastPeriod:
    """A log with the plan that it is of. Raises InputError."""
    if not path.is_file():
        raise InputError.of("--log", f"{relative(path)} is no file; name the log of a review.")
    past, record = PastPeriod(path=path), PlanRecord(path)

    def each(entry: Mapping) -> None:
        record.take(entry)
        past.take(entry)

    cells = replay(path, past, each)
    if not cells:
        raise InputError.of("--log", f"{relative(path)} holds no entry; name the log of a review.")
    record.versions(plan)
    past.balances = balances_of(cells)
    return past


def carried_over(plan: Plan, unspent: int, increase: int = 0) -> int:
    """What of unspent money the plan's rule carries over, and what rule B may add out of the rest
    where the funder gives no more. [cents]"""
    most = int(portion(plan.total, plan["carry.most_share"]))
    carry = min(int(portion(unspent, plan["carry.share"])), most)
    return carry if plan.on("rule_b.funder_allows") else min(unspent, carry + increase)


def close(plan: Plan, path: Path, by: str) -> PastPeriod:
    """Close the period of a log on the plan's last day. Raises InputError where its weeks are not
    all reported, or commitments are open."""
    past, by = read_period(path, plan), by.strip()
    problems = name_fault(by) or role_fault(plan, chief(plan), by, "close a period")
    over = weeks_by(plan, past.last) if past.last > date.min else 0
    if over < plan.weeks:
        problems.append(Problem("--log", f"{relative(path)} holds exports up to the end of week "
                                f"{over} of {plan.weeks}; review the whole period first."))
    elif past.balances.committed.any():
        problems.append(Problem("--log", f"{relative(path)} holds open commitments of "
                                f"{dollars(int(past.balances.committed.sum()))}; give each booking "
                                "an outcome first."))
    if past.balances.closed:
        problems.append(Problem("--log", f"{relative(path)} is closed already; go on with the next "
                                         "period."))
    fail_if(problems)
    log = Draft()
    ledger = Ledger(plan, log, past.balances)
    carry = carried_over(plan, int(past.balances.available.sum()), sum(past.increases))
    ledger.close(carry, time=plan.end.isoformat(), actor=by)
    _append(past, log)
    past.balances, past.carry = ledger.balances, carry
    return past


@dataclass(frozen=True)
class NextPeriod:
    """The plan of the period that follows, and what it has on top of its total. [cents]"""

    plan: Plan
    carry: int
    increase: int


def begin_next(plan: Plan, path: Path, name: str, log: Path, by: str) -> NextPeriod:
    """Write the plan of the next period as a scenario, and begin its log. Raises InputError where
    the period before is not closed, or one of the files is there already; nothing is written then.
    """
    past, by = read_period(path, plan), by.strip()
    who = name_fault(by) or role_fault(plan, chief(plan), by, "begin a period")
    problems = [*who, *_place_problems(past, name, log)]
    fail_if(problems)
    # What comes out of the reserve is in what was carried over, and no new money.
    increase = sum(past.increases) if plan.on("rule_b.funder_allows") else 0
    target = catalog.path_of(catalog.BUDGET, name)
    write_whole(target, _scenario(plan, past.carry, increase, path, past.head))
    try:
        follower = load_plan(name)
        first, amounts = opening(follower), {"carry": past.carry, "cents": increase}
        first["inputs"] |= {"after": past.head, **amounts}
        with Log.open(log) as stream:
            stream.append_all([first])
        # Each log holds a hash of the other.
        _append(past, [{"kind": _NEXT, "time": plan.end.isoformat(), "actor": by, "inputs": {
            "scenario": name, "before": stream.head, **amounts}}])
    except BaseException:
        for file in (target, log):
            file.unlink(missing_ok=True)
        raise
    return NextPeriod(follower, past.carry, increase)


def _place_problems(past: PastPeriod, name: str, log: Path) -> list[Problem]:
    problems = []
    if not past.balances.closed:
        problems.append(Problem("--log", f"{relative(past.path)} is not closed; close it first "
                                         "(“python -m model budget close”)."))
    if past.follower:
        problems.append(Problem("--log", f"{relative(past.path)} is followed by "
                                f"{quoted(past.follower)} already; go on with that."))
    if not catalog.PLAIN.fullmatch(name):
        problems.append(Problem("--name", f"{quoted(name)} is no name of a scenario; use small "
                                          "letters, digits and _, a letter first."))
    elif name in catalog.scenarios(catalog.BUDGET):
        problems.append(Problem("--name", f"{quoted(name)} is a scenario already; name another."))
    if log.exists():
        problems.append(Problem("--to", f"{relative(log)} is there already; name another file."))
    return problems


def _scenario(plan: Plan, carry: int, increase: int, path: Path, head: str) -> bytes:
    """The file of the next period's plan: that of the one before, a period later."""
    begin, brought = plan.end + timedelta(days=1), carry + increase
    why = (f"Follows on {plan.scenario_title}, closed on {plan.end}: {dollars(carry)} carried over "
           f"and {dollars(increase)} by rule B. The log before is {path.name}, last hash "
           f"{head[:12]}.")
    # Each period is named by its own first day alone.
    title = f"{plan.scenario_title.partition(_FROM)[0]}{_FROM}{begin}"
    lines = [f"title: {json.dumps(title, ensure_ascii=False)}",
             f"why: {json.dumps(why, ensure_ascii=False)}"]
    lines += [f"extends: {plan.scenario}"] if plan.scenario != "base" else []
    lines += ["changes:", f'  start: "{begin}"',
              f"  carry.brought: {brought // 100}.{brought % 100:02d}"]
    return ("\n".join(lines) + "\n").encode()


def _append(past: PastPeriod, entries: list) -> None:
    with Log.open(past.path) as log:
        if log.head != past.head:
            raise InputError.of("--log", f"{relative(past.path)} was written to meanwhile; run it "
                                         "again.")
        log.append_all(entries)
        past.head, past.entries = log.head, log.entries

