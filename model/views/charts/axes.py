"""Axes and labels that the charts share.

Labelled rows of horizontal bars: labels left of the bars, on a phone above them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from model.views import style
from model.views.charts.layout import Flag, Panel, cross, flags, spread
from model.views.charts.sheet import Sheet, tick_text
from model.views.formats import MONTH_NAMES, format_month, say

FOOT = 30.0  # room for a time axis with two lines of labels
FOOT_ONE = 16.0
_HALF_LINE = 5.0  # of two lines beside one bar


def tick_room(ticks: Sequence[float], unit: str) -> float:
    """Width of the labels of a value axis, with the gap to the plot."""
    return style.widest([tick_text(tick, unit) for tick in ticks]) + 6


def _pen(tick: float, ticks: Sequence[float]) -> tuple[str, float]:
    zero = abs(tick) <= 1e-9 * max(abs(ticks[0]), abs(ticks[-1]))
    return (style.AXIS, 0.8) if zero else (style.GRID, 0.6)


def value_axis(sheet: Sheet, panel: Panel, ticks: Sequence[float], unit: str,
               labels: bool = True) -> None:
    """Grid lines at the ticks with their values left of the panel; the zero line is darker."""
    for tick in ticks:
        y = panel.y(tick)
        sheet.level(y, panel.left, panel.right, *_pen(tick, ticks))
        if labels:
            sheet.words(panel.left - 5, y - 3.2, tick_text(tick, unit), color=style.MUTED,
                        ha="right")


def readings(sheet: Sheet, panel: Panel, months: Sequence[Any], rows: Mapping[str, Sequence[float]],
             unit: str) -> None:
    """The values of all lines or columns at each month, for a pointer that rests there."""
    texts = []
    for place, month in enumerate(months):
        parts = [f"{name} {say(values[place], unit)}".strip() for name, values in rows.items()
                 if place < len(values) and not math.isnan(values[place])]
        when = format_month(month) if _are_months([month]) else str(month)
        texts.append(f"{when}: {', '.join(parts)}" if parts else "")
    sheet.readings(panel.left, panel.right, panel.bottom, panel.top, texts)


def across_axis(sheet: Sheet, panel: Panel, ticks: Sequence[float], unit: str) -> None:
    """The same for values that run from left to right, labelled below the panel."""
    free = -1e9
    for tick in ticks:
        x = panel.x(tick)
        sheet.upright(x, panel.bottom, panel.top, *_pen(tick, ticks))
        text = tick_text(tick, unit)
        half = style.text_width(text) / 2
        if x - half > free:
            middle = min(max(x, half), max(half, sheet.width - half))
            sheet.words(middle, panel.bottom - 12, text, color=style.MUTED, ha="center")
            free = x + half + 6


def across_line(sheet: Sheet, panel: Panel, value: float, label: str, whole: bool = True) -> None:
    """A vertical line at a value, its label above the panel; where it is not drawn as a `whole`,
    only a mark below the label."""
    x = panel.x(value)
    sheet.upright(x, panel.bottom if whole else panel.top, panel.top + 4, style.INK, 1.0)
    text = style.fit(label, sheet.width)
    half = style.text_width(text) / 2
    sheet.words(min(max(x, half), sheet.width - half), panel.top + 7, text, ha="center")


def time_axis(sheet: Sheet, panel: Panel, months: Sequence[Any]) -> None:
    """The bottom spine with years, or with months and years where these are at most 18; labels
    that are no months, such as weeks, stand as they are."""
    sheet.level(panel.bottom, panel.left, panel.right, style.AXIS)
    single = len(months) <= 18
    if single or not _are_months(months):
        _month_names(sheet, panel, months)
    if not _are_months(months):
        return
    base = panel.bottom - (24 if single else 13)
    every = runs(str(month)[:4] for month in months)
    # Where a whole year is narrower than its name, every other one has it.
    narrow = max((panel.x(last) - panel.x(first) for _, first, last in every), default=0) < 24
    for place, (year, first, last) in enumerate(every):
        x0, x1 = panel.x(first), panel.x(last)
        if first and not single:
            sheet.upright(x0, panel.bottom, panel.bottom - 4, style.AXIS)
        room = max(x1 - x0, 26 if single else 0) * (2 if narrow and place % 2 == 0 else 1)
        if style.text_width(year) <= room:
            sheet.words((x0 + x1) / 2, base, year, color=style.MUTED, ha="center")


def _are_months(labels: Sequence[Any]) -> bool:
    return all(str(label)[4:5] == "-" for label in labels)


def _month_names(sheet: Sheet, panel: Panel, months: Sequence[Any]) -> None:
    pitch = panel.x(1) - panel.x(0)
    every = next((n for n in (1, 2, 3, 6) if n * pitch >= 24), 12)
    for place, month in enumerate(months):
        if place % every == 0:
            number = str(month)[5:7]
            name = MONTH_NAMES[int(number) - 1] if number.isdigit() else str(month)
            sheet.words(panel.x(place + 0.5), panel.bottom - 12, name, color=style.MUTED,
                        ha="center")


def runs(states: Iterable[Any]) -> list[tuple[Any, int, int]]:
    """Each run of one state with the places where it starts and ends."""
    found, start = [], 0
    for state, run in groupby(states):
        end = start + len(list(run))
        found.append((state, start, end))
        start = end
    return found


def foot(months: Sequence[Any]) -> float:
    """Room below a panel for its time axis."""
    return FOOT if len(months) <= 18 and _are_months(months) else FOOT_ONE + 2


def marker_flags(months: Sequence[Any], markers: Iterable[tuple[Any, str]], left: float,
                 right: float, width: float) -> list[tuple[Flag, str]]:
    """Markers with the places of their labels; a month outside the axis is left out.

    The lines stand between left and right, the labels have the whole width of the sheet. Where
    they cannot keep clear of each other's lines or are too long, words that all names end with are
    left out.
    """
    places = {str(month): place for place, month in enumerate(months)}
    inside = [(month, str(name)) for month, name in markers if str(month) in places]
    pitch = (right - left) / max(1, len(months))
    lines = [left + (places[str(month)] + 0.5) * pitch for month, _ in inside]
    names = [name for _, name in inside]
    spots: list[tuple[Flag, str]] = []
    for labels in (names, _without_shared_end(names)):
        texts = [style.fit(f"{format_month(month)} {name}".strip(), max(line, width - line) - 4)
                 for line, (month, _), name in zip(lines, inside, labels, strict=True)]
        flags_ = flags(lines, [style.text_width(text) for text in texts], 0, width)
        spots = list(zip(flags_, texts, strict=True))
        if not cross(flags_) and not any(text.endswith("…") for text in texts):
            break
    return spots


def _without_shared_end(names: Sequence[str]) -> list[str]:
    """`first` and `operating` of `first break-even` and `operating break-even`."""
    split = [name.split() for name in names]
    while len(split) > 1 and all(len(words) > 1 and words[-1] == split[0][-1] for words in split):
        split = [words[:-1] for words in split]
    return [" ".join(words) for words in split]


def marker_room(spots: Sequence[tuple[Flag, str]]) -> float:
    """Height of the band that the markers' labels need above the panel."""
    return (max(flag.row for flag, _ in spots) + 1) * style.LINE + 5 if spots else 0.0


