"""The picture of a page in the README, made from the plan as it is.

    .venv/bin/python tests/picture.py

The picture carries the headline that it shows, so that a test can tell when the plan has moved on.
Needs Chromium; Pillow comes with matplotlib.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from browser import chromium
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from model import load, project
from model.pages.frame import sentence
from model.reporting import run

PICTURE = Path(__file__).resolve().parents[1] / "notebooks" / "page.png"
COMPANY, SCENARIO, NOTEBOOK = "mentorship", "base", "breakeven"
WIDTH, MARGIN, COLORS = 860, 12, 256


def headline() -> str:
    return sentence(project(load(COMPANY, SCENARIO)))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run([COMPANY], [SCENARIO], [NOTEBOOK], out=folder)
        page = Path(folder) / COMPANY / SCENARIO / f"{NOTEBOOK}.html"
        picture = Image.open(io.BytesIO(screenshot(page))).convert("RGB")
    said = PngInfo()
    said.add_itxt("headline", headline())
    picture.quantize(COLORS).save(PICTURE, optimize=True, pnginfo=said)
    print(f"{PICTURE.relative_to(PICTURE.parents[1])}: {PICTURE.stat().st_size / 1e3:.0f} kB")


def screenshot(page: Path) -> bytes:
    """From the headline to the end of the first chart."""
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": WIDTH, "height": 1000})
        tab.goto(page.as_uri())
        top = tab.locator(".fm-headline").bounding_box()["y"]
        chart = tab.locator(".fm-chart img, .fm-chart svg").first.bounding_box()
        bottom = chart["y"] + chart["height"]
        return tab.screenshot(full_page=True, clip={
            "x": 0, "y": top - MARGIN, "width": WIDTH, "height": bottom - top + MARGIN})


if __name__ == "__main__":
    main()
