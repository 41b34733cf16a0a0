"""The five approaches on the strategies page: which fits a plan's own facts."""

from __future__ import annotations

from model.budget.strategies.approaches import Fit, best, fits
from model.pages.budget_strategies.view import StrategiesView
from model.pages.frame import inside, listed
from model.views.blocks import Block, Table
from model.views.formats import sentence_case


def chooser(view: StrategiesView) -> Block:
    """The approach that fits the plan best, and what speaks for and against each."""
    found = fits(view.plan)
    table = Table("The five approaches", [each.approach.name for each in found], {
        "Fits best, and is used for": [f"{each.approach.best_fit} {each.approach.use}"
                                       for each in found],
        "For it": [each.approach.pros for each in found],
        "Against it": [each.approach.cons for each in found],
        "This plan": [_facts(each) for each in found]}, corner="Approach", stacked=True)
    return Block(_message(found), table=table, open=True,
                 reading="What each is for is the article's advice; how many of its facts the plan "
                         "states is counted here. Neither says which completes most: that is what "
                         "the simulated quarters are for.")


def _message(found: tuple[Fit, ...]) -> str:
    first, *others = best(found)
    every = (first, *others)
    names = listed([f"the {inside(each.approach.name)}" for each in every])
    number = len(first.facts)
    share = ("both facts" if number == 2 else f"all {number} facts") \
        if first.holding == number else f"{first.holding} of {number} facts"
    verb = "fit this plan best, alike" if others else "fits this plan best"
    facts = [fact.words for each in every for fact in each.facts if fact.holds]
    whom = "each" if others else "it"
    stated = sentence_case(listed(list(dict.fromkeys(facts))))
    return f"By its own facts {names} {verb}: {share} that ask for {whom} hold. {stated}."


def _facts(each: Fit) -> str:
    for_, against = ([fact.words for fact in each.facts if fact.holds is holds]
                     for holds in (True, False))
    parts = [f"For it: {listed(for_)}." if for_ else "", f"Against it: {listed(against)}."
             if against else ""]
    return " ".join(part for part in parts if part)
