"""Scenarios side by side: a row each, a panel for each figure, and the variance from base."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.views import style
from model.views.charts import marks
from model.views.charts.layout import Panel, known, numbers
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import MINUS, format_value

BETTER, WORSE = "▲", "▼"
_ROW, _PHONE_ROW = 29.0, 34.0
_GAP, _BETWEEN = 18.0, 6.0


@dataclass(frozen=True)
class Measure:
    """A figure of every scenario.

    values  one a scenario; NaN or None has no bar
    unit    of the values and of their differences
    texts   what stands for the values, for example months by name; otherwise they are formatted
    """

    values: Sequence[Any]
    unit: str
    higher_is_better: bool = True
    texts: Sequence[str] | None = None

    @property
    def said(self) -> list[str]:
        """The values as written."""
        return list(self.texts) if self.texts is not None else [
            format_value(value, self.unit) for value in numbers(self.values)]

    def variances(self, base: int) -> list[tuple[str, str]]:
        """Per scenario the difference from base as written, and its color: by effect, not by
        sign, and said by a triangle as well. Empty for base and where neither has a value; a
        value that one of them lacks is worse, or better, without an amount."""
        values = numbers(self.values)
        return [("", style.MUTED) if place == base else self._variance(value, values[base])
                for place, value in enumerate(values)]

    def _variance(self, value: float, base: float) -> tuple[str, str]:
        difference = value - base
        if math.isnan(difference):
            if math.isnan(value) and math.isnan(base):
                return "", style.MUTED
            return (WORSE, style.UNFAVORABLE) if math.isnan(value) else (BETTER, style.FAVORABLE)
        text = format_value(difference, self.unit)
        if not any(digit in text for digit in "123456789"):
            return "as base", style.MUTED
        sign = "" if text.startswith(MINUS) else "+"
        if (difference > 0) == self.higher_is_better:
            return f"{BETTER} {sign}{text}", style.FAVORABLE
        return f"{WORSE} {sign}{text}", style.UNFAVORABLE


@chart
def side_by_side(
    labels: Sequence[str], panels: Mapping[str, Measure], *, base: int = 0,
    highlight: int | None = None, title: str = "", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Bars of each figure from zero, its value, and its difference from the scenario at `base`.

    Every panel has a scale of its own, as its figures have a unit of their own. The label at
    `highlight` is bold. Raises ValueError where a panel has not one value a label.
    """
    for heading, measure in panels.items():
        if not len(labels) == len(measure.values) == len(measure.said):
            raise ValueError(f"side_by_side: {heading!r} has {len(measure.values)} values and "
                             f"{len(measure.said)} texts for {len(labels)} scenarios")
    phone = width < 400
    note = f"{BETTER} better, {WORSE} worse than {labels[base]}" if len(labels) > 1 else ""
    subtitle = " · ".join(filter(None, (subtitle, note)))
    names = 0.0 if phone else min(style.widest(list(labels), bold=True) + 12, 0.3 * width)
    per_row = 1 if phone else max(1, len(panels))
    cell = (width - names - _GAP * (per_row - 1)) / per_row
    row = _PHONE_ROW if phone else _ROW
    heads = {heading: style.wrap(heading, cell, style.SIZE, True, 2) for heading in panels}
    head = style.LINE * max((len(lines) for lines in heads.values()), default=1) + 6
    block = head + row * len(labels)
    lines = -(-len(panels) // per_row)
    sheet, body = begin(title, subtitle, "", width, lines * block + (lines - 1) * 12 + 2)
    for place, (heading, measure) in enumerate(panels.items()):
        left = names + place % per_row * (cell + _GAP)
        top = body - place // per_row * (block + 12)
        for line, text in enumerate(heads[heading]):
            sheet.words(left, top - 9 - style.LINE * line, text, bold=True)
        if phone or place == 0:
            _labels(sheet, labels, highlight, top - head, row, cell if phone else names - 8, phone)
        _bars(sheet, Panel(left, left + cell, top - block, top - head), measure, base, row, phone)
    return sheet


def _labels(sheet: Sheet, labels: Sequence[str], highlight: int | None, top: float, row: float,
            room: float, phone: bool) -> None:
    for place, label in enumerate(labels):
        y = top - place * row - (9 if phone else row / 2 + 3.2)
        bold = place == highlight
        sheet.words(0, y, style.fit(label, room, bold=bold), bold=bold)


def _bars(sheet: Sheet, cell: Panel, measure: Measure, base: int, row: float,
          phone: bool) -> None:
    values, said, variances = numbers(measure.values), measure.said, measure.variances(base)
    beside = style.widest([*said, *(text for text, _ in variances)])
    right = max(cell.right - beside - _BETWEEN, cell.left + 12)
    low, high = min([0.0, *known(values)]), max([0.0, *known(values)])
    plot = Panel(cell.left, right, 0, 1, low, high if high > low else low + 1.0)
    zero = plot.x(0)
    for place, value in enumerate(values):
        top = cell.top - place * row
        middle = top - (22 if phone else row / 2)
        color = style.MUTED if place == base else (
            style.FAVORABLE if value > 0 else style.UNFAVORABLE)
        if not math.isnan(value) and value:
            marks.draw(sheet, [box(zero, middle - 6, plot.x(value), middle + 6)], color)
        sheet.line([(zero, middle - 9), (zero, middle + 9)], style.AXIS, 0.8)
        text, color = variances[place]
        up = middle + (1.8 if text else -3.2)
        sheet.words(cell.right, up, style.fit(said[place], cell.right - cell.left), ha="right")
        if text:
            sheet.words(cell.right, middle - 9.2, text, color=color, ha="right")
