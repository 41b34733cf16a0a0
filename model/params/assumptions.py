"""Reading base.yaml: its header, and every assumption of the company.

Assumptions of one company in one scenario: read, checked, and spread over time.

    load("mentorship", "downside", {"mentees.cac.2028": 95})

A path is dotted (`mentees.cac`); one year of it is `mentees.cac.2028`, one dated amount of it
`capex.platform.2026-03`. Base, the scenarios that a scenario extends, the scenario itself and
`changes` are laid over each other in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from model.folders import shown
from model.params import catalog, settings
from model.params.entry import EVIDENCE, Closed, Entry, Header, Scenario, parsed
from model.params.quantities import UNITS, in_percent
from model.params.series import Calendar, Series
from model.params.settings import Setting
from model.params.yaml_file import ParamsFile, read
from model.problems import InputError, Problem, fail_if, nearest, quoted

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
        if fault := catalog.fault(name):
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


# What decimals lose when they are added: 0.55 + 0.45 and 1 differ by less. The remainder of such
# a mix is 0.
_MIX_SLACK = 1e-12


@dataclass(frozen=True)
class Assumptions:
    """Every assumption of a company, as it holds in one scenario.

    `actuals_file` is the file of what was observed, which `analysis.actuals` reads; `about` says
    what the company sells, to whom and how it earns, or nothing.
    """

    company: str
    scenario: str
    title: str
    scenario_title: str
    scenario_why: str
    currency: str
    as_of: str
    calendar: Calendar
    entries: Mapping[str, Entry] = field(repr=False)
    settings: Mapping[str, Setting] = field(repr=False)
    files: tuple[Path, ...] = field(repr=False)
    actuals_file: Path | None = field(default=None, repr=False)
    about: str = ""

    @cached_property
    def series(self) -> dict[str, Series]:
        """Each path's values over time."""
        return {path: setting.spread(self.entries[path], self.calendar)
                for path, setting in self.settings.items()}

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Paths whose value, year or timing differs from base."""
        return tuple(path for path, setting in self.settings.items()
                     if setting.differs(self.entries[path].value))

    def base(self) -> Assumptions:
        """The same company in its base scenario."""
        return load(self.company)

    def where(self, path: str) -> str:
        """File and line of an entry of base.yaml, or of the section in which it should stand."""
        return read(self.files[0]).where("assumptions", *path.split("."))

    def with_values(self, values: Mapping[str, object]) -> Assumptions:
        """A copy in which paths have other values: numbers, or arrays with one value a scenario.

        An array has shape (scenario,), or (scenario, year) for values by year, or
        (scenario, month). Raises InputError with every problem.
        """
        changed, problems = settings.overlaid(self.settings, self.entries, self.calendar, values)
        fail_if(problems)
        copy = replace(self, settings=changed)
        fail_if(mix_problems(copy, lambda paths: "changes"))
        return copy

    def yearly(self, path: str) -> np.ndarray:
        """Values by calendar year, shape (year, scenario); dated amounts are summed."""
        months = self.series[path].monthly(self.calendar.months)
        years = months.reshape(-1, 12, months.shape[1])
        return years.sum(axis=1) if self.entries[path].form == "month" else years.mean(axis=1)

    def outside_range(self) -> list[str]:
        """A sentence for each value outside its plausible range (alert A3)."""
        return [sentence for path in self.settings
                if (sentence := settings.implausible(path, self.entries[path], self.series[path],
                                                     self.calendar))]


def load(company: str, scenario: str = "base",
         changes: Mapping[str, object] | None = None) -> Assumptions:
    """Read, check and lay over each other base, scenario and changes.

    `changes` maps paths to numbers, values by year or dated amounts, as in a scenario file.
    Raises InputError with every problem found.
    """
    if not isinstance(changes, Mapping | None):
        raise InputError([Problem("changes", f"{quoted(changes)} is not a mapping of paths to "
                                  'values, such as {"mentees.cac.2026": 90}.')])
    catalog.known_company(company)
    files = catalog.scenario_files(company, scenario)
    base = read_base(files[0])
    layers, problems = layers_of(company, files[1:])
    problems = [*base.problems, *problems]
    current = {path: Setting(entry.value) for path, entry in base.entries.items()}
    for layer, file in layers:
        current, found = settings.overlaid(current, base.entries, base.calendar,
                                           _sound(layer.changes, base), file)
        problems += found
        current, found = settings.delayed(current, base.entries, _sound(layer.delay, base), file)
        problems += found
    current, found = settings.overlaid(current, base.entries, base.calendar,
                                       _sound(changes or {}, base))
    problems += found
    last = layers[-1][0] if layers else None
    made = Assumptions(
        company=company, scenario=scenario, title=base.header.title,
        scenario_title=last.title if last else "Base",
        scenario_why=last.why if last else "The plan as its sources and estimates give it.",
        currency=base.header.currency, as_of=base.header.as_of, calendar=base.calendar,
        entries=base.entries, settings=current, files=files,
        actuals_file=catalog.actuals_file(company, scenario), about=base.header.about)
    fail_if(problems + _actuals_problems(made, layers)
            + mix_problems(made, Whence(base, layers, changes or {})))
    return made


Layer = tuple[Scenario, ParamsFile]


def layers_of(company: str, files: tuple[Path, ...], schema: type[Closed] = Scenario,
              ) -> tuple[list[Layer], list[Problem]]:
    """The scenarios that are laid over base, in order, and what is wrong with their files."""
    layers, problems = [], []
    for path in files:
        file = read(path)
        problems += file.problems
        if fault := catalog.fault(path.stem, in_formulas=False):
            problems.append(Problem(file.where(), f"the scenario's name {path.stem!r} {fault}."))
        if file.content or not file.problems:
            content, found = parsed(schema, file.content, file, called="the scenario")
            problems += found
            layers += [(content, file)] if content else []
    return layers, problems + (_extends_problems(company, read(files[0])) if files else [])


def _extends_problems(company: str, first: ParamsFile) -> list[Problem]:
    """What is wrong with the file at the end of a chain of scenarios, if it extends another."""
    name, known = first.content.get("extends"), catalog.scenarios(company)
    if not isinstance(name, str) or name == "base":
        return []
    what = ("so the scenarios extend each other in a circle; let one of them start from base."
            if name in known else
            f"which is not a scenario of {company}; {nearest(name, known)}")
    return [Problem(first.where("extends"), f"extends {quoted(name)}, {what}")]


def _actuals_problems(made: Assumptions, layers: list[Layer]) -> list[Problem]:
    """A file of actuals that a scenario names, and that is not there."""
    named = next((file for layer, file in reversed(layers) if layer.actuals), None)
    if named is None or made.actuals_file.is_file():
        return []
    folder = made.files[0].parent
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*.csv"))
    name = made.actuals_file.relative_to(folder).as_posix()
    return [Problem(named.where("actuals"), f"actuals {quoted(name)} is not a file in "
                    f"{shown(folder)}; {nearest(name, there)}")]


def _sound(changes: Mapping[str, object], base: Base) -> dict[str, object]:
    """Changes of which something can be said: not those of entries that are faulty themselves."""
    return {path: value for path, value in changes.items() if not base.doubts(str(path))}


@dataclass(frozen=True)
class Whence:
    """Where paths were last set: in `changes`, in a scenario's file, or in base.yaml."""

    base: Base
    layers: list[Layer]
    changes: Mapping[str, object]

    def __call__(self, paths: Sequence[str]) -> str:
        if _touched(self.changes, paths):
            return "changes"
        for layer, file in reversed(self.layers):
            for key in ("delay", "changes"):
                if touched := _touched(getattr(layer, key, {}), paths):
                    return file.where(key, touched)
        return self.base.file.where("assumptions", *paths[0].split("."))


