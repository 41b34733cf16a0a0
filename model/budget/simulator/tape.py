"""A tape holds all random numbers of simulated quarters, drawn before any strategy runs.

Every purpose has its own stream, `SeedSequence([root, environment, replication]).spawn`, and every
draw its place by learner and week, so no strategy can shift another draw. The draws are uniform
numbers: an event happens where its number lies below its chance, so a higher chance can only add
events. Strategies are compared on the same tapes (`Tape.hashes`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri, pdtr

from model.budget.plan.plan import Plan

ENVIRONMENTS: dict[str, str] = {
    "E0": "Demand stays as it is",
    "E1": "A season that is known: exams, then a surge",
    "E2": "Demand drifts without a pattern",
    "E3": "Mentors leave in the middle",
    "E4": "Demand is low",
    "E5": "Learners shift to workshops",
}
# Purposes by the shape of their draws. The order fixes the streams: add only at the end.
_PURPOSES = (
    ("enrolled", "cohort"), ("equity", "learner"), ("requirement", "learner"),
    ("patience", "learner"), ("arrival", "session"), ("exit", "session"), ("booking", "session"),
    ("day", "session"), ("preference", "session"), ("acceptance", "session"),
    ("mentor", "session"), ("learner", "session"), ("late", "session"), ("no_show", "session"),
    ("capacity", "week"), ("drift", "week"), ("shock", "once"), ("satisfaction", "learner"),
    ("verification", "learner"))
DAYS = 5
_SLOTS_ABOVE = 6.0  # standard deviations above the mean


@dataclass(frozen=True, repr=False)
class Tape:
    """The draws of some replications in one environment; learners are ordered by cohort and slot.

    draws        by purpose: uniform numbers (learner, week, replication), those of a learner
                 (learner, replication), of a week (week, replication)
    exists       (learner, replication) slots with a learner
    demand, supply  (week, replication) factor on the chance of a booking, on the planned hours
    prefers_one  (week, replication) part of requests that prefer one-to-one
    season       (week, replication) what the history given to forecasters says of demand
    hashes       one a replication, over all its draws and its environment
    """

    environment: str
    cohorts: int
    weeks: int
    draws: dict[str, np.ndarray]
    exists: np.ndarray
    demand: np.ndarray
    prefers_one: np.ndarray
    supply: np.ndarray
    season: np.ndarray
    hashes: tuple[str, ...]
    equity_share: float = 0.0

    @property
    def replications(self) -> int:
        return self.exists.shape[1]

    @property
    def slots(self) -> int:
        """Learners that a cohort has place for."""
        return len(self.exists) // self.cohorts

    @cached_property
    def day(self) -> np.ndarray:
        """Day of the week, from 0, of a learner's request. (learner, week, replication)"""
        return np.minimum(self.draws["day"] * DAYS, DAYS - 1).astype(np.int8)

    def requests(self, week: int, day: int, equity_first: bool) -> np.ndarray:
        """Learners whose requests fall on a day, in the order of arrival, −1 behind the last;
        those of the equity floor first where asked. (place, replication)"""
        return self._orders[week, day, equity_first]

    @cached_property
    def _orders(self) -> dict[tuple[int, int, bool], np.ndarray]:
        """`requests` by week, day and whether equity comes first."""
        orders = {}
        for week in range(self.weeks):
            arrival = self.draws["arrival"][:, week]
            for first in (False, True):
                rank = arrival + np.where(self.under_floor, -1, 0) if first else arrival
                for day in range(DAYS):
                    here = self.exists & (self.day[:, week] == day)
                    most = int(here.sum(axis=0).max(initial=0))
                    order = np.argsort(np.where(here, rank, np.inf), axis=0, kind="stable")[:most]
                    valid = np.take_along_axis(here, order, axis=0)
                    orders[week, day, first] = np.where(valid, order, -1).astype(np.int32)
        return orders

    @cached_property
    def under_floor(self) -> np.ndarray:
        """Learners under the equity floor, (learner, replication)."""
        return self.exists & (self.draws["equity"] < self.equity_share)


def draw(plan: Plan, environment: str, replications: range, root: int = 1) -> Tape:
    """The tapes of some replications of an environment; each depends on its number only."""
    cohorts, weeks = len(plan.values["cohorts.start_weeks"]), plan.weeks
    slots = _most(plan["cohorts.learners"])
    shapes = {"cohort": (cohorts,), "learner": (cohorts, slots), "week": (weeks,), "once": (1,),
              "session": (cohorts, slots, weeks)}
    number = list(ENVIRONMENTS).index(environment)
    streams: dict[str, list[np.ndarray]] = {purpose: [] for purpose, _ in _PURPOSES}
    hashes = []
    for replication in replications:
        digest = hashlib.blake2b(environment.encode(), digest_size=16)
        seeds = np.random.SeedSequence([root, number, replication]).spawn(len(_PURPOSES))
        for (purpose, shape), seed in zip(_PURPOSES, seeds, strict=True):
            values = np.random.Generator(np.random.PCG64(seed)).random(
                shapes[shape], dtype=np.float32)
            digest.update(values)
            streams[purpose].append(values)
        hashes.append(digest.hexdigest())
    return _tape(plan, environment, streams, tuple(hashes))


