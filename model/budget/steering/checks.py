"""The error checks on a plan and on the ledger of its review."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from model.audit.checks import Checks
from model.budget import money
from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import Log, verify
from model.budget.money import dollars
from model.budget.plan.plan import CON, MEA, ONE, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.weeks import open_commitments, weekly_spending
from model.budget.steering.alerts import plan_alerts
from model.budget.steering.review import Review


def check(plan: Plan, review: Review | None, faults: Sequence[str] = ()) -> Checks:
    """Every error check on the plan, and on its review where there is one, with their alerts.

    `faults` says why an export or a log that belongs to the plan cannot be read.
    """
    tests: dict[str, Callable[[], str | None]] = {
        "E1 the opening amounts sum to the total": lambda: _opening(plan),
        "E2 the equity floor lies within its buckets": lambda: _floor(plan)}
    if review:
        tests |= {
            "E3 what is planned sums to the total in every week": lambda: _total(review),
            "E4 nothing is below zero, and no more is used than is released":
                lambda: _within(review),
            "E5 moves stay within their caps": lambda: _caps(review),
            "E6 the ledger holds what the export says": lambda: _export(review),
            "E7 the log replays to the same ledger, byte for byte": lambda: _log(review)[0],
            "E8 the hash chain of the log verifies, and shows a change": lambda: _log(review)[1],
            "E9 the forecast of all is the sum of the buckets'": lambda: _forecast(review)}
    if faults:
        tests["E10 the export and the log of the plan can be read"] = lambda: faults[0].rstrip(".")
    failures = [f"{name}: {fault}" for name, test in tests.items() if (fault := test())]
    alerts = review.alerts if review else tuple(plan_alerts(plan))
    return Checks(tuple(tests), tuple(failures), alerts)


def _opening(plan: Plan) -> str | None:
    total = int(plan.opening.sum())
    return None if total == plan.total else f"{dollars(total)} of {dollars(plan.total)}"


def _floor(plan: Plan) -> str | None:
    over = [code for code, floor, opening in
            zip(BUCKETS, plan.equity_floor, plan.opening, strict=True) if floor > opening]
    return f"more than all of {', '.join(over)}" if over else None


def _total(review: Review) -> str | None:
    total, versions = review.plan.total, review.log.versions
    weeks = [week.number for week in review.weeks
             if int(week.balances.planned.sum()) != versions.of(week.number).total]
    if weeks:
        return f"not in week {', '.join(map(str, weeks))}"
    return None if int(review.balances.planned.sum()) == total else "not in the ledger of now"


def _within(review: Review) -> str | None:
    balances = review.balances
    for name in ("planned", "committed", "spent", "available"):
        if (getattr(balances, name) < 0).any():
            return f"{name} is"
    used, release = int((balances.committed + balances.spent).sum()), int(balances.released_total)
    return None if used <= release <= review.plan.total else (
        f"{dollars(used)} used, {dollars(release)} released, {dollars(review.plan.total)} in all")


def _caps(review: Review) -> str | None:
    plan, balances = review.plan, review.balances
    if plan.on("caps.of_current_balance"):
        return None
    cap = money.portion(balances.opening, plan["caps.bucket_share"])
    gate = money.portion(balances.opening, plan["caps.gate_share"])
    over = (balances.outflow > cap) | (balances.outflow + balances.gated_outflow > gate)
    if not plan.on("caps.on_contingency"):
        over[CON] = False
    over[MEA] = bool(balances.outflow[MEA] + balances.gated_outflow[MEA])
    if over.any():
        return ", ".join(np.array(BUCKETS)[over])
    most = int(money.portion(int(balances.opening[ONE]), plan["rule_a.transfer_share"]))
    return None if int(balances.rule_a_outflow) <= most else "rule A"


def _export(review: Review) -> str | None:
    """Holds the ledger against sums of the export itself, unless the ledger refuses rows."""
    if review.intake.refusals:
        return None
    sums = {"spent": weekly_spending(review.records).sum(axis=0),
            "committed": open_commitments(review.records)[-1]}
    for name, cents in sums.items():
        for at, code in enumerate(BUCKETS):
            amount = int(getattr(review.balances, name)[at])
            if amount != cents[at]:
                return f"{name} of {code} is {dollars(amount)} instead of {dollars(cents[at])}"
    return None


def _log(review: Review) -> tuple[str | None, str | None]:
    """Replay the log that would be written, and change a copy: what is wrong with either."""
    if review.log.balances is not None or not review.additions:
        return None, None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        with Log.open(path) as log:
            log.append_all(review.additions)
        same = as_bytes(replay(path)) == as_bytes(cells(review.balances))
        sound = verify(path) is None
        content = path.read_bytes()
        at = content.index(b'"after":{') + len(b'"after":{')
        path.write_bytes(content[:at] + content[at:].replace(b"0", b"1", 1))
        shows = verify(path) is not None
    return (None if same else "they differ"), (None if sound and shows else
                                               "it does not" if sound else "it is broken")


def _forecast(review: Review) -> str | None:
    *parts, whole = review.forecast
    if whole.expected is None or any(part.expected is None for part in parts):
        return None
    total = sum(part.expected for part in parts)
    close = abs(total - whole.expected) <= 1e-6 * max(1.0, whole.expected)
    return None if close else f"{dollars(round(total))} is not {dollars(round(whole.expected))}"
