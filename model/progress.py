"""How far a long computation is, for whoever waits: a terminal, JupyterLab, or the batch."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from model import terminal

# Called with how many parts are done and how many there are.
Tell = Callable[[int, int], None]
# Names the file in which the batch looks up how far a notebook is. What is said there never
# becomes part of a report.
PLACE = "MODEL_PROGRESS"


@contextlib.contextmanager
def progress() -> Iterator[Tell]:
    """What to tell how far it is: a bar where somebody watches, a file where the batch asked."""
    place = os.environ.get(PLACE)
    if place:
        yield _noted(Path(place))
    elif sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel"):
        with _Bar() as bar:
            yield bar
    else:
        yield lambda done, count: None


def _noted(place: Path) -> Tell:
    def tell(done: int, count: int) -> None:
        with contextlib.suppress(OSError):
            place.write_text(f"{done} of {count}")

    return tell


class _Bar:
    """A bar of tqdm that goes away when all is done."""

    def __init__(self) -> None:
        self._bar = None

    def __enter__(self) -> _Bar:
        return self

    def __call__(self, done: int, count: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=count, unit="part", dynamic_ncols=True, leave=False,
                             file=terminal.own_stream())
        self._bar.update(done - self._bar.n)

    def __exit__(self, *failure) -> None:
        if self._bar is not None:
            self._bar.close()
