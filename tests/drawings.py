"""What a drawn chart holds: its texts with their boxes, and its shapes."""

import itertools

from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

MONTHS = [f"{year}-{month:02d}" for year in range(2026, 2031) for month in range(1, 13)]
GROWING = [-62e3 + 2_500 * place for place in range(60)]


def words(figure):
    """Each drawn text with its box in points, measured on the outlines that the SVG has."""
    return [(text.get_text(), _box(text)) for text in figure.texts if text.get_text()]


def _box(text):
    wide, high, deep = text_to_path.get_text_width_height_descent(
        text.get_text(), text.get_fontproperties(), False)
    x, y = text.get_position()
    left = x - wide * {"left": 0, "center": 0.5, "right": 1}[text.get_ha()]
    return Bbox.from_bounds(left, y - deep, wide, high)


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
    return [artist for artist in figure.artists if isinstance(artist, PathPatch)
            and to_hex(artist.get_facecolor()) == color]


def both(figure):
    return figure, figure.for_phone()
