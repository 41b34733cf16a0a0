"""Cells of the budget notebook about the week: what to decide now, and where the programme stands.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from model.budget.steering.agenda import Decision, agenda_sentence, decisions, figures
from model.budget.steering.review import Review
from model.folders import relative
from model.pages.budget.money import amount, of_review
from model.pages.budget.view import BudgetView
from model.pages.view import cell
from model.params import catalog
from model.views.blocks import Block, Note, Table

_VERDICTS = {None: "–", True: "missed", False: "met"}


@cell
@of_review
def week(view: BudgetView, review: Review) -> Block:
    """What waits for a decision, and where money and KPIs stand against target and week before."""
    waiting, rows = decisions(review), figures(review, amount)
    stands = Table("Where it stands", [each.label for each in rows], {
        "Now": [each.now for each in rows],
        "Target": [each.target for each in rows],
        "A week before": [each.before for each in rows],
        "State": [_VERDICTS[each.misses] for each in rows]}, corner="Figure")
    return Block(agenda_sentence(review, amount),
                 table=[*([_waiting(waiting)] if waiting else []), stands],
                 open=True, reading=f"{view.mark}A decision is answered by the role that is named; "
                                    "what nobody answers by then lapses, and its money is free "
                                    "again.")


def _waiting(waiting: Sequence[Decision]) -> Table:
    return Table("To decide", [each.title for each in waiting], {
        "Why": [each.why for each in waiting],
        "Asked by": [each.rule for each in waiting],
        "Answered by": [_answer(each) for each in waiting],
        "ID": [each.id for each in waiting]}, corner="Decision", stacked=True)


def _answer(each: Decision) -> str:
    """Who answers, by when, and what is to be known for it."""
    until = f", by the end of week {each.until}" if each.until else ""
    return f"{each.role}{until}" + (f"; {each.remark}" if each.remark else "")


@of_review
def commands(view: BudgetView, review: Review) -> Note | Table:
    """The command that approves each decision, to be copied; for JupyterLab alone."""
    waiting = decisions(review)
    if not waiting:
        return Note("Nothing waits, so there is nothing to approve or decline.")
    if view.file == catalog.example_file():
        return Note("These decisions are those of the invented example, which nobody takes; with "
                    "an export of your own the commands stand here.")
    log = view.log or view.file.with_name("ledger.jsonl")
    files = f"--events {_path(view.file)}" + (f" --map {_path(view.map)}" if view.map else "")
    plan = "" if view.scenario == "base" else f" --plan {view.scenario}"
    start = f"python -m model budget review {files}{plan} --log {_path(log)}"
    return Table("Commands", [each.title for each in waiting], {
        "Approve": [f'{start} --approve {each.id} --by "NAME"' for each in waiting],
        "Decline": [f'{start} --decline {each.id} --reason "WHY" --by "NAME"'
                    for each in waiting]}, corner="Decision", stacked=True)


def _path(path) -> str:
    return shlex.quote(relative(path))
