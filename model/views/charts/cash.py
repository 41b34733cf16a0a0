"""Cash over months with its lowest point, and below it how long it would last.

Where later years would flatten the lowest point, the months around it are enlarged beside the whole
plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.views import style
from model.views.charts import axes, layout
from model.views.charts.layout import Panel, known, numbers, there, ticks
from model.views.charts.sheet import Sheet, begin, box, chart
from model.views.charts.time import Lines, Point, Values
from model.views.formats import format_month, format_value

# A runway beyond this many months says nothing that a reader acts on; its column is cut.
MOST = 36.0
_UNIT = "months"
_TALL, _SHORT, _GAP = 132.0, 62.0, 16.0
# Of a wide sheet what the enlarged months have.
_NEAR = 0.58
# Months that reach less of the plan's highest cash than this are enlarged, so many of them at least
# and so many behind the lowest point.
_FLAT, _LEAST, _BEHIND = 0.45, 24, 7


@chart
def cash_runway(
    months: Sequence[str], cash: Values, left: Values, target: Values, *,
    point: Point | None = None, reference: Mapping[str, Values] | None = None, unit: str = "USD",
    subtitle: str = "", width: float = style.WIDE, name: str = "Runway",
) -> Sheet:
    """Cash above, runway below, over the same months.

    left       months that cash lasts; None or NaN where nothing is burned, which has no column
    target     months that it should last, a dashed line; NaN where there is none
    point      (month, value, label) of a dot, for example the lowest cash
    reference  lines in grey behind the cash, for example the base case
    name       what the runway is called
    Columns below the target are orange; those beyond 36 months are cut and open at the top.
    """
    runway, goal = numbers(left), numbers(target)
    below = ticks([0.0, *(min(value, MOST) for value in known([*runway, *goal]))], about=3)
    cash_lines = _Cash(months, cash, reference, point, unit, width, runway)
    edge = max(cash_lines.edge, axes.tick_room(below, _UNIT))
    heading = (f"{name}, months{' · dashed: what is wanted' if known(goal) else ''}"
               if known(runway) else f"{name}: nothing is burned in any month")
    words = style.wrap(heading, cash_lines.room - 4, False, 2)
    head, foot = 18 + style.LINE * len(words), axes.foot(cash_lines.near)
    body = foot + _SHORT + head
    sheet, _ = begin(subtitle, unit, width, body + cash_lines.height)
    upper = cash_lines.draw(sheet, edge, body)
    bottom = foot + cash_lines.below
    lower = Panel(edge, upper.right, bottom, bottom + _SHORT).over(len(cash_lines.near), below)
    axes.value_axis(sheet, lower, below, _UNIT)
    axes.time_axis(sheet, lower, cash_lines.near)
    for place, line in enumerate(reversed(words)):
        sheet.words(0, lower.top + 9 + style.LINE * place, line, color=style.MUTED)
    count = len(cash_lines.near)
    _columns(sheet, lower, runway[:count], goal[:count])
    return sheet


@chart
def cash_path(
    months: Sequence[str], cash: Values, *, point: Point | None = None,
    reference: Mapping[str, Values] | None = None, unit: str = "USD", subtitle: str = "",
    width: float = style.WIDE,
) -> Sheet:
    """Cash alone, as in `cash_runway`."""
    lines = _Cash(months, cash, reference, point, unit, width)
    foot = axes.foot(lines.near)
    sheet, _ = begin(subtitle, unit, width, foot + lines.height)
    upper = lines.draw(sheet, lines.edge, foot)
    axes.time_axis(sheet, upper, lines.near)
    return sheet


@dataclass(frozen=True)
class _Cash:
    """The lines of cash: all months in one panel, or the near ones enlarged and the whole plan
    beside it, on a phone below it."""

    months: Sequence[str]
    cash: Values
    reference: Mapping[str, Values] | None
    point: Point | None
    unit: str
    width: float
    runway: Sequence[float] = ()

    @property
    def near(self) -> Sequence[str]:
        """The months of the first panel."""
        return self.months[:self._count]

    @property
    def _count(self) -> int:
        every, amounts = list(map(str, self.months)), numbers(self.cash)
        if self.point is None or str(self.point[0]) not in every:
            return len(every)
        years = -(-(every.index(str(self.point[0])) + _BEHIND) // 12)
        last = max(there(self.runway), default=-1) + 1
        end = max(_LEAST, 12 * years, last)
        tall, all_ = (max(map(abs, known(part)), default=0.0) for part in (amounts[:end], amounts))
        return end if end < len(every) and tall < _FLAT * all_ else len(every)

    @property
    def enlarged(self) -> bool:
        return self._count < len(self.months)

    @property
    def phone(self) -> bool:
        return self.width < 400

    @property
    def room(self) -> float:
        """Width that the first panel has with all its labels."""
        return _NEAR * self.width if self.enlarged and not self.phone else self.width

    @property
    def below(self) -> float:
        """Height of the whole plan where it stands below all else."""
        return 0.62 * _TALL + 47 if self.enlarged and self.phone else 0.0

    @property
    def height(self) -> float:
        """Height of the panels, with their names."""
        return _TALL + 8 + (15 if self.enlarged else 0) + self.below

    @property
    def edge(self) -> float:
        return axes.tick_room(self._lines(self._count, self.point).scale, self.unit)

    def _lines(self, count: int, point: Point | None, across: float = 0.75,
               tall: float = _TALL) -> Lines:
        behind = {name: values[:count] for name, values in (self.reference or {}).items()}
        return Lines.of(self.months[:count], {"Cash": self.cash[:count]}, behind, point, self.unit,
                        across * self.room, tall)

    def draw(self, sheet: Sheet, edge: float, bottom: float) -> Panel:
        """Draw all panels, the first from `edge` on and so far above the bottom; returns that."""
        lines = self._lines(self._count, self.point)
        right = self.room - axes.end_room(lines.names, self.room)
        bottom += self.below
        panel = Panel(edge, right, bottom, bottom + _TALL).over(len(self.near), lines.scale)
        axes.value_axis(sheet, panel, lines.scale, self.unit)
        lines.draw(sheet, panel)
        if self.enlarged:
            self._title(sheet, 0, panel.top, f"to {format_month(self.near[-1])}, enlarged")
            self._whole(sheet, panel)
        return panel

    def _whole(self, sheet: Sheet, near: Panel) -> None:
        tall = 0.62 * _TALL if self.phone else _TALL
        lines = self._lines(len(self.months), None, 0.4, tall)
        start = 0.0 if self.phone else self.room + _GAP
        left = start + axes.tick_room(lines.scale, self.unit)
        right = self.width - axes.end_room(lines.names, self.width)
        bottom = axes.FOOT_ONE + 2 if self.phone else near.bottom
        panel = Panel(left, right, bottom, bottom + tall).over(len(self.months), lines.scale)
        axes.value_axis(sheet, panel, lines.scale, self.unit)
        axes.time_axis(sheet, panel, self.months)
        lines.draw(sheet, panel)
        self._title(sheet, start, panel.top, "the whole plan")

    def _title(self, sheet: Sheet, left: float, top: float, words: str) -> None:
        sheet.words(left, top + 12, words, color=style.MUTED)


def _columns(sheet: Sheet, panel: Panel, runway: Sequence[float], goal: Sequence[float]) -> None:
    places = layout.there(runway)
    wishes = [*goal, *[math.nan] * (len(runway) - len(goal))]
    late = [place for place in places if runway[place] < wishes[place]]
    for some, color in (([place for place in places if place not in late], style.FAVORABLE),
                        (late, style.UNFAVORABLE)):
        layout.draw(sheet, [(panel.x(place + 0.14), panel.y(0), panel.x(place + 0.86),
                             panel.y(min(runway[place], MOST))) for place in some], color)
    for place in (place for place in places if runway[place] > MOST):
        # An open top is the sign of a column that goes on.
        y = panel.y(MOST)
        sheet.fill([box(panel.x(place + 0.1), y - 3, panel.x(place + 0.9), y - 1.6)], style.WHITE)
    if known(goal):
        sheet.line(panel.path(min(wish, MOST) for wish in goal), style.INK, 1.0, (3, 2))
    if places:
        least = min(places, key=lambda place: runway[place])
        text = format_value(runway[least], _UNIT)
        x, half = panel.middle(panel.x(least + 0.5), text), style.text_width(text) / 2
        top = max(panel.y(min(runway[place], MOST)) for place in places
                  if abs(panel.x(place + 0.5) - x) < half + 3)
        sheet.words(x, min(top + 3, panel.top - 8), text, ha="center", ground=True)
