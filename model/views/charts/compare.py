"""Charts that compare: assumptions' ranges, two-way grids, scenarios side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import axes
from model.views.charts.axes import Rows
from model.views.charts.layout import Panel, known, number, numbers, ticks, tight
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import format_month, format_value

_MOST = 10
_FOOT = 16.0


@chart
def tornado(
    rows: Sequence[tuple[str, str, str, Any, Any]], base: Any, *, unit: str = "",
    higher_is_better: bool = True, base_label: str = "base case", never: str = "never",
    title: str = "", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Bars from the base outcome to the outcomes at each assumption's low and high end.

    rows        (label, low value as text, high value as text, low outcome, high outcome); the ten
                with the widest reach are drawn, longest first, the others summed up in words
    base        the outcome without a change, in `unit`
    never       the word for an outcome that does not exist
    Blue ends are better than the base, orange ones worse.
    """
    center = number(base)
    order = sorted(
        ((label, low, high, number(at_low), number(at_high))
         for label, low, high, at_low, at_high in rows),
        key=lambda row: -_reach(row, center),
    )
    bars, rest = order[:_MOST], order[_MOST:]
    ends = [_ends(row, center, never) for row in bars]
    low, high, marks = tight([center, *(value for pair in ends for value, _ in pair)])
    room = [min(style.widest([pair[side][1] for pair in ends]) + 8,
                (0.24 if width > 400 else 0.3) * width) for side in (0, 1)]
    places = Rows([row[0] for row in bars], width, room[1])
    notes = style.LINE + 2 if rest else 0
    sheet, body = begin(title, subtitle, unit, width,
                        places.height + _FOOT + style.LINE + 6 + notes)
    panel = places.panel(low, high, _FOOT + notes, body - style.LINE - 6, room[0])
    axes.across_axis(sheet, panel, marks, unit)
    if not math.isnan(center):
        axes.across_line(sheet, panel, center, f"{base_label} {format_value(center, unit)}")
    for place, pair in enumerate(ends):
        places.label(sheet, panel, place)
        _tornado_row(sheet, panel, places, place, pair, center, higher_is_better, room)
    if rest:
        sheet.words(0, 3, style.fit(_summed_up(rest, center, unit), width), color=style.MUTED)
    return sheet


_Row = tuple[str, str, str, float, float]
_End = tuple[float, str]


def _reach(row: _Row, base: float) -> float:
    """The length of the row's bar; an outcome that ceases to exist is the longest."""
    ends = [row[3], row[4], base]
    if math.isnan(row[3]) or math.isnan(row[4]):
        return math.inf
    return max(known(ends)) - min(known(ends))


def _summed_up(rest: Sequence[_Row], base: float, unit: str) -> str:
    most = format_value(max(_reach(row, base) for row in rest), unit)
    noun = "assumption spans" if len(rest) == 1 else "assumptions span"
    return f"{len(rest)} more {noun} at most {most} from end to end"


