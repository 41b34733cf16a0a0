"""What is wrong with an input, said so that the person who typed it can mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Control characters, and those that make a text read otherwise than it is written.
HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

# As many problems are said; whoever has more mends these first.
SAID = 50


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
        super().__init__(self.problems)

    def __str__(self) -> str:
        """A sentence a line; of very many the first, and how many there are."""
        said = [str(problem) for problem in self.problems[:SAID]]
        if (more := len(self.problems) - SAID) > 0:
            said.append(f"And {more:,} more; mend these first.")
        return "\n".join(said)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentences, and no lines of the program."""
        return list(map(str, self.problems))


def _one_line(text: str, limit: int = 1000) -> str:
    """A sentence as a terminal can show it, whatever the names that it quotes are made of."""
    if len(text) > limit:
        text = f"{text[:limit // 2]} … {text[-limit // 2:]}"
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def visible(text: str, kept: str = "") -> str:
    """A text in which what would command a terminal, or turn the order of what is read, is shown
    as an escape that JSON knows; `kept` are those of them that may pass."""
    return HIDDEN.sub(lambda found: found[0] if found[0] in kept else _escaped(found[0]), text)


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def fail_if(problems: list[Problem]) -> None:
    """Raise InputError with all the problems, if there are any."""
    if problems:
        raise InputError(problems)


def nearest(name: object, known: Iterable[str], cutoff: float = 0.6,
            lists: str = "see the register in the assumptions notebook for the names.",
            before: int = 0) -> str:
    """A hint that ends a sentence: the known name that looks most like the given one, or all;
    `lists` says where they stand if they are too many for a sentence. `before` are the problems
    found already: no name is compared for one that is not said."""
    known = list(known)
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=cutoff) \
        if before < SAID else []
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
