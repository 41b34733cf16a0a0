"""One day of a simulated programme: sessions end, requests arrive, hours and money are taken.

Order of a day (specification 6.6): sessions booked for today are resolved, then requests arrive in
the order of the tape. A request takes an hour of one-to-one mentoring; else a seat in a workshop,
which is opened where no seat is free; else nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.budget.plan.plan import GRP, ONE
from model.budget.simulator.state import REFUSALS, Bookings, State
from model.budget.simulator.world import QUARTERS, World

_MONEY = 1 + REFUSALS.index("money")


@dataclass
class Limits:
    """What is left to book and to spend, by lane: falls with every request that is served.

    `hours` are quarters of an hour in the week of the session, `seats` free in open workshops.
    `available` is (bucket, lane) cents, `reserve` those of them for equity learners alone, `caps`
    what the day's caps leave, and `room` what may still be committed of what is released.
    """

    freeze: np.ndarray
    hours: np.ndarray
    seats: np.ndarray
    available: np.ndarray
    reserve: np.ndarray
    caps: np.ndarray
    room: np.ndarray

    def short(self, bucket: int, price: int, equity: np.ndarray) -> np.ndarray:
        """Where a bucket cannot pay a price; the reserve is open to equity learners alone."""
        return self.available[bucket] - np.where(equity, 0, self.reserve[bucket]) < price

    def pay(self, bucket: int, price: int, where: np.ndarray, equity: np.ndarray) -> None:
        """Take a price out of a bucket; equity learners use up the reserve first."""
        cents = np.where(where, price, 0)
        reserve = self.reserve[bucket]
        self.available[bucket] -= cents
        self.reserve[bucket] = np.where(where & equity, np.maximum(0, reserve - price), reserve)
        self.room -= cents
        self.caps[bucket] -= cents


@dataclass(frozen=True)
class Service:
    """What came of one day's requests, arrays (place, lane).

    `learner` asks, −1 behind the last; `prefers` is for one-to-one; `one` got one-to-one, `seat` a
    seat, and `opens` opened a workshop. `refusal` is the first reason against one-to-one by its
    number in REFUSALS, from 1; 0 for none. `breach`, (lane,), is that an equity learner was refused
    for money while the reserve held a price.
    """

    learner: np.ndarray
    prefers: np.ndarray
    equity: np.ndarray
    one: np.ndarray
    seat: np.ndarray
    opens: np.ndarray
    refusal: np.ndarray
    breach: np.ndarray


def compact(order: np.ndarray, asks: np.ndarray) -> np.ndarray:
    """The learners of `order` who ask, moved up to the first places; −1 behind the last."""
    place = np.cumsum(asks, axis=0) - 1
    most = int(place[-1].max(initial=-1)) + 1 if len(place) else 0
    learners = np.full((most, order.shape[1]), -1, np.int32)
    row, lane = np.nonzero(asks)
    learners[place[row, lane], lane] = order[row, lane]
    return learners


def serve(world: World, learner: np.ndarray, prefers: np.ndarray, accepts: np.ndarray,
          equity: np.ndarray, limits: Limits) -> Service:
    """Serve one day's requests, each place of the order for all lanes at once.

    `accepts` is for a workshop instead. `limits`, those at the start of the day, are used up.
    """
    one, seat, opens = (np.zeros(learner.shape, bool) for _ in range(3))
    one, seat, opens = (np.zeros(learner.shape, bool) for _ in range(3))
    refusal = np.zeros(learner.shape, np.int8)
    breach = np.zeros(learner.shape[1:], bool)
    for place, here in enumerate(learner >= 0):
        first = prefers[place] & here
        one[place], refusal[place], unfair = _hour(world, first, equity[place], limits)
        breach |= unfair
        group = here & ~one[place] & (~first | accepts[place])
        seat[place], opens[place], unfair = _seat(world, group, equity[place], limits)
        breach |= unfair
    return Service(learner, prefers, equity, one, seat, opens, refusal, breach)


def _hour(world: World, asks: np.ndarray, equity: np.ndarray,
          limits: Limits) -> tuple[np.ndarray, np.ndarray | int, np.ndarray | bool]:
    """One request for one-to-one by lane: who gets an hour, why not, and who unfairly not."""
    price = world.price
    reasons = (limits.freeze, limits.hours < QUARTERS, limits.short(ONE, price, equity),
               limits.room < price, limits.caps[ONE] < price)
    against = reasons[0] | reasons[1] | reasons[2] | reasons[3] | reasons[4]
    success, refusals = asks & ~against, asks & against
    refusal, unfair = 0, False
    if refusals.any():
        refusal = np.where(refusals, 1 + np.argmax(np.stack(reasons), axis=0), 0)
        unfair = (refusal == _MONEY) & equity & (limits.reserve[ONE] >= price)
    limits.pay(ONE, price, success, equity)
    limits.hours -= np.where(success, QUARTERS, 0)
    return success, refusal, unfair


def _seat(world: World, asks: np.ndarray, equity: np.ndarray,
          limits: Limits) -> tuple[np.ndarray, np.ndarray | bool, np.ndarray | bool]:
    """One request for a workshop by lane: a seat, a workshop opened for it, and a breach."""
    price = world.workshop
    success = asks & (limits.seats > 0)
    seatless = asks & ~success
    opens, unfair = False, False
    if seatless.any():
        short = limits.short(GRP, price, equity)
        opens = seatless & ~short & (limits.room >= price) & (limits.caps[GRP] >= price)
        unfair = seatless & short & equity & (limits.reserve[GRP] >= price)
        limits.pay(GRP, price, opens, equity)
        limits.seats += np.where(opens, world.seats, 0)
        success = success | opens
    limits.seats -= success
    return success, opens, unfair


@dataclass(frozen=True)
class Endings:
    """How the sessions of a day ended, by place and lane: canceled by the mentor or by the learner,
    in time or late, not attended, or held."""

    mentor: np.ndarray
    learner: np.ndarray
    late: np.ndarray
    no_show: np.ndarray
    held: np.ndarray


def resolve(world: World, bookings: Bookings, columns: np.ndarray, fewer: np.ndarray) -> Endings:
    """How booked sessions end; `fewer` is redesign's factor on what goes wrong, by lane."""
    row, lane = np.nonzero(bookings.stands)
    who, column = bookings.learner[row, lane], columns[lane]
    factor = fewer[lane]

    def happens(purpose: str, chance) -> np.ndarray:
        return world.tape.draws[purpose][who, bookings.week - 1, column] < chance

    mentor = happens("mentor", world["session.mentor_cancels"] * factor)
    learner = ~mentor & happens("learner", world["session.learner_cancels"] * factor)
    late = learner & happens("late", world["session.late"])
    absent = ~mentor & ~learner & happens("no_show", world["session.no_show"] * factor)

    def by_place(values: np.ndarray) -> np.ndarray:
        places = np.zeros(bookings.learner.shape, bool)
        places[row, lane] = values
        return places

    return Endings(*map(by_place, (mentor, learner, late, absent, ~(mentor | learner | absent))))


