"""Controls for notebooks: the only module that knows ipywidgets.

No `Output` and no `interact`: both can hang an unattended run. What is drawn is put as HTML into
a widget, so that a saved notebook shows its last state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ipywidgets as widgets

from model.views.markup import code, escape

# Every rule is scoped under the panel. A control has its label above it, in full; the panel is
# read in both themes of JupyterLab, what it draws brings its own white ground.
_STYLE = """
.fm-panel { --warn: #b4530a; max-width: 1080px; margin: 4px 0; overflow: hidden;
  font: 400 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  sans-serif; }
[data-jp-theme-light="false"] .fm-panel { --warn: #f0a35e; }
.fm-panel > * { max-width: 100%; margin: 0; overflow: hidden; }
.fm-panel > .widget-html > .widget-html-content { font-size: inherit; line-height: inherit; }
.fm-panel > .fm-controls { display: grid; max-width: 1000px; padding: 4px 0 8px; gap: 8px 16px;
  grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); align-items: end; }
.fm-controls > .fm-control { display: flex; flex-flow: row wrap; align-items: center; width: auto;
  min-width: 0; height: auto; margin: 0; }
.fm-refused > :is(.slider-container, select) { outline: 1px solid var(--warn);
  outline-offset: 3px; }
.fm-control > .widget-label { flex: 1 0 100%; height: auto; margin: 0; text-align: left;
  font-size: inherit; line-height: 1.3; white-space: normal; overflow: visible; }
.fm-control > .slider-container { flex: 1 1 auto; min-width: 80px; margin: 0 4px 0 10px; }
.fm-control > .widget-readout { flex: none; min-width: 60px; margin: 0; text-align: right;
  font-size: inherit; font-variant-numeric: tabular-nums; }
.fm-control > :is(select, input[type=text]) { flex: 1 1 auto; min-width: 0; margin: 2px 0 0;
  font-size: inherit; }
