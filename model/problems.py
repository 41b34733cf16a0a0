"""What is wrong with an input, said so that the person who typed it can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where it stands, and a sentence with value, bound and remedy."""

    where: str
    what: str

    def __str__(self) -> str:
        return _one_line(f"{self.where}: {self.what}")


class InputError(ValueError):
    """Input that cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentences, and no lines of the program."""
        return list(map(str, self.problems))


def _one_line(text: str, limit: int = 1000) -> str:
    """A sentence as a terminal can show it, whatever the names that it quotes are made of."""
    if len(text) > limit:
        text = f"{text[:limit // 2]} … {text[-limit // 2:]}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fail_if(problems: list[Problem]) -> None:
    """Raise InputError with all the problems, if there are any."""
    if problems:
        raise InputError(problems)


def nearest(name: object, known: Iterable[str], cutoff: float = 0.6,
            lists: str = "see the register in the assumptions notebook for the names.") -> str:
    """A hint that ends a sentence: the known name that looks most like the given one, or all;
    `lists` says where they stand if they are too many for a sentence."""
    known = list(known)
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=cutoff)
    if close:
        return f"did you mean {close[0]}?"
    if 0 < len(known) <= 12:
        return f"known: {', '.join(known)}."
    if known:
        return lists
    return "there are none."


def quoted(value: object, limit: int = 60) -> str:
    """A value as typed, cut to a length that fits in a sentence."""
    text = value if isinstance(value, str) else repr(value)
    return f"'{text[:limit]}…'" if len(text) > limit else f"'{text}'"
