"""The record that workbooks give the model's numbers, and whether it still counts.

It counts as long as texts, assumptions and formulas are those that were compared.
`model.workbook.equality` makes it.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from model.companies.glossary import glossary
from model.counts import count, listed
from model.engine.nodes import notation
from model.engine.texts import texts
from model.files import UnusableError
from model.params import catalog
from model.params.assumptions import Assumptions
from model.params.yaml_file import bytes_of

RECORD = Path(__file__).with_name("equality.json")
# What a company does, and the years of its printed figures: no number of a workbook follows.
_ABOUT = re.compile(rb"^about:.*\n(?:[ \t].*\n)*|^[ #]*printed_for:.*\n", re.MULTILINE)
NOT_VERIFIED = "not verified since the last change"


def texts_mark(assumptions: Assumptions) -> str:
    """A mark of every formula of a company's texts, with all that a plan may open with, as
    workbooks have them."""
    lines = [f"{formula.kind}:{formula.line}={notation(formula.node)}"
             for formula in texts(assumptions.opened()).formulas]
    return _mark("\n".join(lines).encode())


def params_mark(company: str) -> str:
    """A mark of what stands in a company's parameter files."""
    contents = b""
    for scenario in catalog.scenarios(company):
        path = catalog.scenario_path(company, scenario)
        contents += f"{scenario}\n".encode() + _ABOUT.sub(b"", _content(path))
    return _mark(contents)


def _content(path: Path) -> bytes:
    try:
        return bytes_of(path)
    except UnusableError:
        return b""


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


@lru_cache(maxsize=1)
def record() -> dict:
    """The record, by company; empty where there is none."""
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))["companies"]
    except (OSError, ValueError, KeyError):
        return {}


def current(assumptions: Assumptions, formulas: str | None = None) -> dict | None:
    """The company's part of the record where it still counts; `formulas` is a workbook's mark."""
    part = record().get(assumptions.company)
    same = (part and part.get("texts") == texts_mark(assumptions)
            and part["params"] == params_mark(assumptions.company)
            and formulas in (None, part["formulas"]))
    return part if same else None


def sentence(assumptions: Assumptions, formulas: str | None = None) -> str:
    """Whether formulas were found to give the model's numbers, in a sentence. `formulas` is a
    workbook's mark; the default is that of the record."""
    part = current(assumptions, formulas)
    if not part:
        return f"{NOT_VERIFIED.capitalize()} of the model or of its assumptions."
    engines = part["engines"]
    cells = sum(engine["cells"] for engine in engines.values())
    scenarios, draws = (max(engine[key] for engine in engines.values())
                        for key in ("scenarios", "draws"))
    return (f"Equal to the model's numbers: {listed(list(engines))} "
            f"calculated {cells:,} cells of {count(scenarios, 'scenario')}, up to {draws} random "
            f"plans and plans with {_variants(next(iter(engines.values())))}: every line by month "
            f"and year, the {glossary(assumptions.company).people} of each year and their lives by "
            "month, every KPI by month and year. They differ by at most "
            f"{_greatest(part, 'relative_difference'):.0e} of their row's greatest value (or of 1, "
            "where that is less), what must be 0 by "
            f"{_greatest(part, 'difference_of_check_lines'):.0e} USD.")


def of_script(assumptions: Assumptions) -> str:
    """Whether the script of pages was found to give the model's figures, in a sentence."""
    part = (current(assumptions) or {}).get("script")
    if not part:
        return f"The page's script was {NOT_VERIFIED}."
    return (f"The page's script was held to the model: {part['figures']:,} figures of "
            f"{count(part['scenarios'], 'scenario')}, {part['draws']} random plans and plans with "
            f"{_variants(part)} are equal in every bit.")


def short(assumptions: Assumptions) -> str:
    """The same in a few words, for the head of a page."""
    return "Workbook verified" if current(assumptions) else f"Workbook {NOT_VERIFIED}"


def _variants(part: dict) -> str:
    """What the plans beside those of params have, in words."""
    return listed(part["variants"])


def _greatest(part: dict, measure: str) -> float:
    return max(engine[f"greatest_{measure}"] for engine in part["engines"].values())
