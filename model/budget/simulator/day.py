"""One day's requests and sessions of a simulated programme, for all lanes at once.

Order of a day (specification 6.6): sessions booked for today are resolved, then requests arrive in
the order of the tape. A request takes an hour of one-to-one mentoring, else a seat in a workshop,
which is opened where none is free, else nothing.

What happens on a day to learners and money: requests served, sessions held, seats taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.budget.plan.plan import GRP, ONE
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


def requests(state, week: int, day: int, order: np.ndarray, lanes: np.ndarray) -> None:
    """Serve the learners of `order`, (place, lane), and take and commit what that costs."""
    world, books, desk, now = state.world, state.books, state.desk, week - 1
    balances, tape, session = books.balances, world.tape, week - 1 + world.lead
    columns = state.columns
    uniform = {name: tape.draws[name][order, now, columns] for name in ("preference",
                                                                        "acceptance")}
    available, reserved = balances.available, balances.reserved
    late = session >= world.plan.weeks
    served = serve(
        world, order, uniform["preference"] < tape.prefers_one[now, columns],
        uniform["acceptance"] < world["booking.accepts_group"], state.equity[order, lanes], {
            "frozen": desk.frozen_until >= week,
            "hours": np.zeros_like(state.seats) if late else state.hours[session],
            "seats": state.seats, "one": available[ONE], "group": available[GRP],
            "one_reserved": reserved[ONE], "group_reserved": reserved[GRP],
            "room": balances.room, "one_cap": desk.caps[ONE], "group_cap": desk.caps[GRP]})
    if not late:
        state.hours[session] = served.hours
    state.seats = served.seats
    state.broken |= served.broken
    for own in (True, False):
        mine = served.equity == own
        books.commit(ONE, world.price * (served.one & mine).sum(axis=0), own)
        books.spend(GRP, world.workshop * (served.opened & mine).sum(axis=0), own)
    state.bookings[session + 1, day] = Bookings(order, served.one, week)
    _tally(state, week, served)
    _seats(state, week, served)


def _tally(state, week: int, served: Asked) -> None:
    """Count a day's requests, and the streaks of those who went away empty-handed."""
    weeks, now = state.weeks, week - 1
    met = served.one | served.seat
    valid, first = served.valid, served.valid & served.prefers
    for bucket, mine in ((ONE, first), (GRP, valid & ~served.prefers)):
        weeks.requests[now, bucket] += mine.sum(axis=0)
        weeks.unmet[now, bucket] += (mine & ~met).sum(axis=0)
    weeks.taken[now, ONE] += served.one.sum(axis=0)
    weeks.taken[now, GRP] += served.seat.sum(axis=0)
    weeks.workshops[now] += served.opened.sum(axis=0)
    for code in range(weeks.refused.shape[1]):
        weeks.refused[now, code] += (served.refused == code + 1).sum(axis=0)
    row, lane = np.nonzero(valid)
    who, got = served.learner[row, lane], met[row, lane]
    state.asked[who, lane] += 1
    state.served[who, lane] += got
    # A booked session ends a streak when it has not been canceled by the mentor, and not before.
    streak = state.streak[who, lane]
    state.streak[who, lane] = np.where(got, np.where(served.seat[row, lane], 0, streak), streak + 1)
    state.empty[who, lane] = ~got


def _seats(state, week: int, served: Asked) -> None:
    """Workshops are held on the day on which a seat is taken; a no-show makes no progress."""
    world, now = state.world, week - 1
    row, lane = np.nonzero(served.seat)
    who = served.learner[row, lane]
    absent = world.tape.draws["no_show"][who, now, state.columns[lane]] \
        < world["session.no_show"] * state.fewer[lane]
    state.progress[who, lane] += np.where(absent, 0, world["units.workshop"] * state.more[lane])
    lanes = len(state.columns)
    missed = np.bincount(lane[absent], minlength=lanes)
    taken = np.bincount(lane, minlength=lanes)
    state.weeks.booked[now] += taken
    state.weeks.no_shows[now] += missed
    state.weeks.held[now] += taken - missed


def sessions(state, week: int, day: int) -> None:
    """Resolve the one-to-one sessions of a day."""
    bookings = state.bookings.pop((week, day), None)
    if bookings is None or not len(bookings.learner):
        return
    world, books, now = state.world, state.books, week - 1
    found = resolve(world, bookings, state.columns, state.fewer)
    lanes = np.arange(len(state.columns))
    equity = state.equity[bookings.learner, lanes]
    charged = found.held | found.no_show
    for own in (True, False):
        mine = equity == own
        committed = (bookings.stands & mine).sum(axis=0) * world.price
        charge = (charged & mine).sum(axis=0) * world.price \
            + (found.late & mine).sum(axis=0) * world.late_charge
        books.settle(ONE, committed, charge, own)
    weeks = state.weeks
    weeks.booked[now] += bookings.stands.sum(axis=0)
    weeks.held[now] += found.held.sum(axis=0)
    weeks.no_shows[now] += found.no_show.sum(axis=0)
    weeks.by_mentor[now] += found.mentor.sum(axis=0)
    weeks.by_learner[now] += (found.early | found.late).sum(axis=0)
    weeks.used[now] += QUARTERS * charged.sum(axis=0)
    weeks.held_hours[now] += QUARTERS * found.held.sum(axis=0)
    # A mentor's cancellation is an unserved request of the week in which it was made.
    weeks.unmet[bookings.made - 1, ONE] += found.mentor.sum(axis=0)
    row, lane = np.nonzero(charged)
    cohort = bookings.learner[row, lane] // world.tape.slots
    np.add.at(weeks.cohort_used[now], (cohort, lane), QUARTERS)
    row, lane = np.nonzero(found.held)
    state.progress[bookings.learner[row, lane], lane] += world["units.one"] * state.more[lane]
    row, lane = np.nonzero(bookings.stands & ~found.mentor)
    who = bookings.learner[row, lane]
    # What was refused earlier this week comes after the week of the booking.
    state.streak[who, lane] = state.empty[who, lane]
    row, lane = np.nonzero(found.mentor)
    who = bookings.learner[row, lane]
    state.streak[who, lane] += 1
    state.served[who, lane] -= 1
