"""Common random numbers: drawn before any strategy, each in its own place, the same from a seed."""

import numpy as np
import pytest

from model.budget.plan.plan import load_plan
from model.budget.simulator.tape import DAYS, ENVIRONMENTS, draw, one_tape

PLAN = load_plan(changes={"cohorts.learners": 8})


@pytest.fixture(scope="module")
def tape():
    return draw(PLAN, "E0", range(6), 7)


def test_a_seed_gives_the_same_tapes_and_another_gives_others(tape):
    again = draw(PLAN, "E0", range(6), 7)
    assert again.hashes == tape.hashes
    for purpose, values in tape.draws.items():
        np.testing.assert_array_equal(values, again.draws[purpose])
    assert not set(draw(PLAN, "E0", range(6), 8).hashes) & set(tape.hashes)
    assert not set(draw(PLAN, "E1", range(6), 7).hashes) & set(tape.hashes)


def test_a_replication_depends_on_its_number_only(tape):
    alone = draw(PLAN, "E0", range(4, 5), 7)
    assert alone.hashes == tape.hashes[4:5]
    assert alone.exists.sum() == tape.exists[:, 4].sum()
    np.testing.assert_array_equal(alone.supply[:, 0], tape.supply[:, 4])
    mine = alone.draws["booking"].reshape(4, alone.slots, 13)
    whole = tape.draws["booking"][..., 4].reshape(4, tape.slots, 13)
    np.testing.assert_array_equal(mine, whole[:, :alone.slots])


def test_no_assumption_shifts_a_draw(tape):
    changed = load_plan(changes={"cohorts.learners": 8, "simulation.marketing.gain": 0.12,
                                 "simulation.session.no_show": 0.2, "prices.one_hour": 90})
    assert draw(changed, "E0", range(6), 7).hashes == tape.hashes


def test_every_learner_has_one_place_in_the_days_of_a_week(tape):
    for first in (False, True):
        orders = [tape.requests(3, day, first) for day in range(DAYS)]
        for replication in range(6):
            found = np.concatenate([order[:, replication] for order in orders])
            found = sorted(found[found >= 0])
            assert found == np.flatnonzero(tape.exists[:, replication]).tolist()


def test_equity_learners_come_first_where_asked_and_else_by_arrival(tape):
    arrival = tape.draws["arrival"][:, 2, 0]
    order = tape.requests(2, 1, False)[:, 0]
    assert (np.diff(arrival[order[order >= 0]]) >= 0).all()
    for replication in range(6):
        order = tape.requests(2, 1, True)[:, replication]
        reserved = tape.under_floor[order[order >= 0], replication]
        assert (np.diff(reserved.astype(int)) <= 0).all()


def test_environments_differ_in_what_they_say_they_do():
    tapes = {name: draw(PLAN, name, range(40), 7) for name in ENVIRONMENTS}
    assert (tapes["E0"].demand == 1).all() and (tapes["E0"].season == 1).all()
    np.testing.assert_array_equal(tapes["E1"].demand, tapes["E1"].season)
    assert tapes["E1"].season.min() < 0.6 < 1.1 < tapes["E1"].season.max()
    # Forecasters do not know of a drift, a low demand, a shock or a shift.
    assert all((tapes[name].season == 1).all() for name in ("E2", "E3", "E4", "E5"))
    assert tapes["E2"].demand.std() > 0.1
    np.testing.assert_allclose(tapes["E4"].demand, 0.72)
    np.testing.assert_allclose(tapes["E5"].prefers_one[[0, 12], 0], [0.7, 0.45])
    ratio = tapes["E3"].supply / np.where(tapes["E3"].supply < 0.8, 0.65, 1)
    assert abs(ratio.mean() - 1) < 0.02
    assert (tapes["E3"].supply[:2] > 0.8).all() and (tapes["E3"].supply[7:] < 0.8).all()


def test_enrolment_is_poisson_and_nobody_enrols_where_none_is_planned():
    counts = draw(PLAN, "E0", range(400), 3).exists.reshape(4, -1, 400).sum(axis=1)
    assert abs(counts.mean() - 8) < 0.3 and abs(counts.var() - 8) < 1.2
    nobody = load_plan(changes={"cohorts.learners": 0})
    assert not draw(nobody, "E0", range(5), 3).exists.any()


def test_tapes_side_by_side_are_those_tapes():
    one, other = draw(PLAN, "E1", range(3), 7), draw(PLAN, "E4", range(2), 7)
    both = one_tape([one, other])
    assert both.hashes == one.hashes + other.hashes and both.replications == 5
    assert both.exists.sum() == one.exists.sum() + other.exists.sum()
    np.testing.assert_array_equal(both.season[:, 3:], other.season)
    assert both.under_floor.sum() == one.under_floor.sum() + other.under_floor.sum()
