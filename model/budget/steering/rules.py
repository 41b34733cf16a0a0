"""What rules read of a programme's weeks.

Arrays have shape (week, *replications), those of cohorts (week, cohort, *replications); week w is
row w − 1, and rows after the week that is judged are not read. NaN is not reported.

Rules R10 to R18 read on weekly signals: which fire, where money would move, and how much.

The same functions serve one programme and many replications. "Below" and "above" are strict; what
lies within the tolerance of a threshold counts as equal to it. A rule proposes and moves nothing:
amounts are what the plan would let it move, and `moves.make` makes the move.

What another threshold or dwell of rule A would have done with the weeks that were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances
from model.budget.money import decimal, portion, split
from model.budget.plan.plan import CON, GRP, LIB, MEA, MKT, ONE, REC, RED, Plan
from model.budget.programme.weeks import Signals


@dataclass(frozen=True)
class Readings:
    """The signals of the rules.

    utilization          one-to-one hours held or charged over those offered
    booked, canceled_by_mentor, canceled_by_learner   sessions
    cohort_start         week in which each cohort starts, shape (cohort,) or with replications
    cohort_utilization   as utilization, by cohort
    cohort_active        active learners at the start of the week, by cohort
    cohort_size          learners who enrolled, by cohort
    on_track             on-track rate by cohort; its completion rate once its scheduled end is over
    cost_per_completion  so far, in USD
    short                demand that a bucket's money does not cover, int64 cents of shape
                         (bucket, *replications); None where nobody forecasts it
    """

    utilization: np.ndarray
    booked: np.ndarray
    canceled_by_mentor: np.ndarray
    canceled_by_learner: np.ndarray
    cohort_start: np.ndarray
    cohort_utilization: np.ndarray
    cohort_active: np.ndarray
    cohort_size: np.ndarray
    on_track: np.ndarray
    cost_per_completion: np.ndarray
    short: np.ndarray | None = None


def readings(seen: Signals, short: np.ndarray | None = None) -> Readings:
    """The readings of a programme's signals."""
    completed, spent = seen.cohort_completed.sum(axis=1), np.where(seen.spent < 0, 0, seen.spent)
    so_far = np.cumsum(spent.sum(axis=1), axis=0) / 100
    ended = ~np.isnan(seen.completion_rate)
    return Readings(
        utilization=seen.utilization, booked=seen.booked,
        canceled_by_mentor=seen.canceled_by_mentor, canceled_by_learner=seen.canceled_by_learner,
        cohort_start=seen.cohort_start + 1, cohort_utilization=seen.cohort_utilization,
        cohort_active=seen.cohort_active, cohort_size=seen.cohort_enrolled,
        on_track=np.where(ended, seen.completion_rate, seen.on_track_rate),
        cost_per_completion=ratio(so_far, completed), short=short)


TOLERANCE = 1e-9
# The order in which rules have their turn; of those that take from one bucket in one week, the
# first that fires moves money.
ORDER = ("R13", "R11", "R10", "R12", "R17", "R18")


@dataclass(frozen=True)
class RuleState:
    """What rules remember from week to week, each of shape (*replications).

    frozen_until   the last week in which new one-to-one bookings are frozen; 0 is never
    armed          whether the completion gate may fire: after it has, not before completion is
                   back at the release line
    unused_moved   whether unused hours have moved to workshops
    """

    frozen_until: np.ndarray
    armed: np.ndarray
    unused_moved: np.ndarray


