"""The cell of the investor report that sets all scenarios side by side."""

from __future__ import annotations

import numpy as np

from model.analysis.alerts import short_of_hours
from model.analysis.breakeven import months_to_breakeven
from model.counts import count
from model.pages import comparison as comparing
from model.pages import frame
from model.pages.comparison.view import Comparison
from model.pages.investor_report.outlook import NOTHING
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block
from model.views.formats import format_value, say

# An EBITDA that falls by less of base's is no test. [share]
_LESS = 0.05


def scenarios(view: View) -> Block:
    """First break-even, lowest cash and EBITDA of the last year of every scenario."""
    comparison = Comparison(view)
    plain, plans = comparing.outcome_table(comparison), comparison.plans
    titles, every = list(plans), [other.breakeven for other in plans.values()]
    measures = {
        "First break-even": charts.Measure(
            [months_to_breakeven(other.projection)[0] for other in plans.values()],
            "months", higher_is_better=False, texts=[frame.or_never(one.first) for one in every]),
        "Lowest cash, USD": charts.Measure([one.trough_cash for one in every], "USD"),
        f"EBITDA {view.years[-1]}, USD": charts.Measure(
            [other.by_year("ebitda")[-1] for other in plans.values()], "USD")}
    here = _place(view, comparison, titles)
    figure = charts.side_by_side(
        titles, measures, highlight=here,
        subtitle=f"{view.assumptions.title} · headline figures by scenario")
    reading = ("Each figure has a scale of its own; bars of months begin with the plan. Below a "
               "figure stands its difference from base, in months or USD")
    if here is not None:
        reading += f"; the row in bold is {titles[here]}, which this page shows"
    odd = [f"{title} ({count(outside, 'assumption')})" for title, other in plans.items()
           if (outside := len(other.assumptions.outside_range()))]
    if odd:
        reading += f". Beyond their plausible ranges go assumptions of {frame.listed(odd)}"
    if short := [title for title, other in plans.items()
                 if (short_of_hours(other.projection) > 0).any()]:
        reading += (f". In {frame.listed(short)} the delivery team is short of hours in some "
                    "month: customers pay for them and nobody is paid to work them, so EBITDA "
                    "is too high")
    base = view.base
    if kept := [title for title, other in plans.items()
                if other.projection["revenue"].sum() < base["revenue"].sum() - NOTHING
                and np.array_equal(other.projection["headcount"], base["headcount"])]:
        reading += (f". In {frame.listed(kept)} less is sold than in base with as many people: "
                    "hiring goes on as planned")
    least = min(range(len(every)), key=lambda place: every[place].trough_cash)
    return Block(f"{plain.message} {_adverse(view, plans)}".strip(), figure, "bar chart",
                 "headline figures by scenario", f"{reading}.", plain.table,
                 alt_message=f"{comparing.carried(every)} of {len(every)} break even without "
                             f"running out of cash, which is lowest in {titles[least]}, "
                             f"{say(every[least].trough_cash, 'USD')}")


def _adverse(view: View, plans: dict[str, View]) -> str:
    """Which scenarios put the first year to a test."""
    base, year = view.base.by_year("ebitda")[0, 0], view.years[0]
    others = {title: other.by_year("ebitda")[0] for title, other in plans.items()
              if not other.is_base}
    if not others:
        return ""
    worse = [f"{title} ({say(value, 'USD')}"
             + (f", {format_value(1 - value / base, 'fraction')} less)" if base > NOTHING else ")")
             for title, value in others.items() if value < base - _LESS * abs(base)]
    alike = [title for title, value in others.items() if abs(value - base) < NOTHING]
    later = (f" {frame.listed(alike)} {'tests' if len(alike) == 1 else 'test'} later years "
             f"alone: {year} is as in base.") if alike else ""
    if not worse:
        return (f"None has an EBITDA of {year} that is over {_LESS:.0%} below base, so the first "
                f"year is put to no test.{later}")
    return (f"{'Only ' if len(worse) < len(others) else ''}{frame.listed(worse)} "
            f"{'has' if len(worse) == 1 else 'have'} an EBITDA of {year} that is over {_LESS:.0%} "
            f"below base.{later}")


def _place(view: View, comparison: Comparison, titles: list[str]) -> int | None:
    """The row of the scenario that the page shows; None where it has none."""
    for title, other in zip(comparison.titles, comparison.views.values(), strict=True):
        same = (other is view or (not view.changes
                                  and other.assumptions.scenario == view.assumptions.scenario))
        if same and title in titles:
            return titles.index(title)
    return None
