"""S5, the rolling plan: what would the rest of the quarter cost if money were no limit?

Asked anew at the end of every week. Money beyond that would be left over, so it is worth nothing
where it is, and buys what is scarce: recruits while requests exceed hours, else marketing. Where
money is short nothing is bought, and where it is very short one-to-one has a daily cap with which
it lasts, as many who are refused take a seat in a workshop, which costs less. Redesign is bought
once, in the first week, as far as sessions should become better by more than it costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.money import portion, split
from model.budget.plan.plan import CON, GRP, LIB, MKT, ONE, REC, RED, Plan
from model.budget.simulator.strategy import NO_CAP, Choice, DailyCap, Move, Observation, Strategy
from model.budget.simulator.tape import DAYS
from model.budget.strategies.expectation import Expectation, expect
from model.budget.strategies.published import short_of_money

RULE = "S5"
LEVERS = (REC, MKT, RED)
# What a USD of better sessions counts beside one of money: more, as progress counts where hours or
# weeks are short, too. Not tuned: 1.5 brings most, yet loses more where redesign has no effect.
_WORTH = 1.2
# Weeks before the end in which money of the library may be needed by sessions.
_LATE = 4
# The least that a USD of marketing must bring in sessions: late in a quarter it brings little, and
# what is left over is better kept as a cushion.
_LEAST_SALES = 0.25
# Money is very short where it lacks more than this share of what all sessions ahead cost.
_VERY_SHORT = 0.25
# Weeks that money is to last in both buckets.
_SOON = 2


@dataclass(frozen=True)
class Rolling(Strategy):
    """The hybrid strategy.

    It opens with as much contingency as the plan allows, taken from sessions pro rata. `buffer` is
    what is set aside beyond the expected need, as a share of it, and `step` the most that marketing
    takes in a week, as a part of the spending at which it has 63% of its effect. A bucket that runs
    out is helped with `days` of demand. `levers` are what else may be paid for.
    """

    name: str = "S5"
    review: str = "rolling"
    buffer: float = 0.0
    step: float = 0.35
    # Not tuned: eight days bring most completions, but without levers they starve the other bucket.
    days: float = 3.0
    levers: tuple[int, ...] = LEVERS

    def split(self, plan: Plan) -> np.ndarray:
        """The plan's opening, with its most reserve."""
        opening = plan.opening.copy()
        more = int(portion(plan.total, plan["reserve.most"])) - int(opening[CON])
        if more > 0:
            opening[[ONE, GRP]] -= split(more, opening[[ONE, GRP]])
            opening[CON] += more
        return opening

    def memory(self, plan: Plan, size: int) -> np.ndarray:
        """What was spent on recruits before the end of each week, (week, lane). [cents]"""
        return np.zeros((plan.weeks + 2, size), np.int64)

    def daily(self, observation: Observation, memory) -> Choice:
        """Help a bucket that runs out: out of contingency, the other bucket, the library."""
        short = short_of_money(observation, self.days)
        funds = _Funds(observation)
        for bucket, other in ((ONE, GRP), (GRP, ONE)):
            if short[bucket].any():
                rest = funds.pay(bucket, short[bucket], CON)
                # A bucket that is short itself has nothing to give.
                rest = funds.pay(bucket, np.where(short[other] > 0, 0, rest), other)
                if observation.weeks_left <= _LATE:
                    funds.pay(bucket, rest, LIB)
        return funds.moves, memory

    def weekly(self, observation: Observation, memory) -> Choice:
        """Buy what is scarce with what would be left over, and divide the rest as it is needed."""
        plan, week = observation.plan, observation.week
        if observation.weeks_left < 1:
            return (), memory
        spent = memory.copy()
        spent[week:] = observation.balances.spent[REC]
        funds = _Funds(observation)
        if week == 1 and RED in self.levers:
            funds.pay(RED, np.full(observation.size, redesign(plan)), CON, ONE)
        hires = np.diff(spent[1:], axis=0)
        hires[week - 1] = funds.balances.available[REC]
        cost = plan.cents("simulation.recruiting.cost")
        ahead = expect(observation, funds.balances, hires // cost)
        rest = funds.sessions(ahead, observation.weeks_left) - ahead.need * (1 + self.buffer)
        short = rest < -_VERY_SHORT * ahead.need
        if REC in self.levers:
            rest = _recruit(observation, ahead, rest, funds)
        if MKT in self.levers:
            _advertise(plan, ahead, rest, self.step, funds)
        if week > 1:
            _divide(ahead, funds)
        return [*funds.moves, _daily_cap(plan, ahead, short, funds)], spent


def redesign(plan: Plan) -> int:
    """What is spent on redesign: as long as the last USD makes sessions better by so much. [cents]

    Sessions ahead are worth what is planned for them; of them redesign adds the share `gain`, by
    1 − e^(−spent ÷ scale).
    """
    def number(name: str) -> float:
        return plan[f"simulation.{name}"]

    wrong = sum(number(f"session.{name}") for name in ("no_show", "mentor_cancels",
                                                       "learner_cancels"))
    gain = number("redesign.more") + number("redesign.fewer") * wrong
    late = 1 + plan.whole("simulation.redesign.delay")
    money = int(plan.opening[[ONE, GRP, CON]].sum()) * max(0, 1 - late / plan.weeks)
    scale = plan.cents("simulation.redesign.scale")
    return int(scale * log(max(1.0, _WORTH * gain * money / scale)))


def _recruit(observation: Observation, ahead: Expectation, rest: np.ndarray,
             funds: _Funds) -> np.ndarray:
    """Hire for the hours that are short on average, as far as money is left over for recruits and
    their sessions; what is left over then, (lane,) cents: nothing where one more is wanted."""
    plan, lead = observation.plan, observation.plan.whole("simulation.lead_time")
    cost, hours = plan.cents("simulation.recruiting.cost"), plan["simulation.recruiting.hours"]
    wait = max(1, lead, plan.whole("simulation.recruiting.delay"))
    weeks = slice(max(0, wait - lead - 1), max(0, observation.weeks_left - lead))
    gap = ahead.gap[weeks]
    if not len(gap) or not hours:
        return rest
    # Some of those who find no hour would have taken a seat instead.
    hour = plan.cents("prices.one_hour") - plan["simulation.booking.accepts_group"] \
        * plan.cents("prices.workshop") / plan.whole("workshop_seats")
    each = cost + hours * len(gap) * hour
    wanted = gap.mean(axis=0) / hours + 0.5
    number = np.minimum(wanted, np.maximum(0, rest) / each) // 1
    unpaid = funds.pay(REC, (number * cost).astype(np.int64), CON, ONE)
    return np.where(wanted - number >= 1, 0, rest - (number - unpaid / cost) * each)


def _advertise(plan: Plan, ahead: Expectation, rest: np.ndarray, step: float,
               funds: _Funds) -> None:
    """Spend on marketing what is left over after the sessions that it brings."""
    scale, balances = plan.cents("simulation.marketing.scale"), funds.balances
    slope = plan["simulation.marketing.gain"] / scale \
        * np.exp(-(balances.spent[MKT] + balances.available[MKT]) / scale)
    requests = ahead.active.sum(axis=0) * plan["simulation.booking.chance"]
    brings = slope * ahead.active.sum(axis=0) * ahead.need / np.maximum(1, requests)
    cents = np.clip(rest / (1 + brings), 0, step * scale)
    funds.pay(MKT, np.where(brings > _LEAST_SALES, cents, 0).astype(np.int64), CON, ONE)


def _divide(ahead: Expectation, funds: _Funds) -> None:
    """Move money where a bucket would not last two weeks, so that both last as long."""
    money = funds.balances.available
    one, group = ahead.cost.sum(axis=1)
    share = one / np.maximum(1, one + group)
    gap = ((money[ONE] + money[GRP]) * share).astype(np.int64) - money[ONE]
    soon = ahead.cost[:, :_SOON].sum(axis=1)
    funds.pay(ONE, np.where(money[ONE] < soon[0], gap, 0), GRP)
    funds.pay(GRP, np.where(money[GRP] < soon[1], -gap, 0), ONE)


def _daily_cap(plan: Plan, ahead: Expectation, short: np.ndarray, funds: _Funds) -> DailyCap:
    """Where money is very short, one-to-one's share of next week in what it has to the end, by day;
    elsewhere no cap."""
    money, (one, group) = funds.balances.available, ahead.cost
    reserve = np.maximum(0, money[CON] - np.maximum(0, group.sum(axis=0) - money[GRP]))
    cents = (money[ONE] + reserve) * one[0] / np.maximum(1, one.sum(axis=0)) / DAYS
    # One session must fit below a cap, or nothing would ever be booked on a small budget.
    cents = np.maximum(cents, plan.cents("prices.one_hour")).astype(np.int64)
    return DailyCap(ONE, np.where(short, cents, NO_CAP))


class _Funds:
    """Moves that are asked for, and the balances as they would be after them."""

    def __init__(self, observation: Observation) -> None:
        self.plan, self.balances = observation.plan, observation.ahead
        self.moves: list[Move] = []

    def pay(self, destination: int, cents: np.ndarray, *sources: int) -> np.ndarray:
        """Pay for a bucket out of one source after the other, as far as the caps allow and below
        the size that waits for a person; what is not paid, (lane,) cents."""
        plan, cents = self.plan, np.maximum(0, cents)
        limit = int(portion(plan.total, plan["review.above_share"]))
        for source in sources:
            room = moves.headroom(plan, self.balances, source)
            part = np.minimum(np.minimum(cents, room), limit)
            if part.any():
                self.moves.append(Move(source, destination, part, RULE))
                self.balances = posting.move(self.balances, source, destination, part,
                                             where=part > 0).balances
                cents = cents - part
        return cents

    def sessions(self, ahead: Expectation, weeks_left: int) -> np.ndarray:
        """Money that sessions may have: of workshops and library only what can leave them, or is
        needed there. (lane,) [cents]"""
        money = self.balances.available
        group = np.minimum(money[GRP], ahead.cost[1].sum(axis=0)
                           + moves.headroom(self.plan, self.balances, GRP))
        late = money[LIB] * min(1, _LATE / max(1, weeks_left))
        library = np.minimum(late, moves.headroom(self.plan, self.balances, LIB))
        return money[ONE] + money[CON] + group + library
