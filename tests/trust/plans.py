"""Faults of the kinds that happen, planted into copies of base.yaml and of scenarios."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

from model import folders, load, project
from model.audit.checks import check
from model.companies import COMPANIES
from model.packs.assumptions import changed_assumptions
from model.params import catalog
from model.problems import InputError
from model.workbook.verification import params_mark
from trust.effect import CHANGED, EQUAL, SMALL, effect, figures_of
from trust.outcome import RECORD, SENT, Outcome
from trust.text_nets import alert_kinds, verdicts

REFUSED, ALERTS, CHECKS, CLAIMS = ("refused when read", "alerts", "error checks",
                                   "published figures")
PLACE = {"base": "assumptions", "scenario": "scenarios"}
SIGN, MONTH, TERM, SWAPPED = "wrong sign", "a month off", "a term left out", "a segment swapped"
SLIP, ANNUAL, PERCENT = "a unit slip", "annual for monthly", "percent as fraction"
CONSTANT, YEAR, SHIFTED = ("a constant instead of a reference", "a wrong year or period",
                           "a shifted row")
DIGITS, NAME, UNIT = "digits turned round", "a name mistyped", "a wrong unit"
WITHIN = "a figure moved within its range"


@dataclass(frozen=True)
class PlanFault:
    """A text of one file of params with one error in it."""

    company: str
    scenario: str
    kind: str
    path: str
    was: str
    now: str
    start: int
    end: int
    file: str

    @property
    def place(self) -> str:
        return PLACE["base" if self.scenario == "base" else "scenario"]


def all_faults(random: Random) -> list[PlanFault]:
    """Every fault of every file of params, in a fixed order."""
    found = []
    for company in COMPANIES:
        for scenario in catalog.scenarios(company):
            found += faults_of(company, scenario, random)
    return found


def faults_of(company: str, scenario: str, random: Random) -> Iterator[PlanFault]:
    """Every fault of the file of a scenario."""
    path = catalog.scenario_path(company, scenario)
    text = path.read_text(encoding="utf-8")
    root = _mapping(yaml.compose(text, Loader=yaml.SafeLoader))
    section = root.get("assumptions" if scenario == "base" else "changes")
    if section is None:
        return
    entries = dict(_entries(section[1], ()) if scenario == "base" else _changes(section[1]))
    plan = load(company, scenario)
    shares = {name: plan.entries[name].unit.startswith(("fraction", "divisor"))
              for name in entries if name in plan.entries}
    by_unit: dict[str, list[str]] = {}
    for name in entries:
        if name in plan.entries:
            by_unit.setdefault(f"{name.rpartition('.')[2]} {plan.entries[name].unit}",
                               []).append(name)
    for name, (key, value, unit) in entries.items():
        was = text[value.start_mark.index:value.end_mark.index]
        same = next((names for names in by_unit.values() if name in names), [])
        other = entries[same[(same.index(name) + 1) % len(same)]][1] if len(same) > 1 else None
        instead = text[other.start_mark.index:other.end_mark.index] if other else None
        for kind, now in _values(value, was, shares.get(name, False), instead, random):
            if now != was:
                yield PlanFault(company, scenario, kind, name, was, now,
                                value.start_mark.index, value.end_mark.index, str(path))
        at = key.start_mark.index, key.end_mark.index
        yield PlanFault(company, scenario, NAME, name, key.value, _mistyped(key.value, random),
                        *at, str(path))
        if unit is not None:
            for now in _units(unit.value):
                yield PlanFault(company, scenario, UNIT, name, unit.value, now,
                                unit.start_mark.index, unit.end_mark.index, str(path))


def _mapping(node: yaml.Node) -> dict[str, tuple]:
    return {key.value: (key, value) for key, value in node.value}


def _entries(node: yaml.Node, path: tuple[str, ...]) -> Iterator[tuple[str, tuple]]:
    """The entries of a section: by path the node of its name, of its value and of its unit."""
    for key, value in node.value:
        fields = _mapping(value) if isinstance(value, yaml.MappingNode) else {}
        if "value" in fields:
            yield ".".join((*path, key.value)), (key, fields["value"][1],
                                                 fields.get("unit", (None, None))[1])
        elif isinstance(value, yaml.MappingNode):
            yield from _entries(value, (*path, key.value))


def _changes(node: yaml.Node) -> Iterator[tuple[str, tuple]]:
    for key, value in node.value:
        yield key.value, (key, value, None)


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?$")


def _values(node: yaml.Node, was: str, is_share: bool, instead: str | None,
            random: Random) -> Iterator[tuple[str, str]]:
    """Values in place of a value: of a number, or of one figure of several by year or month."""
    if instead:
        yield SWAPPED, instead
    if isinstance(node, yaml.ScalarNode):
        if _NUMBER.match(node.value):
            yield from _numbers(node.value, is_share)
        return
    if not isinstance(node, yaml.MappingNode):
        return
    pairs = [(key.value, value.value) for key, value in node.value
             if isinstance(value, yaml.ScalarNode)]
    if not pairs or not all(_NUMBER.match(value) for _, value in pairs):
        return
    at = random.randrange(len(pairs))
    for kind, number in _numbers(pairs[at][1], is_share):
        yield kind, _flow([*pairs[:at], (pairs[at][0], number), *pairs[at + 1:]])
    names, values = [name for name, _ in pairs], [value for _, value in pairs]
    yield CONSTANT, values[0]
    if len(pairs) > 1:
        yield TERM, _flow(pairs[:at] + pairs[at + 1:])
        yield SHIFTED, _flow(zip(names, [values[0], *values[:-1]], strict=True))
        yield YEAR, _flow(zip(names, [*values[1:], values[-1]], strict=True))
    if all("-" in name for name in names):
        yield MONTH, _flow((_next(name), value) for name, value in pairs)
    elif all(name.isdigit() for name in names):
        yield YEAR, _flow((str(int(name) + 1), value) for name, value in pairs)


def _numbers(text: str, is_share: bool) -> Iterator[tuple[str, str]]:
    number = float(text)
    if not number:
        yield "a typed plug", "1000" if not is_share else "0.1"
        return
    yield SIGN, _typed(-number)
    yield PERCENT if is_share else SLIP, _typed(number * 100)
    yield PERCENT if is_share else SLIP, _typed(number / 100)
    if not is_share:
        yield SLIP, _typed(number * 1000)
    yield ANNUAL, _typed(number * 12)
    yield ANNUAL, _typed(number / 12)
    digits = text.replace("-", "")
    if len(digits) > 1 and digits[0] != digits[1] and digits[1].isdigit() and digits[1] != "0":
        yield DIGITS, digits[1] + digits[0] + digits[2:]
    yield WITHIN, _typed(number * 1.04)


def _typed(number: float) -> str:
    return f"{number:.10g}" if abs(number) < 1e16 else f"{number:.0f}"


def _flow(pairs) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in pairs) + "}"


def _next(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _mistyped(name: str, random: Random) -> str:
    if len(name) < 3:
        return name + "x"
    at = random.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2:] if name[at] != name[at + 1] \
        else name[:at] + name[at + 1:]


def _units(unit: str) -> list[str]:
    """Units that somebody may type instead."""
    head, _, rest = unit.rpartition("/")
    if rest == "year":
        return [f"{head}/month", head]
    if rest == "month":
        return [f"{head}/year", head]
    return [f"{unit}/year"]


@dataclass(frozen=True)
class _State:
    """What a company's plans say while its params are whole, by scenario."""

    plans: Mapping
    figures: Mapping
    alerts: Mapping
    verdicts: Mapping
    mark: str


