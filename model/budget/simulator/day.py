"""What happens on a day to learners and money: requests served, sessions held, seats taken."""

from __future__ import annotations

import numpy as np

from model.budget.plan.plan import GRP, ONE
from model.budget.simulator.requests import Asked, Bookings, resolve, serve
from model.budget.simulator.world import QUARTERS


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
