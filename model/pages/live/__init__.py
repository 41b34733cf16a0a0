"""The block in which a page holds its own model: levers that its reader moves, and what follows.

Python says which levers there are and what each figure is called; the script beside this module
works the plan out again with the company's own texts, to the same bits, and draws it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files

import numpy as np

from model.analysis.kpis import not_judged
from model.analysis.rules import FALLS, PERIODS, Outcome, evaluate
from model.analysis.uncertainty import dependence, sampling
from model.analysis.uncertainty.sensitivity import DRAWS, SEED
from model.analysis.unit_economics import sides
from model.audit.checks import ABSOLUTE, RELATIVE, by_code, names_of
from model.companies.profiles import TESTS, Goal
from model.companies.vocabulary import QUARTER
from model.engine import javascript
from model.numerals import PLAIN, rewritings
from model.pages import frame
from model.pages.swings import swings
from model.pages.view import View
from model.pages.what_if import lever
from model.pages.years import quarter_name
from model.params.assumptions import Assumptions
from model.params.quantities import Domain
from model.params.series import over_time
from model.params.units import UNITS
from model.views.blocks import Header, Live
from model.views.formats import unit_label
from model.workbook import verification

# What the proof needs of a side of the market.
_OF_SIDE = ("name", "section", "segments", "marketing", "new", "billed", "first_months",
            "first_churn", "climbs")
# Formulas of texts and the names before them; minus keeps its blanks, as two of them together would
# be another operator.
_TEXT = re.compile(r"[\w$]+\[t\] = |(const \{)?[\w$:, ]+(,|\} = of\.\w+;)$")
# What may hold a comma that is no code.
_QUOTES = re.compile("[\"'`/]")
_OPERATOR = re.compile(r" ([*/+=<>?:&|!]+) ")
# So many levers stand there from the start; the others are found by their name.
SHOWN = 6
_PROOF = (("model.views", "formats.js"), ("model.pages.live", "lifetimes.js"),
          ("model.pages.live", "proof.js"))
_NUMERALS = ("model.pages.live", "numerals.js")
_PARTS = (("model.pages.live", "outcome.js"), ("model.pages.live", "draws.js"),
          ("model.pages.live", "chart.js"),
          *_PROOF, ("model.pages.live", "live.js"))
# What only a page carries whose plan has assumptions that go together, and one that prints chances.
_TOGETHER = (("model.pages.live", "dependence.js"),)
_CHANCES = (("model.pages.live", "chances.js"),)


def what_if(view: View, chances: bool = False) -> Live:
    """Levers above the figures that follow them; where no script runs, a sentence about them.
    `chances` is for a page that prints those of the plan, which it can then count again."""
    parts = (*(_CHANCES if chances else ()), *_together(view), *_PARTS)
    return Live(
        "Levers that move the whole plan stand here in an exported page, as long as its own script "
        "runs, which asks for nothing from outside. In JupyterLab the sliders of the notebook move "
        "the plan; the other figures need neither.",
        _script(view, parts, data(view), "offerProof(data);", "show(data);"))


def _together(view: View) -> tuple:
    return _TOGETHER if view.assumptions.correlations else ()


def header(view: View, page: str,
           answer: Callable[[View], frame.Answer] | None = None) -> Header:
    """The head of a page without levers, which can still work its own figures out again."""
    return replace(frame.header(view, page, answer),
                   script=_script(view, _PROOF, _of_plan(view), "offerProof(data);"))


def _script(view: View, parts: tuple, data: dict, *calls: str) -> str:
    numerals = view.assumptions.numerals
    if numerals != PLAIN:
        parts = (*parts, _NUMERALS)
        calls = (f"showNumerals({_text(rewritings(numerals))});", *calls)
    return "\n".join(("(() => {", '"use strict";', _bare(javascript.script(view.assumptions)),
                      _scripts(parts), f"const data = {_text(data)};", *calls, "})();"))


@cache
def _scripts(parts: tuple) -> str:
    return "\n".join(_bare(files(room).joinpath(name).read_text(encoding="utf-8"))
                     for room, name in parts)


def _bare(script: str) -> str:
    """A script without what a page need not carry: indentation, comments, some blanks outside of
    quotes, and in the texts those around operators."""
    return "\n".join(map(_bare_line, (line for line in map(str.lstrip, script.splitlines())
                                      if line and not line.startswith("//"))))


def _bare_line(line: str) -> str:
    if _TEXT.match(line):
        return _OPERATOR.sub(r"\1", line).replace(", ", ",")
    if _QUOTES.search(line):
        return line
    for blank in (", ", " = ", " => "):
        line = line.replace(blank, blank.strip())
    return _OPERATOR.sub(r"\1", line)


def _text(value: dict) -> str:
    """JSON that can stand in a script: nothing in it ends the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"),
                      allow_nan=False).replace("<", "\\u003c")


