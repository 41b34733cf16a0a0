"""Posting money to balances: commit, settle, spend, refund, move, and the end of a quarter.

A posting takes an amount (and a bucket and a mask `where`) of one value or one a replication, and
gives new balances. A replication that cannot take it is refused with a reason, and stays as it was.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.budget.accounts.balances import Balances, Posting, Reason
from model.budget.plan.plan import MEA

# As a plain number, since comparing arrays with a member of an enumeration is slow.
OK = np.int8(Reason.OK)

def commit(balances: Balances, bucket, amount, equity=False, where=True) -> Posting:
    """Set money aside for a booking. `equity` says whether it is for a learner of the floor."""
    reason = _spending_fault(balances, bucket, amount, equity)
    return _post(balances, reason, where, bucket, amount, equity, commitment=1)


def spend(balances: Balances, bucket, amount, equity=False, where=True) -> Posting:
    """Spend money that was not committed before, as for the library or measurement."""
    reason = _spending_fault(balances, bucket, amount, equity)
    return _post(balances, reason, where, bucket, amount, equity, spending=1)


def settle(balances: Balances, bucket, cents, charge, equity=False, where=True) -> Posting:
    """End a commitment: the charge is spent, the rest goes back to the bucket."""
    charge = np.asarray(charge, np.int64)
    reason = first_that_holds(_commitment_fault(balances, bucket, cents, equity),
                              (charge < 0, Reason.NEGATIVE), (charge > cents, Reason.CHARGE_ABOVE))
    after = _post(balances, reason, where, bucket, cents, equity, commitment=-1)
    return _post(after.balances, reason, where, bucket, charge, equity, spending=1)


def refund(balances: Balances, bucket, amount, equity=False, where=True) -> Posting:
    """Take back what was spent, as by a credit note: the bucket has it again."""
    amount = np.asarray(amount, np.int64)
    of_equity = row(balances.equity_spent, bucket)
    spending = np.where(equity, of_equity, row(balances.spent, bucket) - of_equity)
    reason = first_that_holds(None, (balances.closed, Reason.CLOSED), (amount < 0, Reason.NEGATIVE),
                              (amount > spending, Reason.NOT_SPENT))
    return _post(balances, reason, where, bucket, amount, equity, spending=-1)


def shared(post, balances: Balances, bucket, amount, equity_amount, where=True) -> Posting:
    """Spend or refund (`post`) an amount of which a part is for learners of the floor: both parts,
    or neither."""
    def both(where) -> tuple[Posting, Posting]:
        one = post(balances, bucket, equity_amount, True, where)
        return one, post(one.balances, bucket, amount - equity_amount, False, one.accepted)

    one, other = both(where)
    reason = first_that_holds(one.reason, (other.reason != OK, other.reason))
    success, reason = decision(reason, where)
    return Posting(both(success)[1].balances, success, reason)


def move(balances: Balances, source, destination, amount, past_gate=False, rule_a=False,
         where=True) -> Posting:
    """Move planned money from one bucket to another, never into or out of measurement.

    The caps and approvals of a plan are kept in `moves`, which says whether the move is past a gate
    and rule A's.
    """
    source, destination = np.asarray(source), np.asarray(destination)
    amount = np.asarray(amount, np.int64)
    available, reserve = row(balances.available, source), row(balances.reserved, source)
    reason = first_that_holds(
        None, (balances.closed, Reason.CLOSED), (amount < 0, Reason.NEGATIVE),
        (amount == 0, Reason.NOTHING), (source == destination, Reason.SAME_BUCKET),
        ((source == MEA) | (destination == MEA), Reason.MANDATORY),
        (amount > available, Reason.NO_MONEY), (amount > available - reserve, Reason.RESERVED))
    success, reason = decision(reason, where)
    cents = np.where(success, amount, 0)
    planned = _add(_add(balances.planned, source, -cents), destination, cents)
    past_gate = np.asarray(past_gate)
    return Posting(replace(
        balances, planned=planned,
        outflow=_add(balances.outflow, source, np.where(past_gate, 0, cents)),
        gated_outflow=_add(balances.gated_outflow, source, np.where(past_gate, cents, 0)),
        rule_a_outflow=balances.rule_a_outflow + np.where(rule_a, cents, 0)), success, reason)


def set_released(balances: Balances, amount, where=True) -> Posting:
    """Raise what may be spent so far, as outcomes are verified; planned money stays."""
    amount = np.asarray(amount, np.int64)
    reason = first_that_holds(
        None, (balances.closed, Reason.CLOSED), (amount > balances.total, Reason.ABOVE_TOTAL),
        (amount < balances.released_total, Reason.RELEASED_FALLS))
    success, reason = decision(reason, where)
    return Posting(replace(balances, released_total=np.where(success, amount,
                                                             balances.released_total)),
                  success, reason)


def amend(balances: Balances, opening, floor, released, where=True) -> Posting:
    """Let buckets have opened with other amounts, all of them more or all less, as where the total
    is raised or cut: the difference is planned on top of what is planned now.

    `opening` and the equity `floor` have shape (bucket, *replications) or (bucket,); `released` is
    what may be spent more, below 0 for less.
    """
    shape = balances.opening.shape
    opening, floor = (np.broadcast_to(np.reshape(each, np.shape(each) + (1,) * (
        len(shape) - np.ndim(each))), shape) for each in (opening, floor))
    change = opening - balances.opening
    after = replace(
        balances, opening=opening.copy(), planned=balances.planned + change,
        equity_floor=floor.copy(), total=balances.total + change.sum(axis=0),
        released_total=balances.released_total + released)
    reason = first_that_holds(
        None, (balances.closed, Reason.CLOSED),
        ((change > 0).any(axis=0) & (change < 0).any(axis=0), Reason.BOTH_WAYS),
        ((after.available < 0).any(axis=0) | (opening < 0).any(axis=0), Reason.NO_MONEY),
        ((after.available < after.reserved).any(axis=0), Reason.RESERVED),
        ((after.room < 0) | (after.released_total < balances.released_total)
         & (after.total >= balances.total), Reason.NO_ROOM),
        (after.released_total > after.total, Reason.ABOVE_TOTAL),
        ((after.outflow + after.gated_outflow > opening).any(axis=0), Reason.PASSED_ON))
    success, reason = decision(reason, where)
    names = ("opening", "planned", "equity_floor", "total", "released_total")
    return Posting(replace(balances, **{
        name: np.where(success, getattr(after, name), getattr(balances, name)) for name in names}),
        success, reason)


def open_equity(balances: Balances, where=True) -> Posting:
    """Open the equity reserve to all learners, in its release week."""
    success, reason = decision(first_that_holds(None, (balances.closed, Reason.CLOSED)), where)
    return Posting(replace(balances, equity_open=balances.equity_open | success), success, reason)


def close(balances: Balances, where=True) -> Posting:
    """End the quarter: what is unspent is returned. Refused while commitments are open."""
    reason = first_that_holds(None, (balances.closed, Reason.CLOSED),
                              (balances.committed.any(axis=0), Reason.OPEN_COMMITMENTS))
    success, reason = decision(reason, where)
    unspent = balances.available.sum(axis=0)
    return Posting(replace(balances, returned=np.where(success, unspent, balances.returned),
                           closed=balances.closed | success), success, reason)


def spendable(balances: Balances, bucket, equity=False) -> np.ndarray:
    """The most that can be committed or spent at once. [cents]"""
    return np.where(balances.closed, 0, np.minimum.reduce(_bounds(balances, bucket, equity)))


def _spending_fault(balances: Balances, bucket, amount, equity) -> np.ndarray:
    amount = np.asarray(amount, np.int64)
    available, free, room = _bounds(balances, bucket, equity)
    return first_that_holds(
        None, (balances.closed, Reason.CLOSED), (amount < 0, Reason.NEGATIVE),
        (amount > available, Reason.NO_MONEY), (amount > free, Reason.RESERVED),
        (amount > room, Reason.NO_ROOM))


def _bounds(balances: Balances, bucket, equity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is available of a bucket, what of it is not reserved, and the programme's room."""
    available = row(balances.available, bucket)
    reserve = np.where(equity, 0, row(balances.reserved, bucket))
    room = balances.room + np.where(np.asarray(bucket) == MEA, available, 0)
    return available, available - reserve, room


