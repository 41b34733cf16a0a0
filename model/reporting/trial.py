"""The record of the campaign that tries how far the model can be trusted, and whether it still
counts: it does as long as the model and its params are those that were tried.

`make trust` makes it; a part that was not tried is not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model import folders

RECORD = Path(__file__).with_name("trial.json")
OF_NOW, OF_ANOTHER, NOT_TRIED = "of this state", "not of this state", "not tried"
# What was recorded says nothing of how figures are made.
_RECORDS = ("trial.json", "equality.json")
_KINDS = (".py", ".yaml", ".json", ".js", ".j2", ".css")


def mark() -> str:
    """A mark of the model's files and of the params of this folder."""
    package = Path(__file__).resolve().parent.parent
    found = hashlib.sha256()
    for root in (package, folders.params()):
        for path in sorted(root.rglob("*")):
            if path.suffix in _KINDS and path.name not in _RECORDS and path.is_file():
                found.update(f"{path.relative_to(root).as_posix()}\n".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def record() -> dict:
    """The record by part; empty where there is none."""
    try:
        return json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def state(part: Mapping | None, now: str) -> str:
    """Whether a part of the record was tried, and is of the state that has a mark."""
    if not part:
        return NOT_TRIED
    return OF_NOW if part.get("mark") == now else OF_ANOTHER


@dataclass(frozen=True)
class Caught:
    """What became of planted errors: how many were planted, how many change a figure, and of
    those how many are told of as wrong, by name, as some change, or by nobody."""

    planted: int = 0
    told: int = 0
    named: int = 0
    changed: int = 0
    escaped: int = 0

    @property
    def count(self) -> int:
        """Errors that change a figure."""
        return self.told + self.named + self.changed + self.escaped

    def share(self, number: int) -> float:
        return number / self.count if self.count else 1.0

    def __add__(self, other: Caught) -> Caught:
        return Caught(*(getattr(self, name) + getattr(other, name)
                        for name in ("planted", "told", "named", "changed", "escaped")))


def caught(counts: Mapping[str, int]) -> Caught:
    return Caught(*(counts.get(name, 0)
                    for name in ("planted", "told", "named", "changed", "escaped")))


def by_kind(planted: Mapping, without: str = "") -> dict[str, Caught]:
    """What became of planted errors by kind, from all places, without one kind."""
    found: dict[str, Caught] = {}
    for kinds in planted["places"].values():
        for kind, counts in kinds.items():
            if kind != without:
                found[kind] = found.get(kind, Caught()) + caught(counts)
    return dict(sorted(found.items()))


def by_place(planted: Mapping, without: str = "") -> dict[str, Caught]:
    """The same by place, from all kinds."""
    return {place: sum((caught(counts) for kind, counts in kinds.items() if kind != without),
                       Caught()) for place, kinds in planted["places"].items()}
