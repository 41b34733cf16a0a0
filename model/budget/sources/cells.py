"""Single cells of a source file as an export writes them: days in the programme's time zone, hours,
amounts. What a cell cannot be read as raises ValueError with the end of a sentence.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from model.budget.sources.mapping import SourceMap
from model.intake.amounts import currency
from model.intake.dates import DateForm
from model.intake.mapping import words_of
from model.intake.table import Cell
from model.problems import quoted

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::[0-5]\d)?")
# A time of twelve hours, as 4:00 pm.
_HALF_DAY = re.compile(
    r"(?<!\d)(0?[1-9]|1[0-2])(:[0-5]\d(?::[0-5]\d)?) ?([ap])\.?m\.?(?![a-z])", re.IGNORECASE)
_MINUTES = Decimal(60)
_DIGITS = Decimal("1e-9")


def moment(cell: Cell, found: SourceMap) -> datetime:
    """The local time in a cell; midnight where it names a day alone."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    return _moment(clock24(words_of(cell)), found.dates, found.zone)


def clock24(text: str) -> str:
    """A text in which times of twelve hours are written with twenty-four: 4:00 pm as 16:00."""
    return _HALF_DAY.sub(lambda match: (
        f"{int(match[1]) % 12 + (12 if match[3] in 'pP' else 0):02d}{match[2]}"), text)


@lru_cache(maxsize=65_536)
def _moment(text: str, form: str | None, zone: ZoneInfo | None) -> datetime:
    if form is None:
        match = _ISO.fullmatch(text)
        try:
            time = datetime.fromisoformat(text) if match else None
        except ValueError:
            time = None
        if time is None:
            raise ValueError(f"{quoted(text)} is no date as 2026-01-05 or 2026-01-05T16:00:00Z; "
                             "say in the map how the file writes dates, as dates: DD/MM/YYYY")
        if time.tzinfo is None:
            return time
        if zone is None:
            raise ValueError(f"{quoted(text)} is a time with a zone; say in the map in which one "
                             "the programme has its days, as time_zone: Europe/Berlin")
        return time.astimezone(zone).replace(tzinfo=None)
    found = DateForm(form).day(text)
    if found.day is None:
        raise ValueError(f"{quoted(text)} names no day; its form, {form}, has none")
    clock = _CLOCK.search(text)
    start = datetime.fromisoformat(f"{found.month}-{found.day:02d}")
    return start + timedelta(hours=int(clock[1]), minutes=int(clock[2])) if clock else start


def hours(cell: Cell, found: SourceMap) -> str:
    """A length in hours, from hours, minutes or hh:mm."""
    if found.durations == "hh:mm":
        clock = _CLOCK.fullmatch(words_of(cell))
        if clock is None:
            raise ValueError(f"{quoted(words_of(cell))} is no length as 0:50")
        return in_hours(Decimal(60 * int(clock[1]) + int(clock[2])))
    length = _number(cell, found)
    return in_hours(length) if found.durations == "minutes" else f"{length:f}"


def in_hours(minutes: Decimal) -> str:
    """Minutes as hours with as many digits as tell one minute from the next."""
    return f"{(minutes / _MINUTES).quantize(_DIGITS).normalize():f}"


def amount(cell: Cell, found: SourceMap, code: str) -> Decimal:
    """An amount, which may be negative, in the currency of the plan."""
    written = currency(cell)
    if written not in (None, code):
        raise ValueError(f"{quoted(words_of(cell))} is in {written}, where the plan is in {code}; "
                         "nothing is converted")
    return _number(cell, found)


def value(cell: Cell, found: SourceMap) -> str:
    """What was measured; a percentage becomes a share."""
    text = words_of(cell)
    if text.endswith("%"):
        return f"{(_number(text[:-1].strip(), found) / 100).normalize():f}"
    return f"{_number(cell, found):f}"


def _number(cell: Cell, found: SourceMap) -> Decimal:
    number = found.amount_form.amount(cell if isinstance(cell, int | float) else words_of(cell))
    if number is None:
        raise ValueError("is empty")
    return number
