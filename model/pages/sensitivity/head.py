"""Which assumptions decide: the answer at the head of the page."""

from __future__ import annotations

from math import isnan

from model.analysis.uncertainty.sensitivity import Outcome
from model.pages.frame import Answer
from model.pages.swings import outcome_of, swings
from model.pages.view import View
from model.views.blocks import Tile
from model.views.formats import say

_TILES = 4


def answer(view: View) -> Answer:
    """The assumptions that move EBITDA of the third year most, each over its plausible range."""
    measure = outcome_of(view, None)
    base, every = swings(view)
    top = every[:_TILES]
    if not top:
        return Answer("No assumption of this plan has a plausible range, so none is moved.", [])
    over = sum(_turns(base, one.low, one.high) for one in top)
    turn = ("none of them alone turns it into a loss or out of one" if not over else
            f"{'each' if over == len(top) else over} of the {len(top)} below would alone turn it "
            f"{'into a loss' if base >= 0 else 'into a profit'}")
    return Answer(
        f"What decides most of {measure.label}, which the plan puts at {say(base, measure.unit)}, "
        f"is {' and '.join(f'“{view.label(one.path)}”' for one in top[:2])}; within the plausible "
        f"ranges {turn}.",
        [Tile(view.label(one.path), _span(one.low, one.high, measure),
              f"{measure.label} over its plausible range{_loss(base, one.low, one.high)}",
              warn=bool(_loss(base, one.low, one.high)))
         for one in top])


def _loss(base: float, *ends: float) -> str:
    return "; a loss at one end" if base >= 0 and min(ends) < 0 else ""


def _turns(base: float, *ends: float) -> bool:
    """Whether an end of a range lies on the other side of zero than the plan."""
    return any(not isnan(end) and (end < 0) != (base < 0) for end in ends)


def _span(low: float, high: float, measure: Outcome) -> str:
    least, most = ("never" if isnan(each) else say(each, measure.unit)
                   for each in sorted((low, high)))
    return f"{least} to {most.removeprefix('USD ')}"
