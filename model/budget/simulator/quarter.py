"""A quarter of a mentorship programme, week by week, under several strategies on the same tapes.

All strategies run side by side, each in its own lanes, so that a step is one operation on arrays.
A lane is blind to the others: adding or reordering strategies changes nothing. The order of events
is that of the specification, 6.6; probabilities and prices are the plan's section `simulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from model.budget.accounts.balances import open_balances
from model.budget.plan.plan import LIB, MEA, MKT, ONE, REC, RED, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.actions import ask_daily, ask_weekly
from model.budget.simulator.day import compact, hold_sessions, serve_requests
from model.budget.simulator.state import (
    ACTIVE,
    COMPLETED,
    DROPPED,
    EXITED,
    NOT_STARTED,
    Actions,
    Books,
    Learners,
    Quarter,
    State,
    Weeks,
    of_lanes,
)
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import DAYS, Tape
from model.budget.simulator.world import World, world
from model.engine.projection import ratio

# Sums of units are exact to far less than this.
NEARLY = 1e-9

Watch = Callable[[State, int, int], None]


def simulate(plan: Plan, tape: Tape, strategies: Sequence[Strategy],
             recorder: Any = None, watch: Watch | None = None,
             belief: Plan | None = None) -> list[Quarter]:
    """Run every strategy over every replication of a tape.

    `recorder` is told what happens (see `Books`); `watch` is called with the state after each day
    (0 to 4) and at the end of a week (5). `belief` is the plan that strategies reason with, where
    other assumptions hold.
    """
    state = _open(world(plan, tape), strategies, recorder, belief or plan)
    for week in range(1, plan.weeks + 1):
        _start_week(state, week)
        for day in range(DAYS):
            _run_day(state, week, day)
            if watch:
                watch(state, week, day)
        _end_week(state, week)
        if watch:
            watch(state, week, DAYS)
    state.books.close()
    return [_quarter(state, number, strategy.name) for number, strategy in enumerate(strategies)]


def _open(world: World, strategies: Sequence[Strategy], recorder: Any, belief: Plan) -> State:
    plan, tape = world.plan, world.tape
    size, count = tape.replications, len(strategies)
    lanes = size * count
    columns = np.tile(np.arange(size), count)
    opening = np.concatenate([
        np.broadcast_to(split.reshape(len(BUCKETS), -1), (len(BUCKETS), size))
        for split in (strategy.split(plan) for strategy in strategies)], axis=1)
    balances = open_balances(plan, (lanes,), opening)
    releases = np.repeat([strategy.first_release(plan) for strategy in strategies], size)
    balances = replace(balances, released_total=np.maximum(releases, opening[MEA]))
    names = [strategy.name for strategy in strategies for _ in range(size)]
    if recorder:
        recorder.open(balances)
    shape = (len(tape.exists), lanes)
    zeros = {name: np.zeros(shape, kind) for name, kind in
             (("status", np.int8), ("end_week", np.int16), ("progress", float),
              ("streak", np.int16), ("halfway", np.int16), ("requests", np.int16),
              ("served", np.int16), ("asks", bool), ("empty", bool))}
    offered = np.zeros((plan.weeks + world.lead + 1, lanes), np.int64)
    offered[:plan.weeks] = world.offered[:, columns]
    return State(
        world=world, belief=belief, columns=columns,
        books=Books(plan, balances, names, recorder),
        actions=Actions.none(plan, strategies, size),
        weeks=Weeks.empty(plan.weeks, tape.cohorts, lanes), exists=tape.exists[:, columns],
        requirement=world.requirement[:, columns], patience=world.patience[:, columns],
        equity=tape.under_floor[:, columns], **zeros, offered=offered, hours=offered.copy(),
        seats=np.zeros(lanes, np.int64), breach=np.zeros(lanes, bool), fewer=np.ones(lanes),
        more=np.ones(lanes))


def _start_week(state: State, week: int) -> None:
    """Activate cohorts, open the equity reserve when its week has come, spend what is scheduled."""
    plan, books = state.world.plan, state.books
    state.date(week, 0)
    begins = (state.world.start == week)[:, None] & state.exists & (state.status == NOT_STARTED)
    state.status = np.where(begins, np.int8(ACTIVE), state.status)
    if week == plan.whole("equity.release_week"):
        books.open_equity()
    state.seats = np.zeros_like(state.seats)
    weeks, now = state.weeks, week - 1
    weeks.offered[now] = state.offered[now]
    active = state.status == ACTIVE
    weeks.cohort_active[now] = state.by_cohort(active)
    starts = np.array(plan.values["cohorts.start_weeks"])[:, None] <= week
    weeks.cohort_enrolled[now] = np.where(starts, state.by_cohort(state.exists), 0)
    weeks_left = plan.weeks - week + 1
    books.post("spend", MEA, books.balances.available[MEA] // weeks_left)
    books.post("spend", LIB, np.maximum(0, np.minimum(books.balances.available[LIB] // weeks_left,
                                              books.balances.room)))
    state.asks, state.empty = _asks(state, week, active), np.zeros_like(active)
    redesign = _redesign_at_work(state)
    state.fewer, state.more = state.world.fewer(redesign), state.world.more(redesign)


def _asks(state: State, week: int, active: np.ndarray) -> np.ndarray:
    world, tape = state.world, state.world.tape
    chance = world["booking.chance"] * tape.demand[week - 1][state.columns]
    chance = chance + world.marketing(state.books.balances.spent[MKT])
    return active & (tape.draws["booking"][:, week - 1][:, state.columns] < chance)


def _redesign_at_work(state: State) -> np.ndarray:
    """Cents of redesign that were spent long enough ago to have an effect, (lane,)."""
    delay = state.world.redesign_delay
    if not delay:
        return state.books.balances.spent[RED]
    if delay <= len(state.redesign_spending):
        return state.redesign_spending[-delay]
    return np.zeros(len(state.columns), np.int64)


def _run_day(state: State, week: int, day: int) -> None:
    world, tape, columns = state.world, state.world.tape, state.columns
    state.date(week, day)
    if world.lead:
        hold_sessions(state, week, day)
    ask_daily(state, week, day)
    # Equity learners come first as long as money is reserved for them.
    order = np.where(state.books.balances.reserved.any(axis=0),
                     tape.requests(week - 1, day, True)[:, columns],
                     tape.requests(week - 1, day, False)[:, columns])
    order = compact(order, (order >= 0) & state.asks[order, np.arange(len(columns))])
    if len(order):
        serve_requests(state, week, day, order)
    if not world.lead:
        hold_sessions(state, week, day)


def _end_week(state: State, week: int) -> None:
    """End a week: completions and exits, counts, approvals and rules, then the levers."""
    world, books, weeks, now = state.world, state.books, state.weeks, week - 1
    state.date(week, DAYS - 1)
    active = state.status == ACTIVE
    part = np.minimum(1, books.balances.spent[LIB] / world.library_full)
    state.progress = state.progress + np.where(active, world["library.weekly"] * part, 0)
    enough = state.progress >= state.requirement - NEARLY
    half = state.progress >= state.requirement / 2 - NEARLY
    state.halfway = np.where(active & half & (state.halfway == 0), np.int16(week), state.halfway)
    completes = active & enough
    drops = active & ~enough & (state.streak >= state.patience)
    exits = active & ~enough & ~drops & (
        world.tape.draws["exit"][:, now][:, state.columns] < world["enrolled.exit"])
    ends = completes | drops | exits
    state.status = np.select([completes, drops, exits],
                             [np.int8(COMPLETED), np.int8(DROPPED), np.int8(EXITED)], state.status)
    state.end_week = np.where(ends, np.int16(week), state.end_week)
    _cancel_bookings(state, ends)
    weeks.cohort_completed[now] = state.by_cohort(state.status == COMPLETED)
    weeks.on_track[now] = _on_track(state, week)
    before = books.balances.spent
    weeks.spent[now] = before - weeks.spent[:now].sum(axis=0)
    ask_weekly(state, week)
    _spend_levers(state, week)
    weeks.spent[now] += books.balances.spent - before
    weeks.planned[now] = books.balances.planned
    weeks.committed[now] = books.balances.committed


def _cancel_bookings(state: State, ends: np.ndarray) -> None:
    """Cancel the sessions ahead of learners who end; they count to their own week."""
    lanes = np.arange(len(state.columns))
    for (session, _), bookings in state.bookings.items():
        off = bookings.stands & ends[bookings.learner, lanes]
        if not off.any():
            continue
        equity = state.equity[bookings.learner, lanes]
        for own in (True, False):
            cents = (off & (equity == own)).sum(axis=0) * state.world.price
            state.books.post("settle", ONE, cents, np.zeros_like(cents), equity=own)
        bookings.stands = bookings.stands & ~off
        state.weeks.booked[session - 1] += off.sum(axis=0)
        state.weeks.by_learner[session - 1] += off.sum(axis=0)


def _on_track(state: State, week: int) -> np.ndarray:
    """Share of a cohort that completed or keeps up with the published requirement."""
    plan = state.world.plan
    starts = state.world.start
    whole = plan.whole("cohorts.end_week") - starts + 1
    part = np.clip((week - starts + 1) / whole, 0, 1)[:, None]
    due = plan["progress.on_track_share"] * plan["progress.needed"] * part
    on = (state.status == COMPLETED) | ((state.status == ACTIVE) & (state.progress >= due - NEARLY))
    return ratio(state.by_cohort(on).astype(float), state.weeks.cohort_enrolled[week - 1])


def _spend_levers(state: State, week: int) -> None:
    books, world = state.books, state.world

    def able(bucket: int) -> np.ndarray:
        return np.maximum(0, np.minimum(books.balances.available[bucket], books.balances.room))

    books.post("spend", MKT, able(MKT))
    recruits = able(REC) // world.recruit
    books.post("spend", REC, recruits * world.recruit)
    if recruits.any():
        # Hours that are booked already stay booked: recruits add to what is left.
        ahead = slice(week - 1 + world.recruit_delay, world.plan.weeks)
        hours = recruits * world.recruit_hours
        state.offered[ahead] += hours
        state.hours[ahead] += hours
    books.post("spend", RED, able(RED))
    state.redesign_spending.append(books.balances.spent[RED])


def _quarter(state: State, number: int, name: str) -> Quarter:
    size = state.world.tape.replications
    lanes = slice(number * size, (number + 1) * size)
    actions = state.actions
    return Quarter(
        **{each.name: getattr(state, each.name)[:, lanes] for each in fields(Learners)},
        strategy=name, world=state.world, balances=of_lanes(state.books.balances, lanes),
        weeks=of_lanes(state.weeks, lanes),
        chores={kind: count[lanes] for kind, count in actions.chores.items()},
        transfers=actions.transfers[..., lanes], rejections=actions.rejections[lanes],
        breach=state.breach[lanes])
