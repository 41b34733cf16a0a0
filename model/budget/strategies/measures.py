"""What simulated quarters reached (specification, 6.8), and the statistics of many of them.

A metric has one value a replication. Means have a 95% interval by Student's t; a difference of two
strategies is that of the same replications; p-values are adjusted where many are read at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from model.budget.plan.plan import GRP, ONE
from model.budget.programme.forecast import students_t
from model.budget.simulator.state import COMPLETED, DROPPED, Quarter
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import DAYS, normal
from model.engine.projection import ratio

COVERAGE = 0.95
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
    exists, completes = quarter.exists, quarter.status == COMPLETED
    learners, completions = exists.sum(axis=0), quarter.completions
    spending = balances.spent.sum(axis=0)
    requests = weeks.requests.sum(axis=(0, 1))
    successes = requests - weeks.unmet.sum(axis=(0, 1))
    shares = np.where(exists, np.minimum(1, quarter.progress / quarter.requirement), 0)
    mean, median = _times(quarter)
    equity, others = exists & quarter.equity, exists & ~quarter.equity
    direct = balances.spent[[ONE, GRP]].sum(axis=0)
    return {
        "completions": completions.astype(float),
        "completion_rate": ratio(completions, learners),
        "progress": ratio(shares.sum(axis=0), learners),
        "cost_per_completion": ratio(spending / 100, completions),
        "utilization": ratio(weeks.used.sum(axis=0), weeks.offered.sum(axis=0)),
        "fill_rate": ratio(successes, requests),
        "satisfaction": _satisfaction(quarter),
        "time_to_outcome": mean,
        "median_time": median,
        "drop_out": ratio((exists & (quarter.status == DROPPED)).sum(axis=0), learners),
        "spent": spending / plan.total,
        "equity_gap": ratio((completes & equity).sum(axis=0), equity.sum(axis=0))
        - ratio((completes & others).sum(axis=0), others.sum(axis=0)),
        "equity_spend": ratio(balances.equity_spent.sum(axis=0), direct),
        # Met where it was spent, or never breached.
        "equity_floor": ((balances.equity_spent >= balances.equity_floor).all(axis=0)
                         | ~quarter.breach).astype(float),
        "moves": (quarter.chores["moves_by_hand"]
                  + quarter.chores["rule_actions"]).astype(float),
        "moved": quarter.transfers.sum(axis=(0, 1)) / 100,
        "reviews": quarter.chores["reviews"].astype(float),
        "rejected": quarter.rejections.astype(float),
        "admin_minutes": admin_minutes(quarter, strategy),
    }


def admin_minutes(quarter: Quarter, strategy: Strategy) -> np.ndarray:
    """Minutes of people: the strategy's own checks, moves, reviews and verified outcomes."""
    plan, chores = quarter.world.plan, quarter.chores

    def minutes(name: str) -> float:
        return plan[f"simulation.minutes.{name}"]

    weeks, months = plan.weeks, len(plan.month_ends)
    checks = {"none": 0.0, "daily": DAYS * weeks * minutes("daily"),
              "weekly": weeks * minutes("weekly"),
              "rolling": weeks * minutes("rolling") + months * minutes("model")}
    total = checks[strategy.review] + minutes("move") * chores["moves_by_hand"] \
        + minutes("rule") * chores["rule_actions"] + minutes("gate") * chores["reviews"]
    if strategy.verifies:
        halfway = (quarter.exists & (quarter.progress >= quarter.requirement / 2)).sum(axis=0)
        total = total + minutes("verify") * (halfway + quarter.completions)
    return np.asarray(total, float)


def _times(quarter: Quarter) -> tuple[np.ndarray, np.ndarray]:
    """Restricted mean and median weeks to completion; NaN where fewer than half completed."""
    weeks = quarter.world.plan.weeks
    start = quarter.world.start[:, None]
    completes = quarter.exists & (quarter.status == COMPLETED)
    time = np.where(completes, quarter.end_week - start + 1, weeks - start + 1).astype(float)
    mean = ratio(np.where(quarter.exists, time, 0).sum(axis=0), quarter.exists.sum(axis=0))
    times = np.sort(np.where(completes, time, np.where(quarter.exists, np.inf, np.nan)), axis=0)
    middle = np.maximum(0, (quarter.exists.sum(axis=0) - 1) // 2)
    median = np.take_along_axis(times, middle[None], axis=0)[0]
    return mean, np.where(np.isfinite(median), median, np.nan)


def _satisfaction(quarter: Quarter) -> np.ndarray:
    world = quarter.world
    refusals = 1 - ratio(quarter.served, quarter.requests)
    noise = world["satisfied.noise"] * normal(world.tape.draws["satisfaction"])
    points = np.clip(world["satisfied.best"] - world["satisfied.loss"] * refusals + noise, 1, 5)
    asks = quarter.exists & (quarter.requests > 0)
    return ratio(np.where(asks, points, 0).sum(axis=0), asks.sum(axis=0))


@dataclass(frozen=True)
class Mean:
    """A mean over replications with its 95% interval, None where it is undefined, and the number of
    replications in which there is a value."""

    mean: float | None
    low: float | None
    high: float | None
    defined: int


@dataclass(frozen=True)
class Difference(Mean):
    """A first figure less a second one, on the same tapes.

    Shares are of the second figure; None where that is 0. `variance_ratio` is by how much common
    random numbers narrow the difference: the variance of a difference of independent runs over its
    own. `p` is the chance of a mean as far from 0 if there were no difference (Student's t).
    """

    share: float | None
    share_low: float | None
    share_high: float | None
    variance_ratio: float | None
    p: float


def mean_of(values: np.ndarray) -> Mean:
    """Mean and 95% interval over the replications in which there is a value."""
    finite = values[np.isfinite(values)]
    count = len(finite)
    if not count:
        return Mean(None, None, None, 0)
    mean = float(finite.mean())
    if count == 1:
        return Mean(mean, None, None, 1)
    half = students_t(COVERAGE, count - 1) * float(finite.std(ddof=1)) / math.sqrt(count)
    return Mean(mean, mean - half, mean + half, count)


def paired_difference(first: np.ndarray, second: np.ndarray) -> Difference:
    """First less second on the same tapes, both (replication,) with two or more values."""
    difference = first - second
    mean, count, base = mean_of(difference), len(difference), float(second.mean())
    variance = float(difference.var(ddof=1))
    apart = float(first.var(ddof=1) + second.var(ddof=1))

    def share(value: float | None) -> float | None:
        return value / base if base and value is not None else None

    if variance:
        p = 2 * float(stdtr(count - 1, -abs(mean.mean) / math.sqrt(variance / count)))
    else:
        p = 0.0 if mean.mean else 1.0
    return Difference(mean.mean, mean.low, mean.high, mean.defined, share(mean.mean),
                      share(mean.low), share(mean.high), apart / variance if variance else None, p)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for their number (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    order = np.argsort(p_values, kind="stable")
    results, highest = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[at]))
        results[at] = highest
    return results
