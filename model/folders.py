"""Where params, notebooks and reports are, from whatever folder a notebook or command runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from model.problems import InputError

_elsewhere: ContextVar[Path | None] = ContextVar("elsewhere", default=None)


@contextmanager
def project_at(folder: Path) -> Iterator[None]:
    """Let another folder be the project's meanwhile, for this thread."""
    token = _elsewhere.set(folder)
    try:
        yield
    finally:
        _elsewhere.reset(token)


def root() -> Path:
    """The project's folder: the nearest from the working folder up that holds params and notebooks,
    or that of the package. Raises InputError where neither holds them."""
    if elsewhere := _elsewhere.get():
        return elsewhere
    here = Path.cwd()
    candidates = [here, *here.parents, Path(__file__).resolve().parent.parent]
    for folder in candidates:
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise InputError.of(str(here), "no folder with params and notebooks here or above; change to "
                                   "the project's folder.")


def params() -> Path:
    """The folder of assumptions and actuals."""
    return root() / "params"


def notebooks() -> Path:
    """The folder of notebooks."""
    return root() / "notebooks"


def reports() -> Path:
    """The folder of finished pages."""
    return root() / "reports"


def packs() -> Path:
    """The folder of what was sent."""
    return root() / "packs"


def relative(path: Path) -> str:
    """A path as messages name it: from the project's folder, with forward slashes."""
    try:
        return path.resolve().relative_to(root().resolve()).as_posix()
    except (ValueError, InputError):
        return path.as_posix()
