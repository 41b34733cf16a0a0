"""The grid in which assumptions are edited: the only module that knows anywidget.

Python says what every cell shows and judges what is typed; the script beside this module draws
it as a table of ordinary inputs and sends what is typed. Text becomes text there, never markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files

import anywidget
import traitlets


def _text(name: str) -> str:
    return files("model.views").joinpath(name).read_text(encoding="utf-8")


class Grid(anywidget.AnyWidget):
    """`table` is what does not change while one edits, `state` what does; `listener` is called with
    each message of the script: {"do": "type", "path": …, "time": …, "text": …}."""

    _esm = _text("grid.js")
    _css = _text("grid.css")
    table = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, table: Mapping, state: Mapping, listener: Callable[[dict], None]):
        super().__init__(table=dict(table), state=dict(state))
        self._heard = listener
        self.on_msg(self._on_message)

    def _on_message(self, _widget, content: object, _buffers) -> None:
        if isinstance(content, dict):
            self._heard(content)

    def __repr__(self) -> str:
        return "The grid of assumptions"
