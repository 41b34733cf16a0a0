"""The weekly signals of a programme, as rules read them: arrays (week, …, *replications).

The signals of one export have no axes for replications; a simulator may add them at the end.
Counts are floats, NaN where nothing was reported; money is in whole cents, LATE where nothing was.
A session counts to the week in which it was held or due, a request to that in which it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from model.budget.plan.plan import ONE, Plan
from model.budget.plan.schema import BUCKETS, INDEX
from model.budget.programme.assembly import BY_MENTOR, REVERSED, Booking, Learner, Return
from model.budget.programme.export import Records
from model.engine.projection import ratio
from model.tolerance import RELATIVE

_WORKING_DAYS = 5
# Outcomes of a seat that was paid for, the empty one of one that is still to come among them.
_TAKEN = ("held", "no_show", "")
_MINUTES = 60
# Instead of cents in a week of which nothing is known; spending is below 0 where more came back.
LATE = -2**62


@dataclass(frozen=True)
class Signals:
    """Weekly signals of a programme; rules read only the first `complete` weeks.

    reported      (week,) whether a complete week has a row at all
    offered_hours, used_hours  (week,) one-to-one: on offer, and held or paid as a no-show
    booked to pending  (week,) sessions; pending are those without a reported outcome, and a mentor
                  who did not come counts as one who canceled
    requests, served  (week, bucket) asked for; booked and not canceled by the mentor
    spent, committed  (week, bucket) cents in the week, and at its end
    cohort_start, cohort_end  (cohort,) weeks of the beginning and of the scheduled end
    cohort_enrolled to cohort_followed  (week, cohort) learners at the week's end
    cohort_active, cohort_used_hours  (week, cohort) learners at its start, hours as `used_hours`
    """

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
    def cancellations(self) -> np.ndarray:
        """Sessions that anybody canceled, (week, *replications)."""
        return self.canceled_by_mentor + self.canceled_by_learner

    @property
    def utilization(self) -> np.ndarray:
        """Share of the offered one-to-one hours that was used, (week, *replications)."""
        return ratio(self.used_hours, self.offered_hours)

    @property
    def cohort_offered_hours(self) -> np.ndarray:
        """The offered hours shared by active learners, (week, cohort, *replications)."""
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
        """Share that completed, (week, cohort, *replications); NaN before the scheduled end."""
        weeks = np.arange(len(self.reported)).reshape(-1, *[1] * (self.cohort_enrolled.ndim - 1))
        ends = self.cohort_end.reshape(1, -1, *[1] * (self.cohort_enrolled.ndim - 2))
        return np.where(weeks >= ends, ratio(self.cohort_completed, self.cohort_enrolled), np.nan)


def complete_weeks(records: Records) -> int:
    """How many weeks, from the first, are reported to the end of their fifth day."""
    return _complete((records.as_of - records.start).days, records.weeks)


def weeks_by(plan: Plan, day: date) -> int:
    """How many weeks of a plan are complete where a day is the last that is reported."""
    return _complete(plan.day_of(day), plan.weeks)


def _complete(day: int, weeks: int) -> int:
    return int(np.clip((day + 8 - _WORKING_DAYS) // 7, 0, weeks))


def week_end(records: Records, weeks: int) -> date:
    """The last day of the first `weeks` weeks."""
    return records.start + timedelta(days=7 * weeks - 1)


def weekly_signals(records: Records, plan: Plan) -> Signals:
    """The weekly signals of one export; what comes after a week does not change it."""
    complete = complete_weeks(records)
    past = records.until(week_end(records, complete))
    own = _Counts(past, complete, plan["progress.on_track_share"])
    return Signals(cohorts=tuple(past.cohorts), complete=complete,
                   reported=own.reported, offered_hours=own.offered_hours,
                   **own.sessions(), **own.requests(), **own.money(), **own.learners())


def gaps(records: Records, signals: Signals) -> tuple[str, ...]:
    """What an export leaves open, a sentence each."""
    weeks = range(signals.complete)
    sentences = [f"Nothing was reported of week {week + 1}; a rule that waits for weeks in a row "
                 "begins anew after it." for week in weeks if not signals.reported[week]]
    sentences += [f"No one-to-one hours were reported as offered in week {week + 1}, so its "
                  "utilization is undefined." for week in weeks
                  if signals.reported[week] and np.isnan(signals.offered_hours[week])]
    sentences += [f"{signals.pending[week]:g} of the {signals.booked[week]:g} sessions of week "
                  f"{week + 1} have no outcome; they count as booked, and their money stays "
                  "committed." for week in weeks if signals.pending[week] > 0]
    last = week_end(records, signals.complete)
    if later := sum(row.date > last and row.event != "cohort" for row in records.rows):
        sentences.append(f"Week {signals.complete + 1} is not reported to its fifth day, so its "
                         f"{later:,} rows wait until it is.")
    return tuple(sentences)


def uses_hours(booking: Booking) -> bool:
    """Whether the mentor's hours count as used: the session was held, or paid as a no-show."""
    return booking.outcome == "held" or (booking.outcome == "no_show" and booking.charge > 0)


