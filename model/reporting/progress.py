"""What a user sees while notebooks run."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from model import terminal

# How often a notebook that takes long says where it is, in a log.
_SECONDS = 30


class Bar:
    """On a terminal a bar that names what runs; elsewhere a line for each finished notebook, and
    now and then one that says where those are that take long."""

    def __init__(self, total: int):
        self._bar = None
        self._said: dict[str, float] = {}
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit="page", dynamic_ncols=True, leave=False,
                             file=terminal.own_stream())

    def running(self, notebooks: Mapping[str, object]) -> None:
        """What runs now: where each notebook is, by its key."""
        where = dict(notebooks)
        if self._bar is not None:
            self._bar.set_postfix_str("; ".join(f"{key}: {at}" for key, at in where.items()))
            return
        now = time.monotonic()
        self._said = {key: self._said.get(key, now) for key in where}
        for key, at in where.items():
            if now - self._said[key] >= _SECONDS:
                self._said[key] = now
                print(f"{key}: at work, {at}", file=sys.stderr)

    def finished(self, key: str, seconds: float, failed: bool) -> None:
        if self._bar is not None:
            self._bar.update()
        else:
            print(f"{key}: {'failed' if failed else 'done'}, {seconds:.1f} s", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
