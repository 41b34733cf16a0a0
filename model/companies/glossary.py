"""What a company's lines are called, from its glossary and the shared one, and the sides of its
market."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from model.companies import company_module, text_name
from model.companies.entries import closed, entry, mapping, money_problems
from model.counts import plural
from model.folders import relative
from model.params.units import COUNTED, is_word
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem, nearest

HERE = Path(__file__).parent


@closed
@dataclass(frozen=True)
class Term:
    """The entry of one line.

    kind       of lines by month: flow, stock, flag, ratio, recent (of the last three months) or
               opening (the balance with which a period begins)
    of         the two lines that a ratio divides, or the one that a recent line is in a year
    sign       plus, or minus if the line may be below 0
    undefined  why there may be no value
    code       the check that a difference belongs to
    holds      what that check says where it holds, if it is this company's own
    """

    label: str
    unit: str
    meaning: str
    kind: str = ""
    of: tuple[str, ...] = ()
    sign: str = "plus"
    undefined: str = ""
    code: str = ""
    holds: str = ""

    @property
    def bends(self) -> bool:
        """Whether it speaks of those who pay, whom each company calls by its own word."""
        return any("{" in text for text in (self.label, self.unit, self.meaning, self.undefined))


@dataclass(frozen=True)
class Capacity:
    """What a team can deliver, by names of lines and paths.

    needed, there   the lines of what it is to deliver and of what it can
    team            the team in words
    segments, use   the segments that it delivers to, and the assumption of each of what one uses
    """

    needed: str
    there: str
    team: str
    segments: tuple[str, ...]
    use: str


@dataclass(frozen=True)
class Side:
    """One side of a company's market: whom it wins, keeps and bills, by names of lines and paths.

    name, segments    as in the names of lines
    one               what one of those on it is called
    section           the section of assumptions with the churn of each segment
    marketing, cac    the line of what is spent to win them, and the assumption of what one costs;
                      none where nothing is spent
    new, active, billed       lines of customers, without segment
    cac_kpi           the KPI of what one customer has cost
    first_months      the share of each of a customer's first months that is billed, as a number
                      or the path of an assumption; later months are billed in full
    won, price        the lines of what marketing buys and at which price, if it does not buy
                      `new` customers at `cac`
    served            the assumption of a segment by how many of its people one of the next side
                      serves
    streams           the lines that a segment's revenue consists of, if there is more than one
    first_churn       the assumption of a segment of what share leaves in the month after they were
                      won, where it is another than that of later months, `churn`
    climbs            whether people move from one segment to the next, and back: assumptions `up`
                      and `down` of a segment
    """

    name: str
    one: str
    section: str
    segments: tuple[str, ...]
    new: str
    active: str
    billed: str
    marketing: str | None = None
    cac: str | None = None
    cac_kpi: str | None = None
    first_months: tuple[str | float, ...] = ()
    won: str | None = None
    price: str | None = None
    served: str | None = None
    streams: tuple[str, ...] = ()
    first_churn: str | None = None
    climbs: bool = False

    @property
    def billed_later(self) -> tuple[str, ...]:
        return tuple(first for first in self.first_months if isinstance(first, str))


class UndescribedError(InputError, KeyError):
    """A line is not in the glossary. The message names the formula that writes it, if there is
    one, and the nearest of the `terms`."""

    def __init__(self, name: str, terms: Iterable[str]):
        assignment = re.compile(rf"\bnow(\[\w+\])?\.{re.escape(name)}\s*=[^=]")
        places = [f"{relative(path)}:{number}" for path in sorted(HERE.rglob("*.py"))
                  for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
                  if assignment.search(line)]
        super().__init__([Problem(
            next(iter(places), relative(HERE)), f"{name!r} is not in glossary.yaml; "
            f"{nearest(name, terms)} A new line is described there, with label, unit, kind and "
            "meaning.")])


# Sections of a glossary by the kind of reference to their terms.
SECTIONS = {"line": "lines", "memory": "memory", "customer": "customer", "life": "life",
            "kpi": "kpis", "check": "checks"}
_OTHERS = ("segments", "words", "better", "worse", "opens", *COUNTED)


class Glossary:
    """The terms of a company's lines by name, the labels of its segments, and what of its lines
    and KPIs is better and worse: its own entries before the shared ones.

    person, people    what one and many of those who pay are called
    held_for          for whom money is held that is not the company's
    """

    def __init__(self, contents: Sequence[Mapping[str, dict]], sides: Sequence[Side],
                 held_for: str):
        self.held_for = held_for
        self.person = sides[0].one if len(sides) == 1 else "customer"
        self.people = plural(self.person)
        self._one = {name: side.one for side in sides for name in (side.name, *side.segments)}
        merged = {section: {name: value for content in contents
                            for name, value in content[section].items()}
                  for section in (*SECTIONS.values(), "segments", "words", "better", "worse")}
        self.terms, self.memory = merged["lines"], merged["memory"]
        self._beside = {kind: merged[SECTIONS[kind]]
                        for kind in ("customer", "life", "kpi", "check")}
        self._segments: dict[str, str] = merged["segments"]
        # What readers of its pages may not know, with what it means.
        self.words: dict[str, str] = merged["words"]
        # 1 for lines and KPIs of which more is better, −1 where it is worse.
        self.directions = dict.fromkeys(merged["better"], 1) | dict.fromkeys(merged["worse"], -1)

    def term(self, line: str, kind: str = "line") -> Term:
        """The term of a line or of a segment's line; `kind` is that of a reference to it. Raises
        UndescribedError where it has none."""
        name, _, segment = line.partition(".")
        terms = self._beside.get(kind) or self.terms
        term = terms.get(name) or (self.memory.get(name) if terms is self.terms else None)
        if term is None:
            raise UndescribedError(name, terms)
        if not term.bends:
            return term
        words = {"{one}": self._one.get(segment, self.person), "{people}": self.people}
        return replace(term, **{field: _in_words(getattr(term, field), words)
                                for field in ("label", "unit", "meaning", "undefined")})

    def spoken(self, text: str) -> str:
        """A text of all companies, which says `customer`, in the words of this one."""
        for general, own in (("customer", self.person), ("customers", self.people)):
            for bend in (str, str.capitalize):
                text = re.sub(rf"\b{bend(general)}\b", bend(own), text)
        return text

    def names(self, kind: str) -> Iterable[str]:
        """The names of all terms of one kind of text beside the month."""
        return self._beside[kind]

    def segment(self, name: str) -> str:
        """The label of a segment: that of the glossary, otherwise its name in words; of those who
        were won in one segment and are in another now, both."""
        won, inside, now = name.partition("_in_")
        if inside and {won, now} <= self._one.keys():
            return f"{self.segment(won)} in {self.segment(now)}"
        return self._segments.get(name) or name.replace("_", " ").capitalize()

    def label(self, line: str, kind: str = "line") -> str:
        """The label of a line, with its segment if it has one: `Revenue, Young Pros`."""
        segment = line.partition(".")[2]
        label = self.term(line, kind).label
        return f"{label}, {self.segment(segment)}" if segment else label


def _in_words(text: str, words: Mapping[str, str]) -> str:
    for place, word in words.items():
        text = text.replace(place, word)
    return text


def glossary(company: str) -> Glossary:
    """The glossary of a company. Raises InputError with all that is wrong with its file."""
    return _glossary(text_name(company))


@lru_cache(maxsize=8)
def _glossary(name: str) -> Glossary:
    faults: list[Problem] = []
    contents = [_content(read(path), faults)
                for path in (HERE / "glossary.yaml", HERE / name / "glossary.yaml")]
    if faults:
        raise InputError(faults)
    module = company_module(name)
    return Glossary(contents, module.SIDES, module.HELD_FOR)


def _content(file: ParamsFile, faults: list[Problem]) -> dict[str, dict]:
    """The sections of a glossary by name, each with what it says by name."""
    faults += file.problems
    for section in file.content.keys() - {*SECTIONS.values(), *_OTHERS}:
        faults.append(Problem(file.where(section), f"{section!r} is no section of a glossary; "
                              f"{nearest(section, (*SECTIONS.values(), *_OTHERS))}"))
    found = {section: {name: entry(Term, content, file, (section, name), faults)
                       for name, content in mapping(file, section, faults).items()}
             for section in SECTIONS.values()}
    for section, terms in found.items():
        for name, term in terms.items():
            faults += money_problems(file.where(section, name, "unit"), f"{section}.{name}",
                                     term and term.unit)
    for line, about in mapping(file, "opens", faults).items():
        if line not in found["lines"]:
            faults.append(Problem(file.where("opens", line), f"opens names {line!r}, which is no "
                                  f"line of this file; {nearest(line, found['lines'])}"))
        elif not isinstance(about, dict) or not isinstance(about.get("beside"), str):
            faults.append(Problem(file.where("opens", line), f"opens.{line} has no 'beside'; name "
                                  "the assumption that a plan has with it."))
    for kind in COUNTED:
        for word in file.content.get(kind) or ():
            if not is_word(word):
                faults.append(Problem(file.where(kind), f"{kind} names {word!r}; what is counted "
                                      "is named by one word of small letters, for one of it."))
    return found | {
        **{section: {name: str(text) for name, text in mapping(file, section, faults).items()}
           for section in ("segments", "words")},
        **{way: dict.fromkeys(file.content.get(way) or ()) for way in ("better", "worse")}}
