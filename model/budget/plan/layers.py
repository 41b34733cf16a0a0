"""What must hold between the numbers of a plan, and what is worth a look in a usable one.

Laying a scenario's changes over the base plan.
"""

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
    PlanHeader,
    PlanScenario,
    RuleText,
    must_hold,
    value_fault,
)
from model.params.entry import Numbers, validate
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted

_SLACK = 1e-9


def cross_problems(over: Laid) -> list[Problem]:
    """What is wrong between numbers that are sound by themselves."""
    problems = []
    for paths, check in _CHECKS:
        if all(path in over.values for path in paths):
            said = check(over, *(over.values[path] for path in paths))
            # What fitted a plan of other weeks stands where it was; the weeks are what changed.
            asked = (*paths, "weeks") if check in _OF_WEEKS else paths
            problems += [Problem(over.last(*asked), said)] if said else []
    return problems + _priorities(over) + _headline(over)


def _headline(over: Laid) -> list[Problem]:
    every = f"known: {', '.join(NAMES)}."
    return [Problem(over("headline"), f"headline: {quoted(name)} is not a KPI of the budget; "
                                      f"{nearest(name, NAMES, lists=every)}")
            for name in over.header.headline if name not in NAMES]


def _shares(over: Laid, *shares: float) -> str | None:
    total = sum(shares)
    if abs(total - 1) <= _SLACK:
        return None
    listed = ", ".join(f"{path} {share:g}" for path, share in zip(SHARES, shares, strict=True))
    return f"the shares sum to {total:.12g} ({listed}), but must sum to 1; change one."


def _total(over: Laid, total: float) -> str | None:
    return None if from_usd(total) else "total is 0 USD, so there is nothing to plan; type more."


def _profile(over: Laid, profile: tuple[float, ...]) -> str | None:
    weeks = over.header.weeks
    if len(profile) != weeks:
        return (f"offered.profile has {len(profile)} numbers for {weeks} weeks; give one for each "
                "week.")
    return None if sum(profile) > 0 else "offered.profile offers no hours at all; give some."


def _end(over: Laid, end: float) -> str | None:
    weeks = over.header.weeks
    if end <= weeks:
        return None
    return f"cohorts.end_week is week {end:g}, after the last of {weeks}; name one within."


def _shock(over: Laid, shock: tuple[float, ...]) -> str | None:
    path, weeks = "simulation.environment.shock_weeks", over.header.weeks
    if len(shock) != 2:
        return (f"{path} has {len(shock)} numbers, but needs two: the first and the last week in "
                "which a shock may come.")
    first, last = shock
    if first > last:
        return f"{path} runs from week {first:g} to week {last:g}; write the first week first."
    return None if last <= weeks else (
        f"{path} ends in week {last:g}, after the last of {weeks}; name one within.")


def _starts(over: Laid, starts: tuple[float, ...], end: float) -> str | None:
    late = [start for start in starts if start > end]
    if late:
        return (f"cohorts.start_weeks holds week {late[0]:g}, after the cohorts' end in week "
                f"{end:g}; let each start earlier.")
    return None


def _ordered(low: str, high: str) -> tuple[tuple[str, str], Callable]:
    def check(over: Laid, lower: float, upper: float) -> str | None:
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
    _ordered("reserve.least", "reserve.most"),
    _ordered("caps.bucket_share", "caps.gate_share"),
    _ordered("gate.completion_below", "gate.release_at"),
)
_OF_WEEKS = (_profile, _end, _shock)


def _priorities(over: Laid) -> list[Problem]:
    taken: dict[int, str] = {}
    problems = []
    for code, bucket in over.buckets.items():
        if bucket.priority in taken:
            where = over.last(*(f"buckets.{each}.priority"
                                for each in (code, taken[bucket.priority])))
            problems.append(Problem(where, f"buckets.{code} has "
                                    f"priority {bucket.priority}, as has {taken[bucket.priority]}; "
                                    "give each its own."))
        taken.setdefault(bucket.priority, code)
    return problems


def alerts(plan) -> list[str]:
    """A sentence for each thing that is worth a look in a plan."""
    said = [sentence for path in plan.entries if (sentence := _implausible(plan, path))]
    if not 3 <= len(plan.headline) <= 5:
        count = len(plan.headline)
        said.append(f"{count} headline KPI{'s' * (count != 1)} "
                    f"({', '.join(plan.headline) or 'none'}): "
                    "three to five tied to outcomes keep a programme on its purpose")
    reserve = plan["shares.contingency"]
    least, most = plan["reserve.least"], plan["reserve.most"]
    if plan.active("R19") and not least - _SLACK <= reserve <= most + _SLACK:
        said.append(f"the reserve of {100 * reserve:g}% lies outside {100 * least:g}% to "
                    f"{100 * most:g}% of the total (rule R19)")
    if not plan.equity_floor.any():
        said.append("the equity floor is 0, so nothing is reserved for its learners (rule R20)")
    acts = plan.whole("unused_hours.week")
    if plan.active("R17") and acts > plan.weeks:
        said.append(f"rule R17 waits for week {acts} of a plan with {plan.weeks} weeks, so it "
                    "never acts")
    return said


