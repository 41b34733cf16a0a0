"""Posting keeps the books: by hand, one programme as many, and under any sequence of actions."""

import numpy as np
import pytest
from budget_stand import act, plans, run
from hypothesis import given, settings
from hypothesis import strategies as st

from model.budget.accounts import posting
from model.budget.accounts.balances import Reason, open_balances
from model.budget.plan.plan import CON, GRP, LIB, MEA, ONE, RED, load_plan

HOUR = 7_500
PLAN = load_plan()


@pytest.fixture
def opened():
    return open_balances(PLAN)


def of(posted, *names):
    return [int(getattr(posted.balances, name)[ONE]) for name in names]


# By hand ------------------------------------------------------------------------------------------

def test_an_hour_is_committed_held_and_paid(opened):
    booked = posting.commit(opened, ONE, HOUR)
    assert booked.accepted and of(booked, "planned", "committed", "spent", "available") == [
        6_600_000, HOUR, 0, 6_592_500]
    paid = posting.settle(booked.balances, ONE, HOUR, HOUR)
    assert of(paid, "committed", "spent") == [0, HOUR]


def test_a_cancellation_gives_back_and_a_late_one_charges_half(opened):
    booked = posting.commit(opened, ONE, HOUR).balances
    assert of(posting.settle(booked, ONE, HOUR, 0), "committed", "spent", "available") == [
        0, 0, 6_600_000]
    assert of(posting.settle(booked, ONE, HOUR, HOUR // 2), "committed", "spent", "available") == [
        0, 3_750, 6_596_250]


def test_what_comes_back_is_the_bucket_s_again_up_to_what_was_spent(opened):
    paid = posting.spend(opened, ONE, 9_000).balances
    back = posting.refund(paid, ONE, 1_000)
    assert back.accepted and of(back, "planned", "spent", "available") == [
        6_600_000, 8_000, 6_592_000]
    assert posting.refund(paid, ONE, 9_001).reason == Reason.NOT_SPENT
    # What was spent on learners of the floor comes back to the floor, and to it alone.
    assert posting.refund(paid, ONE, 1, equity=True).reason == Reason.NOT_SPENT
    equity = posting.spend(opened, ONE, 9_000, equity=True).balances
    assert posting.refund(equity, ONE, 9_000).reason == Reason.NOT_SPENT
    kept = posting.refund(equity, ONE, 1_000, equity=True).balances
    assert int(equity.reserved[ONE]) == 651_000 and int(kept.reserved[ONE]) == 652_000


def test_the_reserve_is_for_its_learners_until_it_opens(opened):
    most = 6_600_000 - 660_000
    assert posting.commit(opened, ONE, most).accepted
    refused = posting.commit(opened, ONE, most + 1)
    assert refused.reason == Reason.RESERVED and refused.balances.committed.sum() == 0
    assert posting.commit(opened, ONE, most + 1, equity=True).accepted
    assert posting.commit(posting.open_equity(opened).balances, ONE, 6_600_000).accepted
    # What its learners use is off the floor, so it may be committed beside them.
    used = posting.commit(opened, ONE, 100_000, equity=True).balances
    assert used.reserved[ONE] == 560_000 and used.free[ONE] == most
    back = posting.settle(used, ONE, 100_000, 0, equity=True).balances
    assert back.reserved[ONE] == 660_000


def test_released_money_leaves_room_beside_measurement():
    funded = load_plan("base", {"outcome.funding": 1})
    opened = open_balances(funded)
    assert opened.released_total == 6_000_000 and opened.room == 6_000_000 - 1_200_000
    assert posting.commit(opened, ONE, 4_800_000).accepted
    full = posting.commit(opened, ONE, 4_800_000).balances
    assert posting.commit(full, GRP, 1).reason == Reason.NO_ROOM
    assert posting.spend(full, MEA, 1_200_000).accepted
    raised = posting.set_released(full, 6_000_001).balances
    assert posting.commit(raised, GRP, 1).accepted and (raised.planned == full.planned).all()


@pytest.mark.parametrize(("post", "reason"), [
    (lambda b: posting.commit(b, ONE, -1), Reason.NEGATIVE),
    (lambda b: posting.spend(b, LIB, 1_200_001), Reason.NO_MONEY),
    (lambda b: posting.commit(b, LIB, 2**62), Reason.NO_MONEY),
    (lambda b: posting.settle(b, ONE, 1, 0), Reason.NOT_COMMITTED),
    (lambda b: posting.settle(posting.commit(b, ONE, 9).balances, ONE, 9, 10), Reason.CHARGE_ABOVE),
    (lambda b: posting.settle(posting.commit(b, ONE, 9).balances, ONE, 9, 0, equity=True),
     Reason.NOT_COMMITTED),
    (lambda b: posting.move(b, ONE, ONE, 5), Reason.SAME_BUCKET),
    (lambda b: posting.move(b, ONE, GRP, 0), Reason.NOTHING),
    (lambda b: posting.move(b, ONE, GRP, 5_940_001), Reason.RESERVED),
    (lambda b: posting.move(b, MEA, GRP, 5), Reason.MANDATORY),
    (lambda b: posting.move(b, CON, MEA, 5), Reason.MANDATORY),
    (lambda b: posting.move(b, RED, GRP, 5), Reason.NO_MONEY),
    (lambda b: posting.set_released(b, 12_000_001), Reason.ABOVE_TOTAL),
    (lambda b: posting.set_released(b, 11_999_999), Reason.RELEASED_FALLS),
    (lambda b: posting.close(posting.commit(b, ONE, 9).balances), Reason.OPEN_COMMITMENTS),
    (lambda b: posting.commit(posting.close(b).balances, ONE, 9), Reason.CLOSED),
])
def test_what_cannot_be_is_refused_with_its_reason(opened, post, reason):
    posted = post(opened)
    assert not posted.accepted and posted.reason == reason and posted.why == reason.words


def test_the_end_returns_what_is_unspent_and_leaves_what_is_planned(opened):
    spent = posting.spend(opened, LIB, 1_000_000).balances
    ended = posting.close(spent).balances
    assert ended.returned == 11_000_000 and (ended.planned == opened.planned).all()
    assert ended.available.sum() + ended.spent.sum() == PLAN.total


def test_an_opening_of_ones_own_sums_to_the_total():
    own = open_balances(PLAN, (3,), PLAN.opening)
    assert own.planned.shape == (8, 3)
    for wrong in (PLAN.opening + 1, np.array([PLAN.total + 5, -5, 0, 0, 0, 0, 0, 0])):
        with pytest.raises(ValueError, match="sum to the plan's total"):
            open_balances(PLAN, (), wrong)


# Under anything -----------------------------------------------------------------------------------

@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_nothing_breaks_the_invariants_of_one_programme(seed, plan):
    run(plans()[plan], seed, 60)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_nothing_breaks_the_invariants_of_many_replications(seed, plan):
    run(plans()[plan], seed, 60, (7,))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([(1,), (5,), (2, 3)]))
