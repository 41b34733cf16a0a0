"""What a text may say beside + - * / and NumPy's where, minimum, maximum and logical functions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from model.params.series import MONTHS_PER_YEAR

# Periods that KPIs are made for and look back by. [months]
MONTH, QUARTER, YEAR = 1, 3, MONTHS_PER_YEAR
# The value of a figure that has none: arithmetic with it is undefined, a comparison does not hold.
UNDEFINED = np.nan


def added(amounts: Iterable):
    """The sum of amounts, in their order."""
    first, *others = amounts
    for other in others:
        first = first + other
    return first


def total(now, line: str, names: Iterable[str]):
    """The sum of a line over segments."""
    return added(getattr(now[name], line) for name in names)


def at_path(section, path: str):
    """An assumption of a section by its path, such as mentees.cac."""
    for name in path.split("."):
        section = section[name]
    return section


def ratio(over, under):
    """over / under; undefined where `under` is 0. A ratio is a line of its own, so that nothing
    is calculated with one that is undefined."""
    return np.where(under != 0, over / under, UNDEFINED)


def part(over, under):
    """over / under; 0 where `under` is 0."""
    return np.where(under != 0, over / under, 0)


def share_of(over, under):
    """over / under; undefined where `under` is not above 0."""
    return np.where(under > 0, over / under, UNDEFINED)
