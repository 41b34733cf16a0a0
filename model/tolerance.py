"""When two numbers count as equal: by less than this they differ only in what arithmetic leaves."""

from __future__ import annotations

import numpy as np

# A share of the number, or of 1 if the number is smaller; and an amount of money. [USD]
RELATIVE, MONEY = 1e-9, 1e-6
# What happened is booked in whole cents, the plan is not. [USD]
CENT = 0.01
# The least amount but for 0: smaller ones are what adding up leaves, and make endless ratios.
LEAST = 1e-12


def slack(number):
    """By how much another number may differ from this one and still be equal to it."""
    return RELATIVE * np.maximum(1.0, np.abs(number))


def near(number, other):
    """Whether a number is equal to another one, within the slack of the other."""
    return np.abs(number - other) <= slack(other)
