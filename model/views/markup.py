"""The only way text becomes HTML: escaped, and stripped of what could reorder or break a page."""

from __future__ import annotations

import html
import re
from typing import Any

from model.currency import labelled, on_page

# Control characters, bidirectional overrides and lone surrogates: none of them is text.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: Any) -> str:
    """The text as a reader may see it; None is the empty string."""
    return "" if text is None else _UNPRINTABLE.sub("", str(text))


def escape(text: Any) -> str:
    """Plain text as HTML, safe in an element and in a quoted attribute, and as its reader sees
    it."""
    return html.escape(on_page(plain(text)), quote=True)


def code(text: Any) -> str:
    """The same of what a program reads, or of what was escaped before: its numbers stay."""
    return html.escape(labelled(plain(text)), quote=True)


# Attributes that are read or heard by people.
_READ = {"alt", "aria_label", "data_label", "title"}
_KEPT_WHOLE = re.compile(
    r"[A-Z]{3} [\u2212\d][\S\u202f]*|"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{4}"
)


def prose(text: Any) -> str:
    """A sentence as HTML in which no amount or month is broken across lines."""
    return _KEPT_WHOLE.sub(lambda match: f'<span class="fm-whole">{match[0]}</span>', escape(text))


def tag(name: str, content: str, **attributes: Any) -> str:
    """An element around ready HTML; attribute values are escaped, None ones are left out.

    A trailing underscore (`class_`) is dropped and inner ones become hyphens (`aria_label`).
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{(escape if key in _READ else code)(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{content}</{name}>"
