"""The glossary of lines, from glossary.yaml, and the lines that describe a side of a market."""

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
    """The entry of one line.

    kind       of lines by month: flow, stock, flag, ratio, recent (of the last three months) or
               opening (the balance with which a period begins)
    of         the two lines that a ratio divides, or the one that a recent line is in a year
    sign       plus, or minus if the line may be below 0
    undefined  why there may be no value
    code       the check that a difference belongs to
    """

    label: str
    unit: str
    meaning: str
    kind: str = ""
    of: tuple[str, ...] = ()
    sign: str = "plus"
    undefined: str = ""
    code: str = ""


class UndescribedError(InputError, KeyError):
    """A line is not in the glossary. The message names the formula that writes it, if there is
    one, and the nearest of the `terms`."""

    def __init__(self, name: str, terms: Iterable[str]):
        assignment = re.compile(rf"\bnow(\[\w+\])?\.{re.escape(name)}\s*=[^=]")
        places = [f"{relative(path)}:{number}" for path in sorted(HERE.glob("*.py"))
                  for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
                  if assignment.search(line)]
        super().__init__([Problem(
            next(iter(places), relative(HERE)), f"{name!r} is not in glossary.yaml; "
            f"{nearest(name, terms)} A new line is described there, with label, unit, kind and "
            "meaning.")])


class Glossary:
    """The terms of all lines by name, and the labels of segments."""

    def __init__(self, content: dict):
        self.terms = _terms(content["lines"])
        self.memory = _terms(content.get("memory", {}))
        self._beside = {kind: _terms(content.get(section, {}))
                        for kind, section in (("customer", "customer"), ("life", "life"),
                                              ("kpi", "kpis"), ("check", "checks"))}
        self._segments: dict[str, str] = content["segments"]
        self._one = {name: word for word, names in content.get("one", {}).items() for name in names}

    def term(self, line: str, kind: str = "line") -> Term:
        """The term of a line or of a segment's line; `kind` is that of a reference to it. Raises
        UndescribedError where it has none."""
        name, _, segment = line.partition(".")
        terms = self._beside.get(kind) or self.terms
        term = terms.get(name) or (self.memory.get(name) if terms is self.terms else None)
        if term is None:
            raise UndescribedError(name, terms)
        if "{one}" not in term.unit:
            return term
        return replace(term, unit=term.unit.replace("{one}", self._one.get(segment, "customer")))

    def names(self, kind: str) -> Iterable[str]:
        """The names of all terms of one kind of text beside the month."""
        return self._beside[kind]

    def segment(self, name: str) -> str:
        """The label of a segment: that of the glossary, otherwise its name in words."""
        return self._segments.get(name) or name.replace("_", " ").capitalize()

    def label(self, line: str, kind: str = "line") -> str:
        """The label of a line, with its segment if it has one: `Revenue, Young Pros`."""
        segment = line.partition(".")[2]
        label = self.term(line, kind).label
        return f"{label}, {self.segment(segment)}" if segment else label


def _terms(content: dict) -> dict[str, Term]:
    return {name: Term(**{**term, "of": tuple(term.get("of", ()))})
            for name, term in content.items()}


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    return Glossary(read(HERE / "glossary.yaml").content)


@dataclass(frozen=True)
class Side:
    """One side of a company's market: whom it wins, keeps and bills, by names of lines and paths.

    name, segments    as in the names of lines
    section           the section of assumptions with the churn of each segment
    marketing, cac    the line of what is spent, and the assumption of what one customer costs
    new, active, billed       lines of customers, without segment
    cac_kpi           the KPI of what one customer has cost
    first_months      the share of each of a customer's first months that is billed, as a number
                      or the path of an assumption; later months are billed in full
    won, price        the lines of what marketing buys and at which price, if it does not buy
                      `new` customers at `cac`
    streams           the lines that a segment's revenue consists of, if there is more than one
    """

    name: str
    section: str
    segments: tuple[str, ...]
    marketing: str
    cac: str
    new: str
    active: str
    billed: str
    cac_kpi: str
    first_months: tuple[str | float, ...] = ()
    won: str | None = None
    price: str | None = None
    streams: tuple[str, ...] = ()

    @property
    def billed_later(self) -> tuple[str, ...]:
        return tuple(first for first in self.first_months if isinstance(first, str))
