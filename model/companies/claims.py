"""What the publisher prints about each company, claim by claim, from its claims.yaml.

No figure is typed twice: a claim that is an assumption takes its printed figure from base.yaml,
other claims state theirs, and every number that follows from others is an expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated

from pydantic import PlainValidator

from model.companies import COMPANIES
from model.companies.arithmetic import Expression
from model.companies.entries import closed, entry, mapping
from model.companies.glossary import HERE
from model.files import exists
from model.params.calendar import MONTHS_PER_YEAR
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem

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
    """One number in a printed text: its value as printed, and the `step` of its last digit."""

    value: float
    step: float
    unit: str


def printed_figures(text: str) -> tuple[Figure, ...]:
    """Every number of a printed text, in order: `$7,200`, `175%`, `3:1`, `October 2027`, `two`.
    Percent become fractions, `a:b` becomes the side that is not 1, and a month becomes the number
    of months since year 0, so that two months can be subtracted."""
    return tuple(_figure(match) for match in _FIGURE.finditer(text))


def _figure(match: re.Match) -> Figure:
    if match["month"]:
        january = float(MONTHS_PER_YEAR * int(match["year"]))
        return Figure(january + _MONTHS.index(match["month"]), 1.0, "month")
    if match["word"]:
        return Figure(float(_WORDS[match["word"]]), 1.0, "")
    if match["left"]:
        number = match["right"] if _number(match["left"])[0] == 1 else match["left"]
        return Figure(*_number(number), "ratio")
    value, step = _number(match["number"])
    size = _SIZES.get((match["size"] or "").strip(), 0.01 if match["percent"] else 1.0)
    unit = "USD" if match["money"] else "fraction" if match["percent"] else ""
    return Figure(value * size * (-1 if match["sign"] else 1), step * size, unit)


def _number(text: str) -> tuple[float, float]:
    """The number in a text, and one unit of its last digit."""
    digits = text.replace(",", "")
    return float(digits), 10.0 ** -len(digits.partition(".")[2])


# An expression as it is written in the file.
Formula = Annotated[Expression, PlainValidator(
    lambda text: text if isinstance(text, Expression) else Expression(str(text)))]


@closed
@dataclass(frozen=True)
class Definition:
    """A figure that expressions may name, and the expression that defines it."""

    label: str
    value: Formula
    unit: str


@closed
@dataclass(frozen=True)
class Check:
    """An expression that is compared with the figure of the claim, or with `equals`.

    words   what the expression is, as the beginning of a sentence
    bound   how the two must compare: equal, at_most, below, …
    unit    unit of the result, if it is not that of the claim
    """

    value: Formula
    words: str = ""
    equals: Formula | None = None
    bound: str = "equal"
    unit: str | None = None


@closed
@dataclass(frozen=True)
class Reading:
    """One way to read a claim that is not settled, and a figure that follows from it in a scenario.
    If the plan reads the claim in another way, `implies` gives what assumptions would be in this
    one over all years, and `sets` what they would be in single years."""

    label: str
    value: Formula
    words: str
    unit: str
    scenario: str = "base"
    implies: Literal | None = None
    sets: tuple[Literal, ...] = ()


@closed
@dataclass(frozen=True)
class Literal:
    """What an assumption, and `also` others of its kind, would be at the page's word."""

    path: str
    to: Formula
    words: str
    also: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path, *self.also)


