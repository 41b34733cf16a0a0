"""Reading base.yaml: its header, and every assumption of the company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from model.params import names, settings
from model.params.entry import Entry, Header, parsed
from model.params.fields import EVIDENCE
from model.params.quantities import UNITS
from model.params.series import Calendar
from model.params.yaml_file import ParamsFile, read
from model.problems import Problem

_ENTRY_KEYS = frozenset(Entry.model_fields)


@dataclass(frozen=True)
class Base:
    """Header, horizon and sound entries by path; and what is wrong with the file.

    Where the header or the horizon is faulty, others stand in for them, so that one reading finds
    every problem. `faulty` names the entries and sections that are in the file but of no use.
    """

    file: ParamsFile
    header: Header
    calendar: Calendar
    entries: dict[str, Entry] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def doubts(self, path: str) -> bool:
        """Whether a path may be right, though it is not among the sound entries."""
        return not self.entries or any(path == name or path.startswith(f"{name}.")
                                       for name in self.faulty)


def read_base(path: Path) -> Base:
    """What a company's base.yaml holds, and every problem of it."""
    base = _checked(read(path))
    return replace(base, entries=dict(base.entries), faulty=list(base.faulty),
                   problems=list(base.problems))


@lru_cache(maxsize=8)
def _checked(file: ParamsFile) -> Base:
    if file.problems and not file.content:
        return Base(file, *_any_time(), problems=list(file.problems))
    header, problems = parsed(Header, file.content, file)
    calendar = Calendar(int(header.start[:4]), header.months) if header else None
    if header and (header.months % 12 or not 12 <= header.months <= 120 or
                   not header.start.endswith("-01")):
        problems.append(Problem(file.where("months"), f"{header.months} months from "
                                f"{header.start}: the horizon is whole calendar years, 12 to 120 "
                                "months from a January."))
        header = None
    if header is None:
        header, calendar = _any_time()
    base = Base(file, header, calendar, problems=[*file.problems, *problems])
    collect(header.assumptions or file.content.get("assumptions"), ("assumptions",), base)
    return base


def _any_time() -> tuple[Header, Calendar]:
    return Header(**Header.STAND_INS, start="1900-01", months=2400), Calendar(1900, 2400)


def collect(tree: object, at: tuple, base: Base, add: Callable | None = None) -> None:
    """Hand every assumption below a section to `add(path, content, at, base)`, and note in
    `base` what is neither an assumption nor a section."""
    add = add or _add
    for name, content in tree.items() if isinstance(tree, dict) else ():
        here = (*at, name)
        path = ".".join(here[1:])
        if fault := names.fault(name):
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
    entry, problems = parsed(Entry, content, base.file, at, called=path)
    faults = _entry_problems(path, entry, content, base) if entry else []
    base.problems.extend(problems + faults)
    if entry is None or faults:
        base.faulty.append(path)
    else:
        base.entries[path] = entry


def _entry_problems(path: str, entry: Entry, content: dict, base: Base) -> list[Problem]:
    """What is wrong with one entry beyond its shape: times, domain, range."""
    calendar, file = base.calendar, base.file
    where = file.where("assumptions", *path.split("."), "value")
    try:
        settings.check_form(entry, entry.value, calendar)
        settings.check_domain(entry, entry.value)
        settings.check_point(entry, content.get("value"))
    except ValueError as error:
        return [Problem(where, f"{path} {error}")]
    return _printed_problems(path, entry, base) or _range_problems(path, entry, calendar, file)


def _printed_problems(path: str, entry: Entry, base: Base) -> list[Problem]:
    """What is wrong with the years for which a value is said to be printed."""
    if not entry.printed_for:
        return []
    # A plan that ends before a printed year says nothing of it.
    early = [year for year in entry.printed_for if year < base.calendar.first_year]
    absent = [year for year in entry.printed_for
              if entry.dated and year in base.calendar.years and year not in entry.dated]
    if entry.kind not in EVIDENCE:
        fault = (f"names years, but the source is {entry.kind}; only what is "
                 f"{' or '.join(EVIDENCE)} is printed. Remove it, or change the source.")
    elif early:
        fault = (f"names {early[0]}, before the plan begins in {base.calendar.first_year}; name "
                 "a year of the plan, or remove it.")
    elif absent:
        fault = f"names {absent[0]}, of which the value says nothing; remove it, or give the value."
    else:
        return []
    return [Problem(base.file.where("assumptions", *path.split("."), "printed_for"),
                    f"{path}: printed_for {fault}")]


def _range_problems(path, entry, calendar, file) -> list[Problem]:
    where = file.where("assumptions", *path.split("."), "range")
    domain, (low, high) = UNITS[entry.unit], entry.range
    if entry.form != "constant" and not 0 <= low <= 1 <= high:
        return [Problem(where, f"{path}: the range [{low:g}, {high:g}] of values over time holds "
                               "factors on the whole path, so it must contain 1.")]
    ends = settings.reach(entry, settings.Setting(entry.value).spread(entry, calendar))
    for end in ends:
        bad = settings.first_outside(end, domain)
        if bad is not None:
            return [Problem(where, f"{path}: the range [{low:g}, {high:g}] reaches {bad:.12g} "
                                   f"{entry.shown_unit}, outside what the unit allows ({domain}); "
                                   "narrow it.")]
    return []
