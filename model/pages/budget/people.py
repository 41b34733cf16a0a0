"""The mentors of a programme on the budget's page: hours, pay, and who stays."""

from __future__ import annotations

from collections.abc import Sequence

from model.budget.programme.mentors import STAYS, Mentor, mentors, retention
from model.budget.steering.review import Review
from model.counts import count
from model.pages.budget.money import amount, exact, subject
from model.pages.budget.view import BudgetView
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import format_value

# So many mentors are drawn; the table has all.
_DRAWN = 12


def of_mentors(view: BudgetView, review: Review) -> Block | None:
    """Hours, pay and stay of each mentor; None where the export names none."""
    rows = mentors(review.records)
    if not rows:
        return None
    drawn = rows[:_DRAWN]
    figure = charts.bars([each.code for each in drawn], [each.used_hours for each in drawn],
                         unit="hours", subtitle=subject(
                             view, "one-to-one hours used, in the complete weeks"))
    return Block(
        _mentors_message(rows, review.signals.complete), figure, "bar chart",
        "one-to-one hours of each mentor", f"{view.mark}Pay is what was charged for the sessions "
        "of a mentor, less what came back." + (
            f" The {_DRAWN} with the highest pay are drawn." if len(rows) > _DRAWN else ""),
        _mentor_table(rows), summary="Every mentor")


def _mentors_message(rows: Sequence[Mentor], complete: int) -> str:
    used, pay = sum(each.used_hours for each in rows), sum(each.cents for each in rows)
    sentences = [f"{count(len(rows), 'mentor')} gave {used:,.1f} one-to-one hours, for "
                 f"{amount(pay)}"]
    known = [each for each in rows if each.utilization is not None]
    if known:
        share = sum(each.used_hours for each in known) / sum(each.offered_hours for each in known)
        whose = "they" if len(known) == len(rows) else f"{len(known)} of them"
        least = min(known, key=lambda each: each.utilization)
        which = f", the least by {least.code}, {format_value(least.utilization, 'fraction')}" \
            if len(known) > 1 else ""
        sentences[0] += (f"; of the hours that {whose} offered {format_value(share, 'fraction')} "
                         f"were used{which}")
    stay, before = retention(rows, complete)
    if before:
        sentences.append(f"Of {count(before, 'mentor')} who had held a session by week "
                         f"{complete - STAYS}, {stay} held one in the last {STAYS} weeks")
    missed = sum(each.canceled + each.missed for each in rows)
    if missed:
        sentences.append(f"Mentors canceled, or did not come to, {count(missed, 'session')} of "
                         f"{sum(each.sessions for each in rows):,}")
    return ". ".join(sentences) + "."


def _mentor_table(rows: Sequence[Mentor]) -> Table:
    return Table("Mentors", [each.code for each in rows], {
        "Sessions": [f"{each.sessions:,}" for each in rows],
        "Held": [f"{each.held:,}" for each in rows],
        "Canceled": [f"{each.canceled:,}" for each in rows],
        "Did not come": [f"{each.missed:,}" for each in rows],
        "Hours used": [f"{each.used_hours:,.1f}" for each in rows],
        "Hours offered": ["–" if each.offered_hours is None else f"{each.offered_hours:,.1f}"
                          for each in rows],
        "Utilization": [each.utilization for each in rows],
        "Pay": [exact(each.cents) for each in rows],
        "Last session": [f"week {each.last}" if each.last else "none" for each in rows]},
        units={"Utilization": "fraction", "Pay": "USD"}, corner="Mentor")
