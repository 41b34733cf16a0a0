"""The sheet that charts are drawn on, its frame, and the SVG.

Charts are put together from text, lines and filled shapes in points: a drawing takes a fraction of
the time of a plotting library's axes, and every label's place is known when it is set. Texts stay
texts, which a reader finds, copies and sees in the colors of the page's theme.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from html import escape
from typing import Any

from model.currency import on_page
from model.views import style
from model.views.formats import format_value, unit_label

Point = tuple[float, float]

_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}
# What a text stands out with where a line runs below it.
_HALO = f' paint-order="stroke" stroke="{style.WHITE}" stroke-width="3" stroke-linejoin="round"'
# Narrower than the font that texts are measured in, so that what fits there fits here.
_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True)
class Words:
    """One line of text from its baseline on; `ground` clears what lies below it."""

    x: float
    y: float
    text: str
    bold: bool = False
    color: str = style.INK
    ha: str = "left"
    ground: bool = False

    @property
    def span(self) -> tuple[float, float]:
        """Where it begins and ends across, as measured."""
        wide = style.text_width(self.text, self.bold)
        left = self.x - wide * {"left": 0, "center": 0.5, "right": 1}[self.ha]
        return left, left + wide


@dataclass(frozen=True)
class Line:
    """A line through points; one that is NaN is a gap."""

    points: Sequence[Point]
    color: str
    width: float
    dash: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Shape:
    """Closed polygons of one color and edge; None for none."""

    shapes: Sequence[Sequence[Point]]
    color: str | None
    edge: str | None = None
    width: float = 0.0


@dataclass(frozen=True)
class Dot:
    """A filled circle with a white rim."""

    x: float
    y: float
    color: str
    radius: float


@dataclass(frozen=True)
class Readings:
    """What is read at each place across a panel when a pointer rests there: a text a place."""

    left: float
    right: float
    bottom: float
    top: float
    texts: Sequence[str]


@dataclass
class Sheet:
    """What is drawn, in points from the lower left corner; what comes later lies above."""

    width: float
    height: float
    marks: list[Words | Line | Shape | Dot | Readings] = field(default_factory=list)
    phone: Callable[[], Sheet] | None = None

    def for_phone(self) -> Sheet | None:
        """The same chart drawn for a screen of 390 pixels."""
        return self.phone() if self.phone else None

    @property
    def texts(self) -> list[Words]:
        return [mark for mark in self.marks if isinstance(mark, Words)]

    def words(self, x: float, y: float, text: str, *, bold: bool = False, color: str = style.INK,
              ha: str = "left", ground: bool = False) -> None:
        """One line of text; `ground` clears what lies below it."""
        self.marks.append(Words(x, y, style.drawable(on_page(text), bold), bold, color, ha,
                                ground))

    def line(self, points: Sequence[Point], color: str, width: float = 0.8,
             dash: tuple[float, ...] | None = None) -> None:
        """A line through the points; a NaN is a gap, and no points are no line."""
        if points := list(points):
            self.marks.append(Line(points, color, width, dash))

    def upright(self, x: float, low: float, high: float, color: str, width: float = 0.8) -> None:
        self.line([(x, low), (x, high)], color, width)

    def level(self, y: float, left: float, right: float, color: str, width: float = 0.8) -> None:
        self.line([(left, y), (right, y)], color, width)

    def fill(self, shapes: Iterable[Sequence[Point]], color: str | None, *,
             edge: str | None = None, width: float = 0.8) -> None:
        """Closed polygons of one color, as one path."""
        if polygons := list(shapes):
            self.marks.append(Shape(polygons, color, edge, width if edge else 0.0))

    def readings(self, left: float, right: float, bottom: float, top: float,
                 texts: Sequence[str]) -> None:
        """A text for each of as many places between two edges, shown when a pointer rests there."""
        if texts:
            shown = [style.drawable(on_page(text)) for text in texts]
            self.marks.append(Readings(left, right, bottom, top, shown))

    def dot(self, x: float, y: float, color: str, radius: float = 3.2) -> None:
        """A filled dot with a white rim, so that it stands off its line."""
        self.marks.append(Dot(x, y, color, radius))


def box(x0: float, y0: float, x1: float, y1: float) -> list[Point]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def begin(subtitle: str, unit: str, width: float, body: float) -> tuple[Sheet, float]:
    """A sheet with `body` points below its subtitle, and the top of that body.

    The unit is added to the subtitle where it does not name it.
    """
    label = unit_label(unit)
    if label and unit != "month" and label.lower() not in subtitle.lower():
        subtitle = f"{subtitle} · {label}" if subtitle else label
    notes = style.wrap(subtitle, width - 4, False, 3)
    sheet = Sheet(width, body + style.LINE * len(notes) + 7)
    for place, text in enumerate(notes, 1):
        sheet.words(0, sheet.height - place * style.LINE + 1, text, color=style.MUTED)
    return sheet, body


def chart(draw: Callable[..., Sheet]) -> Callable[..., Sheet]:
    """Makes of `draw(…, width=points)` a chart that is drawn wide and, when asked, for a phone."""

    @wraps(draw)
    def figure(*args: Any, **options: Any) -> Sheet:
        sheet = draw(*args, width=style.WIDE, **options)
        sheet.phone = lambda: draw(*args, width=style.PHONE, **options)
        return sheet

    return figure


def tick_text(value: float, unit: str) -> str:
    """A tick's value: as everywhere, less the decimals that are all zero (250k, 1.5m, 80%)."""
    text = format_value(0.0 if abs(value) < 1e-12 else value, unit)
    return re.sub(r"(\.\d*?)0+(?=[kmb%]|$)", r"\1", text).replace(".k", "k").replace(
        ".m", "m").replace(".b", "b").replace(".%", "%").rstrip(".")


