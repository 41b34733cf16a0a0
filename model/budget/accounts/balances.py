"""Planned, committed and spent by bucket, for one programme or for many replications at once.

Arrays of int64 cents have shape (bucket, *replications), so one programme has shape (bucket,).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from model.budget.plan.plan import MEA, Plan
from model.budget.plan.schema import BUCKETS

# The amounts of a bucket that a ledger is shown with.
COLUMNS = ("opening", "planned", "committed", "spent", "available")


class Reason(IntEnum):
    """Why a posting or a move is refused; OK where it is not."""

    def __new__(cls, words: str) -> Reason:
        reason = int.__new__(cls, len(cls.__members__))
        reason._value_, reason.words = int(reason), words
        return reason

    OK = "accepted"
    NEGATIVE = "the amount is negative"
    NO_MONEY = "the bucket has less available, which is planned less committed less spent"
    RESERVED = "what the bucket has left is reserved for learners of the equity floor"
    NO_ROOM = "what is released leaves no room for it"
    NOT_COMMITTED = "less than that is committed"
    ABOVE_TOTAL = "no more than the total can be released"
    RELEASED_FALLS = "what is released cannot be taken back"
    SAME_BUCKET = "source and destination are the same bucket"
    MANDATORY = "no money moves into measurement or out of it"
    ABOVE_CAP = "more would leave the bucket this quarter than its cap allows"
    ABOVE_RULE_A = "rule A would move more this quarter than it may"
    ABOVE_GATE = "more would leave the bucket this quarter than even an open gate allows"
    NO_APPROVAL = "it needs a person's approval and has none"
    LATE_APPROVAL = "its approval is dated after the move"
    PASSED_ON = "a bucket hands on no more than it opened with, so money cannot pass through it"
    NO_REASON = "money leaves contingency only with a reason given"
    CLOSED = "the quarter is closed"
    OPEN_COMMITMENTS = "commitments are open"
    CHARGE_ABOVE = "the charge is above what was committed for it"
    NOTHING = "the amount is 0, so there is nothing to move"
    NOT_SPENT = "less than that was spent"
    NOT_ENTERED = "the row whose money comes back is not in the ledger"
    BOTH_WAYS = "it would take from some buckets and give to others, which only a move may do"


@dataclass(frozen=True)
class Balances:
    """What is planned, committed and spent by bucket. [cents]

    `outflow` is what moves took out of a bucket within its cap, `gated_outflow` past a gate. What
    stands from `total` on is of the whole programme, (*replications).
    """

    opening: np.ndarray
    planned: np.ndarray
    committed: np.ndarray
    spent: np.ndarray
    outflow: np.ndarray
    gated_outflow: np.ndarray
    equity_floor: np.ndarray
    equity_committed: np.ndarray
    equity_spent: np.ndarray
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


_NAMES = tuple(each.name for each in fields(Balances))
BY_BUCKET, WHOLE = _NAMES[:_NAMES.index("total")], _NAMES[_NAMES.index("total"):]


@dataclass(frozen=True)
class Posting:
    """New balances, where the posting was accepted, and its Reason elsewhere.

    Both masks have shape (*replications); where the posting is not asked for, the reason is OK.
    """

    balances: Balances
    accepted: np.ndarray
    reason: np.ndarray

    @property
    def why(self) -> str:
        """The reason in words, of one programme."""
        return Reason(int(self.reason)).words


def open_balances(plan: Plan, replications: tuple[int, ...] = (),
                  opening: np.ndarray | None = None) -> Balances:
    """The balances with which a quarter opens, from the plan's amounts unless `opening` is given.

    `opening` has shape (bucket,) or (bucket, *replications). Raises ValueError where an amount is
    negative, or they do not sum to the plan's total.
    """
    start = np.asarray(plan.opening if opening is None else opening, np.int64)
    if (start < 0).any() or (start.sum(axis=0) != plan.total).any():
        raise ValueError("opening amounts are 0 or more and sum to the plan's total")
    release = np.full_like(start[MEA], plan.released_at_opening)
    if opening is not None:
        release = np.maximum(release, start[MEA])
    values = {"opening": start, "planned": start, "equity_floor": plan.floor_of(start),
              "total": plan.total, "released_total": release, "equity_open": False,
              "closed": False}

    def spread(name: str, *shape: int) -> np.ndarray:
        value = np.asarray(values.get(name, 0))
        tail = value.reshape(value.shape + (1,) * (len(shape) - value.ndim))
        return np.broadcast_to(tail, shape).copy()

    return Balances(**{name: spread(name, len(BUCKETS), *replications) for name in BY_BUCKET},
                    **{name: spread(name, *replications) for name in WHOLE})
