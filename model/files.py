"""Files that appear whole or not at all, and one run at a time in a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.input_file import UnusableError, opened
from model.problems import InputError, Problem

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
