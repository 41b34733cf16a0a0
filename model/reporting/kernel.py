"""Executing one notebook with papermill in a kernel of its own: the only module that knows how.

Importing it takes long, so the batch does that only when a notebook must run.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
import uuid
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

if "rfc3987_syntax" not in sys.modules:
    # jsonschema builds 35 grammars with this optional package, a second in every process, to check
    # "iri" strings, which no notebook schema has. It takes the block for "not installed".
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    import jsonschema  # noqa: F401

    del sys.modules["rfc3987_syntax"]

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from model import folders
from model.progress import PLACE
from model.reporting import forks, janitor
from model.reporting.jobs import PACKAGE, Job
from model.reporting.watch import Watch, place_in

# A kernel that does nothing for so long hangs.
IDLE_SECONDS = 120
# What nbclient is given where it asks for a limit: whether a kernel works, `Watch` judges.
_NO_LIMIT = 10**7
_COMMAND = (sys.executable, "-m", "ipykernel_launcher")
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


class Stop(Exception):
    """The run was stopped before or while this notebook ran."""


@dataclass
class Running:
    """A notebook at work: where it is, what forks its kernel, and who watches it."""

    job: Job
    file: Path
    forks: forks.Forks | None = None
    cell: int | None = None
    watch: Watch | None = None

    def enter(self, cell: nbformat.NotebookNode, cell_index: int) -> None:
        """A cell of the executed notebook begins; papermill's own is not counted."""
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            self.cell = (self.cell or 0) + 1

    def fork(self, arguments: list[str], noise: str) -> forks.Fork | None:
        """A forked kernel; None where there is none, be it that what forks hangs."""
        if not self.forks:
            return None
        watch = Watch(self.forks.pid, self.file, IDLE_SECONDS, self.forks.close)
        watch.start()
        try:
            return self.forks.kernel(self.job, arguments, {PLACE: str(self.file)}, noise)
        finally:
            watch.end()

    def __str__(self) -> str:
        place = place_in(self.file)
        cell = f"code cell {self.cell}" if self.cell else "starts"
        return f"{cell}, {place}" if place else cell


class Runner:
    """Executes notebooks, several at a time from several threads, until it is stopped.

    To be used in a `with` block, after which nothing of it is left.
    """

    def __init__(self, jobs: Iterable[Job] = ()) -> None:
        self.running: dict[str, Running] = {}
        self._jobs = tuple(jobs)
        self._forks: forks.Forks | None = None
        self._kernels: set[AsyncKernelManager] = set()
        self._stopped = threading.Event()
        _be_quiet()

    def __enter__(self) -> Runner:
        self._folder = Path(tempfile.mkdtemp(prefix="model-run-"))
        # In a session of its own, it does not hear a Ctrl-C that is meant for the batch.
        self._janitor = subprocess.Popen(
            [sys.executable, "-I", "-S", janitor.__file__, str(self._folder)], bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        # For one notebook, nothing is gained by a process that forks.
        if forks.IS_POSSIBLE and len(self._jobs) > 1:
            self._forks = forks.Forks(self._jobs, self._environment(), self._folder)
            self._tell_janitor(f"+ {self._forks.pid}")
        return self

    def __exit__(self, *failure) -> None:
        if self._forks:
            self._forks.close()
            self._tell_janitor(f"- {self._forks.pid}")
        self._janitor.stdin.close()
        self._janitor.wait()

    def _tell_janitor(self, line: str) -> None:
        with contextlib.suppress(OSError):
            self._janitor.stdin.write(f"{line}\n".encode())

    def execute(self, job: Job) -> nbformat.NotebookNode | Failure:
        """The executed notebook, or why it failed. Raises Stop once `stop` was called."""
        if self._stopped.is_set():
            raise Stop
        result = self._attempt(job, self._forks)
        # Another process may have taken the kernel's port between its choice and its use, or the
        # process that forks may have ended.
        unborn = isinstance(result, Failure) and result.cell is None
        return self._attempt(job, None) if unborn and not self._stopped.is_set() else result

    def _environment(self) -> dict[str, str]:
        """What kernels find in their environment, all alike."""
        return {**os.environ, "PYTHONPATH": _search_path(), **_settings(self._folder)}

    def _attempt(self, job: Job, origin: forks.Forks | None) -> nbformat.NotebookNode | Failure:
        at = Running(job, self._folder / uuid.uuid4().hex, origin)
        self.running[job.key] = at
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder) as noise:
                return self._execute(at, noise)
        finally:
            if at.watch:
                at.watch.end()
            self.running.pop(job.key, None)

    def _execute(self, at: Running, noise) -> nbformat.NotebookNode | Failure:
        job = at.job
        source = nbformat.reads(job.notebook.content.decode(), as_version=4)
        try:
            result = papermill.execute_notebook(
                source, None, parameters=job.parameters, kernel_name="python3", language="python",
                progress_bar=False, request_save_on_cell_execute=False, autosave_cell_every=0,
                start_timeout=_NO_LIMIT, execution_timeout=None, iopub_timeout=_NO_LIMIT,
                kernel_manager_class=self._kernel_class(at, noise), on_cell_start=at.enter,
                # Every output has arrived when the last cell is idle; to let the kernel tidy up
                # its memory, or note what was typed in a database, costs a tenth of a second.
                shutdown_kernel="immediate",
                extra_arguments=["--HistoryManager.enabled=False"],
                resources={"metadata": {"path": str(folders.root())}},
            )
            return tidy(result, source)
        except PapermillExecutionError as error:
            return Failure(at.cell, first_line(f"{error.ename}: {error.evalue}"))
        except (DeadKernelError, RuntimeError) as error:
            if self._stopped.is_set():
                raise Stop from error
            if at.watch and at.watch.stopped:
                return Failure(at.cell, f"did nothing for {IDLE_SECONDS:g} s and was stopped; "
                               "it waits for something that does not come.")
            words = f" Its last words: {_last_line(noise)}" if _last_line(noise) else ""
            if at.cell is None:
                return Failure(None, f"the kernel did not start: {first_line(str(error))}.{words}")
            return Failure(at.cell, "the kernel died (memory exhausted, or a crash in a library)."
                           + words)

    def stop(self) -> None:
        """End the kernels that run now; `execute` then raises Stopped in their threads."""
        self._stopped.set()
        for kernel in tuple(self._kernels):
            _kill(kernel)

    def _kernel_class(self, at: Running, noise) -> type[AsyncKernelManager]:
        """Kernels of this Python and this package, whose own chatter goes to a file."""
        runner = self

        class Kernel(AsyncKernelManager):
            async def start_kernel(self, **options):
                self.connection_file = str(runner._folder / f"kernel-{uuid.uuid4().hex}.json")
                options["env"] = runner._environment() | {PLACE: str(at.file)}
                await super().start_kernel(**options, stdout=noise, stderr=noise)
                runner._kernels.add(self)
                self.pid = self.provisioner.process.pid
                runner._tell_janitor(f"+ {self.pid}")
                at.watch = Watch(self.pid, at.file, IDLE_SECONDS, lambda: _kill(self))
                at.watch.start()
                if runner._stopped.is_set():
                    _kill(self)

            async def _async_launch_kernel(self, kernel_cmd: list[str], **options):
                fork = at.fork(kernel_cmd[len(_COMMAND):], noise.name)
                if not fork:
                    await super()._async_launch_kernel(kernel_cmd, **options)
                    return
                self.provisioner.process = fork
                self.provisioner.pid = self.provisioner.pgid = fork.pid

            async def cleanup_resources(self, restart: bool = False):
                if self in runner._kernels:
                    runner._kernels.discard(self)
                    runner._tell_janitor(f"- {self.pid}")
                await super().cleanup_resources(restart=restart)

            @property
            def kernel_spec(self) -> KernelSpec:
                # One that is found on the machine may be of another Python.
                return KernelSpec(argv=[*_COMMAND, "-f", "{connection_file}"], language="python")

        return Kernel


