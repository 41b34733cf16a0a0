"""The streams of a terminal, to which no file and no name can give commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from model.currency import UNIT, labelled, show
from model.problems import visible


class _VisibleStream:
    """A stream of text that shows control characters as escapes, but for the ends of lines, and
    amounts in the currency of what was loaded last."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(visible(labelled(text), allowed="\n\t"))
        return len(text)

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


@contextmanager
def visible_streams() -> Iterator[None]:
    """Show control characters as escapes in all that is printed meanwhile, whoever prints it, and
    amounts in the currency of what was loaded last."""
    show(UNIT)
    # A program may be started without one of its streams, which then is None.
    out, errors = (stream and _VisibleStream(stream) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(errors):
        yield


def aligned(rows: Sequence[Sequence[str]], texts: int) -> list[str]:
    """The lines of a table, of which so many columns hold texts and the others numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) if at < texts else cell.rjust(width)
                      for at, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
            for row in rows]


def own_stream():
    """The stream of errors itself, for a bar that moves the cursor and shows checked names only."""
    stream = sys.stderr
    return stream._stream if isinstance(stream, _VisibleStream) else stream
