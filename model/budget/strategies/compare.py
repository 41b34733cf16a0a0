"""The strategies compared on the same held-out quarters.

The `jobs` do not depend on each other or on how many processes do them, so a seed gives the same
comparison to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice

import numpy as np

from model.budget.plan.plan import Plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.tape import ENVIRONMENTS
from model.budget.strategies import bounds, drivers, findings, jobs
from model.budget.strategies.comparison import (
    FIXED,
    HYBRID,
    TRAINED,
    Comparison,
    ComparisonOfTwo,
    Environment,
    EnvironmentOfTwo,
    Hindsight,
    Pair,
    Reach,
    Scarcity,
    Split,
    Transfer,
    with_eight_digits,
)
from model.budget.strategies.jobs import Metrics, Outcome, Tries
from model.budget.strategies.measures import Mean, holm, mean_of, paired_difference
from model.budget.strategies.replications import REPLICATIONS, SEED, work
from model.budget.strategies.tuning import SPACES, TITLES, best, contestants, edges, scores
from model.params import catalog
from model.processes import run
from model.progress import Tell

_CHUNK = 100  # the most tapes of a job
_NEARLY = 1e-6  # of a completion, to which the linear program is solved


def compare(plan: Plan, replications: int = REPLICATIONS, seed: int = SEED,
            workers: int | None = None, tell: Tell | None = None) -> Comparison:
    """The whole comparison; `tell` hears of every job that is done."""
    extent = work(replications)
    parts = [(environment, range(first, min(first + _CHUNK, replications)))
             for environment in ENVIRONMENTS for first in range(0, replications, _CHUNK)]
    groups = jobs.groups(extent.hindsight)
    trials = drivers.settings(plan, extent.ends)
    # The plan's own value stands among those of every assumption; it runs once.
    runs = drivers.runs(plan, trials)
    later = len(parts) + len(groups) + len(runs) + len(drivers.LEVERS)
    number = trained_split(plan, extent.training, seed, workers, tell, later)
    split = bounds.splits(plan)[number]
    batches = (
        [(jobs.all_strategies, plan.scenario, environment, part, seed, split, extent.programs)
         for environment, part in parts],
        [(jobs.in_hindsight, plan.scenario, group, range(extent.hindsight), seed)
         for group in groups],
        [(drivers.measure, plan.scenario, path, value, range(extent.varied), seed, split)
         for path, value in runs],
        [(drivers.without_effect, plan.scenario, lever, range(extent.harm), seed, split)
         for lever in drivers.LEVERS])
    results = iter(run([job for batch in batches for job in batch], workers,
                       _after(len(ENVIRONMENTS), tell)))
    outcomes, tries, completions, harm = (list(islice(results, len(batch))) for batch in batches)
    by_environment = {name: jobs.joint_outcome([outcome for (environment, _), outcome
                                               in zip(parts, outcomes, strict=True)
                                               if environment == name]) for name in ENVIRONMENTS}
    splits = {name: each for group in tries for name, each in group.items()}
    environments = {name: _environment(plan, name, outcome, splits[name])
                    for name, outcome in by_environment.items()}
    sensitivity = drivers.summary(plan, trials, dict(zip(runs, completions, strict=True)))
    without_effect, pairs = drivers.harm(harm), _pairs(by_environment)
    strategies = contestants(split)
    ends = edges(strategies)
    return with_eight_digits(Comparison(
        subject=catalog.BUDGET, plan=plan.scenario, title=plan.scenario_title, seed=seed,
        replications=replications, strategies=TITLES,
        tuned={name: {key: getattr(each, key) for key in SPACES.get(name, {})}
               for name, each in strategies.items()}, edges=ends, trained=_split(number, split),
        environments=environments, pairs=pairs, work=extent,
        sensitivity=sensitivity, without_effect=without_effect,
        decision=findings.decision(sensitivity),
        goals=findings.goals(plan, environments, pairs, without_effect),
        limits=findings.limits(plan, environments, ends)))


def trained_split(plan: Plan, tapes: int, seed: int, workers: int | None = None,
                  tell: Tell | None = None, later: int = 0) -> int:
    """The number of the split of `bounds.splits` with most completions on so many training tapes of
    every environment; `later` jobs are still to come for who is told."""
    found = run([(jobs.of_splits, plan.scenario, environment, tapes, seed)
                 for environment in ENVIRONMENTS], workers,
                tell and (lambda done, count: tell(done, count + later)))
    return int(np.sum(found, axis=0).argmax())


def _after(done: int, tell: Tell | None) -> Tell | None:
    """Who is told of jobs after so many that are done already."""
    return tell and (lambda more, count: tell(done + more, done + count))


def _split(number: int, opening: Sequence[int]) -> Split:
    return Split(number, {code: cents / 100 for code, cents in zip(BUCKETS, opening, strict=True)})


def compare_two(plan: Plan, first: str, second: str, replications: int = REPLICATIONS,
                seed: int = SEED, workers: int | None = None,
                tell: Tell | None = None) -> ComparisonOfTwo:
    """A and B on the same tapes: strategies, or sets of rules for the flexible envelope."""
    split, before = (), 0
    if TRAINED in (first, second):
        before = len(ENVIRONMENTS)
        split = bounds.splits(plan)[trained_split(plan, work(replications).training, seed, workers,
                                                  tell, before)]
    results = run([(jobs.side_by_side, plan.scenario, (first, second), environment,
                    range(replications), seed, split) for environment in ENVIRONMENTS], workers,
                  _after(before, tell))
    environments = {name: EnvironmentOfTwo(
        title, hashes, _means(one), _means(other),
        paired_difference(one["completions"], other["completions"]))
        for (name, title), (hashes, one, other) in zip(ENVIRONMENTS.items(), results, strict=True)}
    return with_eight_digits(ComparisonOfTwo(
        catalog.BUDGET, plan.scenario, seed, replications, first, second, environments))


def tune(plan: Plan, seed: int = SEED, workers: int | None = None,
         tell: Tell | None = None) -> dict[str, dict[str, float]]:
    return best(run([(scores, plan, environment, seed) for environment in ENVIRONMENTS], workers,
                    tell))


def _means(values: Metrics) -> dict[str, Mean]:
    return {key: mean_of(each) for key, each in values.items()}


def _environment(plan: Plan, name: str, outcome: Outcome, tries: Tries) -> Environment:
    completions, count = outcome.completions, len(outcome.hashes)
    base, fixed = completions[FIXED], outcome.metrics[FIXED]
    unmet, spending = 1 - float(np.nanmean(fixed["fill_rate"])), float(fixed["spent"].mean())
    return Environment(
        title=ENVIRONMENTS[name], tapes=outcome.hashes,
        scarcity=Scarcity(spending, unmet, findings.scarce(spending, unmet)),
        strategies={each: _means(values) for each, values in outcome.metrics.items()},
        against={each: paired_difference(values, base) for each, values in completions.items()
                 if each != FIXED},
        spent_by_week={each: dict(zip(BUCKETS, (cents / count / 100).T.tolist(), strict=True))
                       for each, cents in outcome.spending.items()},
        transfers={each: [Transfer(BUCKETS[source], BUCKETS[destination], float(usd))
                          for (source, destination), usd in np.ndenumerate(cents / count / 100)
                          if usd] for each, cents in outcome.transfers.items()},
        bounds=_reach(outcome), hindsight=hindsight(plan, completions, tries.splits),
        variants={each: paired_difference(values.astype(float), base[:len(values)])
                  for each, values in tries.variants.items()})


def _reach(outcome: Outcome) -> Reach:
    own, lowest = outcome.bounds, outcome.bounds.lowest
    completions = outcome.completions
    return Reach(
        mean_of(own.knapsack), mean_of(own.program), mean_of(own.dual),
        budget_tested=bool(np.nanmax(own.dual) > 1e-9),
        share={each: mean_of(values / lowest) for each, values in completions.items()},
        exceeded=sum(int((values > lowest + _NEARLY).sum()) for values in completions.values()))


def hindsight(plan: Plan, completions: Mapping[str, np.ndarray], splits: np.ndarray) -> Hindsight:
    """How far S5 goes from the fixed total to the best of some splits, (split, replication)."""
    few = splits.shape[1]
    splits = splits.astype(float)
    base, own = completions[FIXED][:few], completions[HYBRID][:few]
    number = int(splits.mean(axis=1).argmax())

    def way(goal: np.ndarray) -> float | None:
        gap = float((goal - base).mean())
        return float((own - base).mean()) / gap if gap > 0 else None

    def beyond_half(goal: np.ndarray) -> Mean:
        return mean_of(own - (base + goal) / 2)

    each, one = splits.max(axis=0), splits[number]
    opening = bounds.splits(plan)[number]
    return Hindsight(
        tapes=few, splits=len(splits), fixed=float(base.mean()), hybrid=float(own.mean()),
        best_each=mean_of(each), best_one=mean_of(one), split=_split(number, opening),
        closed_each=way(each), beyond_half_each=beyond_half(each),
        closed_one=way(one), beyond_half_one=beyond_half(one))


def _pairs(environments: Mapping[str, Outcome]) -> list[Pair]:
    """All pairs of S1 to S6 over all environments together. By how much common random numbers
    narrow a difference is measured within environments, which differ by more than their draws."""
    completions = {name: [each.completions[name] for each in environments.values()]
                   for name in drivers.NAMES}
    names = [(later, earlier) for earlier, later in combinations(drivers.NAMES, 2)]
    differences = []
    for first, second in names:
        one, other = completions[first], completions[second]
        apart = sum(a.var(ddof=1) + b.var(ddof=1) for a, b in zip(one, other, strict=True))
        variance = sum((a - b).var(ddof=1) for a, b in zip(one, other, strict=True))
        differences.append(replace(
            paired_difference(np.concatenate(one), np.concatenate(other)),
            variance_ratio=float(apart / variance) if variance else None))
    p_values = holm([each.p for each in differences])
    return [Pair(first, second, difference, p) for (first, second), difference, p
            in zip(names, differences, p_values, strict=True)]
