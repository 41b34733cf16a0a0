"""The columns and events of a programme's export, and the reading of one cell.

A row is one event with an id and a date. EVENTS says which of the other columns each event needs
and which it may have. A cell that an event does not use must be empty. Whatever reads a cell raises
CellError where its text cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from model.budget import money
from model.problems import nearest, quoted

COLUMNS = {
    "id": "name of the row, which no other row has",
    "date": "the day on which it happened, YYYY-MM-DD",
    "event": "what happened, one of the events",
    "booking": "code of the booking that is made, or that the row is about",
    "due": "YYYY-MM-DD: the day of a booked session, or the scheduled last day of a cohort",
    "learner": "code of the learner; no name is needed",
    "cohort": "the cohort to which a learner belongs",
    "equity": "yes where the learner's seat is one of those reserved for equity, otherwise no",
    "bucket": "the part of the plan that pays, such as ONE or GRP",
    "hours": "length in hours, of whole minutes: 50 minutes are 0.83 or 0.8333",
    "notice": "hours between a learner's cancellation and the session",
    "value": "what was measured; its meaning depends on the event",
    "amount": "USD with at most two decimals: what is booked, charged or paid",
    "note": "words of your own; of admin minutes, the kind of work",
    "about": "id of an earlier row, whose money comes back",
    "mentor": "code of the mentor whose session it is, or whose hours are offered",
}
KEY_COLUMNS = ("id", "date", "event")
# Buckets in which sessions are booked.
SESSIONS = ("ONE", "GRP")


@dataclass(frozen=True)
class Event:
    """What an event means, and the columns that it needs and may have beside id, date, event and
    note; `low` and `high` bound the value."""

    meaning: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False


_WHO = ("cohort", "equity")
_WHAT = (*_WHO, "learner", "bucket", "due", "hours", "mentor")

EVENTS = {
    "cohort": Event("a cohort runs from the date to the due date; without this row it runs from "
                    "its first enrolment to the week in which the plan ends cohorts",
                    ("cohort", "due")),
    "enrolled": Event("a learner joins a cohort", ("learner", "cohort", "equity")),
    "offered": Event("mentor hours that can be booked in the week of the date",
                     ("bucket", "hours"), ("mentor",)),
    "unserved": Event("a learner asks for a session and finds no place",
                      ("learner", "bucket"), (*_WHO, "hours")),
    "booked": Event("a learner books a session for the due date; its amount is committed, 0 for a "
                    "seat in a workshop that is paid already",
                    ("booking", "due", "learner", "bucket", "hours", "amount"),
                    (*_WHO, "mentor")),
    "rescheduled": Event("a booked session is moved to another due date, not after the old one; "
                         "what is committed stays, and nobody has canceled", ("booking", "due")),
    "held": Event("a booked session takes place; the amount is spent, all that was booked where "
                  "it is empty", ("booking",), (*_WHAT, "amount")),
    "no_show": Event("the learner does not come; the amount is charged all the same",
                     ("booking", "amount"), _WHAT),
    "canceled_by_mentor": Event("the mentor cancels; nothing is charged", ("booking",), _WHAT),
    "mentor_no_show": Event("the mentor does not come; nothing is charged, and it counts with what "
                            "mentors cancel, not as the learner's no-show", ("booking",), _WHAT),
    "canceled_by_learner": Event("the learner cancels; the amount is charged all the same",
                                  ("booking", "notice", "amount"), _WHAT),
    "progress": Event("share of the programme's requirement that a learner has done",
                      ("learner", "value"), _WHO, 0, 1),
    "completed": Event("a learner completes the programme", ("learner",), _WHO),
    "left": Event("a learner leaves without completing", ("learner",), _WHO),
    "returned": Event("a learner who had left comes back to the same cohort", ("learner",), _WHO),
    "transferred": Event("a learner goes over to another cohort, and counts there from that day "
                         "on", ("learner", "cohort"), ("equity",)),
    "satisfaction": Event("a learner's answer, 1 to 5", ("learner", "value"), _WHO, 1, 5),
    "recommendation": Event("how likely a learner is to recommend the programme, 0 to 10",
                            ("learner", "value"), _WHO, 0, 10, whole=True),
    "certification_passed": Event("an attempt at the certificate succeeds", ("learner",), _WHO),
    "certification_failed": Event("an attempt at the certificate fails", ("learner",), _WHO),
    "portfolio_piece": Event("a learner delivers a piece of work", ("learner",), _WHO),
    "placed": Event("a learner finds a job", ("learner",), _WHO),
    "paid": Event("a payment that settles no booking: content, tools, advertising; one for "
                  "a workshop counts for the equity floor by the seats of its day",
                  ("bucket", "amount"), ("learner", *_WHO)),
    "refunded": Event("money comes back, as by a credit note or refund: of a booking's charge, or "
                      "of the payment whose id stands in about; sessions stay counted as they were",
                      ("amount",), ("booking", "about")),
    "reversed": Event("all the money comes back of an earlier row, whose id stands in about: a "
                      "payment, an outcome, or a booking without one, which then was never made",
                      ("about",)),
    "admin": Event("minutes of administration; the note says on what", ("value", "note"), (),
                   0, 1440),
}

LONGEST_NOTE = 200
# What prints the columns and the events.
COMMAND = "python -m model budget columns"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,79}")
_PLAIN = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
_NEGATIVE = re.compile(r"[-−(][0-9.,]+\)?")
# What follows the comma of a number that a comma cut: 00, 400.00, 400.
_REST = re.compile(r"[0-9]+(\.[0-9]*)?")
_FORMULA = ("=", "+", "-", "@")
_MOST_HOURS = {"offered": 10_000}
_LONGEST_SESSION = 24
_MINUTES = 60
# Cells repeat, so each text is read once.
_cache = lru_cache(maxsize=5_000)


class CellError(ValueError):
    """A cell that cannot be used. The message is a sentence that lacks its subject, the column."""


def code(text: str) -> str:
    if not _ID.fullmatch(text):
        raise CellError(f"is {quoted(text)}; use letters, digits and . _ : / @ + - only, a letter "
                        "or digit first, at most 80.")
    return text


@_cache
def words(text: str, longest: int = 60) -> str:
    """Text. Raises CellError for what a spreadsheet would run as a formula."""
    if text.startswith(_FORMULA):
        raise CellError(f"is {quoted(text)} and begins with {quoted(text[0])}, which a "
                        "spreadsheet takes for a formula; begin with a letter or digit.")
    if len(text) > longest:
        raise CellError(f"has {len(text):,} characters; shorten it to {longest}.")
    return text


@_cache
def day(text: str) -> date:
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CellError(f"is {quoted(text)}, a day that no calendar has; correct it.") from None
    raise CellError(f"is {quoted(text)}; write a date as YYYY-MM-DD, such as 2026-01-05, or "
                    "say in a map of the file how it writes dates.")


@_cache
def number(text: str) -> float:
    if _PLAIN.fullmatch(text):
        return float(text)
    raise CellError(_not_a_number(text, "digits with a point"))


@_cache
def cents(text: str) -> int:
    if _NEGATIVE.fullmatch(text):
        raise CellError(f"is {quoted(text)}, but must be 0 or more; record what comes back as "
                        "refunded, with its booking or, in about, the id of its payment.")
    try:
        return money.cents(text)
    except ValueError as error:
        raise CellError(f"is {quoted(text)}, which {error}.") from None


def cut_in_two(amount: str, note: str) -> bool:
    """Whether an amount and the note behind it may be one number that had a comma: 75 and 00."""
    return amount.isascii() and amount.isdecimal() and bool(_REST.fullmatch(note))


def _not_a_number(text: str, how: str) -> str:
    if _NEGATIVE.fullmatch(text):
        return (f"is {quoted(text)}, but must be 0 or more; correct the row that was wrong "
                "instead of setting a negative one against it.")
    return f"is {quoted(text)}; write {how}, without signs, units or thousands separators."


@_cache
def minutes(text: str, event: str) -> int:
    """Hours as whole minutes. The digits of a fraction such as 0.83 may stop where they would go
    on: they stand for the minute that is written so. Raises CellError."""
    hours, most = number(text), _MOST_HOURS.get(event, _LONGEST_SESSION)
    if not 0 < hours <= most:
        raise CellError(f"is {text} h, but must be above 0 and at most {most:,} h.")
    exact = Fraction(text) * _MINUTES
    whole = round(exact)
    if exact != whole and abs(exact - whole) * 2 * 10**len(text.partition(".")[2]) > _MINUTES:
        raise CellError(f"is {text} h, which is no whole number of minutes; write minutes as a "
                        "part of an hour, such as 1.25 for 75 or 0.83 for 50.")
    return max(1, whole)


@_cache
def measurement(text: str, event: str) -> float:
    """The value of an event. Raises CellError outside the event's bounds."""
    value, kind = number(text), EVENTS[event]
    if not kind.low <= value <= kind.high:
        raise CellError(f"is {text}, but must lie between {kind.low:g} and {kind.high:g}.")
    if kind.whole and value % 1:
        raise CellError(f"is {text}; write a whole number.")
    return value


