"""Files of the project: read within limits, written whole, and locked for one run at a time.

Only plain files are read, whatever links to them: a pipe would be waited for, and a device need
not end.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from model.folders import relative
from model.problems import InputError

UNFINISHED = ".unfinished"
LOCK = ".lock"


class UnusableError(ValueError):
    """A file that cannot be used: the end of a sentence about it, and the line that it is about."""

    def __init__(self, what: str, line: int = 1):
        super().__init__(what)
        self.line = line


def open_file(path: Path) -> BinaryIO:
    """A file, open for reading. Raises OSError as `open` does, UnusableError for no plain file."""
    waits = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    number = os.open(path, os.O_RDONLY | waits)
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    raise UnusableError("is no file")


def read(path: Path, most: int, kind: str, otherwise: str, less: str) -> bytes:
    """The bytes of a file of some kind. Raises UnusableError with what to do: `otherwise` for a
    file that cannot be read, `less` for one with more than `most` bytes."""
    try:
        with open_file(path) as stream:
            raw = stream.read(most + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror}); {otherwise}.") from None
    except UnusableError as error:
        raise UnusableError(f"{error}; {otherwise}.") from None
    if len(raw) > most:
        raise UnusableError(f"has more than {most:,} bytes, the most that {kind} may have; {less}.")
    return raw


def text(raw: bytes, remedy: str = "save it as UTF-8") -> str:
    """The text of a file's bytes. Raises UnusableError for bytes that are not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(f"byte {error.start} is not UTF-8 text; {remedy}.",
                            raw.count(b"\n", 0, error.start) + 1) from None


def listing(folder: Path) -> tuple[Path, ...]:
    """The paths in a folder, in alphabetical order, without those that begin with a point, as files
    of editors do; none for a folder that does not exist. Raises InputError for a folder that cannot
    be read, whose files would be missed in silence."""
    try:
        return tuple(sorted(path for path in folder.iterdir() if not path.name.startswith(".")))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise InputError.of(relative(folder), f"cannot be read ({error.strerror}); make it "
                                              "readable, or move it elsewhere.") from None


def exists(path: Path) -> bool:
    """Whether a path leads to something, or would if it could be read."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path.is_symlink()
    except OSError:
        return True
    return True


def digest(content: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file's content, or None for a file that cannot be read."""
    try:
        with open_file(path) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, UnusableError):
        return None


def check_place(path: Path) -> None:
    """Raise InputError for the name of a folder, a pipe, a device or a link to nothing: a file in
    the place of a device would take it away from the whole machine."""
    if os.path.lexists(path) and not path.is_file():
        raise InputError.of("out", f"{path} is there and is no file; name another place.")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never a part.
    A link stays, and the file that it leads to is written. Raises InputError where no file can
    be."""
    check_place(path)
    path = Path(os.path.realpath(path)) if path.is_symlink() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def unfinished_files(folders: set[Path]) -> list[Path]:
    """Files that a killed run was writing, or that another run is writing now."""
    return [path for folder in folders for path in folder.glob(f".*{UNFINISHED}")]


def remove_unfinished(folders: set[Path]) -> None:
    """Remove the files that a killed run was writing. Only the holder of the lock may do so."""
    for path in unfinished_files(folders):
        path.unlink(missing_ok=True)


def remove(path: Path, stop: Path) -> None:
    """Remove a file, and then each empty folder above it up to `stop`, which stays."""
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder != stop and stop in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


class Busy(Exception):
    """Another run holds the reports folder."""


@contextmanager
def sole_run(folder: Path) -> Iterator[None]:
    """Hold a folder for one run. Raises Busy while another process holds it, InputError for a
    folder that cannot be written to.

    The operating system gives a lock back when its holder ends, however it ends. The empty lock
    file stays and means nothing by itself; without it, two runs could hold the folder.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / LOCK).open("a+b")
    except OSError as error:
        raise InputError.of("out", f"{folder} cannot be written to: {error.strerror}.") from error
    with handle:
        try:
            lock(handle.fileno())
        except (BlockingIOError, PermissionError) as error:
            raise Busy from error
        yield


if os.name == "nt":
    import msvcrt

    def lock(descriptor: int) -> None:
        """Lock an open file; raises PermissionError while another process holds it."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file; raises BlockingIOError while another process holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
