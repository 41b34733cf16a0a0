"""Rules R10 to R18, read on a programme's weeks: which fire, and how much each would move.

The same functions serve one programme and many replications. "Below" and "above" are strict; what
lies within the tolerance of a threshold counts as equal to it. A rule only proposes: its amounts
are what the plan would let it move, and `moves.make` makes the move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Balances
from model.budget.money import decimal, portion, split
from model.budget.plan.plan import CON, GRP, LIB, MEA, MKT, ONE, REC, RED, Plan
from model.budget.programme.weeks import Signals
from model.budget.steering.week_end import Firing, Outcome, Verdict, WeekEnd
from model.tolerance import near

# The order in which rules have their turn; of those that take from one bucket in one week, the
# first that fires moves money.
ORDER = ("R13", "R11", "R10", "R12", "R17", "R18")


def evaluate(end: WeekEnd) -> Outcome:
    """Read every rule that is due, in order, rule B last; what it asks for may be refused."""
    firings: list[Firing] = []
    unknown: dict[str, np.ndarray] = {}
    holds: dict[str, np.ndarray | bool] = {}
    if end.plan.active("R13"):
        thaw = _thaw(end)
        firings += thaw.firings
        end = end.after(thaw)
    for rule in (*ORDER, "R14"):
        if not end.plan.due(rule, end.week):
            continue
        verdict = JUDGES[rule](end)
        holds[rule] = verdict.holds
        if rule in end.answers:
            verdict = verdict._replace(firings=(), state=None)
        firings += verdict.firings
        end = end.after(verdict)
        if verdict.unknown is not None and np.any(verdict.unknown):
            unknown[rule] = verdict.unknown
    return Outcome(tuple(firings), end.state, unknown, holds)


def below(values: np.ndarray, bound: float) -> np.ndarray:
    """Where values are strictly below a bound; nowhere where they are NaN."""
    return (values < bound) & ~near(values, bound)


def above(values: np.ndarray, bound: float) -> np.ndarray:
    """Where values are strictly above a bound; nowhere where they are NaN."""
    return (values > bound) & ~near(values, bound)


def in_a_row(plan: Plan, week: int, values: np.ndarray, bound: float, dwell: int) -> np.ndarray:
    """Where values were below a bound in the last weeks; warm-up and gaps break a run."""
    first = week - dwell
    if first < plan.whole("warm_up"):
        return np.zeros(values.shape[1:], bool)
    return below(values[first:week], bound).all(axis=0)


def firing_weeks(plan: Plan, signals: Signals, below: float, dwell: int) -> tuple[int, ...]:
    """The weeks at whose end rule A's condition holds: one-to-one utilization had been below a line
    for weeks in a row.

    In the first of them rule A asks for all that it may move; in the others it would go on asking.
    """
    return tuple(week for week in range(max(1, dwell), signals.complete + 1)
                 if bool(np.all(in_a_row(plan, week, signals.utilization, below, dwell))))


def _idle(end: WeekEnd) -> Verdict:
    """R10, rule A: idle one-to-one hours pay for marketing and recruitment."""
    plan, utilization = end.plan, end.readings.utilization
    low = in_a_row(plan, end.week, utilization, plan["rule_a.utilization_below"],
                   plan.whole("rule_a.dwell"))
    where = low & end.is_free(ONE)
    cents = np.where(where, end.headroom("R10", ONE), 0)
    recruiting = decimal(plan["rule_a.recruiting_share"])
    marketing, recruitment = split(cents, np.array([
        recruiting.denominator - recruiting.numerator, recruiting.numerator]))
    return Verdict(_moves("R10", end.week, where, ONE, ((MKT, marketing), (REC, recruitment))),
                   np.isnan(end.now(utilization)) & (not end.warming_up), holds=low)


def _push(end: WeekEnd) -> Verdict:
    """R11: cancellations pay for a push for mentors, as far as mentors made them."""
    bookings = end.now(end.readings.booked)
    mentor = end.now(end.readings.canceled_by_mentor)
    learner = end.now(end.readings.canceled_by_learner)
    unknown = ~((bookings > 0) & (mentor >= 0) & (learner >= 0))
    cancellations = np.where(unknown, 0, mentor + learner).astype(np.int64)
    rate = np.where(unknown, np.nan, cancellations / np.where(unknown, 1, bookings))
    holds = above(rate, end.plan["push.cancellations_above"])
    where = holds & end.is_free(CON)
    push = np.where(where, mentor, 0).astype(np.int64) * end.plan.cents("push.amount")
    cents = np.minimum(push // np.maximum(1, cancellations), end.headroom("R11", CON))
    return Verdict(_moves("R11", end.week, where, CON, ((REC, cents),)), unknown, holds=holds)


def _idle_cohort(end: WeekEnd) -> Verdict:
    """R12: the share of free one-to-one money of cohorts with idle hours goes to the library."""
    if end.warming_up:
        return Verdict()
    rates = end.now(end.readings.cohort_utilization)
    active = end.now(end.readings.cohort_active)
    active = np.where(active > 0, active, 0).astype(np.int64)
    low = below(rates, end.plan["idle_cohort.utilization_below"]) & (active > 0)
    where = low.any(axis=0) & end.is_free(ONE)
    everybody = np.maximum(1, active.sum(axis=0))
    share = end.balances.available[ONE] * np.where(low, active, 0).sum(axis=0) // everybody
    cents = np.minimum(np.where(where, share, 0), end.headroom("R12", ONE))
    unknown = (np.isnan(rates) & (active > 0)).any(axis=0)
    return Verdict(_moves("R12", end.week, where, ONE, ((LIB, cents),)), unknown,
                   holds=low.any(axis=0))


def _gate(end: WeekEnd) -> Verdict:
    """R13: where a cohort falls behind, freeze new bookings and pay for redesign; once for each,
    until it is back."""
    plan, state = end.plan, end.state
    counts, behind, _ = completion(end)
    # A freeze for another cohort does not follow on one at once: no freeze is longer than its most.
    where = (state.can_fire & behind).any(axis=0) & (state.frozen_until < end.week)
    free = np.where(where & end.is_free(ONE), end.balances.available[ONE], 0)
    cents = np.minimum(portion(free, plan["gate.transfer_share"]), end.headroom("R13", ONE))
    until = np.where(where, end.week + plan.whole("gate.longest_freeze"), state.frozen_until)
    redesign = _moves("R13", end.week, where, ONE, ((RED, cents),))
    return Verdict((*_firing("R13", "freeze", end, where), *redesign),
                   (np.isnan(end.now(end.readings.on_track)) & counts).any(axis=0),
                   replace(state, frozen_until=until, can_fire=state.can_fire & ~(behind & where)),
                   behind.any(axis=0))


def _thaw(end: WeekEnd) -> Verdict:
    """R13: end a freeze where every cohort that counts is back, and arm the gate again for each
    that is."""
    counts, _, back = completion(end)
    thaws = (back | ~counts).all(axis=0) & counts.any(axis=0) & (end.state.frozen_until > end.week)
    return Verdict(_firing("R13", "unfreeze", end, thaws), state=replace(
        end.state, frozen_until=np.where(thaws, end.week, end.state.frozen_until),
        can_fire=end.state.can_fire | back))


def completion(end: WeekEnd) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which cohorts count, which of them are behind, and which are back, (cohort, *replications).
    """
    plan, rates = end.plan, end.now(end.readings.on_track)
    old = end.week - end.readings.cohort_start + 1 >= plan.whole("gate.from_cohort_week")
    counts = _by_cohort(old, rates) & (
        end.now(end.readings.cohort_size) >= plan.whole("gate.least_learners"))
    behind = below(rates, plan["gate.completion_below"]) & counts
    back = ~below(rates, plan["gate.release_at"]) & ~np.isnan(rates) & counts
    return counts, behind, back