def _tape(plan: Plan, environment: str, streams: dict[str, list[np.ndarray]],
          hashes: tuple[str, ...]) -> Tape:
    """The tape of uniform numbers by purpose, one array a replication."""
    mean, uniform = plan["cohorts.learners"], np.stack(streams["enrolled"], axis=-1)
    # How many enrol, by the inverse of the Poisson distribution.
    below = pdtr(np.arange(_most(mean)), mean)
    counts = np.searchsorted(below, uniform.astype(float), side="right").clip(0, _most(mean))
    slots = max(1, int(counts.max(initial=0)))
    draws = {}
    for purpose, shape in _PURPOSES:
        values = streams[purpose]
        if shape in ("learner", "session"):
            # Slots in which no tape has a learner are cut off; those that stay do not move.
            whole = np.stack([one[:, :slots] for one in values], axis=-1)
            draws[purpose] = whole.reshape(-1, *whole.shape[2:])
        else:
            draws[purpose] = np.stack(values, axis=-1)
    exists = (np.arange(slots)[:, None] < counts[:, None, :]).reshape(-1, len(hashes))
    season, demand = _demand(plan, environment, draws)
    prefers_one = np.full(demand.shape, plan["simulation.booking.prefers_one"])
    if environment == "E5":
        prefers_one[plan.weeks // 2:] = plan["simulation.environment.shifted"]
    return Tape(environment, len(counts), plan.weeks, draws, exists, demand,
                prefers_one, _supply(plan, environment, draws),
                np.broadcast_to(season[:, None], demand.shape), hashes,
                plan["equity.learner_share"])


def one_tape(tapes: Sequence[Tape]) -> Tape:
    """Tapes of several environments side by side, in one."""
    slots, cohorts = max(tape.slots for tape in tapes), tapes[0].cohorts

    def whole(tape: Tape, values: np.ndarray, fill) -> np.ndarray:
        """With as many slots as the widest tape has."""
        if len(values) != len(tape.exists):
            return values
        apart = values.reshape(cohorts, tape.slots, *values.shape[1:])
        padding = [(0, 0), (0, slots - tape.slots)] + [(0, 0)] * (values.ndim - 1)
        return np.pad(apart, padding, constant_values=fill).reshape(-1, *values.shape[1:])

    rows = {name: np.concatenate([getattr(tape, name) for tape in tapes], axis=-1)
            for name in ("demand", "prefers_one", "supply", "season")}
    draws = {purpose: np.concatenate([whole(tape, tape.draws[purpose], 1) for tape in tapes],
                                     axis=-1) for purpose, _ in _PURPOSES}
    exists = np.concatenate([whole(tape, tape.exists, False) for tape in tapes], axis=-1)
    return replace(tapes[0], environment=", ".join(tape.environment for tape in tapes),
                   draws=draws, exists=exists, **rows,
                   hashes=tuple(one for tape in tapes for one in tape.hashes))


def _most(mean: float) -> int:
    """More learners than a cohort of this mean size ever has."""
    return int(mean + _SLOTS_ABOVE * max(1.0, mean) ** 0.5) + 1


def normal(uniform: np.ndarray) -> np.ndarray:
    return ndtri(np.clip(uniform.astype(float), 1e-7, 1 - 1e-7))


def _demand(plan: Plan, environment: str, draws: dict) -> tuple[np.ndarray, np.ndarray]:
    """The season that forecasters know, and the factor on demand that comes to pass."""
    shape = draws["drift"].shape
    season = np.ones(plan.weeks)
    if environment == "E1":
        curve = plan.values["simulation.environment.season"]
        season = np.interp(np.linspace(0, 1, plan.weeks), np.linspace(0, 1, len(curve)), curve)
    demand = np.broadcast_to(season[:, None], shape).copy()
    if environment == "E2":
        noise = plan["simulation.environment.drift_noise"] * normal(draws["drift"])
        level = np.zeros(shape[1:])
        for week in range(plan.weeks):
            level = plan["simulation.environment.drift"] * level + noise[week]
            demand[week] = np.exp(level)
    if environment == "E4":
        demand *= plan["simulation.environment.low_demand"]
    return season, demand


def _supply(plan: Plan, environment: str, draws: dict) -> np.ndarray:
    noise = plan["simulation.capacity.noise"]
    supply = np.maximum(0, 1 + noise * normal(draws["capacity"]))
    if environment == "E3":
        first, last = plan.values["simulation.environment.shock_weeks"]
        week = first + np.floor(draws["shock"][0] * (last - first + 1))
        shock = np.arange(1, plan.weeks + 1)[:, None] >= week
        supply = np.where(shock, supply * plan["simulation.environment.shock"], supply)
    return supply
