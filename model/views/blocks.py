"""The parts of a page: Header, Block (message, chart, how to read it, table), Note and Several.

Each is a value that JupyterLab, nbconvert and a terminal can show. Everything given is plain
text and is escaped here; a Block draws its chart once, when it is first shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from model.currency import labelled
from model.views.formats import sentence_case
from model.views.head import Header, Tile, verdict
from model.views.markup import escape, plain, prose, tag
from model.views.output import SCRIPT, TERMS, Output, style_sheet
from model.views.tables import Table

__all__ = ["Block", "Header", "Live", "Note", "Several", "Table", "Tile", "style_sheet",
           "verdict"]

# Where a message goes on behind its first sentence.
_FIRST_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z“])")
# Signs in a line beside a chart, and its height in pixels.
_ASIDE_SIGNS, _ASIDE_LINE = 36, 22


@dataclass(frozen=True, repr=False)
class Block(Output):
    """One message with its evidence.

    message     the computed sentence
    figure      a chart of model.views.charts, or None
    chart_kind  "column chart", "tornado chart", …: with `subject` and `message` the alt text
    subject     what the chart shows, for example "EBITDA by month"
    alt_message what the alt text says instead of the whole message, when that is long
    reading     one line on how to read the chart
    table       a Table or several
    open        whether the tables stand open; otherwise they are behind "Data table"
    summary     the words on the closed tables
    terms       words that the page explains where they are met, {word: meaning}
    """

    message: str
    figure: Any = None
    chart_kind: str = "chart"
    subject: str = ""
    reading: str = ""
    table: Table | Sequence[Table] | None = None
    open: bool = False
    summary: str = "Data table"
    alt_message: str | None = None
    terms: Mapping[str, str] | None = None

    @property
    def extras(self) -> dict[str, str]:
        return {TERMS: json.dumps(dict(self.terms))} if self.terms else {}

    @cached_property
    def alt(self) -> str:
        """"[chart type] of [what] where [message]"; empty without a chart."""
        if self.figure is None:
            return ""
        message = plain(self.alt_message or self.message).strip().rstrip(".")
        of = f" of {plain(self.subject)}" if self.subject else ""
        return (sentence_case(plain(self.chart_kind)) + of
                + (f" where {message}" if message else ""))

    @cached_property
    def html(self) -> str:
        """The whole block, with a drawing of its own for phones."""
        return self._compose(phone=True)

    @cached_property
    def screen_html(self) -> str:
        """The block without the drawing for phones: what controls show beside them."""
        return self._compose(phone=False)

    def _compose(self, phone: bool) -> str:
        first, *more = _FIRST_SENTENCE.split(self.message, maxsplit=1)
        # Beside a chart there is room for what goes on behind the first sentence.
        aside = "".join(tag("p", prose(each), class_="fm-more") for each in more)
        if self.figure is None and more:
            first_html, aside = f'{prose(first)} <span class="fm-more">{prose(more[0])}</span>', ""
        else:
            first_html = prose(first)
        parts = [tag("p", first_html, class_="fm-message")] if self.message else []
        parts.append(aside)
        if self.figure is not None:
            parts.append(self._picture(phone))
        if self.reading:
            parts.append(tag("p", prose(self.reading), class_="fm-reading"))
        if self._tables:
            tables = "".join(table.html for table in self._tables)
            tables = tag("div", tables, class_="fm-tables")
            if not self.open:
                tables = f"<details><summary>{escape(self.summary)}</summary>{tables}</details>"
            parts.append(tables)
        return tag("section", "".join(parts),
                   class_=" ".join(("fm fm-block", *self._places(more), "mathjax_ignore")))

    def _places(self, more: Sequence[str]) -> list[str]:
        """Which of the texts of a chart stand beside it on a wide page: what has room there."""
        if self.figure is None:
            return [] if self.message or self.reading or self.open else ["fm-folded"]
        # Lines that fit beside the chart, and those of each text.
        room = self.figure.height * 96 / 72 / _ASIDE_LINE
        goes_on, how = (len(text) / _ASIDE_SIGNS for text in (" ".join(more), self.reading))
        if goes_on + how <= room:
            beside = (True, True)
        elif goes_on <= room:
            beside = (True, False)
        else:
            beside = (False, how <= room)
        return [kind for kind, text, fits in zip(
            ("fm-more-aside", "fm-reading-aside"), (more, self.reading), beside, strict=True)
            if text and fits]

    def _picture(self, phone: bool) -> str:
        narrow = self.figure.for_phone() if phone else None
        drawings = self._image if narrow is None else (
            self._image + _drawing(narrow, self.alt, "fm-narrow"))
        return tag("div", drawings, class_="fm-chart")

    @cached_property
    def _image(self) -> str:
        return _drawing(self.figure, self.alt, "fm-broad")

    @cached_property
    def text(self) -> str:
        parts = [plain(self.message), self.alt, plain(self.reading)]
        return "\n".join([part for part in parts if part] + [table.text for table in self._tables])

    @property
    def _tables(self) -> Sequence[Table]:
        if self.table is None:
            return ()
        return (self.table,) if isinstance(self.table, Table) else self.table


def _drawing(figure: Any, alt: str, kind: str) -> str:
    """A figure as SVG in the page, so that its texts are found, copied and seen in both themes."""
    # Imported here so that pages of tables alone never load what charts are measured with.
    from model.views import charts

    named = f'<svg class="{kind}" role="img" aria-label="{escape(alt)}"'
    return charts.render(figure).decode().replace("<svg", named, 1)


@dataclass(frozen=True, repr=False)
class Note(Output):
    """A sentence, a list of them, or a warning.

    sentence   the text; items   list entries below it; warn   a warning with role "note"
    """

    sentence: str = ""
    items: Sequence[str] = ()
    warn: bool = False

    @cached_property
    def html(self) -> str:
        sentence = prose(self.sentence)
        if self.warn:
            sentence = f"<b>⚠ Warning:</b> {sentence}"
        parts = tag("p", sentence) if sentence else ""
        if self.items:
            parts += tag("ul", "".join(tag("li", prose(item)) for item in self.items))
        kind = "fm fm-note mathjax_ignore" + (" fm-warning" if self.warn else "")
        return tag("div", parts, class_=kind, role="note" if self.warn else None)

    @cached_property
    def text(self) -> str:
        sentence = f"Warning: {self.sentence}" if self.warn else self.sentence
        return "\n".join(plain(line) for line in [sentence, *self.items] if line)


@dataclass(frozen=True, repr=False)
class Live(Output):
    """A block that the script of an exported page brings to life.

    message   what a reader finds in its place where the script does not run
    script    fills the element `#live`; ours, and nothing that a reader or a file could write
    """

    message: str
    script: str

    @cached_property
    def html(self) -> str:
        """What stands there without the script."""
        return tag("section", tag("p", prose(self.message), class_="fm-reading"),
                   class_="fm fm-block fm-live mathjax_ignore", id="live")

    @cached_property
    def text(self) -> str:
        """The sentence without markup."""
        return plain(self.message)

    @property
    def extras(self) -> dict[str, str]:
        return {SCRIPT: labelled(self.script)}


@dataclass(frozen=True, repr=False)
class Several(Output):
    """Parts that one cell shows below each other; at most one of them is live."""

    parts: Sequence[Block | Header | Live | Note | Table]

    @property
    def extras(self) -> dict[str, str]:
        return {kind: text for part in self.parts if isinstance(part, Block | Header | Live)
                for kind, text in part.extras.items()}

    @cached_property
    def html(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)

    @cached_property
    def text(self) -> str:
        return "\n\n".join(part.text for part in self.parts)
