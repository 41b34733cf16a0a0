"""Bounds that no strategy exceeds, on cases worked by hand and on random ones."""

import numpy as np
import pytest

from model.budget.plan.plan import LIB, MEA, MKT, REC, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import ENVIRONMENTS, draw
from model.budget.simulator.world import world
from model.budget.strategies import bounds
from model.budget.strategies.published import Daily, Drawdown, Fixed, Flexible
from model.budget.strategies.rolling import Rolling

# Every learner of the one cohort needs four hours, always asks and always comes.
CERTAIN = {
    "cohorts.start_weeks": [1], "cohorts.learners": 10, "offered.hours": 200, "total": 1250,
    "simulation.enrolled.requirement": [4], "simulation.booking.chance": 1,
    "simulation.booking.prefers_one": 1, "simulation.booking.accepts_group": 0,
    "simulation.session.mentor_cancels": 0, "simulation.session.learner_cancels": 0,
    "simulation.session.no_show": 0, "simulation.library.weekly": 0,
    "simulation.redesign.more": 0, "simulation.capacity.noise": 0}


def test_money_for_so_many_learners_bounds_completions_by_hand():
    """USD 1,250 less measurement of USD 125 pay 3.75 learners at four hours of USD 75."""
    plan = load_plan(changes=CERTAIN)
    made = world(plan, draw(plan, "E0", range(3)))
    np.testing.assert_allclose(bounds.knapsack(made), 3.75)
    second, dual = bounds.clairvoyant(made, range(3))
    np.testing.assert_allclose(second, 3.75)
    # One more USD would bring 1 ÷ 300 of a completion.
    np.testing.assert_allclose(dual, 1 / 300)


def test_workshops_bound_by_their_seats():
    """Eight seats of half a unit at USD 300 ÷ 12 are USD 200 a learner."""
    plan = load_plan(changes=CERTAIN | {"simulation.booking.prefers_one": 0})
    made = world(plan, draw(plan, "E0", range(2)))
    expected = np.minimum(made.tape.exists.sum(axis=0), 1125 / 200)
    np.testing.assert_allclose(bounds.knapsack(made), expected)
    np.testing.assert_allclose(bounds.clairvoyant(made, range(2))[0], expected)


def test_hours_bound_the_linear_program_only():
    """Without recruits, 9 hours in all serve 2.25 learners; money would serve all."""
    plan = load_plan(changes=CERTAIN | {"total": 100_000, "offered.hours": 1,
                                        "offered.profile": [0] + [0.75] * 12,
                                        "simulation.recruiting.hours": 0})
    made = world(plan, draw(plan, "E0", range(2)))
    people = made.tape.exists.sum(axis=0)
    np.testing.assert_allclose(bounds.knapsack(made), people)
    second, dual = bounds.clairvoyant(made, range(2))
    np.testing.assert_allclose(second, 2.25)
    np.testing.assert_allclose(dual, 0, atol=1e-12)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_strategy_exceeds_a_bound(environment):
    plan = load_plan(changes={"cohorts.learners": 20, "total": 30000, "offered.hours": 45})
    tape = draw(plan, environment, range(6))
    found = bounds.bounds_of(plan, tape, range(6))
    rich = [Fixed(name=str(number), opening=each.opening)
            for number, each in enumerate(bounds.fixed_splits(plan, Fixed())[::6])]
    for quarter in simulate(plan, tape, [Strategy(), Daily(), Fixed(), Flexible(), Drawdown(),
                                         Rolling(), *rich]):
        assert (quarter.completions <= found.knapsack + 1e-6).all()
        assert (quarter.completions <= found.program + 1e-6).all()


def test_more_money_never_lowers_a_bound():
    values = []
    for total in (8_000, 16_000, 32_000):
        plan = load_plan(changes={"cohorts.learners": 15, "total": total})
        found = bounds.bounds_of(plan, draw(plan, "E0", range(3)), range(3))
        values.append((found.knapsack, found.program))
    assert (np.diff(values, axis=0) >= -1e-9).all() and (values[2][1] > values[0][1]).all()


def test_every_split_of_hindsight_is_the_whole_total_with_measurement_as_planned():
    plan = load_plan()
    found = bounds.splits(plan)
    assert found[0] == tuple(plan.opening) and len(set(found)) == len(found)
    for split in found:
        assert sum(split) == plan.total and split[MEA] == plan.opening[MEA] and min(split) >= 0


def test_hindsight_may_buy_whatever_the_hybrid_may_buy():
    """Else S5 would be measured against splits without its own levers."""
    found = np.array(bounds.splits(load_plan()))
    for bucket in Rolling().levers:
        assert len(set(found[:, bucket])) >= 3
    assert ((found[:, MKT] > 0) & (found[:, REC] > 0)).any() and len(set(found[:, LIB])) >= 4
