"""Cells on why a strategy leads: assumptions, the bound, single rules and levers."""

from __future__ import annotations

from collections.abc import Iterable

from model.budget.strategies.comparison import (
    AS_WRITTEN,
    FIXED,
    HYBRID,
    RECRUITING_ALONE,
    WITHOUT_LEVERS,
    WITHOUT_REDESIGN,
    WITHOUT_RULE,
    Flip,
    Sensitivity,
)
from model.budget.strategies.findings import around, interval, percent, signed
from model.pages.budget_strategies.view import CLOSER, StrategiesView
from model.pages.frame import inside, listed
from model.pages.view import cell
from model.views import charts
from model.views.blocks import Block, Table
from model.views.formats import MINUS, say, sentence_case

# Names that fit beside a bar; the tables have the plan's own.
_SHORT = {
    "simulation.marketing.gain": "Gain of marketing", "outcome.advance_share": "Advance (S4)",
    "simulation.units.workshop": "Value of a workshop seat", "offered.hours": "Hours offered",
    "prices.one_hour": "Price of an hour", "simulation.recruiting.cost": "Cost of recruiting"}


@cell
def ranking_drivers(view: StrategiesView) -> Block:
    """Which assumption changes the ranking, and at which value."""
    rows_by_path = view.comparison.sensitivity
    first = next(iter(rows_by_path.values()))
    base = min(first.leads, key=lambda lead: abs(lead.value - first.base)).mean
    rows = [(_SHORT.get(path, each.label), say(each.values[0], each.unit),
             say(each.values[-1], each.unit), each.leads[0].mean, each.leads[-1].mean)
            for path, each in rows_by_path.items()]
    figure = charts.tornado(
        rows, base, unit="fraction", base_label="as planned",
        subtitle=f"{view.plan.title} · completions of S5 over those of S2 · mean of all "
                 "environments")
    own = [flip for each in rows_by_path.values() for flip in each.flips
           if {flip.first, flip.second} == {HYBRID, FIXED}]
    between = ("" if own else " Between S5 and the fixed total none of the values tried changes "
               "the order, all environments together.")
    return Block(
        _decides(view) + between, figure, "tornado chart",
        "S5's lead over the fixed total by assumption",
        "Each bar moves one assumption alone, from its lowest to its highest value tried, on "
        f"{view.work.varied} quarters of each environment. Between two values tried the one at "
        "which strategies change places is found by a straight line; around it the quarters do not "
        "decide who is ahead (95% intervals)."
        + (f" Here only the ends and the plan's own value are tried; {CLOSER} and "
           "tries more values."
           if view.work.ends else ""),
        [_flips(rows_by_path.values()), _rankings(rows_by_path.values()), _without_effect(view)],
        summary="Where strategies change places", alt_message=_decides(view))


def _decides(view: StrategiesView) -> str:
    decision = view.comparison.decision
    if decision.path is None:
        return "No assumption that was varied certainly changes any place in the ranking."
    label = view.comparison.sensitivity[decision.path].label
    pair = listed([view.strategy(decision.first), inside(view.strategy(decision.second))])
    flip = next(flip for flip in view.comparison.sensitivity[decision.path].flips
                if (flip.first, flip.second, flip.value) == (decision.first, decision.second,
                                                             decision.value))
    where = (f"{label}: at {say(decision.value, decision.unit)} "
             f"({_around(flip, decision.unit)}; plan: {say(decision.base, decision.unit)}) "
             f"{inside(pair)} change places")
    if decision.lead:
        return f"What decides who leads is {inside(where)}."
    return ("Nothing that was varied certainly changes who leads; nearest to a change is "
            f"{inside(where)}.")


def _around(flip: Flip, unit: str) -> str:
    return around(flip, lambda value: say(value, unit))


