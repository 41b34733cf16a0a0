"""S5, the rolling plan: forecast, choose a plan, take its first step, and again a week later.

Requests are forecast by the mean of the last weeks over the season. Some hundred plans for the rest
of the quarter are valued on a small fluid model, and the first step of the best one is taken:
recruits, marketing, and how the rest is divided between one-to-one and workshops. Nothing is spent
that does not clearly raise the forecast; contingency is released in even steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.money import from_usd, split
from model.budget.plan.plan import CON, GRP, LIB, MKT, ONE, REC, RED, Plan
from model.budget.simulator.strategy import Choice, Move, Observation, Strategy
from model.budget.strategies.published import short_of_money

RULE = "S5"
# One-to-one's share of what is left, less its share of the forecast.
_TILTS = (-0.12, -0.06, -0.03, 0.0, 0.03, 0.06, 0.12)
# How many steps of marketing or redesign a plan may take.
_STEPS = np.arange(3)
# A step of redesign where that is a lever; the least that leaves contingency in a week; and how far
# one-to-one may be from its share before money moves though both buckets last. [cents]
_REDESIGN, _LEAST_RELEASE, _FAR = (from_usd(usd) for usd in (1000, 1, 4000))
# Weeks that money is to last in both buckets.
_SOON = 2
# A divisor is never below this.
_LEAST = 1e-9


@dataclass(frozen=True)
class Rolling(Strategy):
    """The hybrid strategy.

    `reserve` is the share of the total held in contingency at the opening, `window` the weeks whose
    mean is the forecast, `least` the least gain, as a share of the forecast, for which money leaves
    for levers, and `buffer` the requests planned for beyond it. `step` is USD of marketing in one
    step, `recruits` the most in a week, and `days` how much demand a bucket that runs out is helped
    with. `levers` are what else may be paid for.
    """

    name: str = "S5"
    review: str = "rolling"
    reserve: float = 0.05
    window: int = 4
    least: float = 0.005
    buffer: float = 0.1
    step: float = 1000.0
    recruits: int = 3
    levers: tuple[int, ...] = (REC, MKT)
    days: float = 1.0

    def split(self, plan: Plan) -> np.ndarray:
        """The plan's opening; a larger reserve is taken pro rata from sessions and library."""
        opening = plan.opening.copy()
        more = int(plan.total * self.reserve) - int(opening[CON])
        if more > 0:
            parts = split(more, opening[[ONE, GRP, LIB]])
            opening[[ONE, GRP, LIB]] -= parts
            opening[CON] += more
        return opening

    def daily(self, observation: Observation, memory) -> Choice:
        """Help a bucket that runs out: out of contingency, then out of the other bucket."""
        short = short_of_money(observation, self.days)
        funds = _Funds(observation)
        for bucket, other in ((ONE, GRP), (GRP, ONE)):
            if short[bucket].any():
                funds.pay(bucket, short[bucket], (CON,))
                rest = short[bucket] - (funds.balances.available[bucket]
                                        - observation.ahead.available[bucket])
                # A bucket that is short itself has nothing to give.
                funds.pay(bucket, np.where(short[other] > 0, 0, rest), (other,))
        return funds.moves, memory

    def weekly(self, observation: Observation, memory) -> Choice:
        """Release contingency, and take the first step of the best plan."""
        if observation.weeks_left < 1:
            return (), memory
        funds = _Funds(observation)
        cents = funds.balances.available[CON] // max(1, observation.weeks_left)
        funds.move(CON, ONE, np.where(cents >= _LEAST_RELEASE, cents, 0))
        if observation.week >= 2:
            self._choose(observation, funds)
        return funds.moves, memory

    def _choose(self, observation: Observation, funds: _Funds) -> None:
        """Pay for the levers of the best plan, and divide the rest as it does."""
        forecast = _forecast(observation, self.window, 1 + self.buffer)
        money = funds.balances.available
        pool = (money[ONE] + money[GRP] + money[CON]).astype(float)
        plans = np.array(list(product(
            range(self.recruits + 1) if REC in self.levers else (0,),
            _STEPS * self.step * 100 if MKT in self.levers else (0.0,),
            _STEPS * float(_REDESIGN) if RED in self.levers else (0.0,), _TILTS)), float)
        values, shares = _values(observation, forecast, pool, plans)
        lanes = np.arange(observation.size)
        no_lever = np.flatnonzero((plans[:, :3] == 0).all(axis=1))
        rest = no_lever[values[no_lever].argmax(axis=0)]
        best = values.argmax(axis=0)
        gain = values[best, lanes] - values[rest, lanes]
        best = np.where(gain > self.least * values[rest, lanes], best, rest)
        recruits, marketing, redesign, _ = plans[best].T
        recruiting = recruits * observation.plan.cents("simulation.recruiting.cost")
        for bucket, cents in ((REC, recruiting), (MKT, marketing), (RED, redesign)):
            funds.pay(bucket, cents.astype(np.int64))
        self._divide(forecast, shares[best, lanes], funds)

    def _divide(self, forecast: _Forecast, share: np.ndarray, funds: _Funds) -> None:
        """Move money where a bucket would not last two weeks, or is far from its share."""
        money = funds.balances.available
        gap = ((money[ONE] + money[GRP]) * share).astype(np.int64) - money[ONE]
        soon = forecast.soon
        funds.move(GRP, ONE, np.where((gap > 0) & ((money[ONE] < soon[0]) | (gap > _FAR)), gap, 0))
        funds.move(ONE, GRP, np.where((gap < 0) & ((money[GRP] < soon[1]) | (gap < -_FAR)),
                                      -gap, 0))


