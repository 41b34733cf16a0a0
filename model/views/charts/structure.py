"""Charts of structure: contribution layers, bars with a target line, shares.

Where money comes from and where it goes: two bars of one length.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, cycle, pairwise
from typing import Any

from model.views import style
from model.views.charts import axes, layout
from model.views.charts.axes import Rows
from model.views.charts.layout import Panel, flags, known, number, numbers, tight
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import MINUS, format_value

_FOOT = 16.0
_OUTLIER = 3.0  # a bar this many times the next one would flatten all others


@chart
def waterfall(
    steps: Sequence[tuple[str, Any, str]], *, unit: str = "", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """Layers from top to bottom: (label, amount, kind).

    kind "flow" is a signed amount (a cost is negative) from where the last step ended; kind
    "subtotal" is a level from zero, which must equal the sum of what stands above it.
    Raises ValueError where it does not, or for another kind.
    """
    spans = _layers(steps, unit)
    texts = [format_value(number(amount), unit) for _, amount, _ in steps]
    texts = [f"+{text}" if kind == "flow" and number(amount) > 0 and not text.startswith(MINUS)
             else text for text, (_, amount, kind) in zip(texts, steps, strict=True)]
    low, high, scale = tight((end for span in spans for end in span), zero=True)
    rows = Rows([label for label, _, _ in steps], width, style.widest(texts) + 8)
    sheet, body = begin(subtitle, unit, width, rows.height + _FOOT)
    panel = rows.panel(low, high, _FOOT, body, left_room=_left_room(spans, texts))
    axes.across_axis(sheet, panel, scale, unit)
    for place, ((_, amount, kind), (start, end)) in enumerate(zip(steps, spans, strict=True)):
        rows.label(sheet, panel, place, bold=kind == "subtotal")
        bottom, top = rows.bar(panel, place)
        value = number(amount)
        color = style.INK if kind == "subtotal" else (
            style.UNFAVORABLE if value < 0 else style.FAVORABLE)
        if not math.isnan(value) and start != end:
            layout.draw(sheet, [(panel.x(start), bottom, panel.x(end), top)], color)
        if place + 1 < len(steps):
            sheet.upright(panel.x(end), bottom, rows.bar(panel, place + 1)[1], style.AXIS, 0.5)
        leftward = end < start or (kind == "subtotal" and end < 0)
        edge = panel.x(min(start, end)) - 4 if leftward else panel.x(max(start, end)) + 4
        sheet.words(edge, rows.baseline(panel, place), texts[place],
                    ha="right" if leftward else "left", bold=kind == "subtotal", ground=True)
    return sheet


def _layers(steps: Sequence[tuple[str, Any, str]], unit: str) -> list[tuple[float, float]]:
    spans, level = [], 0.0
    for label, amount, kind in steps:
        value = _amount(amount)
        if kind == "flow":
            spans.append((level, level + value))
            level += value
        elif kind == "subtotal":
            if spans and abs(value - level) > 1e-6 * max(abs(value), abs(level), 1.0):
                raise ValueError(
                    f"waterfall: subtotal {label!r} is {value:g} {unit}, but the steps above it "
                    f"add up to {level:g} {unit}; pass signed flows that lead to it")
            spans.append((0.0, value))
            level = value
        else:
            raise ValueError(f"waterfall: step {label!r} has kind {kind!r}; "
                             "use 'flow' or 'subtotal'")
    return spans


def _amount(value: Any) -> float:
    return 0.0 if math.isnan(number(value)) else number(value)


def _left_room(spans: Sequence[tuple[float, float]], texts: Sequence[str]) -> float:
    """Room left of the bars, needed only where a label stands left of a bar near the edge."""
    low = min((min(span) for span in spans), default=0.0)
    high = max((max(span) for span in spans), default=0.0)
    near = [text for text, span in zip(texts, spans, strict=True)
            if span[1] < span[0] and min(span) - low < 0.25 * (high - low)]
    return style.widest(near) + 6 if near else 0.0


@chart
def bars(
    labels: Sequence[str], values: Sequence[Any], *, line: tuple[Any, str] | None = None,
    reasons: Mapping[str, str] | None = None, unit: str = "", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """Horizontal bars from zero, with a target line (value, label) if given.

    An undefined value is "–" with its reason from `reasons`. A bar more than three times the
    next one is cut, marked by two strokes, and says so beside its value.
    """
    amounts = numbers(values)
    target = number(line[0]) if line else math.nan
    sizes = sorted(map(abs, known([*amounts, target])))
    limit = (1.5 * sizes[-2] if len(sizes) > 1 and 0 < _OUTLIER * sizes[-2] < sizes[-1]
             else math.inf)
    marks = [min(max(value, -limit), limit) for value in amounts]
    low, high, scale = tight([*marks, target], zero=True)
    texts = [f"{format_value(value, unit)} {(reasons or {}).get(label, '')}".strip()
             if math.isnan(value) else
             f"{format_value(value, unit)}{' (bar cut)' if abs(value) > limit else ''}"
             for label, value in zip(labels, amounts, strict=True)]
    finite = [text for text, value in zip(texts, amounts, strict=True) if not math.isnan(value)]
    rows = Rows(labels, width, style.widest(finite) + 8)
    band = style.LINE + 4 if line else 0
    sheet, body = begin(subtitle, unit, width, rows.height + _FOOT + band)
    left = style.widest([t for t, v in zip(texts, amounts, strict=True) if v < 0])
    panel = rows.panel(low, high, _FOOT, body - band, left_room=left + 6 if left else 0)
    axes.across_axis(sheet, panel, scale, unit)
    if line and not math.isnan(target):
        axes.across_line(sheet, panel, target, line[1], whole=not rows.phone)
    for place, value in enumerate(amounts):
        rows.label(sheet, panel, place)
        _bar(sheet, panel, rows, place, value, marks[place], limit)
        # On a phone names stand between the bars, and the line only beside these.
        if rows.phone or min(0.0, marks[place]) < target < max(0.0, marks[place]):
            sheet.upright(panel.x(target), *rows.bar(panel, place), style.INK, 1.0)
        if math.isnan(value):
            text, x = style.fit(texts[place], width - panel.x(0) - 4), panel.x(0) + 4
        else:
            text, x = texts[place], panel.x(marks[place]) + (4 if value >= 0 else -4)
            # A value never covers the line that it is read against.
            if value >= 0 and x - 3 < panel.x(target) < x + style.text_width(text) + 3:
                x = panel.x(target) + 5
        sheet.words(x, rows.baseline(panel, place), text, ha="right" if value < 0 else "left",
                    color=style.MUTED if math.isnan(value) else style.INK, ground=True)
    return sheet


def _bar(sheet: Sheet, panel: Panel, rows: Rows, place: int, value: float, mark: float,
         limit: float) -> None:
    if math.isnan(value) or value == 0:
        return
    low, high = rows.bar(panel, place)
    layout.draw(sheet, [(panel.x(0), low, panel.x(mark), high)],
                style.FAVORABLE if value > 0 else style.UNFAVORABLE)
    if abs(value) > limit:
        # Two white strokes across the bar: the usual sign for a cut scale.
        for share in (0.86, 0.9):
            x = panel.x(mark * share)
            sheet.line([(x - 2, low - 1.5), (x + 2, high + 1.5)], style.WHITE, 2.2)


@chart
def shares(
    labels: Sequence[str], values: Sequence[Any], *, unit: str = "", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """One stacked bar of shares of the total, each labelled with its name, value and percent.

    Values are amounts of `unit` that are 0 or more; missing and zero ones are named without a
    segment. Raises ValueError for a negative one.
    """
    amounts = list(map(_amount, values))
    for label, value in zip(labels, amounts, strict=True):
        if value < 0:
            raise ValueError(f"shares: {label!r} is {value:g} {unit}; a share cannot be below 0")
    total = sum(amounts)
    texts = []
    for label, value in zip(labels, amounts, strict=True):
        share = format_value(value / total, "fraction") if total else "–"
        texts.append(f"{label} {share}" if unit == "fraction" else
                     f"{label} {format_value(value, unit or 'pieces')} ({share})")
    there = [place for place, value in enumerate(amounts) if value > 0]
    starts = [sum(amounts[:place]) / total * width if total else 0.0 for place in there]
    parts = [style.fit(texts[place], max(start, width - start) - 6)
             for place, start in zip(there, starts, strict=True)]
    hung = flags([start + 0.5 for start in starts], list(map(style.text_width, parts)), 0, width,
                 space=4)
    missing = [texts[place] for place in range(len(amounts)) if place not in there]
    rows = max((flag.row for flag in hung), default=-1) + 1 + bool(missing)
    sheet, body = begin(subtitle, "", width, 34 + rows * 15)
    top, bottom = body - 8, body - 28
    for place, start, color in zip(there, starts, cycle(_RAMP), strict=False):
        end = start + amounts[place] / total * width
        sheet.fill([box(start, bottom, max(end - 1.5, start + 0.5), top)], color)
    for text, flag in zip(parts, hung, strict=True):
        y = bottom - 12 - flag.row * 15
        sheet.upright(flag.line, bottom - 1, y - 1, style.AXIS, 0.6)
        sheet.words(flag.left if flag.on_right else flag.right, y, text,
                    ha="left" if flag.on_right else "right")
    if missing:
        sheet.words(0, 4, style.fit("None: " + ", ".join(missing), width), color=style.MUTED)
    return sheet


# From full to pale, but never paler than a mark may be; white gaps part neighbors.
_RAMP = (*style.TINTS[:2:-1], *style.GREYS)
_BAR, _HEAD, _ROW = 20.0, 16.0, 15.0
_SPACE, _INSET, _MARGIN = 4.0, 6.0, 2.0

_Part = tuple[str, float, str]  # label, amount as shown, color


@dataclass(frozen=True)
class _Hung:
    """A label below its part of the bar: `line` leads from the part to it."""

    text: str
    line: float
    left: float
    right: float
    row: int = -1

    def covers(self, other: _Hung) -> bool:
        """Whether this text stands in the way of another's line."""
        return self.left - 1 < other.line < self.right

    def touches(self, other: _Hung) -> bool:
        return self.left < other.right + _SPACE and other.left < self.right + _SPACE


