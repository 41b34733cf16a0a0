"""What each line is: label, unit, kind and meaning, from glossary.yaml.

The sides of a company's market: who is won, kept and billed, and under which line names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from model.folders import relative
from model.params.yaml_file import read
from model.problems import InputError, Problem, nearest

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Term:
    """One line of the glossary. `kind` is flow, stock, ratio, flag, recent or opening; a ratio is
    `of` two lines, and what is recent of one; an opening is the balance with which a period
    begins. What is no line of months has no kind. `undefined` says why there may be no value,
    and `code` which check a difference belongs to."""

    label: str
    unit: str
    meaning: str
    kind: str = ""
    of: tuple[str, ...] = ()
    sign: str = "plus"
    undefined: str = ""
    code: str = ""


class UndescribedError(InputError, KeyError):
    """A line that a month writes, or somebody asks for, and that the glossary does not hold."""

    def __init__(self, name: str, known: Iterable[str]):
        writes = re.compile(rf"\bnow(\[\w+\])?\.{re.escape(name)}\s*=[^=]")
        places = [f"{relative(path)}:{number}" for path in sorted(HERE.glob("*.py"))
                  for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
                  if writes.search(line)]
        super().__init__([Problem(
            next(iter(places), relative(HERE)), f"{name!r} is not in glossary.yaml; "
            f"{nearest(name, known)} A new line is described there, with label, unit, kind and "
            "meaning.")])


class Glossary:
    """Terms by line name, and labels of segments."""

    def __init__(self, content: dict):
        self.terms = _terms(content["lines"])
        self.memory = _terms(content.get("memory", {}))
        self._beside = {kind: _terms(content.get(section, {}))
                        for kind, section in (("customer", "customer"), ("life", "life"),
                                              ("kpi", "kpis"), ("check", "checks"))}
        self._segments: dict[str, str] = content["segments"]
        self._one = {name: word for word, names in content.get("one", {}).items() for name in names}

    def term(self, line: str, kind: str = "line") -> Term:
        """The term of a line or of a segment's line, or of another text's (`kind` as in a
        reference). Raises UndescribedError where it has none."""
        name, _, segment = line.partition(".")
        terms = self._beside.get(kind) or self.terms
        found = terms.get(name) or (self.memory.get(name) if terms is self.terms else None)
        if found is None:
            raise UndescribedError(name, terms)
        if "{one}" not in found.unit:
            return found
        return replace(found, unit=found.unit.replace("{one}", self._one.get(segment, "customer")))

    def names(self, kind: str) -> Iterable[str]:
        """The names of the terms of a kind of text."""
        return self._beside[kind]

    def kind(self, line: str) -> tuple[str, tuple[str, ...]]:
        """The kind of a line and, of a ratio, the two lines that it divides."""
        term = self.term(line)
        return term.kind, term.of

    def segment(self, name: str) -> str:
        """A segment's label: as listed, otherwise its name in words."""
        return self._segments.get(name) or name.replace("_", " ").capitalize()

    def label(self, line: str, kind: str = "line") -> str:
        """Label of a line, with its segment if it has one: `Revenue, Young Pros`."""
        segment = line.partition(".")[2]
        label = self.term(line, kind).label
        return f"{label}, {self.segment(segment)}" if segment else label


def _terms(content: dict) -> dict[str, Term]:
    return {name: Term(**{**term, "of": tuple(term.get("of", ()))})
            for name, term in content.items()}


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    file = read(HERE / "glossary.yaml")
    return Glossary(file.content)


@dataclass(frozen=True)
class Side:
    """One side. Line names are without segment; `section` holds each segment's churn.

    `first_months` are the assumptions that say which share of a customer's first months is
    billed: a path, or 0.0 or 1.0; later months are billed in full. Where marketing does not buy
    `new` customers at `cac`, `won` and `price` are the lines of what it buys. `streams` are the
    lines that a segment's revenue consists of, where it is more than one; `cac_kpi` is the KPI
    that says what one of them costs.
    """

    name: str
    section: str
    segments: tuple[str, ...]
    marketing: str
    cac: str
    new: str
    active: str
    churned: str
    billed: str
    cac_kpi: str
    first_months: tuple[str | float, ...] = ()
    won: str | None = None
    price: str | None = None
    streams: tuple[str, ...] = ()

    @property
    def billed_later(self) -> tuple[str, ...]:
        """The assumptions among `first_months`."""
        return tuple(first for first in self.first_months if isinstance(first, str))
