"""Cells on what a strategy asks of people, and on learners of the equity floor."""

from __future__ import annotations

from model.budget.strategies.words import interval, percent
from model.pages.budget_strategies.view import BASE, DAILY, HYBRID, StrategiesView, verdict
from model.pages.shared import inside, listed
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Table


@cell
def administration(view: StrategiesView) -> Block:
    """Hours of people that each strategy takes."""
    names, environments = view.names, list(view.environments)
    hours = {name: (view.overall(name, "admin_minutes") or 0.0) / 60 for name in names}
    figure = charts.bars([view.row(name) for name in names], list(hours.values()), unit="hours",
                         subtitle=f"{view.plan.title} · hours of administration a quarter · mean "
                                  "of all environments")
    least = f"{_compared(view, hours, DAILY)} and {_compared(view, hours, BASE)}"
    return Block(
        f"Hybrid predictive rolling takes {hours[HYBRID]:.1f} hours of people a quarter: {least}.",
        figure, "bar chart", "hours of administration by strategy",
        "Minutes of each task are assumptions of the plan, so these hours follow from how often a "
        "strategy asks people, not from a clock.",
        Table("Hours of administration a quarter", [view.row(name) for name in names], {
            **{each: [(view.mean(name, "admin_minutes", each) or 0.0) / 60 for name in names]
               for each in environments},
            "Reviews": [view.overall(name, "reviews") for name in names],
            "Moves": [view.overall(name, "moves") for name in names],
            "Refused actions": [view.overall(name, "rejected") for name in names]},
            units=dict.fromkeys(environments, "hours"), corner="Strategy"))


def _compared(view: StrategiesView, hours: dict[str, float], other: str) -> str:
    name = inside(view.strategy(other))
    if not hours[other]:
        return f"more than {name}, which takes none"
    share = hours[HYBRID] / hours[other] - 1
    if abs(share) < 5e-4:
        return f"as many as {name}"
    return f"{percent(abs(share))} {'less' if share < 0 else 'more'} than {name}"


@cell
def equity(view: StrategiesView) -> Block:
    """Whether the equity floor was met, and how learners under it fare beside all others."""
    names, environments = view.names, list(view.environments)
    found = {each: view.environments[each]["strategies"][HYBRID]["equity_gap"]
             for each in environments}
    rows = [(view.environment(each), gap["mean"], gap["low"], gap["high"],
             interval(gap, "fraction").replace(" points", "")) for each, gap in found.items()]
    figure = charts.intervals(
        rows, unit="fraction", zero="no gap", better_above=None,
        subtitle=f"{view.plan.title} · completion rate of equity learners less that of others · S5 "
                 "· points of %")
    broken = [f"{view.strategy(name)} in {each}" for name in names for each in environments
              if (view.mean(name, "equity_floor", each) or 0.0) < 1]
    floor = "The equity floor is met in every quarter of every strategy" if not broken else (
        f"The equity floor is not met in every quarter by {inside(listed(broken))}")
    worse = [each for each, gap in found.items() if verdict(gap) == "behind"]
    better = [each for each, gap in found.items() if verdict(gap) == "ahead"]
    said = [f"{word} than others {view.places(where)}"
            for word, where in (("more often", better), ("less often", worse)) if where]
    gap = f"equity learners complete {' and '.join(said)}" if said else \
        "no environment shows a gap in completion that is more than chance"
    return Block(
        f"{floor}; under S5 {gap}.", figure, "interval chart",
        "the gap in completion of equity learners under S5",
        "Right of the line equity learners complete more often. A floor reserves money; it does "
        "not promise outcomes, so both are shown.",
        [_table(view, "Completion rate of equity learners less that of others", "equity_gap"),
         _table(view, "Their part of one-to-one and workshop money", "equity_spend"),
         _table(view, "Quarters in which the floor is met", "equity_floor")],
        summary="Gap, money and floor of every strategy")


def _table(view: StrategiesView, caption: str, metric: str) -> Table:
    return Table(caption, [view.row(name) for name in view.names], {
        each: [view.mean(name, metric, each) for name in view.names]
        for each in view.environments}, units="fraction", corner="Strategy")
