"""What a user sees while notebooks run."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from model import terminal


class Bar:
    """On a terminal a bar that names what runs; elsewhere a line for each finished notebook."""

    def __init__(self, total: int):
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit="page", dynamic_ncols=True, leave=False,
                             file=terminal.own_stream())

    def running(self, keys: Iterable[str]) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(keys))

    def finished(self, key: str, seconds: float, failed: bool) -> None:
        if self._bar is not None:
            self._bar.update()
        else:
            print(f"{key}: {'failed' if failed else 'done'}, {seconds:.1f} s", file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
