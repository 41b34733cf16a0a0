"""The rest of a quarter as it is to be expected if money were no limit: requests, hours and cost.

Learners of a cohort are taken together: the share of them that still learns follows from the
progress of an average one, with a normal spread, against what learners need. Demand is the plan's
times the level that past requests show; hours are the plan's times what was published last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from model.budget.accounts.balances import Balances
from model.budget.plan.plan import GRP, LIB, MKT, ONE, RED, Plan
from model.budget.simulator.strategy import Observation

# Weeks whose requests show the level of demand, and how many requests the plan's own level counts;
# its preference for one-to-one counts a quarter of them, as it may shift.
_WINDOW, _PRIOR, _PREFERENCE = 4, 60.0, 15.0
# Learners that the plan's own course counts against those observed, and how far that corrects.
_LEARNERS, _FAR = 5.0, (0.3, 2.0)
# Progress goes by half units: a requirement is met from a quarter below it on.
_HALF_STEP = 0.25
# Workshops that begin in a week with seats for later requests, on average half of one is empty.
_EMPTY = 0.5
_LEAST = 1e-6


@dataclass(frozen=True)
class Expectation:
    """The weeks ahead, arrays (week, lane).

    `active` learners, their requests for `one`-to-one and the `hours` that those may book, and
    `cost` of all sessions, (one-to-one or workshop, week, lane) in cents.
    """

    active: np.ndarray
    one: np.ndarray
    hours: np.ndarray
    cost: np.ndarray

    @property
    def need(self) -> np.ndarray:
        """What all sessions ahead cost, (lane,). [cents]"""
        return self.cost.sum(axis=(0, 1))

    @property
    def gap(self) -> np.ndarray:
        """Requests for one-to-one that find no hour, (week, lane)."""
        return np.maximum(0, self.one - self.hours)


@dataclass(frozen=True)
class Session:
    """What a booked hour costs and brings on average, and a seat: `paid` is the part of the price,
    `one` and `seat` are units, and `attended` is the chance that each brings any."""

    paid: np.ndarray
    one: np.ndarray
    seat: np.ndarray
    attended: tuple[np.ndarray, np.ndarray]


def session(plan: Plan, redesign: np.ndarray) -> Session:
    """What sessions cost and bring after so much was spent on redesign. [cents]"""

    def number(name: str) -> float:
        return plan[f"simulation.{name}"]

    effect = -np.expm1(-redesign / plan.cents("simulation.redesign.scale"))
    fewer, more = 1 - number("redesign.fewer") * effect, 1 + number("redesign.more") * effect
    cancels = number("session.learner_cancels") * fewer
    stands = (1 - number("session.mentor_cancels") * fewer) * (1 - cancels)
    present = 1 - number("session.no_show") * fewer
    return Session(stands + cancels * number("session.late") * number("session.late_charge"),
                   number("units.one") * stands * present * more,
                   number("units.workshop") * present * more, (stands * present, present))


def expect(observation: Observation, balances: Balances, hires: np.ndarray) -> Expectation:
    """The weeks after this one, with levers as they are in `balances`; `hires` are recruits by the
    week in which they were hired, (week, lane)."""
    plan, week = observation.plan, observation.week
    lead = plan.whole("simulation.lead_time")
    price, workshop = plan.cents("prices.one_hour"), plan.cents("prices.workshop")
    seats, accepts = plan.whole("workshop_seats"), plan["simulation.booking.accepts_group"]
    bring = session(plan, balances.spent[RED] + balances.available[RED])
    chance, prefers_one = _demand(observation, balances)
    hours = _hours(observation, hires)
    cohorts = _Cohorts(observation, bring)
    last, rows = observation.served[week - 1, ONE], []
    for number in range(week, plan.weeks):
        active = cohorts.active(number)
        requests = active * chance[number]
        one = requests * prefers_one
        bookable = hours[number + lead] if number + lead < plan.weeks else np.zeros_like(one)
        sessions = np.minimum(one, bookable)
        group = requests - one + (one - sessions) * accepts
        cost = (sessions * price * bring.paid,
                np.where(group > 0, group / seats + _EMPTY, 0) * workshop)
        rows.append((active, one, bookable, *cost))
        cohorts.attend(number, last if lead else sessions, group, active)
        last = sessions
    active, one, bookable, *cost = (np.array(row) for row in zip(*rows, strict=True))
    return Expectation(active, one, bookable, np.stack(cost))


def _demand(observation: Observation, balances: Balances) -> tuple[np.ndarray, np.ndarray]:
    """The chance that a learner asks in each week, (week, lane), and the part that prefers
    one-to-one: the plan's, as far as the last weeks do not show another."""
    plan, week = observation.plan, observation.week
    scale = plan.cents("simulation.marketing.scale")
    spending = balances.spent[MKT] + balances.available[MKT]
    before, after = (plan["simulation.marketing.gain"] * -np.expm1(-cents / scale)
                     for cents in (balances.spent[MKT], spending))
    usual = plan["simulation.booking.chance"] * observation.season
    past = slice(max(0, week - _WINDOW), week)
    active = np.nan_to_num(observation.readings.cohort_active).sum(axis=1)[past]
    one, group = (observation.requests[past, bucket].sum(axis=0) for bucket in (ONE, GRP))
    both = one + group
    level = (np.maximum(0, both - (active * before).sum(axis=0)) + _PRIOR) \
        / ((active * usual[past]).sum(axis=0) + _PRIOR)
    prefers = (one + _PREFERENCE * plan["simulation.booking.prefers_one"]) \
        / (both + _PREFERENCE)
    return np.minimum(1, usual * level + after), prefers


