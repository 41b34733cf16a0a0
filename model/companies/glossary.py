"""What each line is: label, unit, kind and meaning, from glossary.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model.params_file import read
from model.problems import nearest


@dataclass(frozen=True)
class Term:
    """One line of the glossary. `kind` is flow, stock, ratio or flag; a ratio is `of` two lines."""

    label: str
    unit: str
    kind: str
    meaning: str
    of: tuple[str, ...] = ()
    sign: str = "plus"


class Glossary:
    """Terms by line name, and labels of segments."""

    def __init__(self, content: dict):
        self.terms = {name: Term(**{**term, "of": tuple(term.get("of", ()))})
                      for name, term in content["lines"].items()}
        self._segments: dict[str, str] = content["segments"]

    def term(self, line: str) -> Term:
        """The term of a line or of a segment's line. Raises KeyError with the nearest name."""
        name = line.partition(".")[0]
        if name not in self.terms:
            raise KeyError(f"{name!r} is not in glossary.yaml; {nearest(name, self.terms)}")
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
    file = read(Path(__file__).with_name("glossary.yaml"))
    return Glossary(file.content)
