"""Reading what somebody typed or exported: plain files only, and no more of one than it may hold.

A pipe would be waited for, and a device need not end, so neither is read, whatever links to it.

Files that appear whole or not at all, and one run at a time in a folder.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
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


UNFINISHED = ".unfinished"
LOCK = ".lock"


class Busy(Exception):
    """Another run holds the reports folder."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file's content, or None where there is no readable file."""
    try:
        with opened(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, UnusableError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a part.

    Raises InputError where a folder, a device or a pipe has that name: renaming a file over a
    device would take it away from the whole machine.
    """
    if path.exists() and not path.is_file():
        raise InputError([Problem("out", f"{path} is there and is no file; name another place.")])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def unfinished(folders: set[Path]) -> list[Path]:
    """What a killed run was writing, or another is writing now."""
    return [path for folder in folders for path in folder.glob(f".*{UNFINISHED}")]


def remove_unfinished(folders: set[Path]) -> None:
    """Remove what a crashed run was writing; only the lock's holder may call this."""
    for path in unfinished(folders):
        path.unlink(missing_ok=True)


def remove(path: Path, stop: Path) -> None:
    """Remove a file, and the folders above it that this leaves empty, below `stop`."""
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder != stop and stop in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


@contextmanager
def sole_run(folder: Path) -> Iterator[None]:
    """Hold the folder for one run. Raises Busy where another process holds it, InputError where
    it cannot be written to.

    The operating system gives a lock back when its holder ends, however it ends; so the empty
    lock file stays behind and means nothing by itself. Deleting it would let two runs in.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a+b")
    except OSError as error:
        raise InputError([Problem("out", f"{folder} cannot be written to: {error.strerror}.")]
                         ) from error
    with handle:
        try:
            lock(handle.fileno())
        except (BlockingIOError, PermissionError) as error:
            raise Busy from error
        yield


if os.name == "nt":
    import msvcrt

    def lock(descriptor: int) -> None:
        """Lock an open file; raises PermissionError where another process holds it."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file; raises BlockingIOError where another process holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
