"""The strategies of the article: fixed total, micromanaged days, envelope with gates, drawdown.

The fifth, the rolling plan, is in `rolling`; `Strategy` itself is S0, which does nothing. A setting
that is tuned is a field, whose default is the article's or the plan's.
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
    Choice,
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
from model.budget.steering.week_end import RuleState, WeekEnd, open_state
from model.budget.strategies.comparison import WITHOUT_RULE


def short_of_money(observation: Observation, days: float) -> np.ndarray:
    """Cents that one-to-one and workshops lack for some days, where a day is not covered."""
    free, plan = observation.balances.free, observation.plan
    short = np.zeros(free.shape, np.int64)
    if observation.week < 2:
        return short
    last = observation.week - 2
    cost = {ONE: observation.requests[last, ONE] * plan.cents("prices.one_hour"),
            GRP: np.maximum(observation.workshops[last], 1) * plan.cents("prices.workshop")}
    for bucket, weekly in cost.items():
        day = -(-weekly // DAYS)
        short[bucket] = np.where(free[bucket] < day, np.maximum(
            0, (day * days).astype(np.int64) - free[bucket]), 0)
    return short


def actions_of(firings: Sequence[rules.Firing]) -> list[Action]:
    """The moves and ends of freezes that firing rules ask for."""
    actions: list[Action] = []
    for firing in firings:
        if firing.kind == "move":
            actions.append(Move(firing.source, firing.destination,
                                np.where(firing.where, firing.cents, 0), firing.rule))
        elif firing.kind == "unfreeze":
            actions.append(Unfreeze(firing.where))
    return actions


@dataclass(frozen=True)
class Fixed(Strategy):
    """S2: the opening split; where a bucket runs out, lower priorities fund it (R18) for so many
    days of demand at once."""

    name: str = "S2"
    review: str = "weekly"
    days: float = 5.0

    def daily(self, observation: Observation, memory) -> Choice:
        """Ask for money where a bucket runs out."""
        plan = observation.plan
        if not plan.active("R18"):
            return (), memory
        short = short_of_money(observation, self.days)
        if not short.any():
            return (), memory
        firings = rules.higher_first(plan, observation.week, observation.balances, short)
        return actions_of(firings), memory


@dataclass(frozen=True)
class Flexible(Fixed):
    """S3: the fixed total with the rules of the plan at every week's end, except those named in
    `without`. `patience` weeks pass before rules may act."""

    name: str = "S3"
    without: tuple[str, ...] = ()
    patience: int = 0

    def memory(self, plan: Plan, size: int) -> RuleState:
        return open_state((size,))

    def daily(self, observation: Observation, memory) -> Choice:
        """As the fixed total, if R18 is not left out."""
        return ((), memory) if "R18" in self.without else super().daily(observation, memory)

    def weekly(self, observation: Observation, memory) -> Choice:
        """What the rules ask for."""
        if observation.week <= self.patience:
            return (), memory
        verdict = rules.evaluate(WeekEnd(
            observation.plan, observation.week, observation.readings, observation.ahead, memory))
        firings = [firing for firing in verdict.firings
                   if firing.rule not in self.without and firing.rule != "R14"]
        until = np.full(observation.size, verdict.state.frozen_until)
        freezes = [Freeze(until, firing.where) for firing in firings if firing.kind == "freeze"]
        return [*freezes, *actions_of(firings)], verdict.state


@dataclass(frozen=True)
class Daily(Strategy):
    """S1: a hard cap on every day, `slack` times an even day, and twice a week `cents` towards the
    bucket with more unmet requests; contingency is used ad hoc."""

    name: str = "S1"
    review: str = "daily"
    cents: int = 60_000
    slack: float = 1.0

    def daily(self, observation: Observation, memory) -> Choice:
        """Set the day's caps; on the first and fourth day, move money as well."""
        plan, free = observation.plan, observation.balances.available
        days = DAYS * observation.weeks_left + DAYS - observation.day
        # One session must fit below a cap, or nothing would ever be booked on a small budget.
        actions: list[Action] = [DailyCap(bucket, np.maximum(
            (free[bucket] * self.slack / days).astype(np.int64), plan.cents(price)))
            for bucket, price in ((ONE, "prices.one_hour"), (GRP, "prices.workshop"))]
        if observation.day not in (0, 3) or observation.week < 2:
            return actions, memory
        unmet = observation.unmet[observation.week - 2]
        for bucket, other in ((ONE, GRP), (GRP, ONE)):
            needs = unmet[bucket] > unmet[other]
            for source in (CON, other):
                room = moves.headroom(plan, observation.balances, source)
                cents = np.where(needs, np.minimum(self.cents, room), 0)
                needs = needs & (cents == 0)
                if cents.any():
                    actions.append(Move(source, bucket, cents))
        return actions, memory


@dataclass(frozen=True)
class Drawdown(Fixed):
    """S4: an advance, then money as outcomes are verified. `advance` is a share of the total that
    replaces the plan's."""

    name: str = "S4"
    verifies: bool = True
    advance: float | None = None

    def first_release(self, plan: Plan) -> int:
        """The advance, and at least what measurement needs. [cents]"""
        share = plan["outcome.advance_share"] if self.advance is None else self.advance
        return max(int(portion(plan.total, share)), int(self.split(plan)[MEA]))

    def weekly(self, observation: Observation, memory) -> Choice:
        """Release what verified outcomes have earned."""
        plan = observation.plan
        total = self.first_release(plan) \
            + observation.milestones * plan.cents("outcome.per_milestone") \
            + observation.completions * plan.cents("outcome.per_completion")
        return [Release(np.minimum(total, plan.total))], memory


def ablations(plan: Plan, strategy: Flexible) -> list[Flexible]:
    """The strategy without one rule each."""
    return [replace(strategy, name=f"{WITHOUT_RULE}{rule}", without=(rule,))
            for rule in rules.ORDER if plan.active(rule)]
