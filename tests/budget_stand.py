"""Random and hostile use of a budget's balances, and what must hold all the same."""

from functools import cache

import numpy as np

from model.budget.accounts import moves, posting
from model.budget.accounts.balances import open_balances
from model.budget.money import portion
from model.budget.plan.plan import CON, MEA, ONE, load_plan
from model.budget.plan.schema import BUCKETS

RULES = ("", "R10", "R12", "R13", "R17", "R18")
SIZES = (0, 1, 7_500, 30_000, 240_000, 600_001, 1_320_000, 5_000_000, 2**62)


@cache
def plans():
    """Plans that differ in what guards them: caps on the current balance, on contingency, rule A
    past the gate, money released by outcomes."""
    return [load_plan("base", changes) for changes in (
        {}, {"caps.on_contingency": 1}, {"caps.rule_a_lifts_cap": 1}, {"outcome.funding": 1},
        {"total": 123.45, "equity.floor_share": 0.37, "caps.bucket_share": 0.33})]


def act(plan, balances, rng, shape=()):
    """One random action, which may be refused, and what came of it."""
    def draw(choices):
        return np.asarray(rng.choice(choices, size=shape or None))

    buckets, where = draw(range(len(BUCKETS))), draw([True, True, False]) if shape else True
    other = draw(range(len(BUCKETS)))
    plain = np.asarray(rng.integers(0, 700_000, shape or None))
    amount = draw(SIZES) if rng.random() < 0.3 else plain
    if rng.random() < 0.05:
        amount = -amount
    equity = draw([True, False])
    kind = rng.choice(["commit", "commit", "spend", "release", "settle", "move", "move", "move",
                       "released", "equity", "close", "refund", "amend"],
                      p=[.2, .1, .12, .1, .12, .1, .1, .06, .02, .02, .01, .04, .01])
    if kind in ("spend", "refund") and rng.random() < 0.2:
        part = np.asarray(rng.integers(0, 300_000, shape or None))
        return posting.shared(getattr(posting, kind), balances, buckets, amount + part, part, where)
    if kind in ("commit", "spend", "refund"):
        return getattr(posting, kind)(balances, buckets, amount, equity, where)
    if kind in ("release", "settle"):
        charge = 0 if kind == "release" else draw([0, 1, 3_750]) * 2
        return posting.settle(balances, buckets, amount, charge, equity, where)
    if kind == "move":
        rule = str(rng.choice(RULES))
        approved, day = draw([moves.NEVER, 0, 3, 5]), int(rng.integers(0, 6))
        posted = moves.make(plan, balances, buckets, other, amount, rule=rule, day=day, where=where,
                            approval_day=approved, has_reason=draw([True, False]))
        # What was let through is checked here, from the outside.
        needs = moves.needs_approval(plan, rule, amount) & posted.accepted
        assert not np.any(needs & ((approved < 0) | (approved > day)))
        return posted
    if kind == "amend":
        # A top-up of a few percent; what a plan refuses besides is in test_budget_amendment.py.
        opening = balances.opening + portion(balances.opening, float(rng.integers(0, 5)) / 100)
        more = opening.sum(axis=0) - balances.total
        return posting.amend(balances, opening, plan.floor_of(opening), more, where)
    if kind == "released":
        return posting.set_released(balances, balances.released_total + amount, where)
    return {"equity": posting.open_equity, "close": posting.close}[kind](balances, where)


def run(plan, seed, steps, shape=()):
    """Random actions from the opening, every one checked; gives the balances at the end."""
    rng = np.random.default_rng(seed)
    balances = open_balances(plan, shape)
    broken = set()
    for _ in range(steps):
        posted = act(plan, balances, rng, shape)
        broken |= violations(plan, posted.balances, balances)
        broken |= gone(posted, balances)
        broken |= untouched_where_refused(posted, balances)
        balances = posted.balances
    assert not broken, (seed, broken)
    return balances


def violations(plan, now, before):
    """Names of the invariants that balances break."""
    used = now.committed.sum(axis=0) + now.spent.sum(axis=0)
    capped = np.ones(len(BUCKETS), bool)
    capped[CON] = plan.on("caps.on_contingency")
    cap, gate = (np.asarray(portion(now.opening, plan[path]))
                 for path in ("caps.bucket_share", "caps.gate_share"))
    holds = {
        "I1 the total is planned": (now.planned.sum(axis=0) == now.total).all(),
        "I1 the total is the opening's": (now.opening.sum(axis=0) == now.total).all(),
        "I2 nothing is below 0": min(now.planned.min(), now.committed.min(), now.spent.min(),
                                     now.available.min(), now.room.min()) >= 0,
        "I2 used, released, total": (used <= now.released_total).all()
                                    and (now.released_total <= now.total).all(),
        "I3 released grows": (now.released_total >= before.released_total).all(),
        # What is spent falls by a refund alone, which leaves all else of the bucket as it is.
        "I3 spent": (now.available >= before.available)[now.spent < before.spent].all(),
        "I4 within the cap": (now.outflow[capped] <= cap[capped]).all(),
        "I4 within the gate": (now.gated_outflow[capped] <= gate[capped]).all(),
        "no bucket hands on what it received": (now.outflow + now.gated_outflow
                                                <= now.opening).all(),
        "I5 rule A": (now.rule_a_outflow
                      <= portion(now.opening[ONE], plan["rule_a.transfer_share"])).all(),
        "I6 the reserve is there": (now.available >= now.reserved).all(),
        "measurement stays": (now.planned[MEA] == now.opening[MEA]).all(),
        "equity is part of all": (now.equity_committed <= now.committed).all()
                                 and (now.equity_spent <= now.spent).all()
                                 and now.equity_committed.min() >= 0,
        "I20 returned": (np.where(now.closed, now.returned + used, now.total)
                         == now.total).all(),
        "whole cents": all(getattr(now, name).dtype == np.int64 for name in
                           ("planned", "committed", "spent", "outflow", "released_total")),
    }
    return {name for name, held in holds.items() if not held}


def gone(posted, before):
    """What no posting does: spend less without giving the bucket as much back."""
    now, fell = posted.balances, posted.balances.spent < before.spent
    back = now.available - before.available == before.spent - now.spent
    return set() if (back | ~fell).all() else {"I3 refund"}


def untouched_where_refused(posted, before):
    """I22: what was not accepted changed nothing in its replication."""
    refused = ~posted.accepted
    for name in before.__dataclass_fields__:
        was, now = getattr(before, name), getattr(posted.balances, name)
        if was is not now and np.any((was != now) & refused):
            return {f"I22 {name} changed though refused"}
    return set()
