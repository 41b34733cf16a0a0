"""What a user sees while notebooks run: a bar on a terminal, lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from model.progress import Bar

# How often a log says where a notebook is that takes long. [s]
_INTERVAL = 30


class Display:
    """On a terminal, a bar that names what runs. In a log, a line for each finished notebook, and
    now and then one for each that still runs. A `quiet` one shows nothing."""

    def __init__(self, total: int, quiet: bool = False):
        self._total, self._finished, self._quiet = total, 0, quiet
        self._bar = Bar("page") if sys.stderr.isatty() and not quiet else None
        # When a log last named each notebook that runs.
        self._named_at: dict[str, float] = {}

    def running(self, notebooks: Mapping[str, object]) -> None:
        """Show where each notebook is that runs now, by its key."""
        if self._quiet:
            return
        places = dict(notebooks)
        if self._bar is not None:
            self._bar.show(self._finished, self._total,
                           "; ".join(f"{key}: {place}" for key, place in places.items()))
            return
        now = time.monotonic()
        self._named_at = {key: self._named_at.get(key, now) for key in places}
        for key, place in places.items():
            if now - self._named_at[key] >= _INTERVAL:
                self._named_at[key] = now
                print(f"{key}: at work, {place}", file=sys.stderr)

    def end(self, key: str, seconds: float, failure: bool) -> None:
        """Show that a notebook has ended."""
        self._finished += 1
        if self._bar is not None:
            self._bar.show(self._finished, self._total)
        elif not self._quiet:
            print(f"{key}: {'failed' if failure else 'done'}, {seconds:.1f} s", file=sys.stderr)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