.fm-panel > .fm-desk { grid-template-columns: 320px 320px; }
.fm-panel > .fm-progress { visibility: hidden; width: 100%; max-width: 420px; height: 18px; }
.fm-panel > .fm-progress.fm-working { visibility: visible; }
.fm-progress > .widget-label { width: auto; height: 18px; font-size: inherit; line-height: 18px; }
.fm-panel .fm-said { margin: 0 0 4px; }
.fm-panel .fm-problem { color: var(--warn); font-weight: 600; white-space: pre-line; }
.fm-panel .fm-paste { margin: 0 0 8px; padding: 4px 8px; font-size: 13px; line-height: 1.4;
  background: var(--jp-layout-color2, #f5f7f9); white-space: pre-wrap; word-break: normal;
  overflow-wrap: anywhere; user-select: all; }
.fm-panel .fm-stale { filter: grayscale(1); opacity: 0.45; }
"""


@dataclass(frozen=True)
class Slider:
    """A number to move. `shown` is a format such as `.1%` for the readout; what takes long to
    redraw follows when the slider is let go, not while it moves (`live`)."""

    label: str
    low: float
    high: float
    value: float
    step: float
    shown: str = ".3g"
    live: bool = True


@dataclass(frozen=True)
class Choice:
    """One of several things to choose: labels and what they stand for."""

    label: str
    options: Mapping[str, object]


class Panel:
    """Controls above what they change.

    `draw` takes the controls' values by name and gives HTML, and the line to paste. What it
    raises is shown beside the control that was moved, and what was drawn before stays, greyed.
    With `progress`, for what takes longer than half a second, `draw` also takes a function that
    it tells how much is done, from 0 to 1; meanwhile a bar shows it, in room kept for it.
    """

    def __init__(self, controls: Mapping[str, Slider | Choice], start: Mapping[str, object],
                 draw: Callable[..., tuple[str, str]], first: str, paste: str = "",
                 progress: bool = False):
        self._draw = draw
        self._bar = widgets.FloatProgress(
            min=0, max=1, description="Computing").add_class("fm-progress") if progress else None
        self._refused: widgets.Widget | None = None
        self._inputs = {name: _input(control, start[name]) for name, control in controls.items()}
        self._picture = widgets.HTML(first)
        self._message = widgets.HTML("")
        self._paste = widgets.HTML(_paste(paste))
        for box in self._inputs.values():
            box.observe(self._move, names="value")

    def show(self) -> widgets.VBox:
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout=widgets.Layout(display="none"))
        row = widgets.Box(list(self._inputs.values())).add_class("fm-controls")
        bar = [self._bar] if self._bar else []
        return widgets.VBox([style, row, *bar, self._message, self._paste,
                             self._picture]).add_class("fm-panel")

    def values(self) -> dict:
        return {name: box.value for name, box in self._inputs.items()}

    def _drawing(self) -> tuple[str, str]:
        if not self._bar:
            return self._draw(self.values())
        self._bar.value = 0
        self._bar.add_class("fm-working")
        try:
            return self._draw(self.values(), self._advance)
        finally:
            self._bar.remove_class("fm-working")

    def _advance(self, share: float) -> None:
        self._bar.value = share
        if share < 1:  # what is still shown is of the controls as they stood before
            self._picture.add_class("fm-stale")

    def _move(self, change) -> None:
        try:
            html, paste = self._drawing()
        except Exception as error:  # ipywidgets would drop it, and the old picture pass for new
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            self._message.value = ('<p role="alert" class="fm-said fm-problem mathjax_ignore">'
                                   f"{escape(f'Not updated: {kind}{error}')}</p>")
            self._picture.add_class("fm-stale")
            # A control moved after the one that is to blame is not to blame.
            self._refused = self._refused or change.owner.add_class("fm-refused")
            return
        self._message.value = ""
        self._picture.remove_class("fm-stale")
        if self._refused:
            self._refused.remove_class("fm-refused")
            self._refused = None
        self._picture.value, self._paste.value = html, _paste(paste)


class Desk:
    """Two drop-downs, of which the second's options follow from the first, above what they choose.

    `options` gives, for a choice of the first, the labels of the second and what they stand for;
    `show` the widget for both. What it raises stands in its place.
    """

    def __init__(self, first: Choice, second: str, options: Callable[[str], Mapping[str, str]],
                 show: Callable[[str, str], widgets.Widget]):
        self._options, self._show = options, show
        start = next(iter(first.options.values()))
        self._first = _input(first, start)
        found = options(start)
        self._second = _input(Choice(second, found), next(iter(found.values())))
        self._place = widgets.VBox([])
        self._first.observe(self._other, names="value")
        self._second.observe(self._fill, names="value")
        self._fill()

    def show(self) -> widgets.VBox:
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout=widgets.Layout(display="none"))
        row = widgets.Box([self._first, self._second]).add_class("fm-controls")
        row.add_class("fm-desk")
        return widgets.VBox([widgets.VBox([style, row]).add_class("fm-panel"), self._place])

    def look_again(self) -> None:
        """Offer what there is now, and keep what is chosen."""
        chosen = self._second.value
        with self._second.hold_trait_notifications():
            self._second.options = list(self._options(self._first.value).items())
            self._second.value = chosen

    def _other(self, _change: object) -> None:
        found = self._options(self._first.value)
        before = self._second.value
        self._second.options = list(found.items())
        if self._second.value == before:  # else the change itself fills the place
            self._fill()

    def _fill(self, _change: object = None) -> None:
        if self._second.value not in self._options(self._first.value).values():
            return
        try:
            shown = self._show(self._first.value, self._second.value)
        except ValueError as error:
            shown = widgets.HTML('<p role="alert" class="fm-said fm-problem mathjax_ignore">'
                                 f"{escape(str(error))}</p>").add_class("fm-panel")
        self._place.children = [shown]


class Form:
    """Something to choose, texts to type, and buttons that do something with them.

    `act` takes the key of a button, what is chosen and the texts by name, and gives a sentence and
    the options that are left. A ValueError of it is shown, and changes nothing.
    """

    def __init__(self, choice: Choice, texts: Mapping[str, str], buttons: Mapping[str, str],
                 act: Callable[[str, object, dict[str, str]], tuple[str, Mapping[str, object]]]):
        self._act = act
        self._choice = _input(choice, next(iter(choice.options.values())))
        self._texts = {name: widgets.Text(**_label(label)).add_class("fm-control")
                       for name, label in texts.items()}
        self._buttons = {key: widgets.Button(description=label)
                         for key, label in buttons.items()}
        self._message = widgets.HTML("")
        for key, button in self._buttons.items():
            button.on_click(lambda _button, key=key: self._press(key))

    def show(self) -> widgets.VBox:
        style = widgets.HTML(f"<style>{_STYLE}</style>", layout=widgets.Layout(display="none"))
        row = widgets.Box([self._choice, *self._texts.values()]).add_class("fm-controls")
        return widgets.VBox([style, row, widgets.HBox(list(self._buttons.values())),
                             self._message]).add_class("fm-panel")

    def _press(self, key: str) -> None:
        try:
            sentence, left = self._act(key, self._choice.value, {
                name: box.value for name, box in self._texts.items()})
        except ValueError as error:
            self._message.value = ('<p role="alert" class="fm-said fm-problem mathjax_ignore">'
                                   f"{escape(str(error))}</p>")
            return
        self._message.value = f'<p class="fm-said mathjax_ignore">{escape(sentence)}</p>'
        self._choice.options = list(left.items())
        for button in self._buttons.values():
            button.disabled = not left


def _label(text: str) -> dict:
    # Without the class JupyterLab sets what stands between two dollar signs as mathematics.
    return {"description": f'<span class="mathjax_ignore">{escape(text)}</span>',
            "description_allow_html": True}


def _input(control: Slider | Choice, value: object) -> widgets.Widget:
    label = _label(control.label)
    if isinstance(control, Choice):
        box = widgets.Dropdown(options=list(control.options.items()), value=value, **label)
    else:
        box = widgets.FloatSlider(value=value, min=control.low, max=control.high,
                                  step=control.step, readout_format=control.shown,
                                  continuous_update=control.live, **label)
    return box.add_class("fm-control")


def _paste(line: str) -> str:
    if not line:
        return ""
    return ('<p class="fm-said">To keep this, put this line into the parameters cell and run all '
            f'cells:</p><pre class="fm-paste mathjax_ignore">{code(line)}</pre>')
