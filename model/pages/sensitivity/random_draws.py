"""The block on random draws: what becomes of cash where all assumptions move at once."""

from __future__ import annotations

import math

import numpy as np

from model.analysis.uncertainty import sampling, sensitivity
from model.analysis.uncertainty.chances import Chances
from model.analysis.uncertainty.chances import Share as Chance
from model.analysis.uncertainty.draws import BLOCK
from model.pages import frame
from model.pages.sensitivity import together
from model.pages.sensitivity.shares import bare, rough, share_of
from model.pages.view import View
from model.views import charts
from model.views.blocks import Block, Table


def block(view: View, runs: sensitivity.Fan, shares: Chances, shown: bool) -> Block:
    """Quantiles of cash, and how far they can be trusted; `shown` is what the page draws again."""
    cash = runs.quantiles("unrestricted_cash")
    errors = {at: sensitivity.quantile_error(runs.projection["unrestricted_cash"][:, -1], at)
              for at in cash}
    most = max(errors[0.25], errors[0.75])
    figure = charts.fan(
        view.months, cash, base=view.projection["unrestricted_cash"][0], base_label="plan",
        unit="USD",
        subtitle=frame.subject(view, f"unrestricted cash · USD · {runs.size:,} draws"),
        ends={at: bare(values[-1], errors[at]) for at, values in cash.items()})
    message = (f"{ways(shares, f'{runs.size:,} draws')}. Half of the draws end {view.years[-1]} "
               f"with unrestricted cash of about {rough(cash[0.25][-1], most)} to "
               f"{rough(cash[0.75][-1], most)}; the plan itself ends above "
               f"{share_of(shares.above)}.")
    heads = {"Half below" if share == 0.5 else f"{100 * share:.0f} in 100 below": share
             for share in cash}
    ends = Table("Unrestricted cash at the end of each year", list(map(str, view.years)),
                 {head: view.projection.calendar.lasts(cash[share])
                  for head, share in heads.items()}, units="USD", corner="Year",
                 lines={head: f"drawn:{share}" for head, share in heads.items()}
                 if shown else None)
    pairs = together.pairs(view)
    wide = rough(2 * max(errors.values()), max(errors.values()))
    good = f", and the ends of the bands in {view.years[-1]} to {wide}"
    carried = (" Draws whose cash falls below zero are carried on as if somebody had paid."
               if shares.short.count else "")
    error = max(share.error for share in (shares.short, shares.reached, shares.above))
    reading = (f"{_draw(view, runs, error, good)}{carried}{_hours(view, runs)} "
               f"{frame.tax_held(view)}").strip()
    return Block(message, figure, "fan chart", f"unrestricted cash over {runs.size:,} random draws",
                 reading, [ends, *pairs] if pairs else ends,
                 alt_message="unrestricted cash is below zero in "
                             f"{share_of(shares.short, 'draws')}")


def ways(shares: Chances, of: str = "them") -> str:
    """How often cash runs out, and how often break-even comes before it does."""
    return (f"Cash falls below zero in {share_of(shares.short, of)}; EBITDA reaches zero, without "
            f"cash having run out before, in {share_of(shares.reached)}")


def _draw(view: View, runs: sensitivity.Fan, error: float, more: str) -> str:
    """What a draw is, and how far shares with at most this standard error, and more, can be
    trusted."""
    paths = sampling.uncertain(view.assumptions)
    even = sum(view.entries[path].distribution == "uniform" for path in paths)
    shape = (f"evenly for {even} and otherwise" if even else "by a triangular distribution:") + \
        " most often near the plan's own value"
    if view.assumptions.outside_range():
        shape += ", or the plan's value where that lies beyond it"
    return (f"A draw takes {len(paths)} of {len(view.entries)} assumptions from their "
            f"plausible ranges, {shape}, {together.draw(view)}. The ranges are chosen "
            f"here: the shares are no measured odds. So that luck evens out, each {BLOCK} draws "
            f"take one value from each of {BLOCK} equally likely parts of a range. Counted in "
            f"{runs.size:,} draws (seed {runs.seed}), these shares are good to "
            f"{math.ceil(200 * error)} points{more}, in 19 of 20 cases. Below P5 lie 5 in 100 "
            "draws, below P95 95.")


def _hours(view: View, runs: sensitivity.Fan) -> str:
    """In how many draws the plan sells hours that nobody is paid to deliver."""
    share = sensitivity.short_of_hours(view.assumptions, runs.size, runs.seed)
    return "" if np.isnan(share) or not share else (
        f" In {share_of(Chance(round(share * runs.size), runs.size), 'the draws')} the "
        f"{frame.short_of_capacity(view)} in some month: they count as sold, and nobody is "
        "paid to work them.")
