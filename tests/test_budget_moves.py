"""Moves obey the plan: caps on the opening balance, gates with approvals, rule A, no way round."""

import numpy as np
import pytest
from budget_stand import plans
from hypothesis import given, settings
from hypothesis import strategies as st

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import Reason, open_balances
from model.budget.money import portion
from model.budget.plan.plan import CON, GRP, LIB, MEA, MKT, ONE, REC, RED, load_plan

PLAN = load_plan()
FREE = {"approval_day": 0, "has_reason": True}


@pytest.fixture
def opened():
    return open_balances(PLAN)


def made(balances, *arguments, plan=PLAN, **options):
    posted = moves.make(plan, balances, *arguments, **options)
    assert posted.reason == Reason.OK, posted.why
    return posted.balances


@pytest.mark.parametrize(("source", "cap"), [(ONE, 1_320_000), (GRP, 480_000), (LIB, 240_000)])
def test_a_fifth_of_the_opening_may_leave_a_bucket_and_no_cent_more(opened, source, cap):
    assert moves.make(PLAN, opened, source, RED, cap, **FREE).accepted
    assert moves.make(PLAN, opened, source, RED, cap + 1, **FREE).reason == Reason.ABOVE_CAP
    assert moves.headroom(PLAN, opened, source) == cap


def test_the_cap_is_on_the_opening_so_moves_do_not_compound(opened):
    balances = made(opened, ONE, GRP, 1_000_000, **FREE)
    assert moves.make(PLAN, balances, ONE, LIB, 320_001, **FREE).reason == Reason.ABOVE_CAP
    # Money that comes in does not raise it either.
    balances = made(balances, CON, ONE, 600_000, **FREE)
    assert moves.headroom(PLAN, balances, ONE) == 320_000
    compounding = load_plan("base", {"caps.of_current_balance": 1})
    balances = opened
    for _ in range(5):
        room = int(moves.headroom(compounding, balances, LIB))
        posted = moves.make(compounding, balances, LIB, RED, room, **FREE)
        balances = posted.balances if posted.accepted else balances
    # Five fifths of what is left each time take two thirds.
    assert balances.planned[LIB] == pytest.approx(1_200_000 * 0.8**5, abs=5)


def test_contingency_leaves_with_a_reason_and_may_leave_whole(opened):
    assert moves.make(PLAN, opened, CON, REC, 1).reason == Reason.NO_REASON
    assert moves.make(PLAN, opened, CON, REC, 600_000, has_reason=True).accepted
    strict = load_plan("base", {"caps.on_contingency": 1})
    assert moves.make(strict, opened, CON, REC, 120_000, has_reason=True).accepted
    assert moves.make(strict, opened, CON, REC, 120_001, has_reason=True).reason == Reason.ABOVE_CAP


def test_the_gate_lifts_the_cap_to_half_and_needs_an_approval_in_time(opened):
    gate = {"rule": "R13", "day": 5}
    assert moves.make(PLAN, opened, ONE, RED, 1, **gate).reason == Reason.NO_APPROVAL
    late = moves.make(PLAN, opened, ONE, RED, 1, approval_day=6, **gate)
    assert late.reason == Reason.LATE_APPROVAL
    assert moves.make(PLAN, opened, ONE, RED, 3_300_000, approval_day=5, **gate).accepted
    assert moves.make(PLAN, opened, ONE, RED, 3_300_001,
                      approval_day=5, **gate).reason == Reason.ABOVE_GATE
    once = made(opened, ONE, RED, 2_000_000, approval_day=5, **gate)
    assert once.gated_outflow[ONE] == 2_000_000 and once.outflow[ONE] == 0
    above = moves.make(PLAN, once, ONE, RED, 1_300_001, approval_day=5, **gate)
    assert above.reason == Reason.ABOVE_GATE
    # Half is the most that leaves in all, whatever its way.
    balances = made(opened, ONE, GRP, 1_320_000, **FREE)
    assert moves.headroom(PLAN, balances, ONE, "R13") == 1_980_000
    assert moves.make(PLAN, balances, ONE, RED, 1_980_001,
                      approval_day=5, **gate).reason == Reason.ABOVE_GATE


