"""What a programme shows week by week: arrays (week, …, *replications), as rules read them.

From one export there are no replications, and the arrays end with their week, bucket or cohort; a
simulator may add as many axes behind as it likes. Counts are floats, NaN where nothing was
reported; money is in whole cents, -1 where nothing was. A session counts to the week in which it
was held or due, a request to that in which it was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from model.analysis.division import ratio
from model.budget.plan.plan import Plan
from model.budget.programme.assembly import Booking, Learner
from model.budget.programme.export import Records

ONE = "ONE"
_WORKING_DAYS = 5
# What is this close to a line is on it. [share of the line]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Signals:
    """Weekly signals of a programme.

    complete      weeks that are reported to their end, the first ones; rules read these only
    reported      (week,) whether a complete week has a row at all
    offered_hours, used_hours
                  (week,) one-to-one hours on offer, and those held or paid as a no-show
    booked, held, no_shows, canceled_by_mentor, canceled_by_learner, pending
                  (week,) sessions in all buckets; pending are those whose outcome nobody has
                  reported
    requests, served
                  (week, bucket) sessions asked for; those booked and not canceled by the mentor
    spent, committed
                  (week, bucket) cents spent in the week, and cents committed at its end
    cohort_start, cohort_end
                  (cohort,) numbers of the weeks in which a cohort begins and is scheduled to end
    cohort_enrolled, cohort_completed, cohort_on_track, cohort_followed
                  (week, cohort) learners at the week's end; on track is of those followed
    cohort_active, cohort_used_hours
                  (week, cohort) learners at the week's start; one-to-one hours as `used_hours`
    """

    buckets: tuple[str, ...]
    cohorts: tuple[str, ...]
    complete: int
    reported: np.ndarray
    offered_hours: np.ndarray
    used_hours: np.ndarray
    booked: np.ndarray
    held: np.ndarray
    no_shows: np.ndarray
    canceled_by_mentor: np.ndarray
    canceled_by_learner: np.ndarray
    pending: np.ndarray
    requests: np.ndarray
    served: np.ndarray
    spent: np.ndarray
    committed: np.ndarray
    cohort_start: np.ndarray
    cohort_end: np.ndarray
    cohort_enrolled: np.ndarray
    cohort_completed: np.ndarray
    cohort_on_track: np.ndarray
    cohort_followed: np.ndarray
    cohort_active: np.ndarray
    cohort_used_hours: np.ndarray

    @property
    def canceled(self) -> np.ndarray:
        return self.canceled_by_mentor + self.canceled_by_learner

    @property
    def utilization(self) -> np.ndarray:
        """Share of the offered one-to-one hours that was used, (week, *replications)."""
        return ratio(self.used_hours, self.offered_hours)

    @property
    def cohort_offered_hours(self) -> np.ndarray:
        """The offered hours shared among cohorts by active learners at the week's start,
        (week, cohort, *replications)."""
        active = self.cohort_active
        return self.offered_hours[:, None] * ratio(active, active.sum(axis=1, keepdims=True))

    @property
    def cohort_utilization(self) -> np.ndarray:
        """Utilization of each cohort's share of the hours, (week, cohort, *replications)."""
        return ratio(self.cohort_used_hours, self.cohort_offered_hours)

    @property
    def on_track_rate(self) -> np.ndarray:
        """Share of the followed learners that is on track, (week, cohort, *replications)."""
        return ratio(self.cohort_on_track, self.cohort_followed)

    @property
    def completion_rate(self) -> np.ndarray:
        """Share of the enrolled that completed, (week, cohort, *replications); NaN before the week
        in which the cohort is scheduled to end."""
        weeks = np.arange(len(self.reported)).reshape(-1, *[1] * (self.cohort_enrolled.ndim - 1))
        ends = self.cohort_end.reshape(1, -1, *[1] * (self.cohort_enrolled.ndim - 2))
        return np.where(weeks >= ends, ratio(self.cohort_completed, self.cohort_enrolled), np.nan)


