"""The cell of the investor report on what a customer brings and costs: LTV:CAC on both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from model.analysis.kpis import met
from model.pages import customer_value, loaded, market, shared, unit_economics
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block
from model.views.formats import format_value


def segments(view: View) -> Block:
    """LTV:CAC by segment with the line of the goal. Where there are two sides, what the other
    side costs is counted first, and each side on its own CAC beside it."""
    plain, both = unit_economics.segments(view), market.with_mentors(view)
    costs = loaded.ltv_to_cac_by_year(view)
    sides = market.ltv_to_cac_of_both_sides(view).table[:1] if both else ()
    tables = [plain.table, *sides, *costs.table]
    said = " ".join(filter(None, (_both_message(view, both), plain.message if not both else
                                  f"On its own CAC alone: {shared.inside(plain.message)}",
                                  loaded.left_out(view))))
    if not both:
        return replace(plain, message=said, table=tables, open=False, alt_message=plain.message)
    year, goal = view.projection.years[0], customer_value.goal(view)
    shown = {f"{label}, with a mentor": value for label, value in both.items()}
    shown |= dict(zip(plain.table.labels, plain.table.columns["LTV:CAC"], strict=True))
    figure = charts.bars(
        list(shown), [None if np.isnan(value) else value for value in shown.values()],
        unit="ratio", line=(goal, f"{goal:g}:1"), reasons=dict.fromkeys(shown, "no customer won"),
        subtitle=shared.subject(view, f"LTV:CAC with and without the other side · {year}"))
    return replace(
        plain, message=said, figure=figure, table=tables, open=False,
        alt_message=_both_message(view, both) or plain.message,
        reading=f"{plain.reading} With a mentor: each mentee also needs its share of a mentor, "
                "whose CAC is then counted in its cost.")


def below(view: View) -> list[str]:
    """Segments whose customers bring too little once what the other side costs is counted."""
    goal = customer_value.goal(view)
    return [f"{label} ({format_value(value, 'ratio')})"
            for label, value in market.with_mentors(view).items()
            if not np.isnan(value) and not met(value, goal, "at_least")]


def _both_message(view: View, both: dict[str, float]) -> str:
    """How many segments earn the goal with what both ends of a match cost."""
    known = [value for value in both.values() if not np.isnan(value)]
    year, goal, short = view.projection.years[0], customer_value.goal(view), below(view)
    if not known:
        return ""
    times = f"{goal:g} times what both ends cost in {year}"
    lead = "With the mentor counted that each mentee needs,"
    if not short:
        return f"{lead} every segment of mentees earns at least {times}."
    if len(short) == len(known):
        return f"{lead} no segment of mentees earns {times}: {shared.listed(short)}."
    above = len(known) - len(short)
    return (f"{lead} {above} of {len(known)} segments of mentees "
            f"{'earns' if above == 1 else 'earn'} at least {times}; below "
            f"{'is' if len(short) == 1 else 'are'} {shared.listed(short)}.")
