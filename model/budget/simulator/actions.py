"""Strategies observe, ask for actions, and the actions are carried out or refused, lane by lane.

A move that needs a person's approval waits for it as long as the plan's lag. A freeze is never
longer than the plan allows, and the next one does not follow upon it.
"""

from __future__ import annotations

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances
from model.budget.simulator.state import ACTIVE, COMPLETED, Request, State, of_lanes
from model.budget.simulator.strategy import (
    Action,
    DailyCap,
    Freeze,
    Move,
    Observation,
    Release,
    Strategy,
    Unfreeze,
)
from model.budget.simulator.tape import DAYS
from model.budget.simulator.world import QUARTERS
from model.engine.projection import ratio

_LAST_DAY = DAYS - 1


def ask_daily(state: State, week: int, day: int) -> None:
    """Let every strategy ask at the start of a day."""
    _ask(state, week, day, "daily")
    state.actions.caps = state.actions.next_caps.copy()


def ask_weekly(state: State, week: int) -> None:
    """Carry out the moves whose approval comes, then let every strategy ask."""
    actions = state.actions
    due = [each for each in actions.requests if each.due <= week]
    actions.requests = [each for each in actions.requests if each.due > week]
    for each in due:
        _move(state, each.move, each.where, week, _LAST_DAY, approval=True)
    _ask(state, week, DAYS, "weekly")


def _ask(state: State, week: int, day: int, hook: str) -> None:
    actions, ahead = state.actions, None
    for number, (strategy, lanes) in enumerate(actions.strategies):
        if getattr(type(strategy), hook) is getattr(Strategy, hook):
            continue
        ahead = ahead or _balances_ahead(state)
        observation = observe(state, number, lanes, week, day, ahead)
        choice, actions.memories[number] = getattr(strategy, hook)(observation,
                                                                   actions.memories[number])
        for action in choice:
            _carry_out(state, action, lanes, week, min(day, _LAST_DAY))


def _balances_ahead(state: State) -> Balances:
    balances = state.books.balances
    for each in state.actions.requests:
        cents = np.where(each.where, each.move.cents, 0)
        balances = posting.move(balances, each.move.source, each.move.destination, cents,
                                moves.lifts_cap(state.world.plan, each.move.rule),
                                each.move.rule == "R10", cents > 0).balances
    return balances


def observe(state: State, number: int, lanes: slice, week: int, day: int,
            ahead: Balances) -> Observation:
    """What a strategy may see in its lanes; `ahead` counts moves that wait as made."""
    plan, over = state.world.plan, week if day >= DAYS else week - 1
    hours = state.offered[:plan.weeks, lanes] / QUARTERS
    bookings = hours - state.hours[:plan.weeks, lanes] / QUARTERS
    beyond = np.arange(plan.weeks) >= week + state.world.lead
    hours[beyond], bookings[beyond] = np.nan, np.nan
    # What ends with a week stays as it is until the next one ends.
    if state.past.get(number, (None,))[0] != over:
        state.past[number] = over, _past(state, lanes, over)
    balances = of_lanes(state.books.balances, lanes)
    return Observation(
        plan=state.belief, week=week, day=day, balances=balances,
        ahead=balances if ahead is state.books.balances else of_lanes(ahead, lanes),
        offered=hours, booked_hours=bookings,
        season=state.world.tape.season[:, state.columns[lanes]],
        frozen_until=state.actions.frozen_until[lanes], **state.past[number][1])


