"""Terms of a page explained where they are met: a dotted line below the word, and its meaning as a
tooltip, once in each section."""

from __future__ import annotations

import re
from collections.abc import Mapping

from model.views.markup import tag

_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_ELEMENT = re.compile(r"<(/?)([a-z][a-z0-9]*)")
# Texts in which a term is explained; in headings, links and charts it stands as it is.
_TEXTS = ("p", "li", "dt", "dd", "th", "caption")
_LEFT_OUT = ("a", "abbr", "b", "button", "header", "h1", "h2", "h3", "h4", "nav", "script", "style",
             "summary", "svg")
_PAIRED = (*_TEXTS, *_LEFT_OUT)


def explained(html: str, terms: Mapping[str, str]) -> str:
    """The content of a page with the first of each term in every section explained."""
    if not terms:
        return html
    by_word = {word.lower(): (word, meaning) for word, meaning in terms.items()}
    longest = sorted(by_word, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w:])(?:{'|'.join(map(re.escape, longest))})(?![\w:])",
                         re.IGNORECASE)
    tokens, open_, seen = _TOKEN.findall(html), [], set()

    def found(match: re.Match) -> str:
        word, meaning = by_word[match[0].lower()]
        # An abbreviation is written in capitals; another word may begin a sentence.
        exact = match[0] == word or not any(sign.isupper() for sign in word[1:])
        if word in seen or not exact:
            return match[0]
        seen.add(word)
        return tag("abbr", match[0], title=meaning)

    for place, token in enumerate(tokens):
        element = _ELEMENT.match(token)
        if element and element[2] in _PAIRED:
            if element[2] == "h2":
                seen.clear()
            if element[1]:
                while open_ and open_.pop() != element[2]:
                    pass
            else:
                open_.append(element[2])
        elif not element and open_ and open_[-1] in _TEXTS and not set(open_) & set(_LEFT_OUT):
            tokens[place] = pattern.sub(found, token)
    return "".join(tokens)


