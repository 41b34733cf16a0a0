"""The part of the campaign that ends programs by force, at a random moment of their work.

What is left must be whole: each file as it was before or as a run that nobody ends makes it, no
process, and afterwards a run that ends as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from model import folders

# How many times each program is ended.
FULL = {"making a report": 150, "review of the budget": 400, "import": 300, "pack": 150}
# In the quick form one of so many.
QUICK = 100
# By this a process of ours, and all that it starts, are known. Processes have so long to end.
_MARK, _SECONDS_TO_END = "TRUST_CAMPAIGN", 20
# A page says when it was made.
_TIMES = re.compile(rb"20\d\d-\d\d-\d\d(?:T| at | |</span> <span>)\d\d:\d\d(?::\d\d)?")


@dataclass(frozen=True)
class Program:
    """A command, and where it writes: files, or folders whose files count."""

    arguments: tuple[str, ...]
    writes: tuple[str, ...]


PROGRAMS = {
    "making a report": Program(("run", "subscription", "-s", "base", "-n", "statements", "--quiet"),
                               ("reports",)),
    "review of the budget": Program(("budget", "review", "--events", "inbox/quarter.csv", "--log",
                                     "inbox/log"), ("inbox",)),
    "import": Program(("import", "inbox/invented_export.csv", "--map",
                       "inbox/invented_export.yaml", "--to", "taken.csv", "--yes"),
                      ("params/mentorship",)),
    "pack": Program(("pack", "sent", "--company", "subscription", "-s", "base", "--no-pages",
                     "--date", "2026-10-31"), ("packs",)),
}


def campaign(seed: int, kills: dict[str, int], workers: int, say: Callable[[str], None]) -> dict:
    """End each program so often: counts by program, and what was left."""
    programs, wrong = {}, []
    with ThreadPoolExecutor(workers) as threads:
        for name, (counts, faults) in zip(kills, threads.map(
                lambda each: _of_program(seed, *each), kills.items()), strict=True):
            programs[name] = counts
            wrong += faults
            say(f"{name}: {counts}")
    return {"programs": programs, "wrong": wrong}


def _of_program(seed: int, name: str, times: int) -> tuple[dict[str, int], list[str]]:
    counts, wrong = {"kills": 0, "half": 0, "orphans": 0, "otherwise": 0}, []
    with TemporaryDirectory(prefix="trust-kills-") as folder:
        trial = _Trial(name, Path(folder), Random(f"{seed} {name}"))
        for _ in range(times):
            for fault in trial.end_one():
                counts[fault.partition(":")[0]] += 1
                wrong.append(f"{name}, {fault}")
            counts["kills"] += 1
    return counts, wrong


class _Trial:
    """One program in a folder of its own, whose whole runs are known."""

    def __init__(self, name: str, folder: Path, random: Random):
        self._program, self._random = PROGRAMS[name], random
        self._folder, self._clean = folder / "project", folder / "clean"
        self._token = f"{os.getpid()}-{name.replace(' ', '_')}"
        _lay_out(self._clean)
        self._renew()
        began = time.monotonic()
        process = self._start()
        if process.wait():
            raise RuntimeError(f"{name} fails when nobody ends it")
        self._seconds = time.monotonic() - began
        self._whole = self._files()
        self._before = self._files(self._clean)

    def end_one(self) -> list[str]:
        """End the program once, at a moment of its work; what is wrong afterwards."""
        self._renew()
        process = self._start()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(self._random.uniform(0.02, 1.1) * self._seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        faults = []
        if left := self._left():
            faults.append(f"orphans: {left}")
        for path, content in self._files().items():
            if content not in (self._whole.get(path), self._before.get(path)) \
                    and not _is_aside(path) and not self._is_begun_log(path, content):
                faults.append(f"half: {path}")
                break
        again = self._start()
        code = again.wait()
        files = self._files()
        if self._program.arguments[0] == "pack" and code == 2:
            code = 0  # it was there, and is whole
        if code or files != self._whole:
            other = sorted(path for path in files.keys() | self._whole.keys()
                           if files.get(path) != self._whole.get(path))
            faults.append(f"otherwise: exit code {code}, {other[:3]}")
        return faults

    def _is_begun_log(self, path: str, content: bytes) -> bool:
        """Whether a log ends within the lines that were being added: it is only ever added to, and
        what was not acknowledged does not count, as the next run shows."""
        return path.endswith("/log") and self._whole.get(path, b"").startswith(content)

    def _renew(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._clean, self._folder)

    def _start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "model", *self._program.arguments], cwd=self._folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {_MARK: self._token, "PYTHONPATH": str(folders.root())})

    def _left(self) -> list[str]:
        """Processes that the program has started and that do not end by themselves."""
        until = time.monotonic() + _SECONDS_TO_END
        while (found := _processes(self._token)) and time.monotonic() < until:
            time.sleep(0.05)
        for process in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return [str(process) for process in found]

    def _files(self, folder: Path | None = None) -> dict[str, bytes]:
        """What stands in the places to which the program writes, without the times of a run."""
        folder, found = folder or self._folder, {}
        for place in self._program.writes:
            for path in sorted((folder / place).rglob("*")):
                if path.is_file() and path.suffix in (".html", ".csv", ".zip", "", ".xlsx"):
                    found[path.relative_to(folder).as_posix()] = _timeless(path)
        return found


def _timeless(path: Path) -> bytes:
    """A file without what says when it was made; of an archive, its parts."""
    raw = path.read_bytes()
    if path.suffix != ".zip":
        return _TIMES.sub(b"", raw)
    import zipfile

    try:
        with zipfile.ZipFile(path) as packed:
            return b"".join(name.encode() + _TIMES.sub(b"", packed.read(name))
                            for name in packed.namelist() if name != "SHA256SUMS"
                            and name.endswith((".html", ".yaml", ".json")))
    except zipfile.BadZipFile:
        return b"no archive: " + raw[:100]


def _is_aside(path: str) -> bool:
    """Whether a file stands beside the one that it would become, as the next run removes it."""
    return path.endswith(".unfinished")


def _lay_out(place: Path) -> None:
    """A project, and the files that its programs read."""
    root = folders.root()
    for name in ("params", "notebooks"):
        shutil.copytree(root / name, place / name)
    inbox = place / "inbox"
    inbox.mkdir()
    examples = root / "params" / "mentorship" / "examples"
    for name in ("invented_export.csv", "invented_export.yaml"):
        shutil.copy(examples / name, inbox / name)
    shutil.copy(root / "params" / "budget" / "examples" / "invented_quarter.csv",
                inbox / "quarter.csv")


def _processes(token: str) -> list[int]:
    """The processes that carry a mark in their environment, but for this one."""
    found: list[int] = []
    wanted = f"{_MARK}={token}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0") and _is_alive(entry):
                    found.append(int(entry.name))
    return found


def _is_alive(entry: Path) -> bool:
    return (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"


