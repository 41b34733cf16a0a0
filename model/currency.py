"""The currency in which amounts are shown: a label, by which nothing is converted.

Units call money USD, whatever it is; where a text leaves for a reader, the currency that is shown
stands in its place. Who loads or opens a plan shows its currency from then on. What is made of a
plan and read later keeps the currency that was shown when it was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What money is called in units, and what looks like a currency there and is none.
UNIT, NO_CURRENCY = "USD", "FTE"
_WORD = re.compile(rf"\b{UNIT}\b")
# No context variable: each cell of a notebook would forget it.
_shown = UNIT


def shown() -> str:
    """The currency in which amounts are shown now."""
    return _shown


def show(currency: str) -> None:
    """Let amounts be shown in a currency from now on."""
    global _shown
    _shown = currency


@contextmanager
def showing(currency: str) -> Iterator[None]:
    """Let amounts be shown in a currency meanwhile, whatever is loaded; then as before."""
    before = shown()
    show(currency)
    try:
        yield
    finally:
        show(before)


def labelled(text: str) -> str:
    """A text with its amounts in the currency that is shown."""
    return text if shown() == UNIT else _WORD.sub(shown(), text)


def labelled_data(data: Any) -> Any:
    """The same of data that can be written as JSON."""
    return data if shown() == UNIT else json.loads(labelled(json.dumps(data)))


def other_code(entry: dict, currency: str) -> str | None:
    """The code of another currency in the unit of an entry of a plan in a currency."""
    codes = re.findall(r"\b[A-Z]{3}\b", str(entry.get("unit")))
    return next((code for code in codes if code not in (UNIT, currency, NO_CURRENCY)), None)


def in_units(entry: dict, currency: str) -> dict:
    """An entry of a plan in a currency, whose unit calls money as all units do."""
    unit = entry.get("unit")
    if currency == UNIT or not isinstance(unit, str):
        return entry
    return entry | {"unit": re.sub(rf"\b{currency}\b", UNIT, unit)}
