"""A programme's budget opened for reading: its plan and, where there is an export, its review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from model.budget.plan.plan import Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.export import Records, read_records
from model.budget.steering.review import Review, draft
from model.currency import show
from model.pages.view import check_names
from model.params import catalog

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

    # What the batch reads of every plan, of a company or of a budget.
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
        """The export; None where there is none."""
        return read_records(self.file, self.plan) if self.file else None

    @cached_property
    def review(self) -> Review | None:
        """The review, with the ledger kept in memory; None without an export."""
        return draft(self.plan, self.records) if self.records else None

    @property
    def remark(self) -> str:
        """The export's first comment as a sentence: it tells that figures are invented."""
        comment = self.records.remark if self.records else ""
        return f"{comment.rstrip('.')}. " if comment else ""

    @property
    def mark(self) -> str:
        """The remark up to its colon, before every reading of the export: `Invented example. `"""
        mark = self.remark.rstrip(". ").partition(":")[0]
        mark = mark.capitalize() if mark.isupper() else mark
        if len(mark) > _LONGEST_MARK:
            mark = f"{mark[:_LONGEST_MARK]}…"
        return f"{mark}. " if mark else ""

    @property
    def origin(self) -> str:
        """The source of the ledger of its review, in a sentence."""
        return f"{self.remark}The ledger of {self.file.name}, to {self.records.as_of}."

    @property
    def weeks(self) -> list[str]:
        """The weeks of the plan as charts name them."""
        return [f"w{week}" for week in range(1, self.plan.weeks + 1)]

    def bucket(self, code: str) -> str:
        return self.plan.buckets[code].label

    def names(self, buckets: Iterable[int]) -> list[str]:
        """The names of buckets by their number."""
        return [self.bucket(BUCKETS[at]) for at in buckets]


def open_budget(scenario: str = "base", changes: Mapping[str, object] | None = None,
                events: str = "") -> BudgetView:
    """Open a scenario of the budget with further changes laid over it, and the export `events`.

    Without a name the programme's own export is read, `params/budget/events.csv`. Where there is
    none, a plan with the dates and the total of the sample quarter reads the invented example of
    that quarter; other plans read no export. Raises InputError with every problem.
    """
    check_names()
    plan = load_plan(scenario, changes)
    show(plan.currency)
    file = Path(events) if events else catalog.events_file()
    example = file.name == catalog.EXAMPLE and not events
    like_the_sample = (plan.start, plan.weeks, plan.total) == catalog.EXAMPLE_OF
    if example and not (file.exists() and like_the_sample):
        file = None
    return BudgetView(plan, dict(changes or {}), file)