def _of_plan(view: View) -> dict:
    """What the proof needs of a scenario beside the texts."""
    assumptions = view.assumptions
    return {"plan": javascript.data(assumptions), "months": assumptions.calendar.labels,
            "years": list(map(str, view.years)),
            "quarter_names": [quarter_name(each, view.projection.calendar) for each in
                              view.projection.calendar.period_labels(QUARTER)],
            "sides": [{name: getattr(side, name) for name in _OF_SIDE}
                      for side in sides(view.company)]}


def data(view: View) -> dict:
    """What the script needs of a scenario beside the texts."""
    assumptions, calendar = view.assumptions, view.projection.calendar
    # What is nothing over time stays so by any factor.
    paths = [path for path in sampling.uncertain(assumptions)
             if not assumptions.settings[path].delay
             and (assumptions.series[path].grain == "constant"
                  or assumptions.series[path].values.any())]
    widest = [swing.path for swing in swings(view)[1] if swing.path in paths]
    return {
        **_of_plan(view), "company": assumptions.company, "scenario": assumptions.scenario,
        "year": str(frame.target_year(view)), "typed_years": assumptions.calendar.years,
        "quarters": list(zip(calendar.period_labels(QUARTER), calendar.closes(QUARTER),
                             strict=False)),
        "cash": view.glossary.label("unrestricted_cash"),
        "levers": {path: _lever(view, path) for path in paths}, "shown": widest[:SHOWN],
        # Months that were set alone, by place, and levels that are filled in between.
        "alone": {path: sorted(alone) for path in paths if (
            alone := assumptions.settings[path].single_months(assumptions.calendar))},
        "filled": [path for path in paths if assumptions.entries[path].between != "step"
                   and assumptions.series[path].grain == "month"],
        # Of levers they stand there.
        "spreads": {path: _spread(assumptions, path) for path in sampling.uncertain(assumptions)
                    if path not in paths},
        "draws": DRAWS, "seed": SEED, "held": verification.of_script(assumptions),
        "mixes": dict(assumptions.mixes), **_groups(assumptions),
        "kpis": [_kpi(view, name, goal) for name, goal in view.profile.kpis.items()
                 if goal.modeled],
        "rules": [_rule(outcome) for outcome in evaluate(view.projection)
                  if outcome.goal.modeled and not outcome.rule.favorable],
        "checks": [{"names": names, "meaning": names_of(view.projection)[code]}
                   for code, names in by_code(view.projection).items()],
        "tolerance": {"amount": ABSOLUTE, "share": RELATIVE}}


def _groups(assumptions: Assumptions) -> dict:
    """The assumptions that go together, where there are any."""
    groups = [{"paths": group.paths, "shares": group.shares.tolist()}
              for group in dependence.groups_of(assumptions.correlations)]
    return {"groups": groups} if groups else {}


