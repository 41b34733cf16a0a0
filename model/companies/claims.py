"""What the publisher prints about each company, claim by claim, from claims_<company>.yaml.

A claim that is an assumption is `of` a path and takes its printed figure from that entry of
base.yaml; the others carry theirs. Every other number is a formula (model.companies.arithmetic), so
that no figure is typed twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from model.companies.arithmetic import Formula
from model.params.yaml_file import read

KINDS = {
    "plan": "Figures of the plan",
    "outcome": "Outcomes",
    "argument": "Arguments from a lost decimal",
    "example": "Worked examples",
    "goal": "Goals, benchmarks and advice",
}

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_SIZES = {"k": 1e3, "million": 1e6}
_NUMBER = r"[0-9](?:[0-9,]*[0-9])?(?:\.[0-9]+)?"
_FIGURE = re.compile(
    rf"(?P<month>{'|'.join(_MONTHS)}) (?P<year>[0-9]{{4}})"
    rf"|(?P<left>{_NUMBER}):(?P<right>{_NUMBER})"
    rf"|(?P<sign>negative )?(?P<money>\$)?(?P<number>{_NUMBER})"
    r"(?P<size>k\b| million\b)?(?P<percent>%)?"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b")


@dataclass(frozen=True)
class Figure:
    """One number in a printed text: its value at face, and one unit of its last digit."""

    value: float
    step: float
    unit: str


def figures(text: str) -> tuple[Figure, ...]:
    """Every number of a printed text, in order: `$7,200`, `175%`, `3:1`, `October 2027`, `two`.

    Percent become fractions; of `a:b` the side that is not 1 counts; a month is the number of
    months since year 0, so that two of them can be subtracted.
    """
    return tuple(_figure(found) for found in _FIGURE.finditer(text))


def _figure(found: re.Match) -> Figure:
    if found["month"]:
        return Figure(int(found["year"]) * 12.0 + _MONTHS.index(found["month"]), 1.0, "month")
    if found["word"]:
        return Figure(float(_WORDS[found["word"]]), 1.0, "")
    if found["left"]:
        number = found["right"] if _plain(found["left"])[0] == 1 else found["left"]
        return Figure(*_plain(number), "ratio")
    value, step = _plain(found["number"])
    size = _SIZES.get((found["size"] or "").strip(), 0.01 if found["percent"] else 1.0)
    unit = "USD" if found["money"] else "fraction" if found["percent"] else ""
    return Figure(value * size * (-1 if found["sign"] else 1), step * size, unit)


def _plain(text: str) -> tuple[float, float]:
    """The number, and one unit of its last digit."""
    digits = text.replace(",", "")
    return float(digits), 10.0 ** -len(digits.partition(".")[2])


@dataclass(frozen=True)
class Term:
    """A named formula that others use, and what it is."""

    label: str
    value: Formula
    unit: str


@dataclass(frozen=True)
class Check:
    """A formula that is held against the claim as read, or against `equals`.

    words   what the formula is, as the beginning of a sentence
    bound   equal, or how the formula must lie to what it is held against: at_most, below, …
    unit    of the result, where it is not the claim's
    """

    value: Formula
    words: str = ""
    equals: Formula | None = None
    bound: str = "equal"
    unit: str | None = None


@dataclass(frozen=True)
class Reading:
    """One way to read a claim that is not settled, and what follows from it in a scenario.
    `implies` says what assumptions would be in it, over all years, where the plan reads the claim
    otherwise; `sets` the same of single years."""

    label: str
    value: Formula
    words: str
    unit: str
    scenario: str = "base"
    implies: Literal | None = None
    sets: tuple[Literal, ...] = ()


@dataclass(frozen=True)
class Literal:
    """What an assumption, and `also` others of its kind, would be if the page were taken at its
    word."""

    path: str
    to: Formula
    words: str
    also: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every assumption that would be so."""
        return (self.path, *self.also)


