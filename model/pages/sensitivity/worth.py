"""The block on what it is worth to know an assumption for sure, for the decision of a plan."""

from __future__ import annotations

from model.analysis.register import register
from model.analysis.uncertainty.knowledge import Knowledge, Worth, of_decision
from model.counts import count
from model.pages import frame
from model.pages.sensitivity.shares import rough, share_of
from model.pages.view import View
from model.problems import InputError
from model.views.blocks import Block, Note, Table
from model.views.formats import say

_ROWS = 6


def block(view: View) -> Block | Note:
    """The options of the decision on average, and what knowing each assumption adds."""
    decision = view.assumptions.decision
    if decision is None:
        return Note("No decision is named for this plan, so nothing can be said of what it is "
                    "worth to know an assumption better.")
    try:
        found = of_decision(view.assumptions)
    except InputError as error:
        return Note(f"The decision “{decision.label}” cannot be laid over this plan.",
                    list(map(str, error.problems)))
    return Block(f"{_best(view, found)} {_knowing(view, found)}",
                 table=[_options(found), *_worths(view, found)], open=True,
                 reading=_reading(view, found))


def _counts(view: View) -> str:
    """What counts of an option."""
    if view.assumptions.decision.value == "closing_cash":
        return f"cash at the end of {view.years[-1]}"
    return "what the plan earns and spends, discounted to its start"


def _best(view: View, found: Knowledge) -> str:
    decision, best = view.assumptions.decision, found.options[found.best]
    cost = ", less what the option costs" if any(each.cost for each in decision.options) else ""
    ahead = rough(found.ahead.value, found.ahead.error)
    by = (f"about {ahead} more than the next" if found.ahead.tells else
          f"but not by more than luck in {found.size:,} draws could explain")
    return (f"{decision.label}: “{best.option.label}” is best on average over random draws, by "
            f"{_counts(view)}{cost}: about {rough(best.mean, best.error)}, {by}.")


def _knowing(view: View, found: Knowledge) -> str:
    if not found.everything.value:
        return ("It is best in every draw, so nothing that could be found out about the "
                "assumptions would change the decision.")
    telling = list(found.telling.items())
    at_most = f"To know everything would be worth about {_about(found.everything)}"
    if not telling:
        return ("To know any one assumption for sure before deciding would change nothing that the "
                f"draws can tell. {at_most}.")
    first = [f"{_about(worth)} to know {view.label(path)} for sure" if not place else
             f"{_about(worth)} to know {view.label(path)}"
             for place, (path, worth) in enumerate(telling[:3])]
    rest = len(telling) - len(first)
    others = f", and less to know {count(rest, 'other')}" if rest else ""
    return (f"Before deciding it would be worth about {frame.listed(first)}{others}; to know any "
            "other alone changes nothing that the draws can tell. "
            f"{at_most}: no study can be worth more.")


def _about(worth: Worth) -> str:
    return rough(worth.value, worth.error)


def _options(found: Knowledge) -> Table:
    return Table(
        "What each option comes to", [each.option.label for each in found.options],
        {"On average": [say(each.mean, "USD") for each in found.options],
         "Standard error": [say(each.error, "USD") for each in found.options],
         "What it costs besides": [say(each.option.cost, "USD") for each in found.options],
         "Cash below zero in": [share_of(each.short, "draws") for each in found.options]},
        corner="Option", stacked=True)


def _worths(view: View, found: Knowledge) -> list[Table]:
    rows = dict(list(found.telling.items())[:_ROWS])
    if not found.everything.value:
        return []
    kinds = {row.path: row.standing for row in register(view.assumptions)}
    every = [*rows.values(), found.everything]
    return [Table("What it is worth to know one assumption for sure before deciding",
                  [*map(view.label, rows), "Everything"],
                  {"Worth": [say(worth.value, "USD") for worth in every],
                   "Standard error": [say(worth.error, "USD") for worth in every],
                   "What it rests on now": [*(kinds[path] for path in rows), "–"]},
                  totals=("Everything",), corner="Assumption", stacked=True)]


def _reading(view: View, found: Knowledge) -> str:
    decision = view.assumptions.decision
    words = decision.source.partition(": ")[2]
    return (f"Each option is worked out with the same {found.size:,} random draws of "
            f"{count(len(found.each), 'assumption')}; what the options change is not drawn. A plan "
            f"whose cash falls below zero counts as {say(decision.out_of_cash, 'USD')}, whatever "
            "follows. Without knowing more, the option is taken that is best on average; knowing "
            "an assumption, the one that is best on average at its value: what that adds, over all "
            "its values, is what knowing it is worth, and so the most that a study of it alone may "
            "cost. It must be more than three standard errors to be named. About the decision: "
            f"{words}.")