def _ends(row: _Row, base: float, never: str) -> tuple[_End, _End]:
    """(outcome, text) of the left and the right end; a missing outcome takes the free side."""
    low, high = [(value, text if not math.isnan(value) else f"{text}: {never}")
                 for value, text in ((row[3], row[1]), (row[4], row[2]))]
    if math.isnan(low[0]) and math.isnan(high[0]):
        return low, high
    if math.isnan(low[0]) or math.isnan(high[0]):
        there, missing = (high, low) if math.isnan(low[0]) else (low, high)
        return (there, missing) if there[0] <= base else (missing, there)
    return (low, high) if low[0] <= high[0] else (high, low)


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
        sheet.line([(start, bottom), (start, top)], style.INK, 1.0)
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
    base: tuple[int, int] | None = None, never: str = "never", unit: str = "", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """A two-way grid: values[row][column], deeper blue for larger, each cell with its value.

    text   words for cells instead of the formatted value (None keeps the value)
    base   (row, column) of the cell to outline
    never  the words of a cell without a value, which stays white; "" leaves its place empty
    """
    grid = [numbers(row) for row in values]
    rows = [str(label) for label in row_labels]
    left = min(style.widest(rows) + 8, 0.34 * width)
    pitch = (width - left) / max(1, len(column_labels))
    height = 26.0
    down, across = f"↓ {row_title}", f"→ {column_title}"
    aside = style.widest([down]) + style.widest([across]) + 20 <= width
    heads = 16.0 if aside else 29.0
    sheet, body = begin(title, subtitle, unit, width, height * len(rows) + heads + 26)
    top = body - heads - 22
    sheet.words(0, top + 19, style.fit(down, width), color=style.MUTED)
    sheet.words(width if aside else 0, top + (19 if aside else 32), style.fit(across, width),
                color=style.MUTED, ha="right" if aside else "left")
    for column, label in enumerate(column_labels):
        sheet.words(left + (column + 0.5) * pitch, top + 6, style.fit(str(label), pitch - 2),
                    ha="center")
    colors = _cell_colors(grid)
    texts = [[_cell_words(value, unit, never, text[row][column] if text is not None else None)
              for column, value in enumerate(each)] for row, each in enumerate(grid)]
    cells = [[box(left + column * pitch, top - (row + 1) * height, left + (column + 1) * pitch,
                  top - row * height) for column in range(len(column_labels))]
             for row in range(len(rows))]
    _grounds(sheet, cells, colors, texts)
    for row, label in enumerate(rows):
        y = top - row * height
        sheet.words(left - 6, y - height / 2 - 3.2, style.fit(label, left - 6), ha="right")
        for cell, color, words in zip(cells[row], colors[row], texts[row], strict=True):
            if words:
                _cell_text(sheet, cell, color, words)
    if base is not None:
        x, y = left + base[1] * pitch, top - base[0] * height
        sheet.fill([box(x + 1, y - height + 1, x + pitch - 1, y - 1)], None, edge=style.INK,
                   width=2.0)
    return sheet


def _cell_words(value: float, unit: str, never: str, words: str | None) -> str:
    if words is not None:
        return words
    return never if math.isnan(value) else format_value(value, unit)


def _cell_colors(grid: Sequence[Sequence[float]]) -> list[list[str | None]]:
    values = known(value for row in grid for value in row)
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    last = len(style.TINTS) - 1

    def color(value: float) -> str | None:
        if math.isnan(value):
            return None
        share = (value - low) / (high - low) if high > low else 0.0
        return style.TINTS[round(share * last)]

    return [[color(value) for value in row] for row in grid]


