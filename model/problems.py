"""What is wrong with an input, in sentences by which the person who typed it can mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

# Control characters, and those that make a text read otherwise than it is written.
HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

# The most problems that are printed; whoever has more mends these first.
MOST = 50


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where it stands, and a sentence with value, bound and remedy."""

    where: str
    what: str

    def __str__(self) -> str:
        return _one_line(f"{self.where}: {self.what}")


class InputError(ValueError):
    """Input that cannot be used. Carries every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, where: str, what: str) -> InputError:
        """The error of one problem."""
        return cls([Problem(where, what)])

    def __str__(self) -> str:
        """A problem a line; of very many the first, and how many more there are."""
        lines = [str(problem) for problem in self.problems[:MOST]]
        if (more := len(self.problems) - MOST) > 0:
            lines.append(f"And {more:,} more; mend these first.")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentences, and no lines of the program."""
        return list(map(str, self.problems))


def fail(where: str, what: str) -> NoReturn:
    """Raise InputError with one problem."""
    raise InputError([Problem(where, what)])


def fail_if(problems: list[Problem]) -> None:
    """Raise InputError with all the problems, if there are any."""
    if problems:
        raise InputError(problems)


def _one_line(text: str, limit: int = 1000) -> str:
    """A sentence as a terminal can show it, whatever the names in it are made of."""
    if len(text) > limit:
        text = f"{text[:limit // 2]} … {text[-limit // 2:]}"
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def visible(text: str, allowed: str = "") -> str:
    """A text with an escape, as in JSON, for each hidden character that is not allowed."""
    return HIDDEN.sub(lambda match: match[0] if match[0] in allowed else _escape(match[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def nearest(name: object, names: Iterable[str], cutoff: float = 0.6,
            lists: str | None = "see the register in the assumptions notebook for the names.",
            before: int = 0) -> str:
    """The end of a sentence about an unknown name: the name most like it, or all names.

    cutoff   how much alike two names must be [share of the letters]
    lists    says where the names stand, for when they are too many for a sentence; None says all
    before   the number of problems before this one; beyond MOST no name is looked for
    """
    names = list(names)
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=cutoff) \
        if before < MOST else []
    if close:
        return f"did you mean {close[0]}?"
    if names and (lists is None or len(names) <= 12):
        return f"known: {', '.join(names)}."
    if names:
        return lists
    return "there are none."


def quoted(value: object, limit: int = 60) -> str:
    """A value in quotes as it was typed, cut to a length that fits in a sentence."""
    text = value if isinstance(value, str) else repr(value)
    return f"'{text[:limit]}…'" if len(text) > limit else f"'{text}'"
