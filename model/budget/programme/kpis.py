"""The KPIs of a programme: numerator and denominator, value, or the reason why there is none.

All are read at the end of the last complete week, over all weeks up to it or over that week alone.
Sources: the KPIs of the article on total budgets; competing risks in time to outcome after Aalen
and Johansen (Scandinavian Journal of Statistics 5, 1978).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from model.budget.plan.definitions import DEFINITIONS, NAMES, Definition
from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.assembly import Learner
from model.budget.programme.export import Records
from model.budget.programme.weeks import (
    Signals,
    complete_weeks,
    open_commitments,
    spendings,
    week_end,
    weekly_signals,
    weekly_spending,
)
from model.tolerance import RELATIVE, near
from model.views.formats import say

ALL = "all"


@dataclass(frozen=True)
class Kpi:
    """One KPI of one segment in one period.

    `segment` is all, or `cohort A`, `bucket ONE`, `equity` (reserved seats), `others`, `work x`.
    Numerator and denominator are None where the KPI is no quotient, the value where `reason` says
    why there is none.
    """

    name: str
    segment: str
    period: str
    as_of: date
    numerator: float | None
    denominator: float | None
    value: float | None
    reason: str | None = None

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.name]

    @property
    def text(self) -> str:
        """The value with its unit, or why there is none."""
        return f"undefined: {self.reason}" if self.value is None else \
            say(self.value, self.definition.unit)


def kpis(records: Records, plan: Plan, signals: Signals | None = None) -> tuple[Kpi, ...]:
    """Every KPI with its segments, at the end of the last complete week; undefined without one.

    `signals` are those of the same records, computed here unless given.
    """
    complete = complete_weeks(records)
    if not complete:
        return tuple(Kpi(name, ALL, "no week", records.as_of, None, None, None,
                         "no week is complete") for name in NAMES)
    past = records.until(week_end(records, complete))
    return tuple(_Kpis(past, plan, signals or weekly_signals(records, plan)).all())


@dataclass(frozen=True)
class Target:
    """What a KPI should at least, or at most, be."""

    value: float
    is_least: bool

    def misses(self, value: float) -> bool:
        return not near(value, self.value) and (value < self.value) == self.is_least


# Rules act on the wrong side of these lines of a plan; whether a KPI should at least be there.
_TARGETS = {
    "completion_rate": ("gate.completion_below", True),
    "on_track_rate": ("gate.completion_below", True),
    "cost_per_completion": ("rule_b.cost_target", False),
    "utilization": ("rule_a.utilization_below", True),
    "cancellation_rate": ("push.cancellations_above", False),
}


def target(plan: Plan, name: str) -> Target | None:
    """The target of a KPI; None where the plan names none."""
    if name not in _TARGETS:
        return None
    path, is_least = _TARGETS[name]
    return Target(plan[path], is_least)


def target_text(plan: Plan, name: str) -> str:
    """The target of a KPI, `at least 80.0%`; empty where the plan has none."""
    aim = target(plan, name)
    if aim is None:
        return ""
    return f"at {'least' if aim.is_least else 'most'} {say(aim.value, DEFINITIONS[name].unit)}"


def headline(rows: Iterable[Kpi], plan: Plan) -> tuple[Kpi, ...]:
    """The KPIs by which the plan is judged."""
    by_name = overall(rows)
    return tuple(by_name[name] for name in plan.headline if name in by_name)


def overall(rows: Iterable[Kpi]) -> dict[str, Kpi]:
    """By name, the KPIs over all segments and complete weeks, which come before single weeks."""
    return {kpi.name: kpi for kpi in reversed(list(rows)) if kpi.segment == ALL}


class _Kpis:
    """The KPIs of records that end with a week."""

    def __init__(self, records: Records, plan: Plan, signals: Signals) -> None:
        self.records, self.plan, self.signals = records, plan, signals
        self.to_date = "week 1" if signals.complete == 1 else f"weeks 1 to {signals.complete}"
        self.spent = signals.spent[:signals.complete].sum(axis=0)
        self.learners = list(records.learners.values())
        self.spendings = list(spendings(records))

    def all(self) -> Iterable[Kpi]:
        for part in (self._weekly, self._completion, self._costs, self._answers, self._equity,
                     self._counts):
            yield from part()

    def _ratio(self, name: str, over: float, under: float, segment: str = ALL,
               period: str | None = None, reason: str | None = None) -> Kpi:
        over, under = float(over), float(under)
        value = over / under if under and np.isfinite(over / under) else None
        return Kpi(name, segment, period or self.to_date, self.records.as_of,
                   None if np.isnan(over) else over, None if np.isnan(under) else under, value,
                   None if value is not None else reason or DEFINITIONS[name].undefined)

    def _value(self, name: str, value: float | None) -> Kpi:
        return Kpi(name, ALL, self.to_date, self.records.as_of, None, None, value,
                   None if value is not None else DEFINITIONS[name].undefined)

    def _events(self, event: str) -> int:
        return sum(row.event == event for row in self.records.rows)

    def _weekly(self) -> Iterable[Kpi]:
        signals, last = self.signals, self.signals.complete - 1
        cancellations, rest = signals.cancellations, signals.booked - signals.cancellations
        pairs = {"utilization": (signals.used_hours, signals.offered_hours),
                 "cancellation_rate": (cancellations, signals.booked),
                 "mentor_cancellation_rate": (signals.canceled_by_mentor, signals.booked),
                 "learner_cancellation_rate": (signals.canceled_by_learner, signals.booked),
                 "no_show_rate": (signals.no_shows, rest),
                 "fill_rate": (signals.served.sum(axis=1), signals.requests.sum(axis=1))}
        silent = None if signals.reported[last] else "nothing was reported of the week"
        for name, (over, under) in pairs.items():
            yield self._ratio(name, *_together(over, under))
            yield self._ratio(name, over[last], under[last], period=f"week {last + 1}",
                              reason=silent)
        for at, cohort in enumerate(signals.cohorts):
            yield self._ratio("utilization", *_together(
                signals.cohort_used_hours[:, at], signals.cohort_offered_hours[:, at]),
                segment=f"cohort {cohort}")
        course = self.plan.to_date[signals.complete]
        yield self._ratio("budget_burn", self.spent.sum(), course.sum())
        for at, bucket in enumerate(BUCKETS):
            yield self._ratio("budget_burn", self.spent[at], course[at], f"bucket {bucket}")

    def _completion(self) -> Iterable[Kpi]:
        signals, last = self.signals, self.signals.complete - 1
        over = {cohort.name for cohort in self.records.cohorts.values()
                if cohort.end <= self.records.as_of}
        learners = [learner for learner in self.learners if learner.cohort in over]
        segments = {ALL: learners, "equity": [x for x in learners if x.equity],
                    "others": [x for x in learners if not x.equity]}
        segments |= {f"cohort {cohort}": [x for x in learners if x.cohort == cohort]
                     for cohort in signals.cohorts}
        for segment, members in segments.items():
            completions = sum(x.completed is not None for x in members)
            yield self._ratio("completion_rate", completions, len(members), segment)
        yield self._ratio("on_track_rate", np.nansum(signals.cohort_on_track[last]),
                          np.nansum(signals.cohort_followed[last]))
        for at, cohort in enumerate(signals.cohorts):
            yield self._ratio("on_track_rate", signals.cohort_on_track[last, at],
                              signals.cohort_followed[last, at], f"cohort {cohort}")

    def _costs(self) -> Iterable[Kpi]:
        outcomes = {"cost_per_completion": self._events("completed"),
                    "cost_per_certification": self._events("certification_passed"),
                    "cost_per_placement": self._events("placed")}
        for name, number in outcomes.items():
            yield self._ratio(name, self.spent.sum() / 100, number)
            for at, bucket in enumerate(BUCKETS):
                yield self._ratio(name, self.spent[at] / 100, number, f"bucket {bucket}")

    def _answers(self) -> Iterable[Kpi]:
        points, marks = ([row.value for row in self.records.rows if row.event == event]
                         for event in ("satisfaction", "recommendation"))
        yield self._ratio("satisfaction", sum(points), len(points))
        yield self._ratio("nps", sum((x >= 9) - (x <= 6) for x in marks), len(marks))
        mean, median = time_to_outcome(self.learners, self.records.as_of)
        yield self._value("time_to_outcome", mean)
        yield self._value("median_time_to_outcome", median)

    def _equity(self) -> Iterable[Kpi]:
        reserve = self.records.equity_learners
        bookings = self.records.bookings.values()
        yield self._ratio("equity_session_share", sum(b.learner in reserve for b in bookings),
                          len(bookings))
        on_learners = [spending for spending in self.spendings if spending.learner]
        yield self._ratio("equity_spend_share",
                          sum(each.cents for each in on_learners if each.learner in reserve) / 100,
                          sum(each.cents for each in on_learners) / 100)

    def _counts(self) -> Iterable[Kpi]:
        learners, passes = len(self.learners), self._events("certification_passed")
        yield self._ratio("portfolio_pieces", self._events("portfolio_piece"), learners)
        yield self._ratio("certification_pass_rate", passes,
                          passes + self._events("certification_failed"))
        minutes: dict[str, float] = {}
        for row in self.records.rows:
            if row.event == "admin":
                minutes[row.note] = minutes.get(row.note, 0) + row.value
        yield self._value("admin_minutes", sum(minutes.values()) if minutes else None)
        for work, number in minutes.items():
            yield Kpi("admin_minutes", f"work {work}", self.to_date, self.records.as_of, None, None,
                      number)


def _together(over: np.ndarray, under: np.ndarray) -> tuple[float, float]:
    """Sums over the weeks of which both are reported; NaN where there is none."""
    both = np.isfinite(over) & np.isfinite(under)
    return (over[both].sum(), under[both].sum()) if both.any() else (np.nan, np.nan)


def time_to_outcome(learners: Iterable[Learner], as_of: date) -> tuple[float | None, float | None]:
    """Restricted mean and median of the weeks from enrolment to completion.

    The share who completed by a time is estimated as Aalen and Johansen do: learners under way are
    censored at `as_of`, and those who left cannot complete any more. The mean is restricted to the
    longest time that anybody was followed, and None where that is nothing; the median is None where
    the share stays below a half.
    """
    times = sorted(((learner.end or as_of) - learner.enrolled, 1 if learner.completed else
                    2 if learner.left else 0) for learner in learners)
    if not times or not times[-1][0]:
        return None, None
    days = np.array([time.days for time, _ in times])
    ends = np.array([end for _, end in times])
    under_way, share, since, area, median = 1.0, 0.0, 0, 0.0, None
    for day in np.unique(days[ends > 0]):
        at_risk = np.sum(days >= day)
        area, since = area + (1 - share) * (day - since), day
        share += under_way * np.sum((days == day) & (ends == 1)) / at_risk
        under_way *= 1 - np.sum((days == day) & (ends > 0)) / at_risk
        if median is None and share >= 0.5 * (1 - RELATIVE):
            median = day / 7
    area += (1 - share) * (days[-1] - since)
    return float(area) / 7, None if median is None else float(median)


@dataclass(frozen=True)
class Floor:
    """The equity floor of one bucket: what is reserved, and what learners with reserved seats have
    used of it. [cents]"""

    bucket: str
    reserved: int
    spent: int
    committed: int

    @property
    def remainder(self) -> int:
        """What only they may still use."""
        return max(0, self.reserved - self.spent - self.committed)

    @property
    def is_full(self) -> bool:
        return self.remainder == 0


def equity_audit(records: Records, plan: Plan) -> tuple[Floor, ...]:
    """The floors of all buckets that have one, over all rows of an export."""
    spending = weekly_spending(records, records.equity_learners).sum(axis=0)
    commitments = open_commitments(records, records.equity_learners)[-1]
    return tuple(Floor(code, int(plan.equity_floor[at]), int(spending[at]), int(commitments[at]))
                 for at, code in enumerate(BUCKETS) if plan.equity_floor[at])