class _Funds:
    """Moves that are asked for, and the balances as they would be after them."""

    def __init__(self, observation: Observation) -> None:
        self.plan, self.balances = observation.plan, observation.ahead
        self.moves: list[Move] = []

    def move(self, source: int, destination: int, cents: np.ndarray) -> None:
        """Ask for what the caps allow, below the size that waits for a person."""
        room = moves.headroom(self.plan, self.balances, source)
        limit = int(self.plan.total * self.plan["review.above_share"])
        cents = np.minimum(np.minimum(cents, room), limit)
        if np.any(cents > 0):
            cents = np.maximum(cents, 0)
            self.moves.append(Move(source, destination, cents, RULE))
            self.balances = posting.move(self.balances, source, destination, cents,
                                         where=cents > 0).balances

    def pay(self, destination: int, cents: np.ndarray, sources=(CON, ONE)) -> None:
        """Pay for a bucket out of one source after the other."""
        for source in sources:
            before = self.balances.available[destination]
            self.move(source, destination, cents)
            cents = cents - (self.balances.available[destination] - before)


@dataclass(frozen=True)
class _Forecast:
    """The weeks ahead, (week, …): requests by the modality that learners prefer, the hours that
    they may book, and the season. `seat_cost` is cents of a seat, (…), and `soon` what the next two
    weeks need, (bucket, …)."""

    one: np.ndarray
    group: np.ndarray
    hours: np.ndarray
    season: np.ndarray
    seat_cost: np.ndarray
    soon: np.ndarray


def _forecast(observation: Observation, window: int, factor: float) -> _Forecast:
    """The mean of so many past weeks over the season, times a factor, in the weeks ahead."""
    plan, week = observation.plan, observation.week
    profile = np.array(plan.values["offered.profile"])
    course = profile[:, None] * observation.season
    past = slice(max(0, week - window), week)
    ahead = factor * course[week:]
    base = np.maximum(course[past].sum(axis=0), _LEAST)
    one, group = (ahead * (observation.requests[past, bucket].sum(axis=0) / base)
                  for bucket in (ONE, GRP))
    hours = _hours(observation, plan["offered.hours"] * profile)
    workshops = observation.workshops[past].sum(axis=0)
    full = plan.whole("workshop_seats")
    fill = np.where(workshops > 0, observation.served[past, GRP].sum(axis=0)
                    / np.maximum(workshops, 1), full)
    seat_cost = plan.cents("prices.workshop") / np.clip(fill, 1, full)
    sessions = np.minimum(one, hours)
    spill = (one - sessions) * plan["simulation.booking.accepts_group"] + group
    soon = np.stack([sessions[:_SOON].sum(axis=0) * plan.cents("prices.one_hour"),
                     spill[:_SOON].sum(axis=0) * seat_cost])
    return _Forecast(one, group, hours, observation.season[week:], seat_cost, soon)


