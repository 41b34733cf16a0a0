"""Reviews for tests: exports of whole quarters, and what a review of them is asked."""

from quarter import (
    PLAN,
    booked,
    enrolled,
    held,
    offered,
    on,
    parsed,
    text,
)

from model.budget.plan.plan import load_plan
from model.budget.steering.review import draft

FUNDED = load_plan("learning_department")
EXAMPLE = "params/budget/examples/invented_quarter.csv"


def quarter(used, learners=1):
    """Weeks with 100 offered one-to-one hours of which so many are used; None has no rows."""
    rows = [enrolled(on(1), f"L{number}") for number in range(learners)]
    for week, hours in enumerate(used, 1):
        if hours is None:
            continue
        rows.append(offered(on(week), "100"))
        for part in range(0, hours, 24):
            length = min(24, hours - part)
            code = f"B{week}-{part}"
            rows += [booked(on(week), code, on(week, 5), "L0", f"{75 * length}", hours=length),
                     held(on(week, 5), code)]
    return rows


def reviewed(rows, path=None, plan=PLAN, **approval):
    found = draft(plan, parsed(text(*rows), plan), path, **approval)
    found.write()
    return found


def asked(review):
    return [(each.proposal.rule, each.proposal.week, each.proposal.source,
             each.proposal.destination, each.proposal.cents) for each in review.standing]


IDLE = quarter([80, 80, 80, 74, 74])


def example():
    from model import folders

    return folders.root() / EXAMPLE
