"""An executed notebook as one HTML file that stands alone: the only module that knows nbconvert.

No code, no request, nothing that runs but the page's own hashed script. Importing this module is
cheap; nbconvert is imported with the first page.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from model.numerals import PLAIN, written
from model.views import facts
from model.views.colors import of_page
from model.views.markup import code, escape, plain, tag
from model.views.output import CHECKS, MEMO, NUMERALS, SCRIPT, TERMS
from model.views.terms import explained

TEMPLATES = Path(__file__).resolve().parent / "template"
TEMPLATE = "investor"
NO_ALT = "Chart without a description"
_SHOWN_FIRST = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg",
                "text/plain")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_ORIGIN = re.compile(r'<meta name="financial-model" content="([^"<>]{1,4000})">')
_HREF = re.compile(r'<a href="([^"<>]*)">')
_SECTION = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
_NO_LETTERS = re.compile(r"\W+")
# Where a table stands, of which the page's own script knows.
_TABLE = 'class="fm-scroll'
_ACTIVE = re.compile(r"<(?=/?\s*(?:script|meta|link|iframe|frame|object|embed|base|form)\b)", re.I)


@dataclass(frozen=True)
class Link:
    """A link to another page, or (no href) the page itself."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Links:
    """Links in a row behind their name; `folded` ones open below it."""

    name: str
    links: tuple[Link, ...]
    folded: bool = False


@dataclass(frozen=True)
class Origin:
    """What a page was made of, and when: text that is empty where it is not known.

    company, scenario, notebook   whose page it is; no scenario on that of a whole company
    run                           when its notebook was run, in UTC: "2026-11-21 22:50"
    version, commit               of the model and its checkout
    code, params, libraries       short hashes of what was read, and of what was installed
    """

    company: str
    scenario: str
    notebook: str
    run: str = ""
    version: str = ""
    commit: str = ""
    code: str = ""
    params: str = ""
    libraries: str = ""

    @property
    def sentence(self) -> str:
        """When and of what, as the foot of a page says it."""
        commit = f" (commit {self.commit})" if self.commit else ""
        of = (f" with version {self.version} of the model{commit} and assumptions {self.params}"
              if self.version else "")
        return f"Made on {' at '.join(self.run.split())} UTC{of}."

    @property
    def text(self) -> str:
        """All of it, as `origin` reads it."""
        return json.dumps(asdict(self))


def origin(html: str) -> Origin | None:
    """What a page says of itself; None for a text that is no page of ours."""
    found = _ORIGIN.search(html)
    try:
        made = Origin(**json.loads(unescape(found[1]))) if found else None
    except (ValueError, TypeError, RecursionError):
        return None
    return made if made and all(isinstance(each, str) for each in asdict(made).values()) else None


def hrefs(html: str) -> set[str]:
    """Where the links above a page lead."""
    return set(map(unescape, _HREF.findall(html.partition("<nav")[2].partition("</nav>")[0])))


@dataclass(frozen=True)
class Page:
    """What a page's frame says. All of it is plain text but `script`, which is our own. `speak`
    says what stands in a notebook in the words of the company."""

    title: str
    company: str
    scenario: str
    links: tuple[Links, ...] = ()
    script: str = ""
    origin: Origin | None = None
    checks: str = ""
    memo: bool = False
    terms: Mapping[str, str] = field(default_factory=dict)
    speak: Callable[[str], str] = str

    @property
    def full_title(self) -> str:
        return plain(" · ".join(filter(None, (
            self.company, self.scenario, self.speak(self.title)))))

    def in_form(self, numerals: str) -> Page:
        """The same, which shows numbers in a form."""
        if numerals == PLAIN:
            return self
        links = tuple(replace(group, links=tuple(
            replace(link, text=written(link.text, numerals)) for link in group.links))
            for group in self.links)
        return replace(self, company=written(self.company, numerals), links=links,
                       scenario=written(self.scenario, numerals),
                       speak=lambda text: written(self.speak(text), numerals))

    @property
    def policy(self) -> str:
        return policy(self.script)

    @property
    def style(self) -> str:
        return style_sheet()


