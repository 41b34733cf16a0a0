"""The parts of a page: Header, Block (message, chart, how to read it, table), Note and Several.

Each is a value that JupyterLab, nbconvert and a terminal can show. Everything given is plain
text and is escaped here; a Block draws its chart once, when it is first shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from model.counts import alert_count, count
from model.currency import labelled, on_page, showing, shown
from model.numerals import PLAIN
from model.views.colors import of_blocks
from model.views.formats import sentence_case
from model.views.markup import escape, plain, prose, tag
from model.views.tables import Table

__all__ = ["Block", "Header", "Live", "Note", "Several", "Table", "Tile", "style_sheet"]

# The kind of output under which a block hands its script to the page.
SCRIPT = "application/vnd.financial-model.script"
# The kind under which a head says to the page's foot how many checks hold.
CHECKS = "application/vnd.financial-model.checks"
# The kind under which a head says in which form the page shows numbers, where not in the plain one.
NUMERALS = "application/vnd.financial-model.numerals"
# Where a message goes on behind its first sentence.
_FIRST_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z“])")
_FOLD_ABOVE = 3


@cache
def style_sheet() -> str:
    """The contents of blocks.css; every rule in it is scoped under the class "fm"."""
    sheet = files("model.views").joinpath("blocks.css").read_text(encoding="utf-8")
    return of_blocks() + sheet


class _Output:
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


@dataclass(frozen=True, repr=False)
class Block(_Output):
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
        return tag("section", "".join(parts), class_="fm fm-block mathjax_ignore")

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


def _items(kind: str, sentences: Sequence[str], class_: str | None = None) -> str:
    if not sentences:
        return ""
    items = "".join(tag("li", f"<b>{kind}</b>{prose(sentence)}", class_=class_)
                    for sentence in sentences)
    return tag("div", tag("ul", items, class_="fm-signals"), role="note")


@dataclass(frozen=True)
class Tile:
    """One of the figures at the head of a page; all three are written text.

    label, value ("USD 1.23m", "Oct 2027"), compared ("base: USD 1.10m"); `warn` colors the
    comparison as unfavorable, which the words must say as well. `plan` is what the value is of the
    plan: a formula as in a Table, and the year or "end".
    """

    label: str
    value: str
    compared: str = ""
    warn: bool = False
    plan: tuple[str, str] | None = None


@dataclass(frozen=True, repr=False)
class Header(_Output):
    """The head of a page: whose numbers, how sure, and the outcome in one sentence.

    company, scenario, page, as_of, money, facts   as shown, facts in the line under the titles
    checks           number of checks that were run
    failed, alerts   a sentence each; alerts do not make a check fail
    headline         the outcome, one computed sentence
    tiles            at most four
    about            what the company does, a sentence or two under the titles
    outcome          what the whole plan comes to, where the headline says something else
    script           of an exported page that works its own figures out again
    """

    company: str
    scenario: str
    as_of: str
    headline: str
    checks: int
    failed: Sequence[str] = ()
    alerts: Sequence[str] = ()
    tiles: Sequence[Tile] = ()
    money: str = "USD; k = thousand, m = million"
    page: str = ""
    facts: Sequence[str] = ()
    about: str = ""
    outcome: str = ""
    script: str = ""

    def __post_init__(self) -> None:
        if len(self.tiles) > 4:
            raise ValueError(f"header: {len(self.tiles)} tiles, at most 4; drop the least telling")

    @cached_property
    def status(self) -> str:
        """"All 9 checks hold", or how many fail; then the number of alerts."""
        return self.verdict + (f"; {alert_count(self.alerts)}" if self.alerts else "")

    @property
    def verdict(self) -> str:
        """The same without the alerts."""
        if self.failed:
            verb = "fails" if len(self.failed) == 1 else "fail"
            return f"{len(self.failed)} of {count(self.checks, 'check')} {verb}"
        return {0: "No checks were run", 1: "The arithmetic check holds"}.get(
            self.checks, f"All {self.checks} arithmetic checks hold")

    @property
    def extras(self) -> dict[str, str]:
        numerals = self._shown[1]
        return ({CHECKS: f"{self.verdict}."}
                | ({SCRIPT: labelled(self.script)} if self.script else {})
                | ({NUMERALS: numerals} if numerals != PLAIN else {}))

    @cached_property
    def html(self) -> str:
        """The head with the style sheet that all blocks of the page use."""
        eyebrow = filter(None, (self.company, self.scenario, self.page))
        facts = [f"As of {self.as_of}" if self.as_of else "", self.money, *self.facts]
        facts_html = "".join(tag("li", escape(fact)) for fact in facts if fact)
        state = "fm-warn" if self.failed else None
        facts_html += tag("li", escape(("⚠ " if self.failed else "") + self.status), class_=state)
        head = tag("header", "".join((
            tag("p", " · ".join(map(escape, eyebrow)), class_="fm-eyebrow"),
            tag("p", prose(self.about)) if self.about else "",
            _items("Failed: ", self.failed, "fm-warn"),
            tag("p", prose(self.headline), class_="fm-headline"), self._tiles(),
            tag("p", prose(self.outcome), class_="fm-outcome") if self.outcome else "",
            tag("ul", facts_html, class_="fm-facts"), self._alerts())),
            class_="fm fm-header mathjax_ignore")
        return f"<style>{style_sheet()}</style>{head}"

    @cached_property
    def text(self) -> str:
        lines = [f"{self.company} · {self.scenario}", *filter(None, [self.about]), self.status,
                 self.headline, *filter(None, [self.outcome]), *self.failed, *self.alerts,
                 *(f"{tile.label}: {tile.value} ({tile.compared})" for tile in self.tiles)]
        return "\n".join(map(plain, lines))

    def _alerts(self) -> str:
        """What a reader would want to know, folded where it would push the page's own content off
        a screen."""
        alerts = _items("Alert: ", self.alerts)
        if len(self.alerts) > _FOLD_ABOVE:
            summary = tag("summary", alert_count(self.alerts), class_="fm-warn")
            alerts = f"<details>{summary}{alerts}</details>"
        return alerts

    def _tiles(self) -> str:
        if not self.tiles:
            return ""
        tiles = "".join(
            tag("div", tag("dt", escape(tile.label))
                + tag("dd", prose(tile.value), class_="fm-value", **dict(zip(
                    ("data_line", "data_at"), tile.plan or (), strict=False)))
                + (tag("dd", prose(tile.compared), class_="fm-warn" if tile.warn else None)
                   if tile.compared else ""))
            for tile in self.tiles)
        return tag("dl", tiles, class_=f"fm-tiles fm-tiles-{len(self.tiles)}")


@dataclass(frozen=True, repr=False)
class Note(_Output):
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
class Live(_Output):
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
class Several(_Output):
    """Parts that one cell shows below each other; at most one of them is live."""

    parts: Sequence[Block | Header | Live | Note | Table]

    @property
    def extras(self) -> dict[str, str]:
        return {kind: text for part in self.parts if isinstance(part, Header | Live)
                for kind, text in part.extras.items()}

    @cached_property
    def html(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)

    @cached_property
    def text(self) -> str:
        return "\n\n".join(part.text for part in self.parts)
