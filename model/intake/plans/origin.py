"""Where the figures of an entry come from once a plan from a spreadsheet is in it: the cells of
what the file says, and for all else what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from model.intake.plans.items import Item
from model.params.calendar import Calendar
from model.params.entry import Entry
from model.params.values import EVIDENCE

# The most characters of a source.
_LONGEST = 600
_OTHERWISE = "; otherwise "
_TIMES = r"([0-9]{4}[-0-9]*)(?: to ([0-9]{4}[-0-9]*))?"


@dataclass(frozen=True)
class Origin:
    """The origin of an entry as it stood before a file, of which sources are of a `kind`."""

    kind: str
    name: str
    entry: Entry
    calendar: Calendar

    def of(self, items: Sequence[Item]) -> str:
        """The source of an entry whose level, and perhaps its season, the file gives."""
        level = next(item for item in items if item.path == item.target)
        if self._is_whole(level):
            return _cut(f"{self.kind}: {self.name}, {'; '.join(item.where for item in items)}")
        times = " to ".join(dict.fromkeys((level.times[0], level.times[-1])))
        said = f"{times} as in {self.name} ({level.where})"
        season = next((item for item in items if item is not level), None)
        source = self._before(level)
        source = (f"{source}; {said}" if self.printed_for(level)
                  else f"{self.kind}: {said}{_OTHERWISE}{source}")
        return self.with_season(source, season) if season else _cut(source)

    def with_season(self, source: str, season: Item) -> str:
        """A source of an entry of which the file gives the season."""
        bare = re.sub(rf"; season as in {re.escape(self.name)} \([^)]*\)", "", source)
        return _cut(f"{bare}; season as in {self.name} ({season.where})")

    def printed_for(self, level: Item) -> tuple[int, ...]:
        """The printed years of which a file says nothing; none where nothing was printed."""
        printed = self.entry.printed_for or self.calendar.years
        if self.entry.kind not in EVIDENCE or self._is_whole(level) or (
                self.calendar.year_starts > 1):
            return ()
        said = {int(time[:4]) for time in level.times}
        return tuple(year for year in printed if year not in said)

    def _is_whole(self, level: Item) -> bool:
        """Whether a file says all of an entry."""
        if self.entry.form == "month":
            return not level.kept
        places = {at for time in level.times if time for at in (
            [self.calendar.labels.index(time)] if "-" in time else
            range(self.calendar.months)[self.calendar.months_of(int(time))])}
        return "" in level.times or len(places) == self.calendar.months

    def _before(self, level: Item) -> str:
        """The source so far, without what it has of the same file for the same times."""
        first, last = _months(level.times[0])[0], _months(level.times[-1])[1]

        def later(match: re.Match) -> str:
            begins, ends = _months(match[1])[0], _months(match[2] or match[1])[1]
            return "" if first <= begins and ends <= last else match[0]
        said = rf"{_TIMES} as in {re.escape(self.name)} \([^)]*\)"
        source = re.sub(f"; {said}", later, self.entry.source)
        return re.sub(f"^{self.kind}: {said}{_OTHERWISE}", later, source)


def _months(time: str) -> tuple[str, str]:
    """The first and the last month of a time."""
    return (time, time) if "-" in time else (f"{time}-01", f"{time}-12")


def _cut(source: str) -> str:
    return source if len(source) <= _LONGEST else f"{source[:_LONGEST - 1]}…"
