"""Balances that were observed, and the flows that carry each of them on.

The month remembers flows: what is owed is what was bought in the months before, and assets are
what is left of each purchase. So that a balance goes on from where it stood, these flows are taken
in proportion to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from model.analysis.doubts import merge
from model.companies.working_capital import AGES, EARNED_BY_OTHERS, HELD
from model.engine.projection import Projection, ratio
from model.tolerance import MONEY

Months = dict[str, np.ndarray]


@dataclass(frozen=True)
class Carrier:
    """What carries a balance on.

    flow      the flow, of each segment of the balance where it has some
    months    for how many months a month of the flow does
    changes   flows that change the balance beside it
    memory    what the month keeps of the flow, and nobody else does
    """

    flow: str
    months: float = len(AGES)
    changes: tuple[str, ...] = ()
    memory: tuple[str, ...] = ()


CARRIERS = {
    "receivables": Carrier("invoiced"),
    "payables": Carrier("purchases"),
    HELD: Carrier(EARNED_BY_OTHERS),
    "deferred_revenue": Carrier("plans", 1, ("billings", "refunds"),
                                ("plans", "plans_running", "plans_kept")),
    "fixed_assets": Carrier("capex", np.inf, ("depreciation",), ("assets_in_use", "written_down")),
}
CHANGES = tuple(itertools.chain(*(each.changes for each in CARRIERS.values())))
MEMORY = tuple(itertools.chain(*(each.memory for each in CARRIERS.values())))


def is_of(line: str, names: Iterable[str]) -> bool:
    """Whether a line, or the one of which it is a segment, is among some names."""
    return line.partition(".")[0] in names


def carriers(plan: Projection, balance: str) -> tuple[str, ...]:
    """The flows that carry a balance on; none for a sum of segments."""
    name, _, segment = balance.partition(".")
    if name not in CARRIERS or (not segment and plan.segments(name)):
        return ()
    own = _of_segment(CARRIERS[name].flow, segment)
    return tuple(f"{own}.{part}" for part in plan.segments(own)) or (own,)


def _of_segment(line: str, segment: str) -> str:
    return f"{line}.{segment}" if segment else line


def changes(plan: Projection, observed: Months) -> dict[str, list[str]]:
    """The changes that were observed, by the balances that they change."""
    found = {_of_segment(name, segment): [
        change for each in carrier.changes if (change := _of_segment(each, segment)) in observed]
        for name, carrier in CARRIERS.items() for segment in plan.segments(name) or ("",)}
    return {balance: lines for balance, lines in found.items() if lines}


def continuation(observed: Months, run: Callable[[Months], Projection]) -> Months:
    """What is known of all lines once the balances go on from where they stood, as far as they can:
    `observed` with the flows that carry them on. `run` makes a forecast from lines that are known.
    """
    known = {line: months for line, months in observed.items() if not is_of(line, CARRIERS)}
    # Balances as their flows alone leave them, and as changes do that were observed.
    plain = {line: months for line, months in known.items() if not is_of(line, CHANGES)}
    ahead = run(plain)
    changed = _after_changes(ahead, observed, run)
    observed = observed | changed
    found = _proportions(ahead, observed, lambda flows: run(plain | flows))
    # What changes a balance that cannot go on stands in its month; no later one knows of it.
    stays = {balance: np.where(np.isfinite(months), ahead[balance][0], np.nan)
             for balance, months in changed.items()}
    return known | stays | {balance: observed[balance] for balance in found} | dict(
        itertools.chain(*(flows.items() for flows in found.values())))


def _after_changes(ahead: Projection, observed: Months,
                   run: Callable[[Months], Projection]) -> Months:
    """Balances of which changes were observed, as these leave them up to the last. More is written
    off, but no less was paid: what was bought stays as it is where only that is known."""
    found, month = changes(ahead, observed), np.arange(len(ahead.months))
    after, balances = run(observed) if found else ahead, {}
    for balance, lines in found.items():
        bought = is_of(balance, ("fixed_assets",)) and balance not in observed
        last = max(_last(observed[line]) for line in lines)
        balances[balance] = merge(observed.get(balance), np.where(
            month <= last, (ahead if bought else after)[balance][0], np.nan))
    return balances


def _proportions(ahead: Projection, observed: Months,
                 run: Callable[[Months], Projection]) -> dict[str, Months]:
    """The balances that can go on, with their flows in proportion to each, (month,). A sum of
    segments goes on only with all of them. `run` makes `ahead` again with other flows."""
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
    return found


def _flows(ahead: Projection, balance: str, observed: Months) -> Months:
    """The flows that carry a balance on, in the months in which they do; none where one of them was
    observed."""
    lines = carriers(ahead, balance)
    if not lines:
        return {}
    month, last = np.arange(len(ahead.months)), _last(observed[balance])
    inside = (month <= last) & (month > last - CARRIERS[balance.partition(".")[0]].months)
    if any(np.isfinite(observed[line][inside]).any() for line in lines if line in observed):
        return {}
    return {line: np.where(inside, ahead[line][0], np.nan) for line in lines}


def _last(observed: np.ndarray) -> int:
    """The place of the last month of which something is known."""
    return int(np.flatnonzero(np.isfinite(observed))[-1])
