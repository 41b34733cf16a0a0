"""Cells on money by bucket and week, people's hours, equity, and controls that run any pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from model.budget.plan.schema import BUCKETS
from model.budget.simulator.quarter import simulate
from model.budget.simulator.tape import draw
from model.budget.strategies import bounds
from model.budget.strategies.comparison import DAILY, FIXED, HYBRID
from model.budget.strategies.findings import interval, percent
from model.budget.strategies.measures import METRICS, mean_of, metrics, paired_difference
from model.budget.strategies.tuning import contestants
from model.pages.budget_strategies.view import StrategiesView, interval_row, verdict
from model.pages.frame import inside, listed
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Several, Table
from model.views.controls import Choice, Panel
from model.views.formats import say

_SMALL = 50.0  # USD a quarter: less is no difference worth a sentence
_MOST = 3
_SIZES, _STEP = (20, 50, 100, 200), 10


@cell
def flows(view: StrategiesView) -> Several:
    """What is spent when, where S5 differs most from the fixed total, and what moves."""
    environment = max(view.environments, key=lambda name: abs(
        view.environments[name].against[HYBRID].mean or 0.0))
    spending = [view.spending(name, environment) for name in (HYBRID, FIXED)]
    return Several((_flows(view, environment, HYBRID, FIXED, *spending, scope=view.scope),
                    _moves(view, environment)))


def _flows(view: StrategiesView, environment: str, first: str, second: str,
           one: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]],
           scope: str) -> Block:
    used = [code for code in BUCKETS if any(one[code]) or any(other[code])]
    weeks = [f"w{week}" for week in range(1, view.plan.weeks + 1)]
    figure = charts.indicators(
        weeks, {view.bucket(code): (one[code], other[code], "USD") for code in used},
        dashed=view.strategy(second), zero=True,
        subtitle=f"{view.environment(environment)} · USD spent a week · {view.strategy(first)}")
    tables = [Table(f"Spent a week by {view.strategy(name)}", [view.bucket(code) for code in used],
                    {str(week): [row[code][week - 1] for code in used]
                     for week in range(1, view.plan.weeks + 1)}, units="USD", corner="Bucket")
              for name, row in {first: one, second: other}.items()]
    return Block(
        _flows_message(view, environment, first, second, one, other), figure, "small line charts",
        f"spending by bucket and week of {first} and {second}",
        f"Each panel has a scale of its own; {scope}.", tables,
        summary="Spending by bucket and week")


def _flows_message(view: StrategiesView, environment: str, first: str, second: str,
                   one: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]) -> str:
    apart = {code: sum(one[code]) - sum(other[code]) for code in BUCKETS}
    most = sorted((code for code in BUCKETS if abs(apart[code]) >= _SMALL),
                  key=lambda code: -abs(apart[code]))[:_MOST]
    where = f"In {environment} ({inside(view.environments[environment].title)})"
    whole = say(sum(map(sum, one.values())), "USD")
    if not most:
        return (f"{where}, {inside(view.strategy(first))} spends {whole} a quarter, in every "
                f"bucket within USD {_SMALL:.0f} of {inside(view.strategy(second))}.")
    parts = [f"{say(abs(apart[code]), 'USD')} {'more' if apart[code] > 0 else 'less'} for "
             f"{inside(view.bucket(code))}" for code in most]
    return (f"{where}, {inside(view.strategy(first))} spends {whole} a quarter: {listed(parts)} "
            f"than {inside(view.strategy(second))}.")


def _moves(view: StrategiesView, environment: str) -> Block:
    usd = {name: {(each.source, each.destination): each.usd for each in transfers}
           for name, transfers in view.environments[environment].transfers.items()}
    ways = sorted({way for amounts in usd.values() for way in amounts},
                  key=lambda way: tuple(map(BUCKETS.index, way)))
    total = {name: sum(amounts.values()) for name, amounts in usd.items()}
    if not ways:
        return Block(f"In {environment} no strategy moves money between buckets.")
    most = max(total, key=lambda name: total[name])
    still = [view.strategy(name) for name, amount in total.items() if not amount]
    sentence = (f"In {environment}, {inside(view.strategy(most))} moves most, "
                f"{say(total[most], 'USD')} a quarter")
    return Block(
        sentence + (f"; {inside(listed(still))} {'moves' if len(still) == 1 else 'move'} none."
                    if still else "."),
        table=Table("Moved a quarter, by source and destination",
                    [f"{view.bucket(one)} to {inside(view.bucket(other))}" for one, other in ways],
                    {name: [usd[name].get(way, 0.0) for way in ways] for name in usd},
                    units="USD", corner="Move"), summary="Moves by strategy")


def run_pair(view: StrategiesView, environment: str, first: str, second: str, replications: int,
             tell: Callable[[float], None] = lambda share: None) -> Several:
    """Two strategies on the same quarters; `tell` hears the share that is finished."""
    strategies = contestants(bounds.splits(view.plan)[view.comparison.trained.number])
    both = [strategies[name] for name in dict.fromkeys((first, second))]
    parts: dict[str, list[dict]] = {each.name: [] for each in both}
    spending = {each.name: np.zeros((len(BUCKETS), view.plan.weeks)) for each in both}
    for start in range(0, replications, _STEP):
        part = range(start, min(start + _STEP, replications))
        tape = draw(view.plan, environment, part, view.comparison.seed)
        for each, quarter in zip(both, simulate(view.plan, tape, both), strict=True):
            parts[each.name].append(metrics(quarter, each))
            weekly = quarter.weeks.spent.sum(axis=2)
            spending[each.name] += weekly.T / 100 / replications
        tell(part.stop / replications)
    one, other = ({key: np.concatenate([part[key] for part in parts[name]]) for key in METRICS}
                  for name in (first, second))
    flows_ = [{code: spending[name][at].tolist() for at, code in enumerate(BUCKETS)}
              for name in (first, second)]
    return Several((
        _pair_block(view, environment, first, second, one, other),
        _flows(view, environment, first, second, *flows_,
               scope=f"means of {replications} quarters")))


def _pair_block(view: StrategiesView, environment: str, first: str, second: str, one: dict,
                other: dict) -> Block:
    many = len(one["completions"])
    sizes = sorted({max(2, round(many * part)) for part in (0.1, 0.25, 0.5)} | {many})
    leads = {size: paired_difference(one["completions"][:size], other["completions"][:size])
             for size in sizes}
    rows = [interval_row(f"first {size} quarters" if size < many else f"all {many} quarters", each)
            for size, each in leads.items()]
    figure = charts.intervals(
        rows, unit="learners", zero=view.strategy(second),
        subtitle=f"{view.environment(environment)} · completions of {first} less {second} · 95% "
                 "intervals")
    whole = leads[many]
    means = [[mean_of(values[key]).mean for key in METRICS] for values in (one, other)]
    says = "alike with" if first == second else f"{verdict(whole)} against"
    return Block(
        f"On {many} quarters of {environment}, {inside(view.strategy(first))} is {says} "
        f"{inside(view.strategy(second))}: {interval(whole)} completions.", figure,
        "interval chart", f"{first} less {second} as quarters are added",
        "The more quarters, the narrower the interval.",
        Table("Means of both", [label for label, _ in METRICS.values()], {
            f"A: {first}": means[0], f"B: {second}": means[1],
            "A less B": [None if a is None or b is None else a - b
                         for a, b in zip(*means, strict=True)]},
            row_units=[unit for _, unit in METRICS.values()], corner="Mean of a quarter"),
        summary="Every figure of both")


def controls(view: StrategiesView) -> object:
    """Any two strategies in any environment, on as many quarters as wanted."""
    start = {"environment": next(iter(view.environments)), "first": HYBRID, "second": FIXED,
             "replications": _SIZES[0]}
    names = {view.row(name): name for name in view.names}

    def draw_pair(values: dict, tell: Callable[[float], None]) -> tuple[str, str]:
        return _html(run_pair(view, tell=tell, **values)), ""

    return Panel(
        {"environment": Choice("Environment", {view.environment(name): name
                                               for name in view.environments}),
         "first": Choice("Strategy A", names), "second": Choice("Strategy B", names),
         "replications": Choice("Quarters", {str(size): size for size in _SIZES})},
        start, draw_pair, _html(run_pair(view, **start)), progress=True).show()


def _html(parts: Several) -> str:
    return "".join(part.screen_html for part in parts.parts)


@cell
def administration(view: StrategiesView) -> Block:
    """Hours of people that each strategy takes."""
    names, environments = view.names, list(view.environments)
    hours = {name: (view.overall(name, "admin_minutes") or 0.0) / 60 for name in names}
    figure = charts.bars([view.row(name) for name in names], list(hours.values()), unit="hours",
                         subtitle=f"{view.plan.title} · hours of administration a quarter · mean "
                                  "of all environments")
    least = f"{_comparison(view, hours, DAILY)} and {_comparison(view, hours, FIXED)}"
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


def _comparison(view: StrategiesView, hours: dict[str, float], other: str) -> str:
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
    gaps = {each: view.environments[each].strategies[HYBRID]["equity_gap"] for each in environments}
    rows = [interval_row(view.environment(each), gap, "fraction") for each, gap in gaps.items()]
    figure = charts.intervals(
        rows, unit="fraction", zero="no gap", better_above=None,
        subtitle=f"{view.plan.title} · completion rate of equity learners less that of others · S5 "
                 "· points of %")
    breaches = [f"{view.strategy(name)} in {each}" for name in names for each in environments
                if (view.mean(name, "equity_floor", each) or 0.0) < 1]
    floor = "The equity floor is met in every quarter of every strategy" if not breaches else (
        f"The equity floor is not met in every quarter by {inside(listed(breaches))}")
    worse = [each for each, gap in gaps.items() if verdict(gap) == "behind"]
    better = [each for each, gap in gaps.items() if verdict(gap) == "ahead"]
    differences = [f"{word} than others {view.places(where)}"
                   for word, where in (("more often", better), ("less often", worse)) if where]
    gap = f"equity learners complete {' and '.join(differences)}" if differences else \
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
