"""What the ledger refused is tried again as room opens, and the work grows with the rows alone."""

import random

import pytest
from quarter import text

from model.budget.accounts import posting
from model.budget.plan.plan import load_plan
from model.budget.programme.export import parse_records
from model.budget.steering.queue import Queue
from model.budget.steering.review import draft

PLAN = load_plan()
HEAD = text()


def canceled(bookings):
    """Bookings that hold all the money of a bucket, one after the other, and are all cancelled."""
    rows = ["e,2026-01-05,enrolled,,,L1,Cohort 1,no,,,,,,"]
    rows += [f"b{i},2026-01-06,booked,B{i},2026-01-13,L1,,,ONE,1,,,10000," for i in range(bookings)]
    rows += [f"c{i},2026-01-07,canceled_by_mentor,B{i},,,,,,,,,," for i in range(bookings)]
    return parse_records("export.csv", (HEAD + "\n".join(rows) + "\n").encode(), PLAN)


def test_postings_grow_with_the_rows(monkeypatch):
    counts = {}
    for bookings in (100, 400):
        count = 0

        def counted(*given, real=posting.decision, **more):
            nonlocal count
            count += 1
            return real(*given, **more)

        with monkeypatch.context() as patch:
            patch.setattr(posting, "decision", counted)
            review = draft(PLAN, canceled(bookings))
        assert review.intake.refusals == () and not review.balances.committed.any()
        counts[bookings] = count
    assert counts[400] <= 4.2 * counts[100] and counts[400] < 10 * 400


@pytest.mark.parametrize("seed", range(20))
def test_the_next_is_the_first_that_fits(seed):
    random.seed(seed)
    left = {place: (random.choice("ab"), random.randint(1, 20))
            for place in random.sample(range(200), 60)}
    queue, at = Queue(dict(left)), -1
    queue.begin()
    for _ in range(300):
        most = {kind: random.randint(0, 22) for kind in "ab"}
        fits = sorted(place for place, (kind, amount) in left.items()
                      if place > at and amount <= most[kind])
        found = queue.next(at, most.get)
        assert found == (fits[0] if fits else None)
        if found is None:
            at = -1
            queue.begin()
        else:
            at = found
            del left[found]
