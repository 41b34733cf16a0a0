"""What a workbook remembers of the plan it was made from, so that it can be read back: every
scenario as it was typed, and a mark of the model's version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from model.params.assumptions import Assumptions, load
from model.params.limits import check_domain, check_form
from model.params.overlay import Setting
from model.workbook.cells import Sheet
from model.workbook.paths import Plans

SHEET = "Record"
FORMAT = 1
# A cell holds at most 32,767 characters.
_PART = 30_000


class Unreadable(ValueError):
    """A record that is not one of ours."""


def version(sheets: list[Sheet]) -> str:
    """A mark of every formula and of the place of every input: equal marks mean that cells can be
    compared one by one."""
    told = hashlib.sha256()
    for sheet in sheets:
        told.update(f"\n#{sheet.title}".encode())
        for (row, col), found in sheet.cells.items():
            if found.kind in ("formula", "filled"):
                told.update(f"\n{row},{col}{found.content}".encode())
        for (row, col), found in sheet.inputs.items():
            told.update(f"\n{row},{col},{found.scenario},{found.path},{found.field}".encode())
    return told.hexdigest()[:16]


def parts(plans: Plans, mark: str) -> list[str]:
    """The record as texts that fit into cells."""
    base = plans.base.settings
    content = {
        "format": FORMAT, "company": plans.base.company, "chosen": plans.chosen, "version": mark,
        "omitted": list(plans.omitted),
        "scenarios": {name: {
            "title": plan.scenario_title, "why": plan.scenario_why,
            "settings": {path: _told(setting) for path, setting in plan.settings.items()
                         if name == "base" or setting != base[path]}}
            for name, plan in plans.scenarios.items()}}
    text = json.dumps(content, separators=(",", ":"))
    return [text[at:at + _PART] for at in range(0, len(text), _PART)]


def _told(setting: Setting) -> object:
    if not (setting.years or setting.delay or setting.later):
        return setting.value
    return {"value": setting.value, "years": dict(setting.years), "delay": setting.delay,
            "later": dict(setting.later)}


def read(texts: list[str]) -> tuple[Plans, str]:
    """The plans of a record, and its version. Raises Unreadable where it is none, InputError where
    the company is unknown."""
    try:
        content = json.loads("".join(texts))
        company, chosen, mark = (str(content[key]) for key in ("company", "chosen", "version"))
        if content["format"] != FORMAT:
            raise Unreadable("another format")
        base = load(company)
        settings = _settings(content["scenarios"]["base"]["settings"])
        if settings.keys() != base.entries.keys():
            raise Unreadable("other assumptions")
        found = {}
        for name, plan in content["scenarios"].items():
            changed = _settings(plan["settings"])
            if changed.keys() - settings.keys():
                raise Unreadable("other assumptions")
            found[name] = _checked(replace(
                base, scenario=name, scenario_title=str(plan["title"]),
                scenario_why=str(plan["why"]), settings=settings | changed))
        if chosen not in found:
            raise Unreadable("no such scenario")
        return Plans(found, chosen, {str(name): () for name in content["omitted"]}), mark
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, Unreadable) or type(error).__name__ == "InputError":
            raise
        raise Unreadable(str(error)) from None


def _settings(told: Mapping[str, object]) -> dict[str, Setting]:
    return {str(path): _setting(value) for path, value in told.items()}


def _setting(told: object) -> Setting:
    if isinstance(told, dict) and "value" in told:
        delay = told["delay"]
        if not isinstance(delay, int) or not 0 <= delay <= 240:
            raise Unreadable("no delay")
        return Setting(_amount(told["value"]), _years(told["years"]), delay,
                       _years(told["later"]))
    return Setting(_amount(told))


def _amount(told: object) -> float | dict[str, float]:
    if isinstance(told, dict):
        if not told:
            raise Unreadable("no number")
        return {str(time): _number(value) for time, value in told.items()}
    return _number(told)


def _years(told: Mapping[str, object]) -> dict[int, float]:
    return {int(year): _number(value) for year, value in told.items()}


def _number(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not np.isfinite(told):
        raise Unreadable("no number")
    return float(told)


def _checked(plan: Assumptions) -> Assumptions:
    """The plan, once its values are known to be such as its assumptions may have."""
    for path, setting in plan.settings.items():
        check_form(plan.entries[path], setting.value, plan.calendar)
        check_domain(plan.entries[path], setting.value)
    if not all(np.isfinite(series.values).all() for series in plan.series.values()):
        raise Unreadable("no numbers")
    return plan