def draw_markers(sheet: Sheet, panel: Panel, spots: Sequence[tuple[Flag, str]]) -> None:
    """Thin vertical lines up to their labels in the band above the panel."""
    tops: dict[float, float] = {}
    for flag, _ in spots:
        top = panel.top + 13 + flag.row * style.LINE
        tops[flag.line] = max(top, tops.get(flag.line, 0.0))
    for line, top in tops.items():
        sheet.upright(line, panel.bottom, top, style.INK)
    for flag, text in spots:
        y = panel.top + 5 + flag.row * style.LINE
        sheet.words(flag.left if flag.on_right else flag.right, y + 1, text,
                    ha="left" if flag.on_right else "right", ground=True)


@dataclass(frozen=True)
class End:
    """The label at the end of a line: its name and last value; x and y are where the line ends."""

    name: str
    value: str
    x: float = 0.0
    y: float = 0.0
    color: str = style.INK
    bold: bool = False

    @property
    def text(self) -> str:
        return f"{self.name}: {self.value}"


def end_room(ends: Sequence[End], width: float) -> float:
    """Room right of the panel for the labels, at most 38 % of the sheet."""
    wide = max((style.widest([end.text], bold=end.bold) for end in ends), default=0.0)
    return min(wide + 10, 0.38 * width) if ends else 2.0


def end_labels(sheet: Sheet, panel: Panel, ends: Sequence[End]) -> None:
    """Labels right of the panel, nudged apart; name above value where one line is too long."""
    room = sheet.width - panel.right - 8
    tall = any(style.widest([end.text], bold=end.bold) > room + 1 for end in ends)
    height = style.LINE * (2 if tall else 1)
    spots = spread([end.y for end in ends], height, panel.bottom + height / 2 - 2, panel.top)
    for end, at in zip(ends, spots, strict=True):
        if abs(at - end.y) > 4:
            # A nudged label is tied to its line.
            sheet.line([(end.x + 1, end.y), (panel.right + 6, at)], style.AXIS, 0.5)
        lines = [end.name, end.value] if tall else [end.text]
        for place, text in enumerate(lines):
            sheet.words(panel.right + 8, at - 3.2 + (len(lines) - 1) * 5.5 - 11 * place,
                        style.fit(text, room, bold=end.bold), color=end.color, bold=end.bold)


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
        return style.PHONE_ROW if self.phone else style.ROW

    @property
    def height(self) -> float:
        return self.pitch * max(1, len(self.labels))

    @property
    def label_room(self) -> float:
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
        top = panel.top - place * self.pitch
        return (top - 31, top - 17) if self.phone else (top - 18.5, top - 4.5)

    def baseline(self, panel: Panel, place: int) -> float:
        low, high = self.bar(panel, place)
        return (low + high) / 2 - 3.2

    def label(self, sheet: Sheet, panel: Panel, place: int, bold: bool = False) -> None:
        if self.phone:
            y = panel.top - place * self.pitch - 13
            text = style.fit(self.labels[place], self.width - 4, bold=bold)
            sheet.words(0, y, text, bold=bold, ground=True)
        else:
            lines = style.wrap(self.labels[place], self.label_room - 8, bold, 2)
            first = self.baseline(panel, place) + _HALF_LINE * (len(lines) - 1)
            for line, text in enumerate(lines):
                sheet.words(0, first - 2 * _HALF_LINE * line, text, bold=bold)
