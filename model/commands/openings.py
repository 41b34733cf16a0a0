"""What a company may open with: the list of its paths, and entries that are none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.commands import DONE
from model.currency import labelled
from model.params.assumptions import load
from model.params.catalog import within
from model.params.openings import SECTION, nearest_name, openable
from model.problems import Problem

if TYPE_CHECKING:
    from model.engine.projection import Projection


def list_openings(company: str) -> int:
    """Print each path with its unit and label. Raises InputError for an unknown company."""
    plan = load(company)
    found = openable(plan.entries, company)
    width = max(map(len, found))
    for path, opening in found.items():
        print(f"{path:{width}}  {labelled(opening.entry.shown_unit):8}  {opening.entry.label}")
    return DONE


def unread_problems(projection: Projection) -> list[Problem]:
    """A sentence for each entry of base.yaml that no formula of a company reads."""
    plan, found = projection.assumptions, []
    read = {path: entry for path, entry in plan.entries.items() if path not in projection.unread}
    for path in projection.unread:
        if within(path, SECTION):
            what = (f"{path} is nothing that {plan.company} may open with, so no formula reads it; "
                    f"{nearest_name(path, read, 0, plan.company)}")
        else:
            what = (f"{path} is read by no formula of the model, so changing it would do nothing; "
                    "remove it.")
        found.append(Problem(plan.where(path), what))
    return found
