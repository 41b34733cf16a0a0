"""The colors of pages and charts, and what stands for each where a reader has chosen a dark theme.

Charts are drawn in the colors of the light theme; rules of the page's style turn each of them into
its dark counterpart, so that one drawing serves both.
"""

from __future__ import annotations

from functools import cache

INK = "#1a1f26"
MUTED = "#5b6570"
AXIS = "#8a939e"
GRID = "#dfe3e8"
MAIN = "#0b5cad"
SECOND = "#0f766e"
THIRD = "#7b3f8c"
WARN = "#b4530a"
WHITE = "#ffffff"
TILE = "#f5f7f9"
SERIES = (MAIN, SECOND, THIRD)
# One hue from pale to full, for heat maps, quantile bands and shares.
TINTS = ("#eef3f9", "#d3e1f0", "#a9c6e3", "#6d9fcf", "#3a7dc0", MAIN)
# The same in greys, from full to pale.
GREYS = ("#434c57", "#69737e", AXIS)
_PALE = 0.13  # of the color, the rest is the ground

DARK = {
    INK: "#e8ebef", MUTED: "#a6b0bb", AXIS: "#74808c", GRID: "#2d353e", MAIN: "#6db1f5",
    SECOND: "#4fb8ac", THIRD: "#c99adb", WARN: "#f2994f", WHITE: "#12161b", TILE: "#1c2229",
    **dict(zip(TINTS[:-1], ("#18222f", "#1f3149", "#2a4768", "#3a6391", "#4f93d8"), strict=True)),
    **dict(zip(GREYS[:-1], ("#b5bec8", "#8f99a4"), strict=True))}
# What the style sheets call them.
_NAMES = {"ink": INK, "muted": MUTED, "axis": AXIS, "grid": GRID, "main": MAIN, "warn": WARN,
          "tile": TILE, "paper": WHITE}


def pale(color: str, ground: str = WHITE) -> str:
    """The light tint of a color that fills its outline."""
    pairs = zip(_parts(color), _parts(ground), strict=True)
    return "#" + "".join(f"{round(under - _PALE * (under - part)):02x}" for part, under in pairs)


def _parts(color: str) -> list[int]:
    return [int(color[at : at + 2], 16) for at in (1, 3, 5)]


def contrast(one: str, other: str) -> float:
    """Contrast of two colors as WCAG counts it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def on_ground(ground: str) -> str:
    """Ink or white, whichever has more contrast on the ground color ("#rrggbb")."""
    return INK if contrast(ground, INK) >= contrast(ground, WHITE) else WHITE


def _luminance(color: str) -> float:
    shares = [part / 255 for part in _parts(color)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@cache
def in_the_dark() -> dict[str, str]:
    """What stands for each color in the dark theme, those that fill outlines included."""
    return DARK | {pale(color): pale(dark, DARK[WHITE]) for color, dark in DARK.items()
                   if color in (*SERIES, WARN, INK, MUTED, AXIS)}


def names(dark: bool = False) -> str:
    """The colors under the names that style sheets use."""
    return "".join(f"--{name}:{DARK[color] if dark else color};"
                   for name, color in _NAMES.items())


@cache
def of_blocks() -> str:
    """The colors of blocks and of the drawings in them, in both themes: a page follows its
    reader's, and a block in JupyterLab that of JupyterLab."""
    drawn = "".join(f'{{of}} [{part}="{color}"]{{{{{part}:{dark}}}}}'
                    for color, dark in in_the_dark().items() if color != TILE
                    for part in ("fill", "stroke"))
    # The ink of a drawing stands on its root, and its texts inherit it.
    dark = f"{{of}}{{{{color-scheme:dark;{names(dark=True)}}}}}{drawn}"
    return (f".fm{{{names()}}}@media screen and (prefers-color-scheme:dark){{"
            + dark.format(of="body:not([data-jp-theme-light]) .fm") + "}"
            + dark.format(of='body[data-jp-theme-light="false"] .fm'))


def of_page() -> str:
    """The colors of the frame around the blocks."""
    return (f":root{{color-scheme:light dark;{names()}}}"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{names(dark=True)}}}}}"
            "@media print{:root{color-scheme:light}}")
