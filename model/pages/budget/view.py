"""A programme's budget opened for reading: its plan and, where there is an export of its weeks,
their review.

KPIs of a budget in tables: their values, and in words what they are made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from model.budget.plan.plan import Plan, load_plan
from model.budget.programme import kpis
from model.budget.programme.export import Records, read_records
from model.budget.programme.kpis import Kpi
from model.budget.steering.review import Review, draft
from model.pages.view import check_names
from model.params import catalog
from model.views.blocks import Table
from model.views.formats import MINUS, say

_LONGEST_MARK = 60


@dataclass(frozen=True)
class BudgetView:
    """A plan with the export that its pages read; `file` is None where none fits the plan."""

    plan: Plan
    changes: Mapping[str, object]
    file: Path | None
    _cells: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    company = catalog.BUDGET

    @property
    def scenario(self) -> str:
        return self.plan.scenario

    @property
    def title(self) -> str:
        return self.plan.title

    @property
    def scenario_title(self) -> str:
        return self.plan.scenario_title

    @property
    def scenario_why(self) -> str:
        return self.plan.scenario_why

    @cached_property
    def records(self) -> Records | None:
        return read_records(self.file, self.plan) if self.file else None

    @cached_property
    def review(self) -> Review | None:
        """The review, with the ledger kept in memory; None without an export."""
        return draft(self.plan, self.records) if self.records else None

    @property
    def remark(self) -> str:
        """The export's first comment as a sentence of its own, which stands before the headline:
        made-up figures say what they are."""
        said = self.records.remark if self.records else ""
        return f"{said.rstrip('.')}. " if said else ""

    @property
    def mark(self) -> str:
        """The same in short, up to its colon, before the reading line of every block that rests on
        the export: `Invented example. `"""
        said = self.remark.rstrip(". ").partition(":")[0]
        said = said.capitalize() if said.isupper() else said
        return f"{said if len(said) <= _LONGEST_MARK else f'{said[:_LONGEST_MARK]}…'}. " if said \
            else ""

    @property
    def origin(self) -> str:
        """What the ledger of its review is of, in a sentence."""
        return f"{self.remark}The ledger of {self.file.name}, to {self.records.as_of}."

    @property
    def weeks(self) -> list[str]:
        """The weeks as charts name them."""
        return [f"w{week}" for week in range(1, self.plan.weeks + 1)]

    def bucket(self, code: str) -> str:
        """A bucket's name."""
        return self.plan.buckets[code].label


def open_budget(scenario: str = "base", changes: Mapping[str, object] | None = None,
                events: str = "") -> BudgetView:
    """Open a scenario of the budget with further changes laid over it, and the export `events`.

    Without a name the programme's own export is read, `params/budget/events.csv`; where there is
    none, the invented example, but only by a plan with the dates and the total of the sample
    quarter, of which it tells. Raises InputError with every problem.
    """
    check_names()
    plan = load_plan(scenario, changes)
    file = Path(events) if events else catalog.events_file()
    example = file.name == catalog.EXAMPLE and not events
    if example and (not file.exists() or not _like_the_sample(plan)):
        file = None
    return BudgetView(plan, dict(changes or {}), file)


def _like_the_sample(plan: Plan) -> bool:
    return (plan.start, plan.weeks, plan.total) == catalog.EXAMPLE_OF


# What is divided and by what, with a sign for how each is written: whole cents, USD, hours, counts.
_CENTS, _USD, _HOURS, _COUNT = "cents", "USD", "hours", "count"
_SPENT = _USD, "spent"
_BOOKED = _COUNT, "sessions booked"
PARTS = {
    "utilization": ((_HOURS, "used"), "of", (_HOURS, "offered")),
    "budget_burn": ((_CENTS, "spent"), "of", (_CENTS, "planned by then")),
    "cancellation_rate": ((_COUNT, "canceled"), "of", _BOOKED),
    "mentor_cancellation_rate": ((_COUNT, "canceled by mentors"), "of", _BOOKED),
    "learner_cancellation_rate": ((_COUNT, "canceled by learners"), "of", _BOOKED),
    "no_show_rate": ((_COUNT, "no-shows"), "of", (_COUNT, "sessions not canceled")),
    "fill_rate": ((_COUNT, "served"), "of", (_COUNT, "requests")),
    "completion_rate": ((_COUNT, "completed"), "of",
                        (_COUNT, "learners in cohorts past their end")),
    "on_track_rate": ((_COUNT, "on track"), "of", (_COUNT, "learners reported on")),
    "cost_per_completion": (_SPENT, "for", (_COUNT, "completions")),
    "satisfaction": ((_COUNT, "points"), "in", (_COUNT, "answers")),
    "nps": ((_COUNT, "more who recommend than who do not"), "of", (_COUNT, "answers")),
    "equity_session_share": ((_COUNT, "by reserved seats"), "of", _BOOKED),
    "equity_spend_share": ((_USD, "on reserved seats"), "of", (_USD, "on learners")),
    "cost_per_certification": (_SPENT, "for", (_COUNT, "attempts passed")),
    "cost_per_placement": (_SPENT, "for", (_COUNT, "jobs found")),
    "portfolio_pieces": ((_COUNT, "pieces"), "by", (_COUNT, "learners enrolled")),
    "certification_pass_rate": ((_COUNT, "passed"), "of", (_COUNT, "attempts")),
}


def kpi_table(caption: str, rows: Iterable[Kpi]) -> Table:
    """KPIs with their period, their value or why there is none, and what they are made of."""
    rows = list(rows)
    return Table(caption, [kpi.definition.label if kpi.segment == kpis.ALL else
                           f"{kpi.definition.label}, {kpi.segment}" for kpi in rows], {
        "Period": [kpi.period for kpi in rows],
        "Value": [_said(kpi) for kpi in rows],
        "Made of": [made_of(kpi) for kpi in rows]}, corner="KPI")


def _said(kpi: Kpi) -> str:
    return f"undefined: {kpi.reason}" if kpi.value is None else \
        say(kpi.value, kpi.definition.unit)


def made_of(kpi: Kpi) -> str:
    """`USD 62,198 spent for 18 completions`; a dash where a KPI is no quotient or is not known."""
    if kpi.numerator is None or kpi.denominator is None:
        return "–"
    over, between, under = PARTS[kpi.name]
    return f"{_part(kpi.numerator, *over)} {between} {_part(kpi.denominator, *under)}"


def _part(value: float, kind: str, words: str) -> str:
    sign, size = MINUS if value < 0 else "", abs(value)
    if kind == _CENTS:
        text = f"USD {sign}{round(size / 100):,}"
    elif kind == _USD:
        text = f"USD {sign}{round(size):,}"
    else:
        text = f"{sign}{size:,.1f} h" if kind == _HOURS else f"{sign}{size:,.10g}"
    return f"{text} {words}"


def completions(rows: Iterable[Kpi]) -> str:
    """Why more completions are counted than the completion rate has; empty where they agree."""
    of = {kpi.name: kpi for kpi in reversed(list(rows)) if kpi.segment == kpis.ALL}
    rate, cost = of.get("completion_rate"), of.get("cost_per_completion")
    if not rate or not cost or cost.denominator in (None, rate.numerator):
        return ""
    done, counted = int(cost.denominator), int(rate.numerator or 0)
    who = "1 learner has" if done == 1 else f"{done:,} learners have"
    return (f"{who} completed, {counted or 'none'} of them in cohorts past their scheduled end: "
            "the completion rate counts these cohorts alone, cost per completion everybody.")
