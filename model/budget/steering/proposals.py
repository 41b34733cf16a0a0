"""What a week's rules ask a person for, in words: the move, the evidence and the effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np

from model.budget.accounts.moves import needs_approval
from model.budget.money import dollars
from model.budget.plan.plan import ONE, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.steering.rules import below, completion, growing
from model.budget.steering.week_end import Firing, Outcome, WeekEnd
from model.counts import inside, listed
from model.files import digest
from model.views.formats import sentence_case

# What tells two proposals apart whose ids end alike.
_LETTERS = ascii_lowercase[6:]


@dataclass(frozen=True)
class Proposal:
    """What one rule asks for in one week; the same evidence gives the same id.

    `kind` is move, freeze, unfreeze or increase; buckets are codes, empty where there is none.
    `needs_approval` says whether R21 asks for a review besides the approval that every move needs.
    """

    id: str
    rule: str
    week: int
    kind: str
    source: str
    destination: str
    cents: int
    evidence: str
    effect: str
    needs_approval: bool


def proposals(outcome: Outcome, end: WeekEnd) -> tuple[Proposal, ...]:
    """The proposals of one programme in one week, in the order in which rules have their turn."""
    return tuple(_proposal(firing, end) for firing in outcome.firings if bool(firing.where))


def title(plan: Plan, each: Proposal) -> str:
    """What a proposal asks for, in names: `Move USD 6,600.00 from one-to-one mentoring to …`."""
    if each.kind == "move":
        source, destination = (inside(plan.buckets[code].label)
                               for code in (each.source, each.destination))
        return f"Move {dollars(each.cents)} from {source} to {destination}"
    return {"freeze": "Stop new one-to-one bookings up to week "
                      f"{each.week + plan.whole('gate.longest_freeze')}",
            "unfreeze": "Let new one-to-one bookings be made again",
            "increase": f"Let the next cohort spend {dollars(each.cents)} more"}[each.kind]


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """A short id for each proposal, which no earlier one has: the end of its own, longer by a
    letter where that is taken. Proposals come in their order, so that a new one changes no id."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(ids):
        seal = name.rpartition("-")[2]
        longer = (f"{seal}{letter}" for letter in _LETTERS)
        short = next(each for each in (seal, *longer, name) if each not in taken)
        taken.add(short)
        found[name] = short
    return found


def doubts(outcome: Outcome, end: WeekEnd) -> tuple[str, ...]:
    """A sentence for each rule that could not be judged, as its signal is missing."""
    return tuple(f"{sentence_case(end.plan.rules[rule].label)} could not be judged in week "
                 f"{end.week}: {_MISSING[rule]}."
                 for rule, where in outcome.unknown.items() if bool(where))


_MISSING = {
    "R10": "one-to-one utilization was not reported, which also breaks its run of weeks",
    "R11": "bookings or cancellations were not reported, or nothing was booked",
    "R12": "the utilization of a cohort with active learners was not reported",
    "R13": "the progress of a cohort that is large and old enough was not reported",
    "R14": "completion or cost per completion has no value",
}


def _proposal(firing: Firing, end: WeekEnd) -> Proposal:
    cents = int(firing.cents)
    source = "" if firing.source is None else BUCKETS[firing.source]
    destination = "" if firing.destination is None else BUCKETS[firing.destination]
    approval = firing.kind in ("freeze", "increase") or (
        firing.kind == "move" and bool(needs_approval(end.plan, firing.rule, cents)))
    where = "-".join(filter(None, (source, destination))) or firing.kind
    seal = digest(f"{firing.rule} {firing.week} {firing.kind} {where} {cents}".encode())
    return Proposal(f"{firing.rule}-w{firing.week:02d}-{where}-{seal[:4]}",
                    firing.rule, firing.week, firing.kind, source, destination, cents,
                    _EVIDENCE[firing.rule](end), _effect(firing, end, cents), approval)


def _effect(firing: Firing, end: WeekEnd, cents: int) -> str:
    plan, planned = end.plan, end.balances.planned
    if firing.kind == "freeze":
        last = firing.week + plan.whole("gate.longest_freeze")
        return (f"No new one-to-one bookings up to week {last}; bookings that are made already are "
                "kept.")
    if firing.kind == "unfreeze":
        return "New one-to-one bookings are possible again."
    if firing.kind == "increase":
        out = "out of the reserve" if firing.source is not None else \
            f"a total of {dollars(plan.total + cents)}"
        return f"The next cohort may spend {dollars(cents)} more, {out}."
    source, destination = (_name(plan, bucket) for bucket in (firing.source, firing.destination))
    return (f"{dollars(cents)} from {source}, which keeps "
            f"{dollars(planned[firing.source] - cents)} planned, to {destination}, which then has "
            f"{dollars(planned[firing.destination] + cents)}.")