def description() -> str:
    """Every column and event in words, as `python -m model budget columns` prints them."""
    width = max(map(len, (*COLUMNS, *EVENTS)))
    lines = ["An export is a CSV file in UTF-8. A row is one event; the first line names the "
             "columns,", "in any order. Those that nothing fills may be left out.", "",
             "Columns"]
    lines += [f"  {name:{width}}  {meaning}" for name, meaning in COLUMNS.items()]
    lines += ["", f"Events, which all need {', '.join(KEY_COLUMNS)} and may have a note"]
    for name, event in EVENTS.items():
        lines.append(f"  {name:{width}}  {event.meaning}")
        parts = [f"needs {', '.join(event.needs)}"]
        if event.may:
            parts.append(f"may have {', '.join(event.may)}")
        if event.high:
            whole = "a whole number of " if event.whole else ""
            parts.append(f"value: {whole}{event.low:g} to {event.high:g}")
        lines.append(f"  {'':{width}}  {'; '.join(parts)}")
    lines += ["", "A first line that begins with # is shown wherever the figures are. An example: "
              "params/budget/examples/invented_quarter.csv"]
    return "\n".join(lines)


def yes_or_no(text: str) -> bool:
    """Whether a cell says yes. Raises CellError on anything but yes and no."""
    if text.lower() not in ("yes", "no"):
        raise CellError(f"is {quoted(text)}; write yes or no.")
    return text.lower() == "yes"


def event_name(text: str) -> str:
    if text in EVENTS:
        return text
    raise CellError(f"is {quoted(text)}, which is no event; {_like_event(text[:60])}")


@_cache
def _like_event(text: str) -> str:
    return nearest(text, EVENTS, lists=None)


def bucket_code(text: str, event: str, buckets: Collection[str]) -> str:
    """The code of a bucket that an event can have. Raises CellError."""
    if text not in buckets:
        raise CellError(f"is {quoted(text)}, which the plan does not have; "
                        f"{nearest(text, buckets)}")
    if event != "paid" and text not in SESSIONS:
        raise CellError(f"is {text}, in which no sessions are booked; write "
                        f"{' or '.join(SESSIONS)}, or record a payment as paid.")
    return text
