"""Entries of a company's own files as data classes, with what is wrong by line."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from model.currency import NO_CURRENCY, UNIT
from model.folders import relative
from model.params.yaml_file import ParamsFile
from model.problems import Problem, nearest, quoted


def closed(kind: type) -> type:
    """A data class whose entries may hold only the keys that it names."""
    kind.__pydantic_config__ = ConfigDict(extra="forbid")
    return kind


@lru_cache(maxsize=32)
def _adapter(kind: type) -> TypeAdapter:
    return TypeAdapter(kind)


def entry(kind: type, content: object, file: ParamsFile, at: tuple, faults: list[Problem]) -> Any:
    """A data class from its entry at a path of keys in a file; None, with problems, where it is
    faulty."""
    name = ".".join(map(str, at))
    if not isinstance(content, dict):
        faults.append(Problem(file.where(*at), f"{name} must be a mapping of keys to values, such "
                              f"as {next(iter(fields(kind))).name}: …"))
        return None
    try:
        return _adapter(kind).validate_python(content)
    except ValidationError as error:
        faults += [_problem(kind, each, file, at, name) for each in error.errors()]
        return None


def money_problems(where: str, name: str, unit: object) -> list[Problem]:
    """What is wrong with a unit in a company's folder that calls money by its currency."""
    words = re.findall(r"[A-Z]{3}", unit) if isinstance(unit, str) else []
    return [Problem(where, (
        f"{name}: unit is {quoted(unit)}, but a company's folder calls money {UNIT}; currency in "
        "the head of base.yaml says what it is shown as. Write "
        f"{quoted(unit.replace(word, UNIT))}."))
        for word in dict.fromkeys(words) if word not in (UNIT, NO_CURRENCY)]


def text_problems(module: ModuleType) -> list[Problem]:
    """The same of the units that a company's module of formulas states itself, as `BESIDE`."""
    found = []
    for path, unit in module.BESIDE.items():
        if faults := money_problems("", path, unit):
            file = Path(module.__file__)
            lines = file.read_text(encoding="utf-8").splitlines()
            at = next((number for number, line in enumerate(lines, 1) if path in line), 1)
            found += [Problem(f"{relative(file)}:{at}", fault.what) for fault in faults]
    return found


def mapping(file: ParamsFile, section: str, faults: list[Problem]) -> dict:
    """A section of a file, which may be left out, as a mapping of names."""
    content = file.content.get(section)
    if content is None or isinstance(content, dict):
        return content or {}
    faults.append(Problem(file.where(section), f"{section} must be a mapping of names to entries."))
    return {}


def _problem(kind: type, error: dict, file: ParamsFile, at: tuple, name: str) -> Problem:
    keys = tuple(error["loc"])
    where, path = file.where(*at, *keys), ".".join(map(str, keys))
    match error["type"]:
        case "missing":
            return Problem(where, f"{name} has no '{path}'; add it.")
        case "unexpected_keyword_argument":
            known = [field.name for field in fields(kind)]
            return Problem(where, f"{name} has an unknown key {quoted(path)}; "
                                  f"{nearest(str(keys[-1]), known)}")
    return Problem(where, f"{name}: {path} is {quoted(error['input'])}, but "
                          f"{error['msg'].lower().replace('input should be', 'it must be')}.")