def _name(plan: Plan, bucket: int) -> str:
    return inside(plan.buckets[BUCKETS[bucket]].label)


def _percent(value: float) -> str:
    """`74.99%`: a share as close to its threshold as it came."""
    return f"{100 * float(value):.4g}%"


def _idle(end: WeekEnd) -> str:
    dwell = end.plan.whole("rule_a.dwell")
    shares = map(_percent, end.readings.utilization[end.week - dwell:end.week])
    weeks = f"weeks {end.week - dwell + 1} to {end.week}" if dwell > 1 else f"week {end.week}"
    return (f"One-to-one utilization was {', '.join(shares)} in {weeks}, below "
            f"{_percent(end.plan['rule_a.utilization_below'])}.")


def _push(end: WeekEnd) -> str:
    mentor = int(end.now(end.readings.canceled_by_mentor))
    cancellations = mentor + int(end.now(end.readings.canceled_by_learner))
    bookings = int(end.now(end.readings.booked))
    return (f"{cancellations} of {bookings} sessions were canceled in week {end.week}, "
            f"{_percent(cancellations / bookings)} and above "
            f"{_percent(end.plan['push.cancellations_above'])}; mentors canceled {mentor} of them.")


def _idle_cohort(end: WeekEnd) -> str:
    line, rates = end.plan["idle_cohort.utilization_below"], end.now(
        end.readings.cohort_utilization)
    low = below(rates, line) & (end.now(end.readings.cohort_active) > 0)
    return (f"{low.sum()} of {len(rates)} cohorts used less than {_percent(line)} of their hours "
            f"in week {end.week}, the least {_percent(rates[low].min())}.")


def _gate(end: WeekEnd) -> str:
    rates, (counts, behind, _) = end.now(end.readings.on_track), completion(end)
    shares = rates[~np.isnan(rates) & counts]
    lowest = _percent(shares.min()) if shares.size else "not reported"
    new = behind & end.state.can_fire
    who = f"; newly behind {'is' if new.sum() == 1 else 'are'} {_cohorts(end, new)}" \
        if new.any() and end.readings.cohorts else ""
    return ("Of the cohorts that count, the lowest share that completed or is on track is "
            f"{lowest} in week {end.week}{who}; the gate closes below "
            f"{_percent(end.plan['gate.completion_below'])} and opens at "
            f"{_percent(end.plan['gate.release_at'])}.")


def _cohorts(end: WeekEnd, which: np.ndarray) -> str:
    """The cohorts at some places with their shares: `Cohort 1 (94%) and Cohort 2 (91.67%)`."""
    rates = end.now(end.readings.on_track)
    names = end.readings.cohorts or [f"cohort {at + 1}" for at in range(len(rates))]
    return listed([f"{names[at]} ({_percent(rates[at])})" for at in np.flatnonzero(which)])


def _unused_hours(end: WeekEnd) -> str:
    due = int(end.plan.to_date[end.week, ONE])
    used = int(end.balances.spent[ONE] + end.balances.committed[ONE])
    return (f"The plan would have used {dollars(due)} of one-to-one money by week {end.week}; "
            f"{dollars(used)} is spent or committed.")


def _higher(end: WeekEnd) -> str:
    needs = [f"{_name(end.plan, bucket)} {dollars(int(cents))}"
               for bucket, cents in enumerate(end.readings.short) if cents > 0]
    return f"Demand exceeds the money of {', '.join(needs)}; lower priorities come after it."


def _growth(end: WeekEnd) -> str:
    return (f"Completion is above {_percent(end.plan['rule_b.completion_above'])} in "
            f"{_cohorts(end, growing(end)[1])}, and cost per completion USD "
            f"{float(end.now(end.readings.cost_per_completion)):,.2f}, below "
            f"{dollars(end.plan.cents('rule_b.cost_target'))}.")


_EVIDENCE = {"R10": _idle, "R11": _push, "R12": _idle_cohort, "R13": _gate, "R14": _growth,
             "R17": _unused_hours, "R18": _higher}
