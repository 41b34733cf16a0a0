"""How pages speak of the years of a company: with which month they end, and which months they have.

A year that is a calendar year needs no words, and gets none.
"""

from __future__ import annotations

from model.params.calendar import MONTHS_PER_YEAR, Calendar, month_label
from model.views.formats import format_month, format_value


def first_month(calendar: Calendar) -> str:
    """The month with which a year begins: `January`."""
    return format_value(calendar.year_starts, "month of year")


def last_month(calendar: Calendar) -> str:
    """The month with which a year ends: `December`."""
    return format_value(calendar.year_ends, "month of year")


def end_of(calendar: Calendar, year: int) -> tuple[str, str]:
    """The last month of a year within the plan and the calendar year of it: `December`, `2026`."""
    month = calendar.labels[calendar.months_of(year).stop - 1]
    return name_of(month), month[:4]


def name_of(month: str) -> str:
    """The name of a month (YYYY-MM) without its year: `January`."""
    return format_value(int(month[5:]), "month of year")


def quarter_name(quarter: str, calendar: Calendar) -> str:
    """How a quarter (YYYY-Q1) is called: `Q1 2027`, and `Q1 FY2027` in a year of the company that
    is no calendar year."""
    year, part = quarter.split("-")
    return f"{part} {'FY' * (calendar.year_starts > 1)}{year}"


def at_end(calendar: Calendar) -> str:
    """When the last month of each year is: `in December`."""
    return (f"in {last_month(calendar)}" if calendar.ends_with_a_year else
            "at the end of the year")


def of_end(calendar: Calendar) -> str:
    """Whose balances those of years are: `December's`."""
    return (f"{last_month(calendar)}'s" if calendar.ends_with_a_year else
            "those at the end of each year")


def months_of(calendar: Calendar) -> str:
    """Which months a year of the company has, and of which years some are missing; empty where all
    are calendar years."""
    parts = []
    if calendar.year_starts > 1:
        year = calendar.judged_years[0]
        first = calendar.start_of(year)
        parts.append(f"FY{int(year)} is {format_month(month_label(first))} to "
                     f"{format_month(month_label(first + MONTHS_PER_YEAR - 1))}")
    if calendar.incomplete:
        parts.append("years of which months are missing are shown and not judged")
    return "; ".join(parts)
