"""The simulated quarter on cases worked by hand, and its logs against the ledger."""

import numpy as np
import pytest
from recorder import Recorder

from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import Log, verify
from model.budget.plan.plan import CON, GRP, LIB, MEA, MKT, ONE, REC, RED, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.state import COMPLETED, DROPPED
from model.budget.simulator.strategy import DailyCap, Freeze, Move, Release, Strategy
from model.budget.simulator.tape import draw
from model.budget.strategies.measures import metrics
from model.budget.strategies.published import Fixed, Flexible

# One cohort from week 1 whose learners always ask, for one-to-one, and always come; no noise.
CERTAIN = {
    "cohorts.start_weeks": [1], "cohorts.learners": 5, "offered.hours": 200,
    "simulation.enrolled.requirement": [4], "simulation.enrolled.exit": 0,
    "simulation.booking.chance": 1, "simulation.booking.prefers_one": 1,
    "simulation.booking.accepts_group": 0, "simulation.session.mentor_cancels": 0,
    "simulation.session.learner_cancels": 0, "simulation.session.no_show": 0,
    "simulation.library.weekly": 0, "simulation.capacity.noise": 0}


def run(strategy=None, environment="E0", replications=4, recorder=None, **changes):
    plan = load_plan(changes=CERTAIN | changes)
    tape = draw(plan, environment, range(replications), 11)
    return simulate(plan, tape, [strategy or Strategy()], recorder)[0]


class Asks(Strategy):
    """Asks for given actions at the end of given weeks."""

    def __init__(self, **by_week):
        super().__init__("asks")
        object.__setattr__(self, "by_week", {int(key[1:]): value
                                             for key, value in by_week.items()})

    def weekly(self, seen, memory):
        return [make(seen.size) for make in self.by_week.get(seen.week, ())], memory


def test_four_units_take_four_sessions_from_the_second_week_on():
    """Booked a week ahead, the first session is in week 2, the fourth in week 5; a session booked
    for week 6 is given back. Four hours at USD 75 are USD 300 a learner."""
    quarter = run()
    learners = quarter.exists.sum(axis=0)
    assert (quarter.completions == learners).all()
    assert (quarter.end_week[quarter.exists] == 5).all()
    np.testing.assert_array_equal(quarter.balances.spent[ONE], learners * 30_000)
    np.testing.assert_array_equal(quarter.weeks.booked[1:6], np.tile(learners, (5, 1)))
    np.testing.assert_array_equal(quarter.weeks.by_learner[5], learners)
    assert quarter.balances.spent[GRP].sum() == 0


def test_without_lead_time_sessions_are_held_on_the_day_they_are_booked():
    quarter = run(**{"simulation.lead_time": 0})
    assert (quarter.end_week[quarter.exists] == 4).all()


def test_library_and_measurement_are_spent_in_even_parts():
    spent = run().weeks.spent[..., 0]
    np.testing.assert_array_equal(spent[:, MEA].sum(), 1_200_000)
    assert set(np.diff(spent[:, LIB])) <= {0, 1} and spent[:, LIB].sum() == 1_200_000


def test_the_library_alone_carries_who_is_patient():
    """0.08 units × spent share by week: 0.08 × (1 + … + 13) ÷ 13 = 0.56 units in the quarter."""
    quarter = run(**{"simulation.library.weekly": 0.08, "simulation.booking.chance": 1e-6})
    np.testing.assert_allclose(quarter.progress[quarter.exists], 0.56, atol=1e-4)


def test_cancellations_and_no_shows_are_charged_as_the_policy_says():
    late = {"simulation.session.learner_cancels": 1, "simulation.session.late": 1}
    quarter = run(**late)
    sessions = quarter.weeks.by_learner.sum(axis=0)
    np.testing.assert_array_equal(quarter.balances.spent[ONE], sessions * 3750)
    early = run(**late | {"simulation.session.late": 0})
    assert early.balances.spent[ONE].sum() == 0
    absent = run(**{"simulation.session.no_show": 1})
    np.testing.assert_array_equal(absent.balances.spent[ONE],
                                  absent.weeks.no_shows.sum(axis=0) * 7500)
    assert absent.completions.sum() == 0 and absent.progress.max() == 0
    mentor = run(**{"simulation.session.mentor_cancels": 1})
    assert mentor.balances.spent[ONE].sum() == 0
    # Every booking is unserved in the end, so all drop out.
    assert (mentor.status[mentor.exists] == DROPPED).all()