def _flips(sensitivities: Iterable[Sensitivity]) -> Table:
    rows = [(each, flip) for each in sensitivities for flip in each.flips]
    return Table(
        "Values at which two strategies change places", [each.label for each, _ in rows], {
            "Strategies": [f"{flip.first} and {flip.second}" for _, flip in rows],
            "At": [say(flip.value, each.unit) for each, flip in rows],
            "How sure": [_around(flip, each.unit) for each, flip in rows],
            "Plan": [say(each.base, each.unit) for each, _ in rows],
            "Ahead above it": [flip.leads_above for _, flip in rows],
            "For the lead": ["yes" if flip.for_the_lead else "no" for _, flip in rows]},
        corner="Assumption")


def _rankings(sensitivities: Iterable[Sensitivity]) -> Table:
    rows = [(each, lead, ranking) for each in sensitivities
            for lead, ranking in zip(each.leads, each.rankings, strict=True)]
    return Table(
        "Rankings by assumption", [each.label for each, _, _ in rows], {
            "Value": [say(lead.value, each.unit) for each, lead, _ in rows],
            "S5 over S2": [percent(lead.mean) for _, lead, _ in rows],
            "Ranking": [" ".join(ranking) for _, _, ranking in rows]},
        corner="Assumption")


def _without_effect(view: StrategiesView) -> Table:
    leads, names = view.comparison.without_effect, list(view.environments)
    return Table("S5 less fixed total where a lever has no effect though S5 believes in it",
                 [view.environment(name) for name in names], {
                     sentence_case(lever): [interval(leads[lever][name]) for name in names]
                     for lever in leads}, corner="Environment")


@cell
def distance_to_bound(view: StrategiesView) -> Block:
    """How near each strategy comes to what a clairvoyant could reach, and what money is worth."""
    names, environments = view.names, list(view.environments)
    bounds = [each.bounds for each in view.environments.values()]
    values = [[each.share[name].mean for each in bounds] for name in names]
    figure = charts.heat_grid(
        [view.row(name) for name in names], environments, values, row_title="strategy",
        column_title="environment", unit="fraction", never="–",
        text=[[None if value is None else f"{100 * value:.0f}%" for value in row]
              for row in values],
        subtitle=f"{view.plan.title} · completions, of the clairvoyant bound")
    own = [value for value in values[names.index(HYBRID)] if value is not None]
    reach = (f"S5 reaches {percent(min(own))} to {percent(max(own))} of the clairvoyant bound"
             if own else "The clairvoyant bound is zero everywhere")
    slack = [name for name, each in view.environments.items() if not each.bounds.budget_tested]
    if len(slack) == len(environments):
        dual = "the bound's dual on money is 0 everywhere, so more money would not raise it"
    elif slack:
        dual = (f"in {listed(slack)} the bound's dual on money is 0, so there more money would not "
                "raise it")
    else:
        dual = "in every environment more money would raise it"
    return Block(
        f"{reach}; {dual}. {_hindsight(view)}", figure, "heat map",
        "completions as a share of the clairvoyant bound",
        "The bound knows every no-show beforehand and nobody can reach it, so a share is no grade; "
        "it is good for comparing strategies within a column. The linear program and its dual are "
        f"solved on {view.work.programs} quarters of each environment, the knapsack on all.",
        [Table("Bounds, completions a quarter", [view.environment(each) for each in environments], {
            "Knapsack (U1)": [each.knapsack.mean for each in bounds],
            "Linear program (U2)": [each.program.mean for each in bounds],
            "Dual, a USD": [each.dual.mean for each in bounds]},
            units={"Knapsack (U1)": "learners", "Linear program (U2)": "learners"},
            corner="Environment"), _splits(view)],
        summary="Bounds, and the best fixed splits in hindsight",
        alt_message=reach)