def _lever(view: View, path: str) -> list:
    """A lever: label, unit, lowest and highest value, step, how the readout is written, how it is
    drawn, and where they are not the ends of its range, those between which it is plausible. One
    value moves in its own unit; values over time by a factor on the whole path, without a unit."""
    assumptions = view.assumptions
    entry, series = assumptions.entries[path], assumptions.series[path]
    slider, _ = lever(assumptions, path)
    domain, plausible = UNITS[entry.unit], _plausible(assumptions, path)
    own = [_spread(assumptions, path), *([plausible] if plausible != list(entry.range) else [])]
    if series.grain == "constant":
        step = max(slider.step, 1.0) if domain.whole else slider.step
        return [entry.label, unit_label(entry.shown_unit),
                *javascript.listed((slider.low, slider.high, step)), slider.shown, *own]
    # No factor may lead out of what the unit allows.
    least, most = sampling.factors(assumptions, path, alone=False)
    return [entry.label, "", max(slider.low, math.ceil(100 * least) / 100),
            math.floor(100 * min(slider.high, most)) / 100, slider.step, "", *own]


def _spread(assumptions: Assumptions, path: str) -> list:
    """How a path is drawn: the ends of its range, whether these are factors on the path, whether
    all between them is as likely and, where that is not any amount from 0 on, between which values
    its level lies, of each period where they differ."""
    entry, every = assumptions.entries[path], Domain()
    bounds = [javascript.listed(ends if np.ptp(ends) else ends[:1])
              for ends in sampling.bounds(assumptions, path)]
    told = [*entry.range, entry.form != "constant", entry.distribution == "uniform"]
    if bounds != [[every.low], [every.high]]:
        return [*javascript.listed(told), *(
            ends if len(ends) > 1 else ends[0] for ends in bounds)]
    # What is left out at the end is no.
    while told[-1] is False:
        told.pop()
    return javascript.listed(told)


def _plausible(assumptions: Assumptions, path: str) -> list[float]:
    """Between which values of its lever a path lies in its plausible range, which base has."""
    entry = assumptions.entries[path]
    now, base = (each.monthly(assumptions.calendar)[:, 0] for each in (
        assumptions.series[path], over_time(entry.value, entry, assumptions.calendar)))
    one = assumptions.series[path].grain == "constant"
    there = (now > 0) & (base > 0)
    if entry.form == "constant" or not there.any():
        return list(entry.range)
    share = base[there] / (1.0 if one else now[there])
    ends = [float(entry.range[0] * share.max()), float(entry.range[1] * share.min())]
    return list(entry.range) if np.allclose(ends, entry.range, 1e-12, 0) else ends


def _kpi(view: View, name: str, goal: Goal) -> dict:
    """A KPI: its targets by year, or the KPI that is its target, and what its values count as: a
    state, the bound if that is not the target, whether above it, and whether the bound itself."""
    states = [[state, None if state == "met" else bound, *_criterion(test)]
              for state, bound, test in (goal.states(None) if goal.test else ())]
    targets = None if goal.target is None else [
        goal.target_in(year) for year in view.projection.years]
    calendar = view.projection.calendar
    return _without_nothing({
        "unjudged": [at for at, year in enumerate(calendar.years)
                     if goal.test and not_judged(calendar, goal, year)],
        "name": name, "label": goal.label, "unit": goal.unit, "targets": targets,
        "named": "" if goal.unit.startswith("fraction") else unit_label(goal.unit),
        "moving": goal.moving, "states": states})


def _without_nothing(told: dict) -> dict:
    """All but what is false or empty, which a script reads so where it finds nothing."""
    return {name: value for name, value in told.items()
            if value or type(value) in (int, float)}


def _criterion(test: str) -> tuple[int, int]:
    return int(TESTS[test].above), int(TESTS[test].bound)


def _rule(outcome: Outcome) -> dict:
    """A rule: its KPI and how often that is read, its test as that of a KPI, and its words."""
    rule = outcome.rule
    return _without_nothing({
        "kpi": rule.kpi, "every": PERIODS[rule.every], "dwell": rule.dwell,
        "threshold": rule.threshold,
        "test": (0, 0) if rule.test == FALLS else _criterion(rule.test),
        "falls": rule.test == FALLS, "without_value": rule.fires_without_value,
        "whole": outcome.whole, "says": outcome.condition, "action": rule.action})
