"""What rules read of a programme's weeks.

Arrays have shape (week, *replications), those of cohorts (week, cohort, *replications); week w is
row w − 1, and rows after the week that is judged are not read. NaN is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.analysis.division import ratio
from model.budget.programme.weeks import Signals


@dataclass(frozen=True)
class Readings:
    """The signals of the rules.

    utilization          one-to-one hours held or charged over those offered
    booked, canceled_by_mentor, canceled_by_learner   sessions
    cohort_start         week in which each cohort starts, shape (cohort,) or with replications
    cohort_utilization   as utilization, by cohort
    cohort_active        active learners at the start of the week, by cohort
    cohort_size          learners who enrolled, by cohort
    on_track             on-track rate by cohort; its completion rate once its scheduled end is over
    cost_per_completion  so far, in USD
    short                demand that a bucket's money does not cover, int64 cents of shape
                         (bucket, *replications); None where nobody forecasts it
    """

    utilization: np.ndarray
    booked: np.ndarray
    canceled_by_mentor: np.ndarray
    canceled_by_learner: np.ndarray
    cohort_start: np.ndarray
    cohort_utilization: np.ndarray
    cohort_active: np.ndarray
    cohort_size: np.ndarray
    on_track: np.ndarray
    cost_per_completion: np.ndarray
    short: np.ndarray | None = None


def readings(seen: Signals, short: np.ndarray | None = None) -> Readings:
    """The readings of a programme's signals."""
    completed, spent = seen.cohort_completed.sum(axis=1), np.where(seen.spent < 0, 0, seen.spent)
    so_far = np.cumsum(spent.sum(axis=1), axis=0) / 100
    ended = ~np.isnan(seen.completion_rate)
    return Readings(
        utilization=seen.utilization, booked=seen.booked,
        canceled_by_mentor=seen.canceled_by_mentor, canceled_by_learner=seen.canceled_by_learner,
        cohort_start=seen.cohort_start + 1, cohort_utilization=seen.cohort_utilization,
        cohort_active=seen.cohort_active, cohort_size=seen.cohort_enrolled,
        on_track=np.where(ended, seen.completion_rate, seen.on_track_rate),
        cost_per_completion=ratio(so_far, completed), short=short)
