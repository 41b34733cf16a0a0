"""Planned, committed and spent by bucket, for one programme or for many replications at once.

Arrays of int64 cents have shape (bucket, *replications), so one programme has shape (bucket,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.budget.money import portion
from model.budget.plan.plan import GRP, MEA, ONE, Plan
from model.budget.plan.schema import BUCKETS

# The amounts of a bucket that a ledger is shown with.
COLUMNS = ("opening", "planned", "committed", "spent", "available")
# Why a posting or a move is refused.
(OK, NEGATIVE, NO_MONEY, RESERVED, NO_ROOM, NOT_COMMITTED, ABOVE_TOTAL, RELEASED_FALLS, SAME_BUCKET,
 MANDATORY, ABOVE_CAP, ABOVE_RULE_A, ABOVE_GATE, NO_APPROVAL, LATE_APPROVAL, PASSED_ON, NO_REASON,
 CLOSED, OPEN_COMMITMENTS, CHARGE_ABOVE, NOTHING) = range(21)

REASONS: dict[int, str] = {
    OK: "accepted",
    NEGATIVE: "the amount is negative",
    NO_MONEY: "the bucket has less available, which is planned less committed less spent",
    RESERVED: "what the bucket has left is reserved for learners of the equity floor",
    NO_ROOM: "what is released leaves no room for it",
    NOT_COMMITTED: "less than that is committed",
    ABOVE_TOTAL: "no more than the total can be released",
    RELEASED_FALLS: "what is released cannot be taken back",
    SAME_BUCKET: "source and destination are the same bucket",
    MANDATORY: "no money moves into measurement or out of it",
    ABOVE_CAP: "more would leave the bucket this quarter than its cap allows",
    ABOVE_RULE_A: "rule A would move more this quarter than it may",
    ABOVE_GATE: "more would leave the bucket this quarter than even an open gate allows",
    NO_APPROVAL: "it needs a person's approval and has none",
    LATE_APPROVAL: "its approval is dated after the move",
    PASSED_ON: "a bucket hands on no more than it opened with, so money cannot pass through it",
    NO_REASON: "money leaves contingency only with a reason given",
    CLOSED: "the quarter is closed",
    OPEN_COMMITMENTS: "commitments are open",
    CHARGE_ABOVE: "the charge is above what was committed for it",
    NOTHING: "the amount is 0, so there is nothing to move",
}


@dataclass(frozen=True)
class Balances:
    """What is planned, committed and spent. [cents]

    opening                 what the bucket had at the start of the quarter
    outflow, gated_outflow  what moves have taken out of a bucket, within the cap and past a gate
    equity_floor            what is reserved for learners of the equity floor
    equity_committed, equity_spent  what is committed and spent for them

    Of the whole programme, shape (*replications):

    total           the whole budget
    released_total  what may be committed and spent so far
    rule_a_outflow  what rule A has moved
    equity_open     whether the equity reserve is open to all
    returned        what went back unspent at the end of the quarter
    closed          whether the quarter has ended
    """

    planned: np.ndarray
    committed: np.ndarray
    spent: np.ndarray
    outflow: np.ndarray
    gated_outflow: np.ndarray
    equity_committed: np.ndarray
    equity_spent: np.ndarray
    opening: np.ndarray
    equity_floor: np.ndarray
    total: np.ndarray
    released_total: np.ndarray
    rule_a_outflow: np.ndarray
    equity_open: np.ndarray
    returned: np.ndarray
    closed: np.ndarray

    @property
    def available(self) -> np.ndarray:
        """What is left to commit, spend or move. Shape (bucket, *replications), [cents]"""
        return self.planned - self.committed - self.spent

    @property
    def room(self) -> np.ndarray:
        """What may still be used outside measurement, (*replications). [cents]"""
        used = self.committed.sum(axis=0) + self.spent.sum(axis=0)
        return self.released_total - used - self.available[MEA]

    @property
    def reserved(self) -> np.ndarray:
        """What only equity learners may use, (bucket, *replications). [cents]"""
        rest = np.maximum(0, self.equity_floor - self.equity_committed - self.equity_spent)
        return np.where(self.equity_open, 0, rest)

    @property
    def free(self) -> np.ndarray:
        """What is available and not reserved. Shape (bucket, *replications), [cents]"""
        return np.maximum(0, self.available - self.reserved)


@dataclass(frozen=True)
class Posting:
    """The result of a posting: new balances, where it was accepted, and why not elsewhere.

    `accepted` and `reason` have shape (*replications). A replication that the posting leaves out
    (`where`) is not accepted, and its reason is 0.
    """

    balances: Balances
    accepted: np.ndarray
    reason: np.ndarray

    @property
    def why(self) -> str:
        """The reason in words, of one programme."""
        return REASONS[int(self.reason)]


def open_balances(plan: Plan, replications: tuple[int, ...] = (),
                  opening: np.ndarray | None = None) -> Balances:
    """The balances with which a quarter opens.

    `opening` are the plan's amounts unless others are given, of shape (bucket,) or
    (bucket, *replications). Raises ValueError where one is negative, or they do not sum to the
    plan's total.
    """
    start = np.asarray(plan.opening if opening is None else opening, np.int64)
    if (start < 0).any() or (start.sum(axis=0) != plan.total).any():
        raise ValueError("opening amounts are 0 or more and sum to the plan's total")
    floor = np.zeros_like(start)
    floor[[ONE, GRP]] = portion(start[[ONE, GRP]], plan["equity.floor_share"])
    release = np.full_like(start[MEA], plan.released_at_opening)
    if opening is not None:
        release = np.maximum(release, start[MEA])

    def by_bucket(values: np.ndarray) -> np.ndarray:
        tail = values.reshape(values.shape + (1,) * (len(replications) + 1 - values.ndim))
        return np.broadcast_to(tail, (len(BUCKETS), *replications)).copy()

    def whole(value) -> np.ndarray:
        return np.broadcast_to(np.asarray(value), replications).copy()

    empty = np.zeros((len(BUCKETS), *replications), np.int64)
    return Balances(
        planned=by_bucket(start), committed=empty, spent=empty, outflow=empty,
        gated_outflow=empty, equity_committed=empty, equity_spent=empty, opening=by_bucket(start),
        equity_floor=by_bucket(floor), total=whole(np.int64(plan.total)),
        released_total=whole(release), rule_a_outflow=whole(np.int64(0)),
        equity_open=whole(False), returned=whole(np.int64(0)), closed=whole(False))
