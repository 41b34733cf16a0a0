"""The two streams of a terminal, on which nothing that a file or a name holds gives commands.

Whatever is printed within `visible_streams` passes through here, whoever prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from model.problems import visible


class _Visible:
    """A stream of text that shows control characters, but for the ends of lines, as escapes."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(visible(text, kept="\n\t"))
        return len(text)

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


def _shown(stream):
    """None stays: a program may be started without one of its streams."""
    return stream and _Visible(stream)


@contextmanager
def visible_streams() -> Iterator[None]:
    """Standard output and errors as they are, without control characters."""
    with redirect_stdout(_shown(sys.stdout)), redirect_stderr(_shown(sys.stderr)):
        yield


def own_stream():
    """The stream of errors as it is, for a bar that moves the cursor itself and shows only names
    that were checked."""
    stream = sys.stderr
    return stream._stream if isinstance(stream, _Visible) else stream
