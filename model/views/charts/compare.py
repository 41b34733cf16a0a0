"""Charts that compare: assumptions' ranges, two-way grids, scenarios side by side."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from model.views import style
from model.views.charts import axes
from model.views.charts.axes import Rows
from model.views.charts.layout import Panel, known, number, numbers, there, ticks, tight
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import MINUS, format_month, format_value

_MOST = 10
_DECIMALS = re.compile(rf"{MINUS}?([\d,]+)\.(\d+)(k|m|bn|%)?")
_FOOT = 16.0


@chart
def tornado(
    rows: Sequence[tuple[str, str, str, Any, Any]], base: Any, *, unit: str = "",
    higher_is_better: bool = True, base_label: str = "base case", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """Bars from the base outcome to the outcomes at each assumption's low and high end.

    rows        (label, low value as text, high value as text, low outcome, high outcome); the ten
                with the widest reach are drawn, longest first, the others summed up in words
    base        the outcome without a change, in `unit`
    Blue ends are better than the base, orange ones worse.
    """
    center = number(base)
    order = sorted(((*texts, number(at_low), number(at_high)) for *texts, at_low, at_high in rows),
                   key=lambda row: -_reach(row, center))
    bars, rest = order[:_MOST], order[_MOST:]
    ends = [_ends(row, center) for row in bars]
    low, high, marks = tight([center, *(value for pair in ends for value, _ in pair)])
    room = [min(style.widest([pair[side][1] for pair in ends]) + 8,
                (0.24 if width > 400 else 0.3) * width) for side in (0, 1)]
    places = Rows([row[0] for row in bars], width, room[1])
    notes = style.LINE + 2 if rest else 0
    sheet, body = begin(subtitle, unit, width, places.height + _FOOT + style.LINE + 6 + notes)
    panel = places.panel(low, high, _FOOT + notes, body - style.LINE - 6, room[0])
    axes.across_axis(sheet, panel, marks, unit)
    if not math.isnan(center):
        axes.across_line(sheet, panel, center, f"{base_label} {format_value(center, unit)}")
    for place, pair in enumerate(ends):
        places.label(sheet, panel, place)
        _tornado_row(sheet, panel, places, place, pair, center, higher_is_better, room)
    if rest:
        most = format_value(max(_reach(row, center) for row in rest), unit)
        span = "assumption spans" if len(rest) == 1 else "assumptions span"
        text = f"{len(rest)} more {span} at most {most} from end to end"
        sheet.words(0, 3, style.fit(text, width), color=style.MUTED)
    return sheet


_Row = tuple[str, str, str, float, float]
_End = tuple[float, str]


def _reach(row: _Row, base: float) -> float:
    """The length of the row's bar; an outcome that ceases to exist is the longest."""
    if math.isnan(row[3]) or math.isnan(row[4]):
        return math.inf
    ends = known([row[3], row[4], base])
    return max(ends) - min(ends)


def _ends(row: _Row, base: float) -> tuple[_End, _End]:
    """(outcome, text) of the left and the right end; a missing outcome takes the free side."""
    low, high = [(value, text if not math.isnan(value) else f"{text}: never")
                 for value, text in ((row[3], row[1]), (row[4], row[2]))]
    if math.isnan(low[0]) == math.isnan(high[0]):
        return (high, low) if low[0] > high[0] else (low, high)
    found, missing = (high, low) if math.isnan(low[0]) else (low, high)
    return (found, missing) if found[0] <= base else (missing, found)


def _tornado_row(sheet: Sheet, panel: Panel, places: Rows, place: int, pair: tuple[_End, _End],
                 base: float, higher_is_better: bool, room: Sequence[float]) -> None:
    bottom, top = places.bar(panel, place)
    baseline = places.baseline(panel, place)
    start = panel.x(base if not math.isnan(base) else panel.x0)
    values = known([value for value, _ in pair])
    # The farther end first, so that a nearer one on the same side stays visible.
    for value in sorted(values, key=lambda value: -abs(panel.x(value) - start)):
        better = (value > base) == higher_is_better
        color = style.FAVORABLE if better else style.UNFAVORABLE
        if abs(panel.x(value) - start) >= 0.1:
            sheet.fill([box(start, bottom, panel.x(value), top)], color, edge=style.WHITE)
    if not math.isnan(base):
        sheet.upright(start, bottom, top, style.INK, 1.0)
    xs = [panel.x(value) for value in values] + [start]
    for side, (x, ha) in enumerate(((min(xs) - 4, "right"), (max(xs) + 4, "left"))):
        sheet.words(x, baseline, _end_text(pair[side][1], room[side] - 6), ha=ha, ground=True)


def _end_text(text: str, room: float) -> str:
    """The value of an end; where it is too long for its place, without what it is per."""
    if style.text_width(style.drawable(text)) > room and ": " not in text:
        text = text.partition(" per ")[0]
    return style.fit(text, room)


