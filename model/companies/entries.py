"""Entries of a company's own files as data classes, with what is wrong by line."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

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
