"""How the forecasts of a period did that is over: week by week, whether the end lay within."""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.budget.plan.plan import Plan
from model.budget.programme.export import Records
from model.budget.programme.forecast import Forecast, spending_forecast
from model.budget.programme.misses import Misses
from model.budget.programme.weeks import weekly_signals
from model.problems import InputError


@dataclass(frozen=True)
class Hindsight:
    """The forecast of all spending that was made after so many weeks, and what came. [cents]"""

    week: int
    forecast: Forecast
    came: int

    @property
    def is_held(self) -> bool | None:
        """Whether the interval held what came; None where there was none."""
        low, high = self.forecast.low, self.forecast.high
        return None if low is None or high is None else low <= self.came <= high


def hindsight(records: Records, plan: Plan, misses: Misses | None) -> tuple[Hindsight, ...]:
    """The forecasts of every week of an export but the last. Raises InputError where the export
    does not reach to the plan's end."""
    signals = weekly_signals(records, plan)
    if signals.complete < plan.weeks:
        raise InputError.of(records.name, f"ends with week {signals.complete} of {plan.weeks}, so "
                            "nothing tells how its forecasts did; name an export of all weeks.")
    came = int(signals.spent.sum())
    return tuple(Hindsight(week, spending_forecast(replace(signals, complete=week), plan,
                                                   misses=misses)[-1], came)
                 for week in range(1, plan.weeks))
