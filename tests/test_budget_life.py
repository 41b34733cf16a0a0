"""A whole period with answers, money that comes back and an amendment keeps the books."""

from functools import cache

import numpy as np
import pytest
from budget_stand import violations
from quarter import PLAN, booked, by_learner, enrolled, held, on, paid, parsed, text, usd

from model.budget.accounts.ledger import as_bytes, balances_of, cells, replay
from model.budget.accounts.log import read_lines, verify
from model.budget.plan.plan import load_plan
from model.budget.programme.weeks import week_end
from model.budget.steering.amendment import amend
from model.budget.steering.checks import check
from model.budget.steering.review import draft

READ, AMENDED = (4, 6, 8, 11, 13), 8


@cache
def larger():
    return load_plan(changes={"total": 150_000, "rule_a.dwell": 1, "rules.R17.active": False})


def programme(rng):
    """Rows of a programme that uses few of its hours and falls behind, and gets money back."""
    rows = [enrolled(on(1), f"L{n}", "AB"[n % 2], "no" if n % 5 else "yes") for n in range(40)]
    for week in range(1, 14):
        rows.append((on(week), "offered", {"bucket": "ONE", "hours": "60"}))
        for number in range(int(rng.integers(15, 45))):
            name, amount = f"B{week}-{number}", int(rng.integers(0, 90_000))
            due, learner = on(week, int(rng.integers(2, 5))), f"L{rng.integers(40)}"
            rows.append(booked(on(week), name, due, learner, usd(amount),
                               "ONE" if rng.random() < 0.8 else "GRP"))
            charge = amount if rng.random() < 0.8 else amount // 3
            rows.append(held(due, name) if charge == amount
                        else by_learner(due, name, usd(charge), "3"))
            if charge and rng.random() < 0.1:
                back = {"booking": name, "amount": usd(int(rng.integers(1, charge + 1)))}
                rows.append((on(min(13, week + int(rng.integers(0, 4))), 5), "refunded", back))
        rows.append(paid(on(week, 3), "GRP" if week % 3 else "LIB", usd(int(rng.integers(90_000)))))
        rows += [(on(week, 5), "progress", {"learner": f"L{n}", "value": f"{week / 26:.3f}"})
                 for n in range(40)] if week in (4, 8) else []
    return [*rows, (on(13, 5), "admin", {"value": "1", "note": "report"})]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_answered_and_amended_the_log_replays_and_no_invariant_breaks(tmp_path, seed):
    rng, path = np.random.default_rng(seed), tmp_path / "log"
    records, plan, kinds = parsed(text(*programme(rng))), PLAN, set()
    for week in READ:
        until = records.until(week_end(records, week))
        draft(plan, until, path).write()
        answers = {"approve": [], "decline": []}
        for each in draft(plan, until, path).together:
            answers[str(rng.choice(["approve", "decline"]))].append(each.proposal.id)
        draft(plan, until, path, by="Ann", reason="so", **answers).write()
        if week == AMENDED:
            plan = larger()
            amend(plan, path, on(week + 1), "Ann", "more learners").write()
    last = draft(plan, records, path)
    assert check(plan, last).failed == () and last.additions == () and verify(path) is None
    assert as_bytes(replay(path)) == as_bytes(cells(last.balances))
    content, before, now = {}, None, PLAN
    for entry in read_lines(path):
        content.update(entry["after"])
        balances, now = balances_of(content), plan if entry["kind"] == "amend" else now
        before = before or balances
        if entry["after"]:
            assert not violations(now, balances, before), entry
            assert entry["kind"] == "refund" or (balances.spent >= before.spent).all()
        before = balances
        kinds.add(entry["kind"])
    assert {"commit", "settle", "spend", "refund", "amend", "decline"} <= kinds
    assert int(before.total) == 15_000_000
