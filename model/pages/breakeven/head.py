"""When costs are earned and whether the cash lasts: the answer at the head of the page."""

from __future__ import annotations

from model.pages.frame import Answer, or_never, sentence, tiles
from model.pages.view import View
from model.views.blocks import Tile
from model.views.formats import format_month


def answer(view: View) -> Answer:
    """What the plan comes to is the answer, so the whole of it is the headline."""
    found, (first, lowest, *_) = view.breakeven, tiles(view)
    end = format_month(view.months[-1])
    back = Tile("Losses earned back", or_never(found.earned_back),
                "all EBITDA since the start adds up to zero or more",
                warn=found.earned_back is None, plan=("breakeven_earned_back", "end"))
    lasting = Tile("No month below zero from", or_never(found.lasting), f"up to {end}",
                   warn=found.lasting is None)
    return Answer(sentence(view.projection), [first, back, lasting, lowest])
