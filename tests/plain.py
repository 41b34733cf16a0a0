"""What a page for readers never shows: codes, commands, paths and names out of the code."""

import re
from html import unescape

_NOT_READ = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
_READ = re.compile(r'>([^<]+)<| (?:aria-label|title|data-label|alt)="([^"]*)"')
_FOREIGN = re.compile(
    r"\b[AERS]\d{1,2}\b(?! FY)"  # alert, error check, rule, strategy
    r"|python -m|(?<![\w-])--[a-z]|\.venv|\bmake (?:reports|lab|open|equality)\b"
    r"|\b(?:params|reports|notebooks|model|tests|packs)/|\b\w+\.(?:ya?ml|py|ipynb|csv|json|js)\b"
    r"|\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]{3,}\.[a-z]{3,}\b")


def foreign(html):
    """Every such word of a page, with the text in which it stands."""
    texts = (unescape(one or other) for one, other in _READ.findall(_NOT_READ.sub("", html)))
    return [(found[0], text.strip()[:120]) for text in texts if (found := _FOREIGN.search(text))]
