"""What no run breaks, whatever a strategy asks for; and what relabelling and scale leave alone."""

import numpy as np
import pytest
from budget_runs import Hostile, Watch, ended, hostile_runs, random_plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorder import Recorder

from model.budget.accounts import posting
from model.budget.accounts.balances import open_balances
from model.budget.accounts.ledger import as_bytes, cells, replay
from model.budget.accounts.log import Log
from model.budget.plan.plan import load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Strategy
from model.budget.simulator.tape import draw
from model.budget.simulator.world import world
from model.budget.strategies.published import Daily, Drawdown, Fixed, Flexible
from model.budget.strategies.rolling import Rolling

OURS = (Fixed(), Flexible(), Daily(), Drawdown(), Rolling())


@settings(max_examples=8, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=1000, max_value=10**6))
def test_no_run_breaks_an_invariant(seed):
    runs, broken = hostile_runs(seed, strategies=8, replications=4, others=OURS)
    assert runs == 52 and not broken


def test_hostile_strategies_are_both_obeyed_and_refused():
    plan = random_plan(4)
    tape = draw(plan, "E0", range(10))
    quarters = simulate(plan, tape, [Hostile(seed=number) for number in range(10)])
    assert sum(quarter.transfers.sum() for quarter in quarters) > 0
    assert all(quarter.rejections.sum() > 0 for quarter in quarters)


@pytest.mark.parametrize(("name", "change"), [
    ("I1", lambda now: {"planned": now.planned + 1}),
    ("I2", lambda now: {"spent": now.spent + now.planned + 1}),
    ("I3", lambda now: {"spent": now.spent * 0}),
    ("I4", lambda now: {"outflow": now.opening // 4}),
    ("I5", lambda now: {"rule_a_outflow": now.opening[0] // 9 + 10}),
    ("I6", lambda now: {"equity_floor": now.opening + 10**9})])
def test_a_broken_invariant_is_seen(name, change):
    """Ledgers that are wrong on purpose."""
    from dataclasses import replace

    watch = Watch()

    def spoiled(state, week, day):
        if (week, day) == (6, 2):
            watch.expect("clean so far", not watch.broken)
            kept = state.books.balances
            state.books.balances = replace(kept, **change(kept))
            watch(state, week, day)
            state.books.balances = kept
        else:
            watch(state, week, day)

    plan = load_plan(changes={"cohorts.learners": 10, "total": 20000})
    simulate(plan, draw(plan, "E0", range(2)), [Fixed()], watch=spoiled)
    assert name in watch.broken and "clean so far" not in watch.broken


def test_the_end_of_a_quarter_is_looked_at_too():
    plan = load_plan(changes={"cohorts.learners": 10, "total": 20000})
    quarter = simulate(plan, draw(plan, "E0", range(2)), [Fixed()])[0]
    assert not ended(quarter, np.full(2, 1e9))
    assert ended(quarter, np.zeros(2)) == {"I14"}


def test_logs_of_hostile_runs_replay_to_the_byte(tmp_path):
    plan = random_plan(8)
    tape = draw(plan, "E3", range(3))
    recorder = Recorder(plan, (1, 5))
    quarters = simulate(plan, tape, [Hostile(seed=1, advance=0.5), Hostile(seed=2)], recorder)
    for lane, balances in ((1, quarters[0].balances), (5, quarters[1].balances)):
        path = tmp_path / f"{lane}.jsonl"
        with Log.open(path) as log:
            log.append_all(recorder.entries[lane])
        at = (lane % 3,)
        assert as_bytes(replay(path)) == as_bytes(cells(balances, at))
        kinds = {entry["kind"] for entry in recorder.entries[lane]}
        assert {"open", "rejected", "commit", "settle", "spend", "close"} <= kinds


def test_relabelled_learners_have_the_same_quarter_in_another_order():
    from dataclasses import replace

    plan = load_plan(changes={"cohorts.learners": 15, "total": 30000, "offered.hours": 40})
    tape = draw(plan, "E0", range(4))
    order = np.concatenate([cohort * tape.slots + np.random.default_rng(cohort).permutation(
        tape.slots) for cohort in range(tape.cohorts)])
    draws = {name: values[order] if len(values) == len(order) else values
             for name, values in tape.draws.items()}
    other = replace(tape, draws=draws, exists=tape.exists[order])
    for one, two in zip(simulate(plan, tape, OURS), simulate(plan, other, OURS), strict=True):
        np.testing.assert_array_equal(one.status[order], two.status)
        np.testing.assert_array_equal(one.balances.spent, two.balances.spent)


def test_ten_times_the_money_at_ten_times_the_prices_decides_the_same():
    changes = {"cohorts.learners": 15, "total": 39000}
    plan = load_plan(changes=changes)
    scaled = {path: 10 * plan[path] for path, entry in plan.entries.items()
              if entry.unit.startswith("USD")}
    # The cent does not scale, so what is split must come out even: 39,000 by 13 weeks.
    large = load_plan(changes=changes | scaled)
    for strategy in (Strategy(), Fixed()):
        one, ten = (simulate(each, draw(each, "E0", range(5)), [strategy])[0]
                    for each in (plan, large))
        np.testing.assert_array_equal(one.status, ten.status)
        np.testing.assert_array_equal(10 * one.balances.spent, ten.balances.spent)


def test_the_world_of_a_plan_holds_whole_cents_and_quarter_hours():
    plan = load_plan()
    made = world(plan, draw(plan, "E0", range(2)))
    assert made.price == 7500 and made.workshop == 30_000 and made.late_charge == 3750
    assert made.recruit_hours == 14 and made.offered.dtype == np.int64


def test_a_lane_posts_as_one_programme_does():
    """Balances of many lanes and of one go through the same functions to the same cents."""
    plan = load_plan()
    many, one = open_balances(plan, (3,)), open_balances(plan)
    for bucket, cents in ((0, 7500), (1, 30_000), (2, 123_457)):
        many = posting.spend(many, bucket, np.array([0, cents, 1])).balances
        one = posting.spend(one, bucket, cents).balances
    assert cells(many, (1,)) == cells(one)
