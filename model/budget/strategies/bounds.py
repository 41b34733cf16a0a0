"""Completions that no strategy can exceed on a tape, and the fixed splits tried in hindsight.

U1 is a knapsack, U2 a linear program with perfect information (SciPy's HiGHS). Both grant full
marketing, redesign and a free choice of who is served; U1 also unlimited hours. Both know who
comes, so the best possible strategy may stay far below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.budget import money
from model.budget.plan.plan import MEA, Plan
from model.budget.simulator.tape import Tape
from model.budget.simulator.world import QUARTERS, World, world
from model.budget.strategies.published import Fixed

_SLACK = 1e-9
# What C0 tries, in percent of what measurement leaves: workshops, library, contingency, marketing,
# recruiting and redesign; the rest is one-to-one. 1,296 splits, with a library of 3 to 12%,
# marketing and recruiting of up to 5 and 6% and redesign of up to 8%, were tried on 12 of the
# training tapes of `tuning` in each environment; these reach 99.88% of what the best of all of them
# reached on each tape, and have those that were best over each environment and over all of them.
_SPLITS = (
    (17, 3, 0, 0, 1.5, 3), (17, 9, 0, 2, 0, 5), (17, 9, 0, 2, 1.5, 5), (17, 9, 0, 2, 3, 5),
    (17, 9, 0, 2, 3, 6.5), (17, 9, 0, 2, 6, 3), (17, 9, 0, 5, 1.5, 5), (17, 9, 0, 5, 3, 5),
    (17, 9, 3, 2, 3, 3), (19, 9, 0, 0, 0, 5), (19, 9, 0, 0, 6, 5), (19, 9, 0, 5, 3, 5),
    (19, 10.5, 0, 2, 0, 5), (19, 10.5, 0, 2, 1.5, 3), (19, 10.5, 0, 5, 0, 3), (19, 12, 0, 0, 0, 8),
    (19, 12, 0, 0, 1.5, 3), (19, 12, 0, 5, 1.5, 5), (19, 12, 3, 0, 1.5, 5), (19, 12, 3, 2, 1.5, 5),
    (19, 12, 3, 5, 1.5, 5), (22, 3, 0, 0, 3, 0), (22, 9, 0, 0, 0, 5), (22, 9, 0, 0, 0, 6.5),
    (22, 9, 0, 0, 1.5, 5), (22, 9, 0, 0, 3, 3), (22, 9, 0, 0, 3, 5), (22, 9, 0, 2, 3, 3),
    (22, 9, 3, 2, 3, 5), (22, 10.5, 0, 0, 3, 6.5), (25, 9, 0, 2, 0, 5), (25, 9, 0, 2, 1.5, 5),
    (25, 9, 3, 0, 0, 3), (25, 9, 3, 0, 0, 5), (25, 10.5, 0, 0, 1.5, 6.5))


@dataclass(frozen=True)
class Chances:
    """What each learner could at best attend, (learner, week, replication), and what that brings.

    Units are those of a session, a seat, and a week of the whole library; `weeks`, (learner,
    replication), are those since the learner's start.
    """

    one: np.ndarray
    group: np.ndarray
    unit_one: float
    unit_group: float
    unit_library: float
    weeks: np.ndarray


@dataclass(frozen=True)
class Bounds:
    """Completions that no strategy exceeds on a tape, (replication,): U1 and U2.

    U2 is NaN where the linear program was not solved; `dual` is what one more USD would add to it.
    """

    knapsack: np.ndarray
    program: np.ndarray
    dual: np.ndarray

    @property
    def lowest(self) -> np.ndarray:
        return np.fmin(self.knapsack, self.program)


def bounds_of(plan: Plan, tape: Tape, replications: Sequence[int] = ()) -> Bounds:
    """U1 of every replication; U2 and its dual of some."""
    everything = world(plan, tape)
    first = knapsack(everything)
    second, dual = np.full(first.shape, np.nan), np.full(first.shape, np.nan)
    if len(replications):
        second[list(replications)], dual[list(replications)] = clairvoyant(everything, replications)
    return Bounds(first, second, dual)


def chances(world: World) -> Chances:
    """Best-case attendance on a tape."""
    plan, tape, draws = world.plan, world.tape, world.tape.draws
    fewer, more = 1 - world["redesign.fewer"], 1 + world["redesign.more"]
    number = np.arange(1, plan.weeks + 1)[None, :, None]
    since_start = tape.exists[:, None] & (number >= world.start[:, None, None])
    asks = since_start & (draws["booking"] < world["booking.chance"] * tape.demand
                          + world["marketing.gain"])
    comes = asks & (draws["no_show"] >= world["session.no_show"] * fewer)
    stands = (draws["mentor"] >= world["session.mentor_cancels"] * fewer) \
        & (draws["learner"] >= world["session.learner_cancels"] * fewer)
    prefers = draws["preference"] < tape.prefers_one
    accepts = draws["acceptance"] < world["booking.accepts_group"]
    in_time = number + world.lead <= plan.weeks
    return Chances(comes & stands & prefers & in_time, comes & (~prefers | accepts),
                   world["units.one"] * more, world["units.workshop"] * more,
                   world["library.weekly"], since_start.sum(axis=1))


def _money(plan: Plan) -> int:
    return plan.total - int(plan.opening[MEA])


def knapsack(world: World) -> np.ndarray:
    """U1: completions where the cheapest learners are paid for first. (replication,)"""
    best = chances(world)
    # A week in which both would do counts once, so sessions of both kinds share their weeks.
    both = (best.one | best.group).sum(axis=1)
    need = world.requirement - best.unit_library * best.weeks - _SLACK
    cost = np.full(need.shape, np.inf)
    seat = world.workshop / world.seats
    for ones in range(world.plan.weeks + 1):
        seats = np.maximum(0, np.ceil((need - ones * best.unit_one) / best.unit_group))
        able = (ones <= best.one.sum(axis=1)) & (seats <= best.group.sum(axis=1)) \
            & (ones + seats <= both) & world.tape.exists
        cost = np.where(able, np.minimum(cost, ones * world.price + seats * seat), cost)
    cost = np.sort(cost, axis=0)
    costs = np.where(np.isfinite(cost), cost, 0)
    before = np.cumsum(costs, axis=0) - costs
    part = np.clip((_money(world.plan) - before) / np.maximum(cost, 1), 0, 1)
    return np.where(np.isfinite(cost), part, 0).sum(axis=0)


def clairvoyant(world: World, replications: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """U2 of some replications, and its dual on money. Both (len(replications),)."""
    best = chances(world)
    optima = [_optimum(world, best, replication) for replication in replications]
    return np.array([bound for bound, _ in optima]), np.array([dual for _, dual in optima])


class _Program:
    """A linear program, written block by block: columns, rows with their bounds, coefficients."""

    def __init__(self) -> None:
        self._most, self._worth, self._bounds, self._entries = [], [], [], []

    def columns(self, count: int, most: float = 1.0, worth: float = 0.0) -> np.ndarray:
        """The numbers of new columns, from 0 to `most`, each worth so much."""
        self._most.append(np.full(count, most))
        self._worth.append(np.full(count, worth))
        return _last(self._most)

    def rows(self, bounds: np.ndarray) -> np.ndarray:
        """The numbers of new rows, whose sums are at most `bounds`."""
        self._bounds.append(np.asarray(bounds, float))
        return _last(self._bounds)

    def add(self, rows, columns, coefficients) -> None:
        """Coefficients of columns in rows; all three are broadcast."""
        self._entries.append(np.broadcast_arrays(rows, columns, np.asarray(coefficients, float)))

    def solve(self, name: str) -> tuple[float, float]:
        """Its value, and what one more unit in the last row would add. Raises ArithmeticError."""
        from scipy.optimize import linprog
        from scipy.sparse import coo_matrix

        rows, columns, values = (np.concatenate(each) for each in zip(*self._entries, strict=True))
        bounds, most = np.concatenate(self._bounds), np.concatenate(self._most)
        matrix = coo_matrix((values, (rows, columns)), shape=(len(bounds), len(most))).tocsr()
        solution = linprog(-np.concatenate(self._worth), A_ub=matrix, b_ub=bounds, method="highs",
                           bounds=np.stack([np.zeros(len(most)), most], axis=1))
        if not solution.success:
            raise ArithmeticError(f"{name} has no solution: {solution.message}")
        return float(-solution.fun), float(-solution.ineqlin.marginals[-1])


def _last(blocks: list[np.ndarray]) -> np.ndarray:
    end = sum(map(len, blocks))
    return np.arange(end - len(blocks[-1]), end)


def _optimum(world: World, best: Chances, replication: int) -> tuple[float, float]:
    """U2 of one replication, and its dual on money."""
    plan, weeks = world.plan, world.plan.weeks
    requirement = world.requirement[:, replication]
    one, group = best.one[..., replication], best.group[..., replication]
    most = np.where(one, best.unit_one, np.where(group, best.unit_group, 0)).sum(axis=1) \
        + best.unit_library * best.weeks[:, replication]
    able = world.tape.exists[:, replication] & (most >= requirement - _SLACK)
    people = np.flatnonzero(able)
    if not len(people):
        return 0.0, 0.0
    one_who, one_week = np.nonzero(one & able[:, None])
    seat_who, seat_week = np.nonzero(group & able[:, None])
    program = _Program()
    completion = program.columns(len(people), worth=1.0)
    session, seat = program.columns(len(one_who)), program.columns(len(seat_who))
    recruits = program.columns(weeks, most=np.inf)
    library, stock = program.columns(weeks, most=np.inf), program.columns(weeks)

    # Requirement × completed − units ≤ 0.
    progress = program.rows(np.zeros(len(people)))
    row_of = np.full(len(able), -1)
    row_of[people] = progress
    program.add(progress, completion, requirement[people])
    program.add(row_of[one_who], session, -best.unit_one)
    program.add(row_of[seat_who], seat, -best.unit_group)
    since_start = np.arange(1, weeks + 1)[None, :] >= world.start[people][:, None]
    person, week = np.nonzero(since_start)
    program.add(progress[person], stock[week], -best.unit_library)

    # One session a week, where both kinds would do.
    one_key, seat_key = one_who * weeks + one_week, seat_who * weeks + seat_week
    both = np.intersect1d(one_key, seat_key)
    once = program.rows(np.ones(len(both)))
    program.add(once, session[np.searchsorted(one_key, both)], 1)
    program.add(once, seat[np.searchsorted(seat_key, both)], 1)

    # Hours of the week in which the session is, with those of recruits.
    hours = program.rows(world.offered[:, replication] / QUARTERS)
    program.add(hours[one_week + world.lead], session, 1)
    for start in range(weeks):
        program.add(hours[start + world.recruit_delay:], recruits[start],
                    -world.recruit_hours / QUARTERS)

    # The library is built as far as it is paid for.
    library_rows = program.rows(np.zeros(weeks))
    program.add(library_rows, stock, 1)
    early, late = np.tril_indices(weeks)[::-1]
    program.add(library_rows[late], library[early], -100 / world.library_full)

    # Money, in USD.
    budget = program.rows(np.array([_money(plan) / 100]))
    program.add(budget, session, world.price / 100)
    program.add(budget, seat, world.workshop / world.seats / 100)
    program.add(budget, recruits, world.recruit / 100)
    program.add(budget, library, 1)
    return program.solve(f"the linear program of replication {replication}")


def splits(plan: Plan) -> list[tuple[int, ...]]:
    """The openings that C0 tries, the plan's own first, with the same measurement. [cents]"""
    openings = [tuple(plan.opening.tolist())]
    for group, library, *others in _SPLITS:
        shares = (100 - group - library - sum(others), group, library, 0, *others)
        # Weights are whole numbers: tenths of a percent.
        cents = money.split(_money(plan), np.array([round(10 * each) for each in shares]))
        cents[MEA] = plan.opening[MEA]
        openings.append(tuple(cents.tolist()))
    return openings


def fixed_splits(plan: Plan, strategy: Fixed) -> list[Fixed]:
    """The fixed total from every opening of `splits`."""
    return [Fixed(name=f"C0 {number}", days=strategy.days, opening=opening)
            for number, opening in enumerate(splits(plan))]
