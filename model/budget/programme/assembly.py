"""What the rows of an export say together: cohorts, learners and bookings, and contradictions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from model.budget import money
from model.problems import quoted

OUTCOMES = ("held", "no_show", "canceled_by_mentor", "canceled_by_learner")


class Record(NamedTuple):
    """One row. What the event does not use is empty, 0 or None; the amount is in cents."""

    line: int
    id: str
    date: date
    event: str
    booking: str = ""
    due: date | None = None
    learner: str = ""
    cohort: str = ""
    equity: bool | None = None
    bucket: str = ""
    hours: int = 0
    notice: float | None = None
    value: float | None = None
    amount: int | None = None
    note: str = ""


class Booking(NamedTuple):
    """A booked session and what became of it. [quarters of an hour, cents]

    `outcome` is one of OUTCOMES, or empty while there is none; `charged` is what it cost.
    """

    code: str
    made: date
    due: date
    learner: str
    bucket: str
    hours: int
    cents: int
    outcome: str = ""
    ended: date | None = None
    notice: float | None = None
    charged: int = 0

    @property
    def day(self) -> date:
        """The day to which the session counts: the one on which it was held, or was due."""
        return self.ended if self.outcome == "held" else self.due


class Learner(NamedTuple):
    """Who joined which cohort when; `ended` is the day of completing or leaving, None before."""

    code: str
    cohort: str
    equity: bool
    enrolled: date
    completed: date | None = None
    left: date | None = None

    @property
    def ended(self) -> date | None:
        return self.completed or self.left


class Cohort(NamedTuple):
    """First and scheduled last day of a cohort."""

    name: str
    start: date
    end: date


class Assembly:
    """Cohorts, learners and bookings that rows tell of, and where the rows contradict each other.

    A problem is a row, a sentence, and what it is missing: a column and its content.
    """

    def __init__(self, scheduled_end: date, rows: Iterable[Record]) -> None:
        self.rows = tuple(rows)
        self.cohorts: dict[str, Cohort] = {}
        self.learners: dict[str, Learner] = {}
        self.bookings: dict[str, Booking] = {}
        self.problems: list[tuple[Record, str, tuple[str, str] | None]] = []
        self._end = scheduled_end
        self._stated: dict[tuple[str, str], Record] = {}
        of: dict[str, list[Record]] = {}
        for row in self.rows:
            of.setdefault(row.event, []).append(row)
        for row in of.get("cohort", ()):
            self._cohort(row)
        for row in of.get("enrolled", ()):
            self._enrolled(row)
        for row in of.get("booked", ()):
            self._booked(row)
        for outcome in OUTCOMES:
            for row in of.get(outcome, ()):
                self._ended(row)
        for end in ("completed", "left"):
            for row in of.get(end, ()):
                self._finished(row)
        for row in self.rows:
            self._agrees(row)

    def _say(self, row: Record, what: str, about: tuple[str, str] | None = None) -> None:
        self.problems.append((row, what, about))

    def _once(self, row: Record, kind: str, name: str) -> bool:
        """Whether a row is the first to state something of a name; says so where it is not."""
        first = self._stated.setdefault((kind, name), row)
        if first is not row:
            self._say(row, f"{quoted(name)} is {kind} on line {first.line} already; keep one of "
                           "the two rows.")
        return first is row

    def _cohort(self, row: Record) -> None:
        if row.due <= row.date:
            self._say(row, f"due is {row.due}, not after the cohort's first day, {row.date}; "
                           "correct one of the two.")
        elif self._once(row, "dated", row.cohort):
            self.cohorts[row.cohort] = Cohort(row.cohort, row.date, row.due)

    def _enrolled(self, row: Record) -> None:
        if self._once(row, "enrolled", row.learner):
            self.learners[row.learner] = Learner(row.learner, row.cohort, row.equity, row.date)
            # Rows come by date, so the first enrolment is the earliest.
            self.cohorts.setdefault(row.cohort, Cohort(row.cohort, row.date, self._end))

    def _booked(self, row: Record) -> None:
        if row.due < row.date:
            self._say(row, f"due is {row.due}, before the day on which it was booked, {row.date}; "
                           "correct one of the two.")
            self._stated.setdefault(("booked", row.booking), row)
        elif self._once(row, "booked", row.booking):
            self.bookings[row.booking] = Booking(row.booking, row.date, row.due, row.learner,
                                                 row.bucket, row.hours, row.amount)

    def _ended(self, row: Record) -> None:
        booking = self.bookings.get(row.booking)
        if booking is None:
            if ("booked", row.booking) not in self._stated:
                self._say(row, f"booking {quoted(row.booking)} was never booked; add its booked "
                               "row, or correct the code.", ("booking", row.booking))
            return
        if not self._once(row, "ended", row.booking):
            return
        held = row.event == "held" and row.amount is None
        charged = booking.cents if held else row.amount or 0
        if row.date < booking.made:
            self._say(row, f"date is {row.date}, before booking {quoted(row.booking)} was made on "
                           f"{booking.made}; correct one of the two.")
        if row.event.startswith("canceled") and row.date > booking.due:
            self._say(row, f"date is {row.date}, after the session was due on {booking.due}; what "
                           "is canceled afterwards is a no_show.")
        if charged > booking.cents:
            self._say(row, f"amount is {money.shown(charged)}, but {money.shown(booking.cents)} "
                           "was booked; correct it, or record the rest as paid.")
        for column in ("due", "learner", "bucket", "hours"):
            said, known = getattr(row, column), getattr(booking, column)
            if said and said != known:
                self._say(row, f"{column} differs from that of booking {quoted(row.booking)}; "
                               "correct one of the two.")
        self.bookings[row.booking] = booking._replace(
            outcome=row.event, ended=row.date, notice=row.notice, charged=charged)

    def _finished(self, row: Record) -> None:
        known = self.learners.get(row.learner)
        if known and self._once(row, "completed or gone", row.learner):
            self.learners[row.learner] = known._replace(**{row.event: row.date})

    def _agrees(self, row: Record) -> None:
        """What a row repeats of a learner is what the enrolment says."""
        booking = self.bookings.get(row.booking)
        code = row.learner or (booking.learner if booking else "")
        known = self.learners.get(code)
        if known is None:
            if row.learner:
                self._say(row, f"learner {quoted(row.learner)} is enrolled nowhere; add the "
                               "enrolled row, or correct the code.", ("learner", row.learner))
            return
        if row.event == "enrolled":
            return
        if row.date < known.enrolled:
            self._say(row, f"date is {row.date}, before learner {quoted(code)} was enrolled on "
                           f"{known.enrolled}; correct one of the two.")
        if row.cohort and row.cohort != known.cohort:
            self._say(row, f"cohort is {quoted(row.cohort)}, but learner {quoted(code)} is "
                           f"enrolled in {quoted(known.cohort)}; correct one of the two.")
        if row.equity is not None and row.equity != known.equity:
            self._say(row, f"equity is {'yes' if row.equity else 'no'}, unlike at the enrolment "
                           f"of learner {quoted(code)}; correct one of the two.")
