"""Labelled rows of horizontal bars: labels left of the bars, on a phone above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.views import style
from model.views.charts.layout import Panel
from model.views.charts.sheet import Sheet


@dataclass(frozen=True)
class Rows:
    """Places of the rows' labels and bars; `text_room` is kept free right of the bars."""

    labels: Sequence[str]
    width: float
    text_room: float

    @property
    def phone(self) -> bool:
        """Whether labels stand above their bars."""
        return self.width < 400

    @property
    def pitch(self) -> float:
        """Height of one row in points."""
        return style.PHONE_ROW if self.phone else style.ROW

    @property
    def height(self) -> float:
        """Height of all rows."""
        return self.pitch * max(1, len(self.labels))

    @property
    def label_room(self) -> float:
        """Width of the column of labels."""
        if self.phone:
            return 0.0
        return min(style.widest(self.labels, bold=True) + 10, 0.4 * self.width)

    def panel(self, low: float, high: float, bottom: float, top: float,
              left_room: float = 0.0) -> Panel:
        """The plot of values low … high, between the labels and the room for texts."""
        left = self.label_room + left_room + (4 if self.phone else 0)
        right = max(self.width - min(self.text_room, 0.45 * self.width), left + 40)
        return Panel(left, right, bottom, top, low, high, 0, 1)

    def bar(self, panel: Panel, place: int) -> tuple[float, float]:
        """Bottom and top of a row's bar."""
        top = panel.top - place * self.pitch
        return (top - 31, top - 17) if self.phone else (top - 18.5, top - 4.5)

    def baseline(self, panel: Panel, place: int) -> float:
        """The baseline of text beside the bar."""
        low, high = self.bar(panel, place)
        return (low + high) / 2 - 3.2

    def label(self, sheet: Sheet, panel: Panel, place: int, bold: bool = False) -> None:
        """Writes the row's label."""
        if self.phone:
            y = panel.top - place * self.pitch - 13
            text = style.fit(self.labels[place], self.width - 4, bold=bold)
            sheet.words(0, y, text, bold=bold, ground=True)
        else:
            text = style.fit(self.labels[place], self.label_room - 8, bold=bold)
            sheet.words(0, self.baseline(panel, place), text, bold=bold)
