"""Cells of the budget notebook about the week: what to decide now, and where the programme stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.budget.steering.agenda import Decision, agenda_sentence, decisions, figures
from model.budget.steering.proposals import title
from model.budget.steering.review import Review, draft
from model.pages.budget.money import amount, of_review
from model.pages.budget.view import BudgetView
from model.pages.view import cell
from model.params import catalog
from model.views.blocks import Block, Note, Table
from model.views.controls import Choice, Form

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
def answer(view: BudgetView, review: Review) -> object:
    """A form in which a person approves or declines what waits; the answer joins the log beside the
    export."""
    options = _options(review)
    if not options:
        return Note("Nothing waits, so there is nothing to approve or decline.")
    if view.file == catalog.example_file():
        return Note("These decisions are those of the invented example, which nobody takes; with "
                    "an export of your own they are answered here.")
    if view.changes:
        return Note("With changes of this notebook nothing is decided: a log is that of the plan "
                    "as its files say it.")
    log = view.log or view.file.with_name(catalog.own_name(catalog.LEDGER, view.scenario))

    def act(kind: str, chosen: str, texts: dict[str, str]) -> tuple[str, dict[str, str]]:
        reason = {"reason": texts["reason"]} if kind == "decline" else {}
        after = draft(view.plan, view.records, log, by=texts["by"], **{kind: [chosen]}, **reason)
        after.write()
        each = next(each for each in after.standing
                    if after.short_ids[each.proposal.id] == chosen)
        said = f"{title(view.plan, each.proposal)}: {each.why}. Run all cells to see what follows."
        return said, _options(after)

    return Form(Choice("Decision", options), {"by": "Your name", "reason": "Reason, to decline"},
                {"approve": "Approve", "decline": "Decline"}, act).show()


def _options(review: Review) -> dict[str, str]:
    """What waits, with its short id in front, by which two alike are told apart."""
    return {f"{each.id} {each.title}": each.id for each in decisions(review)}
