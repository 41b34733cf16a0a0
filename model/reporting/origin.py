"""The process that a batch's kernels are forked from: all is imported before any thread begins.

    python -m model.reporting.origin

Its first line says which notebooks are to run and where, each further line asks for a kernel, all
in JSON; it answers with the kernel's number. It ends when the lines end, and the kernels with it.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection
from importlib import import_module
from types import SimpleNamespace

# What a kernel imports until its first cell, and what shows a notebook's outputs.
_LIBRARIES = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell",
              "ipykernel.debugger", "IPython.core.completerlib", "IPython.core.logger", "sqlite3",
              "ipywidgets", "matplotlib_inline.backend_inline", "pandas")

# Company, scenario (None for a page of the whole company) and name of a notebook.
Names = tuple[str, str | None, str]


class Origin:
    """What the notebooks to be run need, imported and worked out once."""

    def __init__(self, folder: str, notebooks: Collection[Names],
                 plans: Collection[tuple[str, str]]):
        # Begun in an empty folder, to import nothing of it; a kernel's launcher drops it as well.
        del sys.path[0]
        os.chdir(folder)
        self._by_scenario: dict[tuple[str, str | None], set[str]] = {}
        for company, scenario, name in notebooks:
            self._by_scenario.setdefault((company, scenario), set()).add(name)
        self._pages = sorted({name for _, _, name in notebooks})
        self._plans = plans

    def prepare(self) -> None:
        """Import, and project every plan that a notebook reads."""
        # ipykernel, matplotlib and pandas look for these when they are imported.
        os.environ["JPY_PARENT_PID"] = str(os.getpid())
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        builtins.get_ipython = lambda: SimpleNamespace(kernel=None)
        for name in (*_LIBRARIES, *(f"model.pages.{name}" for name in self._pages)):
            _attempt(import_module, name)
        del builtins.get_ipython
        from model.currency import UNIT, showing
        from model.pages import shared

        with showing(UNIT):  # each kernel shows the currency of the plan that it opens
            for plan in self._plans:
                _attempt(shared.keep_plan, *plan)
            for company in sorted({company for company, _ in self._plans}):
                _attempt(shared.draw_once, company)
        # What is there now stays; looking through it would copy it in every kernel.
        gc.collect()
        gc.freeze()

    def prepare_scenario(self, company: str, scenario: str | None) -> None:
        """Work out what the notebooks of a scenario have in common, before the first of them."""
        notebooks = self._by_scenario.pop((company, scenario), ())
        if scenario and len(notebooks) > 1:
            from model.pages import shared

            _attempt(shared.keep_cells, company, scenario, notebooks)


def _attempt(work: Callable, *arguments: str) -> None:
    """Do what may fail: then the notebook that needs it says so."""
    with contextlib.suppress(Exception):
        work(*arguments)


def _order(origin: Origin) -> dict | None:
    """What a kernel is to be, in the process that is to become it; None when no more is wanted."""
    for line in sys.stdin:
        order = json.loads(line)
        origin.prepare_scenario(*order["of"])
        kernel = os.fork()
        if not kernel:
            return order
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
    if "numpy" in sys.modules:
        # Whoever draws without a seed does not draw what every other kernel draws.
        sys.modules["numpy"].random.seed()
    sys.argv[1:] = order["arguments"]
    sys.modules["ipykernel.kernelapp"].launch_new_instance()


def main() -> None:
    """Fork a kernel for each order, until there are no more."""
    origin = Origin(**json.loads(sys.stdin.readline()))
    origin.prepare()
    # A thread would not live on in a fork, and what it holds would stay locked. Those of numpy's
    # linear algebra, which are not counted, end before a fork and begin anew behind it.
    if threading.active_count() > 1:
        return
    signal.signal(signal.SIGCHLD, _reap)
    order = _order(origin)
    if order:
        _become(order)


if __name__ == "__main__":
    main()
