"""Which moves between buckets a plan allows: caps, gates, approvals, and a reason for the reserve.

Days are numbered from the plan's start. `posting` keeps what holds under every plan: total,
available money, equity reserve, measurement.
"""

from __future__ import annotations

import numpy as np

from model.budget.accounts import posting
from model.budget.accounts.balances import Balances, Posting, Reason
from model.budget.accounts.posting import OK, decision, first_that_holds, row
from model.budget.money import portion
from model.budget.plan.plan import CON, MEA, ONE, Plan

# Instead of a day, where nobody has approved.
NEVER = -1


def lifts_cap(plan: Plan, rule: str) -> bool:
    """Whether a rule is a gate past which more may leave a bucket: R13, and R10 by choice."""
    return rule == "R13" or (rule == "R10" and plan.on("caps.rule_a_lifts_cap"))


def needs_approval(plan: Plan, rule: str, amount) -> np.ndarray:
    """Where a move is past a gate, or large, and so needs a person's approval (R21)."""
    amount = np.asarray(amount)
    large = amount > int(portion(plan.total, plan["review.above_share"]))
    if limit := plan.cents("review.above_amount"):
        large = large | (amount > limit)
    return (large | lifts_cap(plan, rule)) & (amount > 0)


def make(plan: Plan, balances: Balances, source, destination, amount, *, rule: str = "",
         approval_day=NEVER, day=0, has_reason=False, where=True) -> Posting:
    """Make a move under a rule, or a person's own, where the plan allows it.

    `approval_day` is the day of a person's approval; `has_reason` says whether one is on record,
    which contingency asks for.
    """
    source = np.asarray(source)
    amount = np.asarray(amount, np.int64)
    past_gate = lifts_cap(plan, rule)
    review = needs_approval(plan, rule, amount)
    outflow = row(balances.outflow, source) + row(balances.gated_outflow, source) + amount
    reason = first_that_holds(
        None,
        ((source == CON) & np.logical_not(has_reason), Reason.NO_REASON),
        (amount > _within_cap(plan, balances, source, past_gate), Reason.ABOVE_CAP),
        (amount > _within_gate(plan, balances, source, past_gate), Reason.ABOVE_GATE),
        (outflow > row(balances.opening, source), Reason.PASSED_ON),
        (amount > _within_rule_a(plan, balances, rule), Reason.ABOVE_RULE_A),
        (review & (np.asarray(approval_day) <= NEVER), Reason.NO_APPROVAL),
        (review & (np.asarray(approval_day) > day), Reason.LATE_APPROVAL))
    result = posting.move(balances, source, destination, amount, past_gate, rule == "R10",
                          np.asarray(where) & (reason == OK))
    # What posting refuses is refused for its own, simpler reason.
    simpler = posting.move(balances, source, destination, amount, where=where).reason
    reason = np.where(simpler == OK, reason, simpler)
    return Posting(result.balances, result.accepted, decision(reason, where)[1])


def headroom(plan: Plan, balances: Balances, source: int, rule: str = "") -> np.ndarray:
    """The most that a rule may move out of a bucket if approved, (*replications). [cents]"""
    if source == MEA:
        return np.zeros_like(balances.released_total)
    limits = (
        balances.free[source],
        _within_cap(plan, balances, source, lifts_cap(plan, rule)),
        _within_gate(plan, balances, source, lifts_cap(plan, rule)),
        balances.opening[source] - balances.outflow[source] - balances.gated_outflow[source],
        _within_rule_a(plan, balances, rule))
    return np.maximum(0, np.minimum.reduce(np.broadcast_arrays(*limits)))


def amend(plan: Plan, balances: Balances, before: Plan, where=True) -> Posting:
    """Let a plan take the place of another: refused where more has moved than its caps allow."""
    opening = np.asarray(plan.opening)
    released = plan.released_at_opening - before.released_at_opening

    def post(where) -> Posting:
        return posting.amend(balances, opening, plan.floor_of(opening), released, where)

    trial = post(where)
    after = trial.balances
    cap, gate = (np.asarray(portion(after.opening, plan[path]))
                 for path in ("caps.bucket_share", "caps.gate_share"))
    over = (after.outflow > cap) | (after.outflow + after.gated_outflow > gate)
    over[CON] &= plan.on("caps.on_contingency")
    over = over.any(axis=0) & (not plan.on("caps.of_current_balance"))
    rule_a = after.rule_a_outflow > portion(after.opening[ONE], plan["rule_a.transfer_share"])
    reason = first_that_holds(trial.reason, (over & trial.accepted, Reason.ABOVE_CAP),
                              (rule_a & trial.accepted, Reason.ABOVE_RULE_A))
    success, reason = decision(reason, where)
    return Posting(post(success).balances, success, reason)


_NO_LIMIT = np.int64(2**62)


def _within_cap(plan: Plan, balances: Balances, source, past_gate: bool) -> np.ndarray:
    """What the cap of R16 still lets out: a share of the opening, or of the current balance."""
    source = np.asarray(source)
    if past_gate:
        return np.broadcast_to(_NO_LIMIT, source.shape)
    share = plan["caps.bucket_share"]
    if plan.on("caps.of_current_balance"):
        within = portion(row(balances.planned, source), share)
    else:
        within = portion(row(balances.opening, source), share) - row(balances.outflow, source)
    exempt = (source == CON) & (not plan.on("caps.on_contingency"))
    return np.where(exempt, _NO_LIMIT, within)


def _within_gate(plan: Plan, balances: Balances, source, past_gate: bool) -> np.ndarray:
    """What may leave a bucket in all; no limit within a cap on the current balance."""
    source = np.asarray(source)
    if plan.on("caps.of_current_balance") and not past_gate:
        return np.broadcast_to(_NO_LIMIT, source.shape)
    most = portion(row(balances.opening, source), plan["caps.gate_share"])
    within = most - row(balances.outflow, source) - row(balances.gated_outflow, source)
    exempt = (source == CON) & (not plan.on("caps.on_contingency"))
    return np.where(exempt, _NO_LIMIT, within)


def _within_rule_a(plan: Plan, balances: Balances, rule: str) -> np.ndarray:
    """What rule A may still move this quarter: a share of what one-to-one opened with."""
    if rule != "R10":
        return _NO_LIMIT
    most = portion(balances.opening[ONE], plan["rule_a.transfer_share"])
    return most - balances.rule_a_outflow
