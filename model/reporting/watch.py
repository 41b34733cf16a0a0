"""Watching a kernel: whether it works, however long it takes, or does nothing and hangs.

A kernel is at work while it or what it started uses processor time, waits for the processor or the
disk, or says how far it is; how long it takes is no fault.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psutil

# A kernel that sleeps uses less than this part of a processor.
_ASLEEP = 0.01
_BUSY = (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)


class Watch(threading.Thread):
    """Stops a kernel that did nothing for `idle` seconds; `stopped` says that it was."""

    def __init__(self, pid: int, file: Path, idle: float, stop: Callable[[], None]):
        super().__init__(daemon=True)
        self.stopped = False
        self._pid, self._file, self._idle, self._stop = pid, file, idle, stop
        self._over = threading.Event()

    def run(self) -> None:
        step, still = min(1.0, self._idle / 4), 0.0
        mark = used = 0.0
        before = None
        # Looks are counted, not seconds: while the machine sleeps nobody looks.
        while not self._over.wait(step):
            try:
                used, busy = _work(psutil.Process(self._pid))
            except psutil.Error:
                return
            says = place_in(self._file)
            if busy or says != before or abs(used - mark) >= _ASLEEP * self._idle:
                mark, before, still = used, says, 0.0
            else:
                still += step
            if still >= self._idle:
                self.stopped = True
                self._stop()
                return

    def end(self) -> None:
        """The kernel has ended; look no more."""
        self._over.set()


def _work(kernel: psutil.Process) -> tuple[float, bool]:
    """Processor seconds of a kernel and all that it started, and whether one is at work now."""
    used, busy = sum(kernel.cpu_times()[:4]), kernel.status() in _BUSY
    for child in kernel.children(recursive=True):
        try:
            used += sum(child.cpu_times()[:4])
            busy = busy or child.status() in _BUSY
        except psutil.Error:
            continue
    return used, busy


def place_in(file: Path) -> str:
    """How far a notebook says that it is: `12 of 38`; empty where it says nothing."""
    try:
        return file.read_text()
    except (OSError, ValueError):
        return ""
