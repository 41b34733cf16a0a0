"""What it changes that assumptions go together in the draws: a sentence, and the table of pairs."""

from __future__ import annotations

from dataclasses import replace

from model.analysis.uncertainty import sensitivity
from model.analysis.uncertainty.chances import Comparison, compared, figures, on_time, short
from model.counts import count
from model.pages.sensitivity.shares import share_of
from model.pages.view import View
from model.views.blocks import Table
from model.views.formats import format_month


def effect(view: View, runs: sensitivity.Fan) -> list[str]:
    """What some draws would come to if all assumptions were independent; empty where they are."""
    assumptions, plan = view.assumptions, view.projection
    if not assumptions.correlations:
        return []
    apart = sensitivity.fan(replace(assumptions, correlations=()), runs.size, runs.seed)
    own, tied, free = (figures(each, plan.years)
                       for each in (plan, runs.projection, apart.projection))
    parts = [_differs("cash would fall below zero", compared(short(free), short(tied)))]
    if month := view.breakeven.first:
        parts.append(_differs(f"EBITDA would first reach zero by {format_month(month)}, as "
                              "planned, without cash having run out before,",
                              compared(on_time(free, own), on_time(tied, own))))
    return [f"In these draws {_pairs(view)} together. Were all independent of each other, "
            f"{'; '.join(parts)}."]


def _differs(what: str, found: Comparison) -> str:
    """`cash would fall below zero in about 20% of 1,000 draws and not in about 24% of them`."""
    of = f"{found.share.size:,} draws"
    if not found.tells:
        return f"{what} as often, as far as {of} can tell"
    return f"{what} in {share_of(found.share, of)} and not in {share_of(found.other)}"


def _pairs(view: View) -> str:
    size = len(view.assumptions.correlations)
    return f"{count(size, 'pair')} of assumptions {'goes' if size == 1 else 'go'}"


def draw(view: View) -> str:
    """How the assumptions of a draw hang together, within a sentence."""
    if not view.assumptions.correlations:
        return ("each independently of the others, which may understate how bad and good luck come "
                "together")
    return f"all independently of each other, but that {_pairs(view)} together as stated here"


def pairs(view: View) -> list[Table]:
    """The pairs that go together, each with its source; none where there are none."""
    every = view.assumptions.correlations
    if not every:
        return []
    return [Table(
        "Assumptions that go together: 1 would be always high and low together, −1 always one high "
        "where the other is low", [" and ".join(map(view.label, each.between)) for each in every],
        {"Rank correlation": [each.rank for each in every],
         "Source": [each.source for each in every]},
        units={"Rank correlation": "ratio"}, corner="Pair", stacked=True)]
