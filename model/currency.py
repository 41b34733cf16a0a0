"""The currency in which amounts are shown: a label, by which nothing is converted.

Units call money USD, whatever it is; where a text leaves for a reader, the currency of the plan
that was loaded last stands in its place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from typing import TextIO

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


class _Labelled:
    """A stream whose texts show amounts in the currency of what was loaded."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(labelled(text))

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


@contextmanager
def labelled_streams() -> Iterator[None]:
    """What is printed meanwhile shows amounts in the currency of what was loaded last."""
    show(UNIT)
    with redirect_stdout(_Labelled(sys.stdout)), redirect_stderr(_Labelled(sys.stderr)):
        yield
