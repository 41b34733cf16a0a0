"""A process of its own that clears up after a batch, however the batch ends.

It is given the folder for passing files, and reads lines from the batch: `+ PID` where a kernel
began, `- PID` where it ended. When the lines end, because the batch is done or was killed, it ends
the kernels that are left, even one that a library keeps from hearing anything, and removes the
folder.
It imports nothing of the model, so that it is there at once and small.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Iterable


def clear(folder: str, lines: Iterable[str]) -> None:
    """End what is left, and remove the folder, when the lines have ended."""
    kernels: set[int] = set()
    for line in lines:
        sign, _, number = line.partition(" ")
        (kernels.add if sign == "+" else kernels.discard)(int(number))
    for kernel in kernels:
        kill(kernel)
    shutil.rmtree(folder, ignore_errors=True)


def kill(kernel: int) -> None:
    """End a kernel and what it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(kernel, signal.SIGKILL)
        else:
            os.kill(kernel, signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    clear(sys.argv[1], sys.stdin)