def _hours(observation: Observation, hires: np.ndarray) -> np.ndarray:
    """Hours that can still be booked in each week, (week, lane)."""
    plan = observation.plan
    planned = plan["offered.hours"] * np.array(plan.values["offered.profile"])[:, None]
    wait = max(1, plan.whole("simulation.lead_time"), plan.whole("simulation.recruiting.delay"))
    extra = np.zeros(hires.shape)
    extra[wait:] = plan["simulation.recruiting.hours"] \
        * np.cumsum(hires, axis=0)[:max(0, plan.weeks - wait)]
    published = np.flatnonzero(~np.isnan(observation.offered[:, 0]))[-2:]
    ratio = np.maximum(0, (observation.offered[published] - extra[published]).sum(axis=0)
                       / max(planned[published].sum(), _LEAST))
    return np.maximum(0, planned * ratio + extra - np.nan_to_num(observation.booked_hours))


class _Cohorts:
    """Progress of an average learner of each cohort, week by week, arrays (cohort, lane)."""

    def __init__(self, observation: Observation, bring: Session) -> None:
        plan, week = observation.plan, observation.week
        self.plan, self.bring = plan, bring
        self.starts = np.array(plan.values["cohorts.start_weeks"], int)[:, None]
        size = len(self.starts), observation.size
        self.mean, self.variance = np.zeros(size), np.full(size, _LEAST)
        begun = self.starts <= week
        self.learners = np.where(begun, np.nan_to_num(observation.readings.cohort_size[week - 1]),
                                 plan["cohorts.learners"])
        lead, active = plan.whole("simulation.lead_time"), observation.readings.cohort_active
        none = np.zeros(observation.size)
        for number in range(week):
            booked = observation.served[number - lead, ONE] if number >= lead else none
            self.attend(number, booked, observation.served[number, GRP], active[number].sum(axis=0))
        course = np.where(begun, self.learners * self._share(week), 0).sum(axis=0)
        correction = np.clip((observation.active + _LEARNERS) / (course + _LEARNERS), *_FAR)
        self.learners = np.where(begun, self.learners * correction, self.learners)

    def active(self, number: int) -> np.ndarray:
        """Active learners in the week of a number, from 0. (lane,)"""
        return np.where(self.starts <= number + 1, self.learners * self._share(number), 0) \
            .sum(axis=0)

    def attend(self, number: int, sessions: np.ndarray, seats: np.ndarray,
               active: np.ndarray) -> None:
        """A week passes in which so many sessions and seats come to active learners, (lane,)."""
        plan, bring = self.plan, self.bring
        one, seat = (np.minimum(1, many / np.maximum(1, active)) for many in (sessions, seats))
        units = one * bring.one + seat * bring.seat
        squares = one * bring.one ** 2 / np.maximum(bring.attended[0], _LEAST) \
            + seat * bring.seat ** 2 / np.maximum(bring.attended[1], _LEAST)
        here = self.starts <= number + 1
        built = min(1, plan.opening[LIB] / plan.cents("simulation.library.full")
                    * (number + 1) / plan.weeks)
        self.mean = self.mean + here * (units + plan["simulation.library.weekly"] * built)
        self.variance = self.variance + here * np.maximum(0, squares - units ** 2)

    def _share(self, over: int) -> np.ndarray:
        """The share of each cohort that still learns after so many weeks."""
        need = np.array(self.plan.values["simulation.enrolled.requirement"])[:, None, None]
        below = ndtr((need - _HALF_STEP - self.mean) / np.sqrt(self.variance)).mean(axis=0)
        stay = 1 - self.plan["simulation.enrolled.exit"]
        return below * stay ** np.maximum(0, over - self.starts + 1)
