"""Kernels forked from one process that has imported what notebooks need before any thread began.

To start Python and import everything takes longer than most notebooks run. The process reads a
line of JSON for each kernel that is wanted, and writes the kernel's number. Where it cannot be
had (Windows has no fork, and macOS libraries do not bear one), kernels are started afresh.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from importlib import import_module

import psutil

IS_POSSIBLE = hasattr(os, "fork") and sys.platform != "darwin"
_LIBRARIES = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipywidgets",
              "matplotlib_inline.backend_inline", "pandas")


class Forks:
    """The process that forks, as the batch sees it; several threads may ask for kernels."""

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str], folder: str):
        self._turn = threading.Lock()
        # In a session of its own, it does not hear a Ctrl-C that is meant for the batch.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "model.reporting.forks", *modules], cwd=folder,
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True)

    def kernel(self, arguments: list[str], folder: str, environment: Mapping[str, str],
               noise: str) -> Fork | None:
        """A kernel at work in a folder, with more in its environment, and a file for what it says
        beside the notebook's outputs; None where none can be forked."""
        order = {"arguments": arguments, "folder": folder, "environment": environment,
                 "noise": noise}
        with self._turn, contextlib.suppress(OSError, ValueError, psutil.Error):
            self.process.stdin.write(f"{json.dumps(order)}\n".encode())
            self.process.stdin.flush()
            return Fork(int(self.process.stdout.readline()))
        return None

    def close(self) -> None:
        """Fork no more; kernels end with the process that they were forked from."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


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
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def _prepare(modules: Iterable[str]) -> None:
    """Import what kernels need; what cannot be imported, a notebook that needs it will say."""
    # As a kernel of its own would: both are read while ipykernel and matplotlib are imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in (*_LIBRARIES, *modules):
        with contextlib.suppress(Exception):
            import_module(name)
    # What is there now stays; looking through it would copy it in every kernel.
    gc.collect()
    gc.freeze()


def _order() -> dict | None:
    """What a kernel is to be, in the process that is to become it; None when no more is wanted."""
    for line in sys.stdin:
        kernel = os.fork()
        if not kernel:
            return json.loads(line)
        # It leads a group of its own before anybody knows of it, so that all of it can be ended.
        with contextlib.suppress(OSError):
            os.setpgid(kernel, kernel)
        print(kernel, flush=True)
    return None


def _reap(*signal_and_frame) -> None:
    """Take leave of the kernels that ended; until then they seem to be there."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(order: dict) -> None:
    """Be the kernel of an order."""
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    noise = os.open(order["noise"], os.O_WRONLY | os.O_APPEND)
    for source, target in ((nothing, 0), (noise, 1), (noise, 2)):
        os.dup2(source, target)
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    if "numpy" in sys.modules:
        # Whoever draws without a seed does not draw what every other kernel draws.
        sys.modules["numpy"].random.seed()
    sys.modules["ipykernel.kernelapp"].launch_new_instance(order["arguments"])


def main(modules: Iterable[str]) -> None:
    """Fork a kernel for each order, until there are no more."""
    _prepare(modules)
    if threading.active_count() > 1:
        return
    signal.signal(signal.SIGCHLD, _reap)
    order = _order()
    if order:
        _become(order)


if __name__ == "__main__":
    main(sys.argv[1:])