@closed
@dataclass(frozen=True)
class Claim:
    """One published claim.

    kind        one of KINDS
    where       the part of the page in which it stands
    page        the page, if it is not the KPI article
    printed     the text as printed
    of          the assumption that has the text, as path[year]; it stands in place of `printed`
    figures     names of the numbers in the text, in order, `_` for a number without one; the
                claim's own figure has the name of the claim. Without names it is the first number
    lost        decimals that were lost in printing
    read        what the figure must be read as, if it is not the printed one with `lost` decimals
    rounded_to  what the figure is rounded to, if that is not its last digit
    argued      the arithmetic by which the page comes to the figure, if that proves nothing
    proof       why the figure must be read so
    against     what the figure contradicts
    model       what the projection gives, of a figure of the plan the assumption. A check with a
                bound says whether a goal is met
    calibrated  the assumption that was calibrated until the model gave the figure, or that is
                derived from the figure
    fitted      the same, if other printed figures give the claim, too, so that the model is no
                second proof of it
    derives     the assumptions that are derived from the figure as read
    beside      further figures that decide nothing; with a bound, whether they are within it
    implies     assumptions that are the same quantity in another form, and what they would be
    another     what the model's figure, or that of the proof, measures instead
    names       segments that the claim lists in place of figures
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
    def figure_names(self) -> tuple[str, ...]:
        return self.figures or (() if self.names else (self.id,))


@closed
@dataclass(frozen=True)
class LtvToCac:
    """One way to calculate LTV:CAC, and in words what it counts. A `goal` is what the page asks
    for, and shows nothing as reached; `forced` is what the published outcomes force."""

    label: str
    ltv: Formula
    cac: Formula
    words: str
    goal: bool = False
    forced: bool = False

    @property
    def of_model(self) -> bool:
        """Whether it is of the model's figures, and not of those of the page."""
        return any(reference.name.startswith("unit.") for reference in self.ltv.references)


@closed
@dataclass(frozen=True)
class Carriers:
    """The segment whose LTV:CAC is taken apart, why, and by which assumptions. `literal` are those
    for which the page gives a value, in the file by path alone if a claim implies the value."""

    segment: str
    why: str
    paths: tuple[str, ...]
    literal: tuple[Literal, ...] = ()


@closed
@dataclass(frozen=True)
class Needs:
    """What some published figures require, calculated row by row."""

    caption: str
    rows: tuple[Check, ...]


@closed
@dataclass(frozen=True)
class Claims:
    """Everything that is published about a company; of most nothing is."""

    source: str = ""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    terms: Mapping[str, Definition] = field(default_factory=dict)
    ratios: tuple[LtvToCac, ...] = ()
    needs: Needs | None = None
    carriers: Carriers | None = None


def claims(company: str) -> Claims:
    """The claims of a company: none where it has no claims.yaml, or has the texts of another.
    Raises InputError with all that is wrong with the file."""
    return _claims(company) if company in COMPANIES else Claims()


@lru_cache(maxsize=8)
def _claims(company: str) -> Claims:
    path, faults = HERE / company / "claims.yaml", []
    if not exists(path):
        return Claims()
    file = read(path)
    faults += file.problems
    by_name = {name: entry(Claim, {"id": name, **content} if isinstance(content, dict) else content,
                           file, ("claims", name), faults)
               for name, content in mapping(file, "claims", faults).items()}
    terms = {name: entry(Definition, content, file, ("terms", name), faults)
             for name, content in mapping(file, "terms", faults).items()}
    implied = {each.implies.path: each.implies for claim in by_name.values() if claim
               for each in (claim, *claim.readings) if each.implies}
    content = {**file.content, "claims": {}, "terms": {}}
    if isinstance(content.get("carriers"), dict):
        content["carriers"] = _with_implied(content["carriers"], implied, file, faults)
    whole = entry(Claims, content, file, (), faults)
    if faults:
        raise InputError(faults)
    return replace(whole, claims=by_name, terms=terms)


def _with_implied(carriers: dict, implied: Mapping[str, Literal], file: ParamsFile,
                  faults: list[Problem]) -> dict:
    """The carriers, with the values that claims imply for those that are named by path alone."""
    literal = []
    for place, each in enumerate(carriers.get("literal") or ()):
        alone = isinstance(each, dict) and each.keys() == {"path"}
        if alone and each["path"] not in implied:
            faults.append(Problem(file.where("carriers", "literal", place), (
                f"no claim implies a value for {each['path']}; add to: and words:, or take it "
                "out.")))
        else:
            literal.append(implied[each["path"]] if alone else each)
    return {**carriers, "literal": literal}
