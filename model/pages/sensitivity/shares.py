"""Shares and amounts of random draws in words, without digits that their standard errors leave
open."""

from __future__ import annotations

import math
import re

from model.analysis.uncertainty.chances import Share
from model.views.formats import format_value, say

# Digits after the point that say nothing: of 470.0k and of 7.20m.
_ZEROS = re.compile(r"(?<=\.\d)0+(?=[km])|\.0+(?=[km])")


def share_of(share: Share, of: str = "them") -> str:
    """`about 22% of 1,000 draws`, or none or all of them."""
    many = {0: "none", share.size: "all"}.get(share.count) or percent(share)
    return f"{many} of {of}"


def percent(share: Share) -> str:
    """`about 22%`: no more digits than its standard error leaves."""
    if share.count in (0, share.size):
        return f"{100 * share.value:.0f}%"
    digits = max(0, -math.floor(math.log10(200 * share.error)))
    return f"about {100 * share.value:.{digits}f}%"


def error_of(share: Share) -> str:
    """The standard error of a share, `1.3 points`; where all draws or none agree, by how much it
    may be off in 19 of 20 cases."""
    if share.count in (0, share.size):
        return f"under {300 / share.size:.1g} points"
    points = 100 * share.error
    return f"{points:.1f} points" if points >= 0.1 else f"{points:.1g} points"


def rough(value: float, error: float) -> str:
    """An amount without the digits that its standard error leaves open."""
    return _ZEROS.sub("", say(_rounded(value, error), "USD"))


def bare(value: float, error: float) -> str:
    """The same where the currency is said beside it."""
    return _ZEROS.sub("", format_value(_rounded(value, error), "USD"))


def _rounded(value: float, error: float) -> float:
    return round(value, -math.floor(math.log10(2 * error))) if error > 0 else value
