"""A notebook-based financial model: assumptions in YAML, a month written once, reports from it.

    from model import load, project, batch
    projection = project(load("mentorship", "downside"))
    projection.annual.loc["ebitda"]
"""

from __future__ import annotations

import logging

# Where its folders cannot be written to, or its list of fonts takes long, matplotlib says so with
# paths of this machine, and that would stand in the report that is made just then.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

__version__ = "0.1.0"
__all__ = ["batch", "load", "project"]


def __getattr__(name: str):
    # Imported when first used, so that commands that need no projection start at once.
    if name == "load":
        from model.params.assumptions import load as found
    elif name == "project":
        from model.engine.numbers import project as found
    elif name == "batch":
        from model.engine.numbers import batch as found
    else:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    return found
