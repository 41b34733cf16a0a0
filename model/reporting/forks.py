"""Kernels forked from one process that has imported what notebooks need (origin.py).

To start Python and import everything takes longer than most notebooks run. Where no kernel can be
forked (Windows has no fork, and libraries of macOS do not bear one), it is started afresh.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from model import folders
from model.reporting import janitor
from model.reporting.jobs import Job

IS_POSSIBLE = hasattr(os, "fork") and sys.platform != "darwin"


class Forks:
    """The process that forks, as the batch sees it; several threads may ask for kernels."""

    def __init__(self, jobs: Iterable[Job], environment: Mapping[str, str], folder: Path):
        self._turn = threading.Lock()
        # In a session of its own, it does not hear a Ctrl-C that is meant for the batch.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "model.reporting.origin"], cwd=folder, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True)
        self.pid = self._process.pid
        self._say({"folder": str(folders.root()),
                   "notebooks": [(job.company, job.scenario, job.notebook.name) for job in jobs],
                   "plans": sorted({(job.company, name) for job in jobs
                                    for name in job.scenarios})})

    def _say(self, order: object) -> None:
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{json.dumps(order)}\n".encode())
            self._process.stdin.flush()

    def kernel(self, job: Job, arguments: list[str], environment: Mapping[str, str],
               noise: str) -> Fork | None:
        """A kernel for a job, with more in its environment, and a file for what it says beside
        the notebook's outputs; None where none can be forked."""
        with self._turn, contextlib.suppress(ValueError, psutil.Error):
            self._say({"of": (job.company, job.scenario), "arguments": arguments,
                       "environment": environment, "noise": noise})
            return Fork(int(self._process.stdout.readline()))
        return None

    def close(self) -> None:
        """Fork no more."""
        if self._process.poll() is None:
            janitor.kill(self.pid)
            self._process.wait()


class Fork:
    """A forked kernel, with what jupyter_client asks of a process that it started itself."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        return None if self._process.is_running() else 0

    def wait(self, timeout: float | None = None) -> int:
        self._process.wait(timeout)
        return 0

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(psutil.Error):  # it may have ended by itself
            self._process.send_signal(number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
