"""Strips of states over months, means with their intervals, scenarios side by side, and buckets of
money by week."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.views import style
from model.views.charts import axes, layout
from model.views.charts.axes import Rows
from model.views.charts.layout import Panel, known, number, numbers, there, ticks, tight
from model.views.charts.sheet import Sheet, begin, box, chart, tick_text
from model.views.formats import MINUS, format_value

# How a state is drawn: height of its strip as a share of the row, and its color. The height alone
# tells apart what holds from what does not.
MARKS = {"good": (0.16, style.MAIN), "watch": (0.55, style.WARN), "bad": (1.0, style.WARN),
         "call": (1.0, style.MAIN)}


@chart
def state_strips(
    months: Sequence[str], rows: Mapping[str, Sequence[str]], *, texts: Sequence[str] = (),
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """One strip over the months for each label, of marks or "" for no value, which is dotted.

    A mark is good (thin), watch (half as tall), bad (tall) or call (tall, and not bad). `texts` are
    short words beside the strips, one a row.
    """
    wording = list(texts) or [""] * len(rows)
    places = Rows(list(rows), width, style.widest(wording) + 8)
    sheet, body = begin(subtitle, "", width, places.height + axes.foot(months))
    panel = places.panel(0, max(1, len(months)), axes.foot(months), body)
    for place, month in enumerate(months):
        if place and str(month)[5:7] == "01":
            sheet.upright(panel.x(place), panel.bottom, panel.top, style.GRID, 0.6)
    for place, states in enumerate(rows.values()):
        places.label(sheet, panel, place)
        bottom, top = places.bar(panel, place)
        for state, start, end in axes.runs(states):
            if state in MARKS:
                share, color = MARKS[state]
                sheet.fill([box(panel.x(start), bottom, panel.x(end),
                                bottom + share * (top - bottom))], color)
            else:
                y = bottom + MARKS["good"][0] * (top - bottom) / 2
                sheet.line([(panel.x(start), y), (panel.x(end), y)], style.AXIS, 0.9, (1, 2))
        sheet.words(panel.right + 6, places.baseline(panel, place),
                    style.fit(wording[place], width - panel.right - 7), color=style.MUTED)
    axes.time_axis(sheet, panel, months)
    return sheet


_FOOT = 16.0
_HALF = 3.4  # of a mean's square
_Row = tuple[float, float, float]


@chart
def intervals(
    rows: Sequence[tuple[str, Any, Any, Any, str]], *, better_above: bool | None = True,
    unit: str = "", zero: str = "no difference", subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """A square at each mean and a line over its interval, zero marked.

    rows          (label, mean, low, high, its figures as text); without an interval the square
                  stands alone, without a mean there is only the text
    better_above  whether values above zero are better, False where those below are, None where
                  neither is: then nothing is colored
    zero          what zero stands for
    Only an interval that lies on one side of zero is colored, blue or orange by effect, and its
    text has a triangle; grey ones reach over zero.
    """
    spans = [(number(mean), number(low), number(high)) for _, mean, low, high, _ in rows]
    signs = [_sign(span, better_above) for span in spans]
    texts = [f"{mark} {text}".strip()
             for (*_, text), (mark, _) in zip(rows, signs, strict=True)]
    low, high, marks = tight([value for span in spans for value in span], zero=True)
    places = Rows([row[0] for row in rows], width, style.widest(texts) + 10)
    band = style.LINE + 4
    sheet, body = begin(subtitle, unit, width, places.height + _FOOT + band)
    # On a phone nothing stands left of the bars that would keep the first tick's value in.
    first = style.text_width(tick_text(marks[0], unit)) / 2 if marks else 0.0
    left = max(places.label_room + 6, first + 1)
    right = max(width - min(places.text_room, (0.5 if places.phone else 0.45) * width), left + 40)
    panel = Panel(left, right, _FOOT, body - band, low, high, 0, 1)
    axes.across_axis(sheet, panel, marks, unit)
    axes.across_line(sheet, panel, 0.0, zero)
    for place, (span, (_, color), text) in enumerate(zip(spans, signs, texts, strict=True)):
        places.label(sheet, panel, place)
        _draw(sheet, panel, places, place, span, color)
        sheet.words(width, places.baseline(panel, place),
                    style.fit(text, width - panel.right - 4), ha="right", color=color,
                    ground=True)
    return sheet


def _sign(span: _Row, better_above: bool | None) -> tuple[str, str]:
    """The triangle and the color of an interval, by effect."""
    _, low, high = span
    if better_above is None or math.isnan(low) or math.isnan(high) or low <= 0 <= high:
        return "", style.MUTED
    better = (low > 0) == better_above
    return (BETTER, style.FAVORABLE) if better else (WORSE, style.UNFAVORABLE)


def _draw(sheet: Sheet, panel: Panel, places: Rows, place: int, span: _Row, color: str) -> None:
    mean, low, high = span
    bottom, top = places.bar(panel, place)
    middle = (bottom + top) / 2
    if not math.isnan(low) and not math.isnan(high):
        sheet.level(middle, panel.x(low), panel.x(high), color, 1.6)
        for end in (low, high):
            sheet.upright(panel.x(end), middle - _HALF, middle + _HALF, color, 1.2)
    if not math.isnan(mean):
        x = panel.x(mean)
        sheet.fill([box(x - _HALF, middle - _HALF, x + _HALF, middle + _HALF)], color,
                   edge=style.WHITE)


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
    labels: Sequence[str], panels: Mapping[str, Measure], *, highlight: int | None = None,
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Bars of each figure from zero, its value, and its difference from the first scenario, base.

    Every panel has a scale of its own, as its figures have a unit of their own. The label at
    `highlight` is bold. Raises ValueError where a panel has not one value a label.
    """
    for heading, measure in panels.items():
        if not len(labels) == len(measure.values) == len(measure.said):
            raise ValueError(f"side_by_side: {heading!r} has {len(measure.values)} values and "
                             f"{len(measure.said)} texts for {len(labels)} scenarios")
    phone = width < 400
    note = f"{BETTER} better, {WORSE} worse than {labels[0]}" if len(labels) > 1 else ""
    subtitle = " · ".join(filter(None, (subtitle, note)))
    names = 0.0 if phone else min(style.widest(list(labels), bold=True) + 12, 0.3 * width)
    per_row = 1 if phone else max(1, len(panels))
    cell = (width - names - _GAP * (per_row - 1)) / per_row
    row = _PHONE_ROW if phone else _ROW
    heads = {heading: style.wrap(heading, cell, True, 2) for heading in panels}
    head = style.LINE * max((len(lines) for lines in heads.values()), default=1) + 6
    block = head + row * len(labels)
    lines = -(-len(panels) // per_row)
    sheet, body = begin(subtitle, "", width, lines * block + (lines - 1) * 12 + 2)
    for place, (heading, measure) in enumerate(panels.items()):
        left = names + place % per_row * (cell + _GAP)
        top = body - place // per_row * (block + 12)
        for line, text in enumerate(heads[heading]):
            sheet.words(left, top - 9 - style.LINE * line, text, bold=True)
        for line, label in enumerate(labels if phone or place == 0 else ()):
            y = top - head - line * row - (9 if phone else row / 2 + 3.2)
            bold = line == highlight
            said = ([style.fit(label, cell, bold)] if phone else
                    style.wrap(label, names - 8, bold, 2))
            for row_of, words in enumerate(said):
                sheet.words(0, y + 5.5 * (len(said) - 1) - 11 * row_of, words, bold=bold)
        _bars(sheet, Panel(left, left + cell, top - block, top - head), measure, row, phone)
    return sheet


def _bars(sheet: Sheet, cell: Panel, measure: Measure, row: float, phone: bool) -> None:
    values, wording, variances = numbers(measure.values), measure.said, measure.variances(0)
    beside = style.widest([*wording, *(text for text, _ in variances)])
    right = max(cell.right - beside - _BETWEEN, cell.left + 12)
    low, high = min([0.0, *known(values)]), max([0.0, *known(values)])
    plot = Panel(cell.left, right, 0, 1, low, high if high > low else low + 1.0)
    zero = plot.x(0)
    for place, value in enumerate(values):
        top = cell.top - place * row
        middle = top - (22 if phone else row / 2)
        color = style.MUTED if place == 0 else (
            style.FAVORABLE if value > 0 else style.UNFAVORABLE)
        if not math.isnan(value) and value:
            layout.draw(sheet, [(zero, middle - 6, plot.x(value), middle + 6)], color)
        sheet.upright(zero, middle - 9, middle + 9, style.AXIS)
        text, color = variances[place]
        up = middle + (1.8 if text else -3.2)
        sheet.words(cell.right, up, style.fit(wording[place], cell.right - cell.left), ha="right")
        if text:
            sheet.words(cell.right, middle - 9.2, text, color=color, ha="right")


@dataclass(frozen=True)
class Flow:
    """One bucket by week, each from zero; None or NaN in weeks that are not known.

    planned    what it has at the week's end
    spent, committed   what of it is spent, and what is committed on top
    ahead, low, high   spending expected by the end of later weeks, and its interval
    """

    planned: Sequence[Any]
    spent: Sequence[Any] = ()
    committed: Sequence[Any] = ()
    ahead: Sequence[Any] = ()
    low: Sequence[Any] = ()
    high: Sequence[Any] = ()


@chart
def envelope(
    weeks: Sequence[str], panels: Mapping[str, Flow], *, unit: str = "USD", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """A panel for each bucket, each on a scale of its own from zero.

    Spent is a solid area, committed a pale one on top of it, planned a line of steps, what is
    expected dashed within its interval. Beside a panel's name stands what is planned.
    """
    per_row = min(3 if width > 400 else 1, max(1, len(panels)))
    gap, tall, head = 14.0, 84.0, 21.0
    foot = axes.FOOT_ONE + 4
    pitch = tall + head + foot
    lines = -(-len(panels) // per_row)
    sheet, body = begin(subtitle, unit, width, lines * pitch)
    cell = (width - gap * (per_row - 1)) / per_row
    for place, (label, flow) in enumerate(panels.items()):
        left = place % per_row * (cell + gap)
        top = body - place // per_row * pitch
        _panel(sheet, left, top, cell, tall, head, weeks, label, flow, unit)
    return sheet


def _panel(sheet: Sheet, left: float, top: float, cell: float, tall: float, head: float,
           weeks: Sequence[str], label: str, flow: Flow, unit: str) -> None:
    planned, spent, committed, ahead, low, high = (
        [*numbers(row), *[math.nan] * (len(weeks) - len(row))]
        for row in (flow.planned, flow.spent, flow.committed, flow.ahead, flow.low, flow.high))
    used = [one + other for one, other in zip(spent, committed, strict=True)]
    scale = ticks([0.0, *known([*planned, *used, *ahead, *high])], about=3)
    room = axes.tick_room(scale, unit)
    panel = Panel(left + room, left + cell, top - head - tall + 6, top - head).over(
        len(weeks), scale)
    last = known(planned)
    amount = format_value(last[-1], unit) if last else ""
    sheet.words(left, top - 10, style.fit(label, cell - style.text_width(amount) - 8), bold=True)
    sheet.words(left + cell, top - 10, amount, color=style.MUTED, ha="right")
    axes.value_axis(sheet, panel, scale, unit)
    _area(sheet, panel, low, high, style.TINTS[1])
    _area(sheet, panel, spent, used, style.TINTS[2])
    _area(sheet, panel, [0.0] * len(weeks), spent, style.MAIN)
    if (ready := there(spent)) and known(ahead):
        ahead[ready[-1]] = spent[ready[-1]]
    if len(known(ahead)) > 1:
        sheet.line(panel.path(ahead), style.MAIN, 1.4, (4, 2))
    sheet.line([(panel.x(place + side), panel.y(planned[place])) for place in there(planned)
                for side in (0, 1)], style.INK, 1.2)
    for place in dict.fromkeys((0, len(weeks) - 1)) if weeks else ():
        sheet.words(panel.middle(panel.x(place + 0.5), weeks[place]), panel.bottom - 11,
                    weeks[place], color=style.MUTED, ha="center")


def _area(sheet: Sheet, panel: Panel, low: Sequence[float], high: Sequence[float],
          color: str) -> None:
    # A week is as wide as its place, so a single one is seen as well.
    outline = panel.band(low, high, (0.0, 1.0))
    if outline and any(one != other and not math.isnan(one - other)
                       for one, other in zip(low, high, strict=True)):
        sheet.fill([outline], color)