def complete_weeks(records: Records) -> int:
    """How many weeks, from the first, are reported to the end of their fifth day."""
    worked = (records.as_of - records.start).days + 1 + 7 - _WORKING_DAYS
    return int(np.clip(worked // 7, 0, records.weeks))


def week_end(records: Records, weeks: int) -> date:
    """The last day of so many first weeks."""
    return records.start + timedelta(days=7 * weeks - 1)


def signals(records: Records, plan: Plan) -> Signals:
    """The weekly signals of one export. Weeks after the last complete one are not reported, and
    what happened in them is left out of the earlier ones too."""
    complete = complete_weeks(records)
    known = records.until(week_end(records, complete))
    counting = _Counting(known, tuple(plan.buckets), complete,
                         plan["progress.on_track_share"])
    return Signals(buckets=counting.buckets, cohorts=tuple(known.cohorts), complete=complete,
                   **counting.weeks(), **counting.sessions(), **counting.requests(),
                   **counting.money(), **counting.learners())


def gaps(records: Records, seen: Signals) -> tuple[str, ...]:
    """What an export leaves open, a sentence each: weeks without rows or offered hours, sessions
    without an outcome, and rows of a week that is not complete."""
    weeks = range(seen.complete)
    found = [f"Nothing was reported of week {week + 1}; a rule that waits for weeks in a row "
             "begins anew after it." for week in weeks if not seen.reported[week]]
    found += [f"No one-to-one hours were reported as offered in week {week + 1}, so its "
              "utilization is undefined." for week in weeks
              if seen.reported[week] and np.isnan(seen.offered_hours[week])]
    found += [f"{seen.pending[week]:g} of the {seen.booked[week]:g} sessions of week {week + 1} "
              "have no outcome; they count as booked, and their money stays committed."
              for week in weeks if seen.pending[week] > 0]
    last = week_end(records, seen.complete)
    if later := sum(row.date > last and row.event != "cohort" for row in records.rows):
        found.append(f"Week {seen.complete + 1} is not reported to its fifth day, so its {later:,} "
                     "rows wait until it is.")
    return tuple(found)


def used(booking: Booking) -> bool:
    """Whether the mentor's hours count as used: the session was held, or paid as a no-show."""
    return booking.outcome == "held" or (booking.outcome == "no_show" and booking.charged > 0)


def spendings(records: Records) -> Iterable[tuple[date, str, str, int]]:
    """Day, bucket, learner (empty where none is) and cents of all that was spent."""
    for booking in records.bookings.values():
        if booking.charged:
            yield booking.ended, booking.bucket, booking.learner, booking.charged
    for row in records.rows:
        if row.event == "paid":
            yield row.date, row.bucket, row.learner, row.amount


class _Counting:
    """The signals of one export by week, of which the first so many are complete."""

    def __init__(self, records: Records, buckets: tuple[str, ...], complete: int,
                 on_track_share: float) -> None:
        self._on_track_share = on_track_share
        self.records, self.buckets, self.complete = records, buckets, complete
        self._bucket = {name: at for at, name in enumerate(buckets)}
        self._cohort = {name: at for at, name in enumerate(records.cohorts)}
        self._late = np.arange(records.weeks) >= complete

    def _zeros(self, *more: int) -> np.ndarray:
        return np.zeros((self.records.weeks, *more))

    def _known(self, values: np.ndarray, absent=np.nan) -> np.ndarray:
        values[self._late] = absent
        return values

    def weeks(self) -> dict[str, np.ndarray]:
        offered = np.full(self.records.weeks, np.nan)
        reported = np.zeros(self.records.weeks, bool)
        for row in self.records.rows:
            # That a cohort is planned says nothing of what happened in the week.
            if row.event != "cohort" and (week := self.records.week(row.date)) < self.complete:
                reported[week] = True
                if row.event == "offered" and row.bucket == ONE:
                    offered[week] = np.nan_to_num(offered[week]) + row.hours / 4
        return {"reported": reported, "offered_hours": offered}

    def sessions(self) -> dict[str, np.ndarray]:
        """What was due or held in each week; NaN too in a week in which nothing was reported."""
        names = {"held": "held", "no_show": "no_shows", "": "pending",
                 "canceled_by_mentor": "canceled_by_mentor",
                 "canceled_by_learner": "canceled_by_learner"}
        found = {name: self._zeros() for name in (*names.values(), "booked", "used_hours")}
        by_cohort = self._zeros(len(self._cohort))
        for booking in self.records.bookings.values():
            week = self.records.week(booking.day)
            found["booked"][week] += 1
            found[names[booking.outcome]][week] += 1
            if booking.bucket == ONE and used(booking):
                found["used_hours"][week] += booking.hours / 4
                cohort = self.records.learners[booking.learner].cohort
                by_cohort[week, self._cohort[cohort]] += booking.hours / 4
        reported = self.weeks()["reported"]
        for values in (*found.values(), by_cohort):
            values[~reported] = np.nan
        return {**found, "cohort_used_hours": by_cohort}

    def requests(self) -> dict[str, np.ndarray]:
        asked, served = self._zeros(len(self.buckets)), self._zeros(len(self.buckets))
        for booking in self.records.bookings.values():
            at = self.records.week(booking.made), self._bucket[booking.bucket]
            asked[at] += 1
            served[at] += booking.outcome != "canceled_by_mentor"
        for row in self.records.rows:
            if row.event == "unserved":
                asked[self.records.week(row.date), self._bucket[row.bucket]] += 1
        reported = self.weeks()["reported"]
        asked[~reported] = served[~reported] = np.nan
        return {"requests": asked, "served": served}

    def money(self) -> dict[str, np.ndarray]:
        shape = (self.records.weeks, len(self.buckets))
        spent, change = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for day, bucket, _, cents in spendings(self.records):
            spent[self.records.week(day), self._bucket[bucket]] += cents
        for booking in self.records.bookings.values():
            bucket = self._bucket[booking.bucket]
            change[self.records.week(booking.made), bucket] += booking.cents
            if booking.ended:
                change[self.records.week(booking.ended), bucket] -= booking.cents
        return {"spent": self._known(spent, -1),
                "committed": self._known(np.cumsum(change, axis=0), -1)}

    def learners(self) -> dict[str, np.ndarray]:
        records, cohorts = self.records, list(self.records.cohorts.values())
        found = {f"cohort_{name}": self._zeros(len(cohorts))
                 for name in ("enrolled", "completed", "active", "on_track", "followed")}
        for learner in records.learners.values():
            at, start = self._cohort[learner.cohort], records.cohorts[learner.cohort].start
            found["cohort_enrolled"][records.week(learner.enrolled):, at] += 1
            if learner.completed:
                found["cohort_completed"][records.week(learner.completed):, at] += 1
            found["cohort_active"][self._active(learner, start), at] += 1
        for week in range(self.complete):
            day = week_end(records, week + 1)
            standings = standing(records, day, self._on_track_share)
            for name, (on_track, followed) in standings.items():
                found["cohort_on_track"][week, self._cohort[name]] = on_track
                found["cohort_followed"][week, self._cohort[name]] = followed
        return {**{name: self._known(values) for name, values in found.items()},
                "cohort_start": np.array([records.week(c.start) for c in cohorts], int),
                "cohort_end": np.array([records.week(c.end) for c in cohorts], int)}

    def _active(self, learner: Learner, start: date) -> slice:
        """Weeks on whose Monday a learner is in a cohort that has begun."""
        joined = max(learner.enrolled, start) + timedelta(days=6)
        gone = self.records.week(learner.ended + timedelta(days=6)) if learner.ended else None
        return slice(max(0, self.records.week(joined)), gone)


def standing(records: Records, day: date, share: float) -> dict[str, tuple[int, int]]:
    """At the end of a day, learners on track and learners followed of every cohort that has
    reported progress.

    Followed are those who were enrolled when the cohort last reported. On track is who completed,
    or who has not left and had done, when last reported, the given share of what was due: of
    the requirement, the part of the cohort's time that had passed. Who never reported has done
    nothing.
    """
    last: dict[str, tuple[date, float]] = {}
    latest: dict[str, date] = {}
    for row in records.rows:
        if row.event == "progress" and row.date <= day:
            last[row.learner] = row.date, row.value
            latest[records.learners[row.learner].cohort] = row.date
    found = dict.fromkeys(latest, (0, 0))
    for learner in records.learners.values():
        if learner.enrolled <= latest.get(learner.cohort, date.min):
            on_track, followed = found[learner.cohort]
            found[learner.cohort] = (on_track + _on_track(records, learner, last, day, share),
                                     followed + 1)
    return found


def _on_track(records: Records, learner: Learner, last: dict[str, tuple[date, float]],
              day: date, share: float) -> bool:
    if learner.ended and learner.ended <= day:
        return bool(learner.completed)
    if learner.code not in last:
        return False
    reported, done = last[learner.code]
    cohort = records.cohorts[learner.cohort]
    passed = ((reported - cohort.start).days + 1) / ((cohort.end - cohort.start).days + 1)
    return done >= share * min(1.0, max(0.0, passed)) * (1 - TOLERANCE)
