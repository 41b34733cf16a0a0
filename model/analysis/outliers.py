"""Observed figures far from what plan and the other months lead to expect, asked about by name.

What to expect of a month is its plan times what usually came of plan: the median of the line's
other months. How far those are apart says how far a figure may be from it. A line that is as far
from plan in every month is asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from model.tolerance import CENT

# A figure is asked about when it is more than so many times what is expected, or less than one of
# so many; and so many times as far from it as its line's other months mostly are.
TIMES, SPREADS = 2.0, 6.0
# With so few other months, or none, a figure must be further off.
FEW, TIMES_OF_FEW, TIMES_OF_ONE = 3, 4.0, 8.0
# All months of a line may be so many times plan before their unit is asked about.
TIMES_OF_ALL = 5.0
# A copied row shows where so many months have figures of their own. People are counted as exactly.
MANY, ROUNDING = 6, 5e-3
# Names that may have been exchanged are so many times apart from their own plan.
APART = 1.5
# Slips that so many times too much, and too little, look like, with how near the factor must be.
SLIPS = {12: ("is it the figure of a year?", "is it a twelfth of a month's figure?"),
         100: ("is it in cents, or a percent?", "is a percent written as a share?"),
         1_000: ("does it lack a decimal point?", "is it in thousands?")}
NEAR = 0.35


def outliers(values: Mapping[str, np.ndarray], plans: Mapping[str, np.ndarray],
             months: Iterable[str]) -> list[tuple[str, str]]:
    """By name, what is far from what was to be expected; `values` and `plans` are (month,)."""
    labels, found = tuple(months), []
    for name, observed in values.items():
        plan = plans[name]
        known = np.isfinite(observed) & np.isfinite(plan) & (np.abs(plan) > CENT)
        found += [(name, sentence) for sentence in _signs(observed, plan, known, labels)]
        found += [(name, sentence) for sentence in _nothing(observed, plan, known, labels)]
        known &= observed * plan > 0
        places = np.flatnonzero(known)
        if not places.size:
            continue
        apart = np.log(observed[places] / plan[places])
        usual = float(np.median(apart))
        if places.size >= FEW and abs(usual) > np.log(TIMES_OF_ALL):
            asked = _slip(usual) or "; is it in the unit of the plan?"
            found.append((name, f"every month is about {_factor(usual)} plan{asked}"))
        for at, place in enumerate(places):
            others = np.delete(apart, at)
            if (off := _off(apart[at], others)) is not None:
                usually = plan[place] * np.exp(np.median(others) if others.size else 0.0)
                like = _like(name, place, observed[place], values, plans)
                found.append((name, f"{labels[place]}: {observed[place]:,.6g} is {_factor(off)} "
                                    f"the {_short(usually)} that plan and the other months lead "
                                    f"to expect{like}{_slip(off)}"))
        found += [(name, sentence) for sentence in _repeated(observed, known, labels)]
    return found + _exchanged(values, plans)


def _short(number: float) -> str:
    """Four digits of a number."""
    return f"{float(f'{number:.4g}'):,.12g}"


def _off(own: float, others: np.ndarray) -> float | None:
    """How far a month is from the others, as a logarithm; None where that is not far."""
    if not others.size:
        return own if abs(own) > np.log(TIMES_OF_ONE) else None
    off = own - float(np.median(others))
    if others.size < FEW:
        return off if abs(off) > np.log(TIMES_OF_FEW) else None
    spread = 1.4826 * float(np.median(np.abs(others - np.median(others))))
    return off if abs(off) > max(np.log(TIMES), SPREADS * spread) else None


def _factor(off: float) -> str:
    """A logarithm of a factor in words."""
    times = np.exp(abs(off))
    shown = f"{times:,.2g}" if times < 10 else f"{times:,.0f}"
    return f"{shown} times" if off > 0 else f"one part in {shown} of"


def _slip(off: float) -> str:
    """What a factor looks like; empty where it looks like nothing."""
    times = np.exp(abs(off))
    return next((f"; {words[int(off < 0)]}" for factor, words in SLIPS.items()
                 if abs(times / factor - 1) <= NEAR), "")


def _like(name: str, place: int, value: float, values: Mapping[str, np.ndarray],
          plans: Mapping[str, np.ndarray]) -> str:
    """Another line that a figure looks like, whose own figure looks like this line's."""
    for other, theirs in values.items():
        if other != name and np.isfinite(theirs[place]) and theirs[place] * value > 0 and (
                abs(value / plans[other][place] - 1) < NEAR if plans[other][place] else False) and (
                abs(theirs[place] / plans[name][place] - 1) < NEAR):
            return f"; it looks like {other}: were the two exchanged?"
    return ""


