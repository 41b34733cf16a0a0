"""Controls that move assumptions, project again, and redraw one block of a page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from model.analysis.uncertainty import sampling
from model.analysis.uncertainty import sensitivity as judged
from model.pages.view import View, open_view
from model.params.assumptions import Assumptions
from model.params.overlay import is_season
from model.views.blocks import Block
from model.views.controls import Choice, Panel, Slider
from model.views.formats import unit_label

FACTORS = (0.5, 1.5)
DIGITS = 6
SIZES = (200, 1000, 5000, 20_000)

__all__ = ["Choice", "Slider", "Steering", "choose", "lever", "line", "moved_to", "panel"]


class Steering:
    """Sliders on a company's levers above one block.

    A lever with one value moves in its own unit over its plausible range; a lever with values
    over time is scaled as a whole, in percent of the scenario's path. `start` has the value of
    each control as the scenario stands.
    """

    def __init__(self, view: View, draw: Callable[..., Block], years: bool = False,
                 outcomes: bool = False, sampling: bool = False):
        self._view, self._block = view, draw
        # A path that a scenario delays has no values by year that would say the same.
        self._levers = () if sampling else tuple(
            path for path in view.levers if not view.assumptions.settings[path].delay)
        self._controls: dict[str, Slider | Choice] = {}
        self.start: dict[str, object] = {}
        for path in self._levers:
            self._controls[path], self.start[path] = lever(view.assumptions, path)
        if years:
            self._choice("year", "Year", {str(year): year for year in view.years})
        if outcomes:
            every = judged.outcomes(view.years)
            self._choice("outcome", "Outcome", {o.label: name for name, o in every.items()},
                         view.chief_outcome)
        if sampling:
            self._choice("size", "Draws", {f"{size:,}": size for size in SIZES}, SIZES[1])
            self._controls["seed"] = Slider("Seed", 1, 9999, 2026, 1, ".0f", live=False)
            self.start["seed"] = 2026

    def _choice(self, name: str, label: str, options: Mapping, start: object = None) -> None:
        self._controls[name] = Choice(label, options)
        self.start[name] = next(iter(options.values())) if start is None else start

    def show(self):
        """The panel, with the block as the scenario stands."""
        first = self._block(self._view)
        return Panel(self._controls, self.start, self.draw, first.screen_html,
                     line(self._view.changes), progress="size" in self._controls).show()

    def draw(self, values: dict,
              progress: Callable[[float], None] | None = None) -> tuple[str, str]:
        """The block at some values of the controls, and the line that keeps them."""
        view, assumptions = self._view, self._view.assumptions
        changes = dict(view.changes)
        for path in self._levers:
            if values[path] != self.start[path]:
                # The whole path is set, so what was set of single years of it is over.
                changes = {name: value for name, value in changes.items()
                           if not name.startswith(f"{path}.")
                           or is_season(name, assumptions.entries)}
                changes |= moved_to(assumptions, path, values[path])
        if changes != view.changes:
            view = open_view(assumptions.company, assumptions.scenario, changes)
        options = {name: value for name, value in values.items() if name not in self._levers}
        if "seed" in options:
            options |= {"seed": int(options["seed"]), "progress": progress}
        return self._block(view, **options).screen_html, line(changes)


def lever(assumptions: Assumptions, path: str) -> tuple[Slider, float]:
    """The slider of an assumption and where it starts: over the plausible range of one value, or
    a factor on values over time."""
    entry, series = assumptions.entries[path], assumptions.series[path]
    if series.grain != "constant":
        return Slider(f"{entry.label}, ×\u00a0plan", *FACTORS, 1.0, 0.01, ".2f"), 1.0
    value = float(series.values[0, 0])
    low, high = (float(end[0]) for end in sampling.ends(assumptions, path))
    least, most = (float(bound[0]) for bound in sampling.bounds(assumptions, path))
    ends = max(low, least), min(high, most)
    step = _step(ends[1] - ends[0])
    # Steps are counted from the plan's value, so that moving there and back finds it again.
    below, above = (max(0, math.floor(room / step + 1e-9)) * step
                    for room in (value - ends[0], ends[1] - value))
    return Slider(f"{entry.label} ({unit_label(entry.shown_unit)})", round(value - below, 10),
                  round(value + above, 10), value, step, _readout(entry.shown_unit, step)), value


def moved_to(assumptions: Assumptions, path: str, value: float) -> dict[str, object]:
    """The changes that a slider stands for; what is pasted is what is computed. A season stays."""
    if assumptions.series[path].grain == "constant":
        return {path: _short(value)}
    moved = assumptions.settings[path].times(value, assumptions.entries[path],
                                             assumptions.calendar)
    return {f"{path}{moment}": {_time(time): _short(amount) for time, amount in new.items()}
            if isinstance(new, dict) else _short(new) for moment, new in moved.items()}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _time(time: str) -> int | str:
    return time if "-" in time else int(time)


def _step(width: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that makes at least forty steps."""
    most = max(width, 1e-9) / 40
    power = 10.0 ** math.floor(math.log10(most))
    return round(max(digit * power for digit in (1, 2, 5) if digit * power <= most * 1.000001), 12)


def _readout(unit: str, step: float) -> str:
    """The format in which a step can be seen; shares of one are percent, as in the tables."""
    decimals = max(0, -math.floor(math.log10(step)))
    return f".{max(1, decimals - 2)}%" if unit.startswith("fraction") else f",.{decimals}f"


def line(changes: Mapping[str, object]) -> str:
    """The line that keeps changes in a notebook's parameters cell."""
    return f"changes = {dict(changes)!r}" if changes else ""


def panel(controls: Mapping[str, Slider | Choice], start: Mapping[str, object],
          draw: Callable[..., Block], first: Block):
    """Controls above a block that `draw` makes of their values by name; `first` is that of the
    start."""
    return Panel(controls, start, lambda values: (draw(**values).screen_html, ""),
                 first.screen_html).show()


def choose(choice: Choice, draw: Callable[[object], Block], start: object):
    return panel({"choice": choice}, {"choice": start}, lambda choice: draw(choice), draw(start))