def hash_of(script: str) -> str:
    """A script as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def policy(script: str = "") -> str:
    """The content security policy of a page: nothing loads, and only this script runs."""
    scripts = f" script-src {hash_of(script)};" if script else ""
    return (f"default-src 'none';{scripts} img-src data:; style-src 'unsafe-inline'; "
            "font-src data:; base-uri 'none'; form-action 'none'")


@cache
def template_file(name: str) -> str:
    return (TEMPLATES / TEMPLATE / name).read_text(encoding="utf-8")


def style_sheet() -> str:
    """The style of every page and of the index."""
    return of_page() + template_file("page.css")


def page_html(nb: Any, page: Page) -> str:
    """The page of an executed notebook (an nbformat node), which is left as it is. Its script is
    that of the page and those that its blocks hand over."""
    scripts, checks, forms, terms, memos = ([
        output.data[kind] for cell in nb.cells for output in cell.get("outputs", ())
        if kind in output.get("data", ())] for kind in (SCRIPT, CHECKS, NUMERALS, TERMS, MEMO))
    tables = any(_TABLE in output.get("data", {}).get("text/html", "")
                 for cell in nb.cells for output in cell.get("outputs", ()))
    own = "\n".join(line.strip() for line in template_file("page.js").splitlines()
                    if not line.lstrip().startswith("//")) if tables else ""
    page = replace(page, script="\n".join(filter(None, (page.script, own, *scripts))),
                   checks=" ".join(checks), memo=bool(memos),
                   terms={word: meaning for each in terms for word, meaning
                          in json.loads(each).items()}).in_form(forms[0] if forms else PLAIN)
    spoken = copy(nb)
    spoken.cells = [type(cell)(cell | {"source": page.speak(cell.source)})
                    if cell.cell_type == "markdown" else cell for cell in nb.cells]
    document, _ = _exporter().from_notebook_node(spoken, {"page": page})
    return facts.named(document)


@cache
def _exporter() -> Any:
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.preprocessors import TagRemovePreprocessor
    from traitlets.config import Config

    # Of nbconvert's own exporters, HTMLExporter parses and writes each page once more to add what
    # this template has already (0.3 s for a page of charts), and every preprocessor validates the
    # notebook again; papermill has just written it.
    exporter = TemplateExporter(
        config=Config(TemplateExporter={"template_name": TEMPLATE}), file_extension=".html",
        extra_template_basedirs=[str(TEMPLATES)], default_preprocessors=[],
        optimistic_validation=True, filters={
            "prose": _prose(), "shown": shown, "one_heading": one_heading, "outlined": outlined,
            "explained": explained})
    exporter.register_preprocessor(
        TagRemovePreprocessor(remove_cell_tags={"interactive"}), enabled=True)
    exporter.environment.autoescape = True
    return exporter


def _prose() -> Any:
    """Markdown as HTML; HTML in it is shown as text, and pictures from elsewhere stay out."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        def image(self, text: str, url: str, title: str | None = None) -> str:
            return super().image(text, url, title) if url.startswith("data:image/") else text

    return MarkdownWithMath(Renderer(escape=True, allow_harmful_protocols=False,
                                     exclude_anchor_links=True)).render


def shown(output: Any) -> str:
    """One output of a cell as HTML: the richest form that needs no kernel. Errors are not shown,
    nor what libraries say beside it, which speaks of files and lines to who runs them."""
    if output.output_type == "stream":
        return tag("pre", escape(output.text)) if output.get("name") == "stdout" else ""
    data = output.get("data", {})
    kind = next((kind for kind in _SHOWN_FIRST if kind in data), None)
    # A control without a kernel moves and recomputes nothing; its text form is a repr.
    if kind is None or _WIDGET in data:
        return ""
    if kind == "text/html":
        return _ACTIVE.sub("&lt;", data[kind])
    if kind == "text/markdown":
        return tag("section", _exporter().filters["prose"](data[kind]), class_="prose")
    if kind == "text/plain":
        return tag("pre", code(data[kind]))
    # An SVG in an img element runs no script and shares no ids with the page's other charts.
    picture = (base64.b64encode(data[kind].encode()).decode() if kind == "image/svg+xml"
               else data[kind])
    source = f"data:{kind};base64,{''.join(picture.split())}"
    alt = _alt(kind, output.get("metadata", {}))
    return f'<figure><img src="{code(source)}" alt="{escape(alt)}"></figure>'


def _alt(kind: str, metadata: Any) -> str:
    own = metadata.get(kind)
    alt = (own.get("alt") if isinstance(own, dict) else None) or metadata.get("alt")
    return alt if isinstance(alt, str) and alt.strip() else NO_ALT


def one_heading(content: str, title: str) -> str:
    """The content with exactly one first-level heading: its own first, otherwise the title."""
    content = str(content)  # Jinja hands over Markup, which would escape what is joined to it.
    first = re.search(r"<h1\b.*?</h1\s*>", content, re.DOTALL | re.IGNORECASE)
    if not first:
        return f"<h1>{escape(title)}</h1>\n{content}"
    rest = re.sub(r"(</?)h1\b", r"\1h2", content[first.end():], flags=re.IGNORECASE)
    return content[:first.end()] + rest


@dataclass(frozen=True)
class Outline:
    """A page's content in which every section has an anchor, and the sections: anchor, heading."""

    content: str
    sections: tuple[tuple[str, str], ...]


def outlined(content: str) -> Outline:
    """The content with an anchor on each second-level heading, made of its words."""
    sections: dict[str, str] = {}

    def anchored(match: re.Match) -> str:
        words = unescape(_MARKUP.sub("", match[1])).strip()
        anchor = base = f"{_NO_LETTERS.sub('-', words.lower()).strip('-')[:60] or 'section'}"
        while anchor in sections or f'id="{anchor}"' in content:
            anchor = f"{base}-{len(sections) + 1}"
        sections[anchor] = words
        return f'<h2 id="{code(anchor)}">{match[1]}</h2>'

    return Outline(_SECTION.sub(anchored, str(content)), tuple(sections.items()))
