"""Units as spreadsheets state them, and by what their amounts are multiplied to be the model's."""

from __future__ import annotations

import re
from decimal import Decimal

from model.currency import UNIT
from model.params.calendar import MONTHS_PER_YEAR
from model.params.entry import Entry
from model.params.quantities import STAFF, is_annual, is_share
from model.params.units import is_one_number
from model.problems import quoted

# People who are there at the end of a month, where the model counts who joins and leaves.
HEADCOUNT = "headcount"
_SCALES = {"thousand": 1000, "million": 10**6}
_SCALED = re.compile(rf"(?:({'|'.join(_SCALES)}) )?(.+)")


def factor(word: str, entry: Entry, currency: str, months: int | None) -> Decimal:
    """By what amounts in a unit are multiplied in a column of so many months, None where that is
    not clear. Raises ValueError with the end of a sentence for a unit that is not one of the
    assumption's."""
    scale, unit = _SCALED.fullmatch(word).groups()
    known = _known(entry, months)
    if currency != UNIT and re.search(rf"\b{UNIT}\b", unit):
        # Where texts leave for a reader, the code would become that of the plan.
        raise ValueError(f"is in US dollars, where the plan is in {currency}, and nothing is "
                         "converted; convert its amounts in the file and correct its unit.")
    unit = re.sub(rf"\b{re.escape(currency)}\b", UNIT, unit)
    if unit not in known or (scale and not unit.startswith(UNIT)):
        raise ValueError(f"is in {quoted(word)}, but its assumption is in {entry.shown_unit}; "
                         f"{choices(entry, currency)}")
    return known[unit] * _SCALES.get(scale, 1)


def _known(entry: Entry, months: int | None) -> dict[str, Decimal]:
    """The units that an assumption may be given in, and their factors."""
    own, one = entry.shown_unit, Decimal(1)
    known = {own: one, entry.unit: one}
    if is_annual(own):
        amount = own.removesuffix("/year")
        known[f"{amount}/month"] = Decimal(MONTHS_PER_YEAR)
        if months is not None:
            known[amount] = Decimal(MONTHS_PER_YEAR) / months
    elif is_share(own):
        percent = one / 100
        known |= {own.replace("fraction", word): percent for word in ("percent", "%")}
    elif own.endswith("/month"):
        known[f"{own.removesuffix('/month')}/year"] = one / MONTHS_PER_YEAR
    elif entry.unit == STAFF:
        known[HEADCOUNT] = one
    return known


def choices(entry: Entry, currency: str) -> str:
    """The end of a sentence: the units that an assumption may be given in."""
    names = [name.replace(UNIT, currency) for name in _known(entry, MONTHS_PER_YEAR)
             if name == entry.shown_unit or name != entry.unit]
    if is_annual(entry.unit):
        names[-1] += " (of the month or whole year of each column)"
    scaled = ", also in thousand or million" if entry.unit.startswith(UNIT) else ""
    return f"say one of {', '.join(names)}{scaled}."


def is_open(entry: Entry, by_month: bool) -> bool:
    """Whether a file has to say the unit: amounts in columns of months may be those of a month or
    of a year, and people those who are there or those who come."""
    return by_month and (is_annual(entry.unit) or entry.unit == STAFF)


def adds_up(entry: Entry) -> bool:
    """Whether rows of one assumption are added up: amounts are, rates and prices are not."""
    counted = (is_one_number(entry.unit)
               and entry.unit not in {"months", "flag", "days", "years", "month of year"})
    return entry.unit in ("USD/year", STAFF) or counted