@chart
def heat_grid(
    row_labels: Sequence[Any], column_labels: Sequence[Any], values: Sequence[Sequence[Any]], *,
    row_title: str, column_title: str, text: Sequence[Sequence[str | None]] | None = None,
    base: tuple[int, int] | None = None, never: str = "never", goal: float | None = None,
    unit: str = "", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """A two-way grid: values[row][column], deeper blue for larger, each cell with its value.

    text   words for cells instead of the formatted value (None keeps the value)
    base   (row, column) of the cell to outline
    goal   what a value should reach: a dark line parts the cells that do from those that do not
    never  the words of a cell without a value, which stays white; "" leaves its place empty
    """
    grid = [numbers(row) for row in values]
    rows = [str(label) for label in row_labels]
    left = min(style.widest(rows) + 8, 0.4 * width)
    pitch = (width - left) / max(1, len(column_labels))
    height = 26.0
    down, across = f"↓ {row_title}", f"→ {column_title}"
    aside = style.widest([down]) + style.widest([across]) + 20 <= width
    heads = 16.0 if aside else 29.0
    sheet, body = begin(subtitle, unit, width, height * len(rows) + heads + 26)
    top = body - heads - 22
    sheet.words(0, top + 19, style.fit(down, width), color=style.MUTED)
    sheet.words(width if aside else 0, top + (19 if aside else 32), style.fit(across, width),
                color=style.MUTED, ha="right" if aside else "left")
    for column, label in enumerate(column_labels):
        sheet.words(left + (column + 0.5) * pitch, top + 6, _short(str(label), pitch - 2),
                    ha="center")
    colors = _cell_colors(grid)
    texts = [[never if math.isnan(value) else format_value(value, unit) for value in row]
             for row in grid]
    if text is not None:
        texts = [[said if own is None else own for said, own in zip(*pair, strict=True)]
                 for pair in zip(texts, text, strict=True)]
    cells = [[box(left + column * pitch, top - (row + 1) * height, left + (column + 1) * pitch,
                  top - row * height) for column in range(len(column_labels))]
             for row in range(len(rows))]
    _grounds(sheet, cells, colors, texts)
    for row, label in enumerate(rows):
        y = top - row * height
        lines = style.wrap(label, left - 6, False, 2)
        for line, said in enumerate(lines):
            sheet.words(left - 6, y - height / 2 - 3.2 + 11 * ((len(lines) - 1) / 2 - line), said,
                        ha="right")
        for cell, color, words in zip(cells[row], colors[row], texts[row], strict=True):
            if words:
                _cell_text(sheet, cell, color, words)
    if goal is not None:
        _goal_line(sheet, grid, cells, goal)
    if base is not None:
        x, y = left + base[1] * pitch, top - base[0] * height
        sheet.fill([box(x + 1, y - height + 1, x + pitch - 1, y - 1)], None, edge=style.INK,
                   width=2.0)
    return sheet


def _goal_line(sheet: Sheet, grid: Sequence[Sequence[float]],
               cells: Sequence[Sequence[list[tuple[float, float]]]], goal: float) -> None:
    """The edges between cells on either side of a goal; those without a value are on none."""
    for row, values in enumerate(grid):
        for column, value in enumerate(values):
            left_low, right_low, right_high, _ = cells[row][column]
            beside = values[column + 1] if column + 1 < len(values) else math.nan
            below = grid[row + 1][column] if row + 1 < len(grid) else math.nan
            for other, edge in ((beside, [right_low, right_high]), (below, [left_low, right_low])):
                if not math.isnan(value + other) and (value >= goal) != (other >= goal):
                    sheet.line(edge, style.INK, 2.0)


def _cell_colors(grid: Sequence[Sequence[float]]) -> list[list[str | None]]:
    values = known(value for row in grid for value in row)
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    span, last = high - low or 1.0, len(style.TINTS) - 1
    return [[None if math.isnan(value) else style.TINTS[round((value - low) / span * last)]
             for value in row] for row in grid]


def _grounds(sheet: Sheet, cells: Sequence[Sequence[list[tuple[float, float]]]],
             colors: Sequence[Sequence[str | None]], texts: Sequence[Sequence[str]]) -> None:
    """The cells' grounds, those of one color as one shape; none where nothing is said."""
    grounds: dict[str | None, list[list[tuple[float, float]]]] = {}
    for row in zip(cells, colors, texts, strict=True):
        for ((x0, y0), _, (x1, y1), _), color, text in zip(*row, strict=True):
            if text or color:
                grounds.setdefault(color, []).append(
                    box(x0 + 0.75, y0 + 0.75, x1 - 0.75, y1 - 0.75))
    for color, shapes in grounds.items():
        sheet.fill(shapes, color or style.WHITE, edge=None if color else style.GRID)


def _cell_text(sheet: Sheet, cell: list[tuple[float, float]], color: str | None,
               words: str) -> None:
    (x0, y0), _, (x1, y1), _ = cell
    ink = style.on_ground(color) if color else style.MUTED
    lines = [words]
    if style.text_width(style.drawable(words)) > x1 - x0 - 4 and " " in words:
        lines = words.split(" ", 1)
    middle = (y0 + y1) / 2 - 3.2 + 5.2 * (len(lines) - 1)
    for place, line in enumerate(lines):
        sheet.words((x0 + x1) / 2, middle - 10.4 * place, _short(line, x1 - x0 - 2),
                    color=ink, ha="center")


def _short(text: str, room: float) -> str:
    """A text that fits; a number without its decimals where these have no room."""
    found = _DECIMALS.fullmatch(text)
    if found and style.text_width(style.drawable(text)) > room:
        whole = round(float(f"{found[1].replace(',', '')}.{found[2]}"))
        text = f"{MINUS if text.startswith(MINUS) and whole else ''}{whole:,}{found[3] or ''}"
    return style.fit(text, room)


@chart
def small_multiples(
    months: Sequence[str], panels: Mapping[str, Sequence[Any]], base: Sequence[Any], *,
    unit: str = "", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """One panel per scenario on one scale, its line in blue, the base case in grey behind."""
    data, bases = {label: numbers(values) for label, values in panels.items()}, numbers(base)
    marks = ticks([value for row in data.values() for value in row] + bases, about=3)
    sheet, places = _panels(list(data), subtitle, "grey: base case", unit, width, 20.0, 16.0,
                            axes.tick_room(marks, unit))
    for (label, values), place in zip(data.items(), places, strict=True):
        panel = place.over(len(months), marks)
        axes.value_axis(sheet, panel, marks, unit, labels=panel.left == places[0].left)
        sheet.line(panel.path(bases), style.AXIS, 1.4)
        _path(sheet, panel, months, values)
        _panel_title(sheet, panel, months, label, values, unit)
    return sheet


@chart
def indicators(
    months: Sequence[str], panels: Mapping[str, tuple[Sequence[Any], Sequence[Any], str]], *,
    dashed: str = "target", zero: bool = False, subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """One panel per figure, each in its own unit and on its own scale: (values, targets, unit).

    The line is blue, its target dashed, which stands for what `dashed` says; a target of None or
    NaN is not drawn. With `zero` every scale begins or ends there at the latest.
    """
    sheet, places = _panels(list(panels), subtitle, f"dashed: {dashed}", "", width, 24.0, 18.0)
    for (label, (values, targets, unit)), place in zip(panels.items(), places, strict=True):
        path, goals = numbers(values), numbers(targets)
        marks = ticks([*path, *goals], about=3, zero=zero)
        panel = replace(place, left=place.left + axes.tick_room(marks, unit)).over(
            len(months), marks)
        axes.value_axis(sheet, panel, marks, unit)
        if known(goals):
            sheet.line(panel.path(goals), style.MUTED, 1.2, (4, 2))
        _path(sheet, panel, months, path)
        # The words stand clear of the topmost tick, and start where the ticks' labels do.
        _panel_title(sheet, replace(place, top=place.top + 4), months, label, path, unit)
    return sheet


def _panels(labels: Sequence[str], subtitle: str, note: str, unit: str, width: float, above: float,
            gap: float, left: float = 0.0) -> tuple[Sheet, list[Panel]]:
    """A sheet with a panel a label in lines of two or three; so much stands `above` each beside
    its name, and `left` of the first of a line."""
    per_row = min(3 if width > 400 else 2, max(1, len(labels)))
    cell = (width - left - gap * (per_row - 1)) / per_row
    # The longest name decides for all, so that the panels of a line stand level.
    head = style.LINE * max((len(_names(label, cell)) for label in labels), default=1)
    tall = 100.0 if width > 400 else 92.0
    pitch = tall + head + above + 14
    sheet, body = begin(" · ".join(filter(None, (subtitle, note))), unit, width,
                        -(-len(labels) // per_row) * pitch)
    corners = [(left + place % per_row * (cell + gap),
                body - place // per_row * pitch - head - above) for place in range(len(labels))]
    return sheet, [Panel(x, x + cell, top - tall + 16, top) for x, top in corners]


def _path(sheet: Sheet, panel: Panel, months: Sequence[str], values: Sequence[float]) -> None:
    sheet.line(panel.path(values), style.MAIN, 1.8)
    if months:
        first, last = str(months[0])[:4], str(months[-1])[:4]
        sheet.words(panel.left, panel.bottom - 12, first, color=style.MUTED)
        if last != first:
            sheet.words(panel.right, panel.bottom - 12, last, color=style.MUTED, ha="right")


def _names(label: str, room: float) -> list[str]:
    return style.wrap(label, room, True, 2)


def _panel_title(sheet: Sheet, panel: Panel, months: Sequence[str], label: str,
                 values: Sequence[float], unit: str) -> None:
    room, last = panel.right - panel.left, there(values)[-1:]
    text = f"{format_month(months[last[0]])}: {format_value(values[last[0]], unit)}" if last \
        else "no values"
    names = _names(label, room)
    for place, name in enumerate(names):
        y = panel.top + 19 + style.LINE * (len(names) - 1 - place)
        sheet.words(panel.left, y, name, bold=True)
    sheet.words(panel.left, panel.top + 7, style.fit(text, room), color=style.MAIN)
