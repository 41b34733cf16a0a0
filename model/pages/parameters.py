"""Parameters that papermill laid over a notebook: a name that the notebook does not have would only
make a variable that nothing reads, and the page would be that of another plan."""

from __future__ import annotations

import re
import sys

from model.problems import Problem, fail_if, nearest

# How papermill begins the cell that it adds behind the one of the parameters.
_INJECTED = "# Parameters\n"
_ASSIGNED = re.compile(r"^([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def check_names() -> None:
    """Raise InputError for every parameter that was given and is none of the notebook's; outside
    a notebook there are none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    fail_if(unknown(shell.user_ns.get("In", [])) if shell else [])


def unknown(cells: list[str]) -> list[Problem]:
    """What to say of the cells that ran so far."""
    places = [place for place, cell in enumerate(cells) if cell.startswith(_INJECTED)]
    if not places:
        return []
    # In JupyterLab a cell that was mended runs again, so the last one counts.
    known = {name for cell in cells[:places[-1]] if not cell.startswith(_INJECTED)
             for name in _ASSIGNED.findall(cell)}
    return [Problem("parameters", f"{name!r} is not a parameter of this notebook; "
                                  f"{nearest(name, sorted(known))}")
            for name in _ASSIGNED.findall(cells[places[-1]]) if name not in known]
