"""A params file as plain values, each with the line on which it stands.

Only plain decimal numbers are numbers. All else that YAML would make a number, a date or a truth
value of, such as octal digits or yes and no, is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from model import files
from model.folders import relative
from model.params.numerals import plain_number
from model.problems import Problem, quoted

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_COMPANIES = Path(__file__).resolve().parent.parent / "companies"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, eq=False)
class ParamsFile:
    """The content of a file as nested dicts, the line of each path of keys, and the problems. A
    file that did not change is the same object each time it is read."""

    name: str
    content: dict
    lines: dict[tuple, int] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def where(self, *keys: object) -> str:
        """File and line of a path of keys, or of its nearest parent in the file."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.name}:{self.lines.get(keys, 1)}"


@lru_cache(maxsize=1)
def glossaries() -> dict[str, dict]:
    """What companies declare of themselves: the content of their glossaries by the name of their
    folder, as it was when first read."""
    return {path.parent.name: read(path).content
            for path in sorted(_COMPANIES.glob("*/glossary.yaml"))}


@lru_cache(maxsize=1)
def shared_glossary() -> dict:
    """What is declared of all companies, as it was when first read."""
    return read(_COMPANIES / "glossary.yaml").content


def read(path: Path) -> ParamsFile:
    """A file with what can be read of it as `content`, and what is wrong as `problems`."""
    name = relative(path)
    try:
        return _parse(name, bytes_of(path))
    except files.UnusableError as error:
        return _unusable(name, error.line, str(error))


def bytes_of(path: Path) -> bytes:
    """The bytes of a params file. Raises UnusableError."""
    return files.read(path, MAX_BYTES, "a params file", "mend or remove it",
                      "keep only assumptions in it")


@lru_cache(maxsize=64)
def _parse(name: str, raw: bytes) -> ParamsFile:
    try:
        text = files.text(raw)
    except files.UnusableError as error:
        return _unusable(name, error.line, str(error))
    reading = _Reading(name, text)
    try:
        content = reading.document()
    except _TooDeepError as error:
        return _unusable(name, error.line, f"is nested more than {MAX_DEPTH} levels deep; look for "
                                           "an unclosed bracket or write it flatter.")
    except yaml.YAMLError as error:
        return _not_yaml(name, text, error)
    if not isinstance(content, dict):
        reading.say(1, "must be a list of names with values, one 'name: value' a line.")
        content = {}
    return ParamsFile(name, content, reading.lines, tuple(reading.problems))


def parse(name: str, text: str) -> ParamsFile:
    """The file of this name if this were its text."""
    return _parse(name, text.encode(errors="replace"))


def value_of(text: str) -> object:
    """The value of `--set path=value`. Raises ValueError with a sentence."""
    file = parse("--set", f"value: {text}")
    if file.problems:
        raise ValueError(file.problems[0].what)
    if file.content.keys() != {"value"}:
        raise ValueError("is more than one value; give each path a --set of its own.")
    return file.content["value"]


def _unusable(name: str, line: int, what: str) -> ParamsFile:
    return ParamsFile(name, {}, {}, (Problem(f"{name}:{line}", what),))


def _not_yaml(name: str, text: str, error: yaml.YAMLError) -> ParamsFile:
    if mark := getattr(error, "problem_mark", None):
        line, reason = mark.line + 1, error.problem
    else:
        control = next((i for i, c in enumerate(text)
                        if not c.isprintable() and c not in "\t\r\n"), 0)
        line, reason = text.count("\n", 0, control) + 1, getattr(error, "reason", "not text")
    return _unusable(name, line, f"cannot be read as YAML: {reason}; look for a missing colon, a "
                                 "tab or an unclosed quote or bracket near this line.")


class _TooDeepError(Exception):
    def __init__(self, line: int):
        self.line = line


class _Reading:
    """One pass over a file's YAML events. Raises _TooDeepError for a value nested too deep."""

    def __init__(self, name: str, text: str):
        self.name = name
        self.lines: dict[tuple, int] = {}
        self.problems: list[Problem] = []
        self._events = yaml.parse(text, Loader=_LOADER)

    def say(self, line: int, what: str) -> None:
        self.problems.append(Problem(f"{self.name}:{line}", what))

    def document(self) -> object:
        """The value of the file; an empty dict for an empty file."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return {}
        content = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            self.say(_line(event), "begins a second document; remove the line of dashes.")
        return content

    def _value(self, event: yaml.Event, keys: tuple) -> object:
        self.lines[keys] = _line(event)
        if isinstance(event, yaml.AliasEvent):
            self.say(_line(event), f"uses an alias (*{event.anchor}); write the value out where it "
                                   "is needed.")
            return None
        if event.tag:
            self.say(_line(event), f"has a tag ({quoted(event.tag)}); remove it.")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if len(keys) >= MAX_DEPTH:
            raise _TooDeepError(_line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(keys)
        items: list = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*keys, len(items))))
        return items

    def _mapping(self, keys: tuple) -> dict:
        content: dict = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                self.say(line, "has a list, mapping or alias as a name; names are plain words.")
                self._value(event, (*keys, None))
                self._value(next(self._events), (*keys, None))
            elif event.value in content:
                first = self.lines[(*keys, event.value)]
                self.say(line, f"{quoted(event.value)} stands twice (first on line {first}); "
                               "keep one of the two.")
                self._value(next(self._events), (*keys, None))
            else:
                here = (*keys, event.value)
                content[event.value] = self._value(next(self._events), here)
                self.lines[here] = line
        return content


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1


def _scalar(event: yaml.ScalarEvent) -> object:
    text = event.value
    if event.style:
        return text
    if (number := plain_number(text)) is not None:
        return number
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    if text in ("", "~", "null"):
        return None
    return {"true": True, "false": False}.get(text, text)
