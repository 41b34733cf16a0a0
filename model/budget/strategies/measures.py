"""What a simulated quarter reached, one value a replication. Metrics of the specification, 6.8.

Means, paired differences, and what many comparisons at once leave significant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from model.analysis.division import ratio
from model.budget.plan.plan import GRP, ONE
from model.budget.programme.forecast import students_t
from model.budget.simulator.state import COMPLETED, DROPPED, Quarter
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import normal

# Name: label and unit.
METRICS: dict[str, tuple[str, str]] = {
    "completions": ("Completions", "learners"),
    "completion_rate": ("Completion rate", "fraction"),
    "progress": ("Mean part of the requirement that was reached", "fraction"),
    "cost_per_completion": ("Cost per completion", "USD"),
    "utilization": ("Utilization of one-to-one hours", "fraction"),
    "fill_rate": ("Requests served", "fraction"),
    "satisfaction": ("Satisfaction, of 5", "points"),
    "time_to_outcome": ("Restricted mean time to outcome", "weeks"),
    "median_time": ("Median time to outcome", "weeks"),
    "drop_out": ("Learners who dropped out unserved", "fraction"),
    "spent": ("Part of the total that was spent", "fraction"),
    "equity_gap": ("Completion rate of equity learners less that of others", "fraction"),
    "equity_spend": ("Equity learners' part of one-to-one and workshop money", "fraction"),
    "equity_floor": ("Equity floor met", "fraction"),
    "moves": ("Moves", "count"),
    "moved": ("Money moved", "USD"),
    "reviews": ("Reviews by a person", "count"),
    "rejected": ("Actions refused", "count"),
    "admin_minutes": ("Administration", "minutes"),
}


def metrics(quarter: Quarter, strategy: Strategy) -> dict[str, np.ndarray]:
    """Every metric of a quarter, (replication,); NaN where it is undefined."""
    weeks, balances, plan = quarter.weeks, quarter.balances, quarter.world.plan
    exists, done = quarter.exists, quarter.status == COMPLETED
    enrolled, completions = exists.sum(axis=0), quarter.completions
    spent = balances.spent.sum(axis=0)
    requests = weeks.requests.sum(axis=(0, 1))
    served = requests - weeks.unmet.sum(axis=(0, 1))
    reached = np.where(exists, np.minimum(1, quarter.progress / quarter.requirement), 0)
    restricted, median = _times(quarter)
    equity, others = exists & quarter.equity, exists & ~quarter.equity
    direct = balances.spent[[ONE, GRP]].sum(axis=0)
    return {
        "completions": completions.astype(float),
        "completion_rate": ratio(completions, enrolled),
        "progress": ratio(reached.sum(axis=0), enrolled),
        "cost_per_completion": ratio(spent / 100, completions),
        "utilization": ratio(weeks.used.sum(axis=0), weeks.offered.sum(axis=0)),
        "fill_rate": ratio(served, requests),
        "satisfaction": _satisfaction(quarter),
        "time_to_outcome": restricted,
        "median_time": median,
        "drop_out": ratio((exists & (quarter.status == DROPPED)).sum(axis=0), enrolled),
        "spent": spent / plan.total,
        "equity_gap": ratio((done & equity).sum(axis=0), equity.sum(axis=0))
        - ratio((done & others).sum(axis=0), others.sum(axis=0)),
        "equity_spend": ratio(balances.equity_spent.sum(axis=0), direct),
        "equity_floor": floor_met(quarter).astype(float),
        "moves": (quarter.chores["moves_by_hand"]
                  + quarter.chores["rule_actions"]).astype(float),
        "moved": quarter.transfers.sum(axis=(0, 1)) / 100,
        "reviews": quarter.chores["reviews"].astype(float),
        "rejected": quarter.rejected.astype(float),
        "admin_minutes": admin_minutes(quarter, strategy),
    }


def floor_met(quarter: Quarter) -> np.ndarray:
    """Whether the equity floor was spent, or nobody under it was ever refused for money while the
    reserve held a price. (replication,)"""
    balances = quarter.balances
    spent = (balances.equity_spent >= balances.equity_floor).all(axis=0)
    return spent | ~quarter.broken


def admin_minutes(quarter: Quarter, strategy: Strategy) -> np.ndarray:
    """Minutes of people: the strategy's own checks, moves, reviews and verified outcomes."""
    plan, chores = quarter.world.plan, quarter.chores

    def minutes(name: str) -> float:
        return plan[f"simulation.minutes.{name}"]

    weeks, months = plan.weeks, len(plan.month_ends)
    checks = {"none": 0.0, "daily": 5 * weeks * minutes("daily"),
              "weekly": weeks * minutes("weekly"),
              "rolling": weeks * minutes("rolling") + months * minutes("model")}
    found = checks[strategy.review] + minutes("move") * chores["moves_by_hand"] \
        + minutes("rule") * chores["rule_actions"] + minutes("gate") * chores["reviews"]
    if strategy.verifies:
        halfway = (quarter.exists & (quarter.progress >= quarter.requirement / 2)).sum(axis=0)
        found = found + minutes("verify") * (halfway + quarter.completions)
    return np.asarray(found, float)


