"""How far a long computation is: a bar on a terminal or in JupyterLab, or a file for the batch."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from model import terminal

# Called with how many parts of the work are finished, and how many there are.
Tell = Callable[[int, int], None]
# The environment variable that names the file in which the batch looks up how far a notebook is.
# What is written there never becomes part of a report.
PLACE = "MODEL_PROGRESS"


class Bar:
    """A bar of tqdm from the first part to the last, and gone afterwards."""

    def __init__(self, unit: str = "part") -> None:
        self._unit = unit
        self._bar = None

    def show(self, part: int, parts: int, note: str | None = None) -> None:
        """Move to a part of so many; the note stands behind the bar."""
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=parts, unit=self._unit, dynamic_ncols=True, leave=False,
                             file=terminal.own_stream())
        self._bar.update(part - self._bar.n)
        if note is not None:
            self._bar.set_postfix_str(note)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


@contextlib.contextmanager
def progress() -> Iterator[Tell]:
    """The function to call after each part of the work."""
    if place := os.environ.get(PLACE):
        def tell(part: int, parts: int) -> None:
            with contextlib.suppress(OSError):
                Path(place).write_text(f"{part} of {parts}")

        yield tell
    elif sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel"):
        with contextlib.closing(Bar()) as bar:
            yield bar.show
    else:
        yield lambda part, parts: None
