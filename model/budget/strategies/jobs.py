"""What a comparison runs: strategies on tapes, in jobs that processes share.

A job draws its tapes itself, so it depends on no other job and on no process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.budget.money import portion
from model.budget.plan.plan import LIB, MKT, ONE, REC, Plan, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import ENVIRONMENTS, draw, one_tape
from model.budget.steering import rules
from model.budget.strategies import bounds
from model.budget.strategies.comparison import (
    AS_WRITTEN,
    FIXED,
    HYBRID,
    LESS_LIBRARY,
    RECRUITING_ALONE,
    WITHOUT_LEVERS,
    WITHOUT_REDESIGN,
)
from model.budget.strategies.measures import METRICS, metrics
from model.budget.strategies.published import ablations
from model.budget.strategies.tuning import TRAINING, contestants, tuned_strategies
from model.problems import InputError, nearest, quoted

# The most tapes of a job that runs many strategies.
_MOST_TAPES = 40
# The share of the total by which the library is made smaller, to show what hangs on it.
LIBRARY_STEP = 0.01

# By metric, (replication,).
Metrics = dict[str, np.ndarray]


@dataclass(frozen=True)
class Outcome:
    """What all strategies reach on some tapes of one environment, by strategy.

    spending      (week, bucket) cents; `transfers` (source, destination) cents: sums over the tapes
    """

    hashes: list[str]
    metrics: dict[str, Metrics]
    spending: dict[str, np.ndarray]
    transfers: dict[str, np.ndarray]
    bounds: bounds.Bounds

    @property
    def completions(self) -> dict[str, np.ndarray]:
        """By strategy, (replication,)."""
        return {name: each["completions"] for name, each in self.metrics.items()}


def of_splits(scenario: str, environment: str, tapes: int, seed: int) -> np.ndarray:
    """Mean completions of every split of `bounds.splits` on so many training tapes."""
    plan = load_plan(scenario)
    every = bounds.fixed_splits(plan, tuned_strategies()[FIXED])
    quarters = simulate(plan, draw(plan, environment, TRAINING[:tapes], seed), every)
    return np.array([quarter.completions.mean() for quarter in quarters])


def all_strategies(scenario: str, environment: str, part: range, seed: int, split: Sequence[int],
                   programs: int = 0) -> Outcome:
    """All strategies on some tapes; the linear program on those below number `programs`. `split` is
    the one that was found on training tapes."""
    plan, strategies = load_plan(scenario), list(contestants(split).values())
    tape = draw(plan, environment, part, seed)
    quarters = simulate(plan, tape, strategies)
    few = range(sum(number < programs for number in part))
    return Outcome(
        list(tape.hashes), {each.name: metrics(quarter, each)
                            for each, quarter in zip(strategies, quarters, strict=True)},
        {quarter.strategy: quarter.weeks.spent.sum(axis=2) for quarter in quarters},
        {quarter.strategy: quarter.transfers.sum(axis=2) for quarter in quarters},
        bounds.bounds_of(plan, tape, few))


def joint_outcome(parts: Sequence[Outcome]) -> Outcome:
    """The parts of an environment in one, in the order of the replications."""
    names = list(parts[0].metrics)
    return Outcome(
        [tape for part in parts for tape in part.hashes],
        {name: {key: np.concatenate([part.metrics[name][key] for part in parts])
                for key in METRICS} for name in names},
        {name: sum(part.spending[name] for part in parts) for name in names},
        {name: sum(part.transfers[name] for part in parts) for name in names},
        bounds.Bounds(*(np.concatenate([getattr(part.bounds, key) for part in parts])
                        for key in ("knapsack", "program", "dual"))))


def groups(tapes: int) -> list[tuple[str, ...]]:
    """Environments in groups that run side by side, as a few tapes take hardly less than many."""
    names, count = list(ENVIRONMENTS), max(1, _MOST_TAPES // tapes)
    return [tuple(names[at:at + count]) for at in range(0, len(names), count)]


@dataclass(frozen=True)
class Tries:
    """Completions of fixed splits, (split, replication), and of variants of the strategies by their
    names, (replication,)."""

    splits: np.ndarray
    variants: dict[str, np.ndarray]


def in_hindsight(scenario: str, environments: Sequence[str], part: range,
                 seed: int) -> dict[str, Tries]:
    """Fixed splits and variants on some tapes, by environment."""
    plan, strategies = load_plan(scenario), tuned_strategies()
    tape = one_tape([draw(plan, environment, part, seed) for environment in environments])
    fixed = bounds.fixed_splits(plan, strategies[FIXED])
    # S3 as the article has it, without waiting, also without one rule each; S5 with other levers.
    rules_alone = replace(strategies["S3"], name=AS_WRITTEN, patience=0)
    others = [replace(strategies[HYBRID], name=name, levers=levers) for name, levers in (
        (WITHOUT_REDESIGN, (REC, MKT)), (RECRUITING_ALONE, (REC,)), (WITHOUT_LEVERS, ()))]
    others.append(replace(fixed[0], name=LESS_LIBRARY, opening=smaller_library(plan)))
    quarters = simulate(plan, tape, [*fixed, rules_alone, *ablations(plan, rules_alone), *others])
    tries = {}
    for at, environment in enumerate(environments):
        own = slice(at * len(part), (at + 1) * len(part))
        tries[environment] = Tries(
            np.stack([each.completions[own] for each in quarters[:len(fixed)]]),
            {each.strategy: each.completions[own] for each in quarters[len(fixed):]})
    return tries


def smaller_library(plan: Plan) -> tuple[int, ...]:
    """The plan's opening with 1% of the total less for the library, which one-to-one gets. [cents]
    """
    opening = plan.opening.copy()
    cents = min(int(portion(plan.total, LIBRARY_STEP)), int(opening[LIB]))
    opening[[LIB, ONE]] += [-cents, cents]
    return tuple(opening.tolist())


def side_by_side(scenario: str, names: Sequence[str], environment: str, part: range, seed: int,
                 split: Sequence[int] = ()) -> tuple[list[str], Metrics, Metrics]:
    """Two strategies, or sets of rules, on some tapes: the tapes' hashes, and what both reach."""
    plan = load_plan(scenario)
    tape = draw(plan, environment, part, seed)
    both = [find_strategy(name, split) for name in names]
    quarters = simulate(plan, tape, both)
    return list(tape.hashes), *map(metrics, quarters, both)


def find_strategy(name: str, split: Sequence[int] = ()) -> Strategy:
    """A strategy by name, or S3 with a set of rules, as R10,R17. Raises InputError."""
    strategies = contestants(split)
    if name in strategies:
        return strategies[name]
    parts = [part.strip() for part in name.split(",")]
    unknown = [part for part in parts if part not in rules.ORDER]
    if unknown:
        hint = nearest(unknown[0], (*strategies, *rules.ORDER), lists=None)
        raise InputError.of(
            "--ab", f"{quoted(unknown[0])} is neither a strategy nor a rule that moves money; "
            f"{hint}")
    return replace(strategies["S3"], name=name,
                   without=tuple(rule for rule in rules.ORDER if rule not in parts))
