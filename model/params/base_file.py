"""The base.yaml of a company: its head, its entries, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from model.counts import count
from model.currency import in_units, other_code
from model.params import catalog, limits
from model.params.calendar import Calendar
from model.params.entry import Entry, Header, validate
from model.params.series import over_time
from model.params.units import UNITS
from model.params.values import EVIDENCE, SEASON
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
    faults = _entry_problems(path, entry, content, base) if entry else []
    base.problems.extend(problems + faults)
    if entry is None or faults:
        base.faulty.append(path)
    else:
        base.entries[path] = entry


def _entry_problems(path: str, entry: Entry, content: dict, base: Base) -> list[Problem]:
    """What is wrong with an entry beyond its keys: times, domain, season, years of print,
    range."""
    key = "value"
    try:
        limits.check_form(entry, entry.value, base.calendar, path)
        limits.check_domain(entry, entry.value)
        limits.check_point(entry, content.get("value"))
        key = SEASON
        if entry.season:
            limits.check_season(entry, path)
    except ValueError as error:
        where = base.file.where("assumptions", *path.split("."), key)
        return [Problem(where, f"{path} {error}")]
    return _printed_problems(path, entry, base) or _range_problems(path, entry, base)


def _printed_problems(path: str, entry: Entry, base: Base) -> list[Problem]:
    # A plan that ends before a printed year says nothing of it.
    begins = int(base.calendar.start[:4])
    early = [year for year in entry.printed_for if year < begins]
    years = entry.value_years or base.calendar.years
    absent = [year for year in entry.printed_for if base.calendar.year_starts == 1
              and year in base.calendar.years and year not in years]
    if entry.printed_for and entry.kind not in EVIDENCE:
        fault = (f"names years, but the source is {entry.kind}; only what is "
                 f"{' or '.join(EVIDENCE)} is printed. Remove it, or change the source.")
    elif early:
        fault = (f"names {early[0]}, before the plan begins in {begins}; name "
                 "a year of the plan, or remove it.")
    elif absent:
        fault = f"names {absent[0]}, of which the value says nothing; remove it, or give the value."
    else:
        return []
    return [Problem(base.file.where("assumptions", *path.split("."), "printed_for"),
                    f"{path}: printed_for {fault}")]


def _range_problems(path: str, entry: Entry, base: Base) -> list[Problem]:
    where = base.file.where("assumptions", *path.split("."), "range")
    domain, (low, high) = UNITS[entry.unit], entry.range
    if entry.form != "constant" and not 0 <= low <= 1 <= high:
        return [Problem(where, f"{path}: the range [{low:g}, {high:g}] of values over time holds "
                               "factors on the whole path, so it must contain 1.")]
    base_path = over_time(entry.value, entry, base.calendar)
    for end in limits.plausible_range(entry, base_path):
        bad = limits.first_outside(end, domain)
        if bad is not None:
            return [Problem(where, f"{path}: the range [{low:g}, {high:g}] reaches {bad:.12g} "
                                   f"{entry.shown_unit}, outside what the unit allows ({domain}); "
                                   "narrow it.")]
    return []
