"""A programme's budget opened for reading: its plan and, where there is an export, its review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from model.budget.plan.plan import Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.programme.export import Records
from model.budget.sources.joined import read_sources
from model.budget.steering.review import Review, draft
from model.currency import show
from model.files import exists
from model.pages.view import check_names
from model.params import catalog
from model.problems import InputError, Problem
from model.views.formats import sentence_case

_LONGEST_MARK = 60


@dataclass(frozen=True)
class BudgetView:
    """A plan with the export and the log that its pages read, None where there is none of the plan,
    and the map of an export that another program wrote.

    `is_named` says that somebody named the export; one that only lies beside the plan costs no more
    than its figures where it cannot be read.
    """

    plan: Plan
    changes: Mapping[str, object]
    file: Path | None
    log: Path | None = None
    is_named: bool = True
    map: Path | None = None
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
        """The export; None where there is none that can be read."""
        return self._reading[0]

    @cached_property
    def review(self) -> Review | None:
        """The review of export and log; None without an export that can be read. Nothing is
        written."""
        return self._reading[1]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why export or log cannot be read, a sentence each."""
        return self._reading[2]

    @cached_property
    def _reading(self) -> tuple[Records | None, Review | None, tuple[str, ...]]:
        if self.file is None:
            return None, None, ()
        try:
            records = read_sources([self.file], [self.map] if self.map else [], self.plan)
            return records, draft(self.plan, records, self.log), ()
        except InputError as error:
            if self.is_named:
                raise
            return None, None, tuple(map(_spoken, error.problems))

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
        log = f" and {self.log.name}" if self.log else ""
        return f"{self.remark}The ledger of {self.file.name}{log}, to {self.records.as_of}."

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
                events: str = "", log: str = "") -> BudgetView:
    """Open a scenario of the budget with further changes laid over it, and the export `events` with
    the log that it continues.

    Without a name the plan's own are read, which lie beside it: `params/budget/events.csv` and
    `params/budget/ledger.jsonl` of base; a map of the export's name, `events.yaml`, says how
    another program wrote it. A log is that of the plan as it is, so with changes none
    is read unless it is named. Where there is no export, a plan with the dates and the total of the
    sample quarter reads the invented example of that quarter. Raises InputError with every problem.
    """
    check_names()
    plan = load_plan(scenario, changes)
    show(plan.currency)
    named = Path(log) if log else None
    if events:
        beside = Path(events).with_suffix(".yaml")
        return BudgetView(plan, dict(changes or {}), Path(events), named,
                          map=beside if exists(beside) else None)
    if own := catalog.own_file(catalog.EVENTS, scenario):
        beside = None if changes else catalog.own_file(catalog.LEDGER, scenario)
        return BudgetView(plan, dict(changes or {}), own, named or beside, is_named=False,
                          map=catalog.own_file(catalog.EVENTS_MAP, scenario))
    like_the_sample = (plan.start, plan.weeks, plan.total) == catalog.EXAMPLE_OF
    file = catalog.example_file() if like_the_sample else None
    return BudgetView(plan, dict(changes or {}), file, named if file else None)


def _spoken(problem: Problem) -> str:
    """A problem as a reader is told it: `Line 5 of events.csv: amount is …`."""
    if problem.where.startswith("-"):
        return sentence_case(problem.what)
    place, _, line = problem.where.rpartition(":")
    name = Path(place or problem.where).name
    return f"Line {line} of {name}: {problem.what}" if place else f"{name}: {problem.what}"