def _hours(observation: Observation, hours: np.ndarray) -> np.ndarray:
    """Hours that can still be booked ahead, (week, …), corrected by the last published."""
    plan = observation.plan
    weeks = np.flatnonzero(~np.isnan(observation.offered[:, 0]))[-2:]
    ratio = observation.offered[weeks].sum(axis=0) / max(hours[weeks].sum(), _LEAST)
    sessions = np.arange(observation.week, plan.weeks) + plan.whole("simulation.lead_time")
    inside, sessions = (sessions < plan.weeks)[:, None], np.minimum(sessions, plan.weeks - 1)
    bookings = np.nan_to_num(observation.booked_hours)[sessions]
    return np.maximum(0, np.where(inside, hours[sessions, None] * ratio - bookings, 0.0))


def _values(observation: Observation, forecast: _Forecast, pool: np.ndarray,
            plans: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Units that each plan should bring, and one-to-one's share of the rest, (plan, lane)."""
    plan = observation.plan
    recruits, marketing, redesign, tilt = (plans[:, at, None] for at in range(4))
    price, unit_one, unit_seat = _sessions(observation, redesign)
    accepts, seat_cost = plan["simulation.booking.accepts_group"], forecast.seat_cost
    weeks = _demand(observation, forecast, recruits, marketing)
    one_cost = sum(within for within, _, _ in weeks) * price
    group_cost = sum((one - within) * accepts + group for within, one, group in weeks) * seat_cost
    share = np.clip(one_cost / np.maximum(one_cost + group_cost, 1) + tilt, 0.05, 0.98)
    cost = recruits * plan.cents("simulation.recruiting.cost") + marketing + redesign
    pool = np.maximum(0, pool - cost)
    one_money, group_money, value = pool * share, pool * (1 - share), 0.0
    for within, one, group in weeks:
        sessions = np.minimum(within, one_money / price)
        one_money = one_money - sessions * price
        seats = np.minimum((one - sessions) * accepts + group, group_money / seat_cost)
        group_money = group_money - seats * seat_cost
        value = value + sessions * unit_one + seats * unit_seat
    shape = len(plans), observation.size
    return np.broadcast_to(value, shape), np.broadcast_to(share, shape)


def _sessions(observation: Observation,
              redesign: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a booked hour costs on average, in cents, and the units that it and a seat bring."""
    plan = observation.plan

    def number(name: str) -> float:
        return plan[f"simulation.{name}"]

    fewer, more = _redesign_effect(observation, redesign)
    cancels = number("session.learner_cancels") * fewer
    attendance = (1 - number("session.mentor_cancels") * fewer) * (1 - cancels)
    late = cancels * number("session.late") * number("session.late_charge")
    present = 1 - number("session.no_show") * fewer
    return (plan.cents("prices.one_hour") * (attendance + late),
            number("units.one") * attendance * present * more,
            number("units.workshop") * present * more)


def _demand(observation: Observation, forecast: _Forecast, recruits: np.ndarray,
            marketing: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Requests of each week ahead: one-to-one that find hours, all one-to-one, workshops."""
    plan = observation.plan
    scale, spending = plan.cents("simulation.marketing.scale"), observation.balances.spent[MKT]
    lift = plan["simulation.marketing.gain"] * (np.exp(-spending / scale)
                                                - np.exp(-(spending + marketing) / scale))
    extra = recruits * plan["simulation.recruiting.hours"]
    wait = plan.whole("simulation.recruiting.delay") - plan.whole("simulation.lead_time")
    weeks = []
    for ahead, hours in enumerate(forecast.hours):
        factor = 1 + lift / (plan["simulation.booking.chance"] * forecast.season[ahead])
        hours = hours + np.where((ahead + 1 > wait) & (hours > 0), extra, 0)
        one, group = forecast.one[ahead] * factor, forecast.group[ahead] * factor
        weeks.append((np.minimum(one, hours), one, group))
    return weeks


def _redesign_effect(observation: Observation, more: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors of redesign on what goes wrong and on progress, as a mean over the weeks left."""
    plan, spending = observation.plan, observation.balances.spent[RED]
    scale = plan.cents("simulation.redesign.scale")
    delay = plan.whole("simulation.redesign.delay")
    part = max(0, observation.weeks_left - delay) / max(1, observation.weeks_left)
    effect = (1 - np.exp(-spending / scale)) * (1 - part) \
        + part * (1 - np.exp(-(spending + more) / scale))
    return (1 - plan["simulation.redesign.fewer"] * effect,
            1 + plan["simulation.redesign.more"] * effect)