def _times(quarter: Quarter) -> tuple[np.ndarray, np.ndarray]:
    """Weeks from a learner's start to completion, restricted to those of the quarter: mean, and
    median, NaN where fewer than half completed."""
    weeks = quarter.world.plan.weeks
    start = quarter.world.start[:, None]
    done = quarter.exists & (quarter.status == COMPLETED)
    took = np.where(done, quarter.ended - start + 1, weeks - start + 1).astype(float)
    mean = ratio(np.where(quarter.exists, took, 0).sum(axis=0), quarter.exists.sum(axis=0))
    ordered = np.sort(np.where(done, took, np.where(quarter.exists, np.inf, np.nan)), axis=0)
    middle = np.maximum(0, (quarter.exists.sum(axis=0) - 1) // 2)
    median = np.take_along_axis(ordered, middle[None], axis=0)[0]
    return mean, np.where(np.isfinite(median), median, np.nan)


def _satisfaction(quarter: Quarter) -> np.ndarray:
    world = quarter.world
    size = quarter.exists.shape[1]
    refused = 1 - ratio(quarter.served, quarter.requests)
    noise = world["satisfied.noise"] * normal(world.tape.draws["satisfaction"])
    points = np.clip(world["satisfied.best"] - world["satisfied.loss"] * refused + noise[:, :size],
                     1, 5)
    asked = quarter.exists & (quarter.requests > 0)
    return ratio(np.where(asked, points, 0).sum(axis=0), asked.sum(axis=0))


COVERAGE = 0.95


def mean_of(values: np.ndarray) -> dict[str, float | None]:
    """Mean and 95% interval over replications; None where nothing is defined."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {"mean": None, "low": None, "high": None, "defined": 0}
    mean, half = float(known.mean()), half_width(known)
    return {"mean": mean, "low": mean - half if half is not None else None,
            "high": mean + half if half is not None else None, "defined": len(known)}


def half_width(values: np.ndarray) -> float | None:
    """Half of the interval of a mean by Student's t; None with fewer than two values."""
    if len(values) < 2:
        return None
    return _t(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))


@lru_cache(maxsize=64)
def _t(freedom: int) -> float:
    return students_t(COVERAGE, freedom)


def paired(first: np.ndarray, second: np.ndarray) -> dict[str, float | None]:
    """First less second on the same tapes: mean, interval, p-value, and by how much common random
    numbers narrow it: the variance of a difference of independent runs over that of this one."""
    difference = first - second
    found = mean_of(difference)
    spread = float(difference.var(ddof=1)) if len(difference) > 1 else 0.0
    apart = float(first.var(ddof=1) + second.var(ddof=1)) if len(difference) > 1 else 0.0
    base = float(second.mean())
    for key, of in (("share", "mean"), ("share_low", "low"), ("share_high", "high")):
        found[key] = found[of] / base if base and found[of] is not None else None
    found["variance_ratio"] = apart / spread if spread else None
    if spread:
        score = abs(found["mean"]) / math.sqrt(spread / len(difference))
        found["p"] = math.erfc(score / math.sqrt(2))
    else:
        found["p"] = 1.0 if not found["mean"] else 0.0
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    order = np.argsort(p_values, kind="stable")
    found, highest = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[at]))
        found[at] = highest
    return found
