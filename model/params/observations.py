"""Actuals by month, from the rows of a file by month and by week.

A week belongs to the month of its Thursday. A flow by week is the sum of a month's weeks, once all
of them are in the file; for all else the last week of a month stands for the month. Months before
the plan are its history, which is held against no plan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from model.params.actuals_file import ActualsFile, Row
from model.params.calendar import MONTH, Calendar, month_index
from model.params.numerals import thousands
from model.problems import Problem, fail_if, nearest, quoted

WEEK = re.compile(r"((?:19|20)[0-9]{2})-W([0-9]{2})")
# How much alike two names are if one may be meant for the other. [share of the letters]
ALIKE = 0.75


@dataclass(frozen=True)
class Kind:
    """What a line or KPI is: whether its weeks add up, whether it may be below zero (sign `minus`),
    and whether a company can observe it, as it cannot the model's counters."""

    unit: str
    adds_up: bool
    sign: str = "minus"
    observable: bool = True


@dataclass(frozen=True, eq=False)
class Actuals:
    """What was observed of lines and KPIs: by name, `values` are (month,), NaN where a month is not
    closed, `weeks` what is given by week, and `notes` the last note of each month.

    notices       names, and what a reader should look into
    open_months   names, and months whose weeks are not all in the file, as in a running month
    closed        the last closed month, if the file says so
    later         by name and month, what is given so far of months after it; no figure uses it
    ambiguous     rows, and their months, whose point may be meant to group thousands
    history       the same of the months before the plan, if anything is given of them
    """

    file: str
    remark: str
    calendar: Calendar
    values: Mapping[str, np.ndarray] = field(repr=False)
    weeks: Mapping[str, Mapping[str, float]] = field(repr=False)
    notes: Mapping[tuple[str, str], str] = field(repr=False)
    notices: tuple[tuple[str, str], ...] = ()
    open_months: tuple[tuple[str, str], ...] = ()
    closed: str | None = None
    later: Mapping[tuple[str, str], float] = field(default_factory=dict)
    ambiguous: tuple[tuple[Row, str], ...] = ()
    history: Actuals | None = None

    def last(self, name: str) -> int | None:
        """The place of the last closed month of a name, or None."""
        places = np.flatnonzero(np.isfinite(self.values[name]))
        return int(places[-1]) if places.size else None


def week_month(period: str) -> str | None:
    """The month of an ISO week (2026-W11), or None for a week that the year does not have."""
    year, week = map(int, WEEK.fullmatch(period).groups())
    try:
        return f"{date.fromisocalendar(year, week, 4):%Y-%m}"
    except ValueError:
        return None


def weeks_of(month: str) -> tuple[str, ...]:
    """The ISO weeks that belong to a month, in order."""
    first = date.fromisoformat(f"{month}-01")
    thursday = first + timedelta((3 - first.weekday()) % 7)
    weeks = []
    while f"{thursday:%Y-%m}" == month:
        year, week, _ = thursday.isocalendar()
        weeks.append(f"{year}-W{week:02d}")
        thursday += timedelta(7)
    return tuple(weeks)


def name_fault(name: str, kinds: Mapping[str, Kind], company: str, before: int = 0) -> str:
    """Why nobody can observe what has a name, with the nearest name that can be; `before` is the
    number of problems before this one."""
    if (kind := kinds.get(name)) and kind.observable:
        return ""
    if kind:
        return f"{name} is a counter of the model, which nobody observes; remove the row."
    names = [other for other, each in kinds.items() if each.observable]
    hint = nearest(name, names, cutoff=ALIKE, before=before)
    if hint.startswith("see"):
        hint = (f"`python -m model project {company} --format csv` prints the names of all "
                "lines, and the scoreboard those of the KPIs.")
    return f"{quoted(name)} is neither a line nor a KPI of {company}; {hint}"


