"""The units that assumptions may have: those of every company, and of what each one counts.

What a company counts stands in its glossary, as `people` and `things`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from model.params.quantities import ONE_NUMBER, SHARED, Domain, of_counted
from model.params.yaml_file import glossaries

COUNTED = ("people", "things")


class _Units(Mapping[str, Domain]):
    """Units with what they allow; they are worked out when it is first asked."""

    @cached_property
    def counted(self) -> dict[str, tuple[str, ...]]:
        """The words of all companies for people and for things."""
        return {kind: tuple(dict.fromkeys(
            word for content in glossaries().values() for word in _listed(content.get(kind))
            if is_word(word))) for kind in COUNTED}

    @cached_property
    def _domains(self) -> dict[str, Domain]:
        return SHARED | of_counted(*self.counted.values())

    def __getitem__(self, unit: str) -> Domain:
        return self._domains[unit]

    def __iter__(self) -> Iterator[str]:
        return iter(self._domains)

    def __len__(self) -> int:
        return len(self._domains)


UNITS = _Units()


def is_word(word: object) -> bool:
    """Whether what is counted is named by one plain word."""
    return isinstance(word, str) and bool(re.fullmatch(r"[a-z]{2,30}", word))


def is_price(unit: str) -> bool:
    """Whether a unit is that of what people pay again and again, or by the piece."""
    people, things = (UNITS.counted[kind] for kind in COUNTED)
    return unit in {f"USD/{one}/month" for one in people} | {f"USD/{thing}" for thing in things}


def _listed(value: object) -> list:
    return value if isinstance(value, list) else []


def is_one_number(unit: str) -> bool:
    """Whether a unit is that of what holds at one moment or for the whole plan."""
    return unit in ONE_NUMBER or unit in UNITS.counted["people"]
