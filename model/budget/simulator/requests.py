"""One day's requests and sessions of a simulated programme, for all lanes at once.

Order of a day (specification 6.6): sessions booked for today are resolved, then requests arrive in
the order of the tape. A request takes an hour of one-to-one mentoring, else a seat in a workshop,
which is opened where none is free, else nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.budget.simulator.world import QUARTERS, World

# Why a request for one-to-one was not met, in the order in which it is asked.
REFUSALS = ("frozen", "hours", "money", "room", "cap")


@dataclass
class Bookings:
    """The one-to-one sessions that were booked on one day: learner by place and lane, whether the
    booking stands, and the number of the week in which it was made."""

    learner: np.ndarray
    stands: np.ndarray
    made: int


@dataclass(frozen=True)
class Asked:
    """What came of one day's requests, by place and lane, and in sums by lane.

    `one` and `seat` say who was served, `opened` who opened a workshop; `refused` has the first
    reason against one-to-one, from 1, 0 for none. `broken` is where an equity learner was refused
    for money although the reserve held a price.
    """

    learner: np.ndarray
    valid: np.ndarray
    prefers: np.ndarray
    equity: np.ndarray
    one: np.ndarray
    seat: np.ndarray
    opened: np.ndarray
    refused: np.ndarray
    hours: np.ndarray
    seats: np.ndarray
    broken: np.ndarray


def compact(order: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """The learners of `order` who ask, moved up to the first places; −1 behind the last."""
    place = np.cumsum(asks, axis=0) - 1
    most = int(place[-1].max(initial=-1)) + 1 if len(place) else 0
    found = np.full((most, order.shape[1]), -1, np.int32)
    row, lane = np.nonzero(asks)
    found[place[row, lane], lane] = order[row, lane]
    return found


def serve(world: World, learner: np.ndarray, prefers: np.ndarray, accepts: np.ndarray,
          equity: np.ndarray, limits: dict[str, np.ndarray]) -> Asked:
    """Serve one day's requests one after the other, each place for all lanes at once.

    `limits` holds by lane what is left at the start of the day: `frozen`, `hours` of the session
    week, `seats`, available money `one` and `group`, its equity reserves `one_reserved` and
    `group_reserved`, `room`, and the daily caps `one_cap` and `group_cap`.
    """
    left = {name: values.copy() for name, values in limits.items()}
    valid = learner >= 0
    shape = learner.shape
    one, seat, opened = (np.zeros(shape, bool) for _ in range(3))
    refused = np.zeros(shape, np.int8)
    price, workshop, hour = world.price, world.workshop, QUARTERS
    broken = np.zeros(shape[1:], bool)
    for place in range(shape[0]):
        here, first, own = valid[place], prefers[place], equity[place]
        first = first & here
        held = np.where(own, 0, left["one_reserved"])
        checks = (left["frozen"], left["hours"] < hour, left["one"] - held < price,
                  left["room"] < price, left["one_cap"] < price)
        against = checks[0] | checks[1] | checks[2] | checks[3] | checks[4]
        takes = first & ~against
        if (first & against).any():
            reason = np.int8(1) + np.argmax(np.stack(checks), axis=0).astype(np.int8)
            refused[place] = np.where(first & against, reason, 0)
            broken |= (refused[place] == 3) & own & (left["one_reserved"] >= price)
        paid = np.where(takes, price, 0)
        left["one"] -= paid
        left["one_reserved"] = np.where(
            takes & own, np.maximum(0, left["one_reserved"] - price), left["one_reserved"])
        left["room"] -= paid
        left["one_cap"] -= paid
        left["hours"] -= np.where(takes, hour, 0)
        one[place] = takes
        group = here & ~takes & (~first | accepts[place])
        sits = group & (left["seats"] > 0)
        wants = group & ~sits
        if wants.any():
            held = np.where(own, 0, left["group_reserved"])
            money = left["group"] - held >= workshop
            opens = wants & money & (left["room"] >= workshop) & (left["group_cap"] >= workshop)
            broken |= wants & ~money & own & (left["group_reserved"] >= workshop)
            paid = np.where(opens, workshop, 0)
            left["group"] -= paid
            left["group_reserved"] = np.where(
                opens & own, np.maximum(0, left["group_reserved"] - workshop),
                left["group_reserved"])
            left["room"] -= paid
            left["group_cap"] -= paid
            left["seats"] += np.where(opens, world.seats, 0)
            opened[place] = opens
            sits = sits | opens
        left["seats"] -= sits
        seat[place] = sits
    return Asked(learner, valid, prefers, equity, one, seat, opened, refused, left["hours"],
                 left["seats"], broken)


@dataclass(frozen=True)
class Resolved:
    """How the sessions of a day ended, by place and lane; at most one of these is true."""

    mentor: np.ndarray
    early: np.ndarray
    late: np.ndarray
    no_show: np.ndarray
    held: np.ndarray


def resolve(world: World, bookings: Bookings, columns: np.ndarray, fewer: np.ndarray) -> Resolved:
    """How booked sessions end; `fewer` is redesign's factor on what goes wrong, by lane."""
    learner, stands, week = bookings.learner, bookings.stands, bookings.made - 1
    row, lane = np.nonzero(stands)
    who, column = learner[row, lane], columns[lane]
    factor = fewer[lane]

    def happens(purpose: str, chance) -> np.ndarray:
        return world.tape.draws[purpose][who, week, column] < chance

    mentor = happens("mentor", world["session.mentor_cancels"] * factor)
    gone = ~mentor & happens("learner", world["session.learner_cancels"] * factor)
    late = gone & happens("late", world["session.late"])
    missing = ~mentor & ~gone & happens("no_show", world["session.no_show"] * factor)

    def placed(values: np.ndarray) -> np.ndarray:
        found = np.zeros(learner.shape, bool)
        found[row, lane] = values
        return found

    return Resolved(placed(mentor), placed(gone & ~late), placed(late), placed(missing),
                    placed(~mentor & ~gone & ~missing))
