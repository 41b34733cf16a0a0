"""Posting money to balances: commit, release, settle, spend, move, and the end of a quarter.

A posting takes an amount (and a bucket and a mask `where`) of one value or one a replication, and
gives new balances; nothing is changed in place. Each replication that cannot take it is refused
with a reason, and stays as it was.

    posted = commit(balances, ONE, 7500)
    posted.accepted, posted.why
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.budget.accounts.balances import (
    ABOVE_TOTAL,
    CHARGE_ABOVE,
    CLOSED,
    MANDATORY,
    NEGATIVE,
    NO_MONEY,
    NO_ROOM,
    NOT_COMMITTED,
    NOTHING,
    OK,
    OPEN_COMMITMENTS,
    RELEASED_FALLS,
    RESERVED,
    SAME_BUCKET,
    Balances,
    Posted,
)
from model.budget.plan.plan import MEA


def commit(balances: Balances, bucket, amount, equity=False, where=True) -> Posted:
    """Set money aside for a booking. `equity` says whether it is for a learner of the floor."""
    reason = _not_spendable(balances, bucket, amount, equity)
    return _posted(balances, reason, where, bucket, amount, equity, committed=1)


def spend(balances: Balances, bucket, amount, equity=False, where=True) -> Posted:
    """Spend money that was not committed before, as for the library or measurement."""
    reason = _not_spendable(balances, bucket, amount, equity)
    return _posted(balances, reason, where, bucket, amount, equity, spent=1)


def release(balances: Balances, bucket, amount, equity=False, where=True) -> Posted:
    """Give a commitment back to its bucket, as for a booking that is cancelled in time."""
    reason = _not_committed(balances, bucket, amount, equity)
    return _posted(balances, reason, where, bucket, amount, equity, committed=-1)


def settle(balances: Balances, bucket, committed, charge, equity=False, where=True) -> Posted:
    """End a commitment: the charge is spent, the rest goes back to the bucket."""
    charge = np.asarray(charge, np.int64)
    reason = first_that_holds(_not_committed(balances, bucket, committed, equity),
                              (charge < 0, NEGATIVE), (charge > committed, CHARGE_ABOVE))
    freed = _posted(balances, reason, where, bucket, committed, equity, committed=-1)
    return _posted(freed.balances, reason, where, bucket, charge, equity, spent=1)


def move(balances: Balances, source, destination, amount, gated=False, rule_a=False,
         where=True) -> Posted:
    """Move planned money from one bucket to another, never into or out of measurement.

    `gated` and `rule_a` say whether the move is past a gate, and rule A's. The total, available
    money and the equity reserve are kept here; the caps and approvals of a plan, in `moves`.
    """
    source, destination = np.asarray(source), np.asarray(destination)
    amount = np.asarray(amount, np.int64)
    available, reserved = row(balances.available, source), row(balances.reserved, source)
    reason = first_that_holds(
        None, (balances.closed, CLOSED), (amount < 0, NEGATIVE), (amount == 0, NOTHING),
        (source == destination, SAME_BUCKET), ((source == MEA) | (destination == MEA), MANDATORY),
        (amount > available, NO_MONEY), (amount > available - reserved, RESERVED))
    accepted, reason = decided(reason, where)
    cents = np.where(accepted, amount, 0)
    planned = _add(_add(balances.planned, source, -cents), destination, cents)
    gated = np.asarray(gated)
    return Posted(replace(
        balances, planned=planned,
        outflow=_add(balances.outflow, source, np.where(gated, 0, cents)),
        gated_outflow=_add(balances.gated_outflow, source, np.where(gated, cents, 0)),
        rule_a_outflow=balances.rule_a_outflow + np.where(rule_a, cents, 0)), accepted, reason)


def set_released(balances: Balances, amount, where=True) -> Posted:
    """Raise what may be spent so far, as outcomes are verified; planned money stays."""
    amount = np.asarray(amount, np.int64)
    reason = first_that_holds(
        None, (balances.closed, CLOSED), (amount > balances.total, ABOVE_TOTAL),
        (amount < balances.released_total, RELEASED_FALLS))
    accepted, reason = decided(reason, where)
    return Posted(replace(balances, released_total=np.where(accepted, amount,
                                                            balances.released_total)),
                  accepted, reason)


def open_equity(balances: Balances, where=True) -> Posted:
    """Open the equity reserve to all learners, in its release week."""
    accepted, reason = decided(first_that_holds(None, (balances.closed, CLOSED)), where)
    return Posted(replace(balances, equity_open=balances.equity_open | accepted), accepted, reason)


def close(balances: Balances, where=True) -> Posted:
    """End the quarter: unspent money is returned, which is booked outside the buckets.

    Refused while commitments are open.
    """
    reason = first_that_holds(None, (balances.closed, CLOSED),
                              (balances.committed.any(axis=0), OPEN_COMMITMENTS))
    accepted, reason = decided(reason, where)
    unspent = balances.available.sum(axis=0)
    return Posted(replace(balances, returned=np.where(accepted, unspent, balances.returned),
                          closed=balances.closed | accepted), accepted, reason)


def spendable(balances: Balances, bucket, equity=False) -> np.ndarray:
    """The most that can be committed or spent at once. [cents]"""
    return np.where(balances.closed, 0, np.minimum.reduce(_bounds(balances, bucket, equity)))


def _not_spendable(balances: Balances, bucket, amount, equity) -> np.ndarray:
    """Why an amount cannot be committed or spent."""
    amount = np.asarray(amount, np.int64)
    available, unreserved, room = _bounds(balances, bucket, equity)
    return first_that_holds(
        None, (balances.closed, CLOSED), (amount < 0, NEGATIVE), (amount > available, NO_MONEY),
        (amount > unreserved, RESERVED), (amount > room, NO_ROOM))


def _bounds(balances: Balances, bucket, equity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is available of a bucket, what of it is not reserved, and the programme's room."""
    bucket = np.asarray(bucket)
    planned, committed = row(balances.planned, bucket), row(balances.committed, bucket)
    available = planned - committed - row(balances.spent, bucket)
    unused = row(balances.equity_floor, bucket) - row(balances.equity_committed, bucket) \
        - row(balances.equity_spent, bucket)
    reserved = np.where(np.asarray(equity) | balances.equity_open, 0, np.maximum(0, unused))
    room = balances.room + np.where(bucket == MEA, available, 0)
    return available, available - reserved, room


