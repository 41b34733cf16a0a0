"""The strategies: pure functions of what they see, which do what their names say."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from model.budget.plan.plan import MEA, ONE, load_plan
from model.budget.simulator.quarter import simulate
from model.budget.simulator.strategy import Observation, Strategy
from model.budget.simulator.tape import draw
from model.budget.strategies.published import Daily, Drawdown, Fixed, Flexible, ablations
from model.budget.strategies.rolling import Rolling
from model.budget.strategies.tuning import SPACES, candidates, tuned_strategies

ALL = [Strategy(), Daily(), Fixed(), Flexible(), Drawdown(), Rolling()]
PLAN = load_plan(changes={"cohorts.learners": 20, "total": 42000, "offered.hours": 48})


class Spy(Strategy):
    """Does what another strategy does, and keeps what it saw and did."""

    def __init__(self, inner):
        super().__init__(inner.name)
        object.__setattr__(self, "inner", inner)
        object.__setattr__(self, "kept", [])

    def first_release(self, plan):
        return self.inner.first_release(plan)

    def memory(self, plan, size):
        return self.inner.memory(plan, size)

    def daily(self, seen, memory):
        found = self.inner.daily(seen, memory)
        self.kept.append((seen, memory, found, "daily"))
        return found

    def weekly(self, seen, memory):
        found = self.inner.weekly(seen, memory)
        self.kept.append((seen, memory, found, "weekly"))
        return found


def same(one, other):
    """Whether actions are the same in every number."""
    if len(one) != len(other):
        return False
    return all(type(a) is type(b) and all(
        np.array_equal(getattr(a, each.name), getattr(b, each.name)) for each in fields(a))
        for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("strategy", ALL, ids=lambda each: each.name)
def test_the_same_observation_gives_the_same_actions(strategy):
    spy = Spy(strategy)
    simulate(PLAN, draw(PLAN, "E3", range(5)), [spy])
    for seen, memory, (actions, _), hook in spy.kept:
        again, _ = getattr(strategy, hook)(seen, memory)
        assert same(actions, again)


def test_an_observation_holds_neither_draws_nor_what_is_hidden():
    names = {each.name for each in fields(Observation)}
    assert not names & {"tape", "draws", "requirement", "patience", "demand", "supply", "world"}
    spy = Spy(Fixed())
    simulate(PLAN, draw(PLAN, "E1", range(3)), [spy])
    for seen, _, _, hook in spy.kept:
        over = seen.week if hook == "weekly" else seen.week - 1
        assert np.isnan(seen.readings.utilization[over:]).all()
        assert np.isnan(seen.offered[seen.week + 1:]).all()
        assert not seen.requests[over:].any() and not seen.unmet[over:].any()


@pytest.mark.parametrize("strategy", ALL, ids=lambda each: each.name)
def test_another_future_changes_nothing_before_it(strategy):
    tape = draw(PLAN, "E2", range(4))
    week = 7
    order = np.random.default_rng(1).permutation(len(tape.exists))
    draws = dict(tape.draws)
    for purpose, values in draws.items():
        if values.ndim == 3:
            draws[purpose] = np.concatenate([values[:, :week], values[order][:, week:]], axis=1)
    supply = np.concatenate([tape.supply[:week], 0.7 * tape.supply[week:]])
    demand = np.concatenate([tape.demand[:week], 0.5 * tape.demand[week:]])
    other = replace(tape, draws=draws, supply=supply, demand=demand)
    kept = []
    for each in (tape, other):
        spy = Spy(strategy)
        simulate(PLAN, each, [spy])
        # The hours of a week are published one week ahead.
        kept.append([(seen.week, hook, actions) for seen, _, (actions, _), hook in spy.kept
                     if (seen.week, hook == "weekly") < (week - 1, True)])
    assert len(kept[0]) == len(kept[1])
    assert all(same(a, b) for (*_, a), (*_, b) in zip(*kept, strict=True))


def test_strategies_do_not_touch_each_other():
    tape = draw(PLAN, "E5", range(4))
    together = simulate(PLAN, tape, ALL)
    backwards = simulate(PLAN, tape, ALL[::-1])[::-1]
    for number, strategy in enumerate(ALL):
        alone = simulate(PLAN, tape, [strategy])[0]
        for other in (together[number], backwards[number]):
            np.testing.assert_array_equal(alone.status, other.status)
            np.testing.assert_array_equal(alone.balances.spent, other.balances.spent)
            np.testing.assert_array_equal(alone.transfers, other.transfers)


def test_doing_nothing_moves_nothing_and_the_fixed_total_takes_from_lower_priorities_only():
    nothing, fixed = simulate(PLAN, draw(PLAN, "E0", range(20)), [Strategy(), Fixed()])
    assert nothing.transfers.sum() == 0 and fixed.transfers.sum() > 0
    for source, destination in zip(*np.nonzero(fixed.transfers.sum(axis=2)), strict=True):
        order = PLAN.by_priority
        assert order.index(source) > order.index(destination)
        assert MEA not in (source, destination)
    assert fixed.completions.mean() >= nothing.completions.mean()


def test_a_day_under_micromanagement_never_costs_more_than_its_cap():
    spy = Spy(Daily())
    simulate(PLAN, draw(PLAN, "E0", range(6)), [spy])
    days = [(seen, actions) for seen, _, (actions, _), hook in spy.kept if hook == "daily"]
    for (seen, actions), (later, _) in pairwise(days):
        cap = next(action.cents for action in actions if getattr(action, "bucket", None) == ONE)
        if later.week == seen.week:
            taken = later.balances.committed[ONE] + later.balances.spent[ONE] \
                - seen.balances.committed[ONE] - seen.balances.spent[ONE]
            assert (taken <= cap).all()


def test_drawdown_starts_with_its_advance_and_ends_below_the_total():
    spy = Spy(Drawdown())
    quarter = simulate(PLAN, draw(PLAN, "E0", range(6)), [spy])[0]
    first = spy.kept[0][0].balances.released_total
    assert (first == PLAN.total // 2).all()
    released = np.array([seen.balances.released_total for seen, *_ in spy.kept])
    assert (np.diff(released, axis=0) >= 0).all() and released.max() <= PLAN.total
    assert (released[-1] > first).all()
    starved = simulate(PLAN, draw(PLAN, "E0", range(6)), [Drawdown(advance=0.3)])[0]
    assert starved.completions.mean() < quarter.completions.mean()


def test_rules_without_their_trigger_leave_the_flexible_envelope_a_fixed_total():
    tape = draw(PLAN, "E0", range(6))
    every = ("R10", "R11", "R12", "R13", "R17")
    none, fixed = simulate(PLAN, tape, [Flexible(without=every), Fixed()])
    np.testing.assert_array_equal(none.status, fixed.status)
    assert {each.without for each in ablations(PLAN, Flexible())} >= {(rule,) for rule in every}



def test_every_strategy_is_tuned_with_the_same_budget_and_the_settings_are_among_its_candidates():
    assert len({len(candidates(name)) for name in SPACES}) == 1
    found = tuned_strategies()
    for name in SPACES:
        assert found[name] in candidates(name)
