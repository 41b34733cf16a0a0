"""The end of a week: library, completions, drop-outs, then decisions and spending."""

from __future__ import annotations

import numpy as np

from model.analysis.division import ratio
from model.budget.plan.plan import LIB, MKT, ONE, REC, RED
from model.budget.simulator.record import ACTIVE, COMPLETED, DROPPED, EXITED
from model.budget.simulator.tape import DAYS

NEARLY = 1e-9


def end(state, week: int) -> None:
    """Library, completions, drop-outs and exits; then the week's record, approvals and rules; then
    marketing, recruiting and redesign."""
    world, books, weeks, now = state.world, state.books, state.weeks, week - 1
    if books.recorder:
        books.recorder.at(7 * (week - 1) + DAYS - 1)
    active = state.status == ACTIVE
    built = np.minimum(1, books.balances.spent[LIB] / world.library_full)
    state.progress = state.progress + np.where(active, world["library.weekly"] * built, 0)
    enough = state.progress >= state.requirement - NEARLY
    half = state.progress >= state.requirement / 2 - NEARLY
    state.halfway = np.where(active & half & (state.halfway == 0), np.int16(week), state.halfway)
    completed = active & enough
    dropped = active & ~enough & (state.streak >= state.patience)
    exits = world.tape.draws["exit"][:, now][:, state.columns] < world["enrolled.exit"]
    left = active & ~enough & ~dropped & exits
    gone = completed | dropped | left
    state.status = np.select([completed, dropped, left],
                             [np.int8(COMPLETED), np.int8(DROPPED), np.int8(EXITED)], state.status)
    state.ended = np.where(gone, np.int16(week), state.ended)
    _abandon(state, gone)
    weeks.cohort_completed[now] = by_cohort(state, state.status == COMPLETED)
    weeks.on_track[now] = _on_track(state, week)
    spent = books.balances.spent
    weeks.spent[now] = spent - weeks.spent[:now].sum(axis=0)
    state.desk.at_week_end(state, week)
    _execute(state, week)
    weeks.spent[now] += books.balances.spent - spent


def _abandon(state, gone: np.ndarray) -> None:
    """Pending sessions of learners who have left are canceled early, by the learner; they count to
    the week in which they would have been."""
    lanes = np.arange(len(state.columns))
    for (session, _), bookings in state.bookings.items():
        off = bookings.stands & gone[bookings.learner, lanes]
        if not off.any():
            continue
        equity = state.equity[bookings.learner, lanes]
        for own in (True, False):
            cents = (off & (equity == own)).sum(axis=0) * state.world.price
            state.books.settle(ONE, cents, np.zeros_like(cents), own)
        bookings.stands = bookings.stands & ~off
        state.weeks.booked[session - 1] += off.sum(axis=0)
        state.weeks.by_learner[session - 1] += off.sum(axis=0)


def _on_track(state, week: int) -> np.ndarray:
    """Part of the learners who started that completed or has done enough by now, by cohort. The
    measure is the published requirement, not what each learner needs."""
    plan = state.world.plan
    starts = state.world.start
    whole = plan.whole("cohorts.end_week") - starts + 1
    passed = np.clip((week - starts + 1) / whole, 0, 1)[:, None]
    due = plan["progress.on_track_share"] * plan["progress.needed"] * passed
    on = (state.status == COMPLETED) | ((state.status == ACTIVE) & (state.progress
                                                                    >= due - NEARLY))
    return ratio(by_cohort(state, on).astype(float), state.weeks.cohort_enrolled[week - 1])


def _execute(state, week: int) -> None:
    """Spend what has moved to marketing, recruiting and redesign, within what is released."""
    books, world = state.books, state.world

    def able(bucket: int) -> np.ndarray:
        return np.maximum(0, np.minimum(books.balances.available[bucket], books.balances.room))

    books.spend(MKT, able(MKT))
    recruits = able(REC) // world.recruit
    books.spend(REC, recruits * world.recruit)
    first = week - 1 + world.recruit_delay
    if recruits.any():
        # Hours that are booked already stay booked: recruits add to what is left.
        added = recruits * world.recruit_hours
        state.offered[first:world.plan.weeks] += added
        state.hours[first:world.plan.weeks] += added
    books.spend(RED, able(RED))
    state.redesigned.append(books.balances.spent[RED])


def by_cohort(state, values: np.ndarray) -> np.ndarray:
    """Sums over the learners of each cohort, (cohort, lane)."""
    tape = state.world.tape
    return values.reshape(tape.cohorts, tape.slots, -1).sum(axis=1)