@chart
def sources_and_uses(
    sources: Mapping[str, Any], uses: Mapping[str, Any], *, unit: str = "USD", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """Sources above, uses below, each part with its name and amount; both bars are equally long.

    A use below zero brings money, so it stands with the sources, in the color of the uses; a
    source below zero stands with the uses. Both are shown as what they bring or take, above zero.
    Raises ValueError where both do not sum to the same.
    """
    sources, uses = ({label: _amount(value) for label, value in parts.items()}
                     for parts in (sources, uses))
    total, out = sum(sources.values()), sum(uses.values())
    if abs(total - out) > 1e-6 * max(abs(total), abs(out), 1.0):
        raise ValueError(f"sources_and_uses: sources sum to {total:g} {unit}, uses to {out:g}; "
                         "pass what is left as a use")
    above = [(label, value, style.INK) for label, value in sources.items() if value > 0]
    above += [(label, -value, style.MAIN) for label, value in uses.items() if value < 0]
    below = [(label, value, style.MAIN) for label, value in uses.items() if value > 0]
    below += [(label, -value, style.INK) for label, value in sources.items() if value < 0]
    hung = [_hung(parts, unit, width) for parts in (above, below)]
    heights = [_HEAD + _BAR + 8 + _ROW * (1 + max((label.row for label in each), default=-1))
               for each in hung]
    sheet, top = begin(subtitle, unit, width, sum(heights) + 12)
    for name, parts, labels, height in zip(("Sources", "Uses"), (above, below), hung, heights,
                                           strict=True):
        sheet.words(0, top - 11, name, bold=True)
        if not parts:
            sheet.words(0, top - 30, "none", color=style.MUTED)
        bar = top - _HEAD - _BAR
        for (_, _, color), (start, end) in zip(parts, _spans(parts, width), strict=True):
            layout.draw(sheet, [(start, bar, max(end - 1.5, start + 0.5), bar + _BAR)], color)
        for label in labels:
            y = bar - 16 - label.row * _ROW
            sheet.upright(label.line, bar - 1, y + 9, style.AXIS, 0.6)
            sheet.words(label.left, y, label.text)
        top -= height + 8
    return sheet


def _spans(parts: list[_Part], width: float) -> list[tuple[float, float]]:
    total = sum(value for _, value, _ in parts)
    ends = list(accumulate((value / total * width for _, value, _ in parts), initial=0.0))
    return list(pairwise(ends))


def _hung(parts: list[_Part], unit: str, width: float) -> list[_Hung]:
    """Each part's label below the bar, led to from its own part.

    A label begins where its part begins, or as near as the sheet allows. Where a line would then
    run through another label, as few of the last ones as that needs end where their part ends.
    Where nothing helps, each has a row of its own.
    """
    spans = _spans(parts, width)
    texts = [style.fit(f"{label} {format_value(value, unit)}", width - _MARGIN)
             for label, value, _ in parts]
    for turn in range(len(parts), -1, -1):
        labels = [_label_place(text, span, width, at_start=place < turn)
                  for place, (text, span) in enumerate(zip(texts, spans, strict=True))]
        places = _in_rows(labels)
        if places is not None:
            return places
    return [replace(label, row=row) for row, label in enumerate(labels)]


def _label_place(text: str, span: tuple[float, float], width: float, at_start: bool) -> _Hung:
    start, end = span
    wide, inset = style.text_width(text), min((end - start) / 2, _INSET)
    line = start + inset if at_start else end - inset
    left = min(start, width - _MARGIN - wide) if at_start else max(0.0, line - wide)
    return _Hung(text, line, left, left + wide)


def _in_rows(labels: Sequence[_Hung]) -> list[_Hung] | None:
    """The labels with their rows, 0 next to the bar; None where a line would cross a label."""
    rows: dict[int, int] = {}
    while len(rows) < len(labels):
        # Whose line a label stands in the way of comes before it, and so nearer to the bar.
        free = [place for place, label in enumerate(labels) if place not in rows
                and all(other in rows for other, one in enumerate(labels)
                        if other != place and label.covers(one))]
        if not free:
            return None
        for place in reversed(free):
            label = labels[place]
            low = max((rows[other] + 1 for other, one in enumerate(labels)
                       if other != place and label.covers(one)), default=0)
            others = {rows[other] for other in rows if label.touches(labels[other])}
            rows[place] = next(row for row in range(low, low + len(labels) + 1)
                               if row not in others)
    return [replace(label, row=rows[place]) for place, label in enumerate(labels)]
