"""The append-only log of a ledger: JSON lines, each holding the hash of the one before.

A line counts once it is written whole and synced. A last line that a crash cut off is dropped; one
that lacks only its line break still counts. Any other fault is refused with the number of its line.
Times come from the caller, never from the clock. Whoever can rewrite every line can also renew
every hash, so keep the last hash (`Log.head`) elsewhere and give it to `verify`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from model.files import digest, lock, open_file
from model.folders import relative
from model.problems import InputError, Problem, fail, quoted

FIRST = "0" * 64
MAX_LINE = 100_000
_LONGEST = MAX_LINE + 1_000
_KEYS = ("seq", "time", "actor", "rule", "kind", "inputs", "before", "after", "prev")
_EMPTY = {"rule": "", "inputs": {}, "before": {}, "after": {}}
_BEGINS = b'{"seq":'
_SEAL, _END = b',"hash":"', b'"}\n'
_SUFFIX = len(_SEAL) + 64 + len(_END)


def _no_float(text: str):
    raise ValueError(f"holds the number {text}, which is not whole")


# Made once: a million entries are read in a few seconds.
_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DECODE = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float).decode


def line_of(entry: Mapping[str, object]) -> bytes:
    """An entry as a line of the log; `before` and `after` hold the cells that it changes.

    Raises ValueError where a value is not plain.
    """
    for key in ("inputs", "before", "after"):
        _plain(entry[key])
    body = _ENCODE({key: entry[key] for key in _KEYS}).encode()
    if len(body) > MAX_LINE:
        raise ValueError(f"an entry of {len(body):,} bytes is longer than {MAX_LINE:,}")
    return body[:-1] + _SEAL + digest(body).encode() + _END


def hash_of(line: bytes) -> str:
    return line[-64 - len(_END):-len(_END)].decode()


def _plain(value: object) -> None:
    """Raise ValueError where a value is no whole number or text, nor a list or mapping of them."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a name in an entry is no text")
        for item in value.values():
            _plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _plain(item)
    elif type(value) not in (int, str, bool, type(None)):
        raise ValueError(f"{quoted(value)} is a {type(value).__name__}; an entry holds whole "
                         "numbers and texts")


@dataclass
class Extent:
    """How far a log reaches: its last hash, number of entries, and bytes that count.

    `fragment` is the bytes of a last line that a crash cut off; `lacks_end` says that the last
    entry lacks only its line break.
    """

    head: str = FIRST
    entries: int = 0
    sound: int = 0
    fragment: int = 0
    lacks_end: bool = False

    @property
    def warning(self) -> str | None:
        """A sentence, without its subject, on a last line that was cut off."""
        if not self.fragment:
            return None
        return (f"the last line has no end ({self.fragment} bytes); it was never acknowledged, so "
                "it does not count.")


def read_lines(path: Path, extent: Extent | None = None) -> Iterator[dict]:
    """The entries of a log, each checked against its hash and the one before.

    `extent` is brought up to date with every line. Raises InputError at the first that is not as it
    was written.
    """
    extent = extent or Extent()
    with open_file(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST), b""), 1):
            if len(line) == _LONGEST:
                raise _tampering(path, number, "is longer than any entry")
            extent.lacks_end = _carries_its_hash(line + b"\n")
            if not line.endswith(b"\n") and not extent.lacks_end:
                if not _is_beginning(line, number):
                    if number == 1:
                        raise _no_log(path)
                    raise _tampering(path, number, "is no entry of a log that was cut off")
                extent.fragment = len(line)
                return
            if number == 1 and not line.startswith(_BEGINS):
                raise _no_log(path)
            extent.sound += len(line)
            line += b"\n" * extent.lacks_end
            try:
                content = _entry(number, line, extent.head)
            except ValueError as fault:
                raise _tampering(path, number, str(fault)) from None
            extent.head, extent.entries = hash_of(line), number
            yield content


def _is_beginning(line: bytes, number: int) -> bool:
    """Whether a crash may have left this of an entry; any other file must not be cut."""
    start = b'{"seq":%d,"time":"' % (number - 1)
    return line.startswith(start) or start.startswith(line)


def _carries_its_hash(line: bytes) -> bool:
    return line.endswith(_END) and line[-_SUFFIX:] == _SEAL + digest(_body(line)).encode() + _END