def test_a_workshop_is_opened_on_the_first_request_and_filled_before_the_next():
    quarter = run(**{"simulation.booking.prefers_one": 0, "cohorts.learners": 30})
    weeks = quarter.weeks
    expected = -(-weeks.served[:, GRP] // 12)
    np.testing.assert_array_equal(weeks.workshops, expected)
    np.testing.assert_array_equal(quarter.balances.spent[GRP], 30_000 * expected.sum(axis=0))
    # Half a unit a week from week 1 on: four units in week 8.
    assert (quarter.end_week[quarter.exists] == 8).all()


def test_scarce_hours_are_refused_and_the_unserved_lose_patience():
    quarter = run(**{"offered.hours": 1, "cohorts.learners": 30})
    assert (quarter.weeks.used <= quarter.weeks.offered).all()
    assert quarter.weeks.refusals[:, 1].sum() > 0
    dropped = quarter.exists & (quarter.status == DROPPED)
    assert dropped.sum() > 0.8 * quarter.exists.sum()
    assert quarter.end_week[dropped].min() == 2


def test_money_that_is_reserved_serves_equity_learners_only_until_its_week():
    changes = {"total": 2000, "equity.floor_share": 0.3, "equity.learner_share": 0.3,
               "cohorts.learners": 12}
    quarter = run(**changes, replications=30)
    assert (quarter.balances.equity_spent[ONE] > 0).any()
    assert (metrics(quarter, Strategy())["equity_floor"] == 1).all()


def test_a_freeze_takes_no_new_bookings_and_honors_those_there_are():
    freezes = Asks(w2=[lambda size: Freeze(np.full(size, 4), np.ones(size, bool))])
    quarter = run(freezes)
    assert quarter.weeks.served[[2, 3], ONE].sum() == 0
    assert (quarter.weeks.held[2] == quarter.exists.sum(axis=0)).all()
    longer = Asks(w2=[lambda size: Freeze(np.full(size, 5), np.ones(size, bool))])
    assert (run(longer).rejections == 1).all()


def test_recruits_add_hours_after_their_delay_and_cost_whole_recruits():
    hires = Asks(w1=[lambda size: Move(CON, REC, np.full(size, 100_000), "S5")])
    quarter, plain = run(hires), run()
    more = quarter.weeks.offered - plain.weeks.offered
    # USD 1,000 pay two recruits at USD 400; 3.5 hours each from week 4 on.
    assert (quarter.balances.spent[REC] == 80_000).all()
    assert (more[:3] == 0).all() and (more[3:] == 2 * 14).all()


def test_marketing_adds_requests_and_takes_none_away():
    changes = {"simulation.booking.chance": 0.5, "cohorts.learners": 40}
    moves = Asks(w1=[lambda size: Move(CON, MKT, np.full(size, 600_000), "S5")])
    with_it, plain = run(moves, **changes), run(**changes)
    first = slice(1, 3)
    more = with_it.weeks.requests[first].sum() - plain.weeks.requests[first].sum()
    assert more > 0
    no_gain = run(moves, **changes, **{"simulation.marketing.gain": 0})
    np.testing.assert_array_equal(no_gain.status, plain.status)


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_redesign_takes_effect_after_its_delay(delay):
    """Everybody cancels until redesign, bought at the end of week 3, prevents half of it: from
    week 4 on with a delay of 0 or 1 week, from week 5 on with 2."""
    buys = Asks(w3=[lambda size: Move(CON, RED, np.full(size, 300_000))])
    quarter = run(buys, **{
        "simulation.session.learner_cancels": 1, "simulation.session.late": 0,
        "simulation.redesign.fewer": 0.5, "simulation.redesign.scale": 0.01,
        "simulation.redesign.delay": delay, "simulation.enrolled.patience": [9],
        "cohorts.learners": 30})
    held = quarter.weeks.held.sum(axis=1)
    assert (held > 0).argmax() == 2 + max(1, delay)


def test_large_moves_wait_for_a_person_and_small_ones_do_not():
    move = {"w1": [lambda size: Move(ONE, GRP, np.full(size, 700_000))]}
    quarter = run(Asks(**move))
    assert (quarter.chores["reviews"] == 1).all()
    assert (quarter.balances.outflow[ONE] == 700_000).all()
    slow = run(Asks(**move), **{"review.lag": 20})
    assert (slow.balances.outflow[ONE] == 0).all()


def test_what_is_refused_changes_nothing():
    refused = [lambda size: Move(MEA, ONE, np.full(size, 100)),
               lambda size: Move(ONE, MEA, np.full(size, 100)),
               lambda size: Move(GRP, ONE, np.full(size, 10**6), "R10"),
               lambda size: Move(ONE, GRP, np.full(size, -100)),
               lambda size: Release(np.full(size, 1)),
               lambda size: DailyCap(ONE, np.full(size, -1))]
    quarter, plain = run(Asks(w2=refused)), run()
    assert (quarter.rejections == 6).all() and (quarter.chores["reviews"] == 1).all()
    np.testing.assert_array_equal(quarter.status, plain.status)
    np.testing.assert_array_equal(quarter.balances.spent, plain.balances.spent)


@pytest.mark.parametrize("strategy", [Flexible(), Fixed()])
def test_the_log_of_a_quarter_replays_to_its_ledger_byte_for_byte(tmp_path, strategy):
    plan = load_plan(changes={"cohorts.learners": 15, "total": 30000})
    tape = draw(plan, "E4", range(3), 5)
    recorder = Recorder(plan, (0, 2))
    quarter = simulate(plan, tape, [strategy], recorder)[0]
    for lane in (0, 2):
        path = tmp_path / f"{lane}.jsonl"
        with Log.open(path) as log:
            log.append_all(recorder.entries[lane])
        assert as_bytes(replay(path)) == as_bytes(cells(quarter.balances, (lane,)))
        assert verify(path) is None
        lines = path.read_bytes().splitlines(keepends=True)
        lines[20] = lines[20].replace(b'"simulator"', b'"somebody"').replace(b'"S', b'"T', 1)
        path.write_bytes(b"".join(lines))
        assert ":21:" in verify(path)


def test_nobody_enrolled_spends_what_is_scheduled_and_has_no_rates():
    plan = load_plan(changes={"cohorts.learners": 0})
    tape = draw(plan, "E0", range(3))
    for strategy in (Strategy(), Fixed()):
        quarter = simulate(plan, tape, [strategy])[0]
        spent = quarter.balances.spent
        assert (spent[[LIB, MEA]] == 1_200_000).all()
        assert spent.sum() == 3 * 2_400_000
        found = metrics(quarter, strategy)
        assert (found["completions"] == 0).all() and (found["utilization"] == 0).all()
        for name in ("completion_rate", "cost_per_completion", "fill_rate", "satisfaction",
                     "time_to_outcome", "equity_gap"):
            assert np.isnan(found[name]).all(), name


def test_metrics_of_the_case_worked_by_hand():
    found = metrics(run(), Strategy())
    assert (found["completion_rate"] == 1).all() and (found["progress"] == 1).all()
    assert (found["time_to_outcome"] == 5).all() and (found["median_time"] == 5).all()
    assert (found["fill_rate"] == 1).all() and (found["admin_minutes"] == 0).all()
    quarter = run()
    learners = quarter.completions
    np.testing.assert_allclose(found["cost_per_completion"], (24_000 + 300 * learners) / learners)


def test_completed_means_the_requirement_is_reached():
    plan = load_plan(changes={"cohorts.learners": 20, "total": 40000})
    quarter = simulate(plan, draw(plan, "E5", range(10)), [Fixed()])[0]
    done = quarter.status == COMPLETED
    assert (quarter.progress[done] >= quarter.requirement[done] - 1e-9).all()
    assert (quarter.progress[quarter.exists & ~done] < quarter.requirement[quarter.exists & ~done]
            ).all()
