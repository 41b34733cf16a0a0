"""Scenarios laid over the base plan, and what must hold between the numbers of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from model.budget.money import from_usd
from model.budget.plan.definitions import NAMES
from model.budget.plan.schema import (
    PATHS,
    SHARES,
    Bucket,
    PlanBase,
    PlanEntry,
    PlanHeader,
    PlanScenario,
    RuleText,
    must_hold,
    range_fault,
    value_fault,
)
from model.params.entry import validate
from model.params.values import Numbers
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted
from model.tolerance import near

_NUMBERS = TypeAdapter(Numbers)
_HEAD = ("headline", "start", "weeks", "roles")
_WORDS = {"buckets": Bucket, "rules": RuleText}
_HINT = "params/budget/base.yaml lists the paths."
_RANGE = ".range"
_NOWHERE = ParamsFile("changes", {}, {})


@dataclass
class Overlay:
    """The plan after all layers, and the problems of their changes.

    `places` says where each changed path was last set: file and line, or `changes`.
    """

    base: PlanBase
    header: PlanHeader
    buckets: dict[str, Bucket]
    rules: dict[str, RuleText]
    values: dict[str, float | tuple[float, ...]]
    entries: dict[str, PlanEntry]
    places: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __call__(self, path: str) -> str:
        """File and line on which a path was last set, or `changes`."""
        if path in self.places:
            return self.places[path]
        head = () if path.partition(".")[0] in (*_HEAD, *_WORDS) else ("assumptions",)
        return self.base.file.where(*head, *path.split("."))

    def last(self, *paths: str) -> str:
        """Where the first of some paths that a layer changed was set; else the first in base."""
        return self(next((path for path in paths if path in self.places), paths[0]))


def lay_over(base: PlanBase, layers: list[tuple[PlanScenario, ParamsFile]],
             changes: Mapping[str, object]) -> Overlay:
    """Base with the changes of every layer, and then of the caller, laid over it."""
    overlay = Overlay(base, base.header, dict(base.buckets), dict(base.rules),
                      {path: entry.value for path, entry in base.entries.items()},
                      dict(base.entries))
    for layer, file in layers:
        for path, value in layer.changes.items():
            _lay(overlay, path, value, file)
    for path, value in changes.items():
        _lay(overlay, str(path), value, None)
    return overlay


def _lay(overlay: Overlay, path: str, value: object, file: ParamsFile | None) -> None:
    where = file.where("changes", path) if file else "changes"
    section, _, rest = path.partition(".")
    if path in overlay.base.entries:
        fault = _lay_number(overlay, path, value)
    elif path.removesuffix(_RANGE) in overlay.base.entries:
        fault = _lay_range(overlay, path.removesuffix(_RANGE), value)
    elif overlay.base.doubts(path):
        return
    elif path in _HEAD:
        fault = _lay_head(overlay, path, value)
    elif section == "roles":
        fault = _lay_head(overlay, section, {**overlay.header.roles, rest: value})
    elif section in _WORDS and rest.count(".") == 1:
        fault = _lay_words(overlay, section, *rest.split("."), value)
    else:
        paths = (*(overlay.base.entries or PATHS), *_HEAD,
                 *(f"rules.{code}.active" for code in overlay.rules))
        fault = f"{path} is not an assumption; {nearest(path, paths, lists=_HINT)}"
    if fault:
        overlay.problems.append(Problem(where, fault))
    else:
        overlay.places[path] = where


def _lay_number(overlay: Overlay, path: str, value: object) -> str | None:
    try:
        number = _NUMBERS.validate_python(value)
    except ValidationError as error:
        return f"{path} {error.errors()[0]['ctx']['error']}."
    if fault := value_fault(path, overlay.base.entries[path], number, value):
        return f"{path} {fault}"
    overlay.values[path] = number
    return None


def _lay_range(overlay: Overlay, path: str, value: object) -> str | None:
    """Let other numbers of a path be plausible, as for a programme of another size."""
    content = {**overlay.entries[path].model_dump(exclude_none=True), "range": value}
    entry, problems = validate(PlanEntry, content, _NOWHERE, name=path)
    if problems:
        return problems[0].what
    if fault := range_fault(entry):
        return f"{path} {fault}"
    overlay.entries[path] = entry
    return None


def _lay_head(overlay: Overlay, key: str, value: object) -> str | None:
    header, problems = validate(PlanHeader, {**overlay.header.model_dump(), key: value}, _NOWHERE,
                              name="the plan")
    if problems:
        return problems[0].what
    overlay.header = header
    return None


def _lay_words(overlay: Overlay, section: str, code: str, key: str, value: object) -> str | None:
    members, schema = getattr(overlay, section), _WORDS[section]
    if code not in members:
        hint = nearest(code, members, lists=None)
        return f"{section}.{code}.{key}: {code} is unknown; {hint}"
    member, problems = validate(schema, {**members[code].model_dump(), key: value}, _NOWHERE,
                              name=f"{section}.{code}")
    if problems:
        return problems[0].what
    if section == "rules" and (fault := must_hold(code, member)):
        return fault
    members[code] = member
    return None


def cross_problems(overlay: Overlay) -> list[Problem]:
    """The problems between numbers that are sound by themselves."""
    problems = []
    for paths, check in _CHECKS:
        if all(path in overlay.values for path in paths):
            fault = check(overlay, *(overlay.values[path] for path in paths))
            # Where the value fits base's weeks, a layer's weeks are what is wrong.
            causes = (*paths, "weeks") if check in _OF_WEEKS else paths
            problems += [Problem(overlay.last(*causes), fault)] if fault else []
    return problems + _priorities(overlay) + _headline(overlay) + _roles(overlay)


def _roles(overlay: Overlay) -> list[Problem]:
    owners = sorted({rule.owner for rule in overlay.rules.values()})
    return [Problem(overlay.last(f"roles.{role}", "roles"), f"roles: {quoted(role)} owns no rule, "
                    f"so its people would decide nothing; {nearest(role, owners, lists=None)}")
            for role in overlay.header.roles if role not in owners and owners]


def _headline(overlay: Overlay) -> list[Problem]:
    return [Problem(overlay("headline"), f"headline: {quoted(name)} is not a KPI of the budget; "
                                      f"{nearest(name, NAMES, lists=None)}")
            for name in overlay.header.headline if name not in NAMES]


def _shares(overlay: Overlay, *shares: float) -> str | None:
    total = sum(shares)
    if near(total, 1):
        return None
    parts = ", ".join(f"{path} {share:g}" for path, share in zip(SHARES, shares, strict=True))
    return f"the shares sum to {total:.12g} ({parts}), but must sum to 1; change one."


def _total(overlay: Overlay, total: float) -> str | None:
    return None if from_usd(total) else "total is 0 USD, so there is nothing to plan; type more."


def _profile(overlay: Overlay, profile: tuple[float, ...]) -> str | None:
    weeks = overlay.header.weeks
    if len(profile) != weeks:
        return (f"offered.profile has {len(profile)} numbers for {weeks} weeks; give one for each "
                "week.")
    return None if sum(profile) > 0 else "offered.profile offers no hours at all; give some."


def _end(overlay: Overlay, end: float) -> str | None:
    weeks = overlay.header.weeks
    if end <= weeks:
        return None
    return f"cohorts.end_week is week {end:g}, after the last of {weeks}; name one within."


def _shock(overlay: Overlay, shock: tuple[float, ...]) -> str | None:
    path, weeks = "simulation.environment.shock_weeks", overlay.header.weeks
    if len(shock) != 2:
        return (f"{path} has {len(shock)} numbers, but needs two: the first and the last week in "
                "which a shock may come.")
    first, last = shock
    if first > last:
        return f"{path} runs from week {first:g} to week {last:g}; write the first week first."
    return None if last <= weeks else (
        f"{path} ends in week {last:g}, after the last of {weeks}; name one within.")


def _starts(overlay: Overlay, starts: tuple[float, ...], end: float) -> str | None:
    late = [start for start in starts if start > end]
    if late:
        return (f"cohorts.start_weeks holds week {late[0]:g}, after the cohorts' end in week "
                f"{end:g}; let each start earlier.")
    return None


def _order(low: str, high: str) -> tuple[tuple[str, str], Callable]:
    def check(overlay: Overlay, lower: float, upper: float) -> str | None:
        if lower <= upper:
            return None
        return f"{low} is {lower:g}, above {high}, which is {upper:g}; lower it or raise the other."

    return (low, high), check


_CHECKS = (
    (SHARES, _shares),
    (("total",), _total),
    (("offered.profile",), _profile),
    (("cohorts.end_week",), _end),
    (("cohorts.start_weeks", "cohorts.end_week"), _starts),
    (("simulation.environment.shock_weeks",), _shock),
    _order("reserve.least", "reserve.most"),
    _order("caps.bucket_share", "caps.gate_share"),
    _order("gate.completion_below", "gate.release_at"),
)
_OF_WEEKS = (_profile, _end, _shock)


def _priorities(overlay: Overlay) -> list[Problem]:
    holders: dict[int, str] = {}
    problems = []
    for code, bucket in overlay.buckets.items():
        first = holders.setdefault(bucket.priority, code)
        if first != code:
            where = overlay.last(*(f"buckets.{each}.priority" for each in (code, first)))
            problems.append(Problem(where, f"buckets.{code} has priority {bucket.priority}, as has "
                                    f"{first}; give each its own."))
    return problems
