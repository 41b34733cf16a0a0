"""All pages of a scenario in one file, with the workbook inside: for a mail, and without a network.

Each page stands in the file as text and is shown in a frame, as the document that it is: its
anchors, folds, levers and its own proof work there as they do alone. The frame takes over the
file's policy, which therefore names the scripts of all pages and nothing else.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from model.views.markup import escape, tag
from model.views.page import hash_of, style_sheet, template_file

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_HASH = re.compile(r"'sha256-[A-Za-z0-9+/=]+'")


@dataclass(frozen=True)
class Sheet:
    """A page of a bundle: its name in the address, its label, and the whole page."""

    name: str
    label: str
    html: str

    @property
    def scripts(self) -> list[str]:
        """The hashes of the scripts that its own policy allows."""
        return _HASH.findall(self.html.partition("</head>")[0])


def bundle_html(company: str, scenario: str, pages: Sequence[Sheet], workbook: tuple[str, bytes],
                made: str = "") -> str:
    """One file with pages and a workbook (its file name, and its content); `made` says when and of
    what the pages were made."""
    links = "".join(tag("a", escape(page.label), href=f"#{page.name}") for page in pages)
    name, content = workbook
    link = tag("a", "Excel, live formulas", download=name,
               href=f"data:{SPREADSHEET};base64,{base64.b64encode(content).decode()}")
    texts = json.dumps({page.name: page.html for page in pages}, ensure_ascii=False,
                       separators=(",", ":")).replace("<", "\\u003c")
    script = template_file("bundle.js")
    title = f"{company} · {scenario}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" '
        f'content="{_policy(script, pages)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{style_sheet()}{template_file('bundle.css')}</style>\n</head>\n<body>\n"
        f'<nav class="pages" aria-label="Pages"><p>{links}</p><p>{link}</p>'
        '<p><button type="button" id="print">Print this page</button></p></nav>\n'
        "<main></main>\n"
        f"<noscript><p>Open this file in a browser that runs its script, which asks for nothing "
        f"from outside. {escape(made)}</p></noscript>\n"
        f'<script type="application/json" id="texts">{texts}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n")


def _policy(script: str, pages: Sequence[Sheet]) -> str:
    """Nothing loads, only the scripts of this file run, and frames show what it made itself."""
    hashes = dict.fromkeys((hash_of(script), *(each for page in pages for each in page.scripts)))
    return (f"default-src 'none'; script-src {' '.join(hashes)}; "
            "img-src data:; style-src 'unsafe-inline'; font-src data:; "
            "base-uri 'none'; form-action 'none'")
