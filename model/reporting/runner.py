"""Executing one notebook with papermill in a kernel of its own: the only module that knows how.

Importing it costs a third of a second, so the batch does that only when a notebook must run.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import sys
import tempfile
import threading
import warnings
from dataclasses import dataclass

if "rfc3987_syntax" not in sys.modules:
    # jsonschema imports this optional package to check "iri" strings and builds 35 grammars with
    # it, 0.8 s in every process. No notebook schema has such strings; jsonschema takes the
    # blocked import for "not installed". Others may import it again afterwards.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import jsonschema  # noqa: F401

    del sys.modules["rfc3987_syntax"]

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from model import folders
from model.reporting.jobs import PACKAGE, Job

CELL_SECONDS = 120
START_SECONDS = 60
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_MESSAGE_LIMIT = 300


@dataclass(frozen=True)
class Failure:
    """Why a notebook did not finish. `cell` counts code cells from 1, as JupyterLab does when
    all are run in order; None where no cell is to blame."""

    cell: int | None
    message: str

    def __str__(self) -> str:
        return f"code cell {self.cell}: {self.message}" if self.cell else self.message


class Stopped(Exception):
    """The run was stopped before or while this notebook ran."""


class Runner:
    """Executes notebooks, several at a time from several threads, until it is stopped."""

    def __init__(self, cell_seconds: int = CELL_SECONDS, start_seconds: int = START_SECONDS):
        self.cell_seconds = cell_seconds
        self.start_seconds = start_seconds
        self.running: dict[str, Job] = {}
        self._kernels: set[AsyncKernelManager] = set()
        self._stopped = threading.Event()
        _be_quiet()

    def execute(self, job: Job) -> nbformat.NotebookNode | Failure:
        """The executed notebook without what differs from run to run, or why it failed.

        Raises Stopped once `stop` was called.
        """
        if self._stopped.is_set():
            raise Stopped
        self.running[job.key] = job
        try:
            made = self._attempt(job)
            # Another process may have taken the kernel's port between its choice and its use.
            unborn = isinstance(made, Failure) and made.cell is None
            return self._attempt(job) if unborn and not self._stopped.is_set() else made
        finally:
            self.running.pop(job.key, None)

    def _attempt(self, job: Job) -> nbformat.NotebookNode | Failure:
        with tempfile.TemporaryFile() as noise:
            return self._execute(job, noise)

    def _execute(self, job: Job, noise) -> nbformat.NotebookNode | Failure:
        source = nbformat.reads(job.notebook.content.decode(), as_version=4)
        at = _Position()
        try:
            executed = papermill.execute_notebook(
                source, None, parameters=job.parameters, kernel_name="python3", language="python",
                progress_bar=False, request_save_on_cell_execute=False, autosave_cell_every=0,
                start_timeout=self.start_seconds, execution_timeout=self.cell_seconds,
                kernel_manager_class=self._kernel_class(noise), on_cell_start=at.enter,
                # Every output has arrived when the last cell is idle; to let the kernel tidy up
                # its memory, or note what was typed in a database, costs a tenth of a second.
                shutdown_kernel="immediate",
                extra_arguments=["--HistoryManager.enabled=False"],
                resources={"metadata": {"path": str(folders.root())}},
            )
            return tidy(executed, source)
        except PapermillExecutionError as error:
            return Failure(at.cell, shortened(f"{error.ename}: {error.evalue}"))
        except CellTimeoutError:
            return Failure(at.cell, f"took longer than {self.cell_seconds} s and was stopped.")
        except (DeadKernelError, RuntimeError) as error:
            if self._stopped.is_set():
                raise Stopped from error
            said = f" Its last words: {_last_line(noise)}" if _last_line(noise) else ""
            if at.cell is None:
                return Failure(None, f"the kernel did not start: {shortened(str(error))}.{said}")
            return Failure(at.cell, "the kernel died (memory exhausted, or a crash in a library)."
                           + said)

    def stop(self) -> None:
        """End the kernels that run now; `execute` then raises Stopped in their threads."""
        self._stopped.set()
        for kernel in tuple(self._kernels):
            _kill(kernel)

    def _kernel_class(self, noise) -> type[AsyncKernelManager]:
        """Kernels of this Python and this package, whose own chatter goes to a file."""
        runner = self

        class Kernel(AsyncKernelManager):
            async def start_kernel(self, **options):
                options["env"] = {**os.environ, "PYTHONPATH": _search_path()}
                await super().start_kernel(**options, stdout=noise, stderr=noise)
                runner._kernels.add(self)
                if runner._stopped.is_set():
                    _kill(self)

            async def cleanup_resources(self, restart: bool = False):
                runner._kernels.discard(self)
                await super().cleanup_resources(restart=restart)

            @property
            def kernel_spec(self) -> KernelSpec:
                # One that is found on the machine may be of another Python.
                return KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher",
                                        "-f", "{connection_file}"], language="python")

        return Kernel


class _Position:
    """Which code cell of the source notebook runs; papermill's own cell is not counted."""

    def __init__(self) -> None:
        self.cell: int | None = None

    def enter(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            self.cell = (self.cell or 0) + 1


def tidy(nb: nbformat.NotebookNode, source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An executed notebook without timings, paths and random names, so that a second run of the
    same inputs gives the same file; its parameters, outputs and controls stay."""
    kept = {cell.get("id") for cell in source.cells}
    nb.metadata["papermill"] = {"parameters": nb.metadata["papermill"]["parameters"]}
    for index, cell in enumerate(nb.cells):
        for volatile in ("papermill", "execution"):
            cell.metadata.pop(volatile, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        if cell.get("id") not in kept or source.nbformat_minor < 5:
            cell["id"] = f"cell-{index}"
    return _with_stable_widgets(nb)


def _with_stable_widgets(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    state = nb.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    numbers = {name: f"{number:032x}" for number, name in enumerate(state.get("state", {}), 1)}
    if not numbers:
        nb.metadata.pop("widgets", None)
        return nb
    text = re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])",
                  lambda found: numbers.get(found[0], found[0]), json.dumps(nb))
    return nbformat.from_dict(json.loads(text))


def shortened(message: str) -> str:
    """The first line of a message that says something, without colours, at most 300 characters."""
    lines = [line.strip() for line in _ANSI.sub("", message).splitlines() if line.strip()]
    text = "".join(char if char.isprintable() else " " for char in lines[0]) if lines else ""
    return text if len(text) <= _MESSAGE_LIMIT else text[: _MESSAGE_LIMIT - 1] + "…"


def _last_line(noise) -> str:
    noise.seek(0)
    lines = noise.read()[-4096:].decode(errors="replace").strip().splitlines()
    spoken = [line for line in lines if "without encryption" not in line]
    return shortened(spoken[-1]) if spoken else ""


def _search_path() -> str:
    """The package whose sources were fingerprinted comes first, installed or not."""
    return os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))


def _kill(kernel: AsyncKernelManager) -> None:
    process = getattr(kernel.provisioner, "process", None)
    if process is None:
        return
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _be_quiet() -> None:
    """What the Jupyter libraries log is either a failure that is reported anyway, or noise."""
    for name in ("papermill", "traitlets", "asyncio"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    warnings.filterwarnings("ignore", module=r"(zmq|jupyter_client|nbformat|nbclient|papermill)")


def as_bytes(nb: nbformat.NotebookNode) -> bytes:
    return (nbformat.writes(nb).rstrip("\n") + "\n").encode()


def from_bytes(content: bytes) -> nbformat.NotebookNode:
    return nbformat.reads(content.decode(), as_version=4)
