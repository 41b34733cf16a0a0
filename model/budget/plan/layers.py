"""Laying a scenario's changes over the base plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from model.budget.plan.schema import (
    PATHS,
    Bucket,
    PlanBase,
    PlanHeader,
    PlanScenario,
    RuleText,
    must_hold,
    value_fault,
)
from model.params.entry import parsed
from model.params.fields import Numbers
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest

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
    made, problems = parsed(PlanHeader, {**over.header.model_dump(), key: value}, _NOWHERE,
                            called="the plan")
    if problems:
        return problems[0].what
    over.header = made
    return None


def _lay_words(over: Laid, section: str, code: str, key: str, value: object) -> str | None:
    members, schema = getattr(over, section), _WORDS[section]
    if code not in members:
        hint = nearest(code, members, lists=f"known: {', '.join(members)}.")
        return f"{section}.{code}.{key}: {code} is unknown; {hint}"
    made, problems = parsed(schema, {**members[code].model_dump(), key: value}, _NOWHERE,
                            called=f"{section}.{code}")
    if problems:
        return problems[0].what
    if section == "rules" and (held := must_hold(code, made)):
        return held
    members[code] = made
    return None
