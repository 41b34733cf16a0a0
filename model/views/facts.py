"""Names for the figures of a page, by which two makings of it are compared figure by figure.

`named` gives every table, row of tiles, block and text of a page a name of its own, the attribute
data-fact. A figure's name follows from it: with row and column in a table, with the label in a
tile, in a sentence with its place among the figures there.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html import unescape

from model.numerals import BETWEEN
from model.views.formats import MONTH_NAMES, NOTHING
from model.views.markup import code

# Linear in the length of any text, ours or not: no part of it is tried twice.
_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_TAG = re.compile(r"</?([a-z][a-z0-9]*)")
_FACT = re.compile(r' data-fact="([^"]*)"')
_FIGURE = re.compile(rf"(?:[A-Z]{{3}} )?(?:\b(?:{'|'.join(MONTH_NAMES)})[a-z]* )?"
                     r"(?<![A-Za-z\d])(?:\d{4}-\d\d(?:-\d\d)?\b|"
                     rf"[\u2212+-]?\d(?:[\d{BETWEEN}]*\d)?(?:%|(?:k|m|bn)\b)?)")
# What has a name of its own: the beginning of its tag, and the name where no text gives it one.
_NAMED = {"<table": "Table", '<dl class="fm-tiles': "Tiles", '<header class="fm ': "Head",
          '<section class="fm ': "", '<section class="prose"': "", '<div class="fm fm-note': ""}
# Parts of the page that are compared whole.
_WHOLE = {"script": "script", "style": "style", "nav": "links to other pages", "footer": "foot"}
_CHART = "svg"
_CELLS = ("th", "td", "dt", "dd", "caption")
_ALL = re.compile(".*", re.DOTALL)
_FRAME, _HEADINGS = "frame of the page", ("h1", "h2", "h3", "h4")
_MOST_TOKENS = 12  # behind the tag of a table or a text, its caption or heading begins


class _Unique:
    """Names, of which those that are there already get a number."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def __call__(self, name: str) -> str:
        self._count[name] += 1
        return name if self._count[name] == 1 else self(f"{name} ({self._count[name]})")


def named(html: str) -> str:
    """The page with an attribute data-fact on each table, row of tiles, block and text, and with
    the number of its figures on the foot."""
    head, main, body = html.partition('<main id="main">')
    tokens, unique, heading = _TOKEN.findall(body), _Unique(), "Text"
    for place, token in enumerate(tokens):
        kind = next((start for start in _NAMED if token.startswith(start)), None)
        if kind is None:
            continue
        own = _title(tokens[place + 1:place + _MOST_TOKENS],
                     ("caption",) if kind == "<table" else _HEADINGS)
        if "prose" in kind:
            heading, own = own or heading, f"{own or heading}, text"
        fact = unique(own or _NAMED[kind] or heading)
        tokens[place] = f'{token[:-1]} data-fact="{code(fact)}">'
    page = "".join((head, main, *tokens))
    return page.replace("<footer>", f'<footer data-figures="{len(content(page).figures)}">', 1)


def _title(tokens: list[str], kinds: tuple[str, ...]) -> str:
    """The text of the first element of these kinds; empty where there is none."""
    words, inside = "", False
    for token in tokens:
        tag = _TAG.match(token)
        if tag and ((tag[1] in kinds and inside) or tag[1] in ("table", "section")):
            break
        inside = inside or bool(tag and tag[1] in kinds)
        words += unescape(token) if inside and not tag else ""
    return " ".join(words.split())


@dataclass
class Content:
    """What stands on a page: its figures by name, and all else by the part in which it stands."""

    figures: dict[str, str] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _Part:
    """A named part while it is read: headings of its columns, the row, and the cell in it."""

    tag: str
    fact: str
    headings: list[str] = field(default_factory=list)
    in_head: bool = False
    row: str = ""
    column: int = 0
    cell: str = ""
    rows: _Unique = field(default_factory=_Unique)

    def enter(self, element: str) -> None:
        """A tag begins or ends."""
        if element in ("thead", "/thead"):
            self.in_head = element == "thead"
        elif element in ("tr", "dt"):
            self.row, self.column = "", 0
        elif element == "th" and self.in_head:
            self.headings.append("")
        elif element in ("td", "dd"):
            # The label is complete; another row may have the same.
            self.row = self.row if self.column else self.rows(" ".join(self.row.split()))
            self.column += 1
        if element in _CELLS:
            self.cell = element
        elif element[1:] == self.cell:
            self.cell = ""

    def name(self, text: str) -> str | None:
        """The name of the figures of a text; None for one that names others."""
        if self.cell == "th" and self.in_head:
            self.headings[-1] += text
        elif self.cell in ("th", "dt"):
            self.row += text
        elif self.cell == "td":
            known = self.column < len(self.headings)
            heading = self.headings[self.column] if known else f"column {self.column}"
            return f"{self.fact} · {self.row} · {' '.join(heading.split())}"
        elif self.cell == "dd":
            return f"{self.fact} · {self.row}"
        elif self.cell != "caption":
            return f"{self.fact} · in words"
        return None


def content(html: str) -> Content:
    """The figures and texts of a page; of any text, be it no page at all."""
    found, unique, parts, whole = Content(), _Unique(), [_Part("", _FRAME)], ""
    wholes = dict(_WHOLE)
    for token in _TOKEN.findall(html):
        tag, part = _TAG.match(token), parts[-1]
        if whole:
            found.texts[wholes[whole]].append(token)
            whole = "" if token == f"</{whole}>" else whole
        elif tag:
            element = tag[0][1:]
            wholes[_CHART] = f"{part.fact}, chart"
            whole = element if element in wholes else ""
            fact = _FACT.search(token)
            if fact:
                part = _Part(element, unescape(fact[1]))
                parts.append(part)
            part.enter(element)
            chart = ", chart" if element in ("img", "source") else ""
            found.texts[wholes.get(element) or part.fact + chart].append(token)
            if element == f"/{part.tag}":
                parts.pop()
        else:
            name = part.name(unescape(token))
            found.texts[part.fact].append(
                token if name is None else _figures_out(token, name, unique, found.figures))
    return found


def _figures_out(token: str, name: str, unique: _Unique, figures: dict[str, str]) -> str:
    """A text without its figures, which are noted under their names."""
    text = unescape(token)

    def note(match: re.Match) -> str:
        figures[unique(name)] = match[0]
        return "\0"

    return note(_ALL.match(text)) if text == NOTHING else _FIGURE.sub(note, text)


@dataclass(frozen=True)
class Comparison:
    """Two makings of a page: how many figures there are on either, those that differ (name, on the
    one, on the other; None where it is not there), and the parts in which other text does."""

    count: int
    differences: list[tuple[str, str | None, str | None]]
    texts: list[str]


def compare(one: str, other: str) -> Comparison:
    """How two pages differ: of two that are not the same, the result names something."""
    first, second = content(one), content(other)
    pairs = [(name, first.figures.get(name), second.figures.get(name))
             for name in dict.fromkeys((*first.figures, *second.figures))]
    differences = [pair for pair in pairs if pair[1] != pair[2]]
    texts = [part for part in dict.fromkeys((*first.texts, *second.texts))
             if first.texts.get(part) != second.texts.get(part)]
    if one != other and not differences and not texts:
        texts = ["order of the page"]
    return Comparison(len(pairs), differences, texts)
