"""Sentences that follow the model: what a cell calculates, and the text that it gives."""

from __future__ import annotations

from typing import NamedTuple

_MINUS = "\u2212"


class Part(NamedTuple):
    """A part of a sentence that a cell calculates, and its text."""

    formula: str
    text: str


class Phrase:
    """Words and parts one after the other, as one formula and as one text."""

    def __init__(self, *parts: str | Part | Phrase):
        self._parts: list[str | Part] = []
        for part in parts:
            for piece in part._parts if isinstance(part, Phrase) else [part]:
                if isinstance(piece, str) and self._parts and isinstance(self._parts[-1], str):
                    self._parts[-1] += piece
                else:
                    self._parts.append(piece)

    @property
    def formula(self) -> str:
        """The formula, without the sign = before it."""
        return "&".join(f'"{part}"' if isinstance(part, str) else part.formula
                        for part in self._parts)

    @property
    def text(self) -> str:
        """The text that the formula gives."""
        return "".join(part if isinstance(part, str) else part.text for part in self._parts)


def choice(condition: str, holds: bool, phrase: Phrase, otherwise: Phrase) -> Part:
    """One phrase where a condition holds in the workbook, and another where it does not."""
    return Part(f"IF({condition},{phrase.formula},{otherwise.formula})",
                phrase.text if holds else otherwise.text)


def amount(address: str, value: float) -> Part:
    """The amount in a cell, in whole units with thousands and the minus sign of all texts."""
    return Part(f'SUBSTITUTE(FIXED({address},0),"-","{_MINUS}")', whole(value))


def whole(value: float) -> str:
    """An amount as FIXED rounds it: half away from zero."""
    units = int(abs(value) + 0.5)
    return f"{_MINUS if value < 0 and units else ''}{units:,}"


def again(address: str, relapses: int, before: str, after: str) -> Part:
    """In how many later months EBITDA is below zero again, if in any."""
    months = choice(f"{address}=1", relapses == 1, Phrase(f" later month{after}"),
                    Phrase(f" later months{after}"))
    return choice(f"{address}>0", relapses > 0,
                  Phrase(f"{before} is below zero again in ", Part(address, str(relapses)), months),
                  Phrase(""))
