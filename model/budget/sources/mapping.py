"""What a map says of a file of a booking, payment or learning system: which column is which, and
what its values mean. `params/budget/examples/invented_bookings.yaml` explains every key.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field

from model.budget.plan.schema import BUCKETS
from model.budget.programme.assembly import OUTCOMES
from model.budget.programme.columns import COLUMNS, EVENTS
from model.intake.amounts import AmountForm
from model.intake.mapping import UNKNOWN, Column, Form, Header, content_of, same_signs, words_of
from model.params.entry import Closed
from model.params.values import Text
from model.params.yaml_file import ParamsFile
from model.problems import Problem, fail_if, nearest, quoted

# What the values of a column may be translated into.
MEANINGS = {"event": tuple(EVENTS), "bucket": BUCKETS, "equity": ("yes", "no")}
# Events that say what became of a booking, where a row is one.
STATES = ("booked", "rescheduled", *OUTCOMES)
# The columns that a row needs, by what a row is; a fixed value stands in for one.
NEEDS = {"events": ("id", "date", "event"),
         "bookings": ("booking", "date", "due", "learner", "bucket", "amount", "event"),
         "learners": ("learner", "date", "cohort", "equity")}


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        asked = "; the map asks for it beside its key" if value == UNKNOWN else ""
        raise ValueError(f"is {quoted(str(value))}, which is no time zone; write one such as "
                         f"Europe/Berlin or UTC{asked}") from None


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
            isinstance(each, str | int | float | bool) for each in value.values()):
        raise ValueError("must say of each name what it means, as {Coaching: ONE}")
    return {key: _plain(each) for key, each in value.items()}


def _plain(value: object) -> str:
    """A value as a text; YAML takes yes and no for truths."""
    return ("no", "yes")[value] if isinstance(value, bool) else words_of(value)


def _values(value: Any) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise ValueError("must say by column what values mean, as {bucket: {Coaching: ONE}}")
    return {str(column): {_plain(name).casefold(): text for name, text in _texts(each).items()}
            for column, each in value.items()}


def _left_out(value: Any) -> dict[str, frozenset[str]]:
    if not isinstance(value, dict) or not all(isinstance(each, list) for each in value.values()):
        raise ValueError("must say by column which values are left out, as {event: [blocked]}")
    return {str(column): frozenset(_plain(each).casefold() for each in names)
            for column, names in value.items()}


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"is {quoted(str(value))}, but must be a share of the booked amount from "
                         "0 to 1")
    return float(value)


class SourceColumns(Closed):
    """The columns of a file by name, or by number from 1: those of an export, and what systems keep
    beside them: the end of a session, the day to which it is moved, the day on which its outcome
    was known, what was charged, and of a learner the days of the end."""

    id: Column | None = None
    date: Column | None = None
    event: Column | None = None
    booking: Column | None = None
    due: Column | None = None
    learner: Column | None = None
    cohort: Column | None = None
    equity: Column | None = None
    bucket: Column | None = None
    hours: Column | None = None
    notice: Column | None = None
    value: Column | None = None
    amount: Column | None = None
    note: Column | None = None
    about: Column | None = None
    mentor: Column | None = None
    until: Column | None = None
    moved_to: Column | None = None
    ended: Column | None = None
    charge: Column | None = None
    completed: Column | None = None
    left: Column | None = None
    reported: Column | None = None


class SourceMap(Closed):
    """A map of one file."""

    rows: Literal["events", "bookings", "learners"]
    columns: SourceColumns
    time_zone: Annotated[str, BeforeValidator(_zone)] | None = None
    dates: Form | None = None
    durations: Literal["hours", "minutes", "hh:mm"] = "hours"
    decimal: Literal[".", ","] = "."
    thousands: Literal["none", ".", ",", "'", "space"] = ","
    separator: Literal[",", ";", "tab", "|"] = ","
    encoding: Literal["utf-8", "utf-16", "cp1252", "cp850"] = "utf-8"
    sheet: Text | None = None
    header: Header = (1,)
    fixed: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(
        default_factory=dict)
    values: Annotated[dict[str, dict[str, str]], BeforeValidator(_values)] = Field(
        default_factory=dict)
    left_out: Annotated[dict[str, frozenset[str]], BeforeValidator(_left_out)] = Field(
        default_factory=dict)
    charges: dict[Literal["no_show", "canceled_by_learner"],
                  Annotated[float, BeforeValidator(_share)]] = Field(default_factory=dict)

    @property
    def amount_form(self) -> AmountForm:
        return AmountForm(self.decimal, self.thousands)

    @cached_property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def named(self) -> dict[str, str | int]:
        """The columns that the map names, by what they are."""
        return {key: place for key, place in self.columns if place is not None}


def read_source_map(path: Path) -> tuple[SourceMap, ParamsFile]:
    """A map, and its file. Raises InputError with every problem."""
    found, file = content_of(path, SourceMap, SourceColumns, ())
    fail_if([Problem(file.where(*keys), what) for keys, what in _contradictions(found)])
    return found, file


def _contradictions(found: SourceMap) -> list[tuple[tuple[str, ...], str]]:
    """What the keys of a map cannot say together, with their places."""
    said = same_signs(found)
    if len(found.header) > 1:
        said.append((("header",), "such a file has one line with the names of columns; name that "
                                  "one."))
    known = {*found.named, *found.fixed}
    said += [(("columns",), f"a file with a row for each of its {found.rows} needs {name}; name "
                            "its column, or a value for all rows under fixed.")
             for name in NEEDS[found.rows] if name not in known]
    if found.rows == "bookings" and not known & {"hours", "until"}:
        said.append((("columns",), "a booking needs its length: name the column hours, or until, "
                                   "the time at which it ends."))
    for key in ("values", "left_out", "fixed"):
        said += [((key, name), f"{quoted(name)} is no column of an export; "
                               f"{nearest(name, COLUMNS, lists=None)}")
                 for name in getattr(found, key) if name not in COLUMNS]
    said += [(("fixed", name), f"{name} is both a column and fixed; keep one.")
             for name in found.fixed if name in found.named]
    said += [(("fixed", name), f"{name} is still ?; write what it is of all rows, or name its "
                               "column.")
             for name, text in found.fixed.items() if text == UNKNOWN]
    for column, names in found.values.items():
        allowed = meanings(found.rows, column)
        said += [(("values", column), _no_meaning(column, name, meaning, allowed))
                 for name, meaning in names.items() if allowed and meaning not in allowed]
    return said


def meanings(rows: str, column: str) -> tuple[str, ...]:
    """What the values of a column may mean, where a row is one of `rows`; empty where anything."""
    return STATES if (rows, column) == ("bookings", "event") else MEANINGS.get(column, ())


def _no_meaning(column: str, name: str, meaning: str, allowed: tuple[str, ...]) -> str:
    if meaning == UNKNOWN:
        return (f"what {quoted(name)} is, is still ?; write one of {', '.join(allowed)}, or put it "
                f"under left_out, {column}.")
    return f"{quoted(name)} is {quoted(meaning)}, which is no {column}; {nearest(meaning, allowed)}"
