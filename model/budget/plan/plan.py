"""The plan of a programme's budget in one scenario: its total, buckets, weeks and rules.

    plan = load_plan("small_pilot", {"rule_a.dwell": 3})

A path is dotted (`rule_a.dwell`, `shares.one_to_one`); a scenario may also change `weeks`, `start`,
`headline`, a bucket's or a rule's words (`rules.R10.active`, `buckets.GRP.label`), the people of a
role (`roles.Program manager`), and what is plausible (`total.range`). Base, the scenarios that a
scenario extends, the scenario itself and `changes` are laid over each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np

from model.budget import money
from model.budget.plan.layers import Overlay, cross_problems, lay_over
from model.budget.plan.schema import (
    BUCKETS,
    SHARES,
    Bucket,
    PlanEntry,
    PlanScenario,
    RuleText,
    read_base,
)
from model.counts import count
from model.params import catalog
from model.problems import InputError, fail_if, quoted
from model.tolerance import RELATIVE

ONE, GRP, LIB, MEA, CON, MKT, REC, RED = range(len(BUCKETS))


@dataclass(frozen=True, repr=False)
class Plan:
    """A plan; `values` holds what stands under every path, in its entry's unit. [whole cents]

    Weeks are numbered from 1, days from 0.
    """

    scenario: str
    title: str
    scenario_title: str
    scenario_why: str
    currency: str
    start: date
    weeks: int
    as_of: str
    headline: tuple[str, ...]
    buckets: Mapping[str, Bucket]
    rules: Mapping[str, RuleText]
    entries: Mapping[str, PlanEntry]
    values: Mapping[str, float | tuple[float, ...]]
    files: tuple[Path, ...]
    overlay: Overlay = field(compare=False)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, path: str) -> float:
        """The number of a path. Raises KeyError on an unknown path."""
        return self.values[path]

    def whole(self, path: str) -> int:
        """The number of a path that counts weeks, learners or seats."""
        return int(self.values[path])

    def cents(self, path: str) -> int:
        """The amount of a path in USD, in cents."""
        return self._cents[path]

    def on(self, path: str) -> bool:
        return bool(self.values[path])

    def active(self, rule: str) -> bool:
        return self.rules[rule].active

    @cached_property
    def _cents(self) -> dict[str, int]:
        return {path: money.from_usd(self.values[path]) for path, entry in self.entries.items()
                if entry.unit.startswith("USD")}

    @property
    def total(self) -> int:
        """The whole budget, with what was brought from the period before. [cents]"""
        return self._cents["total"] + self._cents["carry.brought"]

    @cached_property
    def opening(self) -> np.ndarray:
        """What each bucket opens with: the total split by the shares. Shape (bucket,), [cents]"""
        return _fixed(money.split(self.total, [self.values[path] for path in SHARES]))

    @cached_property
    def equity_floor(self) -> np.ndarray:
        """What is reserved for learners of the equity floor, (bucket,). [cents]"""
        return _fixed(self.floor_of(self.opening))

    def floor_of(self, opening: np.ndarray) -> np.ndarray:
        """The equity floor of other opening amounts, (bucket, …). [cents]"""
        floor = np.zeros_like(opening)
        floor[[ONE, GRP]] = money.portion(opening[[ONE, GRP]], self["equity.floor_share"])
        return floor

    @property
    def released_at_opening(self) -> int:
        """What may be spent from the start: the total, or the advance of a drawdown. [cents]"""
        if not self.on("outcome.funding"):
            return self.total
        advance = int(money.portion(self.total, self["outcome.advance_share"]))
        return max(advance, int(self.opening[MEA]))

    @cached_property
    def profile(self) -> np.ndarray:
        """Offered hours by week as shares of those of the whole quarter. Shape (week,)"""
        weights = np.array(self.values["offered.profile"])
        return _fixed(weights / weights.sum())

    @cached_property
    def to_date(self) -> np.ndarray:
        """What the plan has used by the end of each week, from week 0: one-to-one and group money
        in proportion to offered hours, other money evenly. Shape (week + 1, bucket), [cents]"""
        weights = list(map(money.decimal, self.values["offered.profile"]))
        whole = [sum(weights[:week]) / sum(weights) for week in range(self.weeks + 1)]
        even = [money.decimal(week) / self.weeks for week in range(self.weeks + 1)]
        return _fixed(np.array([
            [int(money.portion(int(amount), (whole if bucket in (ONE, GRP) else even)[week]))
             for bucket, amount in enumerate(self.opening)] for week in range(self.weeks + 1)]))

    @cached_property
    def by_priority(self) -> tuple[int, ...]:
        """Buckets by their rank when money is short, the first first."""
        return tuple(sorted(range(len(BUCKETS)),
                            key=lambda bucket: self.buckets[BUCKETS[bucket]].priority))

    @property
    def end(self) -> date:
        """The last day: the Sunday of the last week."""
        return self.start + timedelta(days=7 * self.weeks - 1)

    def day_of(self, day: date) -> int:
        """Days since the start: 0 is the first Monday, negative before it."""
        return (day - self.start).days

    def week_of(self, day: date) -> int:
        """The week of a day, from 1; what is before the plan counts to 0 and less."""
        return self.day_of(day) // 7 + 1

    def monday(self, week: int) -> date:
        return self.start + timedelta(days=7 * (week - 1))

    @cached_property
    def month_ends(self) -> tuple[int, ...]:
        """Weeks at whose end a month is reviewed: 4, 8, 13, and so on by quarters."""
        return tuple(week for week in range(1, self.weeks + 1) if week % 13 in (4, 8, 0))

    def due(self, rule: str, week: int) -> bool:
        """Whether a rule that is in force is read at the end of a week (rule R22)."""
        text = self.rules[rule]
        return text.active and (
            text.cadence in ("week", "always")
            or (text.cadence == "month" and week in self.month_ends)
            or (text.cadence == "quarter" and (week % 13 == 0 or week == self.weeks)))

    def where(self, path: str) -> str:
        """File and line on which a path was last set, or `changes`."""
        return self.overlay(path)

    def alerts(self) -> list[str]:
        """What deserves a look in a plan that can be used, a sentence each."""
        sentences = [each for path in self.entries if (each := self._implausible(path))]
        if not 3 <= len(self.headline) <= 5:
            sentences.append(f"{count(len(self.headline), 'headline KPI')} "
                             f"({', '.join(self.headline) or 'none'}): three to five tied to "
                             "outcomes keep a programme on its purpose")
        reserve = self["shares.contingency"]
        least, most = self["reserve.least"], self["reserve.most"]
        if self.active("R19") and not _within(reserve, least, most):
            sentences.append(f"the reserve of {100 * reserve:g}% lies outside {100 * least:g}% to "
                             f"{100 * most:g}% of the total (rule R19)")
        if not self.equity_floor.any():
            sentences.append("the equity floor is 0, so nothing is reserved for its learners "
                             "(rule R20)")
        acts = self.whole("unused_hours.week")
        if self.active("R17") and acts > self.weeks:
            sentences.append(f"rule R17 waits for week {acts} of a plan with {self.weeks} weeks, "
                             "so it never acts")
        return sentences

    def _implausible(self, path: str) -> str | None:
        entry, value = self.entries[path], self.values[path]
        low, high = entry.range
        numbers = [(value, low, high)]
        if isinstance(value, tuple):
            # A list has factors as its range; of another length it has no base to compare with.
            same = len(value) == len(entry.value)
            numbers = [(number, low * base, high * base) for number, base
                       in zip(value, entry.value, strict=True)] if same else []
        for number, least, most in numbers:
            if not _within(number, least, most):
                return (f"{entry.label} ({path}) is {number:,.12g} {entry.unit}, outside its "
                        f"plausible {least:,.12g} to {most:,.12g}")
        return None


def load_plan(scenario: str = "base", changes: Mapping[str, object] | None = None) -> Plan:
    """Read, check and lay over each other base, scenario and changes.

    `changes` maps paths to values, as in a scenario file. Raises InputError with every problem.
    """
    if not isinstance(changes, Mapping | None):
        raise InputError.of(
            "changes", f"{quoted(changes)} is not a mapping of paths to values, such as "
            '{"rule_a.dwell": 3}.')
    from model.params.assumptions import layers_of

    files = catalog.scenario_files(catalog.BUDGET, scenario)
    base = read_base(files[0])
    layers, problems = layers_of(catalog.BUDGET, files[1:], PlanScenario)
    overlay = lay_over(base, layers, changes or {})
    problems = [*base.problems, *problems, *overlay.problems]
    fail_if(problems + cross_problems(overlay))
    last = layers[-1][0] if layers else None
    head = overlay.header
    return Plan(
        scenario=scenario, title=head.title,
        scenario_title=last.title if last else "Sample quarter",
        scenario_why=last.why if last else "The article's sample quarter: one total, five shares.",
        currency=head.currency, start=date.fromisoformat(head.start), weeks=head.weeks,
        as_of=head.as_of, headline=head.headline, buckets=overlay.buckets, rules=overlay.rules,
        entries=overlay.entries, values=overlay.values, files=files, overlay=overlay,
        roles=head.roles)


def _within(number: float, least: float, most: float) -> bool:
    return least - RELATIVE <= number <= most + RELATIVE


def _fixed(values: np.ndarray) -> np.ndarray:
    values.setflags(write=False)
    return values
