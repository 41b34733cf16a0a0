"""The append-only log of events: JSON lines, each holding the hash of the one before.

A line is written whole, flushed and synced before it counts; a last line that was cut off was never
acknowledged and is dropped. One that lacks only the end of the line still carries its hash, so it
counts. Any other fault is refused with its line. No number in it is a float,
and times are the caller's: nothing reads the clock. Who can rewrite every line can also renew
every hash, so keep the last hash (`Log.head`) elsewhere and give it to `verify`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.files import lock, open_file
from model.folders import relative
from model.problems import InputError, Problem, quoted

FIRST = "0" * 64
MAX_LINE = 100_000
_LONGEST = MAX_LINE + 1_000
_KEYS = ("seq", "time", "actor", "rule", "kind", "inputs", "before", "after", "prev")
_BEGINS = b'{"seq":'
_SEAL, _END = b',"hash":"', b'"}\n'
_SUFFIX = len(_SEAL) + 64 + len(_END)


def _no_float(text: str):
    raise ValueError(f"holds the number {text}, which is not whole")


# Made once: a million entries are read in a few seconds.
_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DECODE = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float).decode


@dataclass(frozen=True)
class Event:
    """One entry: who did what under which rule, with which inputs, and what it touched.

    `before` and `after` hold the touched cells of the ledger, `ONE.committed` in cents; both are
    empty where nothing changed, as of what was rejected.
    """

    seq: int
    time: str
    actor: str
    rule: str
    kind: str
    inputs: Mapping[str, object]
    before: Mapping[str, int]
    after: Mapping[str, int]
    prev: str

    def line(self) -> bytes:
        """The entry as it stands in the log, with its hash and the end of the line.

        Raises ValueError where a float or anything else that is no plain value is in it.
        """
        _plain(self.inputs)
        _plain(self.before)
        _plain(self.after)
        body = _ENCODE({key: getattr(self, key) for key in _KEYS}).encode()
        if len(body) > MAX_LINE:
            raise ValueError(f"an entry of {len(body):,} bytes is longer than {MAX_LINE:,}")
        return body[:-1] + _SEAL + sealed(body).encode() + _END

    @property
    def hash(self) -> str:
        return hash_of(self.line())


def hash_of(line: bytes) -> str:
    """The hash that a line carries."""
    return line[-64 - len(_END):-len(_END)].decode()


def sealed(body: bytes) -> str:
    """The hash of an entry without its own."""
    return hashlib.sha256(body).hexdigest()


def _plain(value: object) -> None:
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
class Reading:
    """What was found while a log was read: the last hash, entries, bytes that count, and a torn
    last line, which a crash left and which was never acknowledged; `unended` says that the last
    entry lacks the end of its line alone."""

    head: str = FIRST
    entries: int = 0
    sound: int = 0
    torn: int = 0
    unended: bool = False

    @property
    def warning(self) -> str | None:
        if not self.torn:
            return None
        return (f"the last line has no end ({self.torn} bytes); it was never acknowledged, so it "
                "does not count.")


def read_lines(path: Path, found: Reading | None = None) -> Iterator[dict]:
    """The entries of a log, each checked against its hash and the one before.

    Raises InputError at the first line that is not as it was written, with its number.
    """
    found = found if found is not None else Reading()
    with open_file(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST), b""), 1):
            if len(line) == _LONGEST:
                raise _tampered(path, number, "is longer than any entry")
            found.unended = _carries_its_hash(line + b"\n")
            if not line.endswith(b"\n") and not found.unended:
                if not _begun(line, number):
                    if number == 1:
                        raise _no_log(path)
                    raise _tampered(path, number, "is no entry of a log that was cut off")
                found.torn = len(line)
                return
            if number == 1 and not line.startswith(_BEGINS):
                raise _no_log(path)
            found.sound += len(line)
            line += b"\n" * found.unended
            content = _checked(path, number, line, found.head)
            found.head, found.entries = hash_of(line), number
            yield content


def _begun(line: bytes, number: int) -> bool:
    """Whether a line without an end can be what a crash left of this entry; the file of somebody
    else, which often ends without a line break, must not be cut."""
    start = b'{"seq":%d,"time":"' % (number - 1)
    return line.startswith(start) or start.startswith(line)


def _carries_its_hash(line: bytes) -> bool:
    return line.endswith(_END) and line[-_SUFFIX:] == _SEAL + sealed(_body(line)).encode() + _END


def _body(line: bytes) -> bytes:
    """An entry without its own hash."""
    return line[:-_SUFFIX] + b"}"


def _checked(path: Path, number: int, line: bytes, head: str) -> dict:
    if not _carries_its_hash(line):
        raise _tampered(path, number, "does not carry the hash of what it says, so it was changed "
                                      "after it was written")
    try:
        content = _DECODE(_body(line).decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise _tampered(path, number, f"is not an entry ({error})") from None
    if not isinstance(content, dict) or tuple(content) != _KEYS:
        raise _tampered(path, number, "does not have the keys of an entry")
    for key in ("inputs", "before", "after"):
        if not isinstance(content[key], dict):
            raise _tampered(path, number, f"does not have {key} by name")
        if key != "inputs" and not all(type(cents) is int for cents in content[key].values()):
            raise _tampered(path, number, f"does not have {key} in whole cents")
    if content["prev"] != head or content["seq"] != number - 1:
        raise _tampered(path, number, "does not follow the entry before it, so entries were "
                                      "removed, added or exchanged")
    return content


def _no_log(path: Path) -> InputError:
    return InputError([Problem(f"{relative(path)}:1", "is no log; name another file.")])


def _tampered(path: Path, number: int, what: str) -> InputError:
    return InputError([Problem(f"{relative(path)}:{number}", f"{what}; go back to a copy that "
                               "verifies.")])


def verify(path: Path, head: str | None = None) -> str | None:
    """A sentence on the first entry that is not as it was written; None where all are.

    `head` is the hash of an entry that must be in the log: what was cut off behind it, or written
    anew from the start, shows only against a hash that was kept elsewhere.
    """
    found, seen = Reading(), head in (None, FIRST)
    try:
        for _ in read_lines(path, found):
            seen = seen or found.head == head
    except InputError as error:
        return str(error.problems[0])
    return None if seen else (f"{relative(path)}: holds no entry with the hash {head[:12]}…, so "
                              "entries were removed or written anew; go back to a copy that holds "
                              "it.")


@dataclass
class Log:
    """A log that is open for writing, by one process at a time."""

    path: Path
    head: str = FIRST
    entries: int = 0
    warning: str | None = None
    _stream: object = field(default=None, repr=False)
    _new: bool = False

    @classmethod
    def open(cls, path: Path, each=None) -> Log:
        """Open a log, or begin one. `each` is called with every entry that is there.

        What a crash left of a line is cut off, with a warning. Raises InputError where an entry is
        not as it was written, where the place is no file, or another process writes to it.
        """
        if path.exists() and not path.is_file():
            raise InputError([Problem("--log", f"{path} is there and is no file; name another.")])
        new = not path.exists()
        stream = path.open("ab", buffering=0)
        try:
            lock(stream.fileno())
        except (BlockingIOError, PermissionError):
            stream.close()
            raise InputError([Problem("--log", f"{relative(path)} is being written to by another "
                                      "process; wait for it.")]) from None
        found = Reading()
        try:
            for content in read_lines(path, found):
                if each:
                    each(content)
            if found.torn:
                os.truncate(stream.fileno(), found.sound)
            if found.unended:
                stream.write(b"\n")
            if found.torn or found.unended:
                os.fsync(stream.fileno())
        except BaseException:
            stream.close()
            raise
        if new:
            _sync_folder(path.parent)
        return cls(path, found.head, found.entries,
                   found.warning and f"{relative(path)}: {found.warning}", stream, new)

    def append(self, kind: str, *, time: str, actor: str, rule: str = "",
               inputs: Mapping[str, object] | None = None,
               before: Mapping[str, int] | None = None,
               after: Mapping[str, int] | None = None) -> Event:
        """Write one entry; when this returns, it is on the disk.

        Raises ValueError where an input is no whole number, text, or list or mapping of them;
        OSError where the disk refuses, and then nothing counts.
        """
        return self.append_all([{"kind": kind, "time": time, "actor": actor, "rule": rule,
                                 "inputs": inputs, "before": before, "after": after}])[0]

    def append_all(self, entries: Iterable[Mapping[str, object]]) -> list[Event]:
        """Write several entries with one sync; a crash may leave the first of them only."""
        events, lines, head = [], [], self.head
        for number, entry in enumerate(entries, self.entries):
            event = Event(number, entry["time"], entry["actor"], entry.get("rule") or "",
                          entry["kind"], entry.get("inputs") or {}, entry.get("before") or {},
                          entry.get("after") or {}, head)
            lines.append(event.line())
            head = hash_of(lines[-1])
            events.append(event)
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
        self.head, self.entries = head, self.entries + len(events)
        return events

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *failure) -> None:
        self.close()


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as lasting as its content, where the system knows such a thing."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