def _grounds(sheet: Sheet, cells: Sequence[Sequence[list[tuple[float, float]]]],
             colors: Sequence[Sequence[str | None]], texts: Sequence[Sequence[str]]) -> None:
    """The cells' grounds, those of one color as one shape; none where nothing is said."""
    grounds: dict[str | None, list[list[tuple[float, float]]]] = {}
    for row, each in enumerate(cells):
        for column, ((x0, y0), _, (x1, y1), _) in enumerate(each):
            if texts[row][column] or colors[row][column]:
                grounds.setdefault(colors[row][column], []).append(
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
        sheet.words((x0 + x1) / 2, middle - 10.4 * place, style.fit(line, x1 - x0 - 2),
                    color=ink, ha="center")


@chart
def small_multiples(
    months: Sequence[str], panels: Mapping[str, Sequence[Any]], base: Sequence[Any], *,
    base_label: str = "base case", unit: str = "", title: str = "", subtitle: str = "",
    include: Iterable[Any] = (), width: float = style.WIDE,
) -> Sheet:
    """One panel per scenario on one scale, its line in blue, the base case in grey behind."""
    data = {label: numbers(values) for label, values in panels.items()}
    bases = numbers(base)
    span = [value for row in data.values() for value in row] + bases + numbers(include)
    marks = ticks(span, about=3)
    per_row = min(3 if width > 400 else 2, max(1, len(data)))
    left, gap, tall = axes.tick_room(marks, unit), 16.0, 100.0 if width > 400 else 92.0
    cell = (width - left - gap * (per_row - 1)) / per_row
    count = -(-len(data) // per_row)
    note = f"grey: {base_label}"
    # The longest name decides for all, so that the panels of a line stand level.
    head = style.LINE * max((len(_names(label, cell)) for label in data), default=1)
    pitch = tall + head + 34
    sheet, body = begin(title, f"{subtitle} · {note}" if subtitle else note, unit, width,
                        count * pitch)
    for place, (label, values) in enumerate(data.items()):
        column = place % per_row
        x, top = left + column * (cell + gap), body - (place // per_row) * pitch - head - 20
        panel = Panel(x, x + cell, top - tall + 16, top, 0, max(1, len(months)), marks[0],
                      marks[-1])
        axes.value_axis(sheet, panel, marks, unit, labels=column == 0)
        _scenario(sheet, panel, months, bases, values)
        _panel_title(sheet, panel, months, label, values, unit)
    return sheet


def _scenario(sheet: Sheet, panel: Panel, months: Sequence[str], base: Sequence[float],
              values: Sequence[float]) -> None:
    for path, color, weight in ((base, style.AXIS, 1.4), (values, style.MAIN, 1.8)):
        if path:
            sheet.line([(panel.x(i + 0.5), panel.y(value)) for i, value in enumerate(path)],
                       color, weight)
    if months:
        first, last = str(months[0])[:4], str(months[-1])[:4]
        sheet.words(panel.left, panel.bottom - 12, first, color=style.MUTED)
        if last != first:
            sheet.words(panel.right, panel.bottom - 12, last, color=style.MUTED, ha="right")


@chart
def indicators(
    months: Sequence[str], panels: Mapping[str, tuple[Sequence[Any], Sequence[Any], str]], *,
    dashed: str = "target", zero: bool = False, title: str = "", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """One panel per figure, each in its own unit and on its own scale: (values, targets, unit).

    The line is blue, its target dashed, which stands for what `dashed` says; a target of None or
    NaN is not drawn. With `zero` every scale begins or ends there at the latest.
    """
    note = f"dashed: {dashed}"
    per_row = min(3 if width > 400 else 2, max(1, len(panels)))
    gap, tall = 18.0, 100.0 if width > 400 else 92.0
    cell = (width - gap * (per_row - 1)) / per_row
    head = style.LINE * max((len(_names(label, cell)) for label in panels), default=1)
    pitch = tall + head + 38
    count = -(-len(panels) // per_row)
    sheet, body = begin(title, f"{subtitle} · {note}" if subtitle else note, "", width,
                        count * pitch)
    for place, (label, (values, targets, unit)) in enumerate(panels.items()):
        path, goals = numbers(values), numbers(targets)
        marks = ticks([*path, *goals], about=3, zero=zero)
        x, top = (place % per_row) * (cell + gap), body - place // per_row * pitch - head - 24
        left = x + axes.tick_room(marks, unit)
        panel = Panel(left, x + cell, top - tall + 16, top, 0, max(1, len(months)), marks[0],
                      marks[-1])
        axes.value_axis(sheet, panel, marks, unit)
        if known(goals):
            sheet.line([(panel.x(i + 0.5), panel.y(value)) for i, value in enumerate(goals)],
                       style.MUTED, 1.2, (4, 2))
        _scenario(sheet, panel, months, [], path)
        # The words stand clear of the topmost tick, and start where the ticks' labels do.
        _panel_title(sheet, Panel(x, panel.right, panel.bottom, panel.top + 4), months, label,
                     path, unit)
    return sheet


def _names(label: str, room: float) -> list[str]:
    return style.wrap(label, room, style.SIZE, True, 2)


def _panel_title(sheet: Sheet, panel: Panel, months: Sequence[str], label: str,
                 values: Sequence[float], unit: str) -> None:
    room = panel.right - panel.left
    last = next((i for i in reversed(range(len(values))) if not math.isnan(values[i])), None)
    text = "no values" if last is None else (
        f"{format_month(months[last])}: {format_value(values[last], unit)}")
    names = _names(label, room)
    for place, name in enumerate(names):
        y = panel.top + 19 + style.LINE * (len(names) - 1 - place)
        sheet.words(panel.left, y, name, bold=True)
    sheet.words(panel.left, panel.top + 7, style.fit(text, room), color=style.MAIN)
