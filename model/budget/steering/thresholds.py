"""What another threshold or dwell of rule A would have done with the weeks that were."""

from __future__ import annotations

import numpy as np

from model.budget.plan.plan import Plan
from model.budget.programme.weeks import Signals
from model.budget.steering.rules import in_a_row


def firing_weeks(plan: Plan, seen: Signals, below: float | None = None,
                 dwell: int | None = None) -> tuple[int, ...]:
    """The weeks at whose end one-to-one utilization had been below the line for weeks in a row.

    `below` and `dwell` are the plan's unless given. In the first of them rule A asks for all that
    it may move, so the others are those in which it would have gone on asking.
    """
    line = plan["rule_a.utilization_below"] if below is None else below
    weeks = plan.whole("rule_a.dwell") if dwell is None else dwell
    return tuple(week for week in range(max(1, weeks), seen.complete + 1)
                 if bool(np.all(in_a_row(plan, week, seen.utilization, line, weeks))))