@dataclass(frozen=True)
class Firing:
    """A rule that fires in some replications.

    kind is move, freeze, unfreeze or increase; `fired` and `cents` have shape (*replications).
    """

    rule: str
    kind: str
    week: int
    fired: np.ndarray
    cents: np.ndarray
    source: int | None = None
    destination: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a week's rules ask for, what they remember, and which could not be judged: by rule,
    where its signal is missing."""

    firings: tuple[Firing, ...]
    state: RuleState
    missing: dict[str, np.ndarray]


def open_state(replications: tuple[int, ...] = ()) -> RuleState:
    """What rules remember before the first week."""
    return RuleState(np.zeros(replications, np.int64), np.ones(replications, bool),
                     np.zeros(replications, bool))


def evaluate(plan: Plan, week: int, readings: Readings, balances: Balances,
             state: RuleState) -> Outcome:
    """Read every rule that is due at the end of a week, in the order of `ORDER`.

    `balances` are those after the week; to keep a rule from asking twice for money, apply the
    moves that wait for approval to them first. What is asked for may still be refused.
    """
    used = np.zeros(balances.planned.shape, bool)
    firings: list[Firing] = []
    missing: dict[str, np.ndarray] = {}
    state = _thawed(plan, week, readings, state, firings)
    for rule in ORDER:
        if not plan.due(rule, week):
            continue
        found, unknown, state = _RULES[rule](plan, week, readings, balances, state, used)
        for firing in found:
            firings.append(firing)
            if firing.kind == "move":
                used[firing.source] |= firing.fired
        if unknown is not None and np.any(unknown):
            missing[rule] = unknown
    if plan.due("R14", week):
        found, unknown = _growth(plan, week, readings, balances)
        firings += found
        if np.any(unknown):
            missing["R14"] = unknown
    return Outcome(tuple(firings), state, missing)


def below(values: np.ndarray, bound: float) -> np.ndarray:
    """Where values are strictly below a bound; nowhere where they are NaN."""
    return (values < bound) & ~_near(values, bound)


def above(values: np.ndarray, bound: float) -> np.ndarray:
    """Where values are strictly above a bound; nowhere where they are NaN."""
    return (values > bound) & ~_near(values, bound)


def _near(values, bound: float) -> np.ndarray:
    return np.abs(values - bound) <= TOLERANCE * max(1.0, abs(bound))


def in_a_row(plan: Plan, week: int, values: np.ndarray, bound: float, dwell: int) -> np.ndarray:
    """Where values were below a bound in each of the last weeks. The weeks of warming up count
    towards no run, and a week without a value breaks it."""
    first = week - dwell
    if first < plan.whole("warm_up"):
        return np.zeros(values.shape[1:], bool)
    return below(values[first:week], bound).all(axis=0)


def _idle(plan, week, readings, balances, state, used):
    """R10, rule A: idle one-to-one hours pay for marketing and recruitment."""
    low = in_a_row(plan, week, readings.utilization, plan["rule_a.utilization_below"],
                    plan.whole("rule_a.dwell"))
    fired = low & ~used[ONE]
    cents = np.where(fired, moves.headroom(plan, balances, ONE, "R10"), 0)
    recruiting = decimal(plan["rule_a.recruiting_share"])
    parts = split(cents, np.array([recruiting.denominator - recruiting.numerator,
                                   recruiting.numerator]))
    found = _moves("R10", week, fired, ONE, ((MKT, parts[0]), (REC, parts[1])))
    return found, _unknown(plan, week, readings.utilization), state


def _push(plan, week, readings, balances, state, used):
    """R11: cancellations pay for a push for mentors, as far as mentors made them."""
    now = week - 1
    booked = np.asarray(readings.booked[now])
    mentor, learner = (np.asarray(counts[now]) for counts in (readings.canceled_by_mentor,
                                                              readings.canceled_by_learner))
    unknown = ~((booked > 0) & (mentor >= 0) & (learner >= 0))
    canceled = np.where(unknown, 0, mentor + learner).astype(np.int64)
    rate = np.where(unknown, np.nan, canceled / np.where(unknown, 1, booked))
    fired = above(rate, plan["push.cancellations_above"]) & ~used[CON]
    whole = np.where(fired, mentor, 0).astype(np.int64) * plan.cents("push.amount")
    cents = np.minimum(whole // np.maximum(1, canceled),
                       moves.headroom(plan, balances, CON, "R11"))
    return _moves("R11", week, fired, CON, ((REC, cents),)), unknown, state


def _idle_cohort(plan, week, readings, balances, state, used):
    """R12: what is left for a cohort with idle hours goes to the library. The free one-to-one
    money is shared among cohorts by their active learners."""
    now = week - 1
    if week <= plan.whole("warm_up"):
        return (), None, state
    rates, active = readings.cohort_utilization[now], np.asarray(readings.cohort_active[now])
    active = np.where(active > 0, active, 0).astype(np.int64)
    low = below(rates, plan["idle_cohort.utilization_below"]) & (active > 0)
    fired = low.any(axis=0) & ~used[ONE]
    everybody = np.maximum(1, active.sum(axis=0))
    share = balances.available[ONE] * np.where(low, active, 0).sum(axis=0) // everybody
    cents = np.minimum(np.where(fired, share, 0), moves.headroom(plan, balances, ONE, "R12"))
    unknown = (np.isnan(rates) & (active > 0)).any(axis=0)
    return _moves("R12", week, fired, ONE, ((LIB, cents),)), unknown, state


def _unused(plan, week, readings, balances, state, used):
    """R17: once, one-to-one money that the plan would have used by now goes to workshops, in
    whole quarters of an hour. Where another rule takes from the bucket, it waits a week."""
    if week < plan.whole("unused_hours.week"):
        return (), None, state
    free = ~state.unused_moved & ~used[ONE]
    unused = plan.to_date[week, ONE] - balances.spent[ONE] - balances.committed[ONE]
    unused = np.maximum(0, unused)
    price = plan.cents("prices.one_hour")
    due = np.where(free, unused * 4 // price, 0)
    capped = np.minimum(unused, moves.headroom(plan, balances, ONE, "R17"))
    cents = np.where(free, capped * 4 // price * price // 4, 0)
    # What a cap holds back wholly waits for a week that lets some of it through.
    state = replace(state, unused_moved=state.unused_moved | (free & ((cents > 0) | (due == 0))))
    return _moves("R17", week, free, ONE, ((GRP, cents),)), None, state


def _gate(plan, week, readings, balances, state, used):
    """R13: where a cohort falls behind, freeze new bookings and pay for redesign."""
    counted, behind, _ = completion(plan, week, readings)
    fired = state.armed & behind & (state.frozen_until <= week)
    free = np.where(fired & ~used[ONE], balances.available[ONE], 0)
    cents = np.minimum(portion(free, plan["gate.transfer_share"]),
                       moves.headroom(plan, balances, ONE, "R13"))
    until = np.where(fired, week + plan.whole("gate.longest_freeze"), state.frozen_until)
    state = replace(state, frozen_until=until, armed=state.armed & ~fired)
    found = ()
    if fired.any():
        found = (Firing("R13", "freeze", week, fired, np.zeros_like(cents)),)
    unknown = (np.isnan(readings.on_track[week - 1]) & counted).any(axis=0)
    return (*found, *_moves("R13", week, fired, ONE, ((RED, cents),))), unknown, state


def _thawed(plan, week, readings, state, firings) -> RuleState:
    """End a freeze, and arm the gate again, where every cohort that counts is back."""
    if not plan.active("R13"):
        return state
    _, _, back = completion(plan, week, readings)
    ended = back & (state.frozen_until > week)
    if ended.any():
        firings.append(Firing("R13", "unfreeze", week, ended, np.zeros(ended.shape, np.int64)))
    return replace(state, frozen_until=np.where(ended, week, state.frozen_until),
                   armed=state.armed | back)


def completion(plan, week, readings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which cohorts count, and where one of them is behind, or all are back at the line."""
    rates, size = readings.on_track[week - 1], np.asarray(readings.cohort_size[week - 1])
    old = week - readings.cohort_start + 1 >= plan.whole("gate.from_cohort_week")
    old = old.reshape(old.shape + (1,) * (rates.ndim - old.ndim))
    counted = old & (size >= plan.whole("gate.least_learners"))
    behind = (below(rates, plan["gate.completion_below"]) & counted).any(axis=0)
    ready = ~below(rates, plan["gate.release_at"]) & ~np.isnan(rates)
    return counted, behind, (ready | ~counted).all(axis=0) & counted.any(axis=0)