def test_many_replications_are_posted_as_one_by_one(seed, shape):
    """Every replication of a posting is the posting of that replication."""
    rng = np.random.default_rng(seed)
    together = open_balances(PLAN, shape)
    alone = {at: open_balances(PLAN) for at in np.ndindex(shape)}
    for _ in range(40):
        kind = rng.choice(["commit", "spend", "settle", "move"])
        bucket, other = rng.integers(0, 8, shape), rng.integers(0, 8, shape)
        amount, where = rng.integers(-1, 900_000, shape), rng.random(shape) < 0.8
        equity = rng.random(shape) < 0.5
        more = (other,) if kind == "move" else ()
        flags = {} if kind == "move" else {"equity": equity}
        charge = (0,) if kind == "settle" else ()
        posted = getattr(posting, kind)(together, bucket, *more, amount, *charge, where=where,
                                        **flags)
        together = posted.balances
        for at in alone:
            one = getattr(posting, kind)(
                alone[at], int(bucket[at]), *(int(each[at]) for each in more), int(amount[at]),
                *charge, where=bool(where[at]),
                **{key: bool(flag[at]) for key, flag in flags.items()})
            assert (one.accepted, one.reason) == (posted.accepted[at], posted.reason[at])
            alone[at] = one.balances
    for name in together.__dataclass_fields__:
        for at, balances in alone.items():
            assert np.array_equal(getattr(together, name)[(..., *at)], getattr(balances, name))


def test_a_posting_changes_nothing_in_place(opened):
    before = {name: getattr(opened, name).copy() for name in opened.__dataclass_fields__}
    rng = np.random.default_rng(1)
    for _ in range(300):
        act(PLAN, opened, rng)
    assert all(np.array_equal(getattr(opened, name), was) for name, was in before.items())
