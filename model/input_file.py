"""Reading what somebody typed or exported: plain files only, and no more of one than it may hold.

A pipe would be waited for, and a device need not end, so neither is read, whatever links to it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from model.folders import shown
from model.problems import InputError, Problem


class UnusableError(ValueError):
    """A file that cannot be read; the text ends a sentence that begins with its name."""


def opened(path: Path) -> BinaryIO:
    """A file, open for reading. Raises OSError as `open` does, UnusableError for what is none."""
    waits = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, os.O_RDONLY | waits)
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    raise UnusableError("is no file")


def content(path: Path, most: int, kind: str, otherwise: str, less: str) -> bytes:
    """The bytes of a file of some kind. Raises UnusableError with what to do: `otherwise` where
    it cannot be read, `less` where it has more than `most` bytes."""
    try:
        with opened(path) as stream:
            raw = stream.read(most + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror}); {otherwise}.") from None
    except UnusableError as error:
        raise UnusableError(f"{error}; {otherwise}.") from None
    if len(raw) > most:
        raise UnusableError(f"has more than {most:,} bytes, the most that {kind} may have; {less}.")
    return raw


def entries(folder: Path) -> tuple[Path, ...]:
    """What lies in a folder, in alphabetical order, without the files of editors, whose names
    begin with a point; nothing where there is no such folder.

    Raises InputError where it cannot be read: what lies in it would be left out without a word.
    """
    try:
        return tuple(sorted(_visible(folder)))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise InputError([Problem(shown(folder), f"cannot be read ({error.strerror}); make it "
                                  "readable, or move it elsewhere.")]) from None


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def is_there(path: Path) -> bool:
    """Whether a path leads to something, or would if it could be read."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path.is_symlink()
    except OSError:
        return True
    return True
