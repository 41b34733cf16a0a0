"""What a cell shows: HTML for Jupyter and pages, plain text elsewhere, and what only an exported
page reads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from model.currency import on_page, showing, shown
from model.views.colors import of_blocks

# The kind of output under which a block hands its script to the page.
SCRIPT = "application/vnd.financial-model.script"
# The kind under which a head says to the page's foot how many checks hold.
CHECKS = "application/vnd.financial-model.checks"
# The kind under which a page's list of words hands them over, so that they are explained where they
# are met.
TERMS = "application/vnd.financial-model.terms"
# The kind under which a head says that its page is printed as a memo, in two columns and without
# its tables, unless a reader asks for them.
MEMO = "application/vnd.financial-model.memo"
# The kind under which a head says in which form the page shows numbers, where not in the plain one.
NUMERALS = "application/vnd.financial-model.numerals"


@cache
def style_sheet() -> str:
    """The contents of blocks.css; every rule in it is scoped under the class "fm"."""
    sheet = files("model.views").joinpath("blocks.css").read_text(encoding="utf-8")
    return of_blocks() + sheet


class Output:
    """Gives Jupyter the HTML and everything else the plain text, in the currency and the form of
    numbers that were shown when it was made: a page keeps its outputs, and another plan may be
    opened meanwhile."""

    html: str
    text: str
    # What only Jupyter is given, by kind.
    extras: Mapping[str, str] = MappingProxyType({})
    _shown: tuple[str, str]

    def __new__(cls, *arguments, **options):
        output = super().__new__(cls)
        object.__setattr__(output, "_shown", shown())
        return output

    def _repr_html_(self) -> str:
        with showing(*self._shown):
            return self.html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        with showing(*self._shown):
            return {"text/html": self.html, "text/plain": on_page(self.text), **self.extras}

    def __repr__(self) -> str:
        with showing(*self._shown):
            return on_page(self.text)
