"""The units that assumptions of every company may have, and the values that each unit allows.

A month counts as 1, so a flow of a month is in USD; a year is a unit, so an annual figure is in
USD/year. A domain is what can be true of any company, as a share lies between 0 and 1; the range
of an assumption is what is plausible for it. What formulas divide by has a domain above 0, and
every domain has an end, so that no valid input makes an infinity.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from model.counts import plural


@dataclass(frozen=True)
class Domain:
    """Values that a unit allows: low to high, both included unless low is excluded."""

    low: float = 0.0
    high: float = 1e12
    above_low: bool = False
    whole: bool = False

    def allows(self, value: float) -> bool:
        if not math.isfinite(value) or value > self.high:
            return False
        if self.whole and value != int(value):
            return False
        return value > self.low if self.above_low else value >= self.low

    def __str__(self) -> str:
        low = f"above {self.low:g}" if self.above_low else f"at least {self.low:g}"
        text = f"{low} and at most {self.high:g}"
        return f"a whole number, {text}" if self.whole else text


_AMOUNT = Domain()
_DIVISOR = Domain(low=0.01)
_SHARE = Domain(high=1.0)
_SIGNED = Domain(low=-1e12)

# Units of what can happen in one month: paid in, bought, hired. Only these may have dated amounts,
# and must where a month's formulas read them, as one number would happen anew every month. Every
# other unit is that of a level, which holds over time. Of staff, who leaves counts below zero.
STAFF = "FTE"
DATED = frozenset({"USD", STAFF})

# Units of what holds at one moment or for the whole plan, and so has no values by year.
ONE_NUMBER = frozenset({"USD", "signed USD", "months", "flag", "days", "years", "month of year",
                        "shares"})

# Units of amounts so large that nobody types thousandths of them.
LARGE = frozenset({"USD", "signed USD", "level USD", "USD/year", "USD/FTE/year"})

SHARED: dict[str, Domain] = {
    "USD": _AMOUNT,
    "signed USD": _SIGNED,
    "level USD": _AMOUNT,
    "USD/year": _AMOUNT,
    "USD/FTE/year": _AMOUNT,
    STAFF: _SIGNED,
    "fraction": _SHARE,
    "fraction/month": _SHARE,
    "fraction/year": Domain(low=-1.0, high=1.0, above_low=True),
    "divisor fraction": Domain(low=0.001, high=1.0),
    "months": Domain(low=1, high=120, whole=True),
    "month of year": Domain(low=1, high=12, whole=True),
    "years": Domain(low=1, high=10, whole=True),
    "days": Domain(high=120),
    "shares": Domain(low=1),
    "flag": Domain(high=1, whole=True),
}


def of_counted(people: Iterable[str], things: Iterable[str]) -> dict[str, Domain]:
    """The units of what a company counts: people, whom it wins at a price each and who may serve
    each other, and things, which they buy or use."""
    units, persons = {}, tuple(people)
    for one in persons:
        units |= {f"USD/{one}": _DIVISOR, f"USD/{one}/month": _AMOUNT,
                  f"USD/{one}/year": _AMOUNT, one: _AMOUNT, f"{plural(one)}/month": _AMOUNT}
        units |= {f"{plural(one)}/{other}": _DIVISOR for other in persons if other != one}
    for thing in things:
        units |= {f"USD/{thing}": _AMOUNT, f"{plural(thing)}/month": _AMOUNT,
                  f"{plural(thing)}/{STAFF}/month": _AMOUNT}
        units |= {f"{plural(thing)}/{one}/month": _AMOUNT for one in persons}
    return units


def is_share(unit: str) -> bool:
    """Whether people read and type a unit in percent."""
    return unit.removeprefix("divisor ").startswith("fraction")


def is_annual(unit: str) -> bool:
    """Whether amounts of a unit are those of a year, of which a month has a twelfth."""
    return unit.endswith("/year") and not is_share(unit)


def in_percent(value: float) -> str:
    """A fraction as people read it, with all of its digits: 0.045 as 4.5%."""
    return f"{(Decimal(f'{value:.12g}') * 100).normalize():f}%"
