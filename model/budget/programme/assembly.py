"""The cohorts, learners and bookings of an export, and where its rows contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from model.budget.money import dollars
from model.problems import quoted

# What a mentor did not hold: canceled, or nobody came.
BY_MENTOR = ("canceled_by_mentor", "mentor_no_show")
OUTCOMES = ("held", "no_show", *BY_MENTOR, "canceled_by_learner")
# The end of a booking that was never made.
REVERSED = "reversed"
_RETURNS = ("refunded", REVERSED)
_ENDS = ("completed", "left", "returned")


class Record(NamedTuple):
    """One row of an export; what its event does not use is empty, 0 or None. [amount in cents,
    hours in whole minutes]"""

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
    about: str = ""
    mentor: str = ""


class Booking(NamedTuple):
    """A booked session and what became of it. [hours in minutes, cents]

    `booked` is the day of booking, `outcome` one of OUTCOMES, or REVERSED, or empty while there is
    none.
    """

    code: str
    booked: date
    due: date
    learner: str
    bucket: str
    hours: int
    cents: int
    outcome: str = ""
    end: date | None = None
    notice: float | None = None
    charge: int = 0
    mentor: str = ""

    @property
    def day(self) -> date:
        """The day to which the session counts: on which it was held, or otherwise was due."""
        return self.end if self.outcome == "held" else self.due


class Learner(NamedTuple):
    """A learner: the cohort of now, and the days of enrolment, of completion and of leaving without
    it; the cohorts before with the days up to which they were the learner's, and the times away,
    each from the day of leaving to that of coming back."""

    code: str
    cohort: str
    equity: bool
    enrolled: date
    completed: date | None = None
    left: date | None = None
    before: tuple[tuple[date, str], ...] = ()
    away: tuple[tuple[date, date], ...] = ()

    @property
    def end(self) -> date | None:
        """The day of completing or leaving; None while under way."""
        return self.completed or self.left

    def cohort_on(self, day: date) -> str:
        """The cohort to which the learner belongs on a day."""
        return next((cohort for until, cohort in self.before if day < until), self.cohort)

    def is_gone(self, day: date) -> bool:
        """Whether the learner had left by the end of a day without having come back."""
        return bool(self.left and self.left <= day) or any(
            left <= day < back for left, back in self.away)

    def stays(self) -> Iterator[tuple[str, date, date | None]]:
        """Cohort, first day, and the day that ends it (None for none), without the times away."""
        begins = self.enrolled
        # Leaving comes before a transfer of the same day, which then ends nothing.
        turns = sorted([*((left, back, "") for left, back in self.away),
                        *((day, day, cohort) for day, cohort in self.before)])
        for ends, back, cohort in turns:
            if begins < ends:
                yield cohort or self.cohort_on(begins), begins, ends
            begins = max(begins, back)
        if self.end is None or begins < self.end:
            yield self.cohort, begins, self.end


class Cohort(NamedTuple):
    """A cohort: its first and its scheduled last day."""

    name: str
    start: date
    end: date


class Return(NamedTuple):
    """Money that comes back on a day, of the row with the id `origin`; of a booking that was never
    made, which is then no longer committed, where `is_commitment`.
    `before` is what of the same row had come back. [cents]
    """

    day: date
    origin: str
    bucket: str
    learner: str
    cents: int
    is_commitment: bool = False
    before: int = 0


class Assembly:
    """The cohorts, learners and bookings of some rows, and the problems of these rows.

    A problem is a row, a sentence, and the column and content that the row refers to but no row
    states; None where it refers to nothing.
    """

    def __init__(self, scheduled_end: date, rows: Iterable[Record]) -> None:
        self.rows = tuple(rows)
        self.cohorts: dict[str, Cohort] = {}
        self.learners: dict[str, Learner] = {}
        self.bookings: dict[str, Booking] = {}
        # By the id of the row that brings it back.
        self.returns: dict[str, Return] = {}
        self.problems: list[tuple[Record, str, tuple[str, str] | None]] = []
        self._end = scheduled_end
        self._stated: dict[tuple[str, str], Record] = {}
        self._by_id = {row.id: row for row in self.rows}
        # What has come back of a row so far.
        self._back: dict[str, int] = {}
        by_event: dict[str, list[Record]] = {}
        for row in self.rows:
            by_event.setdefault(row.event, []).append(row)
        for events, add in ((("cohort",), self._add_cohort), (("enrolled",), self._add_learner),
                            (("booked",), self._add_booking),
                            (("transferred",), self._add_transfer),
                            (("rescheduled",), self._add_move), (OUTCOMES, self._add_outcome)):
            for event in events:
                for row in by_event.get(event, ()):
                    add(row)
        for row in self.rows:
            if row.event in _RETURNS:
                self._add_return(row)
            elif row.event in _ENDS:
                self._add_end(row)
        for row in self.rows:
            self._compare(row)

    def _say(self, row: Record, what: str, about: tuple[str, str] | None = None) -> None:
        self.problems.append((row, what, about))

    def _clash(self, row: Record, what: str) -> None:
        self._say(row, f"{what}; correct one of the two.")

    def _once(self, row: Record, kind: str, name: str) -> bool:
        """Whether a row is the first to state something of a name; otherwise notes a problem."""
        first = self._stated.setdefault((kind, name), row)
        if first is not row:
            self._say(row, f"{quoted(name)} is {kind} on line {first.line} already; keep one of "
                           "the two rows.")
        return first is row

    def _add_cohort(self, row: Record) -> None:
        if row.due <= row.date:
            self._clash(row, f"due is {row.due}, not after the cohort's first day, {row.date}")
        elif self._once(row, "dated", row.cohort):
            self.cohorts[row.cohort] = Cohort(row.cohort, row.date, row.due)

    def _add_learner(self, row: Record) -> None:
        if self._once(row, "enrolled", row.learner):
            self.learners[row.learner] = Learner(row.learner, row.cohort, row.equity, row.date)
            # Rows come by date, so the first enrolment is the earliest.
            self.cohorts.setdefault(row.cohort, Cohort(row.cohort, row.date, self._end))

    def _add_booking(self, row: Record) -> None:
        if row.due < row.date:
            self._clash(row, f"due is {row.due}, before the day on which it was booked, {row.date}")
            self._stated.setdefault(("booked", row.booking), row)
        elif self._once(row, "booked", row.booking):
            self.bookings[row.booking] = Booking(row.booking, row.date, row.due, row.learner,
                                                 row.bucket, row.hours, row.amount,
                                                 mentor=row.mentor)

    def _add_transfer(self, row: Record) -> None:
        learner = self.learners.get(row.learner)
        if learner is None:
            return
        if row.cohort == learner.cohort:
            self._clash(row, f"cohort is {quoted(row.cohort)}, to which learner "
                             f"{quoted(row.learner)} belongs already")
            return
        self.learners[row.learner] = learner._replace(
            cohort=row.cohort, before=(*learner.before, (row.date, learner.cohort)))
        self.cohorts.setdefault(row.cohort, Cohort(row.cohort, row.date, self._end))

    def _booking(self, row: Record) -> Booking | None:
        """The booking that a row is about; None, with a problem, where there is none."""
        booking = self.bookings.get(row.booking)
        if booking is None and ("booked", row.booking) not in self._stated:
            self._say(row, f"booking {quoted(row.booking)} was never booked; add its booked "
                           "row, or correct the code.", ("booking", row.booking))
        return booking

    def _add_move(self, row: Record) -> None:
        """Another due date, so that the weeks before that of the row stay as they were."""
        booking = self._booking(row)
        if booking is None:
            return
        if row.date > booking.due:
            self._say(row, f"date is {row.date}, after the session was due on {booking.due}; what "
                           "is moved afterwards is a no_show, and a booking of its own.")
        elif row.due < row.date or row.date < booking.booked:
            self._clash(row, f"date is {row.date}, due is {row.due}, and booking "
                             f"{quoted(row.booking)} was made on {booking.booked}")
        else:
            self._stated["rescheduled", row.booking] = row
            self.bookings[row.booking] = booking._replace(due=row.due)

    def _add_outcome(self, row: Record) -> None:
        booking = self._booking(row)
        if booking is None or not self._once(row, "ended", row.booking):
            return
        moved = self._stated.get(("rescheduled", row.booking))
        if moved and row.date < moved.date:
            self._clash(row, f"date is {row.date}, but booking {quoted(row.booking)} is "
                             f"rescheduled on {moved.date}")
        in_full = row.event == "held" and row.amount is None
        charge = booking.cents if in_full else row.amount or 0
        if row.date < booking.booked:
            self._clash(row, f"date is {row.date}, before booking {quoted(row.booking)} was made "
                             f"on {booking.booked}")
        if row.event.startswith("canceled") and row.date > booking.due:
            self._say(row, f"date is {row.date}, after the session was due on {booking.due}; what "
                           "is canceled afterwards is a no_show.")
        if charge > booking.cents:
            self._say(row, f"amount is {dollars(charge)}, but {dollars(booking.cents)} "
                           "was booked; correct it, or record the rest as paid.")
        for column in ("due", "learner", "bucket", "hours", "mentor"):
            content = getattr(row, column)
            known = getattr(booking, column)
            if content and content != known and (known or column != "mentor"):
                self._clash(row, f"{column} differs from that of booking {quoted(row.booking)}")
        self.bookings[row.booking] = booking._replace(
            outcome=row.event, end=row.date, notice=row.notice, charge=charge,
            mentor=booking.mentor or row.mentor)

    def _add_end(self, row: Record) -> None:
        """That a learner completes, leaves, or comes back."""
        learner = self.learners.get(row.learner)
        if learner is None:
            return
        if row.event == "returned":
            if learner.left is None:
                self._say(row, f"learner {quoted(row.learner)} has not left, so nobody comes back; "
                               "correct or remove the row.")
            else:
                del self._stated["completed or gone", row.learner]
                self.learners[row.learner] = learner._replace(
                    left=None, away=(*learner.away, (learner.left, row.date)))
        elif self._once(row, "completed or gone", row.learner):
            self.learners[row.learner] = learner._replace(**{row.event: row.date})

    def _add_return(self, row: Record) -> None:
        """Money that comes back, of the row that it is about."""
        origin = self._origin(row)
        if origin is None:
            return
        booking = self.bookings.get(origin.booking)
        if origin.event == "booked":
            self.bookings[origin.booking] = booking._replace(outcome=REVERSED, end=row.date)
            self.returns[row.id] = Return(row.date, origin.id, booking.bucket, booking.learner,
                                          booking.cents, is_commitment=True)
            return
        whole = booking.charge if booking else origin.amount
        left = whole - self._back.get(origin.id, 0)
        cents = left if row.event == REVERSED else row.amount
        if row.date < origin.date:
            self._clash(row, f"date is {row.date}, before that of row {quoted(origin.id)}, "
                             f"{origin.date}")
        elif not 0 < cents <= left:
            what = f"amount is {dollars(cents)}" if row.event == "refunded" else \
                f"reverses row {quoted(origin.id)}"
            self._say(row, f"{what}, but {dollars(left)} of the {dollars(whole)} of row "
                           f"{quoted(origin.id)} can still come back; correct or remove the row.")
        else:
            self._back[origin.id] = whole - left + cents
            self.returns[row.id] = Return(
                row.date, origin.id, booking.bucket if booking else origin.bucket,
                booking.learner if booking else origin.learner, cents, before=whole - left)

    def _origin(self, row: Record) -> Record | None:
        """The row whose money comes back; None, with a problem, where there is none."""
        if bool(row.booking) == bool(row.about):
            self._say(row, "names no booking and no row, or both; fill in one of booking and "
                           "about.")
            return None
        if row.booking:
            stated = self._stated.get(("ended", row.booking))
            if stated is None:
                self._say(row, f"booking {quoted(row.booking)} has no outcome, so nothing was "
                               "charged for it; correct the code, or add its outcome.",
                          ("booking", row.booking))
            return stated
        origin = self._by_id.get(row.about)
        if origin is None:
            self._say(row, f"about is {quoted(row.about)}, which is the id of no row; correct it.",
                      ("about", row.about))
        elif origin.event not in ("paid", *OUTCOMES) and not (
                origin.event == "booked" and row.event == REVERSED):
            self._say(row, f"about is {quoted(row.about)}, a row of {origin.event}, of which no "
                           "money can come back; name a payment or an outcome.")
        elif origin.booking and origin.booking not in self.bookings:
            return None
        elif origin.event == "booked" and self.bookings[origin.booking].outcome:
            self._say(row, f"about is {quoted(row.about)}, a booking that has ended as "
                           f"{self.bookings[origin.booking].outcome}; name the row of that.")
        else:
            return origin
        return None

    def _compare(self, row: Record) -> None:
        """Note where a row repeats something of a learner otherwise than the enrolment says it."""
        booking = self.bookings.get(row.booking)
        code = row.learner or (booking.learner if booking else "")
        learner = self.learners.get(code)
        if learner is None:
            if row.learner:
                self._say(row, f"learner {quoted(row.learner)} is enrolled nowhere; add the "
                               "enrolled row, or correct the code.", ("learner", row.learner))
            return
        if row.event == "enrolled":
            return
        if row.date < learner.enrolled:
            self._clash(row, f"date is {row.date}, before learner {quoted(code)} was enrolled on "
                             f"{learner.enrolled}")
        cohort = learner.cohort_on(row.date)
        if row.cohort and row.cohort != cohort and row.event != "transferred":
            self._clash(row, f"cohort is {quoted(row.cohort)}, but learner {quoted(code)} is "
                             f"enrolled in {quoted(cohort)}")
        if row.equity is not None and row.equity != learner.equity:
            self._clash(row, f"equity is {'yes' if row.equity else 'no'}, unlike at the enrolment "
                             f"of learner {quoted(code)}")