def _touched(changes: Mapping[str, object], paths: Sequence[str]) -> str | None:
    return next((changed for changed in map(str, changes) for path in paths
                 if changed == path or changed.startswith(f"{path}.")), None)


def mix_problems(assumptions: Assumptions,
                 whence: Callable[[Sequence[str]], str]) -> list[Problem]:
    """Mixes whose remainder would be negative."""
    found = []
    for mix in sorted({path.rpartition(".")[0] for path in assumptions.entries
                       if path.rpartition(".")[0].split(".")[-1] == "mix"}):
        found += _overfull(assumptions, mix, whence)
    return found


def _overfull(assumptions: Assumptions, mix: str,
              whence: Callable[[Sequence[str]], str]) -> list[Problem]:
    members = [path for path in assumptions.entries if path.rpartition(".")[0] == mix]
    months = assumptions.calendar.months
    shares = [assumptions.series[path].monthly(months) for path in members]
    total = sum(shares)
    if not np.any(total > 1 + _MIX_SLACK):
        return []
    month, scenario = np.argwhere(total > 1 + _MIX_SLACK)[0]
    sums = total[month, scenario]
    left = float(f"{1 - sums:.3g}")
    parts = ", ".join(f"{path.rpartition('.')[2]} "
                      f"{in_percent(share[month, scenario % share.shape[1]])}"
                      for path, share in zip(members, shares, strict=True))
    return [Problem(whence(members), f"{mix}: the shares sum to {in_percent(sums)} in "
                    f"{assumptions.calendar.labels[month]} ({parts}) and leave "
                    f"{in_percent(left)} for the remainder, which must be 0 or more; lower "
                    "one.")]
