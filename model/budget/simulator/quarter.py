"""The end of a week: library, completions, drop-outs, then decisions and spending.

A quarter of a mentorship programme, week by week, under several strategies on the same tapes.

    tape = draw(plan, "E1", range(200))
    quarters = simulate(plan, tape, [Fixed(), Flexible()])

All strategies run side by side, each in its own lanes, so that a step is one operation on arrays.
A lane is blind to the others: adding or reordering strategies changes nothing. The order of events
is that of the specification, 6.6; probabilities and prices are the plan's section `simulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts.balances import open_balances
from model.budget.plan.plan import LIB, MEA, MKT, ONE, REC, RED, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.day import Bookings, compact, requests, sessions
from model.budget.simulator.desk import Desk, Strategy, sliced
from model.budget.simulator.state import (
    ACTIVE,
    COMPLETED,
    DROPPED,
    EXITED,
    NOT_STARTED,
    Books,
    Quarter,
    Recorder,
    Weeks,
)
from model.budget.simulator.tape import DAYS, Tape
from model.budget.simulator.world import World, world

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


@dataclass
class State:
    """All lanes at one moment. Arrays (learner, lane), (bucket, lane) or (lane,)."""

    world: World
    believed: Plan
    columns: np.ndarray
    books: Books
    desk: Desk
    weeks: Weeks
    exists: np.ndarray
    requirement: np.ndarray
    patience: np.ndarray
    equity: np.ndarray
    status: np.ndarray
    ended: np.ndarray
    progress: np.ndarray
    streak: np.ndarray
    halfway: np.ndarray
    asked: np.ndarray
    served: np.ndarray
    offered: np.ndarray
    hours: np.ndarray
    seats: np.ndarray
    broken: np.ndarray
    asks: np.ndarray
    empty: np.ndarray
    fewer: np.ndarray
    more: np.ndarray
    bookings: dict[tuple[int, int], Bookings] = field(default_factory=dict)
    redesigned: list[np.ndarray] = field(default_factory=list)
    seen: dict[int, tuple] = field(default_factory=dict)


Watch = Callable[[State, int, int], None]


def simulate(plan: Plan, tape: Tape, strategies: Sequence[Strategy],
             recorder: Recorder | None = None, watch: Watch | None = None,
             believed: Plan | None = None) -> list[Quarter]:
    """Run every strategy over every replication of a tape.

    `recorder` keeps the logs of some lanes (strategy × replications + replication); `watch` is
    called with the state after every day (day 0 to 4) and at the end of a week (day 5). `believed`
    is the plan that strategies reason with, where its assumptions are not those that hold.
    """
    state = _opened(world(plan, tape), strategies, recorder, believed or plan)
    for week in range(1, plan.weeks + 1):
        _start(state, week)
        for day in range(DAYS):
            _day(state, week, day)
            if watch:
                watch(state, week, day)
        end(state, week)
        if watch:
            watch(state, week, DAYS)
    state.books.close()
    return [_quarter(state, number, strategy.name) for number, strategy in enumerate(strategies)]


def _opened(world: World, strategies: Sequence[Strategy], recorder: Recorder | None,
            believed: Plan) -> State:
    plan, tape = world.plan, world.tape
    size, count = tape.replications, len(strategies)
    lanes = size * count
    columns = np.tile(np.arange(size), count)
    opening = np.concatenate([
        np.broadcast_to(split.reshape(len(BUCKETS), -1), (len(BUCKETS), size))
        for split in (strategy.split(plan) for strategy in strategies)], axis=1)
    balances = open_balances(plan, (lanes,), opening)
    released = np.repeat([strategy.released(plan) for strategy in strategies], size)
    balances = replace(balances, released_total=np.maximum(released, opening[MEA]))
    names = [strategy.name for strategy in strategies for _ in range(size)]
    books = Books(plan, balances, names, recorder)
    if recorder:
        recorder.open(balances)
    shape = (len(tape.exists), lanes)
    zeros = {name: np.zeros(shape, kind) for name, kind in
             (("status", np.int8), ("ended", np.int16), ("progress", float), ("streak", np.int16),
              ("halfway", np.int16), ("asked", np.int16), ("served", np.int16))}
    offered = np.zeros((plan.weeks + world.lead + 1, lanes), np.int64)
    offered[:plan.weeks] = world.offered[:, columns]
    return State(
        world=world, believed=believed, columns=columns, books=books,
        desk=Desk.open(plan, strategies, size),
        weeks=Weeks.empty(plan.weeks, tape.cohorts, lanes), exists=tape.exists[:, columns],
        requirement=world.requirement[:, columns], patience=world.patience[:, columns],
        equity=tape.reserved[:, columns], **zeros, offered=offered, hours=offered.copy(),
        seats=np.zeros(lanes, np.int64), broken=np.zeros(lanes, bool),
        asks=np.zeros(shape, bool), empty=np.zeros(shape, bool), fewer=np.ones(lanes),
        more=np.ones(lanes))


def _start(state: State, week: int) -> None:
    """Activate cohorts, open the equity reserve when its week has come, spend what is scheduled."""
    plan, books = state.world.plan, state.books
    if books.recorder:
        books.recorder.at(7 * (week - 1))
    begins = (state.world.start == week)[:, None] & state.exists & (state.status == NOT_STARTED)
    state.status = np.where(begins, np.int8(ACTIVE), state.status)
    if week == plan.whole("equity.release_week"):
        books.open_equity()
    state.seats = np.zeros_like(state.seats)
    weeks, now = state.weeks, week - 1
    weeks.offered[now] = state.offered[now]
    active = state.status == ACTIVE
    weeks.cohort_active[now] = by_cohort(state, active)
    started = np.array(plan.values["cohorts.start_weeks"])[:, None] <= week
    weeks.cohort_enrolled[now] = np.where(started, by_cohort(state, state.exists), 0)
    left = plan.weeks - week + 1
    books.spend(MEA, books.balances.available[MEA] // left)
    books.spend(LIB, np.maximum(0, np.minimum(books.balances.available[LIB] // left,
                                              books.balances.room)))
    state.asks, state.empty = _asks(state, week, active), np.zeros_like(active)
    if state.world.redesign_delay <= len(state.redesigned):
        matured = state.redesigned[len(state.redesigned) - state.world.redesign_delay]
    else:
        matured = np.zeros(len(state.columns), np.int64)
    if not state.world.redesign_delay:
        matured = books.balances.spent[RED]
    state.fewer, state.more = state.world.fewer(matured), state.world.more(matured)


def _asks(state: State, week: int, active: np.ndarray) -> np.ndarray:
    """Learners who ask for a session in a week, (learner, lane)."""
    world, tape = state.world, state.world.tape
    chance = world["booking.chance"] * tape.demand[week - 1][state.columns]
    chance = chance + world.marketing(state.books.balances.spent[MKT])
    return active & (tape.draws["booking"][:, week - 1][:, state.columns] < chance)


def _day(state: State, week: int, day: int) -> None:
    world, books, desk = state.world, state.books, state.desk
    if books.recorder:
        books.recorder.at(7 * (week - 1) + day)
    if world.lead:
        sessions(state, week, day)
    desk.today(state, week, day)
    balances, tape = books.balances, world.tape
    unmet_floor = balances.reserved.any(axis=0)
    order = np.where(unmet_floor, tape.asking(week - 1, day, True)[:, state.columns],
                     tape.asking(week - 1, day, False)[:, state.columns])
    lanes = np.arange(len(state.columns))
    order = compact(order, (order >= 0) & state.asks[order, lanes])
    if len(order):
        requests(state, week, day, order, lanes)
    if not world.lead:
        sessions(state, week, day)


def _quarter(state: State, number: int, name: str) -> Quarter:
    size = state.world.tape.replications
    lanes = slice(number * size, (number + 1) * size)
    weeks = Weeks(**{each.name: getattr(state.weeks, each.name)[..., lanes]
                     for each in fields(state.weeks)})
    return Quarter(
        strategy=name, world=state.world, balances=sliced(state.books.balances, lanes),
        weeks=weeks, **{each: getattr(state, each)[:, lanes] for each in (
            "status", "ended", "progress", "requirement", "equity", "exists", "asked", "served")},
        chores={kind: count[lanes] for kind, count in state.desk.chores.items()},
        moved=state.desk.moved[..., lanes], rejected=state.desk.rejected[lanes],
        broken=state.broken[lanes])