def _past(state: State, lanes: slice, over: int) -> dict:
    weeks = state.weeks
    active = state.status[:, lanes] == ACTIVE
    after = state.world.verification_weeks[:, state.columns[lanes]]
    completion_week = np.where(state.status[:, lanes] == COMPLETED, state.end_week[:, lanes], 0)
    count = active.sum(axis=0)

    def so_far(values: np.ndarray) -> np.ndarray:
        past = values[..., lanes].copy()
        past[over:] = 0
        return past

    def verifications(since: np.ndarray) -> np.ndarray:
        return ((since > 0) & (since + after <= over)).sum(axis=0)

    return {
        "readings": weeks.readings(state.world, over, lanes), "active": count,
        "requests": so_far(weeks.requests), "unmet": so_far(weeks.unmet),
        "served": so_far(weeks.served), "workshops": so_far(weeks.workshops),
        "progress": ratio((active * state.progress[:, lanes]).sum(axis=0), count.astype(float)),
        "milestones": verifications(state.halfway[:, lanes]),
        "completions": verifications(completion_week)}


def _carry_out(state: State, action: Action, lanes: slice, week: int, day: int) -> None:
    """Do what a strategy asks for in its lanes, where that is allowed."""
    actions, lane_count = state.actions, len(state.columns)

    def for_all(values, kind=np.int64) -> np.ndarray:
        """A strategy's values in an array for all lanes, 0 or False elsewhere."""
        array = np.zeros(lane_count, kind)
        array[lanes] = values
        return array

    own = for_all(True, bool)
    if isinstance(action, Move):
        _ask_move(state, Move(action.source, action.destination, for_all(action.cents),
                              action.rule), week, day)
    elif isinstance(action, Freeze):
        _freeze(state, for_all(action.until), for_all(action.where, bool), week)
    elif isinstance(action, Unfreeze):
        where = for_all(action.where, bool) & (actions.frozen_until > week)
        actions.frozen_until = np.where(where, week, actions.frozen_until)
        _say(state, "unfreeze", where)
    elif isinstance(action, Release):
        total = for_all(action.total)
        change = own & (total != state.books.balances.released_total)
        actions.rejections += change & ~state.books.release(total, change)
    elif isinstance(action, DailyCap):
        cents = for_all(action.cents)
        good, caps = own & (cents >= 0), actions.next_caps
        caps[action.bucket] = np.where(good, cents, caps[action.bucket])
        actions.rejections += own & ~good


def _ask_move(state: State, move: Move, week: int, day: int) -> None:
    """Move at once what needs no approval; the rest waits for a person."""
    plan, actions = state.world.plan, state.actions
    where = move.cents != 0
    review = moves.needs_approval(plan, move.rule, move.cents) & where
    _move(state, move, where & ~review, week, day, approval=False)
    if not review.any():
        return
    actions.chores["reviews"] += review
    lag = plan.whole("review.lag")
    if lag:
        actions.requests.append(Request(move, review, week + lag))
        _say(state, "request_approval", review, rule=move.rule, cents=move.cents)
    else:
        _move(state, move, review, week, day, approval=True)


def _move(state: State, move: Move, where: np.ndarray, week: int, day: int, approval: bool) -> None:
    if not where.any():
        return
    actions, today = state.actions, 7 * (week - 1) + day
    success = state.books.move(move.source, move.destination, move.cents, move.rule, today,
                               today if approval else moves.NEVER, where)
    actions.transfers[move.source, move.destination] += np.where(success, move.cents, 0)
    actions.rejections += where & ~success
    actions.chores["rule_actions" if move.rule else "moves_by_hand"] += success


def _freeze(state: State, until: np.ndarray, where: np.ndarray, week: int) -> None:
    actions = state.actions
    longest = week + state.world.plan.whole("gate.longest_freeze")
    # A freeze that is on or ended just now is a person's to prolong, not a rule's.
    good = where & (until <= longest) & (until > week) & (actions.frozen_until < week)
    actions.rejections += where & ~good
    actions.frozen_until = np.where(good, until, actions.frozen_until)
    actions.chores["rule_actions"] += good
    _say(state, "freeze", good, until=until)
    _say(state, "rejected", where & ~good, asked="freeze", until=until)


def _say(state: State, kind: str, where: np.ndarray, **inputs) -> None:
    if state.books.recorder:
        state.books.recorder.say(kind, state.books.actors, where, inputs)
