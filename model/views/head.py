"""The head of a page: whose figures, the answer, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from model.counts import alert_count, count
from model.currency import labelled
from model.numerals import PLAIN
from model.views.markup import escape, plain, prose, tag
from model.views.output import CHECKS, MEMO, NUMERALS, SCRIPT, Output, style_sheet

# More alerts than these are folded.
_FOLD_ABOVE = 3


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


def verdict(failed: int, every: int) -> str:
    """How many of all checks hold: "All 9 arithmetic checks hold"."""
    if failed:
        return f"{failed} of {count(every, 'check')} {'fails' if failed == 1 else 'fail'}"
    return {0: "No checks were run", 1: "The arithmetic check holds"}.get(
        every, f"All {every} arithmetic checks hold")


@dataclass(frozen=True, repr=False)
class Header(Output):
    """The head of a page: whose numbers, how sure, and the outcome in one sentence.

    company, scenario, page, as_of, money, facts   as shown, facts in the line under the titles
    checks           number of checks that were run
    failed, alerts   a sentence each; alerts do not make a check fail
    headline         the outcome, one computed sentence
    tiles            at most four
    about            what the company does, a sentence or two under the titles
    outcome          what the whole plan comes to, where the headline says something else
    memo             whether paper shows the memo alone, and tables only where they are asked for
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
    memo: bool = False
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
        return verdict(len(self.failed), self.checks)

    @property
    def extras(self) -> dict[str, str]:
        numerals = self._shown[1]
        return ({CHECKS: f"{self.verdict}."}
                | ({MEMO: "memo"} if self.memo else {})
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
