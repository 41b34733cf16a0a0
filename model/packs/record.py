"""What a plan says of itself, as a pack keeps it: headlines, KPIs, formulas and definitions.

What stands in params is not repeated here.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import MISSING, asdict, fields

import numpy as np

from model import __version__, checkout
from model.analysis.breakeven import LINES, NAMES, breakeven
from model.analysis.bridge import bridged
from model.analysis.forecast import forecast
from model.analysis.kpis import kpis
from model.analysis.variance import actuals, observed_kpis
from model.audit.checks import check
from model.companies.glossary import glossary
from model.companies.profiles import profile
from model.engine.nodes import notation
from model.engine.numbers import project
from model.engine.projection import Projection
from model.engine.texts import Texts, term_of, texts
from model.engine.words import in_words, labels
from model.params.assumptions import Assumptions

FORMAT = 1
# How the names of a forecast's headlines begin.
FORECAST = "forecast."


def provenance() -> dict[str, str]:
    """What figures of this folder are made with. The commit says whether files differ from it."""
    return {"version": __version__, "commit": checkout.commit(),
            "python": sys.version.split()[0], "numpy": np.__version__}


def record(plan: Assumptions, name: str, made: str | None = None) -> dict:
    """What a plan of this folder says of itself, in types of JSON. `made` is the day of a pack."""
    projection = project(plan)
    figures = figures_of(projection)
    figures["headlines"] |= _ahead(projection)
    content = {
        "format": FORMAT, "name": name, "made": made, **provenance(),
        "company": plan.company, "title": plan.title, "scenario": plan.scenario,
        "scenario_title": plan.scenario_title, "as_of": plan.as_of,
        "months": [plan.calendar.labels[0], plan.calendar.labels[-1]],
        "closed": plan.actuals.closed[0] if plan.actuals and plan.actuals.closed else None,
        "failed": list(check(projection).failed), **figures, **texts_of(plan)}
    return json.loads(json.dumps(content, allow_nan=False))


def _ahead(projection: Projection) -> dict:
    """The headlines of the forecast from the last close, where there is one."""
    file = actuals(projection)
    found = forecast(projection, file) if file else None
    return {f"{FORECAST}{name}": each | {"label": f"Forecast: {each['label']}"}
            for name, each in headlines_of(found.ahead).items()} if found else {}


def figures_of(projection: Projection) -> dict:
    """The headlines, with label and unit, and the KPIs by year, with target and verdict; None for
    what is undefined or never."""
    found = kpis(projection, observed=observed_kpis(projection))
    return {"headlines": headlines_of(projection),
            "kpis": {name: {str(int(year)): {"label": kpi.goal.label, **kpi.as_dict()}
                            for year, kpi in by_year.items()} for name, by_year in found.items()}}


def headlines_of(projection: Projection) -> dict:
    """Revenue, EBITDA and cash by year, the lowest cash and the break-evens: label, unit, value."""
    headlines = {name: {"label": outcome.label, "unit": outcome.unit,
                        "value": _number(outcome.value(projection)[0])}
                 for name, outcome in bridged(projection.years).items()}
    outcome, terms = breakeven(projection), glossary(projection.company)
    headlines |= {name: {"label": terms.label(LINES[name]), "unit": "month",
                         "value": getattr(outcome, name)}
                  for name in (*NAMES, "trough_month", "out_of_cash")}
    return headlines


def texts_of(plan: Assumptions) -> dict:
    """The formulas of all texts, in words and in full, and the definitions of lines, KPIs and
    rules: by key, each a mapping of names to texts or numbers."""
    plan = plan.opened()
    company = texts(plan)
    return {"formulas": _formulas(plan, company), "definitions": _definitions(plan, company)}


def _formulas(plan: Assumptions, company: Texts) -> dict[str, dict[str, str]]:
    naming = {kind: labels(plan, kind) for kind in company.by_kind}
    return {f"{formula.kind} {formula.line}": {
        "label": _label(plan.company, formula.line, formula.kind),
        "words": in_words(formula.node, naming[formula.kind]), "formula": notation(formula.node)}
        for formula in company.formulas}


def _label(company: str, line: str, kind: str) -> str:
    """The label of a line of any text, with its segment."""
    segment = line.partition(".")[2]
    label = term_of(glossary(company), company, line, kind).label
    label = f"Opening of {label}" if kind == "opening" else label
    return f"{label}, {glossary(company).segment(segment)}" if segment else label


def _definitions(plan: Assumptions, company: Texts) -> dict[str, dict[str, object]]:
    stated = profile(plan.company)
    labels = glossary(plan.company)
    terms = {f"{formula.kind} {formula.line}": term_of(labels, plan.company, formula.line,
                                                       formula.kind)
             for formula in company.formulas if formula.kind != "kpi"}
    goals = {f"KPI {name}": goal for name, goal in stated.kpis.items()}
    rules = {f"rule {rule.id}": rule for rule in stated.rules}
    return {key: _said(each) for key, each in (terms | goals | rules).items()}


def _said(thing: object) -> dict[str, object]:
    """What a term, goal or rule says, without what it leaves to the default."""
    defaults = {each.name: each.default for each in fields(thing) if each.default is not MISSING}
    return {name: value for name, value in asdict(thing).items()
            if name not in defaults or value != defaults[name]}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
