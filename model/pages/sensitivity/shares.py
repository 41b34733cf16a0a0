"""Shares and amounts of random draws in words, without digits that their standard errors leave
open."""

from __future__ import annotations

import math
import re

from model.analysis.chances import Share
from model.views.formats import say

# Digits after the point that say nothing: of 470.0k and of 7.20m.
_ZEROS = re.compile(r"(?<=\.\d)0+(?=[km])|\.0+(?=[km])")


def share_of(share: Share, of: str = "them") -> str:
    """`about 22% of 1,000 draws`: no more digits than its standard error leaves."""
    if share.count in (0, share.size):
        return f"{'none' if not share.count else 'all'} of {of}"
    digits = max(0, -math.floor(math.log10(200 * share.error)))
    return f"about {100 * share.value:.{digits}f}% of {of}"


def rough(value: float, error: float) -> str:
    """An amount without the digits that its standard error leaves open."""
    if error > 0:
        value = round(value, -math.floor(math.log10(2 * error)))
    return _ZEROS.sub("", say(value, "USD"))
