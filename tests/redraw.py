"""From a key in the grid of assumptions to the frame that shows what follows, in milliseconds."""

from __future__ import annotations

# Resolves when the chart and a figure have changed since the key went down, and were painted.
_WATCH = """() => {
    const grid = document.querySelector('.fm-editor');
    const image = grid.querySelector('.fm-drawn img');
    const figures = () => grid.querySelector('.fm-figures').innerText;
    const before = [image.src, figures()];
    let pressed = null;
    for (const kind of ['keydown', 'input']) {
        grid.addEventListener(kind, (event) => {
            if (event.key === 'Enter' || event.target.type === 'range') {
                pressed ??= performance.now();
            }
        }, {capture: true});
    }
    window.redrawn = new Promise((done, fail) => {
        const watch = new MutationObserver(async () => {
            if (pressed === null || image.src === before[0] || figures() === before[1]) return;
            watch.disconnect();
            await image.decode();
            requestAnimationFrame(() => requestAnimationFrame(
                () => done(performance.now() - pressed)));
        });
        watch.observe(grid, {subtree: true, childList: true, attributes: true,
                             characterData: true});
        setTimeout(() => fail(new Error('nothing changed within 20 s')), 20000);
    });
}"""


def cell(page, path: str, time: str = ""):
    """The input of a cell."""
    return page.locator(f'[data-cell="{path}|{time}"]')


def edit(page, path: str, text: str, time: str = "", waits: bool = True) -> float:
    """Type into a cell, press Enter, and wait until figures and chart have followed."""
    field = cell(page, path, time)
    field.fill(text)
    if not waits:
        field.press("Enter")
        return 0.0
    page.evaluate(_WATCH)
    field.press("Enter")
    return page.evaluate("() => window.redrawn")


def slide(page, path: str, key: str) -> float:
    """Press a key on the slider of an assumption, and wait until it shows."""
    slider = page.locator(f'tr[data-path="{path}"] input[type=range]')
    slider.focus()
    page.evaluate(_WATCH)
    slider.press(key)
    return page.evaluate("() => window.redrawn")


def moves(page, count: int) -> list[float]:
    """That many edits and moves of a slider in turn, each with another value than before."""
    times = []
    for number in range(count):
        if number % 2:
            key = ("ArrowRight", "ArrowLeft")[number % 4 // 2]
            times.append(slide(page, "mentees.marketing", key))
        else:
            times.append(edit(page, "mentees.match_rate", f"{70 + number / 10:g}"))
    return times
