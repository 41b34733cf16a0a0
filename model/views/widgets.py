"""Controls for notebooks: the only module that knows ipywidgets.

No `Output` and no `interact`: both can hang an unattended run. What is drawn is put as HTML into
a widget, so that a saved notebook shows its last state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ipywidgets as widgets

from model.views.markup import escape

_WIDE = widgets.Layout(width="330px")
_STYLE = {"description_width": "150px"}


@dataclass(frozen=True)
class Slider:
    """A number to move. `shown` is a format such as `.3g` for the readout."""

    label: str
    low: float
    high: float
    value: float
    step: float
    shown: str = ".3g"


@dataclass(frozen=True)
class Choice:
    """One of several things to choose: labels and what they stand for."""

    label: str
    options: Mapping[str, object]


class Panel:
    """Controls above what they change.

    `draw` takes the controls' values by name and gives HTML, and the line to paste; what it
    raises as ValueError is shown, and what was drawn before is greyed and marked as not updated.
    """

    def __init__(self, controls: Mapping[str, Slider | Choice], start: Mapping[str, object],
                 draw: Callable[[dict], tuple[str, str]], first: str, paste: str = ""):
        self._draw = draw
        self._inputs = {name: _input(control, start[name]) for name, control in controls.items()}
        self._picture = widgets.HTML(first)
        self._message = widgets.HTML("")
        self._paste = widgets.HTML(_paste(paste))
        for box in self._inputs.values():
            box.observe(self._moved, names="value")

    def show(self) -> widgets.VBox:
        """The widget to display."""
        row = widgets.Box(list(self._inputs.values()), layout=widgets.Layout(
            display="flex", flex_flow="row wrap", overflow="hidden"))
        return widgets.VBox([row, self._message, self._paste, self._picture])

    def values(self) -> dict:
        return {name: box.value for name, box in self._inputs.items()}

    def _moved(self, _change) -> None:
        try:
            html, paste = self._draw(self.values())
        except ValueError as error:
            self._message.value = (f'<p role="alert" class="fm-problem">Not updated: '
                                   f"{escape(error)}</p>")
            self._picture.layout.border_left = "4px solid #b4530a"
            self._picture.add_class("fm-stale")
            return
        self._message.value = ""
        self._picture.layout.border_left = None
        self._picture.remove_class("fm-stale")
        self._picture.value, self._paste.value = html, _paste(paste)


def _input(control: Slider | Choice, value: object) -> widgets.Widget:
    if isinstance(control, Choice):
        return widgets.Dropdown(options=list(control.options.items()), value=value,
                                description=control.label, style=_STYLE, layout=_WIDE)
    return widgets.FloatSlider(
        value=value, min=control.low, max=control.high, step=control.step,
        description=control.label, readout_format=control.shown, style=_STYLE, layout=_WIDE,
        description_allow_html=False)


def _paste(line: str) -> str:
    if not line:
        return ""
    return ("<p>To keep this, put this line into the parameters cell and run all cells:</p>"
            f"<pre>{escape(line)}</pre>")