def _implausible(plan, path: str) -> str | None:
    entry, value = plan.entries[path], plan.values[path]
    low, high = entry.range
    if isinstance(value, tuple):
        # A list has factors as its range; of another length it has no base to compare with.
        if len(value) != len(entry.value):
            return None
        outside = [(number, low * base, high * base)
                   for number, base in zip(value, entry.value, strict=True)
                   if not low * base - _SLACK <= number <= high * base + _SLACK]
    else:
        outside = [(value, low, high)] if not low - _SLACK <= value <= high + _SLACK else []
    if not outside:
        return None
    number, low, high = outside[0]
    return (f"{entry.label} ({path}) is {number:,.12g} {entry.unit}, outside its plausible "
            f"{low:,.12g} to {high:,.12g}")


_NUMBERS = TypeAdapter(Numbers)
_HEAD = ("headline", "start", "weeks")
_WORDS = {"buckets": Bucket, "rules": RuleText}
_LISTED = "params/budget/base.yaml lists the paths."
_NOWHERE = ParamsFile("changes", {}, {})


@dataclass
class Laid:
    """The plan after all layers, where each path was set, and what is wrong with the changes."""

    base: PlanBase
    header: PlanHeader
    buckets: dict[str, Bucket]
    rules: dict[str, RuleText]
    values: dict[str, float | tuple[float, ...]]
    whence: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __call__(self, path: str) -> str:
        """File and line on which a path was last set, or `changes`."""
        if path in self.whence:
            return self.whence[path]
        head = () if path.partition(".")[0] in (*_HEAD, *_WORDS) else ("assumptions",)
        return self.base.file.where(*head, *path.split("."))

    def last(self, *paths: str) -> str:
        """Where the first of some paths that is no longer base's was set; else base's first."""
        return self(next((path for path in paths if path in self.whence), paths[0]))


def laid(base: PlanBase, layers: list[tuple[PlanScenario, ParamsFile]],
         changes: Mapping[str, object]) -> Laid:
    """Base with the changes of every layer and of the caller laid over it."""
    over = Laid(base, base.header, dict(base.buckets), dict(base.rules),
                {path: entry.value for path, entry in base.entries.items()})
    for layer, file in layers:
        for path, value in layer.changes.items():
            _lay(over, path, value, file)
    for path, value in changes.items():
        _lay(over, str(path), value, None)
    return over


def _lay(over: Laid, path: str, value: object, file: ParamsFile | None) -> None:
    where = file.where("changes", path) if file else "changes"
    section, _, rest = path.partition(".")
    if path in over.base.entries:
        fault = _lay_number(over, path, value)
    elif over.base.doubts(path):
        return
    elif path in _HEAD:
        fault = _lay_head(over, path, value)
    elif section in _WORDS and rest.count(".") == 1:
        fault = _lay_words(over, section, *rest.split("."), value)
    else:
        known = (*(over.base.entries or PATHS), *_HEAD,
                 *(f"rules.{code}.active" for code in over.rules))
        fault = f"{path} is not an assumption; {nearest(path, known, lists=_LISTED)}"
    if fault:
        over.problems.append(Problem(where, fault))
    else:
        over.whence[path] = where


def _lay_number(over: Laid, path: str, value: object) -> str | None:
    try:
        number = _NUMBERS.validate_python(value)
    except ValidationError as error:
        return f"{path} {error.errors()[0]['ctx']['error']}."
    if fault := value_fault(path, over.base.entries[path], number, value):
        return f"{path} {fault}"
    over.values[path] = number
    return None


def _lay_head(over: Laid, key: str, value: object) -> str | None:
    made, problems = validate(PlanHeader, {**over.header.model_dump(), key: value}, _NOWHERE,
                              name="the plan")
    if problems:
        return problems[0].what
    over.header = made
    return None


def _lay_words(over: Laid, section: str, code: str, key: str, value: object) -> str | None:
    members, schema = getattr(over, section), _WORDS[section]
    if code not in members:
        hint = nearest(code, members, lists=f"known: {', '.join(members)}.")
        return f"{section}.{code}.{key}: {code} is unknown; {hint}"
    made, problems = validate(schema, {**members[code].model_dump(), key: value}, _NOWHERE,
                              name=f"{section}.{code}")
    if problems:
        return problems[0].what
    if section == "rules" and (held := must_hold(code, made)):
        return held
    members[code] = made
    return None
