"""What is to be decided this week, in names and with short ids, and where the programme stands:
what is free, what will be left at the end, and the headline KPIs, each beside its target and what
it was a week before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.budget.money import dollars
from model.budget.programme.forecast import Forecast
from model.budget.programme.kpis import Kpi, headline, kpis, overall, target, target_text
from model.budget.programme.weeks import week_end
from model.budget.steering.approval import Standing, answerer
from model.budget.steering.proposals import title
from model.budget.steering.review import Review
from model.counts import count
from model.views.formats import say

Amount = Callable[[int], str]
_NONE = "–"


@dataclass(frozen=True)
class Decision:
    """One proposal that waits: its short id, what it asks for and why, the rule that asks, the role
    that answers, the last week for it (None for no end), and what else is to be known."""

    id: str
    standing: Standing
    title: str
    why: str
    rule: str
    role: str
    until: int | None
    remark: str


@dataclass(frozen=True)
class Figure:
    """Where something stands, as text: now, what it should be, what it was a week before, and
    whether it misses what it should be (None where there is nothing to miss)."""

    label: str
    now: str
    target: str
    before: str
    misses: bool | None


def decisions(review: Review) -> tuple[Decision, ...]:
    """What waits for a person, in the order in which rules asked."""
    plan, short = review.plan, review.short_ids
    found = []
    for each in review.open:
        asked = each.proposal
        lasts = "gate.longest_freeze" if asked.kind == "freeze" else "review.expires"
        until = None if asked.kind == "increase" else min(
            plan.weeks, asked.week + min(plan.whole(lasts), plan.whole("review.expires")))
        remarks = ["a large move or one past a gate"] if asked.needs_approval else []
        remarks += ["not possible after those above"] if each.competes else []
        found.append(Decision(
            short[asked.id], each, title(plan, asked), asked.evidence,
            plan.rules[asked.rule].label, answerer(plan, asked), until, "; ".join(remarks)))
    return tuple(found)


def figures(review: Review, amount: Amount = dollars) -> tuple[Figure, ...]:
    """Money first, then the headline KPIs; `amount` writes cents."""
    return _free(review, amount), _left(review, amount), *_kpis(review)


def agenda_sentence(review: Review, amount: Amount = dollars) -> str:
    """What waits, what is free, and what will be left, in two sentences."""
    waiting, fit = review.open, review.together
    if not waiting:
        first = "Nothing waits for a decision."
    else:
        ends = [each.until for each in decisions(review) if each.until]
        verb = "waits" if len(waiting) == 1 else "wait"
        together = "" if len(fit) == len(waiting) else \
            f", of which {len(fit)} can be approved together"
        until = f"; the first can be answered up to the end of week {min(ends)}" if ends else ""
        first = f"{count(len(waiting), 'decision')} {verb}{together}{until}."
    free = int(review.balances.available.sum())
    return (f"{first} {amount(free)} of {amount(review.plan.total)} is free, and "
            f"{_ahead(review, amount)}.")


def _ahead(review: Review, amount: Amount) -> str:
    whole, plan = review.forecast[-1], review.plan
    if review.signals.complete >= plan.weeks:
        return "the plan's weeks are over"
    if whole.expected is None:
        return f"nothing can be said of the end, as {whole.reason}"
    left = plan.total - round(whole.expected)
    if review.overrun:
        return f"by the end {amount(review.overrun)} more than the total would be needed"
    most = round(plan["alerts.left_share"] * plan.total)
    much = f", more than the {amount(most)} from which that is an alert" if left > most else ""
    return f"{amount(left)} is expected to be left at the end{_span(whole, review, amount)}{much}"


def _span(whole: Forecast, review: Review, amount: Amount = dollars) -> str:
    """The interval of what is left, from the least to the most; it may be less than nothing."""
    if whole.low is None:
        return ""
    least, most = (review.plan.total - round(end) for end in (whole.high, whole.low))
    return f" ({amount(least)} to {amount(most)})"


def _free(review: Review, amount: Amount) -> Figure:
    free = int(review.balances.available.sum())
    last = [int(week.balances.available.sum()) for week in review.weeks[-2:]]
    before = amount(last[0]) if len(last) == 2 else _NONE
    return Figure("Free to use now", amount(free), f"of {amount(review.plan.total)}", before, None)


def _left(review: Review, amount: Amount) -> Figure:
    plan, whole = review.plan, review.forecast[-1]
    most = round(plan["alerts.left_share"] * plan.total)
    wanted = f"at most {amount(most)}"
    if whole.expected is None:
        return Figure("Left at the end", "not known yet", wanted, _NONE, None)
    left = plan.total - round(whole.expected)
    earlier = review.forecast_after(review.signals.complete - 1)[-1].expected \
        if review.signals.complete > 1 else None
    before = _NONE if earlier is None else amount(plan.total - round(earlier))
    span = "" if review.signals.complete >= plan.weeks else _span(whole, review, amount)
    return Figure("Left at the end", f"{amount(left)}{span}", wanted, before,
                  not 0 <= left <= most)


def _kpis(review: Review) -> list[Figure]:
    now, before = _shown(review, review.kpis), {}
    complete = review.signals.complete
    if complete > 1:
        past = review.records.until(week_end(review.records, complete - 1))
        before = overall(kpis(past, review.plan))
    found = []
    for kpi in now:
        aim, earlier = target(review.plan, kpi.name), before.get(kpi.name)
        known = kpi.value is not None
        found.append(Figure(
            kpi.definition.label, say(kpi.value, kpi.definition.unit) if known else
            f"not known yet: {kpi.reason}", target_text(review.plan, kpi.name) or _NONE,
            _NONE if earlier is None or earlier.value is None else
            say(earlier.value, kpi.definition.unit),
            aim.misses(kpi.value) if aim and known else None))
    return found


def _shown(review: Review, rows: tuple[Kpi, ...]) -> list[Kpi]:
    """The headline KPIs; who is on track stands for a completion rate that is not known yet."""
    every = overall(rows)
    return [every["on_track_rate"] if kpi.name == "completion_rate" and kpi.value is None else kpi
            for kpi in headline(rows, review.plan)]
