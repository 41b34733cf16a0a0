"""A quarter of a mentorship programme, week by week, under several strategies on the same tapes.

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

from model.budget.accounts.balances import open_balances
from model.budget.plan.plan import LIB, MEA, MKT, RED, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.actions import Strategy
from model.budget.simulator.books import Books, Recorder
from model.budget.simulator.day import requests, sessions
from model.budget.simulator.desk import Desk
from model.budget.simulator.observing import sliced
from model.budget.simulator.record import ACTIVE, NOT_STARTED, Quarter, Weeks
from model.budget.simulator.requests import Bookings, compact
from model.budget.simulator.tape import DAYS, Tape
from model.budget.simulator.week_end import by_cohort, end
from model.budget.simulator.world import World, world


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
