"""JSON Schema of the budget's params files, by which an editor completes and checks them."""

from __future__ import annotations

from collections.abc import Iterable

from model.budget.plan.schema import (
    BUCKETS,
    RULES,
    Bucket,
    PlanEntry,
    PlanHeader,
    PlanScenario,
    RuleText,
)
from model.params.entry import Closed
from model.params.json_schema import of, with_entries


def base() -> dict:
    """The schema of params/budget/base.yaml."""
    schema = with_entries(of(PlanHeader), of(PlanEntry))
    schema["properties"] |= {"buckets": _members(BUCKETS, Bucket),
                             "rules": _members(RULES, RuleText)}
    return schema


def scenario() -> dict:
    """The schema of a scenario of the budget."""
    return of(PlanScenario)


def _members(names: Iterable[str], kind: type[Closed]) -> dict:
    """The schema of a section with exactly these members of a kind."""
    member = {key: part for key, part in of(kind).items() if key != "$schema"}
    return {"type": "object", "additionalProperties": False, "required": list(names),
            "properties": dict.fromkeys(names, member)}
