"""Sums over segments."""

from __future__ import annotations

from collections.abc import Iterable


def total(now, line: str, names: Iterable[str]):
    """The sum of a line over segments."""
    first, *others = [getattr(now[name], line) for name in names]
    for other in others:
        first = first + other
    return first
