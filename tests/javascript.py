"""The scripts of pages, run in V8 as Chromium runs them."""

import json
from contextlib import contextmanager
from importlib.resources import files

from model.engine import javascript
from model.engine.parity import engine

PARTS = {name: files(room).joinpath(f"{name}.js").read_text(encoding="utf-8") for name, room in (
    ("formats", "model.views"), ("draws", "model.pages.live"), ("outcome", "model.pages.live"),
    ("proof", "model.pages.live"), ("numerals", "model.pages.live"))}


@contextmanager
def plan_of(assumptions, *parts):
    """A plan as `plan`, with scripts of pages beside it."""
    made = f"const plan = new Plan({json.dumps(javascript.data(assumptions))});"
    with engine(javascript.script(assumptions), *(PARTS[part] for part in parts), made) as racer:
        yield racer