def _by_cohort(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Values of cohorts with the axes of (cohort, *replications)."""
    return values.reshape(values.shape + (1,) * (like.ndim - values.ndim))


def growing(end: WeekEnd) -> tuple[np.ndarray, np.ndarray]:
    """R14: which cohorts have ended and were not looked at with success before, and which of them
    completed above the line, (cohort, *replications)."""
    rates, ends = end.now(end.readings.on_track), end.readings.cohort_end
    if ends is None:
        ends = np.full(len(rates), end.plan.whole("cohorts.end_week"))
    over = _by_cohort(end.week >= ends, rates) & (end.now(end.readings.cohort_size) > 0)
    over = over & ~end.state.has_grown
    return over, above(rates, end.plan["rule_b.completion_above"]) & over


def _growth(end: WeekEnd) -> Verdict:
    """R14, rule B: where a cohort that has ended completed, and the programme cheaply, the next may
    spend more: a share of the total, out of the reserve where the funder does not allow it."""
    plan, rates = end.plan, end.now(end.readings.on_track)
    over, good = growing(end)
    cost = end.now(end.readings.cost_per_completion)
    where = good.any(axis=0) & below(cost, plan["rule_b.cost_target"])
    more = np.broadcast_to(portion(plan.total, plan["rule_b.increase"]), where.shape)
    source = None
    if not plan.on("rule_b.funder_allows"):
        source, more = CON, np.minimum(more, end.balances.free[CON])
    increase = _firing("R14", "increase", end, where & (more > 0), more, source)
    unknown = (np.isnan(rates) & over).any(axis=0) | (np.isnan(cost) & over.any(axis=0))
    return Verdict(increase, unknown, holds=where, state=replace(
        end.state, has_grown=end.state.has_grown | (good & where & (more > 0))))


def _unused_hours(end: WeekEnd) -> Verdict:
    """R17: once, one-to-one money that the plan would have used by now goes to workshops, in
    whole quarters of an hour. Where another rule takes from the bucket, it waits a week."""
    plan, state, balances = end.plan, end.state, end.balances
    if end.week < plan.whole("unused_hours.week"):
        return Verdict()
    free = ~state.r17_is_over & end.is_free(ONE)
    rest = np.maximum(
        0, plan.to_date[end.week, ONE] - balances.spent[ONE] - balances.committed[ONE])
    price = plan.cents("prices.one_hour")
    due = np.where(free, rest * 4 // price, 0)
    within = np.minimum(rest, end.headroom("R17", ONE))
    cents = np.where(free, within * 4 // price * price // 4, 0)
    # What a cap holds back wholly waits for a week that lets some of it through.
    state = replace(state, r17_is_over=state.r17_is_over | (free & ((cents > 0) | (due == 0))))
    return Verdict(_moves("R17", end.week, free, ONE, ((GRP, cents),)), state=state,
                   holds=~end.state.r17_is_over & (rest * 4 >= price))


def _higher(end: WeekEnd) -> Verdict:
    if end.readings.short is None:
        return Verdict()
    firings = higher_first(end.plan, end.week, end.balances, end.readings.short, end.sources)
    return Verdict(firings, holds=(end.readings.short > 0).any(axis=0))


def higher_first(plan: Plan, week: int, balances: Balances, short: np.ndarray,
                 sources: np.ndarray | None = None) -> tuple[Firing, ...]:
    """R18: what buckets lack, (bucket, *replications) in cents, from lower priorities, the lowest
    first, within their caps. `sources` are the buckets from which another rule takes."""
    firings = []
    for at, bucket in enumerate(plan.by_priority):
        shortfall = np.where(short[bucket] > 0, short[bucket], 0)
        for source in reversed(plan.by_priority[at + 1:]):
            if MEA in (bucket, source) or not np.any(shortfall):
                continue
            cents = np.minimum(shortfall, moves.headroom(plan, balances, source, "R18"))
            if sources is not None:
                cents = np.where(sources[source], 0, cents)
            if np.any(cents):
                firings += _moves("R18", week, cents > 0, source, ((bucket, cents),))
                balances = posting.move(balances, source, bucket, cents).balances
                shortfall = shortfall - cents
    return tuple(firings)


def _firing(rule: str, kind: str, end: WeekEnd, where: np.ndarray, cents=0,
            source: int | None = None) -> tuple[Firing, ...]:
    cents = np.where(where, cents, 0)
    return (Firing(rule, kind, end.week, where, cents, source),) if where.any() else ()


def _moves(rule: str, week: int, where: np.ndarray, source: int,
           parts: Sequence[tuple[int, np.ndarray]]) -> tuple[Firing, ...]:
    return tuple(Firing(rule, "move", week, where & (cents > 0), cents, source, destination)
                 for destination, cents in parts if np.any(cents > 0))


JUDGES: dict[str, Callable[[WeekEnd], Verdict]] = {
    "R10": _idle, "R11": _push, "R12": _idle_cohort, "R13": _gate, "R14": _growth,
    "R17": _unused_hours, "R18": _higher}
