"""What each line is: label, unit, kind and meaning, from glossary.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model.folders import shown
from model.params_file import read
from model.problems import InputError, Problem, nearest

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Term:
    """One line of the glossary. `kind` is flow, stock, ratio or flag; a ratio is `of` two lines."""

    label: str
    unit: str
    kind: str
    meaning: str
    of: tuple[str, ...] = ()
    sign: str = "plus"


class UndescribedError(InputError, KeyError):
    """A line that a month writes, or somebody asks for, and that the glossary does not hold."""

    def __init__(self, name: str, known: Iterable[str]):
        writes = re.compile(rf"\bnow(\[\w+\])?\.{re.escape(name)}\s*=[^=]")
        places = [f"{shown(path)}:{number}" for path in sorted(HERE.glob("*.py"))
                  for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
                  if writes.search(line)]
        super().__init__([Problem(
            next(iter(places), shown(HERE)), f"{name!r} is not in glossary.yaml; "
            f"{nearest(name, known)} A new line is described there, with label, unit, kind and "
            "meaning.")])


class Glossary:
    """Terms by line name, and labels of segments."""

    def __init__(self, content: dict):
        self.terms = {name: Term(**{**term, "of": tuple(term.get("of", ()))})
                      for name, term in content["lines"].items()}
        self._segments: dict[str, str] = content["segments"]

    def term(self, line: str) -> Term:
        """The term of a line or of a segment's line. Raises UndescribedError where it has none."""
        name = line.partition(".")[0]
        if name not in self.terms:
            raise UndescribedError(name, self.terms)
        return self.terms[name]

    def kind(self, line: str) -> tuple[str, tuple[str, ...]]:
        """The kind of a line and, of a ratio, the two lines that it divides."""
        term = self.term(line)
        return term.kind, term.of

    def segment(self, name: str) -> str:
        """A segment's label: as listed, otherwise its name in words."""
        return self._segments.get(name) or name.replace("_", " ").capitalize()

    def label(self, line: str) -> str:
        """Label of a line, with its segment if it has one: `Revenue, Young Pros`."""
        segment = line.partition(".")[2]
        label = self.term(line).label
        return f"{label}, {self.segment(segment)}" if segment else label


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    file = read(HERE / "glossary.yaml")
    return Glossary(file.content)
