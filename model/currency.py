"""The currency in which amounts are shown: a label, by which nothing is converted.

Units call money USD, whatever it is; where a text leaves for a reader, the currency of the plan
that was loaded last stands in its place.
"""

from __future__ import annotations

import re
from contextvars import ContextVar

# What money is called in units.
UNIT = "USD"
_WORD = re.compile(rf"\b{UNIT}\b")
_shown: ContextVar[str] = ContextVar("currency", default=UNIT)


def show(currency: str) -> None:
    """Let amounts be shown in a currency from now on, in this thread."""
    _shown.set(currency)


def labelled(text: str) -> str:
    """A text with its amounts in the currency that is shown."""
    currency = _shown.get()
    return text if currency == UNIT else _WORD.sub(currency, text)


def in_units(entry: dict, currency: str) -> dict:
    """An entry of a plan in a currency, whose unit calls money as all units do."""
    unit = entry.get("unit")
    if currency == UNIT or not isinstance(unit, str):
        return entry
    return entry | {"unit": re.sub(rf"\b{currency}\b", UNIT, unit)}
