"""The base.yaml of a company: its head, its entries, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from model.counts import count
from model.currency import in_units, labelled, other_code
from model.params import catalog, limits
from model.params.calendar import Calendar
from model.params.entry import Entry, Header, validate
from model.params.values import SEASON
from model.params.yaml_file import ParamsFile, read
from model.problems import Problem

# Keys by which an entry is told from a section; a section may hold an assumption named season.
_ENTRY_KEYS = frozenset(Entry.model_fields) - {SEASON}


@dataclass(frozen=True)
class Base:
    """What a company's base.yaml holds, and what is wrong with it. A faulty header or horizon is
    replaced by another, so that one reading names every problem. `faulty` are the paths of entries
    and sections in the file that cannot be used, `other_currencies` those whose units say another
    currency than the header, by its code."""

    file: ParamsFile
    header: Header
    calendar: Calendar
    entries: dict[str, Entry] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)
    other_currencies: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def doubts(self, path: str) -> bool:
        """Whether a path that is not among the entries may be in the file for all that."""
        return not self.entries or any(catalog.within(path, name) for name in self.faulty)


def read_base(path: Path) -> Base:
    """The base.yaml of a company."""
    base = _checked_base(read(path))
    return replace(base, entries={**base.entries}, faulty=[*base.faulty], problems=[*base.problems])


@lru_cache(maxsize=8)
def _checked_base(file: ParamsFile) -> Base:
    if file.problems and not file.content:
        return Base(file, *_any_time(), problems=list(file.problems))
    header, problems = validate(Header, file.content, file, name="the header")
    header, calendar = (header, header.calendar) if header else _any_time()
    base = Base(file, header, calendar, problems=[*file.problems, *problems])
    collect(header.assumptions or file.content.get("assumptions"), ("assumptions",), base)
    # A faulty head says no currency.
    base.problems.extend(() if problems else _currency_problems(base))
    return base


def _currency_problems(base: Base) -> Iterator[Problem]:
    for code, (path, *others) in base.other_currencies.items():
        those = f"the units of {path} and {count(len(others), 'other')} say" if others else (
            f"the unit of {path} says")
        yield Problem(base.file.where("currency"),
                      f"currency is {base.header.currency}, but {those} {code}; write the same "
                      "in both, as nothing is converted.")


def _any_time() -> tuple[Header, Calendar]:
    return Header(**Header.STAND_INS, start="1900-01", months=120), Calendar("1900-01", 2400)


def collect(tree: object, at: tuple, base: Base, add: Callable | None = None) -> None:
    """Call `add(path, content, at, base)` for every assumption; note what is none."""
    add = add or _add
    for name, content in tree.items() if isinstance(tree, dict) else ():
        here = (*at, name)
        path = ".".join(here[1:])
        if fault := catalog.name_fault(name):
            base.problems.append(Problem(base.file.where(*here), f"{path}: the name {name!r} "
                                                                 f"{fault}."))
        if not isinstance(content, dict) or not content:
            base.faulty.append(path)
            base.problems.append(Problem(base.file.where(*here), f"{path} is neither an assumption "
                                         "(label, unit, value, …) nor a section that holds some; "
                                         "complete it or remove it."))
        elif _ENTRY_KEYS & content.keys() or not any(isinstance(c, dict) for c in content.values()):
            add(path, content, here, base)
        else:
            collect(content, here, base, add)


def _add(path: str, content: dict, at: tuple, base: Base) -> None:
    currency = base.header.currency
    if code := other_code(content, currency):
        base.other_currencies.setdefault(code, []).append(path)
        currency = code
    entry, problems = validate(Entry, in_units(content, currency), base.file, at, name=path)
    faults = limits.problems(path, entry, content, base.file, base.calendar) if entry else []
    # As the file has it: whoever says the problems may show another plan's currency.
    base.problems.extend(Problem(each.where, labelled(each.what, currency))
                         for each in problems + faults)
    if entry is None or faults:
        base.faulty.append(path)
    else:
        base.entries[path] = entry
