"""The strategies of the article: fixed total, micromanaged days, envelope with gates, drawdown.

The fifth, the rolling plan, is in `rolling`. All are pure functions of what they see.
S0 does nothing. What is tuned is a field; its default is the article's or the plan's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.budget.accounts import moves
from model.budget.money import portion
from model.budget.plan.plan import CON, GRP, MEA, ONE, Plan
from model.budget.simulator.strategy import (
    Action,
    DailyCap,
    Freeze,
    Move,
    Observation,
    Release,
    Strategy,
    Unfreeze,
)
from model.budget.simulator.tape import DAYS
from model.budget.steering import rules


def short_of_money(seen: Observation, days: float) -> np.ndarray:
    """What one-to-one and workshops lack for some days at last week's demand, where their money
    does not last the day. (bucket, replication), [cents]"""
    free, plan = seen.balances.free, seen.plan
    short = np.zeros(free.shape, np.int64)
    if seen.week < 2:
        return short
    last = seen.week - 2
    asked = {ONE: seen.requests[last, ONE] * plan.cents("prices.one_hour"),
             GRP: np.maximum(seen.workshops[last], 1) * plan.cents("prices.workshop")}
    for bucket, cost in asked.items():
        day = -(-cost // DAYS)
        short[bucket] = np.where(free[bucket] < day, np.maximum(
            0, (day * days).astype(np.int64) - free[bucket]), 0)
    return short


@dataclass(frozen=True)
class Fixed(Strategy):
    """S2: the opening split; only where a bucket runs out do lower priorities fund it (R18), for
    so many days of demand at once."""

    name: str = "S2"
    review: str = "weekly"
    days: float = 5.0

    def daily(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        if not seen.plan.active("R18"):
            return (), memory
        short = short_of_money(seen, self.days)
        if not short.any():
            return (), memory
        return asked(rules.higher_first(seen.plan, seen.week, seen.balances, short)), memory


def asked(firings: Sequence[rules.Firing]) -> list[Action]:
    """What rules that fired ask for."""
    found: list[Action] = []
    for firing in firings:
        if firing.kind == "move":
            found.append(Move(firing.source, firing.destination,
                              np.where(firing.fired, firing.cents, 0), firing.rule))
        elif firing.kind == "unfreeze":
            found.append(Unfreeze(firing.fired))
    return found


@dataclass(frozen=True)
class Flexible(Fixed):
    """S3: the fixed total with the rules of the plan at every week's end, except those named in
    `without`. `patience` weeks pass before rules may act."""

    name: str = "S3"
    without: tuple[str, ...] = ()
    patience: int = 0

    def memory(self, plan: Plan, size: int) -> rules.RuleState:
        return rules.open_state((size,))

    def daily(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        return ((), memory) if "R18" in self.without else super().daily(seen, memory)

    def weekly(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        if seen.week <= self.patience:
            return (), memory
        found = rules.evaluate(seen.plan, seen.week, seen.readings, seen.expected, memory)
        kept = [firing for firing in found.firings
                if firing.rule not in self.without and firing.rule != "R14"]
        freezes = [Freeze(np.full(seen.size, found.state.frozen_until), firing.fired)
                   for firing in kept if firing.kind == "freeze"]
        return [*freezes, *asked(kept)], found.state


@dataclass(frozen=True)
class Daily(Strategy):
    """S1: a hard cap on every day, and twice a week money towards the bucket with more unmet
    requests; contingency is used ad hoc.

    cents   what is moved at once; slack  the cap as a multiple of an even day
    """

    name: str = "S1"
    review: str = "daily"
    cents: int = 60_000
    slack: float = 1.0

    def daily(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        plan, free = seen.plan, seen.balances.available
        days = DAYS * seen.weeks_left + DAYS - seen.day
        # One session must fit below a cap, or nothing would ever be booked on a small budget.
        found: list[Action] = [DailyCap(bucket, np.maximum(
            (free[bucket] * self.slack / days).astype(np.int64), plan.cents(price)))
            for bucket, price in ((ONE, "prices.one_hour"), (GRP, "prices.workshop"))]
        if seen.day not in (0, 3) or seen.week < 2:
            return found, memory
        unmet = seen.unmet[seen.week - 2]
        for bucket, other in ((ONE, GRP), (GRP, ONE)):
            needs = unmet[bucket] > unmet[other]
            for source in (CON, other):
                room = moves.headroom(plan, seen.balances, source)
                cents = np.where(needs, np.minimum(self.cents, room), 0)
                needs = needs & (cents == 0)
                if cents.any():
                    found.append(Move(source, bucket, cents))
        return found, memory


@dataclass(frozen=True)
class Drawdown(Fixed):
    """S4: an advance, then money as outcomes are verified. None of the fields is the plan's."""

    name: str = "S4"
    verifies: bool = True
    advance: float | None = None

    def released(self, plan: Plan) -> int:
        share = plan["outcome.advance_share"] if self.advance is None else self.advance
        return max(int(portion(plan.total, share)), int(self.split(plan)[MEA]))

    def weekly(self, seen: Observation, memory) -> tuple[Sequence[Action], object]:
        plan = seen.plan
        earned = self.released(plan) + seen.milestones * plan.cents("outcome.per_milestone") \
            + seen.completions * plan.cents("outcome.per_completion")
        return [Release(np.minimum(earned, plan.total))], memory


def ablations(plan: Plan) -> list[Flexible]:
    """S3 without one rule each."""
    return [replace(Flexible(), name=f"S3 without {rule}", without=(rule,))
            for rule in rules.ORDER if plan.active(rule)]