class Spending(NamedTuple):
    """Money that was spent on a day; `learner` is empty where it was spent on none, and `equity`
    then what of it was spent on reserved seats. [cents]"""

    day: date
    bucket: str
    learner: str
    equity: int
    cents: int


def spendings(records: Records) -> Iterable[Spending]:
    """All that was spent: the charges of sessions, and payments; below 0 what came back."""
    seats = seat_shares(records)
    for booking in records.bookings.values():
        if booking.charge:
            yield Spending(booking.end, booking.bucket, booking.learner, 0, booking.charge)
    for row in records.rows:
        if row.event == "paid":
            yield Spending(row.date, row.bucket, row.learner, seats.get(row.id, 0), row.amount)
    paid = {row.id: row.amount for row in records.rows if row.id in seats}
    for back in records.returns.values():
        if not back.is_commitment:
            part = share_back(seats.get(back.origin, 0), paid.get(back.origin, 0), back)
            yield Spending(back.day, back.bucket, back.learner, -part, -back.cents)


def seat_shares(records: Records) -> dict[str, int]:
    """What of the payments for workshops, by the id of the row, was spent on reserved seats: as
    much as of the seats that are booked for the day, or else the week, and not canceled. A payment
    on a learner, or for which no seat was booked, is not divided. [cents]"""
    by_day: dict[date, list[bool]] = {}
    by_week: dict[int, list[bool]] = {}
    for booking in records.bookings.values():
        if booking.bucket == "GRP" and not booking.cents and booking.outcome in _TAKEN:
            equity = records.learners[booking.learner].equity
            by_day.setdefault(booking.due, []).append(equity)
            by_week.setdefault(records.week(booking.due), []).append(equity)
    shares = {}
    for row in records.rows:
        if row.event == "paid" and row.bucket == "GRP" and not row.learner:
            seats = by_day.get(row.date) or by_week.get(records.week(row.date)) or [False]
            shares[row.id] = row.amount * sum(seats) // len(seats)
    return {name: cents for name, cents in shares.items() if cents}


def share_back(share: int, whole: int, back: Return) -> int:
    """What of money that comes back had been spent on reserved seats, so that in all no more comes
    back of them than was spent. [cents]"""
    if not share:
        return 0
    return share * (back.before + back.cents) // whole - share * back.before // whole


def open_commitments(records: Records, learners: Collection[str] | None = None) -> np.ndarray:
    """Committed at the end of each week, (week, bucket), of all or some learners. [cents]"""
    change = np.zeros((records.weeks, len(BUCKETS)), np.int64)
    for booking in records.bookings.values():
        if learners is None or booking.learner in learners:
            bucket = INDEX[booking.bucket]
            change[records.week(booking.booked), bucket] += booking.cents
            if booking.end:
                change[records.week(booking.end), bucket] -= booking.cents
    return change.cumsum(axis=0)


def weekly_spending(records: Records, learners: Collection[str] | None = None) -> np.ndarray:
    """Spent in each week, (week, bucket), on all or on the learners with reserved seats. [cents]"""
    spending = np.zeros((records.weeks, len(BUCKETS)), np.int64)
    for day, bucket, learner, equity, cents in spendings(records):
        # What is spent on seats is of no single learner, and here of the learners who have some.
        own = cents if learners is None or learner in learners else equity
        spending[records.week(day), INDEX[bucket]] += own
    return spending