def monthly_actuals(file: ActualsFile, calendar: Calendar, kinds: Mapping[str, Kind],
                    company: str) -> Actuals:
    """The actuals of a file, of names of some `kinds`. Raises InputError."""
    gathering = _Gathering(calendar, kinds, company)
    for row in file.rows:
        gathering.take(row)
    if file.closed and file.closed[0] > calendar.labels[-1]:
        month, line = file.closed
        gathering.problems.append((line, f"closes the books to {month}, after the plan, which ends "
                                   f"in {calendar.labels[-1]}; name a month of it or before it."))
    problems = sorted([*file.problems, *gathering.problems])
    fail_if([Problem(f"{file.name}:{line}", what) for line, what in problems])
    return gathering.actuals(file)


class _Gathering:
    """One pass over the rows of a file."""

    def __init__(self, calendar: Calendar, kinds: Mapping[str, Kind], company: str):
        self.calendar, self.kinds, self.company = calendar, kinds, company
        self.problems: list[tuple[int, str]] = []
        self.notices: list[tuple[str, str]] = []
        self.ambiguous: list[tuple[Row, str]] = []
        # By name, month, and period: the row.
        self.rows: dict[str, dict[str, dict[str, Row]]] = {}

    def take(self, row: Row) -> None:
        month = self._month(row)
        if fault := name_fault(row.name, self.kinds, self.company, before=len(self.problems)):
            self._say(row, fault)
            return
        kind = self.kinds[row.name]
        if kind.sign == "plus" and row.value is not None and row.value < 0:
            self._below_zero(row, kind)
        if month is None:
            return
        rows = self.rows.setdefault(row.name, {}).setdefault(month, {})
        if row.period in rows:
            self._say(row, f"{row.name} of {row.period} stands twice (first on line "
                           f"{rows[row.period].line}); keep one of the two.")
        elif rows and month in (row.period, *rows):
            first = next(iter(rows.values()))
            self._say(row, f"{row.name} is given for {month} both as a month and by week (line "
                           f"{first.line}: {first.period}); keep one of the two.")
        else:
            rows[row.period] = row
            self._beyond_all(row, kind)
            if thousands(row.text) is not None:
                self.ambiguous.append((row, month))

    def _below_zero(self, row: Row, kind: Kind) -> None:
        """Credit notes and refunds can turn a month's flow of money. Nothing else is negative."""
        sentence = f"{row.name} = {row.value:g} is below zero"
        if kind.unit == "USD" and kind.adds_up:
            self.notices.append((row.name, f"{row.period}: {row.value:,.12g} is below zero and "
                                           "taken so, as credit notes or refunds can make it; a "
                                           "cost is a positive amount here, so if the minus is "
                                           "only how your export writes one, take it out"))
        elif kind.unit == "USD":
            self._say(row, f"{sentence}, which this balance never is: what is owed is a positive "
                           "amount here, too; correct it.")
        else:
            self._say(row, f"{sentence}, which no count and no share of this kind can be; correct "
                           "it.")

    def _say(self, row: Row, what: str) -> None:
        self.problems.append((row.line, what))

    def _month(self, row: Row) -> str | None:
        month = row.period
        if WEEK.fullmatch(month):
            month = week_month(row.period)
            if month is None:
                self._say(row, f"{row.period} is not a week; that year has ISO weeks W01 to "
                               f"W{date(int(row.period[:4]), 12, 28).isocalendar().week}.")
                return None
        elif not MONTH.fullmatch(month):
            self._say(row, f"{quoted(row.period)} is neither a month such as 2026-03 nor an ISO "
                           "week such as 2026-W11; write it so, as text where a spreadsheet would "
                           "turn it into a date.")
            return None
        if month > self.calendar.labels[-1]:
            self._say(row, f"{row.period} is after the plan, which ends in "
                           f"{self.calendar.labels[-1]}; remove the row.")
            return None
        return month

    def _beyond_all(self, row: Row, kind: Kind) -> None:
        """A share of more than all may be a percent."""
        if kind.unit.startswith("fraction") and row.value is not None and abs(row.value) > 1:
            self.notices.append((row.name, f"{row.period}: {row.value:g} is {row.value:,.0%}; if "
                                           f"{row.value:g}% is meant, write {row.value / 100:g}"))

    def actuals(self, file: ActualsFile) -> Actuals:
        """The actuals of the plan's months, with their history."""
        start = self.calendar.start
        first = min((month for months in self.rows.values() for month in months), default=start)
        before = replace(self.calendar, start=first,
                         months=self.calendar.first - month_index(first))
        history = self._of_months(file, before, {
            name: past for name, months in self.rows.items()
            if (past := {month: rows for month, rows in months.items() if month < start})}
            ) if first < start else None
        plan = self._of_months(file, self.calendar, {
            name: now for name, months in self.rows.items()
            if (now := {month: rows for month, rows in months.items() if month >= start})})
        later = {**history.later, **plan.later} if history else plan.later
        return replace(plan, history=history, later=later,
                       notices=(*self.notices, *self._beyond_rows(file), *plan.notices))

    def _beyond_rows(self, file: ActualsFile) -> list[tuple[str, str]]:
        """A notice where the books are closed to a month after all that is given."""
        last, name = max(((max(months), name) for name, months in self.rows.items()),
                         key=lambda each: each[0], default=("", ""))
        if not file.closed or not last or file.closed[0] <= last:
            return []
        return [(name, f"the books are closed to {file.closed[0]}, but nothing is given after "
                       f"{last}, so that what was observed ends there; give what is missing, or "
                       f"close them to {last}")]

    def _of_months(self, file: ActualsFile, calendar: Calendar,
                   given: Mapping[str, Mapping[str, Mapping[str, Row]]]) -> Actuals:
        """The actuals of the months of a calendar, from what is `given` of them."""
        values, weeks, notes, later = {}, {}, {}, {}
        notices: list[tuple[str, str]] = []
        points: list[tuple[str, str]] = []
        close = file.closed[0] if file.closed else None
        for name, months in given.items():
            values[name] = np.full(calendar.months, np.nan)
            for month, rows in sorted(months.items()):
                last = rows[max(rows)]
                notes |= {(name, month): last.note} if last.note else {}
                if close and month > close:
                    later[name, month] = sum(row.value for row in rows.values()) \
                        if self.kinds[name].adds_up else last.value
                    continue
                if month in rows:
                    value = last.value
                else:
                    value = self._of_weeks(name, month, rows, points)
                    weeks.setdefault(name, {}).update(
                        {period: rows[period].value for period in sorted(rows)})
                if value is not None:
                    values[name][calendar.labels.index(month)] = value
            notices += _gaps(name, values[name], calendar)
        return Actuals(file.name, file.remark, calendar, values, weeks, notes, tuple(notices),
                       tuple(points), close, later, tuple(
                           (row, month) for row, month in self.ambiguous if month in
                           calendar.labels))

    def _of_weeks(self, name: str, month: str, rows: Mapping[str, Row],
                  points: list[tuple[str, str]]) -> float | None:
        """The value of a month that is given by week; None if its weeks do not close it."""
        weeks = weeks_of(month)
        if not self.kinds[name].adds_up:
            if weeks[-1] in rows:
                return rows[weeks[-1]].value
            points.append((name, f"{month} is not closed: its last week, {weeks[-1]}, "
                                           "is not there"))
            return None
        if missing := [week for week in weeks if week not in rows]:
            points.append((name, f"{month} is not closed: {len(rows)} of its "
                                           f"{len(weeks)} weeks are there, without "
                                           f"{', '.join(missing)}"))
            return None
        return sum(rows[week].value for week in weeks)


def _gaps(name: str, values: np.ndarray, calendar: Calendar) -> list[tuple[str, str]]:
    """A notice on months of which nothing is given, between others."""
    places = np.flatnonzero(np.isfinite(values))
    gaps = [calendar.labels[place] for place in range(places[0], places[-1])
            if not np.isfinite(values[place])] if places.size else []
    if not gaps:
        return []
    months = ", ".join(gaps) if len(gaps) < 4 else \
        f"{gaps[0]} and {len(gaps) - 1} more months up to {gaps[-1]}"
    return [(name, f"nothing is given for {months}, though for later months")]
