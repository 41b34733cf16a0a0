"""A plan from a spreadsheet as the base of a company: its base.yaml with other values, of which
each names the cells that it comes from, beside the source of what they do not say."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from model.folders import relative
from model.intake.plans.items import Item, whole
from model.intake.plans.origin import Origin
from model.intake.plans.plan import Plan
from model.params import catalog, yaml_file
from model.params.assumptions import Assumptions, load
from model.params.entry import Entry
from model.params.overlay import Setting
from model.params.scenario_file import rewrite, tried
from model.params.units import UNITS
from model.params.values import SEASON
from model.problems import InputError


def write_base(plan: Plan, kind: str, name: str) -> Path:
    """Write a plan into the base.yaml of its company, and read every scenario back; sources are of
    a `kind` and give the `name` of the file. Raises InputError, and leaves the file as it
    was, where a scenario could be used before and no longer can."""
    company = plan.after.company
    path = catalog.scenario_path(company, "base")
    usable = [scenario for scenario in catalog.scenarios(company)
              if _can_be_used(company, scenario)]
    before = yaml_file.bytes_of(path)
    where = relative(path)
    text = rewrite(before.decode("utf-8-sig").replace("\r\n", "\n"),
                   _content(plan, kind, name), where, own=False)
    ends = "\r\n" if b"\r\n" in before else "\n"
    with tried(path, before, text.replace("\n", ends).encode()):
        for scenario in usable:
            load(company, scenario)
    return path


def _can_be_used(company: str, scenario: str) -> bool:
    with suppress(InputError):
        load(company, scenario)
        return True
    return False


def _content(plan: Plan, kind: str, name: str) -> dict:
    """What base.yaml holds with a plan in it."""
    content = copy.deepcopy(plan.after.base_file.content)
    for path, items in plan.by_target.items():
        *sections, last = path.split(".")
        section = content["assumptions"]
        for each in sections:
            section = section.setdefault(each, {})
        entry = plan.after.entries[path]
        origin = Origin(kind, name, entry, plan.after.calendar)
        section[last] = _revised(section.get(last), entry, plan.after, items, origin)
    return content


def _revised(content: Mapping | None, entry: Entry, after: Assumptions, items: Sequence[Item],
             origin: Origin) -> dict:
    """An entry as it stands in the file, with what is new in a plan and where that comes from."""
    path = items[0].target
    setting, season = after.settings[path], after.settings[path].season
    level = next((item for item in items if item.path == path), None)
    revised = {key: part for key, part in (content or {
        "label": entry.label, "unit": entry.unit}).items() if key != SEASON}
    if level is None:
        revised |= {"source": origin.with_season(entry.source, items[0])}
    else:
        single = bool(setting.single_months(after.calendar))
        value = _value(setting, entry, after, single)
        season = None if single else season
        revised |= {"value": value, "range": _range(entry, value), "confidence": "low",
                    "source": origin.of(items)}
        if (printed := origin.printed_for(level)) != entry.printed_for:
            revised["printed_for"] = list(printed)
        if not printed:
            revised.pop("printed_for", None)
    return revised | ({SEASON: list(season)} if season and len(set(season)) > 1 else {})


def _value(setting: Setting, entry: Entry, after: Assumptions, single: bool) -> object:
    """The value of an entry; where months are set alone, each as it holds with its season."""
    if entry.form == "month":
        return dict(setting.value)
    months = setting.held(entry, after.calendar) if single else setting.series(
        entry, after.calendar)
    return whole(months.monthly(after.calendar)[:, 0].tolist(), entry, after.calendar)


def _range(entry: Entry, value: object) -> list[float]:
    """The plausible range about another value: as it was where that is within, and else, or where
    the form has changed, in the same proportions, as far as the unit allows."""
    over_time, was_constant = isinstance(value, Mapping), entry.form == "constant"
    low, high = entry.range
    if was_constant and not over_time and low <= value <= high:
        return [low, high]
    if was_constant:
        low, high = (low / entry.value, high / entry.value) if entry.value > 0 else (1.0, 1.0)
    low, high = min(low, 1.0), max(high, 1.0)
    domain = UNITS[entry.unit]
    amounts = list(value.values()) if over_time else [value]
    least, most = min(amounts), max(amounts)
    # Shorter numbers are easier to read; 1, the value itself, stays within.
    if most > 0:
        high = max(1.0, min(float(f"{high:.3g}"), domain.high / most))
    if least > 0 and domain.low > 0:
        low = min(1.0, max(low, domain.low / least))
    low = min(1.0, float(f"{low:.3g}"))
    if over_time:
        return [low, high]
    ends = sorted((value * low, value * high))
    if domain.whole:
        return [min(value, int(ends[0]) + (ends[0] > int(ends[0]))), max(value, int(ends[1]))]
    return [min(value, max(domain.low, float(f"{ends[0]:.6g}"))),
            max(value, min(domain.high, float(f"{ends[1]:.6g}")))]
