"""The timeline: what formulas find under `timeline`, each with its label, unit and values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from model.companies.judged import LONGEST_LIFE
from model.companies.vocabulary import QUARTER, YEAR
from model.params.calendar import Calendar
from model.params.units import UNITS
from model.tolerance import MONEY, RELATIVE


@dataclass(frozen=True)
class TimelineValue:
    """One name of the timeline. `values` gives an array (month,) for months that differ, and one
    number for months that are alike."""

    label: str
    unit: str
    values: Callable[[Calendar], float | np.ndarray]


def _constant(label: str, unit: str, value: float) -> TimelineValue:
    return TimelineValue(label, unit, lambda calendar: value)


def _months(calendar: Calendar) -> np.ndarray:
    return np.arange(float(calendar.months))


# What formulas of months, years and KPIs find, in the order of the workbook's timeline.
TIMELINE = {
    "month": TimelineValue("Month number", "month number", lambda calendar: _months(calendar) + 1),
    "year": TimelineValue("Year", "year", lambda calendar: (
        np.array(calendar.reported.years, float)[calendar.reported.years_of()])),
    "month_of_year": TimelineValue("Month of the calendar year", "month of year",
                                   lambda calendar: calendar.month_of_year(_months(calendar))),
    "year_end": TimelineValue("Last month of a year (1 or 0)", "flag", lambda calendar: (
        np.where(calendar.month_of_year(_months(calendar)) == calendar.year_ends, 1.0, 0.0))),
    "year_start": TimelineValue("First month of a later year (1 or 0)", "flag", lambda calendar: (
        np.where((calendar.month_of_year(_months(calendar)) == calendar.year_starts)
                 & (_months(calendar) > 0), 1.0, 0.0))),
    "quarter_start": TimelineValue(
        "First month of a quarter of the calendar (1 or 0)", "flag", lambda calendar: np.where(
            (calendar.month_of_year(_months(calendar)) - 1) % QUARTER == 0, 1.0, 0.0)),
    "first_year": TimelineValue("First year", "year",
                                lambda calendar: calendar.reported.years[0]),
    "months": TimelineValue("Months of the plan", "months", lambda calendar: calendar.months),
    "months_per_year": _constant("Months per year", "months/year", YEAR),
    "months_per_quarter": _constant("Months per quarter", "months", QUARTER),
    # Turns what holds per year into what one year brings.
    "one_year": _constant("One year", "year", 1),
    "days_per_month": _constant("Days per month", "days/month", 30),
    "tolerance": _constant("Tolerance (amounts that differ by less are equal)", "USD", MONEY),
    "share_tolerance": _constant("Tolerance (shares that differ by less are equal)", "fraction",
                                 RELATIVE),
    # A mean balance is that of both ends of a period.
    "ends_of_a_period": _constant("Ends of a period", "fraction", 2),
    # Where both sides of a market are counted together, one of either counts as one customer.
    **{f"customers_per_{one}": _constant(f"Customers in a {one}", f"customers/{one}", 1)
       for one in UNITS.counted["people"]},
}
# What formulas of a customer's life find: here a month is a month of that life.
LIFE = {
    "month_of_life": TimelineValue("Month of life", "month number",
                                   lambda calendar: np.arange(1.0, LONGEST_LIFE + 1)),
    "share_tolerance": TIMELINE["share_tolerance"],
}
TIMELINES = TIMELINE | LIFE


@lru_cache(maxsize=16)
def timeline(calendar: Calendar) -> dict[str, np.ndarray]:
    """The values of TIMELINE by name: (month,), or (1,) where all months are alike."""
    return {name: np.atleast_1d(np.asarray(each.values(calendar), dtype=float))
            for name, each in TIMELINE.items()}
