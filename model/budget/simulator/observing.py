"""What a strategy may see of a simulated quarter: nothing that lies ahead."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from model.analysis.division import ratio
from model.budget.accounts.balances import Balances
from model.budget.simulator.actions import Observation
from model.budget.simulator.record import ACTIVE, COMPLETED
from model.budget.simulator.tape import DAYS
from model.budget.simulator.world import QUARTERS


def observation(state, number: int, lanes: slice, week: int, day: int,
                expected: Balances) -> Observation:
    """What the strategy of some lanes may see: copies and views of the present and the past.

    `expected` are all lanes' balances with what waits for approval already moved.
    """
    plan, over = state.world.plan, week if day >= DAYS else week - 1
    offered = state.offered[:plan.weeks, lanes] / QUARTERS
    booked = offered - state.hours[:plan.weeks, lanes] / QUARTERS
    unknown = np.arange(plan.weeks) >= week + state.world.lead
    offered[unknown], booked[unknown] = np.nan, np.nan
    # What ends with a week stays as it is until the next one ends.
    if state.seen.get(number, (None,))[0] != over:
        state.seen[number] = over, _of_weeks(state, lanes, over)
    balances = sliced(state.books.balances, lanes)
    return Observation(
        plan=state.believed, week=week, day=day, balances=balances,
        expected=balances if expected is state.books.balances else sliced(expected, lanes),
        offered=offered, booked_hours=booked,
        season=state.world.tape.season[:, state.columns[lanes]],
        frozen_until=state.desk.frozen_until[lanes], **state.seen[number][1])


def _of_weeks(state, lanes: slice, over: int) -> dict:
    """What is known of the weeks that are over."""
    weeks = state.weeks
    active = state.status[:, lanes] == ACTIVE
    after = state.world.verified_after[:, state.columns[lanes]]
    done = np.where(state.status[:, lanes] == COMPLETED, state.ended[:, lanes], 0)
    count = active.sum(axis=0)

    def so_far(values: np.ndarray) -> np.ndarray:
        found = values[..., lanes].copy()
        found[over:] = 0
        return found

    def verified(since: np.ndarray) -> np.ndarray:
        return ((since > 0) & (since + after <= over)).sum(axis=0)

    return {
        "readings": weeks.readings(state.world, over, lanes), "active": count,
        "requests": so_far(weeks.requests), "unmet": so_far(weeks.unmet),
        "taken": so_far(weeks.taken), "workshops": so_far(weeks.workshops),
        "progress": ratio((active * state.progress[:, lanes]).sum(axis=0), count.astype(float)),
        "milestones": verified(state.halfway[:, lanes]), "completions": verified(done)}


def sliced(balances: Balances, lanes: slice) -> Balances:
    """The balances of some lanes."""
    return Balances(**{each.name: getattr(balances, each.name)[..., lanes]
                       for each in fields(balances)})
