"""The strategies compared on the same held-out quarters.

    comparison = compare(load_plan(), replications=200, seed=1)

A comparison is a list of jobs; a job draws its tapes and runs strategies on them. Jobs do not
depend on each other or on how many workers do them, so a seed gives the same comparison to the
byte.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations, islice
from multiprocessing import parent_process

import numpy as np

from model.budget.plan.plan import MKT, REC, RED, Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import ENVIRONMENTS, draw, joined
from model.budget.steering import rules
from model.budget.strategies import bounds, drivers, findings
from model.budget.strategies.comparison import (
    AS_WRITTEN,
    FIXED,
    HYBRID,
    WITH_REDESIGN,
    WITHOUT_LEVERS,
    WITHOUT_MARKETING,
    Comparison,
    ComparisonOfTwo,
    Environment,
    EnvironmentOfTwo,
    Hindsight,
    Pair,
    Reach,
    Scarcity,
    Transfer,
    rounded,
)
from model.budget.strategies.measures import METRICS, Mean, holm, mean_of, metrics, paired
from model.budget.strategies.published import Flexible, ablations
from model.budget.strategies.replications import REPLICATIONS, SEED, work
from model.budget.strategies.rolling import Rolling
from model.budget.strategies.tuning import SPACES, TITLES, best, edges, scores, tuned
from model.problems import InputError, Problem, nearest, quoted
from model.progress import Tell

SUBJECT = "budget"
# The most tapes of a job, and of one that runs many strategies.
_CHUNK, _CROWDED = 100, 40
_NEARLY = 1e-6  # of a completion, to which the linear program is solved

# By metric, (replication,).
Metrics = dict[str, np.ndarray]


def compare(plan: Plan, replications: int = REPLICATIONS, seed: int = SEED,
            workers: int | None = None, tell: Tell | None = None) -> Comparison:
    """The whole comparison; `tell` hears of every job that is done."""
    strategies, extent = tuned(), work(replications)
    parts = [(environment, range(first, min(first + _CHUNK, replications)))
             for environment in ENVIRONMENTS for first in range(0, replications, _CHUNK)]
    groups = _groups(extent.hindsight)
    tried = drivers.settings(plan, extent.ends)
    # The plan's own value stands among those of every assumption; it runs once.
    runs = drivers.runs(plan, tried)
    jobs = (
        [(held_out, plan.scenario, environment, part, seed, extent.programs)
         for environment, part in parts],
        [(in_hindsight, plan.scenario, group, range(extent.hindsight), seed) for group in groups],
        [(drivers.measure, plan.scenario, path, value, range(extent.varied), seed)
         for path, value in runs],
        [(drivers.measure, plan.scenario, path, 0.0, range(extent.harm), seed, (FIXED, HYBRID))
         for path in drivers.HARMFUL])
    results = iter(run([job for each in jobs for job in each], workers, tell))
    outcomes, tries, measured, harm = (list(islice(results, len(each))) for each in jobs)
    by_environment = {name: joined_parts([outcome for (environment, _), outcome
                                          in zip(parts, outcomes, strict=True)
                                          if environment == name]) for name in ENVIRONMENTS}
    splits = {name: each for group in tries for name, each in group.items()}
    environments = {name: _environment(plan, name, outcome, splits[name])
                    for name, outcome in by_environment.items()}
    sensitivity = drivers.summary(plan, tried, dict(zip(runs, measured, strict=True)))
    harmless = drivers.without_effect(harm)
    ends = edges(strategies)
    return rounded(Comparison(
        subject=SUBJECT, plan=plan.scenario, title=plan.scenario_title, seed=seed,
        replications=replications, strategies=TITLES,
        tuned={name: _settings(each) for name, each in strategies.items()}, edges=ends,
        environments=environments, pairs=_pairs(by_environment), work=extent,
        sensitivity=sensitivity, without_effect=harmless,
        decision=findings.decision(sensitivity),
        goals=findings.goals(plan, environments, harmless),
        limits=findings.limits(plan, environments, ends)))


def compare_two(plan: Plan, first: str, second: str, replications: int = REPLICATIONS,
                seed: int = SEED, workers: int | None = None,
                tell: Tell | None = None) -> ComparisonOfTwo:
    """A and B on the same tapes: strategies, or sets of rules for the flexible envelope."""
    jobs = [(_two, plan.scenario, (first, second), environment, range(replications), seed)
            for environment in ENVIRONMENTS]
    environments = dict(zip(ENVIRONMENTS, run(jobs, workers, tell), strict=True))
    return rounded(ComparisonOfTwo(SUBJECT, plan.scenario, seed, replications, first, second,
                                   environments))


def tune(plan: Plan, seed: int = SEED, workers: int | None = None,
         tell: Tell | None = None) -> dict[str, dict[str, float]]:
    """Settings of every strategy from the training tapes."""
    return best(run([(scores, plan, environment, seed) for environment in ENVIRONMENTS], workers,
                    tell))


def run(jobs: Sequence[tuple], workers: int | None = None, tell: Tell | None = None) -> list:
    """The results of jobs, in their order: a function and what it is called with each."""
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    if workers <= 1:
        return _collect(map(_call, jobs), len(jobs), tell)
    with ProcessPoolExecutor(workers, initializer=_end_with_parent) as pool:
        return _collect(pool.map(_call, jobs), len(jobs), tell)


def _end_with_parent() -> None:
    """Let a worker end when the process that it works for does, however that ends: it would wait
    for its next job for ever."""
    def wait() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _collect(results: Iterable, count: int, tell: Tell | None) -> list:
    """All results, of which `tell` hears one by one."""
    collected = []
    for result in results:
        collected.append(result)
        if tell:
            tell(len(collected), count)
    return collected


def _call(job: tuple[Callable, ...]):
    function, *arguments = job
    return function(*arguments)


@dataclass(frozen=True)
class Outcome:
    """What all strategies reach on some tapes of one environment, by strategy.

    spent      (week, bucket) cents; `transfers` (source, destination) cents: sums over the tapes
    """

    hashes: list[str]
    metrics: dict[str, Metrics]
    spent: dict[str, np.ndarray]
    transfers: dict[str, np.ndarray]
    bounds: bounds.Bounds

    @property
    def completions(self) -> dict[str, np.ndarray]:
        """By strategy, (replication,)."""
        return {name: each["completions"] for name, each in self.metrics.items()}


def held_out(scenario: str, environment: str, part: range, seed: int, programs: int = 0) -> Outcome:
    """All strategies on some tapes of an environment. The linear program is solved for the tapes of
    the lowest numbers, so many of all parts together."""
    plan, strategies = load_plan(scenario), list(tuned().values())
    tape = draw(plan, environment, part, seed)
    quarters = simulate(plan, tape, strategies)
    solved = range(sum(number < programs for number in part))
    return Outcome(
        list(tape.hashes), {each.name: metrics(quarter, each)
                            for each, quarter in zip(strategies, quarters, strict=True)},
        {quarter.strategy: quarter.weeks.spent.sum(axis=2) for quarter in quarters},
        {quarter.strategy: quarter.transfers.sum(axis=2) for quarter in quarters},
        bounds.bounds_of(plan, tape, solved))


def joined_parts(parts: Sequence[Outcome]) -> Outcome:
    """The parts of an environment in one, in the order of the replications."""
    names = list(parts[0].metrics)
    return Outcome(
        [tape for part in parts for tape in part.hashes],
        {name: {key: np.concatenate([part.metrics[name][key] for part in parts])
                for key in METRICS} for name in names},
        {name: sum(part.spent[name] for part in parts) for name in names},
        {name: sum(part.transfers[name] for part in parts) for name in names},
        bounds.Bounds(*(np.concatenate([getattr(part.bounds, key) for part in parts])
                        for key in ("knapsack", "program", "dual"))))


def _groups(tapes: int) -> list[tuple[str, ...]]:
    """Environments in groups that run side by side, as a few tapes take hardly less than many."""
    names, count = list(ENVIRONMENTS), max(1, _CROWDED // tapes)
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
    plan, strategies = load_plan(scenario), tuned()
    tape = joined([draw(plan, environment, part, seed) for environment in environments])
    fixed = bounds.fixed_splits(plan, strategies[FIXED])
    quarters = simulate(plan, tape, [*fixed, *_without_rules(plan, strategies["S3"]),
                                     *_other_levers(strategies[HYBRID])])
    tries = {}
    for at, environment in enumerate(environments):
        own = slice(at * len(part), (at + 1) * len(part))
        tries[environment] = Tries(
            np.stack([each.completions[own] for each in quarters[:len(fixed)]]),
            {each.strategy: each.completions[own] for each in quarters[len(fixed):]})
    return tries


def _without_rules(plan: Plan, tuned: Flexible) -> list[Flexible]:
    """S3 as the article has it, without waiting, and that without one rule each."""
    own = replace(tuned, name=AS_WRITTEN, patience=0)
    return [own, *ablations(plan, own)]


def _other_levers(tuned: Rolling) -> list[Rolling]:
    """S5 with redesign among its levers, and with fewer levers: what each is worth."""
    return [replace(tuned, name=WITH_REDESIGN, levers=(REC, MKT, RED)),
            replace(tuned, name=WITHOUT_MARKETING, levers=(REC,)),
            replace(tuned, name=WITHOUT_LEVERS, levers=())]


def _two(scenario: str, names: Sequence[str], environment: str, part: range,
         seed: int) -> EnvironmentOfTwo:
    plan = load_plan(scenario)
    tape = draw(plan, environment, part, seed)
    both = [find_strategy(name) for name in names]
    one, other = (metrics(quarter, each)
                  for quarter, each in zip(simulate(plan, tape, both), both, strict=True))
    return EnvironmentOfTwo(ENVIRONMENTS[environment], list(tape.hashes), _means(one),
                            _means(other), paired(one["completions"], other["completions"]))


def _means(values: Metrics) -> dict[str, Mean]:
    return {key: mean_of(each) for key, each in values.items()}


def find_strategy(name: str) -> Strategy:
    """A strategy by its name, or the flexible envelope with a set of rules, as in R10,R17.

    Raises InputError on anything else.
    """
    strategies = tuned()
    if name in strategies:
        return strategies[name]
    parts = [part.strip() for part in name.split(",")]
    unknown = [part for part in parts if part not in rules.ORDER]
    if unknown:
        names = (*strategies, *rules.ORDER)
        hint = nearest(unknown[0], names, lists=f"known: {', '.join(names)}.")
        raise InputError([Problem("--ab", f"{quoted(unknown[0])} is neither a strategy nor a rule "
                                          f"that moves money; {hint}")])
    return replace(strategies["S3"], name=name,
                   without=tuple(rule for rule in rules.ORDER if rule not in parts))


def _environment(plan: Plan, name: str, outcome: Outcome, tries: Tries) -> Environment:
    completions, count = outcome.completions, len(outcome.hashes)
    base, fixed = completions[FIXED], outcome.metrics[FIXED]
    unmet, spent = 1 - float(np.nanmean(fixed["fill_rate"])), float(fixed["spent"].mean())
    return Environment(
        title=ENVIRONMENTS[name], tapes=outcome.hashes,
        scarcity=Scarcity(spent, unmet, findings.scarce(spent, unmet)),
        strategies={each: _means(values) for each, values in outcome.metrics.items()},
        against={each: paired(values, base) for each, values in completions.items()
                 if each != FIXED},
        spent_by_week={each: dict(zip(BUCKETS, (cents / count / 100).T.tolist(), strict=True))
                       for each, cents in outcome.spent.items()},
        transfers={each: _transfers(cents / count / 100)
                   for each, cents in outcome.transfers.items()},
        bounds=_reach(outcome), hindsight=hindsight(plan, completions, tries.splits),
        variants={each: paired(values.astype(float), base[:len(values)])
                  for each, values in tries.variants.items()})


def _transfers(usd: np.ndarray) -> list[Transfer]:
    return [Transfer(BUCKETS[source], BUCKETS[destination], float(usd[source, destination]))
            for source, destination in zip(*np.nonzero(usd), strict=True)]


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

    def closed(goal: np.ndarray) -> float | None:
        gap = float((goal - base).mean())
        return float((own - base).mean()) / gap if gap > 0 else None

    def beyond_half(goal: np.ndarray) -> Mean:
        return mean_of(own - (base + goal) / 2)

    each, one = splits.max(axis=0), splits[number]
    opening = bounds.splits(plan)[number]
    return Hindsight(
        tapes=few, splits=len(splits), fixed=float(base.mean()), hybrid=float(own.mean()),
        best_each=mean_of(each), best_one=mean_of(one), number=number,
        opening={code: cents / 100 for code, cents in zip(BUCKETS, opening, strict=True)},
        closed_each=closed(each), beyond_half_each=beyond_half(each),
        closed_one=closed(one), beyond_half_one=beyond_half(one))


def _pairs(environments: Mapping[str, Outcome]) -> list[Pair]:
    """All pairs of S1 to S5 over all environments together. By how much common random numbers
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
            paired(np.concatenate(one), np.concatenate(other)),
            variance_ratio=float(apart / variance) if variance else None))
    adjusted = holm([each.p for each in differences])
    return [Pair(first, second, difference, p) for (first, second), difference, p
            in zip(names, differences, adjusted, strict=True)]


def _settings(strategy: Strategy) -> dict[str, float]:
    return {key: getattr(strategy, key) for key in SPACES.get(strategy.name, {})}
