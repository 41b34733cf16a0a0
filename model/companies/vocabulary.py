"""What a text may say beside + - * / and NumPy's where, minimum, maximum and logical functions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.params.calendar import MONTHS_PER_YEAR

# Periods that KPIs are made for and look back by. [months]
MONTH, QUARTER, YEAR = 1, 3, MONTHS_PER_YEAR
# The value of an undefined figure: arithmetic with it is undefined, and comparisons do not hold.
UNDEFINED = np.nan


def sum_of(amounts: Iterable):
    """The sum of amounts, in their order."""
    first, *others = amounts
    for other in others:
        first = first + other
    return first


def total(now, line: str, names: Iterable[str]):
    """The sum of a line over segments."""
    return sum_of(getattr(now[name], line) for name in names)


def of_quarter(prev, now, line: str):
    """A flow of the last three months, or of those since the plan began."""
    return getattr(now, line) + getattr(prev, line) + getattr(prev.ago(2), line)


def of_year(prev, now, line: str):
    """A flow of the last twelve months, from its line `of_quarter`."""
    return getattr(now, line) + sum_of(getattr(prev.ago(months), line)
                                       for months in range(QUARTER, YEAR, QUARTER))


def remainder(one, other, tolerance):
    """What two shares leave of 1; 0 where that is within the tolerance of a full mix."""
    rest = 1 - one - other
    return np.where(rest > tolerance, rest, 0)


def at_path(section, path: str):
    """An assumption of a section by its path, such as mentees.cac."""
    for name in path.split("."):
        section = section[name]
    return section


def ratio(over, under):
    """over / under; undefined where `under` is 0. It must be a line of its own, so that no formula
    calculates with an undefined part."""
    return np.where(under != 0, over / under, UNDEFINED)


def part(over, under):
    """over / under; 0 where `under` is 0."""
    return np.where(under != 0, over / under, 0)


def share_of(over, under):
    """over / under; undefined where `under` is not above 0."""
    return np.where(under > 0, over / under, UNDEFINED)


def nothing(beside):
    """An amount of 0 in every month, in the unit of what stands `beside`."""
    return 0 * beside