def _exchanged(values: Mapping[str, np.ndarray],
               plans: Mapping[str, np.ndarray]) -> list[tuple[str, str]]:
    """Two names of which each has about the plan of the other, and neither its own."""
    found, names = [], list(values)
    for at, one in enumerate(names):
        for other in names[at + 1:]:
            own = [_usual(values[name], plans[name]) for name in (one, other)]
            turned = [_usual(values[one], plans[other]), _usual(values[other], plans[one])]
            if min(map(abs, own)) > np.log(APART) and max(map(abs, turned)) < min(
                    np.log(1 + NEAR), min(map(abs, own)) / TIMES):
                found.append((one, f"each month looks like {other}, and {other} like {one}: were "
                                   "the two exchanged?"))
    return found


def _usual(observed: np.ndarray, plan: np.ndarray) -> float:
    """The median of a line over a plan, as a logarithm; NaN where too little can be compared."""
    both = np.isfinite(observed) & np.isfinite(plan) & (observed * plan > 0)
    return float(np.median(np.log(observed[both] / plan[both]))) if both.sum() >= FEW else np.nan


def _nothing(observed: np.ndarray, plan: np.ndarray, known: np.ndarray,
             labels: tuple[str, ...]) -> list[str]:
    """A single month of nothing, where plan and all other months have something."""
    empty = np.flatnonzero(known & (observed == 0))
    if empty.size != 1 or np.count_nonzero(known) < MANY - 1:
        return []
    return [f"{labels[empty[0]]}: nothing, where plan has {_short(plan[empty[0]])} "
            "and all other months have something; does everything stand in its month?"]


def _signs(observed: np.ndarray, plan: np.ndarray, known: np.ndarray,
           labels: tuple[str, ...]) -> list[str]:
    """A month of the other sign, where plan and all other months have one."""
    against = np.flatnonzero(known & (observed * plan < 0))
    if against.size == np.count_nonzero(known) >= FEW:
        return ["every month has the other sign than plan; is the sign right?"]
    if against.size != 1 or np.count_nonzero(known) <= FEW:
        return []
    place = int(against[0])
    others = np.abs(observed[known & (observed * plan > 0)])
    if abs(observed[place]) < others.min() / TIMES:
        return []
    return [f"{labels[place]}: {observed[place]:,.6g} has the other sign than plan and all other "
            "months; is the sign right?"]


def _repeated(observed: np.ndarray, known: np.ndarray, labels: tuple[str, ...]) -> list[str]:
    """A figure that is the one of the month before to the last digit, where no other month's is
    that of another, as amounts are that repeat."""
    places = np.flatnonzero(known)
    same = [place for place in places[1:] if known[place - 1]
            and observed[place] == observed[place - 1] and abs(observed[place]) > 1]
    if len(same) != 1 or len({*observed[places]}) != places.size - 1 or places.size < MANY:
        return []
    return [f"{labels[same[0]]}: {observed[same[0]]:,.6g} is the figure of the month before to the "
            "last digit; was a row copied?"]


def unexplained(active: np.ndarray, new: np.ndarray, months: Iterable[str], people: str) -> str:
    """The first month in which more are there than were there before and were won; empty where
    there is none. Both are (month,)."""
    rise = active[1:] - active[:-1]
    beyond = np.flatnonzero(rise > new[1:] + np.maximum(1.0, ROUNDING * np.abs(active[1:])))
    if not beyond.size:
        return ""
    place = int(beyond[0]) + 1
    return (f"{tuple(months)[place]}: {people} rise by {rise[place - 1]:,.6g}, where "
            f"{new[place]:,.6g} are given as new; nobody comes otherwise")
