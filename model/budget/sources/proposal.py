"""A first map of a file of a booking, payment or learning system, with ? where its reader has to
decide. A column is known by its name, what a value means by the word for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from model.budget.sources.cells import clock24
from model.budget.sources.mapping import MEANINGS, NEEDS, STATES, meanings
from model.intake import recognition
from model.intake.dates import DateForm
from model.intake.mapping import UNKNOWN, words_of
from model.intake.proposal import read, word
from model.intake.recognition import forms_of
from model.intake.table import Cell, Row, Table
from model.problems import InputError, visible

# How systems call the columns, the most telling name first.
_NAMES = {
    "id": ("id", "event id", "transaction id", "payment id", "charge id", "row id", "reference"),
    "booking": ("booking", "booking id", "booking code", "appointment id", "invitee uuid", "uid",
                "event uuid"),
    "date": ("date", "created at", "created", "booked at", "booked on", "booking date",
             "invitee created at", "event created date & time", "created (utc)", "timestamp",
             "enrolled at", "enrolled on", "enrolment date", "enrollment date", "paid on"),
    "due": ("due", "start time", "start", "starts at", "start date & time", "start date",
            "session date", "appointment date", "scheduled for"),
    "until": ("end time", "end", "ends at", "end date & time"),
    "event": ("event", "status", "state", "booking status", "appointment status", "type",
              "attendance", "canceled", "cancelled"),
    "learner": ("learner", "invitee email", "attendee email", "client email", "customer email",
                "email", "e-mail", "student", "student id", "learner id", "client", "user id",
                "username"),
    "cohort": ("cohort", "group", "class", "course", "batch", "team"),
    "equity": ("equity", "scholarship", "reserved seat", "grant", "funded"),
    "bucket": ("bucket", "service", "event type", "event type name", "session type", "category",
               "product", "budget line", "account"),
    "hours": ("hours", "duration", "length", "duration (min)", "duration (minutes)", "minutes",
              "duration (hours)"),
    "amount": ("amount", "price", "total", "cost", "fee", "net", "amount (usd)"),
    "charge": ("charge", "charged", "amount charged", "cancellation fee"),
    "ended": ("canceled at", "cancelled at", "canceled on", "cancelled on", "updated at"),
    "moved_to": ("moved to", "rescheduled to", "new start time"),
    "mentor": ("mentor", "host", "host email", "provider", "coach", "team member", "instructor",
               "tutor", "assigned to"),
    "value": ("value", "progress", "% complete", "completion", "score"),
    "reported": ("reported", "last activity", "as of", "last access", "report date"),
    "completed": ("completed at", "completed on", "completion date", "completed"),
    "left": ("left at", "left on", "withdrawn on", "dropped on", "unenrolled at"),
    "about": ("about", "refund of", "original payment", "parent id"),
    "notice": ("notice", "notice (h)"), "note": ("note", "notes", "comment", "description"),
}
_MEANT = {
    "event": {
        "held": "held completed complete attended done finished fulfilled",
        "booked": "booked confirmed active accepted scheduled pending upcoming approved",
        "no_show": "no_show noshow missed absent",
        "canceled_by_learner": "canceledbyclient cancelledbyclient canceledbyinvitee "
                               "cancelledbyinvitee canceledbylearner cancelledbylearner",
        "canceled_by_mentor": "canceledbyhost cancelledbyhost canceledbyprovider "
                              "cancelledbyprovider canceledbymentor cancelledbymentor",
        "mentor_no_show": "hostnoshow providernoshow mentornoshow noshowhost",
        "rescheduled": "rescheduled moved", "paid": "paid succeeded charge payment",
        "refunded": "refunded refund"},
    "bucket": {"ONE": "one onetoone 1on1 11 individual private", "GRP": "grp group workshop class",
               "LIB": "library content", "MKT": "marketing advertising ads"},
    "equity": {"yes": "yes true 1 y", "no": "no false 0 n"}}
_OFFSET = re.compile(r"\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$")
_TIMES = ("date", "due", "until", "moved_to", "ended", "completed", "left", "reported")
_FORMS = (*recognition.DATES, *(DateForm(f"{day}{clock}") for day in (
    "DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD.MM.YYYY", "DD-MM-YYYY")
    for clock in (" hh:mm", " hh:mm:ss")))
# Letters of a name that is looked for among other words.
_LEAST = 4
# Of more values than that a column is no list of words.
_MOST_VALUES = 60


def propose(path: Path) -> str:
    """The text of a map for a file. Raises InputError for a file that is no table."""
    table, written = read(path)
    header = next((row for row in table.rows[:30] if sum(
        name in known for known in _NAMES.values() for name in _names(row)) >= 2), None)
    if header is None:
        raise InputError.of(table.name, "has no line with names of columns that are known, so no "
                                        "map can be proposed; write one after the example in "
                                        "params/budget/examples.")
    return "\n".join(_Proposal(table, header, written).lines()) + "\n"


def _names(row: Row) -> list[str]:
    return [words_of(cell).casefold() for cell in row.cells]


class _Proposal:
    """What is known of a file, and what is asked."""

    def __init__(self, table: Table, header: Row, written: dict[str, str]) -> None:
        self.table, self.header, self.written = table, header, written
        self.below = [row for row in table.rows if row.number > header.number]
        self.places: dict[str, int] = {}
        names = _names(header)
        for key, known in _NAMES.items():
            place = next((names.index(name) for name in known if name in names
                          and names.index(name) not in self.places.values()), None)
            if place is not None:
                self.places[key] = place
        self._more_places(names)
        self.kind = self._kind()

    def _more_places(self, names: list[str]) -> None:
        """Columns whose names hold a known one among other words, the longest first."""
        found = sorted(((len(known), key, place) for place, name in enumerate(names)
                        for key, every in _NAMES.items() for known in every
                        if len(known) >= _LEAST and re.search(rf"\b{re.escape(known)}\b", name)),
                       key=lambda each: -each[0])
        for _, key, place in found:
            if key not in self.places and place not in self.places.values():
                self.places[key] = place

    def _kind(self) -> str:
        events = [self._meaning("event", value, STATES) for value in self._values("event")]
        if "due" in self.places and "id" in self.places and "booking" not in self.places and \
                "bucket" in self.places:
            # Of bookings, the id of a row is that of the booking.
            self.places["booking"] = self.places.pop("id")
        if {"booking", "due", "event"} <= self.places.keys() and set(events) <= {*STATES, UNKNOWN}:
            codes = self._cells("booking", each=True)
            if len(set(codes)) == len(codes):
                return "bookings"
        if "event" not in self.places and "amount" not in self.places and \
                {"learner", "date"} <= self.places.keys():
            return "learners"
        return "events"

    def lines(self) -> Iterator[str]:
        yield (f"# Proposed from {visible(self.table.name)}. Nothing is read before each ? is "
               "answered.")
        yield f"rows: {self.kind}  # a row is an event, a booking with its state, or a learner"
        yield from (f"{key}: {word(value)}" for key, value in self.written.items())
        yield f"header: {self.header.number}"
        yield from self._forms()
        yield "columns:"
        names = [words_of(cell) for cell in self.header.cells]
        for key, place in self.places.items():
            own = names[place]
            yield f"  {key}: {word(own) if names.count(own) == 1 and own else place + 1}"
        left = [name for at, name in enumerate(names) if name and at not in self.places.values()]
        yield f"  # not used: {visible(', '.join(left)) or 'none'}"
        yield from self._fixed()
        yield from self._meanings()
        yield "left_out: {}  # values of rows that do not count, as {event: [blocked]}"
        if self.kind == "bookings" and "charge" not in self.places:
            yield "charges:  # what part of the price is charged"
            yield f"  no_show: {word(UNKNOWN)}"
            yield f"  canceled_by_learner: {word(UNKNOWN)}"

    def _forms(self) -> Iterator[str]:
        times = [cell for key in _TIMES for cell in self._cells(key)]
        texts = [clock24(words_of(cell)) for cell in times if isinstance(cell, str)]
        if any(map(_OFFSET.search, texts)):
            yield (f"time_zone: {word(UNKNOWN)}  # of the programme, as Europe/Berlin: a time with "
                   "a zone counts to the day that it is there")
        elif texts and not all(re.match(r"\d{4}-\d\d-\d\d", text) for text in texts):
            forms = forms_of(_FORMS, texts)
            if len(forms) == 1:
                yield f"dates: {word(forms[0].form)}"
            else:
                asked = " or ".join(form.form for form in forms) or "such as DD/MM/YYYY hh:mm"
                yield f"dates: {word(UNKNOWN)}  # which form do dates have, {asked}?"
        amounts = [cell for key in ("amount", "charge") for cell in self._cells(key)]
        forms = forms_of(recognition.AMOUNTS, [cell for cell in amounts if isinstance(cell, str)])
        form = forms[0] if forms else recognition.AMOUNTS[1]
        if len(forms) > 1:
            shown = next(iter(amounts), "")
            yield (f"decimal: {word(UNKNOWN)}  # which sign stands before decimals, as in "
                   f"{visible(words_of(shown))}?")
        else:
            yield f"decimal: {word(form.decimal)}"
        yield f"thousands: {word(form.thousands)}"
        name = _names(self.header)[self.places["hours"]] if "hours" in self.places else ""
        lengths = [words_of(cell) for cell in self._cells("hours")]
        if any(":" in text for text in lengths):
            yield "durations: hh:mm"
        elif name:
            long = "min" in name or any(text.isdecimal() and int(text) > 8 for text in lengths)
            yield f"durations: {'minutes' if long else 'hours'}"

    def _fixed(self) -> Iterator[str]:
        """What the rows need and no column of the file says."""
        needs = [name for name in NEEDS[self.kind] if name not in self.places]
        if self.kind == "bookings" and not {"hours", "until"} & self.places.keys():
            needs.append("hours")
        if self.kind == "events" and "bucket" not in self.places:
            needs.append("bucket")
        if "event" in needs:
            needs.remove("event")
            yield "fixed:  # of all rows"
            yield "  event: paid"
        elif needs:
            yield "fixed:  # of all rows; or name the column above"
        yield from (f"  {name}: {word(UNKNOWN)}" for name in needs)

    def _meanings(self) -> Iterator[str]:
        lines = []
        for column in MEANINGS:
            allowed, values = meanings(self.kind, column), self._values(column)
            own = [value for value in values if value.casefold() not in
                   {each.casefold() for each in allowed}]
            if own:
                known = allowed if len(allowed) < 12 else ("an event",)
                lines.append(f"  {column}:  # {', '.join(known)}")
                lines += [f"    {word(value)}: {word(self._meaning(column, value, allowed))}"
                          for value in own]
        yield from ["values:  # what the words of the file mean", *lines] if lines else []

    def _values(self, column: str) -> list[str]:
        found = list(dict.fromkeys(words_of(cell) for cell in self._cells(column)))
        return found if len(found) <= _MOST_VALUES else []

    @staticmethod
    def _meaning(column: str, value: str, allowed: Collection[str]) -> str:
        if value in allowed:
            return value
        bare = re.sub(r"[\W_]+", "", value.casefold())
        return next((meaning for meaning, known in _MEANT[column].items()
                     if meaning in allowed and bare in known.replace("_", "").split()), UNKNOWN)

    def _cells(self, key: str, each: bool = False) -> list[Cell]:
        if key not in self.places:
            return []
        cells = [cell for row in self.below if words_of(cell := row.cell(self.places[key]))]
        return cells if each else list(dict.fromkeys(cells))
