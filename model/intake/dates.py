"""The form in which a file writes dates and months, such as DD.MM.YYYY, and dates read by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from model.problems import quoted

# Names of months as English and German programs write them, by number from 1.
_NAMES = {name: number for number, names in enumerate((
    "jan january januar jän jänner", "feb february februar", "mar march mär märz mrz",
    "apr april", "may mai", "jun june juni", "jul july juli", "aug august",
    "sep sept september", "oct october okt oktober", "nov november", "dec december dez dezember",
), 1) for name in names.split()}
_PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})", "YY": r"(?P<year>[0-9]{2})",
    "MMM": r"(?P<name>[^\W\d_]+)\.?", "MM": r"(?P<month>[0-9]{2})", "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})", "D": r"(?P<day>[0-9]{1,2})",
    "hh": "[0-9]{1,2}", "mm": "[0-9]{2}", "ss": r"[0-9]{2}(?:\.[0-9]+)?"}
_TOKEN = re.compile("|".join(_PARTS))
_CENTURY = 2000


class Day(NamedTuple):
    """A month (YYYY-MM), and the day in it where the file names one."""

    month: str
    day: int | None = None


@dataclass(frozen=True)
class DateForm:
    """A form of dates: YYYY or YY, MMM (a name), MM or M, and DD or D, as `DD.MM.YYYY`."""

    form: str

    def __post_init__(self):
        tokens = _TOKEN.findall(self.form)
        kinds = [token[0] for token in tokens]
        if kinds.count("Y") != 1 or kinds.count("M") != 1 or kinds.count("D") > 1:
            raise ValueError(f"is {quoted(self.form)}, but must name a year and a month, and at "
                             "most a day, as DD.MM.YYYY, MM/DD/YYYY, YYYY-MM or MMM YYYY do")

    def day(self, cell: object) -> Day:
        """The day in a cell. Raises ValueError with the end of a sentence."""
        if isinstance(cell, date):
            return Day(f"{cell:%Y-%m}", cell.day)
        if isinstance(cell, int | float) and cell == int(cell):
            cell = str(int(cell))
        if not isinstance(cell, str):
            raise ValueError(f"{quoted(str(cell))} is no date of the form {self.form}")
        return _day(self.form, " ".join(cell.split()))


@lru_cache(maxsize=256)
def _pattern(form: str) -> re.Pattern:
    parts, at = [], 0
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[at:token.start()]), _PARTS[token[0]]]
        at = token.end()
    return re.compile("".join([*parts, re.escape(form[at:])]))


@lru_cache(maxsize=4096)
def _day(form: str, text: str) -> Day:
    found = (match := _pattern(form).fullmatch(text)) and match.groupdict()
    if found:
        year = int(found["year"]) + (_CENTURY if len(found["year"]) == 2 else 0)
        month = _NAMES.get(found["name"].lower(), 0) if "name" in found else int(found["month"])
        day = int(found["day"]) if "day" in found else None
        try:
            return Day(f"{date(year, month, day or 1):%Y-%m}", day)
        except ValueError:
            pass
    raise ValueError(f"{quoted(text)} is no date of the form {form}")
