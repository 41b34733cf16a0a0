"""Rules fire exactly where they say: thresholds, runs, order, warm-up, freezes, and amounts."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import open_balances
from model.budget.plan.plan import CON, GRP, LIB, MEA, MKT, ONE, REC, RED, load_plan
from model.budget.plan.schema import BUCKETS
from model.budget.steering import rules
from model.budget.steering.proposals import doubts, proposals
from model.budget.steering.rules import evaluate
from model.budget.steering.week_end import Readings, WeekEnd, open_state

PLAN = load_plan()
WEEKS, COHORTS = 13, 4
# Readings without an axis for replications.
OF_COHORTS = ("cohort_start", "cohort_end", "cohorts")


def calm(shape=(), weeks=WEEKS):
    """Readings in which nothing fires."""
    week, cohort = (weeks, *shape), (weeks, COHORTS, *shape)
    return Readings(
        utilization=np.full(week, 0.9), booked=np.full(week, 80.0),
        canceled_by_mentor=np.full(week, 2.0), canceled_by_learner=np.full(week, 3.0),
        cohort_start=np.array([1, 2, 3, 4]), cohort_utilization=np.full(cohort, 0.9),
        cohort_active=np.full(cohort, 50.0), cohort_size=np.full(cohort, 56.0),
        on_track=np.full(cohort, 0.88), cost_per_completion=np.full(week, 900.0))


def with_weeks(name, values, base=None):
    """Readings with other values in some weeks: {week: value}."""
    base = base or calm()
    array = getattr(base, name).copy()
    for week, value in values.items():
        array[week - 1] = value
    return replace(base, **{name: array})


def fired(week, readings, plan=PLAN, balances=None, state=None):
    """What fires in a week, as (rule, kind, source, destination, cents)."""
    outcome = evaluate(WeekEnd(plan, week, readings, balances or on_plan(plan, week),
                       state or open_state()))
    return [(f.rule, f.kind, f.source, f.destination, int(f.cents)) for f in outcome.firings]


def on_plan(plan, week):
    """Balances with one-to-one money spent as planned, so that no hours are unused."""
    most = int(plan.opening[ONE] - plan.equity_floor[ONE])
    return posting.spend(open_balances(plan), ONE, min(most, int(plan.to_date[week, ONE]))).balances


RULE_A = ("R10", "move", ONE, MKT, 660_000)


def test_nothing_fires_in_a_calm_quarter():
    for week in range(1, WEEKS + 1):
        balances = on_plan(PLAN, week)
        assert [f for f in fired(week, calm(), balances=balances) if f[0] != "R17"] == []


# R10, rule A --------------------------------------------------------------------------------------

@pytest.mark.parametrize(("low", "week", "fires"), [
    ({5: 0.7499, 6: 0.7499}, 6, True),
    ({5: 0.75, 6: 0.75}, 6, False),
    ({5: 0.75 - 1e-12, 6: 0.7}, 6, False),
    ({6: 0.5}, 6, False),
    ({4: 0.5, 6: 0.5}, 6, False),
    ({4: 0.5, 5: np.nan, 6: 0.5}, 6, False),
    ({3: 0.5, 4: 0.5}, 4, False),
    ({1: 0.5, 2: 0.5, 3: 0.5}, 3, False),
    ({4: 0.5, 5: 0.5}, 5, True),
    ({8: 0.5, 9: 0.5}, 9, True),
])
def test_rule_a_needs_two_reported_weeks_in_a_row_below_and_after_the_warm_up(low, week, fires):
    found = fired(week, with_weeks("utilization", low), state=done())
    assert found == ([RULE_A] if fires else [])


def done():
    """The state in which unused hours have moved already."""
    return replace(open_state(), r17_is_over=np.array(True))


def test_rule_a_fires_once_its_money_has_moved_and_its_mark_is_a_tenth():
    low, balances = with_weeks("utilization", dict.fromkeys(range(4, 14), 0.5)), on_plan(PLAN, 5)
    assert fired(5, low, balances=balances, state=done()) == [RULE_A]
    posted = moves.make(PLAN, balances, ONE, MKT, 660_000, rule="R10", approval_day=0)
    assert posted.accepted
    for week in range(6, 14):
        assert fired(week, low, balances=posted.balances, state=done()) == []


def test_rule_a_splits_between_marketing_and_recruiting():
    plan = load_plan("base", {"rule_a.recruiting_share": 0.4})
    low = with_weeks("utilization", {5: 0.5, 6: 0.5})
    assert fired(6, low, plan, state=done()) == [
        ("R10", "move", ONE, MKT, 396_000), ("R10", "move", ONE, REC, 264_000)]


def test_a_missing_week_is_told():
    end = WeekEnd(PLAN, 6, with_weeks("utilization", {6: np.nan}), on_plan(PLAN, 6), done())
    outcome = evaluate(end)
    assert set(outcome.unknown) == {"R10"}
    assert "could not be judged in week 6" in doubts(outcome, end)[0]


# R11, R12, R17 ------------------------------------------------------------------------------------

@pytest.mark.parametrize(("mentor", "learner", "cents"), [
    (6, 3, 80_000), (8, 0, None), (9, 0, 120_000), (0, 9, None), (1, 8, 13_333)])
def test_cancellations_above_a_tenth_pay_a_push_in_proportion_to_mentors(mentor, learner, cents):
    seen = with_weeks("canceled_by_learner", {5: learner},
                      with_weeks("canceled_by_mentor", {5: mentor}))
    assert fired(5, seen) == ([] if cents is None else [("R11", "move", CON, REC, cents)])


def test_a_week_without_bookings_gives_no_rate_and_is_told():
    outcome = evaluate(WeekEnd(PLAN, 5, with_weeks("booked", {5: 0}), on_plan(PLAN, 5), done()))
    assert not outcome.firings and set(outcome.unknown) == {"R11"}


def test_an_idle_cohort_gives_its_part_within_the_cap():
    rates = np.array([0.9, 0.69, 0.7, np.nan])
    active = np.array([50, 10, 50, 0])
    seen = with_weeks("cohort_active", {5: active}, with_weeks("cohort_utilization", {5: rates}))
    left = int(on_plan(PLAN, 5).available[ONE])
    assert fired(5, seen) == [("R12", "move", ONE, LIB, left * 10 // 110)]
    seen = with_weeks("cohort_utilization", {5: np.full(COHORTS, 0.1)})
    assert fired(5, seen) == [("R12", "move", ONE, LIB, 1_320_000)]
    seen = with_weeks("cohort_utilization", {3: np.full(COHORTS, 0.1)})
    assert fired(3, seen) == []


def test_unused_hours_move_once_in_week_six_in_whole_quarters_of_an_hour():
    balances = posting.spend(open_balances(PLAN), ONE, 3_000_000).balances
    unused = int(PLAN.to_date[6, ONE]) - 3_000_000
    assert unused == 213_612
    outcome = evaluate(WeekEnd(PLAN, 6, calm(), balances, open_state()))
    (firing,) = outcome.firings
    assert (firing.rule, firing.destination, int(firing.cents)) == ("R17", GRP, 211_875)
    assert int(firing.cents) * 4 % 7_500 == 0 and unused - int(firing.cents) < 1_875
    assert evaluate(WeekEnd(PLAN, 7, calm(), balances, outcome.state)).firings == ()
    assert evaluate(WeekEnd(PLAN, 5, calm(), balances, open_state())).firings == ()


def test_a_displaced_move_of_unused_hours_waits_for_the_next_free_week():
    balances = posting.spend(open_balances(PLAN), ONE, 2_000_000).balances
    low = with_weeks("utilization", {5: 0.5, 6: 0.5})
    first = evaluate(WeekEnd(PLAN, 6, low, balances, open_state()))
    assert [f.rule for f in first.firings] == ["R10"] and not first.state.r17_is_over
    second = evaluate(WeekEnd(PLAN, 7, low, balances, first.state))
    assert [f.rule for f in second.firings] == ["R17"] and second.state.r17_is_over


def test_a_move_of_unused_hours_that_a_cap_holds_back_waits_for_room():
    spent = posting.spend(open_balances(PLAN), ONE, 2_000_000).balances
    full = replace(spent, outflow=np.where(np.arange(len(BUCKETS)) == ONE, 1_320_000, 0))
    first = evaluate(WeekEnd(PLAN, 6, calm(), full, open_state()))
    assert first.firings == () and not first.state.r17_is_over
    second = evaluate(WeekEnd(PLAN, 7, calm(), spent, first.state))
    assert [f.rule for f in second.firings] == ["R17"] and second.state.r17_is_over


# R13, the gate ------------------------------------------------------------------------------------

BEHIND = np.array([0.79, 0.9, 0.9, 0.9])


def test_the_gate_freezes_and_moves_a_fifth_of_the_free_money():
    seen, balances = with_weeks("on_track", {8: BEHIND}), on_plan(PLAN, 8)
    outcome = evaluate(WeekEnd(PLAN, 8, seen, balances, done()))
    freeze, move = outcome.firings
    assert (freeze.kind, move.kind, move.destination) == ("freeze", "move", RED)
    assert int(move.cents) == int(balances.available[ONE]) // 5
    assert outcome.state.frozen_until == 10
    assert outcome.state.can_fire.tolist() == [False, True, True, True]


@pytest.mark.parametrize(("rates", "size", "week", "fires"), [
    (BEHIND, 56, 4, True), (np.array([0.8, 0.9, 0.9, 0.9]), 56, 4, False),
    (BEHIND, 19, 8, False), (BEHIND, 20, 8, True), (BEHIND, 56, 5, False),
    (np.array([0.9, 0.1, 0.1, 0.1]), 56, 4, False), (np.array([np.nan] * 4), 56, 8, False),
])
def test_the_gate_counts_cohorts_that_are_large_and_old_enough_when_due(rates, size, week, fires):
    seen = with_weeks("cohort_size", {week: size}, with_weeks("on_track", {week: rates}))
    found = fired(week, seen, state=done())
    assert [f[0] for f in found] == (["R13", "R13"] if fires else [])


def test_the_gate_comes_before_all_that_takes_from_the_same_bucket():
    low = with_weeks("utilization", {7: 0.5, 8: 0.5}, with_weeks("on_track", {8: BEHIND}))
    low = with_weeks("cohort_utilization", {8: np.full(COHORTS, 0.1)}, low)
    assert [f[0] for f in fired(8, low)] == ["R13", "R13"]
    without = load_plan("base", {"rules.R13.active": False})
    assert [f[0] for f in fired(8, low, without)] == ["R10"]
    without = load_plan("base", {"rules.R13.active": False, "rules.R10.active": False})
    assert [f[0] for f in fired(8, low, without)] == ["R12"]


def test_a_freeze_ends_in_time_and_needs_recovery_to_come_again():
    plan = load_plan("base", {"rules.R13.cadence": "week"})
    seen, state, frozen = with_weeks("on_track", dict.fromkeys(range(4, 14), BEHIND)), done(), []
    for week in range(1, WEEKS + 1):
        state = evaluate(WeekEnd(plan, week, seen, on_plan(plan, week), state)).state
        frozen.append(int(state.frozen_until) > week)
    assert [week for week, on in enumerate(frozen, 1) if on] == [4, 5]
    recovered = with_weeks("on_track", {9: 0.9})
    state = evaluate(WeekEnd(plan, 9, recovered, on_plan(plan, 9), state)).state
    again = evaluate(WeekEnd(plan, 10, seen, on_plan(plan, 10), state))
    assert again.firings[0].kind == "freeze" and again.state.frozen_until == 12


@pytest.mark.parametrize(("rate", "ends"), [(0.85, True), (0.8499, False), (np.nan, False)])
def test_a_freeze_ends_early_where_every_cohort_is_back(rate, ends):
    state = replace(done(), frozen_until=np.array(10), can_fire=np.array([False]))
    seen = with_weeks("on_track", {9: np.array([rate, 0.9, 0.9, 0.9])})
    outcome = evaluate(WeekEnd(PLAN, 9, seen, on_plan(PLAN, 9), state))
    assert [f.kind for f in outcome.firings] == (["unfreeze"] if ends else [])
    assert outcome.state.can_fire.tolist() == [ends, True, True, True]
    assert outcome.state.frozen_until == (9 if ends else 10)


def test_the_gate_closes_for_each_cohort_once_until_that_cohort_is_back():
    plan = load_plan("base", {"rules.R13.cadence": "week"})
    # 0.82 is neither behind nor back.
    first, second = np.array([0.7, 0.82, 0.9, 0.9]), np.array([0.7, 0.7, 0.9, 0.9])
    seen = with_weeks("on_track", {**dict.fromkeys(range(4, 8), first),
                                   **dict.fromkeys(range(8, 14), second),
                                   10: np.array([0.7, 0.9, 0.9, 0.9])})
    state, fires = done(), {}
    for week in range(1, WEEKS + 1):
        end = WeekEnd(plan, week, replace(seen, cohorts=tuple("ABCD")), on_plan(plan, week), state)
        outcome = evaluate(end)
        for each in proposals(outcome, end):
            if each.kind == "freeze":
                fires[week] = each.evidence
        state = outcome.state
    # B falls behind in week 8, is back in week 10, and behind again in week 11; A is never back.
    assert list(fires) == [4, 8, 11]
    assert "newly behind is A (70%)" in fires[4] and "newly behind is B (70%)" in fires[11]


# R14, R18 -----------------------------------------------------------------------------------------

def test_rule_b_gives_the_next_cohort_a_twentieth_or_the_reserve():
    seen = with_weeks("on_track", {13: 0.91}, with_weeks("cost_per_completion", {13: 650.0}))
    assert fired(13, seen, state=done())[-1] == ("R14", "increase", None, None, 600_000)
    without = load_plan("base", {"rule_b.funder_allows": 0})
    assert fired(13, seen, without, state=done())[-1] == ("R14", "increase", CON, None, 600_000)
    for name, value in (("on_track", 0.9), ("cost_per_completion", 700.0)):
        assert fired(13, with_weeks(name, {13: value}, seen), state=done()) == []


def test_rule_b_reads_each_cohort_that_has_ended_and_asks_once_for_it():
    seen = with_weeks("on_track", {13: np.array([0.94, 0.917, 0.737, 0.5]), 26: np.full(4, 0.91)},
                      with_weeks("cost_per_completion", {13: 682.47, 26: 682.47}, calm(weeks=26)))
    seen = replace(seen, cohorts=tuple("ABCD"), cohort_end=np.array([13, 13, 13, 26]))
    plan = load_plan("university_semester")
    end = WeekEnd(plan, 13, seen, on_plan(plan, 13), done())
    outcome = evaluate(end)
    (firing,) = [each for each in outcome.firings if each.rule == "R14"]
    assert int(firing.cents) == int(0.05 * plan.total)
    evidence = proposals(outcome, end)[-1].evidence
    assert evidence.startswith("Completion is above 90% in A (94%) and B (91.7%), and cost per")
    assert outcome.state.has_grown.tolist() == [True, True, False, False]
    end = WeekEnd(plan, 26, seen, on_plan(plan, 26), outcome.state)
    assert "in C (91%) and D (91%)" in proposals(evaluate(end), end)[-1].evidence


def test_lower_priorities_fund_higher_ones_the_lowest_first():
    short = np.zeros(8, np.int64)
    short[ONE] = 900_000
    found = fired(5, replace(calm(), short=short), state=done())
    assert found == [("R18", "move", CON, ONE, 600_000), ("R18", "move", LIB, ONE, 240_000),
                     ("R18", "move", GRP, ONE, 60_000)]
    assert all(MEA not in (f[2], f[3]) for f in found)
    short[:] = 0
    short[LIB] = 5
    assert fired(5, replace(calm(), short=short))[0][2] == CON


# For many and in words ----------------------------------------------------------------------------

def wild(rng, shape):
    """Readings in which anything may happen, and be missing."""
    found = calm(shape)
    values = {}
    for each in fields(found):
        array = getattr(found, each.name)
        if each.name in OF_COHORTS or each.name == "short":
            continue
        scale = {"booked": 30, "canceled_by_mentor": 4, "canceled_by_learner": 4,
                 "cohort_active": 30, "cohort_size": 60, "cost_per_completion": 1400}
        drawn = rng.random(array.shape) * scale.get(each.name, 1)
        if each.name in scale and each.name != "cost_per_completion":
            drawn = np.floor(drawn)
        values[each.name] = np.where(rng.random(array.shape) < 0.1, np.nan, drawn)
    short = np.where(rng.random((8, *shape)) < 0.2, rng.integers(0, 500_000, (8, *shape)), 0)
    return replace(found, **values, short=short)


def one_of(readings, at):
    return Readings(**{each.name: getattr(readings, each.name) if each.name in OF_COHORTS
                       else getattr(readings, each.name)[(..., *at)] for each in fields(readings)})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_rules_read_many_replications_as_one_by_one_and_keep_every_bound(seed):
    rng, shape = np.random.default_rng(seed), (4,)
    plan = load_plan("base", {"rules.R13.cadence": "week", "rule_a.recruiting_share": 0.3})
    readings, together, state = wild(rng, shape), open_balances(plan, shape), open_state(shape)
    alone = [(open_balances(plan), open_state()) for _ in range(4)]
    frozen = np.zeros((WEEKS + 1, 4), bool)
    for week in range(1, WEEKS + 1):
        together = posting.spend(together, ONE, rng.integers(0, 600_000, shape)).balances
        alone = [(replace(mine, **{name: getattr(together, name)[(..., at)].copy()
                                   for name in together.__dataclass_fields__}), was)
                 for at, (mine, was) in enumerate(alone)]
        outcome = evaluate(WeekEnd(plan, week, readings, together, state))
        ends = [WeekEnd(plan, week, one_of(readings, (at,)), mine, was)
                for at, (mine, was) in enumerate(alone)]
        ones = [evaluate(end) for end in ends]
        for at, single in enumerate(ones):
            assert [(f.rule, f.kind, f.source, f.destination, int(f.cents[at]))
                    for f in outcome.firings if f.where[at]] == \
                   [(f.rule, f.kind, f.source, f.destination, int(f.cents))
                    for f in single.firings if f.where]
            texts = proposals(single, ends[at])
            assert all(text.evidence.endswith(".") and text.effect.endswith(".") and "nan" not in
                       text.evidence for text in texts)
            assert len({text.id for text in texts}) == len(texts)
        sources = [(f.rule, f.source, tuple(np.flatnonzero(f.where))) for f in outcome.firings
                   if f.kind == "move"]
        for at in range(4):
            taken = {}
            for rule, source, where in sources:
                if at in where:
                    assert taken.setdefault(source, rule) == rule
        if week <= plan.whole("warm_up"):
            assert not {rule for rule, *_ in sources} & {"R10", "R12"}
        for firing in outcome.firings:
            if firing.kind == "move":
                posted = moves.make(plan, together, firing.source, firing.destination, firing.cents,
                                    rule=firing.rule, approval_day=0, day=7 * week, has_reason=True,
                                    where=firing.where)
                assert (posted.accepted == firing.where).all(), posted.reason
                together = posted.balances
        state, alone = outcome.state, [(mine, single.state) for (mine, _), single
                                       in zip(alone, ones, strict=True)]
        frozen[week] = state.frozen_until > week
    longest = plan.whole("gate.longest_freeze")
    runs = np.lib.stride_tricks.sliding_window_view(frozen, longest + 1, axis=0).all(axis=-1)
    assert not runs.any()


def test_the_order_of_the_rules_is_fixed_whatever_order_they_stand_in(monkeypatch):
    rng = np.random.default_rng(3)
    cases = [(wild(rng, ()), week) for week in range(4, 14)]
    before = [fired(week, seen) for seen, week in cases]
    turned = dict(reversed(rules.JUDGES.items()))
    monkeypatch.setattr(rules, "JUDGES", turned)
    turned_plan = replace(PLAN, rules=dict(reversed(PLAN.rules.items())))
    assert [fired(week, seen, turned_plan) for seen, week in cases] == before
    assert any(before)


def test_a_proposal_has_a_stable_id_its_evidence_and_its_effect():
    low = with_weeks("utilization", {5: 0.62, 6: 0.7499})
    balances = on_plan(PLAN, 6)
    end = WeekEnd(PLAN, 6, low, balances, done())
    (proposal,) = proposals(evaluate(end), end)
    assert proposal.id.startswith("R10-w06-ONE-MKT-") and proposal.needs_approval
    assert proposal.evidence == "One-to-one utilization was 62%, 74.99% in weeks 5 to 6, below 75%."
    assert proposal.effect == ("USD 6,600.00 from one-to-one mentoring, which keeps USD 59,400.00 "
                               "planned, to marketing, which then has USD 6,600.00.")
    assert proposals(evaluate(end), end) == (proposal,)
    more = load_plan("base", {"rule_a.transfer_share": 0.05})
    end = WeekEnd(more, 6, low, balances, done())
    (other,) = proposals(evaluate(end), end)
    assert other.id != proposal.id and not other.needs_approval


def test_what_waits_for_approval_is_not_asked_for_twice():
    low, balances = with_weeks("utilization", {5: 0.5, 6: 0.5, 7: 0.5}), on_plan(PLAN, 6)
    waiting = moves.make(PLAN, balances, ONE, MKT, 660_000, rule="R10", approval_day=0).balances
    assert fired(7, low, balances=waiting, state=done()) == []
