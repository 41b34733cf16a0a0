"""Charts of structure: contribution layers, bars with a target line, shares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from model.views import style
from model.views.charts import axes, marks
from model.views.charts.layout import Panel, flags, known, number, numbers, tight
from model.views.charts.rows import Rows
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.formats import MINUS, format_value

_FOOT = 16.0
_OUTLIER = 3.0  # a bar this many times the next one would flatten all others


@chart
def waterfall(
    steps: Sequence[tuple[str, Any, str]], *, unit: str = "", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Layers from top to bottom: (label, amount, kind).

    kind "flow" is a signed amount (a cost is negative) from where the last step ended; kind
    "subtotal" is a level from zero, which must equal the sum of what stands above it.
    Raises ValueError where it does not, or for another kind.
    """
    spans = _layers(steps, unit)
    texts = [format_value(amount, unit) if kind == "subtotal" else _signed(number(amount), unit)
             for _, amount, kind in steps]
    low, high, scale = tight((end for span in spans for end in span), zero=True)
    rows = Rows([label for label, _, _ in steps], width, style.widest(texts) + 8)
    sheet, body = begin(title, subtitle, unit, width, rows.height + _FOOT)
    panel = rows.panel(low, high, _FOOT, body, left_room=_left_room(spans, texts))
    axes.across_axis(sheet, panel, scale, unit)
    for place, ((_, amount, kind), (start, end)) in enumerate(zip(steps, spans, strict=True)):
        rows.label(sheet, panel, place, bold=kind == "subtotal")
        bottom, top = rows.bar(panel, place)
        value = number(amount)
        color = style.INK if kind == "subtotal" else (
            style.UNFAVORABLE if value < 0 else style.FAVORABLE)
        if not math.isnan(value) and start != end:
            marks.draw(sheet, [box(panel.x(start), bottom, panel.x(end), top)], color)
        if place + 1 < len(steps):
            x = panel.x(end)
            sheet.line([(x, bottom), (x, rows.bar(panel, place + 1)[1])], style.AXIS, 0.5)
        leftward = end < start or (kind == "subtotal" and end < 0)
        edge = panel.x(min(start, end)) - 4 if leftward else panel.x(max(start, end)) + 4
        sheet.words(edge, rows.baseline(panel, place), texts[place],
                    ha="right" if leftward else "left", bold=kind == "subtotal", ground=True)
    return sheet


def _layers(steps: Sequence[tuple[str, Any, str]], unit: str) -> list[tuple[float, float]]:
    """Start and end of each step's bar."""
    spans, level, first = [], 0.0, True
    for label, amount, kind in steps:
        value = number(amount)
        value = 0.0 if math.isnan(value) else value
        if kind == "flow":
            spans.append((level, level + value))
            level += value
        elif kind == "subtotal":
            if not first and abs(value - level) > 1e-6 * max(abs(value), abs(level), 1.0):
                raise ValueError(
                    f"waterfall: subtotal {label!r} is {value:g} {unit}, but the steps above it "
                    f"add up to {level:g} {unit}; pass signed flows that lead to it"
                )
            spans.append((0.0, value))
            level = value
        else:
            raise ValueError(f"waterfall: step {label!r} has kind {kind!r}; "
                             "use 'flow' or 'subtotal'")
        first = False
    return spans


def _left_room(spans: Sequence[tuple[float, float]], texts: Sequence[str]) -> float:
    """Room left of the bars, needed only where a label stands left of a bar near the edge."""
    low = min((min(span) for span in spans), default=0.0)
    high = max((max(span) for span in spans), default=0.0)
    near = [text for text, span in zip(texts, spans, strict=True)
            if span[1] < span[0] and min(span) - low < 0.25 * (high - low)]
    return style.widest(near) + 6 if near else 0.0


def _signed(value: float, unit: str) -> str:
    text = format_value(value, unit)
    return f"+{text}" if value > 0 and not text.startswith(MINUS) else text


