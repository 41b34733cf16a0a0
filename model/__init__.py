"""A notebook-based financial model: assumptions in YAML, a month written once, reports from it.

    from model import load, project, batch
    projection = project(load("mentorship", "downside"))
    projection.annual.loc["ebitda"]
"""

from __future__ import annotations

import logging
from importlib import import_module

# About folders that it cannot write to, or a slow list of fonts, matplotlib prints warnings with
# paths of this machine, which would stand in a report.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

__version__ = "0.1.0"
__all__ = ["batch", "load", "project"]
_MODULES = {"load": "model.params.assumptions", "project": "model.engine.numbers",
            "batch": "model.engine.numbers"}


def __getattr__(name: str):
    # Imported when first used, so that commands that need no projection start at once.
    if name not in _MODULES:
        raise AttributeError(f"module 'model' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
