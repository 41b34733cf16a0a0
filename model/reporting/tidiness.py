"""What JupyterLab leaves out when it saves a notebook of the project.

Outputs would change a tracked file with every look at it, make its pages again, and show figures
of another day where no kernel stands behind them any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from model import folders


def without_outputs(model: Mapping, path: str, contents_manager, **_more: object) -> None:
    """Take outputs, counts and what the server knows of itself out of a notebook of the folder
    `notebooks`, before it is written; the hook `pre_save_hook` of Jupyter's contents manager."""
    place = Path(contents_manager.root_dir, path.strip("/"))
    if model["type"] != "notebook" or place.resolve().parent != folders.notebooks().resolve():
        return
    content = model["content"]
    for cell in content["cells"]:
        cell["metadata"].pop("execution", None)
        cell["metadata"].pop("trusted", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    content["metadata"].pop("widgets", None)
    if "language_info" in content["metadata"]:
        content["metadata"]["language_info"] = {"name": "python"}