def _commitment_fault(balances: Balances, bucket, amount, equity) -> np.ndarray:
    amount = np.asarray(amount, np.int64)
    of_equity = row(balances.equity_committed, bucket)
    commitment = np.where(equity, of_equity, row(balances.committed, bucket) - of_equity)
    return first_that_holds(None, (balances.closed, Reason.CLOSED), (amount < 0, Reason.NEGATIVE),
                            (amount > commitment, Reason.NOT_COMMITTED))


def _post(balances: Balances, reason: np.ndarray, where, bucket, amount, equity,
          commitment: int = 0, spending: int = 0) -> Posting:
    """Add an accepted amount to committed or spent, and to the same of the equity floor."""
    success, reason = decision(reason, where)
    amount = np.where(success, amount, 0)
    changes = {}
    for name, sign in (("committed", commitment), ("spent", spending)):
        if sign:
            changes[name] = _add(getattr(balances, name), bucket, sign * amount)
            if np.any(equity):
                changes[f"equity_{name}"] = _add(getattr(balances, f"equity_{name}"), bucket,
                                                 np.where(equity, sign * amount, 0))
    return Posting(replace(balances, **changes), success, reason)


def first_that_holds(reason: np.ndarray | None, *tests) -> np.ndarray:
    """`reason` where there is one already, otherwise that of the first test that holds, or 0."""
    reason = np.asarray(OK if reason is None else reason, np.int8)
    for holds, code in tests:
        reason = np.where((reason == OK) & holds, np.asarray(code, np.int8), reason)
    return reason


def decision(reason: np.ndarray, where) -> tuple[np.ndarray, np.ndarray]:
    """Where a posting is accepted, and the reason where it is refused."""
    where = np.asarray(where, bool)
    return where & (reason == OK), np.where(where, reason, OK)


def row(values: np.ndarray, bucket) -> np.ndarray:
    """The row of a bucket, or of one bucket a replication."""
    bucket = np.asarray(bucket)
    if bucket.ndim == 0:
        return values[int(bucket)]
    return np.take_along_axis(values, bucket[None], axis=0)[0]


def _add(values: np.ndarray, bucket, amount: np.ndarray) -> np.ndarray:
    """A copy with an amount added to the row of a bucket, or of one bucket a replication."""
    after, bucket = values.copy(), np.asarray(bucket)
    if bucket.ndim == 0:
        after[int(bucket)] += amount
    else:
        at = bucket[None]
        np.put_along_axis(after, at, np.take_along_axis(after, at, axis=0) + amount, axis=0)
    return after
