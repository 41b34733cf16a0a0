"""Words that a sentence bends: `1 month` and `3 months`, and a label inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Sized

# Units that are written alike for one and for many; any other word is of things that are counted.
_ALIKE = frozenset({"fraction", "ratio", "flag"})
_HISSING = ("s", "x", "z", "ch", "sh")
_ODD = {"person": "people", "child": "children"}
_ODD_SINGLE = {many: one for one, many in _ODD.items()}


def plural(noun: str) -> str:
    """Many of a noun: `mentees`, `classes`, `people`."""
    if noun in _ODD:
        return _ODD[noun]
    if noun.endswith(_HISSING):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def singular(nouns: str) -> str:
    """One of many: `class` of `classes`."""
    if nouns in _ODD_SINGLE:
        return _ODD_SINGLE[nouns]
    if re.search(r"(ss|x|z|ch|sh)es$", nouns):
        return nouns[:-2]
    if nouns.endswith("ss"):
        return nouns
    return f"{nouns[:-3]}y" if nouns.endswith("ies") else nouns.removesuffix("s")


def a(noun: str) -> str:
    """A noun with its article: `a visit`, `an order`."""
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def is_counted(unit: str) -> bool:
    """Whether a unit is that of things that are counted, such as `hours`."""
    return bool(re.fullmatch(r"[a-z]+", unit)) and unit not in _ALIKE


def count(number: int, noun: str, many: str | None = None) -> str:
    """A number and its noun; `many` of it for one that is more than a word."""
    return f"{number:,} {noun if number == 1 else many or plural(noun)}"


def alert_count(alerts: Sized) -> str:
    """How many alerts there are; every page and the index count them so."""
    return count(len(alerts), "alert")


def inside(label: str) -> str:
    """A label inside a sentence: acronyms and names of two words keep their capitals."""
    first, _, second = label.partition(" ")
    name = not first.endswith(",") and second[:1].isupper() and second[1:2].islower()
    return label if label[1:2].isupper() or name else label[:1].lower() + label[1:]


def unit_name(unit: str, one: bool) -> str:
    """A unit behind one or behind another number: `hour per FTE`, `hours per FTE`."""
    head, per, rest = unit.partition(" per ")
    if not is_counted(head):
        return unit
    single = singular(head)
    return f"{single if one else plural(single)}{per}{rest}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
