"""The cell of the investor report that sets all scenarios side by side."""

from __future__ import annotations

import numpy as np

from model.analysis.breakeven import months_to_breakeven
from model.analysis.full_cost import short_of_hours
from model.counts import count
from model.engine.projection import Projection
from model.pages import comparison as comparing
from model.pages import frame
from model.pages.comparison.view import Comparison
from model.pages.investor_report.outlook import NOTHING
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block
from model.views.formats import format_month, format_value, say

# An EBITDA that falls by less of base's is no test. [share]
_LESS = 0.05


def scenarios(view: View) -> Block:
    """First break-even, lowest cash and EBITDA of the last year of every scenario."""
    comparison = Comparison(view)
    plain, year = comparing.outcome_table(comparison), view.projection.years[-1]
    plans = comparison.plans
    titles = list(plans)
    firsts = [other.breakeven.first for other in plans.values()]
    measures = {
        "First break-even": charts.Measure(
            [float(months_to_breakeven(other.projection)[0]) for other in plans.values()],
            "months", higher_is_better=False,
            texts=[format_month(month) if month else "never" for month in firsts]),
        "Lowest cash, USD": charts.Measure(
            [other.breakeven.trough_cash for other in plans.values()], "USD"),
        f"EBITDA {year}, USD": charts.Measure(
            [float(other.projection.by_year("ebitda")[0, -1]) for other in plans.values()],
            "USD")}
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
    if kept := [title for title, other in plans.items() if _keeps_the_team(view, other)]:
        reading += (f". In {frame.listed(kept)} less is sold than in base with as many people: "
                    "hiring goes on as planned")
    every = [other.breakeven for other in plans.values()]
    least = min(range(len(every)), key=lambda place: every[place].trough_cash)
    return Block(f"{plain.message} {_adverse(view, plans)}".strip(), figure, "bar chart",
                 "headline figures by scenario",
                 f"{reading}.", plain.table,
                 alt_message=f"{comparing.carried(every)} of {len(every)} break even without "
                             f"running out of cash, which is lowest in {titles[least]}, "
                             f"{say(every[least].trough_cash, 'USD')}")


def _keeps_the_team(view: View, other: View) -> bool:
    """Whether a scenario sells less than base over its months and keeps its team all the same."""
    def sold(projection: Projection) -> float:
        return float(projection["revenue"][0].sum())

    return (sold(other.projection) < sold(view.base) - NOTHING
            and np.array_equal(other.projection["headcount"], view.base["headcount"]))


def _adverse(view: View, plans: dict[str, View]) -> str:
    """Which scenarios put the first year to a test."""
    def earned(projection: Projection) -> float:
        return float(projection.by_year("ebitda")[0, 0])

    others = [title for title, other in plans.items() if not other.is_base]
    bar = earned(view.base) - _LESS * abs(earned(view.base))
    worse = [f"{title} ({_far(value, earned(view.base))})" for title in others
             if (value := earned(plans[title].projection)) < bar]
    year = view.projection.years[0]
    if not others:
        return ""
    alike = [title for title in others
             if abs(earned(plans[title].projection) - earned(view.base)) < NOTHING]
    later = (f" {frame.listed(alike)} {'tests' if len(alike) == 1 else 'test'} later years "
             f"alone: {year} is as in base.") if alike else ""
    if not worse:
        return (f"None has an EBITDA of {year} that is over {_LESS:.0%} below base, so the first "
                f"year is put to no test.{later}")
    return (f"{'Only ' if len(worse) < len(others) else ''}{frame.listed(worse)} "
            f"{'has' if len(worse) == 1 else 'have'} an EBITDA of {year} that is over {_LESS:.0%} "
            f"below base.{later}")


def _far(ebitda: float, base: float) -> str:
    """An EBITDA, and how far it lies below base's where that is above zero."""
    return say(ebitda, "USD") + (
        f", {format_value(1 - ebitda / base, 'fraction')} less" if base > NOTHING else "")


def _place(view: View, comparison: Comparison, titles: list[str]) -> int | None:
    """The row of the scenario that the page shows; None where it has none."""
    for title, other in zip(comparison.titles, comparison.views.values(), strict=True):
        same = (other is view or (not view.changes
                                  and other.assumptions.scenario == view.assumptions.scenario))
        if same and title in titles:
            return titles.index(title)
    return None
