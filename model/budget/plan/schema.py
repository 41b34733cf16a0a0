"""The parts of params/budget/base.yaml and of its scenarios, and reading the base file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from model.budget.money import from_usd
from model.budget.plan.paths import DIVISORS, LISTS, MOST_WEEKS, PATHS, UNITS
from model.params import catalog
from model.params.base_file import collect
from model.params.entry import Closed, validate
from model.params.numerals import ThreeDecimals, thousands
from model.params.values import Confidence, Day, Label, Numbers, Printed, Source, Span, Text, Whole
from model.params.yaml_file import ParamsFile, read
from model.problems import Problem, nearest, quoted

BUCKETS = ("ONE", "GRP", "LIB", "MEA", "CON", "MKT", "REC", "RED")
INDEX = {code: at for at, code in enumerate(BUCKETS)}
# The path of each bucket's share, in the order of the buckets.
SHARES = tuple(f"shares.{name}" for name in (
    "one_to_one", "workshops", "library", "measurement", "contingency", "marketing", "recruitment",
    "redesign"))
RULES = tuple(f"R{number}" for number in range(10, 24))
# What no programme can switch off: the total, the caps, the floor, the review by people, cadence.
ALWAYS = frozenset({"R15", "R16", "R20", "R21", "R22"})


def _plan_unit(value: Any) -> str:
    if not isinstance(value, str) or value not in UNITS:
        hint = nearest(value, UNITS, lists=None).rstrip(".")
        raise ValueError(f"{quoted(value)} is not a unit of a budget; {hint}")
    return value


def _monday(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.weekday() or not 1900 <= day.year <= 2199:
        raise ValueError(f"is {quoted(value)}, but must be the date of a Monday, such "
                         "as 2026-01-05")
    return day.isoformat()


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"is {quoted(value)}, but must be a list of names of KPIs, "
                         "[utilization, …]")
    if len(set(value)) < len(value):
        raise ValueError("names a KPI twice; keep one")
    return tuple(value)


def _people(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not all(
            isinstance(people, list | tuple) and all(
                isinstance(name, str) and name.strip() and name.isprintable() for name in people)
            for people in value.values()):
        raise ValueError(f"is {quoted(str(value))}, but must hold the people of each role, as "
                         "{Program manager: [Ann Lee, Bo Kim]}")
    return {str(role): tuple(name.strip() for name in people) for role, people in value.items()}


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"is {quoted(value)}, but must be true or false")
    return value


_ROLES = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}


class PlanEntry(Closed):
    """One assumption of a plan; its value is one number, or a list with one a week or a cohort."""

    STAND_INS: ClassVar = {"label": "?", "range": [1, 1], "source": "estimate: ?",
                           "confidence": "low"}

    label: Label
    unit: Annotated[str, BeforeValidator(_plan_unit), WithJsonSchema({"enum": list(UNITS)})]
    value: Numbers
    range: Span
    source: Source
    confidence: Confidence
    printed: Printed | None = None
    note: Text | None = None


class Bucket(Closed):
    """A part of the budget: what it pays, and its rank when money is short (1 comes first)."""

    label: Label
    priority: Whole
    pays: Text


class RuleText(Closed):
    """A rule: its owner, how often it is read, its wording, and whether it is in force."""

    label: Label
    owner: Label
    cadence: Literal["week", "month", "quarter", "always"]
    wording: Text
    source: Source
    active: Annotated[bool, BeforeValidator(_yes_or_no)] = True


def _weeks(value: object) -> object:
    if type(value) is not int or not 2 <= value <= MOST_WEEKS:
        raise ValueError(f"is {quoted(value)}, but must be a whole number of weeks from 2 to "
                         f"{MOST_WEEKS}")
    return value


class PlanHeader(Closed):
    """The entries of params/budget/base.yaml."""

    STAND_INS: ClassVar = {"title": "?", "currency": "USD", "start": "2026-01-05", "weeks": 13,
                           "as_of": "2000-01-01", "headline": [], "buckets": {}, "rules": {},
                           "assumptions": {}}

    title: Label
    currency: Literal["USD"]
    start: Annotated[str, BeforeValidator(_monday)]
    weeks: Annotated[int, BeforeValidator(_weeks), WithJsonSchema(
        {"type": "integer", "minimum": 2, "maximum": MOST_WEEKS})]
    as_of: Day
    headline: Annotated[tuple[str, ...], BeforeValidator(_names)]
    buckets: dict
    rules: dict
    assumptions: dict
    roles: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_people), WithJsonSchema(_ROLES)] \
        = Field(default_factory=dict)


class PlanScenario(Closed):
    """A scenario: its title, why it exists, and its changes to the base plan."""

    STAND_INS: ClassVar = {"title": "?", "why": "?"}

    title: Label
    why: Text
    changes: dict[str, Any] = Field(default_factory=dict)
    extends: str | None = None


@dataclass
class PlanBase:
    """The base file as read: its sound entries by path, and its problems."""

    file: ParamsFile
    header: PlanHeader
    buckets: dict[str, Bucket] = field(default_factory=dict)
    rules: dict[str, RuleText] = field(default_factory=dict)
    entries: dict[str, PlanEntry] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def doubts(self, path: str) -> bool:
        """Whether a path may be right, although it is not among the sound entries."""
        return any(catalog.within(path, name) for name in self.faulty)


def read_base(path: Path) -> PlanBase:
    """Read params/budget/base.yaml, with every problem of it."""
    file = read(path)
    header, problems = validate(PlanHeader, file.content, file, name="the header") \
        if file.content or not file.problems else (None, [])
    base = PlanBase(file, header or PlanHeader(**PlanHeader.STAND_INS),
                    problems=[*file.problems, *problems])
    if header is None or not header.assumptions:
        base.faulty += [*PATHS, "buckets", "rules"]
        return base
    base.buckets = _members(base, "buckets", header.buckets, BUCKETS, Bucket)
    base.rules = _members(base, "rules", header.rules, RULES, RuleText)
    base.problems += [Problem(file.where("rules", code, "active"), fault)
                      for code, rule in base.rules.items() if (fault := must_hold(code, rule))]
    collect(header.assumptions, ("assumptions",), base, _add)
    base.problems += [
        Problem(file.where("assumptions"), f"{name} is read by the budget but is not there; add "
                                           "it.")
        for name in PATHS if name not in base.entries and not base.doubts(name)]
    return base


def must_hold(code: str, rule: RuleText) -> str | None:
    """A sentence where a rule is switched off that always holds."""
    if rule.active or code not in ALWAYS:
        return None
    return f"{code} ({rule.label}) always holds and cannot be switched off; remove active: false."


def _members(base: PlanBase, section: str, content: Mapping[str, object],
             names: tuple[str, ...], schema: type[Closed]) -> dict:
    """The sound buckets or rules of a section; it must have exactly those of some names."""
    members = {}
    for name in content:
        if name not in names:
            hint = nearest(name, names, lists=None)
            base.problems.append(Problem(base.file.where(section, name), f"{section}: "
                                         f"{quoted(str(name))} is unknown; {hint}"))
    for name in names:
        at = (section, name)
        if name not in content:
            base.problems.append(Problem(base.file.where(section), f"{section} has no {name}; add "
                                                                   "it."))
            continue
        member, problems = validate(schema, content[name], base.file, at, name=f"{section}.{name}")
        base.problems += problems
        if member and not problems:
            members[name] = member
        else:
            base.faulty.append(f"{section}.{name}")
    return members


def _add(path: str, content: dict, at: tuple, base: PlanBase) -> None:
    entry, problems = validate(PlanEntry, content, base.file, at, name=path)
    if entry and not problems:
        wrong = value_fault(path, entry, entry.value, content.get("value"))
        faults = [(("value",), wrong)] if wrong else []
        faults += [(("range",), fault) for fault in [range_fault(entry)] if fault]
        if path not in PATHS:
            faults.append(((), "is read by nothing in the budget, so changing it would do "
                           f"nothing; {nearest(path, PATHS, lists='remove it.')}"))
        elif entry.unit != PATHS[path]:
            faults.append((("unit",), f"is in {entry.unit}, but the budget reads it in "
                                      f"{PATHS[path]}; give the value in that unit."))
        problems = [Problem(base.file.where(*at, *key), f"{path} {what}") for key, what in faults]
    base.problems += problems
    if entry is None or problems:
        base.faulty.append(path)
    else:
        base.entries[path] = entry


def value_fault(path: str, entry: PlanEntry, value: float | tuple[float, ...],
                text: object) -> str | None:
    """Why a path cannot have a value, as the end of a sentence; None where it can.

    `text` is the value as it stands in the file.
    """
    if isinstance(value, tuple) != (path in LISTS):
        return f"needs {'a list of numbers' if path in LISTS else 'one number'}."
    for number in text if isinstance(text, list) else (text,):
        if isinstance(number, ThreeDecimals) and entry.unit.startswith("USD"):
            return (f"is written {number.text}, with three digits behind its point; write "
                    f"{thousands(number.text)} where {thousands(number.text):,} is meant, and "
                    "otherwise at most two decimals.")
    domain, least = UNITS[entry.unit], DIVISORS.get(path, 0.0)
    for number in value if isinstance(value, tuple) else (value,):
        if not domain.allows(number):
            return (f"= {number:.12g} {entry.unit} is outside what its unit allows ({domain}); "
                    "type a value within.")
        if number < least:
            return (f"= {number:.12g} {entry.unit}, but the budget divides by it; type at least "
                    f"{least:.12g} {entry.unit}.")
        if entry.unit.startswith("USD"):
            try:
                from_usd(number)
            except ValueError as fault:
                return f"{fault}."
    return None


def range_fault(entry: PlanEntry) -> str | None:
    """Why an entry cannot have its range, as the end of a sentence; None where it can."""
    low, high = entry.range
    if isinstance(entry.value, tuple):
        return None if 0 <= low <= 1 <= high else (
            f"has the range [{low:g}, {high:g}]; that of a list holds factors on all of it, so it "
            "must contain 1.")
    outside = [end for end in entry.range if not UNITS[entry.unit].allows(end)]
    if not outside:
        return None
    return (f"has a range that reaches {outside[0]:.12g} {entry.unit}, outside what the unit "
            f"allows ({UNITS[entry.unit]}); narrow it.")
