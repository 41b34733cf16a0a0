"""Words that a sentence bends: `1 month` and `3 months`, and a label inside a sentence."""

from __future__ import annotations

from collections.abc import Sized

# Units of things that are counted; others are written alike for one and for many.
_COUNTED = frozenset({"mentee", "mentor", "customer", "order", "hour", "day", "month", "year",
                      "share"})


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A number and its noun; `plural` for a noun that does more than end in s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


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
    single = head.removesuffix("s")
    if single not in _COUNTED:
        return unit
    return f"{single if one else f'{single}s'}{per}{rest}"
