"""Goals: what a figure of a plan is to be, such as ebitda.2028>=710000.

A goal has a gap, (scenario,), that is 0 or more where it is met, or 0 alone of an equality, and a
distance by which it is searched for: 0 where the figure is as wanted, and otherwise how far off it
is, as a share of what is wanted or in months. Whether it is met, the figure itself says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from model.analysis.breakeven import LINES
from model.analysis.question import figure_of, period_of
from model.companies.glossary import glossary
from model.engine.figures import YEAR, figures
from model.engine.nodes import Ref
from model.engine.projection import Projection
from model.engine.texts import term_of
from model.params.calendar import MONTH
from model.params.numerals import plain_number
from model.params.quantities import is_share
from model.problems import InputError, Problem
from model.tolerance import MONEY

AT_MOST, AT_LEAST, EQUAL = "<=", ">=", "="
_FORM = re.compile(r"\s*([A-Za-z][\w.]*?)(?:\.((?:19|20)[0-9]{2}(?:-(?:[0-9]{2}|Q[1-4]))?))?"
                   r"\s*(<=|>=|=)\s*(\S.*?)\s*")
# A number of a month, and the unit of figures that are one; 0 stands for never.
MONTH_NUMBER = "month number"
# Break-evens come when one of these lines is at or above zero, first or from then on to the end,
# and so come gradually nearer.
CROSSINGS = {"breakeven_first": ("ebitda", False),
             "breakeven_earned_back": ("cumulative_ebitda", True)}
# Figures that differ by less, as a share of what is wanted, or in months, are as wanted.
NEAR = 1e-6
# A limit that is met by less, in the same measure, holds the figure.
CLOSE = 1e-3


@dataclass(frozen=True)
class Goal:
    """A figure, the number of its period among those of `months` months, and what it is to be: at
    most, at least or equal to a value, in the unit of the figure."""

    text: str
    ref: Ref
    months: int
    at: int
    test: str
    value: float
    unit: str

    def figure(self, plans: Projection) -> np.ndarray:
        """The figure, (scenario,); a month that never comes is infinitely late."""
        values = figures(plans).of(self.ref.kind, self.ref.name, self.months)[..., self.at]
        values = values[-1] if values.ndim > 1 else values
        return np.where(values == 0, np.inf, values) if self.unit == MONTH_NUMBER else values

    def gap(self, plans: Projection) -> np.ndarray:
        """0 or more where the goal is met; of an equality, 0 where it is met, and above where the
        figure is above. Undefined figures meet nothing."""
        figure = self.figure(plans)
        gap = self.value - figure if self.test == AT_MOST else figure - self.value
        gap = np.where(self.met(plans), 0.0, gap) if self.test == EQUAL else gap
        return np.where(np.isnan(gap), -np.inf, gap)

    @property
    def scale(self) -> float:
        """What a distance of 1 is: the value that is wanted, or a month."""
        return 1.0 if self.unit == MONTH_NUMBER else abs(self.value) or 1.0

    def course(self, plans: Projection) -> np.ndarray:
        """The figure as it moves gradually, (scenario,): of a break-even, with parts of months."""
        line, lasting = CROSSINGS.get(self.ref.name, ("", False))
        return crossing(plans[line], lasting) if line else self.figure(plans)

    def distance(self, plans: Projection) -> np.ndarray:
        """How far the figure is from what is wanted, with its sign; NaN where it is undefined."""
        # Whatever happens within a month happens in it, and at neither of its ends.
        early, late = (1 - NEAR, NEAR) if self.ref.name in CROSSINGS else (0.0, 0.0)
        return self._off(self.course(plans), early, late)

    def _off(self, values: np.ndarray, early: float = 0.0, late: float = 0.0) -> np.ndarray:
        """How far values are from what is wanted, that may be earlier or has to be later."""
        low = -np.inf if self.test == AT_MOST else self.value - early
        high = np.inf if self.test == AT_LEAST else self.value - late
        wanted = np.clip(values, low, high)
        # Never is as late as any month, so that it is no difference of infinities.
        return np.subtract(values, wanted, out=np.zeros_like(wanted),
                           where=values != wanted) / self.scale

    def binds(self, plans: Projection) -> np.ndarray:
        """Whether the goal holds the figure where it is: any equality, and a limit that is just
        met."""
        close = np.abs(self.course(plans) - self.value) <= CLOSE * self.scale
        return close | (self.test == EQUAL)

    def met(self, plans: Projection) -> np.ndarray:
        """Whether the figure is as wanted."""
        return np.abs(self._off(self.figure(plans))) <= NEAR


def goal_of(text: str, plan: Projection) -> Goal:
    """The goal that a text names. Raises InputError with what is wrong with it."""
    found = _FORM.fullmatch(text)
    if not found:
        raise InputError.of("--goal", f"{text!r} is no goal; write a figure, a period, <=, >= or "
                                      "=, and a value, as in ebitda.2028>=710000.")
    name, label, test, wanted = found.groups()
    ref, problems = figure_of(plan, name)
    if problems:
        raise InputError([Problem("--goal", f"{text}: {each.what}") for each in problems])
    company = plan.company
    unit = term_of(glossary(company), company, ref.name, ref.kind).unit
    if label is None and ref.name in LINES.values():
        months, at = 1, len(plan.months) - 1
    else:
        kind = "year" if label is None or len(label) == 4 else (
            "quarter" if "Q" in label else "month")
        if label is None:
            raise InputError.of("--goal", f"{text}: says not when; name a year, {name}."
                                          f"{int(plan.years[0])}, a quarter or a month.")
        period, problems = period_of(plan, {kind: label})
        if problems:
            raise InputError([Problem("--goal", f"{text}: {each.what}") for each in problems])
        months, at = period.months, period.at
    if ref.kind in ("customer", "life") and months != YEAR:
        person = glossary(plan.company).person
        raise InputError.of("--goal", f"{text}: what one {person} brings is known by year; name "
                                      "one.")
    return Goal(text, ref, months, at, test, _value(text, wanted, unit, plan), unit)


def _value(text: str, wanted: str, unit: str, plan: Projection) -> float:
    if unit == MONTH_NUMBER:
        if not MONTH.fullmatch(wanted) or wanted not in plan.months:
            raise InputError.of("--goal", f"{text}: {wanted!r} is not a month of the plan, "
                                          f"{plan.months[0]} to {plan.months[-1]}.")
        return float(plan.months.index(wanted) + 1)
    percent = is_share(unit) and wanted.endswith("%")
    number = plain_number(wanted.removesuffix("%") if percent else wanted)
    if number is None:
        raise InputError.of("--goal", f"{text}: {wanted!r} is not a number; write digits with a "
                                      "point, without units or thousands separators.")
    return float(number) / (100 if percent else 1)


def crossing(values: np.ndarray, lasting: bool = False) -> np.ndarray:
    """When a line, (scenario, month), first is at or above zero after it was below, or is so from
    the start; `lasting`, from when on it is so to the end. A month number with the part of the
    month by which it fell short, (scenario,). Where it never is, it is as much later than the end
    as the last month's slope says."""
    above = values >= -MONEY
    if lasting:
        above = np.logical_and.accumulate(above[:, ::-1], axis=1)[:, ::-1]
    first = np.argmax(above, axis=1)
    rows = np.arange(len(values))
    before = values[rows, np.maximum(first - 1, 0)]
    rise = values[rows, first] - before
    part = np.divide(-before, rise, out=np.zeros_like(rise), where=(rise > 0) & (first > 0))
    part = np.minimum(part, 1.0)
    never = ~above.any(axis=1)
    slope = np.maximum(values[:, -1] - values[:, -2], 1e-9 * np.abs(values).max(axis=1) + 1e-12)
    late = values.shape[1] + np.minimum(-values[:, -1] / slope, 10.0 * values.shape[1])
    return np.where(never, late, np.where(first > 0, first + part, 1.0))
