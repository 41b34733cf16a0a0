"""What a drawn chart holds: its texts with their boxes, and its shapes."""

import itertools
from collections import namedtuple

from model.views.charts.sheet import Line, Shape

MONTHS = [f"{year}-{month:02d}" for year in range(2026, 2031) for month in range(1, 13)]
# A text's box below and above its baseline, in points.
HIGH, DEEP = 6.8, 1.9
GROWING = [-62e3 + 2_500 * place for place in range(60)]


class Box(namedtuple("Box", "x0 y0 x1 y1")):
    @property
    def height(self):
        return self.y1 - self.y0


def words(figure):
    """Each drawn text with its box in points."""
    return [(text.text, Box(text.span[0], text.y - DEEP, text.span[1], text.y + HIGH))
            for text in figure.texts if text.text]


def overlapping(figure):
    """Pairs of texts whose boxes share more than a hair."""
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(words(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2.5
    ]


def cut_off(figure):
    """Texts that reach beyond the sheet."""
    return [text for text, box in words(figure)
            if box.x0 < -1 or box.x1 > figure.width + 1 or box.y0 < -1.5
            or box.y1 > figure.height + 1]


def filled(figure, color):
    """The shapes that are filled with a color."""
    return [shape for shape in shapes(figure) if shape.color == color]


def shapes(figure):
    return [mark for mark in figure.marks if isinstance(mark, Shape)]


def strokes(figure):
    return [mark for mark in figure.marks if isinstance(mark, Line)]


def extent(shape):
    """The box of a shape."""
    xs, ys = zip(*(point for polygon in shape.shapes for point in polygon), strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def both(figure):
    return figure, figure.for_phone()
