"""The block in which a page holds its own model: levers that its reader moves, and what follows.

Python says which levers there are and what each figure is called; the script beside this module
works the plan out again with the company's own texts, to the same bits, and draws it.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files

from model.analysis import sampling
from model.analysis.checks import ABSOLUTE, CODES, RELATIVE, by_code
from model.analysis.rules import evaluate
from model.companies.glossary import glossary
from model.companies.profiles import TESTS, Goal
from model.engine import javascript
from model.pages import frame
from model.pages.swings import swings
from model.pages.view import View
from model.pages.what_if import lever
from model.params.catalog import mix_of
from model.params.quantities import UNITS
from model.params.series import over_time
from model.views.blocks import Live
from model.views.formats import unit_label

# So many levers stand there from the start; the others are found by their name.
SHOWN = 6
_PARTS = (("model.views", "formats.js"), ("model.pages.live", "outcome.js"),
          ("model.pages.live", "chart.js"), ("model.pages.live", "live.js"))


def what_if(view: View) -> Live:
    """Levers above the figures that follow them; a page without its script shows the sentence."""
    return Live(
        "Move a lever, and the whole plan is worked out again in this page.",
        "Needs the page's own script, which asks for nothing from outside; where it does not run, "
        "the other figures of the page stand as they are.",
        "\n".join(("(() => {", '"use strict";', javascript.script(view.assumptions), *_scripts(),
                   f"show({_text(data(view))});", "})();")))


@cache
def _scripts() -> tuple[str, ...]:
    return tuple(files(room).joinpath(name).read_text(encoding="utf-8") for room, name in _PARTS)


def _text(value: dict) -> str:
    """JSON that can stand in a script: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"),
                      allow_nan=False).replace("<", "\\u003c")


def data(view: View) -> dict:
    """What the script needs of a scenario beside the texts."""
    assumptions = view.assumptions
    paths = [path for path in sampling.uncertain(assumptions)
             if not assumptions.settings[path].delay]
    widest = [swing.path for swing in swings(view)[1] if swing.path in paths]
    return {
        "company": assumptions.company, "scenario": assumptions.scenario,
        "title": assumptions.title, "scenario_title": assumptions.scenario_title,
        "plan": javascript.data(assumptions), "months": assumptions.calendar.labels,
        "years": assumptions.calendar.years, "year": frame.target_year(view),
        "cash": glossary().label("unrestricted_cash"),
        "levers": {path: _lever(view, path) for path in paths}, "shown": widest[:SHOWN],
        "mixes": dict(assumptions.mixes),
        "kpis": [_kpi(view, name, goal) for name, goal in view.profile.kpis.items()
                 if goal.modeled],
        "rules": [_rule(outcome) for outcome in evaluate(view.projection)
                  if outcome.goal.modeled and not outcome.rule.favorable],
        "checks": [{"names": names, "meaning": CODES[code]}
                   for code, names in by_code(view.projection).items()],
        "tolerance": {"amount": ABSOLUTE, "share": RELATIVE}}


def _lever(view: View, path: str) -> dict:
    """A lever: of one value in its own unit over its plausible range; of values over time a factor
    on the whole path. `shown` is how the readout is written."""
    assumptions = view.assumptions
    entry, series = assumptions.entries[path], assumptions.series[path]
    slider, start = lever(assumptions, path)
    domain, mix = UNITS[entry.unit], mix_of(path)
    low, high = map(float, entry.range)
    own = {"label": entry.label, "range": [low, high]} | ({"mix": mix} if mix else {})
    if series.grain == "constant":
        return own | {"unit": unit_label(entry.shown_unit), "low": slider.low, "high": slider.high,
                      "step": max(slider.step, 1.0) if domain.whole else slider.step,
                      "start": start, "shown": slider.shown}
    # No factor may lead out of what the unit allows.
    most = float(series.values.max())
    most = math.floor(100 * domain.high / most) / 100 if most > 0 else math.inf
    return own | {"range": _plausible_factors(view, path), "factor": True, "low": slider.low,
                  "high": min(slider.high, most), "step": slider.step, "start": start}


def _plausible_factors(view: View, path: str) -> list[float]:
    """The factors on a scenario's path that leave it within the plausible range around base."""
    assumptions = view.assumptions
    entry, months = assumptions.entries[path], assumptions.calendar.months
    now, base = (each.monthly(months)[:, 0] for each in (
        assumptions.series[path], over_time(entry.value, entry.between, assumptions.calendar)))
    there = (now > 0) & (base > 0)
    if not there.any():
        return list(map(float, entry.range))
    share = base[there] / now[there]
    low, high = entry.range
    return [float(low * share.max()), float(high * share.min())]


def _kpi(view: View, name: str, goal: Goal) -> dict:
    targets = None
    if goal.target is not None:
        targets = [goal.target_in(year) for year in view.projection.years]
    return {"name": name, "label": goal.label, "unit": goal.unit,
            "named": "" if goal.unit.startswith("fraction") else unit_label(goal.unit),
            "targets": targets, "moving": goal.moving, "states": [
                {"state": state, "bound": None if state == "met" else bound,
                 "above": TESTS[test].above, "equal": TESTS[test].bound}
                for state, bound, test in (goal.states(None) if goal.test else ())]}


def _rule(outcome) -> dict:
    rule = outcome.rule
    return {"kpi": rule.kpi, "every": 3 if rule.every == "quarter" else 1, "dwell": rule.dwell,
            "threshold": rule.threshold, "falls": rule.test == "falls",
            "above": TESTS[rule.test].above if rule.test in TESTS else False,
            "equal": TESTS[rule.test].bound if rule.test in TESTS else False,
            "without_value": rule.fires_without_value, "whole": outcome.whole,
            "says": outcome.condition, "action": rule.action}