def render(figure: Sheet) -> bytes:
    """The figure as SVG: the same bytes for the same drawing, without dates or versions."""
    width, height = pixel_size(figure)
    marks = "".join(_svg(mark, figure.height) for mark in figure.marks)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {_number(figure.width)} {_number(figure.height)}" '
            f'font-size="{style.SIZE:g}" font-family="{_FAMILY}" fill="{style.INK}">'
            f"{marks}</svg>").encode()


def pixel_size(figure: Sheet) -> tuple[int, int]:
    """Width and height of the figure in CSS pixels."""
    return round(figure.width * 96 / 72), round(figure.height * 96 / 72)


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.10g}"


def _svg(mark: Words | Line | Shape | Dot | Readings, height: float) -> str:
    """A mark as SVG, whose y runs down from the upper edge."""
    if isinstance(mark, Words):
        color = "" if mark.color == style.INK else f' fill="{mark.color}"'
        bold = ' font-weight="600"' if mark.bold else ""
        return (f'<text x="{_number(mark.x)}" y="{_number(height - mark.y)}"{_ANCHORS[mark.ha]}'
                f'{color}{bold}{_HALO if mark.ground else ""}>{escape(mark.text)}</text>'
                if mark.text else "")
    if isinstance(mark, Readings):
        return _readings(mark, height)
    if isinstance(mark, Dot):
        return (f'<circle cx="{_number(mark.x)}" cy="{_number(height - mark.y)}" '
                f'r="{_number(mark.radius)}" fill="{mark.color}" stroke="{style.WHITE}"/>')
    if isinstance(mark, Line):
        dash = f' stroke-dasharray="{" ".join(map(_number, mark.dash))}"' if mark.dash else ""
        return (f'<path d="{_path(mark.points, height)}" fill="none" stroke="{mark.color}" '
                f'stroke-width="{mark.width:g}" stroke-linejoin="round"{dash}/>')
    edge = f' stroke="{mark.edge}" stroke-width="{mark.width:g}"' if mark.edge else ""
    outline = "".join(f"{_path(shape, height)}Z" for shape in mark.shapes)
    return f'<path d="{outline}" fill="{mark.color or "none"}"{edge}/>'


def _readings(mark: Readings, height: float) -> str:
    pitch = (mark.right - mark.left) / len(mark.texts)
    tall, top = _number(mark.top - mark.bottom), _number(height - mark.top)
    places = "".join(
        f'<path d="M{_number(mark.left + place * pitch)} {top}h{_number(pitch)}v{tall}h-'
        f'{_number(pitch)}z"><title>{escape(text)}</title></path>'
        for place, text in enumerate(mark.texts) if text)
    return f'<g class="fm-read" fill="{style.MUTED}" fill-opacity="0">{places}</g>'


def _path(points: Sequence[Point], height: float) -> str:
    """The commands of a line; it is lifted over what is missing."""
    commands, drawn = [], False
    for x, y in points:
        there = math.isfinite(x) and math.isfinite(y)
        if there:
            commands.append(f"{'L' if drawn else 'M'}{_number(x)} {_number(height - y)}")
        drawn = there
    return "".join(commands)