def tidy(nb: nbformat.NotebookNode, source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An executed notebook without what differs from run to run."""
    ids = {cell.get("id") for cell in source.cells}
    nb.metadata["papermill"] = {"parameters": nb.metadata["papermill"]["parameters"]}
    for index, cell in enumerate(nb.cells):
        for volatile in ("papermill", "execution"):
            cell.metadata.pop(volatile, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        if cell.get("id") not in ids or source.nbformat_minor < 5:
            cell["id"] = f"cell-{index}"
    return _with_stable_widgets(nb)


def _with_stable_widgets(nb: nbformat.NotebookNode) -> nbformat.NotebookNode:
    state = nb.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    numbers = {name: f"{number:032x}" for number, name in enumerate(state.get("state", {}), 1)}
    if not numbers:
        nb.metadata.pop("widgets", None)
        return nb
    text = re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])",
                  lambda match: numbers.get(match[0], match[0]), json.dumps(nb))
    return nbformat.from_dict(json.loads(text))


def first_line(message: str) -> str:
    """The first line of a message that says something, without colours, at most 300 characters."""
    lines = [line.strip() for line in _ANSI.sub("", message).splitlines() if line.strip()]
    text = "".join(char if char.isprintable() else " " for char in lines[0]) if lines else ""
    return text if len(text) <= _MESSAGE_LIMIT else text[: _MESSAGE_LIMIT - 1] + "…"


def _last_line(noise) -> str:
    noise.seek(0)
    lines = noise.read()[-4096:].decode(errors="replace").strip().splitlines()
    words = [line for line in lines if "without encryption" not in line]
    return first_line(words[-1]) if words else ""


def _search_path() -> str:
    """The package whose sources were fingerprinted comes first, installed or not."""
    return os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))


def _settings(folder: Path) -> dict[str, str]:
    """Where libraries may write if the home cannot be written to."""
    home = Path(os.path.expanduser("~"))
    if home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        return {}
    places = {"MPLCONFIGDIR": folder / "matplotlib", "IPYTHONDIR": folder / "ipython"}
    return {name: str(place) for name, place in places.items() if name not in os.environ}


def _kill(kernel: AsyncKernelManager) -> None:
    process = getattr(kernel.provisioner, "process", None)
    if process is not None:
        janitor.kill(process.pid)


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