def _body(line: bytes) -> bytes:
    return line[:-_SUFFIX] + b"}"


def _entry(number: int, line: bytes, head: str) -> dict:
    """The entry on a line. Raises ValueError, in words, where it is not as it was written."""
    if not _carries_its_hash(line):
        raise ValueError("does not carry the hash of what it says, so it was changed after it was "
                         "written")
    try:
        content = _DECODE(_body(line).decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not an entry ({error})") from None
    if not isinstance(content, dict) or tuple(content) != _KEYS:
        raise ValueError("does not have the keys of an entry")
    for key in ("inputs", "before", "after"):
        if not isinstance(content[key], dict):
            raise ValueError(f"does not have {key} by name")
        if key != "inputs" and not all(type(cents) is int for cents in content[key].values()):
            raise ValueError(f"does not have {key} in whole cents")
    if content["prev"] != head or content["seq"] != number - 1:
        raise ValueError("does not follow the entry before it, so entries were removed, added or "
                         "exchanged")
    return content


def _no_log(path: Path) -> InputError:
    return InputError([Problem(f"{relative(path)}:1", "is no log; name another file.")])


def _tampering(path: Path, number: int, what: str) -> InputError:
    return InputError([Problem(f"{relative(path)}:{number}", f"{what}; go back to a copy that "
                               "verifies.")])


def verify(path: Path, head: str | None = None) -> str | None:
    """A sentence on the first entry that is not as it was written; None where all are.

    `head` is a hash that was kept elsewhere and must be that of an entry. Only such a hash shows
    that entries were cut off at the end, or that all were written anew.
    """
    extent, holds_head = Extent(), head in (None, FIRST)
    try:
        for _ in read_lines(path, extent):
            holds_head = holds_head or extent.head == head
    except InputError as error:
        return str(error.problems[0])
    return None if holds_head else (
        f"{relative(path)}: holds no entry with the hash {head[:12]}…, so entries were removed or "
        "written anew; go back to a copy that holds it.")


class Log(Extent, AbstractContextManager):
    """A log that is open for writing, by one process at a time."""

    @classmethod
    def open(cls, path: Path) -> Log:
        """Open a log, or begin one.

        What a crash left of a line is cut off, with a warning. Raises InputError where an entry is
        not as it was written, the path names no file, or another process writes to it.
        """
        log = cls()
        log.path, log._new = path, not path.exists()
        if not log._new and not path.is_file():
            fail("--log", f"{path} is there and is no file; name another.")
        stream = log._stream = path.open("ab", buffering=0)
        try:
            lock(stream.fileno())
        except (BlockingIOError, PermissionError):
            stream.close()
            raise InputError([Problem("--log", f"{relative(path)} is being written to by another "
                                      "process; wait for it.")]) from None
        try:
            for _ in read_lines(path, log):
                pass
            if log.fragment:
                os.truncate(stream.fileno(), log.sound)
            if log.lacks_end:
                stream.write(b"\n")
            if log.fragment or log.lacks_end:
                os.fsync(stream.fileno())
        except BaseException:
            stream.close()
            raise
        if log._new:
            _sync_folder(path.parent)
        return log

    def append_all(self, entries: Iterable[Mapping[str, object]]) -> None:
        """Write entries with one sync; when this returns, they are on the disk.

        Raises ValueError where a value is not plain, OSError where the disk refuses; then no entry
        counts.
        """
        lines, head = [], self.head
        for number, entry in enumerate(entries, self.entries):
            content = {key: value for key, value in entry.items() if value is not None}
            lines.append(line_of({**_EMPTY, **content, "seq": number, "prev": head}))
            head = hash_of(lines[-1])
        size = os.fstat(self._stream.fileno()).st_size
        try:
            rest = memoryview(b"".join(lines))
            while rest:
                rest = rest[self._stream.write(rest):]
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            os.truncate(self._stream.fileno(), size)
            if self._new:
                self.path.unlink()
            error.filename = error.filename or str(self.path)
            raise
        self._new = False
        self.head, self.entries = head, self.entries + len(lines)

    def __exit__(self, *failure) -> None:
        self._stream.close()


class Draft(list):
    """A log in memory: entries that are not in a file yet."""

    append_all = list.extend


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as lasting as its content, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
