"""Means with their intervals, a row each, against a line at zero: a forest plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from model.views import style
from model.views.charts import axes
from model.views.charts.layout import Panel, number, tight
from model.views.charts.rows import Rows
from model.views.charts.scenarios import BETTER, WORSE
from model.views.charts.sheet import Sheet, begin, box, chart, tick_text

_FOOT = 16.0
_HALF = 3.4  # of a mean's square
_Row = tuple[float, float, float]


@chart
def intervals(
    rows: Sequence[tuple[str, Any, Any, Any, str]], *, better_above: bool | None = True,
    unit: str = "", zero: str = "no difference", title: str = "", subtitle: str = "",
    width: float = style.WIDE,
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
    sheet, body = begin(title, subtitle, unit, width, places.height + _FOOT + band)
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
        sheet.line([(panel.x(low), middle), (panel.x(high), middle)], color, 1.6)
        for end in (low, high):
            sheet.line([(panel.x(end), middle - _HALF), (panel.x(end), middle + _HALF)], color, 1.2)
    if not math.isnan(mean):
        x = panel.x(mean)
        sheet.fill([box(x - _HALF, middle - _HALF, x + _HALF, middle + _HALF)], color,
                   edge=style.WHITE)
