"""The strategies compared on the same held-out quarters.

    result = compare(load_plan(), replications=200, seed=1)

Every environment is a set of jobs; a job draws its tapes and runs all strategies on them. Jobs are
independent of each other and of how many workers do them, so a result is the same to the byte from
a seed. `result` holds plain numbers, lists and texts (JSON).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from itertools import combinations
from multiprocessing import parent_process

import numpy as np

from model.budget.plan.plan import Plan, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import ENVIRONMENTS, draw, joined
from model.budget.strategies import bounds, decides, findings
from model.budget.strategies.measures import METRICS, holm, mean_of, metrics, paired
from model.budget.strategies.published import Fixed, Flexible, ablations
from model.budget.strategies.replications import REPLICATIONS, SEED, work
from model.budget.strategies.tuning import SPACES, TITLES, best, edges, scores, tuned
from model.progress import Tell

BASE = "S2"
# The most tapes of a job, and of one that runs many strategies.
_CHUNK, _CROWDED = 100, 40



def compare(plan: Plan, replications: int = REPLICATIONS, seed: int = SEED,
            workers: int | None = None, tell: Tell | None = None) -> dict:
    """The whole comparison, as plain data; `tell` hears of every job that is done."""
    strategies, parts_of = tuned(), work(replications)
    parts = [(environment, range(first, min(first + _CHUNK, replications)))
             for environment in ENVIRONMENTS for first in range(0, replications, _CHUNK)]
    jobs: list[tuple] = [(_held_out, plan.scenario, environment, part, seed, parts_of.programs)
                         for environment, part in parts]
    groups = list(_together(parts_of.hindsight))
    jobs += [(_in_hindsight, plan.scenario, group, range(parts_of.hindsight), seed)
             for group in groups]
    settings = decides.settings(plan, parts_of.ends)
    # The plan's own value stands among those of every assumption; it runs once.
    runs = decides.runs(plan, settings)
    jobs += [(decides.measured, plan.scenario, path, value, range(parts_of.varied), seed)
             for path, value in runs]
    jobs += [(decides.measured, plan.scenario, path, 0.0, range(parts_of.harm), seed,
              (BASE, "S5")) for path in decides.HARMFUL]
    done = run(jobs, workers, tell)
    held, done = done[:len(parts)], done[len(parts):]
    early, measured, harm = done[:len(groups)], done[len(groups):-2], done[-2:]
    varied = dict(zip(runs, measured, strict=True))
    found = {environment: _joined([each for (name, _), each in zip(parts, held, strict=True)
                                   if name == environment]) for environment in ENVIRONMENTS}
    for each in early:
        for environment, values in each.items():
            found[environment] |= values
    result = {
        "subject": "budget", "plan": plan.scenario, "title": plan.scenario_title, "seed": seed,
        "replications": replications, "strategies": TITLES,
        "tuned": {name: _settings(each) for name, each in strategies.items()},
        "edges": edges(strategies),
        "environments": {name: _environment(plan, name, each) for name, each in found.items()},
        "pairs": _pairs(found),
        "work": asdict(parts_of),
        "sensitivity": decides.summary(plan, settings, varied),
        "without_effect": decides.without_effect(harm),
    }
    return rounded(result | findings.findings(plan, result))


def tune(plan: Plan, seed: int = SEED, workers: int | None = None,
         tell: Tell | None = None) -> dict[str, dict[str, float]]:
    """Settings of every strategy from the training tapes."""
    return best(run([(scores, plan, environment, seed) for environment in ENVIRONMENTS], workers,
                    tell))


def compare_two(plan: Plan, first: str, second: str, replications: int = REPLICATIONS,
                seed: int = SEED, workers: int | None = None, tell: Tell | None = None) -> dict:
    """A and B on the same tapes: strategies, or sets of rules for the flexible envelope."""
    names = (first, second)
    jobs = [(_two, plan.scenario, names, environment, range(replications), seed)
            for environment in ENVIRONMENTS]
    found = {}
    for environment, (one, other, hashes) in zip(ENVIRONMENTS, run(jobs, workers, tell),
                                                      strict=True):
        found[environment] = {
            "title": ENVIRONMENTS[environment], "tapes": hashes,
            "A": {name: mean_of(one[name]) for name in METRICS},
            "B": {name: mean_of(other[name]) for name in METRICS},
            "difference": paired(one["completions"], other["completions"])}
    return rounded({"subject": "budget", "plan": plan.scenario, "seed": seed,
                    "replications": replications, "A": first, "B": second,
                    "environments": found})


def run(jobs: Sequence[tuple], workers: int | None = None, tell: Tell | None = None) -> list:
    """The results of jobs, in their order: a function and what it is called with each."""
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    if workers <= 1:
        return _told(map(_call, jobs), len(jobs), tell)
    with ProcessPoolExecutor(workers, initializer=_end_with_parent) as pool:
        return _told(pool.map(_call, jobs), len(jobs), tell)


def _end_with_parent() -> None:
    """Let a worker end when the process that it works for does, however that ends: it would wait
    for its next job for ever."""
    def wait() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _told(results: Iterable, count: int, tell: Tell | None) -> list:
    found = []
    for result in results:
        found.append(result)
        if tell:
            tell(len(found), count)
    return found


def _call(job: tuple[Callable, ...]):
    function, *arguments = job
    return function(*arguments)


def _held_out(scenario: str, environment: str, part: range, seed: int, programs: int = 0) -> dict:
    """All strategies on some tapes of an environment, bounds by linear program on the first so
    many of all tapes; what is measured has (replication,)."""
    plan, strategies = load_plan(scenario), tuned()
    tape = draw(plan, environment, part, seed)
    every = list(strategies.values())
    quarters = simulate(plan, tape, every)
    found = {each.name: metrics(quarter, each)
             for each, quarter in zip(every, quarters, strict=True)}
    solved = range(sum(number < programs for number in part))
    return {
        "metrics": found, "hashes": list(tape.hashes), "count": len(part),
        "flows": {quarter.strategy: quarter.weeks.spent.sum(axis=2) for quarter in quarters},
        "moved": {quarter.strategy: quarter.transfers.sum(axis=2) for quarter in quarters},
        "bounds": bounds.bounds_of(plan, tape, solved)}


def _together(tapes: int) -> Iterable[tuple[str, ...]]:
    """Environments in groups that run side by side, as a few tapes take hardly less than many."""
    names, count = list(ENVIRONMENTS), max(1, _CROWDED // tapes)
    return (tuple(names[at:at + count]) for at in range(0, len(names), count))


def _in_hindsight(scenario: str, environments: Sequence[str], part: range, seed: int) -> dict:
    """Completions of fixed splits, (split, replication), and of variants, by environment."""
    plan, strategies = load_plan(scenario), tuned()
    tape = joined([draw(plan, environment, part, seed) for environment in environments])
    fixed = bounds.fixed_splits(plan, strategies[BASE])
    quarters = simulate(plan, tape, [*fixed, *_ablated(plan, strategies), *_wider(strategies)])
    found = {}
    for at, environment in enumerate(environments):
        own = slice(at * len(part), (at + 1) * len(part))
        found[environment] = {
            "splits": np.stack([each.completions[own] for each in quarters[:len(fixed)]]),
            "extra": {each.strategy: each.completions[own] for each in quarters[len(fixed):]}}
    return found


def _ablated(plan: Plan, strategies: dict) -> list:
    """S3 as the article has it, without waiting, and that without one rule each."""
    own = replace(strategies["S3"], patience=0)
    return [replace(own, name="S3 as written"),
            *(replace(own, name=each.name, without=each.without) for each in ablations(plan))]


def _wider(strategies: dict) -> list:
    """S5 with redesign among its levers, and without any: what each is worth."""
    from model.budget.plan.plan import MKT, REC, RED

    own = strategies["S5"]
    return [replace(own, name="S5 with redesign", levers=(REC, MKT, RED)),
            replace(own, name="S5 without marketing", levers=(REC,)),
            replace(own, name="S5 without levers", levers=())]


def _two(scenario: str, names: Sequence[str], environment: str, part: range, seed: int) -> tuple:
    plan = load_plan(scenario)
    tape = draw(plan, environment, part, seed)
    both = [named(name) for name in names]
    one, other = simulate(plan, tape, both)
    return metrics(one, both[0]), metrics(other, both[1]), list(tape.hashes)


def named(name: str) -> Strategy:
    """A strategy by its name, or the flexible envelope with a set of rules, as in R10,R17.

    Raises InputError on anything else.
    """
    from model.budget.steering import rules
    from model.problems import InputError, Problem, nearest, quoted

    strategies = tuned()
    if name in strategies:
        return strategies[name]
    wanted = [part.strip() for part in name.split(",")]
    unknown = [part for part in wanted if part not in rules.ORDER]
    if unknown:
        known = (*strategies, *rules.ORDER)
        hint = nearest(unknown[0], known, lists=f"known: {', '.join(known)}.")
        raise InputError([Problem("--ab", f"{quoted(unknown[0])} is neither a strategy nor a rule "
                                          f"that moves money; {hint}")])
    own: Fixed = strategies["S3"]
    return Flexible(name=name, days=own.days, patience=own.patience, without=tuple(
        rule for rule in rules.ORDER if rule not in wanted))


def _joined(parts: list[dict]) -> dict:
    """The parts of an environment in one, in the order of the replications."""
    first = parts[0]
    found = {
        "metrics": {name: {key: np.concatenate([part["metrics"][name][key] for part in parts])
                           for key in METRICS} for name in first["metrics"]},
        "hashes": [one for part in parts for one in part["hashes"]],
        "bounds": {key: np.concatenate([part["bounds"][key] for part in parts])
                   for key in first["bounds"]}}
    count = sum(part["count"] for part in parts)
    for key in ("flows", "moved"):
        found[key] = {name: sum(part[key][name] for part in parts) / count / 100
                      for name in first[key]}
    return found


def _environment(plan: Plan, name: str, found: dict) -> dict:
    base = found["metrics"][BASE]
    unmet = 1 - float(np.nanmean(base["fill_rate"]))
    spent = float(base["spent"].mean())
    result = {
        "title": ENVIRONMENTS[name], "tapes": found["hashes"],
        "bites": {"spent": spent, "unmet": unmet, "holds": findings.scarce(spent, unmet)},
        "strategies": {each: {key: mean_of(values) for key, values in one.items()}
                       for each, one in found["metrics"].items()},
        "against": {each: paired(one["completions"], base["completions"])
                    for each, one in found["metrics"].items() if each != BASE},
        "spent_by_week": {each: {code: flows[:, at].tolist() for at, code in enumerate(BUCKETS)}
                          for each, flows in found["flows"].items()},
        "moved": {each: [{"source": BUCKETS[source], "destination": BUCKETS[destination],
                          "usd": float(moved[source, destination])}
                         for source, destination in zip(*np.nonzero(moved), strict=True)]
                  for each, moved in found["moved"].items()},
        "bounds": _bounds(found),
    }
    if "splits" in found:
        result["hindsight"] = _hindsight(plan, found)
        few = len(next(iter(found["extra"].values())))
        result["ablation"] = {each: paired(values.astype(float), base["completions"][:few])
                              for each, values in found["extra"].items()}
    return result


def _bounds(found: dict) -> dict:
    bound = found["bounds"]
    result = {"U1": mean_of(bound["U1"]), "U2": mean_of(bound["U2"]),
              "dual": mean_of(bound["dual"]),
              "budget_tested": bool(np.nanmax(bound["dual"]) > 1e-9)}
    result["share"] = {each: mean_of(one["completions"] / bound["bound"])
                       for each, one in found["metrics"].items()}
    result["exceeded"] = int(sum((one["completions"] > bound["bound"] + 1e-6).sum()
                                 for one in found["metrics"].values()))
    return result


def _hindsight(plan: Plan, found: dict) -> dict:
    """C0: the split that was best on each tape (an optimist's, for it knows the tape), and the one
    split that is best over all of them; and how far S5 goes from the fixed total to each.
    `beyond_half_…` is S5 less what lies half of the way, in completions."""
    few = found["splits"].shape[1]
    splits = found["splits"].astype(float)
    base = found["metrics"][BASE]["completions"][:few]
    own = found["metrics"]["S5"]["completions"][:few]
    number = int(splits.mean(axis=1).argmax())
    single, opening = splits[number], bounds.splits(plan)[number]
    result = {"tapes": few, "splits": len(splits), "S2": float(base.mean()),
              "S5": float(own.mean()), "best_each": mean_of(splits.max(axis=0)),
              "best_one": mean_of(single), "number": number,
              "opening": {code: cents / 100 for code, cents in zip(BUCKETS, opening,
                                                                   strict=True)}}
    for key, best_ in (("closed_each", splits.max(axis=0)), ("closed_one", single)):
        gap = float((best_ - base).mean())
        result[key] = float((own - base).mean()) / gap if gap > 0 else None
        result[key.replace("closed", "beyond_half")] = mean_of(own - (base + best_) / 2)
    return result


def _pairs(found: dict) -> list[dict]:
    """All pairs of S1 to S5 over all environments together, adjusted for their number. By how much
    common random numbers narrow a difference is measured within environments: what these have in
    common is no merit of the draws."""
    by_name = {name: [each["metrics"][name]["completions"] for each in found.values()]
               for name in TITLES}
    result = []
    for first, second in combinations([name for name in TITLES if name != "S0"], 2):
        one, other = by_name[second], by_name[first]
        apart = sum(a.var(ddof=1) + b.var(ddof=1) for a, b in zip(one, other, strict=True))
        spread = sum((a - b).var(ddof=1) for a, b in zip(one, other, strict=True))
        result.append({"first": second, "second": first}
                      | paired(np.concatenate(one), np.concatenate(other))
                      | {"variance_ratio": float(apart / spread) if spread else None})
    for each, adjusted in zip(result, holm([each["p"] for each in result]), strict=True):
        each["p_holm"] = adjusted
    return result


def _settings(strategy) -> dict[str, float]:
    return {key: getattr(strategy, key) for key in SPACES.get(strategy.name, {})}


def rounded(value):
    """Plain data with floats of eight digits: enough to read, and the same in every run."""
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.8g}") if np.isfinite(value) else None
    return value
