"""What no strategy can exceed on a tape, and the best fixed split in hindsight.

U1 is a knapsack, U2 a linear program with perfect information (SciPy's HiGHS). Both grant full
marketing, redesign and a free choice of who is served; U1 also unlimited hours. Perfect knowledge
of who comes makes both loose, so a share of them is no regret to the best possible.
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
# What C0 tries, in percent of what measurement leaves: workshops, library, marketing, recruiting
# and contingency; the rest is one-to-one. 385 splits, with marketing of 0 to 8% and a library of
# 3 to 14%, were tried on the training tapes of `tuning`; these, with the plan's own, reach 99.95%
# of what the best of all of them reached on each tape.
_SPLITS = (
    (13, 11, 4, 3, 0), (17, 3, 0, 3, 0), (17, 3, 0, 6, 0), (17, 3, 0, 6, 6), (17, 3, 4, 6, 0),
    (17, 11, 0, 1.5, 0), (17, 11, 0, 3, 0), (17, 11, 0, 6, 0), (17, 11, 4, 3, 0), (17, 11, 4, 6, 0),
    (17, 11, 8, 0, 0), (17, 11, 8, 1.5, 0), (17, 11, 8, 3, 0), (17, 11, 8, 6, 0),
    (17, 14, 8, 1.5, 0), (19, 12, 0, 1.5, 0), (19, 12, 0, 3, 0), (19, 12, 4, 1.5, 0),
    (19, 12, 4, 3, 0), (19, 12, 8, 1.5, 0), (19, 14, 0, 1.5, 0), (22, 3, 0, 3, 0),
    (22, 3, 0, 3, 6), (22, 3, 0, 6, 6), (22, 3, 4, 6, 0), (22, 11, 4, 0, 6), (22, 12, 0, 0, 0),
    (22, 12, 0, 1.5, 0), (22, 12, 0, 3, 0), (22, 12, 4, 0, 0), (22, 12, 4, 3, 0),
    (22, 12, 8, 1.5, 0), (22, 14, 4, 1.5, 0), (22, 14, 8, 0, 0), (28, 3, 0, 3, 0))


@dataclass(frozen=True)
class Chances:
    """What each learner could at best attend, (learner, week, replication): one-to-one, workshop;
    units by a session, and by the library in each week; and who could complete at all."""

    one: np.ndarray
    group: np.ndarray
    unit_one: float
    unit_group: float
    unit_library: float
    weeks: np.ndarray


def chances(world: World) -> Chances:
    """Best-case attendance on a tape."""
    plan, tape, draws = world.plan, world.tape, world.tape.draws
    fewer, more = 1 - world["redesign.fewer"], 1 + world["redesign.more"]
    number = np.arange(1, plan.weeks + 1)[None, :, None]
    begun = tape.exists[:, None] & (number >= world.start[:, None, None])
    asks = begun & (draws["booking"] < world["booking.chance"] * tape.demand
                    + world["marketing.gain"])
    comes = asks & (draws["no_show"] >= world["session.no_show"] * fewer)
    kept = (draws["mentor"] >= world["session.mentor_cancels"] * fewer) \
        & (draws["learner"] >= world["session.learner_cancels"] * fewer)
    prefers = draws["preference"] < tape.prefers_one
    accepts = draws["acceptance"] < world["booking.accepts_group"]
    in_time = number + world.lead <= plan.weeks
    return Chances(comes & kept & prefers & in_time, comes & (~prefers | accepts),
                   world["units.one"] * more, world["units.workshop"] * more,
                   world["library.weekly"], begun.sum(axis=1))


def knapsack(world: World) -> np.ndarray:
    """U1: completions where the cheapest learners are paid for first. (replication,)"""
    found = chances(world)
    # A week in which both would do counts once, so sessions of both kinds share their weeks.
    both = (found.one | found.group).sum(axis=1)
    need = world.requirement - found.unit_library * found.weeks - _SLACK
    cost = np.full(need.shape, np.inf)
    seat = world.workshop / world.seats
    for ones in range(world.plan.weeks + 1):
        seats = np.maximum(0, np.ceil((need - ones * found.unit_one) / found.unit_group))
        able = (ones <= found.one.sum(axis=1)) & (seats <= found.group.sum(axis=1)) \
            & (ones + seats <= both) & world.tape.exists
        cost = np.where(able, np.minimum(cost, ones * world.price + seats * seat), cost)
    cost = np.sort(cost, axis=0)
    left = world.plan.total - int(world.plan.opening[MEA])
    before = np.cumsum(np.where(np.isfinite(cost), cost, 0), axis=0) - np.where(
        np.isfinite(cost), cost, 0)
    part = np.where(np.isfinite(cost), np.clip((left - before) / np.maximum(cost, 1), 0, 1), 0)
    return part.sum(axis=0)


def clairvoyant(world: World, replications: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """U2 of some replications, and its budget dual: completions that one more USD would bring at
    most. A dual of 0 says that the tape does not test budgeting. Both (len(replications),)."""
    found = chances(world)
    solved = [_program(world, found, replication) for replication in replications]
    return (np.array([value for value, _ in solved]),
            np.array([dual for _, dual in solved]))


def _program(world: World, found: Chances, replication: int) -> tuple[float, float]:
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix

    plan, weeks = world.plan, world.plan.weeks
    one, group = found.one[..., replication], found.group[..., replication]
    able = world.tape.exists[:, replication] & (
        np.where(one, found.unit_one, np.where(group, found.unit_group, 0)).sum(axis=1)
        + found.unit_library * found.weeks[:, replication]
        >= world.requirement[:, replication] - _SLACK)
    people = np.flatnonzero(able)
    if not len(people):
        return 0.0, 0.0
    row_of = np.full(len(able), -1)
    row_of[people] = np.arange(len(people))
    who1, week1 = np.nonzero(one & able[:, None])
    whog, weekg = np.nonzero(group & able[:, None])
    n, first, second = len(people), len(who1), len(whog)
    # Columns: completed, one-to-one, seats, recruits, library money, how far it is built; by week.
    at1, atg, atr = n, n + first, n + first + second
    atl, atf, end = atr + weeks, atr + 2 * weeks, atr + 3 * weeks
    rows: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    values: list[np.ndarray] = []
    bound: list[float] = []

    def add(row, column, value) -> None:
        row, column, value = np.broadcast_arrays(row, column, value)
        rows.append(row)
        columns.append(column)
        values.append(value.astype(float))

    # Progress: requirement × completed − units ≤ 0.
    add(np.arange(n), np.arange(n), world.requirement[people, replication])
    add(row_of[who1], at1 + np.arange(first), -found.unit_one)
    add(row_of[whog], atg + np.arange(second), -found.unit_group)
    begun = np.arange(1, weeks + 1)[None, :] >= world.start[people][:, None]
    person, week = np.nonzero(begun)
    add(person, atf + week, -found.unit_library)
    bound += [0.0] * n
    # One session a week: where both kinds would do.
    key1, keyg = who1 * weeks + week1, whog * weeks + weekg
    shared = np.intersect1d(key1, keyg)
    at = len(bound)
    add(at + np.arange(len(shared)), at1 + np.searchsorted(key1, shared), 1)
    add(at + np.arange(len(shared)), atg + np.searchsorted(keyg, shared), 1)
    bound += [1.0] * len(shared)
    # Hours of the session week, with those of recruits.
    at = len(bound)
    session = week1 + world.lead
    add(at + session, at1 + np.arange(first), 1)
    for hired in range(weeks):
        later = np.arange(hired + world.recruit_delay, weeks)
        add(at + later, atr + hired, -world.recruit_hours / QUARTERS)
    bound += (world.offered[:, replication] / QUARTERS).tolist()
    # The library is built as far as it is paid for.
    at = len(bound)
    add(at + np.arange(weeks), atf + np.arange(weeks), 1)
    early, late = np.tril_indices(weeks)[::-1]
    add(at + late, atl + early, -100 / world.library_full)
    bound += [0.0] * weeks
    # Money, in USD.
    at = len(bound)
    add(at, at1 + np.arange(first), world.price / 100)
    add(at, atg + np.arange(second), world.workshop / world.seats / 100)
    add(at, atr + np.arange(weeks), world.recruit / 100)
    add(at, atl + np.arange(weeks), 1)
    bound.append((plan.total - int(plan.opening[MEA])) / 100)
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
                        shape=(len(bound), end)).tocsr()
    upper = np.ones(end)
    upper[atr:atf] = np.inf
    worth = np.zeros(end)
    worth[:n] = -1
    solved = linprog(worth, A_ub=matrix, b_ub=bound, method="highs",
                     bounds=np.stack([np.zeros(end), upper], axis=1))
    if not solved.success:
        raise ArithmeticError(f"the linear program of replication {replication} has no solution: "
                              f"{solved.message}")
    return float(-solved.fun), float(-solved.ineqlin.marginals[-1])


def splits(plan: Plan) -> list[tuple[int, ...]]:
    """Fixed openings that C0 tries, measurement as planned and the first altogether as planned.
    [cents by bucket]"""
    mea = int(plan.opening[MEA])
    found = [tuple(plan.opening.tolist())]
    for group, library, marketing, recruiting, contingency in _SPLITS:
        one = 100 - group - library - marketing - recruiting - contingency
        shares = (one, group, library, 0, contingency, marketing, recruiting, 0)
        # Weights are whole numbers: tenths of a percent.
        cents = money.split(plan.total - mea, np.array([round(10 * each) for each in shares]))
        cents[MEA] = mea
        found.append(tuple(cents.tolist()))
    return found


def fixed_splits(plan: Plan, tuned: Fixed) -> list[Fixed]:
    """The fixed total from every split of the grid."""
    return [Fixed(name=f"C0 {number}", days=tuned.days, opening=opening)
            for number, opening in enumerate(splits(plan))]


def bounds_of(plan: Plan, tape: Tape, replications: Sequence[int] = ()) -> dict[str, np.ndarray]:
    """U1 of every replication; U2 and its dual of some, NaN elsewhere; and what is below both."""
    made = world(plan, tape)
    first = knapsack(made)
    second, dual = np.full(first.shape, np.nan), np.full(first.shape, np.nan)
    if len(replications):
        second[list(replications)], dual[list(replications)] = clairvoyant(made, replications)
    return {"U1": first, "U2": second, "dual": dual, "bound": np.fmin(first, second)}
