"""The mentors of a programme by what an export says of them: hours, what is paid, and who stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.budget.programme.assembly import BY_MENTOR, REVERSED
from model.budget.programme.export import Records
from model.budget.programme.weeks import complete_weeks, uses_hours, week_end

# A mentor who gave no session for so many weeks counts as gone.
STAYS = 4
_MINUTES = 60


@dataclass(frozen=True)
class Mentor:
    """A mentor in the complete weeks: sessions that were due, and of these held, canceled by the
    mentor, and not come to; one-to-one hours that were used, and offered where that is reported;
    what was charged for the sessions less what came back [cents]; weeks of the first and the last
    session held, 0 without one."""

    code: str
    sessions: int
    held: int
    canceled: int
    missed: int
    used_hours: float
    offered_hours: float | None
    cents: int
    first: int
    last: int

    @property
    def utilization(self) -> float | None:
        """Hours used of those offered; None where none are reported."""
        return self.used_hours / self.offered_hours if self.offered_hours else None


def mentors(records: Records) -> tuple[Mentor, ...]:
    """Every mentor whom the export names, in the order of what they were paid."""
    complete = complete_weeks(records)
    past = records.until(week_end(records, complete))
    offered: dict[str, int] = {}
    for row in past.rows:
        if row.event == "offered" and row.mentor and row.bucket == "ONE":
            offered[row.mentor] = offered.get(row.mentor, 0) + row.hours
    own: dict[str, list] = {code: [] for code in offered}
    for booking in past.bookings.values():
        if booking.mentor and booking.outcome != REVERSED and past.week(booking.day) < complete:
            own.setdefault(booking.mentor, []).append(booking)
    back = _returns(past)
    found = []
    for code, bookings in own.items():
        weeks = [past.week(each.day) + 1 for each in bookings if each.outcome == "held"]
        outcomes = [each.outcome for each in bookings]
        found.append(Mentor(
            code, len(bookings), outcomes.count("held"), outcomes.count(BY_MENTOR[0]),
            outcomes.count(BY_MENTOR[1]),
            sum(each.hours for each in bookings
                if each.bucket == "ONE" and uses_hours(each)) / _MINUTES,
            offered[code] / _MINUTES if code in offered else None,
            sum(each.charge - back.get(each.code, 0) for each in bookings),
            min(weeks, default=0), max(weeks, default=0)))
    return tuple(sorted(found, key=lambda each: (-each.cents, each.code)))


def _returns(records: Records) -> dict[str, int]:
    """What came back of the charge of each booking. [cents]"""
    booking_of = {row.id: row.booking for row in records.rows if row.booking}
    back: dict[str, int] = {}
    for each in records.returns.values():
        if not each.is_commitment and (code := booking_of.get(each.origin)):
            back[code] = back.get(code, 0) + each.cents
    return back


def retention(rows: Sequence[Mentor], complete: int) -> tuple[int, int]:
    """How many mentors held a session in the last STAYS weeks, of those who had held one before."""
    before = [each for each in rows if each.first and each.first <= complete - STAYS]
    return sum(each.last > complete - STAYS for each in before), len(before)
