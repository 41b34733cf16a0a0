"""Balances that were observed, and the flows that carry each of them on.

The month remembers flows: what is owed is what was bought in the months before, and assets are
what is left of each purchase. So that a balance goes on from where it stood, these flows are taken
in proportion to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from model.companies import capital, working_capital
from model.engine.projection import Projection, ratio
from model.tolerance import MONEY

Months = dict[str, np.ndarray]
# By balance the flow that carries it on, and for how many months each month of it does.
CARRIERS = working_capital.CARRIERS | capital.CARRIERS


def is_carried(balance: str) -> bool:
    """Whether flows carry a balance on; the next month reads all others itself."""
    return balance.partition(".")[0] in CARRIERS


def carriers(plan: Projection, balance: str) -> tuple[str, ...]:
    """The flows that carry a balance on; none for a sum of segments."""
    name, _, segment = balance.partition(".")
    if not is_carried(balance) or (not segment and plan.segments(name)):
        return ()
    flow, _ = CARRIERS[name]
    own = f"{flow}.{segment}" if segment else flow
    return tuple(f"{own}.{part}" for part in plan.segments(own)) or (own,)


def carried(ahead: Projection, observed: Months, run: Callable[[Months], Projection]) -> Months:
    """Balances that can go on from where they stood, and the flows that carry them on. What was
    observed of a flow stands, and a sum of segments goes on only with all of them.

    `ahead` knows all else that was observed, and `run` makes it again with other flows.
    """
    flows = {balance: each for balance in observed if (each := _flows(ahead, balance, observed))}
    # What a plan opens with is used up as planned. Of plans that run, it is among the flows.
    opened = [balance for balance in flows if balance in ahead.openings
              and balance != "deferred_revenue"]
    rests = run({flow: 0 * months for balance in opened
                 for flow, months in flows[balance].items()}) if opened else ahead
    found = {}
    for balance, each in flows.items():
        last = _last(observed[balance])
        rest = rests[balance][0, last] if balance in opened else 0.0
        wanted, planned = observed[balance][last] - rest, ahead[balance][0, last] - rest
        share = float(ratio(wanted, planned))
        if share >= 0:
            found[balance] = {flow: share * months for flow, months in each.items()}
        elif abs(wanted - planned) <= MONEY:
            found[balance] = {}
    for name in filter(observed.__contains__, CARRIERS):
        if parts := [f"{name}.{segment}" for segment in ahead.segments(name)]:
            if all(part in found for part in parts):
                found[name] = {}
            else:
                found = {balance: each for balance, each in found.items() if balance not in parts}
    return {balance: observed[balance] for balance in found} | dict(
        itertools.chain(*(each.items() for each in found.values())))


def _flows(ahead: Projection, balance: str, observed: Months) -> Months:
    """The flows that carry a balance on, in the months in which they do; none where one of them was
    observed."""
    lines = carriers(ahead, balance)
    if not lines:
        return {}
    month, last = np.arange(len(ahead.months)), _last(observed[balance])
    _, months = CARRIERS[balance.partition(".")[0]]
    inside = (month <= last) & (month > last - months)
    if any(np.isfinite(observed[line][inside]).any() for line in lines if line in observed):
        return {}
    return {line: np.where(inside, ahead[line][0], np.nan) for line in lines}


def _last(observed: np.ndarray) -> int:
    """The place of the last month of which something is known."""
    return int(np.flatnonzero(np.isfinite(observed))[-1])