def _higher(plan, week, readings, balances, state, used):
    """R18: lower priorities fund what a higher one lacks."""
    if readings.short is None:
        return (), None, state
    return higher_first(plan, week, balances, readings.short, used), None, state


def higher_first(plan: Plan, week: int, balances: Balances, short: np.ndarray,
                 used: np.ndarray | None = None) -> tuple[Firing, ...]:
    """R18: what buckets lack, (bucket, *replications) in cents, taken from lower priorities, the
    lowest first, within their caps. `used` says which sources another rule takes from."""
    found = []
    for at, bucket in enumerate(plan.by_priority):
        lacking = np.where(short[bucket] > 0, short[bucket], 0)
        for source in reversed(plan.by_priority[at + 1:]):
            if MEA in (bucket, source) or not np.any(lacking):
                continue
            cents = np.minimum(lacking, moves.headroom(plan, balances, source, "R18"))
            if used is not None:
                cents = np.where(used[source], 0, cents)
            if np.any(cents):
                found += _moves("R18", week, cents > 0, source, ((bucket, cents),))
                balances = posting.move(balances, source, bucket, cents).balances
                lacking = lacking - cents
    return tuple(found)


def _growth(plan, week, readings, balances) -> tuple[tuple[Firing, ...], np.ndarray]:
    """R14, rule B: where cohorts that have ended completed, and cheaply, the next may spend more:
    a share of the total, out of the reserve where the funder does not allow it."""
    nobody = np.zeros(balances.released_total.shape, bool)
    if week < plan.whole("cohorts.end_week"):
        return (), nobody
    rates, size = readings.on_track[week - 1], np.maximum(0, readings.cohort_size[week - 1])
    everybody = size.sum(axis=0)
    done = np.where(size > 0, rates * size, 0).sum(axis=0)
    rate = np.where(everybody > 0, done / np.maximum(1, everybody), np.nan)
    cost = np.asarray(readings.cost_per_completion[week - 1])
    fired = above(rate, plan["rule_b.completion_above"]) & below(
        cost, plan["rule_b.cost_target"])
    more = np.broadcast_to(portion(plan.total, plan["rule_b.increase"]), fired.shape)
    source = None
    if not plan.on("rule_b.funder_allows"):
        source, more = CON, np.minimum(more, balances.free[CON])
    cents = np.where(fired, more, 0)
    found = (Firing("R14", "increase", week, fired, cents, source),) if cents.any() else ()
    return found, np.isnan(rate) | np.isnan(cost)


def _unknown(plan: Plan, week: int, values: np.ndarray) -> np.ndarray:
    """Where a week that counts has no value."""
    return np.isnan(values[week - 1]) & (week > plan.whole("warm_up"))


def _moves(rule, week, fired, source, parts) -> tuple[Firing, ...]:
    return tuple(Firing(rule, "move", week, fired & (cents > 0), cents, source, destination)
                 for destination, cents in parts if np.any(cents > 0))


_RULES = {"R10": _idle, "R11": _push, "R12": _idle_cohort, "R13": _gate, "R17": _unused,
          "R18": _higher}


def firing_weeks(plan: Plan, seen: Signals, below: float | None = None,
                 dwell: int | None = None) -> tuple[int, ...]:
    """The weeks at whose end one-to-one utilization had been below the line for weeks in a row.

    `below` and `dwell` are the plan's unless given. In the first of them rule A asks for all that
    it may move, so the others are those in which it would have gone on asking.
    """
    line = plan["rule_a.utilization_below"] if below is None else below
    weeks = plan.whole("rule_a.dwell") if dwell is None else dwell
    return tuple(week for week in range(max(1, weeks), seen.complete + 1)
                 if bool(np.all(in_a_row(plan, week, seen.utilization, line, weeks))))
