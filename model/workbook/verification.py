"""The record of when a workbook was found to give the model's numbers, and whether it counts.

It does as long as the texts, the assumptions and, of a workbook at hand, its formulas are those
that were compared. `model.workbook.equality` makes it.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from model.counts import count
from model.engine.nodes import Node
from model.engine.texts import texts
from model.files import UnusableError
from model.params import catalog
from model.params.assumptions import Assumptions
from model.params.yaml_file import bytes_of

RECORD = Path(__file__).with_name("equality.json")
# What a company does, in words, and for which years its figures are printed: no number of a
# workbook follows from them.
_ABOUT = re.compile(rb"^about:.*\n(?:[ \t].*\n)*|^[ #]*printed_for:.*\n", re.MULTILINE)
NOT_VERIFIED = "not verified since the last change"


def texts_mark(assumptions: Assumptions) -> str:
    """A mark of every formula of a company: of its month, and of what it is judged by."""
    found = texts(assumptions)
    told = [f"{formula.kind}:{formula.line}={_told(formula.node)}"
            for formula in (*found.month.formulas.values(), *found.beside)]
    told += [f"{line}<{path}" for line, path in found.month.openings.items()]
    return _mark("\n".join(told).encode())


def _told(node: Node) -> str:
    if node.op == "ref":
        ref = node.args[0]
        return f"{ref.kind}:{ref.name}@{ref.ago}"
    if node.op == "const":
        return repr(node.args[0])
    return f"{node.op}({','.join(map(_told, node.args))})"


def params_mark(company: str) -> str:
    """A mark of what stands in a company's parameter files."""
    told = hashlib.sha256()
    for scenario in catalog.scenarios(company):
        path = catalog.scenario_path(company, scenario)
        told.update(f"{scenario}\n".encode() + _ABOUT.sub(b"", _content(path)))
    return told.hexdigest()[:16]


def _content(path: Path) -> bytes:
    try:
        return bytes_of(path)
    except UnusableError:
        return b""


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


@lru_cache(maxsize=1)
def recorded() -> dict:
    """The record, by company; empty where there is none."""
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))["companies"]
    except (OSError, ValueError, KeyError):
        return {}


def counts(assumptions: Assumptions, formulas: str | None = None) -> dict | None:
    """A company's part of the record where it still counts. `formulas` is the mark of a workbook
    at hand."""
    found = recorded().get(assumptions.company)
    same = (found and found.get("texts") == texts_mark(assumptions)
            and found["params"] == params_mark(assumptions.company)
            and formulas in (None, found["formulas"]))
    return found if same else None


def verified(assumptions: Assumptions, formulas: str | None = None) -> str:
    """Whether a workbook's formulas, by default those of the record, were found to give the model's
    numbers, in a sentence."""
    found = counts(assumptions, formulas)
    if not found:
        return f"{NOT_VERIFIED.capitalize()} of the model or of its assumptions."
    engines = found["engines"]
    cells = sum(engine["cells"] for engine in engines.values())
    scenarios, draws = (max(engine[key] for engine in engines.values())
                        for key in ("scenarios", "draws"))
    *others, last = engines
    return (f"Equal to the model's numbers: {', '.join(others)}{' and ' * bool(others)}{last} "
            f"calculated {cells:,} cells of {count(scenarios, 'scenario')} and up to {draws} "
            "random plans: every line by month and year, the customers of each year and their "
            "lives by month, every KPI by month and year. They differ by at most "
            f"{_most(found, 'relative_difference'):.0e} of their row's greatest value (or of 1, "
            "where that is less), what must be 0 by "
            f"{_most(found, 'difference_of_check_lines'):.0e} USD.")


def short(assumptions: Assumptions) -> str:
    """The same for the head of a page."""
    return "Workbook verified" if counts(assumptions) else f"Workbook {NOT_VERIFIED}"


def _most(found: dict, what: str) -> float:
    return max(engine[f"greatest_{what}"] for engine in found["engines"].values())
