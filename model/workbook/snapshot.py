"""The plans that a workbook was made from, as its hidden sheet keeps them to be read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace

import numpy as np

from model.engine.close import is_observed, observe, observed_lines
from model.params.assumptions import Assumptions, load
from model.params.calendar import Calendar
from model.params.entry import Header
from model.params.limits import check_domain, check_form
from model.params.overlay import Setting, weights_of
from model.problems import InputError
from model.workbook.cells import Sheet
from model.workbook.paths import Plans

SHEET = "Record"
FORMAT = 1
# A cell holds at most 32,767 characters.
_PART = 30_000


class Unreadable(ValueError):
    """A snapshot that this model did not write."""


def version(sheets: Iterable[Sheet]) -> str:
    """A mark of all formulas and places of inputs: workbooks that share it compare cell by cell."""
    digest = hashlib.sha256()
    for sheet in sheets:
        digest.update(f"\n#{sheet.title}".encode())
        for (row, col), own in sheet.cells.items():
            if own.kind in ("formula", "filled"):
                digest.update(f"\n{row},{col}{own.content}".encode())
        for (row, col), field in sheet.inputs.items():
            digest.update(f"\n{row},{col},{field.scenario},{field.path},{field.field}".encode())
    return digest.hexdigest()[:16]


def parts(plans: Plans, mark: str) -> list[str]:
    """The snapshot as texts that fit into cells; `mark` is the workbook's version."""
    base = plans.base.settings
    content = {
        "format": FORMAT, "company": plans.base.company, "chosen": plans.chosen, "version": mark,
        "omitted": list(plans.omitted), "calendar": asdict(plans.calendar),
        "scenarios": {name: {
            "title": plan.scenario_title, "why": plan.scenario_why,
            "settings": {path: _setting_content(setting)
                         for path, setting in plan.settings.items()
                         if name == "base" or setting != base[path]}}
            for name, plan in plans.scenarios.items()}}
    text = json.dumps(content, separators=(",", ":"))
    return [text[at:at + _PART] for at in range(0, len(text), _PART)]


def _setting_content(setting: Setting) -> object:
    if setting == Setting(setting.value):
        return setting.value
    return {"value": setting.value, "years": dict(setting.years), "delay": setting.delay,
            "later": dict(setting.later)} | {
        name: each for name, each in (
            ("months", dict(setting.months)), ("later_months", dict(setting.later_months)),
            ("season", setting.season)) if each}


def read(texts: Iterable[str], older: bool = False) -> tuple[Plans, str]:
    """The plans of a snapshot, and the version of its workbook. An `older` one may hold other
    assumptions than base: its plans have those that both hold, the others are `gone`. Raises
    Unreadable or InputError."""
    try:
        content = json.loads("".join(texts))
        company, scenario, mark = (str(content[key]) for key in ("company", "chosen", "version"))
        if content["format"] != FORMAT:
            raise Unreadable("another format")
        kept = _settings(content["scenarios"]["base"]["settings"])
        base = load(company).opened(kept)
        base = replace(base, calendar=_calendar(content.get("calendar"), base.calendar))
        base = observe(base, dict.fromkeys(observed_lines(kept),
                                           np.full(base.calendar.months, np.nan)))
        settings = {path: setting for path, setting in kept.items() if path in base.entries}
        if older:
            base = replace(base, entries={path: entry for path, entry in base.entries.items()
                                          if path in settings})
        elif kept.keys() != base.entries.keys():
            raise Unreadable("other assumptions")
        plans, gone = {}, {}
        for name, plan in content["scenarios"].items():
            own = _settings(plan["settings"])
            if own.keys() - kept.keys():
                raise Unreadable("other assumptions")
            if name == scenario:
                gone = {path: setting for path, setting in (kept | own).items()
                        if path not in settings}
            plans[name] = _valid(replace(
                base, scenario=name, scenario_title=str(plan["title"]),
                scenario_why=str(plan["why"]), settings=settings | {
                    path: setting for path, setting in own.items() if path in settings}))
        if scenario not in plans:
            raise Unreadable("no such scenario")
        return Plans(plans, scenario, {str(name): () for name in content["omitted"]}, gone), mark
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, Unreadable | InputError):
            raise
        raise Unreadable(str(error)) from None


def _calendar(content: Mapping[str, object] | None, today: Calendar) -> Calendar:
    """The months and years of a plan; of workbooks that do not say them those of `today`."""
    if content is None:
        return today
    start, months, begins, named, shown = (content[each.name] for each in fields(Calendar))
    header = Header(**Header.STAND_INS, start=start, months=months, year_starts=begins,
                    year_named=named, report_years_from=shown)
    return header.calendar


def _settings(content: Mapping[str, object]) -> dict[str, Setting]:
    return {str(path): _setting(setting) for path, setting in content.items()}


def _setting(content: object) -> Setting:
    if isinstance(content, dict) and "value" in content:
        delay = content["delay"]
        if not isinstance(delay, int) or not 0 <= delay <= 240:
            raise Unreadable("no delay")
        return Setting(_amount(content["value"]), _years(content["years"]), delay,
                       _years(content["later"]),
                       *(_times(content.get(name, {})) for name in ("months", "later_months")),
                       season=weights_of(content["season"]) if "season" in content else None)
    return Setting(_amount(content))


def _amount(content: object) -> float | dict[str, float]:
    if isinstance(content, dict):
        if not content:
            raise Unreadable("no number")
        return _times(content)
    return _number(content)


def _times(content: Mapping[str, object]) -> dict[str, float]:
    return {str(time): _number(value) for time, value in content.items()}


def _years(content: Mapping[str, object]) -> dict[int, float]:
    return {int(year): _number(value) for year, value in content.items()}


def _number(content: object) -> float:
    if isinstance(content, bool) or not isinstance(content, int | float) or not np.isfinite(
            content):
        raise Unreadable("no number")
    return float(content)


def _valid(plan: Assumptions) -> Assumptions:
    """The plan. Raises where a value is outside what its assumption may be."""
    for path in plan.entries:
        if is_observed(path):
            continue
        setting = plan.settings[path]
        check_form(plan.entries[path], setting.value, plan.calendar, path)
        check_domain(plan.entries[path], setting.value)
    if not all(np.isfinite(series.values).all() for series in plan.series.values()):
        raise Unreadable("no numbers")
    return plan