def test_rule_a_moves_a_tenth_in_sum_and_is_no_gate(opened):
    rule = {"rule": "R10", "approval_day": 0}
    balances = made(opened, ONE, MKT, 400_000, **rule)
    assert moves.make(PLAN, balances, ONE, MKT, 260_001, **rule).reason == Reason.ABOVE_RULE_A
    assert moves.headroom(PLAN, balances, ONE, "R10") == 260_000
    balances = made(balances, ONE, REC, 260_000, **rule)
    assert balances.rule_a_outflow == 660_000 and moves.headroom(PLAN, balances, ONE) == 660_000
    switched = load_plan("base", {"caps.rule_a_lifts_cap": 1})
    lifted = made(opened, ONE, GRP, 1_320_000, **FREE)
    assert moves.make(PLAN, lifted, ONE, MKT, 1, **rule).reason == Reason.ABOVE_CAP
    assert moves.make(switched, lifted, ONE, MKT, 1, **rule).accepted


def test_a_move_above_a_twentieth_of_the_total_waits_for_a_person(opened):
    assert moves.make(PLAN, opened, ONE, GRP, 600_000).accepted
    assert moves.make(PLAN, opened, ONE, GRP, 600_001).reason == Reason.NO_APPROVAL
    bound = load_plan("base", {"review.above_amount": 1000})
    assert moves.needs_approval(bound, "", np.array([100_000, 100_001])).tolist() == [False, True]


def test_no_bucket_hands_on_what_it_received(opened):
    balances = made(opened, ONE, CON, 600_000)
    balances = made(balances, CON, GRP, 600_000, has_reason=True)
    assert moves.make(PLAN, balances, CON, GRP, 1, has_reason=True).reason == Reason.PASSED_ON
    # A bucket that opened empty hands on nothing at all.
    balances = made(opened, ONE, MKT, 500_000)
    assert moves.make(PLAN, balances, MKT, GRP, 1).reason == Reason.ABOVE_CAP


def test_measurement_neither_gives_nor_takes(opened):
    for source, destination in ((MEA, GRP), (ONE, MEA), (CON, MEA)):
        assert not moves.make(PLAN, opened, source, destination, 1, **FREE).accepted
    assert moves.headroom(PLAN, opened, MEA) == 0


def test_the_equity_reserve_does_not_move(opened):
    balances = posting.spend(opened, GRP, 2_400_000 - 240_000 - 100).balances
    assert moves.headroom(PLAN, balances, GRP) == 100
    assert moves.make(PLAN, balances, GRP, LIB, 101).reason == Reason.RESERVED
    assert moves.headroom(PLAN, posting.open_equity(balances).balances, GRP) == 240_100


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_headroom_is_the_most_that_a_move_may_take(seed, which):
    plan, rng = plans()[which], np.random.default_rng(seed)
    balances = open_balances(plan)
    for _ in range(12):
        source, destination = rng.choice(8, 2, replace=False)
        rule = str(rng.choice(["", "R10", "R13", "R17"]))
        most = int(moves.headroom(plan, balances, int(source), rule))
        if most and destination != MEA:
            assert moves.make(plan, balances, source, destination, most, rule=rule, **FREE).accepted
        assert not moves.make(plan, balances, source, destination, most + 1, rule=rule,
                              **FREE).accepted
        part = int(rng.integers(0, most + 1))
        balances = moves.make(plan, balances, source, destination, part, rule=rule,
                              **FREE).balances


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 1_400_000)),
                max_size=60))
def test_no_chain_of_moves_takes_more_from_a_bucket_than_its_cap(chain):
    """Whatever goes round through third buckets, no bucket but contingency sinks by more than a
    fifth of what it opened with, and contingency gives no more than its own."""
    balances = open_balances(PLAN)
    for source, destination, cents in chain:
        balances = moves.make(PLAN, balances, source, destination, cents, **FREE).balances
    sunk = balances.opening - balances.planned
    cap = portion(balances.opening, PLAN["caps.bucket_share"])
    capped = np.arange(8) != CON
    assert (sunk[capped] <= cap[capped]).all()
    assert balances.outflow[CON] <= balances.opening[CON]
