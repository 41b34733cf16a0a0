"""Cells on money by bucket and week, and the controls that run any pair of strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from model.budget.plan.schema import BUCKETS
from model.budget.simulator.quarter import simulate
from model.budget.simulator.tape import draw
from model.budget.strategies.metrics import METRICS, metrics
from model.budget.strategies.statistics import paired
from model.budget.strategies.tuning import tuned
from model.budget.strategies.words import interval
from model.pages.budget_strategies.view import BASE, HYBRID, StrategiesView, verdict
from model.pages.shared import inside, listed
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
    """What is spent on what and when, where the hybrid strategy differs most from the fixed
    total, and what was moved."""
    environment = max(view.environments, key=lambda name: abs(
        view.environments[name]["against"][HYBRID]["mean"] or 0.0))
    spent = [view.spending(name, environment) for name in (HYBRID, BASE)]
    return Several((_flows(view, environment, HYBRID, BASE, *spent, scope=view.scope),
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
    where = f"In {environment} ({inside(view.environments[environment]['title'])})"
    whole = say(sum(map(sum, one.values())), "USD")
    if not most:
        return (f"{where}, {inside(view.strategy(first))} spends {whole} a quarter, in every "
                f"bucket within USD {_SMALL:.0f} of {inside(view.strategy(second))}.")
    parts = [f"{say(abs(apart[code]), 'USD')} {'more' if apart[code] > 0 else 'less'} for "
             f"{inside(view.bucket(code))}" for code in most]
    return (f"{where}, {inside(view.strategy(first))} spends {whole} a quarter: {listed(parts)} "
            f"than {inside(view.strategy(second))}.")


def _moves(view: StrategiesView, environment: str) -> Block:
    """Money moved between buckets, of all strategies."""
    found = view.environments[environment]["moved"]
    ways = sorted({(move["source"], move["destination"]) for moves in found.values()
                   for move in moves}, key=lambda way: tuple(map(BUCKETS.index, way)))
    usd = {name: {(move["source"], move["destination"]): move["usd"] for move in moves}
           for name, moves in found.items()}
    total = {name: sum(amounts.values()) for name, amounts in usd.items()}
    if not ways:
        return Block(f"In {environment} no strategy moves money between buckets.")
    most = max(total, key=lambda name: total[name])
    still = [view.strategy(name) for name, amount in total.items() if not amount]
    said = (f"In {environment}, {inside(view.strategy(most))} moves most, "
            f"{say(total[most], 'USD')} a quarter")
    return Block(
        said + (f"; {inside(listed(still))} {'moves' if len(still) == 1 else 'move'} none."
                if still else "."),
        table=Table("Moved a quarter, by source and destination",
                    [f"{view.bucket(one)} to {inside(view.bucket(other))}" for one, other in ways],
                    {name: [usd[name].get(way, 0.0) for way in ways] for name in found},
                    units="USD", corner="Move"), summary="Moves by strategy")


def run_pair(view: StrategiesView, environment: str, first: str, second: str, replications: int,
             done: Callable[[float], None] = lambda share: None) -> Several:
    """Two strategies on the same quarters of an environment; `done` hears the part that is
    finished."""
    strategies = tuned()
    both = [strategies[name] for name in dict.fromkeys((first, second))]
    found: dict[str, list[dict]] = {each.name: [] for each in both}
    spent = {each.name: np.zeros((len(BUCKETS), view.plan.weeks)) for each in both}
    for start in range(0, replications, _STEP):
        part = range(start, min(start + _STEP, replications))
        tape = draw(view.plan, environment, part, view.result["seed"])
        for each, quarter in zip(both, simulate(view.plan, tape, both), strict=True):
            found[each.name].append(metrics(quarter, each))
            weekly = quarter.weeks.spent.sum(axis=2)
            spent[each.name] += weekly.T / 100 / replications
        done(part.stop / replications)
    one, other = ({key: np.concatenate([part[key] for part in found[name]]) for key in METRICS}
                  for name in (first, second))
    flows_ = [{code: spent[name][at].tolist() for at, code in enumerate(BUCKETS)}
              for name in (first, second)]
    return Several((
        _pair_block(view, environment, first, second, one, other),
        _flows(view, environment, first, second, *flows_,
               scope=f"means of {replications} quarters")))


def _pair_block(view: StrategiesView, environment: str, first: str, second: str, one: dict,
                other: dict) -> Block:
    many = len(one["completions"])
    sizes = sorted({max(2, round(many * part)) for part in (0.1, 0.25, 0.5)} | {many})
    known = {size: paired(one["completions"][:size], other["completions"][:size])
             for size in sizes}
    rows = [(f"first {size} quarters" if size < many else f"all {many} quarters", each["mean"],
             each["low"], each["high"], interval(each)) for size, each in known.items()]
    figure = charts.intervals(
        rows, unit="learners", zero=view.strategy(second),
        subtitle=f"{view.environment(environment)} · completions of {first} less {second} · 95% "
                 "intervals")
    whole = known[many]
    means = [[_mean(values[key]) for key in METRICS] for values in (one, other)]
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


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def controls(view: StrategiesView) -> object:
    """Any two strategies in any environment, on as many quarters as wanted."""
    start = {"environment": next(iter(view.environments)), "first": HYBRID, "second": BASE,
             "replications": _SIZES[0]}
    names = {view.row(name): name for name in view.names}

    def drawn(values: dict, done: Callable[[float], None]) -> tuple[str, str]:
        return _html(run_pair(view, done=done, **values)), ""

    return Panel(
        {"environment": Choice("Environment", {view.environment(name): name
                                               for name in view.environments}),
         "first": Choice("Strategy A", names), "second": Choice("Strategy B", names),
         "replications": Choice("Quarters", {str(size): size for size in _SIZES})},
        start, drawn, _html(run_pair(view, **start)), progress=True).show()


def _html(parts: Several) -> str:
    return "".join(part.screen_html for part in parts.parts)
