"""What a week's rules ask a person for, in words: the move, the evidence and the effect.

    outcome = evaluate(plan, week, readings, balances, state)
    for proposal in proposals(plan, outcome, readings, balances): ...
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from model.budget.accounts.balances import Balances
from model.budget.accounts.moves import needs_approval
from model.budget.money import shown
from model.budget.plan.plan import ONE, Plan
from model.budget.plan.schema import BUCKETS
from model.budget.steering.rules import Firing, Outcome, Readings, below, completion


@dataclass(frozen=True)
class Proposal:
    """What one rule asks for in one week.

    id              stable: the same evidence gives the same id, another amount another
    kind            move, freeze, unfreeze or increase
    source, destination   codes of buckets; empty where none is meant
    cents           0 where no money is meant
    needs_approval  whether rule R21 asks for a review besides the approval that every move needs
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


def proposals(plan: Plan, outcome: Outcome, readings: Readings,
              balances: Balances) -> tuple[Proposal, ...]:
    """The proposals of one programme in one week, in the order in which rules have their turn."""
    return tuple(_proposal(plan, firing, readings, balances) for firing in outcome.firings
                 if bool(firing.fired))


def unjudged(plan: Plan, outcome: Outcome, week: int) -> tuple[str, ...]:
    """A sentence for each rule that could not be judged, as its signal is missing."""
    return tuple(f"{rule} ({plan.rules[rule].label}) could not be judged in week {week}: "
                 f"{_MISSING[rule]}." for rule, where in outcome.missing.items() if bool(where))


_MISSING = {
    "R10": "one-to-one utilization was not reported, which also breaks its run of weeks",
    "R11": "bookings or cancellations were not reported, or nothing was booked",
    "R12": "the utilization of a cohort with active learners was not reported",
    "R13": "the progress of a cohort that is large and old enough was not reported",
    "R14": "completion or cost per completion has no value",
}


def _proposal(plan: Plan, firing: Firing, readings: Readings, balances: Balances) -> Proposal:
    cents = int(firing.cents)
    source = "" if firing.source is None else BUCKETS[firing.source]
    destination = "" if firing.destination is None else BUCKETS[firing.destination]
    approval = firing.kind in ("freeze", "increase") or (
        firing.kind == "move" and bool(needs_approval(plan, firing.rule, cents)))
    said = _EVIDENCE[firing.rule](plan, firing.week, readings, balances)
    where = "-".join(filter(None, (source, destination))) or firing.kind
    seal = hashlib.sha256(f"{firing.rule} {firing.week} {firing.kind} {where} {cents}".encode())
    return Proposal(f"{firing.rule}-w{firing.week:02d}-{where}-{seal.hexdigest()[:4]}",
                    firing.rule, firing.week, firing.kind, source, destination, cents, said,
                    _effect(plan, firing, balances, cents), approval)


def _effect(plan: Plan, firing: Firing, balances: Balances, cents: int) -> str:
    if firing.kind == "freeze":
        last = firing.week + plan.whole("gate.longest_freeze")
        return (f"No new one-to-one bookings up to week {last}; bookings that are made already are "
                "kept.")
    if firing.kind == "unfreeze":
        return "New one-to-one bookings are possible again."
    if firing.kind == "increase":
        out = "out of the reserve" if firing.source is not None else \
            f"a total of {shown(plan.total + cents)}"
        return f"The next cohort may spend {shown(cents)} more, {out}."
    left = int(balances.planned[firing.source]) - cents
    now = int(balances.planned[firing.destination]) + cents
    return (f"{shown(cents)} from {_name(plan, firing.source)}, which keeps {shown(left)} planned, "
            f"to {_name(plan, firing.destination)}, which then has {shown(now)}.")


def _name(plan: Plan, bucket: int) -> str:
    label = plan.buckets[BUCKETS[bucket]].label
    return label[:1].lower() + label[1:]


def _percent(value: float) -> str:
    return f"{100 * float(value):.4g}%"


def _idle(plan, week, readings, balances) -> str:
    dwell = plan.whole("rule_a.dwell")
    values = [_percent(value) for value in readings.utilization[week - dwell:week]]
    weeks = f"weeks {week - dwell + 1} to {week}" if dwell > 1 else f"week {week}"
    return (f"One-to-one utilization was {', '.join(values)} in {weeks}, below "
            f"{_percent(plan['rule_a.utilization_below'])}.")


def _push(plan, week, readings, balances) -> str:
    mentor, learner = (int(counts[week - 1]) for counts in (readings.canceled_by_mentor,
                                                            readings.canceled_by_learner))
    booked = int(readings.booked[week - 1])
    return (f"{mentor + learner} of {booked} sessions were canceled in week {week}, "
            f"{_percent((mentor + learner) / booked)} and above "
            f"{_percent(plan['push.cancellations_above'])}; mentors canceled {mentor} of them.")


def _idle_cohort(plan, week, readings, balances) -> str:
    rates = readings.cohort_utilization[week - 1]
    low = below(rates, plan["idle_cohort.utilization_below"]) \
        & (np.asarray(readings.cohort_active[week - 1]) > 0)
    return (f"{low.sum()} of {len(rates)} cohorts used less than "
            f"{_percent(plan['idle_cohort.utilization_below'])} of their hours in week {week}, the "
            f"least {_percent(rates[low].min())}.")


def _gate(plan, week, readings, balances) -> str:
    rates, counted = readings.on_track[week - 1], completion(plan, week, readings)[0]
    known = rates[~np.isnan(rates) & counted]
    lowest = _percent(known.min()) if known.size else "not reported"
    return ("Of the cohorts that count, the lowest share that completed or is on track is "
            f"{lowest} in week {week}; the gate closes below "
            f"{_percent(plan['gate.completion_below'])} and opens at "
            f"{_percent(plan['gate.release_at'])}.")


def _unused(plan, week, readings, balances) -> str:
    due, used = int(plan.to_date[week, ONE]), int(balances.spent[ONE] + balances.committed[ONE])
    return (f"The plan would have used {shown(due)} of one-to-one money by week {week}; "
            f"{shown(used)} is spent or committed.")


def _higher(plan, week, readings, balances) -> str:
    lacking = [f"{_name(plan, bucket)} {shown(int(cents))}"
               for bucket, cents in enumerate(readings.short) if cents > 0]
    return f"Demand exceeds the money of {', '.join(lacking)}; lower priorities come after it."


def _growth(plan, week, readings, balances) -> str:
    return (f"Completion is above {_percent(plan['rule_b.completion_above'])} and cost per "
            f"completion USD {float(readings.cost_per_completion[week - 1]):,.2f}, below "
            f"{shown(plan.cents('rule_b.cost_target'))}.")


_EVIDENCE = {"R10": _idle, "R11": _push, "R12": _idle_cohort, "R13": _gate, "R14": _growth,
             "R17": _unused, "R18": _higher}
