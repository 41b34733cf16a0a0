"""Rules that watch KPIs and signal; what they call for is left to people.

A rule is read once a month, or in the last month of a quarter; one that the source reads by the
week is read by month, which is the finest that a plan has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.analysis.kpis import NEEDS_ACTUALS, Observed, kpi_months, met
from model.companies.profiles import Goal, Rule, profile
from model.engine.figures import figures
from model.engine.projection import Projection

SILENT, FIRED, UNDEFINED = "silent", "fired", "undefined"
# Months between two readings.
PERIODS = {"week": 1, "month": 1, "quarter": 3}
FALLS = "falls"
_TESTS = {"below": "below", "above": "above", "at_least": "at or above", "at_most": "at or below",
          FALLS: "below that of"}


@dataclass(frozen=True)
class Outcome:
    """What a rule says over a plan. Each reading has its month (YYYY-MM), the value of the KPI (NaN
    is undefined), the state (silent, fired or undefined) and the label of its period. `reason` says
    why the KPI may be undefined, `whole` whether it is one figure for the whole plan."""

    rule: Rule
    goal: Goal
    months: tuple[str, ...]
    values: np.ndarray
    states: tuple[str, ...]
    labels: tuple[str, ...]
    reason: str
    whole: bool = False

    @property
    def fired(self) -> tuple[str, ...]:
        """The months of the readings at which it has fired and is not yet released."""
        return self._months(FIRED)

    @property
    def undefined(self) -> tuple[str, ...]:
        """The months of the readings at which there was nothing to judge."""
        return self._months(UNDEFINED)

    def _months(self, state: str) -> tuple[str, ...]:
        return tuple(month for month, each in zip(self.months, self.states, strict=True)
                     if each == state)

    def at(self, month: str) -> str | None:
        """The state at the last reading up to a month; None before the first."""
        past = sum(read <= month for read in self.months)
        return self.states[past - 1] if past else None

    @property
    def period(self) -> str:
        """What one reading stands for: a month or a quarter."""
        return "quarter" if self.rule.every == "quarter" else "month"

    @property
    def condition(self) -> str:
        """What makes it fire, in words: `contribution margin below 80%`."""
        if self.rule.test == FALLS:
            bound = f"the {self.period} before"
        elif self.goal.unit.startswith("fraction"):
            bound = f"{100 * self.rule.threshold:g}%"
        else:
            bound = f"{self.rule.threshold:g}" + ("" if self.goal.unit == "ratio" else
                                                  f" {self.goal.unit}")
        times = f" for {self.rule.dwell} {self.period}s in a row" if self.rule.dwell > 1 else ""
        return f"{self.goal.inside} {_TESTS[self.rule.test]} {bound}{times}"


def evaluate(projection: Projection, scenario: int = 0,
             observed: Observed | None = None) -> list[Outcome]:
    """Every rule of the company over one scenario, in the order of its profile."""
    company, outcomes = profile(projection.company), []
    for rule in company.rules:
        every, goal = PERIODS[rule.every], company.kpis[rule.kpi]
        ends = projection.calendar.closes(every)
        values = kpi_months(projection, rule.kpi, observed)[scenario, ends]
        beyond = rule.fires_without_value and len(projection.months) >= rule.threshold
        outcomes.append(Outcome(
            rule, goal, tuple(projection.months[end] for end in ends), values,
            states(rule, np.where(np.isnan(values), np.inf, values) if beyond else values),
            projection.calendar.period_labels(every)[:len(ends)],
            goal.undefined or NEEDS_ACTUALS, figures(projection).texts.grain(rule.kpi) == "plan"))
    return outcomes


def states(rule: Rule, values: Sequence[float]) -> tuple[str, ...]:
    """The state of a rule at each reading. It fires with the reading that completes its run, and
    stays fired until one is not on the wrong side. A reading that is undefined breaks a run, and
    neither fires nor releases. What falls is held against the last reading that had a value."""
    states, run, firing, before = [], 0, False, -np.inf
    for value in map(float, values):
        if np.isnan(value):
            run = 0
            states.append(UNDEFINED)
            continue
        wrong = (met(value, before, "below") if rule.test == FALLS else
                 met(value, rule.threshold, rule.test))
        before, run = value, run + 1 if wrong else 0
        firing = wrong and (firing or run >= rule.dwell)
        states.append(FIRED if firing else SILENT)
    return tuple(states)


def fired(projection: Projection, scenario: int = 0,
          observed: Observed | None = None) -> list[str]:
    """A sentence for each rule that warns, and for each that could not be judged after it had been.
    A rule that fires on good news warns of nothing. That a KPI has no value before its first, or is
    not in the plan at all, is no news."""
    sentences = []
    for outcome in evaluate(projection, scenario, observed):
        rule, goal = outcome.rule, outcome.goal
        if outcome.fired and not rule.favorable:
            sentences.append(f"{rule.id} {outcome.condition}{_when(outcome, outcome.fired)}: "
                             f"{rule.action[:1].lower()}{rule.action[1:]}")
        if missing := _gaps(outcome):
            sentences.append(f"{rule.id} {goal.inside} has no value{_when(outcome, missing)} and "
                             f"could not be judged: {outcome.reason}")
    return list(dict.fromkeys(sentences))


def _gaps(outcome: Outcome) -> tuple[str, ...]:
    """Months without a value, other than those before the first one that has any; of a KPI that
    only actuals can give, those between two that have one."""
    there = [month for month, value in zip(outcome.months, outcome.values, strict=True)
             if not np.isnan(value)]
    if outcome.reason == NEEDS_ACTUALS:
        return tuple(month for month in outcome.undefined if there and there[0] < month < there[-1])
    first = there[0] if there else outcome.months[0]
    return tuple(month for month in outcome.undefined if month >= first)


def _when(outcome: Outcome, months: tuple[str, ...]) -> str:
    """` in 2027-03 and 4 later months`; nothing for what is one figure for the whole plan."""
    if outcome.whole:
        return ""
    period = outcome.period
    if len(months) == len(outcome.months):
        return f" in {'every' if months == outcome.fired else 'any'} {period}"
    labels = [outcome.labels[outcome.months.index(month)] for month in months]
    more = len(months) - 1
    later = f" and {more} later {period}{'s' * (more > 1)}" if more else ""
    return f" in {labels[0]}{later}"