@cache
def whole(company: str) -> _State:
    plans = {scenario: project(load(company, scenario))
             for scenario in catalog.scenarios(company)}
    return _State(plans, {name: figures_of(plan) for name, plan in plans.items()},
                  {name: alert_kinds([plan]) for name, plan in plans.items()},
                  {name: verdicts(plan) for name, plan in plans.items()}, params_mark(company))


@cache
def copy_at(folder: str) -> Path:
    """A copy of the params, once a process."""
    place = Path(folder)
    shutil.copytree(folders.root() / "params", place / "params", dirs_exist_ok=True)
    (place / "notebooks").mkdir(exist_ok=True)
    return place


def run(fault: PlanFault, folder: Path) -> Outcome:
    """Plant a fault into a copy of the params, and see which nets it comes through."""
    before, place = whole(fault.company), copy_at(str(folder))
    source = Path(fault.file)
    target = place / source.relative_to(folders.root())
    text = source.read_text(encoding="utf-8")
    try:
        target.write_text(text[:fault.start] + fault.now + text[fault.end:], encoding="utf-8")
        with folders.project_at(place):
            return _outcome(fault, before)
    finally:
        target.write_text(text, encoding="utf-8")


def _outcome(fault: PlanFault, before: _State) -> Outcome:
    what = f"{fault.company}, {fault.scenario}: {fault.path} {fault.was} → {fault.now}"

    def outcome(moved: str, nets: list[str], said: str = "") -> Outcome:
        return Outcome(fault.place, fault.kind, moved, tuple(nets), said, what)
    names = before.plans if fault.scenario == "base" else [fault.scenario]
    try:
        plans = {name: project(load(fault.company, name)) for name in names}
    except InputError as error:
        return outcome(CHANGED, [REFUSED], str(error.problems[0].what))
    moved = effect([before.figures[name] for name in names],
                   [figures_of(plan) for plan in plans.values()])
    record = [RECORD] if params_mark(fault.company) != before.mark else []
    if moved in (SMALL, EQUAL):
        return outcome(moved, record)
    nets, said = [], ""
    for net, tell in ((CHECKS, _failed), (ALERTS, _alerts), (CLAIMS, _claims),
                      (SENT, _sent)):
        if word := tell(plans, before):
            nets.append(net)
            said = said or word
    return outcome(moved, nets + record, said)


def _failed(plans: Mapping, before: _State) -> str:
    return next((each for plan in plans.values() for each in check(plan).failed), "")


def _alerts(plans: Mapping, before: _State) -> str:
    return next((sorted(more)[0][1] for name, plan in plans.items()
                 if (more := alert_kinds([plan]) - before.alerts[name])), "")


def _claims(plans: Mapping, before: _State) -> str:
    for name, plan in plans.items():
        try:
            now = verdicts(plan)
        except InputError as error:
            return str(error.problems[0].what)
        for claim, verdict in now.items():
            if verdict != before.verdicts[name][claim]:
                return f"{claim}: {before.verdicts[name][claim]} → {verdict}"
    return ""


def _sent(plans: Mapping, before: _State) -> str:
    for name, plan in plans.items():
        for change in changed_assumptions(before.plans[name].assumptions, plan.assumptions):
            return next(iter(change.lines()))
    return ""