def _hindsight(view: StrategiesView) -> str:
    hindsight = view.hindsight
    level = [name for name, each in hindsight.items() if each.hybrid >= each.best_one.mean]
    gain = max(each.best_one.mean - each.fixed for each in hindsight.values())
    which = "no environment" if not level else \
        "every environment" if len(level) == len(hindsight) else listed(level)
    more = f"completes up to {gain:.1f} learners more than" if gain > 0 else \
        "is nowhere better than"
    return (f"The best single opening split in hindsight {more} the fixed total; S5, which knows "
            f"no draw beforehand, does at least as well as it in {which}.")


def _splits(view: StrategiesView) -> Table:
    rows = view.hindsight.values()
    completions = {"Fixed total": [each.fixed for each in rows],
                   "S5": [each.hybrid for each in rows],
                   "Best single split": [each.best_one.mean for each in rows],
                   "Best split of each quarter": [each.best_each.mean for each in rows]}
    return Table("Against the best fixed splits in hindsight, completions a quarter",
                 [view.environment(name) for name in view.hindsight],
                 {"Quarters": [each.tapes for each in rows], **completions},
                 units=dict.fromkeys(completions, "learners"), corner="Environment")


@cell
def rules(view: StrategiesView) -> Block:
    """What single rules of the flexible envelope and single levers of the hybrid are worth."""
    variants = {name: each.variants for name, each in view.environments.items()}
    names = list(next(iter(variants.values())))
    values = [[each[name].mean for each in variants.values()] for name in names]
    overall = {name: sum(row) / len(row) for name, row in zip(names, values, strict=True)}
    figure = charts.heat_grid(
        names, list(variants), values, row_title="variant", column_title="environment",
        unit="learners", text=[[_whole(value) for value in row] for row in values],
        subtitle=f"{view.plan.title} · completions less those of the fixed total")
    return Block(
        f"{_rules_alone(overall)} {_levers(view, overall)}", figure, "heat map",
        "completions of variants less those of the fixed total",
        "“As written” is the flexible envelope without the patience that tuning gave it; below it "
        "stands the same without one rule each. “With a smaller library” opens with 1% of the "
        "total less for the library, which one-to-one gets. Deeper blue is more; figures are "
        "rounded here.",
        Table("Completions less those of the fixed total", names, {
            environment: [interval(each[name]) for name in names]
            for environment, each in variants.items()}, corner="Variant"),
        alt_message=_rules_alone(overall))


def _whole(value: float) -> str:
    """A difference in whole learners, which fits a cell on a phone."""
    return f"{value:+.0f}".replace("-", MINUS) if round(value) else "0"


def _rules_alone(overall: dict[str, float]) -> str:
    whole = overall[AS_WRITTEN]
    without = {name.removeprefix(WITHOUT_RULE): value - whole for name, value in overall.items()
               if name.startswith(WITHOUT_RULE)}
    if not without:
        return "The rules of the flexible envelope were not run one by one."
    most = max(without, key=lambda rule: without[rule])
    harm = f"most of that is won back without rule {most} ({signed(without[most])})" \
        if without[most] > 0 else "no single rule makes it worse"
    amount = f"{signed(whole)} completions against the fixed total, mean of all environments"
    if whole >= 0:
        harm = f"without rule {most} it would be {signed(without[most])} on top" \
            if without[most] > 0 else harm
    return f"The article's rules taken as written give {amount}; {harm}."


def _levers(view: StrategiesView, overall: dict[str, float]) -> str:
    """S5 on the same quarters with all its levers, with some of them, and without any."""
    bare = overall[WITHOUT_LEVERS]
    rows = view.hindsight.values()
    full = sum(each.hybrid - each.fixed for each in rows) / len(rows)
    words = (f"S5 stands at {signed(full)} on the same quarters, without redesign at "
             f"{signed(overall[WITHOUT_REDESIGN])}, with recruiting alone at "
             f"{signed(overall[RECRUITING_ALONE])}, and without any lever at {signed(bare)}")
    if full > 0 and bare < full / 2:
        return (f"{words}: most of its lead is what these levers are assumed to do, not a better "
                "division of the same money.")
    return f"{words}."
