"""Reading one params file: plain values, and the line on which each of them stands.

Numbers are read strictly: what is not written as a plain decimal number is text, so that nothing
(octal, sexagesimal, dates, yes and no) turns into a number that nobody typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from model.places import shown
from model.problems import Problem, quoted

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class ParamsFile:
    """The content of one file: nested dicts, the line of each key path, what was wrong."""

    name: str
    content: dict
    lines: dict[tuple, int] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def where(self, *keys: object) -> str:
        """File and line of a key path, or of its nearest parent that stands in the file."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.name}:{self.lines.get(keys, 1)}"


def read(path: Path) -> ParamsFile:
    """Read a file. Whatever is wrong with it as YAML is in `problems`, the rest is in `content`."""
    name = shown(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return ParamsFile(name, {}, {}, (Problem(name, f"cannot be read ({error.strerror})."),))
    return _parse(name, raw)


@lru_cache(maxsize=64)
def _parse(name: str, raw: bytes) -> ParamsFile:
    if len(raw) > MAX_BYTES:
        what = f"has {len(raw):,} bytes; a params file has at most {MAX_BYTES:,}."
        return ParamsFile(name, {}, {}, (Problem(name, what),))
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8 text; save the file as UTF-8."
        return ParamsFile(name, {}, {}, (Problem(name, what),))
    except (yaml.YAMLError, RecursionError) as error:
        return ParamsFile(name, {}, {}, (_not_yaml(name, error),))
    reading = _Reading(name)
    content = reading.value(node, ()) if node is not None else {}
    if not isinstance(content, dict):
        reading.say(node, "must be a list of names with values, one 'name: value' a line.")
        content = {}
    return ParamsFile(name, content, reading.lines, tuple(reading.problems))


def typed(text: str) -> object:
    """The value of a text as if it stood in a params file; for `--set path=value`.

    Raises ValueError with a sentence where the text is not YAML.
    """
    parsed = _parse("--set", f"value: {text}".encode())
    if parsed.problems:
        raise ValueError(parsed.problems[0].what)
    return parsed.content["value"]


def _not_yaml(name: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"{name}:{mark.line + 1}" if mark else name
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deep"
    return Problem(where, f"cannot be read as YAML: {reason}; look for a missing colon, a tab or "
                          "an unclosed quote or bracket near this line.")


class _Reading:
    """One pass over the nodes of a file."""

    def __init__(self, name: str):
        self.name = name
        self.lines: dict[tuple, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def say(self, node: yaml.Node, what: str) -> None:
        self.problems.append(Problem(f"{self.name}:{node.start_mark.line + 1}", what))

    def value(self, node: yaml.Node, keys: tuple) -> object:
        self.lines[keys] = node.start_mark.line + 1
        if id(node) in self._seen:
            self.say(node, "uses an alias (*name); write the value out where it is needed.")
            return None
        self._seen.add(id(node))
        if len(keys) > MAX_DEPTH:
            self.say(node, f"is nested more than {MAX_DEPTH} levels deep.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*keys, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, keys: tuple) -> dict:
        found: dict = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.say(key_node, "has a list or mapping as a name; names are plain words.")
                continue
            key = _scalar(key_node)
            key = key if isinstance(key, int) and not isinstance(key, bool) else key_node.value
            if key in found:
                first = self.lines[(*keys, key)]
                self.say(key_node, f"{quoted(str(key))} stands twice (first on line {first}); "
                                   "keep one of the two.")
                continue
            found[key] = self.value(value_node, (*keys, key))
            self.lines[(*keys, key)] = key_node.start_mark.line + 1
        return found


def _scalar(node: yaml.ScalarNode) -> object:
    text = node.value
    if node.style:
        return text
    if _NUMBER.fullmatch(text):
        return float(text) if re.search(r"[.eE]", text) else _whole(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    if text in ("", "~", "null"):
        return None
    return {"true": True, "false": False}.get(text, text)


def _whole(text: str) -> int | float:
    """Digits as an int; beyond what a float holds exactly, as the float that they will become."""
    return int(text) if len(text) <= 15 else float(text)
