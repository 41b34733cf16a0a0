"""What to look at in a review, a sentence each: money that will be left or lack, buckets that are
nearly used up, KPIs that miss their targets, and freezes that are not kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from model.budget.accounts.balances import Balances
from model.budget.accounts.versions import Versions
from model.budget.money import dollars
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.export import Records
from model.budget.programme.forecast import Forecast
from model.budget.programme.kpis import Kpi, overall, target
from model.budget.steering.approval import Answers
from model.budget.steering.history import Week
from model.budget.steering.proposals import Proposal
from model.counts import count, inside, listed
from model.views.formats import format_value, say, sentence_case


def plan_alerts(plan: Plan) -> list[str]:
    """The alerts of a plan as sentences of their own."""
    return [f"{sentence_case(alert)}." for alert in plan.alerts()]


def money_alerts(plan: Plan, balances: Balances, forecast: Sequence[Forecast],
                 complete: int) -> list[str]:
    """More money than there is that will be spent, or much that will be left, and the buckets of
    which most is used."""
    return [*_end_alert(plan, forecast, complete), *_use_alert(plan, balances)]


def _end_alert(plan: Plan, forecast: Sequence[Forecast], complete: int) -> list[str]:
    *buckets, whole = forecast
    if whole.expected is None:
        return []
    expected, demand = round(whole.expected), round(whole.demand)
    if demand > plan.total:
        return [f"As the last weeks went, {dollars(demand)} would be spent by the end, "
                f"{dollars(demand - plan.total)} more than the total of {dollars(plan.total)}."]
    left, most = plan.total - expected, plan["alerts.left_share"]
    if complete < 1 or left <= most * plan.total:
        return []
    first = max(buckets, key=lambda each: each.planned - (each.expected or 0))
    rest = first.planned - round(first.expected or 0)
    verb = "is left" if complete >= plan.weeks else "is expected to be left by the end"
    return [f"{dollars(left)} {verb}, {_share(left / plan.total)} of the total and more than "
            f"{_share(most)}; {dollars(rest)} of it in {inside(plan.buckets[first.bucket].label)}."]


def _use_alert(plan: Plan, balances: Balances) -> list[str]:
    used, planned = balances.committed + balances.spent, balances.planned
    passed: dict[float, list[str]] = {}
    for at, code in enumerate(BUCKETS):
        lines = [line for line in plan.values["alerts.used_shares"]
                 if planned[at] and used[at] >= line * planned[at]]
        if lines:
            passed.setdefault(max(lines), []).append(inside(plan.buckets[code].label))
    return [f"At least {_share(line)} of what is planned for {listed(passed[line])} is spent or "
            "committed." for line in sorted(passed, reverse=True)]


def target_alerts(plan: Plan, kpis: Sequence[Kpi]) -> list[str]:
    """The headline KPIs that miss their targets, once a cohort has ended."""
    every, sentences = overall(kpis), []
    if every["completion_rate"].value is None:
        return []
    for name in plan.headline:
        aim = target(plan, name)
        if name in every and aim and every[name].value is not None and aim.misses(
                every[name].value):
            unit = every[name].definition.unit
            side = "below" if aim.is_least else "above"
            sentences.append(f"{every[name].definition.label} is {say(every[name].value, unit)}, "
                             f"{side} its target of {say(aim.value, unit)}.")
    return sentences


class Freeze(NamedTuple):
    """A freeze that a person approved: its proposal, the day of the approval, and its last day."""

    proposal: Proposal
    begins: date
    ends: date


def freezes(versions: Versions, weeks: Sequence[Week], answers: Answers) -> list[Freeze]:
    """The freezes that were approved, each up to its longest, or to the day on which a person ended
    it."""
    every = [each for week in weeks for each in week.proposals if each.id in answers.days]
    found = []
    for freeze in (each for each in every if each.kind == "freeze"):
        plan = versions.of(freeze.week)
        begins, ends = answers.days[freeze.id], plan.monday(
            freeze.week + plan.whole("gate.longest_freeze") + 1) - timedelta(days=1)
        ends = min([ends, *(answers.days[each.id] for each in every
                            if each.kind == "unfreeze" and answers.days[each.id] > begins)])
        found.append(Freeze(freeze, begins, ends))
    return found


def frozen_weeks(plan: Plan, found: Sequence[Freeze]) -> tuple[int, ...]:
    """The weeks, from 1, in all of whose working days a freeze held."""
    return tuple(week for week in range(1, plan.weeks + 1) if any(
        each.begins < plan.monday(week) and plan.monday(week) + timedelta(days=4) <= each.ends
        for each in found))


def freeze_alerts(records: Records, plan: Plan, answers: Answers,
                  found: Sequence[Freeze]) -> list[str]:
    """One-to-one bookings that were made although a person had approved a freeze."""
    sentences = []
    for freeze, begins, ends in found:
        made = [row.date for row in records.rows if row.event == "booked" and row.bucket == "ONE"
                and begins < row.date <= ends]
        if made:
            in_weeks = np.unique([plan.week_of(day) for day in made]).tolist()
            sentences.append(
                f"{count(len(made), 'one-to-one booking')} {_were(made)} made in "
                f"week{'s' * (len(in_weeks) > 1)} {listed(list(map(str, in_weeks)))}, although "
                f"{answers.approvals[freeze.id].replace(' it ', ' a freeze of new bookings ')}, up "
                f"to {ends}.")
    return sentences


def _were(made: Sequence) -> str:
    return "was" if len(made) == 1 else "were"


def _share(value: float) -> str:
    return format_value(value, "fraction")