class _Counts:
    """The signals of one export by week; the first `complete` weeks are complete."""

    def __init__(self, records: Records, complete: int, on_track_share: float) -> None:
        self.records, self.complete, self._on_track_share = records, complete, on_track_share
        self._cohort = {name: at for at, name in enumerate(records.cohorts)}
        self._late = np.arange(records.weeks) >= complete
        self.reported = np.zeros(records.weeks, bool)
        self.offered_hours = np.full(records.weeks, np.nan)
        for row in records.rows:
            # That a cohort is planned says nothing of what happened in the week.
            if row.event != "cohort" and (week := records.week(row.date)) < complete:
                self.reported[week] = True
                if row.event == "offered" and INDEX[row.bucket] == ONE:
                    before = np.nan_to_num(self.offered_hours[week])
                    self.offered_hours[week] = before + row.hours
        # Whole minutes add up without rounding.
        self.offered_hours /= _MINUTES

    def _zeros(self, *more: int) -> np.ndarray:
        return np.zeros((self.records.weeks, *more))

    def _without_late(self, values: np.ndarray, absent=np.nan) -> np.ndarray:
        values[self._late] = absent
        return values

    def _counts(self, booking: Booking, week: int) -> bool:
        """Whether a booking counts in a week: one that turned out never to have been made does in
        weeks before that was known, which stay as they were."""
        return booking.outcome != REVERSED or week < self.records.week(booking.end)

    def sessions(self) -> dict[str, np.ndarray]:
        """Sessions due or held in each week; NaN in a week in which nothing was reported."""
        names = {"held": "held", "no_show": "no_shows", "": "pending", REVERSED: "pending",
                 **dict.fromkeys(BY_MENTOR, "canceled_by_mentor"),
                 "canceled_by_learner": "canceled_by_learner"}
        counts = {name: self._zeros() for name in (*names.values(), "booked", "used_hours")}
        by_cohort = self._zeros(len(self._cohort))
        for booking in self.records.bookings.values():
            week = self.records.week(booking.day)
            if not self._counts(booking, week):
                continue
            counts["booked"][week] += 1
            counts[names[booking.outcome]][week] += 1
            if INDEX[booking.bucket] == ONE and uses_hours(booking):
                counts["used_hours"][week] += booking.hours
                cohort = self.records.learners[booking.learner].cohort_on(booking.day)
                by_cohort[week, self._cohort[cohort]] += booking.hours
        counts["used_hours"] /= _MINUTES
        by_cohort /= _MINUTES
        for values in (*counts.values(), by_cohort):
            values[~self.reported] = np.nan
        return {**counts, "cohort_used_hours": by_cohort}

    def requests(self) -> dict[str, np.ndarray]:
        """Requests made in each week; NaN in a week in which nothing was reported."""
        requests, successes = self._zeros(len(BUCKETS)), self._zeros(len(BUCKETS))
        for booking in self.records.bookings.values():
            at = self.records.week(booking.booked), INDEX[booking.bucket]
            if not self._counts(booking, at[0]):
                continue
            requests[at] += 1
            successes[at] += booking.outcome not in BY_MENTOR
        for row in self.records.rows:
            if row.event == "unserved":
                requests[self.records.week(row.date), INDEX[row.bucket]] += 1
        requests[~self.reported] = successes[~self.reported] = np.nan
        return {"requests": requests, "served": successes}

    def money(self) -> dict[str, np.ndarray]:
        return {"spent": self._without_late(weekly_spending(self.records), LATE),
                "committed": self._without_late(open_commitments(self.records), LATE)}

    def learners(self) -> dict[str, np.ndarray]:
        """Learners of each cohort in each complete week."""
        records, cohorts = self.records, list(self.records.cohorts.values())
        counts = {f"cohort_{name}": self._zeros(len(cohorts))
                  for name in ("enrolled", "completed", "active", "on_track", "followed")}
        for learner in records.learners.values():
            turns = [learner.enrolled, *(day for day, _ in learner.before)]
            ends = [*(records.week(day) for day in turns[1:]), records.weeks]
            for begin, end in zip(turns, ends, strict=True):
                at = self._cohort[learner.cohort_on(begin)]
                counts["cohort_enrolled"][records.week(begin):end, at] += 1
            if learner.completed:
                at = self._cohort[learner.cohort_on(learner.completed)]
                counts["cohort_completed"][records.week(learner.completed):, at] += 1
            for cohort, begin, end in learner.stays():
                active = self._active(records.cohorts[cohort].start, begin, end)
                counts["cohort_active"][active, self._cohort[cohort]] += 1
        for week in range(self.complete):
            progress = on_track_counts(records, week_end(records, week + 1), self._on_track_share)
            for name, (on_track, number) in progress.items():
                counts["cohort_on_track"][week, self._cohort[name]] = on_track
                counts["cohort_followed"][week, self._cohort[name]] = number
        return {**{name: self._without_late(values) for name, values in counts.items()},
                "cohort_start": np.array([records.week(c.start) for c in cohorts], int),
                "cohort_end": np.array([records.week(c.end) for c in cohorts], int)}

    def _active(self, start: date, begin: date, end: date | None) -> slice:
        """Weeks on whose Monday a learner is in a cohort that has begun, of a stay in it."""
        first = max(begin, start) + timedelta(days=6)
        last = self.records.week(end + timedelta(days=6)) if end else None
        return slice(max(0, self.records.week(first)), last)


def on_track_counts(records: Records, day: date, share: float) -> dict[str, tuple[int, int]]:
    """By cohort that has reported progress by the end of a day: learners on track, and followed.

    Followed are those who were enrolled when the cohort last reported; on track those who
    completed, or have not left and had done, when last reported, the given share of what was due:
    of the requirement, the part of the cohort's time that had passed.
    """
    last: dict[str, tuple[date, float]] = {}
    latest: dict[str, date] = {}
    for row in records.rows:
        if row.event == "progress" and row.date <= day:
            last[row.learner] = row.date, row.value
            latest[records.learners[row.learner].cohort_on(row.date)] = row.date
    counts = dict.fromkeys(latest, (0, 0))
    for learner in records.learners.values():
        cohort = learner.cohort_on(day)
        if learner.enrolled <= latest.get(cohort, date.min):
            on_track, number = counts[cohort]
            counts[cohort] = (on_track + _on_track(records, learner, last, day, share), number + 1)
    return counts


def _on_track(records: Records, learner: Learner, last: dict[str, tuple[date, float]],
              day: date, share: float) -> bool:
    if learner.completed and learner.completed <= day:
        return True
    if learner.is_gone(day) or learner.code not in last:
        return False
    last_report, progress = last[learner.code]
    cohort = records.cohorts[learner.cohort_on(day)]
    part = ((last_report - cohort.start).days + 1) / ((cohort.end - cohort.start).days + 1)
    return progress >= share * min(1.0, max(0.0, part)) * (1 - RELATIVE)
