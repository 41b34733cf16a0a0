"""The currency in which amounts are shown, a label by which nothing is converted, and on pages the
form of their numbers.

Units call money USD, whatever it is; where a text leaves for a reader, the currency that is shown
stands in its place. Who loads or opens a plan shows its currency from then on. What is made of a
plan and read later keeps the currency that was shown when it was made. With the form of numbers
(numerals.py) it is the same, but that pages alone show it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from model.numerals import PLAIN, written

# What money is called in units, and what looks like a currency there and is none.
UNIT, NO_CURRENCY = "USD", "FTE"
_WORD = re.compile(rf"\b{UNIT}\b")
# No context variable: each cell of a notebook would forget it.
_shown = (UNIT, PLAIN)


def shown() -> tuple[str, str]:
    """The currency in which amounts are shown now, and the form of numbers on pages."""
    return _shown


def show(currency: str, numerals: str = PLAIN) -> None:
    """Let amounts be shown in a currency from now on, and numbers of pages in a form."""
    global _shown
    _shown = (currency, numerals)


@contextmanager
def showing(currency: str, numerals: str = PLAIN) -> Iterator[None]:
    """Show a currency and a form meanwhile, whatever is loaded; then as before."""
    before = shown()
    show(currency, numerals)
    try:
        yield
    finally:
        show(*before)


def labelled(text: str, currency: str | None = None) -> str:
    """A text with its amounts in a currency, by default the one that is shown."""
    currency = currency or shown()[0]
    return text if currency == UNIT else _WORD.sub(currency, text)


def labelled_data(data: Any) -> Any:
    """The same of data that can be written as JSON."""
    return json.loads(labelled(json.dumps(data))) if shown()[0] != UNIT else data


def on_page(text: str) -> str:
    """A text as the reader of a page sees it: in the currency, and its numbers in the form. Only
    once, as a number in another form may look like another number in the plain one."""
    return written(labelled(text), shown()[1])


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