def _not_committed(balances: Balances, bucket, amount, equity) -> np.ndarray:
    """Why a commitment cannot be released or settled."""
    amount = np.asarray(amount, np.int64)
    reserved = row(balances.equity_committed, bucket)
    committed = np.where(equity, reserved, row(balances.committed, bucket) - reserved)
    return first_that_holds(None, (balances.closed, CLOSED), (amount < 0, NEGATIVE),
                            (amount > committed, NOT_COMMITTED))


def _posted(balances: Balances, reason: np.ndarray, where, bucket, amount, equity,
            committed: int = 0, spent: int = 0) -> Posted:
    """Add an accepted amount to committed or spent, and to the same of the equity floor."""
    accepted, reason = decided(reason, where)
    amount = np.where(accepted, amount, 0)
    changes = {}
    for name, sign in (("committed", committed), ("spent", spent)):
        if sign:
            changes[name] = _add(getattr(balances, name), bucket, sign * amount)
            if np.any(equity):
                changes[f"equity_{name}"] = _add(getattr(balances, f"equity_{name}"), bucket,
                                                 np.where(equity, sign * amount, 0))
    return Posted(replace(balances, **changes), accepted, reason)


def first_that_holds(reason: np.ndarray | None, *tests) -> np.ndarray:
    """`reason` where there is one already, otherwise that of the first test that holds, or 0."""
    reason = np.asarray(OK if reason is None else reason, np.int8)
    for holds, code in tests:
        reason = np.where((reason == OK) & holds, np.int8(code), reason)
    return reason


def decided(reason: np.ndarray, where) -> tuple[np.ndarray, np.ndarray]:
    """Where a posting is accepted, and the reason where it is refused."""
    where = np.asarray(where, bool)
    return where & (reason == OK), np.where(where, reason, np.int8(OK))


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