@dataclass(frozen=True)
class Claim:
    """One published claim.

    printed     the figure as printed; `of` takes it from an assumption instead, path[year]
    figures     names of the numbers in the printed text, in order (`_` for none); the claim's own
                bears its name. Without names the first number is the claim's own.
    where       which part of the page, and `page` which page where it is not the KPI article
    lost        decimals that were lost in printing; or `read`, what the figure must be read as
    rounded_to  what the figure is plainly rounded to, where that is not its last digit
    argued      how the page comes by the printed figure, where that is no proof of it
    proof       why it must be read so; `against` what it cannot hold together with
    model       what the projection gives; for a figure of the plan, its assumption. Of a goal, a
                check with a bound says whether it is met
    calibrated  the assumption that was calibrated until the model gave the figure, or is derived
                from it; `fitted` the same where other printed figures give the claim, too, so that
                the model is no second proof of it
    derives     the assumptions that are derived from the figure as read
    beside      further computed figures that a reader would want, which decide nothing; with a
                bound it is said whether they are within it
    implies     assumptions that are the same quantity in another form, and what they would be
    another     what is measured instead by the model's figure, or by what the proof holds it to
    names       segments that the claim lists instead of figures
    judgment    a reason that no arithmetic gives; with `readings` the claim is unresolved
    """

    id: str
    label: str
    kind: str
    where: str
    unit: str = ""
    printed: str | None = None
    of: Formula | None = None
    figures: tuple[str, ...] = ()
    page: str = ""
    lost: int = 0
    read: Formula | None = None
    rounded_to: float | None = None
    argued: Check | None = None
    proof: Check | None = None
    against: tuple[Check, ...] = ()
    model: Check | None = None
    calibrated: str | None = None
    fitted: str | None = None
    derives: tuple[str, ...] = ()
    beside: tuple[Check, ...] = ()
    implies: Literal | None = None
    another: str | None = None
    names: tuple[str, ...] = ()
    judgment: str | None = None
    readings: tuple[Reading, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the numbers in the printed text."""
        return self.figures or (() if self.names else (self.id,))


@dataclass(frozen=True)
class Ratio:
    """A way to work out LTV:CAC: a lifetime value, a cost, and what it counts. A `goal` is what
    the page asks for, so it shows nothing as reached; `forced` is what outcomes force."""

    label: str
    ltv: Formula
    cac: Formula
    words: str
    goal: bool = False
    forced: bool = False

    @property
    def of_model(self) -> bool:
        """Whether it is the model's own, and not one of the page's figures."""
        return any(reference.name.startswith("unit.") for reference in self.ltv.references)


@dataclass(frozen=True)
class Carriers:
    """The segment whose LTV:CAC is taken apart, over which assumptions, which of them the page
    gives a literal value (by its path alone where a claim implies it), and why they matter."""

    segment: str
    why: str
    paths: tuple[str, ...]
    literal: tuple[Literal, ...] = ()


@dataclass(frozen=True)
class Needs:
    """What some published figures ask for, worked out row by row."""

    caption: str
    rows: tuple[Check, ...]


@dataclass(frozen=True)
class Claims:
    """Everything that is published about a company."""

    source: str
    claims: Mapping[str, Claim]
    terms: Mapping[str, Term]
    ratios: tuple[Ratio, ...]
    needs: Needs
    carriers: Carriers


_LISTS = {"against": Check, "beside": Check, "readings": Reading}
_SINGLE = {"argued": Check, "proof": Check, "model": Check}


@lru_cache(maxsize=8)
def claims(company: str) -> Claims:
    """The claims of a company. Raises FormulaError or TypeError where the file is not in order."""
    content = read(Path(__file__).with_name(f"claims_{company}.yaml")).content
    found = {name: _claim(name, entry) for name, entry in content["claims"].items()}
    needs, carriers = content["needs"], content["carriers"]
    implied = {each.implies.path: each.implies for claim in found.values()
               for each in (claim, *claim.readings) if each.implies}
    return Claims(
        content["source"], found,
        {name: _made(Term, entry) for name, entry in content.get("terms", {}).items()},
        tuple(_made(Ratio, entry) for entry in content["ratios"]),
        Needs(needs["caption"], tuple(_made(Check, entry) for entry in needs["rows"])),
        Carriers(carriers["segment"], carriers["why"], tuple(carriers["paths"]),
                 tuple(implied[entry["path"]] if len(entry) == 1 else _made(Literal, entry)
                       for entry in carriers.get("literal", []))))


def _claim(name: str, entry: dict) -> Claim:
    parts = dict(entry)
    for key, kind in _LISTS.items():
        parts[key] = tuple(_made(kind, part) for part in entry.get(key, []))
    for key, kind in _SINGLE.items():
        parts[key] = _made(kind, entry[key]) if key in entry else None
    for key in ("figures", "names"):
        parts[key] = tuple(entry.get(key, []))
    return _made(Claim, {**parts, "id": name})


def _made(kind: type, entry: dict):
    """An instance of a data class; what it types as a Formula or a Literal is read as one."""
    types = {field.name: field.type.partition(" ")[0] for field in fields(kind)}
    return kind(**{key: _read(types.get(key), value) for key, value in entry.items()})


def _read(kind: str | None, value: object):
    if kind == "Formula" and value is not None:
        return Formula(str(value))
    if kind == "Literal" and isinstance(value, dict):
        return _made(Literal, value)
    if kind == "tuple[Literal,":
        return tuple(_made(Literal, part) for part in value)
    return tuple(value) if isinstance(value, list) else value