@chart
def bars(
    labels: Sequence[str], values: Sequence[Any], *, line: tuple[Any, str] | None = None,
    reasons: Mapping[str, str] | None = None, unit: str = "", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """Horizontal bars from zero, with a target line (value, label) if given.

    An undefined value is "–" with its reason from `reasons`. A bar more than three times the
    next one is cut, marked by two strokes, and says so beside its value.
    """
    amounts = numbers(values)
    target = number(line[0]) if line else math.nan
    limit = _outlier_limit(amounts, target)
    shown = [min(max(value, -limit), limit) for value in amounts]
    low, high, scale = tight([*shown, target], zero=True)
    texts = [_bar_text(value, unit, limit, (reasons or {}).get(label, ""))
             for label, value in zip(labels, amounts, strict=True)]
    defined = [text for text, value in zip(texts, amounts, strict=True) if not math.isnan(value)]
    rows = Rows(labels, width, style.widest(defined) + 8)
    band = style.LINE + 4 if line else 0
    sheet, body = begin(title, subtitle, unit, width, rows.height + _FOOT + band)
    left = style.widest([t for t, v in zip(texts, amounts, strict=True) if v < 0])
    panel = rows.panel(low, high, _FOOT, body - band, left_room=left + 6 if left else 0)
    axes.across_axis(sheet, panel, scale, unit)
    if line and not math.isnan(target):
        axes.across_line(sheet, panel, target, line[1])
    for place, value in enumerate(amounts):
        rows.label(sheet, panel, place)
        _bar(sheet, panel, rows, place, value, shown[place], limit)
        if min(0.0, shown[place]) < target < max(0.0, shown[place]):
            x, (bottom, top) = panel.x(target), rows.bar(panel, place)
            sheet.line([(x, bottom), (x, top)], style.INK, 1.0)
        if math.isnan(value):
            text, x = style.fit(texts[place], width - panel.x(0) - 4), panel.x(0) + 4
        else:
            text, x = texts[place], panel.x(shown[place]) + (4 if value >= 0 else -4)
        sheet.words(x, rows.baseline(panel, place), text, ha="right" if value < 0 else "left",
                    color=style.MUTED if math.isnan(value) else style.INK, ground=True)
    return sheet


def _outlier_limit(amounts: Sequence[float], target: float) -> float:
    sizes = sorted(abs(value) for value in known([*amounts, target]))
    if len(sizes) > 1 and 0 < _OUTLIER * sizes[-2] < sizes[-1]:
        return 1.5 * sizes[-2]
    return math.inf


def _bar_text(value: float, unit: str, limit: float, reason: str) -> str:
    text = format_value(value, unit)
    if math.isnan(value):
        return f"{text} {reason}".strip()
    return f"{text} (bar cut)" if abs(value) > limit else text


def _bar(sheet: Sheet, panel: Panel, rows: Rows, place: int, value: float, shown: float,
         limit: float) -> None:
    if math.isnan(value) or value == 0:
        return
    low, high = rows.bar(panel, place)
    marks.draw(sheet, [box(panel.x(0), low, panel.x(shown), high)],
               style.FAVORABLE if value > 0 else style.UNFAVORABLE)
    if abs(value) > limit:
        # Two white strokes across the bar: the usual sign for a cut scale.
        for share in (0.86, 0.9):
            x = panel.x(shown * share)
            sheet.line([(x - 2, low - 1.5), (x + 2, high + 1.5)], style.WHITE, 2.2)


@chart
def shares(
    labels: Sequence[str], values: Sequence[Any], *, unit: str = "", title: str = "",
    subtitle: str = "", width: float = style.WIDE,
) -> Sheet:
    """One stacked bar of shares of the total, each labelled with its name, value and percent.

    Values are amounts of `unit` that are 0 or more; missing and zero ones are named without a
    segment. Raises ValueError for a negative one.
    """
    amounts = [0.0 if math.isnan(value) else value for value in numbers(values)]
    for label, value in zip(labels, amounts, strict=True):
        if value < 0:
            raise ValueError(f"shares: {label!r} is {value:g} {unit}; a share cannot be below 0")
    total = sum(amounts)
    texts = [_share_text(label, value, total, unit)
             for label, value in zip(labels, amounts, strict=True)]
    there = [place for place, value in enumerate(amounts) if value > 0]
    starts = [sum(amounts[:place]) / total * width if total else 0.0 for place in there]
    shown = [style.fit(texts[place], max(start, width - start) - 6)
             for place, start in zip(there, starts, strict=True)]
    hung = flags([start + 0.5 for start in starts], [style.text_width(text) for text in shown],
                 0, width, space=4)
    missing = [texts[place] for place in range(len(amounts)) if place not in there]
    rows = max((flag.row for flag in hung), default=-1) + 1 + bool(missing)
    sheet, body = begin(title, subtitle, "", width, 34 + rows * 15)
    top, bottom = body - 8, body - 28
    palette = _share_colors(len(there))
    for place, start, color in zip(there, starts, palette, strict=True):
        end = start + amounts[place] / total * width
        sheet.fill([box(start, bottom, max(end - 1.5, start + 0.5), top)], color)
    for text, flag in zip(shown, hung, strict=True):
        y = bottom - 12 - flag.row * 15
        sheet.line([(flag.line, bottom - 1), (flag.line, y - 1)], style.AXIS, 0.6)
        sheet.words(flag.left if flag.on_right else flag.right, y, text,
                    ha="left" if flag.on_right else "right")
    if missing:
        sheet.words(0, 4, style.fit("None: " + ", ".join(missing), width), color=style.MUTED)
    return sheet


def _share_text(label: str, value: float, total: float, unit: str) -> str:
    share = format_value(value / total, "fraction") if total else "–"
    return f"{label} {share}" if unit == "fraction" else (
        f"{label} {format_value(value, unit or 'orders')} ({share})")


def _share_colors(count: int) -> list[str]:
    # From full to pale, but never paler than a mark may be; white gaps part neighbors.
    ramp = (style.MAIN, "#3a7dc0", "#6d9fcf", "#434c57", "#69737e", style.AXIS)
    return [ramp[place % len(ramp)] for place in range(count)]