def hold_sessions(state: State, week: int, day: int) -> None:
    """Resolve the one-to-one sessions of a day."""
    bookings = state.bookings.pop((week, day), None)
    if bookings is None or not len(bookings.learner):
        return
    world, now = state.world, week - 1
    endings = resolve(world, bookings, state.columns, state.fewer)
    equity = state.equity[bookings.learner, np.arange(len(state.columns))]
    charges = endings.held | endings.no_show
    for own in (True, False):
        mine = equity == own
        commitment = (bookings.stands & mine).sum(axis=0) * world.price
        charge = (charges & mine).sum(axis=0) * world.price \
            + (endings.late & mine).sum(axis=0) * world.late_charge
        state.books.post("settle", ONE, commitment, charge, equity=own)
    weeks = state.weeks
    weeks.booked[now] += bookings.stands.sum(axis=0)
    weeks.held[now] += endings.held.sum(axis=0)
    weeks.no_shows[now] += endings.no_show.sum(axis=0)
    weeks.by_mentor[now] += endings.mentor.sum(axis=0)
    weeks.by_learner[now] += endings.learner.sum(axis=0)
    weeks.used[now] += QUARTERS * charges.sum(axis=0)
    weeks.held_hours[now] += QUARTERS * endings.held.sum(axis=0)
    # A mentor's cancellation is an unserved request of the week in which the session was booked.
    weeks.unmet[bookings.week - 1, ONE] += endings.mentor.sum(axis=0)
    who, lane = _whose(bookings.learner, charges)
    np.add.at(weeks.cohort_used[now], (who // world.tape.slots, lane), QUARTERS)
    who, lane = _whose(bookings.learner, endings.held)
    state.progress[who, lane] += world["units.one"] * state.more[lane]
    # What was refused earlier this week comes after the week of the booking.
    at = _whose(bookings.learner, bookings.stands & ~endings.mentor)
    state.streak[at] = state.empty[at]
    at = _whose(bookings.learner, endings.mentor)
    state.streak[at] += 1
    state.served[at] -= 1


def _whose(learner: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The learners of some places, and their lanes."""
    row, lane = np.nonzero(places)
    return learner[row, lane], lane


def serve_requests(state: State, week: int, day: int, order: np.ndarray) -> None:
    """Serve the learners of `order`, (place, lane), and take and commit what that costs."""
    world, books, actions, now = state.world, state.books, state.actions, week - 1
    balances, draws, columns = books.balances, world.tape.draws, state.columns
    session = now + world.lead
    late = session >= world.plan.weeks
    limits = Limits(
        freeze=actions.frozen_until >= week,
        hours=np.zeros_like(state.seats) if late else state.hours[session].copy(),
        seats=state.seats.copy(), available=balances.available.copy(),
        reserve=balances.reserved.copy(), caps=actions.caps.copy(), room=balances.room.copy())
    service = serve(
        world, order,
        prefers=draws["preference"][order, now, columns] < world.tape.prefers_one[now, columns],
        accepts=draws["acceptance"][order, now, columns] < world["booking.accepts_group"],
        equity=state.equity[order, np.arange(len(columns))], limits=limits)
    if not late:
        state.hours[session] = limits.hours
    state.seats = limits.seats
    state.breach |= service.breach
    for own in (True, False):
        mine = service.equity == own
        books.post("commit", ONE, world.price * (service.one & mine).sum(axis=0), equity=own)
        books.post("spend", GRP, world.workshop * (service.opens & mine).sum(axis=0), equity=own)
    state.bookings[session + 1, day] = Bookings(order, service.one, week)
    _tally(state, week, service)
    _hold_workshops(state, week, service)


def _tally(state: State, week: int, service: Service) -> None:
    """Count a day's requests, and the unserved requests in a row of each learner."""
    weeks, now = state.weeks, week - 1
    success = service.one | service.seat
    valid = service.learner >= 0
    first = valid & service.prefers
    for bucket, mine in ((ONE, first), (GRP, valid & ~service.prefers)):
        weeks.requests[now, bucket] += mine.sum(axis=0)
        weeks.unmet[now, bucket] += (mine & ~success).sum(axis=0)
    weeks.served[now, ONE] += service.one.sum(axis=0)
    weeks.served[now, GRP] += service.seat.sum(axis=0)
    weeks.workshops[now] += service.opens.sum(axis=0)
    for code in range(len(REFUSALS)):
        weeks.refusals[now, code] += (service.refusal == code + 1).sum(axis=0)
    at, gain = _whose(service.learner, valid), success[valid]
    state.requests[at] += 1
    state.served[at] += gain
    # A booked session ends a streak when it has not been canceled by the mentor, and not before.
    streak = state.streak[at]
    state.streak[at] = np.where(gain, np.where(service.seat[valid], 0, streak), streak + 1)
    state.empty[at] = ~gain


def _hold_workshops(state: State, week: int, service: Service) -> None:
    """Workshops are held on the day on which a seat is taken; a no-show makes no progress."""
    world, now = state.world, week - 1
    who, lane = _whose(service.learner, service.seat)
    absent = world.tape.draws["no_show"][who, now, state.columns[lane]] \
        < world["session.no_show"] * state.fewer[lane]
    state.progress[who, lane] += np.where(absent, 0, world["units.workshop"] * state.more[lane])
    lanes = len(state.columns)
    absences = np.bincount(lane[absent], minlength=lanes)
    seats = np.bincount(lane, minlength=lanes)
    state.weeks.booked[now] += seats
    state.weeks.no_shows[now] += absences
    state.weeks.held[now] += seats - absences
